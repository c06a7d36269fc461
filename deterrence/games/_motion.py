"""Laws of the replicator dynamics in closed form: the constant of motion, and how small orbits turn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from deterrence._checks import Number, check_finite, check_nonnegative, check_unit
from deterrence._numeric import SCALAR, operations


def replicator_frequency(*, g: Number, D: Number, k: Number, M: Number) -> Any:
    r"""Angular frequency of small orbits around the Nash equilibrium.

    .. math:: \omega = \sqrt{q^* (1-q^*)\, t (1-t)\, D M}, \qquad q^* = k/M,\ t = g/D.

    Parameters
    ----------
    g, k : float or array, money
        Gain from a violation, and cost of an audit.
    D, M : float or array, money, >= 0
        Loss of an audited violator, and what auditing it returns to the Governor.

    Returns
    -------
    float, None or array, per unit of time
        None, in arrays NaN, outside the mixed regime 0 < g < D and 0 < k < M, where nothing circles.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> replicator_frequency(g=2.0, D=4.0, k=2.0, M=4.0)
    1.0
    """
    g, k = check_finite(g=g, k=k)
    D, M = check_nonnegative(D=D, M=M)
    mixed = (g > 0) & (g < D) & (k > 0) & (k < M)
    op = operations(g, D, k, M)
    if op is SCALAR:
        return math.sqrt(k * ((M - k) / M)) * math.sqrt(g * ((D - g) / D)) if mixed else None
    g, D, k, M = (np.where(mixed, *pair) for pair in ((g, 1.0), (D, 2.0), (k, 1.0), (M, 2.0)))
    frequency = np.sqrt(k * ((M - k) / M)) * np.sqrt(g * ((D - g) / D))
    return np.where(mixed, frequency, math.nan)


def replicator_period(*, g: Number, D: Number, k: Number, M: Number) -> Any:
    r"""Period of small orbits, :math:`2\pi/\omega`; that of others is `Replicator.period`.

    Parameters
    ----------
    g, D, k, M : float or array, money
        As for `replicator_frequency`.

    Returns
    -------
    float, None or array, in units of time
        None, in arrays NaN, outside the mixed regime.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> round(replicator_period(g=1.0, D=2.0, k=1.0, M=2.0), 9)
    12.566370614
    """
    frequency = replicator_frequency(g=g, D=D, k=k, M=M)
    return None if frequency is None else 2 * math.pi / frequency


def replicator_constant(*, q: Number, a: Number, g: Number, D: Number, k: Number, M: Number) -> Any:
    r"""Constant of motion of the replicator dynamics.

    .. math:: I(q, a) = k \ln q + (M-k) \ln(1-q) + g \ln a + (D-g) \ln(1-a).

    In the mixed regime it is strictly concave, with its maximum at the Nash equilibrium, so that its level
    curves, the orbits, are closed.

    Parameters
    ----------
    q, a : float or array, in [0, 1]
        Probability that a lab violates, and that the Governor audits.
    g, k : float or array, money
        Gain from a violation, and cost of an audit.
    D, M : float or array, money, >= 0
        Loss of an audited violator, and what auditing it returns to the Governor.

    Returns
    -------
    float, None or array
        None, in arrays NaN, where q or a is 0 or 1.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> round(replicator_constant(q=0.5, a=0.5, g=1.0, D=2.0, k=1.0, M=2.0), 12)
    -2.77258872224
    """
    q, a = check_unit(q=q, a=a)
    g, k = check_finite(g=g, k=k)
    D, M = check_nonnegative(D=D, M=M)
    inside = (q > 0) & (q < 1) & (a > 0) & (a < 1)
    op = operations(q, a, g, D, k, M)
    q, a = op.where(inside, q, 0.5), op.where(inside, a, 0.5)
    value = k * np.log(q) + (M - k) * np.log1p(-q) + g * np.log(a) + (D - g) * np.log1p(-a)
    if op is SCALAR:
        return float(value) if inside else None
    return np.where(inside, value, math.nan)
