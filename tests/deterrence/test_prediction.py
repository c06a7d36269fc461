"""`predict` against 50-digit evaluations and against enumeration of small markets."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from bends import VALUES, draw_game, small_game
from enumeration import enumerate_moments
from oracle import exact

import deterrence as dt

GAMES, BATCHES = 200, 20


def batch(number):
    rng = np.random.default_rng([50, number])
    return [draw_game(rng) for _ in range(GAMES // BATCHES)]


def assert_moments(game, truth, *, mean=1e-9, sd=1e-6):
    """`predict` gives these moments, within relative errors, and raises no floating-point flag."""
    with np.errstate(all="raise"):
        prediction = dt.predict(game)
    for name, got in prediction.items():
        true_mean, true_sd = map(float, truth[name])
        if math.isnan(true_mean):
            assert math.isnan(got.mean), name
            assert math.isnan(got.sd), name
            continue
        # Below these sizes a quantity is 0 to rounding: of a count, a rate near 1, and a spread.
        size = abs(true_mean) + (0 if name in ("price", "revenue", "penalties", "welfare") else game.n_agents)
        least = 1e-15 if name == "compliance_rate" else 1e-30 * game.n_agents
        assert got.mean == pytest.approx(true_mean, rel=mean, abs=least), name
        assert got.sd == pytest.approx(true_sd, rel=sd, abs=1e-14 * size), name


@pytest.mark.parametrize("number", range(BATCHES))
def test_200_games_at_50_digits(number):
    for game in batch(number):
        assert_moments(game, exact(game))


def test_the_200_games_are_of_every_kind():
    games = [game for number in range(BATCHES) for game in batch(number)]
    caps = [game for game in games if isinstance(game.market, dt.CapMarket)]
    prices = [game for game in games if isinstance(game.market, dt.FixedPriceMarket)]
    worthless = [game for game in caps if has_worthless_runs(game)]
    assert len(games) == GAMES
    assert {1, 2, 10**6} <= {game.n_agents for game in games}
    assert {min(max(game.market.token_cap - game.n_agents, -2), 1) for game in caps} == {-2, -1, 0, 1}
    assert {0, 1} <= {game.market.token_cap for game in caps}
    assert {game.market.purchase_rule for game in prices} == {"gross", "net"}
    assert {game.lab.gain_rule for game in games} == {"min", "price", "value"}
    assert {game.audit.liability_rule for game in games} == {"capped", "posted"}
    assert {game.lab.racing_value > 0 for game in worthless} == {True, False}
    assert any(
        game.lab.gross_value_min is not None and game.lab.gross_value.min == game.lab.gross_value.max
        for game in games
    )
    assert {game.lab.risk_profile.min == game.lab.risk_profile.max for game in games} == {True, False}
    assert any(dt.Enforcement.of(game).p_eff == 0 for game in games)
    assert any(dt.Enforcement.of(game).penalty == game.audit.liability_cap for game in games)
    assert any(game.audit.backcheck_prob > 0 for game in games)


def has_worthless_runs(game):
    """Some labs are worth less than the cost, some more."""
    values = game.lab.gross_value
    inside = getattr(values, "min", 0.0) < game.lab.cost < getattr(values, "max", math.inf)
    return inside and game.n_agents > game.market.token_cap > 0


RISKS = [
    dt.TruncatedNormal(mean=1.0, sd=0.3, min=0.2, max=2.0),
    dt.LogNormal(median=1.0, sigma=0.5),
    dt.TruncatedNormal(mean=0.5, sd=2.0, min=0.0, max=1.5),
]


RISK = {"risk_profile_min": 0.5, "risk_profile_max": 1.5}


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("risk", RISKS)
def test_curved_distributions_of_risk_at_50_digits(risk, values):
    game = small_game(dt.FixedPriceMarket(fixed_price=1.5), values=values, risk_profile_distribution=risk)
    assert_moments(game, exact(game))


@pytest.mark.parametrize(
    ("values", "risk", "rule"), [("uniform", 0, "min"), ("lognormal", 1, "value"), ("normal", 2, "price")]
)
def test_curved_distributions_of_risk_under_a_cap(values, risk, rule):
    lab = {"risk_profile_distribution": RISKS[risk], "gain_rule": rule}
    game = small_game(dt.CapMarket(token_cap=2), values=values, **lab)
    assert_moments(game, exact(game))


def normal(**parameters):
    return {"gross_value_distribution": dt.TruncatedNormal(**parameters)}


def lognormal(**parameters):
    return {"gross_value_distribution": dt.LogNormal(**parameters)}


AWKWARD = {
    "one permit for ten million labs": (10**7, 1, {}),
    "all but one of ten million labs": (10**7, 10**7 - 1, {}),
    "bounds a thousand sd away": (10**7, 10**6, normal(mean=1.0, sd=1e-3, min=0.0, max=2.0)),
    "values a billionth apart": (1000, 300, normal(mean=1.0, sd=1e-9, min=0.0, max=2.0) | {"cost": 1.0}),
    "lognormal, nearly one value": (10**6, 10**5, lognormal(median=1.0, sigma=1e-9) | {"cost": 1.0}),
    "lognormal, tails above all": (10**6, 1, lognormal(median=1.0, sigma=5.0)),
    "lognormal, the least of a million": (10**6, 10**6 - 1, lognormal(median=1.0, sigma=5.0) | {"cost": 0.0}),
    "six sd above the mean": (5, 3, normal(mean=1.0, sd=1.0, min=6.99, max=20.0)),
    "six sd below the mean": (5, 3, normal(mean=10.0, sd=1.0, min=0.0, max=4.01)),
    "nearly uniform": (40, 20, normal(mean=1.0, sd=1e6, min=0.5, max=2.0)),
    "as much money as there may be": (40, 20, {"gross_value_min": 1e14, "gross_value_max": 1e15}),
    "hardly any money": (40, 20, {"gross_value_min": 0.0, "gross_value_max": 1e-12, "cost": 0.0}),
    "everyone violates": (1000, 300, {"capability_value": 1e9}),
    "no one violates": (1000, 300, {"reputation_sensitivity": 1e15}),
    "bold labs": (1000, 300, {"risk_profile_min": 0.0}),
    "risks a billionth apart": (1000, 300, {"risk_profile_min": 1.0, "risk_profile_max": 1.000000001}),
    "hardly any run worth its cost": (10**5, 300, {"cost": 2.9999}),
}


@pytest.mark.parametrize(("N", "Q", "lab"), AWKWARD.values(), ids=AWKWARD.keys())
def test_awkward_markets_at_50_digits(N, Q, lab):
    bounds = {} if "gross_value_distribution" in lab else {"gross_value_min": 0.5, "gross_value_max": 3.0}
    lab = {"gross_value_min": None, "gross_value_max": None} | RISK | bounds | lab
    game = small_game(dt.CapMarket(token_cap=Q), n_agents=N, **lab)
    assert_moments(game, exact(game))


@pytest.mark.parametrize("N", [1, 2, 3, 4, 5, 6])
def test_every_arrangement_of_a_few_labs(N):
    rng = np.random.default_rng(N)
    for _ in range(40 if N < 6 else 10):
        game = draw_game(rng, N=N, values="uniform")
        assert_moments(game, enumerate_moments(game), mean=1e-10, sd=1e-6)


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("market", [dt.CapMarket(token_cap=300_000), dt.FixedPriceMarket(fixed_price=1.5)])
def test_a_million_labs_take_less_than_50_milliseconds(values, market):
    game = small_game(market, n_agents=10**6, values=values, **RISK)
    dt.predict(game)  # imports SciPy

    def seconds():
        start = time.perf_counter()
        dt.predict(game)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(5)) < 0.05
