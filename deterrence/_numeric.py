"""Let one formula serve floats and arrays: the few operations in which the two differ."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


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
            return float(a / b)
        return math.copysign(math.inf, a) if a != 0 else zero_by_zero


class _Array:
    """The same operations on arrays, broadcast, without warnings."""

    minimum = staticmethod(np.minimum)
    maximum = staticmethod(np.maximum)
    where = staticmethod(np.where)

    @staticmethod
    def ratio(a: Any, b: Any, zero_by_zero: float = 0.0) -> Any:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            quotient = np.divide(a, b)
        return np.where((np.asarray(a) == 0) & (np.asarray(b) == 0), zero_by_zero, quotient)


SCALAR, ARRAY = _Scalar(), _Array()
_SCALARS = (float, int, np.floating, np.integer)


def operations(*values: Any) -> Any:
    """Operations for these values: `SCALAR` if all are plain numbers, else `ARRAY`.

    ``ratio(a, b)`` is a / b, a signed infinity where only b is 0, and ``zero_by_zero`` where both are.
    """
    for value in values:
        if not isinstance(value, _SCALARS):
            return ARRAY
    return SCALAR
