"""Distributions of values and risk multipliers, in coordinates in which they are smooth.

A `Law` maps a coordinate t to a value and knows the distribution in t: t is the position between the
bounds for a uniform law and the standard normal deviate for the two others. Quadrature in t then never
meets the singular quantiles of the normal family, and rents v - c keep their digits.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from deterrence._game import Distribution, LogNormal, TruncatedNormal, Uniform

Array = NDArray[np.float64]

_EDGE = 37.0  # beyond this deviate the normal distribution has less than 1e-299 left
_STEP = 1.5  # standard deviations over which a 20-point Gauss rule follows the normal density


class Law(Protocol):
    """A continuous distribution seen through the coordinate t in [low, high]."""

    @property
    def low(self) -> float:
        """Smallest coordinate."""
        ...

    @property
    def high(self) -> float:
        """Largest coordinate."""
        ...

    def value(self, t: Any) -> Any:
        """Value at coordinate t."""
        ...

    def coordinate(self, value: Any) -> Any:
        """Coordinate of a value, clipped to [low, high]."""
        ...

    def density(self, t: Array) -> Array:
        """Probability density in t."""
        ...

    def cdf(self, t: Any) -> Any:
        """Probability below coordinate t."""
        ...

    def sf(self, t: Any) -> Any:
        """Probability above coordinate t, accurate also where it is tiny."""
        ...

    def quantile(self, q: Array) -> Array:
        """Coordinate below which the probability is q."""
        ...

    def upper_quantile(self, q: Array) -> Array:
        """Coordinate above which the probability is q."""
        ...

    def edges(self) -> Array:
        """Coordinates between which the density is followed well by a 20-point Gauss rule."""
        ...

    def landmarks(self) -> Array:
        """Values between which the distribution function is followed well by a 20-point Gauss rule."""
        ...


def law(distribution: Distribution) -> Law | None:
    """Return the law of a distribution; None for a single known value."""
    if isinstance(distribution, TruncatedNormal):
        return NormalLaw(distribution)
    if isinstance(distribution, LogNormal):
        return LogNormalLaw(distribution)
    return UniformLaw(distribution) if distribution.min < distribution.max else None


@dataclass(frozen=True)
class UniformLaw:
    """Uniform: t in [0, 1] is the position between the bounds."""

    distribution: Uniform
    low: float = 0.0
    high: float = 1.0

    def value(self, t: Any) -> Any:
        return self.distribution.min + (self.distribution.max - self.distribution.min) * t

    def coordinate(self, value: Any) -> Any:
        d = self.distribution
        return np.clip((value - d.min) / (d.max - d.min), 0.0, 1.0)

    def density(self, t: Array) -> Array:
        return np.ones_like(t)

    def cdf(self, t: Any) -> Any:
        return np.asarray(t, dtype=float)

    def sf(self, t: Any) -> Any:
        return 1.0 - np.asarray(t, dtype=float)

    def quantile(self, q: Array) -> Array:
        return q

    def upper_quantile(self, q: Array) -> Array:
        return 1.0 - q

    def edges(self) -> Array:
        return np.array([0.0, 1.0])

    def landmarks(self) -> Array:
        return np.array([self.distribution.min, self.distribution.max])


class NormalLaw:
    """Truncated normal: t is the deviate (value - mean) / sd between the bounds."""

    def __init__(self, distribution: TruncatedNormal) -> None:
        self.distribution = d = distribution
        self.low = max(-_EDGE, (d.min - d.mean) / d.sd)
        self.high = min(_EDGE, (d.max - d.mean) / d.sd)
        self._mass = float(_normal_mass(self.low, self.high))

    def value(self, t: Any) -> Any:
        return self.distribution.mean + self.distribution.sd * t

    def coordinate(self, value: Any) -> Any:
        d = self.distribution
        return np.clip((value - d.mean) / d.sd, self.low, self.high)

    def density(self, t: Array) -> Array:
        return _normal_density(t) / self._mass

    def cdf(self, t: Any) -> Any:
        return _normal_mass(self.low, t) / self._mass

    def sf(self, t: Any) -> Any:
        return _normal_mass(t, self.high) / self._mass

    def quantile(self, q: Array) -> Array:
        from scipy.special import ndtr, ndtri

        return np.clip(ndtri(ndtr(self.low) + q * self._mass), self.low, self.high)

    def upper_quantile(self, q: Array) -> Array:
        from scipy.special import ndtr, ndtri

        return np.clip(-ndtri(ndtr(-self.high) + q * self._mass), self.low, self.high)

    def edges(self) -> Array:
        return _steps(self.low, self.high)

    def landmarks(self) -> Array:
        return self.value(_steps(self.low, self.high))


class LogNormalLaw:
    """Lognormal: t is the deviate log(value / median) / sigma."""

    low, high = -_EDGE, _EDGE

    def __init__(self, distribution: LogNormal) -> None:
        self.distribution = distribution

    def value(self, t: Any) -> Any:
        return self.distribution.median * np.exp(self.distribution.sigma * t)

    def coordinate(self, value: Any) -> Any:
        d = self.distribution
        smallest = np.finfo(float).tiny  # keeps the logarithm finite; far below `low` in any case
        t = np.log(np.maximum(value / d.median, smallest)) / d.sigma
        return np.clip(t, self.low, self.high)

    def density(self, t: Array) -> Array:
        return _normal_density(t)

    def cdf(self, t: Any) -> Any:
        from scipy.special import ndtr

        return ndtr(t)

    def sf(self, t: Any) -> Any:
        from scipy.special import ndtr

        return ndtr(np.negative(t))

    def quantile(self, q: Array) -> Array:
        from scipy.special import ndtri

        return np.clip(ndtri(q), self.low, self.high)

    def upper_quantile(self, q: Array) -> Array:
        return -self.quantile(q)

    def edges(self) -> Array:
        return _steps(self.low, self.high)

    def landmarks(self) -> Array:
        # The distribution function is singular in the logarithm at 0, so panels shrink towards it.
        ratio = min(1.0, math.log(3.0) / self.distribution.sigma)
        return self.value(np.arange(-9.0, 9.0 + ratio, ratio))


def _steps(low: float, high: float) -> Array:
    return np.linspace(low, high, 1 + math.ceil((high - low) / _STEP))


def _normal_density(t: Any) -> Any:
    return np.exp(-0.5 * np.square(t)) / math.sqrt(2 * math.pi)


def _normal_mass(a: Any, b: Any) -> Any:
    """Standard normal probability of [a, b], to full relative accuracy."""
    from scipy.special import ndtr

    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    right = a > 0
    mass = np.asarray(ndtr(np.where(right, -a, b)) - ndtr(np.where(right, -b, a)))
    narrow = b - a < 0.5  # there the difference cancels, and the density is a near-polynomial
    if np.any(narrow):
        nodes, weights = gauss_rule()
        width = (b - a)[narrow]
        inner = a[narrow][:, None] + width[:, None] * nodes
        mass[narrow] = width * (_normal_density(inner) @ weights)
    return mass


@functools.cache
def gauss_rule() -> tuple[Array, Array]:
    """Nodes and weights of the 20-point Gauss-Legendre rule on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    return (nodes + 1) / 2, weights / 2
