"""The bids of labs with rents s and ceilings e, of which each lab bids the lesser.

Given the marginal bid y, the labs above it are independent draws with s > y and e > y, so that their rents
are those of any labs with s > y. The labs below are independent draws with s < y or e < y: they violate iff
s > e, and then e < min(s, y).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from deterrence._binomial import binomial
from deterrence._conduct import NOBODY, OneKind
from deterrence._enforcement import Enforcement
from deterrence._game import Game
from deterrence._groups import Deeds, Group, joined
from deterrence._laws import Array, Law, gauss_rule, law
from deterrence._market_states import TAILS, States, binomial_window
from deterrence._sides import clean_edges, partial_integrals


class Features(NamedTuple):
    """Labs on either side of a bid, as columns of `States`; mean and variance of the rent of one above."""

    h: Array
    d: Array
    base: Array
    m1: Array
    m2: Array
    rent: Array
    rent_var: Array

    def deeds(self, e: Enforcement, n: int) -> Deeds:
        """What the labs below do, in n cases."""
        h, d, base, m1, m2 = (column * np.ones(n) for column in self[:5])
        return OneKind(e).deeds(np.stack([h, d]), m1[None], m2, base, NOBODY)


class Sides(NamedTuple):
    """Shares of bids above and below a bid, and the labs there."""

    above: Array
    below: Array
    labs: Features


class Bids:
    """A market for permits among independent bids: what follows from the labs on either side of a bid."""

    def __init__(self, e: Enforcement) -> None:
        self._e = e

    def states(
        self,
        labs: Features,
        weight: Array,
        price: Any,
        permits: Array,
        losers: Array,
        rent: Array,
        rent_var: Array,
    ) -> States:
        """States of a market with these labs, and with these totals of the permit holders."""
        group = Group(losers, labs.deeds(self._e, len(weight)))
        one = np.ones_like(weight)
        return States(weight, price * one, 0 * one, permits, permits, rent, rent_var, (group,))

    def sides(self, y: Array) -> Sides:
        """Labs on either side of bids y."""
        raise NotImplementedError

    def marginal(self, share: float) -> float:
        """Bid that a share of all bids exceeds."""
        raise NotImplementedError

    def binding(self, N: int, Q: int) -> States:
        """Cases in which the Q-th largest of N bids is positive, and is the price."""
        raise NotImplementedError

    def at_price(self, cut: float, price: float) -> States:
        """A market in which exactly the labs that bid more than `cut` hold permits, per lab."""
        above, below, labs = self.sides(np.array([cut]))
        return self.states(labs, np.ones(1), price, above, below, above * labs.rent, np.zeros(1))

    def slack(self, N: int, most: int, cut: float, price: float) -> States:
        """Cases in which the labs that bid more than `cut`, at most `most` of them, hold permits."""
        above, below, labs = self.sides(np.array([cut]))
        n = binomial_window(N, float(above[0]), most)
        weight = binomial(n, N, above, below)
        return self.states(labs, weight, price, n, N - n, n * labs.rent, n * labs.rent_var)


class Ceilings:
    """Law of the ceilings e = r D - V, in the coordinate of the multiplier r."""

    def __init__(self, risk: Law, D: float, V: float) -> None:
        self._risk, self._D, self._V = risk, D, V
        self.low, self.high = risk.low, risk.high
        self.density, self.cdf, self.sf = risk.density, risk.cdf, risk.sf
        self.quantile, self.upper_quantile, self.edges = risk.quantile, risk.upper_quantile, risk.edges

    def value(self, t: Any) -> Any:
        return self._D * self._risk.value(t) - self._V

    def rise(self, t: Any, start: float) -> Any:
        return self._D * self._risk.rise(t, start)

    def coordinate(self, value: Any) -> Any:
        return self._risk.coordinate((value + self._V) / self._D)

    def landmarks(self) -> Array:
        return self._D * self._risk.landmarks() - self._V


def bids_of(game: Game, e: Enforcement, risk: Law) -> Bids:
    """The bids in a game in which risk multipliers, and so ceilings, differ."""
    values = law(game.lab.gross_value, game.lab.cost)
    ceilings = Ceilings(risk, e.D, game.lab.racing_value)
    if values is None:
        return CommonRent(e, getattr(game.lab.gross_value, "min", 0.0) - game.lab.cost, ceilings)
    return RentsAndCeilings(e, values, ceilings)


class CommonRent(Bids):
    """All labs have one rent: the labs with the largest ceilings get the permits."""

    def __init__(self, e: Enforcement, rent: float, ceilings: Law) -> None:
        super().__init__(e)
        self._rent, self._ceilings = rent, ceilings
        self._bend = ceilings.coordinate(rent)  # from here up labs bid their rent

    def sides(self, y: Array) -> Sides:
        return self._sides(self._ceilings.coordinate(y if self._rent > 0 else np.full_like(y, math.inf)))

    def _sides(self, u: Array) -> Sides:
        ceilings, one = self._ceilings, np.ones_like(u)
        below = ceilings.cdf(u)
        h = np.where(u > self._bend, ceilings.cdf(self._bend) / np.where(below > 0, below, 1.0), 1.0)
        rent, none = self._rent * one, 0 * one
        return Sides(ceilings.sf(u), below, Features(h, 1 - h, rent, none, none, rent, none))

    def marginal(self, share: float) -> float:
        return min(self._rent, float(self._ceilings.value(self._ceilings.upper_quantile(np.array(share)))))

    def binding(self, N: int, Q: int) -> States:
        ceilings = self._ceilings
        low, high = _tails(N, Q)
        start = ceilings.coordinate(0.0) if self._rent > 0 else ceilings.high
        with np.errstate(all="ignore"):
            groups = ceilings.quantile(low), ceilings.upper_quantile(high), np.array([start, self._bend])
        u, width = _nodes(clean_edges(ceilings, *groups), start)
        weight = width * _marginal_density(N, Q, ceilings.sf(u), ceilings.cdf(u)) * ceilings.density(u)
        u, weight = _kept(u, weight)
        labs, one = self._sides(u).labs, np.ones_like(u)
        price = np.minimum(self._rent, ceilings.value(u))
        return self.states(labs, weight, price, Q * one, (N - Q) * one, Q * labs.rent, 0 * one)


class RentsAndCeilings(Bids):
    """Rents and ceilings both differ between labs, independently."""

    def __init__(self, e: Enforcement, rents: Law, ceilings: Law) -> None:
        super().__init__(e)
        self._rents, self._ceilings = rents, ceilings
        self._inner = clean_edges(rents, rents.coordinate(ceilings.landmarks()))
        self._typical = float(rents.quantile(np.array(0.5)))

    def sides(self, y: Array) -> Sides:
        t, u = self._coordinates(y)
        return Sides(self._above(t, u), self._below(t, u), self._labs(t, u))

    def _coordinates(self, y: Array) -> tuple[Array, Array]:
        return self._rents.coordinate(y), self._ceilings.coordinate(y)

    def _above(self, t: Array, u: Array) -> Array:
        return self._rents.sf(t) * self._ceilings.sf(u)

    def _below(self, t: Array, u: Array) -> Array:
        return self._rents.cdf(t) + self._rents.sf(t) * self._ceilings.cdf(u)

    def _labs(self, t: Array, u: Array) -> Features:
        """Labs on either side of the bids at coordinates t of the rents and u of the ceilings."""
        rents, ceilings, typical = self._rents, self._ceilings, self._typical

        def below(x: Array) -> Array:
            rise, density, at = rents.rise(x, typical), rents.density(x), ceilings.coordinate(rents.value(x))
            rate = density * ceilings.cdf(at)
            return np.stack([rate, density * ceilings.sf(at), rate * rise, rate * rise**2])

        def above(x: Array) -> Array:
            rise, density = rents.rise(x, typical), rents.density(x)
            return np.stack([density, density * rise, density * rise**2])

        low, high = partial_integrals(below, above, self._inner, t)
        violate, comply, m1, m2 = low
        least = ceilings.cdf(u)  # labs with s > y > e violate as well
        violate, m1, m2 = violate + least * high[0], m1 + least * high[1], m2 + least * high[2]
        under = violate + comply
        h, d, m1, m2 = np.stack([violate, comply, m1, m2]) / np.where(under > 0, under, 1.0)
        k1, k2 = high[1:] / np.where(high[0] > 0, high[0], 1.0)
        base = rents.value(typical) * np.ones_like(t)
        return Features(h, d, base, m1, m2, base + k1, np.maximum(k2 - k1**2, 0.0))

    def marginal(self, share: float) -> float:
        return float(self._exceeded_by(np.array([share]))[0])

    def _exceeded_by(self, share: Array) -> Array:
        """Bids that shares of all bids exceed."""

        def exceeded(q: Array) -> Array:
            return np.minimum(*(x.value(x.upper_quantile(q)) for x in (self._rents, self._ceilings)))

        # At `low` both parts are larger with at least the root of the share, at `high` one with the share.
        low, high = exceeded(np.sqrt(share)), exceeded(share)
        return _bisect(lambda y: self._above(*self._coordinates(y)) > share, low, high)

    def _exceeding(self, share: Array) -> Array:
        """Bids that exceed shares of all bids."""

        def exceeding(q: Array) -> Array:
            return np.minimum(*(x.value(x.quantile(q)) for x in (self._rents, self._ceilings)))

        low, high = exceeding(share / 2), exceeding(share)
        return _bisect(lambda y: self._below(*self._coordinates(y)) < share, low, high)

    def binding(self, N: int, Q: int) -> States:
        """Cases in which the Q-th largest bid is a rent, and in which it is a ceiling."""
        rents, ceilings = self._rents, self._ceilings
        low, high = _tails(N, Q)
        # Just above the least ceiling, the number of violators changes from 0 on the scale 1 / N.
        layer = ceilings.low + (ceilings.high - ceilings.low) * 2.0 ** -np.arange(0.0, 8.0 + math.log2(N))
        marks = rents.landmarks(), ceilings.landmarks(), ceilings.value(layer)
        with np.errstate(all="ignore"):
            bids = np.concatenate([self._exceeding(low), self._exceeded_by(high), *marks, [0.0]])
        t, weight = self._marginal(N, Q, rents, ceilings, bids)
        labs, one = self._labs(t, ceilings.coordinate(rents.value(t))), np.ones_like(t)
        rent = (Q - 1) * labs.rent + rents.value(t)
        by_rent = self.states(
            labs, weight, rents.value(t), Q * one, (N - Q) * one, rent, (Q - 1) * labs.rent_var
        )
        u, weight = self._marginal(N, Q, ceilings, rents, bids)
        labs, one = self._labs(rents.coordinate(ceilings.value(u)), u), np.ones_like(u)
        by_ceiling = self.states(
            labs, weight, ceilings.value(u), Q * one, (N - Q) * one, Q * labs.rent, Q * labs.rent_var
        )
        return joined(by_rent, by_ceiling)

    def _marginal(self, N: int, Q: int, own: Law, other: Law, bids: Array) -> tuple[Array, Array]:
        """Nodes and weights of a quadrature over a marginal bid that is a lab's `own` of the two."""
        x, width = _nodes(clean_edges(own, own.coordinate(bids)), own.coordinate(0.0))
        at = other.coordinate(own.value(x))
        below = own.cdf(x) + own.sf(x) * other.cdf(at)
        density = own.density(x) * other.sf(at)
        return _kept(x, width * _marginal_density(N, Q, own.sf(x) * other.sf(at), below) * density)


def _tails(N: int, Q: int) -> tuple[Array, Array]:
    """Shares of bids below the price, and above it, between which its distribution is smooth."""
    from scipy.special import betaincinv

    tails = np.append(10.0**-TAILS, 0.5)
    with np.errstate(all="ignore"):
        return betaincinv(N - Q + 1, Q, tails), betaincinv(Q, N - Q + 1, tails)


def _nodes(edges: Array, start: float) -> tuple[Array, Array]:
    """Nodes of Gauss rules on the panels from `start` up, and the widths that they stand for, by panel."""
    nodes, weights = gauss_rule()
    lower, width = edges[:-1][edges[:-1] >= start], np.diff(edges)[edges[:-1] >= start]
    return lower[:, None] + width[:, None] * nodes, width[:, None] * weights


def _kept(x: Array, weight: Array) -> tuple[Array, Array]:
    """Nodes of the panels that carry any weight."""
    keep = (weight > 0).any(axis=1)
    return x[keep].ravel(), weight[keep].ravel()


def _marginal_density(N: int, Q: int, above: Array, below: Array) -> Array:
    """Density of the Q-th largest of N bids, relative to that of one bid."""
    return N * binomial(Q - 1, N - 1, above, below)


def _bisect(rising: Callable[[Array], Any], low: Array, high: Array) -> Array:
    """Points between `low` and `high` up to which a condition holds."""
    for _ in range(64):
        middle = (low + high) / 2
        up = rising(middle)
        low, high = np.where(up, middle, low), np.where(up, high, middle)
    return (low + high) / 2
