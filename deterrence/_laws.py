"""Distributions of values and risk multipliers, in coordinates in which they are smooth.

A `Law` maps a coordinate t to a value, less a given origin, and knows the distribution in t: t is the
position between the bounds for a uniform law and the standard normal deviate for the two others.
Quadrature in t then never meets the singular quantiles of the normal family, and with the cost as the
origin rents v - c keep their digits.
"""

from __future__ import annotations

import functools
import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from deterrence._game import Distribution, LogNormal, TruncatedNormal, Uniform
from deterrence._numeric import weigh

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
        """Value at coordinate t, less the origin."""
        ...

    def rise(self, t: Any, start: float) -> Any:
        """Value at coordinate t less that at `start`, accurate also where the two are close."""
        ...

    def coordinate(self, value: Any) -> Any:
        """Coordinate of a value less the origin, clipped to [low, high]."""
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
        """Values less the origin, between which a 20-point Gauss rule follows the distribution function."""
        ...


def law(distribution: Distribution, origin: float = 0.0) -> Law | None:
    """Return the law of a distribution, its values less `origin`; None for a single known value."""
    if isinstance(distribution, TruncatedNormal):
        return NormalLaw(distribution, origin)
    if isinstance(distribution, LogNormal):
        return LogNormalLaw(distribution, origin)
    return UniformLaw(distribution, origin) if distribution.min < distribution.max else None


class UniformLaw:
    """Uniform: t in [0, 1] is the position between the bounds."""

    low, high = 0.0, 1.0

    def __init__(self, distribution: Uniform, origin: float) -> None:
        self._least = distribution.min - origin
        self._width = distribution.max - distribution.min

    def value(self, t: Any) -> Any:
        return self._least + self._width * t

    def rise(self, t: Any, start: float) -> Any:
        return self._width * (t - start)

    def coordinate(self, value: Any) -> Any:
        return np.clip((value - self._least) / self._width, 0.0, 1.0)

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
        return np.array([self._least, self._least + self._width])


class NormalLaw:
    """Truncated normal: t is the deviate (value - mean) / sd between the bounds."""

    def __init__(self, distribution: TruncatedNormal, origin: float) -> None:
        d = distribution
        self._mean, self._sd = d.mean - origin, d.sd
        self.low = max(-_EDGE, (d.min - d.mean) / d.sd)
        self.high = min(_EDGE, (d.max - d.mean) / d.sd)
        self._mass = float(_normal_mass(self.low, self.high))

    def value(self, t: Any) -> Any:
        return self._mean + self._sd * t

    def rise(self, t: Any, start: float) -> Any:
        return self._sd * (t - start)

    def coordinate(self, value: Any) -> Any:
        return np.clip((value - self._mean) / self._sd, self.low, self.high)

    def density(self, t: Array) -> Array:
        return _normal_density(t) / self._mass

    def cdf(self, t: Any) -> Any:
        return _normal_mass(self.low, t) / self._mass

    def sf(self, t: Any) -> Any:
        return _normal_mass(t, self.high) / self._mass

    def quantile(self, q: Array) -> Array:
        from scipy.special import ndtr, ndtri

        t = np.clip(ndtri(ndtr(self.low) + q * self._mass), self.low, self.high)
        return self._settled(t, q - self.cdf(t))

    def upper_quantile(self, q: Array) -> Array:
        from scipy.special import ndtr, ndtri

        t = np.clip(-ndtri(ndtr(-self.high) + q * self._mass), self.low, self.high)
        return self._settled(t, self.sf(t) - q)

    def _settled(self, t: Array, missing: Array) -> Array:
        # Far from the mean, or between narrow bounds, the sums above lose digits: one step of Newton.
        return np.clip(t + missing / self.density(t), self.low, self.high)

    def edges(self) -> Array:
        return _steps(self.low, self.high)

    def landmarks(self) -> Array:
        return self.value(_steps(self.low, self.high))


class LogNormalLaw:
    """Lognormal: t is the deviate log(value / median) / sigma."""

    low, high = -_EDGE, _EDGE

    def __init__(self, distribution: LogNormal, origin: float) -> None:
        self._median, self._sigma, self._origin = distribution.median, distribution.sigma, origin
        self._narrow = distribution.sigma < 0.1  # values close together: count them from the median

    def value(self, t: Any) -> Any:
        if self._narrow:
            return self.rise(t, 0.0) + (self._median - self._origin)
        return self._median * np.exp(self._sigma * t) - self._origin

    def rise(self, t: Any, start: float) -> Any:
        return self._median * math.exp(self._sigma * start) * np.expm1(self._sigma * (t - start))

    def coordinate(self, value: Any) -> Any:
        nearly_least = -1 + np.finfo(float).eps  # keeps the logarithm finite; far below `low` if narrow
        tiny = np.finfo(float).tiny
        if self._narrow:
            excess = (value + (self._origin - self._median)) / self._median
            log = np.log1p(np.maximum(excess, nearly_least))
        else:
            log = np.log(np.maximum((value + self._origin) / self._median, tiny))
        return np.clip(log / self._sigma, self.low, self.high)

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
        ratio = min(1.0, math.log(3.0) / self._sigma)
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
        mass[narrow] = width * weigh(_normal_density(inner), weights)
    return mass


@functools.cache
def gauss_rule(points: int = 20) -> tuple[Array, Array]:
    """Nodes and weights of the Gauss-Legendre rule with so many points on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return (nodes + 1) / 2, weights / 2
