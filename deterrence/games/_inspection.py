"""The inspection game: a lab that may defect, and a Governor that may audit.

The lab complies (payoff 0) or defects (g, and D less if audited). An audit costs the Governor k and returns
M if the lab defects; a violation harms it by H. Payoffs of lab and Governor:

=========  ========  =================
lab        no audit  audit
=========  ========  =================
complies   0, 0      0, -k
defects    g, -H     g - D, -H + M - k
=========  ========  =================

The lab is indifferent where the probability a of an audit is a* = g/D, the Governor where the probability q
of defection is q* = k/M. Unless a player is indifferent whatever the other does (g = D = 0 or k = M = 0),
the equilibria fill a box: q is q*, where it is in [0, 1], but not above 0 if defecting never pays and not
below 1 if it always does, and a likewise. If a player is always indifferent, they are the graph of the best
reply of the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from deterrence._checks import Number, check_finite, check_nonnegative, check_unit
from deterrence._numeric import ARRAY, operations
from deterrence.games._places import (
    AT_TOP,
    AT_ZERO,
    BOTH_ZERO,
    GOVERNOR,
    INSIDE,
    LAB,
    place,
)
from deterrence.games._sets import Array, Ends, EquilibriumSets, Values, decimal, pair, where_known, written

if TYPE_CHECKING:
    from deterrence.games._bimatrix import Bimatrix

_BLOCK = 16_384  # numbers that a core's cache holds several times


class Cutoffs(NamedTuple):
    """Where the players of the inspection game turn.

    Attributes
    ----------
    q : float or array, in [0, 1]
        The Governor gains by an audit only if defection is likelier than this.
    a : float or array, in [0, 1]
        The lab gains by defecting only if an audit is less likely than this.
    """

    q: Any
    a: Any


def inspection_cutoffs(*, g: Number, D: Number, k: Number, M: Number) -> Cutoffs:
    r"""Cut-offs of the inspection game, :math:`q^* = k/M` and :math:`a^* = g/D`, moved into [0, 1].

    Where 0 < g < D and 0 < k < M they are its unique equilibrium.

    Parameters
    ----------
    g, k : float or array, money
        Gain from defecting, and cost of an audit; negative if audits pay for themselves.
    D, M : float or array, money, >= 0
        Loss of an audited violator, and what its audit returns to the Governor.

    Returns
    -------
    Cutoffs
        0 where k, or g, is at most 0; 1 where it is positive and M, or D, is 0.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> inspection_cutoffs(g=0.5, D=2.0, k=0.75, M=1.0)
    Cutoffs(q=0.75, a=0.25)
    """
    g, k = check_finite(g=g, k=k)
    D, M = check_nonnegative(D=D, M=M)
    return Cutoffs(operations(k, M).share(k, M), operations(g, D).share(g, D))


def inspection_values(
    *, q: Number, a: Number, g: Number, D: Number, k: Number, M: Number, H: Number = 0.0
) -> Values:
    r"""What the players' best replies earn: :math:`\max(0, g - aD)` and :math:`\max(0, qM - k) - qH`.

    In every equilibrium (q, a) these are the payoffs.

    Parameters
    ----------
    q, a : float or array, in [0, 1]
        Probability that the lab defects, and that the Governor audits.
    g, D, k, M, H : float or array, money
        As for `inspection`.

    Returns
    -------
    Values
        At the cut-offs, as floats, the rewards of defecting and of auditing are exactly 0.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> inspection_values(q=0.75, a=0.25, g=0.5, D=2.0, k=0.75, M=1.0, H=4.0)
    Values(lab=0.0, governor=-3.0)
    """
    q, a = check_unit(q=q, a=a)
    g, k = check_finite(g=g, k=k)
    D, M, H = check_nonnegative(D=D, M=M, H=H)
    op = operations(q, a, g, D, k, M, H)
    lab = D * op.maximum(0.0, op.share(g, D) - a) + op.maximum(0.0, g - D)
    audits = M * op.maximum(0.0, q - op.share(k, M)) + op.maximum(0.0, -k)
    return Values(lab, audits - q * H)


@dataclass(frozen=True)
class InspectionSubset:
    """A maximal convex set of equilibria: any q and any a within the ends.

    Attributes
    ----------
    q, a : tuple of two floats, in [0, 1]
        Least and largest probability of defection and of an audit.
    lab_value : tuple of two floats, money
        The lab's payoff at the least and at the largest `a`.
    governor_value : tuple of two floats, money
        The Governor's payoff at the least and at the largest `q`.
    """

    q: Ends
    a: Ends
    lab_value: tuple[float, float]
    governor_value: tuple[float, float]

    def __str__(self) -> str:
        return f"{written('q', self.q)}, {written('a', self.a)}"


@dataclass(frozen=True)
class InspectionEquilibria(EquilibriumSets):
    """All equilibria of inspection games.

    The set of each game is the union of at most three maximal convex subsets, each a product of intervals.

    Attributes
    ----------
    q, a : array, shape (..., subsets, 2), in [0, 1]
        Least and largest probability of defection and of an audit in each subset; NaN where a game has
        fewer subsets than another.
    g, D, k, M, H : float or array, money
        The games.
    """

    a: Array
    g: Any
    D: Any
    k: Any
    M: Any
    H: Any

    @cached_property
    def case(self) -> Any:
        """Case of each game, an integer: 6 times that of g among 0 and D, plus that of k among 0 and M.

        Both number x < 0, x = 0 < top, x = 0 = top, 0 < x < top, x = top > 0 and x > top from 0 to 5.
        """
        case = np.broadcast_to(6 * place(self.g, self.D) + place(self.k, self.M), self.games)
        return case if self.games else int(case)

    @cached_property
    def values(self) -> Values:
        """Payoffs, shape (..., subsets, 2): the lab's at the ends of `a`, the Governor's at those of `q`."""
        letters = {name: np.expand_dims(getattr(self, name), (-2, -1)) for name in "gDkMH"}
        known = ~np.isnan(self.q)
        q, a = np.where(known, self.q, 0.0), np.where(known, self.a, 0.0)
        return where_known(known, inspection_values(q=q, a=a, **letters))

    @property
    def subsets(self) -> tuple[InspectionSubset, ...]:
        """The maximal convex subsets of a single game's set.

        Raises
        ------
        TypeError
            If these are many games; take one of them first.
        """
        self._require_one()
        rows = zip(self.q, self.a, *self.values, strict=True)
        return tuple(InspectionSubset(*map(pair, row)) for row in rows)

    @property
    def regime(self) -> str:
        """What a single game is like, in words; errors as for `subsets`."""
        self._require_one()
        lab, governor = divmod(self.case, 6)
        return f"{LAB[lab]}; {GOVERNOR[governor]}"

    @property
    def bimatrix(self) -> Bimatrix:
        """A single game as a `Bimatrix`: exact, each float read as the decimal it prints as.

        Errors as for `subsets`.
        """
        from deterrence.games._bimatrix import Bimatrix

        self._require_one()
        g, D, k, M, H = map(decimal, (self.g, self.D, self.k, self.M, self.H))
        return Bimatrix(
            [[0, 0], [g, g - D]],
            [[0, -k], [-H, -H + M - k]],
            row_actions=("comply", "defect"),
            column_actions=("no audit", "audit"),
        )

    def __getitem__(self, index: Any) -> InspectionEquilibria:
        """The games at an index, solved by themselves."""
        letters = np.broadcast_arrays(self.g, self.D, self.k, self.M, self.H)
        return inspection(**{name: x[index] for name, x in zip("gDkMH", letters, strict=True)})

    def __str__(self) -> str:
        if self.games:
            return f"equilibria of {math.prod(self.games):,} inspection games"
        return "\n".join([self.regime, *(f"  {subset}" for subset in self.subsets)])


def inspection(*, g: Number, D: Number, k: Number, M: Number, H: Number = 0.0) -> InspectionEquilibria:
    r"""All Nash equilibria of the inspection game, as complete sets.

    A lab defects with probability q, a Governor audits with probability a. In the regime 0 < g < D and
    0 < k < M the equilibrium is unique, :math:`q^* = k/M` and :math:`a^* = g/D`: a larger fine lowers a*
    and leaves q*, a larger gain raises a*, cheaper audits lower q*. In every other regime, the degenerate
    ones included, the set is a point, a segment, a square or a union of segments (Dresher 1962 [1]_,
    Tsebelis 1990 [2]_, Avenhaus, von Stengel and Zamir 2002 [3]_).

    Ties such as g = D or k = M are decided by exact comparison of the floats: a game with
    g = D (1 + 1e-16) is another game than one with g = D.

    Parameters
    ----------
    g : float or array, money
        Gain from defecting.
    D : float or array, money, >= 0
        Loss of an audited violator. With backchecks, g - p_b B for g and (1 - p_b) B for D make a* the
        audit probability of a violator that ``threshold("p_s", ...)`` asks for.
    k : float or array, money
        Cost of an audit; negative if audits pay for themselves.
    M : float or array, money, >= 0
        What auditing a violator returns to the Governor: harm averted, and the fine if counted.
    H : float or array, money, >= 0
        Harm of a violation to the Governor. It moves its payoff only.

    Returns
    -------
    InspectionEquilibria
        With ``subsets`` for one game, and ``q``, ``a`` and ``values`` as arrays for any number.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    References
    ----------
    .. [1] Dresher (1962), A sampling inspection problem in arms control agreements, RAND RM-2972.
    .. [2] Tsebelis (1990), Are sanctions effective?, J. Conflict Resolut. 34:3-28.
    .. [3] Avenhaus, von Stengel and Zamir (2002), Inspection games, Handbook of Game Theory III.

    Examples
    --------
    >>> print(inspection(g=0.5, D=2.0, k=0.75, M=1.0, H=4.0))
    defecting pays unless audited; auditing pays if the lab defects
      q = 0.75, a = 0.25
    >>> print(inspection(g=1.0, D=2.0, k=0.0, M=0.0))
    defecting pays unless audited; the Governor is always indifferent
      q = 0, a in [0.5, 1]
      q in [0, 1], a = 0.5
      q = 1, a in [0, 0.5]
    >>> inspection(g=[0.5, 3.0], D=2.0, k=0.75, M=1.0).q.tolist()
    [[[0.75, 0.75]], [[1.0, 1.0]]]
    """
    g, k = check_finite(g=g, k=k)
    D, M, H = check_nonnegative(D=D, M=M, H=H)
    shape = np.broadcast_shapes(*map(np.shape, (g, D, k, M, H)))
    game = [np.broadcast_to(letter, shape).reshape(-1) for letter in (g, D, k, M)]
    ends, tied = np.empty((2, 2, game[0].size)), False
    for start in range(0, game[0].size, _BLOCK):
        block = slice(start, start + _BLOCK)
        tied |= _least(*(letter[block] for letter in game), out=ends[0, :, block])
    sets = ends[:1, :, None]  # without ties the least is the most, and that half of `ends` is never touched
    if tied:
        _most(*game, out=ends[1])
        sets = _with_unions(ends[:, :, None], *game)
    sets = np.broadcast_to(sets, (2, *sets.shape[1:]))
    q, a = np.moveaxis(sets.reshape(*sets.shape[:3], *shape), (1, 2, 0), (0, -2, -1))
    return InspectionEquilibria(q, a, g, D, k, M, H)


def _least(g: Any, D: Any, k: Any, M: Any, out: Any) -> bool:
    """Fill in the least q and a of a block of games; return whether any of these has a tie."""
    q, a = out
    np.maximum(np.multiply(ARRAY.share(k, M), g > 0, out=q), g > D, out=q)
    np.maximum(np.multiply(ARRAY.share(g, D), k < M, out=a), k < 0, out=a)
    return any((x == y).any() for x, y in ((g, 0.0), (g, D), (k, 0.0), (k, M)))


def _most(g: Any, D: Any, k: Any, M: Any, out: Any) -> None:
    """Fill in the largest q and a."""
    q, a = out
    np.maximum(np.multiply(ARRAY.share(k, M), g >= 0, out=q), g >= D, out=q)
    np.maximum(np.multiply(ARRAY.share(g, D), k <= M, out=a), k <= 0, out=a)


_ANY, _NONE, _SURE = (0.0, 1.0), (0.0, 0.0), (1.0, 1.0)
_STAR = math.nan  # stands for the cut-off
_UNIONS = {
    (AT_ZERO, BOTH_ZERO): ((_NONE, _ANY), (_ANY, _NONE)),
    (INSIDE, BOTH_ZERO): ((_NONE, (_STAR, 1.0)), (_ANY, (_STAR, _STAR)), (_SURE, (0.0, _STAR))),
    (AT_TOP, BOTH_ZERO): ((_ANY, _SURE), (_SURE, _ANY)),
    (BOTH_ZERO, AT_ZERO): ((_NONE, _ANY), (_ANY, _SURE)),
    (BOTH_ZERO, INSIDE): (((0.0, _STAR), _NONE), ((_STAR, _STAR), _ANY), ((_STAR, 1.0), _SURE)),
    (BOTH_ZERO, AT_TOP): ((_ANY, _NONE), (_SURE, _ANY)),
}
"""(q, a) of each subset where the set is no box: one player is always indifferent, the other is not."""


def _with_unions(boxes: Any, g: Any, D: Any, k: Any, M: Any) -> Any:
    """Ends by end, letter, subset and game, with the unions in place of the boxes around them."""
    some = np.flatnonzero(((g == 0) & (D == 0)) | ((k == 0) & (M == 0)))
    lab, governor = place(g[some], D[some]), place(k[some], M[some])
    places = {union: some[(lab == union[0]) & (governor == union[1])] for union in _UNIONS}
    found = {union: at for union, at in places.items() if at.size}
    if not found:
        return boxes
    most = max(len(_UNIONS[union]) for union in found)
    sets = np.full((2, 2, most, g.size), math.nan)
    sets[:, :, 0] = boxes[:, :, 0]
    for union, at in found.items():
        stars = ARRAY.share(k[at], M[at]), ARRAY.share(g[at], D[at])
        for number, subset in enumerate(_UNIONS[union]):
            for letter, ends in enumerate(subset):
                for end, value in enumerate(ends):
                    sets[end, letter, number, at] = stars[letter] if math.isnan(value) else value
    return sets
