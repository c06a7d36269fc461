"""Scenarios of the permit regime, and of learning and memory: their descriptions are what theory says."""

from __future__ import annotations

import dataclasses
import operator
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import analysis
import deterrence as dt
import scenarios
import simulation
from deterrence import _game

FOLDER = Path(scenarios.__file__).parent
REGIMES = scenarios.load_all(FOLDER / "regimes.json")
LEARNING = scenarios.load_all(FOLDER / "learning.json")
NEW = REGIMES | LEARNING
NO_SIGNALS = {"audit.whistleblower_prob": 0.0, "audit.monitoring_prob": 0.0}
COMPLIANCE = "unpermitted_compliance_rate"
VIOLATIONS_ALONE = {"lab.behaviour": dt.BayesianLabs(pools="violations")}

# Words of the description, what they are about, and what the scenario is changed in before.
SAID: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "whistleblowers": [
        ("caught with probability 0.647", "catches / violations", {}),
        ("a share of 0.94 of the labs without a permit to comply", COMPLIANCE, {}),
        ("by audits alone none would", COMPLIANCE, NO_SIGNALS),
    ],
    "permits_by_lot": [
        ("expects 16 labs to violate", "violations", {}),
        ("revenue of 10.5", "revenue", {}),
        ("would be 4 labs", "violations", {"market.supply": None}),
        ("and 22.4", "revenue", {"market.supply": None}),
    ],
    "compute_threshold": [
        ("21.5 labs to be exempt", "exempt", {}),
        ("a share of 0.81 of those", COMPLIANCE, {}),
        ("A permit costs 0.87", "price", {}),
        ("it would cost 1.34", "price", {"flop_threshold": 0.0}),
        ("a share of 0.51 to comply", COMPLIANCE, {"flop_threshold": 0.0}),
    ],
    "visible_excess": [
        ("a share of 0.60 of the labs", COMPLIANCE, {}),
        ("0.97 if all violators sent the full signal", COMPLIANCE, {"audit.signal_scale": 0.0}),
        ("6 of the 30", "exempt", {}),
    ],
    "turnover_fines": [
        ("a share of 0.85 of the labs", COMPLIANCE, {}),
        ("it would be 0.63", COMPLIANCE, {"audit.turnover_share": 0.0}),
    ],
    "convex_fines": [
        ("a share of 0.42 of the labs", COMPLIANCE, {}),
        ("with the flat fine alone none would", COMPLIANCE, {"audit.excess_penalty": 0.0}),
    ],
    "permits_by_compute": [
        ("a permit costs 0.48", "limit price", {}),
        ("a share of 0.53 of all labs", "limit permits", {}),
        ("0.27 violate", "limit violations", {}),
    ],
    "split_runs": [
        ("expects 13.1 of the", "violations", {}),
        ("it would be 0.6", "violations", {"lab.splitting": None}),
    ],
    "strategic_bids": [
        ("a price of 0.56", "price", {}),
        ("would make it 1.11", "price", {"lab.bid_rule": "truthful"}),
        ("17.2 of 18", "violations", {}),
    ],
    "posted_deposits": [
        ("a share of 0.86 of the labs", COMPLIANCE, {}),
        ("it would be 0.19", COMPLIANCE, {"audit.liability_rule": "capped"}),
    ],
    "false_deterrence": [
        ("a share of 0.33 to stop", "stopping", {}),
        ("0.67 to go on", "violation_rate", {}),
        ("all violate", "violations / N", {"lab.behaviour": dt.RationalLabs()}),
    ],
    "pooled_beliefs": [
        ("a share of 0.48 of violations", "estimate", {}),
        ("where it is 0.725", "detection", {}),
        ("0.40 of the labs", "violation_rate", {}),
        ("it would be 0.04", "violation_rate", VIOLATIONS_ALONE),
    ],
    "noisy_labs": [
        ("a share of 0.29 to violate", "violation_rate", {}),
        ("rational labs would all comply", COMPLIANCE, {"lab.behaviour": dt.RationalLabs()}),
    ],
    "quantal_response": [
        ("a share of 0.286", "violation_rate", {}),
        ("probability 0.571", "audit_rate", {}),
        ("0.25 and", "nash violations", {}),
        ("and 0.50 of the Nash", "nash audits", {}),
    ],
    "imitation": [
        ("expects 0.30 of the labs", "violation_rate", {}),
        ("probability of 0.40", "audit_rate", {}),
        ("about 114 turns", "period", {}),
    ],
    "climbing_governor": [("x is 0.48", "pi_1", {}), ("all labs violate", "violation_rate", {})],
    "lowering_governor": [
        ("between 0.49", "pi_1 low", {}),
        ("and 0.54", "pi_1 high", {}),
        ("the 0.50 that just deters", "pi_1", {}),
        ("a share of 0.20 of turns", "violation_rate", {}),
    ],
    "lowering_blind": [
        ("in the end none is carried out", "pi_1", {}),
        ("all labs violate", "violation_rate", {}),
    ],
    "tracking_governor": [
        ("probability 0.80", "pi_1", {}),
        ("a share of 0.10 to violate", "violation_rate", {}),
    ],
    "targeting_governor": [
        ("a share of 0.50 to violate", "violation_rate", {}),
        ("0.375 inspections", "inspection_rate", {}),
    ],
    "limited_auditors": [
        ("a share of violators of 0.40", "tipping_share", {}),
        ("all come to violate", "violation_rate", {}),
        ("none ever would", "violation_rate", {"audit.capacity.expected": 1.0}),
    ],
    "growing_reputation": [
        ("says 3 times", "catches_to_deter", {}),
        ("takes 6 turns", "steps_to_deter", {}),
        ("none violates", "violation_rate", {}),
    ],
    "growing_audits": [
        ("coefficient of 1.47", "coefficient_mean", {}),
        ("deviation of 0.20", "coefficient_sd", {}),
        ("all labs to violate", "violation_rate", {}),
    ],
    "racing_gap": [("stays 0.20", "racing_mean low", {}), ("at least 69 turns", "racing_turns low", {})],
}
ROWS = [(name, *row) for name, rows in SAID.items() for row in rows]


def changed(noun: Any, changes: dict[str, Any]) -> Any:
    """The noun with other values at dotted names."""
    fields = {name: value for name, value in changes.items() if "." not in name}
    for head in {name.partition(".")[0] for name in changes if "." in name}:
        inner = {n.partition(".")[2]: v for n, v in changes.items() if n.startswith(f"{head}.")}
        fields[head] = changed(getattr(noun, head), inner)
    return dataclasses.replace(noun, **fields)


def theory(game: dt.Scenario, quantity: str) -> float:
    """What the theory says of a quantity."""
    claims = {claim.quantity: claim for claim in dt.long_run(game).claims}
    name, _, which = quantity.partition(" ")
    if name in claims:
        return getattr(claims[name], which or "value")
    match quantity.split():
        case ["limit", name]:
            return getattr(dt.limit(game), name)
        case ["nash", name]:
            fine, audit = game.audit.penalty_amount, game.audit
            nash = dt.games.inspection(
                g=game.lab.gross_value.min, D=fine, k=audit.cost, M=audit.governor.recovery
            )
            return {"violations": nash.subsets[0].q, "audits": nash.subsets[0].a}[name][0]
        case ["detection"]:
            a = game.audit
            return dt.effective_detection(pi_1=a.high_prob, pi_0=a.base_prob, beta=a.beta, p_b=0.0)
        case ["estimate"]:
            [estimate] = re.findall(r"tends to ([\d.]+)", claims["violation_rate"].statement)
            return float(estimate)
        case ["exempt"]:
            p = dt.predict(game)
            return game.n_agents - p.permits.mean - p.deterred.mean - p.violations.mean
        case ["violations", "/", "N"]:
            return dt.predict(game).violations.mean / game.n_agents
        case ["catches", "/", "violations"]:
            return dt.predict(game).catches.mean / dt.predict(game).violations.mean
    return getattr(dt.predict(game), quantity).mean


def stated(words: str) -> tuple[float, float]:
    """The number in some words, and half a unit of its last digit."""
    found = re.search(r"\d+(?:\.(\d+))?", words)
    if found is None:
        [word] = re.findall(r"\b(?:none|all)\b", words, flags=re.IGNORECASE)
        return float(word.lower() == "all"), 0.5e-9
    return float(found[0]), 0.5 * 10 ** -len(found[1] or "")


@pytest.mark.parametrize(("name", "words", "quantity", "changes"), ROWS)
def test_the_theory_says_what_the_description_says(name, words, quantity, changes):
    assert words in NEW[name].description
    value, unit = stated(words)
    assert abs(theory(changed(NEW[name], changes), quantity) - value) <= unit * (1 + 1e-9)


@pytest.mark.parametrize("name", NEW)
def test_a_description_asks_and_names_its_unit_and_every_figure_in_it_is_held(name):
    scenario = NEW[name]
    text = scenario.description
    assert re.match(r"[^.]*\?", text), "it starts with a question"
    assert re.search(r"[Mm]oney in (units of|million)", text)
    held = {stated(words)[0] for words, *_ in SAID[name]}
    left = re.sub(r"Art\. \d+|1e25", "", text)
    known = {scale * number for number in _numbers(scenario) for scale in (1, 100, 0.001)}
    known.add(scenario.n_agents - getattr(scenario.market, "token_cap", 0))
    for figure in re.findall(r"\d+(?:\.\d+)?", left):
        assert any(abs(float(figure) - number) < 1e-9 for number in held | known), figure


def _numbers(noun: Any) -> set[float]:
    """All numbers of a noun and of those inside it."""
    found: set[float] = set()
    for field in dataclasses.fields(noun):
        value = getattr(noun, field.name)
        if dataclasses.is_dataclass(value):
            found |= _numbers(value)
        elif isinstance(value, int | float):
            found.add(value)
    return found


def test_every_extension_has_a_scenario_and_every_scenario_an_extension():
    possible = {f"{part}.{name}".lstrip(".") for part, names in _game._EXTENSIONS.items() for name in names}
    used = {name: dt.extensions(scenario).keys() for name, scenario in NEW.items()}
    rule = {"posted_deposits"}  # what a deposit is taken for is a rule of the basic model
    assert {name for name, found in used.items() if not found} == rule
    assert set().union(*used.values()) == possible
    assert all(
        dt.extensions(scenarios.load(name)) == {} for name in scenarios.load_all(FOLDER / "config.json")
    )


def test_every_behaviour_has_a_scenario():
    kinds = {(s.lab.behaviour.kind, s.audit.governor.kind) for s in LEARNING.values()}
    assert {labs for labs, _ in kinds} == {"rational", "bayesian", "logit", "imitating"}
    assert {governor for _, governor in kinds} == {
        "static", "gradient", "lowering", "tracking", "targeting", "logit", "replicator"
    }  # fmt: skip


def test_one_turn_where_nothing_lasts_and_several_where_something_does():
    assert {scenario.steps for scenario in REGIMES.values()} == {1}
    assert {dt.long_run(scenario).claims for scenario in REGIMES.values()} == {()}
    for scenario in LEARNING.values():
        assert 50 <= scenario.steps <= 2000
        assert 5 <= scenario.n_agents <= 600
    seeds = [scenarios.load(name).seed for name in scenarios.names()]
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize("name", [name for name in REGIMES if name != "permits_by_compute"])
def test_a_regime_is_played_as_predicted(name):
    comparison = analysis.compare(REGIMES[name], replications=2000)
    assert comparison.agrees, [row for row in comparison.rows if row.verdict == "differs"]
    assert comparison["violations"].verdict == "agrees"


def test_permits_by_compute_tend_to_their_limit():
    """The same market, two hundred times as large."""
    times = 200
    small = REGIMES["permits_by_compute"]
    cap = small.market.token_cap
    large = changed(small, {"n_agents": times * small.n_agents, "market.token_cap": times * cap})
    limit = dt.limit(small)
    N, record = large.n_agents, simulation.run(large, replications=20)
    assert limit.price == pytest.approx(dt.limit(large).price, rel=1e-12)
    # What a lab asks for, 0 to 3, has a deviation of at most 3/2, and falls with the price by 14/3 a lab.
    error = 4.5 / np.sqrt(20 * N)
    assert abs(record.price.mean() - limit.price) <= error * 9 / 28
    for quantity in ("permits", "violations", "deterred", "audits", "catches"):
        # One of independent labs varies by at most 1/2; the price moves shares by at most 2 for 1.
        allowed = error * (1 / 2 + 2 * 9 / 28)
        assert abs(getattr(record, quantity).mean() / N - getattr(limit, quantity)) <= allowed, quantity


@pytest.mark.parametrize("name", LEARNING)
def test_learning_ends_up_where_the_theory_says(name):
    comparison = analysis.compare_long_run(LEARNING[name])
    verdicts = {row.claim.quantity: row.verdict for row in comparison.rows}
    assert comparison.agrees, verdicts
    if name == "racing_gap":  # nothing more is known
        assert verdicts["violation_rate"] == "unknown"
        return
    assert "unknown" not in verdicts.values()
    assert verdicts["violation_rate"] == "agrees"


def test_the_racing_scenario_ends_before_a_racing_value_falls_to_0():
    [turns, *_] = dt.long_run(LEARNING["racing_gap"]).claims
    assert turns.quantity == "racing_turns"
    assert LEARNING["racing_gap"].steps <= turns.low


def test_sourced_figures_are_those_in_use():
    sourced = {name for name, scenario in NEW.items() if scenario.provenance}
    assert sourced == {"compute_threshold", "turnover_fines"}
    for name in sourced:
        for parameter, entry in NEW[name].provenance.items():
            assert operator.attrgetter(parameter)(NEW[name]) == entry.value
            assert re.search(r"\d{4}|TRAC", entry.source)
            assert entry.unit
