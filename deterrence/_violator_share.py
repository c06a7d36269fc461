"""Closed forms of the share of violators, for labs with uniform values and risk multipliers."""

from __future__ import annotations

from typing import Any

from deterrence._checks import Number, check_finite, check_nonnegative, check_unit
from deterrence._compliance import covers
from deterrence._market import in_order, ordered
from deterrence._numeric import operations


def cumulative_defection(*, x: Number, v_L: Number, v_H: Number) -> Number:
    r"""Integral A(x) of the probability to violate over the values up to x.

    A lab without a permit violates with probability :math:`(y - v_L)/(v_H - v_L)`, cut to [0, 1], if its
    value is y. Differences of A give the share of violators for uniform values.

    Parameters
    ----------
    x : float or array, money
        Upper end of the integral.
    v_L, v_H : float or array, money, v_L <= v_H
        `cut_off_value` at the least and at the largest risk multiplier.

    Returns
    -------
    float or array, money

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> cumulative_defection(x=2.0, v_L=0.5, v_H=1.5)
    1.0
    """
    (x,) = check_finite(x=x)
    v_L, v_H = _cut_offs(v_L, v_H)
    return ramp_integral(v_L, x, v_L, v_H, operations(x, v_L, v_H))


def limit_violator_share(*, kappa: Number, a: Number, b: Number, v_L: Number, v_H: Number) -> Number:
    r"""Violators per lab in a large market, :math:`\nu = (A(v^*) - A(a)) / (b-a)`, for uniform v and r.

    With :math:`v^* = b - (b-a)\kappa` and the A of `cumulative_defection`.

    Parameters
    ----------
    kappa : float or array, in [0, 1]
        Permits per lab, Q / N.
    a, b : float or array, money, a <= b
        Bounds of the values.
    v_L, v_H : float or array, money, v_L <= v_H
        `cut_off_value` at the least and at the largest risk multiplier.

    Returns
    -------
    float or array, in [0, 1]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> limit_violator_share(kappa=0.25, a=0.0, b=1.0, v_L=0.5, v_H=0.5)
    0.25
    """
    (kappa,) = check_unit(kappa=kappa)
    a, b = ordered(a=a, b=b)
    v_L, v_H = _cut_offs(v_L, v_H)
    op = operations(kappa, a, b, v_L, v_H)
    return _violating_share(1 - kappa, a, b, v_L, v_H, op)


def fixed_price_violation(*, v_p: Number, a: Number, b: Number, v_L: Number, v_H: Number) -> Number:
    r"""Probability that a lab violates at a fixed price, :math:`\theta = (A(\bar v) - A(a)) / (b-a)`.

    For uniform v and r, with :math:`\bar v` the purchase cut-off moved into [a, b] and the A of
    `cumulative_defection`. Labs are independent, so the number of violators is Bin(N, theta).

    Parameters
    ----------
    v_p : float or array, money, >= 0
        Value from which a lab buys: p by the letter of the specification, p + c if it buys for its rent.
    a, b : float or array, money, a <= b
        Bounds of the values.
    v_L, v_H : float or array, money, v_L <= v_H
        `cut_off_value` at the least and at the largest risk multiplier.

    Returns
    -------
    float or array, in [0, 1]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> fixed_price_violation(v_p=0.75, a=0.0, b=1.0, v_L=0.5, v_H=0.5)
    0.25
    """
    (v_p,) = check_nonnegative(v_p=v_p)
    a, b = ordered(a=a, b=b)
    v_L, v_H = _cut_offs(v_L, v_H)
    op = operations(v_p, a, b, v_L, v_H)
    below = op.share(v_p - a, b - a)
    return _violating_share(below, a, b, v_L, v_H, op)


def _violating_share(t: Number, a: Number, b: Number, v_L: Number, v_H: Number, op: Any) -> Number:
    """Share of labs that violate if those below the position t in [a, b] have no permit."""
    width = op.where(b > a, b - a, 1.0)  # positions (v - a) / (b - a), in which nothing cancels
    spread_out = ramp_integral(0.0, t, (v_L - a) / width, (v_H - a) / width, op)
    alike = op.where(covers(v_L, a), 0.0, 1.0)
    chance = op.share(a - v_L, v_H - v_L)
    one_value = t * op.where(v_H > v_L, chance, alike)
    return op.minimum(t, op.where(b > a, spread_out, one_value))


def ramp_integral(start: Number, end: Number, low: Number, high: Number, op: Any) -> Number:
    """Integral from start to end of the ramp that climbs from 0 at low to 1 at high."""
    left, right = op.maximum(start, low), op.minimum(end, high)
    width = op.where(high > low, high - low, 1.0)
    height = ((left - low) / width + (right - low) / width) / 2
    return op.maximum(right - left, 0.0) * height + op.maximum(end - op.maximum(start, high), 0.0)


def _cut_offs(v_L: Number, v_H: Number) -> list[Any]:
    return in_order(check_finite(v_L=v_L, v_H=v_H), "v_L", "v_H")
