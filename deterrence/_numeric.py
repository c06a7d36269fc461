"""Let one formula serve floats and arrays: the few operations in which the two differ."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def weigh(values: Any, weights: Any) -> Any:
    """Weighted sums over the last axis.

    Not by BLAS: its threads make short sums slow on a busy machine, and their last digits depend on it.
    """
    return np.einsum("...i,i->...", values, weights)


class _Scalar:
    """Operations on Python floats: no ufunc overhead, and only the branch that is taken is real."""

    minimum = staticmethod(min)
    maximum = staticmethod(max)

    @staticmethod
    def where(condition: bool, yes: Any, no: Any) -> Any:
        return yes if condition else no

    @staticmethod
    def ratio(a: float, b: float, zero_by_zero: float = 0.0) -> float:
        if b != 0:
            return a / b
        return math.copysign(math.inf, a) if a != 0 else zero_by_zero


class _Array:
    """The same operations on arrays, broadcast, without warnings."""

    minimum = staticmethod(np.minimum)
    maximum = staticmethod(np.maximum)
    where = staticmethod(np.where)

    @staticmethod
    def ratio(a: Any, b: Any, zero_by_zero: float = 0.0) -> Any:
        with np.errstate(all="ignore"):
            quotient = np.divide(a, b + 0.0)  # -0.0 becomes 0.0, so that infinities have the sign of a
        return np.where((a == 0) & (b == 0), zero_by_zero, quotient)


SCALAR, ARRAY = _Scalar(), _Array()


def operations(*values: Any) -> Any:
    """Operations for these values, as the checks return them: `ARRAY` if one is an array, else `SCALAR`.

    ``ratio(a, b)`` is a / b, an infinity of the sign of a where only b is 0, and ``zero_by_zero`` where
    both are.
    """
    for value in values:
        if isinstance(value, np.ndarray):
            return ARRAY
    return SCALAR
