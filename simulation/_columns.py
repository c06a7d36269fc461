"""What turns come to for each lab."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from simulation._behaviour import Turn
from simulation._draws import Draws, Purpose
from simulation._rules import AUDIT_CUT, CHECK_CUT, Rules, suspicious
from simulation._turn import Decisions


@dataclass(frozen=True, eq=False, kw_only=True)
class Columns:
    """The labs, each attribute an array with the labs along its last axis.

    Attributes
    ----------
    gross_value, risk_profile : array of float
        The lab's type, v (money) and r. Drawn once per replication, or v in each turn if the game says so.
    bid : array of float, money
        What it bids for a permit in a turn.
    has_permit, exempt, compliant, runs, splits : array of bool
        Whether it holds a permit, needs none, does not violate, trains, violates by a run cut into parts in
        a turn. A lab that is exempt runs, and is not looked at. A lab that needs a permit, has none and
        complies does not run.
    signal, audited, backchecked, reported, caught : array of bool
        Whether it looked suspicious, was audited, was backchecked, was found by a whistleblower or by
        metering, was found to violate in any way in a turn.
    wealth : array of float, money
        What it has earned, less what it has paid, since the start.
    """

    gross_value: np.ndarray
    risk_profile: np.ndarray
    bid: np.ndarray
    has_permit: np.ndarray
    exempt: np.ndarray
    compliant: np.ndarray
    runs: np.ndarray
    splits: np.ndarray
    signal: np.ndarray
    audited: np.ndarray
    backchecked: np.ndarray
    reported: np.ndarray
    caught: np.ndarray
    wealth: np.ndarray


COLUMNS = tuple(field.name for field in fields(Columns))
"""Names of the columns, in order."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Books:
    """What labs have earned and paid while they stayed what they are: turns times what each brings.

    Attributes
    ----------
    opening : array of shape (replications, labs), money
        What they had before.
    turns : int
        Turns since.
    caught : array of int, shape (replications, labs)
        How often each was caught since.
    """

    opening: np.ndarray
    turns: int
    caught: np.ndarray


class LabTurns:
    """What each lab went through in some turns with the same decisions.

    Every one of `COLUMNS` is an attribute, of shape (replications, steps, labs), or (replications, 1, labs)
    where it is the same in all steps.

    Parameters
    ----------
    rules : Rules
    decisions : Decisions
    types : dict
        Arrays ``gross_value`` and ``risk_profile``, of shape (replications, labs).
    present : array of bool, shape (labs,)
        Which labs are in the market.
    books : Books
        After these turns.
    draws : Draws
        Where what happened to labs that ran is drawn again if somebody asks.
    steps : range
        Which steps.
    """

    def __init__(
        self,
        *,
        rules: Rules,
        decisions: Decisions,
        types: dict[str, np.ndarray],
        present: np.ndarray,
        books: Books,
        draws: Draws,
        steps: range,
    ) -> None:
        self.rules, self.decisions, self.types = rules, decisions, types
        self.present, self.books = present, books
        self.draws, self.steps = draws, steps

    @property
    def gross_value(self) -> np.ndarray:
        return self.types["gross_value"][:, None]

    @property
    def risk_profile(self) -> np.ndarray:
        return self.types["risk_profile"][:, None]

    @property
    def bid(self) -> np.ndarray:
        return np.maximum(self.gross_value - self.rules.cost, 0.0) * self.present

    @property
    def has_permit(self) -> np.ndarray:
        return self.decisions.has_permit[:, None]

    @property
    def exempt(self) -> np.ndarray:
        return np.zeros_like(self.has_permit)

    @property
    def compliant(self) -> np.ndarray:
        return ~self.decisions.violates[:, None]

    @property
    def runs(self) -> np.ndarray:
        return self.has_permit | ~self.compliant

    @property
    def splits(self) -> np.ndarray:
        return np.zeros_like(self.has_permit)

    @property
    def signal(self) -> np.ndarray:
        return self.runs & suspicious(self.u, self.rules.cuts, self.compliant)

    @property
    def audited(self) -> np.ndarray:
        return self.runs & (self.u < self._end(AUDIT_CUT))

    @property
    def backchecked(self) -> np.ndarray:
        return self.runs & (self.u >= self._end(AUDIT_CUT)) & (self.u < self._end(CHECK_CUT))

    @property
    def reported(self) -> np.ndarray:
        return np.zeros_like(self.has_permit)

    @cached_property
    def caught(self) -> np.ndarray:
        return ~self.compliant & (self.u < self._end(CHECK_CUT))

    @property
    def wealth(self) -> np.ndarray:
        books, steps = self.books, len(self.steps)
        times = books.caught[:, None].astype(np.int64)
        if steps > 1:
            sooner = np.cumsum(self.caught, axis=1, dtype=np.int64)
            sooner += times - sooner[:, -1:]
            times = sooner
        turns = np.arange(books.turns - steps + 1, books.turns + 1)[:, None]
        rent = self.gross_value - self.rules.cost
        permitted = np.where(self.has_permit, rent - self.decisions.totals.price[:, None], 0.0)
        wealth = turns * np.where(self.compliant, permitted, rent + self.rules.racing)
        wealth -= self.rules.penalty * times
        wealth += books.opening[:, None]
        return wealth

    @cached_property
    def u(self) -> np.ndarray:
        """Draws of enforcement, of shape (replications, steps, labs)."""
        return self.draws.uniforms(Purpose.ENFORCEMENT, self.steps)

    def _end(self, cut: int) -> np.ndarray:
        """Where an outcome ends in the unit interval, for each lab if it runs."""
        compliant_end, violator_end = self.rules.cuts[:, cut]
        return np.where(self.compliant, compliant_end, violator_end)


class LabTurn:
    """What each lab went through in one turn; attributes as of `LabTurns`, with one step.

    Parameters
    ----------
    turn : Turn
        A turn that is over.
    types : dict
        What labs are, arrays of shape (replications, labs).
    wealth : array of shape (replications, labs), money
        After it.
    """

    def __init__(self, turn: Turn, types: dict[str, np.ndarray], wealth: np.ndarray) -> None:
        self.turn, self.types, self._wealth = turn, types, wealth

    def __getattr__(self, name: str) -> np.ndarray:
        if name not in COLUMNS:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        turn = self.turn
        match name:
            case "compliant":
                values = ~turn.violates
            case "runs":
                values = turn.runs | turn.exempt
            case "exempt":
                values = np.broadcast_to(turn.exempt, turn.violates.shape)
            case "splits":
                values = np.zeros_like(turn.violates) if turn.splits is None else turn.splits
            case "backchecked":
                values = turn.checked & ~turn.audited
            case "reported":
                values = turn.caught & ~turn.checked
            case "wealth":
                values = self._wealth
            case _:
                values = getattr(turn, name)
        return values[:, None]
