"""The nouns: what their constructors accept, store, refuse and warn of."""

from __future__ import annotations

import copy
import dataclasses
import linecache
import math
import pickle
import re
import typing
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import deterrence as dt
from deterrence import _game

AUDIT = {
    "high_prob": 0.5,
    "base_prob": 0.125,
    "false_positive_rate": 0.25,
    "false_negative_rate": 0.25,
    "penalty_amount": 2.0,
}
UNIFORM = {"gross_value_min": 0.5, "gross_value_max": 1.5}
GAME = {
    "n_agents": 20,
    "audit": dt.Audit(**AUDIT),
    "market": dt.CapMarket(token_cap=10),
    "lab": dt.LabPopulation(**UNIFORM),
}
SPLITTING = {"cost_min": 0.5, "cost_max": 1.0, "coordination_min": 0.25, "coordination_max": 0.5}
TARGETING = {"high_prob": 0.75, "base_prob": 0.5, "penalty_amount": 4.0, "return_prob": 0.25}
SOURCE = dt.Provenance(value=2.0, unit="USD", source="a statute")

# One valid set of arguments a noun; the least and greatest admissible number of every field.
NOUNS: list[tuple[type, dict[str, object]]] = [
    (dt.Audit, AUDIT),
    (dt.CapMarket, {"token_cap": 10}),
    (dt.FixedPriceMarket, {"fixed_price": 0.5}),
    (dt.Uniform, {"min": 0.5, "max": 1.5}),
    (dt.TruncatedNormal, {"mean": 1.0, "sd": 0.25, "min": 0.5, "max": 1.5}),
    (dt.LogNormal, {"median": 1.0, "sigma": 0.5}),
    (dt.LabPopulation, UNIFORM),
    (dt.Game, GAME),
    (dt.Scenario, {**GAME, "name": "one", "description": "text"}),
    (dt.Provenance, {"value": 2.0, "unit": "USD", "source": "a statute"}),
    (dt.AuditCapacity, {"audits": 3}),
    (dt.AuditEscalation, {"increment": 1.0, "decay": 0.5}),
    (dt.RacingGap, {"sensitivity": 0.5, "scale": 2.0}),
    (dt.Splitting, SPLITTING),
    (dt.RationalLabs, {}),
    (dt.BayesianLabs, {}),
    (dt.LogitLabs, {"precision": 2.0}),
    (dt.ImitatingLabs, {"rate": 0.5}),
    (dt.StaticGovernor, {}),
    (dt.GradientGovernor, {}),
    (dt.LoweringGovernor, {"down": 0.125, "up": 0.5}),
    (dt.TrackingGovernor, {"target": 0.25}),
    (dt.TargetingGovernor, TARGETING),
    (dt.LogitGovernor, {"precision": 2.0, "recovery": 4.0}),
    (dt.ReplicatorGovernor, {"rate": 0.5, "recovery": 4.0}),
]
TINY = math.nextafter(0.0, 1.0)  # the least number above an excluded 0
UNIT, MONEY, RISK, FLOPS = (0.0, 1.0), (0.0, 1e15), (0.0, 1e6), (0.0, 1e15)
MOVE, RATE, EXPONENT, PRECISION = (TINY, 1.0), (TINY, 1e9), (TINY, 5.0), (0.0, 1e9)
BOUNDS: dict[tuple[type, str], tuple[float, float]] = {
    **{(dt.Audit, name): UNIT for name in AUDIT if name != "penalty_amount"},
    **{
        (dt.Audit, name): UNIT
        for name in ("backcheck_prob", "whistleblower_prob", "monitoring_prob", "turnover_share")
    },
    **{(dt.Audit, name): MONEY for name in ("penalty_amount", "collateral", "liability_cap", "cost", "harm")},
    (dt.Audit, "excess_penalty"): MONEY,
    (dt.Audit, "excess_exponent"): EXPONENT,
    (dt.Audit, "signal_scale"): FLOPS,
    (dt.Audit, "signal_exponent"): EXPONENT,
    (dt.CapMarket, "token_cap"): (0, 10**9),
    (dt.CapMarket, "flops_per_permit"): (TINY, 1e15),
    (dt.FixedPriceMarket, "fixed_price"): MONEY,
    (dt.FixedPriceMarket, "supply"): (0, 10**9),
    **{(dt.LabPopulation, name): MONEY for name in ("cost", "capability_value", "reputation_sensitivity")},
    (dt.LabPopulation, "racing_factor"): RISK,
    (dt.LabPopulation, "reputation_escalation"): RISK,
    (dt.Game, "n_agents"): (1, 10**7),
    (dt.Game, "flop_threshold"): FLOPS,
    (dt.Scenario, "steps"): (1, 10**6),
    (dt.Scenario, "seed"): (0, 2**128 - 1),
    (dt.AuditCapacity, "audits"): (0, 10**9),
    (dt.AuditCapacity, "expected"): UNIT,
    (dt.AuditEscalation, "increment"): RISK,
    (dt.AuditEscalation, "decay"): MOVE,
    (dt.RacingGap, "sensitivity"): (-1e6, 1e6),
    (dt.RacingGap, "scale"): (TINY, 1e15),
    (dt.BayesianLabs, "caught"): RATE,
    (dt.BayesianLabs, "missed"): RATE,
    (dt.LogitLabs, "precision"): PRECISION,
    (dt.ImitatingLabs, "rate"): RATE,
    (dt.ImitatingLabs, "violating"): UNIT,
    (dt.GradientGovernor, "scale"): RATE,
    (dt.LoweringGovernor, "down"): MOVE,
    (dt.LoweringGovernor, "up"): MOVE,
    (dt.TrackingGovernor, "target"): UNIT,
    (dt.TrackingGovernor, "scale"): RATE,
    **{(dt.TargetingGovernor, name): UNIT for name in TARGETING if name != "penalty_amount"},
    (dt.TargetingGovernor, "penalty_amount"): MONEY,
    (dt.TargetingGovernor, "discount"): (0.0, 0.999),
    (dt.LogitGovernor, "precision"): PRECISION,
    (dt.LogitGovernor, "recovery"): MONEY,
    (dt.ReplicatorGovernor, "rate"): RATE,
    (dt.ReplicatorGovernor, "recovery"): MONEY,
}
LAWS = ("gross_value", "risk_profile", "flops", "turnover_m")
every_noun = pytest.mark.parametrize(("noun", "given"), NOUNS, ids=lambda x: getattr(x, "__name__", ""))
every_bound = pytest.mark.parametrize(
    ("noun", "name", "low", "high"),
    [(noun, name, *bounds) for (noun, name), bounds in BOUNDS.items()],
    ids=lambda x: getattr(x, "__name__", str(x)),
)


def make(noun, **changed):
    """A valid noun but for the arguments given."""
    given = next(arguments for kind, arguments in NOUNS if kind is noun)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        return noun(**{**given, **changed})


def problems(noun, **changed):
    """Fields and reasons of all problems of one constructor call."""
    with pytest.raises(dt.ParameterError) as caught:
        make(noun, **changed)
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
    return {problem.field: problem.reason for problem in caught.value.problems}


def hinted(noun):
    """Fields of a noun, with their types."""
    hints = typing.get_type_hints(noun, include_extras=True)
    return [(field, hints[field.name]) for field in dataclasses.fields(noun)]


@every_noun
def test_nouns_are_frozen_and_keyword_only(noun, given):
    instance = noun(**given)
    for field in dataclasses.fields(noun):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(instance, field.name, getattr(instance, field.name))
    with pytest.raises(TypeError, match="positional"):
        noun(*given.values(), None)
    with pytest.raises(TypeError, match="unexpected keyword"):
        noun(**given, colour=1.0)


@every_noun
def test_nouns_are_values(noun, given):
    """Equal if made alike; copies, pickles and replacements are the same again, checked again."""
    instance = noun(**given)
    assert instance == noun(**given)
    for again in (
        copy.deepcopy(instance),
        pickle.loads(pickle.dumps(instance)),
        dataclasses.replace(instance),
    ):
        assert again == instance
        assert type(again) is noun
    last = dataclasses.fields(noun)[-1].name
    with pytest.raises(dt.ParameterError, match=f"^{last} = "):
        dataclasses.replace(instance, **{last: object()})


@every_bound
def test_bounds_are_where_the_glossary_puts_them(noun, name, low, high):
    for edge in (low, high):
        assert getattr(make(noun, **{name: edge}), name) == edge
    integer = isinstance(low, int)
    beyond = (math.nextafter(low, -math.inf), math.nextafter(high, math.inf))
    outside = (low - 1, high + 1) if integer else beyond
    for bad in outside:
        assert problems(noun, **{name: bad}) == {name: "is out of range"}


@every_bound
def test_numbers_are_numbers_and_stored_as_plain_ones(noun, name, low, high):
    integer = isinstance(low, int)
    kind = int if integer else float
    one = 1 if high >= 1 else 0
    good = [one, np.int64(one), np.uint8(one)] + (
        [] if integer else [float(one), np.float64(one), np.float32(one), Fraction(one)]
    )
    for value in good:
        stored = getattr(make(noun, **{name: value}), name)
        assert type(stored) is kind
        assert stored == one
    for bad in (True, np.True_, "1", b"1", 1j, [1.0], np.array([1.0]), np.array(1.0), object()):
        assert name in problems(noun, **{name: bad})
    for bad in (math.nan, math.inf, -math.inf, np.float64("nan"), 10**400, 10**5000, Fraction(10**400)):
        assert name in problems(noun, **{name: bad})
    if integer:
        assert problems(noun, **{name: 1.0}) == {name: "is not an integer"}
    if name not in ("liability_cap", "seed", "flops_per_permit", "supply"):
        assert name in problems(noun, **{name: None})


def test_every_bounded_field_is_in_these_tests():
    """A new number in a noun must be given its bounds here; those with rules between fields are below."""
    elsewhere = {dt.Uniform, dt.TruncatedNormal, dt.LogNormal, dt.Provenance, dt.Splitting}
    for noun, _ in NOUNS:
        if noun in elsewhere:
            continue
        for field, hint in hinted(noun):
            if "Interval" in str(hint) and not field.name.startswith(LAWS):
                owner = dt.Game if (dt.Game, field.name) in BOUNDS else noun
                assert (owner, field.name) in BOUNDS


def test_a_fraction_is_judged_by_the_float_that_is_stored():
    assert problems(dt.LogNormal, sigma=Fraction(1, 10**400)) == {"sigma": "is out of range"}
    assert make(dt.Audit, high_prob=1 + Fraction(1, 10**40)).high_prob == 1.0


def test_defaults():
    audit, lab = dt.Audit(**AUDIT), dt.LabPopulation(**UNIFORM)
    assert (audit.backcheck_prob, audit.collateral, audit.cost, audit.harm) == (0, 0, 0, 0)
    assert (audit.liability_cap, audit.liability_rule) == (None, "capped")
    assert (lab.cost, lab.capability_value, lab.racing_factor, lab.reputation_sensitivity) == (0, 0, 1, 0)
    assert lab.gain_rule == "min"
    market = dt.FixedPriceMarket(fixed_price=1.0)
    assert (market.purchase_rule, market.supply) == ("gross", None)
    assert dt.CapMarket(token_cap=1).flops_per_permit is None
    scenario = make(dt.Scenario)
    assert (scenario.steps, scenario.seed, scenario.provenance) == (1, None, {})
    assert scenario.flop_threshold == 0


def test_defaults_of_what_a_game_may_have_beyond_the_basic_model():
    audit, lab = dt.Audit(**AUDIT), dt.LabPopulation(**UNIFORM)
    assert (audit.whistleblower_prob, audit.monitoring_prob, audit.turnover_share) == (0, 0, 0)
    assert (audit.signal_scale, audit.signal_exponent) == (0, 1)
    assert (audit.excess_penalty, audit.excess_exponent) == (0, 1)
    assert (audit.capacity, audit.escalation, audit.governor) == (None, None, dt.StaticGovernor())
    assert (lab.bid_rule, lab.redraw_values, lab.reputation_escalation) == ("truthful", False, 0)
    assert (lab.racing_gap, lab.splitting, lab.behaviour) == (None, None, dt.RationalLabs())
    capacity, learner = make(dt.AuditCapacity), dt.BayesianLabs()
    assert (capacity.priority, capacity.expected) == ("lot", 1)
    assert (learner.caught, learner.missed, learner.pools) == (1, 1, "violations")
    assert (make(dt.ImitatingLabs).violating, dt.GradientGovernor().scale) == (0.5, 1)
    assert (make(dt.LoweringGovernor).sees, make(dt.TrackingGovernor).scale) == ("violations", 1)
    assert make(dt.TargetingGovernor).discount == 0.9


def test_derived_letters():
    audit = make(dt.Audit, false_negative_rate=0.1)
    assert audit.beta == 1.0 - 0.1
    lab = make(dt.LabPopulation, capability_value=3.0, racing_factor=0.5)
    assert lab.racing_value == 1.5
    assert lab.gross_value == dt.Uniform(min=0.5, max=1.5)
    assert lab.risk_profile == dt.Uniform(min=1.0, max=1.0)
    assert lab.flops == dt.Uniform(min=1.0, max=1.0)
    assert lab.turnover == dt.Uniform(min=0.0, max=0.0)
    law = dt.LogNormal(median=1.0, sigma=0.5)
    names = ("gross_value", "risk_profile", "flops", "turnover")
    lab = dt.LabPopulation(**{f"{name}_distribution": law for name in names})
    assert all(getattr(lab, name) == law for name in names)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"gross_value_min": "is missing"}),
        ({"gross_value_min": 1.0}, {"gross_value_max": "is missing"}),
        ({"gross_value_max": 1.0}, {"gross_value_min": "is missing"}),
        ({"gross_value_min": 2.0, "gross_value_max": 1.0}, {"gross_value_min": "is above gross_value_max"}),
        ({**UNIFORM, "risk_profile_min": 1.0}, {"risk_profile_max": "is missing"}),
        ({**UNIFORM, "risk_profile_max": 1.0}, {"risk_profile_min": "is missing"}),
        (
            {**UNIFORM, "risk_profile_min": 2.0, "risk_profile_max": 1.0},
            {"risk_profile_min": "is above risk_profile_max"},
        ),
        (
            {**UNIFORM, "gross_value_distribution": dt.LogNormal(median=1.0, sigma=1.0)},
            dict.fromkeys(("gross_value_min", "gross_value_max"), "stands beside gross_value_distribution"),
        ),
        (
            {"gross_value_distribution": dt.Uniform(min=0.0, max=1.0)},
            {"gross_value_distribution": "is none of these"},
        ),
        ({**UNIFORM, "flops_max": 1.0}, {"flops_min": "is missing"}),
        ({**UNIFORM, "flops_min": 2.0, "flops_max": 1.0}, {"flops_min": "is above flops_max"}),
        ({**UNIFORM, "flops_min": 2.0, "flops_max": 1e41}, {"flops_max": "is out of range"}),
        ({**UNIFORM, "turnover_min": 2.0}, {"turnover_max": "is missing"}),
        (
            {**UNIFORM, "turnover_min": 2.0, "turnover_distribution": dt.LogNormal(median=1.0, sigma=1.0)},
            {"turnover_min": "stands beside turnover_distribution"},
        ),
        ({**UNIFORM, "gain_rule": "max"}, {"gain_rule": "is not one of the choices"}),
    ],
)
def test_values_have_one_complete_description_each(given, expected):
    with pytest.raises(dt.ParameterError) as caught:
        dt.LabPopulation(**given)
    found = {problem.field: problem.reason for problem in caught.value.problems}
    assert found == expected


@pytest.mark.parametrize("name", ["gross_value", "risk_profile", "flops", "turnover"])
def test_a_single_known_value_is_allowed(name):
    lab = make(dt.LabPopulation, **{f"{name}_min": 1.0, f"{name}_max": 1.0})
    assert getattr(lab, name) == dt.Uniform(min=1.0, max=1.0)


def test_shapes_of_distributions():
    assert problems(dt.Uniform, min=2.0) == {"min": "is above max"}
    assert problems(dt.TruncatedNormal, min=1.5) == {"min": "equals max"}
    assert problems(dt.TruncatedNormal, min=2.0) == {"min": "is above max"}
    assert problems(dt.TruncatedNormal, sd=0.0) == {"sd": "is out of range"}
    assert problems(dt.TruncatedNormal, mean=10.0) == {"mean": "leaves no probability between min and max"}
    assert problems(dt.TruncatedNormal, sd=1e12) == {"mean": "leaves no probability between min and max"}
    assert make(dt.TruncatedNormal, mean=1.5 + 6 * 0.25).mean == 3.0
    assert problems(dt.LogNormal, median=0.0, sigma=0.0) == dict.fromkeys(
        ("median", "sigma"), "is out of range"
    )
    assert problems(dt.LogNormal, sigma=5.1) == {"sigma": "is out of range"}
    for noun in (dt.Uniform, dt.TruncatedNormal, dt.LogNormal):
        assert problems(noun, kind="beta") == {"kind": "is not one of the choices"}


def test_bounds_of_a_split():
    for name, high in (("cost", 1e15), ("coordination", 1.0)):
        low, top = f"{name}_min", f"{name}_max"
        assert problems(dt.Splitting, **{low: SPLITTING[top] * 1.5}) == {low: f"is above {top}"}
        made = make(dt.Splitting, **{low: 0.0, top: high})
        assert (getattr(made, low), getattr(made, top)) == (0, high)
        assert problems(dt.Splitting, **{low: math.nextafter(0.0, -1.0)}) == {low: "is out of range"}
        assert problems(dt.Splitting, **{top: math.nextafter(high, math.inf)}) == {top: "is out of range"}


def test_strategic_bids_need_a_market_that_takes_bids():
    lab, price = dt.LabPopulation(**UNIFORM, bid_rule="strategic"), dt.FixedPriceMarket(fixed_price=1.0)
    reason = "is of no use at a fixed price, which takes no bids"
    for noun in (dt.Game, dt.Scenario):
        assert problems(noun, lab=lab, market=price) == {"lab.bid_rule": reason}
        assert make(noun, lab=lab).lab is lab
        assert make(noun, market=price).market is price


@pytest.mark.parametrize(
    "bad", ["posted ", "Capped", None, 1, ["capped"], np.array(["capped"]), np.array(["a", "b"])]
)
def test_choices_are_exact_words(bad):
    assert problems(dt.Audit, liability_rule=bad) == {"liability_rule": "is not one of the choices"}
    assert problems(dt.FixedPriceMarket, purchase_rule=bad) == {"purchase_rule": "is not one of the choices"}


def test_parts_of_a_game_are_nouns():
    found = problems(dt.Game, audit=AUDIT, market=None, lab=dt.CapMarket(token_cap=1))
    assert found == {
        "audit": "is not an Audit",
        "market": "is none of these",
        "lab": "is not a LabPopulation",
    }


@pytest.mark.parametrize("provenance", [[], {"audit.penalty_amount": 2.0}, {1: SOURCE}, None, "text"])
def test_provenance_is_a_map_from_parameters_to_sources(provenance):
    assert "provenance" in problems(dt.Scenario, provenance=provenance)
    assert (
        make(dt.Scenario, provenance={"audit.penalty_amount": SOURCE}).provenance["audit.penalty_amount"]
        is SOURCE
    )


INSIDE = {
    "": [dt.Game],
    "audit.": [dt.Audit],
    "market.": [dt.CapMarket, dt.FixedPriceMarket],
    "lab.": [dt.LabPopulation],
    "audit.capacity.": [dt.AuditCapacity],
    "audit.escalation.": [dt.AuditEscalation],
    "audit.governor.": [
        dt.StaticGovernor, dt.GradientGovernor, dt.LoweringGovernor, dt.TrackingGovernor,
        dt.TargetingGovernor, dt.LogitGovernor, dt.ReplicatorGovernor,
    ],
    "lab.racing_gap.": [dt.RacingGap],
    "lab.splitting.": [dt.Splitting],
    "lab.behaviour.": [dt.RationalLabs, dt.BayesianLabs, dt.LogitLabs, dt.ImitatingLabs],
    **{
        f"lab.{name}_distribution.": [dt.TruncatedNormal, dt.LogNormal]
        for name in ("gross_value", "risk_profile", "flops", "turnover")
    },
}  # fmt: skip
"""Nouns that a game holds, by where they stand."""


def test_every_parameter_of_a_game_can_have_a_source():
    held = {noun for nouns in INSIDE.values() for noun in nouns}
    assert held == {noun for noun, _ in NOUNS} - {dt.Uniform, dt.Scenario, dt.Provenance}
    names = {
        place + field.name
        for place, nouns in INSIDE.items()
        for noun in nouns
        for field in dataclasses.fields(noun)
    }
    groups = {name for name in names if f"{name}." in INSIDE} | {"audit", "market", "lab"}
    sources = dict.fromkeys(names - groups, SOURCE)
    assert make(dt.Scenario, provenance=sources).provenance == sources
    for name in groups:
        assert problems(dt.Scenario, provenance={name: SOURCE}) == {f"provenance.{name}": "is no parameter"}


def test_every_number_is_in_the_glossary():
    """And nothing else is: one row a number, or one for the bounds that it is drawn between."""
    expected = set()
    for place, nouns in INSIDE.items():
        fields = {f.name: hint for noun in nouns for f, hint in hinted(noun) if "Interval" in str(hint)}
        inner = place.partition(".")[2]
        expected |= {inner + re.sub("_(min|max)$", "", name) for name in fields if "_distr" not in place}
    _, _, basic, _, _, beyond, _ = re.split("^=.*\n", _game.__doc__, flags=re.MULTILINE)
    rows = re.findall(r"^([a-z_]+\.?[a-z_]*)(?:, (\w+))?(?: \(\w+\))? ", basic + beyond, re.MULTILINE)
    assert len(rows) == len((basic + beyond).splitlines())
    found = {first for first, _ in rows}
    found |= {f"{first.partition('.')[0]}.{second}" for first, second in rows if second}
    assert found == expected


BASIC = {
    "n_agents", "audit", "market", "lab",
    "high_prob", "base_prob", "false_positive_rate", "false_negative_rate", "backcheck_prob",
    "penalty_amount", "collateral", "liability_cap", "liability_rule", "cost", "harm",
    "token_cap", "fixed_price", "purchase_rule",
    *(f"{name}_{end}" for name in ("gross_value", "risk_profile") for end in ("min", "max", "distribution")),
    "capability_value", "racing_factor", "reputation_sensitivity", "gain_rule",
}  # fmt: skip
WITHOUT_EFFECT_ALONE = {
    "signal_exponent": "there is no ratio to raise without signal_scale",
    "excess_exponent": "there is no excess to raise without excess_penalty",
    **dict.fromkeys(
        ("flops_min", "flops_max", "flops_distribution"),
        "compute counts with flop_threshold, flops_per_permit, signal_scale or excess_penalty",
    ),
    **dict.fromkeys(
        ("turnover_min", "turnover_max", "turnover_distribution"), "turnover counts with turnover_share"
    ),
}
BEYOND = {
    "flop_threshold": 0.5, "whistleblower_prob": 0.5, "monitoring_prob": 0.5, "signal_scale": 2.0,
    "excess_penalty": 2.0, "turnover_share": 0.5, "flops_per_permit": 2.0, "supply": 3,
    "bid_rule": "strategic", "redraw_values": True, "reputation_escalation": 0.5,
    "capacity": dt.AuditCapacity(audits=3), "escalation": dt.AuditEscalation(increment=1.0, decay=0.5),
    "governor": dt.GradientGovernor(), "racing_gap": dt.RacingGap(sensitivity=0.5, scale=2.0),
    "splitting": dt.Splitting(**SPLITTING), "behaviour": dt.BayesianLabs(),
}  # fmt: skip


@pytest.mark.parametrize("section", ["", "audit", "lab", "cap", "price"])
def test_what_is_beyond_the_basic_model_is_an_extension(section):
    """A new field must be told here: theory refuses every game with an extension that it does not cover."""
    place, part = {
        "": ("", dt.Game(**GAME)),
        "audit": ("audit.", GAME["audit"]),
        "lab": ("lab.", GAME["lab"]),
        "cap": ("market.", GAME["market"]),
        "price": ("market.", dt.FixedPriceMarket(fixed_price=0.5)),
    }[section]
    for name in {field.name for field in dataclasses.fields(part)} - BASIC - WITHOUT_EFFECT_ALONE.keys():
        changed = dataclasses.replace(part, **{name: BEYOND[name]})
        game = changed if not section else make(dt.Game, **{place[:-1]: changed})
        assert _game.extensions(game) == {place + name: BEYOND[name]}


def test_the_basic_model_has_no_extension():
    law = dt.LogNormal(median=1.0, sigma=0.5)
    laws = {"gross_value_distribution": law, "risk_profile_distribution": law, "flops_distribution": law}
    lab = dt.LabPopulation(**laws, cost=0.5, racing_factor=2.0, capability_value=1.0, gain_rule="price",
                           reputation_sensitivity=1.0, turnover_distribution=law)  # fmt: skip
    audit = make(dt.Audit, backcheck_prob=0.5, collateral=1.0, liability_cap=2.0, liability_rule="posted",
                 cost=0.5, harm=1.0, signal_exponent=2.0, excess_exponent=2.0)  # fmt: skip
    for market in (dt.CapMarket(token_cap=0), dt.FixedPriceMarket(fixed_price=1.0, purchase_rule="net")):
        assert _game.extensions(make(dt.Scenario, audit=audit, lab=lab, market=market)) == {}


def test_all_problems_are_reported_together():
    with pytest.raises(dt.ParameterError) as caught:
        dt.Audit(
            high_prob="high",
            base_prob=-0.5,
            false_positive_rate=True,
            false_negative_rate=math.nan,
            penalty_amount=math.inf,
            liability_rule="none",
        )
    assert str(caught.value).splitlines() == [
        'high_prob = "high": is not a number (allowed: number in [0, 1])',
        "base_prob = -0.5: is out of range (allowed: number in [0, 1])",
        "false_positive_rate = True: is not a number (allowed: number in [0, 1])",
        "false_negative_rate = nan: is not finite (allowed: number in [0, 1])",
        "penalty_amount = inf: is not finite (allowed: number in [0, 1e+15])",
        'liability_rule = "none": is not one of the choices (allowed: "capped" or "posted")',
    ]
    found = problems(dt.LabPopulation, gross_value_min=2.0, cost="a", risk_profile_max=1.0)
    assert found == {
        "gross_value_min": "is above gross_value_max",
        "cost": "is not a number",
        "risk_profile_min": "is missing",
    }


def test_what_may_stand_there_reads_well():
    with pytest.raises(dt.ParameterError) as caught:
        dt.LabPopulation(
            **UNIFORM,
            gain_rule="max",
            redraw_values=1,
            turnover_distribution=1,
            splitting=1,
            behaviour="logit",
        )
    assert str(caught.value).splitlines() == [
        'gain_rule = "max": is not one of the choices (allowed: "min", "price" or "value")',
        "redraw_values = 1: is not true or false (allowed: true or false)",
        "turnover_distribution = 1: is none of these (allowed: TruncatedNormal, LogNormal or null)",
        "splitting = 1: is not a Splitting (allowed: "
        "Splitting with cost_min, cost_max, coordination_min and coordination_max, or null)",
        'behaviour = "logit": is none of these '
        "(allowed: RationalLabs, BayesianLabs, LogitLabs or ImitatingLabs)",
    ]


def test_bad_values_are_shown_on_one_short_line():
    for bad in ("\n\x1b[31m" * 50, [0.0] * 1000, 10**5000, np.zeros(1000)):
        with pytest.raises(dt.ParameterError) as caught:
            make(dt.Audit, high_prob=bad)
        text = str(caught.value)
        assert len(text) < 140
        assert text.isprintable()


def test_errors_travel_between_processes_whole():
    with pytest.raises(dt.ParameterError) as caught:
        dt.Audit(**{**AUDIT, "high_prob": 2.0, "base_prob": -1.0})
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is dt.ParameterError
    assert str(again) == str(caught.value)
    assert again.problems == caught.value.problems


def test_unusual_but_valid_audits_warn_where_they_are_made():
    cases = (
        ({"high_prob": 0.1}, "high_prob is below base_prob"),
        ({"false_negative_rate": 0.8}, "beta is below alpha"),
    )
    for changed, message in cases:
        with pytest.warns(dt.ParameterWarning, match=message) as caught:
            dt.Audit(**{**AUDIT, **changed})
        assert [Path(warning.filename).name for warning in caught] == ["test_game.py"]
        assert linecache.getline(caught[0].filename, caught[0].lineno).strip().startswith("dt.Audit(")


def test_usual_audits_do_not_warn():
    """Equal rates are no cause, nor are decimals whose complements round: 1 - 0.9 < 0.1."""
    assert 1 - 0.9 < 0.1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dt.Audit(**{**AUDIT, "high_prob": 0.125})
        for percent in range(101):
            dt.Audit(
                **{
                    **AUDIT,
                    "false_positive_rate": percent / 100,
                    "false_negative_rate": (100 - percent) / 100,
                }
            )
