"""The labs of a game: what their runs are worth, which of them need no permit, and what the others do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deterrence._conduct import Conduct, OneKind
from deterrence._enforcement import Enforcement
from deterrence._game import Game
from deterrence._laws import Law, gauss_rule, law


@dataclass(frozen=True)
class Population:
    """Labs whose rents are independent of everything else that they differ in.

    Attributes
    ----------
    everyone : Law or None
        Law of the rents of all labs; None if they share one value.
    values : Law or None
        The same for the labs that need a permit, whose probability is less than 1 by `exempt`.
    exempt : float
        Share of labs that need no permit.
    conduct : Conduct
        What labs that need one do without.
    """

    everyone: Law | None
    values: Law | None
    exempt: float
    conduct: Conduct

    def exempt_rents(self, typical: float) -> tuple[float, float]:
        """Mean and mean square of the rents of exempt labs, less the rent at coordinate `typical`."""
        values = self.everyone
        assert values is not None
        nodes, weights = gauss_rule()
        edges = values.edges()
        t = edges[:-1, None] + np.diff(edges)[:, None] * nodes
        weight = np.diff(edges)[:, None] * weights * values.density(t)
        rise = values.rise(t, typical)
        return float((weight * rise).sum()), float((weight * rise**2).sum())


def population(game: Game, e: Enforcement) -> Population:
    """The labs of a game."""
    values = law(game.lab.gross_value, game.lab.cost)
    return Population(values, values, 0.0, OneKind(e))
