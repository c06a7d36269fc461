"""What a game fixes for every turn: what labs fear, and the six ways in which a run can end."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from deterrence import Audit, Game

# The six outcomes of a run. Checks come first in the unit interval: with the same draw a stricter policy
# catches whomever a laxer one does.
CHECK = ("audit", "audit", "backcheck", "backcheck", "none", "none")
SUSPICIOUS = (True, False, True, False, True, False)
AUDIT_CUT, CHECK_CUT = 1, 3
"""Which of the cuts ends the audits, and which all checks."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Rules:
    """What a game fixes for every turn.

    ``p_eff``, ``punishment`` are what labs believe and fear; ``cuts`` and ``penalty`` are what
    happens. `rules_of` makes them agree.

    Attributes
    ----------
    game : Game
    cost, racing : float, money
        Cost c of a run, racing value V of a violation.
    penalty, punishment : float, money
        Money paid when caught, and that plus the loss of reputation, P.
    p_eff : float, in [0, 1]
        Detection probability that labs expect.
    cuts : array of shape (2, 5), in [0, 1]
        Where the unit interval is cut into the six outcomes, for compliant labs and for violators.
    """

    game: Game
    cost: float
    racing: float
    penalty: float
    punishment: float
    p_eff: float
    cuts: np.ndarray


def rules_of(game: Game) -> Rules:
    """Rules of a game, with labs that know the Governor's policy (rational expectations)."""
    audit = game.audit
    cap = math.inf if audit.liability_cap is None else audit.liability_cap
    if audit.liability_rule == "posted":
        penalty = audit.collateral + min(audit.penalty_amount, cap)
    else:
        penalty = min(audit.collateral + audit.penalty_amount, cap)
    compliant = outcome_law(audit, suspicious=audit.false_positive_rate)
    violator = outcome_law(audit, suspicious=audit.beta)
    detected = math.fsum(p for p, check in zip(violator, CHECK, strict=True) if check != "none")
    return Rules(
        game=game,
        cost=game.lab.cost,
        racing=game.lab.racing_value,
        penalty=penalty,
        punishment=penalty + game.lab.reputation_sensitivity,
        p_eff=min(1.0, detected),
        cuts=np.array([_cuts(compliant), _cuts(violator)]),
    )


def outcome_law(audit: Audit, *, suspicious: float) -> list[float]:
    """Probabilities of the six outcomes of a run that looks suspicious with the given probability."""
    law = []
    for check, signal in zip(CHECK, SUSPICIOUS, strict=True):
        seen, audited = (suspicious, audit.high_prob) if signal else (1 - suspicious, audit.base_prob)
        followed = {
            "audit": audited,
            "backcheck": (1 - audited) * audit.backcheck_prob,
            "none": (1 - audited) * (1 - audit.backcheck_prob),
        }
        law.append(seen * followed[check])
    return law


def _cuts(law: list[float]) -> np.ndarray:
    """Upper ends of all outcomes but the last; rounding gives no room to an outcome of probability 0."""
    ends = np.cumsum(law)
    ends[np.flatnonzero(law)[-1] :] = 1.0
    return ends[:-1]
