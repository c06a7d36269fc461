"""Distributions of violators and of the price against closed forms, 50 digits and enumeration."""

from __future__ import annotations

import itertools
import math

import mpmath
import numpy as np
import pytest
from bends import draw_game, small_game
from mpmath import mp, mpf
from scipy import integrate, stats

import deterrence as dt

SURE = {"high_prob": 1.0, "base_prob": 0.0, "false_positive_rate": 0.0, "false_negative_rate": 0.0}
NORMAL = stats.truncnorm(-1.0, 4.0, loc=1.0, scale=1.0)  # the normal values of `small_game`
TIE = 1e-12  # with one risk multiplier, a gain of D / (1 - TIE) is still a tie


def unit_game(N, market, penalty, **lab):
    """Values uniform on [0, 1], every violator detected."""
    values = {"gross_value_min": 0.0, "gross_value_max": 1.0}
    audit = dt.Audit(**SURE, penalty_amount=penalty)
    return dt.Game(n_agents=N, audit=audit, market=market, lab=dt.LabPopulation(**(values | lab)))


def probabilities(game):
    """Probability of every number of violators, 0 to N."""
    with np.errstate(all="raise"):
        found = dt.violations_distribution(game)
    assert found.counts.dtype.kind == "i"
    assert (np.diff(found.counts) == 1).all()
    every = np.zeros(game.n_agents + 1)
    every[found.counts] = found.probability
    return every


def away(computed, exact):
    """Total variation between two distributions, the second over fewer numbers."""
    rest = np.zeros(len(computed) - len(exact))
    return np.abs(computed - np.concatenate([exact, rest])).sum() / 2


@pytest.mark.parametrize(
    ("N", "Q"),
    [
        (1, 0),
        (1, 1),
        (2, 1),
        (3, 0),
        (3, 2),
        (10, 3),
        (500, 499),
        (10**4, 3000),
        (10**5, 1),
        (10**6, 300_000),
    ],
)
@pytest.mark.parametrize("sds", [-4, -1, 0, 2])
def test_one_risk_multiplier_is_the_binomial_of_section_5_2(N, Q, sds):
    """n_V = (M - Q)^+, where M of the N labs would violate without a permit."""
    u = min(max(1 - Q / N - sds * math.sqrt((Q + 0.5) / N / N), 0.01), 0.999)
    game = unit_game(N, dt.CapMarket(token_cap=Q), penalty=u)
    would = 1 - u / (1 - TIE)
    exact = stats.binom.pmf(np.arange(Q, N + 1), N, would)
    exact[0] = stats.binom.cdf(Q, N, would)
    if Q >= N:
        exact = np.ones(1)
    assert away(probabilities(game), exact) < 1e-12
    assert dt.violations_distribution(game).none == pytest.approx(exact[0], rel=1e-9, abs=1e-18)


@pytest.mark.parametrize("N", [1, 7, 1000, 10**6])
def test_at_a_fixed_price_violators_are_binomial(N):
    game = unit_game(N, dt.FixedPriceMarket(fixed_price=0.7), penalty=0.4)
    exact = stats.binom.pmf(np.arange(N + 1), N, 0.7 - 0.4 / (1 - TIE))
    assert away(probabilities(game), exact) < 1e-12


@pytest.mark.parametrize(("N", "Q"), [(2, 1), (9, 4), (1000, 200), (10**5, 99_000)])
def test_under_the_price_rule_violators_can_be_beta_binomial(N, Q):
    """All losers gain the price v*; with r uniform on [0, 1] and D = 1 a share v* of them violates."""
    lab = {"gain_rule": "price", "risk_profile_min": 0.0, "risk_profile_max": 1.0}
    game = unit_game(N, dt.CapMarket(token_cap=Q), penalty=1.0, **lab)
    exact = stats.betabinom.pmf(np.arange(N - Q + 1), N - Q, N - Q + 1, Q)
    assert away(probabilities(game), exact) < 1e-9  # SciPy's logarithms of beta functions lose digits


def test_violators_of_any_number_among_many_labs():
    """A price rule with risks so alike that any number of 50,000 losers may violate."""
    N, Q, low, high = 10**5, 50_000, 0.499, 0.501
    lab = {"gain_rule": "price", "risk_profile_min": low, "risk_profile_max": high}
    found = probabilities(unit_game(N, dt.CapMarket(token_cap=Q), penalty=1.0, **lab))
    v_star = stats.beta(N - Q + 1, Q)

    def density(x, j):
        return v_star.pdf(x) * stats.binom.pmf(j, N - Q, (x - low) / (high - low))

    for j in (1000, 20_000, 25_000, 49_000):
        # Only near x with (N - Q) delta(x) = j, within 12 standard deviations.
        middle, sd = j / (N - Q), math.sqrt(j / (N - Q) * (1 - j / (N - Q)) / (N - Q))
        span = low + (high - low) * np.clip(middle + sd * np.array([-12, 0, 12]), 0, 1)
        exact = sum(
            integrate.quad(density, *ends, args=(j,), epsabs=0, epsrel=1e-12)[0]
            for ends in itertools.pairwise(span)
        )
        assert found[j] == pytest.approx(exact, rel=1e-10)


@mp.workdps(50)
@pytest.mark.parametrize(
    ("N", "Q", "numbers"), [(2, 1, [0, 1]), (7, 3, [0, 2, 4]), (1000, 300, [0, 80, 120])]
)
def test_mixture_over_prices_at_50_digits(N, Q, numbers):
    """Uniform values and risk: given v* = x, binomial with h(x) = A(x) / x, section 5.2."""
    v_L, v_H = mpf(1) / 2, mpf(3) / 4
    game = unit_game(N, dt.CapMarket(token_cap=Q), 0.25, risk_profile_min=2.0, risk_profile_max=3.0)

    def weight(x):
        beta = x ** (N - Q) * (1 - x) ** (Q - 1)
        return beta * mp.factorial(N) / mp.factorial(N - Q) / mp.factorial(Q - 1)

    def h(x):
        return 0 if x < v_L else (x - v_L) ** 2 / 2 / (v_H - v_L) / x if x < v_H else 1 - (v_L + v_H) / 2 / x

    def exact(j):
        def f(x):
            return weight(x) * mp.binomial(N - Q, j) * h(x) ** j * (1 - h(x)) ** (N - Q - j)

        spread = 12 / mp.sqrt(N)
        around = [max(v_L, 1 - mpf(Q) / N - spread), min(mpf(1), 1 - mpf(Q) / N + spread)]
        return mp.quad(f, sorted({mpf(0), v_L, v_H, mpf(1), *around, *mp.linspace(*around, 9)}))

    found = probabilities(game)
    for j in numbers:
        assert found[j] == pytest.approx(float(exact(j)), rel=1e-11, abs=1e-18)


@pytest.mark.parametrize(("N", "Q"), [(1, 1), (4, 0), (4, 1), (4, 4), (12, 5), (40, 30)])
@pytest.mark.parametrize("rule", ["min", "value"])
def test_runs_not_worth_their_cost_but_for_the_race(N, Q, rule):
    """Cost 0.4, V = 0.3, D = 0.1: labs in (0.2, 0.4) never bid and always violate, those above 0.4 if
    there is no permit left. A sum over how many labs there are of each kind."""
    lab = {"cost": 0.4, "capability_value": 0.3, "gain_rule": rule}
    game = unit_game(N, dt.CapMarket(token_cap=Q), penalty=0.1, **lab)
    chances = np.array([0.2, 0.2, 0.6])  # deterred, idle but for the race, bidders
    exact = np.zeros(N + 1)
    for racers, bidders in itertools.product(range(N + 1), repeat=2):
        if racers + bidders <= N:
            kinds = [N - racers - bidders, racers, bidders]
            exact[racers + max(0, bidders - Q)] += stats.multinomial.pmf(kinds, N, chances)
    assert away(probabilities(game), exact) < 1e-11  # the tie rule moves 0.2 by 1e-13


def test_sums_to_1_with_the_moments_of_predict():
    rng = np.random.default_rng(52)
    games = [draw_game(rng, N=round(10 ** rng.uniform(0, 4))) for _ in range(150)]
    for game in games:
        with np.errstate(all="raise"):
            found, predicted = dt.violations_distribution(game), dt.predict(game).violations
        assert (found.probability >= 0).all()
        assert found.probability.sum() == pytest.approx(1, abs=1e-12)
        assert found.mean == pytest.approx(predicted.mean, rel=1e-9, abs=1e-15 * game.n_agents)
        assert found.sd == pytest.approx(predicted.sd, rel=1e-6, abs=1e-8)


class TestPriceCdf:
    @mp.workdps(50)
    @pytest.mark.parametrize(("N", "Q"), [(2, 1), (10, 3), (1000, 300), (1000, 1), (1000, 999)])
    def test_is_the_incomplete_beta_function(self, N, Q):
        game = small_game(dt.CapMarket(token_cap=Q), n_agents=N, cost=0.25)
        u = np.array([0.11, 0.3, 0.5, 0.69, 0.72, 0.99])
        exact = [float(mpmath.betainc(N - Q + 1, Q, 0, mpf(x), regularized=True)) for x in u.tolist()]
        with np.errstate(all="raise"):
            found = dt.price_cdf(game, 0.25 + 2.5 * u)
        np.testing.assert_allclose(found, exact, rtol=1e-9, atol=1e-300)
        assert dt.price_cdf(game, 0.25) == 0.0
        assert dt.price_cdf(game, 2.75) == 1.0

    @pytest.mark.parametrize("values", ["uniform", "normal", "lognormal"])
    def test_has_the_mean_and_the_mass_at_0_of_the_market(self, values):
        game = small_game(dt.CapMarket(token_cap=7), n_agents=10, values=values, cost=1.0)
        assert dt.price_cdf(game, -1e-9) == 0.0
        price = dt.predict(game).price
        ends = [0.0, 0.5, 1.0, 2.0, 4.0, 60.0]
        survival = [
            integrate.quad(lambda y: 1 - dt.price_cdf(game, y), *span)[0] for span in itertools.pairwise(ends)
        ]
        assert sum(survival) == pytest.approx(price.mean, rel=1e-8)
        at_cost = {"uniform": 0.2, "normal": NORMAL.cdf(1.0), "lognormal": 0.5}[values]
        assert dt.price_cdf(game, 0.0) == pytest.approx(stats.binom.cdf(6, 10, 1 - at_cost), rel=1e-9)

    def test_where_the_price_is_known(self):
        y = np.array([-0.1, 0.0, 0.29, 0.31, 5.0])
        fixed = small_game(dt.FixedPriceMarket(fixed_price=0.3))
        np.testing.assert_array_equal(dt.price_cdf(fixed, y), [0, 0, 0, 1, 1])
        assert dt.price_cdf(fixed, 0.3) == 1.0
        slack = small_game(dt.CapMarket(token_cap=5))
        np.testing.assert_array_equal(dt.price_cdf(slack, y), [0, 1, 1, 1, 1])
        alike = small_game(dt.CapMarket(token_cap=2), gross_value_min=1.0, gross_value_max=1.0)
        np.testing.assert_array_equal(dt.price_cdf(alike, y), [0, 0, 0, 1, 1])
        idle = small_game(dt.CapMarket(token_cap=2), gross_value_min=0.5, gross_value_max=0.5)
        np.testing.assert_array_equal(dt.price_cdf(idle, y), [0, 1, 1, 1, 1])

    def test_there_is_none_without_permits(self):
        none = small_game(dt.CapMarket(token_cap=0))
        assert math.isnan(dt.price_cdf(none, 1.0))
        assert np.isnan(dt.price_cdf(none, np.array([0.0, 1.0]))).all()
