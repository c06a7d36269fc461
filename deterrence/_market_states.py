"""The cases a market can be in, with their weights, and what labs are like in each.

Given the value x of the last lab to get a permit, the labs above x hold permits and are independent draws
from above x, and the labs below are independent draws from below: so every total is a binomial mixture.
What mixes is x itself, the Q-th largest of N draws, or the number of labs that buy where permits do not
run out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np

from deterrence._binomial import binomial
from deterrence._compliance import covers
from deterrence._enforcement import Enforcement
from deterrence._game import CapMarket, Game
from deterrence._laws import Array, Law, gauss_rule, law
from deterrence._numeric import weigh

TAILS = np.cumsum(np.arange(1.0, 25.0))  # decimal exponents 1, 3, 6, ..., 300 of tail probabilities


@dataclass(frozen=True)
class States:
    """Cases of the market, each with its weight and, given the case, what a lab is like.

    ``permits`` and ``losers`` count labs; a loser violates with probability ``h`` and is deterred with
    probability ``d``, and ``m1``, ``m2`` are the means of its rent less ``base``, and of that squared,
    times whether it violates; ``rent`` and ``rent_var`` are mean and variance of the permit holders' total
    rent.
    """

    weight: Array
    price: Array
    permits: Array
    losers: Array
    h: Array
    d: Array
    base: Array
    m1: Array
    m2: Array
    rent: Array
    rent_var: Array

    @classmethod
    def join(cls, *parts: States) -> States:
        columns = [f.name for f in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


class Slack(NamedTuple):
    """Permits do not run out: every lab above the cut-off holds one, and at most `most` labs are above."""

    cut: float
    most: int
    price: float


def regimes(game: Game, values: Law) -> tuple[bool, Slack | None]:
    """Say whether permits can run out, and in which way they can fail to."""
    N, market = game.n_agents, game.market
    if not isinstance(market, CapMarket):
        return False, Slack(values.coordinate(purchase_rent(game)), N, market.fixed_price)
    Q, worthless = market.token_cap, values.coordinate(0.0)
    if Q >= N:
        return False, Slack(worthless, N, 0.0)
    if Q == 0:
        return False, Slack(values.high, 0, math.nan)
    return True, Slack(worthless, Q - 1, 0.0) if worthless > values.low else None


def market_states(game: Game, e: Enforcement) -> States:
    """All cases of the market of a game with finitely many labs."""
    values = law(game.lab.gross_value, game.lab.cost)
    if values is None:
        return _known_value_states(game, e, game.n_agents)
    runs_out, slack = regimes(game, values)
    parts = [binding_states(game, e, values)] if runs_out else []
    if slack is not None:
        parts.append(slack_states(game, e, values, slack))
    return States.join(*parts)


def limit_states(game: Game, e: Enforcement) -> States:
    """The one case that remains of a market in the large-N limit, per lab."""
    market = game.market
    values = law(game.lab.gross_value, game.lab.cost)
    if values is None:
        return _known_value_states(game, e, 1.0, scale=game.n_agents)
    if not isinstance(market, CapMarket):
        return _cut_state(game, e, values, purchase_rent(game), market.fixed_price)
    share = market.token_cap / game.n_agents
    if share == 0:
        return _cut_state(game, e, values, math.inf, math.nan)
    rent = 0.0 if share >= 1 else max(0.0, float(values.value(values.upper_quantile(np.array(share)))))
    return _cut_state(game, e, values, rent, rent)


def _cut_state(game: Game, e: Enforcement, values: Law, rent: float, price: float) -> States:
    """A market in which exactly the labs above `rent` hold permits, per lab."""
    cut = np.array([values.coordinate(rent)])
    above, below = np.asarray(values.sf(cut)), np.asarray(values.cdf(cut))
    h, d, base, m1, m2, k1, _ = _features(game, e, values, cut, np.array([price]), _median(values))
    zero, one = np.zeros(1), np.ones(1)
    return States(one, one * price, above, below, h, d, base, m1, m2, above * k1, zero)


def purchase_rent(game: Game) -> float:
    """Rent from which a lab buys at a fixed price."""
    market = game.market
    assert not isinstance(market, CapMarket)
    return market.fixed_price - (game.lab.cost if market.purchase_rule == "gross" else 0.0)


def _known_value_states(game: Game, e: Enforcement, N: float, scale: float = 1.0) -> States:
    """Every lab has the same value: ties in bids, broken by index."""
    v, c, market = getattr(game.lab.gross_value, "min", math.nan), game.lab.cost, game.market
    s = v - c
    if not isinstance(market, CapMarket):
        price = market.fixed_price
        worth = v if market.purchase_rule == "gross" else s
        permits = N if _buys(worth, price, market.purchase_rule) else 0.0
    else:
        Q = market.token_cap / scale
        permits = min(Q, N) if s > 0 else 0.0
        price = math.nan if Q == 0 else 0.0 if Q >= N else max(0.0, s)
    gain = _gain(game, np.array([s]), np.array([math.inf if math.isnan(price) else price]))
    h = e.defection(gain)
    one, zero = np.ones(1), np.zeros(1)
    losers, rent = one * (N - permits), one * permits * s
    return States(one, one * price, one * permits, losers, h, 1 - h, one * s, zero, zero, rent, zero)


def _buys(worth: float, price: float, rule: str) -> bool:
    """The literal rule compares values as they are; a rent is a difference, so rounding must not decide."""
    return worth >= price if rule == "gross" else covers(worth, price)


def _gain(game: Game, s: Array, price: Array) -> Array:
    """Gain of labs without a permit, with rents s, by the game's rule."""
    V = game.lab.racing_value
    rule = game.lab.gain_rule
    if rule == "value":
        return s + V
    if rule == "price":
        return np.broadcast_to(price + V, np.broadcast_shapes(np.shape(s), np.shape(price)))
    return np.minimum(price, s) + V


def slack_states(game: Game, e: Enforcement, values: Law, slack: Slack) -> States:
    """One state for each number of labs above the cut-off."""
    N, t = game.n_agents, np.array([float(slack.cut)])
    above, below = float(values.sf(t)[0]), float(values.cdf(t)[0])
    y = binomial_window(N, above, slack.most)
    weight = binomial(y, N, above, below)
    features = _features(game, e, values, t, np.array([slack.price]), _median(values))
    h, d, base, m1, m2, k1, k_var = (float(x[0]) * np.ones(len(y)) for x in features)
    return States(weight, slack.price + 0 * y, y, N - y, h, d, base, m1, m2, y * k1, y * k_var)


def _median(values: Law) -> float:
    return float(values.quantile(np.array(0.5)))


def binomial_window(N: int, p: float, most: int) -> Array:
    """Numbers of successes, up to `most`, that carry all but a negligible part of the probability."""
    spread = 12.0 * math.sqrt(N * p * (1 - p)) + 40.0
    top = min(most, math.ceil(N * p + spread))
    bottom = max(0, min(math.floor(N * p - spread), top - math.ceil(spread)))
    return np.arange(bottom, top + 1, dtype=float)


def binding_states(game: Game, e: Enforcement, values: Law, more_edges: Array | None = None) -> States:
    """Permits run out: one state for each node of a quadrature over the value x of the last holder."""
    from scipy.special import betaincinv

    N, Q = game.n_agents, getattr(game.market, "token_cap", 0)
    start = float(values.coordinate(0.0))
    edges = _edges(game, e, values, N, Q)
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
    h, d, base, m1, m2, k1, k_var = _features(game, e, values, t, s, typical, edges)
    rent = (Q - 1) * k1 + s
    return States(weight, s, Q * one, (N - Q) * one, h, d, base, m1, m2, rent, (Q - 1) * k_var)


def _last_holder_density(values: Law, t: Array, N: int, Q: int) -> Array:
    """Density, in t, of the Q-th largest of N draws: F(v*) is Beta(N - Q + 1, Q)."""
    return N * binomial(Q - 1, N - 1, values.sf(t), values.cdf(t)) * values.density(t)


def _edges(game: Game, e: Enforcement, values: Law, N: int, Q: int) -> Array:
    """Coordinates between which everything that is integrated over x is smooth."""
    from scipy.special import betaincinv

    tails = 10.0**-TAILS
    with np.errstate(all="ignore"):
        low = values.quantile(betaincinv(N - Q + 1, Q, np.append(tails, 0.5)))
        high = values.upper_quantile(betaincinv(Q, N - Q + 1, np.append(tails, 0.5)))
    bends = values.coordinate(e.bends() - game.lab.racing_value)
    # Just above the first value that violates, the number of violators changes from 0 on the scale 1 / N.
    layer = bends.min() + (values.high - values.low) * 2.0 ** -np.arange(1.0, 8.0 + math.log2(N))
    return clean_edges(values, low, high, bends, layer, np.array([values.coordinate(0.0)]))


def clean_edges(values: Law, *groups: Array) -> Array:
    edges = np.concatenate([values.edges(), *groups])
    edges = np.unique(edges[np.isfinite(edges)])
    return edges[(edges >= values.low) & (edges <= values.high)]


def _features(
    game: Game,
    e: Enforcement,
    values: Law,
    t: Array,
    price: Array,
    typical: float,
    edges: Array | None = None,
) -> tuple[Array, Array, Array, Array, Array, Array, Array]:
    """What labs are like on either side of each cut-off t, at the price that goes with it.

    `edges` separate panels in which all is smooth, and default to those of one cut-off. Returns the
    columns h, d, base, m1 and m2 of `States` for a lab below, and mean and variance of the rent of a lab
    above. The base is the rent at the coordinate `typical`: squares of rents less it do not cancel.
    """
    V = game.lab.racing_value
    by_price = game.lab.gain_rule == "price"  # then every lab below has the same gain

    def below(u: Array) -> Array:
        rise = values.rise(u, typical)
        violate = np.ones_like(rise) if by_price else e.defection(values.value(u) + V)
        density = values.density(u)
        rate = density * violate
        return np.stack([rate, density * (1 - violate), rate * rise, rate * rise**2])

    def above(u: Array) -> Array:
        rise, density = values.rise(u, typical), values.density(u)
        return np.stack([density, density * rise, density * rise**2])

    if edges is None:
        edges = clean_edges(values, values.coordinate(e.bends() - V), t)
    low, high = partial_integrals(below, above, edges, t)
    under, over = low[0] + low[1], high[0]
    h, d, m1, m2 = low / np.where(under > 0, under, 1.0)
    _, k1, k2 = high / np.where(over > 0, over, 1.0)
    if by_price:
        h = e.defection(np.where(np.isnan(price), math.inf, price) + V)
        d, m1, m2 = 1 - h, m1 * h, m2 * h
    base = values.value(typical) * np.ones_like(t)
    return h, d, base, m1, m2, base + k1, np.maximum(k2 - k1**2, 0.0)


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
