"""Closed forms of the permit market: price, who is without a permit, who violates, and the aggregates.

They hold for labs whose values are uniform on [a, b] or enter through the distribution function alone.
`predict` integrates what has no closed form.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from deterrence._checks import (
    Number,
    ParameterError,
    Problem,
    check_counts,
    check_finite,
    check_nonnegative,
    check_nonnegative_or_inf,
    check_number,
    check_unit,
)
from deterrence._compliance import covers
from deterrence._market_states import binomial
from deterrence._numeric import operations


def clearing_price_cdf(*, F: Number, N: Number, Q: Number) -> Number:
    r"""Probability that the clearing price is at most y, :math:`I_F(N-Q+1, Q)` at :math:`F = F(y+c)`.

    The price is v* - c with v* the Q-th largest of N values, and F(v*) is Beta(N-Q+1, Q) [1]_.

    Parameters
    ----------
    F : float or array, in [0, 1]
        Distribution function of the values at y + c, y >= 0.
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.

    Returns
    -------
    float or array, in [0, 1]
        NaN where Q = 0, as there is no price; 1 where Q >= N, as the price is 0.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    References
    ----------
    .. [1] David and Nagaraja (2003), Order Statistics.

    Examples
    --------
    >>> round(clearing_price_cdf(F=0.5, N=3, Q=2), 12)   # the median of three
    0.5
    """
    from scipy.special import betainc

    (F,) = check_unit(F=F)
    N, Q = _counts(N, Q)
    op = operations(F, N, Q)
    some = op.minimum(op.maximum(Q, 1), N)
    value = betainc(N - some + 1, some, F)
    return _number(op.where(Q >= N, 1.0, op.where(Q == 0, math.nan, value)))


def clearing_price_mean(*, N: Number, Q: Number, a: Number, b: Number, c: Number = 0.0) -> Number:
    r"""Expected clearing price for uniform values, :math:`a - c + (b-a)(N-Q+1)/(N+1)`.

    Parameters
    ----------
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.
    a, b : float or array, money, a <= b
        Bounds of the values.
    c : float or array, money, in [0, a]
        Cost of a run: every lab has a rent.

    Returns
    -------
    float or array, money
        0 where Q >= N, as the cap is slack; NaN where Q = 0, as there is no price.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> clearing_price_mean(N=3, Q=1, a=0.5, b=1.5, c=0.25)
    1.0
    """
    N, Q = _counts(N, Q)
    a, b, c = _values(a, b, c)
    op = operations(N, Q, a, b, c)
    value = (a - c) + (b - a) * (N - Q + 1) / (N + 1)
    return op.where(Q >= N, 0.0, op.where(Q == 0, math.nan, value))


def clearing_price_variance(*, N: Number, Q: Number, a: Number, b: Number) -> Number:
    r"""Variance of the clearing price for uniform values, :math:`(b-a)^2 \frac{Q(N-Q+1)}{(N+1)^2(N+2)}`.

    Parameters and errors as for `clearing_price_mean`; it holds where every lab has a rent.

    Returns
    -------
    float or array, money squared
        0 where Q >= N; NaN where Q = 0.

    Examples
    --------
    >>> clearing_price_variance(N=3, Q=1, a=0.0, b=4.0)
    0.6
    """
    N, Q = _counts(N, Q)
    a, b = _ordered(a=a, b=b)
    op = operations(N, Q, a, b)
    share = (N - Q + 1) / (N + 1)
    value = (b - a) * (b - a) * (Q / (N + 1)) * share / (N + 2)
    return op.where(Q >= N, 0.0, op.where(Q == 0, math.nan, value))


def limit_price(*, kappa: Number, a: Number, b: Number, c: Number = 0.0) -> Number:
    r"""Clearing price of a large market with uniform values, :math:`\max(0, b - (b-a)\kappa - c)`.

    Parameters
    ----------
    kappa : float or array, in [0, 1]
        Permits per lab, Q / N.
    a, b : float or array, money, a <= b
        Bounds of the values.
    c : float or array, money, >= 0
        Cost of a run.

    Returns
    -------
    float or array, money
        0 where kappa = 1; NaN where kappa = 0.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> limit_price(kappa=0.25, a=0.0, b=1.0, c=0.25)
    0.5
    """
    (kappa,) = check_unit(kappa=kappa)
    (c,) = check_nonnegative(c=c)
    a, b = _ordered(a=a, b=b)
    op = operations(kappa, a, b, c)
    value = op.maximum(0.0, a - c + (b - a) * (1 - kappa))
    return op.where(kappa == 1, 0.0, op.where(kappa == 0, math.nan, value))


def unpermitted_probability(*, u: Number, N: Number, Q: Number) -> Number:
    r"""Probability that a lab at quantile u gets no permit, :math:`\ell(u) = I_{1-u}(Q, N-Q)`.

    It gets none if at least Q of the other N - 1 labs are above it.

    Parameters
    ----------
    u : float or array, in [0, 1]
        Quantile of the lab's value, F(v).
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.

    Returns
    -------
    float or array, in [0, 1]
        1 where Q = 0, and 0 where Q >= N.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> round(unpermitted_probability(u=0.5, N=3, Q=1), 12)   # one of two others is above
    0.75
    """
    from scipy.special import betaincc

    (u,) = check_unit(u=u)
    N, Q = _counts(N, Q)
    op = operations(u, N, Q)
    losers, some = op.maximum(N - Q, 1), op.maximum(Q, 1)
    value = betaincc(losers, some, u)  # of u, not of 1 - u, which would round
    return _number(op.where(Q >= N, 0.0, op.where(Q == 0, 1.0, value)))


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
    r0, r1 = _ordered(r0=r0, r1=r1)
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
    N, Q = _counts(N, Q)
    op = operations(j, N, Q, u_hat)
    losers = op.maximum(N - Q, 0)
    # In labs below the cut-off, as u_hat is their probability.
    none = op.where(losers == 0, 1.0, betainc(op.maximum(losers, 1), Q + 1, u_hat))
    some = binomial(losers - j, N, u_hat, 1 - u_hat)
    return _number(op.where(j == 0, none, some))


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
    N, Q = _counts(N, Q)
    return _number(np.vectorize(_mean_excess, otypes=[float])(N, Q, u_hat))


def _mean_excess(N: int, Q: int, u: float) -> float:
    """Mean of (N - Q - X)^+ for X ~ Bin(N, u): a sum of positive terms over those that count."""
    losers = N - Q
    if losers <= 0:
        return 0.0
    reach = 40 * math.sqrt(N * u * (1 - u)) + 40  # in this many deviations nothing of note is left out
    top = min(losers - 1, math.floor(N * u + reach))
    bottom = max(0, math.floor(min(top, N * u) - reach))
    below = np.arange(bottom, top + 1)
    return float((losers - below) @ binomial(below, N, u, 1 - u))


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
    return _defection_between(v_L, x, v_L, v_H, operations(x, v_L, v_H))


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
    a, b = _ordered(a=a, b=b)
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
    a, b = _ordered(a=a, b=b)
    v_L, v_H = _cut_offs(v_L, v_H)
    op = operations(v_p, a, b, v_L, v_H)
    below = op.minimum(1.0, op.ratio(op.maximum(v_p - a, 0.0), b - a))
    return _violating_share(below, a, b, v_L, v_H, op)


def fixed_price_permits(*, N: Number, v_p: Number, a: Number, b: Number) -> Number:
    r"""Expected permits at a fixed price for uniform values, :math:`N (b - \bar v) / (b - a)`.

    Parameters
    ----------
    N : int or array of int
        Labs, at least 1.
    v_p : float or array, money, >= 0
        Value from which a lab buys, as in `fixed_price_violation`; :math:`\bar v` is v_p moved into [a, b].
    a, b : float or array, money, a <= b
        Bounds of the values.

    Returns
    -------
    float or array, in [0, N]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> fixed_price_permits(N=20, v_p=0.75, a=0.0, b=1.0)
    5.0
    """
    check_counts(1, N=N)
    N, v_p = check_nonnegative(N=N, v_p=v_p)
    a, b = _ordered(a=a, b=b)
    op = operations(N, v_p, a, b)
    above = op.minimum(1.0, op.ratio(op.maximum(b - v_p, 0.0), b - a))
    return N * op.where(v_p <= a, 1.0, above)


def permit_rent(*, N: Number, Q: Number, a: Number, b: Number, c: Number = 0.0) -> Number:
    r"""Expected total rent of the permit holders for uniform values.

    :math:`Q \left(a - c + (b-a)\left(1 - \frac{Q+1}{2(N+1)}\right)\right)`, with N in place of a larger Q.

    Parameters and errors as for `clearing_price_mean`.

    Returns
    -------
    float or array, money

    Examples
    --------
    >>> permit_rent(N=3, Q=1, a=0.5, b=1.5, c=0.25)
    1.0
    """
    N, Q = _counts(N, Q)
    a, b, c = _values(a, b, c)
    op = operations(N, Q, a, b, c)
    sold = op.minimum(Q, N)
    return sold * ((a - c) + (b - a) * ((2 * N + 1 - sold) / (2 * (N + 1))))


def expected_audits(*, n_P: Number, n_V: Number, p_f: Number, p_s: Number) -> Number:
    r"""Expected signal-triggered audits, :math:`p_f\,E[n_P] + p_s\,E[n_V]`.

    Parameters
    ----------
    n_P, n_V : float or array, >= 0
        Expected permit holders and violators: the labs that run.
    p_f, p_s : float or array, in [0, 1]
        Audit probability of a compliant running lab and of a violator.

    Returns
    -------
    float or array, >= 0

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> expected_audits(n_P=10.0, n_V=4.0, p_f=0.25, p_s=0.5)
    4.5
    """
    n_P, n_V = check_nonnegative(n_P=n_P, n_V=n_V)
    p_f, p_s = check_unit(p_f=p_f, p_s=p_s)
    return p_f * n_P + p_s * n_V


def expected_checks(*, n_P: Number, n_V: Number, q_f: Number, p_eff: Number) -> Number:
    r"""Expected audits and backchecks, :math:`q_f\,E[n_P] + p_{\mathrm{eff}}\,E[n_V]`.

    With the check rate q_f of a compliant running lab and the detection rate p_eff of a violator;
    parameters, returns and errors otherwise as for `expected_audits`.

    Examples
    --------
    >>> expected_checks(n_P=10.0, n_V=4.0, q_f=0.5, p_eff=0.75)
    8.0
    """
    n_P, n_V = check_nonnegative(n_P=n_P, n_V=n_V)
    q_f, p_eff = check_unit(q_f=q_f, p_eff=p_eff)
    return q_f * n_P + p_eff * n_V


def expected_catches(*, n_V: Number, p_eff: Number) -> Number:
    r"""Expected violators found, :math:`p_{\mathrm{eff}}\,E[n_V]`.

    Parameters, returns and errors as for `expected_checks`.

    Examples
    --------
    >>> expected_catches(n_V=4.0, p_eff=0.75)
    3.0
    """
    (n_V,) = check_nonnegative(n_V=n_V)
    (p_eff,) = check_unit(p_eff=p_eff)
    return p_eff * n_V


def expected_penalties(*, n_V: Number, p_eff: Number, penalty: Number) -> Number:
    r"""Expected money collected from violators, the penalty times the expected catches.

    `penalty` is what a catch moves, `collected_penalty` or `posted_penalty`: never multiplied by r, and
    without reputation. Parameters, returns and errors otherwise as for `expected_checks`.

    Examples
    --------
    >>> expected_penalties(n_V=4.0, p_eff=0.75, penalty=2.0)
    6.0
    """
    (penalty,) = check_nonnegative(penalty=penalty)
    return penalty * expected_catches(n_V=n_V, p_eff=p_eff)


def expected_revenue(*, p: Number, n_P: Number) -> Number:
    r"""Expected revenue from permits, :math:`Q\,E[p]` under a cap or :math:`p\,E[n_P]` at a fixed price.

    Parameters
    ----------
    p : float or array, money, >= 0, may be infinite
        Expected price; infinite where there are no permits.
    n_P : float or array, >= 0
        Expected permits.

    Returns
    -------
    float or array, money
        0 where no permit is sold.

    Raises
    ------
    ParameterError
        If an argument is negative or not a number.

    Examples
    --------
    >>> expected_revenue(p=0.5, n_P=10)
    5.0
    """
    (n_P,) = check_nonnegative(n_P=n_P)
    (p,) = check_nonnegative_or_inf(p=p)
    return operations(p, n_P).where(n_P == 0, 0.0, p) * n_P


def compliance_rate(*, n_V: Number, N: Number) -> Number:
    r"""Expected share of all labs that do not violate, :math:`1 - E[n_V] / N`.

    Parameters
    ----------
    n_V : float or array, in [0, N]
        Expected violators.
    N : int or array of int
        Labs, at least 1.

    Returns
    -------
    float or array, in [0, 1]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> compliance_rate(n_V=5.0, N=20)
    0.75
    """
    check_counts(1, N=N)
    n_V, N = _ordered(n_V=n_V, N=N)
    return (N - n_V) / N


def expected_welfare(
    *, rents: Number, n_V: Number, checks: Number, V: Number = 0.0, H: Number = 0.0, k: Number = 0.0
) -> Number:
    r"""Expected welfare: rents, plus :math:`(V-H)\,E[n_V]`, less the cost of the checks.

    Prices, fines and deposits are transfers and drop out.

    Parameters
    ----------
    rents : float or array, money
        Expected rents v - c of permit holders and violators together.
    n_V, checks : float or array, >= 0
        Expected violators, and audits and backchecks.
    V, H, k : float or array, money, >= 0
        Racing value, harm of a violation, and cost of a check.

    Returns
    -------
    float or array, money

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> expected_welfare(rents=10.0, n_V=4.0, checks=8.0, V=0.5, H=1.5, k=0.25)
    4.0
    """
    (rents,) = check_finite(rents=rents)
    n_V, checks, V, H, k = check_nonnegative(n_V=n_V, checks=checks, V=V, H=H, k=k)
    return rents + (V - H) * n_V - k * checks


def _violating_share(t: Number, a: Number, b: Number, v_L: Number, v_H: Number, op: Any) -> Number:
    """Share of labs that violate if those below the position t in [a, b] have no permit."""
    width = op.where(b > a, b - a, 1.0)  # positions (v - a) / (b - a), in which nothing cancels
    spread_out = _defection_between(0.0, t, (v_L - a) / width, (v_H - a) / width, op)
    alike = op.where(covers(v_L, a), 0.0, 1.0)
    chance = op.minimum(1.0, op.maximum(0.0, op.ratio(a - v_L, v_H - v_L)))
    one_value = t * op.where(v_H > v_L, chance, alike)
    return op.minimum(t, op.where(b > a, spread_out, one_value))


def _defection_between(start: Number, end: Number, low: Number, high: Number, op: Any) -> Number:
    """Integral from start to end of the ramp that climbs from 0 at low to 1 at high."""
    left, right = op.maximum(start, low), op.minimum(end, high)
    width = op.where(high > low, high - low, 1.0)
    height = ((left - low) / width + (right - low) / width) / 2
    return op.maximum(right - left, 0.0) * height + op.maximum(end - op.maximum(start, high), 0.0)


def _number(value: Any) -> Number:
    """SciPy returns NumPy scalars; scalars here are floats."""
    return float(value) if np.ndim(value) == 0 else value


def _counts(N: Number, Q: Number) -> list[Any]:
    check_counts(1, N=N)
    check_counts(0, Q=Q)
    return check_nonnegative(N=N, Q=Q)


def _values(a: Number, b: Number, c: Number) -> tuple[Any, Any, Any]:
    a, b = _ordered(a=a, b=b)
    c, a = _ordered(c=c, a=a)
    return a, b, c


def _cut_offs(v_L: Number, v_H: Number) -> list[Any]:
    return _in_order(check_finite(v_L=v_L, v_H=v_H), "v_L", "v_H")


def _ordered(**bounds: Number) -> list[Any]:
    return _in_order(check_nonnegative(**bounds), *bounds)


def _in_order(bounds: list[Any], low: str, high: str) -> list[Any]:
    above = np.asarray(bounds[0] > bounds[1])
    if above.any():
        first = np.broadcast_to(bounds[0], above.shape)[above][0].item()
        raise ParameterError(Problem(low, first, f"is above {high}", f"a number of at most {high}"))
    return bounds
