"""What a caught lab loses: fine, collateral, limited liability, reputation."""

from __future__ import annotations

import math

import numpy as np

from deterrence._checks import (
    Number,
    ParameterError,
    Problem,
    check_nonnegative,
    check_nonnegative_or_inf,
    check_unit,
)
from deterrence._numeric import operations


def collected_penalty(*, fine: Number, collateral: Number = 0.0, liability_cap: Number = math.inf) -> Number:
    r"""Money that a catch moves from lab to Governor, :math:`\min(K + \phi, L)`.

    Parameters
    ----------
    fine, collateral : float or array, money, >= 0
        The fine phi and the deposit K.
    liability_cap : float or array, money, >= 0, may be infinite
        The most, L, that the lab can be made to pay.

    Returns
    -------
    float or array, money

    Raises
    ------
    ParameterError
        If an argument is negative or not a number.

    Examples
    --------
    >>> collected_penalty(fine=3.0, collateral=1.0, liability_cap=2.5)
    2.5
    """
    fine, collateral = check_nonnegative(fine=fine, collateral=collateral)
    (liability_cap,) = check_nonnegative_or_inf(liability_cap=liability_cap)
    op = operations(fine, collateral, liability_cap)
    return op.minimum(collateral + fine, liability_cap)


def posted_penalty(*, fine: Number, collateral: Number = 0.0, liability_cap: Number = math.inf) -> Number:
    r"""Money lost on a catch where the deposit lies outside the liability cap, :math:`K + \min(\phi, L)`.

    Parameters, returns and errors as for `collected_penalty`.

    Examples
    --------
    >>> posted_penalty(fine=3.0, collateral=1.0, liability_cap=2.5)
    3.5
    """
    fine, collateral = check_nonnegative(fine=fine, collateral=collateral)
    (liability_cap,) = check_nonnegative_or_inf(liability_cap=liability_cap)
    op = operations(fine, liability_cap)
    return collateral + op.minimum(fine, liability_cap)


def recoverable_penalty(*, fine: Number, collateral: Number, wealth: Number, recovery: Number) -> Number:
    r"""Money lost on a catch where only part of the remaining wealth can be recovered.

    :math:`K + \min(\phi, \lambda(W-K))`: the deposit is paid out of wealth W, and a fraction lambda
    of what is left can be recovered [1]_.

    Parameters
    ----------
    fine, collateral, wealth : float or array, money, >= 0
        The fine phi, the deposit K <= W, and the wealth W.
    recovery : float or array, in [0, 1]
        The recoverable fraction lambda.

    Returns
    -------
    float or array, money

    Raises
    ------
    ParameterError
        If an argument is out of range or the deposit exceeds the wealth.

    References
    ----------
    .. [1] Shavell (1986), The judgment proof problem, Int. Rev. Law Econ. 6:45-58.

    Examples
    --------
    >>> recoverable_penalty(fine=5.0, collateral=1.0, wealth=4.0, recovery=0.5)
    2.5
    """
    fine, collateral, wealth = check_nonnegative(fine=fine, collateral=collateral, wealth=wealth)
    (recovery,) = check_unit(recovery=recovery)
    op = operations(fine, collateral, wealth, recovery)
    rest = wealth - collateral
    if np.any(rest < 0):
        raise ParameterError(Problem("collateral", collateral, "exceeds wealth", "a number in [0, wealth]"))
    return collateral + op.minimum(fine, recovery * rest)


def punishment(
    *,
    fine: Number,
    collateral: Number = 0.0,
    liability_cap: Number = math.inf,
    reputation: Number = 0.0,
) -> Number:
    r"""Punishment of a caught lab before its risk multiplier, :math:`P = \min(K + \phi, L) + R`.

    Reputation is no transfer of money and lies outside the liability cap. A lab perceives
    :math:`B = rP`. For the other two forms of limited liability add R to `posted_penalty` or
    `recoverable_penalty`.

    Parameters
    ----------
    fine, collateral : float or array, money, >= 0
        The fine phi and the deposit K.
    liability_cap : float or array, money, >= 0, may be infinite
        The most, L, that the lab can be made to pay.
    reputation : float or array, money, >= 0
        The loss of reputation R.

    Returns
    -------
    float or array, money

    Raises
    ------
    ParameterError
        If an argument is negative or not a number.

    Examples
    --------
    >>> punishment(fine=3.0, collateral=1.0, liability_cap=2.5, reputation=0.5)
    3.0
    """
    (reputation,) = check_nonnegative(reputation=reputation)
    money = collected_penalty(fine=fine, collateral=collateral, liability_cap=liability_cap)
    return money + reputation
