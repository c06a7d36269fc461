"""Let one formula serve floats and arrays: the few operations in which the two differ."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def weigh(values: Any, weights: Any) -> Any:
    """Weighted sums over the last axis.

    Not by BLAS: its threads make short sums slow on a busy machine, and their last digits depend on it.
    """
    return np.einsum("...i,i->...", values, weights)


_LEAST = float(np.finfo(np.float64).smallest_subnormal)


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

    @staticmethod
    def share(a: float, b: float) -> float:
        if a <= 0:
            return 0.0
        return a / b if a < b else 1.0


class _Array:
    """The same operations on arrays, broadcast, without warnings."""

    minimum = staticmethod(np.minimum)
    maximum = staticmethod(np.maximum)
    where = staticmethod(np.where)

    @staticmethod
    def ratio(a: Any, b: Any, zero_by_zero: float = 0.0) -> Any:
        with np.errstate(all="ignore"):
            if np.all(b):  # mostly, and in half the time
                return np.divide(a, b)
            quotient = np.divide(a, b + 0.0)  # -0.0 becomes 0.0, so that infinities have the sign of a
        return np.where((a == 0) & (b == 0), zero_by_zero, quotient)

    @staticmethod
    def share(a: Any, b: Any) -> Any:
        share = np.empty(np.broadcast_shapes(np.shape(a), np.shape(b)))  # one array: new ones cost most
        np.maximum(b, _LEAST, out=share)  # by it 0 stays 0, and everything else exceeds 1
        with np.errstate(over="ignore"):
            np.divide(a, share, out=share)
        np.clip(share, 0.0, 1.0, out=share)
        return share


SCALAR, ARRAY = _Scalar(), _Array()


def operations(*values: Any) -> Any:
    """Operations for these values, as the checks return them: `ARRAY` if one is an array, else `SCALAR`.

    ``ratio(a, b)`` is a / b, an infinity of the sign of a where only b is 0, and ``zero_by_zero`` where
    both are. ``share(a, b)``, for b >= 0, is a / b cut to [0, 1], and 0 where both are 0.
    """
    for value in values:
        if isinstance(value, np.ndarray):
            return ARRAY
    return SCALAR


_BLOCK = 16_384
"""Doubles in an array of which a processor's cache holds a few."""


def elementwise(kernel: Callable[..., Any], *values: Any) -> Any:
    """Result of ``kernel(op, *values)``, a formula in the operations of `operations`, for checked values.

    Large arrays of one shape are taken block by block: intermediate results then stay in the cache.
    """
    for value in values:
        if type(value) is not float:
            return _by_block(kernel, values)
    return kernel(SCALAR, *values)


def _by_block(kernel: Callable[..., Any], values: tuple[Any, ...]) -> Any:
    shape = np.broadcast_shapes(*map(np.shape, values))
    alike = all(type(v) is float or (v.shape == shape and v.flags.c_contiguous) for v in values)
    if not alike or math.prod(shape) <= _BLOCK:
        return kernel(ARRAY, *values)
    flat: list[Any] = [v if type(v) is float else v.reshape(-1) for v in values]
    result = np.empty(math.prod(shape))
    for start in range(0, result.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        result[part] = kernel(ARRAY, *(v if type(v) is float else v[part] for v in flat))
    return result.reshape(shape)
