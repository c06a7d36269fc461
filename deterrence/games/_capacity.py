"""Audit capacity: what a violator faces when a fixed number of audits is shared by all who are triggered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deterrence._checks import Number, ParameterError, Problem, check_counts, check_unit

MOST_LABS = 100_000
"""Most labs, n + C, for which the exact expectations are worked out."""


def capacity_audit_rate(*, n: Any, C: Any, capacity: Any, p_s: Number, p_f: Number) -> Number:
    r"""Audit probability of a violator among n, :math:`p_s(n) = p_s E[\min(1, M / (1 + T'))]`.

    Each of n violators is triggered with probability p_s, each of C compliant running labs with
    probability p_f, independently. If more than M (`capacity`) are triggered, M of them are drawn to be
    audited, all alike. T' counts the others that are triggered, Bin(n - 1, p_s) + Bin(C, p_f).

    Exact, to a relative error of n + C units in the last place at worst, and for all n = 1..m at once in
    (m + C)^2 operations: a tenth of a second for 5,000 labs.

    Parameters
    ----------
    n : int or array of int, >= 1
        Violators.
    C : int or array of int, >= 0
        Compliant running labs.
    capacity : int or array of int, >= 0
        Audits that can be carried out.
    p_s, p_f : float or array, in [0, 1]
        Probability that a violator, and that a compliant running lab, is triggered.

    Returns
    -------
    float or array, in [0, 1]
        Non-increasing in n and C, non-decreasing in `capacity`; p_s where capacity >= n + C.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number, or n + C exceeds 100,000.

    Examples
    --------
    >>> capacity_audit_rate(n=2, C=0, capacity=1, p_s=0.5, p_f=0.0)   # (1 - 1/4) / 2
    0.375
    >>> capacity_audit_rate(n=np.arange(1, 4), C=0, capacity=1, p_s=1.0, p_f=0.0).round(3).tolist()
    [1.0, 0.5, 0.333]
    """
    p_s, p_f = check_unit(p_s=p_s, p_f=p_f)
    _check_labs(1, 0, n=n, C=C, capacity=capacity)
    return p_s * _expected(_share, np.subtract(n, 1), C, capacity, p_s, p_f)


def capacity_false_audit_rate(*, n: Any, C: Any, capacity: Any, p_s: Number, p_f: Number) -> Number:
    r"""Audit probability of a compliant running lab, :math:`p_f(n) = p_f E[\min(1, M / (1 + T''))]`.

    T'' counts the others that are triggered, Bin(n, p_s) + Bin(C - 1, p_f).

    Parameters
    ----------
    n : int or array of int, >= 0
        Violators.
    C : int or array of int, >= 1
        Compliant running labs.
    capacity, p_s, p_f
        As for `capacity_audit_rate`.

    Returns
    -------
    float or array, in [0, 1]
        Non-increasing in n and C, non-decreasing in `capacity`; p_f where capacity >= n + C.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number, or n + C exceeds 100,000.

    Examples
    --------
    >>> capacity_false_audit_rate(n=1, C=1, capacity=1, p_s=1.0, p_f=0.5)
    0.25
    """
    p_s, p_f = check_unit(p_s=p_s, p_f=p_f)
    _check_labs(0, 1, n=n, C=C, capacity=capacity)
    return p_f * _expected(_share, n, np.subtract(C, 1), capacity, p_s, p_f)


def capacity_detection(
    *, n: Any, C: Any, capacity: Any, p_s: Number, p_f: Number, p_b: Number = 0.0
) -> Number:
    r"""Probability that a violator among n is detected, :math:`p_{\mathrm{eff}}(n) = 1-(1-p_s(n))(1-p_b)`.

    Audits are limited as in `capacity_audit_rate`; backchecks are not.

    Parameters
    ----------
    n, C, capacity, p_s, p_f
        As for `capacity_audit_rate`.
    p_b : float or array, in [0, 1], optional
        Probability that a running lab that was not audited is backchecked.

    Returns
    -------
    float or array, in [0, 1]
        Non-increasing in n and C; `effective_detection` where capacity >= n + C, p_b where the capacity
        is 0.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number, or n + C exceeds 100,000.

    References
    ----------
    .. [1] Kleiman (1993), Enforcement swamping, Math. Comput. Modelling 17(2):65-75.

    Examples
    --------
    >>> capacity_detection(n=4, C=0, capacity=1, p_s=1.0, p_f=0.0, p_b=0.5)
    0.625
    """
    (p_b,) = check_unit(p_b=p_b)
    audited = capacity_audit_rate(n=n, C=C, capacity=capacity, p_s=p_s, p_f=p_f)
    return p_b + (1 - p_b) * audited  # never rises with n, not even by rounding


def capacity_audits(*, n: Any, C: Any, capacity: Any, p_s: Number, p_f: Number) -> Number:
    r"""Expected number of audits, :math:`E[\min(M, T)]` with T = Bin(n, p_s) + Bin(C, p_f).

    Every audit is of a violator or of a compliant lab, so that it equals n p_s(n) + C p_f(n).

    Parameters
    ----------
    n : int or array of int, >= 0
        Violators.
    C, capacity, p_s, p_f
        As for `capacity_audit_rate`.

    Returns
    -------
    float or array, in [0, capacity]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number, or n + C exceeds 100,000.

    Examples
    --------
    >>> capacity_audits(n=2, C=0, capacity=1, p_s=0.5, p_f=0.0)
    0.75
    """
    p_s, p_f = check_unit(p_s=p_s, p_f=p_f)
    _check_labs(0, 0, n=n, C=C, capacity=capacity)
    return _expected(np.minimum, n, C, capacity, p_s, p_f)


def _check_labs(violators: int, compliers: int, *, n: Any, C: Any, capacity: Any) -> None:
    check_counts(violators, n=n)
    check_counts(compliers, C=C)
    check_counts(0, capacity=capacity)
    labs = np.max(np.add(np.asarray(n, float), C), initial=0)
    if labs > MOST_LABS:
        raise ParameterError(Problem("n + C", int(labs), "is too many labs", f"at most {MOST_LABS}"))


def _share(others: Any, capacity: float) -> Any:
    """Probability that a triggered lab is audited beside so many others."""
    return np.minimum(1.0, capacity / (1 + others))


def _expected(f: Callable[..., Any], n: Any, C: Any, capacity: Any, p_s: Any, p_f: Any) -> Any:
    """Mean of f(T, capacity), T = Bin(n, p_s) + Bin(C, p_f), element by element."""
    if not any(map(np.ndim, (n, C, capacity, p_s, p_f))):
        return float(_means(f, int(n), int(C), capacity, p_s, p_f)[-1])
    columns = np.broadcast_arrays(n, C, capacity, p_s, p_f)
    n, *rest = (column.ravel() for column in columns)
    result = np.empty(n.size)
    # One pass for all n that share the rest.
    settings, which = np.unique(np.column_stack(rest), axis=0, return_inverse=True)
    order = np.argsort(which, kind="stable")
    ends = np.searchsorted(which, np.arange(len(settings) + 1), sorter=order)
    for (compliers, audits, trigger, false), first, last in zip(settings, ends, ends[1:], strict=False):
        members = order[first:last]
        most = int(n[members].max())
        result[members] = _means(f, most, int(compliers), audits, trigger, false)[n[members]]
    return result.reshape(columns[0].shape)


def _means(f: Callable[..., Any], n: int, C: int, capacity: float, p_s: float, p_f: float) -> Any:
    """Mean of f(T, capacity) for each number of violators, 0..n."""
    values = f(np.arange(n + C + 1.0), float(capacity))
    for _ in range(C):
        values = _one_more(values, p_f)
    means = np.empty(n + 1)
    means[0] = values[0]
    for i in range(1, n + 1):
        values = _one_more(values, p_s)
        means[i] = values[0]
    return means


def _one_more(values: Any, p: float) -> Any:
    """From E f(k + T) at every k to E f(k + T + X), X = 1 with probability p (de Casteljau's scheme).

    Averages of neighbours, so that errors do not grow, and constants stay what they are.
    """
    low, high = values[:-1], values[1:]
    return low + p * (high - low) if p <= 0.5 else high + (1 - p) * (low - high)
