"""The table of the theory says where each result is, and is complete."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import deterrence
from deterrence import formulas, games

ROOT = Path(__file__).parents[1]
SUBSECTIONS = [
    "1.1", "1.2", "1.3", "1.4", "2", "3.1", "3.2", "3.3", "3.4", "4", "4.1", "4.2", "4.3", "4.4", "4.5",
    "5.1", "5.2", "5.3", "5.4", "5.5", "6", "7.1", "7.2", "7.3", "8.1", "8.2", "8.3", "9", "10.1", "10.2",
]  # fmt: skip

_LINES = (ROOT / "docs" / "theory.md").read_text(encoding="utf-8").splitlines()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in _LINES if re.match(r"\| \d", line)]
every_row = pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def proofs_in(path: Path) -> set[str]:
    """Names of the tests in a file, as they stand behind its name."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
    return found


def test_no_subsection_without_a_row():
    assert list(dict.fromkeys(row[0] for row in ROWS)) == SUBSECTIONS


def test_every_result_has_a_row():
    listed = [name for row in ROWS for name in names(row[3])]
    assert sorted(listed) == sorted(formulas.registry)


@every_row
def test_functions_are_public(row):
    found = names(row[2])
    assert found
    for name in found:
        room, _, function = name.rpartition(".")
        assert callable(getattr({"": deterrence, "games": games}[room], function))


@every_row
def test_proofs_are_tests(row):
    found = names(row[4])
    assert found
    for name in found:
        file, _, test = name.partition("::")
        assert test.rpartition("::")[2].startswith("test_")
        assert test in proofs_in(ROOT / "tests" / file)
