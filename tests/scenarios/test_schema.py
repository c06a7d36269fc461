"""The JSON Schema says what the nouns say."""

import dataclasses
import json
from pathlib import Path

import pytest

import deterrence as dt
import scenarios

SCHEMA = scenarios.schema()
DISTRIBUTIONS = [dt.TruncatedNormal, dt.LogNormal]
LABS = [dt.RationalLabs, dt.BayesianLabs, dt.LogitLabs, dt.ImitatingLabs]
GOVERNORS = [
    dt.StaticGovernor, dt.GradientGovernor, dt.LoweringGovernor, dt.TrackingGovernor, dt.TargetingGovernor,
    dt.LogitGovernor, dt.ReplicatorGovernor,
]  # fmt: skip
TOLD_BY_KIND = [*DISTRIBUTIONS, *LABS, *GOVERNORS]
NOUNS = [
    dt.Audit, dt.CapMarket, dt.FixedPriceMarket, dt.LabPopulation, dt.Provenance, dt.Scenario,
    dt.AuditCapacity, dt.AuditEscalation, dt.RacingGap, dt.Splitting, *TOLD_BY_KIND,
]  # fmt: skip


def test_the_committed_copy_is_current():
    path = Path(scenarios.__file__).with_name("schema.json")
    assert json.loads(path.read_text("utf-8")) == SCHEMA


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_and_its_part_of_the_schema_have_the_same_fields(noun):
    part = SCHEMA["$defs"][noun.__name__]
    fields = dataclasses.fields(noun)
    absent = dataclasses.MISSING
    needed = {f.name for f in fields if f.default is absent and f.default_factory is absent}
    if noun in TOLD_BY_KIND:
        needed.add("kind")
    assert list(part["properties"]) == [field.name for field in fields]
    assert set(part.get("required", [])) == needed
    assert part["additionalProperties"] is False


def test_bounds_stand_in_the_schema():
    parts = {name: part["properties"] for name, part in SCHEMA["$defs"].items()}
    assert parts["Audit"]["high_prob"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert parts["CapMarket"]["token_cap"] == {"type": "integer", "minimum": 0, "maximum": 10**9}
    assert parts["LogNormal"]["sigma"] == {"type": "number", "exclusiveMinimum": 0, "maximum": 5}
    assert parts["LabPopulation"]["gain_rule"]["enum"] == ["min", "price", "value"]
    assert [option["$ref"] for option in parts["Scenario"]["market"]["anyOf"]] == [
        "#/$defs/CapMarket", "#/$defs/FixedPriceMarket",
    ]  # fmt: skip


def test_every_noun_is_in_the_schema():
    assert SCHEMA["$defs"].keys() == {noun.__name__ for noun in NOUNS} | {"NamedScenario"}


@pytest.mark.parametrize("noun", TOLD_BY_KIND)
def test_a_kind_is_one_word(noun):
    assert SCHEMA["$defs"][noun.__name__]["properties"]["kind"] == {"const": noun.kind, "type": "string"}


@pytest.mark.parametrize(
    ("holder", "field", "options"),
    [
        ("Audit", "governor", GOVERNORS),
        ("LabPopulation", "behaviour", LABS),
        *(("LabPopulation", f"{name}_distribution", [*DISTRIBUTIONS, None])
          for name in ("gross_value", "risk_profile", "flops", "turnover")),
        ("Audit", "capacity", [dt.AuditCapacity, None]),
        ("Audit", "escalation", [dt.AuditEscalation, None]),
        ("LabPopulation", "racing_gap", [dt.RacingGap, None]),
        ("LabPopulation", "splitting", [dt.Splitting, None]),
    ],
)  # fmt: skip
def test_what_stands_in_a_field_of_nouns(holder, field, options):
    """One of the options at most: their kinds differ, or there is one beside null."""
    part = SCHEMA["$defs"][holder]["properties"][field]
    said = [{"$ref": f"#/$defs/{noun.__name__}"} if noun else {"type": "null"} for noun in options]
    assert part["anyOf"] == said
    kinds = [noun.kind for noun in options if hasattr(noun, "kind")]
    assert len(kinds) == len(set(kinds))
    if None in options:
        assert part["default"] is None
    else:
        assert part["default"] == {"kind": kinds[0]}


def test_only_a_scenario_that_stands_alone_needs_a_name():
    alone, named = SCHEMA["$defs"]["Scenario"], SCHEMA["$defs"]["NamedScenario"]
    assert set(alone["required"]) - set(named["required"]) == {"name"}
    assert alone["properties"] == named["properties"]


def test_every_key_of_the_shipped_files_is_in_the_schema():
    trees = [
        json.loads(Path(scenarios.__file__).with_name(f"{name}.json").read_text("utf-8"))
        for name in ("config", "regimes", "learning")
    ]
    seen = set()

    def walk(value: object, part: dict) -> None:
        """Follow the file and the schema together, through whichever option has the keys."""
        if not isinstance(value, dict):
            return
        options = [
            SCHEMA["$defs"][o["$ref"].split("/")[-1]] for o in [part, *part.get("anyOf", [])] if "$ref" in o
        ]
        if part.get("additionalProperties"):
            for item in value.values():
                walk(item, part["additionalProperties"])
            return
        fitting = [option for option in options if value.keys() <= option["properties"].keys()]
        assert fitting, value
        for key, item in value.items():
            seen.add(key)
            walk(item, fitting[0]["properties"][key])

    for tree in trees:
        walk(tree, SCHEMA["anyOf"][1])
    assert {"high_prob", "token_cap", "fixed_price", "sigma", "mean", "source", "precision"} <= seen
