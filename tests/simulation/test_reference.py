"""The engine against the plainest simulation of the same game: one Python object per lab."""

from __future__ import annotations

import dataclasses
import warnings
from functools import partial

import numpy as np
import pytest
from exact import N as POINTS

import simulation._draws
from deterrence import CapMarket, Game, ParameterWarning, TargetingGovernor
from simulation import (
    COLUMNS,
    ESCROW,
    QUANTITIES,
    Bayesian,
    Gradient,
    Imitating,
    Logit,
    Lowering,
    PermitMarket,
    Record,
    Replicating,
    Responding,
    Targeting,
    Tracking,
    run,
)
from tests.plain_behaviours import (
    PlainBayesian,
    PlainFarSighted,
    PlainGradient,
    PlainImitating,
    PlainLogit,
    PlainLowering,
    PlainReplicating,
    PlainResponding,
    PlainTargeting,
    PlainTracking,
)
from tests.plain_market import PlainMarket

GAMES = POINTS // 10


class History:
    """All that a plain market went through."""

    def __init__(self, game: Game, seed: int, replication: int, steps: int, **behaviours) -> None:
        market = PlainMarket(game, seed, replication, **behaviours)
        self.turns, self.labs, self.accounts, self.wealth = [], [], [], []
        for _ in range(steps):
            self.turns.append(market.turn())
            self.labs.append({name: [getattr(lab, name) for lab in market.labs] for name in COLUMNS})
            self.accounts.append(market.account)
            self.wealth.append(market.total_wealth)

    def quantity(self, name: str) -> np.ndarray:
        return np.array([turn[name] for turn in self.turns], dtype=float)

    def column(self, name: str) -> np.ndarray:
        return np.array([labs[name] for labs in self.labs])


def assert_bits(got: np.ndarray, expected: np.ndarray, *where: object) -> None:
    """The same type, shape and bytes."""
    np.testing.assert_array_equal(got, expected, err_msg=str(where), strict=True)
    assert got.tobytes() == expected.tobytes(), where


def assert_is(record: Record, row: int, history: History) -> None:
    """A replication of a record with every lab is what the plain market went through."""
    for name in QUANTITIES + ESCROW:
        assert_bits(getattr(record, name)[row], history.quantity(name), record.seed, row, name)
    for name in COLUMNS:
        assert_bits(getattr(record.labs, name)[row], history.column(name), record.seed, row, name)
    assert record.wealth[row] == history.wealth[-1]
    assert record.account[row] == history.accounts[-1]


def company(rng: np.random.Generator, labs: int) -> range:
    """Replications fewer than labs or more, and some with large numbers: the engine lays them out apart."""
    size = int(rng.integers(1, 4)) + (labs if rng.random() < 0.5 else 0)
    start = int(rng.choice([0, 1, 2**40 - size]))
    return range(start, start + size)


@pytest.fixture
def coarse(monkeypatch):
    """Values and risks are multiples of 1/4, so that many bids are equal."""
    quantile = simulation._draws.quantile
    monkeypatch.setattr(simulation._draws, "quantile", lambda law, u: np.round(4 * quantile(law, u)) / 4)


def compare(game: Game, seed: int) -> list[History]:
    """Whole runs lab by lab, and a market stepped, against some of their replications played plainly."""
    rng = np.random.default_rng([6, seed])
    replications = company(rng, game.n_agents)
    steps = int(rng.choice([1, 2, 3, 12, 55], p=[0.1, 0.3, 0.3, 0.25, 0.05]))
    rows = rng.choice(len(replications), size=min(2, len(replications)), replace=False).tolist()
    plain = [History(game, seed, replications[row], steps) for row in rows]
    record = run(game, replications=replications, steps=steps, rng=seed, detail="lab")
    for row, history in zip(rows, plain, strict=True):
        assert_is(record, row, history)
    market = PermitMarket(game, rng=seed, replications=replications)
    for step in range(min(steps, 12)):
        market.step()
        for row, history in zip(rows, plain, strict=True):
            for name, expected in history.turns[step].items():
                got = np.atleast_1d(getattr(market, name))[row]
                assert np.array_equal(got, expected, equal_nan=True), (seed, row, step, name)
            for name, expected in history.labs[step].items():
                assert getattr(market.columns, name)[row].tolist() == expected, (seed, row, step, name)
            assert np.atleast_1d(market.governor.account)[row] == history.accounts[step]
    return plain


def test_the_engine_equals_the_reference_bit_for_bit_on_random_games(games):
    for seed, game in enumerate(games(GAMES, seed=5)):
        compare(game, seed)


def test_it_does_where_many_bids_are_equal(games, coarse):
    split = 0  # first turns in which some of equal bids win and some lose
    for seed, game in enumerate(games(GAMES // 4, seed=6)):
        first = compare(game, seed)[0].labs[0]
        bids = [set(np.array(first["bid"])[np.array(first["has_permit"]) == wins]) for wins in (True, False)]
        split += not bids[0].isdisjoint(bids[1])
    assert split > 0, "nothing held for lack of cases"


@pytest.mark.parametrize("labs", [255, 256, 300])
@pytest.mark.parametrize("replications", [2, 400])
def test_it_does_where_counts_outgrow_a_byte(labs, replications, baseline):
    """All labs run, and all are audited and caught."""
    audit = dataclasses.replace(baseline.audit, base_prob=1.0, high_prob=1.0, penalty_amount=0.0)
    game = dataclasses.replace(baseline, n_agents=labs, audit=audit, market=CapMarket(token_cap=0))
    record = run(game, replications=replications, steps=3, rng=1, detail="lab")
    row = replications - 1
    history = History(game, 1, row, 3)
    for name in QUANTITIES:
        assert_bits(getattr(record, name)[row], history.quantity(name), name)
    for name in COLUMNS:
        assert_bits(getattr(record.labs, name)[row], history.column(name), name)
    assert (record.catches == labs).all()


@pytest.mark.parametrize("labs", [65_535, 65_536, 140_000])
@pytest.mark.parametrize("cap", [0, 140_000])
def test_labs_are_counted_beyond_two_bytes(labs, cap, baseline):
    """All labs run, and all are audited; the most are more than are drawn at once."""
    audit = dataclasses.replace(baseline.audit, base_prob=1.0, high_prob=1.0, penalty_amount=0.0)
    lab = dataclasses.replace(baseline.lab, gross_value_min=1.0, gross_value_max=1.0)
    game = dataclasses.replace(baseline, n_agents=labs, audit=audit, lab=lab, market=CapMarket(token_cap=cap))
    record = run(game, replications=1, steps=2, rng=1)
    expected = {"permits": bool(cap), "violations": not cap, "false_audits": bool(cap), "catches": not cap}
    for name, all_labs in ({"audits": True, "checks": True} | expected).items():
        assert getattr(record, name).tolist() == [[labs * all_labs] * 2], name


@pytest.mark.parametrize("replications", [1, 2])
def test_it_does_where_a_lab_is_caught_more_often_than_a_byte_counts(replications, baseline):
    audit = dataclasses.replace(baseline.audit, base_prob=1.0, high_prob=1.0, penalty_amount=0.25)
    lab = dataclasses.replace(baseline.lab, risk_profile_min=0.0, risk_profile_max=0.0)
    game = dataclasses.replace(baseline, n_agents=3, audit=audit, lab=lab, market=CapMarket(token_cap=1))
    record = run(game, replications=replications, steps=700, rng=1, detail="run")
    history = History(game, 1, 0, 700)
    assert record.wealth[0] == history.wealth[-1]
    assert record.account[0] == history.accounts[-1]
    assert record.catches[0] == 2


@pytest.mark.parametrize("pieces", [[70_000], [1, 30_000, 39_999]], ids=str)
@pytest.mark.parametrize("replications", [1, 5])
def test_each_lab_pays_however_often_it_is_caught(pieces, replications, baseline):
    """More catches than two bytes count; everybody runs and is caught in every turn."""
    audit = dataclasses.replace(baseline.audit, base_prob=1.0, high_prob=1.0, penalty_amount=0.25)
    lab = dataclasses.replace(baseline.lab, risk_profile_min=0.0, risk_profile_max=0.0)
    game = dataclasses.replace(baseline, n_agents=3, audit=audit, lab=lab, market=CapMarket(token_cap=0))
    market = PermitMarket(game, rng=1, replications=replications)
    for steps in pieces:
        market.run(steps)
    expected = 70_000 * market.columns.gross_value - 0.25 * 70_000
    np.testing.assert_array_equal(market.columns.wealth, expected)


def behaviours(rng: np.random.Generator) -> tuple[dict, dict]:
    """Random behaviours of labs and Governor, ours and plain."""
    caught, missed, precision = rng.uniform(0.5, 3, 3)
    down, up, scale, target, violating = rng.uniform(0.01, 0.3, 5)
    rate, recovery = rng.uniform(0.1, 3, 2)
    sees, pools = str(rng.choice(["violations", "catches"])), str(rng.choice(["violations", "runs"]))
    group = target_group(rng)
    there = {
        name: getattr(group, name) for name in ("high_prob", "base_prob", "penalty_amount", "return_prob")
    }
    labs = [
        (partial(Bayesian, caught=caught, missed=missed, pools=pools), PlainBayesian(caught, missed, pools)),
        (partial(Logit, precision=precision), PlainLogit(precision)),
        (partial(Imitating, rate=rate, violating=3 * violating), PlainImitating(rate, 3 * violating)),
    ]
    governors = [
        (None, None),
        (partial(Lowering, down=down, up=up, sees=sees), PlainLowering(down, up, sees)),
        (partial(Gradient, scale=scale), PlainGradient(scale)),
        (partial(Tracking, target=target, scale=scale), PlainTracking(target, scale)),
        (partial(Targeting, **there), PlainTargeting(group)),
        (partial(Responding, precision=precision, recovery=recovery), PlainResponding(precision, recovery)),
        (partial(Replicating, rate=rate, recovery=recovery), PlainReplicating(rate, recovery)),
    ]
    (lab, plain_lab), (governor, plain_governor) = (
        options[rng.integers(len(options))] for options in (labs, governors)
    )
    return {"labs": lab, "governor": governor}, {"labs": plain_lab, "governor": plain_governor}


def target_group(rng: np.random.Generator) -> TargetingGovernor:
    """A random policy for the target group, now and then the more lenient one."""
    high, base, back = rng.choice([0.0, 1.0, *rng.random(3)], 3).tolist()
    fine, discount = 3 * rng.random(), float(rng.choice([0.0, rng.uniform(0.5, 0.99)]))
    return TargetingGovernor(
        high_prob=high, base_prob=base, penalty_amount=fine, return_prob=back, discount=discount
    )


def test_labs_and_governors_that_learn_equal_the_reference_bit_for_bit(games):
    for seed, game in enumerate(games(GAMES // 4, seed=7)):
        rng = np.random.default_rng([8, seed])
        ours, plain = behaviours(rng)
        replications, steps = company(rng, game.n_agents), int(rng.choice([2, 12]))
        record = run(game, replications=replications, steps=steps, rng=seed, detail="lab", **ours)
        for row in {0, len(replications) - 1}:
            history = History(game, seed, replications[row], steps, **plain)
            assert_is(record, row, history)


def test_games_with_extensions_equal_the_reference_bit_for_bit(extended_games):
    for seed, game in enumerate(extended_games(GAMES // 5, seed=9)):
        compare(game, seed)


def test_they_do_with_labs_and_governors_that_learn(extended_games):
    for seed, game in enumerate(extended_games(GAMES // 10, seed=11)):
        rng = np.random.default_rng([12, seed])
        ours, plain = behaviours(rng)
        replications, steps = company(rng, game.n_agents), int(rng.choice([3, 12]))
        record = run(game, replications=replications, steps=steps, rng=seed, detail="lab", **ours)
        for row in {0, len(replications) - 1}:
            assert_is(record, row, History(game, seed, replications[row], steps, **plain))


def test_labs_that_look_ahead_equal_the_reference_bit_for_bit(games):
    mixed = 0  # labs that violate in one group alone
    for seed, game in enumerate(games(GAMES // 8, seed=10)):
        rng = np.random.default_rng([11, seed])
        group = target_group(rng)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ParameterWarning)
            audit = dataclasses.replace(game.audit, governor=group)
        plain = {"labs": PlainFarSighted(group), "governor": PlainTargeting(group)}
        record = run(dataclasses.replace(game, audit=audit), replications=2, steps=12, rng=seed, detail="lab")
        for row in (0, 1):
            history = History(game, seed, row, 12, **plain)
            assert_is(record, row, history)
        unpermitted = ~record.labs.has_permit
        mixed += ((record.labs.compliant & unpermitted).any(1) & ~record.labs.compliant.all(1)).sum()
    assert mixed > GAMES // 20, "nothing held for lack of cases"
