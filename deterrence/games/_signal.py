"""The signal game: the inspection game in which the Governor sees a signal before it audits.

The signal is suspicious with probability beta if the lab defects and alpha if it complies. The Governor
audits with probability pi_1 after a suspicious signal and pi_0 after a clean one, so that a violator is
audited with probability p_s = beta pi_1 + (1 - beta) pi_0. Payoffs are those of the inspection game. Auditing
on a signal pays if defection is likelier than the cut-off at which the posterior is k/M; the lab defects if
p_s D < g.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from deterrence._checks import Number, check_finite, check_nonnegative, check_unit
from deterrence._numeric import operations
from deterrence.games._inspection import inspection_cutoffs
from deterrence.games._places import GOVERNOR, LAB, place
from deterrence.games._sets import Array, Ends, EquilibriumSets, Values, decimal, pair, where_known, written
from deterrence.games._signal_cases import AT_0, AT_1, CORNERS, ONE, ZERO, Case, pieces

if TYPE_CHECKING:
    from deterrence.games._bimatrix import Bimatrix

_LETTERS = ("g", "D", "k", "M", "alpha", "beta", "H")


class SignalCutoffs(NamedTuple):
    """Probabilities of defection above which the Governor audits on a signal.

    Attributes
    ----------
    q_1, q_0 : float or array, in [0, 1]
        For the suspicious and for the clean signal; NaN where nobody sends it.
    """

    q_1: Any
    q_0: Any


def signal_cutoffs(*, k: Number, M: Number, alpha: Number, beta: Number) -> SignalCutoffs:
    r"""Cut-offs of the signal game, at which the posterior of a signal is k/M.

    .. math:: q_1 = \frac{\alpha k}{\alpha k + \beta (M - k)},
              \qquad q_0 = \frac{(1-\alpha) k}{(1-\alpha) k + (1-\beta)(M - k)}

    Against the cut-off k/M of the inspection game the signal multiplies the odds of defection by
    :math:`\alpha/\beta` and by :math:`(1-\alpha)/(1-\beta)`.

    Parameters
    ----------
    k : float or array, money
        Cost of an audit.
    M : float or array, money, >= 0
        What auditing a violator returns to the Governor.
    alpha, beta : float or array, in [0, 1]
        Probability that a compliant lab's and that a violator's signal is suspicious.

    Returns
    -------
    SignalCutoffs
        0 where k <= 0, 1 where k >= M and k > 0.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> signal_cutoffs(k=0.5, M=1.0, alpha=0.25, beta=0.75)
    SignalCutoffs(q_1=0.25, q_0=0.75)
    """
    (k,) = check_finite(k=k)
    (M,) = check_nonnegative(M=M)
    alpha, beta = check_unit(alpha=alpha, beta=beta)
    return SignalCutoffs(_cutoff(k, M, alpha, beta), _cutoff(k, M, 1 - alpha, 1 - beta))


def _cutoff(k: Any, M: Any, compliant: Any, violator: Any) -> Any:
    """Cut-off of a signal that compliant labs and violators send with these probabilities."""
    op = operations(k, M, compliant, violator)
    cost, reward = compliant * op.maximum(k, 0.0), violator * op.maximum(M - k, 0.0)
    posterior = op.where(k <= 0, 0.0, op.where(k >= M, 1.0, op.ratio(cost, cost + reward)))
    return op.where((compliant == 0) & (violator == 0), math.nan, posterior)


def signal_values(
    *,
    q: Number,
    p_s: Number,
    g: Number,
    D: Number,
    k: Number,
    M: Number,
    alpha: Number,
    beta: Number,
    H: Number = 0.0,
) -> Values:
    r"""What the players' best replies earn in the signal game.

    The lab gets :math:`\max(0, g - p_s D)`. The Governor loses :math:`qH`, and gains from each signal s
    :math:`\max(0, q \beta_s (M - k) - (1 - q) \alpha_s k)`, where :math:`\beta_s` and :math:`\alpha_s` are
    the probabilities that a violator and a compliant lab send it. In every equilibrium these are the
    payoffs.

    Parameters
    ----------
    q, p_s : float or array, in [0, 1]
        Probability that the lab defects, and that a violator is audited.
    g, D, k, M, alpha, beta, H : float or array
        As for `signal`.

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
    >>> signal_values(q=0.25, p_s=0.5, g=1.0, D=2.0, k=0.5, M=1.0, alpha=0.25, beta=0.75, H=4.0)
    Values(lab=0.0, governor=-1.0)
    """
    q, p_s, alpha, beta = check_unit(q=q, p_s=p_s, alpha=alpha, beta=beta)
    g, k = check_finite(g=g, k=k)
    D, M, H = check_nonnegative(D=D, M=M, H=H)
    op = operations(q, p_s, g, D, k, M, alpha, beta, H)
    star = inspection_cutoffs(g=g, D=D, k=k, M=M).a
    lab = D * op.maximum(0.0, star - p_s) + op.maximum(0.0, g - D)
    governor = -q * H
    for compliant, violator in ((alpha, beta), (1 - alpha, 1 - beta)):
        at_cutoff = (q == _cutoff(k, M, compliant, violator)) & (k >= 0)
        audits = op.maximum(0.0, q * violator * (M - k) - (1 - q) * compliant * k)
        governor = governor + op.where(at_cutoff, 0.0, audits)
    return Values(lab, governor)


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
        told = (
            "suspicion speaks for defection",
            "the signal says nothing",
            "suspicion speaks for compliance",
        )
        lab, governor = LAB[int(place(self.g, self.D))], GOVERNOR[int(place(self.k, self.M))]
        return f"{lab}; {governor}; {told[1 + _sign(self.alpha, self.beta)]}"

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
        letters = np.broadcast_arrays(*(getattr(self, name) for name in _LETTERS))
        return signal(**{name: x[index] for name, x in zip(_LETTERS, letters, strict=True)})

    def __str__(self) -> str:
        if self.games:
            return f"equilibria of {math.prod(self.games):,} signal games"
        return "\n".join([self.regime, *(f"  {subset}" for subset in self.subsets)])


_PLANS = ((0, 0), (1, 0), (0, 1), (1, 1))
_SIGNAL = {
    -1: "suspicion speaks for defection",
    0: "the signal says nothing",
    1: "suspicion speaks for compliance",
}
"""What the sign of alpha - beta means."""


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
    shape = np.broadcast_shapes(*map(np.shape, (g, D, k, M, alpha, beta, H)))
    flat = [np.broadcast_to(letter, shape).reshape(-1) for letter in (g, D, k, M, alpha, beta)]
    found = [(pieces(case), at) for case, at in _cases(*flat)]
    most = max((len(sets) for sets, _ in found), default=1)
    vertices = max((len(piece.vertices) for sets, _ in found for piece in sets), default=1)
    n = flat[0].size
    q, p_s = np.full((n, most, 2), math.nan), np.full((n, most, 2), math.nan)
    audits = np.full((n, most, vertices, 2), math.nan)
    for sets, at in found:
        game = _Numbers(*(letter[at] for letter in flat))
        for number, piece in enumerate(sets):
            q[at, number] = np.stack([game.q(end) for end in piece.ends], axis=-1)
            rates = np.stack([game.p_s(vertex) for vertex in piece.vertices])
            p_s[at, number] = np.stack([rates.min(axis=0), rates.max(axis=0)], axis=-1)
            for row, vertex in enumerate(piece.vertices):
                audits[at, number, row] = game.plan(vertex)
    q, p_s, audits = (x.reshape(*shape, *x.shape[1:]) for x in (q, p_s, audits))
    return SignalEquilibria(q, audits, p_s, g, D, k, M, alpha, beta, H)


class _Numbers:
    """The numbers behind the cut-offs and vertices of games of one case."""

    def __init__(self, g: Array, D: Array, k: Array, M: Array, alpha: Array, beta: Array) -> None:
        self._cutoffs = signal_cutoffs(k=k, M=M, alpha=alpha, beta=beta)
        self._t = inspection_cutoffs(g=g, D=D, k=k, M=M).a
        self._beta = beta

    def q(self, end: int) -> Array:
        """One end of an interval of q."""
        zero = np.zeros_like(self._t)
        return {ZERO: zero, AT_1: self._cutoffs.q_1, AT_0: self._cutoffs.q_0, ONE: zero + 1}[end]

    def p_s(self, vertex: int) -> Array:
        """Probability that a violator is audited: beta pi_1 + (1 - beta) pi_0, and t between corners."""
        zero = np.zeros_like(self._t)
        return (zero, self._beta, zero + 1, 1 - self._beta)[vertex] if vertex < 4 else self._t

    def plan(self, vertex: int) -> Array:
        """The pair (pi_1, pi_0) of a vertex, shape (games, 2)."""
        plan = np.empty((self._t.size, 2))
        if vertex < 4:
            plan[:] = CORNERS[vertex]
            return plan
        fixed, along = (0, 1, 1, 0)[vertex - 4], vertex % 2
        weights = self._beta, 1 - self._beta
        rate = (self._t - fixed * weights[1 - along]) / weights[along]
        plan[:, along] = np.clip(rate, 0.0, 1.0)
        plan[:, 1 - along] = fixed
        return plan


def _cases(g: Array, D: Array, k: Array, M: Array, alpha: Array, beta: Array) -> Iterator[tuple[Case, Any]]:
    """Every case among the games, with the indices of its games."""
    rates = (0.0, beta, 1.0, 1 - beta)
    exact = ((0, 0), (0, 1), (1, 0), (1, -1))  # constant and slope of these rates in beta
    gains = [_gain_signs(g, D, beta, rate, *line) for rate, line in zip(rates, exact, strict=True)]
    costs, returns = _sign(k, 0.0), _sign(M, k)
    audits = [
        sign
        for compliant, violator in ((alpha > 0, beta > 0), (alpha < 1, beta < 1))
        for sign in (np.where(compliant, -costs, 0), np.where(violator, returns, 0))
    ]
    signs = np.stack([*gains, *audits, _sign(alpha, beta)])
    code = (3 ** np.arange(9)) @ (signs + 1)
    for number in np.flatnonzero(np.bincount(code)):
        at = np.flatnonzero(code == number)
        *first, one, two, three, four, order = signs[:, at[0]].tolist()
        yield Case(tuple(first), ((one, two), (three, four)), order), at


def _sign(x: Any, y: Any) -> Any:
    """Sign of x - y, by comparison."""
    return np.greater(x, y).astype(int) - np.less(x, y).astype(int)


def _gain_signs(g: Array, D: Array, beta: Array, rate: Any, constant: int, slope: int) -> Any:
    """Signs of g - p_s D at p_s = constant + slope beta, exact for the decimals that floats print as."""
    with np.errstate(all="ignore"):
        penalty = rate * D
        near = np.abs(g - penalty) <= _NEAR * (np.abs(g) + D)
    signs = _sign(g, penalty)
    for i in np.flatnonzero(near) if slope else ():
        p_s = constant + slope * decimal(beta[i])
        signs[i] = _sign(decimal(g[i]), p_s * decimal(D[i]))
    return signs


_NEAR = 1e-15
"""Share of |g| + D within which rounding could hide a tie: some roundings of half of 2.2e-16 each."""
