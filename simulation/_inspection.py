"""Enforcement of one turn, lab by lab: who is audited, backchecked and found to violate."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation._behaviour import Turn
from simulation._draws import Purpose
from simulation._rules import AUDIT_CUT, CATCH_CUT, CHECK_CUT
from simulation._turn import count


def inspect(turn: Turn) -> np.ndarray:
    """Look at labs, and count.

    Returns
    -------
    array of int, shape (4, replications)
        Audits, audits of compliant labs, audits and backchecks, violations found.
    """
    audit = turn.rules.game.audit
    u = turn.u = turn.luck(Purpose.ENFORCEMENT)
    compliant, violator = turn.cuts
    falsely = (u < compliant[AUDIT_CUT]) & turn.has_permit
    rightly = (u < violator[AUDIT_CUT]) & turn.violates
    needlessly = (u < compliant[CHECK_CUT]) & turn.has_permit
    rightly_checked = caught = (u < violator[CHECK_CUT]) & turn.violates
    if audit.whistleblower_prob or audit.monitoring_prob:
        caught = (u < violator[CATCH_CUT]) & turn.violates
    if turn.watched is not None:
        idle = turn.watched & turn.needs_permit & ~turn.runs
        needlessly |= (u < violator[CATCH_CUT]) & idle
    if audit.capacity is not None:
        turn.called_for = falsely | rightly
        carried_out = _carried_out(turn)
        missed = turn.called_for & ~carried_out
        falsely &= carried_out
        rightly &= carried_out
        again, found = _later(turn)
        needlessly &= ~missed | again
        rightly_checked = rightly_checked & (~missed | again)
        caught = caught & (~missed | found)
    if turn.splits is not None:
        caught = caught & (~turn.splits | (turn.luck(Purpose.SPLITS) < turn.coordination))
    turn.caught = caught
    turn.audited, turn.checked = falsely | rightly, needlessly | rightly_checked
    false_audits, checks = count(falsely), count(turn.checked)
    counts = (count(rightly) + false_audits, false_audits, checks, count(caught))
    return np.array(counts)


def _carried_out(turn: Turn) -> np.ndarray:
    """Which of the audits that are called for there are auditors for."""
    capacity: Any = turn.rules.game.audit.capacity
    wants, most = turn.called_for, capacity.audits
    if most >= wants.shape[1]:
        return wants
    rank = turn.luck(Purpose.CAPACITY)
    if capacity.priority == "signal":
        rank = rank + ~turn.signal  # the suspicious come first
    order = np.argsort(np.where(wants, rank, np.inf), axis=1, kind="stable")
    carried_out = np.zeros_like(wants)
    np.put_along_axis(carried_out, order[:, :most], True, axis=1)
    return carried_out & wants


def _later(turn: Turn) -> tuple[np.ndarray, np.ndarray]:
    """Which labs that should have been audited are backchecked, and which are found if they violate."""
    audit = turn.rules.game.audit
    luck, again, told = turn.luck(Purpose.UNAUDITED), audit.backcheck_prob, audit.whistleblower_prob
    # With nobody who tells or meters, to the last digit those who are backchecked.
    return luck < again, luck < again + (1 - again) * (told + (1 - told) * audit.monitoring_prob)
