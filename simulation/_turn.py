"""One turn: trade, comply, enforce.

The specification's turn, for all labs of all replications at once. Nothing here predicts: a lab knows the
price, its own type and its chance of being caught, and decides by ``deterrence.complies``. What is decided
does not depend on the past, so it stands for as many turns as the labs stay what they are; what happens to
those who run is drawn anew in each.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from deterrence import CapMarket, complies
from simulation._rules import Rules

SLAB = 2**15
"""Labs that decide at once: few enough to stay in cache."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Totals:
    """What the decisions of a turn add up to, arrays of float of shape (replications,).

    Attributes
    ----------
    labs : array, labs
        Labs in the market.
    price : array, money
        NaN where no permits are for sale.
    permits, violations : array, labs
        Labs with a permit; labs that run without.
    rents, revenue : array, money
        Value less cost of all runs; paid for permits.
    """

    labs: np.ndarray
    price: np.ndarray
    permits: np.ndarray
    violations: np.ndarray
    rents: np.ndarray
    revenue: np.ndarray


TOTALS = tuple(field.name for field in fields(Totals))


@dataclass(frozen=True, eq=False, kw_only=True)
class Decisions:
    """What the market and the labs decide.

    Attributes
    ----------
    has_permit, violates : array of bool, shape (replications, labs)
        Whether a lab holds a permit; whether it runs without one. All others do not run.
    totals : Totals
    """

    has_permit: np.ndarray
    violates: np.ndarray
    totals: Totals


def decide(rules: Rules, gross_value: np.ndarray, risk_profile: np.ndarray) -> Decisions:
    """Trade permits, and let the labs without one decide."""
    replications, labs = gross_value.shape
    price = sale_price(rules, gross_value)
    has_permit, violates = (np.empty_like(gross_value, dtype=bool) for _ in range(2))
    rents = np.zeros(replications)
    slabs = [slice(start, start + SLAB) for start in range(0, labs, SLAB)]
    for slab in slabs:
        has_permit[:, slab] = buys(rules, price, gross_value[:, slab])
    if isinstance(rules.game.market, CapMarket):
        ration(rules, has_permit, gross_value, rules.game.market.token_cap)
    for slab in slabs:
        rent, permit = gross_value[:, slab] - rules.cost, has_permit[:, slab]
        undeterred = ~(permit | deterred(rules, price, rent, risk_profile[:, slab]))
        violates[:, slab] = undeterred
        # In one order of labs whatever the layout, since the last digits of a sum depend on it.
        rents += np.ascontiguousarray(np.where(permit | undeterred, rent, 0.0)).sum(axis=1)
    permits = count(has_permit).astype(float)
    totals = Totals(
        labs=np.full(replications, float(labs)),
        price=price,
        permits=permits,
        violations=count(violates).astype(float),
        rents=rents,
        revenue=np.where(permits > 0, price, 0.0) * permits,
    )
    return Decisions(has_permit=has_permit, violates=violates, totals=totals)


def sale_price(rules: Rules, gross_value: np.ndarray) -> np.ndarray:
    """Price of a permit, one per replication: fixed, or the highest bid but ``token_cap`` - 1."""
    market = rules.game.market
    replications, labs = gross_value.shape
    if not isinstance(market, CapMarket):
        return np.full(replications, market.fixed_price)
    if market.token_cap == 0:
        return np.full(replications, np.nan)
    if market.token_cap >= labs:
        return np.zeros(replications)
    rent = gross_value - rules.cost
    rent.partition(labs - market.token_cap, axis=1)
    return np.maximum(rent[:, labs - market.token_cap], 0.0)


def buys(rules: Rules, price: np.ndarray, gross_value: np.ndarray) -> np.ndarray:
    """Who pays the price, or bids at least as much under a cap."""
    market = rules.game.market
    rent = gross_value - rules.cost
    if isinstance(market, CapMarket):
        return (rent >= price[:, None]) & (rent > 0)
    if market.purchase_rule == "gross":
        return gross_value >= market.fixed_price
    # A rent is a difference, so it has the tolerance of the compliance rule: a certain bid against a gain.
    return (rent >= 0) & complies(p_eff=1.0, B=np.maximum(rent, 0.0), g=market.fixed_price)


def ration(rules: Rules, wins: np.ndarray, gross_value: np.ndarray, cap: int) -> None:
    """Where more than `cap` labs bid the price or more, let the first of those who bid it win."""
    tied = np.flatnonzero(count(wins) > cap)
    if tied.size:
        bid = np.where(wins[tied], gross_value[tied] - rules.cost, np.inf)
        last = bid.min(axis=1, keepdims=True)
        above, level = wins[tied] & (bid > last), bid == last
        left = cap - np.count_nonzero(above, axis=1, keepdims=True)
        wins[tied] = above | (level & (np.cumsum(level, axis=1) <= left))


def deterred(rules: Rules, price: np.ndarray, rent: np.ndarray, risk_profile: np.ndarray) -> np.ndarray:
    """Who would comply without a permit."""
    offered = np.where(np.isnan(price), np.inf, price)[:, None]
    match rules.game.lab.gain_rule:
        case "min":
            gain = np.minimum(offered, rent) + rules.racing
        case "price":
            gain = offered + rules.racing
        case "value":
            gain = rent + rules.racing
    return complies(p_eff=rules.p_eff, B=risk_profile * rules.punishment, g=gain)


def incomes(rules: Rules, decisions: Decisions, gross_value: np.ndarray) -> np.ndarray:
    """Money that each lab earns in a turn, less what it pays for its permit."""
    rent = gross_value - rules.cost
    earned = np.where(decisions.violates, rent + rules.racing, 0.0)
    np.subtract(rent, decisions.totals.price[:, None], out=earned, where=decisions.has_permit)
    return earned


def count(labs: np.ndarray) -> np.ndarray:
    """Number of labs, the last axis, of which something is true."""
    return np.add.reduce(labs.view(np.uint8), axis=-1, dtype=np.min_scalar_type(labs.shape[-1]))
