"""How labs without a permit act on what they would gain, and what comes of it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from deterrence._enforcement import Enforcement
from deterrence._groups import Amount, Chance, Deeds
from deterrence._laws import Array


class Exempt(NamedTuple):
    """Labs that need no permit: their share, and mean and mean square of their rents less a base."""

    share: Array
    m1: float
    m2: float


NOBODY = Exempt(np.zeros(1), 0.0, 0.0)
"""No lab is exempt."""


class Conduct(Protocol):
    """What labs that need a permit and have none do at a gain: probabilities and means, one in each row."""

    with_rent: tuple[int, ...]
    """Rows of which the products with the rent are needed too; the first says whether the lab violates."""

    def rows(self, g: Array) -> Array:
        """Means over labs with gain g; the first two are whether a lab violates, and whether it complies."""
        ...

    def bends(self) -> Array:
        """Gains at which rows bend or jump."""
        ...

    def deeds(self, rows: Array, rise: Array, square: Array, base: Array, exempt: Exempt) -> Deeds:
        """Deeds of labs with these mean rows.

        `rise` and `square` are means of the rent less `base`, and of its square, times the rows that
        ``with_rent`` names, and times the first of them.
        """
        ...


class OneKind:
    """Labs that differ in values and in risk multipliers only."""

    with_rent: tuple[int, ...] = (0,)

    def __init__(self, e: Enforcement) -> None:
        self._e = e

    def rows(self, g: Array) -> Array:
        h = self._e.defection(g)
        return np.stack([h, 1 - h])

    def bends(self) -> Array:
        return self._e.bends()

    def deeds(self, rows: Array, rise: Array, square: Array, base: Array, exempt: Exempt) -> Deeds:
        e, (h, d), x = self._e, rows, exempt.share + 0 * rows[0]
        k, q = e.game.audit.cost, e.q_s

        def found(chance: float) -> Chance:
            return Chance(h * chance, d + x + h * (1 - chance))

        caught, none = found(e.p_eff), 0 * h
        penalty = Amount(caught, e.penalty + none, none, none)
        spread = k**2 * q * (1 - q) * h
        welfare = in_welfare(e, h, d, rise[0], square + spread, base, exempt)
        return Deeds(
            h, d, x, found(e.p_s), found(q), caught, penalty, welfare,
            rise[0] + base * h, x * (base + exempt.m1), none,
        )  # fmt: skip


def in_welfare(
    e: Enforcement, h: Array, d: Array, m1: Array, m2: Array, base: Array, exempt: Exempt
) -> Amount:
    """What a lab without a permit adds to welfare: s + V - H - k X if it violates, X a check; s if exempt."""
    extra = e.game.lab.racing_value - e.game.audit.harm - e.game.audit.cost * e.q_s
    x, rise, square = exempt
    m1 = m1 + x * (rise - extra)
    m2 = m2 + x * (square - 2 * extra * rise + extra**2)
    return Amount(Chance(h + x, d), base + extra, m1, m2)
