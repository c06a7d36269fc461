"""Any two-player game, exactly, with its complete set of equilibria."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence._checks import ParameterError, Problem
from deterrence.games._equilibria import Profile, Subset, equilibrium_set, pure_equilibria
from deterrence.games._exact import Matrix, against, dot, exact_matrix, exact_mixture
from deterrence.games._polyhedra import TooManyVerticesError
from deterrence.games._writing import (
    action_names,
    equilibria_text,
    latex_table,
    nfg_text,
    printable,
    text_table,
)

if TYPE_CHECKING:
    from deterrence.games._nashpy import NashpyCheck


@dataclass(frozen=True, init=False)
class Bimatrix:
    """A two-player game: m actions of the row player, n of the column player, and what each then earns.

    Payoffs are kept as Fractions. A float is read as the decimal it prints as: 0.1 is 1/10.

    Parameters
    ----------
    A, B : m x n matrices
        Payoffs of the row player and of the column player, as nested sequences, arrays or SymPy matrices
        of ints, floats, Fractions, Decimals, SymPy Rationals, or text such as ``"1/3"`` or ``"0.1"``; each
        of at most 1e300 in size and 1,000 digits.
    row_actions, column_actions : iterable of str, optional
        Names of the actions, for wherever the game is written.

    Raises
    ------
    ParameterError
        If A and B are no matrices of finite numbers, of one shape, or if the names do not fit.

    Examples
    --------
    >>> game = Bimatrix([[0, 0], [0.1, -1]], [[0, "-1/3"], [-2, -1]],
    ...                 row_actions=["comply", "defect"], column_actions=["trust", "audit"])
    >>> print(game)
               trust    audit
    comply      0, 0  0, -1/3
    defect  1/10, -2   -1, -1
    >>> game.regret(x=[1, 0], y=[1, 0])
    Fraction(1, 10)
    """

    A: Matrix
    B: Matrix
    row_actions: tuple[str, ...]
    column_actions: tuple[str, ...]

    def __init__(
        self, A: Any, B: Any, *, row_actions: Iterable[str] = (), column_actions: Iterable[str] = ()
    ) -> None:
        payoffs = {"A": exact_matrix("A", A), "B": exact_matrix("B", B)}
        m, n = len(payoffs["A"]), len(payoffs["A"][0])
        if (len(payoffs["B"]), len(payoffs["B"][0])) != (m, n):
            raise ParameterError(Problem("B", B, "has another shape than A", f"{m} x {n} numbers"))
        names = {
            "row_actions": action_names("row_actions", row_actions, m),
            "column_actions": action_names("column_actions", column_actions, n),
        }
        for name, value in {**payoffs, **names}.items():
            object.__setattr__(self, name, value)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of actions of the row player and of the column player."""
        return len(self.A), len(self.A[0])

    def payoffs(self, x: Sequence[Any], y: Sequence[Any]) -> tuple[Any, Any]:
        """Expected payoffs of both players.

        Parameters
        ----------
        x, y : sequences of m and of n numbers
            Mixed strategies: probabilities that sum to 1, within 1e-9 where there are floats.

        Returns
        -------
        tuple of two Fractions, or of two floats
            Floats where there are floats in `x` or `y`.

        Raises
        ------
        ParameterError
            If `x` or `y` is no mixed strategy.
        """
        profile, rounded = self._profile(x, y)
        earned = tuple(dot(profile.row, against(payoffs, profile.column)) for payoffs in (self.A, self.B))
        return rounded(earned[0]), rounded(earned[1])

    def regret(self, x: Sequence[Any], y: Sequence[Any]) -> Any:
        """The most that a player gains by another strategy: 0 exactly where (x, y) is an equilibrium.

        Parameters and errors are those of `payoffs`.

        Returns
        -------
        Fraction or float, money, >= 0
            A float where there are floats in `x` or `y`.
        """
        profile, rounded = self._profile(x, y)
        by_row = against(self.A, profile.column)
        by_column = against(tuple(zip(*self.B, strict=True)), profile.row)
        gain_of_row = max(by_row) - dot(profile.row, by_row)
        gain_of_column = max(by_column) - dot(profile.column, by_column)
        return rounded(max(gain_of_row, gain_of_column))

    def _profile(self, x: Sequence[Any], y: Sequence[Any]) -> tuple[Profile, type]:
        (row, row_exact), (column, column_exact) = (
            exact_mixture(name, values, size)
            for name, values, size in zip("xy", (x, y), self.shape, strict=True)
        )
        return Profile(row, column), Fraction if row_exact and column_exact else float

    def to_nashpy(self) -> Any:
        """The game as a ``nashpy.Game``, with payoffs as floats."""
        import nashpy

        return nashpy.Game(*self.numpy())

    def numpy(self) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
        """A and B as float64 arrays."""
        return np.array(self.A, dtype=np.float64), np.array(self.B, dtype=np.float64)

    def sympy(self) -> tuple[Any, Any]:
        """A and B as SymPy matrices of Rationals."""
        import sympy

        first, second = (
            sympy.Matrix([[sympy.Rational(x.numerator, x.denominator) for x in row] for row in payoffs])
            for payoffs in (self.A, self.B)
        )
        return first, second

    def nfg(self, title: str = "") -> str:
        """The game as the text of a gambit ``.nfg`` file, with exact payoffs.

        Parameters
        ----------
        title : str
            Printable text without a backslash.
        """
        return nfg_text(self.A, self.B, *self._labels(), printable("title", title))

    def latex(self) -> str:
        """The table of pairs of payoffs, for math mode; needs amsmath."""
        return latex_table(self.A, self.B, *self._labels())

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"

    def __str__(self) -> str:
        return text_table(self.A, self.B, *self._labels())

    def _labels(self) -> tuple[Sequence[str], Sequence[str]]:
        m, n = self.shape
        rows, columns = (tuple(str(k + 1) for k in range(size)) for size in (m, n))
        return self.row_actions or rows, self.column_actions or columns


@dataclass(frozen=True)
class Equilibria:
    """All equilibria of a game; ``print`` them to read them.

    Attributes
    ----------
    game : Bimatrix
        The game that was solved.
    extreme : tuple of Profile
        The extreme equilibria, sorted: pairs of vertices of the two best-reply polyhedra.
    subsets : tuple of Subset
        The maximal Nash subsets, sorted. Each is a convex set of row strategies times a convex set of
        column strategies, given by vertices; their union is the set of all equilibria.
    components : tuple of tuples of Subset
        The subsets, by connected component of that set.
    complete : bool
        Whether this is the whole set.
    reason : str
        Why it is not, and what is here instead; empty where it is.
    """

    game: Bimatrix
    extreme: tuple[Profile, ...]
    subsets: tuple[Subset, ...]
    components: tuple[tuple[Subset, ...], ...]
    complete: bool
    reason: str

    def regret(self) -> Fraction:
        """The largest regret over the extreme equilibria, in the payoffs as given: 0 certifies them all."""
        return max((self.game.regret(*profile) for profile in self.extreme), default=Fraction(0))

    def check_with_nashpy(self) -> NashpyCheck:
        """What Nashpy's algorithms find in this game, held against the exact set.

        It takes milliseconds for 2 x 2 games, and seconds from 6 x 6 on.

        Returns
        -------
        NashpyCheck

        Examples
        --------
        >>> bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]).check_with_nashpy().verdict
        'agrees'
        """
        from deterrence.games._nashpy import check_with_nashpy

        return check_with_nashpy(self)

    def __str__(self) -> str:
        return equilibria_text(self)


def bimatrix(A: Any, B: Any = None) -> Equilibria:
    """Find all equilibria of a two-player game, exactly.

    Payoffs are first reduced to what decides between actions: the differences between a player's payoffs
    against each action of the other, as coprime integers. So neither scale nor constants matter, and no
    number is ever rounded.

    Parameters
    ----------
    A, B : Bimatrix, or two m x n matrices
        The game alone, or the payoffs of the row and of the column player as `Bimatrix` takes them.

    Returns
    -------
    Equilibria
        Complete where neither best-reply polyhedron has more than 2,000 vertices: always up to 9 x 9
        actions (McMullen 1970). Elsewhere ``complete`` may be False, and then there are only the pure
        equilibria.

    Raises
    ------
    ParameterError
        If the payoffs are no game.

    References
    ----------
    .. [1] Avis, Rosenberg, Savani and von Stengel (2010), Enumeration of Nash equilibria for two-player
       games, Economic Theory 42:9-37.
    .. [2] Mangasarian (1964), Equilibrium points of bimatrix games, J. SIAM 12:778-780; Winkels (1979), An
       algorithm to determine all equilibrium points of a bimatrix game; McMullen (1970), The maximum
       numbers of faces of a convex polytope, Mathematika 17:179-184.

    Examples
    --------
    An inspection game at its threshold, where auditing costs just what it recovers:

    >>> game = Bimatrix([[0, 0], [1, -1]], [[0, -2], [-3, -3]],
    ...                 row_actions=["comply", "defect"], column_actions=["trust", "audit"])
    >>> print(bimatrix(game))
    2 x 2 game, complete: 2 extreme equilibria, 1 maximal Nash subset, 1 component
    1.  defect x conv{1/2 trust + 1/2 audit, trust}
    """
    if isinstance(A, Bimatrix) and B is not None:
        raise ParameterError(Problem("B", B, "stands beside a Bimatrix", "a Bimatrix alone, or two matrices"))
    game = A if isinstance(A, Bimatrix) else Bimatrix(A, B)
    try:
        found = equilibrium_set(game.A, game.B, _MOST_VERTICES)
    except TooManyVerticesError:
        reason = (
            f"a best-reply polyhedron has more than {_MOST_VERTICES:,} vertices; only pure equilibria given"
        )
        return Equilibria(game, pure_equilibria(game.A, game.B), (), (), False, reason)
    return Equilibria(game, found.extreme, found.subsets, found.components, True, "")


_MOST_VERTICES = 2000
