"""What a caller may pass: a game, a seed, replications, steps."""

from __future__ import annotations

import math
import numbers
from concurrent.futures import Executor
from typing import Any

import numpy as np

from deterrence import Game, ParameterError, Problem, Scenario

MAX_SEED = 2**128 - 1
MAX_REPLICATIONS = 2**40
MAX_STEPS = 10**6


def check_game(game: Any) -> None:
    """Require a game.

    Raises
    ------
    ParameterError
        If it is something else.
    """
    if not isinstance(game, Game):
        raise ParameterError(Problem("game", game, "is no game", "a deterrence.Game or Scenario"))


def as_seed(game: Game, rng: Any) -> int:
    """Seed meant by `rng`: None is the scenario's or a new one, an int itself; a Generator gives one.

    Raises
    ------
    ParameterError
        If it is none of these.
    """
    if rng is None and isinstance(game, Scenario):
        rng = game.seed
    if rng is None:
        rng = np.random.SeedSequence().entropy  # 128 bits from the operating system
    if isinstance(rng, np.random.Generator):
        return int.from_bytes(rng.bytes(16), "little")
    if _is_integer(rng) and 0 <= rng <= MAX_SEED:
        return int(rng)
    allowed = "None, an integer in [0, 2**128 - 1], or a numpy Generator"
    raise ParameterError(Problem("rng", rng, "is no seed", allowed))


def as_replications(replications: Any) -> range:
    """Replication numbers meant by `replications`: n is 0 .. n - 1.

    Raises
    ------
    ParameterError
        If it is neither an integer nor a range of consecutive numbers, or is empty or too large.
    """
    numbered = range(int(replications)) if _is_integer(replications) else replications
    if (
        isinstance(numbered, range)
        and numbered.step == 1
        and 0 <= numbered.start < numbered.stop <= MAX_REPLICATIONS
    ):
        return numbered
    allowed = "an integer >= 1, or a range of consecutive numbers, up to 2**40"
    raise ParameterError(Problem("replications", replications, "is no set of replications", allowed))


def as_steps(steps: Any) -> int:
    """Return `steps` as a plain integer.

    Raises
    ------
    ParameterError
        If it is no integer from 1 to 10**6.
    """
    if _is_integer(steps) and 1 <= steps <= MAX_STEPS:
        return int(steps)
    raise ParameterError(Problem("steps", steps, "is no number of steps", f"integer in [1, {MAX_STEPS}]"))


def as_detail(detail: Any) -> Any:
    """Return `detail` if it is one.

    Raises
    ------
    ParameterError
        If it is none of "run", "step", "lab".
    """
    if isinstance(detail, str) and detail in ("run", "step", "lab"):
        return detail
    raise ParameterError(Problem("detail", detail, "is no level of detail", "'run', 'step' or 'lab'"))


def check_makers(labs: Any, governor: Any) -> None:
    """Require what makes behaviours, or None.

    Raises
    ------
    ParameterError
        If one cannot be called.
    """
    for field, maker in (("labs", labs), ("governor", governor)):
        if maker is not None and not callable(maker):
            allowed = "a class or function that makes a behaviour of an array"
            raise ParameterError(Problem(field, maker, "makes no behaviour", allowed))


def check_parameter(
    field: str, value: Any, *, above: float = -math.inf, least: float = -math.inf, most: float = math.inf
) -> None:
    """Require a finite number > `above`, >= `least` and <= `most`.

    Raises
    ------
    ParameterError
        If it is something else.
    """
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        number = float(value)
        if math.isfinite(number) and above < number and least <= number <= most:
            return
    low = f"> {above:g}" if above > -math.inf else f">= {least:g}"
    high = f" and <= {most:g}" if most < math.inf else ""
    raise ParameterError(Problem(field, value, "is out of range", f"finite, {low}{high}"))


def check_helpers(executor: Any, progress: Any) -> None:
    """Require an executor and a function, or None.

    Raises
    ------
    ParameterError
        If one is something else.
    """
    if executor is not None and not isinstance(executor, Executor):
        raise ParameterError(Problem("executor", executor, "is no executor", "a concurrent.futures.Executor"))
    if progress is not None and not callable(progress):
        raise ParameterError(Problem("progress", progress, "is no function", "a function of one number"))


def _is_integer(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)
