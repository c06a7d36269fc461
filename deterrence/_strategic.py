"""Closed forms of strategic bidding: the bid, and markets in which values and risk multipliers are uniform.

A lab that may cheat bids the lesser of its rent s = v - c and its ceiling e = p_eff r P - V. In values that
is the lesser of v and of its own `cut_off_value` c + e, which is uniform on [v_L, v_H].
`predict_strategic` integrates what has no closed form.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from deterrence._checks import Number, check_finite, check_nonnegative, check_unit
from deterrence._compliance import covers
from deterrence._market import as_number, counts, in_order, ordered
from deterrence._numeric import operations
from deterrence._violator_share import ramp_integral


def strategic_bid(*, s: Number, e: Number) -> Number:
    r"""Bid of a lab that may cheat, :math:`\max(0, \min(s, e))`.

    A permit is worth the rent less what the lab could get without one, the rent and the racing value less
    the punishment it expects, if that is anything.

    Parameters
    ----------
    s : float or array, money
        Rent of a run, v - c.
    e : float or array, money
        Ceiling :math:`p_{\mathrm{eff}} r P - V`: the most that a lab pays rather than cheat.

    Returns
    -------
    float or array, money, >= 0
        A lab that bids 0 gets no permit.

    Raises
    ------
    ParameterError
        If an argument is not a finite number.

    See Also
    --------
    predict_strategic : the market in which all labs bid so.

    Examples
    --------
    >>> strategic_bid(s=0.75, e=0.5)
    0.5
    """
    s, e = check_finite(s=s, e=e)
    op = operations(s, e)
    return op.maximum(0.0, op.minimum(s, e))


def strategic_bid_sf(*, y: Number, a: Number, b: Number, v_L: Number, v_H: Number, c: Number = 0.0) -> Number:
    r"""Probability that a strategic bid is at least y, :math:`S(y) = \Pr(s \ge y)\,\Pr(e \ge y)` for y > 0.

    For values uniform on [a, b] and cut-off values uniform on :math:`[v_L, v_H]`.

    Parameters
    ----------
    y : float or array, money
        A bid.
    a, b : float or array, money, 0 <= a <= b
        Bounds of the values.
    v_L, v_H : float or array, money, v_L <= v_H
        `cut_off_value` at the least and at the largest risk multiplier.
    c : float or array, money, >= 0
        Cost of a run.

    Returns
    -------
    float or array, in [0, 1]
        1 where y <= 0.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> strategic_bid_sf(y=0.5, a=0.0, b=1.0, v_L=0.25, v_H=1.25)
    0.375
    """
    (y,) = check_finite(y=y)
    a, b, v_L, v_H, c = _bounds(a, b, v_L, v_H, c)
    op = operations(y, a, b, v_L, v_H, c)
    at_least = _uniform_sf(y + c, a, b, op) * _uniform_sf(y + c, v_L, v_H, op)
    return op.where(y <= 0, 1.0, at_least)


def strategic_price_mean(*, N: Number, Q: Number, a: Number, b: Number, e: Number, c: Number = 0.0) -> Number:
    r"""Expected clearing price where all labs share the ceiling e, :math:`E[\min(v^*-c, e)]`.

    For values uniform on [a, b]. The number of violators is that of truthful bids, `violator_pmf`.

    Parameters
    ----------
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.
    a, b : float or array, money, a <= b
        Bounds of the values.
    e : float or array, money, >= 0
        Ceiling :math:`p_{\mathrm{eff}} r P - V`: the most that a lab pays rather than cheat.
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
    >>> strategic_price_mean(N=1, Q=1, a=0.0, b=1.0, e=0.5)
    0.0
    >>> round(strategic_price_mean(N=2, Q=1, a=0.0, b=1.0, e=0.5), 12)   # 1/2 less half of 1/12
    0.458333333333
    """
    from scipy.special import betainc, betaincc

    N, Q = counts(N, Q)
    a, b = ordered(a=a, b=b)
    c, a = ordered(c=c, a=a)
    (e,) = check_nonnegative(e=e)
    op = operations(N, Q, a, b, c, e)
    least, some = a - c, op.minimum(op.maximum(Q, 1), N)
    z = op.share(e - least, b - a)
    below = (N - some + 1) / (N + 1) * betainc(N - some + 2, some, z)
    value = op.where(e <= least, e, least + (b - a) * (below + z * betaincc(N - some + 1, some, z)))
    return as_number(op.where(Q >= N, 0.0, op.where(Q == 0, math.nan, value)))


def strategic_limit_price(
    *, kappa: Number, a: Number, b: Number, v_L: Number, v_H: Number, c: Number = 0.0
) -> Number:
    r"""Clearing price of a large market of strategic bids, where :math:`S(p) = \kappa`, or 0.

    For values uniform on [a, b] and cut-off values uniform on :math:`[v_L, v_H]`.

    Parameters
    ----------
    kappa : float or array, in [0, 1]
        Permits per lab, Q / N.
    a, b, v_L, v_H, c : float or array
        As for `strategic_bid_sf`.

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
    >>> strategic_limit_price(kappa=0.25, a=0.0, b=1.0, v_L=0.0, v_H=1.0)
    0.5
    """
    (kappa,) = check_unit(kappa=kappa)
    a, b, v_L, v_H, c = _bounds(a, b, v_L, v_H, c)
    op = operations(kappa, a, b, v_L, v_H, c)
    value = op.maximum(0.0, _marginal_value(kappa, a, b, v_L, v_H, op) - c)
    return op.where(kappa == 1, 0.0, op.where(kappa == 0, math.nan, value))


def strategic_limit_violator_share(
    *, kappa: Number, a: Number, b: Number, v_L: Number, v_H: Number, c: Number = 0.0
) -> Number:
    r"""Violators per lab in a large market of strategic bids, :math:`\nu = \int_{e<p} \Pr(s > e)\,dF_e(e)`.

    For values uniform on [a, b] and cut-off values uniform on :math:`[v_L, v_H]`. If these are equal it is
    :math:`\max(0, \Pr(v > v_L) - \kappa)`, as under truthful bids, unless nobody bids.

    Parameters
    ----------
    kappa : float or array, in [0, 1]
        Permits per lab, Q / N.
    a, b, v_L, v_H, c : float or array
        As for `strategic_bid_sf`.

    Returns
    -------
    float or array, in [0, 1]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> strategic_limit_violator_share(kappa=0.25, a=0.0, b=1.0, v_L=0.0, v_H=1.0)
    0.375
    """
    (kappa,) = check_unit(kappa=kappa)
    a, b, v_L, v_H, c = _bounds(a, b, v_L, v_H, c)
    op = operations(kappa, a, b, v_L, v_H, c)
    known = op.where(covers(v_L, a), 0.0, 1.0)
    above = op.where(b > a, op.share(b - v_L, b - a), known)
    alike = op.where(v_L > c, op.maximum(0.0, above - kappa), above)
    marginal = op.maximum(c, _marginal_value(kappa, a, b, v_L, v_H, op))
    marginal = op.where(kappa == 1, c, op.where(kappa == 0, v_H, marginal))
    end = op.minimum(v_H, op.maximum(v_L, marginal))
    share = op.ratio(ramp_integral(-end, -v_L, -b, -a, op), v_H - v_L)  # of values above the cut-off
    return op.where(v_H > v_L, op.minimum(1.0, share), alike)


def _marginal_value(kappa: Number, a: Number, b: Number, v_L: Number, v_H: Number, op: Any) -> Number:
    """Point that a share kappa of labs exceeds both with its value and with its cut-off value."""
    by_value, by_cut_off = b - (b - a) * kappa, v_H - (v_H - v_L) * kappa
    # Otherwise (b - x)(v_H - x) = kappa (b - a)(v_H - v_L), of which this is the lesser root.
    gap, area = abs(b - v_H), kappa * (b - a) * (v_H - v_L)
    both = op.minimum(b, v_H) - op.ratio(2 * area, gap + as_number(np.sqrt(gap * gap + 4 * area)))
    return op.where(by_value <= v_L, by_value, op.where(by_cut_off <= a, by_cut_off, both))


def _uniform_sf(x: Number, low: Number, high: Number, op: Any) -> Number:
    """Probability that a uniform variable on [low, high] is at least x."""
    inside = op.share(high - x, high - low)
    return op.where(x <= low, 1.0, inside)


def _bounds(a: Number, b: Number, v_L: Number, v_H: Number, c: Number) -> list[Any]:
    (c,) = check_nonnegative(c=c)
    return [*ordered(a=a, b=b), *in_order(check_finite(v_L=v_L, v_H=v_H), "v_L", "v_H"), c]
