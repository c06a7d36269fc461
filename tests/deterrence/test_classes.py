"""Labs that differ in compute, turnover and what a split takes: exempt ones, and mixtures of many kinds."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from itertools import product
from math import log, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from regimes import approx, assert_drawn, play, regime

import deterrence as dt

RISK = {"risk_profile_min": 0.5, "risk_profile_max": 3.0}
LIMITS = ("permits", "violations", "deterred", "audits", "checks", "catches", "penalties", "welfare")
FLOPS = {"flops_min": 0.5, "flops_max": 3.0}
CAP, SHOP, LOT = (
    dt.CapMarket(token_cap=2),
    dt.FixedPriceMarket(fixed_price=1.25),
    dt.FixedPriceMarket(fixed_price=1.0, supply=1),
)
SPLIT = dt.Splitting(cost_min=0.05, cost_max=0.6, coordination_min=0.1, coordination_max=0.9)
KNOWN_SPLIT = dt.Splitting(cost_min=0.2, cost_max=0.2, coordination_min=0.3, coordination_max=0.3)
NORMAL = {"flops_distribution": dt.TruncatedNormal(mean=1.5, sd=0.8, min=0.0, max=4.0)}
TURNOVER = {"turnover_min": 1.0, "turnover_max": 40.0}

GAMES = {
    "exempt, cap": regime(CAP, flop_threshold=2.0, **FLOPS, **RISK),
    "exempt, fixed price": regime(SHOP, flop_threshold=1.0, **FLOPS, **RISK),
    "exempt, lot": regime(LOT, flop_threshold=1.0, **FLOPS, gain_rule="price"),
    "exempt, known value": regime(
        CAP, flop_threshold=1.5, **FLOPS, **RISK | {"gross_value_min": 2.0, "gross_value_max": 2.0}
    ),
    "exempt, worthless runs": regime(CAP, flop_threshold=1.5, cost=2.0, **FLOPS, **RISK),
    "all exempt": regime(CAP, flop_threshold=4.0, **FLOPS),
    "signal, fixed price": regime(SHOP, flop_threshold=1.0, audit={"signal_scale": 1.5}, **FLOPS, **RISK),
    "signal, one risk": regime(
        CAP, flop_threshold=1.0, audit={"signal_scale": 3.0, "penalty_amount": 2.0}, **FLOPS
    ),
    "signal, a power": regime(
        SHOP, audit={"signal_scale": 3.0, "signal_exponent": 0.5}, **NORMAL, **RISK, gain_rule="price"
    ),
    "excess up to a liability cap": regime(
        SHOP,
        flop_threshold=1.0,
        audit={"signal_scale": 1.5, "excess_penalty": 0.5, "excess_exponent": 2.0, "liability_cap": 1.6},
        **FLOPS,
        **RISK,
    ),
    "posted deposit": regime(
        CAP,
        audit={"excess_penalty": 0.5, "liability_rule": "posted", "collateral": 0.3, "liability_cap": 1.6,
               "whistleblower_prob": 0.5, "signal_scale": 3.0},
        reputation_sensitivity=0.2,
        **FLOPS,
    ),
    "turnover": regime(
        CAP,
        flop_threshold=1.0,
        audit={"signal_scale": 1.5, "excess_penalty": 0.5, "turnover_share": 0.1},
        **TURNOVER,
        **FLOPS,
        **RISK,
    ),
    "everything curved": regime(
        SHOP,
        flop_threshold=1.0,
        audit={"excess_penalty": 0.1, "signal_scale": 2.0, "turnover_share": 0.5},
        flops_distribution=dt.LogNormal(median=2.0, sigma=1.0),
        turnover_distribution=dt.LogNormal(median=2.0, sigma=1.0),
        risk_profile_distribution=dt.LogNormal(median=1.0, sigma=0.5),
    ),
    "split, fixed price": regime(SHOP, splitting=SPLIT, audit={"penalty_amount": 2.0}, **RISK),
    "split, known": regime(LOT, splitting=KNOWN_SPLIT, gain_rule="price", audit={"penalty_amount": 3.0}),
    "split, lognormal risk": regime(
        SHOP, splitting=SPLIT, risk_profile_distribution=dt.LogNormal(median=2.0, sigma=0.5)
    ),
    "split, compute and channels": regime(
        CAP,
        flop_threshold=1.0,
        splitting=SPLIT,
        audit={"signal_scale": 1.5, "excess_penalty": 0.5, "penalty_amount": 2.0, "monitoring_prob": 0.1},
        **FLOPS,
        **RISK,
    ),
}  # fmt: skip
every_game = pytest.mark.parametrize("game", GAMES.values(), ids=GAMES)


@every_game
def test_drawn_lab_by_lab(game):
    assert_drawn(dt.predict(game), play(game, 30_000, seed=12))


@every_game
def test_every_lab_is_somewhere_and_every_sum_is_the_same(game):
    prediction, parts = dt.predict(game), dt.welfare(game)
    w, exempt = game.lab.flops, 0.0
    if isinstance(w, dt.LogNormal):
        exempt = NormalDist().cdf(-log(2.0)) * game.n_agents
    elif game.flop_threshold > 0:
        exempt = min(1.0, (game.flop_threshold - w.min) / (w.max - w.min)) * game.n_agents
    counts = prediction.permits.mean + prediction.deterred.mean + prediction.violations.mean
    assert counts + exempt == pytest.approx(game.n_agents, rel=1e-12)
    assert parts.total == pytest.approx(prediction.welfare.mean, rel=1e-9)
    assert (parts.split_costs > 0) == (game.lab.splitting is not None)
    assert (parts.exempt_rents != 0) == (exempt > 0)
    assert str(parts).count("exempt") == (exempt > 0)


@pytest.mark.parametrize("name", [name for name in GAMES if "cap" in name or "split" in name])
def test_the_distribution_has_the_moments_of_the_prediction(name):
    prediction, found = dt.predict(GAMES[name]), dt.violations_distribution(GAMES[name])
    assert found.mean == pytest.approx(prediction.violations.mean, rel=1e-8, abs=1e-12)
    assert found.sd == pytest.approx(prediction.violations.sd, rel=1e-7, abs=1e-12)
    assert found.probability.sum() == pytest.approx(1.0, rel=1e-9)


def same(one, other, names=dt.QUANTITIES, rel=1e-10):
    one, other = dt.predict(one), dt.predict(other)
    for name in names:
        assert getattr(one, name) == approx(getattr(other, name), rel), name


def changed(game, **audit):
    return dataclasses.replace(game, audit=dataclasses.replace(game.audit, **audit))


@pytest.mark.parametrize("market", [CAP, SHOP, LOT])
class TestOneKindInDisguise:
    def test_labs_far_beyond_the_threshold(self, market):
        game = regime(market, flop_threshold=1.0, **RISK, flops_min=3.0, flops_max=5.0)
        same(changed(game, signal_scale=2.0, signal_exponent=0.5), regime(market, **RISK))

    def test_labs_that_share_their_compute(self, market):
        game = regime(market, flop_threshold=1.0, **RISK, flops_min=3.0, flops_max=3.0)
        weak = changed(game, signal_scale=8.0, signal_exponent=0.5, excess_penalty=0.25, excess_exponent=3.0)
        # Half a signal: beta = (0.8 + 0.05) / 2; a fine of 1 + 8 / 4.
        same(weak, regime(market, audit={"false_negative_rate": 0.575, "penalty_amount": 3.0}, **RISK))

    def test_labs_that_share_their_turnover(self, market):
        game = regime(market, **RISK, turnover_min=30.0, turnover_max=30.0)
        same(changed(game, turnover_share=0.05), regime(market, audit={"penalty_amount": 1.5}, **RISK))

    def test_splits_that_are_never_worth_it(self, market):
        useless = dt.Splitting(cost_min=0.0, cost_max=0.5, coordination_min=1.0, coordination_max=1.0)
        dear = dt.Splitting(cost_min=9.0, cost_max=10.0, coordination_min=0.0, coordination_max=1.0)
        for splitting in (useless, dear):
            same(regime(market, splitting=splitting, **RISK), regime(market, **RISK))

    def test_splits_for_nothing_leave_a_share_of_the_punishment(self, market):
        """Everyone splits, and is found half as often, which halves the expected punishment."""
        free = dt.Splitting(cost_min=0.0, cost_max=0.0, coordination_min=0.5, coordination_max=0.5)
        game = regime(market, splitting=free, audit={"penalty_amount": 2.0}, **RISK)
        half = regime(market, **RISK)
        names = ["price", "permits", "violations", "deterred", "audits", "checks", "revenue", "welfare"]
        same(game, half, names)
        catches = dt.predict(half).catches.mean / 2
        assert dt.predict(game).catches.mean == pytest.approx(catches, rel=1e-10)

    @pytest.mark.parametrize("by", ["excess", "turnover"])
    def test_fines_that_differ_are_risk_multipliers(self, market, by):
        """A loss uniform on [1, 3] deters as a fine of 1 does with multipliers uniform on [1, 3]."""
        risky = regime(market, risk_profile_min=1.0, risk_profile_max=3.0)
        if by == "excess":
            game = regime(
                market, flop_threshold=1.0, audit={"penalty_amount": 0.5, "excess_penalty": 0.5},
                flops_min=2.0, flops_max=6.0,
            )  # fmt: skip
        else:
            audit = {"penalty_amount": 0.0, "turnover_share": 0.1}
            game = regime(
                market, audit=audit, turnover_min=5.0, turnover_max=25.0, reputation_sensitivity=0.5
            )
        same(game, risky, [name for name in dt.QUANTITIES if name != "penalties"])


def test_the_unit_cube():
    """Benefit, audit, detection, fine, split cost and coordination uniform on [0, 1]: exact volumes.

    The product of audit probability and fine has density -ln y; multipliers stand for detection. Every split
    lab adds its coordination to the catches of what is found for certain: 7/432 in all.
    """
    nodes, weights = np.polynomial.legendre.leggauss(40)
    z = (nodes + 1) / 2
    comply = caught = 0.0
    everything = dt.Splitting(cost_min=0.0, cost_max=1.0, coordination_min=0.0, coordination_max=1.0)
    for y, weight in zip(z**4, weights / 2 * 4 * z**3 * -np.log(z**4), strict=True):
        game = dt.Game(
            n_agents=1,
            audit=dt.Audit(high_prob=1.0, base_prob=1.0, false_positive_rate=0.0, false_negative_rate=0.0,
                           penalty_amount=float(y)),
            market=dt.FixedPriceMarket(fixed_price=2.0),
            lab=dt.LabPopulation(
                gross_value_min=0.0, gross_value_max=1.0, risk_profile_min=0.0, risk_profile_max=1.0,
                splitting=everything,
            ),
        )  # fmt: skip
        prediction = dt.predict(game)
        comply += weight * prediction.deterred.mean
        caught += weight * prediction.catches.mean
    assert comply == pytest.approx(77 / 648, rel=1e-6)
    assert caught == pytest.approx(359 / 432 + 7 / 432, rel=1e-6)
    assert pytest.approx(1.0, rel=1e-15) == 77 / 648 + 359 / 432 + 65 / 1296


@pytest.mark.parametrize("spread", [0.0, 1e-9])
def test_splits_that_all_labs_share_in_closed_form(spread):
    """Gain 3/2; X uniform on [D/20, 3 D]: evasions up to 2/7, splits up to 13/3, then compliance."""
    game = regime(
        dt.FixedPriceMarket(fixed_price=3.0), n_agents=1, gross_value_min=2.0, gross_value_max=2.0,
        splitting=dt.Splitting(
            cost_min=0.2, cost_max=0.2 + spread, coordination_min=0.3, coordination_max=0.3 + spread
        ),
        audit={"penalty_amount": 4.0}, risk_profile_min=0.05, risk_profile_max=3.0,
    )  # fmt: skip
    p_eff = 1 - (1 - 0.5) * (1 - 0.05)
    D = 4.0 * p_eff
    evade = (2 / 7 / D - 0.05) / 2.95
    split = (13 / 3 - 2 / 7) / D / 2.95
    found, rel = dt.predict(game), 1e-12 + 10 * spread
    assert found.violations.mean == pytest.approx(evade + split, rel=rel)
    assert found.catches.mean == pytest.approx(p_eff * (evade + 0.3 * split), rel=rel)
    assert dt.welfare(game).split_costs == pytest.approx(0.2 * split, rel=rel)


def test_exempt_labs_by_hand():
    """Three labs with rent 1, of which two fifths need no permit, and one permit; half detection of 1."""
    game = regime(
        dt.CapMarket(token_cap=1), n_agents=3, flop_threshold=2.0, flops_min=0.0, flops_max=5.0, cost=0.5,
        gross_value_min=1.5, gross_value_max=1.5, capability_value=0.0,
        audit={"high_prob": 0.5, "base_prob": 0.5, "backcheck_prob": 0.0, "cost": 0.0, "harm": 0.0},
    )  # fmt: skip
    needs, total = (
        Fraction(3, 5),
        dict.fromkeys(("price", "permits", "violations", "rate", "some"), Fraction(0)),
    )
    for labs in product((True, False), repeat=3):
        chance, M = Fraction(1), sum(labs)
        for lab in labs:
            chance *= needs if lab else 1 - needs
        total["price"] += chance * (M > 1)
        total["permits"] += chance * (M > 0)
        total["violations"] += chance * max(0, M - 1)  # p_eff P = 1/2 is less than the rent
    found = dt.predict(game)
    for name in ("price", "permits", "violations"):
        assert getattr(found, name).mean == pytest.approx(float(total[name]), rel=1e-12), name
    price = float(total["price"])
    assert found.price.sd == pytest.approx(sqrt(price * (1 - price)), rel=1e-12)
    assert found.unpermitted_compliance_rate == (0.0, 0.0)
    assert found.welfare.mean == pytest.approx(3.0, rel=1e-12)
    assert dt.price_cdf(game, [-0.5, 0.0, 0.5, 1.0]) == pytest.approx([0.0, 1 - price, 1 - price, 1.0])


@pytest.mark.parametrize("name", ["exempt, cap", "exempt, worthless runs"])
def test_price_beside_exempt_labs(name):
    game = GAMES[name]
    price = play(game, 100_000, seed=3)["price"]
    for y in (0.0, 0.3, 0.8, 1.5):
        below = dt.price_cdf(game, y)
        assert abs((price <= y).mean() - below) <= 4.5 * sqrt(below * (1 - below) / len(price))


@pytest.mark.parametrize("name", ["exempt, cap", "turnover", "exempt, known value"])
def test_limit_is_what_the_prediction_tends_to(name):
    many = dataclasses.replace(GAMES[name], n_agents=10**6, market=dt.CapMarket(token_cap=3 * 10**5))
    limit, prediction = dt.limit(many), dt.predict(many)
    assert dt.limit_welfare(many).total == pytest.approx(limit.welfare, rel=1e-12)
    assert prediction.price.mean == pytest.approx(limit.price, rel=1e-4)
    for quantity in LIMITS:
        share = getattr(prediction, quantity).mean / many.n_agents
        assert share == pytest.approx(getattr(limit, quantity), rel=1e-4, abs=1e-5), quantity


def test_permits_for_all_who_need_one_are_free_in_the_limit():
    game = regime(CAP, n_agents=100, flop_threshold=2.0, gross_value_min=1.0, flops_min=0.5, flops_max=3.0)
    some, enough = (dataclasses.replace(game, market=dt.CapMarket(token_cap=cap)) for cap in (39, 40))
    assert dt.limit(enough).price == 0.0
    assert dt.limit(some).price == pytest.approx(1.0 + 2.0 / 40 - 0.7, rel=1e-12)


def test_values_drawn_anew_change_nothing_in_one_turn():
    same(regime(CAP, redraw_values=True, **RISK), regime(CAP, **RISK), rel=0.0)


def test_strategic_bids_are_those_of_their_own_prediction():
    game, truthful = regime(CAP, bid_rule="strategic", **RISK), regime(CAP, **RISK)
    assert dict(dt.predict(game).items()) == dict(dt.predict_strategic(truthful).items())
    assert dt.limit(game).price == dt.limit_strategic(truthful).price < dt.limit(truthful).price


STRATEGIC = regime(CAP, bid_rule="strategic")
REFUSED = {
    "thresholds of classes": (dt.solve, regime(CAP, splitting=SPLIT), "lab.splitting"),
    "requirements of classes": (dt.require, GAMES["exempt, cap"], "flop_threshold"),
    "strategic requirements": (dt.require, STRATEGIC, "lab.bid_rule"),
    "prices of strategic bids": (lambda game: dt.price_cdf(game, 1.0), STRATEGIC, "lab.bid_rule"),
    "strategic labs of many classes": (
        dt.predict, regime(CAP, bid_rule="strategic", splitting=SPLIT), "lab.splitting"
    ),
    "capacity": (dt.predict, changed(regime(CAP), capacity=dt.AuditCapacity(audits=2)), "audit.capacity"),
    "escalation": (
        dt.limit,
        changed(regime(CAP), escalation=dt.AuditEscalation(increment=1.0, decay=0.5)),
        "audit.escalation",
    ),
    "a Governor that learns": (
        dt.predict, changed(regime(CAP), governor=dt.LoweringGovernor(down=0.1, up=0.2)), "audit.governor"
    ),
    "labs that learn": (dt.predict, regime(CAP, behaviour=dt.BayesianLabs()), "lab.behaviour"),
    "reputation": (dt.welfare, regime(CAP, reputation_escalation=0.5), "lab.reputation_escalation"),
    "gaps": (dt.predict, regime(CAP, racing_gap=dt.RacingGap(sensitivity=1.0, scale=1.0)), "lab.racing_gap"),
    "units": (dt.predict, regime(dt.CapMarket(token_cap=2, flops_per_permit=1.0)), "market.flops_per_permit"),
}  # fmt: skip


@pytest.mark.parametrize(("question", "game", "field"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_covered_is_refused_by_name(question, game, field):
    with pytest.raises(dt.ParameterError, match="is not covered by this theory") as caught:
        question(game)
    assert [problem.field for problem in caught.value.problems] == [field]
