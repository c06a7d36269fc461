"""Who complies: the gain from violating, and the compliance condition."""

from __future__ import annotations

from typing import Any

from deterrence._checks import (
    Number,
    check_finite,
    check_nonnegative,
    check_nonnegative_or_inf,
    check_number,
    check_unit,
)
from deterrence._numeric import operations

TIE = 1e-12
"""Relative shortfall of p_eff B that still counts as a tie: rounding, far below any economic difference."""


def gain_min(*, p: Number, v: Number, c: Number = 0.0, V: Number = 0.0) -> Number:
    r"""Gain of a lab without a permit, :math:`g = \min(p, v - c) + V`: the permit cost saved, plus racing.

    A lab that would not buy at p saves no more than its rent v - c. This is the default rule.

    Parameters
    ----------
    p : float or array, money, >= 0, may be infinite
        Permit price; infinite where there are no permits.
    v, c : float or array, money, >= 0
        Value and cost of a run.
    V : float or array, money, >= 0
        Racing value.

    Returns
    -------
    float or array, money

    Raises
    ------
    ParameterError
        If an argument is negative or not a number.

    Examples
    --------
    >>> gain_min(p=0.5, v=1.0, c=0.75, V=0.125)
    0.375
    """
    v, c, V = check_nonnegative(v=v, c=c, V=V)
    (p,) = check_nonnegative_or_inf(p=p)
    op = operations(p, v, c, V)
    return op.minimum(p, v - c) + V


def gain_price(*, p: Number, V: Number = 0.0) -> Number:
    r"""Gain by the letter of the specification, :math:`g = p + V`, the same for every lab.

    Overstates the gain of a lab that is worth less than the price. Parameters, returns and errors as
    for `gain_min`.

    Examples
    --------
    >>> gain_price(p=0.5, V=0.125)
    0.625
    """
    (V,) = check_nonnegative(V=V)
    (p,) = check_nonnegative_or_inf(p=p)
    return p + V


def gain_value(*, v: Number, c: Number = 0.0, V: Number = 0.0) -> Number:
    r"""Gain from running rather than not running, :math:`g = v - c + V`.

    Parameters, returns and errors as for `gain_min`.

    Examples
    --------
    >>> gain_value(v=1.0, c=0.75, V=0.125)
    0.375
    """
    v, c, V = check_nonnegative(v=v, c=c, V=V)
    return v - c + V


def margin(*, p_eff: Number, B: Number, g: Number) -> Number:
    r"""Deterrence margin :math:`m = p_{\mathrm{eff}} B - g`: the expected penalty less the gain.

    Parameters
    ----------
    p_eff : float or array, in [0, 1]
        Effective detection probability.
    B : float or array, money, >= 0
        Perceived punishment.
    g : float or array, money
        Gain from running without a permit.

    Returns
    -------
    float or array, money
        A lab complies iff it is at least 0, up to the tie tolerance of `complies`.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> margin(p_eff=0.5, B=2.0, g=0.75)
    0.25
    """
    (p_eff,) = check_unit(p_eff=p_eff)
    (B,) = check_nonnegative(B=B)
    (g,) = check_finite(g=g)
    return p_eff * B - g


def complies(*, p_eff: Number, B: Number, g: Number) -> Any:
    r"""Whether a lab without a permit complies: :math:`p_{\mathrm{eff}} B \ge g` (Becker 1968 [1]_).

    A tie complies, and so does a shortfall of at most 1e-12 of g, which is rounding: in double
    precision 0.6 * 0.75 < 0.45. A gain of 0 or less always complies.

    Parameters
    ----------
    p_eff : float or array, in [0, 1]
        Effective detection probability.
    B : float or array, money, >= 0
        Perceived punishment.
    g : float or array, money
        Gain from running without a permit; may be infinite.

    Returns
    -------
    bool or array of bool

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    References
    ----------
    .. [1] Becker (1968), Crime and punishment, J. Polit. Econ. 76:169-217.

    Examples
    --------
    >>> complies(p_eff=0.6, B=0.75, g=0.45)
    True
    """
    (p_eff,) = check_unit(p_eff=p_eff)
    (B,) = check_nonnegative(B=B)
    (g,) = check_number(g=g)
    return covers(p_eff * B, g)


def covers(penalty: Number, g: Number) -> Any:
    """Whether an expected penalty is at least g, or short of it by rounding: the one tie rule."""
    return penalty >= g * (1 - TIE)
