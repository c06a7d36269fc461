"""`limit` against the formulas of the large-N market, and as what `predict` tends to."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from bends import VALUES, draw_game, small_game
from scipy import integrate, stats

import deterrence as dt

# Distribution function, quantile and density of the values of `small_game`, from SciPy.
LAWS = {
    "uniform": stats.uniform(0.5, 2.5),
    "normal": stats.truncnorm(-1.0, 4.0, loc=1.0, scale=1.0),
    "lognormal": stats.lognorm(1.0),
}
RISK = {"risk_profile_min": 0.5, "risk_profile_max": 1.5}
MARKETS = [
    *(dt.CapMarket(token_cap=Q) for Q in (0, 1, 30, 99, 100, 101)),
    *(
        dt.FixedPriceMarket(fixed_price=p, purchase_rule=rule)
        for p in (0.9, 1.5)
        for rule in ("gross", "net")
    ),
]


@pytest.mark.parametrize("rule", ["min", "price"])
@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("market", MARKETS, ids=repr)
def test_limit_is_the_formula(market, values, rule):
    """Section 5: v* = F^-1(1 - Q/N), nu the integral of delta below it, and the aggregates."""
    game = small_game(market, n_agents=100, values=values, gain_rule=rule, **RISK)
    law, c, V = LAWS[values], game.lab.cost, game.lab.racing_value
    if isinstance(market, dt.CapMarket):
        share = min(1.0, market.token_cap / 100)
        cut = max(c, law.ppf(1 - share)) if share else math.inf
        price = math.nan if not share else 0.0 if share == 1 else cut - c
    else:
        price = market.fixed_price
        cut = price + (c if market.purchase_rule == "net" else 0)
    p_s, p_f = 0.8 * 0.6 + 0.2 * 0.1, 0.05 * 0.6 + 0.95 * 0.1
    p_eff, q_f = p_s + (1 - p_s) * 0.05, p_f + (1 - p_f) * 0.05
    D = p_eff * 2.0

    def delta(g):
        return min(max(g / D - 0.5, 0.0), 1.0)

    def below(f):
        """Integral over the labs without a permit, split at the bends of delta."""
        low, high = law.support()
        edges = [
            x for x in np.unique([c - V + 0.5 * D, c - V + 1.5 * D, 20, 400]) if low < x < min(cut, high)
        ]
        edges = [low, *edges, min(cut, high)]
        return sum(
            integrate.quad(lambda v: f(v) * law.pdf(v), *piece, epsabs=1e-13)[0] for piece in pairwise(edges)
        )

    asked = math.inf if math.isnan(price) else price

    def violates(v):
        return delta(V + (asked if rule == "price" else v - c))

    permits, nu = law.sf(cut), below(violates)
    rents = law.expect(lambda v: v - c, lb=cut) if permits else 0.0
    checks = q_f * permits + p_eff * nu
    truth = {
        "price": price,
        "permits": permits,
        "violations": nu,
        "deterred": law.cdf(cut) - nu,
        "audits": p_f * permits + p_s * nu,
        "checks": checks,
        "catches": p_eff * nu,
        "penalties": 2.0 * p_eff * nu,
        "revenue": price * permits if permits else 0.0,
        "welfare": rents + below(lambda v: violates(v) * (v - c + V - 0.7)) - 0.03 * checks,
    }
    with np.errstate(all="raise"):
        limit = dt.limit(game)
    assert {name: getattr(limit, name) for name in truth} == pytest.approx(
        truth, rel=1e-7, abs=1e-9, nan_ok=True
    )


def boxed_nu(game):
    """Section 5.2 for uniform values and risk: nu = (A(v*) - A(a)) / (b - a)."""
    a, b, c, V = game.lab.gross_value_min, game.lab.gross_value_max, game.lab.cost, game.lab.racing_value
    D, r = dt.Enforcement.of(game).D, game.lab.risk_profile
    v_L, v_H = c - V + r.min * D, c - V + r.max * D

    def A(x):
        if v_L < x < v_H:
            return (x - v_L) ** 2 / 2 / (v_H - v_L)
        return 0.0 if x <= v_L else x - (v_L + v_H) / 2

    v_star = b - (b - a) * min(1.0, game.market.token_cap / game.n_agents)
    return (A(max(v_star, min(c, b))) - A(a)) / (b - a)


def test_limit_share_of_violators_is_the_boxed_formula():
    rng = np.random.default_rng(0)
    games = [draw_game(rng, N=1000, values="uniform") for _ in range(200)]
    games = [g for g in games if isinstance(g.market, dt.CapMarket) and g.lab.gain_rule != "price"]
    assert len(games) > 50
    for game in games:
        assert dt.limit(game).violations == pytest.approx(boxed_nu(game), rel=1e-9, abs=1e-11)


SIZES = 10 ** np.arange(2, 7)


def distances(values, market, **lab):
    """How far prediction and limit are apart, per lab, at each number of labs."""
    rows = []
    for N in map(int, SIZES):
        game = small_game(market(N), n_agents=N, values=values, **lab)
        limit, prediction = dt.limit(game), dt.predict(game)
        per_lab = {
            name: getattr(prediction, name).mean / N
            for name in ("violations", "deterred", "checks", "welfare")
        }
        per_lab["price"] = prediction.price.mean
        rows.append([abs(per_lab[name] - getattr(limit, name)) for name in per_lab])
    return np.array(rows)


@pytest.mark.parametrize("values", VALUES)
def test_a_cap_meets_its_limit_like_1_over_N(values):
    bold = {"risk_profile_min": 0.5, "risk_profile_max": 3.0}  # some comply with whatever gain
    away = distances(values, lambda N: dt.CapMarket(token_cap=3 * N // 10), **bold)
    assert away[-1].max() < 1e-5
    np.testing.assert_allclose(away[2:4] / away[1:3], 0.1, rtol=0.1)


@pytest.mark.parametrize("values", VALUES)
def test_where_the_limit_is_a_tie_it_is_met_like_1_over_root_N(values):
    """One risk multiplier at which the marginal lab is indifferent: half of all markets have violators."""
    p_eff = dt.Enforcement.of(small_game(dt.CapMarket(token_cap=1))).p_eff
    r = (LAWS[values].ppf(0.7) - 0.7 + 0.2) / (2.0 * p_eff)
    away = distances(
        values, lambda N: dt.CapMarket(token_cap=3 * N // 10), risk_profile_min=r, risk_profile_max=r
    )
    ties = away[:, 0]
    sd = math.sqrt(0.3 * 0.7)  # E[(M - Q)^+] with M binomial around Q
    np.testing.assert_allclose(ties, sd / np.sqrt(2 * math.pi * SIZES), rtol=0.02)


@pytest.mark.parametrize("values", VALUES)
def test_at_a_fixed_price_the_limit_holds_at_any_number(values):
    away = distances(values, lambda N: dt.FixedPriceMarket(fixed_price=1.5), **RISK)
    assert away.max() < 1e-12


@pytest.mark.parametrize("cap", [20, 21])
def test_a_cap_that_does_not_bind_has_price_0_and_permits_for_all(cap):
    slack = dt.limit(small_game(dt.CapMarket(token_cap=cap), n_agents=20, cost=0.0))
    assert (slack.price, slack.revenue) == (0.0, 0.0)
    assert (slack.permits, slack.violations) == (1.0, 0.0)
