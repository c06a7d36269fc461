"""Governors that adapt the audit probability by stochastic approximation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence._audit import optimal_pi_1
from deterrence._checks import (
    Number,
    ParameterError,
    Problem,
    check_nonnegative,
    check_nonnegative_or_inf,
    check_one,
    check_unit,
)
from deterrence._compliance import TIE
from deterrence.games._answer import Answer, together
from deterrence.games._sets import written


@dataclass(frozen=True)
class Gradient(Answer):
    r"""Where a Governor ends up that follows the gradient of the specification's objective.

    Attributes
    ----------
    P, beta, v_star, c, eta : float or array
        The question, as given to `gradient`.
    limit : float or array, in [0, 1]
        The specification's rule, `deterrence.optimal_pi_1`.
    factor : float or array, >= 0
        What the distance to the limit is multiplied by in a step that is not clipped,
        :math:`|1 - \eta(v^*-c)|`.
    converges : bool or array of bool
        Whether expected steps of constant length `eta` lead to the limit from everywhere: where the limit
        is inside (0, 1), iff :math:`\eta < 2/(v^*-c)`; where it is 0 or 1, always.
    """

    P: Any
    beta: Any
    v_star: Any
    c: Any
    eta: Any
    limit: Any
    factor: Any
    converges: Any

    def _in_words(self) -> str:
        steps = "converge" if self.converges else "do not"
        return f"leads to pi_1 = {self.limit:.6g}; steps of constant length {steps}"


def gradient(*, P: Number, beta: Number, v_star: Number, c: Number = 0.0, eta: Number) -> Gradient:
    r"""Limit of a Governor that climbs the specification's objective by its observed gradient.

    In each step a violator sends a signal, suspicious (s = 1) with probability beta, and the Governor
    moves to :math:`\pi + \eta\,(P\,1\{s=1\} - (v^*-c)\,\pi)`, clipped to [0, 1]. With steps :math:`\eta_n`
    whose sum diverges and whose sum of squares does not, it converges almost surely to the
    specification's rule [1]_. Steps of constant length hover around it; without noise they converge by a
    factor a step.

    Parameters
    ----------
    P : float or array, money, >= 0
        Punishment of a caught violator.
    beta : float or array, in [0, 1]
        Probability that a violator's signal is suspicious.
    v_star, c : float or array, money, >= 0, v_star > c
        Value of the marginal permit holder, and cost of a run.
    eta : float or array, > 0
        Length of a step, per unit of money.

    Returns
    -------
    Gradient

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    References
    ----------
    .. [1] Robbins and Monro (1951), A stochastic approximation method, Ann. Math. Stat. 22:400-407.

    Examples
    --------
    >>> governor = gradient(P=0.5, beta=0.5, v_star=1.0, c=0.5, eta=1.0)
    >>> governor.limit, governor.factor, governor.converges
    (0.5, 0.5, True)
    >>> print(governor)
    leads to pi_1 = 0.5; steps of constant length converge
    """
    limit = optimal_pi_1(P=P, beta=beta, v_star=v_star, c=c)
    (beta,) = check_unit(beta=beta)
    P, v_star, c, eta = check_nonnegative(P=P, v_star=v_star, c=c, eta=eta)
    rent = v_star - c
    if np.any(rent <= 0):
        raise ParameterError(Problem("v_star", v_star, "leaves no rent to scale the cost", "v_star > c"))
    if np.any(eta == 0):
        raise ParameterError(Problem("eta", eta, "does not move", "a finite number > 0"))
    # A bound is the limit only if the slope points beyond it, and then clipping holds every step there.
    converges = (eta * rent < 2) | (P * beta == 0) | (P * beta >= rent)
    _, *answer = together(P, beta, v_star, c, eta, limit, abs(1 - eta * rent), converges)
    return Gradient(*answer)


@dataclass(frozen=True)
class Tracking(Answer):
    r"""Where a Governor ends up that tracks a defection rate.

    Attributes
    ----------
    eps : float
        The rate, as given to `tracking`.
    low, high : float, in [0, 1]
        Probabilities at which it may settle: a single one, the (1 - eps)-quantile of what the labs
        require, unless exactly a share eps of the labs requires more than `low`.
    """

    eps: float
    low: float
    high: float

    def _in_words(self) -> str:
        return f"settles at {written('pi_1', (self.low, self.high))}, for a defection rate of {self.eps:.6g}"


def tracking(*, required: Any, eps: float) -> Tracking:
    r"""Limit of a Governor that tracks a defection rate `eps` among labs that differ.

    In each step a lab is drawn, and the Governor moves to
    :math:`\pi + \eta_n(1\{\text{defection}\} - \epsilon)`, clipped to [0, 1]. With steps whose sum
    diverges and whose sum of squares does not it converges almost surely [1]_ to where a share eps of
    the labs requires more: the (1 - eps)-quantile of the required probabilities.

    Parameters
    ----------
    required : array, >= 0, may be infinite
        Least audit probability :math:`\pi_{1,i}^*` that deters each lab; above 1, such as infinite, for
        a lab that none deters. ``threshold("pi_1", ...)`` gives them.
    eps : float, in [0, 1]
        Defection rate that is aimed at.

    Returns
    -------
    Tracking

    Raises
    ------
    ParameterError
        If an argument is out of range, not a number, or there is no lab.

    References
    ----------
    .. [1] Robbins and Monro (1951), A stochastic approximation method, Ann. Math. Stat. 22:400-407.

    Examples
    --------
    >>> tracking(required=[0.1, 0.2, 0.4, 0.8], eps=0.3)
    Tracking(eps=0.3, low=0.4, high=0.4)
    >>> print(tracking(required=[0.1, 0.2, 0.4, 0.8], eps=0.25))
    settles at pi_1 in [0.4, 0.8], for a defection rate of 0.25
    """
    check_one(eps=eps)
    (required,), (eps,) = check_nonnegative_or_inf(required=required), check_unit(eps=eps)
    if not np.size(required):
        raise ParameterError(Problem("required", required, "holds no lab", "numbers >= 0, or inf"))
    ranked = np.concatenate(([0.0], np.minimum(np.sort(np.ravel(required)), 1.0), [1.0]))
    labs = np.size(required)
    # The k-th of n labs is the first with at most eps n labs above it; rounding of eps n is no lab.
    beyond = eps * labs
    most, least = math.floor(beyond * (1 + TIE)), math.ceil(beyond * (1 - TIE))
    return Tracking(eps, float(ranked[labs - most]), float(ranked[labs + 1 - least]))
