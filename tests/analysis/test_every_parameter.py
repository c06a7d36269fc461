"""Every parameter of a game moves what the theory predicts and what the simulation shows, the same way."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

import numpy as np
import pytest
from learning_rows import SECTIONS

import deterrence as dt
import simulation

BOUNDED = {"high_prob": 0.6, "base_prob": 0.1, "false_positive_rate": 0.1, "false_negative_rate": 0.2}
BASE = dt.Game(
    n_agents=30,
    audit=dt.Audit(**BOUNDED, backcheck_prob=0.1, penalty_amount=1.0, cost=0.05, harm=1.0),
    market=dt.CapMarket(token_cap=10),
    lab=dt.LabPopulation(
        gross_value_min=0.5, gross_value_max=1.5, risk_profile_min=0.5, risk_profile_max=1.5, cost=0.1,
        capability_value=0.2, reputation_sensitivity=0.1,
    ),
)  # fmt: skip
COMPUTE = {"lab.flops_min": 0.5, "lab.flops_max": 1.5}
LARGE = {"lab.flops_min": 0.5, "lab.flops_max": 3.0}
OVER = {**COMPUTE, "flop_threshold": 0.8}
TURNOVER = {"lab.turnover_min": 5.0, "lab.turnover_max": 30.0}
FIXED = {"market": dt.FixedPriceMarket(fixed_price=0.8)}
SPLIT = {
    "lab.splitting": dt.Splitting(cost_min=0.05, cost_max=0.1, coordination_min=0.3, coordination_max=0.6)
}
NORMAL = dt.TruncatedNormal(mean=1.0, sd=0.3, min=0.5, max=1.5)
WIDE = dt.LogNormal(median=1.0, sigma=0.4)
RISKS = {"lab.risk_profile_min": None, "lab.risk_profile_max": None}
VALUES = {"lab.gross_value_min": None, "lab.gross_value_max": None}


def changed(game: dt.Game, path: str, value: Any) -> dt.Game:
    """The game with another value at a dotted name."""
    return dataclasses.replace(game, **_changes(game, {path: value}))


def built(changes: dict[str, Any]) -> dt.Game:
    """The base with other values at dotted names, all at once where rules bind them together."""
    return dataclasses.replace(BASE, **_changes(BASE, changes))


def _changes(noun: Any, changes: dict[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in changes.items() if "." not in name}
    for head in {name.partition(".")[0] for name in changes if "." in name}:
        inner = {n.partition(".")[2]: v for n, v in changes.items() if n.startswith(f"{head}.")}
        part = fields.get(head, getattr(noun, head))
        fields[head] = dataclasses.replace(part, **_changes(part, inner))
    return fields


# Parameter: what it is changed in, to what, and a quantity that this moves.
ROWS: dict[str, tuple[dict[str, Any], Any, str]] = {
    "n_agents": ({}, 40, "violations"),
    "flop_threshold": (COMPUTE, 0.8, "violations"),
    "audit.high_prob": ({}, 0.9, "violations"),
    "audit.base_prob": ({}, 0.3, "violations"),
    "audit.false_positive_rate": ({}, 0.3, "false_audits"),
    "audit.false_negative_rate": ({}, 0.5, "violations"),
    "audit.backcheck_prob": ({}, 0.3, "violations"),
    "audit.whistleblower_prob": ({}, 0.3, "violations"),
    "audit.monitoring_prob": ({}, 0.3, "violations"),
    "audit.signal_scale": (COMPUTE, 1.5, "violations"),
    "audit.signal_exponent": ({**COMPUTE, "audit.signal_scale": 1.5}, 3.0, "violations"),
    "audit.penalty_amount": ({}, 1.5, "violations"),
    "audit.excess_penalty": (COMPUTE, 0.5, "violations"),
    "audit.excess_exponent": ({**LARGE, "audit.excess_penalty": 1.0}, 2.0, "penalties"),
    "audit.turnover_share": ({"lab.turnover_min": 10.0, "lab.turnover_max": 30.0}, 0.1, "violations"),
    "audit.collateral": ({}, 0.5, "violations"),
    "audit.liability_cap": ({}, 0.6, "violations"),
    "audit.liability_rule": ({"audit.collateral": 0.4, "audit.liability_cap": 0.6}, "posted", "violations"),
    "audit.cost": ({}, 0.5, "welfare"),
    "audit.harm": ({}, 3.0, "welfare"),
    "market.token_cap": ({}, 15, "violations"),
    "market.fixed_price": (FIXED, 1.1, "permits"),
    "market.purchase_rule": ({**FIXED, "lab.cost": 0.3}, "net", "permits"),
    "market.supply": (FIXED, 8, "permits"),
    "lab.gross_value_min": ({}, 0.8, "price"),
    "lab.gross_value_max": ({}, 2.0, "price"),
    "lab.risk_profile_min": ({}, 0.9, "violations"),
    "lab.risk_profile_max": ({}, 3.0, "violations"),
    "lab.cost": ({}, 0.3, "price"),
    "lab.capability_value": ({}, 0.5, "violations"),
    "lab.racing_factor": ({}, 2.0, "violations"),
    "lab.reputation_sensitivity": ({}, 0.5, "violations"),
    "lab.gain_rule": ({}, "price", "violations"),
    "lab.bid_rule": ({}, "strategic", "price"),
    "lab.flops_min": (OVER, 0.7, "violations"),
    "lab.flops_max": (OVER, 3.0, "violations"),
    "lab.turnover_min": ({"audit.turnover_share": 0.1, **TURNOVER}, 20.0, "violations"),
    "lab.turnover_max": ({"audit.turnover_share": 0.1, **TURNOVER}, 80.0, "violations"),
    "lab.splitting.cost_min": ({**SPLIT, "lab.splitting.cost_max": 0.6}, 0.5, "violations"),
    "lab.splitting.cost_max": (SPLIT, 0.8, "violations"),
    "lab.splitting.coordination_min": (SPLIT, 0.6, "violations"),
    "lab.splitting.coordination_max": (SPLIT, 1.0, "violations"),
}  # fmt: skip
LAWS: dict[str, tuple[dict[str, Any], str, dict[str, float]]] = {
    "gross_value": (VALUES, "price", {"mean": 1.3, "sd": 0.1, "min": 0.9, "max": 1.1}),
    "risk_profile": (RISKS, "violations", {"mean": 1.3, "sd": 0.05, "min": 1.0, "max": 0.9}),
    "flops": ({"flop_threshold": 0.8}, "violations", {"mean": 1.4, "sd": 0.1, "min": 0.9, "max": 1.1}),
    "turnover": (
        {"audit.turnover_share": 1.0}, "violations", {"mean": 1.4, "sd": 0.1, "min": 0.9, "max": 1.1}
    ),
}  # fmt: skip
for law, (start, quantity, values) in LAWS.items():
    for name, value in {**values, "median": 2.0, "sigma": 0.9}.items():
        noun = WIDE if name in ("median", "sigma") else NORMAL
        ROWS[f"lab.{law}_distribution.{name}"] = {**start, f"lab.{law}_distribution": noun}, value, quantity

ELSEWHERE = {"market.flops_per_permit": "test_several_permits", "lab.redraw_values": "test_new_values"}
"""Parameters whose rows are tests of their own."""


def parameters(noun: Any, prefix: str = "") -> set[str]:
    """Dotted names of all parameters, but for what tells kinds apart."""
    names: set[str] = set()
    for name, hint in typing.get_type_hints(noun, include_extras=True).items():
        if name == "kind" or name.startswith("__"):
            continue
        parts = [part for part in (hint, *typing.get_args(hint)) if dataclasses.is_dataclass(part)]
        names |= set().union(*(parameters(part, f"{prefix}{name}.") for part in parts))
        names |= set() if parts else {prefix + name}
    return names


def learnt(name: str) -> bool:
    """Whether it is a parameter of learning or memory, which one turn does not show."""
    return name.startswith((*SECTIONS, "lab.reputation_escalation"))


def test_every_parameter_has_a_row():
    names = {name for name in parameters(dt.Game) if not learnt(name)}
    assert names == ROWS.keys() | ELSEWHERE.keys()
    assert all(callable(globals()[test]) for test in ELSEWHERE.values())


@pytest.mark.parametrize(("name", "row"), ROWS.items(), ids=ROWS)
def test_a_parameter_moves_theory_and_simulation_the_same_way(name, row):
    changes, value, quantity = row
    before = built(changes)
    after = changed(before, name, value)
    predicted = [getattr(dt.predict(game), quantity).mean for game in (before, after)]
    seen = [getattr(simulation.run(game, replications=3000, rng=1), quantity) for game in (before, after)]
    move, moved = predicted[1] - predicted[0], seen[1][:, 0] - seen[0][:, 0]
    assert abs(move) > 1e-3 * abs(predicted[0])
    error = moved.std(ddof=1) / np.sqrt(len(moved))
    assert moved.mean() * np.sign(move) > 4 * error, "too small to be seen, or the other way"
    assert abs(moved.mean() - move) <= 4.5 * error + 1e-12


def test_several_permits():
    """In a large market; whom the last permits are too few for leaves less than it needs to the price."""
    labs, most = 2000, 3.0
    one = built({"n_agents": labs, "market.token_cap": 800, "lab.flops_min": 0.5, "lab.flops_max": most})
    games = [changed(one, "market.flops_per_permit", per_permit) for per_permit in (1.0, 0.5)]
    records = [simulation.run(game, replications=100, rng=1) for game in games]
    for quantity, scale in {"permits": labs, "violations": labs, "price": 1}.items():
        limits = [getattr(dt.limit(game), quantity) for game in games]
        seen = [getattr(record, quantity)[:, 0] / scale for record in records]
        for game, limit, values in zip(games, limits, seen, strict=True):
            error = 4.5 * values.std(ddof=1) / np.sqrt(values.size)
            assert abs(values.mean() - limit) <= error + most / game.market.flops_per_permit / labs
        assert (seen[1].mean() - seen[0].mean()) / (limits[1] - limits[0]) == pytest.approx(1, abs=0.1)


def test_new_values():
    """Prices of T turns are as many draws of one, or one alone."""
    turns, market = 10, dt.predict(BASE).price
    for redrawn, draws in ((False, 1), (True, turns)):
        game = changed(BASE, "lab.redraw_values", redrawn)
        means = simulation.run(game, replications=3000, steps=turns, rng=1).price.mean(axis=1)
        squares, variance = (means - market.mean) ** 2, market.sd**2 / draws
        error = 4.5 * squares.std(ddof=1) / np.sqrt(squares.size)
        assert abs(squares.mean() - variance) <= error < variance / 4
