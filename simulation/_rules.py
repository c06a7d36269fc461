"""What a game fixes for every turn: what labs fear, and the ten ways in which a run can end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence import Audit, Game

# The outcomes of a run: it is audited, backchecked, reported, metered, or not found, in each case with a
# suspicious or a clean signal. Checks come first in the unit interval: with the same draw a stricter policy
# catches whomever a laxer one does. Reports and metering follow, which find nothing but violations.
SUSPICIOUS = (True, False) * 5
AUDIT_CUT, CHECK_CUT, CATCH_CUT = 1, 3, 7
"""Which of the cuts ends the audits, which all checks, and which all ways to be found."""


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
    cuts : array of shape (2, 9), in [0, 1]
        Where the unit interval is cut into the ten outcomes, for compliant labs and for violators.
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
    penalty = float(penalty_of(audit, audit.penalty_amount))
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


def penalty_of(audit: Audit, fine: Any) -> Any:
    """Money paid when caught, for a fine, or an array of them."""
    cap = math.inf if audit.liability_cap is None else audit.liability_cap
    if audit.liability_rule == "posted":
        return audit.collateral + np.minimum(fine, cap)
    return np.minimum(audit.collateral + fine, cap)


def cuts_of(audit: Audit, high_prob: Any, base_prob: Any, beta: Any = None) -> np.ndarray:
    """Where the unit interval is cut if suspicious and clean signals are audited with these probabilities.

    Parameters
    ----------
    audit : Audit
    high_prob, base_prob : float or array
    beta : float or array, optional
        Probability that a violator looks suspicious, if it is not the same for all.

    Returns
    -------
    array of shape (2, 9, ...)
        Upper ends of all outcomes but the last, for compliant labs and for violators. Rounding gives no
        room to an outcome of probability 0.
    """
    beta = audit.beta if beta is None else beta
    by_signal = (
        (audit.false_positive_rate, 0.0, 0.0),
        (beta, audit.whistleblower_prob, audit.monitoring_prob),
    )
    shape = np.broadcast_shapes(np.shape(high_prob), np.shape(base_prob), np.shape(beta))
    if shape:
        high_prob, base_prob = (np.broadcast_to(policy, shape) for policy in (high_prob, base_prob))
    return np.array([_ends(audit.backcheck_prob, *way, high_prob, base_prob) for way in by_signal])


def _ends(again: float, suspicious: Any, reported: float, metered: float, high: Any, base: Any) -> np.ndarray:
    by_policy = zip(*(_followed(audited, again, reported, metered) for audited in (high, base)), strict=True)
    law = [part for one, other in by_policy for part in (suspicious * one, (1 - suspicious) * other)]
    law = np.array(np.broadcast_arrays(*law) if np.ndim(high) or np.ndim(suspicious) else law)
    later = law[1:] > 0
    for outcome in range(len(later) - 1, 0, -1):  # several times as fast as to accumulate along this axis
        later[outcome - 1] |= later[outcome]
    for outcome in range(1, len(law)):
        law[outcome] += law[outcome - 1]
    return np.where(later, law[:-1], 1.0)


def _followed(audited: Any, again: float, reported: float, metered: float) -> tuple[Any, ...]:
    """Probabilities of the five ends of a run whose signal is so likely to be audited."""
    missed = (1 - audited) * (1 - again)
    unseen = missed * (1 - reported)
    return audited, (1 - audited) * again, missed * reported, unseen * metered, unseen * (1 - metered)


def suspicious(u: np.ndarray, cuts: np.ndarray, compliant: np.ndarray) -> np.ndarray:
    """Whether a run with these draws looks suspicious, for labs that comply and for those that do not."""
    outcome = np.zeros(u.shape, dtype=np.int8)
    for compliant_end, violator_end in cuts.swapaxes(0, 1):
        outcome += u >= np.where(compliant, compliant_end, violator_end)
    return np.array(SUSPICIOUS)[outcome]


def detection(cuts: np.ndarray) -> Any:
    """Probability that a violator is caught."""
    return np.minimum(cuts[1, CATCH_CUT], 1.0)[()]
