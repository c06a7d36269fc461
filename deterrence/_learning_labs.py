"""Where labs end up that learn, err or imitate, under a Governor that keeps to its policy."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from deterrence._behaviours import BayesianLabs, ImitatingLabs
from deterrence._claim import Claim, known, unknown
from deterrence._compliance import covers
from deterrence._meeting import lowest
from deterrence._outsiders import Outsiders
from deterrence.games import stopping

_WIDTH, _ASIDE = 0.015, 1e-13

_ROTHSCHILD = "Rothschild (1974); docs/theory.md, 10.1"
_VIOLATES_ON = "Labs that do not stop violate in every turn."


def bayesian(labs: Outsiders) -> Iterator[Claim]:
    """Labs without a permit in every turn: they pool violations alone, since they have no other runs."""
    prior = _behaviour(labs)
    p, a, b = labs.enforcement.p_eff, prior.caught, prior.missed

    def stops(t: float) -> float:
        return float(stopping(p_eff=p, t=t, a_0=a, b_0=b).probability)

    if labs.alike is not None:
        yield from _stopping(*[stops(labs.threshold)] * 3)
        return
    cuts = np.linspace(p, 1.0, 2 + int((1 - p) / _WIDTH)).tolist()
    least = most = 1 - labs.exceeding(p * labs.P)
    for low, high in pairwise(cuts):
        mass = labs.exceeding(low * labs.P) - labs.exceeding(high * labs.P)
        if mass > 0:  # the probability falls with t: its values at the ends enclose it
            first = 1.0 if low == p else stops(low)
            least, most = least + mass * stops(high), most + mass * first
    yield from _stopping(least, (least + most) / 2, most)


def _stopping(low: float, value: float, high: float) -> Iterator[Claim]:
    words = "A lab that sees only its own outcomes stops violating for good with this probability."
    yield known("stopping", value, words, _ROTHSCHILD, band=(low, high))
    yield known("violation_rate", 1 - value, _VIOLATES_ON, _ROTHSCHILD, band=(1 - high, 1 - low))


def redrawn_bayesian(labs: Outsiders) -> Iterator[Claim]:
    """Labs whose values, and so permits, are drawn anew in each turn, at a fixed price."""
    e = labs.enforcement
    if not labs.settled or e.risk is not None:
        yield unknown("No theory is known of Bayesian labs with new values if prices or multipliers differ.")
    elif _behaviour(labs).pools == "violations" or labs.number == labs.game.n_agents:
        yield from _by_violations(labs)
    elif e.p_eff < e.q_f:
        yield unknown("No theory is known if permitted runs are checked more often than violations.")
    else:
        yield _by_runs(labs)


def _by_violations(labs: Outsiders) -> Iterator[Claim]:
    # Catches among violations are a walk of their own: it ends once not even the largest gain is worth it.
    prior, p = _behaviour(labs), labs.enforcement.p_eff
    worth = lowest(lambda q: labs.exceeding(q * labs.P) == 0)
    t = 2.0 if labs.exceeding(labs.P) > 0 else worth
    answer = stopping(p_eff=p, t=t, a_0=prior.caught, b_0=prior.missed)
    rate = (1 - answer.probability) * labs.exceeding(p * labs.P)
    words = "A lab stops for good once its estimate deters it at the largest gain that it can draw."
    yield known("stopping", answer.probability, words, _ROTHSCHILD)
    words = "Labs that do not stop learn the truth, and act on it."
    yield known("violation_rate", rate, words, _ROTHSCHILD)


def _by_runs(labs: Outsiders) -> Claim:
    """The estimate drifts to where it is the share of checked runs that follows from it.

    With b the probability of a permit and h that of a violation, violations are w = h / (b + h) of all runs,
    and w p_eff + (1 - w) q_f of them are checked. This falls with the estimate, and so has one fixed point.
    """
    e, without = labs.enforcement, labs.number / labs.game.n_agents

    def checked(estimate: float) -> float:
        h = without * labs.exceeding(estimate * labs.P)
        return e.q_f + (e.p_eff - e.q_f) * h / (1 - without + h)

    estimate = lowest(lambda m: checked(m) <= m)
    rate, most = (labs.exceeding(max(0.0, estimate + d) * labs.P) for d in (_ASIDE, -_ASIDE))
    if (
        rate < most and e.p_eff > e.q_f
    ):  # a jump, of which both sides are played: as often as keeps the estimate there
        w = (estimate - e.q_f) / (e.p_eff - e.q_f)
        rate = min(max(rate, (1 - without) * w / ((1 - w) * without)), most)
    words = f"The estimate of a lab that pools all its runs tends to {estimate:.6g}, and it acts on that."
    return known("violation_rate", rate, words, "Fudenberg and Levine (1993); docs/theory.md, 10.1")


def logit(labs: Outsiders) -> Iterator[Claim]:
    """Labs that err: in every turn alike."""
    words = "In every turn a lab without a permit violates with the logit probability of its net gain."
    words += "" if labs.settled else " It is that of many labs."
    rate = labs.violating(labs.enforcement.p_eff)
    sort = "exact" if labs.settled else "limit"
    yield known("violation_rate", rate, words, "McKelvey and Palfrey (1995); docs/theory.md, 4.4", sort=sort)


def imitating(labs: Outsiders) -> Iterator[Claim]:
    """Labs that imitate each other, all alike: the better action takes over."""
    behaviour = labs.asked.lab.behaviour
    assert isinstance(behaviour, ImitatingLabs)
    if labs.alike is None:
        yield unknown("No theory is known of imitation between labs that differ.")
        return
    g, B = labs.alike[0], labs.alike[1] * labs.P
    if behaviour.rate * max(abs(g), abs(g - B)) > 1:
        yield unknown("No theory is known if labs may fare so much better that switching is certain.")
        return
    loss, start = labs.enforcement.p_eff * B, behaviour.violating
    if start in (0.0, 1.0) or (covers(loss, g) and covers(g, loss)):
        rate, words = start, "Both actions pay the same, or all labs choose one: the first share stays."
    else:
        rate, words = float(g > loss), "All of many labs come to do what pays better on average."
    yield known("violation_rate", rate, words, "Hofbauer and Sigmund (1998); docs/theory.md, 4.5")


def _behaviour(labs: Outsiders) -> BayesianLabs:
    behaviour = labs.asked.lab.behaviour
    assert isinstance(behaviour, BayesianLabs)
    return behaviour
