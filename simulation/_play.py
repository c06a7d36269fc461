"""A game under way: its labs, what they and the Governor have earned, and the next step."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from simulation._behaved import Maker, Sale, play_turn, sell
from simulation._behaviour import Rational, Static
from simulation._columns import Books, LabTurns
from simulation._draws import Draws, Purpose, last_end
from simulation._enforcement import CATCHES, CHECKS, enforce
from simulation._quantities import Turns
from simulation._rules import Rules
from simulation._turn import Decisions, add_up, decide

PIECE = 2**17
"""Turns times replications that are played at once, times labs if their draws are kept."""


class Play:
    """A game under way in some replications.

    What is decided stands until a lab changes; until then the books are kept as the number of turns times
    what each brings, so that rounding does not grow with time. A change closes them, and opens new ones.

    Parameters
    ----------
    rules : Rules
    seed : int
    replications : range

    Attributes
    ----------
    types : dict
        Arrays ``gross_value`` and ``risk_profile``, of shape (replications, labs); to be changed by `write`.
    labs : LabTurns or None
        The last turn, lab by lab; None before the first.
    policy : tuple
        Audit probabilities after a suspicious and a clean signal in the last turn.
    present : array of bool, shape (labs,)
        Which labs have not left; see `leave`.
    """

    def __init__(
        self,
        rules: Rules,
        seed: int,
        replications: range,
        behaviours: tuple[Maker | None, Maker | None] = (None, None),
    ) -> None:
        game = rules.game
        self.rules = rules
        self.labs: LabTurns | None = None
        self._draws = Draws(seed, game.n_agents, replications)
        # What is done to an array is done along its closest elements, and fast only if these are many.
        self._order: Literal["C", "F"] = "F" if len(replications) > game.n_agents else "C"
        self.types = {
            name: np.asarray(self._draws.types(purpose, getattr(game.lab, name)), order=self._order)
            for name, purpose in (("gross_value", Purpose.VALUE), ("risk_profile", Purpose.RISK))
        }
        self.present = np.ones(game.n_agents, dtype=bool)
        labs, governor = behaviours
        self.is_static = labs is None and governor is None
        like = self.types["gross_value"]
        self._behaviours = (labs or Rational)(like), (governor or Static)(like)
        self.policy: tuple[Any, Any] = game.audit.high_prob, game.audit.base_prob
        self._made: Decisions | None = None
        self._sale: Sale | None = None
        self._next_step = 0
        nothing = np.broadcast_to(0.0, self.types["gross_value"].shape)
        self._open(nothing, np.zeros(len(replications)))

    def _zeros(self, dtype: type) -> np.ndarray:
        return np.zeros(self.types["gross_value"].shape, dtype, order=self._order)

    def _open(self, wealth: np.ndarray, account: np.ndarray) -> None:
        violated = None if self.is_static else self._zeros(np.uint32)
        self._books = Books(opening=wealth, turns=0, caught=self._zeros(np.uint32), violated=violated)
        self._opening_account = account
        self._found = np.zeros((4, len(account)), dtype=np.int64)

    def turns(self, steps: int, keep_labs: bool = False) -> Iterator[tuple[Turns, LabTurns]]:
        """Play `steps` turns in as few pieces as memory allows.

        Yields what each piece came to in the market, and for the labs in its last turn or, if they are to
        be kept, in all.
        """
        end = self._next_step + steps
        replications, labs = self._books.opening.shape
        size = max(1, PIECE // (replications * (labs if keep_labs else 1)))
        while self._next_step < end:
            stop = min(self._next_step + size, end)
            if replications > 1:  # since half a chunk of many replications does not lie together
                stop = last_end(self._next_step, stop)
            piece = range(self._next_step, stop)
            if self.is_static:
                turns = self._play_alike(piece, keep_labs)
            else:
                turns = self._play_one_by_one(piece[:1] if keep_labs else piece)
            assert self.labs is not None, "a turn was played"
            yield turns, self.labs

    def _play_alike(self, steps: range, keep_labs: bool) -> Turns:
        """Play turns in which the same is decided."""
        made = self._made = self._made or self._decide()
        caught = self._books.caught.copy()
        counts = enforce(self.rules, made, self._draws, steps, caught)
        found = self._found + np.add.reduce(counts, axis=-1, dtype=np.int64)
        books = dataclasses.replace(self._books, turns=self._books.turns + len(steps), caught=caught)
        labs = self._lab_turns(made, self.rules.cuts, books, steps if keep_labs else steps[-1:])
        # All at once: whatever fails or interrupts, the game is before these turns or after them.
        self._next_step, self._found, self._books, self.labs = steps.stop, found, books, labs
        return Turns(self.rules, made.totals, counts)

    def _play_one_by_one(self, steps: range) -> Turns:
        """Play turns in which everybody acts on what they have seen."""
        pieces: list[Turns] = []
        for step in steps:
            sale = self._sale = self._sale or sell(self.rules, dict(self.types), self.present)
            turn, made, counted = play_turn(self.rules, self._draws, step, sale, *self._behaviours)
            found, books = self._found + counted[..., 0], self._books
            books = dataclasses.replace(
                books,
                turns=books.turns + 1,
                caught=books.caught + turn.caught,
                violated=books.violated + turn.violates,
            )
            labs = self._lab_turns(made, turn.cuts, books, range(step, step + 1))
            self.policy = turn.high_prob, turn.base_prob
            self._next_step, self._found, self._books, self.labs = step + 1, found, books, labs
            pieces.append(Turns(self.rules, made.totals, counted, alike=False))
        return Turns.joined(pieces, axis=1)

    def _lab_turns(self, made: Decisions, cuts: np.ndarray, books: Books, steps: range) -> LabTurns:
        return LabTurns(
            rules=self.rules,
            decisions=made,
            cuts=cuts,
            types=dict(self.types),
            present=self.present,
            books=books,
            draws=self._draws,
            steps=steps,
        )

    def bookmark(self) -> tuple[Any, ...]:
        """Where the game is, for `back_to`."""
        return self._next_step, self._found, self._books, self.labs

    def back_to(self, bookmark: tuple[Any, ...]) -> None:
        """Go back to where the game was; only past turns that nobody has changed a lab in."""
        self._next_step, self._found, self._books, self.labs = bookmark

    def _decide(self) -> Decisions:
        here = self.present
        if here.all():
            return decide(self.rules, **self.types)
        made = decide(self.rules, **{name: values[:, here] for name, values in self.types.items()})
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
        if not self.is_static or self.labs is None:
            return add_up(self.wealth())[:, 0]
        made = self.labs.decisions.totals
        income = (made.rents + self.rules.racing * made.violations - made.revenue)[:, 0]
        return self._books.turns * income - self.rules.penalty * self._found[CATCHES]

    def account(self) -> np.ndarray:
        """What the Governor has, of shape (replications,)."""
        if self.labs is None or self._books.turns == 0:
            return self._opening_account
        rules, revenue = self.rules, self.labs.decisions.totals.revenue[:, 0]
        penalties = rules.penalty * self._found[CATCHES]
        checks = rules.game.audit.cost * self._found[CHECKS]
        return self._opening_account + (self._books.turns * revenue + penalties - checks)

    def write(self, name: str, labs: slice | int, values: np.ndarray | float) -> None:
        """Change the ``gross_value``, ``risk_profile`` or ``wealth`` of some labs."""
        self._close()
        if name == "wealth":
            if not self._books.opening.flags.writeable:
                self._open(self._books.opening.copy(), self._opening_account)
            self._books.opening[:, labs] = values
            return
        if self.labs is not None and self.types[name] is self.labs.types[name]:
            self.types[name] = self.types[name].copy(order="K")  # the last turn keeps what it was decided by
        self.types[name][:, labs] = values
        self._made = self._sale = None

    def leave(self, lab: int) -> None:
        """Take a lab out of the market: it neither bids nor runs from now on, and is not counted."""
        self._close()
        self._made = self._sale = None
        self.present = self.present.copy()  # the last turn keeps its own
        self.present[lab] = False

    def _close(self) -> None:
        if self._books.turns:
            self._open(self.wealth(), self.account())
