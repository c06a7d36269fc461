"""Closed forms of violations given the price, and under the price rule, where the price is the gain."""

from __future__ import annotations

from deterrence._binomial import binomial
from deterrence._checks import Number, check_counts, check_nonnegative, check_nonnegative_or_inf, check_unit
from deterrence._market import as_number, counts
from deterrence._numeric import operations
from deterrence._violations import defection_probability


def price_rule_mean(*, N: Number, Q: Number, u_hat: Number) -> Number:
    r"""Expected number of violators under the gain rule p + V where all labs share one multiplier.

    Every lab without a permit has the same gain, so that all violate if the price is above
    :math:`\hat v - c`, and none otherwise: :math:`(N-Q)\,I_{1-\hat u}(Q, N-Q+1)`.

    Parameters
    ----------
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.
    u_hat : float or array, in [0, 1]
        Quantile of the cut-off, F(v_hat), at which the price is just deterred.

    Returns
    -------
    float or array, in [0, N - Q]
        N where Q = 0, as the price is infinite; 0 where Q >= N. It holds where every lab has a rent.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> round(price_rule_mean(N=2, Q=1, u_hat=0.5), 12)   # one loser, if the better lab is above
    0.75
    """
    from scipy.special import betaincc

    (u_hat,) = check_unit(u_hat=u_hat)
    N, Q = counts(N, Q)
    op = operations(N, Q, u_hat)
    losers, some = op.maximum(N - Q, 0.0), op.maximum(Q, 1)
    dear = op.where(Q == 0, 1.0, betaincc(losers + 1, some, u_hat))  # of u_hat, not of 1 - u_hat
    return as_number(losers * dear)


def price_rule_violation(
    *, share: Number, p: Number, D: Number, r0: Number, r1: Number, V: Number = 0.0
) -> Number:
    r"""Violators per lab under the gain rule p + V, for multipliers uniform on :math:`[r_0, r_1]`.

    The share of labs without a permit times :math:`\delta(p+V)` of `defection_probability`.

    Parameters
    ----------
    share : float or array, in [0, 1]
        Labs without a permit per lab: 1 - kappa in a large market under a cap, F(v_p) at a fixed price.
    p : float or array, money, >= 0, may be infinite
        Permit price; infinite where there are no permits.
    D, V : float or array, money, >= 0
        Expected punishment before the risk multiplier, and racing value.
    r0, r1 : float or array, 0 <= r0 <= r1
        Bounds of the multiplier; equal if all labs share one.

    Returns
    -------
    float or array, in [0, 1]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> price_rule_violation(share=0.5, p=0.75, D=0.5, r0=1.0, r1=2.0)
    0.25
    """
    (share,) = check_unit(share=share)
    (p,) = check_nonnegative_or_inf(p=p)
    (V,) = check_nonnegative(V=V)
    return share * defection_probability(g=p + V, D=D, r0=r0, r1=r1)


def conditional_violator_pmf(*, j: Number, N: Number, Q: Number, h: Number) -> Number:
    r"""Probability of j violators given the price, :math:`n_V \mid p \sim \mathrm{Bin}(N-Q, h)`.

    Given the price of a cap that binds, the N - Q labs without a permit are independent.

    Parameters
    ----------
    j : int or array of int
        Number of violators, at least 0.
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.
    h : float or array, in [0, 1]
        Probability that one of them violates: under the gain rule p + V it is :math:`\delta(p+V)`, as
        `defection_probability`.

    Returns
    -------
    float or array, in [0, 1]

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> round(conditional_violator_pmf(j=1, N=4, Q=2, h=0.25), 12)
    0.375
    """
    check_counts(0, j=j)
    j, h = check_nonnegative(j=j) + check_unit(h=h)
    N, Q = counts(N, Q)
    losers = operations(N, Q).maximum(N - Q, 0.0)
    return as_number(binomial(j, losers, h, 1 - h))


def violator_variance(*, N: Number, Q: Number, h: Number, rho: Number) -> Number:
    r"""Variance of the number of violators, :math:`(N-Q)\,E[h](1-E[h])\,(1 + (N-Q-1)\rho)`.

    Given the price each of the N - Q labs without a permit violates with probability h, independently. The
    price moves them together: :math:`\rho = \operatorname{Var}(h) / (E[h](1-E[h]))` is the correlation
    between two of them.

    Parameters
    ----------
    N, Q : int or array of int
        Labs, at least 1, and permits, at least 0.
    h : float or array, in [0, 1]
        Mean over prices of the probability that a lab without a permit violates.
    rho : float or array, in [0, 1]
        Correlation between the violations of two labs without a permit.

    Returns
    -------
    float or array, >= 0

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> violator_variance(N=6, Q=2, h=0.5, rho=0.0)   # binomial
    1.0
    >>> violator_variance(N=6, Q=2, h=0.5, rho=1.0)   # all or none
    4.0
    """
    h, rho = check_unit(h=h, rho=rho)
    N, Q = counts(N, Q)
    op = operations(N, Q, h, rho)
    losers = op.maximum(N - Q, 0.0)
    return losers * h * (1 - h) * (1 + (op.maximum(losers, 1.0) - 1) * rho)
