"""Whistleblowers and metering: what finds a violation without a check."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from bends import draw_game, small_game
from exact import Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from oracle import exact

import deterrence as dt
from deterrence import formulas

CHANNELS = {"whistleblower_prob": 0.25, "monitoring_prob": 0.375}


def found(p_b, p_w, p_m):
    """Probability that one of three things happens, of which each is tried where the ones before failed."""
    total = Fraction(0)
    for happens in product((True, False), repeat=3):
        chance = Fraction(1)
        for yes, p in zip(happens, (p_b, p_w, p_m), strict=True):
            chance *= p if yes else 1 - p
        total += chance if any(happens) else 0
    return total


def test_closed_form_against_every_outcome():
    points = Points(3)
    letters = {name: points.probability() for name in ("p_b", "p_w", "p_m")}
    with np.errstate(all="raise"):
        result = dt.unaudited_detection(**letters)
    p_b, p_w, p_m = letters.values()
    sensitivity = p_b * (1 - p_w) * (1 - p_m) + (1 - p_b) * (p_w * (1 - p_m) + (1 - p_w) * p_m)
    assert_close(result, exactly(found, letters), sensitivity, points.coarse)
    assert_same(result, singly(dt.unaudited_detection, letters))
    assert ((result >= 0) & (result <= 1)).all()


def test_contract():
    letters = {"p_b": 0.5, "p_w": 0.25, "p_m": 0.125}
    assert_contract(dt.unaudited_detection, letters)
    assert_refused(dt.unaudited_detection, letters, p_b=-0.1, p_w=1.5, p_m=2.0)
    assert dt.unaudited_detection() == 0.0
    assert dt.unaudited_detection(p_b=0.3) == 0.3


def with_channels(game, **channels):
    return dataclasses.replace(game, audit=dataclasses.replace(game.audit, **channels))


@pytest.mark.filterwarnings("ignore::deterrence.ParameterWarning")
@pytest.mark.parametrize("number", range(3))
def test_random_games_at_50_digits(number):
    rng = np.random.default_rng([51, number])
    for _ in range(4):
        p_w, p_m = rng.choice([0, 1, rng.uniform()], 2, p=[0.1, 0.1, 0.8])
        game = with_channels(draw_game(rng), whistleblower_prob=p_w, monitoring_prob=p_m)
        truth = exact(game)
        for name, got in dt.predict(game).items():
            mean, sd = map(float, truth[name])
            assert got.mean == pytest.approx(mean, rel=1e-9, abs=1e-15 * game.n_agents, nan_ok=True), name
            assert got.sd == pytest.approx(sd, rel=1e-6, abs=1e-9 * abs(mean), nan_ok=True), name


MARKETS = [dt.CapMarket(token_cap=4), dt.FixedPriceMarket(fixed_price=1.5)]


@pytest.mark.parametrize("market", MARKETS)
def test_labs_decide_as_with_more_backchecks_that_nobody_pays_for(market):
    game = with_channels(small_game(market), cost=0.0, backcheck_prob=0.125, penalty_amount=0.8)
    more = with_channels(game, backcheck_prob=float(found(0.125, 0.25, 0.375)))
    channels, backchecks = dt.predict(with_channels(game, **CHANNELS)), dt.predict(more)
    assert channels.violations.mean > 0.1
    for name, moment in channels.items():
        if name != "checks":
            assert moment == pytest.approx(getattr(backchecks, name), rel=1e-12), name
    assert channels.checks.mean < backchecks.checks.mean


@pytest.mark.parametrize("market", MARKETS)
def test_every_answer_knows_the_channels(market):
    game = with_channels(small_game(market), **CHANNELS)
    prediction = dt.predict(game)
    assert dt.violations_distribution(game).mean == pytest.approx(prediction.violations.mean, rel=1e-9)
    assert dt.welfare(game).total == pytest.approx(prediction.welfare.mean, rel=1e-12)
    audited = dt.capacity_compliance(game, capacity=game.n_agents - 1)
    assert audited == pytest.approx(prediction.compliance_rate.mean, rel=0.05)
    assert dt.limit_welfare(game).total == pytest.approx(dt.limit(game).welfare, rel=1e-12)


@pytest.mark.parametrize("by", ["fine", "pi_1", "p_b"])
def test_what_is_required_is_enough_and_a_little_less_is_not(by):
    game = with_channels(small_game(MARKETS[1]), penalty_amount=1.2, **CHANNELS)
    answer = dt.solve(game).requires[by]
    assert answer.value > 0
    field = {"fine": "penalty_amount", "pi_1": "high_prob", "p_b": "backcheck_prob"}[by]
    assert dt.solve(with_channels(game, **{field: answer.value})).deterred
    assert not dt.solve(with_channels(game, **{field: answer.value * (1 - 1e-9)})).deterred
    assert dt.require(game, compliance=1, by=by).value == pytest.approx(answer.value, rel=1e-12)


def test_formula_is_derived():
    assert len(formulas.unaudited_detection.steps) == 5
    assert all(step.verify() for step in formulas.unaudited_detection.steps)
