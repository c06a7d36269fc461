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
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence._checks import Number, check_finite, check_nonnegative
from deterrence.games._answer import together
from deterrence.games._inspection_sets import inspection_sets
from deterrence.games._inspection_values import inspection_values
from deterrence.games._places import GOVERNOR, LAB, place
from deterrence.games._sets import Array, Ends, EquilibriumSets, Values, decimal, pair, where_known, written

if TYPE_CHECKING:
    from deterrence.games._bimatrix import Bimatrix


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
        case = 6 * place(self.g, self.D) + place(self.k, self.M)
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
        return inspection(**{name: np.asarray(getattr(self, name))[index] for name in "gDkMH"})

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
    _, *question = together(g, D, k, M, H)
    shape = np.shape(question[0])
    sets = inspection_sets(*(np.reshape(letter, -1) for letter in question[:4]))
    q, a = np.moveaxis(sets.reshape(*sets.shape[:3], *shape), (1, 2, 0), (0, -2, -1))
    return InspectionEquilibria(q, a, *question)
