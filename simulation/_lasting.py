"""A game in which the same is decided in every turn, until a lab changes."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from simulation._columns import Books, LabTurns
from simulation._enforcement import CATCHES, CHECKS, enforce
from simulation._play import Play
from simulation._quantities import Turns
from simulation._rules import Rules
from simulation._turn import Decisions, decide


class Lasting(Play):
    """A game whose labs and Governor do not learn, and whose market is the same in every turn.

    The books are kept as the number of turns times what each brings, so that rounding does not grow with
    time. A change of a lab closes them, and opens new ones.
    """

    def __init__(self, rules: Rules, seed: int, replications: range) -> None:
        super().__init__(rules, seed, replications)
        self._made: Decisions | None = None
        nothing = np.broadcast_to(0.0, self.types["gross_value"].shape)
        self._open(nothing, np.zeros(len(replications)))

    def _open(self, wealth: np.ndarray, account: np.ndarray) -> None:
        self._books = Books(opening=wealth, turns=0, caught=self._zeros(np.uint32))
        self._opening_account = account
        self._found = np.zeros((4, len(account)), dtype=np.int64)

    def _play(self, steps: range, keep_labs: bool) -> Turns:
        made = self._made = self._made or self._decide()
        caught = self._books.caught.copy()
        counts = enforce(self.rules, made, self._draws, steps, caught)
        found = self._found + np.add.reduce(counts, axis=-1, dtype=np.int64)
        books = dataclasses.replace(self._books, turns=self._books.turns + len(steps), caught=caught)
        labs = LabTurns(
            rules=self.rules,
            decisions=made,
            types=dict(self.types),
            present=self.present,
            books=books,
            draws=self._draws,
            steps=steps if keep_labs else steps[-1:],
        )
        # All at once: whatever fails or interrupts, the game is before these turns or after them.
        self._next_step, self._found, self._books, self.labs = steps.stop, found, books, labs
        return Turns(self.rules, made.totals, counts)

    def bookmark(self) -> tuple[Any, ...]:
        """Where the game is, for `back_to`."""
        return self._next_step, self._found, self._books, self.labs

    def back_to(self, bookmark: tuple[Any, ...]) -> None:
        """Go back to where the game was; only past turns that nobody has changed a lab in."""
        self._next_step, self._found, self._books, self.labs = bookmark

    def _decide(self) -> Decisions:
        here = self.present
        if here.all():
            return decide(self.rules, self.types["gross_value"], self.types["risk_profile"])
        made = decide(self.rules, self.types["gross_value"][:, here], self.types["risk_profile"][:, here])
        has_permit, violates = self._zeros(bool), self._zeros(bool)
        has_permit[:, here], violates[:, here] = made.has_permit, made.violates
        return dataclasses.replace(made, has_permit=has_permit, violates=violates)

    def wealth(self) -> np.ndarray:
        """What each lab has earned less what it has paid, of shape (replications, labs)."""
        if self.labs is None or self._books.turns == 0:
            return self._books.opening
        return self.labs.wealth[:, -1]

    def total_wealth(self) -> np.ndarray:
        """What all labs together have, of shape (replications,), if none was changed."""
        assert self._made is not None, "a turn was played"
        made = self._made.totals
        income = (made.rents + made.racing - made.revenue)[:, 0]
        return self._books.turns * income - self.rules.penalty * self._found[CATCHES]

    def account(self) -> np.ndarray:
        """What the Governor has, of shape (replications,)."""
        if self._made is None or self._books.turns == 0:
            return self._opening_account
        rules, revenue = self.rules, self._made.totals.revenue[:, 0]
        penalties = rules.penalty * self._found[CATCHES]
        checks = rules.game.audit.cost * self._found[CHECKS]
        return self._opening_account + (self._books.turns * revenue + penalties - checks)

    def _close(self) -> None:
        if self._books.turns:
            self._open(self.wealth(), self.account())
        self._made = None

    def _own_wealth(self) -> np.ndarray:
        if not self._books.opening.flags.writeable:
            self._open(self._books.opening.copy(), self._opening_account)
        return self._books.opening
