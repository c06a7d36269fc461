"""The cases a market can be in, with their weights, and what labs are like in each.

Given the value x of the last lab to get a permit, the labs above x hold permits and are independent draws
from above x, and the labs below are independent draws from below: so every total is a binomial mixture.
What mixes is x itself, the Q-th largest of N draws, or the number of labs that buy where permits do not
run out, or are sold by lot.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from deterrence._binomial import binomial
from deterrence._compliance import covers
from deterrence._conduct import NOBODY, Exempt
from deterrence._enforcement import Enforcement
from deterrence._game import CapMarket, Game
from deterrence._groups import Group, joined, repeated
from deterrence._laws import Array, Law, gauss_rule
from deterrence._population import Population, population
from deterrence._sides import Sides, clean_edges, gain_by_rule, sides_of, supply

TAILS = np.cumsum(np.arange(1.0, 25.0))  # decimal exponents 1, 3, 6, ..., 300 of tail probabilities


class States(NamedTuple):
    """Cases of the market, each with its weight and, given the case, what labs are like.

    ``price`` is the mean price and ``price_var`` its variance. ``permits`` counts labs that hold permits,
    and ``sold`` permits; ``rent`` and ``rent_var`` are mean and variance of the holders' total rent. The
    other labs come in ``groups``; of the first some may need no permit.
    """

    weight: Array
    price: Array
    price_var: Array
    permits: Array
    sold: Array
    rent: Array
    rent_var: Array
    groups: tuple[Group, ...]


class Slack(NamedTuple):
    """Every lab above the cut-off would hold a permit, and at most `most` labs are above."""

    cut: float
    most: int
    price: float


def regimes(game: Game, values: Law) -> tuple[bool, Slack | None]:
    """Say whether permits can run out at auction, and in which way they can fail to."""
    N, market = game.n_agents, game.market
    if not isinstance(market, CapMarket):
        return False, Slack(values.coordinate(purchase_rent(game)), N, market.fixed_price)
    Q, worthless = market.token_cap, values.coordinate(0.0)
    if Q >= N:
        return False, Slack(worthless, N, 0.0)
    if Q == 0:
        return False, Slack(values.high, 0, math.nan)
    return True, Slack(worthless, Q - 1, 0.0) if values.cdf(worthless) > 0 else None


def market_states(game: Game, e: Enforcement) -> States:
    """All cases of the market of a game with finitely many labs."""
    labs = population(game, e)
    if labs.values is None:
        return _known_value_states(game, labs)
    runs_out, slack = regimes(game, labs.values)
    parts = [binding_states(game, labs, labs.values)] if runs_out else []
    if slack is not None:
        parts.append(slack_states(game, labs, labs.values, slack))
    return joined(*parts)


def limit_states(game: Game, e: Enforcement) -> States:
    """The one case that remains of a market in the large-N limit, per lab."""
    per_permit = getattr(game.market, "flops_per_permit", None)
    if per_permit is not None:
        from deterrence._multi_unit import unit_limit_states

        return unit_limit_states(game, e, per_permit)
    labs, market = population(game, e), game.market
    values = labs.values
    if values is None:
        return _known_value_limit(game, labs)
    if not isinstance(market, CapMarket):
        return _cut_state(game, labs, values, purchase_rent(game), market.fixed_price)
    share = market.token_cap / game.n_agents
    if share == 0:
        return _cut_state(game, labs, values, math.inf, math.nan)
    rent = 0.0
    if share < 1 - labs.exempt:
        rent = max(0.0, float(values.value(values.upper_quantile(np.array(share)))))
    return _cut_state(game, labs, values, rent, rent)


def _cut_state(game: Game, labs: Population, values: Law, rent: float, price: float) -> States:
    """A market in which the labs above `rent` hold permits, as far as there are any, per lab."""
    cut = np.array([values.coordinate(rent)])
    above, below = np.asarray(values.sf(cut)), np.asarray(values.cdf(cut))
    sides = sides_of(game, labs, values, cut, np.array([price]), _median(values))
    permits = np.minimum(above, supply(game) / game.n_agents)
    groups = _groups(game, sides, below, above - permits)
    one, none = np.ones(1), np.zeros(1)
    return States(one, price * one, none, permits, permits, permits * sides.rent, none, groups)


def purchase_rent(game: Game) -> float:
    """Rent from which a lab buys at a fixed price."""
    market = game.market
    assert not isinstance(market, CapMarket)
    return market.fixed_price - (game.lab.cost if market.purchase_rule == "gross" else 0.0)


def _known_value_states(game: Game, labs: Population) -> States:
    """Every lab has the same value: ties in bids, broken by index; only who needs a permit may be open."""
    N = game.n_agents
    if labs.exempt == 0:
        return _alike(game, labs, np.array([float(N)]), N)
    M = binomial_window(N, 1 - labs.exempt, N)
    return _alike(game, labs, M, N)._replace(weight=binomial(M, N, 1 - labs.exempt, labs.exempt))


def _known_value_limit(game: Game, labs: Population) -> States:
    return _alike(game, labs, np.array([1 - labs.exempt]), 1.0, scale=game.n_agents)


def _alike(game: Game, labs: Population, M: Array, N: float, scale: float = 1.0) -> States:
    """Of N labs M need permits, all with the same value."""
    v, c, market = getattr(game.lab.gross_value, "min", math.nan), game.lab.cost, game.market
    s = v - c
    if not isinstance(market, CapMarket):
        worth = v if market.purchase_rule == "gross" else s
        buyers = M if _buys(worth, market.fixed_price, market.purchase_rule) else 0 * M
        permits, price = np.minimum(buyers, supply(game) / scale), market.fixed_price + 0 * M
    else:
        Q = market.token_cap / scale
        permits = np.minimum(Q, M) if s > 0 else 0 * M
        price = np.where(M <= Q, 0.0, max(0.0, s)) if Q > 0 else math.nan + M
    one = np.ones_like(M)
    rows = labs.conduct.rows(gain_by_rule(game, s * one, np.where(np.isnan(price), math.inf, price)))
    rise = np.zeros((len(labs.conduct.with_rent), len(M)))
    deeds = labs.conduct.deeds(rows, rise, 0 * one, s * one, NOBODY)
    groups = (Group(M - permits, deeds),)
    if labs.exempt > 0:
        idle = labs.conduct.deeds(0 * rows, rise, 0 * one, s * one, Exempt(one, 0.0, 0.0))
        groups = (Group(N - M, idle), *groups)
    return States(one, price, 0 * one, permits, permits, permits * s, 0 * one, groups)


def _buys(worth: float, price: float, rule: str) -> bool:
    """The literal rule compares values as they are; a rent is a difference, so rounding must not decide."""
    return worth >= price if rule == "gross" else covers(worth, price)


def slack_states(game: Game, labs: Population, values: Law, slack: Slack) -> States:
    """One state for each number of labs above the cut-off."""
    N, t = game.n_agents, np.array([float(slack.cut)])
    above, below = float(values.sf(t)[0]), float(values.cdf(t)[0])
    y = binomial_window(N, above, slack.most)
    sides = sides_of(game, labs, values, t, np.array([slack.price]), _median(values))
    permits = np.minimum(y, supply(game))
    groups = tuple(
        Group(number, repeated(deeds, len(y))) for number, deeds in _groups(game, sides, N - y, y - permits)
    )
    weight, price, rent = binomial(y, N, above, below), slack.price + 0 * y, permits * sides.rent
    return States(weight, price, 0 * y, permits, permits, rent, permits * sides.rent_var, groups)


def _groups(game: Game, sides: Sides, below: Array, rationed: Array) -> tuple[Group, ...]:
    """Labs that would not buy, and those that would have, if there can be any."""
    if sides.above is None:
        return (Group(below, sides.below),)
    return Group(below, sides.below), Group(rationed, sides.above)


def _median(values: Law) -> float:
    return float(values.quantile(np.array(0.5)))


def binomial_window(N: int, p: float, most: int) -> Array:
    """Numbers of successes, up to `most`, that carry all but a negligible part of the probability."""
    spread = 12.0 * math.sqrt(N * p * (1 - p)) + 40.0
    top = min(most, math.ceil(N * p + spread))
    bottom = max(0, min(math.floor(N * p - spread), top - math.ceil(spread)))
    return np.arange(bottom, top + 1, dtype=float)


def binding_states(game: Game, labs: Population, values: Law, more_edges: Array | None = None) -> States:
    """Permits run out: one state for each node of a quadrature over the value x of the last holder."""
    from scipy.special import betaincinv

    N, Q = game.n_agents, getattr(game.market, "token_cap", 0)
    start = float(values.coordinate(0.0))
    edges = _edges(game, labs, values, N, Q)
    if more_edges is not None:
        edges = clean_edges(values, edges, more_edges)
    nodes, weights = gauss_rule()
    lower = edges[:-1][edges[:-1] >= start]
    width = np.diff(edges)[edges[:-1] >= start]
    t = lower[:, None] + width[:, None] * nodes
    weight = width[:, None] * weights * _last_holder_density(values, t, N, Q)
    keep = (weight > 0).any(axis=1)
    t, weight = t[keep].ravel(), weight[keep].ravel()
    typical = float(values.upper_quantile(betaincinv(Q, N - Q + 1, 0.5)))
    s, one = values.value(t), np.ones_like(t)
    sides = sides_of(game, labs, values, t, s, typical, edges)
    rent = (Q - 1) * sides.rent + s
    groups = (Group((N - Q) * one, sides.below),)
    # Where none of the labs without a permit needs one, there is one for every lab that does: for nothing.
    free = sides.below.exempt ** (N - Q)
    price, price_var = s * (1 - free), s**2 * free * (1 - free)
    return States(weight, price, price_var, Q * one, Q * one, rent, (Q - 1) * sides.rent_var, groups)


def _last_holder_density(values: Law, t: Array, N: int, Q: int) -> Array:
    """Density, in t, of the Q-th largest of N draws: F(v*) is Beta(N - Q + 1, Q)."""
    return N * binomial(Q - 1, N - 1, values.sf(t), values.cdf(t)) * values.density(t)


def _edges(game: Game, labs: Population, values: Law, N: int, Q: int) -> Array:
    """Coordinates between which everything that is integrated over x is smooth."""
    from scipy.special import betaincinv

    tails = 10.0**-TAILS
    with np.errstate(all="ignore"):
        low = values.quantile(betaincinv(N - Q + 1, Q, np.append(tails, 0.5)))
        high = values.upper_quantile(betaincinv(Q, N - Q + 1, np.append(tails, 0.5)))
    bends = values.coordinate(labs.conduct.bends() - game.lab.racing_value)
    # Just above the first value that violates, the number of violators changes from 0 on the scale 1 / N.
    layer = bends.min() + (values.high - values.low) * 2.0 ** -np.arange(1.0, 8.0 + math.log2(N))
    return clean_edges(values, low, high, bends, layer, np.array([values.coordinate(0.0)]))
