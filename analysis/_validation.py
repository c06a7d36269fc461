"""Several games, each compared with what theory says of it: one turn, or the long run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis._compare import Comparison, compare
from analysis._long_run import LongRunComparison, compare_long_run
from deterrence import Equilibrium, Game, ParameterError, long_run, predict, solve

FEWEST, TIMES_FEWER = 100, 200
"""Games with learning or memory are played in so many times fewer markets, but not in fewer than these."""


@dataclass(frozen=True)
class Validation:
    """What became of some games.

    Attributes
    ----------
    pairs : sequence of (Comparison, Equilibrium or None)
        Games of one turn, with their solutions; None where labs differ in more than value and risk, so
        that no single one is the marginal lab.
    late : sequence of LongRunComparison
        Games with learning or memory.
    unpredicted : mapping of str to str
        Games of which theory knows no exact prediction, by name, and why.
    """

    pairs: Sequence[tuple[Comparison, Equilibrium | None]]
    late: Sequence[LongRunComparison]
    unpredicted: Mapping[str, str]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return all(c.agrees for c, _ in self.pairs) and all(c.agrees for c in self.late)

    @property
    def number(self) -> int:
        """How many games were compared."""
        return len(self.pairs) + len(self.late)


def validation(
    games: Mapping[str, Game], *, replications: int, rng: Any, error: float, progress: Callable[[int], object]
) -> Validation:
    """Compare games, each by what theory says of it; `progress` counts `replications` for each."""
    pairs: list[tuple[Comparison, Equilibrium | None]] = []
    late: list[LongRunComparison] = []
    unpredicted: dict[str, str] = {}
    few = max(FEWEST, replications // TIMES_FEWER)
    share = error / max(1, len(games))
    for name, game in games.items():
        if long_run(game).claims:
            late.append(
                compare_long_run(
                    game, replications=few, rng=rng, error=share,
                    progress=lambda done: progress(done * replications // few),
                )
            )  # fmt: skip
        elif why := _unknown(game):
            unpredicted[name] = why
            progress(replications)
        else:
            result = compare(game, replications=replications, rng=rng, error=share, progress=progress)
            pairs.append((result, _solved(game)))
    return Validation(pairs, late, unpredicted)


def _unknown(game: Game) -> str:
    """Why theory has no exact prediction of a game; nothing if it has one."""
    try:
        predict(game)
    except ParameterError as error:
        return str(error)
    return ""


def _solved(game: Game) -> Equilibrium | None:
    try:
        return solve(game)
    except ParameterError:
        return None
