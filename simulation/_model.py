"""The market as a Mesa model."""

from __future__ import annotations

import copy
from typing import Any, TypeAlias

import mesa
import numpy as np

from deterrence import Audit, Game, ParameterError, Problem
from simulation._ahead import Ahead
from simulation._arguments import as_replications, as_seed, as_steps, check_game, check_makers
from simulation._collector import ColumnCollector
from simulation._labs import FIRST_LAB, Lab, LiveColumns
from simulation._makers import play_of
from simulation._quantities import Turns
from simulation._rules import rules_of
from simulation._unfolding import Maker

MAX_CELLS = 10**7
"""Labs times replications that are kept in memory at once: as many as the largest game has labs."""

PerReplication: TypeAlias = Any
"""A float in a single market, an array of shape (replications,) in an ensemble."""


class Quantity:
    """A quantity of the last turn, NaN before the first."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, market: PermitMarket | None, owner: type) -> PerReplication:
        return self if market is None else market._game.quantity(self.name)

    def __set__(self, market: PermitMarket, value: Any) -> None:
        raise AttributeError(f"{self.name} cannot be written: it is what the last turn came to")


class PermitMarket(mesa.Model):
    """A compute-permit market under enforcement, played turn by turn by Mesa agents.

    One model holds one market, or an ensemble of independent replications of it. The labs' state is
    ``columns``, arrays of shape (replications, labs); `Lab` agents are views of it, built when ``agents``
    or ``agents_by_type`` is first touched, or an agent of another kind is added.

    Parameters
    ----------
    game : deterrence.Game or deterrence.Scenario
        What is played.
    rng : None, int or numpy.random.Generator, optional
        An int in 0 .. 2**128 - 1 is the seed; a Generator gives one. By default the scenario's seed or,
        if it has none, a new one; ``seed`` says which. The same seed gives the same bits with the same
        NumPy, SciPy and kind of machine.
    replications : int or range, optional
        How many markets, or the numbers of the replications to play: replication 17 is the same market
        alone or among others.
    labs, governor : callable, optional
        What makes their behaviour; see `run`.

    Attributes
    ----------
    price, permits, violations, deterred, compliance_rate, unpermitted_compliance_rate, audits, \
    false_audits, checks, catches, penalties, revenue, welfare, collateral_posted, collateral_seized, \
    collateral_refunded : float or array of shape (replications,)
        What the last turn came to, NaN before the first; described in `Quantities`.
    datacollector : mesa.DataCollector
        What is kept of every step; a `ColumnCollector` of `QUANTITIES`, unless another is put in its
        place.
    governor : Governor
    columns : LiveColumns
        The state of all labs.
    game, seed, replications
        As played.

    Raises
    ------
    ParameterError
        If an argument is malformed, or labs times replications exceed 10**7.

    Examples
    --------
    >>> from deterrence import Audit, CapMarket, Game, LabPopulation
    >>> game = Game(
    ...     n_agents=20,
    ...     audit=Audit(high_prob=0.6, base_prob=0.1, false_positive_rate=0.05,
    ...                 false_negative_rate=0.2, penalty_amount=1.0),
    ...     market=CapMarket(token_cap=10),
    ...     lab=LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
    ... )
    >>> market = PermitMarket(game, rng=7)
    >>> market.step()
    >>> market.permits
    10.0
    >>> market.permits + market.deterred + market.violations
    20.0
    >>> len(market.agents_by_type[Lab])
    20
    >>> market.run(3)
    >>> len(market.datacollector.get_model_vars_dataframe())
    4
    """

    price = Quantity("Permit price, money; NaN where no permits are for sale.")
    permits = Quantity("Labs with a permit.")
    violations = Quantity("Labs that run without a permit.")
    deterred = Quantity("Labs without a permit that comply.")
    compliance_rate = Quantity("Share of all labs that do not violate.")
    unpermitted_compliance_rate = Quantity("Share of the labs without a permit that comply, NaN if none is.")
    audits = Quantity("Audits after a signal.")
    false_audits = Quantity("Audits of compliant labs.")
    checks = Quantity("Audits plus backchecks.")
    catches = Quantity("Violations found.")
    penalties = Quantity("Paid by caught labs, money.")
    revenue = Quantity("Paid for permits, money.")
    welfare = Quantity("Rents and racing values, less harm and the cost of checks, money.")
    collateral_posted = Quantity("Deposits of the labs that need a permit, money.")
    collateral_seized = Quantity("Deposits that paid penalties of caught labs, money.")
    collateral_refunded = Quantity("Deposits given back when the turn was over, money.")

    def __init__(
        self,
        game: Game,
        *,
        rng: Any = None,
        replications: int | range = 1,
        labs: Maker | None = None,
        governor: Maker | None = None,
    ) -> None:
        check_game(game)
        check_makers(labs, governor)
        self.replications = as_replications(replications)
        if game.n_agents * len(self.replications) > MAX_CELLS:
            allowed = f"n_agents * replications <= {MAX_CELLS}; simulation.run has no such limit"
            raise ParameterError(Problem("replications", replications, "is too many at once", allowed))
        self.game = game
        self.seed = as_seed(game, rng)
        super().__init__(rng=self.seed)
        self._game = Ahead(play_of(rules_of(game), self.seed, self.replications, (labs, governor)))
        self.columns = LiveColumns(self._game)
        self._is_played = False
        self._registered = 0
        self._labs: dict[int, Lab] | None = None
        self.governor = Governor(self)
        self._registered += game.n_agents  # the labs' numbers are theirs whenever they are built
        self.datacollector: mesa.DataCollector = ColumnCollector()

    def __copy__(self) -> PermitMarket:
        """A copy that plays on by itself, as of ``copy.deepcopy``: agents belong to one market."""
        return copy.deepcopy(self)

    def step(self) -> None:
        """Play one turn: trade, comply, enforce."""
        if self._is_played:
            return
        self._game.turn()
        self.columns.forget()
        self.datacollector.collect(self)

    def run(self, steps: int) -> None:
        """Play `steps` turns, as so many calls of ``step`` would.

        All at once where nobody looks in between: with a `ColumnCollector`, and a ``step`` that is ours.

        Raises
        ------
        ParameterError
            If `steps` is no integer from 1 to 10**6.
        """
        steps = as_steps(steps)
        collector = self.datacollector
        own_step = type(self).step is not PermitMarket.step
        if type(collector) is ColumnCollector and not own_step and not self._is_watched():
            for turns, labs in self._game.turns(steps, keep_labs=bool(collector.columns)):
                self._pass_time(turns.steps)
                self.columns.forget()
                collector.collect_turns(self, turns, labs)
            return
        for _ in range(steps):
            self.step()

    def _is_watched(self) -> bool:
        """Whether an event or an observer may come between turns; Mesa has both from 3.5 on."""
        events = getattr(self, "_event_list", ())  # the next step is one
        return len(events) > 1 or any(getattr(self, "subscribers", {}).values())

    def _pass_time(self, steps: int) -> None:
        pass_on = getattr(self, "run_for", None)  # from Mesa 3.5 on it has a clock of its own
        if pass_on is None:
            self.steps += steps
            return
        self._is_played = True
        try:
            pass_on(steps)
        finally:
            self._is_played = False

    @property
    def last_turn(self) -> Turns:
        """What the last turn came to, for a collector; nothing known before the first."""
        return self._game.shown

    @property
    def present(self) -> np.ndarray:
        """Which labs have not left, an array of bool of shape (labs,)."""
        return self._game.now().present

    def per_replication(self, values: np.ndarray) -> PerReplication:
        """Values of shape (replications,), or the one value itself where there is one replication."""
        return values[0].item() if len(values) == 1 else values.copy()

    @property
    def labs(self) -> list[Lab]:
        """The labs in the order of the columns."""
        return list(self._built().values())

    @property
    def agents(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """All agents: the Governor, the labs and what the user adds."""
        self._built()
        return super().agents

    @property
    def agent_types(self) -> list[type]:
        """The types of all agents."""
        self._built()
        return super().agent_types

    @property
    def agents_by_type(self) -> Any:
        """The agents of each type."""
        self._built()
        return super().agents_by_type

    def remove_all_agents(self) -> None:
        """Remove all agents from the model; see `Lab` for what that means for labs."""
        self._built()
        super().remove_all_agents()

    def _built(self) -> dict[int, Lab]:
        """The labs by their index."""
        if self._labs is None:
            self._labs = {}  # at once, since who hears of a new agent may ask for `agents`
            for index in range(self.game.n_agents):
                self._labs[index] = Lab(self, index)
        return self._labs

    def register_agent(self, agent: Any) -> None:
        """Take in an agent: the Governor is number 1, the labs follow, then all others as they come."""
        if not isinstance(agent, Lab | Governor):
            self._built()  # the labs come first
        super().register_agent(agent)
        if isinstance(agent, Lab):
            agent.unique_id = FIRST_LAB + agent.index
        else:
            self._registered += 1
            agent.unique_id = self._registered
        # Before 3.5 Mesa counts in a dictionary that keeps every model alive; we do not need its count.
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    def deregister_agent(self, agent: Any) -> None:
        """Let an agent go; a lab leaves the market."""
        super().deregister_agent(agent)
        if isinstance(agent, Lab) and self._built().pop(agent.index, None) is not None:
            self._game.now().leave(agent.index)


class Governor(mesa.Agent):
    """The authority that sells permits, audits and fines."""

    model: PermitMarket  # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def policy(self) -> Audit:
        """How the game says it looks, and what it does to a violator it finds."""
        return self.model.game.audit

    @property
    def high_prob(self) -> PerReplication:
        """Probability that a suspicious signal is audited, in the last turn; a mean over labs."""
        return self._of_policy(0)

    @property
    def base_prob(self) -> PerReplication:
        """Probability that a clean signal is audited, in the last turn; a mean over labs."""
        return self._of_policy(1)

    def _of_policy(self, part: int) -> PerReplication:
        play, replications = self.model._game.now(), len(self.model.replications)
        probability = np.asarray(play.policy[part])
        if probability.ndim and probability.shape[-1] > 1:  # not the same for all labs
            here = max(1, np.count_nonzero(play.present))
            probability = np.sum(probability * play.present, axis=-1, keepdims=True) / here
        return self.model.per_replication(np.broadcast_to(probability, (replications, 1))[:, 0])

    @property
    def account(self) -> PerReplication:
        """Permits sold and penalties collected, less the cost of checks, since the start; money."""
        return self.model.per_replication(self.model._game.now().account())
