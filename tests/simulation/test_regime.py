"""The permit regime beyond the basic model: small games of which the outcome is known."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import numpy as np
import pytest

from deterrence import AuditCapacity, AuditEscalation, Game, ParameterError, RacingGap
from simulation import (
    ESCROW,
    ColumnCollector,
    EachLab,
    Logit,
    Lowering,
    PermitMarket,
    Rational,
    Static,
    Tracking,
    run,
)
from simulation._rules import rules_of
from simulation._traits import traits_of


def changed(game: Game, *, flop_threshold: float = 0.0, **sections: Any) -> Game:
    """A game with other values of some fields, given by section."""
    parts = {name: dataclasses.replace(getattr(game, name), **values) for name, values in sections.items()}
    return dataclasses.replace(game, flop_threshold=flop_threshold, **parts)


def test_signals_grow_with_compute_from_those_of_compliant_labs_to_beta(baseline):
    """Labs at the threshold look as compliant ones do; at `signal_scale` and beyond, as all do without it."""
    sure = {"false_positive_rate": 0.0, "false_negative_rate": 0.0, "high_prob": 1.0, "base_prob": 0.0}
    audit = {**sure, "backcheck_prob": 0.0, "penalty_amount": 0.0, "signal_scale": 2.0}
    for flops, share in ((3.0, 1.0), (2.0, 1.0), (1.0, 0.25), (0.5, 0.0625)):
        game = changed(
            baseline,
            audit={**audit, "signal_exponent": 2.0},
            market={"token_cap": 0},
            lab={"flops_min": flops, "flops_max": flops, "gross_value_min": 0.5},
        )
        caught = run(game, replications=200, rng=1).catches.sum() / (200 * 20)
        assert abs(caught - share) <= 4 * np.sqrt(share * (1 - share) / 4000)


def test_a_signal_at_full_strength_is_as_good_as_any_to_the_last_digit(baseline):
    """0.1 + (0.8 - 0.1) is more than 0.8."""
    types, here = {"gross_value": np.ones((1, 20)), "flops": np.ones((1, 20))}, np.ones(20, dtype=bool)
    for alpha, miss in np.random.default_rng(1).random((100, 2)):
        audit = {"false_positive_rate": alpha * (1 - miss), "false_negative_rate": miss, "signal_scale": 0.5}
        game = changed(baseline, audit=audit)
        assert (traits_of(rules_of(game), types, here)["beta"] == game.audit.beta).all()


def test_a_cap_does_not_bind_if_there_is_a_permit_for_every_lab_that_needs_one(baseline):
    """Whether the others are exempt or have left, and however a permit is counted."""
    half = {"flops_min": 0.0, "flops_max": 2.0}
    for market in ({}, {"flops_per_permit": 10.0}):
        game = changed(baseline, lab=half, market=market, flop_threshold=1.0)
        for cap in range(8, 13):
            capped = changed(game, market={"token_cap": cap}, flop_threshold=1.0)
            record = run(capped, replications=50, rng=1, detail="lab")
            binds = (~record.labs.exempt).sum(axis=2) > cap
            assert 0 < binds.sum() < 50
            assert ((record.price > 0) == binds).all()
    for labs in (None, Rational):
        market = PermitMarket(baseline, rng=1, labs=labs)
        for lab in market.labs[:10]:
            lab.remove()
        market.step()
        assert (market.price, market.permits, market.revenue) == (0.0, 10.0, 0.0)


ESCALATION = AuditEscalation(increment=1.0, decay=0.25)


def test_what_grows_with_catches_leaves_the_policy_of_a_governor_that_learns_alone(baseline):
    """All labs violate in every turn and many are caught; the Governor goes up by 1/64 each time."""
    game = changed(
        baseline,
        audit={"escalation": ESCALATION, "high_prob": 0.5},
        lab={"risk_profile_min": 0.0, "risk_profile_max": 0.0},
    )
    for replications in (1, 3):
        up = partial(Lowering, down=0.5, up=1 / 64)
        market = PermitMarket(game, rng=1, replications=replications, governor=up)
        market.run(10)
        assert np.all(market.catches > 0)
        np.testing.assert_array_equal(market.governor.high_prob, 0.5 + 9 / 64)


class Own(Static):
    """A Governor with a policy of its own."""

    def __init__(self, like, *, policy):
        self._policy = policy

    def policy(self, turn):
        return self._policy(turn)


def test_a_governor_may_treat_each_lab_in_its_own_way_and_each_turn(baseline):
    """Labs with an odd number are audited for certain, and others never; the other way round in odd turns."""

    def policy(turn):
        high = (np.arange(20) + turn.step) % 2.0
        return high, high

    game = changed(baseline, audit={"backcheck_prob": 0.0})
    for replications in (1, 3, 30):
        question = {"rng": 1, "replications": replications, "governor": partial(Own, policy=policy)}
        market = PermitMarket(game, **question)
        for step in range(3):
            market.step()
            looked_at = (np.arange(20) + step) % 2 == 1
            np.testing.assert_array_equal(market.columns.audited, market.columns.runs & looked_at)
            np.testing.assert_array_equal(market.governor.high_prob, np.full(replications, 0.5)[()])


def test_a_policy_that_is_no_probability_is_refused_whatever_it_is_multiplied_with(baseline):
    game = changed(baseline, audit={"escalation": ESCALATION})
    market = PermitMarket(game, rng=1, governor=partial(Own, policy=lambda turn: (1.5, 0.1)))
    with pytest.raises(ParameterError, match="high_prob"):
        market.step()


def test_a_tracking_governor_counts_labs_that_need_a_permit_and_have_none(baseline):
    """Half of the labs are exempt, and all others violate: their share is 1."""
    game = changed(
        baseline,
        audit={"high_prob": 0.25},
        market={"token_cap": 0},
        lab={"flops_min": 0.0, "flops_max": 2.0, "risk_profile_min": 0.0, "risk_profile_max": 0.0},
        flop_threshold=1.0,
    )
    market = PermitMarket(game, rng=1, governor=partial(Tracking, target=0.5))
    market.run(2)
    assert market.violations < 20
    assert market.governor.high_prob == 0.25 + 0.5


DEPOSITS = [  # rule, liability cap; what is seized of a deposit of 1 beside a fine of 2, and what is paid
    ("capped", None, 1.0, 3.0),
    ("capped", 2.5, 1.0, 2.5),
    ("capped", 0.75, 0.75, 0.75),
    ("posted", None, 1.0, 3.0),
    ("posted", 0.75, 1.0, 1.75),
    ("posted", 0.0, 1.0, 1.0),
]


@pytest.mark.parametrize(("rule", "cap", "seized", "paid"), DEPOSITS)
@pytest.mark.parametrize("labs", [None, Rational])
def test_deposits_are_posted_and_seized_or_refunded(baseline, labs, rule, cap, seized, paid):
    """Labs that do not fear punishment; every lab posts 1."""
    audit = {"collateral": 1.0, "penalty_amount": 2.0, "liability_cap": cap, "liability_rule": rule}
    game = changed(baseline, audit=audit, lab={"risk_profile_min": 0.0, "risk_profile_max": 0.0})
    record = run(game, replications=30, steps=5, rng=1, labs=labs)
    assert record.catches.sum() > 100
    np.testing.assert_array_equal(record.collateral_posted, np.full((30, 5), 20.0), strict=True)
    np.testing.assert_array_equal(record.collateral_seized, seized * record.catches)
    np.testing.assert_array_equal(record.collateral_refunded, 20 - seized * record.catches)
    np.testing.assert_allclose(record.penalties, paid * record.catches)
    mean = run(game, replications=30, steps=5, rng=1, labs=labs, detail="run")
    market = PermitMarket(game, replications=30, rng=1, labs=labs)
    market.datacollector = ColumnCollector(ESCROW)
    market.run(5)
    frame = market.datacollector.get_model_vars_dataframe()
    for name in ESCROW:
        np.testing.assert_allclose(getattr(mean, name), getattr(record, name).mean(axis=1))
        np.testing.assert_array_equal(getattr(market, name), getattr(record, name)[:, -1])
        np.testing.assert_array_equal(np.stack(frame[name], axis=1), getattr(record, name))


def test_labs_that_need_no_permit_or_have_left_post_no_deposit(baseline):
    lab = {"flops_min": 0.0, "flops_max": 2.0}
    market = PermitMarket(changed(baseline, audit={"collateral": 0.5}, lab=lab, flop_threshold=1.0), rng=1)
    assert np.isnan(market.collateral_posted)
    market.step()
    assert 0 < market.columns.exempt.sum() < 20
    assert market.collateral_posted == 0.5 * (20 - market.columns.exempt.sum())
    needing = next(lab for lab in market.labs if not lab.exempt)
    needing.remove()
    before = market.collateral_posted
    market.step()
    assert market.collateral_posted == before - 0.5


def test_a_reputation_that_has_grown_for_long_is_still_a_number(baseline):
    """All labs violate and are caught in each turn; a loss 11 times as large each time leaves all numbers."""
    audit = {"base_prob": 1.0, "high_prob": 1.0}
    lab = {"risk_profile_min": 0.0, "risk_profile_max": 0.0, "reputation_escalation": 10.0}
    for reputation in (0.0, 1.0):
        game = changed(baseline, audit=audit, lab={**lab, "reputation_sensitivity": reputation})
        record = run(game, replications=1, steps=400, rng=1)
        assert np.isfinite(record.welfare).all()
        assert (record.catches == record.violations).all()


def test_permits_beyond_all_numbers_are_refused(baseline):
    game = changed(baseline, market={"flops_per_permit": 1e-300}, lab={"flops_min": 1e15, "flops_max": 1e15})
    with pytest.raises(ParameterError, match=r"market\.flops_per_permit = 1e-300"):
        run(game, replications=1)


@pytest.mark.parametrize(("precision", "least", "most"), [(0.0, 437, 563), (1.0, 1000, 1000)])
def test_an_infinite_gain_decides_unless_labs_throw_a_coin(baseline, precision, least, most):
    """4 deviations of 1,000 coins are 63."""
    game = changed(baseline, market={"token_cap": 0}, lab={"gain_rule": "price"})
    violations = run(game, replications=50, rng=1, labs=partial(Logit, precision=precision)).violations.sum()
    assert least <= violations <= most


def test_what_is_worked_out_once_is_worked_out_again_for_labs_that_change(baseline):
    """A strategic lab bids what it fears, nothing if it fears nothing, or its rent if that is less."""
    game = changed(baseline, lab={"bid_rule": "strategic", "gross_value_min": 0.5})
    market = PermitMarket(game, rng=1)
    market.run(2)
    bold, poor = market.labs[2:4]
    assert bold.bid > 0
    bold.risk_profile, poor.gross_value = 0.0, 0.125
    market.run(2)
    assert (bold.bid, bold.has_permit, bold.compliant) == (0.0, False, False)
    assert (poor.bid, poor.has_permit) == (0.125, False)
    market.labs[0].remove()
    market.run(2)
    assert market.permits + market.deterred + market.violations == 19


def race(game: Game, **lab: Any) -> Game:
    """Labs worth 1 that nobody catches, without permits; racing is worth 1 where they are level."""
    fields = {"gross_value_min": 1.0, "gross_value_max": 1.0, "capability_value": 1.0, **lab}
    gap = RacingGap(sensitivity=0.5, scale=1.0)
    audit = {"high_prob": 0.0, "base_prob": 0.0, "backcheck_prob": 0.0}
    return changed(
        game, audit=audit, market={"token_cap": 0}, lab={**fields, "racing_gap": gap}, flop_threshold=1.0
    )


def test_exempt_runs_make_a_lab_as_capable_as_others(baseline):
    """All run, exempt or not, so that nobody is ahead, and a violator gains 1 + 1 in every turn."""
    record = run(race(baseline, flops_min=0.0, flops_max=2.0), replications=2, steps=4, rng=1, detail="lab")
    assert 0 < record.labs.exempt.sum() < record.labs.exempt.size
    expected = np.where(record.labs.exempt, 1.0, 2.0) * np.arange(1.0, 5.0)[:, None]
    np.testing.assert_array_equal(record.labs.wealth, expected)


def test_labs_that_have_left_are_nobody_to_be_ahead_of(baseline):
    """Of three labs two train: 1/3 ahead, then 2/3; then one of the two leaves, and 3 is 3/2 above."""
    game = dataclasses.replace(race(baseline, flops_min=2.0, flops_max=2.0), n_agents=3)
    market = PermitMarket(game, rng=1, labs=partial(EachLab, complies=lambda lab: lab.risk_profile > 1))
    market.columns.risk_profile = [0.0, 0.0, 2.0]
    wealth = [0.0]
    for step in range(4):
        if step == 3:
            market.labs[1].remove()
        market.step()
        wealth.append(market.labs[0].wealth)
    np.testing.assert_allclose(np.diff(wealth), [2, 2 + 1 / 6, 2 + 2 / 6, 2 + 3 / 4], rtol=1e-12)


@pytest.mark.parametrize("priority", ["lot", "signal"])
def test_labs_expect_the_audits_that_there_were_auditors_for(baseline, priority):
    """All violate, half of them look suspicious, every signal calls for an audit, and 12 of 20 are made."""
    capacity = AuditCapacity(audits=12, priority=priority, expected=0.75)
    always = {"high_prob": 1.0, "base_prob": 1.0, "backcheck_prob": 0.0, "false_negative_rate": 0.5}
    game = changed(baseline, audit={**always, "capacity": capacity}, market={"token_cap": 0})
    expected, heard = [0.75], []

    def complies(lab):
        heard.append(lab.p_eff)
        return False

    market = PermitMarket(game, rng=1, labs=partial(EachLab, complies=complies))
    for _ in range(6):
        market.step()
        audited, signal = market.columns.audited, market.columns.signal
        assert audited.sum() == 12
        if priority == "lot":
            expected.append(12 / 20)
        else:
            assert audited[signal].all() or not audited[~signal].any()
            expected.append(0.5 * audited[signal].mean() + 0.5 * audited[~signal].mean())
    np.testing.assert_allclose(heard, np.repeat(expected[:6], 20), rtol=1e-12)
