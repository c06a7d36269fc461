"""Nashpy beside the exact enumeration: what its algorithms list, miss and complain of."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from deterrence._checks import ParameterError
from deterrence.games._equilibria import Profile

if TYPE_CHECKING:
    from deterrence.games._bimatrix import Equilibria


class NashpyProfile(NamedTuple):
    """What Nashpy lists as an equilibrium.

    Attributes
    ----------
    row, column : tuple of float
        The strategies, as they were returned.
    component : int or None
        Index of the component of the exact set in which they lie within 1e-6; None if they are no
        equilibrium.
    regret : float or None, money
        The most that a player gains by deviating; None if these are no mixed strategies of the game.
    """

    row: tuple[float, ...]
    column: tuple[float, ...]
    component: int | None
    regret: float | None


@dataclass(frozen=True)
class NashpyRun:
    """One algorithm of Nashpy on one game.

    Attributes
    ----------
    algorithm : str
        ``"support enumeration"``, ``"vertex enumeration"`` or ``"Lemke-Howson"``, from every label.
    listed : tuple of NashpyProfile
        What it lists as equilibria, each once.
    missed : tuple of Profile
        The extreme equilibria that it does not list.
    missed_components : tuple of int
        Indices of the components in which it lists nothing.
    complaints : tuple of str
        Its warnings and exceptions.
    """

    algorithm: str
    listed: tuple[NashpyProfile, ...]
    missed: tuple[Profile, ...]
    missed_components: tuple[int, ...]
    complaints: tuple[str, ...]

    @property
    def false(self) -> tuple[NashpyProfile, ...]:
        """What it lists that is no equilibrium."""
        return tuple(profile for profile in self.listed if profile.component is None)

    @property
    def verdict(self) -> str:
        """One of ``"agrees"``, ``"misses"``, ``"finds nothing"`` and ``"errs"``.

        It errs if it lists what is no equilibrium, and misses if an extreme equilibrium is not listed.
        Lemke-Howson looks for single equilibria and cannot miss.
        """
        if self.false:
            return "errs"
        if not self.listed:
            return "finds nothing"
        return "misses" if self.missed and self.algorithm != _LEMKE_HOWSON else "agrees"

    def __str__(self) -> str:
        parts = [f"{self.algorithm} {self.verdict}: {len(self.listed)} listed"]
        if self.missed:
            parts.append(f"{len(self.missed)} extreme equilibria not among them")
        if self.missed_components:
            parts.append(f"none in component {', '.join(str(k + 1) for k in self.missed_components)}")
        for row, column, _, regret in self.false:
            what = "no strategies" if regret is None else f"regret {regret:.3g}"
            parts.append(f"false: {_shown(row)} | {_shown(column)} ({what})")
        return "; ".join([*parts, *self.complaints])


@dataclass(frozen=True)
class NashpyCheck:
    """What Nashpy finds in a game, held against the exact set of equilibria; ``print`` it to read it.

    Attributes
    ----------
    equilibria : Equilibria
        The exact set.
    runs : tuple of NashpyRun
        Support enumeration, vertex enumeration and Lemke-Howson; empty where the exact set is incomplete.
    """

    equilibria: Equilibria
    runs: tuple[NashpyRun, ...]

    @property
    def verdict(self) -> str:
        """The gravest verdict of the three, or ``"no exact set"``.

        ``"agrees"`` says that both enumerations list every extreme equilibrium, and none of the three
        anything else.
        """
        given = {run.verdict for run in self.runs}
        return next((v for v in ("errs", "finds nothing", "misses", "agrees") if v in given), "no exact set")

    def __str__(self) -> str:
        if not self.runs:
            return f"Nashpy was not asked: {self.equilibria.reason}"
        regret = self.equilibria.regret()
        return "\n".join([f"Nashpy {self.verdict}; the exact set has regret {regret}", *map(str, self.runs)])


def check_with_nashpy(equilibria: Equilibria) -> NashpyCheck:
    """Run Nashpy on the game of `equilibria`; its warnings and exceptions become complaints."""
    if not equilibria.complete:
        return NashpyCheck(equilibria, ())
    game = equilibria.game.to_nashpy()
    labels = range(sum(equilibria.game.shape))
    algorithms: dict[str, list[Callable[[], Iterable[Any]]]] = {
        "support enumeration": [game.support_enumeration],
        "vertex enumeration": [game.vertex_enumeration],
        _LEMKE_HOWSON: [lambda label=label: [_lemke_howson(game, label)] for label in labels],
    }
    return NashpyCheck(equilibria, tuple(_run(equilibria, name, parts) for name, parts in algorithms.items()))


_LEMKE_HOWSON = "Lemke-Howson"
_NEAR = 1e-6
_MOST_PIVOTS = 1000


def _lemke_howson(game: Any, label: int) -> tuple[Any, Any]:
    """Nashpy's algorithm on Nashpy's tableaux, stopped where Nashpy would go round for ever."""
    from nashpy.linalg import create_col_tableau, create_row_tableau

    A, B = game.payoff_matrices
    row, column = create_row_tableau(B, lexicographic=True), create_col_tableau(A, lexicographic=True)
    turns = cycle((row, column) if label in row.non_basic_variables else (column, row))
    for _ in range(_MOST_PIVOTS):
        label = next(turns).pivot_and_drop_label(label)
        if row.non_basic_variables | column.non_basic_variables == column.labels:
            return row.to_strategy(column.non_basic_variables), column.to_strategy(row.non_basic_variables)
    raise RuntimeError(f"no equilibrium after {_MOST_PIVOTS:,} pivots")


def _run(equilibria: Equilibria, name: str, parts: Iterable[Callable[[], Iterable[Any]]]) -> NashpyRun:
    found: list[tuple[tuple[float, ...], tuple[float, ...]]] = []
    complaints: list[str] = []
    for part in parts:
        with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn"):
            warnings.simplefilter("always")
            try:
                found.extend((_numbers(x), _numbers(y)) for x, y in part())
            except Exception as error:  # whatever goes wrong in there is what is reported
                complaints.append(_complaint(error))
        complaints.extend(_complaint(warning.message) for warning in caught)
    listed = [_judged(equilibria, row, column) for row, column in _once(found)]
    components = {profile.component for profile in listed}
    return NashpyRun(
        algorithm=name,
        listed=tuple(listed),
        missed=tuple(e for e in equilibria.extreme if not any(_near(e, pair) for pair in found)),
        missed_components=tuple(k for k in range(len(equilibria.components)) if k not in components),
        complaints=tuple(dict.fromkeys(complaints)),
    )


def _numbers(strategy: Any) -> tuple[float, ...]:
    return tuple(np.asarray(strategy, dtype=float).ravel().tolist())


def _complaint(what: BaseException | str) -> str:
    said = f"{type(what).__name__}: {' '.join(str(what).split())}"
    meaning = next((text for part, text in _MEANINGS if part in said), None)
    return said[:100] if meaning is None else f"{meaning} ({type(what).__name__})"


_MEANINGS = (
    ("An even number of (0)", "holds the game for degenerate, as it found nothing"),
    ("An even number of", "holds the game for degenerate, as it found an even number of equilibria"),
    ("dimension 1 must be > 1", "cannot take a player with one action"),
    ("KeyError", "lost its way among the labels"),
    ("'NoneType' object is not", "found no point inside a best-reply polytope"),
    ("QH6", "could not build a best-reply polytope"),
    ("divide by zero", "divided by 0"),
    ("invalid value", "divided 0 by 0"),
    ("overflow", "left the range of floats"),
)
"""What Nashpy's warnings and exceptions mean, by a part of what they say."""


def _once(found: Iterable[Any]) -> Iterator[Any]:
    """Each pair once, but for rounding errors."""
    seen: list[Any] = []
    for pair in found:
        if not any(_near(pair, other) for other in seen):
            seen.append(pair)
            yield pair


def _near(one: Any, other: Any) -> bool:
    return all(
        len(x) == len(y) and bool(np.allclose(_floats(x), _floats(y), rtol=0, atol=_NEAR))
        for x, y in zip(one, other, strict=True)
    )


def _floats(strategy: Iterable[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([float(x) for x in strategy])


def _judged(equilibria: Equilibria, row: tuple[float, ...], column: tuple[float, ...]) -> NashpyProfile:
    try:
        regret = equilibria.game.regret(row, column)
    except ParameterError:
        return NashpyProfile(row, column, None, None)
    for number, component in enumerate(equilibria.components):
        if any(_within(row, rows) and _within(column, columns) for rows, columns in component):
            return NashpyProfile(row, column, number, regret)
    return NashpyProfile(row, column, None, regret)


def _within(strategy: tuple[float, ...], vertices: Iterable[Any]) -> bool:
    """Whether a strategy is a mixture of some vertices."""
    from scipy.optimize import nnls

    _, distance = nnls(np.array([_floats(v) for v in vertices]).T, np.array(strategy))
    return distance <= _NEAR


def _shown(strategy: tuple[float, ...]) -> str:
    return f"({', '.join(f'{x:.4g}' for x in strategy)})"
