"""Large markets in which a lab needs a permit for every so much compute."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from regimes import drawn, regime

import deterrence as dt

RISK = {"risk_profile_min": 0.5, "risk_profile_max": 3.0}
FLOPS = {"flops_min": 0.5, "flops_max": 3.0}
LABS = 400_000
SHARES = ("permits", "violations", "deterred", "audits", "checks", "catches")


def units(Q, per_permit):
    return dt.CapMarket(token_cap=Q, flops_per_permit=per_permit)


def large_market(game, seed):
    """The market of `LABS` labs, with the cap's share: means per lab, and the sd of what one lab adds."""
    rng, a, lab = np.random.default_rng(seed), game.audit, game.lab
    v, r, w = (drawn(law, LABS, rng) for law in (lab.gross_value, lab.risk_profile, lab.flops))
    s, needs, V = v - lab.cost, w > game.flop_threshold, lab.racing_factor * lab.capability_value
    u, Q = np.ceil(w / game.market.flops_per_permit), game.market.token_cap * LABS // game.n_agents
    bid = np.where(needs, np.maximum(0, s) / u, 0.0)
    order = np.argsort(-bid, kind="stable")
    demand = np.cumsum(np.where(needs, u, 0)[order])
    holds = np.zeros(LABS, bool)
    holds[order] = (demand <= Q) & (bid[order] > 0)
    price = 0.0 if demand[-1] <= Q else bid[order][np.searchsorted(demand, Q)]
    if Q == 0:
        price = math.inf
    strength = np.minimum(1, np.maximum(w - game.flop_threshold, 0) / a.signal_scale) if a.signal_scale else 1
    beta = a.false_positive_rate + (1 - a.false_negative_rate - a.false_positive_rate) * strength
    p_s = beta * a.high_prob + (1 - beta) * a.base_prob
    q_s = 1 - (1 - p_s) * (1 - a.backcheck_prob)
    p_f = a.false_positive_rate * a.high_prob + (1 - a.false_positive_rate) * a.base_prob
    q_f = 1 - (1 - p_f) * (1 - a.backcheck_prob)
    gain = V + {"min": np.minimum(price * u, s), "value": s, "price": price * u}[lab.gain_rule]
    violates = needs & ~holds & (gain > q_s * r * a.penalty_amount)
    checks = q_f * holds + q_s * violates
    each = {
        "permits": holds,
        "violations": violates,
        "deterred": needs & ~holds & ~violates,
        "audits": p_f * holds + p_s * violates,
        "checks": checks,
        "catches": q_s * violates,
        "penalties": a.penalty_amount * q_s * violates,
        "revenue": (0.0 if math.isinf(price) else price) * u * holds,
        "welfare": s * (holds | violates | ~needs) + (V - a.harm) * violates - a.cost * checks,
    }
    return price, {name: (x.mean(), x.std()) for name, x in each.items()}


GAMES = {
    "exempt labs and signals": regime(
        units(40, 0.8), n_agents=100, flop_threshold=1.0, audit={"signal_scale": 1.5}, **FLOPS, **RISK
    ),
    "the literal gain": regime(
        units(40, 0.8), n_agents=100, flop_threshold=0.7, gain_rule="price", **FLOPS, **RISK
    ),
    "one value": regime(
        units(40, 0.8), n_agents=100, flop_threshold=1.0, **FLOPS, **RISK,
        gross_value_min=1.5, gross_value_max=1.5,
    ),
    "normal compute": regime(
        units(25, 0.5), n_agents=100,
        flops_distribution=dt.TruncatedNormal(mean=1.0, sd=0.5, min=0.0, max=3.0),
    ),
    "permits for all": regime(units(300, 1.0), n_agents=100, **FLOPS, **RISK),
    "no permits": regime(units(0, 1.0), n_agents=100, **FLOPS, **RISK),
}  # fmt: skip


@pytest.mark.parametrize("game", GAMES.values(), ids=GAMES)
def test_limit_against_a_large_market(game):
    limit = dt.limit(game)
    price, each = large_market(game, seed=2)
    if math.isinf(price):
        assert math.isnan(limit.price)
    else:
        assert limit.price == pytest.approx(price, abs=0.01)
    for name, (mean, sd) in each.items():
        # The price moves all labs together; per lab that is at most as much as each lab's own luck again.
        error = 2 * 4.5 * sd / math.sqrt(LABS) + 2 / LABS
        assert abs(getattr(limit, name) - mean) <= error, name
    assert dt.limit_welfare(game).total == pytest.approx(limit.welfare, rel=1e-12)


@pytest.mark.parametrize("market", [dt.CapMarket(token_cap=40), dt.CapMarket(token_cap=0)])
@pytest.mark.parametrize("gain_rule", ["min", "price", "value"])
def test_one_permit_each_is_the_basic_market(market, gain_rule):
    game = regime(market, n_agents=100, gain_rule=gain_rule, **FLOPS, **RISK)
    by_unit = dataclasses.replace(game, market=dataclasses.replace(market, flops_per_permit=3.0))
    one, other = dt.limit(by_unit), dt.limit(game)
    for field in dataclasses.fields(dt.Limit)[1:]:
        assert getattr(one, field.name) == pytest.approx(
            getattr(other, field.name), rel=1e-12, abs=1e-14, nan_ok=True
        )


def test_three_permits_each_is_a_third_of_the_permits():
    game = regime(units(60, 1.0), n_agents=100, flops_min=2.5, flops_max=3.0, **RISK)
    one, other = dt.limit(game), dt.limit(regime(dt.CapMarket(token_cap=20), n_agents=100, **RISK))
    assert one.price == pytest.approx(other.price / 3, rel=1e-12)
    for name in (*SHARES, "revenue", "welfare"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-12), name


def test_two_sizes_by_hand():
    """Rents uniform on [0, 1]; half the labs need one permit, half two; (1 - y)/2 + 2 (1 - 2y)/2 = 3/8."""
    game = regime(
        units(375, 1.0), n_agents=1000, flops_min=0.0, flops_max=2.0,
        gross_value_min=0.0, gross_value_max=1.0, cost=0.0, capability_value=0.0,
    )  # fmt: skip
    limit = dt.limit(game)
    assert limit.price == pytest.approx(0.45, rel=1e-12)
    assert limit.permits == pytest.approx(0.5 * 0.55 + 0.5 * 0.1, rel=1e-12)
    assert limit.revenue == pytest.approx(0.45 * 0.375, rel=1e-12)


def test_too_many_sizes_are_refused():
    with pytest.raises(dt.ParameterError, match=r"market\.flops_per_permit = 0\.001"):
        dt.limit(regime(units(10, 0.001), flops_min=0.5, flops_max=3.0))
