"""Many replications at once, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence import Game, ParameterError, Problem, Scenario
from simulation._arguments import as_replications, as_seed, as_steps, check_game
from simulation._turn import QUANTITIES, Play, Quantities

if TYPE_CHECKING:
    import pandas as pd

BLOCK_CELLS = 2**17
"""Labs times replications played at once: few enough to stay in cache, and memory does not grow."""
MAX_ENTRIES = 10**7
MAX_LAB_TURNS = 10**12


@dataclass(frozen=True, eq=False, kw_only=True)
class Record(Quantities):
    """What the replications of a game came to.

    Each quantity of `Quantities` is a read-only array of shape (replications, steps).

    Attributes
    ----------
    game : deterrence.Game
        What was played.
    seed : int
        With `replications`, gives the same record again.
    replications : range
        Number of each row.
    steps : int
        Turns played in each replication.
    wealth : array of shape (replications,), money
        Total wealth of the labs at the end.
    account : array of shape (replications,), money
        The Governor's account at the end. Wealth and account together are what was created: all welfare
        and, since harm falls on others, all harm.
    """

    game: Game
    seed: int
    replications: range
    steps: int
    wealth: np.ndarray
    account: np.ndarray

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def __repr__(self) -> str:
        return f"Record(seed={self.seed}, replications={self.replications}, steps={self.steps})"

    def to_frame(self) -> pd.DataFrame:
        """One row for each replication and step, counted from 1 as in Mesa; one column a quantity."""
        import pandas as pd

        rows = pd.MultiIndex.from_product(
            [self.replications, range(1, self.steps + 1)], names=["replication", "step"]
        )
        return pd.DataFrame({name: getattr(self, name).ravel() for name in QUANTITIES}, index=rows)


def run(
    game: Game,
    *,
    replications: int | range = 1000,
    steps: int | None = None,
    rng: Any = None,
    progress: Callable[[int], object] | None = None,
) -> Record:
    """Play a game in independent replications, each with its own labs.

    The same as a `PermitMarket` with these replications, without its agents and its limit of memory.

    Parameters
    ----------
    game : deterrence.Game or deterrence.Scenario
        What is played.
    replications : int or range, optional
        How many, or the numbers of the replications to play. A replication is the same in any company.
    steps : int, optional
        Turns in each replication; by default the scenario's, for a plain game 1.
    rng : None, int or numpy.random.Generator, optional
        An int in 0 .. 2**128 - 1 is the seed; a Generator gives one. By default the scenario's seed or,
        if it has none, a new one, which the record keeps. The same seed gives the same bits with the
        same NumPy, SciPy and kind of machine.
    progress : callable, optional
        Called after every block of replications with the number of replications in it.

    Returns
    -------
    Record

    Raises
    ------
    ParameterError
        If an argument is malformed, replications times steps exceed 10**7 or, times labs, 10**12.

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
    >>> record = run(game, replications=1000, rng=7)
    >>> record.price.shape
    (1000, 1)
    >>> bool((record.permits == 10).all())
    True
    >>> alone = run(game, replications=range(17, 18), rng=7)
    >>> bool(alone.welfare[0] == record.welfare[17])
    True
    """
    check_game(game)
    numbers = as_replications(replications)
    if steps is None:
        steps = game.steps if isinstance(game, Scenario) else 1
    steps = as_steps(steps)
    _check_size(game.n_agents, len(numbers), steps)
    seed = as_seed(game, rng)
    totals = {name: np.empty((len(numbers), steps)) for name in QUANTITIES}
    wealth, account = np.empty(len(numbers)), np.empty(len(numbers))
    size = max(1, BLOCK_CELLS // game.n_agents)
    for start in range(0, len(numbers), size):
        rows = slice(start, start + size)
        play = Play(game, seed, numbers[rows])
        for step, turn in enumerate(play.turns(steps)):
            for name in QUANTITIES:
                totals[name][rows, step] = getattr(turn, name)
        wealth[rows], account[rows] = play.columns.wealth.sum(axis=1), play.account
        if progress is not None:
            progress(len(play.account))
    return Record(
        game=game, seed=seed, replications=numbers, steps=steps, wealth=wealth, account=account, **totals
    )


def _check_size(labs: int, replications: int, steps: int) -> None:
    if replications * steps > MAX_ENTRIES:
        allowed = f"replications * steps <= {MAX_ENTRIES}"
    elif replications * steps * labs > MAX_LAB_TURNS:
        allowed = f"replications * steps * n_agents <= {MAX_LAB_TURNS}"
    else:
        return
    raise ParameterError(Problem("replications", replications, "is too many for one record", allowed))
