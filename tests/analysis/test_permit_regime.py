"""Ways to be found out, and permits by lot, in the simulation against their exact laws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from deterrence import Audit, AuditCapacity, CapMarket, FixedPriceMarket, Game, LabPopulation, games
from simulation import PermitMarket, run

FALSE_ALARM = 1e-6
RUNS = 200_000
CHANNELS = {
    "nobody tells": (0.3, 0.0, 0.0),
    "a whistleblower": (0.0, 0.25, 0.0),
    "metering": (0.1, 0.0, 0.4),
    "everything": (0.2, 0.15, 0.35),
    "all is told": (0.2, 1.0, 0.35),
}
P_S, P_F = 0.75 * 0.6 + 0.25 * 0.1, 0.2 * 0.6 + 0.8 * 0.1


def crowd(
    channels: tuple[float, float, float], labs: int, permits: int, fine: float = 0.0, capacity=None
) -> Game:
    """A game in which some labs hold permits and the others violate, if there is no fine."""
    again, told, metered = channels
    return Game(
        n_agents=labs,
        audit=Audit(
            high_prob=0.6, base_prob=0.1, false_positive_rate=0.2, false_negative_rate=0.25,
            backcheck_prob=again, whistleblower_prob=told, monitoring_prob=metered, penalty_amount=fine,
            capacity=None if capacity is None else AuditCapacity(audits=capacity),
        ),
        market=CapMarket(token_cap=permits),
        lab=LabPopulation(gross_value_min=1.0, gross_value_max=1.0),
    )  # fmt: skip


def assert_frequency(count: float, runs: int, probability: float) -> None:
    """Assert a number of independent events within four standard deviations."""
    sd = (runs * probability * (1 - probability)) ** 0.5
    assert abs(count - runs * probability) <= 4 * sd + 1e-6


@pytest.mark.parametrize("channels", CHANNELS.values(), ids=CHANNELS)
def test_a_violator_is_found_by_whichever_comes_first(channels):
    again, told, metered = channels
    market = PermitMarket(crowd(channels, 100, 0), replications=RUNS // 100, rng=51)
    market.step()
    labs = market.columns
    assert_frequency(labs.audited.sum(), RUNS, P_S)
    assert_frequency(labs.backchecked.sum(), RUNS, (1 - P_S) * again)
    by_others = labs.caught & ~(labs.audited | labs.backchecked)
    unchecked = (1 - P_S) * (1 - again)
    assert_frequency(by_others.sum(), RUNS, unchecked * (1 - (1 - told) * (1 - metered)))
    assert_frequency(labs.caught.sum(), RUNS, 1 - unchecked * (1 - told) * (1 - metered))
    assert (labs.caught | ~(labs.audited | labs.backchecked)).all(), "who is checked is found"
    np.testing.assert_array_equal(market.checks, (labs.audited | labs.backchecked).sum(axis=1))
    np.testing.assert_array_equal(market.catches, labs.caught.sum(axis=1))


@pytest.mark.parametrize("channels", CHANNELS.values(), ids=CHANNELS)
def test_nobody_reports_a_lab_that_complies(channels):
    record = run(crowd(channels, 100, 100), replications=RUNS // 100, rng=52)
    assert record.catches.sum() == 0
    assert_frequency(record.audits.sum(), RUNS, P_F)
    assert_frequency(record.checks.sum(), RUNS, P_F + (1 - P_F) * channels[0])


@pytest.mark.parametrize("channels", CHANNELS.values(), ids=CHANNELS)
def test_labs_fear_all_ways_to_be_found(channels):
    again, told, metered = channels
    p_eff = 1 - (1 - P_S) * (1 - again) * (1 - told) * (1 - metered)
    for factor, deterred in ((1 + 1e-9, 100), (1 - 1e-9, 0)):
        market = PermitMarket(crowd(channels, 100, 0, fine=factor / p_eff), rng=53)
        market.step()
        assert market.deterred == deterred


@pytest.mark.parametrize(("violators", "permits", "capacity"), [(5, 5, 0), (8, 2, 2), (3, 7, 4)])
@pytest.mark.parametrize("channels", CHANNELS.values(), ids=CHANNELS)
def test_who_cannot_be_audited_is_found_like_who_need_not_be(channels, violators, permits, capacity):
    again, told, metered = channels
    game = crowd(channels, violators + permits, permits, capacity=capacity)
    record = run(game, replications=RUNS // 10, rng=54)
    letters = {"n": violators, "C": permits, "capacity": capacity, "p_s": P_S, "p_f": P_F}
    p_s, p_f = games.capacity_audit_rate(**letters), games.capacity_false_audit_rate(**letters)
    for name, expected in {
        "catches": violators * (1 - (1 - p_s) * (1 - again) * (1 - told) * (1 - metered)),
        "audits": violators * p_s + permits * p_f,
        "checks": violators * (p_s + (1 - p_s) * again) + permits * (p_f + (1 - p_f) * again),
    }.items():
        values = getattr(record, name)[:, 0]
        error = values.std(ddof=1) / len(values) ** 0.5
        assert abs(values.mean() - expected) <= 4 * error + 1e-6, name


def shop(labs: int, supply: int | None, low: float = 0.0, rule: str = "gross") -> Game:
    """Permits at 1/2, for labs of values up to 1."""
    return Game(
        n_agents=labs,
        audit=Audit(
            high_prob=1.0, base_prob=0.0, false_positive_rate=0.0, false_negative_rate=0.0,
            penalty_amount=9.0,
        ),
        market=FixedPriceMarket(fixed_price=0.5, supply=supply, purchase_rule=rule),
        lab=LabPopulation(gross_value_min=low, gross_value_max=1.0, cost=0.125),
    )  # fmt: skip


@pytest.mark.parametrize("rule", ["gross", "net"])
@pytest.mark.parametrize("supply", [0, 1, 7, 19, 20, 30])
def test_as_many_permits_are_sold_as_there_are_or_buyers(supply, rule):
    record = run(shop(20, supply, rule=rule), replications=500, rng=55, detail="lab")
    assert record.labs is not None
    buys = record.labs.gross_value >= (0.5 if rule == "gross" else 0.625)
    np.testing.assert_array_equal(record.permits, np.minimum(supply, buys.sum(axis=2)))
    assert not (record.labs.has_permit & ~buys).any()
    np.testing.assert_array_equal(record.revenue, 0.5 * record.permits)
    unlimited = run(shop(20, None, rule=rule), replications=500, rng=55)
    np.testing.assert_array_equal(record.permits, np.minimum(supply, unlimited.permits))


def test_every_buyer_is_as_likely_as_any_other_to_get_a_permit():
    """Whatever its place and its value: of B buyers, S at random."""
    market = PermitMarket(shop(20, 6), replications=20_000, rng=56)
    market.step()
    labs = market.columns
    buys = labs.gross_value >= 0.5
    buyers = buys.sum(axis=1, keepdims=True)
    chance = np.minimum(1.0, 6 / buyers) * buys
    away = labs.has_permit - chance
    spread = chance * (1 - chance)
    assert (np.abs(away.sum(axis=0)) <= stats.norm.isf(FALSE_ALARM / 40) * spread.sum(axis=0) ** 0.5).all()
    # Of B values, S without replacement: their sum varies by S (B - S) / (B - 1) times the mean square.
    mean = (labs.gross_value * buys).sum(axis=1, keepdims=True) / buyers
    apart = np.where(buys, labs.gross_value - mean, 0.0)
    factor = np.maximum(0, 6 * (buyers - 6)) / np.maximum(1, buyers - 1)
    variance = factor[:, 0] * (apart**2).sum(axis=1) / buyers[:, 0]
    assert abs((away * apart).sum()) <= 4 * variance.sum() ** 0.5


def test_every_set_of_winners_is_as_likely_and_drawn_anew_in_every_turn():
    record = run(shop(4, 2, low=0.75), replications=9000, steps=2, rng=57, detail="lab")
    assert record.labs is not None
    sets = list(itertools.combinations(range(4), 2))
    place = {frozenset(members): k for k, members in enumerate(sets)}
    won = [
        tuple(place[frozenset(np.flatnonzero(turn))] for turn in market) for market in record.labs.has_permit
    ]
    counts = np.zeros((6, 6))
    np.add.at(counts, tuple(np.transpose(won)), 1)
    assert stats.chisquare(counts.ravel()).pvalue > FALSE_ALARM
