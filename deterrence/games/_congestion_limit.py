"""Congestion among many labs: all fixed points of the best reply, and which are stable."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from deterrence._checks import (
    Number,
    check_finite,
    check_nonnegative,
    check_one,
    check_unit,
)
from deterrence._compliance import covers
from deterrence._market import in_order
from deterrence._numeric import operations
from deterrence.games._congestion_regimes import congested_detection, positive, tipping_share

_SAME = 1e-12
"""Share of the unpermitted labs by which two fixed points differ through rounding alone."""


def congestion_response(*, p_eff: Number, t_0: Number, t_1: Number, mu: Number) -> Number:
    r"""Violators per lab who answer a detection probability, :math:`\mu \Pr(t > p_{\mathrm{eff}})`.

    Thresholds t are uniform on [t_0, t_1], or all the same. At the detection probability p(x) of
    `congested_detection` it is the best reply :math:`\Phi(x)` to x violators per lab.

    Parameters
    ----------
    p_eff : float or array, in [0, 1]
        Detection probability.
    t_0, t_1 : float or array, t_0 <= t_1
        Least and largest detection probability from which a lab complies.
    mu : float or array, in [0, 1]
        Labs without permit, per lab.

    Returns
    -------
    float or array, in [0, mu]
        Non-increasing in p_eff, so that the best reply is non-decreasing in x.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> congestion_response(p_eff=0.25, t_0=0.0, t_1=1.0, mu=0.5)
    0.375
    """
    t_0, t_1 = in_order(check_finite(t_0=t_0, t_1=t_1), "t_0", "t_1")
    p_eff, mu = check_unit(p_eff=p_eff, mu=mu)
    op = operations(p_eff, t_0, t_1, mu)
    share = op.share(t_1 - p_eff, t_1 - t_0)
    return mu * op.where(covers(p_eff, t_1), 0.0, share)


@dataclass(frozen=True)
class LimitEquilibrium:
    """One fixed point of the best reply in a large market.

    Attributes
    ----------
    x : float, in [0, mu]
        Violators per lab.
    detection : float, in [0, 1]
        Probability that a violator is detected.
    stable : bool
        Whether x returns after a small change, under x' = Phi(x) - x. One that is not is a tipping share.
    """

    x: float
    detection: float
    stable: bool

    def __str__(self) -> str:
        kind = "stable" if self.stable else "unstable"
        return f"x = {self.x:.4g}, detected with {self.detection:.4g}, {kind}"


@dataclass(frozen=True)
class CongestionLimit:
    """All equilibria of the congestion game in a large market; ``print`` it to read it.

    Attributes
    ----------
    t_0, t_1, mu, mu_c, gamma, p_s, p_f, p_b : float
        What was asked.
    equilibria : tuple of LimitEquilibrium
        By violators per lab. In general position their number is odd, and stable and unstable ones
        alternate.
    """

    t_0: float
    t_1: float
    mu: float
    mu_c: float
    gamma: float
    p_s: float
    p_f: float
    p_b: float
    equilibria: tuple[LimitEquilibrium, ...]

    def __str__(self) -> str:
        head = f"per lab: {self.mu:.4g} without permit, {self.gamma:.4g} running, {self.mu_c:.4g} audits"
        return "\n".join([head, *(f"equilibrium: {point}" for point in self.equilibria)])


def congestion_limit(
    *,
    t_0: float,
    t_1: float,
    mu: float,
    mu_c: float,
    gamma: float,
    p_s: float,
    p_f: float,
    p_b: float = 0.0,
) -> CongestionLimit:
    r"""Find all equilibria of a large market, the fixed points of :math:`\Phi`, and which are stable.

    :math:`\Phi(x)` is the best reply to x violators per lab, `congestion_response` at the detection
    probability p(x) of `congested_detection`.

    Thresholds are uniform on [t_0, t_1]. If t_0 = t_1 the labs without permit all comply or all violate,
    and the `tipping_share` between the two, at which all are indifferent, is listed as unstable.

    Parameters
    ----------
    t_0, t_1 : float, t_0 <= t_1
        Least and largest detection probability from which a lab complies.
    mu : float, in (0, 1]
        Labs without permit, per lab.
    mu_c, gamma, p_s, p_f, p_b : float
        As for `congested_detection`.

    Returns
    -------
    CongestionLimit

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    References
    ----------
    .. [1] Schrag and Scotchmer (1997), The self-reinforcing nature of crime, Int. Rev. Law Econ. 17.

    Examples
    --------
    >>> print(congestion_limit(t_0=0.25, t_1=0.75, mu=1.0, mu_c=0.2, gamma=0.0, p_s=1.0, p_f=0.0))
    per lab: 1 without permit, 0 running, 0.2 audits
    equilibrium: x = 0, detected with 1, stable
    equilibrium: x = 0.3469, detected with 0.5766, unstable
    equilibrium: x = 1, detected with 0.2, stable
    """
    check_one(t_0=t_0, t_1=t_1, mu=mu, mu_c=mu_c, gamma=gamma, p_s=p_s, p_f=p_f, p_b=p_b)
    (t_0, t_1), mu = in_order(check_finite(t_0=t_0, t_1=t_1), "t_0", "t_1"), positive(mu)
    (mu_c,) = check_nonnegative(mu_c=mu_c)
    gamma, p_s, p_f, p_b = check_unit(gamma=gamma, p_s=p_s, p_f=p_f, p_b=p_b)
    known = {"mu_c": mu_c, "gamma": gamma, "p_s": p_s, "p_f": p_f, "p_b": p_b}

    def detection(x: float) -> Any:
        return congested_detection(x=x, **known)

    def excess(x: float) -> float:
        return float(congestion_response(p_eff=detection(x), t_0=t_0, t_1=t_1, mu=mu) - x)

    found = [x for x in (0.0, mu, excess(0.0)) if abs(excess(x)) <= _SAME * mu]
    if t_0 < t_1:
        found += [x for x in _crossings(t_0, t_1, mu, **known) if p_s * x + p_f * gamma > mu_c]
    elif {0.0, mu} <= set(found):
        found.append(float(tipping_share(t=t_1, **known)))
    points = _distinct(found, mu)
    rows = zip(points, _stable(points, mu, excess), strict=True)
    equilibria = tuple(LimitEquilibrium(x, detection(x), stable) for x, stable in rows)
    return CongestionLimit(t_0=t_0, t_1=t_1, mu=mu, **known, equilibria=equilibria)


def _crossings(
    t_0: float, t_1: float, mu: float, *, mu_c: float, gamma: float, p_s: float, p_f: float, p_b: float
) -> Iterator[float]:
    """Where a detection probability that falls with congestion crosses the quantiles of the thresholds."""
    spread, above, load = t_1 - t_0, t_1 - p_b, p_f * gamma
    a, b = spread * p_s, spread * load - above * p_s * mu
    c = mu * ((1 - p_b) * p_s * mu_c - above * load)
    for x in _roots(a, b, c):
        if -_SAME * mu <= x <= (1 + _SAME) * mu:
            yield min(max(x, 0.0), mu)


def _roots(a: float, b: float, c: float) -> Iterator[float]:
    """Real roots of a x^2 + b x + c, without cancellation."""
    under = b * b - 4 * a * c
    if under < 0:
        return
    q = -(b + math.copysign(math.sqrt(under), b)) / 2
    if a:
        yield q / a
    if q:
        yield c / q


def _distinct(found: list[float], mu: float) -> list[float]:
    """In rising order, what differs through rounding alone only once."""
    points: list[float] = []
    for x in sorted(found):
        if not points or x - points[-1] > _SAME * mu:
            points.append(x)
    return points


def _stable(points: list[float], mu: float, excess: Callable[[float], float]) -> Iterator[bool]:
    """Whether the best reply moves towards each fixed point from both sides; it cannot turn between two."""
    ends = [0.0, *points, mu]
    for low, x, high in zip(ends, points, ends[2:], strict=False):
        rises_to = low == x or excess((low + x) / 2) > 0
        falls_to = high == x or excess((x + high) / 2) < 0
        yield rises_to and falls_to
