"""When a walk of catches and misses first reaches a level, and Lundberg's exponent of that walk."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from deterrence._compliance import TIE

MOST_VIOLATIONS = 2**17
"""Violations that the recursion follows; what is undecided then is within the error that it reports."""

NEGLIGIBLE = 1e-17
"""Probability left out of account."""


def lundberg(p: float, t: float) -> float:
    """The positive root of log(1 + p (e^theta - 1)) = t theta, for 0 < p < t < 1."""
    miss, catch = math.log1p(-p), math.log(p)
    theta = -catch / (1 - t)  # beyond the root, since the left side exceeds log(p) + theta
    while True:
        small = theta < 700  # where the exponential is finite
        grown = math.log1p(p * math.expm1(theta)) if small else float(np.logaddexp(miss, catch + theta))
        slope = p / (p + (1 - p) * math.exp(-theta)) - t
        # Convex: from beyond the root Newton's method falls towards it, until rounding stops it.
        less = theta - (grown - t * theta) / slope if slope > 0 else theta
        if not 0 < less < theta:
            return theta
        theta = less


class Walk(NamedTuple):
    """Where violations and catches stand when the lab stops, with their probabilities."""

    violations: Any
    catches: Any
    mass: Any
    rest: float


def first_passage(
    p: float, q: float, t: float, a: float, b: float, *, negligible: float, most: int = MOST_VIOLATIONS
) -> Walk:
    """Follow the number of catches, of probability p each, until the estimate reaches t.

    The lab stops once it is `needed`, which rises by one with about every 1/t-th violation: so only a
    catch that meets no such rise can stop the lab.
    """
    chances, low = np.ones(1), 0  # of low, low + 1, ... catches, of a lab that has not stopped
    stops: list[tuple[int, int, float]] = []
    for n in range(1, most + 1):
        chances = np.convolve(chances, (q, p))
        needed = math.ceil(t * (1 - TIE) * (a + b + n) - a)
        if low + len(chances) > needed:
            stops.append((n, needed, float(chances[-1])))
            chances = chances[:-1]
        if n % 32 == 0:
            if chances.sum() <= negligible:
                break
            seen = np.flatnonzero(chances > negligible * NEGLIGIBLE)
            low, chances = low + int(seen[0]), chances[seen[0] : seen[-1] + 1]
    columns = np.array(stops).reshape(-1, 3).T
    return Walk(*columns, rest=float(chances.sum()))
