"""What labs learn from their own record: when a Bayesian lab stops violating, and what pooling hides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from deterrence._checks import Number, check_counts, check_finite, check_nonnegative, check_one, check_unit
from deterrence._compliance import TIE, covers
from deterrence.games._answer import Answer, spelled, together
from deterrence.games._passage import NEGLIGIBLE, first_passage, lundberg


@dataclass(frozen=True)
class Stopping(Answer):
    r"""Whether, and after how many violations, a Bayesian lab stops violating.

    Attributes
    ----------
    p_eff, t, a_0, b_0 : float or array
        The question, as given to `stopping`.
    h : float or array
        What the prior falls short of, :math:`h = t(a_0 + b_0) - a_0`: the lab violates at first iff h > 0.
    theta : float or array, >= 0, may be infinite
        Lundberg's exponent: the positive root of
        :math:`p e^{\theta(1-t)} + (1-p) e^{-\theta t} = 1` where p_eff < t; 0 where p_eff >= t.
    lower, upper : float or array, in [0, 1]
        Lundberg's bounds on the probability, :math:`e^{-\theta(h+1-t)}` and :math:`e^{-\theta h}`.
    probability : float or array, in [0, 1]
        Probability that the lab ever stops.
    error : float or array, >= 0
        Bound on the relative error of `probability` by cutting the recursion short, below rounding unless
        p_eff is within about 0.01 of t.
    violations : float or array, >= 0, may be infinite
        Expected number of violations; infinite where p_eff <= t.
    violations_error : float or array, >= 0
        Bound on the relative error of `violations` by cutting the recursion short.
    """

    p_eff: Any
    t: Any
    a_0: Any
    b_0: Any
    h: Any
    theta: Any
    lower: Any
    upper: Any
    probability: Any
    error: Any
    violations: Any
    violations_error: Any

    def _in_words(self) -> str:
        if self.violations == 0:
            return "never violates"
        stops = f"stops with probability {self.probability:.6g}"
        if self.theta == 0:
            return f"{stops}, after {spelled(self.violations, 'violation')} on average"
        bounds = f" (Lundberg's bounds: {self.lower:.6g} to {self.upper:.6g})" if self.upper > 0 else ""
        return f"{stops}{bounds}"


class _Answer(NamedTuple):
    """What is computed for one lab."""

    h: float
    theta: float = 0.0
    lower: float = 1.0
    upper: float = 1.0
    probability: float = 1.0
    error: float = 0.0
    violations: float = math.inf
    violations_error: float = 0.0


def stopping(*, p_eff: Number, t: Number, a_0: Number, b_0: Number) -> Stopping:
    r"""Whether a Bayesian lab that sees only its own outcomes ever stops violating.

    The lab believes that a violation is detected with a probability that is Beta(a_0, b_0) distributed.
    After n violations and k catches its estimate is :math:`(a_0 + k)/(a_0 + b_0 + n)`; it violates once
    more iff that is below t = g/B. A lab that complies does not run, and learns nothing: stopping is
    for good. At p_eff >= t it stops with probability 1. At p_eff < t it ought not to, but stops with
    positive probability all the same (incomplete learning [1]_, a self-confirming error [2]_), which
    Lundberg's inequality bounds [3]_.

    The probability is :math:`E[e^{-\theta S}]` over the excess S of catches over t times violations at
    which the lab stops if violations are detected with probability :math:`p\,e^{\theta(1-t)} > t`
    instead. It is summed over numbers of violations and of catches until all but 1e-17 has stopped, or
    for 131,072 violations.

    Parameters
    ----------
    p_eff : float or array, in [0, 1]
        Probability that a violation is detected.
    t : float or array
        Detection probability that deters, g/B.
    a_0, b_0 : float or array, >= 0
        Prior weights of detection and of its opposite; a lab with neither has no doubt to act on, and
        never starts.

    Returns
    -------
    Stopping

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Notes
    -----
    Ties stop, with the tolerance of `deterrence.complies`. An estimate never reaches 1, so that for
    t >= 1 a lab that starts never stops, whatever p_eff. A call with t within 0.01 of p_eff takes about
    a second, for each point.

    References
    ----------
    .. [1] Rothschild (1974), A two-armed bandit theory of market pricing, J. Econ. Theory 9:185-202.
    .. [2] Fudenberg and Levine (1993), Self-confirming equilibrium, Econometrica 61:523-545.
    .. [3] Asmussen and Albrecher (2010), Ruin Probabilities.

    Examples
    --------
    >>> lab = stopping(p_eff=0.25, t=0.5, a_0=1.0, b_0=2.0)
    >>> round(lab.probability, 12)  # one catch more than the violations that go undetected
    0.333333333333
    >>> print(stopping(p_eff=0.75, t=0.5, a_0=1.0, b_0=2.0))
    stops with probability 1, after 2 violations on average
    """
    (p_eff,), (t,) = check_unit(p_eff=p_eff), check_finite(t=t)
    a_0, b_0 = check_nonnegative(a_0=a_0, b_0=b_0)
    _, *question = together(p_eff, t, a_0, b_0)
    if isinstance(question[0], np.ndarray):
        answer = _Answer(*np.vectorize(_one_lab, otypes=[float] * len(_Answer._fields))(*question))
    else:
        answer = _one_lab(*question)
    return Stopping(*question, **answer._asdict())


def stopping_times(*, p_eff: float, t: float, a_0: float, b_0: float, horizon: int) -> Any:
    """Distribution of the number of violations after which a Bayesian lab stops.

    Parameters
    ----------
    p_eff, t, a_0, b_0 : float
        As for `stopping`.
    horizon : int, >= 0
        Largest number of violations.

    Returns
    -------
    array of shape (horizon + 1,), in [0, 1]
        Probability that the lab stops after exactly 0, 1, ... violations. What its sum lacks to 1 is the
        probability that the lab is still violating after `horizon` violations.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> stopping_times(p_eff=0.25, t=0.5, a_0=1.0, b_0=2.0, horizon=3)
    array([0.      , 0.25    , 0.      , 0.046875])
    """
    check_one(p_eff=p_eff, t=t, a_0=a_0, b_0=b_0, horizon=horizon)
    (p,), (t,) = check_unit(p_eff=p_eff), check_finite(t=t)
    a, b = check_nonnegative(a_0=a_0, b_0=b_0)
    check_counts(0, horizon=horizon)
    times = np.zeros(horizon + 1)
    if covers(a, t * (a + b)):
        times[0] = 1.0
    elif t < 1:
        walk = first_passage(p, 1 - p, t, a, b, negligible=0.0, most=horizon)
        times[walk.violations.astype(np.int64)] = walk.mass
    return times


@dataclass(frozen=True)
class PooledEstimate(Answer):
    """What a lab believes in the long run that pools all checks of its runs, permitted or not.

    Attributes
    ----------
    w, q_f, p_eff, t : float or array
        The question, as given to `pooled_estimate`.
    limit : float or array, in [0, 1]
        Limit of its estimate of p_eff.
    bias : float or array, in [-1, 1]
        `limit` less p_eff.
    self_confirming : bool or array of bool
        Whether the error lasts: on this estimate the lab violates, and so learns no better, though at
        p_eff it would comply.
    """

    w: Any
    q_f: Any
    p_eff: Any
    t: Any
    limit: Any
    bias: Any
    self_confirming: Any

    def _in_words(self) -> str:
        truth = f"believes p_eff = {self.p_eff:.6g} to be {self.limit:.6g}"
        return f"{truth}, a self-confirming error" if self.self_confirming else truth


def pooled_estimate(*, w: Number, q_f: Number, p_eff: Number, t: Number) -> PooledEstimate:
    r"""Long-run estimate of a lab that pools all checks of its runs, permitted or not.

    It takes the share of its runs that were checked for the probability that a violation is detected.
    By the law of large numbers that share tends to :math:`w\,p_{\mathrm{eff}} + (1-w)\,q_f`. Since signals
    are there to spare compliant labs, it errs on the low side, and what it does may never tell it so: a
    self-confirming equilibrium [1]_.

    Parameters
    ----------
    w : float or array, in [0, 1]
        Share of violations among its runs, if it violates whenever it has no permit.
    q_f, p_eff : float or array, in [0, 1]
        Probability that a permitted run is checked, and that a violation is detected.
    t : float or array
        Detection probability that deters, g/B.

    Returns
    -------
    PooledEstimate

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    References
    ----------
    .. [1] Fudenberg and Levine (1993), Self-confirming equilibrium, Econometrica 61:523-545.

    Examples
    --------
    >>> lab = pooled_estimate(w=0.25, q_f=0.25, p_eff=0.75, t=0.5)
    >>> lab.limit, lab.bias, lab.self_confirming
    (0.375, -0.375, True)
    """
    w, q_f, p_eff = check_unit(w=w, q_f=q_f, p_eff=p_eff)
    (t,) = check_finite(t=t)
    op, w, q_f, p_eff, t = together(w, q_f, p_eff, t)
    limit = w * p_eff + (1 - w) * q_f
    mistaken = op.where(covers(limit, t), False, covers(p_eff, t))
    return PooledEstimate(w, q_f, p_eff, t, limit, (1 - w) * (q_f - p_eff) + 0.0, mistaken)


def _one_lab(p: float, t: float, a: float, b: float) -> _Answer:
    h, barely = t * (a + b) - a, TIE * t * (a + b)
    if covers(a, t * (a + b)):
        return _Answer(h, violations=0.0)
    if t >= 1 or p == 0:
        return _Answer(h, math.inf, 0.0, 0.0, 0.0)
    # If a miss costs a whole number of catches the walk climbs by one unit at a time, and so it does if
    # there are no misses.
    misses = t / (1 - t)
    whole = p == 1 or abs(misses - round(misses)) <= TIE * misses
    units = math.ceil((h - barely) / (1 - t)) if whole else None
    if p >= t:
        mean, error = (math.inf, 0.0) if p == t else _mean_violations(p, t, a, b, units)
        return _Answer(h, violations=mean, violations_error=error)
    theta = lundberg(p, t)
    lower, upper = math.exp(-theta * (h + 1 - t)), math.exp(-theta * h)
    if units is not None:
        climbs_one = p / (1 - p) if t == 0.5 else math.exp(-theta * (1 - t))
        return _Answer(h, theta, lower, upper, climbs_one**units)
    if upper == 0:
        return _Answer(h, theta, lower, upper, 0.0)
    tilted, clean = p * math.exp(theta * (1 - t)), (1 - p) * math.exp(-theta * t)
    walk = first_passage(tilted, clean, t, a, b, negligible=NEGLIGIBLE * math.exp(-theta * (1 - t)))
    reached = float(walk.mass @ np.exp(-theta * (walk.catches - t * walk.violations)))
    # Whoever has not stopped yet will do so somewhere between the bounds.
    probability = reached + walk.rest * (lower + upper) / 2
    error = walk.rest * (upper - lower) / 2 / probability if probability > 0 else 0.0
    return _Answer(h, theta, lower, upper, min(probability, 1.0), error)


def _mean_violations(p: float, t: float, a: float, b: float, units: int | None) -> tuple[float, float]:
    """By Wald's identity: the mean excess at the stop over the mean excess of one violation."""
    if units is not None:
        return units * (1 - t) / (p - t), 0.0
    walk = first_passage(p, 1 - p, t, a, b, negligible=NEGLIGIBLE)
    reached = float(walk.mass @ (walk.catches - t * walk.violations))
    mean = reached + walk.rest * (t * (a + b) - a + (1 - t) / 2)
    return mean / (p - t), walk.rest * (1 - t) / 2 / mean
