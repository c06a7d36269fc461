"""Behaviours: the same bits however they are run, and a user's own beside ours."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

import simulation._draws
import simulation._play
import simulation._record
from deterrence import ParameterError, complies
from simulation import (
    COLUMNS,
    QUANTITIES,
    Bayesian,
    EachLab,
    Gradient,
    Logit,
    Lowering,
    PermitMarket,
    Rational,
    Record,
    Static,
    Tracking,
    run,
)
from tests.records import assert_same


class OnceBitten:
    """Labs that comply for good once they were caught."""

    def __init__(self, like):
        self.bitten = np.zeros_like(like, dtype=bool)

    def complies(self, turn):
        return self.bitten

    def learn(self, turn):
        self.bitten |= turn.caught


BEHAVIOURS = {
    "rational": {"labs": Rational, "governor": Static},
    "bayesian": {"labs": partial(Bayesian, caught=1.0, missed=2.0)},
    "logit": {"labs": partial(Logit, precision=5.0)},
    "gradient": {"labs": partial(Logit, precision=5.0), "governor": Gradient},
    "lowering": {"governor": partial(Lowering, down=0.01, up=0.04)},
    "censored": {"governor": partial(Lowering, down=0.01, up=0.04, sees="catches")},
    "tracking": {"labs": Bayesian, "governor": partial(Tracking, target=0.2)},
    "a user's own": {"labs": OnceBitten},
}


@pytest.fixture(params=BEHAVIOURS.values(), ids=BEHAVIOURS)
def behaviour(request):
    return request.param


def test_blocks_of_any_size_and_workers_give_the_same_bytes(baseline, behaviour, monkeypatch):
    question = {"replications": 50, "steps": 12, "rng": 7, **behaviour}
    records = {detail: run(baseline, **question, detail=detail) for detail in ("run", "step", "lab")}
    for cells, kept, piece in ((1, 0, 1), (47, 10**9, 5), (20 * 33, 10**9, 10**9)):
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


BAD = [
    (partial(Bayesian, caught=0.0), "caught = 0.0"), (partial(Bayesian, missed=-1.0), "missed = -1.0"),
    (partial(Logit, precision=-1.0), "precision = -1.0"), (partial(Logit, precision=np.inf), "precision"),
    (partial(Logit, precision="2"), "precision"), (3, "labs = 3"),
]  # fmt: skip
BAD_GOVERNORS = [
    (partial(Gradient, scale=0.0), "scale = 0.0"), (partial(Lowering, down=0.0, up=0.1), "down = 0.0"),
    (partial(Lowering, down=0.1, up=True), "up = True"), (partial(Tracking, target=1.5), "target = 1.5"),
    (partial(Lowering, down=0.1, up=0.1, sees="all"), 'sees = "all"'), ("static", 'governor = "static"'),
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
