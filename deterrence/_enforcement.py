"""What the enforcement of a game amounts to for a lab: rates, penalties, and who is deterred."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from deterrence._checks import ParameterError, Problem
from deterrence._compliance import TIE, complies
from deterrence._detection import (
    audit_rate,
    check_rate,
    effective_detection,
    false_audit_rate,
    unaudited_detection,
)
from deterrence._game import Game, check_game, extensions
from deterrence._laws import Array, Law, law
from deterrence._punishment import collected_penalty, posted_penalty

PLAIN = ("audit.whistleblower_prob", "audit.monitoring_prob", "lab.redraw_values")
"""Extensions after which all labs are still enforced alike, and bid as they did."""

CLASSES = (
    "flop_threshold", "audit.signal_scale", "audit.excess_penalty", "audit.turnover_share", "lab.splitting",
)  # fmt: skip
"""Extensions by which labs differ in more than value and risk."""


UNITS = "market.flops_per_permit"
"""Extension by which labs need several permits."""

_INSTEAD = {
    UNITS: "none; limit says what becomes of large markets",
    "lab.bid_rule": "truthful bids; predict and predict_strategic answer for strategic ones",
    "audit.capacity": "none; capacity_compliance says what a limit does",
    "audit.governor": "a Governor that keeps to its policy",
    "lab.behaviour": "rational labs",
}


def bids_strategically(game: Game) -> bool:
    """Whether labs bid, and not their rents."""
    check_game(game)
    return game.lab.bid_rule == "strategic"  # a game without a cap takes no bids, and cannot ask for them


def check_covered(game: Game, *covered: str) -> None:
    """Require a game of the basic model, but for the named extensions.

    Raises
    ------
    ParameterError
        With every other extension that the game has.
    """
    problems = [
        Problem(
            name,
            getattr(value, "kind", value),
            "is not covered by this theory",
            _INSTEAD.get(name, "what the basic model has"),
        )
        for name, value in extensions(game).items()
        if name not in covered
    ]
    if problems:
        raise ParameterError(*problems)


def unaudited(game: Game) -> float:
    """Probability that a violation is found without an audit; in the basic model that of a backcheck."""
    audit = game.audit
    p_w, p_m = audit.whistleblower_prob, audit.monitoring_prob
    return float(unaudited_detection(p_b=audit.backcheck_prob, p_w=p_w, p_m=p_m))


@dataclass(frozen=True)
class Enforcement:
    """Rates and penalties of one game.

    Attributes
    ----------
    p_s, p_f : float
        Audit probability of a violator and of a compliant running lab.
    q_s, q_f : float
        Probability of an audit or backcheck of a violator and of a compliant running lab.
    p_eff : float
        Probability that a violator is detected, by a check or otherwise.
    penalty : float, money
        What a catch moves from lab to Governor.
    P : float, money
        Punishment before the risk multiplier: penalty plus loss of reputation.
    """

    game: Game
    p_s: float
    p_f: float
    q_s: float
    q_f: float
    p_eff: float
    penalty: float
    P: float

    @classmethod
    def of(cls, game: Game, *covered: str) -> Enforcement:
        """Work out the enforcement of a game, as a lab expects it that differs in nothing special.

        `covered` are the extensions that the caller sees to.

        Raises
        ------
        ParameterError
            If it is no game, or has an extension that this theory does not cover.
        """
        check_game(game)
        check_covered(game, *PLAIN, "market.supply", *covered)
        audit, lab = game.audit, game.lab
        policy: dict[str, Any] = {"pi_1": audit.high_prob, "pi_0": audit.base_prob}
        alpha, p_b = audit.false_positive_rate, audit.backcheck_prob
        money = collected_penalty if audit.liability_rule == "capped" else posted_penalty
        penalty = money(
            fine=audit.penalty_amount,
            collateral=audit.collateral,
            liability_cap=math.inf if audit.liability_cap is None else audit.liability_cap,
        )
        rates = (
            audit_rate(beta=audit.beta, **policy),
            false_audit_rate(alpha=alpha, **policy),
            effective_detection(beta=audit.beta, p_b=p_b, **policy),
            check_rate(alpha=alpha, p_b=p_b, **policy),
            effective_detection(beta=audit.beta, p_b=unaudited(game), **policy),
        )
        p_s, p_f, q_s, q_f, p_eff = map(float, rates)
        penalty = float(penalty)
        P = penalty + lab.reputation_sensitivity
        return cls(game, p_s, p_f, q_s, q_f, p_eff, penalty, P)

    @property
    def D(self) -> float:
        """Expected punishment of a violation before the risk multiplier, p_eff P."""
        return self.p_eff * self.P

    @cached_property
    def risk(self) -> Law | None:
        """Law of the risk multiplier; None if all labs share one."""
        return law(self.game.lab.risk_profile)

    @property
    def least_risk(self) -> float:
        """Infimum of the risk multipliers: the lab that fears punishment least."""
        return getattr(self.game.lab.risk_profile, "min", 0.0)

    def defection(self, g: Any) -> Array:
        """Probability that a lab without a permit, with gain g, violates."""
        g = np.asarray(g, dtype=float)
        if self.risk is None:
            B = self.least_risk * self.P
            return 1.0 - np.asarray(complies(p_eff=self.p_eff, B=B, g=g), dtype=float)
        if self.D == 0:
            return (g > 0).astype(float)
        t = self.risk.coordinate(np.maximum(g, 0.0) / self.D)
        return np.where(g > 0, self.risk.cdf(t), 0.0)

    def bends(self) -> Array:
        """Gains at which the defection probability bends or jumps."""
        if self.risk is None:
            return np.array([self.least_risk * self.D / (1 - TIE)])  # up to here it counts as a tie
        return self.risk.landmarks() * self.D
