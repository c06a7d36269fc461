"""Labs that are alike but for independent draws: what one of them does, as columns over cases of a market."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from deterrence._laws import Array


class Chance(NamedTuple):
    """Probability that something happens, and that it does not, each with all its digits."""

    yes: Any
    no: Any

    @property
    def mean(self) -> Any:
        """Mean of its number for one lab."""
        return self.yes

    @property
    def var(self) -> Any:
        """Variance of its number for one lab."""
        return self.yes * self.no


class Amount(NamedTuple):
    """Money that is 0 unless something happens, and then `offset` and a rest.

    ``m1`` and ``m2`` are the means of the rest and of its square, times whether it happens.
    """

    happens: Chance
    offset: Any
    m1: Any
    m2: Any

    @property
    def mean(self) -> Any:
        """Mean for one lab."""
        return self.m1 + self.offset * self.happens.yes

    @property
    def var(self) -> Any:
        """Variance for one lab, in which nothing as large as the offset cancels."""
        spread = (2 * self.m1 + self.offset * self.happens.yes) * self.offset * self.happens.no
        return np.maximum(self.m2 - self.m1**2 + spread, 0.0)


class Deeds(NamedTuple):
    """What a lab without a permit does and what comes of it, columns over cases.

    A lab violates with probability ``h``, is deterred with probability ``d``, and is ``exempt`` and needs
    no permit with the rest. ``rent`` and ``exempt_rent`` are means of its rent times whether it violates, and
    whether it is exempt; ``split_cost`` is the mean of what it pays for splitting its run.
    """

    h: Array
    d: Array
    exempt: Array
    audited: Chance
    checked: Chance
    caught: Chance
    penalty: Amount
    welfare: Amount
    rent: Array
    exempt_rent: Array
    split_cost: Array

    @property
    def violates(self) -> Chance:
        """Whether it violates."""
        return Chance(self.h, self.d + self.exempt)

    @property
    def deterred(self) -> Chance:
        """Whether it needs a permit, has none and does not run."""
        return Chance(self.d, self.h + self.exempt)


class Group(NamedTuple):
    """Labs without a permit, in each case: how many, and what one does."""

    number: Array
    deeds: Deeds


def joined(*parts: Any) -> Any:
    """One tuple of columns, and of tuples of columns, from several of one kind."""
    if isinstance(parts[0], tuple):
        items = [joined(*column) for column in zip(*parts, strict=True)]
        return type(parts[0])(*items) if hasattr(parts[0], "_fields") else tuple(items)
    return np.concatenate(parts)


def mixed(parts: Sequence[Any], weights: Sequence[float]) -> Any:
    """What one of several labs does, with these probabilities; they count money from the same offsets."""
    if isinstance(parts[0], tuple):
        items = [mixed(column, weights) for column in zip(*parts, strict=True)]
        return type(parts[0])(*items) if hasattr(parts[0], "_fields") else tuple(items)
    return sum(weight * part for weight, part in zip(weights, parts, strict=True))


def repeated(columns: Any, n: int) -> Any:
    """Columns of one case as columns of n such cases."""
    if isinstance(columns, tuple):
        items = [repeated(column, n) for column in columns]
        return type(columns)(*items) if hasattr(columns, "_fields") else tuple(items)
    return columns * np.ones(n)
