"""The step-up rule: the largest n for which at least n of m uniform draws lie below the n-th level."""

from __future__ import annotations

from typing import Any

import numpy as np

from deterrence._laws import Array

NEGLIGIBLE = 1e-20
"""Probability that is left out of sums."""


def step_up_mean(m: Any, h: Array) -> Array:
    """Expected largest n for which at least n of m uniform draws are below h_n, or 0.

    One row for each case, h_1 <= h_2 <= ..., and 1 beyond h_m. Thinned from above: of the labs below
    h_(n+1), Poisson numbers fall out on the way to h_n, and the sweep ends where n are left. Dividing by the
    probability that there were m turns the Poisson process into m draws; all terms are positive.
    """
    h = np.clip(np.maximum.accumulate(h, axis=1), 0.0, 1.0)  # rounding
    most = h.shape[1]
    level = h[:, -1]
    # Draws above the highest level, where a case has fewer draws than levels: none.
    left = _poisson(np.subtract.outer(m, np.arange(most + 1)), (m * (1 - level))[:, None])
    total = most * left[:, most] * _poisson(most, m * level)
    for n in range(most - 1, 0, -1):
        left = _thinned(left[:, : n + 1], m * (level - h[:, n - 1]))
        level = h[:, n - 1]
        total += n * left[:, n] * _poisson(n, m * level)
    return total / _poisson(m, m)


def _thinned(left: Array, mean: Array) -> Array:
    """Distribution of how many are left when Poisson numbers with these means have fallen out."""
    if not mean.any():
        return left
    result = np.zeros_like(left)
    for lost in range(left.shape[1]):
        chance = _poisson(lost, mean)
        result[:, : left.shape[1] - lost] += chance[:, None] * left[:, lost:]
        if lost > mean.max() and chance.max() < NEGLIGIBLE:
            break
    return result


def _poisson(k: Any, mean: Any) -> Array:
    from scipy.special import gammaln, xlogy

    some = np.maximum(k, 0)
    return np.where(np.less(k, 0), 0.0, np.exp(xlogy(some, mean) - mean - gammaln(some + 1)))
