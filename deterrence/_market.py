"""Closed forms of the permit market: its price, and who holds a permit.

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
    check_nonnegative,
    check_unit,
)
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
    N, Q = counts(N, Q)
    op = operations(F, N, Q)
    some = op.minimum(op.maximum(Q, 1), N)
    value = betainc(N - some + 1, some, F)
    return as_number(op.where(Q >= N, 1.0, op.where(Q == 0, math.nan, value)))


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
    N, Q = counts(N, Q)
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
    N, Q = counts(N, Q)
    a, b = ordered(a=a, b=b)
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
    a, b = ordered(a=a, b=b)
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
    N, Q = counts(N, Q)
    op = operations(u, N, Q)
    losers, some = op.maximum(N - Q, 1), op.maximum(Q, 1)
    value = betaincc(losers, some, u)  # of u, not of 1 - u, which would round
    return as_number(op.where(Q >= N, 0.0, op.where(Q == 0, 1.0, value)))


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
    N, Q = counts(N, Q)
    a, b, c = _values(a, b, c)
    op = operations(N, Q, a, b, c)
    sold = op.minimum(Q, N)
    return sold * ((a - c) + (b - a) * ((2 * N + 1 - sold) / (2 * (N + 1))))


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
    a, b = ordered(a=a, b=b)
    op = operations(N, v_p, a, b)
    above = op.share(b - v_p, b - a)
    return N * op.where(v_p <= a, 1.0, above)


def as_number(value: Any) -> Number:
    """SciPy returns NumPy scalars; scalars here are floats."""
    return float(value) if np.ndim(value) == 0 else value


def counts(N: Number, Q: Number) -> list[Any]:
    """Check a number of labs and of permits."""
    check_counts(1, N=N)
    check_counts(0, Q=Q)
    return check_nonnegative(N=N, Q=Q)


def _values(a: Number, b: Number, c: Number) -> tuple[Any, Any, Any]:
    a, b = ordered(a=a, b=b)
    c, a = ordered(c=c, a=a)
    return a, b, c


def ordered(**bounds: Number) -> list[Any]:
    """Check two bounds, neither of them negative, the first at most the second."""
    return in_order(check_nonnegative(**bounds), *bounds)


def in_order(bounds: list[Any], low: str, high: str) -> list[Any]:
    """Require the first of two bounds to be at most the second."""
    above = np.asarray(bounds[0] > bounds[1])
    if above.any():
        first = np.broadcast_to(bounds[0], above.shape)[above][0].item()
        raise ParameterError(Problem(low, first, f"is above {high}", f"a number of at most {high}"))
    return bounds
