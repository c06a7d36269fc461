"""Where the Governor turns in the signal game, and what best replies earn."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from deterrence._checks import Number, check_finite, check_nonnegative, check_unit
from deterrence._numeric import operations
from deterrence.games._answer import together
from deterrence.games._sets import Values


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
    _, k, M, alpha, beta = together(k, M, alpha, beta)
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
    op, q, p_s, g, D, k, M, alpha, beta, H = together(q, p_s, g, D, k, M, alpha, beta, H)
    lab = D * op.maximum(0.0, op.share(g, D) - p_s) + op.maximum(0.0, g - D)
    governor = -q * H
    for compliant, violator in ((alpha, beta), (1 - alpha, 1 - beta)):
        at_cutoff = (q == _cutoff(k, M, compliant, violator)) & (k >= 0)
        audits = op.maximum(0.0, q * violator * (M - k) - (1 - q) * compliant * k)
        governor = governor + op.where(at_cutoff, 0.0, audits)
    return Values(lab, governor)
