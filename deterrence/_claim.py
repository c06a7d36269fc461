"""What theory claims of the long run of a game."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim of theory.

    Attributes
    ----------
    quantity : str
        What it is about: a row of the table of `long_run`.
    value : float or None
        What is claimed; None where theory gives bounds only, or nothing.
    low, high : float or None
        Band or bounds; equal to `value` where there is no more to say, None where nothing is known.
    sort : str
        ``"exact"`` for a probability or mean in every turn or in the stationary state, ``"limit"`` for a
        limit in time or in the number of labs, ``"bound"``, or ``"unknown"``.
    statement : str
        The claim, and its condition, in a sentence.
    source : str
        Whose theory it is, and where.
    """

    quantity: str
    value: float | None
    low: float | None
    high: float | None
    sort: Literal["exact", "limit", "bound", "unknown"]
    statement: str
    source: str

    def __str__(self) -> str:
        if self.low == self.high:
            number = "unknown" if self.value is None else f"{self.value:.6g}"
        else:
            number = f"{self.low:.6g} to {self.high:.6g}"
            number = number if self.value is None else f"{self.value:.6g} ({number})"
        return f"{self.quantity}: {number} ({self.sort}). {self.statement} [{self.source}]"


def known(
    quantity: str,
    value: float,
    statement: str,
    source: str,
    *,
    sort: Literal["exact", "limit"] = "limit",
    band: tuple[float, float] | None = None,
) -> Claim:
    """Claim a value, and perhaps a band around it."""
    low, high = map(float, band or (value, value))
    return Claim(
        quantity=quantity, value=float(value), low=low, high=high,
        sort=sort, statement=statement, source=source,
    )  # fmt: skip


def bound(quantity: str, low: float, high: float, statement: str, source: str) -> Claim:
    """Claim bounds; where they meet, the value."""
    value = float(low) if low == high else None
    return Claim(
        quantity=quantity, value=value, low=float(low), high=float(high),
        sort="bound", statement=statement, source=source,
    )  # fmt: skip


def unknown(statement: str, quantity: str = "violation_rate") -> Claim:
    """Say that nothing is known."""
    return Claim(
        quantity=quantity, value=None, low=None, high=None,
        sort="unknown", statement=statement, source="none known",
    )  # fmt: skip
