"""Labs above and below a cut-off: integrals over their rents."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from deterrence._conduct import NOBODY, Exempt
from deterrence._game import Game
from deterrence._groups import Deeds
from deterrence._laws import Array, Law, gauss_rule
from deterrence._numeric import weigh
from deterrence._population import Population, exempt_rents


def supply(game: Game) -> float:
    """Most permits that are sold at a fixed price."""
    most = getattr(game.market, "supply", None)
    return math.inf if most is None else most


def gain_by_rule(game: Game, s: Array, price: Array) -> Array:
    """Gain of labs without a permit, with rents s, by the game's rule."""
    V = game.lab.racing_value
    rule = game.lab.gain_rule
    if rule == "value":
        return s + V
    if rule == "price":
        return np.broadcast_to(price + V, np.broadcast_shapes(np.shape(s), np.shape(price)))
    return np.minimum(price, s) + V


def clean_edges(values: Law, *groups: Array) -> Array:
    edges = np.concatenate([values.edges(), *groups])
    edges = np.unique(edges[np.isfinite(edges)])
    return edges[(edges >= values.low) & (edges <= values.high)]


class Sides(NamedTuple):
    """Labs on either side of cut-offs: those below, rents above, and those above if they get no permit."""

    below: Deeds
    rent: Array
    rent_var: Array
    above: Deeds | None


def sides_of(
    game: Game,
    labs: Population,
    values: Law,
    t: Array,
    price: Array,
    typical: float,
    edges: Array | None = None,
) -> Sides:
    """What labs are like on either side of each cut-off t, at the price that goes with it.

    `edges` separate panels in which all is smooth, and default to those of one cut-off. Rents are counted
    from the one at the coordinate `typical`: squares of rents less it do not cancel.
    """
    V, conduct = game.lab.racing_value, labs.conduct
    by_price = game.lab.gain_rule == "price"  # then every lab below has the same gain
    rent = list(conduct.with_rent)

    def shares(u: Array) -> Array:
        rise, density = values.rise(u, typical), values.density(u)
        return np.stack([density, density * rise, density * rise**2])

    def acting(u: Array, gain: Array) -> Array:
        rise, rows = values.rise(u, typical), conduct.rows(gain) * values.density(u)
        return np.concatenate([rows, rows[rent] * rise, rows[:1] * rise**2])

    def below(u: Array) -> Array:
        return shares(u) if by_price else acting(u, values.value(u) + V)

    def above(u: Array) -> Array:
        return shares(u) if by_price else acting(u, gain_by_rule(game, values.value(u), price))

    def deeds(mass: Array, exempt: float) -> Deeds:
        """From integrals over some labs, and the share of labs that are with them and exempt."""
        n = mass.shape[0] - len(rent) - 1
        under = (mass[0] if by_price else mass[0] + mass[1]) + exempt
        mass = mass / np.where(under > 0, under, 1.0)
        free = NOBODY
        if exempt > 0:
            moments = exempt_rents(labs.everyone or values, typical)
            free = Exempt(exempt / np.where(under > 0, under, 1.0), *moments)
        if by_price:
            rows = conduct.rows(np.where(np.isnan(price), math.inf, price) + V)
            return conduct.deeds(rows * mass[0], rows[rent] * mass[1], rows[0] * mass[2], base, free)
        return conduct.deeds(mass[:n], mass[n:-1], mass[-1], base, free)

    if edges is None:
        edges = clean_edges(values, values.coordinate(conduct.bends() - V), t)
    low, high = partial_integrals(below, shares, edges, t)
    base = values.value(typical) * np.ones_like(t)
    over = high[0]
    _, k1, k2 = high / np.where(over > 0, over, 1.0)
    rationed = None
    if supply(game) < game.n_agents:
        more = clean_edges(values, edges, values.coordinate(price))
        _, dear = partial_integrals(shares, above, more, t)
        rationed = deeds(dear, 0.0)
    return Sides(deeds(low, labs.exempt), base + k1, np.maximum(k2 - k1**2, 0.0), rationed)


def partial_integrals(below: Any, above: Any, edges: Array, t: Array) -> tuple[Array, Array]:
    """Integrals of `below` from the first edge to each t, and of `above` from each t to the last edge."""
    nodes, weights = gauss_rule()
    width = np.diff(edges)
    grid = edges[:-1, None] + width[:, None] * nodes
    before = np.cumsum(np.pad(weigh(below(grid), weights) * width, ((0, 0), (1, 0))), axis=1)
    pieces = np.pad(weigh(above(grid), weights) * width, ((0, 0), (0, 1)))
    after = np.cumsum(pieces[:, ::-1], axis=1)[:, ::-1]
    panel = np.clip(np.searchsorted(edges, t, side="right") - 1, 0, len(width) - 1)
    left, right = t - edges[panel], edges[panel + 1] - t
    low = before[:, panel] + left * weigh(below(edges[panel][:, None] + left[:, None] * nodes), weights)
    high = after[:, panel + 1] + right * weigh(above(t[:, None] + right[:, None] * nodes), weights)
    return low, high
