"""Repeated enforcement that grows harsher with every catch, and milder with time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence._checks import (
    Number,
    Range,
    check_finite,
    check_nonnegative,
    check_nonnegative_or_inf,
    check_range,
    check_unit,
)
from deterrence._compliance import TIE, covers
from deterrence.games._answer import Answer, plain, spelled, together

_DECAY = Range(float(np.nextafter(0.0, 1.0)), 1.0, "a number in (0, 1]")


@dataclass(frozen=True)
class DecayingEscalation(Answer):
    """What suspicion that grows with every catch and decays comes to.

    Attributes
    ----------
    e, d, theta_0, theta_1, c_0, q_bar, g, B : float or array
        The question: as for `decaying_escalation`.
    ceiling, peak : float or array
        Supremum of the excess after a step, and just before it decays.
    mean : float or array
        Stationary mean of the excess of a lab that always violates; where `saturates`, an upper bound.
    mean_at_least : float or array
        Lower bound of this mean; equal to it unless `saturates`.
    variance : float, None or array
        Stationary variance of the same excess; None, in arrays NaN, where `saturates`.
    saturates : bool or array of bool
        Whether the catch probability, not 0 at first, meets q_bar at an excess below the ceiling; then
        the stationary moments have no closed form.
    inert : bool or array of bool
        Whether no catch ever changes the catch probability.
    deterrence_excess : float or array
        Smallest excess at which the lab complies; 0 if it always does, infinite if it never does.
    catches : float or array
        Catches in a row, from no excess, until the lab complies; infinite if the excess never suffices.
    relapse : float or array
        Steps from there until it violates again; infinite if it always complies, 0 if it never does.
    """

    e: Any
    d: Any
    theta_0: Any
    theta_1: Any
    c_0: Any
    q_bar: Any
    g: Any
    B: Any
    ceiling: Any
    peak: Any
    mean: Any
    mean_at_least: Any
    variance: Any
    saturates: Any
    inert: Any
    deterrence_excess: Any
    catches: Any
    relapse: Any

    def _in_words(self) -> str:
        if self.deterrence_excess == 0:
            return "always complies"
        if math.isinf(self.deterrence_excess):
            return "never complies: no excess deters"
        needs = f"an excess of {self.deterrence_excess:.6g}"
        if math.isinf(self.catches):
            return f"never complies: that takes {needs}, which its ceiling of {self.ceiling:.6g} rules out"
        after, again = spelled(self.catches, "catch"), spelled(self.relapse, "step")
        return f"complies from {needs}, after {after} in a row; violates again after {again}"


def decaying_escalation(
    *,
    e: Number,
    d: Number,
    theta_0: Number,
    g: Number,
    B: Number,
    theta_1: Number = 0.0,
    c_0: Number = 0.0,
    q_bar: Number = 1.0,
) -> DecayingEscalation:
    r"""Escalation by a coefficient :math:`c_0 + x_t` that every catch raises and time brings down.

    The excess follows :math:`x_{t+1} = (1-d)(x_t + e)` after a catch and :math:`(1-d) x_t` otherwise,
    from :math:`x_0 = 0`. A violator is caught with probability
    :math:`\min(\bar q, \theta_0 + \theta_1 (c_0 + x_t))`, and a lab complies while this times B is at
    least g. Whether decay leaves lasting compliance depends on `c_0` alone: else every spell ends.

    Parameters
    ----------
    e : float or array, >= 0
        What a catch adds to the coefficient.
    d : float or array, in (0, 1]
        Share of the excess lost in each step.
    theta_0 : float or array, in [0, 1]
        Catch probability at coefficient 0.
    g : float or array, money
        Gain from violating for one step.
    B : float or array, money, >= 0
        Perceived punishment.
    theta_1 : float or array, >= 0
        Catch probability per unit of the coefficient.
    c_0 : float or array, >= 0
        Coefficient without any catch.
    q_bar : float or array, in [0, 1]
        Ceiling of the catch probability.

    Returns
    -------
    DecayingEscalation

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> answer = decaying_escalation(e=1.0, d=0.5, theta_0=0.25, theta_1=0.25, g=0.4, B=1.0)
    >>> answer.ceiling, round(answer.mean, 6), round(answer.deterrence_excess, 6)
    (1.0, 0.333333, 0.6)
    >>> answer.catches, answer.relapse, answer.saturates
    (2.0, 1.0, False)
    >>> print(answer)
    complies from an excess of 0.6, after 2 catches in a row; violates again after 1 step
    """
    e, theta_1, c_0, B = check_nonnegative(e=e, theta_1=theta_1, c_0=c_0, B=B)
    theta_0, q_bar = check_unit(theta_0=theta_0, q_bar=q_bar)
    d, (g,) = check_range("d", d, _DECAY), check_finite(g=g)
    op, *question = together(e, d, theta_0, theta_1, c_0, q_bar, g, B)
    e, d, theta_0, theta_1, c_0, q_bar, g, B = question
    ceiling = (1 - d) * e / d
    least, most = theta_0 + theta_1 * c_0, theta_0 + theta_1 * (c_0 + ceiling)
    base, top = op.minimum(q_bar, least), op.minimum(q_bar, most)
    saturates = op.where(covers(q_bar, most), False, (base < q_bar) & (base > 0))
    # The catch probability runs from `base` without excess to `top` at the ceiling; below q_bar, on a line.
    spread = (1 - top) + base
    caught = op.ratio(base, spread)
    variance = op.ratio(op.ratio(1 - top, spread), d * (d + 2 * (1 - d) * spread))
    feedback = theta_1 * ceiling
    bound = op.where(feedback < 1, op.minimum(q_bar, op.ratio(base, 1 - feedback)), q_bar)
    level = _deterrence_excess(theta_0, theta_1, c_0, q_bar, g, B, op)
    catches = consecutive_catches(x_bar=level, e=e, d=d)
    reached = _excess_after(op.where(catches < math.inf, catches, 0.0), ceiling, d, op)
    answer = (
        ceiling,
        e / d,
        ceiling * op.where(saturates, bound, caught),
        ceiling * caught,
        op.where(saturates, math.nan, ((1 - d) * e) * ((1 - d) * e) * caught * variance),
        saturates,
        top == base,
        level,
        catches,
        relapse_time(x_0=reached, x_bar=level, d=d),
    )
    return DecayingEscalation(*map(plain, (*question, *answer)))


def consecutive_catches(*, x_bar: Number, e: Number, d: Number) -> Number:
    r"""Catches in a row, from no excess, after which the excess is at least x_bar.

    After n of them it is :math:`\frac{(1-d)e}{d} (1 - (1-d)^n)`, which never reaches its supremum.

    Parameters
    ----------
    x_bar : float or array, >= 0, may be infinite
        Excess to be reached.
    e : float or array, >= 0
        What a catch adds.
    d : float or array, in (0, 1]
        Share of the excess lost in each step.

    Returns
    -------
    float or array
        Infinite where no number suffices.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> consecutive_catches(x_bar=0.75, e=1.0, d=0.5)
    2.0
    """
    (x_bar,), (e,) = check_nonnegative_or_inf(x_bar=x_bar), check_nonnegative(e=e)
    op, x_bar, e, d = together(x_bar, e, check_range("d", d, _DECAY))
    ceiling = (1 - d) * e / d
    within = op.where(covers(x_bar, ceiling), False, True)  # what rounding tells not from it is at it
    level, top = op.where(within, x_bar, 0.0), op.where(within, ceiling, 1.0)
    # Less the tolerance of a tie, which is wider than the rounding of the logarithm at whole powers.
    count = np.ceil(np.log1p(-level * (1 - TIE) / top) / np.log1p(-op.where(d < 1, d, 0.5)))
    return plain(op.where(x_bar == 0, 0.0, op.where(within, count, math.inf)))


def relapse_time(*, x_0: Number, x_bar: Number, d: Number) -> Number:
    r"""Steps until a lab that complies while its excess is at least x_bar violates again.

    The excess falls from x_0 by the factor 1 - d in each step; a tie complies.

    Parameters
    ----------
    x_0 : float or array, >= 0
        Excess now.
    x_bar : float or array, >= 0, may be infinite
        Smallest excess at which the lab complies.
    d : float or array, in (0, 1]
        Share of the excess lost in each step.

    Returns
    -------
    float or array
        0 where it violates now, infinite where x_bar = 0.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> relapse_time(x_0=0.8, x_bar=0.25, d=0.5)
    2.0
    """
    (x_0,), (x_bar,) = check_nonnegative(x_0=x_0), check_nonnegative_or_inf(x_bar=x_bar)
    op, x_0, x_bar, d = together(x_0, x_bar, check_range("d", d, _DECAY))
    complies = covers(x_0, x_bar)
    falls = complies & (x_bar > 0) & (d < 1)
    start, level = op.where(falls, x_0, 1.0), op.where(falls, x_bar, 1.0)
    count = np.floor(np.log(level * (1 - TIE) / start) / np.log1p(-op.where(falls, d, 0.5))) + 1
    steps = op.where(x_bar > 0, op.where(falls, count, 1.0), math.inf)
    return plain(op.where(complies, steps, 0.0))


def _excess_after(n: Any, ceiling: Any, d: Any, op: Any) -> Any:
    """Excess after n catches in a row."""
    return -ceiling * np.expm1(n * np.log1p(-op.where(d < 1, d, 0.5)))


def _deterrence_excess(theta_0: Any, theta_1: Any, c_0: Any, q_bar: Any, g: Any, B: Any, op: Any) -> Any:
    """Smallest excess at which the expected punishment reaches g."""
    least = op.minimum(q_bar, theta_0 + theta_1 * c_0)
    possible = covers(q_bar * B, g) & (theta_1 > 0)
    needed = op.ratio(op.maximum(g, 0.0), B)
    level = op.maximum(op.ratio(needed - theta_0, theta_1) - c_0, 0.0)
    return op.where(covers(least * B, g), 0.0, op.where(possible, level, math.inf))
