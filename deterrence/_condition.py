"""The compliance condition of a game, for the lab that fears punishment least, solved for one instrument."""

from __future__ import annotations

import math

from deterrence._detection import unaudited_detection
from deterrence._enforcement import Enforcement, unaudited
from deterrence._game import Game
from deterrence._threshold import Threshold, depends_on, threshold


def in_force(e: Enforcement) -> dict[str, float]:
    """The variables of the condition as they are in the game."""
    audit = e.game.audit
    return {
        "pi_1": audit.high_prob,
        "pi_0": audit.base_prob,
        "beta": audit.beta,
        "p_b": audit.backcheck_prob,
        "p_eff": e.p_eff,
        "fine": audit.penalty_amount,
        "P": e.P,
        "r": e.least_risk,
        "B": e.least_risk * e.P,
    }


def required(instrument: str, e: Enforcement, gain: float) -> Threshold:
    """What an instrument must be for a lab with this gain to comply, everything else as in the game."""
    variable = "fine" if instrument == "collateral" else instrument
    if math.isinf(gain):
        return Threshold(variable, None, "at least", False, "values, and so gains, are unbounded")
    letters = {
        **in_force(e),
        **_other_channels(instrument, e.game),
        **_other_money(instrument, e.game),
        "g": gain,
    }
    return threshold(variable, **{name: letters[name] for name in depends_on(variable)})


def _other_channels(instrument: str, game: Game) -> dict[str, float]:
    """What finds a violation without an audit, or, if the instrument is the backcheck, beside it.

    The order of the channels does not matter, so that what comes after a backcheck can stand before it.
    """
    if instrument != "p_b":
        return {"p_b": unaudited(game)}
    audit = game.audit
    rest = float(unaudited_detection(p_w=audit.whistleblower_prob, p_m=audit.monitoring_prob))
    return {name: pi + (1 - pi) * rest for name, pi in (("pi_1", audit.high_prob), ("pi_0", audit.base_prob))}


def _other_money(instrument: str, game: Game) -> dict[str, float]:
    """What a caught lab loses beside the fine or, if that is the instrument, beside the deposit."""
    audit, R = game.audit, game.lab.reputation_sensitivity
    cap = math.inf if audit.liability_cap is None else audit.liability_cap
    other = audit.penalty_amount if instrument == "collateral" else audit.collateral
    if audit.liability_rule == "capped":
        return {"R": R, "K": other, "L": cap}
    # Posted, the deposit is outside the cap on the fine: the one adds to the other like a loss of reputation.
    if instrument == "collateral":
        return {"R": R + min(other, cap), "K": 0.0, "L": math.inf}
    return {"R": R + other, "K": 0.0, "L": cap}
