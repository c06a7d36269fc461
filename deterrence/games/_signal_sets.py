"""The sets of equilibria of arrays of signal games: each case is solved once, for all its games."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from deterrence._numeric import ARRAY
from deterrence.games._places import sign
from deterrence.games._sets import Array, decimal
from deterrence.games._signal_cases import AT_0, AT_1, CORNERS, ONE, ZERO, Case, pieces
from deterrence.games._signal_values import signal_cutoffs


class SignalSets(NamedTuple):
    """Ends of q and of p_s, shape (games, subsets, 2), and plans, shape (games, subsets, vertices, 2)."""

    q: Array
    audits: Array
    p_s: Array


def signal_sets(g: Array, D: Array, k: Array, M: Array, alpha: Array, beta: Array) -> SignalSets:
    """Solve games given as flat arrays; NaN where a game has fewer subsets or vertices than another."""
    letters = g, D, k, M, alpha, beta
    found = [(pieces(case), at) for case, at in _cases(*letters)]
    most = max((len(sets) for sets, _ in found), default=1)
    vertices = max((len(piece.vertices) for sets, _ in found for piece in sets), default=1)
    shapes = (most, 2), (most, vertices, 2), (most, 2)
    q, audits, p_s = (np.full((g.size, *shape), math.nan) for shape in shapes)
    for sets, at in found:
        game = _Numbers(*(letter[at] for letter in letters))
        for number, piece in enumerate(sets):
            q[at, number] = np.stack([game.q(end) for end in piece.ends], axis=-1)
            rates = np.stack([game.p_s(vertex) for vertex in piece.vertices])
            p_s[at, number] = np.stack([rates.min(axis=0), rates.max(axis=0)], axis=-1)
            for row, vertex in enumerate(piece.vertices):
                audits[at, number, row] = game.plan(vertex)
    return SignalSets(q, audits, p_s)


class _Numbers:
    """The numbers behind the cut-offs and vertices of games of one case."""

    def __init__(self, g: Array, D: Array, k: Array, M: Array, alpha: Array, beta: Array) -> None:
        self._cutoffs = signal_cutoffs(k=k, M=M, alpha=alpha, beta=beta)
        self._t = ARRAY.share(g, D)
        self._beta = beta

    def q(self, end: int) -> Array:
        """One end of an interval of q."""
        zero = np.zeros_like(self._t)
        return {ZERO: zero, AT_1: self._cutoffs.q_1, AT_0: self._cutoffs.q_0, ONE: zero + 1}[end]

    def p_s(self, vertex: int) -> Array:
        """Probability that a violator is audited: beta pi_1 + (1 - beta) pi_0, and t between corners."""
        zero = np.zeros_like(self._t)
        return (zero, self._beta, zero + 1, 1 - self._beta)[vertex] if vertex < 4 else self._t

    def plan(self, vertex: int) -> Array:
        """The pair (pi_1, pi_0) of a vertex, shape (games, 2)."""
        plan = np.empty((self._t.size, 2))
        if vertex < 4:
            plan[:] = CORNERS[vertex]
            return plan
        fixed, along = (0, 1, 1, 0)[vertex - 4], vertex % 2
        weights = self._beta, 1 - self._beta
        rate = (self._t - fixed * weights[1 - along]) / weights[along]
        plan[:, along] = np.clip(rate, 0.0, 1.0)
        plan[:, 1 - along] = fixed
        return plan


def _cases(g: Array, D: Array, k: Array, M: Array, alpha: Array, beta: Array) -> Iterator[tuple[Case, Any]]:
    """Every case among the games, with the indices of its games."""
    rates = (0.0, beta, 1.0, 1 - beta)
    exact = ((0, 0), (0, 1), (1, 0), (1, -1))  # constant and slope of these rates in beta
    gains = [_gain_signs(g, D, beta, rate, *line) for rate, line in zip(rates, exact, strict=True)]
    costs, returns = sign(k, 0.0), sign(M, k)
    audits = [
        signs
        for compliant, violator in ((alpha > 0, beta > 0), (alpha < 1, beta < 1))
        for signs in (np.where(compliant, -costs, 0), np.where(violator, returns, 0))
    ]
    signs = np.stack([*gains, *audits, sign(alpha, beta)])
    code = (3 ** np.arange(9)) @ (signs + 1)
    for number in np.flatnonzero(np.bincount(code)):
        at = np.flatnonzero(code == number)
        *first, one, two, three, four, order = signs[:, at[0]].tolist()
        yield Case(tuple(first), ((one, two), (three, four)), order), at


def _gain_signs(g: Array, D: Array, beta: Array, rate: Any, constant: int, slope: int) -> Any:
    """Signs of g - p_s D at p_s = constant + slope beta, exact for the decimals that floats print as."""
    with np.errstate(all="ignore"):
        penalty = rate * D
        near = np.abs(g - penalty) <= _NEAR * (np.abs(g) + D)
    signs = sign(g, penalty)
    for i in np.flatnonzero(near) if slope else ():
        gap = decimal(g[i]) - (constant + slope * decimal(beta[i])) * decimal(D[i])
        signs[i] = (gap > 0) - (gap < 0)
    return signs


_NEAR = 1e-15
"""Share of |g| + D within which rounding could hide a tie: some roundings of half of 2.2e-16 each."""
