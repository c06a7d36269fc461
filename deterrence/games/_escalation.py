"""Repeated enforcement that grows harsher with every catch, for good."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence._checks import (
    Number,
    check_finite,
    check_nonnegative,
    check_unit,
)
from deterrence._compliance import TIE, covers
from deterrence.games._answer import Answer, plain, spelled, together

_REASONS = ("the loss of reputation does not grow (R_0 f = 0)", "nothing is felt (p_eff r = 0)")


@dataclass(frozen=True)
class Escalation(Answer):
    """How often a lab must be caught before its growing loss of reputation deters it for good.

    Attributes
    ----------
    g, p_eff, phi, R_0, f, r : float or array
        The question: as for `escalation`.
    catches : float or array
        Catches until it complies for good; infinite where it never does.
    steps_mean, steps_variance : float or array
        Mean and variance of the steps until then, in all of which it violates.
    violation_rate : float or array
        Long-run violations per step: 0, or 1 where it never complies.
    reason : str or array of str
        Why it never does; empty where it does.
    """

    g: Any
    p_eff: Any
    phi: Any
    R_0: Any
    f: Any
    r: Any
    catches: Any
    steps_mean: Any
    steps_variance: Any
    violation_rate: Any
    reason: Any

    def _in_words(self) -> str:
        if self.reason:
            return f"never complies: {self.reason}"
        if self.catches == 0:
            return "complies from the start"
        after = f"{spelled(self.catches, 'catch')}, {spelled(self.steps_mean, 'step')} on average"
        return f"complies for good after {after} (sd {math.sqrt(self.steps_variance):.6g})"


def escalation(
    *, g: Number, p_eff: Number, phi: Number, R_0: Number, f: Number, r: Number = 1.0
) -> Escalation:
    r"""Catches and steps until a loss of reputation that grows with every catch deters for good.

    After n catches the loss is :math:`R_n = R_0 (1+f)^n`, and the lab complies for good once
    :math:`p_{\mathrm{eff}} r (\phi + R_n) \ge g`. The steps until then are negative binomial.

    Parameters
    ----------
    g : float or array, money
        Gain from violating for one step.
    p_eff : float or array, in [0, 1]
        Probability that a violator is detected.
    phi, R_0 : float or array, money, >= 0
        Fine, and loss of reputation at the first catch.
    f : float or array, >= 0
        Growth of the loss of reputation with each catch.
    r : float or array, >= 0
        Risk multiplier.

    Returns
    -------
    Escalation

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> answer = escalation(g=2.0, p_eff=0.5, phi=0.0, R_0=0.5, f=1.0)
    >>> answer.catches, answer.steps_mean, answer.steps_variance
    (3.0, 6.0, 6.0)
    >>> print(answer)
    complies for good after 3 catches, 6 steps on average (sd 2.44949)
    >>> escalation(g=2.0, p_eff=0.5, phi=0.0, R_0=0.5, f=0.0).reason
    'the loss of reputation does not grow (R_0 f = 0)'
    """
    (g,), (p_eff,) = check_finite(g=g), check_unit(p_eff=p_eff)
    phi, R_0, f, r = check_nonnegative(phi=phi, R_0=R_0, f=f, r=r)
    op, *question = together(g, p_eff, phi, R_0, f, r)
    g, p_eff, phi, R_0, f, r = question
    felt = p_eff * r
    at_once = covers(felt * (phi + R_0), g)
    grows = (R_0 > 0) & (f > 0) & (felt > 0)
    sought = op.where(at_once, False, grows)
    first, growth = op.where(sought, R_0, 1.0), np.log1p(op.where(sought, f, 1.0))
    # Less the tolerance of a tie, which is wider than the rounding of the logarithm at whole powers.
    missing = op.where(sought, op.ratio(g * (1 - TIE), felt) - phi, 0.0)
    count = op.maximum(np.ceil(np.log(op.maximum(missing / first, 1.0)) / growth), 1.0)
    catches = op.where(at_once, 0.0, op.where(grows, count, math.inf))
    ends = catches < math.inf
    n = op.where(ends, catches, 0.0)
    reason = op.where(felt > 0, *_REASONS)
    answer = (
        catches,
        op.where(ends, op.ratio(n, p_eff), math.inf),
        op.where(ends, op.ratio(op.ratio(n * (1 - p_eff), p_eff), p_eff), math.inf),
        op.where(ends, 0.0, 1.0),
        op.where(ends, "", reason),
    )
    return Escalation(*map(plain, (*question, *answer)))
