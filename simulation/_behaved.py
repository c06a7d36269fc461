"""A turn of labs and a Governor that act on what they have seen: nothing can be played ahead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence import ParameterError, Problem
from simulation._behaviour import GovernorBehaviour, LabBehaviour, Static, Turn
from simulation._draws import Draws, Purpose
from simulation._rules import AUDIT_CUT, CHECK_CUT, Rules, cuts_of, detection
from simulation._turn import Decisions, add_up, count, gain_of, totals_of, trade

Maker = Callable[[np.ndarray], Any]
"""What makes a behaviour, given an array of shape (replications, labs) to make others after."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Sale:
    """What does not change until a lab does: what labs are, what permits cost, and who has one.

    Attributes
    ----------
    gross_value, risk_profile, rent : array of shape (replications, labs)
    price : array of shape (replications, 1), money
    has_permit : array of bool, shape (replications, labs)
    gain, punishment : array of shape (replications, labs), money
    present : array of bool, shape (labs,)
    labs, permits, permitted_rents : array of shape (replications, 1)
        Labs present; permits sold; rents of the labs that have one.
    """

    gross_value: np.ndarray
    risk_profile: np.ndarray
    rent: np.ndarray
    price: np.ndarray
    has_permit: np.ndarray
    gain: np.ndarray
    punishment: np.ndarray
    present: np.ndarray
    labs: np.ndarray
    permits: np.ndarray
    permitted_rents: np.ndarray


def sell(rules: Rules, types: dict[str, np.ndarray], present: np.ndarray) -> Sale:
    """Trade permits among the labs that are present."""
    value, here = types["gross_value"], slice(None) if present.all() else present
    has_permit = np.zeros_like(value, dtype=bool)
    price, has_permit[:, here] = trade(rules, value[:, here])
    rent = value - rules.cost
    return Sale(
        **types,
        rent=rent,
        price=price,
        has_permit=has_permit,
        gain=np.broadcast_to(gain_of(rules, price, rent), value.shape),
        punishment=types["risk_profile"] * rules.punishment,
        present=present,
        labs=np.full(price.shape, float(np.count_nonzero(present))),
        permits=count(has_permit).astype(float)[:, None],
        permitted_rents=add_up(has_permit * rent),
    )


def play_turn(
    rules: Rules, draws: Draws, step: int, sale: Sale, labs: LabBehaviour, governor: GovernorBehaviour
) -> tuple[Turn, Decisions, np.ndarray]:
    """Comply, enforce, learn.

    Returns
    -------
    Turn
    Decisions
    array of int, shape (4, replications, 1)
        As from `enforce`.
    """
    turn = Turn(rules, draws, step)
    vars(turn).update(vars(sale))
    turn.high_prob, turn.base_prob = governor.policy(turn)
    if isinstance(governor, Static):
        turn.cuts, turn.p_eff = rules.cuts, rules.p_eff
    else:
        for name in ("high_prob", "base_prob"):
            _check_probability(name, getattr(turn, name), sale.price.shape)
        turn.cuts = cuts_of(rules.game.audit, turn.high_prob, turn.base_prob)
        turn.p_eff = detection(turn.cuts)
    complying = labs.complies(turn)
    _check_bools("complies", complying, sale.has_permit.shape)
    turn.violates = ~(sale.has_permit | complying)
    turn.violates &= sale.present
    counts = _enforce(turn)
    labs.learn(turn)
    governor.learn(turn)
    rents = sale.permitted_rents + add_up(turn.violates * sale.rent)
    totals = totals_of(sale.labs, sale.price, sale.permits, turn.violates, rents)
    return turn, Decisions(has_permit=sale.has_permit, violates=turn.violates, totals=totals), counts


def _check_bools(field: str, value: Any, shape: tuple[int, ...]) -> None:
    if np.asarray(value).dtype != bool or not _fits(value, shape):
        raise ParameterError(Problem(field, value, "is no answer", f"bool, to broadcast to {shape}"))


def _check_probability(field: str, value: Any, shape: tuple[int, ...]) -> None:
    values = np.asarray(value)
    if values.dtype.kind not in "fiu" or not _fits(value, shape) or not ((values >= 0) & (values <= 1)).all():
        raise ParameterError(Problem(field, value, "is no policy", f"in [0, 1], to broadcast to {shape}"))


def _fits(value: Any, shape: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(np.shape(value), shape) == shape
    except ValueError:
        return False


def _enforce(turn: Turn) -> np.ndarray:
    u = turn.u = turn.luck(Purpose.ENFORCEMENT)
    compliant_audit, violator_audit = turn.cuts[:, AUDIT_CUT]
    compliant_check, violator_check = turn.cuts[:, CHECK_CUT]
    falsely = (u < compliant_audit) & turn.has_permit
    rightly = (u < violator_audit) & turn.violates
    needlessly = (u < compliant_check) & turn.has_permit
    turn.caught = (u < violator_check) & turn.violates
    turn.audited, turn.checked = falsely | rightly, needlessly | turn.caught
    false_audits, catches = count(falsely), count(turn.caught)
    counts = (count(rightly) + false_audits, false_audits, count(needlessly) + catches, catches)
    return np.array(counts)[..., None]
