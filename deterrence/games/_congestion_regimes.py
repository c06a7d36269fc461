"""Congestion among many labs: detection, and the regimes of labs with the same threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence._checks import (
    Number,
    ParameterError,
    Problem,
    check_finite,
    check_nonnegative,
    check_unit,
)
from deterrence._compliance import covers
from deterrence._numeric import operations
from deterrence.games._answer import Answer, together


def congested_detection(
    *, x: Number, mu_c: Number, gamma: Number, p_s: Number, p_f: Number, p_b: Number = 0.0
) -> Number:
    r"""Detection probability in a large market, :math:`p(x)=p_b+(1-p_b)p_s\min(1,\mu_c/(p_sx+p_f\gamma))`.

    With :math:`\pi_1 = 1, \pi_0 = 0` the trigger probabilities p_s and p_f are beta and alpha.

    Parameters
    ----------
    x : float or array, in [0, 1]
        Violators per lab.
    mu_c : float or array, >= 0
        Audits that can be carried out, per lab.
    gamma : float or array, in [0, 1]
        Compliant running labs, per lab.
    p_s, p_f : float or array, in [0, 1]
        Probability that a violator, and that a compliant running lab, is triggered.
    p_b : float or array, in [0, 1], optional
        Probability that a running lab that was not audited is backchecked.

    Returns
    -------
    float or array, in [0, 1]
        Non-increasing in x; p_b where there are no audits.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> congested_detection(x=0.5, mu_c=0.125, gamma=0.0, p_s=0.5, p_f=0.0)
    0.25
    """
    x, gamma, p_s, p_f, p_b = check_unit(x=x, gamma=gamma, p_s=p_s, p_f=p_f, p_b=p_b)
    (mu_c,) = check_nonnegative(mu_c=mu_c)
    op = operations(x, mu_c, gamma, p_s, p_f)
    return p_b + (1 - p_b) * p_s * op.share(mu_c, p_s * x + p_f * gamma)


def compliance_capacity(*, t: Number, gamma: Number, p_s: Number, p_f: Number, p_b: Number = 0.0) -> Number:
    r"""Capacity from which full compliance is an equilibrium, :math:`\mu_{lo} = t' p_f \gamma / p_s`.

    Here t' = (t - p_b) / (1 - p_b) is the audit probability that deters.

    Parameters
    ----------
    t : float or array
        Detection probability from which a lab complies, the same for all.
    gamma, p_s, p_f, p_b : float or array, in [0, 1]
        As for `congested_detection`.

    Returns
    -------
    float or array, >= 0
        Audits per lab; 0 where backchecks alone deter (t <= p_b), infinite where no capacity does
        (t' > p_s). At 0 any capacity above 0 will do.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> compliance_capacity(t=0.5, gamma=0.5, p_s=1.0, p_f=0.25)
    0.0625
    """
    return _capacity(0.0, t, gamma, p_s, p_f, p_b)


def defection_capacity(
    *, t: Number, mu: Number, gamma: Number, p_s: Number, p_f: Number, p_b: Number = 0.0
) -> Number:
    r"""Capacity below which mass defection is an equilibrium, :math:`\mu_{hi} = t'(\mu + p_f\gamma/p_s)`.

    Between `compliance_capacity` and this, an interval of width t' mu, full compliance is an equilibrium as
    well.

    Parameters
    ----------
    mu : float or array, in [0, 1]
        Labs without permit, per lab.
    t, gamma, p_s, p_f, p_b : float or array
        As for `compliance_capacity`.

    Returns
    -------
    float or array, >= 0
        Audits per lab; 0 where backchecks alone deter (t <= p_b), infinite where no capacity does
        (t' > p_s).

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> defection_capacity(t=0.5, mu=0.5, gamma=0.5, p_s=1.0, p_f=0.25)
    0.3125
    """
    (mu,) = check_unit(mu=mu)
    return _capacity(mu, t, gamma, p_s, p_f, p_b)


def tipping_share(
    *, t: Number, mu_c: Number, gamma: Number, p_s: Number, p_f: Number, p_b: Number = 0.0
) -> Number:
    r"""Violators per lab up to which detection deters, :math:`\hat x = \mu_c / t' - p_f \gamma / p_s`.

    Parameters
    ----------
    t, gamma, p_s, p_f, p_b : float or array
        As for `compliance_capacity`.
    mu_c : float or array, >= 0
        Audits that can be carried out, per lab.

    Returns
    -------
    float or array, >= 0
        0 where detection deters nobody, infinite where backchecks alone deter (t <= p_b).

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> tipping_share(t=0.5, mu_c=0.25, gamma=0.5, p_s=1.0, p_f=0.25)
    0.375
    """
    (mu_c,) = check_nonnegative(mu_c=mu_c)
    need, idle, enough, within = _deterrent(t, gamma, p_s, p_f, p_b)
    op = operations(mu_c, need)
    share = op.maximum(0.0, mu_c / need - idle)
    return op.where(enough, math.inf, op.where(within, share, 0.0))


def _capacity(x: Number, t: Number, gamma: Number, p_s: Number, p_f: Number, p_b: Number) -> Number:
    """Capacity at which x violators per lab are detected with probability t."""
    need, idle, enough, within = _deterrent(t, gamma, p_s, p_f, p_b)
    op = operations(x, need)
    return op.where(enough, 0.0, op.where(within, need * (x + idle), math.inf))


def _deterrent(t: Number, gamma: Number, p_s: Number, p_f: Number, p_b: Number) -> tuple[Any, ...]:
    """Audit probability t', violators whose triggers weigh as much as the compliant labs', and the cases."""
    (t,) = check_finite(t=t)
    gamma, p_s, p_f, p_b = check_unit(gamma=gamma, p_s=p_s, p_f=p_f, p_b=p_b)
    op = operations(t, gamma, p_s, p_f, p_b)
    enough = t <= p_b
    need = op.ratio(op.maximum(t - p_b, 0.0), 1 - p_b)
    within = (need <= p_s) & (t > p_b)
    idle = op.ratio(p_f * gamma, op.where(within, p_s, 1.0))
    return op.where(within, need, 1.0), idle, enough, within


@dataclass(frozen=True, eq=False)
class CongestionRegimes(Answer):
    """Which equilibria there are in a large market of labs with the same threshold.

    Attributes
    ----------
    t, mu, mu_c, gamma, p_s, p_f, p_b : float or array
        The question, as for `congestion_regimes`.
    full_compliance, mass_defection : bool or array of bool
        Whether it is an equilibrium that no lab without permit violates, and that all do. One always is.
    """

    t: Any
    mu: Any
    mu_c: Any
    gamma: Any
    p_s: Any
    p_f: Any
    p_b: Any
    full_compliance: Any
    mass_defection: Any

    @property
    def coexistence(self) -> Any:
        """Whether both are: history and expectations decide."""
        return self.full_compliance & self.mass_defection

    def _in_words(self) -> str:
        if self.coexistence:
            return "full compliance and mass defection are both equilibria"
        return f"{'full compliance' if self.full_compliance else 'mass defection'} is an equilibrium"


def congestion_regimes(
    *,
    t: Number,
    mu: Number,
    mu_c: Number,
    gamma: Number,
    p_s: Number,
    p_f: Number,
    p_b: Number = 0.0,
) -> CongestionRegimes:
    r"""Map where full compliance and mass defection are equilibria, over arrays of parameters.

    Both are where mu_c lies between `compliance_capacity` and `defection_capacity`; then `tipping_share`
    parts the violators per lab from which either is reached.

    Parameters
    ----------
    t : float or array
        Detection probability from which a lab complies, the same for all.
    mu : float or array, in (0, 1]
        Labs without permit, per lab.
    mu_c, gamma, p_s, p_f, p_b : float or array
        As for `congested_detection`.

    Returns
    -------
    CongestionRegimes

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    References
    ----------
    .. [1] Kleiman and Kilmer (2009), The dynamics of deterrence, PNAS 106:14230-14235.

    Examples
    --------
    >>> capacity = np.array([0.05, 0.2, 0.4])
    >>> regimes = congestion_regimes(t=0.5, mu=0.5, mu_c=capacity, gamma=0.5, p_s=1.0, p_f=0.25)
    >>> regimes.full_compliance.tolist(), regimes.mass_defection.tolist()
    ([False, True, True], [True, True, False])
    >>> print(congestion_regimes(t=0.5, mu=0.5, mu_c=0.2, gamma=0.5, p_s=1.0, p_f=0.25))
    full compliance and mass defection are both equilibria
    """
    (t,) = check_finite(t=t)
    mu, (mu_c,) = positive(mu), check_nonnegative(mu_c=mu_c)
    gamma, p_s, p_f, p_b = check_unit(gamma=gamma, p_s=p_s, p_f=p_f, p_b=p_b)
    op, t, mu, *rest = together(t, mu, mu_c, gamma, p_s, p_f, p_b)
    known = dict(zip(("mu_c", "gamma", "p_s", "p_f", "p_b"), rest, strict=True))
    none, all_labs = congested_detection(x=0.0, **known), congested_detection(x=mu, **known)
    full, mass = covers(none, t), op.where(covers(all_labs, t), False, True)
    return CongestionRegimes(t=t, mu=mu, **known, full_compliance=full, mass_defection=mass)


def positive(mu: Number) -> Any:
    (mu,) = check_unit(mu=mu)
    if not np.all(np.greater(mu, 0)):
        raise ParameterError(Problem("mu", 0.0, "is out of range", "a number in (0, 1]"))
    return mu
