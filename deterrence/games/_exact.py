"""Payoffs and mixed strategies as exact numbers."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from deterrence._checks import ParameterError, Problem

Vector: TypeAlias = tuple[Fraction, ...]
Matrix: TypeAlias = tuple[Vector, ...]

_ALLOWED = "a finite number: int, float, Fraction, Decimal, SymPy Rational or text such as 1/3 or 0.1"
_DIGITS = 1000
_HUGE_POWER = re.compile(r"[eE][-+]?0*[1-9]\d{3}")


def exact_matrix(name: str, values: Any) -> Matrix:
    """Nested sequences, an array or a SymPy matrix of numbers as rows of Fractions.

    Raises
    ------
    ParameterError
        If there is no number, if rows are of unequal lengths, or if an entry is no finite number.
    """
    rows = entries(values.tolist() if hasattr(values, "tolist") and not hasattr(values, "dtype") else values)
    table = None if rows is None else [entries(row) for row in rows]
    if not table or not table[0] or any(row is None or len(row) != len(table[0]) for row in table):
        raise ParameterError(Problem(name, values, "is not a matrix", "rows of numbers, all equally long"))
    return tuple(
        tuple([exact_number(f"{name}[{i}][{j}]", x) for j, x in enumerate(row or ())])
        for i, row in enumerate(table)
    )


def entries(values: Any) -> list[Any] | None:
    """What a sequence holds; None for text and for what is no sequence."""
    try:
        return None if isinstance(values, str | bytes) else list(values)
    except TypeError:
        return None


def exact_number(name: str, value: Any) -> Fraction:
    """A number as the Fraction that it is, a float as the decimal that it prints as.

    Raises
    ------
    ParameterError
        If it is no finite number, is above 1e300 in size, or has more than 1,000 digits.
    """
    result = value if type(value) is Fraction else _read(value)
    if result is None:
        raise ParameterError(Problem(name, value, "is not such a number", _ALLOWED))
    size = max(abs(result.numerator), result.denominator)
    if size.bit_length() > _BITS or abs(result) > _LARGEST:
        raise ParameterError(
            Problem(name, value, "is out of range", "at most 1e300 in size and 1,000 digits")
        )
    return result


_BITS = math.ceil(_DIGITS * math.log2(10))
_LARGEST = 10**300  # so that no difference of payoffs leaves the range of floats


def _read(value: Any) -> Fraction | None:
    if type(value) is int:
        return Fraction(value)
    if isinstance(value, numbers.Rational) and not isinstance(value, bool):
        return Fraction(int(value.numerator), int(value.denominator))
    # NumPy's floats print as the shortest decimal of their own precision, as Python's do.
    printed = isinstance(value, numbers.Real | Decimal | str) and not isinstance(value, bool)
    text = str(value).replace("_", "") if printed else ""
    if len(text) > 3 * _DIGITS or _HUGE_POWER.search(text):
        return None
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def exact_mixture(name: str, values: Sequence[Any], size: int) -> tuple[Vector, bool]:
    """Probabilities as exact numbers, and whether they were given as such.

    Raises
    ------
    ParameterError
        If they are not `size` numbers >= 0 that sum to 1, within 1e-9 where there are floats.
    """
    given = entries(values) or []
    exact = not any(isinstance(x, numbers.Real) and not isinstance(x, numbers.Rational) for x in given)
    found = tuple([exact_number(f"{name}[{k}]", x) for k, x in enumerate(given)])
    slack = 0 if exact else Fraction(1, 10**9)
    if len(found) != size or min(found) < -slack or abs(sum(found) - 1) > slack:
        allowed = f"{size} probabilities that sum to 1"
        raise ParameterError(Problem(name, values, "is no mixed strategy", allowed))
    return found, exact


def against(payoffs: Matrix, weights: Vector) -> Vector:
    """What each row earns against a mixture of the columns."""
    return tuple([dot(row, weights) for row in payoffs])


def dot(values: Vector, weights: Vector) -> Fraction:
    """Mean of values."""
    return sum((v * w for v, w in zip(values, weights, strict=True)), Fraction(0))
