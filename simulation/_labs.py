"""The labs: one array per attribute, and agents that are views of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from deterrence import Game, ParameterError, Problem
from simulation._draws import Draws, Purpose

if TYPE_CHECKING:
    from simulation._model import PermitMarket


@dataclass(eq=False, kw_only=True)
class Columns:
    """The state of all labs, each attribute an array of shape (replications, labs).

    Attributes
    ----------
    gross_value, risk_profile : array of float
        The lab's type, v (money) and r. Drawn once per replication.
    bid : array of float, money
        What it bids for a permit in this turn.
    has_permit, compliant, runs : array of bool
        Whether it holds a permit, does not violate, trains in this turn. A lab without a permit that
        complies does not run.
    signal, audited, backchecked, caught : array of bool
        Whether it looked suspicious, was audited, was backchecked, was found to violate in this turn.
    wealth : array of float, money
        What it has earned, less what it has paid, since the start.
    """

    gross_value: np.ndarray
    risk_profile: np.ndarray
    bid: np.ndarray
    has_permit: np.ndarray
    compliant: np.ndarray
    runs: np.ndarray
    signal: np.ndarray
    audited: np.ndarray
    backchecked: np.ndarray
    caught: np.ndarray
    wealth: np.ndarray

    @classmethod
    def drawn(cls, game: Game, draws: Draws) -> Columns:
        """Labs before their first turn, with types drawn from the game's distributions."""
        value = draws.types(Purpose.VALUE, game.lab.gross_value)
        risk = draws.types(Purpose.RISK, game.lab.risk_profile)
        nothing = {name: np.zeros_like(value) for name in ("bid", "wealth")}
        names = ("has_permit", "runs", "signal", "audited", "backchecked", "caught")
        no = {name: np.zeros(value.shape, dtype=bool) for name in names}
        innocent = np.ones(value.shape, dtype=bool)
        return cls(gross_value=value, risk_profile=risk, compliant=innocent, **nothing, **no)


class Column:
    """An attribute of an agent that is kept in one of the columns: reading and writing go there."""

    def __init__(self, doc: str, at_least: float = -np.inf) -> None:
        self.__doc__, self.at_least = doc, at_least

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, lab: Lab | None, owner: type) -> Any:
        if lab is None:
            return self
        return lab.model.per_replication(getattr(lab.model.columns, self.name)[:, lab.index])

    def __set__(self, lab: Lab, value: Any) -> None:
        column, values = getattr(lab.model.columns, self.name), np.asarray(value)
        kinds, allowed = ("b", "bool") if column.dtype == bool else ("fiu", f"finite, >= {self.at_least}")
        good = values.dtype.kind in kinds and np.isfinite(values).all() and (values >= self.at_least).all()
        if not good:
            raise ParameterError(Problem(self.name, value, "cannot be a lab's", allowed))
        column[:, lab.index] = values


class Lab(mesa.Agent):
    """One lab: a view of its place in every column.

    An attribute is a plain number or bool in a single market, an array of shape (replications,) in an
    ensemble. ``gross_value``, ``risk_profile`` and ``wealth`` last: what is written there is seen by the
    next turn. The others are decided anew in each turn.

    Removing the agent from the model takes away the view, not the lab, which goes on playing.

    Attributes
    ----------
    index : int
        Its place in the columns, 0 .. n_agents - 1.
    """

    model: PermitMarket  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, model: PermitMarket, index: int) -> None:
        super().__init__(model)
        self.index = index

    gross_value = Column("Value v of a training run, money.", at_least=0.0)
    risk_profile = Column("Multiplier r on the perceived punishment.", at_least=0.0)
    bid = Column("Bid for a permit in this turn, money.")
    has_permit = Column("Whether it holds a permit in this turn.")
    compliant = Column("Whether it does not violate in this turn: it holds a permit, or does not run.")
    runs = Column("Whether it trains in this turn.")
    signal = Column("Whether its run looked suspicious in this turn.")
    audited = Column("Whether it was audited after its signal in this turn.")
    backchecked = Column("Whether it was backchecked in this turn, not having been audited.")
    caught = Column("Whether it was found to violate in this turn.")
    wealth = Column("Earned less paid since the start, money.")
