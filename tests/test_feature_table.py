"""The table of the features of published simulators is true: parameters, scenarios and tests are there."""

from __future__ import annotations

import ast
import dataclasses
import operator
import re
from pathlib import Path

import pytest

import scenarios

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith("| feature")
]
MODELLED = [row for row in ROWS if row[1] != "not modelled"]
EVERY = "analysis/test_every_parameter.py::test_a_parameter_moves_theory_and_simulation_the_same_way"
every_row = pytest.mark.parametrize("row", MODELLED, ids=[row[0] for row in MODELLED])


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_row_says_what_stands_for_a_feature_or_that_nothing_does():
    assert len(ROWS) > 45
    assert all(len(row) == 5 for row in ROWS)
    for row in ROWS:
        if row in MODELLED:
            assert all(names(cell) for cell in row[1:4])
        else:
            assert row[2:4] == ["", ""]
            assert row[4], "it is said why, or what is nearest"


def test_no_table_lists_a_feature_twice():
    for table in TEXT.split("\n## ")[1:]:
        features = re.findall(r"^\| (.+?) \|", table, flags=re.MULTILINE)
        assert len(features) == len(set(features)) > 10


@every_row
def test_the_scenario_uses_the_parameters(row):
    [name] = names(row[2])
    scenario = scenarios.load(name)
    for parameter in names(row[1]):
        path, _, last = parameter.rpartition(".")
        noun = operator.attrgetter(path)(scenario) if path else scenario
        [field] = [field for field in dataclasses.fields(noun) if field.name == last]
        assert getattr(noun, last) not in (field.default, None, 0), parameter


@every_row
def test_the_test_is_there_and_has_the_parameters(row):
    [test] = names(row[3])
    file, _, function = test.partition("::")
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert function in {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    for parameter in names(row[1]) if test == EVERY else ():
        entry = parameter if not parameter.endswith("_distribution") else parameter[4:-13]
        assert f'"{entry}": (' in text, "it has a row among the parameters, or a law among the laws"
