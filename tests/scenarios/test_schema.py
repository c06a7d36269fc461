"""The JSON Schema says what the nouns say."""

import dataclasses
import json
from pathlib import Path

import pytest

import deterrence as dt
import scenarios

SCHEMA = scenarios.schema()
NOUNS = [
    dt.Audit, dt.CapMarket, dt.FixedPriceMarket, dt.LabPopulation, dt.TruncatedNormal, dt.LogNormal,
    dt.Provenance, dt.Scenario,
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


def test_only_a_scenario_that_stands_alone_needs_a_name():
    alone, named = SCHEMA["$defs"]["Scenario"], SCHEMA["$defs"]["NamedScenario"]
    assert set(alone["required"]) - set(named["required"]) == {"name"}
    assert alone["properties"] == named["properties"]


def test_every_key_of_the_shipped_file_is_in_the_schema():
    tree = json.loads(Path(scenarios.__file__).with_name("config.json").read_text("utf-8"))
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

    walk(tree, SCHEMA["anyOf"][1])
    assert {"high_prob", "token_cap", "fixed_price", "sigma", "mean", "source"} <= seen
