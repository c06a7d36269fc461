"""A fixed price with a limited supply: the lot decides among the labs that would buy."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from itertools import product
from math import sqrt

import pytest
from regimes import approx, assert_drawn, play, regime

import deterrence as dt

RISK = {"risk_profile_min": 0.5, "risk_profile_max": 3.0}


def shop(supply, price=1.25, **other):
    return dt.FixedPriceMarket(fixed_price=price, supply=supply, **other)


def test_three_labs_by_hand():
    """Values uniform on [0, 1] and a price of 1/4; p_eff P = 1/2, so that half the labs are bold buyers."""
    audit = dt.Audit(
        high_prob=0.5, base_prob=0.5, false_positive_rate=0.5, false_negative_rate=0.5, penalty_amount=1.0,
        cost=0.25, harm=2.0,
    )  # fmt: skip
    lab = dt.LabPopulation(gross_value_min=0.0, gross_value_max=1.0, gain_rule="value")
    game = dt.Game(n_agents=3, audit=audit, market=shop(1, price=0.25), lab=lab)
    kinds = {"idle": Fraction(1, 4), "timid": Fraction(1, 4), "bold": Fraction(1, 2)}
    found = []
    for labs in product(kinds, repeat=3):
        chance = kinds[labs[0]] * kinds[labs[1]] * kinds[labs[2]]
        buyers = [i for i in range(3) if labs[i] != "idle"]
        for winner in buyers or [None]:
            bold = sum(labs[i] == "bold" for i in range(3) if i != winner)
            found.append((chance / max(1, len(buyers)), int(winner is not None), bold))
    assert sum(chance for chance, _, _ in found) == 1

    def moments(value):
        mean = sum(chance * value(permits, bold) for chance, permits, bold in found)
        spread = sum(chance * (value(permits, bold) - mean) ** 2 for chance, permits, bold in found)
        return float(mean), sqrt(spread)

    predicted = dt.predict(game)
    assert predicted.permits == approx(moments(lambda permits, bold: permits))
    assert predicted.violations == approx(moments(lambda permits, bold: bold))
    assert predicted.deterred == approx(moments(lambda permits, bold: 3 - permits - bold))
    assert predicted.revenue == approx(moments(lambda permits, bold: Fraction(permits, 4)))
    without = moments(lambda permits, bold: Fraction(3 - permits - bold, 3 - permits))
    assert predicted.unpermitted_compliance_rate == approx(without)
    catches = [bold / 2 for _, _, bold in found]
    spread = sum(float(c) * (bold / 4 + (x - predicted.catches.mean) ** 2)
                 for (c, _, bold), x in zip(found, catches, strict=True))  # fmt: skip
    assert predicted.catches.sd == pytest.approx(sqrt(spread), rel=1e-12)
    distribution = dt.violations_distribution(game)
    expected = [float(sum(c for c, _, bold in found if bold == j)) for j in range(4)]
    assert list(distribution.probability) == pytest.approx(expected[: len(distribution.counts)], abs=1e-11)
    assert distribution.counts[0] == 0


@pytest.mark.parametrize("gain_rule", ["min", "price", "value"])
@pytest.mark.parametrize(
    ("market", "lab"),
    [
        (shop(2), RISK),
        (shop(2, purchase_rule="net"), {}),
        (shop(0), RISK),
        (shop(3, price=0.4), {"gross_value_min": 1.0, "gross_value_max": 1.0} | RISK),
        (
            shop(1),
            {"gross_value_min": None, "gross_value_max": None,
             "gross_value_distribution": dt.LogNormal(median=1.5, sigma=0.6)},
        ),
    ],
)  # fmt: skip
def test_drawn_lab_by_lab(market, lab, gain_rule):
    game = regime(market, gain_rule=gain_rule, **lab)
    prediction = dt.predict(game)
    assert_drawn(prediction, play(game, 40_000, seed=7))
    assert dt.violations_distribution(game).mean == pytest.approx(prediction.violations.mean, rel=1e-9)
    assert dt.violations_distribution(game).sd == pytest.approx(prediction.violations.sd, rel=1e-9)
    assert dt.welfare(game).total == pytest.approx(prediction.welfare.mean, rel=1e-9)


@pytest.mark.parametrize("supply", [6, 100])
def test_enough_for_all_is_no_limit(supply):
    game, free = regime(shop(supply), **RISK), regime(shop(None), **RISK)
    assert list(dt.predict(game).items()) == list(dt.predict(free).items())
    assert str(dt.limit(game)) == str(dt.limit(free))


def test_limit_is_what_the_prediction_tends_to():
    game = regime(shop(150_000), n_agents=10**6, **RISK)
    limit, prediction = dt.limit(game), dt.predict(game)
    assert limit.permits == 0.15
    for name in ("violations", "deterred", "audits", "checks", "catches", "penalties", "revenue", "welfare"):
        assert getattr(prediction, name).mean / 10**6 == pytest.approx(getattr(limit, name), rel=1e-5), name


def test_the_marginal_gain_is_that_of_the_best_lab_left_over():
    game = regime(shop(2), gain_rule="value")
    assert dt.solve(game).marginal_gain == pytest.approx(3.0 - 0.7 + 0.2, rel=1e-15)
    literal = dataclasses.replace(game, lab=dataclasses.replace(game.lab, gain_rule="min"))
    assert dt.solve(literal).marginal_gain == pytest.approx(1.25 + 0.2, rel=1e-15)
    fine = dt.require(game, compliance=1, by="fine").value
    assert fine == pytest.approx(dt.solve(game).requires["fine"].value, rel=1e-12)


def test_limited_audits_are_not_worked_out_beside_a_lot():
    with pytest.raises(dt.ParameterError, match=r"market\.supply = 2"):
        dt.capacity_compliance(regime(shop(2)), capacity=1)
