"""A game under way: its labs, what they and the Governor have earned, and the next step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from simulation._columns import LabTurn, LabTurns
from simulation._draws import Draws, last_end
from simulation._quantities import Turns
from simulation._rules import Rules
from simulation._traits import types_of

PIECE = 2**17
"""Turns times replications that are played at once, times labs if their draws are kept."""


class Play:
    """A game under way in some replications.

    What is left open is how turns are played, and the books kept: see `Lasting`, where what is decided
    stands until a lab changes, and `Unfolding`, where every turn may depend on those before.

    Parameters
    ----------
    rules : Rules
    seed : int
    replications : range

    Attributes
    ----------
    types : dict
        What labs are, arrays of shape (replications, labs); ``gross_value`` and ``risk_profile`` can be
        changed by `write`.
    labs : LabTurns, LabTurn or None
        The last turn, lab by lab; None before the first.
    policy : tuple
        The Governor's audit probabilities after a suspicious and a clean signal in the last turn.
    present : array of bool, shape (labs,)
        Which labs have not left; see `leave`.
    """

    def __init__(self, rules: Rules, seed: int, replications: range) -> None:
        game = rules.game
        self.rules = rules
        self.labs: LabTurns | LabTurn | None = None
        self._draws = Draws(seed, game.n_agents, replications)
        # What is done to an array is done along its closest elements, and fast only if these are many.
        self._order: Literal["C", "F"] = "F" if len(replications) > game.n_agents else "C"
        self.types = self._laid_out(types_of(game, self._draws))
        self.present = np.ones(game.n_agents, dtype=bool)
        self.policy: tuple[Any, Any] = game.audit.high_prob, game.audit.base_prob
        self._next_step = 0

    def _laid_out(self, types: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: np.asarray(values, order=self._order) for name, values in types.items()}

    def _zeros(self, dtype: type) -> np.ndarray:
        return np.zeros(self.types["gross_value"].shape, dtype, order=self._order)

    def turns(self, steps: int, keep_labs: bool = False) -> Iterator[tuple[Turns, LabTurns | LabTurn]]:
        """Play `steps` turns in as few pieces as memory allows.

        Yields what each piece came to in the market, and for the labs in its last turn or, if they are to
        be kept, in all.
        """
        end = self._next_step + steps
        replications, labs = self.types["gross_value"].shape
        size = max(1, PIECE // (replications * (labs if keep_labs else 1)))
        while self._next_step < end:
            stop = min(self._next_step + size, end)
            if replications > 1:  # since half a chunk of many replications does not lie together
                stop = last_end(self._next_step, stop)
            turns = self._play(range(self._next_step, stop), keep_labs)
            assert self.labs is not None, "a turn was played"
            yield turns, self.labs

    def _play(self, steps: range, keep_labs: bool) -> Turns:
        """Play these turns or, if every lab of each is to be kept, perhaps the first of them alone."""
        raise NotImplementedError

    def wealth(self) -> np.ndarray:
        """What each lab has earned less what it has paid, of shape (replications, labs)."""
        raise NotImplementedError

    def total_wealth(self) -> np.ndarray:
        """What all labs together have, of shape (replications,)."""
        raise NotImplementedError

    def account(self) -> np.ndarray:
        """What the Governor has, of shape (replications,)."""
        raise NotImplementedError

    def write(self, name: str, labs: slice | int, values: np.ndarray | float) -> None:
        """Change the ``gross_value``, ``risk_profile`` or ``wealth`` of some labs."""
        self._close()
        if name == "wealth":
            self._own_wealth()[:, labs] = values
            return
        if self.labs is not None and self.types[name] is self.labs.types[name]:
            self.types[name] = self.types[name].copy(order="K")  # the last turn keeps what it was decided by
        self.types[name][:, labs] = values

    def leave(self, lab: int) -> None:
        """Take a lab out of the market: it neither bids nor runs from now on, and is not counted."""
        self._close()
        self.present = self.present.copy()  # the last turn keeps its own
        self.present[lab] = False

    def _close(self) -> None:
        """Forget what was decided, since a lab changes."""
        raise NotImplementedError

    def _own_wealth(self) -> np.ndarray:
        """Wealth of the labs, to be written to."""
        raise NotImplementedError
