"""Populations that err or imitate, and Governors that respond, against the inspection game."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deterrence import (
    Audit,
    CapMarket,
    Game,
    ImitatingLabs,
    LabPopulation,
    LogitGovernor,
    LogitLabs,
    ReplicatorGovernor,
    StaticGovernor,
    games,
)
from simulation import PermitMarket, run


def game_of(g, D, k, *, labs, behaviour, governor, pi=0.5) -> Game:
    """The inspection game against many labs: no permits, and an audit that finds every violation."""
    return Game(
        n_agents=labs,
        audit=Audit(
            high_prob=pi, base_prob=pi, false_positive_rate=0.0, false_negative_rate=0.5,
            penalty_amount=D, cost=k, governor=governor,
        ),
        market=CapMarket(token_cap=0),
        lab=LabPopulation(gross_value_min=g, gross_value_max=g, gain_rule="value", behaviour=behaviour),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("g", "D", "k", "M", "precision"),
    [
        (0.5, 2.0, 1.0, 2.0, 4.0),
        (1.5, 2.0, 0.5, 2.0, 1.0),
        (0.5, 1.0, 0.25, 1.0, 8.0),
        (0.5, 1.0, 0.9, 1.0, 0.0),
    ],
)
def test_players_who_err_settle_at_the_quantal_response_equilibrium(g, D, k, M, precision):
    """The average n turns on is off by noise, and by at most (1 + c) / n of where it started.

    The mean response falls by at most c = precision^2 D M / 16 for each unit of the average.
    """
    labs, replications, steps = 100, 10, 1000
    theory = games.quantal(g=g, D=D, k=k, M=M, precision=precision)
    game = game_of(
        g, D, k, labs=labs, behaviour=LogitLabs(precision=precision),
        governor=LogitGovernor(precision=precision, recovery=M),
    )  # fmt: skip
    record = run(game, replications=replications, steps=steps, rng=1)
    q = record.violations.mean(axis=1) / labs
    a = record.catches.sum() / record.violations.sum()
    bound = (1 + precision**2 * D * M / 16) / steps
    bound += 5 * math.sqrt(theory.q * (1 - theory.q) / (labs * steps))
    assert np.abs(q - theory.q).max() <= bound
    noise = 5 * math.sqrt(theory.a * (1 - theory.a) / record.violations.sum())
    assert abs(a - theory.a) <= precision * M / 4 * bound * (1 + math.log(steps)) + noise
    if precision:
        assert abs(theory.q - k / M) > bound, "Nash would have passed"


@pytest.mark.parametrize(("pi", "rate"), [(0.2, 1.0), (0.8, 1.0), (0.35, 0.5)])
def test_the_share_of_violators_moves_as_in_the_replicator_dynamics(pi, rate):
    """One turn moves it by rate (g - aD) q (1 - q) on average, exactly, however few labs there are."""
    labs, replications, q, g, D = 5, 20_000, 0.3, 0.5, 1.0
    game = game_of(
        g,
        D,
        0.0,
        labs=labs,
        behaviour=ImitatingLabs(rate=rate, violating=q),
        governor=StaticGovernor(),
        pi=pi,
    )
    record = run(game, replications=replications, steps=2, rng=2)
    moved = (record.violations[:, 1] - record.violations[:, 0]) / labs
    expected, error = rate * (g - pi * D) * q * (1 - q), moved.std(ddof=1) / math.sqrt(replications)
    assert abs(moved.mean() - expected) <= 5 * error
    assert abs(expected) > 10 * error


@pytest.mark.parametrize(("pi", "share"), [(0.2, 1.0), (0.8, 0.0)])
def test_imitation_finds_the_better_action_under_a_static_policy(pi, share):
    game = game_of(
        0.5, 1.0, 0.0, labs=200, behaviour=ImitatingLabs(rate=1.0), governor=StaticGovernor(), pi=pi
    )
    record = run(game, replications=20, steps=150, rng=3)
    assert (record.violations[:, -1] == 200 * share).all()
    assert (record.violations[:, 0] != 200 * share).all()


G, D, K, M, RATE = 0.4, 1.0, 0.15, 0.5, 0.2
START = 0.5, 0.4
PERIODS = 5


@pytest.fixture(scope="module")
def cycling():
    """Orbits of 20 large markets around the Nash equilibrium: shares of violators, and log-odds of audits."""
    labs = 1500
    game = game_of(
        G, D, K, labs=labs, behaviour=ImitatingLabs(rate=RATE, violating=START[0]),
        governor=ReplicatorGovernor(rate=2 * RATE, recovery=M), pi=START[1],
    )  # fmt: skip
    theory = games.replicator(g=RATE * G, D=RATE * D, k=2 * RATE * K, M=2 * RATE * M)
    market = PermitMarket(game, rng=4, replications=20)
    q, a = [], []
    for _ in range(math.ceil(PERIODS * theory.small_period)):
        market.step()
        q.append(market.violations / labs)
        a.append(market.governor.high_prob)
    return theory, np.array(q), np.array(a)


def test_time_averages_of_imitation_against_a_learning_governor_are_nash(cycling):
    """Over T turns they are off by what log-odds have moved, at most across the orbit, per rate, stake and T.

    Steps in place of continuous time, and noise, widen the orbit: to less than twice its width here.
    """
    theory, q, a = cycling
    orbit = theory.orbit(*START, np.linspace(0, theory.period(*START), 200))
    wide = [2 * np.ptp(log_odds) / len(q) for log_odds in (orbit.log_odds_q, orbit.log_odds_a)]
    for seen, nash, bound in ((q, K / M, wide[1] / theory.M), (a, G / D, wide[0] / theory.D)):
        averages = seen.mean(axis=0)
        assert abs(averages.mean() - nash) <= bound + 5 * averages.std(ddof=1) / math.sqrt(averages.size)
        assert bound < 0.03 < np.ptp(seen.mean(axis=1)) / 5, "it cycles"


def angle(q, a):
    """Angle around the Nash equilibrium in log-odds, so scaled that small orbits are circles."""
    x, y = (np.log(p / (1 - p)) - math.log(nash / (1 - nash)) for p, nash in ((q, K / M), (a, G / D)))
    circle = math.sqrt(2 * K * (1 - K / M)), math.sqrt(G * (1 - G / D))
    return np.unwrap(np.arctan2(y * circle[1], x * circle[0]), axis=0) / (2 * math.pi)


def test_it_goes_round_with_the_period_of_the_orbit_that_it_is_on(cycling):
    """Orbits widen, so the turns made are the sum over time of 1 / period; the angle runs unevenly."""
    theory, q, a = cycling
    made = np.abs(angle(q, a)[-1] - angle(q, a)[0])
    periods = np.array(
        [[theory.period(*z) for z in zip(*at, strict=True)] for at in zip(q[::50], a[::50], strict=True)]
    )
    expected = (len(q) - 1) * (1 / periods).mean(axis=0)
    once = np.linspace(0, 1, 200)
    orbit = theory.orbit(*START, once * theory.period(*START))
    around = angle(orbit.q, orbit.a)
    uneven = 2 * np.abs(np.abs(around - around[0]) - once).max()
    off = made - expected
    assert abs(off.mean()) <= uneven + 5 * off.std(ddof=1) / math.sqrt(off.size)
    assert uneven < 0.02 * expected.mean()
    assert periods.min() == pytest.approx(theory.small_period, rel=0.03)
