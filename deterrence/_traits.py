"""Things in which labs may differ, and quadratures over them."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np

from deterrence._laws import Array, Law, gauss_rule, law

_NEGLIGIBLE = 1e-20
_TINY = 1e-300
_FEW = 4


def least(distribution: Any) -> float:
    """Least value of a distribution; what it is, if it is a single known value."""
    return getattr(distribution, "min", 0.0)


class Trait:
    """One thing in which labs may differ: a law, of which the part between two values counts, or a value."""

    def __init__(self, distribution: Any, differs: bool, start: float = 0.0, end: float = math.inf) -> None:
        self.law: Law | None = law(distribution) if differs else None
        self.value = least(distribution)
        if self.law is not None:
            low = self.law.quantile(np.array(_NEGLIGIBLE))
            self._low = float(max(self.law.coordinate(start), low))
            high = min(self.law.coordinate(end), self.law.upper_quantile(np.array(_NEGLIGIBLE)))
            self._high = max(self._low, float(high))
            self._mass = float(self.law.sf(self._low) - self.law.sf(self._high))

    @cached_property
    def corners(self) -> Array:
        """Values at the ends of panels in which the law is smooth."""
        if self.law is None:
            return np.array([self.value])
        edges = np.clip(self.law.edges(), self._low, self._high)
        return np.unique(self.law.value(np.append(edges, (self._low, self._high))))

    def marks(self, crowded: bool) -> Array:
        """Values at which to look for bends: all corners, or where these are too many a few."""
        corners = self.corners
        if not crowded or len(corners) <= _FEW:
            return corners
        return corners[np.linspace(0, len(corners) - 1, _FEW).astype(int)]

    def nodes(self, kinks: Array, order: int) -> tuple[Array, Array]:
        """Values and weights of a quadrature whose panels end at these values too, along a new last axis."""
        shape = kinks.shape[:-1]
        if self.law is None:
            return np.full((*shape, 1), self.value), np.ones((*shape, 1))
        inner = np.broadcast_to(self.corners, (*shape, len(self.corners)))
        at = self.law.coordinate(np.concatenate([inner, kinks], axis=-1))
        edges = _closed_up(np.clip(at, self._low, self._high))
        points, weights = gauss_rule(order)
        width = np.diff(edges, axis=-1)[..., None]
        t = edges[..., :-1, None] + width * points
        weight = width * weights * self.law.density(t) / max(self._mass, _TINY)
        whole = (*shape, -1)
        return self.law.value(t).reshape(whole), weight.reshape(whole)


def _closed_up(edges: Array) -> Array:
    """Edges in order along the last axis, as few as there are where there are most."""
    edges = np.sort(edges, axis=-1)
    high = edges[..., -1:]
    edges[..., 1:] = np.where(np.diff(edges, axis=-1) > 0, edges[..., 1:], high)
    edges = np.sort(edges, axis=-1)
    rows = edges.reshape(-1, edges.shape[-1])
    inner = int((rows < high.reshape(-1, 1)).sum(axis=1).max())
    return edges[..., : max(inner, 1) + 1]
