"""Closed forms of violations: who violates, and how many where all labs share one risk multiplier.

`predict` integrates what has no closed form.
"""

from __future__ import annotations

import math

import numpy as np

from deterrence._binomial import binomial
from deterrence._checks import Number, check_counts, check_nonnegative, check_number, check_unit
from deterrence._compliance import covers
from deterrence._market import as_number, counts, ordered
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
    chance = op.share(g - least, spread)
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
