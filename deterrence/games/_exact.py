"""Payoffs as exact numbers, and the best-reply polyhedra that they define."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

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
    rows = _entries(values.tolist() if hasattr(values, "tolist") and not hasattr(values, "dtype") else values)
    table = None if rows is None else [_entries(row) for row in rows]
    if not table or not table[0] or any(row is None or len(row) != len(table[0]) for row in table):
        raise ParameterError(Problem(name, values, "is not a matrix", "rows of numbers, all equally long"))
    return tuple(
        tuple([exact_number(f"{name}[{i}][{j}]", x) for j, x in enumerate(row or ())])
        for i, row in enumerate(table)
    )


def _entries(values: Any) -> list[Any] | None:
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
        If it is no finite number, is beyond the range of floats, or has more than 1,000 digits.
    """
    result = value if type(value) is Fraction else _read(value)
    if result is None:
        raise ParameterError(Problem(name, value, "is not such a number", _ALLOWED))
    size = max(abs(result.numerator), result.denominator)
    if size.bit_length() > _BITS or abs(result) > _LARGEST:
        raise ParameterError(Problem(name, value, "is out of range", "at most 1.79e308 and 1,000 digits"))
    return result


_BITS = math.ceil(_DIGITS * math.log2(10))
_LARGEST = Fraction(2**1024 - 2**970)


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


class Vertex(NamedTuple):
    """A mixture at which the best replies to it change, in integers that do not yet sum to 1.

    ``unplayed`` and ``replies`` are bit masks: own actions played with probability 0, and actions of
    the opponent that are best replies.
    """

    mixture: tuple[int, ...]
    unplayed: int
    replies: int

    def probabilities(self) -> Vector:
        """The mixture, summing to 1."""
        total = sum(self.mixture)
        return tuple([Fraction(x, total) for x in self.mixture])


class TooManyVerticesError(Exception):
    """A polyhedron has more vertices than are worked out."""


def best_reply_vertices(payoffs: Sequence[Vector], most: int) -> list[Vertex]:
    r"""Vertices of a player's best-reply polyhedron, exactly, by the double description method.

    The polyhedron of mixtures x with an upper bound u of what the opponent can earn,
    :math:`\{(x, u): x \ge 0, \sum_i x_i = 1, \sum_i x_i b_{ij} \le u\}`, is a cone once x need not sum to
    1. Its rays are kept as their slacks: the x_i, then u less what each action j of the opponent earns.
    They start as those of the cone with j = 0 only, and each further j cuts off the rays with a
    negative slack: in their place come points between them and their neighbours.

    Parameters
    ----------
    payoffs : sequence of tuples of Fractions
        Row i: what the opponent earns with each of its actions against the player's action i.
    most : int
        The most rays that are kept.

    Raises
    ------
    TooManyVerticesError
        If there are more.

    References
    ----------
    .. [1] Motzkin, Raiffa, Thompson and Thrall (1953), The double description method, in
       Contributions to the Theory of Games II; Fukuda and Prodon (1996), Double description method
       revisited, LNCS 1120.
    """
    m, n = len(payoffs), len(payoffs[0])
    rays = [((0,) * m + (1,) * n, (1 << m) - 1)]
    for i, row in enumerate(integer_slacks(payoffs)):
        slacks = tuple([int(i == k) for k in range(m)]) + row
        rays.append((slacks, ((1 << m) - 1) ^ (1 << i) | (1 << m)))
    for j in range(m + 1, m + n):
        rays = list(islice(_cut(rays, j, m), most + 1))
        if len(rays) > most:
            raise TooManyVerticesError
    return [Vertex(slacks[:m], mask & ((1 << m) - 1), mask >> m) for slacks, mask in rays if any(slacks[:m])]


def integer_slacks(payoffs: Sequence[Vector]) -> list[tuple[int, ...]]:
    """What the opponent loses against each action by not using its action 0, in coprime integers.

    Best replies depend on these differences only, and on those only up to a common factor.
    """
    differences = [[row[0] - x for x in row] for row in payoffs]
    common = math.lcm(*(d.denominator for row in differences for d in row))
    whole = [[d.numerator * (common // d.denominator) for d in row] for row in differences]
    divisor = math.gcd(*(d for row in whole for d in row)) or 1
    return [tuple([d // divisor for d in row]) for row in whole]


_Ray: TypeAlias = tuple[tuple[int, ...], int]


def _cut(rays: list[_Ray], j: int, m: int) -> Iterator[_Ray]:
    """The rays of the cone in which slack j, too, is at least 0; a ray's mask says which slacks are 0."""
    inside, outside = [], []
    for slacks, mask in rays:
        s = slacks[j]
        if s < 0:
            outside.append((slacks, mask))
            continue
        yield slacks, mask if s else mask | 1 << j
        if s:
            inside.append((slacks, mask))
    masks = [mask for _, mask in rays]
    for far, far_mask in outside:
        for near, near_mask in inside:
            shared = far_mask & near_mask
            # An edge of a cone in m + 1 dimensions lies on m - 1 facets, and no third ray on all of them.
            if shared.bit_count() >= m - 1 and sum(mask & shared == shared for mask in masks) == 2:
                yield _between(near, far, j), shared | 1 << j


def _between(near: tuple[int, ...], far: tuple[int, ...], j: int) -> tuple[int, ...]:
    a, b = near[j], -far[j]
    slacks = [a * x + b * y for x, y in zip(far, near, strict=True)]
    divisor = math.gcd(*slacks)
    return tuple([s // divisor for s in slacks])
