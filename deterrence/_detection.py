"""From signals to detection: audit rates, effective detection, and what a Governor may infer."""

from __future__ import annotations

import math

from deterrence._checks import Number, check_unit
from deterrence._numeric import operations


def audit_rate(*, pi_1: Number, pi_0: Number, beta: Number) -> Number:
    r"""Probability that a violator is audited, :math:`p_s = \beta\pi_1 + (1-\beta)\pi_0`.

    Parameters
    ----------
    pi_1, pi_0 : float or array, in [0, 1]
        Audit probability after a suspicious and after a clean signal.
    beta : float or array, in [0, 1]
        Probability that a violator's signal is suspicious.

    Returns
    -------
    float or array, in [0, 1]
        Broadcast over the arguments.

    Raises
    ------
    ParameterError
        If an argument lies outside [0, 1] or is not a number.

    Examples
    --------
    >>> audit_rate(pi_1=0.5, pi_0=0.25, beta=0.5)
    0.375
    """
    pi_1, pi_0, beta = check_unit(pi_1=pi_1, pi_0=pi_0, beta=beta)
    return beta * pi_1 + (1 - beta) * pi_0


def false_audit_rate(*, pi_1: Number, pi_0: Number, alpha: Number) -> Number:
    r"""Probability that a compliant running lab is audited, :math:`p_f = \alpha\pi_1 + (1-\alpha)\pi_0`.

    Parameters
    ----------
    pi_1, pi_0 : float or array, in [0, 1]
        Audit probability after a suspicious and after a clean signal.
    alpha : float or array, in [0, 1]
        Probability that a compliant lab's signal is suspicious.

    Returns
    -------
    float or array, in [0, 1]
        Broadcast over the arguments.

    Raises
    ------
    ParameterError
        If an argument lies outside [0, 1] or is not a number.

    Examples
    --------
    >>> false_audit_rate(pi_1=0.5, pi_0=0.0, alpha=0.25)
    0.125
    """
    pi_1, pi_0, alpha = check_unit(pi_1=pi_1, pi_0=pi_0, alpha=alpha)
    return alpha * pi_1 + (1 - alpha) * pi_0


def effective_detection(*, pi_1: Number, pi_0: Number, beta: Number, p_b: Number = 0.0) -> Number:
    r"""Probability that a violator is detected, :math:`p_{\mathrm{eff}} = p_s + (1-p_s)p_b`.

    An audit always finds a violation, and so does the backcheck of a lab that was not audited.

    Parameters
    ----------
    pi_1, pi_0 : float or array, in [0, 1]
        Audit probability after a suspicious and after a clean signal.
    beta : float or array, in [0, 1]
        Probability that a violator's signal is suspicious.
    p_b : float or array, in [0, 1], optional
        Probability that a running lab that was not audited is backchecked.

    Returns
    -------
    float or array, in [0, 1]
        Broadcast over the arguments.

    Raises
    ------
    ParameterError
        If an argument lies outside [0, 1] or is not a number.

    Examples
    --------
    >>> effective_detection(pi_1=0.5, pi_0=0.25, beta=0.5, p_b=0.5)
    0.6875
    """
    (p_b,) = check_unit(p_b=p_b)
    p_s = audit_rate(pi_1=pi_1, pi_0=pi_0, beta=beta)
    return p_s + (1 - p_s) * p_b


def unaudited_detection(*, p_b: Number = 0.0, p_w: Number = 0.0, p_m: Number = 0.0) -> Number:
    r"""Probability that a violation is found without an audit, :math:`p_b' = 1 - (1-p_b)(1-p_w)(1-p_m)`.

    By a backcheck, or else by a whistleblower, or else by metering, independently of each other and of
    audits: in `effective_detection` and in every threshold :math:`p_b'` stands where :math:`p_b` does.

    Parameters
    ----------
    p_b : float or array, in [0, 1], optional
        Probability that a running lab that was not audited is backchecked.
    p_w : float or array, in [0, 1], optional
        Probability that a whistleblower reports a violation that no check found.
    p_m : float or array, in [0, 1], optional
        Probability that metering shows a violation that was neither found nor reported.

    Returns
    -------
    float or array, in [0, 1]
        Broadcast over the arguments.

    Raises
    ------
    ParameterError
        If an argument lies outside [0, 1] or is not a number.

    Examples
    --------
    >>> p_b = unaudited_detection(p_b=0.5, p_w=0.5, p_m=0.5)
    >>> p_b, effective_detection(pi_1=0.5, pi_0=0.25, beta=0.5, p_b=p_b)
    (0.875, 0.921875)
    """
    p_b, p_w, p_m = check_unit(p_b=p_b, p_w=p_w, p_m=p_m)
    return p_b + (1 - p_b) * (p_w + (1 - p_w) * p_m)


def check_rate(*, pi_1: Number, pi_0: Number, alpha: Number, p_b: Number = 0.0) -> Number:
    r"""Probability that a compliant running lab is audited or backchecked, :math:`q_f = p_f + (1-p_f)p_b`.

    Parameters
    ----------
    pi_1, pi_0 : float or array, in [0, 1]
        Audit probability after a suspicious and after a clean signal.
    alpha : float or array, in [0, 1]
        Probability that a compliant lab's signal is suspicious.
    p_b : float or array, in [0, 1], optional
        Probability that a running lab that was not audited is backchecked.

    Returns
    -------
    float or array, in [0, 1]
        Broadcast over the arguments.

    Raises
    ------
    ParameterError
        If an argument lies outside [0, 1] or is not a number.

    Examples
    --------
    >>> check_rate(pi_1=0.5, pi_0=0.0, alpha=0.5, p_b=0.5)
    0.625
    """
    (p_b,) = check_unit(p_b=p_b)
    p_f = false_audit_rate(pi_1=pi_1, pi_0=pi_0, alpha=alpha)
    return p_f + (1 - p_f) * p_b


def posterior(*, w: Number, given_violator: Number, given_compliant: Number) -> Number:
    r"""Probability that a running lab violates, given an event (Bayes' rule).

    With a share `w` of violators among the running labs and an event that has probability
    :math:`e_V` for a violator and :math:`e_C` for a compliant lab,
    :math:`\Pr(V \mid e) = w e_V / (w e_V + (1-w) e_C)`. For a suspicious signal the two are
    beta and alpha; for a clean one 1 - beta and 1 - alpha; for an audit p_s and p_f; for a check
    p_eff and q_f; for "not caught" 1 - p_eff and 1.

    Parameters
    ----------
    w : float or array, in [0, 1]
        Share of violators among the running labs.
    given_violator, given_compliant : float or array, in [0, 1]
        Probability of the event for a violator and for a compliant lab.

    Returns
    -------
    float or array, in [0, 1]
        NaN where the event has probability 0.

    Raises
    ------
    ParameterError
        If an argument lies outside [0, 1] or is not a number.

    Examples
    --------
    >>> posterior(w=0.5, given_violator=0.75, given_compliant=0.25)   # a suspicious signal
    0.75
    """
    w, e_V, e_C = check_unit(w=w, given_violator=given_violator, given_compliant=given_compliant)
    hit, miss = w * e_V, (1 - w) * e_C
    return operations(hit, miss).ratio(hit, hit + miss, zero_by_zero=math.nan)
