"""A game shown turn by turn, and played some turns ahead of that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulation._columns import LabTurn, LabTurns
from simulation._lasting import Lasting
from simulation._play import Play
from simulation._quantities import Turns

MOST_TURNS = 64
MOST_CELLS = 2**16
"""Turns, and turns times labs times replications, that are played before they are shown."""
FIRST_CELLS = 2**10
"""The same for the first block, when it is not known whether anybody will look closer."""


class Ahead:
    """A game shown turn by turn.

    To play many turns at once costs little more than to play one. So as long as nobody looks closer than
    at the quantities, ever more turns are played together and shown one after another. Whoever looks
    closer, or changes something, finds the game at the turn that is shown: it is taken back and played to
    there, with the same bits.

    Parameters
    ----------
    play : Play
        From now on to be reached through this alone.
    """

    def __init__(self, play: Play) -> None:
        self._play = play
        self._cells = play.types["gross_value"].size
        self._reach = self._within(FIRST_CELLS) if isinstance(play, Lasting) else 1
        self._before: tuple[Any, ...] = ()
        self._show(Turns.unknown(play.rules, len(play.types["gross_value"])), 1)

    def turn(self) -> None:
        """Show the next turn."""
        if self._shown == self._block.steps:
            before = self._play.bookmark() if isinstance(self._play, Lasting) else ()
            block, _ = next(self._play.turns(self._reach))
            self._before = before
            self._show(block, 0)
            if isinstance(self._play, Lasting):  # else whoever learns could not go back
                self._reach = min(4 * self._reach, self._within(MOST_CELLS))
        self._shown += 1

    def _within(self, cells: int) -> int:
        return max(1, min(MOST_TURNS, cells // self._cells))

    def turns(self, steps: int, keep_labs: bool) -> Iterator[tuple[Turns, LabTurns | LabTurn]]:
        """Play and show `steps` turns; see `Play.turns`."""
        for turns, labs in self.now().turns(steps, keep_labs):
            self._show(turns, turns.steps)
            yield turns, labs

    def now(self) -> Play:
        """The game at the turn that is shown, gone back to if it was played ahead of that."""
        block = self._block
        if self._shown < block.steps and isinstance(self._play, Lasting):
            self._play.back_to(self._before)
            for _ in self._play.turns(self._shown):
                pass
            self._show(block.part(slice(self._shown)), self._shown)
        self._reach = 1
        return self._play

    @property
    def shown(self) -> Turns:
        """The last turn shown; nothing is known before the first."""
        return self._block.part(slice(self._shown - 1, self._shown))

    def quantity(self, name: str) -> float | np.ndarray:
        """A quantity of the last turn shown, a float in a single market; NaN before the first."""
        if name not in self._values:
            values = np.broadcast_to(getattr(self._block, name), self._block.counts.shape[1:])
            self._values[name] = values[0].tolist() if len(values) == 1 else values.T
        value = self._values[name][self._shown - 1]
        return value.copy() if isinstance(value, np.ndarray) else value

    def _show(self, block: Turns, turns: int) -> None:
        self._block, self._shown = block, turns
        self._values: dict[str, list[float] | np.ndarray] = {}
