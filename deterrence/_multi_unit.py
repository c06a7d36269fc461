"""Large markets in which labs need several permits each, all or none.

A lab with rent s that needs u permits bids s / u for each. In a large market it gets them iff s > u p, and
the price p is the one at which as many permits are sold as there are.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from deterrence._checks import ParameterError, Problem
from deterrence._conduct import NOBODY, Conduct, Exempt, OneKind
from deterrence._enforcement import Enforcement
from deterrence._game import Game
from deterrence._groups import Deeds, Group, mixed
from deterrence._laws import Array, Law, law
from deterrence._market_states import States
from deterrence._population import Population, conduct_of, exempt_rents
from deterrence._sides import Sides, gain_by_rule, sides_of

MOST_SIZES = 1000
"""Most numbers of permits that labs may need."""
_NEGLIGIBLE = 1e-20


class Size(NamedTuple):
    """Labs that need so many permits: their share of all labs, and what they do without."""

    units: int
    share: float
    conduct: Conduct


def unit_limit_states(game: Game, e: Enforcement, per_permit: float) -> States:
    """The one case that remains of the market in the large-N limit, per lab."""
    labs, values = _sizes(game, e, per_permit), law(game.lab.gross_value, game.lab.cost)
    share = getattr(game.market, "token_cap", 0) / game.n_agents
    if values is None:
        s = getattr(game.lab.gross_value, "min", 0.0) - game.lab.cost
        price, above = _greedy(labs, share, s)
        sides = [_known(game, size.conduct, s, price * size.units) for size in labs]
    else:
        price = _clearing_price(labs, share, values)
        cuts = [values.coordinate(math.inf if share == 0 else price * size.units) for size in labs]
        above = [size.share * float(values.sf(cut)) for size, cut in zip(labs, cuts, strict=True)]
        sides = [_either_side(game, size, values, cut, price) for size, cut in zip(labs, cuts, strict=True)]
    return _state(game, e, labs, price, np.array(above), sides)


def _sizes(game: Game, e: Enforcement, per_permit: float) -> list[Size]:
    """How many permits labs need, of those that need any."""
    flops, threshold = law(game.lab.flops), game.flop_threshold
    if flops is None:
        w = getattr(game.lab.flops, "min", 0.0)
        return [Size(math.ceil(w / per_permit), 1.0, conduct_of(game, e))] if w > threshold else []
    low = max(threshold, float(flops.value(flops.quantile(np.array(_NEGLIGIBLE)))))
    high = max(low, float(flops.value(flops.upper_quantile(np.array(_NEGLIGIBLE)))))
    first, last = math.floor(low / per_permit) + 1, math.ceil(high / per_permit)
    if last - first >= MOST_SIZES:
        allowed = f"so much that labs need at most {MOST_SIZES} different numbers of permits"
        raise ParameterError(Problem("market.flops_per_permit", per_permit, "is too little", allowed))
    edges = np.clip(per_permit * np.arange(first - 1.0, last + 1), low, high)
    shares = np.diff(flops.cdf(flops.coordinate(edges)))
    found = zip(range(first, last + 1), shares.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    return [Size(units, share, conduct_of(game, e, *ends)) for units, share, *ends in found if share > 0]


def _clearing_price(labs: list[Size], share: float, values: Law) -> float:
    """Price at which labs with more than that for each of their permits buy a share of permits per lab."""
    if share == 0:
        return math.nan
    if sum(size.units * size.share for size in labs) <= share:
        return 0.0
    low, high = 0.0, max(0.0, float(values.value(values.upper_quantile(np.array(_NEGLIGIBLE)))))
    for _ in range(200):
        middle = (low + high) / 2
        demand = sum(x.units * x.share * float(values.sf(values.coordinate(middle * x.units))) for x in labs)
        low, high = (middle, high) if demand > share else (low, middle)
    return low


def _greedy(labs: list[Size], share: float, s: float) -> tuple[float, list[float]]:
    """Price and holders where all labs have one rent: those that need the fewest permits bid most."""
    above, left, price = [], share, 0.0 if share > 0 else math.nan
    for size in labs:
        taken = min(size.share, left / size.units) if s > 0 else 0.0
        if left > 0 and size.units * size.share >= left and sum(x.units * x.share for x in labs) > share:
            price = max(0.0, s / size.units)
        above.append(taken)
        left = max(0.0, left - size.units * size.share)
    return price, above


def _either_side(game: Game, size: Size, values: Law, cut: float, price: float) -> Sides:
    labs = Population(values, values, 0.0, size.conduct)
    typical = float(values.quantile(np.array(0.5)))
    return sides_of(game, labs, values, np.array([cut]), np.array([price * size.units]), typical)


def _known(game: Game, conduct: Conduct, s: float, cost: float) -> Sides:
    rent, none = np.array([s]), np.zeros(1)
    rows = conduct.rows(gain_by_rule(game, rent, np.array([math.inf if math.isnan(cost) else cost])))
    deeds = conduct.deeds(rows, np.zeros((len(conduct.with_rent), 1)), none, rent, NOBODY)
    return Sides(deeds, rent, none, None)


def _exempt(game: Game, e: Enforcement) -> Deeds:
    """What labs do that need no permit."""
    values, none = law(game.lab.gross_value, game.lab.cost), np.zeros(1)
    base, moments = getattr(game.lab.gross_value, "min", 0.0) - game.lab.cost, (0.0, 0.0)
    if values is not None:
        typical = float(values.quantile(np.array(0.5)))
        base, moments = float(values.value(typical)), exempt_rents(values, typical)
    idle = Exempt(np.ones(1), *moments)
    return OneKind(e).deeds(np.zeros((2, 1)), np.zeros((1, 1)), none, base + none, idle)


def _state(
    game: Game, e: Enforcement, labs: list[Size], price: float, above: Array, sides: list[Sides]
) -> States:
    """The market with these shares of all labs holding permits, by size."""
    shares, units = np.array([x.share for x in labs]), np.array([x.units for x in labs], dtype=float)
    deeds, weights = [side.below for side in sides], list(shares - above)
    exempt = max(0.0, 1.0 - float(shares.sum()))
    if exempt > 1e-15:
        deeds.append(_exempt(game, e))
        weights.append(exempt)
    below = max(float(np.sum(weights)), 0.0)
    one, none = np.ones(1), np.zeros(1)
    scale = below if below > 0 else 1.0
    group = Group(below * one, mixed(deeds, [max(0.0, weight) / scale for weight in weights]))
    rent = sum((a * side.rent for a, side in zip(above, sides, strict=True)), none)
    return States(
        one, price * one, none, above.sum() * one, (units * above).sum() * one, rent, none, (group,)
    )
