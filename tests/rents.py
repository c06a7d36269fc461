"""Distributions of rents v - c at 50 digits, with closed forms for their partial moments.

Each has a coordinate in which its density is smooth, from `low` to `high`.
"""

from __future__ import annotations

from functools import lru_cache

from mpmath import mp, mpf

from deterrence import LogNormal, TruncatedNormal


class UniformRents:
    """Uniform on [low, high]; the coordinate is the rent itself."""

    tilt = 0

    def __init__(self, low, high):
        self.low, self.high = low, high

    def rent(self, t):
        return t

    def coordinate(self, s):
        return min(max(s, self.low), self.high)

    def log_density(self, t):
        return -mp.log(self.high - self.low)

    def mass(self, a, b):
        """Probability of the coordinates from a to b."""
        return (b - a) / (self.high - self.low)

    def moments(self, a, b):
        """Integrals of s^j, j = 0..3, over the rents with coordinates from a to b."""
        return [(b ** (j + 1) - a ** (j + 1)) / (j + 1) / (self.high - self.low) for j in range(4)]


class NormalRents:
    """Truncated normal; the coordinate is the standard deviate."""

    tilt = 0

    def __init__(self, mean, sd, low, high):
        self.mean, self.sd = mean, sd
        self.low, self.high = (low - mean) / sd, (high - mean) / sd
        self.whole = normal_mass(self.low, self.high)

    def rent(self, t):
        return self.mean + self.sd * t

    def coordinate(self, s):
        return min(max((s - self.mean) / self.sd, self.low), self.high)

    def log_density(self, t):
        return -t * t / 2 - mp.log(2 * mp.pi) / 2 - mp.log(self.whole)

    def mass(self, a, b):
        return normal_mass(a, b) / self.whole

    def moments(self, a, b):
        # By parts: d(s^j phi) = (j sd s^(j-1) - z s^j) phi dz, and sd z = s - mean.
        s_a, s_b = self.rent(a), self.rent(b)
        edge_a, edge_b = self.sd * normal_density(a), self.sd * normal_density(b)
        m = [normal_mass(a, b)]
        m += [self.mean * m[0] + edge_a - edge_b]
        for j in (1, 2):
            m += [self.mean * m[j] + j * self.sd**2 * m[j - 1] + s_a**j * edge_a - s_b**j * edge_b]
        return [x / self.whole for x in m]


class LogNormalRents:
    """Lognormal values less a cost; the coordinate is the standard deviate of the logarithm."""

    low, high = -mp.inf, mp.inf

    def __init__(self, median, sigma, cost):
        self.median, self.sigma, self.cost = median, sigma, cost
        self.tilt = 2 * sigma  # squared rents grow like exp(tilt t)
        self.v = [median**j * mp.exp((j * sigma) ** 2 / 2) for j in range(4)]  # E[v^j]

    def rent(self, t):
        return self.median * mp.exp(self.sigma * t) - self.cost

    def coordinate(self, s):
        v = s + self.cost
        return mp.log(v / self.median) / self.sigma if v > 0 else self.low

    def log_density(self, t):
        return -t * t / 2 - mp.log(2 * mp.pi) / 2

    def mass(self, a, b):
        return normal_mass(a, b)

    def moments(self, a, b):
        c, shifts = self.cost, [j * self.sigma for j in range(4)]
        v = [self.v[j] * normal_mass(a - shift, b - shift) for j, shift in enumerate(shifts)]
        m1, m2 = v[1] - c * v[0], v[2] - 2 * c * v[1] + c * c * v[0]
        return [v[0], m1, m2, v[3] - 3 * c * v[2] + 3 * c * c * v[1] - c**3 * v[0]]


def normal_mass(a, b):
    """Standard normal probability of [a, b], from the tails, so that it does not cancel."""
    if a > 0:
        return normal_tail(a) - normal_tail(b)
    return normal_tail(-b) - normal_tail(-a) if b < 0 else 1 - normal_tail(-a) - normal_tail(b)


@lru_cache(10_000)
def normal_tail(x):
    """Standard normal probability above x >= 0."""
    return mp.erfc(x / mp.sqrt(2)) / 2


@lru_cache(10_000)
def normal_density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def distribution(noun, cost):
    """Distribution of a value less a cost, or the difference itself if it is known."""
    d, c = noun, mpf(cost)
    if isinstance(d, LogNormal):
        return LogNormalRents(mpf(d.median), mpf(d.sigma), c)
    if isinstance(d, TruncatedNormal):
        return NormalRents(d.mean - c, mpf(d.sd), d.min - c, d.max - c)
    return UniformRents(d.min - c, d.max - c) if d.min < d.max else d.min - c
