"""What comes of strategic bids in the simulation, against the theory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deterrence import (
    Audit,
    CapMarket,
    Game,
    LabPopulation,
    LogNormal,
    limit_strategic,
    predict_strategic,
)
from simulation import QUANTITIES, Record, run

MARKETS = 6_000
ALIKE, RANGE = {"risk_profile_min": 0.8, "risk_profile_max": 0.8}, {
    "risk_profile_min": 0.2, "risk_profile_max": 1.8,
}  # fmt: skip
LABS = {
    "alike": {"gross_value_min": 0.5, "gross_value_max": 1.5, **ALIKE},
    "alike, racing": {"gross_value_min": 0.5, "gross_value_max": 1.5, "capability_value": 0.3, **ALIKE},
    "alike, all cheat": {"gross_value_min": 2.0, "gross_value_max": 3.0, **ALIKE},
    "differ": {"gross_value_min": 0.5, "gross_value_max": 1.5, **RANGE},
    "differ, racing": {"gross_value_min": 0.5, "gross_value_max": 1.5, "capability_value": 0.2, **RANGE},
    "differ, some lose": {"gross_value_min": 0.0, "gross_value_max": 1.5, "cost": 0.3, **RANGE},
    "lognormal": {
        "gross_value_distribution": LogNormal(median=1.0, sigma=0.5),
        "risk_profile_distribution": LogNormal(median=0.9, sigma=0.4),
    },
}


def game_of(labs: int, permits: int, **lab) -> Game:
    """A market in which a violator expects to lose r 0.97."""
    return Game(
        n_agents=labs,
        audit=Audit(
            high_prob=0.6, base_prob=0.1, false_positive_rate=0.05, false_negative_rate=0.25,
            penalty_amount=1.8, cost=0.02, harm=0.4, backcheck_prob=0.05,
        ),
        market=CapMarket(token_cap=permits),
        lab=LabPopulation(**lab),
    )  # fmt: skip


def strategic(game: Game, **lab) -> Game:
    """The same market with strategic bids."""
    return replace(game, lab=replace(game.lab, bid_rule="strategic", **lab))


@pytest.mark.parametrize(("labs", "permits"), [(3, 1), (20, 8), (60, 45)])
@pytest.mark.parametrize("lab", LABS.values(), ids=LABS)
def test_every_quantity_within_four_standard_errors_of_the_exact_prediction(lab, labs, permits):
    game = game_of(labs, permits, **lab)
    prediction = predict_strategic(game)
    record = run(strategic(game), replications=MARKETS, rng=31)
    for name, moment in prediction.items():
        error = moment.sd / MARKETS**0.5
        assert abs(getattr(record, name).mean() - moment.mean) <= 4 * error + 1e-9, name
    if lab is not LABS["alike, all cheat"]:
        assert prediction.price.mean < prediction.truthful.price.mean


@pytest.mark.parametrize("gain_rule", ["min", "price", "value"])
def test_a_lab_without_a_permit_gains_by_running_rather_than_not_whatever_the_rule(gain_rule):
    """It could not have bought a permit at the price, since others that bid as much got them."""
    game = game_of(20, 8, **LABS["differ"])
    given, by_value = (
        run(strategic(game, gain_rule=rule), replications=100, rng=31) for rule in (gain_rule, "value")
    )
    assert_same_markets(given, by_value)
    prediction = predict_strategic(replace(game, lab=replace(game.lab, gain_rule=gain_rule)))
    assert prediction.violations == predict_strategic(game).violations


def assert_same_markets(a: Record, b: Record) -> None:
    """Assert that the same happened."""
    for name in QUANTITIES:
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("lab", LABS.values(), ids=LABS)
@pytest.mark.parametrize("permits", [1, 8, 19])
def test_market_by_market_the_price_is_no_higher_and_there_are_no_fewer_violators(lab, permits):
    game = game_of(20, permits, **lab)
    truthful, shaded = (run(g, replications=2000, rng=32) for g in (game, strategic(game)))
    assert (shaded.price <= truthful.price).all()
    assert (shaded.violations >= truthful.violations).all()
    if "risk_profile_min" in lab and lab["risk_profile_min"] == lab["risk_profile_max"]:
        np.testing.assert_array_equal(shaded.violations, truthful.violations)
        ceiling = max(0.0, 0.8 * loss() - lab.get("capability_value", 0.0))
        np.testing.assert_allclose(shaded.price, np.minimum(truthful.price, ceiling), rtol=1e-14)
    elif lab is not LABS["differ, some lose"] or permits < 19:  # there all who might cheat get permits
        assert (shaded.violations > truthful.violations).any()


def loss() -> float:
    """What a violator expects to lose at r = 1, by hand."""
    p_s = 0.75 * 0.6 + 0.25 * 0.1
    return (1 - (1 - p_s) * 0.95) * 1.8


@pytest.mark.parametrize("lab", [LABS["alike"], LABS["differ"], LABS["lognormal"]], ids=str)
def test_a_large_market_is_at_the_limit(lab):
    """Price and shares of labs are quantiles and shares of 100,000 draws, of which five sds are allowed."""
    labs, permits = 100_000, 30_000
    game = game_of(labs, permits, **lab)
    theory = limit_strategic(game)
    record = run(strategic(game), replications=1, rng=33)
    bound = 5 * 0.5 / labs**0.5
    assert abs(record.violations[0, 0] / labs - theory.violations) <= bound
    assert abs(record.deterred[0, 0] / labs - theory.deterred) <= bound
    above = limit_strategic(replace(game, market=CapMarket(token_cap=permits - round(bound * labs)))).price
    below = limit_strategic(replace(game, market=CapMarket(token_cap=permits + round(bound * labs)))).price
    assert below * (1 - 1e-12) <= record.price[0, 0] <= above * (1 + 1e-12)
    assert above - below < 0.05
    assert theory.price < theory.truthful.price
