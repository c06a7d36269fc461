"""The nouns: what their constructors accept, store, refuse and warn of."""

from __future__ import annotations

import copy
import dataclasses
import linecache
import math
import pickle
import typing
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import deterrence as dt

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
]
UNIT, MONEY, RISK = (0.0, 1.0), (0.0, 1e15), (0.0, 1e6)
BOUNDS: dict[tuple[type, str], tuple[float, float]] = {
    **{(dt.Audit, name): UNIT for name in AUDIT if name != "penalty_amount"},
    (dt.Audit, "backcheck_prob"): UNIT,
    **{(dt.Audit, name): MONEY for name in ("penalty_amount", "collateral", "liability_cap", "cost", "harm")},
    (dt.CapMarket, "token_cap"): (0, 10**9),
    (dt.FixedPriceMarket, "fixed_price"): MONEY,
    **{(dt.LabPopulation, name): MONEY for name in ("cost", "capability_value", "reputation_sensitivity")},
    (dt.LabPopulation, "racing_factor"): RISK,
    (dt.Game, "n_agents"): (1, 10**7),
    (dt.Scenario, "steps"): (1, 10**6),
    (dt.Scenario, "seed"): (0, 2**128 - 1),
}
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


@every_noun
def test_nouns_are_frozen_and_keyword_only(noun, given):
    instance = noun(**given)
    for field in dataclasses.fields(noun):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(instance, field.name, getattr(instance, field.name))
    with pytest.raises(TypeError, match="positional"):
        noun(*given.values())
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
    first = dataclasses.fields(noun)[1 if "kind" in dir(noun) else 0].name
    with pytest.raises(dt.ParameterError, match=f"^{first} = "):
        dataclasses.replace(instance, **{first: object()})


@every_bound
def test_bounds_are_where_the_glossary_puts_them(noun, name, low, high):
    for edge in (low, high):
        assert getattr(make(noun, **{name: edge}), name) == edge
    integer = isinstance(low, int)
    outside = (low - 1, high + 1) if integer else (math.nextafter(low, -1.0), math.nextafter(high, math.inf))
    for bad in outside:
        assert problems(noun, **{name: bad}) == {name: "is out of range"}


@every_bound
def test_numbers_are_numbers_and_stored_as_plain_ones(noun, name, low, high):
    integer = isinstance(low, int)
    kind = int if integer else float
    good = [1, np.int64(1), np.uint8(1)] + (
        [] if integer else [1.0, np.float64(1), np.float32(1), Fraction(1)]
    )
    for value in good:
        stored = getattr(make(noun, **{name: value}), name)
        assert type(stored) is kind
        assert stored == 1
    for bad in (True, np.True_, "1", b"1", 1j, [1.0], np.array([1.0]), np.array(1.0), object()):
        assert name in problems(noun, **{name: bad})
    for bad in (math.nan, math.inf, -math.inf, np.float64("nan"), 10**400, 10**5000, Fraction(10**400)):
        assert name in problems(noun, **{name: bad})
    if integer:
        assert problems(noun, **{name: 1.0}) == {name: "is not an integer"}
    if name not in ("liability_cap", "seed"):
        assert name in problems(noun, **{name: None})


def test_every_bounded_field_is_in_these_tests():
    """A new number in a noun must be given its bounds here; those with rules between fields are below."""
    elsewhere = {dt.Uniform, dt.TruncatedNormal, dt.LogNormal, dt.Provenance}
    for noun, _ in NOUNS:
        if noun in elsewhere:
            continue
        hints = typing.get_type_hints(noun, include_extras=True)
        for field in dataclasses.fields(noun):
            if "Interval" in str(hints[field.name]) and not field.name.startswith(
                ("gross_value", "risk_profile")
            ):
                owner = dt.Game if noun is dt.Scenario and field.name == "n_agents" else noun
                assert (owner, field.name) in BOUNDS


def test_defaults():
    audit, lab = dt.Audit(**AUDIT), dt.LabPopulation(**UNIFORM)
    assert (audit.backcheck_prob, audit.collateral, audit.cost, audit.harm) == (0, 0, 0, 0)
    assert (audit.liability_cap, audit.liability_rule) == (None, "capped")
    assert (lab.cost, lab.capability_value, lab.racing_factor, lab.reputation_sensitivity) == (0, 0, 1, 0)
    assert lab.gain_rule == "min"
    assert dt.FixedPriceMarket(fixed_price=1.0).purchase_rule == "gross"
    scenario = make(dt.Scenario)
    assert (scenario.steps, scenario.seed, scenario.provenance) == (1, None, {})


def test_derived_letters():
    audit = make(dt.Audit, false_negative_rate=0.1)
    assert audit.beta == 1.0 - 0.1
    lab = make(dt.LabPopulation, capability_value=3.0, racing_factor=0.5)
    assert lab.racing_value == 1.5
    assert lab.gross_value == dt.Uniform(min=0.5, max=1.5)
    assert lab.risk_profile == dt.Uniform(min=1.0, max=1.0)
    law = dt.LogNormal(median=1.0, sigma=0.5)
    lab = dt.LabPopulation(gross_value_distribution=law, risk_profile_distribution=law)
    assert lab.gross_value is law
    assert lab.risk_profile is law


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
        ({**UNIFORM, "gain_rule": "max"}, {"gain_rule": "is not one of the choices"}),
    ],
)
def test_value_and_risk_have_one_complete_description_each(given, expected):
    with pytest.raises(dt.ParameterError) as caught:
        dt.LabPopulation(**given)
    found = {problem.field: problem.reason for problem in caught.value.problems}
    assert found == expected


@pytest.mark.parametrize("name", ["gross_value", "risk_profile"])
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
