"""What complete sets of equilibria of one game, or of arrays of games, have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import numpy as np

Ends: TypeAlias = tuple[float, float]
"""Least and largest value; equal for a single point."""

Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


class Values(NamedTuple):
    """What the players get.

    Attributes
    ----------
    lab, governor : float or array, money
        Payoffs of the lab and of the Governor.
    """

    lab: Any
    governor: Any


@dataclass(frozen=True)
class EquilibriumSets:
    """Sets of equilibria, each the union of maximal convex subsets.

    Attributes
    ----------
    q : array, shape (..., subsets, 2), in [0, 1]
        Least and largest probability of defection in each subset; NaN where a game has fewer subsets than
        another.
    """

    q: Array

    @property
    def count(self) -> Any:
        """Number of maximal convex subsets of each game's set."""
        count = np.count_nonzero(~np.isnan(self.q[..., 0]), axis=-1)
        return count if np.ndim(count) else int(count)

    @property
    def games(self) -> tuple[int, ...]:
        """Shape of the array of games; empty for a single one."""
        return self.q.shape[:-2]

    def _require_one(self) -> None:
        if self.games:
            raise TypeError("these are many games: take one of them first, as in equilibria[0]")


def pair(values: Any) -> Ends:
    """A row of two numbers as plain floats; a zero without its sign."""
    first, second = (float(value) + 0.0 for value in values)
    return first, second


def written(name: str, ends: Ends) -> str:
    """``q = 0.5`` for a point, ``q in [0, 0.5]`` for an interval."""
    low, high = (f"{end:.6g}" for end in ends)
    return f"{name} = {low}" if ends[0] == ends[1] else f"{name} in [{low}, {high}]"


def decimal(value: float) -> Fraction:
    """The decimal that a float prints as, exactly: what was meant where 0.1 was typed."""
    return Fraction(repr(float(value)))


def where_known(known: Any, values: Values) -> Values:
    """Values with NaN for the subsets that do not exist."""
    lab, governor = (np.where(known, value, math.nan) for value in values)
    return Values(lab, governor)
