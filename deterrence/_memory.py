"""Where rational labs end up in a game that remembers catches, or capability."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from deterrence._behaviours import AuditEscalation, RacingGap
from deterrence._claim import Claim, bound, known, unknown
from deterrence._outsiders import Outsiders
from deterrence.games import decaying_escalation, escalation

_ESCALATION = "docs/theory.md, 8.2"
_DECAY = "docs/theory.md, 8.3"
_RACE = "the gaps to a mean sum to 0"
_TERMS = 500


def reputation(labs: Outsiders) -> Iterator[Claim]:
    """A loss of reputation that grows with every catch."""
    e, lab = labs.enforcement, labs.game.lab
    f, R_0 = labs.asked.lab.reputation_escalation, lab.reputation_sensitivity
    if labs.alike is not None:
        g, r = labs.alike
        answer = escalation(g=g, p_eff=e.p_eff, phi=e.penalty, R_0=R_0, f=f, r=r)
        catches, steps, rate = answer.catches, answer.steps_mean, answer.violation_rate
    else:
        catches, rate = _mean_catches(labs, f)
        steps = catches / e.p_eff if 0 < catches < math.inf else catches
    if math.isnan(catches):
        yield unknown(f"No theory is known if more than {_TERMS:,} catches may be needed.")
        return
    words = "Mean over labs without a permit, those deterred at once included."
    yield known("catches_to_deter", catches, words, _ESCALATION, sort="exact")
    yield known("steps_to_deter", steps, words, _ESCALATION, sort="exact")
    words = "A lab complies for good once its loss of reputation has grown enough."
    yield known("violation_rate", rate, words, _ESCALATION)


def _mean_catches(labs: Outsiders, f: float) -> tuple[float, float]:
    """Mean number of catches until labs that differ comply, and the share that never do."""
    e, loss = labs.enforcement, labs.game.lab.reputation_sensitivity
    never = labs.exceeding(math.inf if loss * e.p_eff > 0 else e.p_eff * e.P)
    if never > 0:
        return math.inf, never
    left = [labs.exceeding(e.p_eff * (e.penalty + loss))]  # that n catches have not deterred
    while left[-1] > 0 and len(left) < _TERMS:
        loss *= 1 + f
        left.append(labs.exceeding(e.p_eff * (e.penalty + loss)))
    return (math.nan if left[-1] > 0 else math.fsum(left)), 0.0


def audit_escalation(labs: Outsiders) -> Iterator[Claim]:
    """Audits of suspicious signals that grow with every catch, and fade."""
    growth, audit, e = labs.asked.audit.escalation, labs.game.audit, labs.enforcement
    assert isinstance(growth, AuditEscalation)
    clean = labs.detection(0.0)
    channel: dict[str, Any] = {
        "e": growth.increment, "d": growth.decay, "theta_0": clean, "theta_1": labs.detection(1.0) - clean,
    }  # fmt: skip
    channel["theta_1"] *= audit.high_prob
    answer = decaying_escalation(**channel, c_0=1.0, q_bar=labs.detection(1.0), g=1.0, B=0.0)
    top = min(answer.q_bar, answer.theta_0 + answer.theta_1 * (1 + answer.ceiling))
    always, ever = labs.exceeding(top * e.P), labs.exceeding(e.p_eff * e.P)
    words = "Labs that no coefficient deters always violate, those that are deterred without one never do;"
    yield bound("violation_rate", always, ever, f"{words} others come and go.", _DECAY)
    if always == 0 < ever:
        yield unknown("No lab always violates, and no other coefficient is known.", "coefficient_mean")
    elif always > 0 and answer.saturates:
        words = "Coefficient of a lab that always violates, whose audits reach their ceiling."
        yield bound("coefficient_mean", 1 + answer.mean_at_least, 1 + answer.mean, words, _DECAY)
    elif always > 0:
        words = "Stationary coefficient of a lab that always violates."
        yield known("coefficient_mean", 1 + answer.mean, words, _DECAY, sort="exact")
        yield known("coefficient_sd", math.sqrt(answer.variance), words, _DECAY, sort="exact")


def racing(labs: Outsiders) -> Iterator[Claim]:
    """Racing value that follows the gap to the mean capability."""
    lab, gap = labs.game.lab, labs.asked.lab.racing_gap
    assert isinstance(gap, RacingGap)
    V, N = lab.racing_value, labs.game.n_agents
    # A gap grows in each turn by at most the largest value, less its own part of the mean.
    most = abs(gap.sensitivity) * getattr(lab.gross_value, "max", math.inf) * (1 - 1 / N) if N > 1 else 0.0
    turns = 1.0 + float(np.floor(gap.scale / most)) if most > 0 and V > 0 else math.inf
    words = "In as many turns no racing value can have fallen to 0."
    yield bound("racing_turns", turns, math.inf, words, _RACE)
    words = "Mean over all labs in a turn; it is the lower bound as long as no racing value has fallen to 0."
    if math.isinf(turns):
        yield known("racing_mean", V, words, _RACE, sort="exact")
    else:
        yield bound("racing_mean", V, math.inf, words, _RACE)
        yield unknown("No long run of a race is known.")
