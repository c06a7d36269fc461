"""The signal game: the inspection game in which the Governor sees a signal before it audits.

The signal is suspicious with probability beta if the lab defects and alpha if it complies. The Governor
audits with probability pi_1 after a suspicious signal and pi_0 after a clean one, so that a violator is
audited with probability p_s = beta pi_1 + (1 - beta) pi_0. Payoffs are those of the inspection game. Auditing
on a signal pays if defection is likelier than the cut-off at which the posterior is k/M; the lab defects if
p_s D < g.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence._checks import Number, check_finite, check_nonnegative, check_unit
from deterrence.games._answer import together
from deterrence.games._places import GOVERNOR, LAB, SIGNAL, place, sign
from deterrence.games._sets import Array, Ends, EquilibriumSets, Values, decimal, pair, where_known, written
from deterrence.games._signal_sets import signal_sets
from deterrence.games._signal_values import signal_values

if TYPE_CHECKING:
    from deterrence.games._bimatrix import Bimatrix

_LETTERS = ("g", "D", "k", "M", "alpha", "beta", "H")


@dataclass(frozen=True)
class SignalSubset:
    """A maximal convex set of equilibria: any q within the ends, with any audit plan in the polygon.

    Attributes
    ----------
    q : tuple of two floats, in [0, 1]
        Least and largest probability of defection.
    audits : tuple of pairs of floats, in [0, 1]
        Vertices (pi_1, pi_0) of the polygon, which may be a single point or a segment.
    p_s : tuple of two floats, in [0, 1]
        Least and largest probability that a violator is audited.
    lab_value : tuple of two floats, money
        The lab's payoff at the least and at the largest `p_s`.
    governor_value : tuple of two floats, money
        The Governor's payoff at the least and at the largest `q`.
    """

    q: Ends
    audits: tuple[tuple[float, float], ...]
    p_s: Ends
    lab_value: tuple[float, float]
    governor_value: tuple[float, float]

    def __str__(self) -> str:
        plans = ", ".join(f"({pi_1:.6g}, {pi_0:.6g})" for pi_1, pi_0 in self.audits)
        single = len(self.audits) == 1
        return f"{written('q', self.q)}, (pi_1, pi_0) {f'= {plans}' if single else f'between {plans}'}"


@dataclass(frozen=True)
class SignalEquilibria(EquilibriumSets):
    """All equilibria of signal games, in behaviour strategies.

    The set of each game is the union of at most five maximal convex subsets, each the product of an
    interval of q and a polygon of audit plans (pi_1, pi_0).

    Attributes
    ----------
    q : array, shape (..., subsets, 2), in [0, 1]
        Least and largest probability of defection in each subset; NaN where a game has fewer subsets than
        another.
    audits : array, shape (..., subsets, vertices, 2), in [0, 1]
        Vertices (pi_1, pi_0) of each polygon, in their order around it; NaN where there are fewer.
    p_s : array, shape (..., subsets, 2), in [0, 1]
        Least and largest probability that a violator is audited.
    g, D, k, M, alpha, beta, H : float or array
        The games.
    """

    audits: Array
    p_s: Array
    g: Any
    D: Any
    k: Any
    M: Any
    alpha: Any
    beta: Any
    H: Any

    @cached_property
    def values(self) -> Values:
        """Payoffs, shape (..., subsets, 2): lab's at the ends of `p_s`, Governor's at those of `q`."""
        letters = {name: np.expand_dims(getattr(self, name), (-2, -1)) for name in _LETTERS}
        known = ~np.isnan(self.q)
        q, p_s = np.where(known, self.q, 0.0), np.where(known, self.p_s, 0.0)
        lab, governor = signal_values(q=q, p_s=p_s, **letters)
        # A lab that may comply gets 0, also where rounding moved p_s off a tie.
        return where_known(known, Values(np.where(q[..., :1] < 1, 0.0, lab), governor))

    @property
    def subsets(self) -> tuple[SignalSubset, ...]:
        """The maximal convex subsets of a single game's set.

        Raises
        ------
        TypeError
            If these are many games; take one of them first.
        """
        self._require_one()
        rows = zip(self.q, self.audits, self.p_s, *self.values, strict=True)
        return tuple(
            SignalSubset(pair(q), tuple(pair(plan) for plan in plans if plan[0] >= 0), *map(pair, rest))
            for q, plans, *rest in rows
        )

    @property
    def regime(self) -> str:
        """What a single game is like, in words; errors as for `subsets`."""
        self._require_one()
        lab, governor = LAB[int(place(self.g, self.D))], GOVERNOR[int(place(self.k, self.M))]
        return f"{lab}; {governor}; {SIGNAL[int(sign(self.alpha, self.beta))]}"

    @property
    def bimatrix(self) -> Bimatrix:
        """A single game as a `Bimatrix` with the four pure audit plans as the Governor's actions.

        Exact, each float read as the decimal it prints as. Errors as for `subsets`.
        """
        from deterrence.games._bimatrix import Bimatrix

        self._require_one()
        g, D, k, M, alpha, beta, H = (decimal(getattr(self, name)) for name in _LETTERS)
        p_s = [beta * a_1 + (1 - beta) * a_0 for a_1, a_0 in _PLANS]
        p_f = [alpha * a_1 + (1 - alpha) * a_0 for a_1, a_0 in _PLANS]
        return Bimatrix(
            [[0] * 4, [g - p * D for p in p_s]],
            [[-k * p for p in p_f], [-H + p * (M - k) for p in p_s]],
            row_actions=("comply", "defect"),
            column_actions=("no audit", "audit suspicious", "audit clean", "audit all"),
        )

    def __getitem__(self, index: Any) -> SignalEquilibria:
        """The games at an index, solved by themselves."""
        return signal(**{name: np.asarray(getattr(self, name))[index] for name in _LETTERS})

    def __str__(self) -> str:
        if self.games:
            return f"equilibria of {math.prod(self.games):,} signal games"
        return "\n".join([self.regime, *(f"  {subset}" for subset in self.subsets)])


_PLANS = ((0, 0), (1, 0), (0, 1), (1, 1))


def signal(
    *, g: Number, D: Number, k: Number, M: Number, alpha: Number, beta: Number, H: Number = 0.0
) -> SignalEquilibria:
    r"""All Nash equilibria of the signal game, as complete sets in behaviour strategies.

    With t = g/D, :math:`0 < \alpha < \beta < 1` and :math:`0 < k < M`, and the cut-offs
    :math:`q_1 < q_0` of `signal_cutoffs`: if 0 < t < beta, :math:`q = q_1, \pi_1 = t/\beta, \pi_0 = 0`; if
    beta < t < 1, :math:`q = q_0, \pi_1 = 1, \pi_0 = (t - \beta)/(1 - \beta)`. A signal that deters alone
    lowers defection, one too weak for that raises it. In all other cases the set is what best replies
    leave, with every tie, every signal that nobody sends and every audit that costs nothing (structure:
    Avenhaus, von Stengel and Zamir 2002 [1]_).

    Ties are decided exactly, each float read as the decimal it prints as: g = 0.07 ties with beta D at
    beta = 0.1 and D = 0.7, although their product as floats is less.

    Parameters
    ----------
    g : float or array, money
        Gain from defecting.
    D : float or array, money, >= 0
        Loss of an audited violator.
    k : float or array, money
        Cost of an audit; negative if audits pay for themselves.
    M : float or array, money, >= 0
        What auditing a violator returns to the Governor.
    alpha, beta : float or array, in [0, 1]
        Probability that a compliant lab's and that a violator's signal is suspicious. beta < alpha is the
        same game with the names of the signals exchanged.
    H : float or array, money, >= 0
        Harm of a violation to the Governor. It moves its payoff only.

    Returns
    -------
    SignalEquilibria
        With ``subsets`` for one game, and arrays for any number.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    References
    ----------
    .. [1] Avenhaus, von Stengel and Zamir (2002), Inspection games, Handbook of Game Theory III.

    Examples
    --------
    >>> print(signal(g=1.0, D=2.0, k=0.5, M=1.0, alpha=0.25, beta=0.75))
    defecting pays unless audited; auditing pays if the lab defects; suspicion speaks for defection
      q = 0.25, (pi_1, pi_0) = (0.666667, 0)
    >>> print(signal(g=1.5, D=2.0, k=0.5, M=1.0, alpha=0.25, beta=0.75).subsets[0])
    q in [0.25, 0.75], (pi_1, pi_0) = (1, 0)
    >>> print(signal(g=1.0, D=2.0, k=0.5, M=1.0, alpha=0.5, beta=0.5).subsets[0])
    q = 0.5, (pi_1, pi_0) between (1, 0), (0, 1)
    """
    g, k = check_finite(g=g, k=k)
    D, M, H = check_nonnegative(D=D, M=M, H=H)
    alpha, beta = check_unit(alpha=alpha, beta=beta)
    _, *question = together(g, D, k, M, alpha, beta, H)
    shape = np.shape(question[0])
    flat = (np.reshape(letter, -1) for letter in question[:6])
    q, audits, p_s = (x.reshape(*shape, *x.shape[1:]) for x in signal_sets(*flat))
    return SignalEquilibria(q, audits, p_s, *question)
