"""The whole permit regime drawn lab by lab, from its written definition and from nothing else.

Every array has one row for each replication of a turn and one column for each lab.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import deterrence as dt


def drawn(distribution, shape, rng):
    if isinstance(distribution, dt.LogNormal):
        return distribution.median * np.exp(distribution.sigma * rng.standard_normal(shape))
    if isinstance(distribution, dt.Uniform):
        return rng.uniform(distribution.min, distribution.max, shape)
    values = distribution.mean + distribution.sd * rng.standard_normal(shape)
    outside = (values < distribution.min) | (values > distribution.max)
    if outside.any():
        values[outside] = drawn(distribution, (int(outside.sum()),), rng)
    return values


def play(game, replications, seed):
    """Every quantity of a turn, one number for each replication."""
    rng, N, a, lab = np.random.default_rng(seed), game.n_agents, game.audit, game.lab
    shape = (replications, N)
    v, r, w, turnover = (
        drawn(law, shape, rng) for law in (lab.gross_value, lab.risk_profile, lab.flops, lab.turnover)
    )
    s, V, excess = v - lab.cost, lab.racing_factor * lab.capability_value, w - game.flop_threshold
    needs = excess > 0
    price, permit = trade(game, v, s, needs, rng)

    beta, alpha = 1 - a.false_negative_rate, a.false_positive_rate
    full = np.ones(shape)
    if a.signal_scale:
        full = np.minimum(1, np.maximum(excess, 0) / a.signal_scale) ** a.signal_exponent
    beta_i = alpha + (beta - alpha) * full
    fine = np.maximum(
        a.penalty_amount + a.excess_penalty * np.maximum(excess, 0) ** a.excess_exponent,
        a.turnover_share * turnover,
    )
    cap = math.inf if a.liability_cap is None else a.liability_cap
    posted = a.liability_rule == "posted"
    money = a.collateral + np.minimum(fine, cap) if posted else np.minimum(a.collateral + fine, cap)
    p_s = beta_i * a.high_prob + (1 - beta_i) * a.base_prob
    unseen = (1 - a.backcheck_prob) * (1 - a.whistleblower_prob) * (1 - a.monitoring_prob)
    expected = (1 - (1 - p_s) * unseen) * r * (money + lab.reputation_sensitivity)

    asked = np.where(np.isnan(price), math.inf, price)[:, None]
    gain = V + {"min": np.minimum(asked, s), "price": asked + 0 * s, "value": s}[lab.gain_rule]
    evade, split, chi, left = gain - expected, np.full(shape, -math.inf), np.zeros(shape), np.ones(shape)
    if lab.splitting is not None:
        chi = rng.uniform(lab.splitting.cost_min, lab.splitting.cost_max, shape)
        left = rng.uniform(lab.splitting.coordination_min, lab.splitting.coordination_max, shape)
        split = gain - chi - left * expected
    without = needs & ~permit
    violates = without & (np.maximum(evade, split) > 0)
    splits = violates & (split > evade)

    suspicious = rng.uniform(size=shape) < np.where(violates, beta_i, alpha)
    runs = permit | violates
    audited = runs & (rng.uniform(size=shape) < np.where(suspicious, a.high_prob, a.base_prob))
    checked = audited | (runs & (rng.uniform(size=shape) < a.backcheck_prob))
    looked_at = checked | (rng.uniform(size=shape) < a.whistleblower_prob)
    looked_at |= rng.uniform(size=shape) < a.monitoring_prob
    caught = violates & looked_at & (~splits | (rng.uniform(size=shape) < left))

    rents = (s * (runs | ~needs)).sum(axis=1) - (chi * splits).sum(axis=1)
    violations, losers = violates.sum(axis=1), without.sum(axis=1)
    with np.errstate(invalid="ignore"):
        share = (losers - violations) / losers
    return {
        "price": price,
        "permits": permit.sum(axis=1),
        "violations": violations,
        "deterred": losers - violations,
        "compliance_rate": 1 - violations / N,
        "unpermitted_compliance_rate": share,
        "audits": audited.sum(axis=1),
        "false_audits": (audited & permit).sum(axis=1),
        "checks": checked.sum(axis=1),
        "catches": caught.sum(axis=1),
        "penalties": (money * caught).sum(axis=1),
        "revenue": np.nan_to_num(price) * permit.sum(axis=1),
        "welfare": rents + (V - a.harm) * violations - a.cost * checked.sum(axis=1),
    }


def trade(game, v, s, needs, rng):
    """Price, and which labs get a permit."""
    market, N = game.market, game.n_agents
    if isinstance(market, dt.CapMarket):
        bids = np.where(needs, np.maximum(0, s), 0)
        Q = market.token_cap
        if Q == 0:
            return np.full(len(v), math.nan), np.zeros(v.shape, bool)
        order = np.argsort(np.argsort(-bids, axis=1, kind="stable"), axis=1)
        price = -np.sort(-bids, axis=1)[:, min(Q, N) - 1] * (needs.sum(axis=1) > Q)
        return price, (order < Q) & (bids > 0)
    worth = v if market.purchase_rule == "gross" else s
    buys = needs & (worth >= market.fixed_price)
    if market.supply is not None:
        lot = np.where(buys, rng.uniform(size=v.shape), 2)
        buys &= np.argsort(np.argsort(lot, axis=1), axis=1) < market.supply
    return np.full(len(v), market.fixed_price), buys


def assert_drawn(prediction, sample, sigmas=4.5):
    """Means and variances of all quantities lie within so many standard errors of the drawn ones."""
    for name, (mean, sd) in prediction.items():
        x = sample[name][~np.isnan(sample[name])]
        if math.isnan(mean):
            assert not len(x), name
            continue
        x = x - mean
        room = 1e-9 * (1 + abs(mean))
        assert abs(x.mean()) <= sigmas * sd / math.sqrt(len(x)) + room, (name, mean, x.mean())
        error = sigmas * (x**2).std() / math.sqrt(len(x)) + 1e-7 * sd**2 + room**2
        assert abs((x**2).mean() - sd**2) <= error, (name, sd, x.std())


def regime(market, *, n_agents=6, flop_threshold=0.0, audit=None, **lab):
    """A game in which about half the labs without a permit violate."""
    policy = {
        "high_prob": 0.6, "base_prob": 0.1, "false_positive_rate": 0.05, "false_negative_rate": 0.2,
        "backcheck_prob": 0.05, "penalty_amount": 1.0, "cost": 0.03, "harm": 0.7,
    }  # fmt: skip
    lab = {"gross_value_min": 0.5, "gross_value_max": 3.0, "cost": 0.7, "capability_value": 0.2} | lab
    return dt.Game(
        n_agents=n_agents,
        flop_threshold=flop_threshold,
        audit=dt.Audit(**(policy | (audit or {}))),
        market=market,
        lab=dt.LabPopulation(**lab),
    )


def approx(moment, rel=1e-9):
    return pytest.approx(moment, rel=rel, abs=1e-12, nan_ok=True)
