"""What labs are, and what follows from that alone: rents, who needs a permit, signals and fines."""

from __future__ import annotations

from typing import Any

import numpy as np

from deterrence import CapMarket, Game, ParameterError, Problem, Uniform
from simulation._draws import Draws, Purpose
from simulation._rules import Rules
from simulation._turn import count

MOST = 1e15
"""Permits that one lab may need: as far as numbers count."""


def types_of(game: Game, draws: Draws, step: int = 0) -> dict[str, np.ndarray]:
    """What is drawn of each lab, arrays of shape (replications, labs).

    ``gross_value`` and ``risk_profile``; ``flops``, ``turnover``, ``split_cost`` and ``coordination`` only
    where they matter. In later steps the values alone, if they are drawn anew.
    """
    lab, audit = game.lab, game.audit
    laws: dict[str, tuple[Purpose, Any]] = {"gross_value": (Purpose.VALUE, lab.gross_value)}
    if step == 0:
        laws["risk_profile"] = Purpose.RISK, lab.risk_profile
        if game.flop_threshold or audit.signal_scale or audit.excess_penalty or flops_per_permit(game):
            laws["flops"] = Purpose.FLOPS, lab.flops
        if audit.turnover_share:
            laws["turnover"] = Purpose.TURNOVER, lab.turnover
        if lab.splitting is not None:
            split = lab.splitting
            law = Uniform(min=split.coordination_min, max=split.coordination_max)
            laws["split_cost"] = Purpose.SPLIT_COST, Uniform(min=split.cost_min, max=split.cost_max)
            laws["coordination"] = Purpose.COORDINATION, law
    return {name: draws.types(purpose, law, step) for name, (purpose, law) in laws.items()}


def traits_of(rules: Rules, types: dict[str, np.ndarray], present: np.ndarray) -> dict[str, Any]:
    """Attributes of a `Turn` that follow from what labs are and which of them are present."""
    game, audit = rules.game, rules.game.audit
    here = np.broadcast_to(present, types["gross_value"].shape)
    traits: dict[str, Any] = {
        **types,
        "rent": types["gross_value"] - rules.cost,
        "present": here,
        "needs_permit": here,
        "all_need_one": present.all(),
        "exempt": np.False_,
        "labs": np.full((len(here), 1), float(np.count_nonzero(present))),
        "exempt_labs": np.zeros((len(here), 1)),
        "units": 1.0,
        "beta": audit.beta,
        "fine": audit.penalty_amount,
    }
    if "flops" in types:
        with np.errstate(over="ignore"):  # a number of permits, which is checked
            traits |= _by_compute(game, types["flops"], here)
    if "turnover" in types:
        traits["fine"] = np.maximum(traits["fine"], audit.turnover_share * types["turnover"])
    return traits


def _by_compute(game: Game, flops: np.ndarray, here: np.ndarray) -> dict[str, Any]:
    """Attributes of a `Turn` that follow from the compute of a run."""
    audit, excess = game.audit, np.maximum(flops - game.flop_threshold, 0.0)
    exempt = here & (excess <= 0)
    traits: dict[str, Any] = {
        "needs_permit": here & ~exempt,
        "all_need_one": False,
        "exempt": exempt,
        "exempt_labs": count(exempt).astype(float)[:, None],
    }
    if per_permit := flops_per_permit(game):
        traits["units"] = units = np.ceil(flops / per_permit)
        if units.max() > MOST:
            reason = f"makes {units.max():g} permits of a run, with compute in this unit"
            problem = Problem("market.flops_per_permit", per_permit, reason, f"at most {MOST:g}")
            raise ParameterError(problem)
    if audit.signal_scale:
        strength = np.minimum(excess / audit.signal_scale, 1.0) ** audit.signal_exponent
        traits["beta"] = (1 - strength) * audit.false_positive_rate + strength * audit.beta
    if audit.excess_penalty:
        traits["fine"] = audit.penalty_amount + audit.excess_penalty * excess**audit.excess_exponent
    return traits


def flops_per_permit(game: Game) -> float | None:
    """Compute that one permit is for; None where one is for a whole run."""
    return game.market.flops_per_permit if isinstance(game.market, CapMarket) else None
