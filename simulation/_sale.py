"""The sale of permits where labs need several, or none, or bid less than their rents."""

from __future__ import annotations

from typing import Any

import numpy as np

from deterrence import CapMarket
from simulation._behaviour import Turn
from simulation._draws import Purpose
from simulation._turn import add_up, buys, count, first_of_equals, gain_of, sale_price


def sell(turn: Turn) -> dict[str, Any]:
    """Attributes of a turn after the sale: what permits are worth, who has them, and what cheating gains."""
    rules, market = turn.rules, turn.rules.game.market
    worth = turn.rent
    strategic = rules.game.lab.bid_rule == "strategic"
    if strategic:
        worth = np.minimum(worth, turn.p_eff * turn.punishment - turn.racing)
    if not turn.all_need_one:
        worth = np.where(turn.needs_permit, worth, -np.inf)
    if isinstance(market, CapMarket) and np.ndim(turn.units):
        price, has_permit = _auction(market.token_cap, worth, turn.units)
    else:
        price = sale_price(rules, worth.copy())
        if isinstance(market, CapMarket) and market.token_cap:  # no limit to those who need a permit
            price = np.where(turn.labs - turn.exempt_labs <= market.token_cap, 0.0, price)
        has_permit = buys(rules, price * turn.units, worth, turn.gross_value)
        if not turn.all_need_one:
            has_permit &= turn.needs_permit
        if isinstance(market, CapMarket):
            if (count(has_permit) > market.token_cap).any():
                first_of_equals(market.token_cap, has_permit, worth)
        elif market.supply is not None:
            has_permit = _drawn(market.supply, has_permit, turn.luck(Purpose.SALE))
    permits = count(has_permit).astype(float)[:, None]
    sold = permits if np.ndim(turn.units) == 0 else add_up(has_permit * turn.units)
    cost = price * turn.units
    # Who is left without a permit could not have bought one at the price, if others bid as much.
    gain = turn.rent + turn.racing if strategic else gain_of(rules, cost, turn.rent, turn.racing)
    permitted = (has_permit if turn.all_need_one else has_permit | turn.exempt) * turn.rent
    return {
        "worth": worth,
        "price": price,
        "cost": cost,
        "has_permit": has_permit,
        "gain": np.broadcast_to(gain, worth.shape),
        "permits": permits,
        "revenue": np.where(sold > 0, price, 0.0) * sold,
        "permitted_rents": add_up(permitted),
        "permitted_income": permitted - has_permit * np.where(np.isnan(cost), 0.0, cost),
    }


def _auction(cap: int, worth: np.ndarray, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Price of a permit, and who gets all that it needs, at the ``cap``-th highest of all bids."""
    bid = worth / units
    order = np.argsort(-bid, axis=1, kind="stable")  # of equal bids the first comes first
    ranked = np.take_along_axis(bid, order, axis=1)
    through = np.cumsum(np.take_along_axis(np.where(worth > -np.inf, units, 0.0), order, axis=1), axis=1)
    fits = (through <= cap) & (ranked > 0)
    has_permit = np.zeros_like(fits)
    np.put_along_axis(has_permit, order, fits, axis=1)
    if cap == 0:
        return np.full((len(bid), 1), np.nan), has_permit
    last = np.minimum((through < cap).sum(axis=1), bid.shape[1] - 1)[:, None]
    price = np.maximum(np.take_along_axis(ranked, last, axis=1), 0.0)
    return np.where(through[:, -1:] <= cap, 0.0, price), has_permit


def _drawn(supply: int, wants: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Who of those that want a permit gets one: of too many those with the smallest draws."""
    if supply >= wants.shape[1]:
        return wants
    order = np.argsort(np.where(wants, luck, np.inf), axis=1, kind="stable")
    drawn = np.zeros_like(wants)
    np.put_along_axis(drawn, order[:, :supply], True, axis=1)
    return drawn & wants
