"""JSON Schema of a scenario file, generated from the nouns."""

from __future__ import annotations

from typing import Any

from deterrence import Scenario


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, for editors and other programs.

    It says what each field may be. Rules between fields, such as min <= max, are checked by `load` only.

    Returns
    -------
    dict
        A schema of draft 2020-12. ``scenarios/schema.json`` holds a copy.

    Examples
    --------
    >>> schema()["$defs"]["Audit"]["properties"]["high_prob"]["maximum"]
    1
    """
    from pydantic import TypeAdapter

    scenario = TypeAdapter(Scenario).json_schema()
    parts = scenario.pop("$defs")
    for part in (scenario, *parts.values()):
        # The first paragraph; examples in Python mean nothing in a schema.
        part["description"] = " ".join(part["description"].split("\n\n")[0].split())
        for field in part["properties"].values():
            field.pop("title", None)
    named = {**scenario, "required": [name for name in scenario["required"] if name != "name"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario file",
        "description": "One scenario, or a map of names to scenarios.",
        "anyOf": [
            {"$ref": "#/$defs/Scenario"},
            {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/NamedScenario"}},
        ],
        "$defs": {**parts, "Scenario": scenario, "NamedScenario": named},
    }
