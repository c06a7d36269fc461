"""Binomial probabilities with all their digits, also where one outcome is nearly certain."""

from __future__ import annotations

from typing import Any

import numpy as np


def binomial(k: Any, n: Any, p: Any, q: Any) -> Any:
    """Probability of k of n successes, from the smaller of p and q = 1 - p, which has all its digits."""
    from scipy.stats import binom

    swap = np.greater(p, q)
    least = np.where(swap, q, p)
    least = np.where(least < 1e-290, 0.0, least)  # below 1e-300 SciPy overflows
    return binom.pmf(np.where(swap, np.subtract(n, k), k), n, least)
