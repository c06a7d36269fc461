"""Random games with everything that the basic model has not, and a good share of edges."""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any

import numpy as np

from deterrence import (
    AuditCapacity,
    AuditEscalation,
    CapMarket,
    Game,
    LogNormal,
    ParameterWarning,
    RacingGap,
    Splitting,
    extensions,
)


def extended(rng: np.random.Generator, game: Game) -> Game:
    """A game with one or more extensions, each as likely as not to stand at an edge."""
    while True:
        parts = _audit(rng, game.n_agents), _market(rng, game), _lab(rng)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ParameterWarning)
            audit, market, lab = (
                dataclasses.replace(noun, **{k: v for k, v in part.items() if rng.random() < 0.35})
                for noun, part in zip((game.audit, game.market, game.lab), parts, strict=True)
            )
        lab = dataclasses.replace(lab, **_amounts(rng, "flops", 3.0), **_amounts(rng, "turnover", 9.0))
        if not isinstance(market, CapMarket):
            lab = dataclasses.replace(lab, bid_rule="truthful")
        threshold = _of(rng, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 1.0, 100.0)
        new = dataclasses.replace(game, audit=audit, market=market, lab=lab, flop_threshold=threshold)
        if extensions(new):
            return new


def _of(rng: np.random.Generator, *options: float) -> float:
    """One of some numbers."""
    return float(rng.choice(options))


def _audit(rng: np.random.Generator, n: int) -> dict[str, Any]:
    most = int(rng.choice([0, 1, rng.integers(0, n + 1), n]))
    priority = str(rng.choice(["lot", "signal"]))
    increment, decay = _of(rng, 0.0, 0.5, 3 * rng.random(), 1e3), _of(rng, 1.0, 0.25, rng.uniform(0.01, 1))
    return {
        "whistleblower_prob": _of(rng, 1.0, 0.5, rng.random()),
        "monitoring_prob": _of(rng, 1.0, 0.5, rng.random()),
        "signal_scale": _of(rng, 1e-9, 1.0, 2 * rng.random() + 0.1, 1e9),
        "signal_exponent": _of(rng, 0.5, 2.0, 0.1 + 3 * rng.random()),
        "excess_penalty": _of(rng, 0.5, rng.random(), 1e6),
        "excess_exponent": _of(rng, 0.5, 2.0, 0.1 + 3 * rng.random()),
        "turnover_share": _of(rng, 1.0, 0.1, rng.random()),
        "capacity": AuditCapacity(audits=most, priority=priority, expected=_of(rng, 0.0, 1.0, rng.random())),
        "escalation": AuditEscalation(increment=increment, decay=decay),
    }


def _market(rng: np.random.Generator, game: Game) -> dict[str, Any]:
    if isinstance(game.market, CapMarket):
        return {
            "flops_per_permit": _of(rng, 0.5, 1.0, 0.2 + rng.random(), 1e-2, 50.0),
            "token_cap": int(rng.integers(0, 4 * game.n_agents)),
        }
    return {"supply": int(rng.integers(0, game.n_agents + 2))}


def _lab(rng: np.random.Generator) -> dict[str, Any]:
    costs, chances = np.sort(_of(rng, 0.0, 0.1, 1.0) * rng.random(2)), np.sort(rng.random(2))
    if rng.random() < 0.3:
        chances = np.array([_of(rng, 0.0, 1.0)] * 2)
    return {
        "bid_rule": "strategic",
        "redraw_values": True,
        "reputation_escalation": _of(rng, 0.5, 2 * rng.random(), 10.0),
        "racing_gap": RacingGap(sensitivity=rng.uniform(-3, 3), scale=_of(rng, 0.1, 1.0, 100.0)),
        "splitting": Splitting(
            cost_min=costs[0], cost_max=costs[1], coordination_min=chances[0], coordination_max=chances[1]
        ),
    }


def _amounts(rng: np.random.Generator, name: str, scale: float) -> dict[str, Any]:
    match rng.choice(["none", "one", "uniform", "lognormal"]):
        case "none":
            return {}
        case "one":
            low = high = round(scale * rng.random(), 1)
        case "uniform":
            low, high = np.sort(scale * rng.random(2))
        case _:
            return {f"{name}_distribution": LogNormal(median=scale / 2, sigma=0.1 + rng.random())}
    return {f"{name}_min": low, f"{name}_max": high}
