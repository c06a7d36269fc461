"""Random games of every size, whose bends lie where their values are.

Costs, purchase prices and the gains that punishment just deters lie among the values of the labs, so that
every branch of the theory carries weight. Money is in units from 0.001 to a million.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

import deterrence as dt


def draw_game(rng, N=None, values=None):
    """A game with its cost, purchase price and largest deterred gain among its values."""
    if N is None:
        magnitude = rng.choice([0, 0.31, 6, rng.uniform(0, 6), rng.uniform(0, 2)], p=[0.04] * 3 + [0.58, 0.3])
        N = round(10**magnitude)
    unit = 10 ** rng.uniform(-3, 6)
    kind = values or rng.choice(["uniform", "normal", "lognormal", "known"], p=[0.35, 0.3, 0.25, 0.1])
    lab, low, high = draw_values(rng, unit, kind)
    width = high - low
    lab["cost"] = rng.choice([0, low * rng.uniform(), low + 0.7 * width * rng.uniform()])
    lab["capability_value"] = rng.choice([0, width * rng.uniform(), low * rng.uniform()])
    lab["racing_factor"] = rng.choice([1, rng.uniform(0.1, 3)])
    lab["gain_rule"] = str(rng.choice(["min", "price", "value"]))
    r = rng.choice([1, rng.uniform(0.1, 3)]) * np.array([1.0, 1.0])
    if rng.random() < 0.6:
        r = np.sort([rng.choice([0, rng.uniform(0, 3)]), rng.uniform(0, 3)])
    lab["risk_profile_min"], lab["risk_profile_max"] = map(float, r)

    audit = draw_audit(rng, unit)
    beta = 1 - audit["false_negative_rate"]
    p_s = beta * audit["high_prob"] + (1 - beta) * audit["base_prob"]
    p_eff = p_s + (1 - p_s) * audit["backcheck_prob"]
    gain = low + width * rng.uniform(-0.1, 1.2) - lab["cost"] + lab["racing_factor"] * lab["capability_value"]
    P = max(gain, 0) / (p_eff * r.mean()) if p_eff > 0 else unit
    fine, deposit, lab["reputation_sensitivity"] = P * rng.dirichlet([1, 1, 1])
    audit |= {"penalty_amount": fine, "collateral": deposit}
    if rng.random() < 0.3:
        audit["liability_cap"] = P * rng.uniform(0, 1.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        return dt.Game(
            n_agents=N,
            audit=dt.Audit(**audit),
            market=draw_market(rng, N, low, width, lab["cost"]),
            lab=dt.LabPopulation(**lab),
        )


def draw_values(rng, unit, kind):
    """Parameters of a distribution of values, and the range of most of them."""
    low = unit * rng.choice([0, rng.uniform(), rng.uniform(0, 5)])
    if kind == "known":
        low = unit * rng.uniform(0, 2)
        return {"gross_value_min": low, "gross_value_max": low}, low, low
    if kind == "uniform":
        high = low + unit * 10 ** rng.uniform(-2, 1)
        return {"gross_value_min": low, "gross_value_max": high}, low, high
    if kind == "normal":
        mean, sd = unit * rng.uniform(0, 3), unit * 10 ** rng.uniform(-2, 0.5)
        low = max(0, mean + sd * rng.choice([-100, rng.uniform(-4, 1), rng.uniform(-2, 0)]))
        high = max(low, mean - 4 * sd) + sd * 10 ** rng.uniform(-1, 1.5)
        noun = dt.TruncatedNormal(mean=mean, sd=sd, min=low, max=high)
        low = max(low, mean - 2 * sd)
        return {"gross_value_distribution": noun}, low, max(min(high, mean + 2 * sd), low)
    noun = dt.LogNormal(median=unit, sigma=rng.choice([rng.uniform(0.02, 0.3), rng.uniform(0.3, 2), 1]))
    spread = math.exp(2 * noun.sigma)
    return {"gross_value_distribution": noun}, unit / spread, unit * spread


def draw_audit(rng, unit):
    base, high = np.sort(rng.choice([0, 1, rng.uniform(), rng.uniform()], size=2, p=[0.15, 0.15, 0.35, 0.35]))
    beta = rng.choice([1, rng.uniform(0.3, 1)], p=[0.15, 0.85])
    return {
        "high_prob": high,
        "base_prob": base,
        "false_negative_rate": 1 - beta,
        "false_positive_rate": rng.choice([0, beta * rng.uniform()]),
        "backcheck_prob": rng.choice([0, rng.uniform(0, 0.5)]),
        "liability_rule": str(rng.choice(["capped", "posted"])),
        "cost": unit * rng.choice([0, rng.uniform(0, 0.2)]),
        "harm": unit * rng.choice([0, rng.uniform(0, 2)]),
    }


def draw_market(rng, N, low, width, cost):
    if rng.random() < 0.6:
        caps = [0, 1, N - 1, N, N + 7, int(N * rng.random()), int(N ** rng.random())]
        return dt.CapMarket(token_cap=int(rng.choice(caps, p=[0.05, 0.1, 0.1, 0.05, 0.05, 0.5, 0.15])))
    rule = str(rng.choice(["gross", "net"]))
    price = low + width * rng.uniform(-0.1, 1.1) - (cost if rule == "net" else 0)
    return dt.FixedPriceMarket(fixed_price=max(0.0, price), purchase_rule=rule)


VALUES = {
    "uniform": {"gross_value_min": 0.5, "gross_value_max": 3.0},
    "normal": {"gross_value_distribution": dt.TruncatedNormal(mean=1.0, sd=1.0, min=0.0, max=5.0)},
    "lognormal": {"gross_value_distribution": dt.LogNormal(median=1.0, sigma=1.0)},
}


def small_game(market, *, n_agents=5, values="uniform", **lab):
    audit = dt.Audit(
        high_prob=0.6,
        base_prob=0.1,
        false_positive_rate=0.05,
        false_negative_rate=0.2,
        backcheck_prob=0.05,
        penalty_amount=2.0,
        cost=0.03,
        harm=0.7,
    )
    lab = {"cost": 0.7, "capability_value": 0.2} | VALUES[values] | lab
    return dt.Game(n_agents=n_agents, audit=audit, market=market, lab=dt.LabPopulation(**lab))
