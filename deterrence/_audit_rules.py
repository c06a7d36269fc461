"""The two rules for the high-suspicion audit probability in a game, and whether they deter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deterrence._audit import deterrence_ratio, least_cost_pi_1, optimal_pi_1
from deterrence._compliance import complies
from deterrence._detection import effective_detection
from deterrence._enforcement import Enforcement, unaudited


@dataclass(frozen=True)
class AuditRule:
    """What one rule for the high-suspicion audit probability says, and whether it deters.

    Attributes
    ----------
    name : str
        ``"optimal_pi_1"``, the specification's min(1, x), or ``"least_cost_pi_1"``, min(1, 1/x).
    pi_1 : float, in [0, 1]
        The probability it gives at the marginal rent v* - c.
    deters : bool
        Whether the marginal lab complies at it in the setting of the two formulas: no base audits, no
        backchecks, no racing, risk multiplier 1.
    deters_in_game : bool
        Whether it complies at it with everything else as in the game, for the least risk multiplier.
    """

    name: str
    pi_1: float
    deters: bool
    deters_in_game: bool


def audit_rules(
    e: Enforcement, v_star: float | None, gain: float
) -> tuple[float | None, tuple[AuditRule, ...]]:
    """The deterrence ratio and both rules, for the marginal value and its gain; nothing without permits."""
    if v_star is None:
        return None, ()
    audit, c = e.game.audit, e.game.lab.cost
    known: dict[str, Any] = {"P": e.P, "beta": audit.beta, "v_star": v_star, "c": c}

    def rule(name: str, pi_1: float) -> AuditRule:
        alone = complies(p_eff=pi_1 * audit.beta, B=e.P, g=v_star - c)
        p_eff = effective_detection(pi_1=pi_1, pi_0=audit.base_prob, beta=audit.beta, p_b=unaudited(e.game))
        here = complies(p_eff=p_eff, B=e.least_risk * e.P, g=gain)
        return AuditRule(name, pi_1, bool(alone), bool(here))

    rules = (
        rule("optimal_pi_1", float(optimal_pi_1(**known))),
        rule("least_cost_pi_1", float(least_cost_pi_1(**known))),
    )
    return float(deterrence_ratio(**known)), rules
