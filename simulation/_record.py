"""Many replications at once, and what came of them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from deterrence import Game, ParameterError, Problem, Scenario
from simulation._arguments import (
    as_detail,
    as_replications,
    as_seed,
    as_steps,
    check_game,
    check_helpers,
    check_makers,
)
from simulation._columns import COLUMNS, Columns
from simulation._makers import play_of
from simulation._quantities import ESCROW, POLICY, QUANTITIES, Policy, Quantities, Turns
from simulation._rules import Rules, rules_of
from simulation._unfolding import Maker

if TYPE_CHECKING:
    import pandas as pd

BLOCK_CELLS = 2**15
"""Labs times replications played at once: few enough to stay in cache, and memory does not grow."""
BLOCK_LAB_TURNS = 2**25
"""The same times steps: a fifth of a second of work, which is how long an interrupt may wait for threads.

A block has at least one replication, however long that is.
"""
MAX_ENTRIES = 10**7
MAX_LAB_TURNS = 10**12
WORTH_A_THREAD = 2 * 10**8
"""Lab-turns, about a second of work, from which on `run` uses several threads."""
AHEAD = 64
"""Blocks handed to an executor before the first of them is done."""

Detail = Literal["run", "step", "lab"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Record(Quantities, Policy):
    """What the replications of a game came to.

    Each quantity of `Quantities` and `Policy` is a read-only array of shape (replications, steps), or, with
    ``detail="run"``, that of the mean turn, of shape (replications,): a mean over the steps, or a share of
    all labs in all steps.

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
    detail : {"run", "step", "lab"}
        What was recorded.
    wealth : array of shape (replications,), money
        Total wealth of the labs at the end.
    account : array of shape (replications,), money
        The Governor's account at the end. Wealth and account together are what was created: all welfare
        and, since harm falls on others, all harm.
    labs : Columns or None
        With ``detail="lab"`` every lab in every step, read-only arrays of shape (replications, steps, labs).
    """

    game: Game
    seed: int
    replications: range
    steps: int
    detail: Detail
    wealth: np.ndarray
    account: np.ndarray
    labs: Columns | None
    _turns: Turns

    def __post_init__(self) -> None:
        for holder in (self, *([self.labs] if self.labs else [])):
            for value in vars(holder).values():
                if isinstance(value, np.ndarray):
                    value.flags.writeable = False

    def __getattr__(self, name: str) -> np.ndarray:
        """Look up a quantity: what was counted is kept, and what follows from it made when asked for."""
        if name not in QUANTITIES + POLICY + ESCROW:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        values = getattr(self._turns, name)
        if self.detail == "run":
            values = values[:, 0].copy()
        else:
            values = np.broadcast_to(values, (len(self.replications), self.steps))
        values.flags.writeable = False
        self.__dict__[name] = values
        return values

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()  # a copy, and what comes from another process, is read-only too

    def __repr__(self) -> str:
        return f"Record(seed={self.seed}, replications={self.replications}, steps={self.steps})"

    def to_frame(self) -> pd.DataFrame:
        """One column for each quantity, one row for each replication and step, counted from 1 as in Mesa.

        With ``detail="run"`` one row for each replication.
        """
        import pandas as pd

        if self.detail == "run":
            rows = pd.Index(self.replications, name="replication")
        else:
            levels = [self.replications, range(1, self.steps + 1)]
            rows = pd.MultiIndex.from_product(levels, names=["replication", "step"])
        return pd.DataFrame({name: getattr(self, name).ravel() for name in QUANTITIES}, index=rows)


def run(
    game: Game,
    *,
    replications: int | range = 1000,
    steps: int | None = None,
    rng: Any = None,
    detail: Detail = "step",
    labs: Maker | None = None,
    governor: Maker | None = None,
    executor: Executor | None = None,
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
    detail : {"run", "step", "lab"}, optional
        Whether to record the mean over the steps, every step, or every lab in every step.
    labs, governor : callable, optional
        What makes their behaviour, given an array of shape (replications, labs) to make others after: a
        class such as `Bayesian` or ``functools.partial(Gradient, scale=0.5)``, or one of your own. By
        default labs know the policy and are rational, and the Governor keeps to it.
    executor : concurrent.futures.Executor, optional
        What plays blocks of replications. By default threads, as many as there are processors, where
        there are several blocks, and a second of work or more. The bits do not depend on it.
    progress : callable, optional
        Called after every block of replications with the number of replications in it.

    Returns
    -------
    Record

    Raises
    ------
    ParameterError
        If an argument is malformed, a quantity would have more than 10**7 entries, or more than 10**12
        labs would be drawn.

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
    check_helpers(executor, progress)
    check_makers(labs, governor)
    numbers = as_replications(replications)
    if steps is None:
        steps = game.steps if isinstance(game, Scenario) else 1
    steps = as_steps(steps)
    detail = as_detail(detail)
    _check_size(game.n_agents, len(numbers), steps, detail)
    seed = as_seed(game, rng)
    size = max(1, min(BLOCK_CELLS, BLOCK_LAB_TURNS // steps) // game.n_agents)
    blocks = (numbers[start : start + size] for start in range(0, len(numbers), size))
    task = partial(_play, rules_of(game), seed, steps, detail, (labs, governor))
    parts: list[Part] = []
    # A single block is played here, where an interrupt reaches it.
    in_threads = len(numbers) > size and len(numbers) * steps * game.n_agents >= WORTH_A_THREAD
    for part in _in_order(task, blocks, executor, in_threads):
        parts.append(part)
        if progress is not None:
            progress(len(part.account))
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    return Record(
        game=game,
        seed=seed,
        replications=numbers,
        steps=steps,
        detail=detail,
        wealth=np.concatenate([part.wealth for part in parts]),
        account=np.concatenate([part.account for part in parts]),
        labs=Columns(**columns) if columns else None,
        _turns=Turns.joined([part.turns for part in parts], axis=0),
    )


class Part(NamedTuple):
    """What a block of replications came to."""

    turns: Turns
    columns: dict[str, np.ndarray]
    wealth: np.ndarray
    account: np.ndarray


def _play(
    rules: Rules,
    seed: int,
    steps: int,
    detail: Detail,
    behaviours: tuple[Maker | None, Maker | None],
    numbers: range,
) -> Part:
    """Play a block of replications."""
    play = play_of(rules, seed, numbers, behaviours)
    pieces: list[Turns] = []
    columns: dict[str, list[np.ndarray]] = {name: [] for name in COLUMNS if detail == "lab"}
    for turns, labs in play.turns(steps, keep_labs=detail == "lab"):
        if detail == "run":
            pieces = [turns.added_to(pieces[0] if pieces else None)]
        else:
            pieces.append(turns)
        shape = len(numbers), turns.steps, rules.game.n_agents
        for name, column in columns.items():
            column.append(np.broadcast_to(getattr(labs, name), shape))
    return Part(
        turns=pieces[0].mean(steps) if detail == "run" else Turns.joined(pieces, axis=1),
        columns={name: np.concatenate(column, axis=1) for name, column in columns.items()},
        wealth=play.total_wealth(),
        account=play.account(),
    )


def _in_order(
    task: Callable[[range], Part],
    blocks: Iterator[range],
    executor: Executor | None,
    in_threads: bool,
) -> Iterator[Part]:
    """Results of all blocks in their order, worked on by an executor, threads of our own or the caller."""
    if executor is None:
        if not in_threads:
            yield from map(task, blocks)
            return
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            yield from _in_order(task, blocks, threads, in_threads)
        return
    waiting: deque[Future[Part]] = deque()
    try:
        for block in blocks:
            waiting.append(executor.submit(task, block))
            if len(waiting) >= AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _check_size(labs: int, replications: int, steps: int, detail: Detail) -> None:
    entries = replications * {"run": 1, "step": steps, "lab": steps * labs}[detail]
    if entries > MAX_ENTRIES:
        factors = {"run": "", "step": " * steps", "lab": " * steps * n_agents"}[detail]
        allowed = f"replications{factors} <= {MAX_ENTRIES} with detail={detail!r}"
    elif replications * steps * labs > MAX_LAB_TURNS:
        allowed = f"replications * steps * n_agents <= {MAX_LAB_TURNS}"
    else:
        return
    raise ParameterError(Problem("replications", replications, "is too many for one record", allowed))
