"""A market of strategic bids, evaluated in ways that share nothing with the library but the nouns.

`exact_moments` integrates, at 50 digits, over one lab, or a pair of labs, the chance that enough of the
others bid more. `every_order` deals the rents and ceilings of two or three labs into every order, in
fractions. `draw_labs` and `trade` play markets by the rules and nothing else.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, permutations, product

import numpy as np
from mpmath import mp, mpf
from oracle import Setting
from panels import gauss
from rents import LogNormalRents, NormalRents, UniformRents, distribution

from deterrence import Game, LogNormal, TruncatedNormal


class _Ceilings:
    """Ceilings e = r D - V; the coordinate is that of the multiplier r."""

    def __init__(self, e: Setting):
        self.risk, self.D, self.V = e.risk, e.D, e.V
        self.low, self.high = e.risk.low, e.risk.high

    def rent(self, t):
        return self.risk.rent(t) * self.D - self.V

    def coordinate(self, y):
        return self.risk.coordinate((y + self.V) / self.D)

    def log_density(self, t):
        return self.risk.log_density(t)

    def mass(self, a, b):
        return self.risk.mass(a, b)

    @property
    def slope(self):
        return lambda t: self.D * _slope(self.risk, t)


def _slope(law, t):
    """Derivative of the value by the coordinate."""
    if isinstance(law, NormalRents):
        return law.sd
    return law.sigma * (law.rent(t) + law.cost) if isinstance(law, LogNormalRents) else mpf(1)


def _range(law):
    """Coordinates that carry all but 1e-18 of the probability."""
    if isinstance(getattr(law, "risk", law), UniformRents):
        return law.low, law.high
    return max(law.low, mpf(-9)), min(law.high, mpf(10))


class _Market:
    def __init__(self, game: Game):
        self.e, self.N, self.Q = Setting(game), game.n_agents, game.market.token_cap
        self.values = distribution(game.lab.gross_value, game.lab.cost)
        self.ceilings = _Ceilings(self.e)
        self.marks = [mpf(0)]
        for law in (self.values, self.ceilings):
            low, high = _range(law)
            n = 1 if isinstance(getattr(law, "risk", law), UniformRents) else 19
            self.marks += [law.rent(low + (high - low) * i / n) for i in range(n + 1)]

    def over(self, law, f, start=None):
        """Sums of f over the coordinates of a law, between the marks of both, from a bid on."""
        low, high = _range(law)
        edges = {low, high, *(t for t in map(law.coordinate, self.marks) if low < t < high)}
        if start is not None:
            edges = {t for t in edges if t >= law.coordinate(start)} | {max(low, law.coordinate(start))}
        total = mpf(0)
        for a, b in pairwise(sorted(edges)):
            for node, share in gauss():
                t = a + (b - a) * node
                total += (b - a) * share * f(t, law.rent(t))
        return total

    def above(self, y):
        """Chances that a rent, and a ceiling, is more than y."""
        return [law.mass(law.coordinate(y), law.high) for law in (self.values, self.ceilings)]

    def outbid(self, y, n):
        """Chance that at least Q of n labs bid more than y; a bid of 0 is of no use."""
        if y <= 0:
            return mpf(1)
        s, e = self.above(y)
        return at_least(self.Q, n, s * e)


def at_least(k, n, p):
    """Probability of at least k of n successes."""
    return mp.fsum(mp.binomial(n, m) * p**m * (1 - p) ** (n - m) for m in range(k, n + 1))


@mp.workdps(50)
def exact_moments(game: Game) -> dict[str, tuple]:
    """Mean and standard deviation of price, permits and violations, and mean welfare."""
    m = _Market(game)
    N, Q, e, values, ceilings = m.N, m.Q, m.e, m.values, m.ceilings

    def price(power):
        def tail(y):
            return power * y ** (power - 1) * m.outbid(y, N)

        ceilings_below = m.over(
            ceilings, lambda t, y: ceilings.slope(t) * tail(y) * (y < values.rent(_range(values)[0])), mpf(0)
        )
        lowest = max(mpf(0), min(ceilings.rent(_range(ceilings)[0]), values.rent(_range(values)[0])))
        everyone = lowest**power  # up to here everyone bids more
        rents = m.over(values, lambda t, y: _slope(values, t) * tail(y), max(mpf(0), lowest))
        return everyone + ceilings_below + rents

    s0, e0 = m.above(mpf(0))
    bidders = [mp.binomial(N, k) * (s0 * e0) ** k * (1 - s0 * e0) ** (N - k) for k in range(N + 1)]
    permits = [mp.fsum(w * min(k, Q) ** power for k, w in enumerate(bidders)) for power in (1, 2)]

    def cheats(t, y):
        return mp.exp(ceilings.log_density(t)) * m.above(y)[0]

    def pair(t, y):
        # The lab with the larger ceiling, and another that cheats with a smaller one.
        other = m.over_below(t)
        return cheats(t, y) * other * m.outbid(y, N - 2)

    m.over_below = _running(m, cheats)
    violators = N * m.over(ceilings, lambda t, y: cheats(t, y) * m.outbid(y, N - 1))
    pairs = 2 * N * (N - 1) * m.over(ceilings, pair) if N > 1 else mpf(0)

    def rents_above(y):
        return values.moments(values.coordinate(y), values.high)[1]

    def honest(t, s):
        return mp.exp(values.log_density(t)) * s * m.above(s)[1] * (1 - m.outbid(s, N - 1))

    rents = m.over(values, honest, mpf(0))
    rents += m.over(ceilings, lambda t, y: mp.exp(ceilings.log_density(t)) * rents_above(y))
    welfare = N * rents + e.extra * violators - e.k * e.q_f * permits[0]
    p1, p2 = price(1), price(2)
    return {
        "price": (p1, mp.sqrt(max(0, p2 - p1**2))),
        "permits": (permits[0], mp.sqrt(max(0, permits[1] - permits[0] ** 2))),
        "violations": (violators, mp.sqrt(max(0, pairs + violators - violators**2))),
        "welfare": (welfare, None),
    }


def _running(m, f):
    """The integral of f over the ceilings below a coordinate, which must come in rising order."""
    low, _ = _range(m.ceilings)
    edges = sorted({low, *(t for t in map(m.ceilings.coordinate, m.marks) if t > low)})
    known = [mpf(0)]

    def piece(a, b):
        return mp.fsum((b - a) * w * f(a + (b - a) * x, m.ceilings.rent(a + (b - a) * x)) for x, w in gauss())

    for a, b in pairwise(edges):
        known.append(known[-1] + piece(a, b))

    def upto(t):
        k = max(i for i, edge in enumerate(edges) if edge <= t)
        return known[k] + piece(edges[k], t)

    return upto


def every_order(N, Q, rents, ceilings):
    """Means and squares of price, permits and violators of both kinds of bids, as fractions.

    `rents` and `ceilings` are pairs of bounds of uniform laws.
    """
    laws = [tuple(map(Fraction, law)) for law in [rents, ceilings] * N]
    marks = sorted({x for law in laws for x in law} | {Fraction(0)})
    cells = list(pairwise(marks))
    zero = next(i for i, (low, _) in enumerate(cells) if low >= 0)
    names = [
        f"{bids} {what}" for bids in ("strategic", "truthful") for what in ("price", "permits", "violators")
    ]
    sums = {name: [Fraction(0), Fraction(0)] for name in names}
    inside = [[i for i, (low, high) in enumerate(cells) if a <= low and high <= b] for a, b in laws]
    for place in product(*inside):
        weight = Fraction(1)
        for i, (a, b) in zip(place, laws, strict=True):
            weight *= (cells[i][1] - cells[i][0]) / (b - a)
        members = {i: [k for k, cell in enumerate(place) if cell == i] for i in set(place)}
        orders = list(product(*(permutations(m) for m in members.values())))
        for order in orders:
            key = {}
            for i, row in zip(members, order, strict=True):
                key.update({k: (i, rank, len(row)) for rank, k in enumerate(row, 1)})
            s, e = [key[2 * k] for k in range(N)], [key[2 * k + 1] for k in range(N)]
            for bids, offers in (("strategic", list(map(min, s, e))), ("truthful", s)):
                ranked = sorted((k for k in range(N) if offers[k][0] >= zero), key=offers.__getitem__)[::-1]
                holders = ranked[:Q]
                violators = sum(s[k] > e[k] for k in range(N) if k not in holders)
                price = _moments(cells, offers[holders[-1]]) if 0 < Q < N and len(holders) == Q else (0, 0)
                found = {"price": price, "permits": (len(holders), len(holders) ** 2)}
                found["violators"] = (violators, violators**2)
                for what, (mean, square) in found.items():
                    sums[f"{bids} {what}"][0] += weight * mean / len(orders)
                    sums[f"{bids} {what}"][1] += weight * square / len(orders)
    return sums


def _moments(cells, key):
    """Mean and mean square of the k-th smallest of n uniform variables in a cell."""
    (low, high), k, n = cells[key[0]], key[1], key[2]
    width, mean, square = high - low, Fraction(k, n + 1), Fraction(k * (k + 1), (n + 1) * (n + 2))
    return low + width * mean, low**2 + 2 * low * width * mean + width**2 * square


def draw_labs(game: Game, rng, markets: int):
    """Rents and ceilings of the labs of many markets, shape (markets, labs)."""
    e, shape = Setting(game), (markets, game.n_agents)
    values, risk = _draw(game.lab.gross_value, rng, shape), _draw(game.lab.risk_profile, rng, shape)
    return values - game.lab.cost, risk * float(e.D) - float(e.V)


def _draw(noun, rng, shape):
    if isinstance(noun, LogNormal):
        return noun.median * np.exp(noun.sigma * rng.standard_normal(shape))
    if isinstance(noun, TruncatedNormal):
        from scipy import stats

        low, high = (noun.min - noun.mean) / noun.sd, (noun.max - noun.mean) / noun.sd
        return stats.truncnorm(low, high, noun.mean, noun.sd).ppf(rng.random(shape))
    return rng.uniform(noun.min, noun.max, shape)


def trade(bids, Q):
    """Price of each market, and who holds a permit; lower indices first among equal bids."""
    N = bids.shape[1]
    order = np.argsort(-bids, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(N)[None], axis=1)
    holds = (rank < Q) & (bids > 0)
    price = np.sort(bids, axis=1)[:, N - Q] if 0 < Q < N else np.full(len(bids), np.nan if Q == 0 else 0.0)
    return np.maximum(price, 0.0), holds
