"""Where Governors end up that adapt their audits, and labs under them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from deterrence._audit import optimal_pi_1
from deterrence._behaviours import (
    RATIONAL,
    GradientGovernor,
    LoweringGovernor,
    TargetingGovernor,
    TrackingGovernor,
)
from deterrence._claim import Claim, bound, known, unknown
from deterrence._compliance import covers
from deterrence._meeting import meeting
from deterrence._outsiders import Outsiders
from deterrence._threshold import threshold
from deterrence.games import Targeting
from deterrence.games import lowering as lowering_limit
from deterrence.games import targeting as two_groups

_ROBBINS = "Robbins and Monro (1951); docs/theory.md, 10.2"
_LOWERING = "docs/theory.md, 10.2"
_HARRINGTON = "Harrington (1988); docs/theory.md, 8.1"


def gradient(labs: Outsiders) -> Iterator[Claim]:
    """A Governor that climbs the specification's objective, by what violators show it."""
    governor, audit = labs.asked.audit.governor, labs.game.audit
    assert isinstance(governor, GradientGovernor)
    if math.isinf(labs.price) or labs.violating(labs.detection(audit.high_prob)) == 0:
        words = "The Governor has nobody to learn from, and keeps to where it starts."
        yield known("pi_1", audit.high_prob, words, _ROBBINS)
        yield known("violation_rate", labs.violating(labs.enforcement.p_eff), "That stays too.", _ROBBINS)
        return
    p, P, beta = labs.price, labs.P, audit.beta
    goal = float(optimal_pi_1(P=P, beta=beta, v_star=p))
    if labs.violating(labs.detection(1.0)) == 0:
        yield from _at_rest(labs, goal)
        return
    many = "" if labs.settled else ", the price that of a large market"
    words = f"While somebody violates it converges to the rule min(1, P beta / (v* - c)){many}."
    yield known("pi_1", goal, words, _ROBBINS)
    rate = labs.violating(labs.detection(goal))
    yield known("violation_rate", rate, "What labs do at that audit probability.", _ROBBINS)
    certain = labs.violating(labs.detection(1.0)) == 1 and labs.certain_number
    if certain and P * beta < p and governor.scale * p > 0.5:
        noise = P * math.sqrt(beta * (1 - beta) / certain)
        spread = governor.scale * noise / math.sqrt(2 * governor.scale * p - 1)
        words = "The square root of the turns played times the standard deviation of pi_1 tends to this."
        yield known("pi_1_spread", spread, words, "Chung (1954); derived from 10.2 of docs/theory.md")


def _at_rest(labs: Outsiders, goal: float) -> Iterator[Claim]:
    if labs.alike is None or _required(labs) >= goal:
        yield unknown("It may come to rest where nobody violates, and of that no theory is known.", "pi_1")
        return
    words = "On its way to the rule it comes to rest, where nobody violates any more."
    yield bound("pi_1", _required(labs), 1.0, words, _ROBBINS)
    yield known("violation_rate", 0.0, words, _ROBBINS)


def lowering(labs: Outsiders) -> Iterator[Claim]:
    """A Governor that lowers audits until violations appear, among labs that are alike."""
    governor = labs.asked.audit.governor
    assert isinstance(governor, LoweringGovernor)
    if labs.alike is None:
        yield unknown("No theory is known of lowering among labs that differ: the boldest decide.")
        return
    required = _required(labs)
    if governor.sees == "catches" and required > 0:
        yield from _censored(labs, governor, required)
        return
    # In units in which a sure audit costs a violator 1, the gain is the audit probability that deters.
    answer = lowering_limit(P=1.0, beta=1.0, v_star=min(required, 2.0), up=governor.up, down=governor.down)
    words = {
        "hovers": "It enters the band around the least-cost deterrent, and stays.",
        "clipped": "It stays in the band around the least-cost deterrent, as far as that is inside [0, 1].",
        "rises to 1": "Nothing deters.",
        "falls to 0": "Nothing needs to be deterred.",
    }[answer.verdict]
    yield known("pi_1", answer.limit, words, _LOWERING, band=(answer.low, answer.high))
    if answer.share is None:
        yield unknown("Steps are cut short at an end of [0, 1], which leaves the share of violations open.")
        return
    words = "All labs without a permit violate in this share of turns, and none in the others."
    yield known("violation_rate", answer.share, words, _LOWERING)


def _censored(labs: Outsiders, governor: LoweringGovernor, required: float) -> Iterator[Claim]:
    n = labs.certain_number
    if n is None or labs.detection(0.0) > 0:
        words = "No theory is known of what is seen by catches if their number is left to chance, or if"
        yield unknown(f"{words} base audits or backchecks catch some.")
        return
    caught = 1 - (1 - labs.detection(min(required, 1.0))) ** n
    falls = governor.down / (governor.down + governor.up)
    if caught <= falls:
        words = "Where violators are missed too often audits collapse: none is caught, and all violate."
        yield known("pi_1", 0.0, words, _LOWERING)
        yield known("violation_rate", 1.0, words, _LOWERING)
        return
    words = "With small steps it hovers near the least-cost deterrent, for long: but 0 is absorbing."
    top = min(1.0, required + governor.up)
    yield known("pi_1", min(1.0, required), words, _LOWERING, band=(0.0, top))
    words = "While it hovers, turns in which violators are caught balance those in which none is."
    rate = 1.0 if required > 1 else falls / caught
    yield known("violation_rate", rate, words, _LOWERING, band=(rate, 1.0))


def _required(labs: Outsiders) -> float:
    """Audit probability after a suspicious signal from which labs that are alike comply, perhaps above 1."""
    assert labs.alike is not None
    g, r = labs.alike
    audit = labs.game.audit
    answer = threshold(
        "pi_1", g=g, B=r * labs.P, beta=audit.beta, pi_0=audit.base_prob, p_b=audit.backcheck_prob
    )
    return math.inf if answer.value is None else float(answer.value)


def tracking(labs: Outsiders) -> Iterator[Claim]:
    """A Governor that steers violations to a target."""
    governor = labs.asked.audit.governor
    assert isinstance(governor, TrackingGovernor)
    target = governor.target
    low, high, rate = meeting(lambda pi_1: labs.violating(labs.detection(pi_1)), target)
    many = "" if labs.alike is not None else " of many labs"
    words = f"It settles where a share {target:.6g}{many} without a permit violates, or at an end of [0, 1]."
    yield known("pi_1", (low + high) / 2, words, _ROBBINS, band=(low, high))
    yield known("violation_rate", rate, "That share, as far as audits reach it.", _ROBBINS)
    rational = labs.asked.lab.behaviour == RATIONAL
    if rational and labs.alike is not None and low == high and 0 < low < 1:
        words = "The turns played times the distance of pi_1 from its limit come to stay within this."
        yield bound("pi_1_gap", 0.0, governor.scale * max(target, 1 - target), words, _ROBBINS)


def targeting(labs: Outsiders) -> Iterator[Claim]:
    """A Governor with a target group, and labs that look ahead."""
    governor, e = labs.asked.audit.governor, labs.enforcement
    assert isinstance(governor, TargetingGovernor)
    p_2 = labs.detection(governor.high_prob, governor.base_prob)
    P_2 = labs.punishment(governor.penalty_amount)
    if not covers(p_2 * P_2, e.p_eff * e.P):
        yield unknown("No theory is known if the target group is the lenient one.")
        return

    def answer(g: float) -> Targeting:
        # Costs and gain both per unit of the risk multiplier.
        return two_groups(
            g=g, p_1=e.p_eff, F_1=e.P, p_2=p_2, F_2=P_2, u=governor.return_prob, delta=governor.discount
        )

    low, high = answer(0.0).g_L, answer(0.0).g_H
    mixing, always = answer((low + high) / 2), answer(2 * high + 1)
    some, all_of = labs.exceeding(low), labs.exceeding(high)
    words = "Labs comply, or violate until caught and comply until let go, or violate always."
    rate = (some - all_of) * mixing.violation_rate + all_of
    yield known("violation_rate", rate, words, _HARRINGTON)
    # A lab that complies in the first group does not run, and is not looked at.
    rate = (some - all_of) * mixing.inspection_rate + all_of * always.inspection_rate
    words = "Violations found, and inspections in the target group of labs that do not violate."
    yield known("inspection_rate", rate, words, _HARRINGTON)
