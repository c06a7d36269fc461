"""Enforcement of labs with given compute and turnover: how their signals show, and what they are fined."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from deterrence._enforcement import Enforcement
from deterrence._game import Game
from deterrence._laws import Array
from deterrence._punishment import collected_penalty, posted_penalty
from deterrence._traits import least

_MOST = 1e100  # fines beyond are all the same


class Rates(NamedTuple):
    """Enforcement of labs with these traits, as arrays; see `Enforcement`."""

    p_s: Any
    q_s: Any
    p_eff: Any
    penalty: Any
    D: Any


def rates(e: Enforcement, flops: Any, turnover: Any) -> Rates:
    """Enforcement of labs with this compute, above the threshold, and turnover."""
    game, audit = e.game, e.game.audit
    excess = np.maximum(np.asarray(flops, dtype=float) - game.flop_threshold, 0.0)
    strength = np.ones_like(excess)
    if audit.signal_scale > 0:
        strength = np.minimum(excess / audit.signal_scale, 1.0) ** audit.signal_exponent
    # A weaker signal moves the rates towards those of compliant labs.
    p_s = e.p_f + (e.p_s - e.p_f) * strength
    q_s = e.q_f + (e.q_s - e.q_f) * strength
    unseen = (1 - audit.whistleblower_prob) * (1 - audit.monitoring_prob)
    p_eff = np.clip(e.p_eff - (e.q_s - e.q_f) * (1 - strength) * unseen, 0.0, 1.0)
    fine = np.maximum(audit.penalty_amount, audit.turnover_share * np.asarray(turnover, dtype=float))
    if audit.excess_penalty > 0:
        by_excess = audit.penalty_amount + audit.excess_penalty * excess**audit.excess_exponent
        fine = np.maximum(fine, by_excess)
    penalty = _owed(game, fine)
    return Rates(p_s, q_s, p_eff, penalty, p_eff * (penalty + game.lab.reputation_sensitivity))


def _owed(game: Game, fine: Array) -> Any:
    """What a caught lab pays in money for a fine."""
    audit = game.audit
    money = collected_penalty if audit.liability_rule == "capped" else posted_penalty
    cap = math.inf if audit.liability_cap is None else audit.liability_cap
    return money(fine=np.minimum(fine, _MOST), collateral=audit.collateral, liability_cap=cap)


def alike(e: Enforcement) -> Enforcement:
    """The enforcement of labs that all have the same compute and turnover."""
    found = rates(e, least(e.game.lab.flops), least(e.game.lab.turnover))
    p_s, q_s, p_eff, penalty, _ = (float(x) for x in found)
    return replace(
        e, p_s=p_s, q_s=q_s, p_eff=p_eff, penalty=penalty, P=penalty + e.game.lab.reputation_sensitivity
    )
