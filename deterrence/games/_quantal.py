"""The inspection game among players who err: logit quantal response equilibrium."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence._checks import Number, check_finite, check_nonnegative
from deterrence._numeric import SCALAR
from deterrence.games._answer import Answer, plain, together

_LARGEST = 1e300  # log-odds are cut here, where they mean certainty a thousand times over


@dataclass(frozen=True)
class QuantalResponse(Answer):
    """The logit equilibrium of the inspection game.

    Attributes
    ----------
    g, D, k, M, precision : float or array
        The game, as for `quantal`.
    q, a : float or array, in [0, 1]
        Probability that the lab defects, and that the Governor audits.
    log_odds_q, log_odds_a : float or array
        ln(q / (1-q)) and ln(a / (1-a)): the precision times what each player gains by acting, also where q
        or a rounds to 0 or 1.
    residual : float or array, >= 0
        The least change of q and a by which one of the two equations would hold exactly; the larger of the
        two. At a large precision it is the residual that means something: there the rounding of a alone, of
        1e-16, moves precision x D x a by more than the log-odds that it should equal.
    """

    g: Any
    D: Any
    k: Any
    M: Any
    precision: Any
    q: Any
    a: Any
    log_odds_q: Any
    log_odds_a: Any
    residual: Any

    def _in_words(self) -> str:
        return f"q = {self.q:.6g}, a = {self.a:.6g} at a precision of {self.precision:.6g}"


@dataclass(frozen=True)
class QuantalExpansion(Answer):
    """The logit equilibrium at a large precision, to the first order in its reciprocal.

    Attributes
    ----------
    g, D, k, M, precision : float or array
        The game, as for `quantal`.
    q, a : float, None or array
        Probability that the lab defects, and that the Governor audits; None, in arrays NaN, outside the
        mixed regime. At a small precision they may lie outside [0, 1].
    """

    g: Any
    D: Any
    k: Any
    M: Any
    precision: Any
    q: Any
    a: Any

    def _in_words(self) -> str:
        if self.q is None:
            return "no expansion: it takes 0 < g < D, 0 < k < M and a precision above 0"
        return f"q = {self.q:.6g}, a = {self.a:.6g}, to the first order in 1 / {self.precision:.6g}"


def quantal(*, g: Number, D: Number, k: Number, M: Number, precision: Number) -> QuantalResponse:
    r"""Solve the inspection game for its logit quantal response equilibrium (McKelvey and Palfrey 1995 [1]_).

    .. math:: q = \sigma(\lambda (g - aD)), \quad a = \sigma(\lambda (qM - k)),
        \quad \sigma(z) = 1 / (1 + e^{-z}).

    The solution is unique. It tends to the Nash equilibrium as the precision :math:`\lambda` grows; unlike
    there, q rises with the gain and falls with the punishment.

    Parameters
    ----------
    g, k : float or array, money
        Gain from a violation, and cost of an audit; negative if audits pay for themselves.
    D, M : float or array, money, >= 0
        Loss of an audited violator, and what auditing it returns to the Governor.
    precision : float or array, >= 0, per unit of money
        0 is a toss of a coin.

    Returns
    -------
    QuantalResponse

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Notes
    -----
    Each probability is found by bisection in its log-odds, of which the equation is strictly increasing.

    References
    ----------
    .. [1] McKelvey and Palfrey (1995), Quantal response equilibria for normal form games,
       Games Econ. Behav. 10:6-38.

    Examples
    --------
    >>> response = quantal(g=1.0, D=2.0, k=1.0, M=2.0, precision=1e6)
    >>> round(response.q, 9), round(response.a, 9), response.residual < 1e-15
    (0.5, 0.5, True)
    """
    g, k = check_finite(g=g, k=k)
    D, M, precision = check_nonnegative(D=D, M=M, precision=precision)
    op, *question = together(g, D, k, M, precision)
    game = [np.asarray(letter) for letter in question]
    with np.errstate(over="ignore", under="ignore"):
        lab, governor = _gains(*game)
        x, y = _log_odds(lab, governor), _log_odds(governor, lab)
        off = np.maximum(_residual(x, y, lab), _residual(y, x, governor))
        found: list[Any] = [_share(x), _share(y), x, y, off]
    if op is SCALAR:
        found = [float(value) for value in found]
    return QuantalResponse(*question, *found)


_Gains = tuple[Any, Any]
"""What a player gains by acting, times the precision, if the other does not act and if it does."""


def _gains(g: Any, D: Any, k: Any, M: Any, precision: Any) -> tuple[_Gains, _Gains]:
    lab, governor = (precision * g, precision * (g - D)), (precision * -k, precision * (M - k))
    cut = [np.clip(gain, -_LARGEST, _LARGEST) for gain in (*lab, *governor)]
    return (cut[0], cut[1]), (cut[2], cut[3])


def _share(odds: Any) -> Any:
    """Probability of log-odds."""
    small = np.exp(-np.abs(odds))
    return np.where(odds < 0, small, 1.0) / (1 + small)


def _expected(gains: _Gains, odds: Any) -> Any:
    """A player's gain at the other's log-odds, from the end that is closer: so nothing is lost near it."""
    idle, active = gains
    other = _share(-np.abs(odds))
    return np.where(odds < 0, idle + (active - idle) * other, active + (idle - active) * other)


def _log_odds(own: _Gains, others: _Gains) -> Any:
    """Root u of u - E[own gain | the other answers u]: bisection until no float lies between."""
    low, high = np.minimum(*own), np.maximum(*own)
    while True:
        middle = low + (high - low) / 2
        moving = (middle > low) & (middle < high) & (high - low > _FINEST)
        if not np.any(moving):
            return middle
        above = middle > _expected(own, _expected(others, middle))
        low, high = np.where(moving & ~above, middle, low), np.where(moving & above, middle, high)


_FINEST = 2.0**-60


def _residual(odds: Any, other: Any, gains: _Gains) -> Any:
    slope = _share(odds) * _share(-odds)
    gap = np.abs(odds - _expected(gains, other))
    return gap * slope / (1 + np.abs(gains[1] - gains[0]) * slope)


def quantal_expansion(*, g: Number, D: Number, k: Number, M: Number, precision: Number) -> QuantalExpansion:
    r"""Expand the logit equilibrium of the mixed regime, 0 < g < D and 0 < k < M, at a large precision.

    .. math:: a = t - \frac{1}{\lambda D} \ln\frac{q^*}{1-q^*}, \quad
        q = q^* + \frac{1}{\lambda M} \ln\frac{t}{1-t}, \qquad t = g/D,\ q^* = k/M,

    each with an error of the order of :math:`\lambda^{-2}`.

    Parameters
    ----------
    g, D, k, M, precision : float or array
        As for `quantal`.

    Returns
    -------
    QuantalExpansion

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> print(quantal_expansion(g=1.0, D=2.0, k=1.0, M=2.0, precision=10.0))
    q = 0.5, a = 0.5, to the first order in 1 / 10
    """
    g, k = check_finite(g=g, k=k)
    D, M, precision = check_nonnegative(D=D, M=M, precision=precision)
    op, *question = together(g, D, k, M, precision)
    g, D, k, M, precision = question
    mixed = (g > 0) & (g < D) & (k > 0) & (k < M) & (precision > 0)
    g, D, k, M = (op.where(mixed, *pair) for pair in ((g, 1.0), (D, 2.0), (k, 1.0), (M, 2.0)))
    precision = op.where(mixed, precision, 1.0)
    q = k / M + np.log(g / (D - g)) / (precision * M)
    a = g / D - np.log(k / (M - k)) / (precision * D)
    answer = op.where(mixed, q, math.nan), op.where(mixed, a, math.nan)
    return QuantalExpansion(*question, *map(plain, answer))
