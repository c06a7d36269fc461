"""Closed forms of violations: who defects, how many, and their share in a large market.

They hold for labs whose values are uniform on [a, b] or enter through the distribution function alone.
`predict` integrates what has no closed form.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from deterrence._binomial import binomial
from deterrence._checks import (
    Number,
    check_counts,
    check_finite,
    check_nonnegative,
    check_nonnegative_or_inf,
    check_number,
    check_unit,
)
from deterrence._compliance import covers
from deterrence._market import as_number, counts, in_order, ordered
from deterrence._numeric import operations, weigh


def cut_off_value(*, r: Number, D: Number, c: Number = 0.0, V: Number = 0.0) -> Number:
    r"""Value above which a lab without a permit violates, :math:`\hat v = c - V + rD`.

    Under the gain rule min(p, v - c) + V and truthful bids. At the least and the largest multiplier it is
    :math:`v_L` and :math:`v_H`, between which a lab's multiplier decides.

    Parameters
    ----------
    r : float or array, >= 0
        Risk multiplier.
    D : float or array, money, >= 0
        Expected punishment before the risk multiplier, p_eff P.
    c, V : float or array, money, >= 0
        Cost of a run, and racing value.

    Returns
    -------
    float or array, money
        Negative where every lab without a permit violates.

    Raises
    ------
    ParameterError
        If an argument is negative or not a number.

    Examples
    --------
    >>> cut_off_value(r=1.5, D=0.5, c=0.25, V=0.125)
    0.875
    """
    r, D, c, V = check_nonnegative(r=r, D=D, c=c, V=V)
    return c - V + r * D


def defection_probability(*, g: Number, D: Number, r0: Number, r1: Number) -> Number:
    r"""Probability that a lab without a permit violates, for multipliers uniform on :math:`[r_0, r_1]`.

    :math:`\delta(g) = \Pr(rD < g)`, that is :math:`(g/D - r_0)/(r_1 - r_0)` cut to [0, 1].

    Parameters
    ----------
    g : float or array, money
        Gain from running without a permit.
    D : float or array, money, >= 0
        Expected punishment before the risk multiplier, p_eff P.
    r0, r1 : float or array, 0 <= r0 <= r1
        Bounds of the multiplier; equal if all labs share one.

    Returns
    -------
    float or array, in [0, 1]
        0 where g <= 0. With one multiplier 1 or 0 by `complies`, so a tie complies.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> defection_probability(g=0.75, D=0.5, r0=1.0, r1=2.0)
    0.5
    """
    (g,) = check_number(g=g)
    (D,) = check_nonnegative(D=D)
    r0, r1 = ordered(r0=r0, r1=r1)
    op = operations(g, D, r0, r1)
    least, spread = r0 * D, (r1 - r0) * D
    chance = op.minimum(1.0, op.maximum(0.0, op.ratio(g - least, spread)))
    alike = op.where(covers(least, g), 0.0, 1.0)
    return op.where(g <= 0, 0.0, op.where(spread > 0, chance, alike))


def violator_pmf(*, j: Number, N: Number, Q: Number, u_hat: Number) -> Number:
    r"""Probability of j violators where all labs share one risk multiplier.

    The labs above the cut-off :math:`\hat v` number :math:`\hat M \sim \mathrm{Bin}(N, 1-\hat u)`. The
    permits go to the best of them first, so :math:`n_V = (\hat M - Q)^+`.

    Parameters
    ----------
    j : int or array of int
        Number of violators, at least 0.
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.
    u_hat : float or array, in [0, 1]
        Quantile of the cut-off, F(v_hat).

    Returns
    -------
    float or array, in [0, 1]
        Sums to 1 over j = 0, ..., N - Q.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> [round(violator_pmf(j=j, N=2, Q=1, u_hat=0.5), 12) for j in (0, 1, 2)]
    [0.75, 0.25, 0.0]
    """
    from scipy.special import betainc

    check_counts(0, j=j)
    j, u_hat = check_nonnegative(j=j) + check_unit(u_hat=u_hat)
    N, Q = counts(N, Q)
    op = operations(j, N, Q, u_hat)
    losers = op.maximum(N - Q, 0)
    # In labs below the cut-off, as u_hat is their probability.
    none = op.where(losers == 0, 1.0, betainc(op.maximum(losers, 1), Q + 1, u_hat))
    some = binomial(losers - j, N, u_hat, 1 - u_hat)
    return as_number(op.where(j == 0, none, some))


def violator_mean(*, N: Number, Q: Number, u_hat: Number) -> Number:
    r"""Expected number of violators where all labs share one multiplier, :math:`E[(\hat M - Q)^+]`.

    With :math:`\hat M \sim \mathrm{Bin}(N, 1-\hat u)`, as in `violator_pmf`.

    Parameters
    ----------
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.
    u_hat : float or array, in [0, 1]
        Quantile of the cut-off, F(v_hat).

    Returns
    -------
    float or array, in [0, N - Q]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> round(violator_mean(N=2, Q=1, u_hat=0.5), 12)
    0.25
    """
    (u_hat,) = check_unit(u_hat=u_hat)
    N, Q = counts(N, Q)
    return as_number(np.vectorize(_mean_excess, otypes=[float])(N, Q, u_hat))


def _mean_excess(N: int, Q: int, u: float) -> float:
    """Mean of (N - Q - X)^+ for X ~ Bin(N, u): a sum of positive terms over those that count."""
    losers = N - Q
    if losers <= 0:
        return 0.0
    reach = 40 * math.sqrt(N * u * (1 - u)) + 40  # in this many deviations nothing of note is left out
    top = min(losers - 1, math.floor(N * u + reach))
    bottom = max(0, math.floor(min(top, N * u) - reach))
    below = np.arange(bottom, top + 1)
    return float(weigh(losers - below, binomial(below, N, u, 1 - u)))


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
    below = op.minimum(1.0, op.ratio(op.maximum(v_p - a, 0.0), b - a))
    return _violating_share(below, a, b, v_L, v_H, op)


def price_rule_mean(*, N: Number, Q: Number, u_hat: Number) -> Number:
    r"""Expected number of violators under the gain rule p + V where all labs share one multiplier.

    Every lab without a permit has the same gain, so that all violate if the price is above
    :math:`\hat v - c`, and none otherwise: :math:`(N-Q)\,I_{1-\hat u}(Q, N-Q+1)`.

    Parameters
    ----------
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.
    u_hat : float or array, in [0, 1]
        Quantile of the cut-off, F(v_hat), at which the price is just deterred.

    Returns
    -------
    float or array, in [0, N - Q]
        N where Q = 0, as the price is infinite; 0 where Q >= N. It holds where every lab has a rent.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> round(price_rule_mean(N=2, Q=1, u_hat=0.5), 12)   # one loser, if the better lab is above
    0.75
    """
    from scipy.special import betaincc

    (u_hat,) = check_unit(u_hat=u_hat)
    N, Q = counts(N, Q)
    op = operations(N, Q, u_hat)
    losers, some = op.maximum(N - Q, 0.0), op.maximum(Q, 1)
    dear = op.where(Q == 0, 1.0, betaincc(losers + 1, some, u_hat))  # of u_hat, not of 1 - u_hat
    return as_number(losers * dear)


def price_rule_violation(
    *, share: Number, p: Number, D: Number, r0: Number, r1: Number, V: Number = 0.0
) -> Number:
    r"""Violators per lab under the gain rule p + V, for multipliers uniform on :math:`[r_0, r_1]`.

    The share of labs without a permit times :math:`\delta(p+V)` of `defection_probability`.

    Parameters
    ----------
    share : float or array, in [0, 1]
        Labs without a permit per lab: 1 - kappa in a large market under a cap, F(v_p) at a fixed price.
    p : float or array, money, >= 0, may be infinite
        Permit price; infinite where there are no permits.
    D, V : float or array, money, >= 0
        Expected punishment before the risk multiplier, and racing value.
    r0, r1 : float or array, 0 <= r0 <= r1
        Bounds of the multiplier; equal if all labs share one.

    Returns
    -------
    float or array, in [0, 1]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> price_rule_violation(share=0.5, p=0.75, D=0.5, r0=1.0, r1=2.0)
    0.25
    """
    (share,) = check_unit(share=share)
    (p,) = check_nonnegative_or_inf(p=p)
    (V,) = check_nonnegative(V=V)
    return share * defection_probability(g=p + V, D=D, r0=r0, r1=r1)


def conditional_violator_pmf(*, j: Number, N: Number, Q: Number, h: Number) -> Number:
    r"""Probability of j violators given the price, :math:`n_V \mid p \sim \mathrm{Bin}(N-Q, h)`.

    Given the price of a cap that binds, the N - Q labs without a permit are independent.

    Parameters
    ----------
    j : int or array of int
        Number of violators, at least 0.
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.
    h : float or array, in [0, 1]
        Probability that one of them violates: under the gain rule p + V it is :math:`\delta(p+V)`, as
        `defection_probability`.

    Returns
    -------
    float or array, in [0, 1]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> round(conditional_violator_pmf(j=1, N=4, Q=2, h=0.25), 12)
    0.375
    """
    check_counts(0, j=j)
    j, h = check_nonnegative(j=j) + check_unit(h=h)
    N, Q = counts(N, Q)
    losers = operations(N, Q).maximum(N - Q, 0.0)
    return as_number(binomial(j, losers, h, 1 - h))


def violator_variance(*, N: Number, Q: Number, h: Number, rho: Number) -> Number:
    r"""Variance of the number of violators, :math:`(N-Q)\,E[h](1-E[h])\,(1 + (N-Q-1)\rho)`.

    Given the price each of the N - Q labs without a permit violates with probability h, independently. The
    price moves them together: :math:`\rho = \operatorname{Var}(h) / (E[h](1-E[h]))` is the correlation
    between two of them.

    Parameters
    ----------
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.
    h : float or array, in [0, 1]
        Mean over prices of the probability that a lab without a permit violates.
    rho : float or array, in [0, 1]
        Correlation between the violations of two labs without a permit.

    Returns
    -------
    float or array, >= 0

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> violator_variance(N=6, Q=2, h=0.5, rho=0.0)   # binomial
    1.0
    >>> violator_variance(N=6, Q=2, h=0.5, rho=1.0)   # all or none
    4.0
    """
    h, rho = check_unit(h=h, rho=rho)
    N, Q = counts(N, Q)
    op = operations(N, Q, h, rho)
    losers = op.maximum(N - Q, 0.0)
    return losers * h * (1 - h) * (1 + (op.maximum(losers, 1.0) - 1) * rho)


def _violating_share(t: Number, a: Number, b: Number, v_L: Number, v_H: Number, op: Any) -> Number:
    """Share of labs that violate if those below the position t in [a, b] have no permit."""
    width = op.where(b > a, b - a, 1.0)  # positions (v - a) / (b - a), in which nothing cancels
    spread_out = ramp_integral(0.0, t, (v_L - a) / width, (v_H - a) / width, op)
    alike = op.where(covers(v_L, a), 0.0, 1.0)
    chance = op.minimum(1.0, op.maximum(0.0, op.ratio(a - v_L, v_H - v_L)))
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
