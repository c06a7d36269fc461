"""Repeated enforcement with two groups: those caught before are watched more closely (Harrington 1988)."""
# ruff: noqa: N815  (letters of the model keep their case)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence._checks import (
    Number,
    ParameterError,
    Problem,
    Range,
    check_finite,
    check_nonnegative,
    check_range,
    check_unit,
)
from deterrence._compliance import covers
from deterrence.games._answer import Answer, together

POLICIES = ("comply in both", "violate in group 1, comply in group 2", "violate in both")

_DISCOUNT = Range(0.0, float(np.nextafter(1.0, 0.0)), "a number in [0, 1)")


@dataclass(frozen=True)
class Targeting(Answer):
    """What a lab does for ever under two-group targeting, and what comes of it.

    Attributes
    ----------
    g, p_1, F_1, p_2, F_2, u, delta : float or array
        The question: as for `targeting`.
    g_L, g_H : float or array, money
        Largest gain at which the lab complies in both groups, and at which it complies in group 2.
    g_H_limit : float or array, money
        Limit of `g_H` as delta tends to 1; infinite where patience deters any gain.
    policy : str or array of str
        "comply in both", "violate in group 1, comply in group 2" or "violate in both".
    cost_1, cost_2 : float or array, money
        Expected discounted cost, gains forgone and fines, from a start in group 1 and in group 2.
    violation_rate, inspection_rate : float or array, in [0, 1]
        Long-run violations and inspections per period.
    time_in_1, time_in_2 : float or array, in [0, 1]
        Long-run share of periods in each group.
    leverage : bool or array of bool
        Whether the lab complies part of the time although no fine is worth its gain, g > p_2 F_2.
    """

    g: Any
    p_1: Any
    F_1: Any
    p_2: Any
    F_2: Any
    u: Any
    delta: Any
    g_L: Any
    g_H: Any
    g_H_limit: Any
    policy: Any
    cost_1: Any
    cost_2: Any
    violation_rate: Any
    inspection_rate: Any
    time_in_1: Any
    time_in_2: Any
    leverage: Any

    def _in_words(self) -> str:
        return (
            f"{self.policy}: g = {self.g:.6g}, g_L = {self.g_L:.6g}, g_H = {self.g_H:.6g}\n"
            f"long run: violation rate {self.violation_rate:.6g}, inspection rate {self.inspection_rate:.6g}"
        )


def targeting(
    *, g: Number, p_1: Number, F_1: Number, p_2: Number, F_2: Number, u: Number, delta: Number
) -> Targeting:
    r"""Optimal policy of a lab under two-group targeting (Harrington 1988 [1]_).

    Each period the lab complies, which forgoes g, or violates. In group 1 a violator is caught with
    probability p_1, pays F_1 and moves to group 2. In group 2 it is caught with probability p_2, pays F_2
    and stays; a complier is inspected with probability p_2 and then returned to group 1 with probability
    u. The lab complies in group 1 iff g <= g_L and in group 2 iff g <= g_H,

    .. math:: g_L = p_1 F_1, \qquad
       g_H = p_2 F_2 + \frac{\delta p_2 u (p_2 F_2 - p_1 F_1)}{1 - \delta (1 - p_1)}.

    The long run is that of a lab that starts in group 1; another start matters only where no lab returns.

    Parameters
    ----------
    g : float or array, money
        Gain from violating for one period; at 0 or less the lab complies.
    p_1, p_2 : float or array, in [0, 1]
        Probability of an inspection in each group.
    F_1, F_2 : float or array, money, >= 0
        Fine in each group; p_1 F_1 <= p_2 F_2.
    u : float or array, in [0, 1]
        Probability that an inspected complier is released from group 2.
    delta : float or array, in [0, 1)
        Discount factor.

    Returns
    -------
    Targeting

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number, or group 1 is the stricter one.

    References
    ----------
    .. [1] Harrington (1988), Enforcement leverage when penalties are restricted, J. Public Econ.
       37:29-53.

    Examples
    --------
    >>> answer = targeting(g=0.75, p_1=0.25, F_1=1.0, p_2=0.5, F_2=1.0, u=0.5, delta=0.75)
    >>> answer.policy, answer.g_L, round(answer.g_H, 6), answer.violation_rate
    ('violate in both', 0.25, 0.607143, 1.0)
    >>> answer = targeting(g=0.6, p_1=0.25, F_1=1.0, p_2=0.5, F_2=1.0, u=0.5, delta=0.75)
    >>> answer.leverage
    True
    >>> print(answer)
    violate in group 1, comply in group 2: g = 0.6, g_L = 0.25, g_H = 0.607143
    long run: violation rate 0.5, inspection rate 0.375
    """
    (g,) = check_finite(g=g)
    p_1, p_2, u = check_unit(p_1=p_1, p_2=p_2, u=u)
    F_1, F_2 = check_nonnegative(F_1=F_1, F_2=F_2)
    delta = check_range("delta", delta, _DISCOUNT)
    op, *question = together(g, p_1, F_1, p_2, F_2, u, delta)
    g, p_1, F_1, p_2, F_2, u, delta = question
    low, high = p_1 * F_1, p_2 * F_2
    _check_order(p_1, low, high)
    back, spared = p_2 * u, op.maximum(high - low, 0.0)
    present, leaving = 1 - delta, (1 - delta) + delta * p_1
    g_H = high + delta * back * spared / leaving
    complies, mixes = covers(low, g), covers(g_H, g)

    def by_policy(both: Any, mixed: Any, none: Any) -> Any:
        return op.where(complies, both, op.where(mixes, mixed, none))

    # From group 2 rather than 1, under the policy of the middle row, the lab loses this much more.
    more = (g - low) / (present + delta * (p_1 + back))
    mixed_1 = (low + delta * p_1 * more) / present
    worst = high / present
    time_in_1 = by_policy(1.0, op.ratio(back, p_1 + back, 1.0), op.where(p_1 > 0, 0.0, 1.0))
    time_in_2 = by_policy(0.0, op.ratio(p_1, p_1 + back), op.where(p_1 > 0, 1.0, 0.0))
    return Targeting(
        *question,
        g_L=low,
        g_H=g_H,
        g_H_limit=high + op.ratio(back * spared, p_1),
        policy=by_policy(*POLICIES),
        cost_1=by_policy(g / present, mixed_1, (low + delta * p_1 * worst) / leaving),
        cost_2=by_policy(g / present, mixed_1 + more, worst),
        violation_rate=by_policy(0.0, time_in_1, 1.0),
        inspection_rate=time_in_1 * p_1 + time_in_2 * p_2,
        time_in_1=time_in_1,
        time_in_2=time_in_2,
        leverage=op.where(covers(high, g), False, by_policy(False, time_in_2 > 0, False)),
    )


def _check_order(p_1: Number, low: Number, high: Number) -> None:
    ordered = np.asarray(covers(high, low))
    if not ordered.all():
        first = np.asarray(p_1)[~ordered].flat[0].item()
        raise ParameterError(
            Problem("p_1", first, "makes group 1 the stricter one; relabel the groups", "p_1 F_1 <= p_2 F_2")
        )
