"""A Mesa data collector that keeps arrays, and makes rows and lists of them when these are asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from deterrence import ParameterError, Problem
from simulation._columns import COLUMNS, LabTurn, LabTurns
from simulation._labs import FIRST_LAB, Lab
from simulation._quantities import ESCROW, QUANTITIES, Turns

if TYPE_CHECKING:
    import pandas as pd

    from simulation._model import PermitMarket

MOST_LOOSE = 64
"""Turns that are kept one by one; a few numbers each, they would take more memory than what they say."""


class ColumnCollector(mesa.DataCollector):
    """Collects quantities of the market and columns of the labs after every step.

    Its frames equal those of ``mesa.DataCollector(model_reporters={name: name, ...},
    agenttype_reporters={Lab: {name: name, ...}})``, but it keeps arrays, so that ``market.run`` can play
    many turns at once.

    Parameters
    ----------
    quantities : iterable of str, optional
        Any of `QUANTITIES` and `ESCROW`; by default all of the former.
    columns : iterable of str, optional
        Any of `COLUMNS`; by default none.

    Raises
    ------
    ParameterError
        If a name is none of these.

    Examples
    --------
    >>> from deterrence import Audit, CapMarket, Game, LabPopulation
    >>> from simulation import ColumnCollector, Lab, PermitMarket
    >>> game = Game(
    ...     n_agents=3,
    ...     audit=Audit(high_prob=0.6, base_prob=0.1, false_positive_rate=0.05,
    ...                 false_negative_rate=0.2, penalty_amount=1.0),
    ...     market=CapMarket(token_cap=1),
    ...     lab=LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
    ... )
    >>> market = PermitMarket(game, rng=7)
    >>> market.datacollector = ColumnCollector(["permits"], columns=["has_permit"])
    >>> market.run(2)
    >>> market.datacollector.get_model_vars_dataframe()
       permits
    0      1.0
    1      1.0
    >>> len(market.datacollector.get_agenttype_vars_dataframe(Lab))
    6
    """

    def __init__(self, quantities: Iterable[str] = QUANTITIES, columns: Iterable[str] = ()) -> None:
        self.quantities = _known("quantities", quantities, QUANTITIES + ESCROW)
        self.columns = _known("columns", columns, COLUMNS)
        self._turns: list[Turns] = []
        self._loose = 0
        self._labs: list[tuple[Sequence[float], np.ndarray, dict[str, np.ndarray]]] = []
        super().__init__(
            model_reporters={name: name for name in self.quantities},
            # Of names Mesa makes functions that cannot be pickled.
            agenttype_reporters={Lab: {name: attrgetter(name) for name in self.columns}},
        )

    def collect(self, model: Any) -> None:
        """Collect a `PermitMarket` as it is now."""
        self._keep_turns(model.last_turn)
        # Copies, since until the next turn a lab is written in place.
        columns = {name: getattr(model.columns, name)[:, None].copy() for name in self.columns}
        self._keep_labs(model, [getattr(model, "time", model.steps)], columns)

    def collect_turns(self, model: PermitMarket, turns: Turns, labs: LabTurns | LabTurn) -> None:
        """Collect turns that have just been played, the last of them the one that `model` is in."""
        self._keep_turns(turns)
        steps = range(model.steps - turns.steps + 1, model.steps + 1)
        # From Mesa 3.5 on steps are dated by a float.
        times = [float(step) for step in steps] if hasattr(model, "time") else steps
        self._keep_labs(model, times, {name: getattr(labs, name) for name in self.columns})

    def _keep_turns(self, turns: Turns) -> None:
        self._turns.append(turns)
        self._loose += 1
        if self._loose == MOST_LOOSE:  # and only these, so that the work does not grow with the steps
            self._turns[-MOST_LOOSE:] = _joined(self._turns[-MOST_LOOSE:])
            self._loose = 0

    def _keep_labs(self, model: PermitMarket, times: Sequence[float], columns: dict[str, np.ndarray]) -> None:
        dates = getattr(self, "_collection_steps", None)
        if dates is not None and self.quantities:
            dates.extend(times)  # Mesa's batch_run asks for them, from 3.5 on
        if columns and (here := model.present).any():
            kept = {name: values if here.all() else values[:, :, here] for name, values in columns.items()}
            self._labs.append((times, FIRST_LAB + np.flatnonzero(here), kept))

    @property
    def model_vars(self) -> dict[str, list[Any]]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """A list for each quantity, with a value for each step collected."""
        lists: dict[str, list[Any]] = {name: [] for name in self.quantities}
        for turns in _joined(self._turns):
            for name, values in lists.items():
                column = np.broadcast_to(getattr(turns, name), turns.counts.shape[1:])
                values.extend(column[0].tolist() if len(column) == 1 else column.T.copy())
        return lists

    @model_vars.setter
    def model_vars(self, lists: dict[str, list[Any]]) -> None:
        """Let Mesa's collector begin with empty lists."""

    def get_model_vars_dataframe(self) -> pd.DataFrame:
        """One row for each step, one column for each quantity."""
        if not self._turns or not self.quantities or self._turns[0].counts.shape[1] > 1:
            return super().get_model_vars_dataframe()
        import pandas as pd

        table = np.empty((sum(turns.steps for turns in self._turns), len(self.quantities)))
        row = 0
        for turns in _joined(self._turns):
            rows = slice(row, row := row + turns.steps)
            for column, name in enumerate(self.quantities):
                table[rows, column] = getattr(turns, name)[0]
        return pd.DataFrame(table, columns=list(self.quantities))

    def get_agenttype_vars_dataframe(self, agent_type: type) -> pd.DataFrame:
        """One row for each step and lab, one column for each of the columns."""
        if agent_type is not Lab or not self._labs:
            return super().get_agenttype_vars_dataframe(agent_type)
        import pandas as pd

        frames = []
        for (times, ids, kept), following in itertools.zip_longest(self._labs, self._labs[1:]):
            steps, labs = np.indices((len(times), len(ids))).reshape(2, -1)
            rows = pd.MultiIndex(
                [times, ids], [steps, labs], names=["Step", "AgentID"], verify_integrity=False
            )
            frame = pd.DataFrame({k: _flat(v, len(times)) for k, v in kept.items()}, index=rows)
            again = following is not None and following[0][0] == times[-1]
            frames.append(frame[: -len(ids)] if again else frame)  # of a step collected twice the last counts
        return frames[0] if len(frames) == 1 else pd.concat(frames)


def _known(field: str, names: Iterable[str], allowed: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(names)
    for name in names:
        if name not in allowed:
            raise ParameterError(Problem(field, name, "is not one", f"of {', '.join(allowed)}"))
    return names


def _joined(pieces: list[Turns]) -> list[Turns]:
    """Neighbours of which the labs decided the same as one."""
    groups = itertools.groupby(pieces, key=lambda piece: id(piece.totals) if piece.alike else None)
    return [Turns.joined(list(alike), axis=1) for _, alike in groups]


def _flat(values: np.ndarray, steps: int) -> Any:
    """Values step by step and lab by lab: numbers in a single market, else arrays over replications."""
    replications, _, labs = values.shape
    values = np.broadcast_to(values, (replications, steps, labs))
    if replications == 1:
        return values.ravel()
    return list(np.moveaxis(values, 0, -1).reshape(steps * labs, replications))
