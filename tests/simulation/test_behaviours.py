"""Behaviours: the same bits however they are run, and a user's own beside ours."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy import stats

import simulation._draws
import simulation._play
import simulation._record
from deterrence import (
    AuditCapacity,
    BayesianLabs,
    CapMarket,
    GradientGovernor,
    ImitatingLabs,
    LogitGovernor,
    LogitLabs,
    LoweringGovernor,
    ParameterError,
    ReplicatorGovernor,
    TargetingGovernor,
    TrackingGovernor,
    complies,
)
from simulation import (
    COLUMNS,
    QUANTITIES,
    Bayesian,
    EachLab,
    FarSighted,
    Gradient,
    Imitating,
    Logit,
    Lowering,
    PermitMarket,
    Rational,
    Record,
    Replicating,
    Responding,
    Static,
    Targeting,
    Tracking,
    run,
)
from simulation._lab_behaviours import others
from tests.records import assert_same


class OnceBitten:
    """Labs that comply for good once they were caught."""

    def __init__(self, like):
        self.bitten = np.zeros_like(like, dtype=bool)

    def complies(self, turn):
        return self.bitten

    def learn(self, turn):
        self.bitten |= turn.caught


GROUP = {"high_prob": 0.9, "base_prob": 0.4, "penalty_amount": 1.0, "return_prob": 0.5}
TARGETING = TargetingGovernor(**GROUP, discount=0.9)

BEHAVIOURS = {
    "rational": {"labs": Rational, "governor": Static},
    "bayesian": {"labs": partial(Bayesian, caught=1.0, missed=2.0)},
    "logit": {"labs": partial(Logit, precision=5.0)},
    "gradient": {"labs": partial(Logit, precision=5.0), "governor": Gradient},
    "lowering": {"governor": partial(Lowering, down=0.01, up=0.04)},
    "censored": {"governor": partial(Lowering, down=0.01, up=0.04, sees="catches")},
    "tracking": {"labs": Bayesian, "governor": partial(Tracking, target=0.2)},
    "targeting": {"labs": partial(Bayesian, pools="runs"), "governor": partial(Targeting, **GROUP)},
    "far-sighted": {
        "labs": partial(FarSighted, governor=TARGETING),
        "governor": partial(Targeting, **GROUP),
    },
    "responding": {
        "labs": partial(Logit, precision=5.0),
        "governor": partial(Responding, precision=4.0, recovery=0.05),
    },
    "replicating": {
        "labs": partial(Imitating, rate=0.7, violating=0.6),
        "governor": partial(Replicating, rate=5.0, recovery=0.05),
    },
    "a user's own": {"labs": OnceBitten},
}


@pytest.fixture(params=BEHAVIOURS.values(), ids=BEHAVIOURS)
def behaviour(request):
    return request.param


def test_blocks_of_any_size_and_workers_give_the_same_bytes(baseline, behaviour, monkeypatch):
    question = {"replications": 24, "steps": 11, "rng": 7, **behaviour}
    records = {detail: run(baseline, **question, detail=detail) for detail in ("run", "step", "lab")}
    for cells, kept, piece in ((1, 0, 1), (47, 10**9, 5), (20 * 17, 10**9, 10**9)):
        monkeypatch.setattr(simulation._record, "BLOCK_CELLS", cells)
        monkeypatch.setattr(simulation._draws, "KEPT", kept)
        monkeypatch.setattr(simulation._play, "PIECE", piece)
        for detail, record in records.items():
            assert_same(record, run(baseline, **question, detail=detail))
    with ThreadPoolExecutor(3) as executor:
        assert_same(records["step"], run(baseline, **question, executor=executor))


@pytest.mark.parametrize("replications", [1, 3, 30])
def test_a_market_stepped_is_the_record(baseline, behaviour, replications):
    record = run(baseline, replications=replications, steps=12, rng=7, detail="lab", **behaviour)
    market = PermitMarket(baseline, replications=replications, rng=7, **behaviour)
    for turns in (1, 1, 3, 1, 6):
        market.run(turns)
        for name in QUANTITIES:
            now = np.atleast_1d(getattr(market, name))
            assert now.tobytes() == getattr(record, name)[:, market.steps - 1].tobytes()
        for name in COLUMNS:
            now = getattr(market.columns, name)
            assert now.tobytes() == getattr(record.labs, name)[:, market.steps - 1].tobytes(), name
    assert np.atleast_1d(market.governor.account).tobytes() == record.account.tobytes()


def test_labs_and_governor_together_hold_what_was_created(baseline, behaviour):
    record = run(baseline, replications=30, steps=20, rng=7, **behaviour)
    created = (record.welfare + baseline.audit.harm * record.violations).sum(axis=1)
    np.testing.assert_allclose(record.wealth + record.account, created, rtol=1e-12)


def test_the_mean_turn_is_the_mean_of_the_turns(baseline, behaviour):
    steps, whole = (
        run(baseline, replications=30, steps=20, rng=7, detail=detail, **behaviour)
        for detail in ("step", "run")
    )
    for name in QUANTITIES:
        if name != "unpermitted_compliance_rate":
            np.testing.assert_allclose(getattr(whole, name), getattr(steps, name).mean(axis=1), rtol=1e-13)
    without = (baseline.n_agents - steps.permits).sum(axis=1)
    np.testing.assert_allclose(whole.unpermitted_compliance_rate, steps.deterred.sum(axis=1) / without)


def assert_alike(a: Record, b: Record) -> None:
    """All that happened is the same; sums of money may be rounded in another order."""
    for name in QUANTITIES:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    np.testing.assert_allclose(a.wealth, b.wealth, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(a.account, b.account, rtol=1e-12, atol=1e-12)


def test_rational_labs_step_by_step_are_those_that_decide_once(games):
    for seed, game in enumerate(games(100, seed=12)):
        question = {"replications": 4, "steps": 3, "rng": seed}
        assert_alike(run(game, **question), run(game, **question, labs=Rational, governor=Static))


def test_a_function_of_one_lab_gives_what_arrays_do(baseline):
    def rational(lab) -> bool:
        return complies(p_eff=lab.p_eff, B=lab.punishment, g=lab.gain)

    def bitten(lab) -> bool:
        return lab.memory.get("bitten", False)

    def learn(lab) -> None:
        lab.memory["bitten"] = bitten(lab) or lab.caught

    question = {"replications": 7, "steps": 5, "rng": 7}
    assert_alike(
        run(baseline, **question), run(baseline, **question, labs=partial(EachLab, complies=rational))
    )
    assert_same(
        run(baseline, **question, labs=OnceBitten),
        run(baseline, **question, labs=partial(EachLab, complies=bitten, learn=learn)),
    )


def test_once_bitten_labs_violate_until_they_are_caught(baseline):
    record = run(baseline, replications=20, steps=30, rng=7, labs=OnceBitten, detail="lab")
    unpermitted = ~record.labs.has_permit
    caught_before = np.cumsum(record.labs.caught, axis=1) - record.labs.caught > 0
    np.testing.assert_array_equal(record.labs.compliant, ~unpermitted | caught_before)


def test_what_a_lab_is_can_change_while_it_learns(baseline):
    market = PermitMarket(baseline, rng=7, labs=Bayesian)
    market.run(5)
    poorest = min(market.labs, key=lambda lab: lab.gross_value)
    assert not poorest.has_permit
    poorest.gross_value = 5.0
    market.step()
    assert poorest.has_permit
    wealth = poorest.wealth
    poorest.remove()
    market.run(3)
    assert market.permits + market.deterred + market.violations == 19
    assert (poorest.runs, poorest.has_permit, poorest.wealth) == (False, False, wealth)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_learns_by_itself(baseline, duplicate):
    market = PermitMarket(baseline, rng=7, labs=Bayesian, governor=partial(Lowering, down=0.01, up=0.1))
    market.run(4)
    twin = duplicate(market)
    market.run(6)
    twin.run(6)
    assert twin.columns.wealth.tobytes() == market.columns.wealth.tobytes()
    assert twin.governor.high_prob == market.governor.high_prob != baseline.audit.high_prob


def test_the_governor_says_with_which_probabilities_it_audits(baseline):
    market = PermitMarket(baseline, rng=7, replications=3, governor=partial(Lowering, down=0.01, up=0.1))
    np.testing.assert_array_equal(market.governor.high_prob, [0.6] * 3)
    market.run(2)
    assert np.isin(np.round(market.governor.high_prob, 9), [0.59, 0.7]).all()
    np.testing.assert_array_equal(market.governor.base_prob, [0.1] * 3)


class OneByOne:
    """A Governor with a policy for each lab, the same in all markets or not."""

    def __init__(self, like, *, markets):
        self.pi = np.linspace(0, 1, like.shape[1]) * np.ones((len(like), 1) if markets else 1)

    def policy(self, turn):
        return self.pi, self.pi / 2

    def learn(self, turn):
        pass


@pytest.mark.parametrize("markets", [False, True])
def test_where_the_policy_is_not_the_same_for_all_labs_the_governor_says_the_mean(baseline, markets):
    market = PermitMarket(baseline, rng=7, replications=3, governor=partial(OneByOne, markets=markets))
    market.step()
    np.testing.assert_allclose(market.governor.high_prob, [0.5] * 3, rtol=1e-14)
    np.testing.assert_allclose(market.governor.base_prob, [0.25] * 3, rtol=1e-14)
    market.labs[-1].remove()  # the one that is always audited
    market.step()
    np.testing.assert_allclose(market.governor.high_prob, [9 / 19] * 3, rtol=1e-14)


def test_luck_of_labs_is_their_own_and_the_same_for_every_policy(baseline):
    a, b = (
        run(baseline, replications=100, rng=7, labs=partial(Logit, precision=p)).violations
        for p in (0.0, 1e-9)
    )
    np.testing.assert_array_equal(a, b)


NAMED = {
    "bayesian": (BayesianLabs(caught=2.0, missed=3.0), {"labs": partial(Bayesian, caught=2.0, missed=3.0)}),
    "pooling": (BayesianLabs(pools="runs"), {"labs": partial(Bayesian, pools="runs")}),
    "logit": (LogitLabs(precision=5.0), {"labs": partial(Logit, precision=5.0)}),
    "imitating": (
        ImitatingLabs(rate=0.7, violating=0.6), {"labs": partial(Imitating, rate=0.7, violating=0.6)},
    ),
    "gradient": (GradientGovernor(scale=0.5), {"governor": partial(Gradient, scale=0.5)}),
    "lowering": (
        LoweringGovernor(down=0.01, up=0.04, sees="catches"),
        {"governor": partial(Lowering, down=0.01, up=0.04, sees="catches")},
    ),
    "tracking": (
        TrackingGovernor(target=0.2, scale=0.5), {"governor": partial(Tracking, target=0.2, scale=0.5)},
    ),
    "targeting": (
        TARGETING,
        {"labs": partial(FarSighted, governor=TARGETING), "governor": partial(Targeting, **GROUP)},
    ),
    "responding": (
        LogitGovernor(precision=4.0, recovery=0.05),
        {"governor": partial(Responding, precision=4.0, recovery=0.05)},
    ),
    "replicating": (
        ReplicatorGovernor(rate=5.0, recovery=0.05),
        {"governor": partial(Replicating, rate=5.0, recovery=0.05)},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("noun", "objects"), NAMED.values(), ids=NAMED)
def test_a_game_that_names_a_behaviour_is_played_by_it(baseline, noun, objects):
    place = "audit" if "governor" in objects else "lab"
    part = getattr(baseline, place)
    named = replace(baseline, **{place: replace(part, **{PLACE[place]: noun})})
    question = {"replications": 20, "steps": 12, "rng": 7}
    assert_same(run(named, **question), run(baseline, **question, **objects))
    assert run(named, **question).violations.tobytes() != run(baseline, **question).violations.tobytes()


PLACE = {"audit": "governor", "lab": "behaviour"}


def test_only_rational_labs_look_ahead_to_a_target_group(baseline):
    named = replace(baseline, audit=replace(baseline.audit, governor=TARGETING))
    learning = replace(named, lab=replace(named.lab, behaviour=BayesianLabs()))
    question = {"replications": 20, "steps": 12, "rng": 7}
    targeting = partial(Targeting, **GROUP)
    assert_same(run(learning, **question), run(baseline, **question, labs=Bayesian, governor=targeting))
    assert_same(run(named, **question, governor=targeting), run(baseline, **question, governor=targeting))
    myopic = partial(FarSighted, governor=replace(TARGETING, discount=0.0))
    assert_same(
        run(baseline, **question, governor=targeting),
        run(baseline, **question, labs=myopic, governor=targeting),
    )


def test_far_sighted_labs_reckon_anew_when_something_changes(baseline):
    """Another value, another punishment, another risk, and auditors that are short."""
    named = replace(baseline, audit=replace(baseline.audit, governor=TARGETING))
    market = PermitMarket(named, rng=7)
    market.run(5)
    lab = next(lab for lab in market.labs if not lab.has_permit)
    lab.risk_profile = 1000.0
    market.step()
    assert lab.compliant
    lab.risk_profile = 0.0
    market.step()
    assert not lab.compliant
    grown = replace(named, lab=replace(named.lab, reputation_sensitivity=0.01, reputation_escalation=1e4))
    record = run(grown, replications=5, steps=12, rng=7, detail="lab")
    caught_before = np.cumsum(record.labs.caught, axis=1) - record.labs.caught > 0
    assert caught_before.any()
    assert record.labs.compliant[caught_before].all()
    few = replace(named, audit=replace(named.audit, backcheck_prob=0.0, capacity=AuditCapacity(audits=0)))
    record = run(few, replications=5, steps=3, rng=7)
    assert (record.violations[:, 1:] == 10).all()


def test_labs_in_the_target_group_are_inspected_even_if_they_do_not_run(baseline):
    """Everybody violates once, is caught, is inspected in every turn, and is let go by the next."""
    always = {"high_prob": 1.0, "base_prob": 1.0}
    group = TargetingGovernor(**always, penalty_amount=100.0, return_prob=1.0, discount=0.0)
    audit = replace(baseline.audit, **always, penalty_amount=0.0, governor=group)
    game = replace(baseline, audit=audit, market=CapMarket(token_cap=0))
    record = run(game, replications=3, steps=6, rng=7)
    np.testing.assert_array_equal(record.violations, np.tile([20, 0], (3, 3)))
    np.testing.assert_array_equal(record.catches, np.tile([20, 0], (3, 3)))
    np.testing.assert_array_equal(record.checks, np.full((3, 6), 20))


@pytest.mark.parametrize(
    "labs", [partial(FarSighted, governor=TARGETING), partial(Imitating, rate=1.0, violating=1.0), Bayesian]
)
def test_a_gain_without_limit_is_worth_any_punishment(baseline, labs):
    """No permit is for sale at any price, which is what a violation saves by the letter of the rule."""
    lab = replace(baseline.lab, gain_rule="price")
    game = replace(baseline, market=CapMarket(token_cap=0), lab=lab)
    record = run(game, replications=3, steps=6, rng=7, labs=labs, governor=partial(Targeting, **GROUP))
    assert (record.violations == 20).all()
    assert (record.catches > 0).any()


def test_governors_stay_where_they_began_if_all_labs_have_permits(baseline):
    """One expects that half of those without violate, the other goes on with the game's own probability."""
    game = replace(baseline, market=CapMarket(token_cap=20))
    expected = 1 / (1 + np.exp(-4.0 * (0.5 * 0.3 - baseline.audit.cost)))
    for governor, audits in (
        (partial(Responding, precision=4.0, recovery=0.3), expected),
        (partial(Replicating, rate=5.0, recovery=0.3), baseline.audit.high_prob),
    ):
        market = PermitMarket(game, rng=7, governor=governor)
        for _ in range(3):
            market.step()
            assert market.governor.high_prob == pytest.approx(audits, rel=1e-14)
            assert market.governor.base_prob == market.governor.high_prob


def test_where_all_runs_are_violations_both_ways_to_count_are_one(baseline):
    """Also those that nobody checked, but somebody told of."""
    audit = replace(baseline.audit, high_prob=0.2, whistleblower_prob=0.3, monitoring_prob=0.3)
    game = replace(baseline, audit=audit, market=CapMarket(token_cap=0))
    question = {"replications": 20, "steps": 30, "rng": 7}
    pooled = run(game, **question, labs=partial(Bayesian, pools="runs"))
    assert_same(pooled, run(game, **question, labs=Bayesian))
    assert (pooled.catches > pooled.checks).any()


def test_a_lab_without_company_imitates_nobody(baseline):
    game = replace(baseline, n_agents=1, market=CapMarket(token_cap=0))
    record = run(game, replications=50, steps=20, rng=7, labs=partial(Imitating, rate=100.0))
    assert (record.violations == record.violations[:, :1]).all()
    assert set(record.violations[:, 0]) == {0, 1}


def test_a_lab_that_left_is_not_inspected_met_or_counted(baseline):
    always = {"high_prob": 1.0, "base_prob": 1.0}
    audit = replace(baseline.audit, **always, penalty_amount=100.0)
    two = replace(baseline, n_agents=2, audit=audit, market=CapMarket(token_cap=0))
    for_good = partial(Targeting, **always, penalty_amount=100.0, return_prob=0.0)
    market = PermitMarket(two, rng=7, labs=partial(Imitating, rate=100.0, violating=1.0), governor=for_good)
    market.step()
    market.labs[0].remove()
    market.step()
    assert market.checks == 1
    market = PermitMarket(two, rng=7, replications=50, labs=partial(Imitating, rate=100.0))
    market.labs[0].remove()
    market.step()
    first = market.violations
    market.run(20)
    np.testing.assert_array_equal(market.violations, first)
    assert set(first) == {0, 1}
    violators = partial(Imitating, rate=1.0, violating=1.0)
    responding = partial(Responding, precision=4.0, recovery=1.0)
    market = PermitMarket(two, rng=7, labs=violators, governor=responding)
    market.labs[0].remove()
    market.run(2)
    assert market.governor.high_prob == pytest.approx(1 / (1 + np.exp(-4 * (1 - audit.cost))), rel=1e-14)


def test_whom_a_lab_meets_is_any_other_of_its_replication_alike():
    """Each of four that met has been met as often, and in a group of two it is always the other."""
    sizes, n = np.tile([5, 0, 2, 1], 20_000), 20_000
    met = others(sizes, np.random.default_rng(1).random(8 * n)).reshape(n, 8) - 8 * np.arange(n)[:, None]
    np.testing.assert_array_equal(met[:, 5:], np.tile([6, 5, 7], (n, 1)))
    for lab in range(5):
        counts = np.bincount(met[:, lab], minlength=5)
        assert counts.size == 5
        assert counts[lab] == 0
        assert stats.chisquare(np.delete(counts, lab)).pvalue > 1e-6


BAD = [
    (partial(Bayesian, caught=0.0), "caught = 0.0"), (partial(Bayesian, missed=-1.0), "missed = -1.0"),
    (partial(Logit, precision=-1.0), "precision = -1.0"), (partial(Logit, precision=np.inf), "precision"),
    (partial(Logit, precision="2"), "precision"), (3, "labs = 3"),
    (partial(Bayesian, pools="all"), 'pools = "all"'), (partial(Imitating, rate=0.0), "rate = 0.0"),
    (partial(Imitating, rate=1.0, violating=1.5), "violating = 1.5"),
    (partial(FarSighted, governor="targeting"), 'governor = "targeting"'),
]  # fmt: skip
BAD_GOVERNORS = [
    (partial(Gradient, scale=0.0), "scale = 0.0"), (partial(Lowering, down=0.0, up=0.1), "down = 0.0"),
    (partial(Lowering, down=0.1, up=True), "up = True"), (partial(Tracking, target=1.5), "target = 1.5"),
    (partial(Lowering, down=0.1, up=0.1, sees="all"), 'sees = "all"'), ("static", 'governor = "static"'),
    (partial(Responding, precision=-1.0, recovery=1.0), "precision = -1.0"),
    (partial(Responding, precision=1.0, recovery=-1.0), "recovery = -1.0"),
    (partial(Replicating, rate=0.0, recovery=1.0), "rate = 0.0"),
    (partial(Replicating, rate=1.0, recovery=np.nan), "recovery = nan"),
    (partial(Targeting, **GROUP | {"high_prob": 1.5}), "high_prob = 1.5"),
    (partial(Targeting, **GROUP | {"base_prob": -0.1}), "base_prob = -0.1"),
    (partial(Targeting, **GROUP | {"return_prob": 1.5}), "return_prob = 1.5"),
    (partial(Targeting, **GROUP | {"penalty_amount": -1.0}), "penalty_amount = -1.0"),
]  # fmt: skip


@pytest.mark.parametrize("play", [run, PermitMarket])
@pytest.mark.parametrize(
    ("part", "maker", "message"),
    [*(("labs", *bad) for bad in BAD), *(("governor", *bad) for bad in BAD_GOVERNORS)],
    ids=str,
)
def test_bad_parameters_are_one_clear_error(baseline, play, part, maker, message):
    with pytest.raises(ParameterError, match=message):
        play(baseline, **{part: maker})


class Wrong:
    """Labs and a Governor that answer with something else."""

    def __init__(self, like, *, answer):
        self.answer = answer

    def complies(self, turn):
        return self.answer

    def policy(self, turn):
        return self.answer

    def learn(self, turn):
        pass


@pytest.mark.parametrize(
    "answer", [0.5, np.ones((3, 20)), np.ones((2, 7), dtype=bool), np.ones((2, 3, 20), bool)]
)
def test_labs_that_do_not_answer_yes_or_no_are_refused(baseline, answer):
    market = PermitMarket(baseline, rng=1, replications=3, labs=partial(Wrong, answer=answer))
    with pytest.raises(ParameterError, match="complies"):
        market.step()


@pytest.mark.parametrize("answer", [(1.1, 0.0), (0.5, -0.1), (np.nan, 0.0), (True, 0.1), (0.5, np.ones(4))])
def test_policies_that_are_no_probabilities_are_refused(baseline, answer):
    market = PermitMarket(baseline, rng=1, replications=3, governor=partial(Wrong, answer=answer))
    with pytest.raises(ParameterError, match="_prob"):
        market.step()
