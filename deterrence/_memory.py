"""Where rational labs end up in a game that remembers: limited audits, escalation, and the race."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from deterrence._behaviours import AuditCapacity, AuditEscalation, RacingGap
from deterrence._claim import Claim, bound, known, unknown
from deterrence._game import Uniform
from deterrence._outsiders import Outsiders
from deterrence.games import congestion_limit, congestion_response, decaying_escalation, escalation

_CONGESTION = "Schrag and Scotchmer (1997), Kleiman and Kilmer (2009); docs/theory.md, 7.3"
_ESCALATION = "docs/theory.md, 8.2"
_DECAY = "docs/theory.md, 8.3"
_RACE = "the gaps to a mean sum to 0"
_TERMS = 500


def capacity(labs: Outsiders) -> Iterator[Claim]:
    """Audits that can run out, and labs that expect of a turn what was carried out in the last one."""
    limits, e, N = labs.asked.audit.capacity, labs.enforcement, labs.game.n_agents
    assert isinstance(limits, AuditCapacity)
    bounds = _thresholds(labs)
    if bounds is None:
        yield unknown("No theory is known of limited audits unless thresholds are one, or uniform.")
        return
    mu, mu_c = labs.number / N, limits.audits / N
    gamma = 1 - mu
    known_game = {"p_s": e.p_s, "p_f": e.p_f, "p_b": labs.game.audit.backcheck_prob}
    all_points = congestion_limit(
        t_0=bounds[0], t_1=bounds[1], mu=mu, mu_c=mu_c, gamma=gamma, **known_game
    ).equilibria

    def answer(carried_out: float) -> float:
        p = 1 - (1 - e.p_s * carried_out) * (1 - known_game["p_b"])
        return float(congestion_response(p_eff=p, t_0=bounds[0], t_1=bounds[1], mu=mu))

    def carried_out(x: float) -> float:
        return _served(mu_c, e.p_s * x + e.p_f * gamma)

    # The best reply does not fall with x: from the first turn on x moves one way, to the next fixed point.
    first = answer(limits.expected)
    rises = answer(carried_out(first)) >= first
    ahead = [
        point.x for point in all_points if (point.x >= first - 1e-12 if rises else point.x <= first + 1e-12)
    ]
    x = min(ahead) if rises else max(ahead)
    words = (
        "Many labs come to rest at this equilibrium, if they start with what they expect of the first turn."
    )
    yield known("violation_rate", x / mu, words, _CONGESTION)
    yield known("share_carried_out", carried_out(x), "Share of the audits called for, there.", _CONGESTION)
    words = "Share of violations that are found, there."
    yield known("detection", _detection(labs, limits, x, gamma, mu_c), words, _CONGESTION)
    stable = [point.x / mu for point in all_points if point.stable]
    words = "Least and largest stable equilibrium: where labs go that expect all audits, and none."
    yield known("stable_rates", x / mu, words, _CONGESTION, band=(min(stable), max(stable)))
    for point in all_points:
        if not point.stable:
            words = "Violators per lab of which more feed on themselves, and fewer die out."
            yield known("tipping_share", point.x, words, _CONGESTION)


def _thresholds(labs: Outsiders) -> tuple[float, float] | None:
    """Bounds between which the detection probabilities that deter are uniform; None if they are not."""
    if labs.alike is not None:
        return labs.threshold, labs.threshold
    B = labs.enforcement.least_risk * labs.P
    uniform = isinstance(labs.game.lab.gross_value, Uniform) and labs.game.lab.gain_rule != "price"
    if labs.enforcement.risk is not None or B == 0 or not uniform:
        return None
    least, most = labs.gains
    return least / B, most / B


def _detection(labs: Outsiders, limits: AuditCapacity, x: float, gamma: float, mu_c: float) -> float:
    """Detection probability of a violator among x violators and gamma compliant running labs per lab."""
    audit = labs.game.audit
    alpha, beta, pi_1, pi_0 = audit.false_positive_rate, audit.beta, audit.high_prob, audit.base_prob
    first = pi_1 * (beta * x + alpha * gamma)
    last = pi_0 * ((1 - beta) * x + (1 - alpha) * gamma)
    if limits.priority == "lot":
        shares = _served(mu_c, first + last), _served(mu_c, first + last)
    else:
        shares = _served(mu_c, first), _served(max(mu_c - first, 0.0), last)
    audited = beta * pi_1 * shares[0] + (1 - beta) * pi_0 * shares[1]
    return 1 - (1 - audited) * (1 - audit.backcheck_prob)


def _served(supply: float, called: float) -> float:
    return min(1.0, supply / called) if called > 0 else 1.0


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
    V, N, turns = lab.racing_value, labs.game.n_agents, math.inf
    if gap.sensitivity != 0 and V > 0 and N > 1:
        # A gap grows in each turn by at most the largest value, less its own part of the mean.
        most = getattr(lab.gross_value, "max", math.inf) * (1 - 1 / N)
        turns = 1.0 + math.floor(gap.scale / (abs(gap.sensitivity) * most)) if most > 0 else math.inf
    words = "In as many turns no racing value can have fallen to 0."
    yield bound("racing_turns", turns, math.inf, words, _RACE)
    words = "Mean over all labs in a turn; it is the lower bound as long as no racing value has fallen to 0."
    if math.isinf(turns):
        yield known("racing_mean", V, words, _RACE, sort="exact")
    else:
        yield bound("racing_mean", V, math.inf, words, _RACE)
        yield unknown("No long run of a race is known.")
