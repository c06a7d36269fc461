"""The exact predictions are what the simulation does, and a simulation that differs is found out."""

import itertools

import numpy as np
import pytest
from faults import plant_strict_comparison, plant_undrawn_backchecks
from games import random_game

import analysis
import scenarios
import simulation
from deterrence import (
    Audit,
    CapMarket,
    FixedPriceMarket,
    Game,
    LabPopulation,
    LogNormal,
    TruncatedNormal,
)

VALUES = {
    "uniform": {"gross_value_min": 0.5, "gross_value_max": 1.5},
    "truncated_normal": {"gross_value_distribution": TruncatedNormal(mean=1.0, sd=0.4, min=0.2, max=2.0)},
    "lognormal": {"gross_value_distribution": LogNormal(median=1.0, sigma=0.5)},
}
RISKS = {
    "one": {},
    "range": {"risk_profile_min": 0.6, "risk_profile_max": 1.4},
    "lognormal": {"risk_profile_distribution": LogNormal(median=1.0, sigma=0.3)},
}
SIZES = [
    *[(1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (3, 2), (5, 0), (5, 2), (8, 7), (12, 4)],
    *[
        (20, 10),
        (20, 20),
        (20, 1),
        (35, 30),
        (50, 49),
        (80, 20),
        (120, 60),
        (200, 150),
        (400, 100),
        (2000, 900),
    ],
]


def configurations():
    """40 games: sizes crossed with markets; distributions, racing and backchecks rotate."""
    kinds = itertools.cycle(itertools.product(VALUES, RISKS, (0.0, 0.2), (0.0, 0.3)))
    for (size, permits), fixed in itertools.product(SIZES, (False, True)):
        values, risks, racing, backchecks = next(itertools.islice(kinds, 6, None))
        price = FixedPriceMarket(fixed_price=0.6 + 0.8 * permits / (size + 1))
        market = price if fixed else CapMarket(token_cap=permits)
        game = Game(
            n_agents=size,
            audit=Audit(
                high_prob=0.7,
                base_prob=0.1,
                false_positive_rate=0.15,
                false_negative_rate=0.2,
                backcheck_prob=backchecks,
                penalty_amount=1.2,
                collateral=0.2,
                cost=0.02,
                harm=0.4,
            ),
            market=market,
            lab=LabPopulation(
                **VALUES[values],
                **RISKS[risks],
                cost=0.05,
                capability_value=racing,
                reputation_sensitivity=0.1,
            ),
        )
        mode = "price" if fixed else "cap"
        yield pytest.param(game, id=f"{size}-{permits}-{mode}-{values}-{risks}-{racing}-{backchecks}")


@pytest.mark.parametrize("game", list(configurations()))
def test_every_quantity_within_four_standard_errors(game):
    comparison = analysis.compare(game, replications=20_000, rng=20_000 + game.n_agents)
    assert comparison.agrees
    assert [row for row in comparison.rows if abs(row.z) > 4] == []


def test_the_forty_configurations_cover_what_they_should():
    games = [p.values[0] for p in configurations()]
    assert len(games) == 40
    assert {type(g.market) for g in games} == {CapMarket, FixedPriceMarket}
    assert {type(g.lab.gross_value).__name__ for g in games} == {"Uniform", "TruncatedNormal", "LogNormal"}
    assert {g.lab.racing_value > 0 for g in games} == {True, False}
    assert {g.audit.backcheck_prob > 0 for g in games} == {True, False}


def test_intervals_cover_the_exact_mean_as_often_as_they_say():
    rng = np.random.default_rng(95)
    covered, asked = 0, 0
    for _ in range(200):
        comparison = analysis.compare(random_game(rng, most_labs=60), replications=1000, rng=rng)
        assert comparison.agrees
        for row in comparison.rows:
            if row.verdict != "exact" and not row.rare:  # a point mass is met exactly or not at all
                asked += 1
                covered += row.low <= row.predicted <= row.high
    assert asked > 1200
    assert 0.91 <= covered / asked <= 0.98


class TestAFaultIsFound:
    def test_a_backcheck_that_is_believed_but_not_drawn(self, monkeypatch):
        plant_undrawn_backchecks(monkeypatch)
        comparison = analysis.compare(scenarios.load("backcheck_and_racing"), rng=1)
        assert not comparison.agrees
        assert comparison["catches"].verdict == "differs"
        assert comparison["violations"].verdict == "agrees"  # labs still believe in it

    def test_strict_inequality_in_the_compliance_condition(self, monkeypatch):
        plant_strict_comparison(monkeypatch)
        comparison = analysis.compare(scenarios.load("knife_edge"), rng=1)
        assert comparison["violations"].verdict == "differs"

    def test_a_certainty_that_one_market_breaks(self, monkeypatch):
        game = scenarios.load("knife_edge")
        record = simulation.run(game, replications=20_000, steps=1, rng=1)
        broken = record.violations.copy()
        broken[12_345, 0] += 1
        object.__setattr__(record, "violations", broken)
        monkeypatch.setattr(simulation, "run", lambda *_args, **_kwargs: record)
        assert analysis.compare(game)["violations"].verdict == "differs"

    @pytest.mark.parametrize("shift", [-6.0, 6.0])
    def test_a_mean_six_standard_errors_off(self, monkeypatch, shift):
        game = scenarios.load("baseline")
        record = simulation.run(game, replications=10_000, steps=1, rng=3)
        predicted = analysis.compare(game, replications=10_000, rng=3)["welfare"]
        moved = record.welfare + shift * predicted.predicted_sd / 100
        object.__setattr__(record, "welfare", moved)
        monkeypatch.setattr(simulation, "run", lambda *_args, **_kwargs: record)
        assert analysis.compare(game, replications=10_000)["welfare"].verdict == "differs"
