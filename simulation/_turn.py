"""One turn: trade, comply, enforce.

The specification's turn, for all labs of all replications at once. Nothing here predicts: a lab knows the
price, its own type and its chance of being caught, and decides by ``deterrence.complies``. What is decided
does not depend on the past, so it stands for as many turns as the labs stay what they are; what happens to
those who run is drawn anew in each.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from deterrence import CapMarket, complies
from simulation._rules import Rules

SLAB = 2**15
"""Labs that decide at once: few enough to stay in cache."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Totals:
    """What decisions add up to, arrays of float of shape (replications, 1), or (replications, steps).

    Attributes
    ----------
    labs, exempt : array, labs
        Labs in the market; those of them that need no permit.
    price : array, money
        NaN where no permits are for sale.
    permits, violations : array, labs
        Labs with a permit; labs that violate.
    rents, racing, revenue : array, money
        Value less cost of all runs; racing value of the violations; paid for permits.
    high_prob, base_prob : array, in [0, 1]
        Audit probabilities after a suspicious and after a clean signal, means over the labs.
    """

    labs: np.ndarray
    exempt: np.ndarray
    price: np.ndarray
    permits: np.ndarray
    violations: np.ndarray
    rents: np.ndarray
    racing: np.ndarray
    revenue: np.ndarray
    high_prob: np.ndarray
    base_prob: np.ndarray


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
    price, has_permit = trade(rules, gross_value)
    violates = np.empty_like(has_permit)
    permitted, unpermitted = np.zeros((2, replications, 1))
    for slab in slabs(labs):
        rent, permit = gross_value[:, slab] - rules.cost, has_permit[:, slab]
        deterred = complies(
            p_eff=rules.p_eff,
            B=risk_profile[:, slab] * rules.punishment,
            g=gain_of(rules, price, rent, rules.racing),
        )
        undeterred = ~(permit | deterred)
        violates[:, slab] = undeterred
        permitted += add_up(permit * rent)
        unpermitted += add_up(undeterred * rent)
    permits = count(has_permit).astype(float)[:, None]
    violations = count(violates).astype(float)[:, None]
    totals = Totals(
        labs=np.full((replications, 1), float(labs)),
        exempt=np.zeros((replications, 1)),
        price=price,
        permits=permits,
        violations=violations,
        rents=permitted + unpermitted,
        racing=rules.racing * violations,
        revenue=np.where(permits > 0, price, 0.0) * permits,
        high_prob=np.full((replications, 1), rules.game.audit.high_prob),
        base_prob=np.full((replications, 1), rules.game.audit.base_prob),
    )
    return Decisions(has_permit=has_permit, violates=violates, totals=totals)


def slabs(labs: int) -> list[slice]:
    """Labs cut so that what is done to some of them stays in cache."""
    return [slice(start, start + SLAB) for start in range(0, labs, SLAB)]


def trade(rules: Rules, gross_value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Price of a permit, of shape (replications, 1), and who gets one."""
    price = sale_price(rules, gross_value - rules.cost)
    has_permit = np.empty_like(gross_value, dtype=bool)
    for slab in slabs(gross_value.shape[1]):
        value = gross_value[:, slab]
        has_permit[:, slab] = buys(rules, price, value - rules.cost, value)
    market = rules.game.market
    if isinstance(market, CapMarket) and (count(has_permit) > market.token_cap).any():
        first_of_equals(market.token_cap, has_permit, gross_value - rules.cost)
    return price, has_permit


def sale_price(rules: Rules, worth: np.ndarray) -> np.ndarray:
    """Price of a permit, of shape (replications, 1): fixed, or the highest bid but ``token_cap`` - 1.

    What a permit is worth to each lab, of shape (replications, labs), is put in another order.
    """
    market = rules.game.market
    replications, labs = worth.shape
    if not isinstance(market, CapMarket):
        return np.full((replications, 1), market.fixed_price)
    if market.token_cap == 0:
        return np.full((replications, 1), np.nan)
    if market.token_cap >= labs:
        return np.zeros((replications, 1))
    worth.partition(labs - market.token_cap, axis=1)
    return np.maximum(worth[:, labs - market.token_cap, None], 0.0)


def buys(rules: Rules, price: np.ndarray, worth: np.ndarray, gross_value: np.ndarray) -> np.ndarray:
    """Who pays the price, or bids at least as much under a cap."""
    market = rules.game.market
    if isinstance(market, CapMarket):
        return (worth >= price) & (worth > 0)
    if market.purchase_rule == "gross":
        return gross_value >= price
    # A rent is a difference, so it has the tolerance of the compliance rule: a certain bid against a gain.
    return (worth >= 0) & complies(p_eff=1.0, B=np.maximum(worth, 0.0), g=price)


def first_of_equals(most: int, wins: np.ndarray, worth: np.ndarray) -> None:
    """Where more than so many labs win, since some are worth as much, let the first of the last win."""
    tied = np.flatnonzero(count(wins) > most)
    worth = np.where(wins[tied], worth[tied], np.inf)
    last = worth.min(axis=1, keepdims=True)
    above, level = wins[tied] & (worth > last), worth == last
    left = most - np.count_nonzero(above, axis=1, keepdims=True)
    wins[tied] = above | (level & (np.cumsum(level, axis=1) <= left))


def gain_of(rules: Rules, price: np.ndarray, rent: np.ndarray, racing: Any) -> np.ndarray:
    """What labs gain from running without a permit."""
    offered = np.where(np.isnan(price), np.inf, price)
    match rules.game.lab.gain_rule:
        case "min":
            gain = np.minimum(offered, rent)
        case "price":
            gain = offered
        case "value":
            gain = rent
    return gain + racing if np.any(racing) else gain


FEW_LABS = 2**12
"""More labs than these lie closest together in every layout: there cannot be as many replications."""


def add_up(money: np.ndarray) -> np.ndarray:
    """Sum over the labs, of shape (replications, 1).

    The last digits of a sum depend on the order, which for few labs is from the first to the last whatever
    the layout.
    """
    if money.flags.c_contiguous and money.shape[1] <= FEW_LABS:
        return np.cumsum(money, axis=1)[:, -1:] + 0.0  # no -0.0
    return np.add.reduce(money, axis=1, keepdims=True) + 0.0


def count(labs: np.ndarray) -> np.ndarray:
    """Number of labs, the last axis, of which something is true."""
    return np.add.reduce(labs.view(np.uint8), axis=-1, dtype=np.min_scalar_type(labs.shape[-1]))
