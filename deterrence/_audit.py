"""The high-suspicion audit probability: the specification's rule and the least-cost deterrents."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence._checks import (
    NONNEGATIVE,
    UNIT,
    Number,
    check_finite,
    check_nonnegative_or_inf,
    check_range,
    check_unit,
)
from deterrence._compliance import covers
from deterrence._numeric import elementwise, operations


def deterrence_ratio(*, P: Number, beta: Number, v_star: Number, c: Number = 0.0) -> Number:
    r"""Deterrence ratio :math:`x = P\beta / (v^*-c)`: the largest expected sanction over the marginal rent.

    At x >= 1 some :math:`\pi_1 \le 1` deters the marginal lab (with no base audits, backchecks or
    racing), at x < 1 none does.

    Parameters
    ----------
    P : float or array, money, >= 0
        Punishment of a caught violator.
    beta : float or array, in [0, 1]
        Probability that a violator's signal is suspicious.
    v_star, c : float or array, money, >= 0
        Value of the marginal permit holder, and cost of a run.

    Returns
    -------
    float or array, >= 0
        Infinite where v_star <= c: there is nothing to deter.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> deterrence_ratio(P=1.5, beta=0.5, v_star=1.0, c=0.5)
    1.5
    """
    return elementwise(_ratio, *_checked(P, beta, v_star, c))


def optimal_pi_1(*, P: Number, beta: Number, v_star: Number, c: Number = 0.0) -> Number:
    r"""The specification's audit probability, :math:`\pi_1 = \min(1, P\beta / (v^*-c))`.

    The maximiser over [0, 1] of the expected sanction less a convex audit disruption,
    :math:`U(\pi) = \pi P\beta - \tfrac12 (v^*-c)\pi^2`, and the largest share of unpermitted labs with
    uniform rents that any :math:`\pi_1` can deter. It is **not** what the compliance condition implies:
    that is `least_cost_pi_1`. Where :math:`x = P\beta/(v^*-c) \ge 1` it is 1 and deters; where x < 1 it
    does not deter the marginal lab, and no probability does.

    Parameters
    ----------
    P : float or array, money, >= 0
        Punishment of a caught violator.
    beta : float or array, in [0, 1]
        Probability that a violator's signal is suspicious.
    v_star, c : float or array, money, >= 0
        Value of the marginal permit holder, and cost of a run.

    Returns
    -------
    float or array, in [0, 1]
        0 where v_star < c, since there is nothing to deter; at v_star = c its limit: 1 if P beta > 0,
        else 0.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    See Also
    --------
    least_cost_pi_1 : the smallest probability that deters.

    Examples
    --------
    >>> round(optimal_pi_1(P=0.5, beta=0.8, v_star=1.2, c=0.4), 12)
    0.5
    """
    return elementwise(_optimal, *_checked(P, beta, v_star, c))


def least_cost_pi_1(*, P: Number, beta: Number, v_star: Number, c: Number = 0.0) -> Number:
    r"""The least-cost deterrent, :math:`\pi_1 = \min(1, (v^*-c) / (P\beta))`.

    The smallest :math:`\pi_1` at which the marginal lab complies, :math:`P\beta\pi_1 \ge v^*-c`. It
    deters where :math:`x = P\beta/(v^*-c) \ge 1`; where x < 1 it is 1 and does not deter.

    Parameters
    ----------
    P : float or array, money, >= 0
        Punishment of a caught violator.
    beta : float or array, in [0, 1]
        Probability that a violator's signal is suspicious.
    v_star, c : float or array, money, >= 0
        Value of the marginal permit holder, and cost of a run.

    Returns
    -------
    float or array, in [0, 1]
        0 where v_star <= c: nothing needs to be deterred.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    See Also
    --------
    optimal_pi_1 : the specification's rule, its reciprocal before both are cut at 1.
    threshold : the same with base audits, backchecks, racing and risk multipliers.

    Examples
    --------
    >>> least_cost_pi_1(P=2.0, beta=0.5, v_star=1.0, c=0.25)
    0.75
    """
    return elementwise(_least_cost, *_checked(P, beta, v_star, c))


def sanction_objective(pi: Number, *, P: Number, beta: Number, v_star: Number, c: Number = 0.0) -> Number:
    r"""The objective that `optimal_pi_1` maximises, :math:`U(\pi) = \pi P\beta - \tfrac12 (v^*-c)\pi^2`.

    Parameters
    ----------
    pi : float or array, in [0, 1]
        Audit probability after a suspicious signal.
    P, beta, v_star, c : float or array
        As for `optimal_pi_1`.

    Returns
    -------
    float or array, money

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> sanction_objective(0.5, P=0.5, beta=0.5, v_star=1.0, c=0.5)
    0.0625
    """
    (pi,) = check_unit(pi=pi)
    P, beta, v_star, c = _checked(P, beta, v_star, c)
    return pi * (P * beta) - (v_star - c) * (pi * pi) / 2


def deterred_share(*, pi_1: Number, x: Number) -> Number:
    r"""Share of labs without a permit that is deterred, :math:`\min(1, \pi_1 x)`, if their rents are uniform.

    The rents lie on :math:`[0, v^*-c]`.

    At :math:`\pi_1 = 1` it is min(1, x), the specification's expression: the largest share that any
    audit probability deters.

    Parameters
    ----------
    pi_1 : float or array, in [0, 1]
        Audit probability after a suspicious signal.
    x : float or array, >= 0, may be infinite
        Deterrence ratio; infinite where there is nothing to deter, and then everyone is.

    Returns
    -------
    float or array, in [0, 1]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> deterred_share(pi_1=0.5, x=0.5)
    0.25
    """
    (pi_1,) = check_unit(pi_1=pi_1)
    (x,) = check_nonnegative_or_inf(x=x)
    op = operations(pi_1, x)
    nothing = x == math.inf
    return op.where(nothing, 1.0, op.minimum(1.0, pi_1 * op.where(nothing, 0.0, x)))


@dataclass(frozen=True)
class AuditPolicy:
    """The cheapest pair of audit probabilities that reaches an audit rate for violators.

    Attributes
    ----------
    pi_1, pi_0 : float or array, in [0, 1]
        Audit probability after a suspicious and after a clean signal; NaN where `feasible` is false.
    cost : float or array
        Audits per compliant running lab, alpha pi_1 + (1 - alpha) pi_0.
    feasible : bool or array of bool
        Whether any pair reaches the rate, t <= 1.
    """

    pi_1: Any
    pi_0: Any
    cost: Any
    feasible: Any


def least_cost_policy(*, t: Number, alpha: Number, beta: Number) -> AuditPolicy:
    r"""The pair :math:`(\pi_1, \pi_0)` that audits violators at rate `t` and compliant labs least.

    Minimises :math:`\alpha\pi_1 + (1-\alpha)\pi_0` subject to :math:`\beta\pi_1 + (1-\beta)\pi_0 \ge t`:
    a fractional knapsack that fills the signal with the larger likelihood ratio first. Where several
    pairs cost the same, the one with the fewest audits; at alpha = beta, pi_1 = pi_0 = t.

    Parameters
    ----------
    t : float or array
        Audit rate that violators must face: ``threshold("p_s", ...).value``, where there is one.
    alpha, beta : float or array, in [0, 1]
        Probability of a suspicious signal from a compliant lab and from a violator.

    Returns
    -------
    AuditPolicy

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    References
    ----------
    .. [1] Polinsky and Shavell (2000), The economic theory of public enforcement of law,
       J. Econ. Lit. 38:45-76 (the expected audit bill); the ordering is that of Neyman and Pearson.

    Examples
    --------
    >>> policy = least_cost_policy(t=0.75, alpha=0.25, beta=0.5)
    >>> policy.pi_1, policy.pi_0, policy.cost
    (1.0, 0.5, 0.625)
    """
    (t,) = check_finite(t=t)
    alpha, beta = check_unit(alpha=alpha, beta=beta)
    op = operations(t, alpha, beta)
    feasible = covers(1.0, t)
    rate = op.minimum(1.0, op.maximum(t, 0.0))
    # Fill the more telling signal; the less telling one takes what is left.
    telling = op.where(beta > alpha, beta, 1 - beta)
    first = op.share(rate, telling)
    second = op.share(rate - telling, 1 - telling)
    even = beta == alpha
    pi_1 = op.where(even, rate, op.where(beta > alpha, first, second))
    pi_0 = op.where(even, rate, op.where(beta > alpha, second, first))
    cost = alpha * pi_1 + (1 - alpha) * pi_0
    return AuditPolicy(
        pi_1=op.where(feasible, pi_1, math.nan),
        pi_0=op.where(feasible, pi_0, math.nan),
        cost=op.where(feasible, cost, math.nan),
        feasible=np.broadcast_to(feasible, cost.shape) if isinstance(cost, np.ndarray) else feasible,
    )


def _checked(P: Number, beta: Number, v_star: Number, c: Number) -> tuple[Number, ...]:
    return (
        check_range("P", P, NONNEGATIVE),
        check_range("beta", beta, UNIT),
        check_range("v_star", v_star, NONNEGATIVE),
        check_range("c", c, NONNEGATIVE),
    )


def _ratio(op: Any, P: Number, beta: Number, v_star: Number, c: Number) -> Number:
    return op.ratio(P * beta, op.maximum(v_star - c, 0.0), zero_by_zero=math.inf)


def _optimal(op: Any, P: Number, beta: Number, v_star: Number, c: Number) -> Number:
    rent = v_star - c
    return op.where(rent < 0, 0.0, op.share(P * beta, op.maximum(rent, 0.0)))


def _least_cost(op: Any, P: Number, beta: Number, v_star: Number, c: Number) -> Number:
    return op.share(v_star - c, P * beta)
