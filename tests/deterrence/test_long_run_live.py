"""Every parameter of every behaviour and of every memory changes some claim about the long run."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import pytest
from long_runs import ALIKE, CAP, DIFFERENT, claims, game

import deterrence as dt
from deterrence import _behaviours

LOW = {"gross_value_min": 0.3, "gross_value_max": 0.3}
RACE = {"capability_value": 0.1}
REPLICATOR = dt.ReplicatorGovernor(rate=0.1, recovery=1.0)
LOWERING = dt.LoweringGovernor(down=0.05, up=0.01)
TRACKING = dt.TrackingGovernor(target=0.3)
TARGETING = dt.TargetingGovernor(high_prob=0.6, base_prob=0.1, penalty_amount=1.0, return_prob=0.5)
LOGIT = dt.LogitGovernor(precision=5.0, recovery=1.0)
CAPACITY = dt.AuditCapacity(audits=1)
ESCALATION = dt.AuditEscalation(increment=0.1, decay=0.5)
GAP = dt.RacingGap(sensitivity=0.1, scale=1.0)


def learning(noun: dt.BayesianLabs) -> dt.Game:
    return game(lab=ALIKE | {"behaviour": noun})


def with_new_values(noun: dt.BayesianLabs) -> dt.Game:
    market = dt.FixedPriceMarket(fixed_price=0.75)
    return game(market=market, lab=DIFFERENT | {"behaviour": noun, "redraw_values": True})


def imitating(noun: dt.ImitatingLabs) -> dt.Game:
    return game(lab=ALIKE | {"behaviour": noun}, governor=REPLICATOR, cost=0.3)


def imitated(noun: dt.ReplicatorGovernor) -> dt.Game:
    return game(lab=ALIKE | {"behaviour": dt.ImitatingLabs(rate=0.1)}, governor=noun, cost=0.3)


def climbing(noun: dt.GradientGovernor) -> dt.Game:
    return game(market=CAP, governor=noun, penalty_amount=0.1)


def adapting(noun: _behaviours.GovernorBehaviour) -> dt.Game:
    return game(governor=noun, cost=0.3)


def targeting(noun: dt.TargetingGovernor) -> dt.Game:
    return game(lab=DIFFERENT, governor=noun)


def limited(noun: dt.AuditCapacity) -> dt.Game:
    return game(market=CAP, lab=LOW, high_prob=1.0, capacity=noun)


def choosy(noun: dt.AuditCapacity) -> dt.Game:
    return game(market=CAP, lab=ALIKE, high_prob=1.0, base_prob=0.5, capacity=noun)


def escalating(noun: dt.AuditEscalation) -> dt.Game:
    return game(escalation=noun, penalty_amount=0.1)


def racing(noun: dt.RacingGap) -> dt.Game:
    return game(lab=ALIKE | RACE | {"racing_gap": noun})


ROWS = [
    # noun, parameter, another value, the game, the claim
    (dt.BayesianLabs(), "caught", 0.5, learning, "stopping"),
    (dt.BayesianLabs(), "missed", 2.0, learning, "stopping"),
    (dt.BayesianLabs(), "pools", "runs", with_new_values, "violation_rate"),
    (dt.LogitLabs(precision=1.0), "precision", 2.0, learning, "violation_rate"),
    (dt.ImitatingLabs(rate=0.1), "rate", 0.2, imitating, "period"),
    (dt.ImitatingLabs(rate=0.1), "violating", 0.2, imitating, "period"),
    (dt.GradientGovernor(scale=2.0), "scale", 3.0, climbing, "pi_1_spread"),
    (LOWERING, "down", 0.1, adapting, "pi_1"),
    (LOWERING, "up", 0.1, adapting, "pi_1"),
    (LOWERING, "sees", "catches", adapting, "pi_1"),
    (TRACKING, "target", 0.4, adapting, "violation_rate"),
    (TRACKING, "scale", 2.0, adapting, "pi_1_gap"),
    (TARGETING, "high_prob", 1.0, targeting, "violation_rate"),
    (TARGETING, "base_prob", 0.2, targeting, "violation_rate"),
    (TARGETING, "penalty_amount", 1.1, targeting, "violation_rate"),
    (TARGETING, "return_prob", 0.4, targeting, "violation_rate"),
    (TARGETING, "discount", 0.8, targeting, "violation_rate"),
    (LOGIT, "precision", 2.0, adapting, "violation_rate"),
    (LOGIT, "recovery", 2.0, adapting, "violation_rate"),
    (REPLICATOR, "rate", 0.2, imitated, "period"),
    (REPLICATOR, "recovery", 2.0, imitated, "violation_rate"),
    (CAPACITY, "audits", 2, limited, "tipping_share"),
    (CAPACITY, "priority", "signal", choosy, "detection"),
    (CAPACITY, "expected", 0.0, limited, "violation_rate"),
    (ESCALATION, "increment", 0.2, escalating, "coefficient_mean"),
    (ESCALATION, "decay", 0.4, escalating, "coefficient_mean"),
    (GAP, "sensitivity", 0.2, racing, "racing_turns"),
    (GAP, "scale", 2.0, racing, "racing_turns"),
]
OF_ONE_TURN = {"Splitting"}


@pytest.mark.parametrize("row", ROWS, ids=[f"{type(row[0]).__name__}.{row[1]}" for row in ROWS])
def test_parameter_changes_a_claim(row):
    noun, name, other, asked, quantity = row
    before = claims(asked(noun))[quantity]
    after = claims(asked(replace(noun, **{name: other})))[quantity]
    assert before.sort != "unknown"
    assert (before.value, before.low, before.high) != (after.value, after.low, after.high)


def test_no_parameter_without_a_row():
    nouns = [
        noun
        for noun in vars(_behaviours).values()
        if isinstance(noun, type) and is_dataclass(noun) and noun.__module__ == _behaviours.__name__
    ]
    asked = {
        (noun.__name__, field.name)
        for noun in nouns
        for field in fields(noun)
        if field.name != "kind" and noun.__name__ not in OF_ONE_TURN
    }
    assert {(type(noun).__name__, name) for noun, name, *_ in ROWS} == asked


def test_memory_that_is_a_number_or_a_switch():
    grows = ALIKE | {"reputation_sensitivity": 0.2}
    slow, fast = (claims(game(lab=grows | {"reputation_escalation": f})) for f in (0.2, 0.4))
    assert slow["catches_to_deter"] != fast["catches_to_deter"]
    lab = DIFFERENT | {"behaviour": dt.BayesianLabs()}
    same, new = (claims(game(lab=lab | {"redraw_values": redrawn})) for redrawn in (False, True))
    assert same["stopping"].value != new["stopping"].value
