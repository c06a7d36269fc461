"""What a game fixes for every turn: what labs fear, and the six ways in which a run can end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

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
    cuts = cuts_of(audit, audit.high_prob, audit.base_prob)
    return Rules(
        game=game,
        cost=game.lab.cost,
        racing=game.lab.racing_value,
        penalty=penalty,
        punishment=penalty + game.lab.reputation_sensitivity,
        p_eff=float(detection(cuts)),
        cuts=cuts,
    )


def cuts_of(audit: Audit, high_prob: Any, base_prob: Any) -> np.ndarray:
    """Where the unit interval is cut if suspicious and clean signals are audited with these probabilities.

    Parameters
    ----------
    audit : Audit
    high_prob, base_prob : float or array

    Returns
    -------
    array of shape (2, 5, ...)
        Upper ends of all outcomes but the last, for compliant labs and for violators. Rounding gives no
        room to an outcome of probability 0.
    """
    return np.array([_ends(audit, q, high_prob, base_prob) for q in (audit.false_positive_rate, audit.beta)])


def _ends(audit: Audit, suspicious: float, high_prob: Any, base_prob: Any) -> np.ndarray:
    law = []
    for check, signal in zip(CHECK, SUSPICIOUS, strict=True):
        seen, audited = (suspicious, high_prob) if signal else (1 - suspicious, base_prob)
        followed = {
            "audit": audited,
            "backcheck": (1 - audited) * audit.backcheck_prob,
            "none": (1 - audited) * (1 - audit.backcheck_prob),
        }
        law.append(seen * followed[check])
    law = np.array(np.broadcast_arrays(*law))
    later = np.cumsum(law[:0:-1], axis=0)[::-1]
    return np.where(later > 0, np.cumsum(law, axis=0)[:-1], 1.0)


def suspicious(u: np.ndarray, cuts: np.ndarray, compliant: np.ndarray) -> np.ndarray:
    """Whether a run with these draws looks suspicious, for labs that comply and for those that do not."""
    outcome = np.zeros(u.shape, dtype=np.int8)
    for compliant_end, violator_end in cuts.swapaxes(0, 1):
        outcome += u >= np.where(compliant, compliant_end, violator_end)
    return np.array(SUSPICIOUS)[outcome]


def detection(cuts: np.ndarray) -> Any:
    """Probability that a violator is caught."""
    return np.minimum(cuts[1, CHECK_CUT], 1.0)[()]
