"""Closed orbits of the replicator dynamics, by the angle at which they stand around the rest point.

In the log-odds x, y of the two probabilities the dynamics are Hamiltonian, with a sum U(x) + W(y) of two
convex functions that is constant. With S = sqrt(U(x) - min U) and R = sqrt(W(y) - min W), each with the sign
of the displacement from rest, an orbit is a circle, and its angle moves at the speed 2 S'(x) R'(y). What is
integrated around it is smooth and periodic, so that the trapezoidal rule converges geometrically.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from deterrence._numeric import weigh

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(9)
_FAR = 700.0  # where exp is still finite
_ACCURACY = 1e-13
_FIRST, _DOUBLINGS = 64, 10


class Well(NamedTuple):
    """Convex function of the log-odds, depth (ln(1 - p + p e^d) - p d) at a distance d from its minimum.

    Attributes
    ----------
    rest, rest_of_one : float
        The probability p at rest, and 1 - p.
    depth : float
        M for the lab's probability, D for the Governor's.
    """

    rest: float
    rest_of_one: float
    depth: float

    @property
    def odds(self) -> float:
        """Log-odds at rest."""
        return math.log(self.rest) - math.log(self.rest_of_one)

    @property
    def stiffness(self) -> float:
        """Second derivative at rest."""
        return self.depth * self.rest * self.rest_of_one

    def root(self, d: Any) -> Any:
        """Square root of the function, with the sign of d."""
        return d * np.sqrt(self.depth * self._curve(d))

    def slope(self, d: Any) -> Any:
        """Derivative of `root`."""
        p, e = self._mirrored(d)
        growth = np.expm1(np.minimum(e, _FAR))
        per_distance = np.where(e == 0, 1.0, growth / np.where(e == 0, 1.0, e))
        return p * (1 - p) * per_distance / (1 + p * growth) * np.sqrt(self.depth / self._curve(d)) / 2

    def distance(self, root: Any) -> Any:
        """Inverse of `root`, by Newton's method between bounds."""
        above, below = (self.rest, self.rest_of_one)
        height = root * root / self.depth
        high = np.where(root > 0, (height - math.log(above)) / below, 0.0)
        low = np.where(root < 0, (math.log(below) - height) / above, 0.0)
        d = np.clip(root / self.slope(np.zeros(1)), low, high)
        for _ in range(200):
            gap = self.root(d) - root
            low, high = np.where(gap < 0, d, low), np.where(gap > 0, d, high)
            new = d - gap / self.slope(d)
            new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
            settled = np.abs(new - d) <= 1e-15 * np.abs(d)
            d = new
            if np.all(settled):
                break
        return d

    def _mirrored(self, d: Any) -> tuple[float, Any]:
        """The function is the same with 1 - p and -d; with the smaller p nothing cancels."""
        return (self.rest, d) if self.rest <= self.rest_of_one else (self.rest_of_one, -d)

    def _curve(self, d: Any) -> Any:
        """The function over depth d^2: near rest, where that is 0 over 0, as a mean of second derivatives."""
        p, e = self._mirrored(d)
        near = np.abs(e) < 1
        steps = np.where(near, e, 0.0)[..., None] * ((1 + _NODES) / 2)
        variance = p * (1 - p) * np.exp(steps) / (1 + p * np.expm1(steps)) ** 2
        mean = weigh(variance, _WEIGHTS * (1 - _NODES)) / 4
        far = np.where(near, 1.0, e)
        value = np.log1p(p * np.expm1(np.minimum(far, _FAR))) + np.maximum(far - _FAR, 0.0) - p * far
        return np.where(near, mean, value / far**2)


class Cycle(NamedTuple):
    """Period of a closed orbit, and the time averages of the two probabilities along it."""

    period: float
    q: float
    a: float


def cycle(lab: Well, governor: Well, odds_q: float, odds_a: float) -> Cycle:
    """The closed orbit through a point, given in log-odds.

    Raises
    ------
    ArithmeticError
        If it is so eccentric that the nodes do not suffice.
    """
    start = lab.root(np.array([odds_q - lab.odds])), governor.root(np.array([odds_a - governor.odds]))
    radius = math.hypot(start[0][0], start[1][0])
    found = _around(lab, governor, radius, _FIRST)
    nodes = _FIRST
    for _ in range(_DOUBLINGS):
        nodes *= 2
        before, found = found, _around(lab, governor, radius, nodes)
        if all(abs(x - y) <= _ACCURACY * y for x, y in zip(before, found, strict=True)):
            return found
    raise ArithmeticError(f"the orbit is too eccentric for {nodes:,} nodes")


def _around(lab: Well, governor: Well, radius: float, nodes: int) -> Cycle:
    """The trapezoidal rule, with its nodes drawn to where the shallower well turns the orbit."""
    phi = np.linspace(0, 2 * math.pi, nodes, endpoint=False)
    drawn = (lab.stiffness / governor.stiffness) ** 0.25
    across, along = drawn * np.sin(phi), np.cos(phi)
    length = np.hypot(across, along)
    x = lab.distance(radius * across / length)
    y = governor.distance(radius * along / length)
    time = drawn / length**2 / (2 * lab.slope(x) * governor.slope(y))
    total = time.sum()
    q, a = (float((time * _share(z)).sum() / total) for z in (x + lab.odds, y + governor.odds))
    return Cycle(float(total) * 2 * math.pi / nodes, q, a)


def _share(odds: Any) -> Any:
    small = np.exp(-np.abs(odds))
    return np.where(odds < 0, small, 1.0) / (1 + small)
