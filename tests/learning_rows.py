"""Every parameter of learning and memory: a game, another value, and a claim that this moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple, get_args, get_type_hints

from long_runs import ALIKE, CAP, DIFFERENT, game

import deterrence as dt

LARGE = dt.CapMarket(token_cap=800)
LOW = {"gross_value_min": 0.3, "gross_value_max": 0.3}
REPLICATOR = dt.ReplicatorGovernor(rate=0.1, recovery=1.0)
LOWERING = dt.LoweringGovernor(down=0.05, up=0.01)
SEEING = dt.LoweringGovernor(down=0.01, up=0.01)
TRACKING = dt.TrackingGovernor(target=0.3)
TARGETING = dt.TargetingGovernor(high_prob=0.6, base_prob=0.1, penalty_amount=1.0, return_prob=0.5)
STRICT = replace(TARGETING, penalty_amount=1.15)
LOGIT = dt.LogitGovernor(precision=5.0, recovery=1.0)
CAPACITY = dt.AuditCapacity(audits=100)
ESCALATION = dt.AuditEscalation(increment=0.1, decay=0.5)
GAP = dt.RacingGap(sensitivity=0.1, scale=1.0)
DREADING = dt.LabPopulation(**ALIKE, reputation_sensitivity=0.2, reputation_escalation=0.2)
LEARNING = dt.LabPopulation(**DIFFERENT, behaviour=dt.BayesianLabs(caught=2.0, missed=3.0))


def learning(noun: dt.BayesianLabs | dt.LogitLabs) -> dt.Game:
    return game(lab=ALIKE | {"behaviour": noun})


def with_new_values(noun: dt.BayesianLabs) -> dt.Game:
    market = dt.FixedPriceMarket(fixed_price=0.75)
    return game(market=market, lab=DIFFERENT | {"behaviour": noun, "redraw_values": True})


def imitating(noun: dt.ImitatingLabs) -> dt.Game:
    return game(n_agents=1500, lab=ALIKE | {"behaviour": noun}, governor=REPLICATOR, cost=0.3)


def imitated(noun: dt.ReplicatorGovernor) -> dt.Game:
    lab = ALIKE | {"behaviour": dt.ImitatingLabs(rate=0.1)}
    return game(n_agents=1500, lab=lab, governor=noun, cost=0.3)


def climbing(noun: dt.GradientGovernor) -> dt.Game:
    return game(market=CAP, governor=noun, penalty_amount=0.1)


def adapting(noun: Any) -> dt.Game:
    return game(governor=noun, cost=0.3)


def seeing(noun: dt.LoweringGovernor) -> dt.Game:
    return game(n_agents=2, governor=noun)


def targeting(noun: dt.TargetingGovernor) -> dt.Game:
    return game(lab=DIFFERENT, governor=noun)


def watching(noun: dt.TargetingGovernor) -> dt.Game:
    return game(governor=noun)


def limited(noun: dt.AuditCapacity) -> dt.Game:
    return game(n_agents=2000, market=LARGE, lab=LOW, high_prob=1.0, capacity=noun)


def choosy(noun: dt.AuditCapacity) -> dt.Game:
    return game(n_agents=2000, market=LARGE, high_prob=1.0, base_prob=0.5, capacity=noun)


def escalating(noun: dt.AuditEscalation) -> dt.Game:
    return game(escalation=noun, penalty_amount=0.1)


def racing(noun: dt.RacingGap) -> dt.Game:
    return game(lab=DIFFERENT | {"capability_value": 0.5, "racing_gap": noun}, penalty_amount=0.0)


def of_labs(noun: dt.LabPopulation) -> dt.Game:
    return replace(game(), lab=noun)


class Row(NamedTuple):
    """A parameter of a noun, another value of it, the game of such a noun, and a quantity that it moves.

    A simulation shows it with so many turns and replications.
    """

    noun: Any
    name: str
    other: Any
    asked: Callable[[Any], dt.Game]
    quantity: str
    steps: int = 200
    replications: int = 100

    @property
    def games(self) -> tuple[dt.Game, dt.Game]:
        """The game as it is, and with the other value."""
        return self.asked(self.noun), self.asked(replace(self.noun, **{self.name: self.other}))

    def __str__(self) -> str:
        return f"{type(self.noun).__name__}.{self.name}"


ROWS = [
    Row(dt.BayesianLabs(), "caught", 0.5, learning, "stopping"),
    Row(dt.BayesianLabs(), "missed", 2.0, learning, "stopping"),
    Row(dt.BayesianLabs(caught=2.0, missed=3.0), "pools", "runs", with_new_values, "violation_rate", 600, 50),
    Row(dt.LogitLabs(precision=1.0), "precision", 2.0, learning, "violation_rate"),
    Row(dt.ImitatingLabs(rate=0.1), "rate", 0.2, imitating, "period", 450, 8),
    Row(dt.ImitatingLabs(rate=0.1), "violating", 0.05, imitating, "period", 450, 8),
    Row(dt.GradientGovernor(scale=2.0), "scale", 4.0, climbing, "pi_1_spread", 400, 400),
    Row(LOWERING, "down", 0.1, adapting, "violation_rate", 200, 10),
    Row(LOWERING, "up", 0.1, adapting, "violation_rate", 200, 10),
    Row(SEEING, "sees", "catches", seeing, "violation_rate"),
    Row(TRACKING, "target", 0.4, adapting, "violation_rate", 200, 10),
    Row(TRACKING, "scale", 2.0, adapting, "pi_1_gap", 200, 10),
    Row(TARGETING, "high_prob", 1.0, targeting, "violation_rate", 200, 50),
    Row(STRICT, "base_prob", 0.5, watching, "violation_rate", 200, 50),
    Row(TARGETING, "penalty_amount", 1.5, targeting, "violation_rate", 200, 50),
    Row(STRICT, "return_prob", 1.0, watching, "violation_rate", 200, 50),
    Row(STRICT, "discount", 0.0, watching, "violation_rate", 200, 50),
    Row(LOGIT, "precision", 2.0, adapting, "violation_rate", 200, 10),
    Row(LOGIT, "recovery", 2.0, adapting, "violation_rate", 200, 10),
    Row(REPLICATOR, "rate", 0.2, imitated, "period", 450, 8),
    Row(REPLICATOR, "recovery", 2.0, adapting, "violation_rate", 200, 10),
    Row(CAPACITY, "audits", 200, choosy, "share_carried_out", 20, 10),
    Row(CAPACITY, "priority", "signal", choosy, "violation_rate", 20, 10),
    Row(CAPACITY, "expected", 0.0, limited, "violation_rate", 20, 10),
    Row(ESCALATION, "increment", 0.2, escalating, "coefficient_mean", 100, 50),
    Row(ESCALATION, "decay", 0.4, escalating, "coefficient_mean", 100, 50),
    Row(GAP, "sensitivity", 0.2, racing, "racing_turns", 150),
    Row(GAP, "scale", 2.0, racing, "racing_turns", 150),
    Row(DREADING, "reputation_escalation", 0.4, of_labs, "catches_to_deter"),
    Row(LEARNING, "redraw_values", True, of_labs, "violation_rate"),
]

SECTIONS = ("audit.capacity", "audit.escalation", "audit.governor", "lab.racing_gap", "lab.behaviour")
"""Where the nouns of learning and memory are in a game."""
OF_LABS = {("LabPopulation", "reputation_escalation"), ("LabPopulation", "redraw_values")}


def parameters() -> set[tuple[str, str]]:
    """Every parameter of learning and memory, with the noun that it is one of."""
    found = set(OF_LABS)
    for section, name in (path.split(".") for path in SECTIONS):
        hint = get_type_hints(get_type_hints(dt.Game)[section])[name]
        nouns = [noun for noun in (hint, *get_args(hint)) if is_dataclass(noun)]
        assert nouns
        found |= {(noun.__name__, x.name) for noun in nouns for x in fields(noun) if x.name != "kind"}
    return found
