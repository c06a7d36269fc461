"""Expected totals of a turn, from the expected numbers of permits and violations."""

from __future__ import annotations

from deterrence._checks import (
    Number,
    check_counts,
    check_finite,
    check_nonnegative,
    check_nonnegative_or_inf,
    check_unit,
)
from deterrence._market import ordered
from deterrence._numeric import operations


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
    n_V, N = ordered(n_V=n_V, N=N)
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


def lab_surplus(*, rents: Number, n_V: Number, revenue: Number, penalties: Number, V: Number = 0.0) -> Number:
    r"""Expected surplus of the labs: rents and racing value, :math:`V\,E[n_V]`, less what they pay.

    In money: without losses of reputation, and without risk multipliers.

    Parameters
    ----------
    rents : float or array, money
        Expected rents v - c of permit holders and violators together.
    n_V : float or array, >= 0
        Expected violators.
    revenue, penalties : float or array, money, >= 0
        Expected payments for permits, and of labs that are caught.
    V : float or array, money, >= 0
        Racing value.

    Returns
    -------
    float or array, money

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> lab_surplus(rents=10.0, n_V=4.0, revenue=5.0, penalties=6.0, V=0.5)
    1.0
    """
    (rents,) = check_finite(rents=rents)
    n_V, revenue, penalties, V = check_nonnegative(n_V=n_V, revenue=revenue, penalties=penalties, V=V)
    return rents + V * n_V - revenue - penalties


def governor_budget(*, revenue: Number, penalties: Number, checks: Number, k: Number = 0.0) -> Number:
    r"""Expected budget of the Governor: what labs pay, less the cost of the checks.

    Parameters
    ----------
    revenue, penalties : float or array, money, >= 0
        Expected payments for permits, and of labs that are caught.
    checks : float or array, >= 0
        Expected audits and backchecks.
    k : float or array, money, >= 0
        Cost of a check.

    Returns
    -------
    float or array, money

    Raises
    ------
    ParameterError
        If an argument is negative or not a number.

    Examples
    --------
    >>> governor_budget(revenue=5.0, penalties=6.0, checks=8.0, k=0.25)
    9.0
    """
    revenue, penalties, checks, k = check_nonnegative(
        revenue=revenue, penalties=penalties, checks=checks, k=k
    )
    return revenue + penalties - k * checks
