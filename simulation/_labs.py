"""Labs as Mesa agents: views of their place in the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from deterrence import ParameterError, Problem
from simulation._ahead import Ahead
from simulation._columns import COLUMNS, Columns

if TYPE_CHECKING:
    from simulation._model import PermitMarket

FIRST_LAB = 2
"""Number of the first lab among the agents; the Governor has 1."""
AT_LEAST = {"gross_value": 0.0, "risk_profile": 0.0, "wealth": -np.inf}
"""The columns that last from turn to turn and can be written, and the least value of each."""


class LiveColumns(Columns):
    """The state of all labs of a market: `Columns` of shape (replications, labs), read-only.

    ``gross_value``, ``risk_profile`` and ``wealth`` last; assigning to them changes the labs, and the next
    turn sees it (but for values that the game draws anew in each turn). The others are decided anew in each
    turn. Before the first, labs have done nothing, and comply.
    """

    _game: Ahead

    def __init__(self, game: Ahead) -> None:
        self.__dict__["_game"] = game

    def __getattr__(self, name: str) -> np.ndarray:
        if name not in COLUMNS:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        play = self._game.now()
        if name in play.types:
            column = play.types[name]
        elif name == "wealth":
            column = play.wealth()
        elif play.labs is not None:
            column = getattr(play.labs, name)[:, -1]
        else:
            shape = play.types["gross_value"].shape
            column = np.zeros(shape) if name == "bid" else np.full(shape, name == "compliant")
        view = column.view()
        view.flags.writeable = False
        self.__dict__[name] = view
        return view

    def __setattr__(self, name: str, value: Any) -> None:
        self.write(name, slice(None), value)

    def write(self, name: str, labs: slice | int, value: Any) -> None:
        """Change a column for all labs or one.

        Raises
        ------
        ParameterError
            If a value is no finite number or too small, or there are too many or too few of them.
        AttributeError
            If the column is decided in each turn.
        """
        if name not in AT_LEAST:
            raise AttributeError(f"{name} cannot be written; {', '.join(AT_LEAST)} can")
        shape = self._game.now().types["gross_value"][:, labs].shape
        allowed = f"finite, >= {AT_LEAST[name]}; one number, or an array of shape {shape}"
        try:
            values = np.broadcast_to(value, shape)
        except ValueError:
            raise ParameterError(Problem(name, value, "has another shape", allowed)) from None
        if values.dtype.kind not in "fiu" or not np.isfinite(values).all() or (values < AT_LEAST[name]).any():
            raise ParameterError(Problem(name, value, "cannot be a lab's", allowed))
        self._game.now().write(name, labs, values)
        self.forget()

    def __getstate__(self) -> dict[str, Ahead]:
        return {"_game": self._game}  # a copy of a view would be no view

    def forget(self) -> None:
        """Look again: the market has moved on."""
        game = self._game
        self.__dict__.clear()
        self.__dict__["_game"] = game


class Column:
    """An attribute of an agent that is kept in one of the columns: reading and writing go there."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, lab: Lab | None, owner: type) -> Any:
        if lab is None:
            return self
        return lab.model.per_replication(getattr(lab.model.columns, self.name)[:, lab.index])

    def __set__(self, lab: Lab, value: Any) -> None:
        lab.model.columns.write(self.name, lab.index, value)


class Lab(mesa.Agent):
    """One lab: a view of its place in every column.

    An attribute is a plain number or bool in a single market, an array of shape (replications,) in an
    ensemble. ``gross_value``, ``risk_profile`` and ``wealth`` last: what is written there is seen by the
    next turn. The others are decided anew in each turn, and cannot be written.

    A lab that is removed leaves the market for good: from the next turn on it neither bids nor runs, and
    is not counted. Its wealth stays its own.

    Attributes
    ----------
    index : int
        Its place in the columns, 0 .. n_agents - 1.
    """

    model: PermitMarket  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, model: PermitMarket, index: int) -> None:
        self.index = index
        super().__init__(model)

    gross_value = Column("Value v of a training run, money.")
    risk_profile = Column("Multiplier r on the perceived punishment.")
    bid = Column("Bid for a permit in this turn, money.")
    has_permit = Column("Whether it holds a permit in this turn.")
    exempt = Column("Whether it needs no permit: it runs in any case, and nobody looks at it.")
    compliant = Column("Whether it does not violate in this turn: it may run, or does not run.")
    runs = Column("Whether it trains in this turn.")
    splits = Column("Whether it violates in this turn by a run cut into parts.")
    signal = Column("Whether its run looked suspicious in this turn.")
    audited = Column("Whether it was audited after its signal in this turn.")
    backchecked = Column("Whether it was backchecked in this turn, not having been audited.")
    reported = Column("Whether a whistleblower or metering found it to violate in this turn.")
    caught = Column("Whether it was found to violate in this turn.")
    wealth = Column("Earned less paid since the start, money.")
