"""Which labs split a run: those for which a split costs less than an open violation, and than complying."""

from __future__ import annotations

from itertools import product

import numpy as np

from deterrence._behaviours import Splitting
from deterrence._laws import Array

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(3)  # exact for the powers that occur


class Splits:
    """Split cost chi and coordination s of labs, uniform and independent."""

    def __init__(self, splitting: Splitting) -> None:
        self._cost = splitting.cost_min, splitting.cost_max
        self._left = splitting.coordination_min, splitting.coordination_max

    def gains(self, X: Array) -> Array:
        """Gains at which labs with extreme traits, and these expected punishments X, are indifferent."""
        found = [X]
        for chi, left in product(self._cost, self._left):
            found += [chi + left * X, np.array([chi / (1 - left) if left < 1 else np.inf])]
        return np.concatenate(found)

    def punishments(self, g: Array) -> Array:
        """The same the other way round: expected punishments, along the last axis, for gains g."""
        found = [g]
        for chi, left in product(self._cost, self._left):
            with np.errstate(divide="ignore"):
                found.append(np.maximum(g - chi, 0.0) / left if left > 0 else 0 * g)
            found.append(0 * g + (chi / (1 - left) if left < 1 else 0.0))
        return np.concatenate(found, axis=-1)

    def moments(self, X: Array, most: Array) -> tuple[Array, Array, Array, Array]:
        """Means of 1, s, chi and chi^2 over the labs for which chi + s X < most."""
        (c, C), (s, S) = self._cost, self._left
        X, most = X[..., None], most[..., None]
        if s < S:
            kinks = (most - np.array([C, c])) / np.maximum(X, 1e-300)
            edges = np.clip(np.concatenate([s + 0 * most, kinks, S + 0 * most], axis=-1), s, S)
            width = np.diff(edges, axis=-1)[..., None] / 2
            left = (edges[..., :-1, None] + width * (1 + _POINTS)).reshape(*edges.shape[:-1], -1)
            weight = (width * _WEIGHTS).reshape(left.shape) / (S - s)
        else:
            left, weight = np.full_like(most, s), np.ones_like(most)
        top = most - left * X
        if c < C:
            top = np.clip(top, c, C)
            share, cost = (top - c) / (C - c), (top**2 - c**2) / (2 * (C - c))
            squared = (top**3 - c**3) / (3 * (C - c))
        else:
            share = (c < top).astype(float)
            cost, squared = c * share, c**2 * share
        return tuple((weight * part).sum(axis=-1) for part in (share, left * share, cost, squared))
