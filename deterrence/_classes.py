"""Labs that differ in compute, turnover and what it takes to split a run: a mixture of labs of one kind.

Whatever these are, a lab without a permit acts on its gain alone. So a mixture is summed up by means over
labs, as functions of the gain: integrals over compute, then turnover, then the risk multiplier, with panels
that end wherever an integrand bends. The functions are smooth between the gains at which labs with extreme
traits are just deterred; there they are kept as polynomials through the nodes of a Gauss rule.
"""

from __future__ import annotations

import functools
import math
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np

from deterrence._compliance import TIE
from deterrence._conduct import Exempt, in_welfare
from deterrence._enforcement import Enforcement
from deterrence._groups import Amount, Chance, Deeds
from deterrence._laws import Array, gauss_rule
from deterrence._rates import Rates, rates
from deterrence._splits import Splits
from deterrence._traits import Trait

_MOST = 200_000  # nodes that are held at once
_FEW = 8  # gains for which no table is made
_CROWD = 200  # corners of traits, beyond which not all of them are looked at
_TINY = 1e-300


class Mixture:
    """Conduct of labs that differ in compute, turnover or what a split takes."""

    with_rent: tuple[int, ...] = (0, 2)

    def __init__(self, e: Enforcement, least: float, most: float) -> None:
        game, audit = e.game, e.game.audit
        self._e = e
        by_flops = audit.signal_scale > 0 or audit.excess_penalty > 0
        self._flops = Trait(game.lab.flops, by_flops, max(least, game.flop_threshold), most)
        self._turnover = Trait(game.lab.turnover, audit.turnover_share > 0)
        self._splits = Splits(game.lab.splitting) if game.lab.splitting is not None else None
        self._risk = Trait(game.lab.risk_profile, True)
        traits = self._flops, self._turnover, self._risk
        # As the panels of each trait multiply, there are fewer and smaller ones of many curved traits.
        self._crowded = math.prod(len(trait.corners) for trait in traits) > _CROWD
        many = self._splits is not None and self._flops.law is not None
        self._order = 8 if self._crowded else 12 if many else 20
        self._risks = self._risk.marks(self._crowded)

    def bends(self) -> Array:
        X = np.unique(np.outer(self._risks, self._extremes.ravel()))
        gains = X if self._splits is None else self._splits.gains(X)
        return np.unique(gains[np.isfinite(gains) & (gains >= 0)]) / (1 - TIE)

    @cached_property
    def _extremes(self) -> Array:
        """Expected punishments D at the corners of compute and turnover."""
        flops = self._flops.marks(True) if self._crowded else self._flop_kinks
        return rates(self._e, flops[:, None], self._turnover.marks(self._crowded)).D

    @property
    def _is_singular(self) -> bool:
        """Whether D may have no slope, or one without bound, at the threshold."""
        audit = self._e.game.audit
        signal = audit.signal_scale == 0 or audit.signal_exponent == 1
        straight = signal and (audit.excess_penalty == 0 or audit.excess_exponent == 1)
        return self._flops.law is not None and not straight

    @cached_property
    def _flop_kinks(self) -> Array:
        """Compute at which D, or its mean over turnovers, may bend."""
        game, audit, corners = self._e.game, self._e.game.audit, self._flops.corners
        if self._flops.law is None:
            return corners
        excess = [audit.signal_scale]
        if audit.excess_penalty > 0:
            cap = math.inf if audit.liability_cap is None else audit.liability_cap
            room = cap if audit.liability_rule == "posted" else cap - audit.collateral
            fines = np.append(audit.turnover_share * self._turnover.corners, room) - audit.penalty_amount
            with np.errstate(all="ignore"):
                excess += list((np.maximum(fines, 0) / audit.excess_penalty) ** (1 / audit.excess_exponent))
        # Closer and closer to where D has no slope, or one without bound.
        near = corners[0] + (corners[-1] - corners[0]) * 8.0 ** -np.arange(1.0, 11.0)
        kinks = np.concatenate([game.flop_threshold + np.array(excess), near if self._is_singular else []])
        inside = (kinks > corners[0]) & (kinks < corners[-1])
        return np.unique(np.concatenate([corners, kinks[inside]]))

    def rows(self, g: Array) -> Array:
        g = np.asarray(g, dtype=float)
        flat, rows = g.ravel(), np.zeros((_ROWS, g.size))
        rows[1] = 1.0
        if g.size <= _FEW:
            rows[:, flat > 0] = self._at(flat[flat > 0])
            return rows.reshape(_ROWS, *g.shape)
        edges, known = self._table
        inside = np.flatnonzero((flat > edges[0]) & (flat <= edges[-1]))
        for part in np.array_split(inside, 1 + len(inside) // 8192):
            panel = np.searchsorted(edges, flat[part], side="left") - 1
            t = (flat[part] - edges[panel]) / (edges[panel + 1] - edges[panel])
            rows[:, part] = np.einsum("rnk,nk->rn", known[:, panel], _lagrange(t, self._order))
        beyond = flat > edges[-1]
        if beyond.any():
            rows[:, beyond] = self._at(flat[beyond])
        rows[_POSITIVE] = np.maximum(rows[_POSITIVE], 0.0)
        return rows.reshape(_ROWS, *g.shape)

    @cached_property
    def _table(self) -> tuple[Array, Array]:
        """Edges of panels of gains, and the rows at the Gauss nodes of each."""
        edges = np.unique(np.append(0.0, self.bends()))
        points, _ = gauss_rule(self._order)
        g = edges[:-1, None] + np.diff(edges)[:, None] * points
        return edges, self._at(g.ravel()).reshape(_ROWS, *g.shape)

    def _at(self, g: Array) -> Array:
        """Rows at gains above 0, block by block."""
        if not len(g):
            return np.zeros((_ROWS, 0))
        each = 1 if self._flops.law is None else 10 * self._order
        each *= 1 if self._turnover.law is None else 10 * self._order
        each *= 1 if self._splits is None else 100 * self._order
        blocks = np.array_split(g, min(len(g), 1 + len(g) * each // _MOST))
        return np.concatenate([self._integral(block) for block in blocks], axis=1)

    def _integral(self, g: Array) -> Array:
        g = g * (1 - TIE)  # by which a punishment may fall short
        flops, by_flops = self._flops.nodes(self._levels(g), self._order)
        turnover, by_turnover = self._turnover.nodes(self._turnover_kinks(g, flops), self._order)
        weight = by_flops[..., None] * by_turnover
        found = rates(self._e, flops[..., None], turnover)
        gain = g[:, None, None]
        if self._splits is None:
            h = self._risk_below(gain, found.D)
            none = np.zeros_like(h)
            split = Split(none, none, none, none)
        else:
            h, split = self._choices(gain, found.D)
        return _summed(self._e, found, h, split, weight)

    def _risk_below(self, gain: Array, D: Array) -> Array:
        """Probability that r D < g."""
        r = gain / np.maximum(D, _TINY)
        if self._risk.law is None:
            return (self._risk.value * D < gain).astype(float)
        return np.where(D > 0, self._risk.law.cdf(self._risk.law.coordinate(r)), 1.0)

    def _choices(self, gain: Array, D: Array) -> tuple[Array, Split]:
        """Probability of a violation, and of what comes of splits."""
        assert self._splits is not None
        kinks = self._splits.punishments(gain[..., None]) / np.maximum(D, _TINY)[..., None]
        r, weight = self._risk.nodes(np.minimum(kinks, 1e300), self._order)
        X, gain = r * D[..., None], gain[..., None]
        parts = self._splits.moments(X, np.minimum(gain, X))
        h = np.where(gain > X, 1.0, parts[0])
        return (weight * h).sum(axis=-1), Split(*((weight * part).sum(axis=-1) for part in parts))

    def _levels(self, g: Array) -> Array:
        """Compute at which a lab with an extreme turnover and risk is indifferent, one row a gain."""
        kinks = np.broadcast_to(self._flop_kinks, (len(g), len(self._flop_kinks)))
        if self._flops.law is None:
            return kinks
        X = g[:, None] if self._splits is None else self._splits.punishments(g[:, None])
        r = np.maximum(self._risks, _TINY)
        target = (X[..., None] / r).reshape(len(g), -1, 1)
        extreme = self._turnover.corners[[0, -1]]
        shape = np.broadcast_shapes(target.shape, extreme.shape)
        low, high = np.full(shape, kinks[0, 0]), np.full(shape, kinks[0, -1])
        for _ in range(54):
            middle = (low + high) / 2
            short = target > rates(self._e, middle, extreme).D
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return np.concatenate([kinks, low.reshape(len(g), -1)], axis=1)

    def _turnover_kinks(self, g: Array, flops: Array) -> Array:
        """Turnover at which the fine, the punishment, or what a lab does changes its form."""
        if self._turnover.law is None:
            return np.zeros((*flops.shape, 1))
        game, audit = self._e.game, self._e.game.audit
        excess = np.maximum(flops - game.flop_threshold, 0.0)
        by_excess = audit.excess_penalty * excess**audit.excess_exponent
        cap = 1e300 if audit.liability_cap is None else audit.liability_cap
        room = cap if audit.liability_rule == "posted" else cap - audit.collateral
        fines = [audit.penalty_amount + by_excess, room + 0 * flops]
        p_eff = np.maximum(rates(self._e, flops, 0.0).p_eff, _TINY)
        X = g[:, None] if self._splits is None else self._splits.punishments(g[:, None])
        for target, r in product(X.T, np.maximum(self._risks, _TINY)):
            P = target[:, None] / r / p_eff
            fines.append(P - game.lab.reputation_sensitivity - audit.collateral)
        return np.clip(np.stack(fines, axis=-1) / audit.turnover_share, 0.0, 1e300)

    def deeds(self, rows: Array, rise: Array, square: Array, base: Array, exempt: Exempt) -> Deeds:
        h, d, u_1, audited, unaudited, checked, unchecked, caught, missed, y_1, y_2, u_2, split_cost = rows
        x = exempt.share + 0 * h

        def found(yes: Array, no: Array) -> Chance:
            return Chance(yes, d + x + no)

        caught = found(caught, missed)
        penalty = Amount(caught, self._e.penalty + 0 * h, y_1, y_2)
        m_1, m_2 = rise[0] + u_1, square + 2 * rise[1] + u_2
        welfare = in_welfare(self._e, h, d, m_1, m_2, base, exempt)
        return Deeds(
            h, d, x, found(audited, unaudited), found(checked, unchecked), caught, penalty, welfare,
            rise[0] + base * h, x * (base + exempt.m1), split_cost,
        )  # fmt: skip


@functools.lru_cache(maxsize=16)
def mixture_of(e: Enforcement, least: float, most: float) -> Mixture:
    """The conduct of labs with compute between these bounds."""
    return Mixture(e, least, most)


class Split(NamedTuple):
    """Probability of a split, and means of coordination, of its cost and of the cost squared, times it."""

    happens: Array
    coordination: Array
    cost: Array
    cost_squared: Array


_ROWS = 13
_POSITIVE = [0, 1, 3, 4, 5, 6, 7, 8, 10, 11, 12]


def _summed(e: Enforcement, found: Rates, h: Array, split: Split, weight: Array) -> Array:
    """Rows of a mixture: means over classes of what a lab does and of what comes of it.

    Whether it violates, complies; what it adds to welfare beside its rent and what a violator of the first
    kind adds; is audited, is not, is checked, is not, is caught, is not; the penalty less that of the first
    kind, and its square; the square of the third; and the cost of splits.
    """
    k, p_s, q_s = e.game.audit.cost, found.p_s, found.q_s
    caught = found.p_eff * (h - split.happens + split.coordination)
    missed = h * (1 - found.p_eff) + found.p_eff * (split.happens - split.coordination)
    more, dearer = q_s - e.q_s, found.penalty - e.penalty
    u_1 = -split.cost - k * more * h
    u_2 = split.cost_squared + 2 * k * more * split.cost + k**2 * (more**2 + q_s * (1 - q_s)) * h
    rows = (
        h, 1 - h, u_1, p_s * h, (1 - p_s) * h, q_s * h, (1 - q_s) * h, caught, missed,
        dearer * caught, dearer**2 * caught, u_2, split.cost,
    )  # fmt: skip
    return np.stack([(row * weight).sum(axis=(1, 2)) for row in rows])


def _lagrange(t: Array, order: int) -> Array:
    """Weights with which values at the Gauss nodes give the polynomial through them at t, one row each."""
    points, _ = gauss_rule(order)
    gaps = points[:, None] - points + np.eye(len(points))
    from_nodes = t[:, None] - points
    exact = np.abs(from_nodes) < _TINY
    terms = 1 / np.prod(gaps, axis=1) / np.where(exact, 1.0, from_nodes)
    basis = terms / terms.sum(axis=1, keepdims=True)
    return np.where(exact.any(axis=1, keepdims=True), exact, basis)
