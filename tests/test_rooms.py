"""The house has four rooms, and doors in one direction only.

Theory and simulation confirm each other only as far as they share nothing: `simulation` may borrow the
nouns of `deterrence` and a lab's own decision, no threshold, no prediction.
"""

from __future__ import annotations

import ast
import functools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import deterrence

ROOT = Path(__file__).parents[1]
DOORS = {
    "deterrence": set(),
    "scenarios": {"deterrence"},
    "simulation": {"deterrence"},
    "analysis": {"deterrence", "scenarios", "simulation"},
}
"""Which rooms each room may enter."""

NOUNS = {
    "Audit", "CapMarket", "FixedPriceMarket", "Game", "LabPopulation", "LogNormal", "Provenance",
    "Scenario", "TruncatedNormal", "Uniform", "AuditCapacity", "AuditEscalation", "RacingGap", "Splitting",
    "RationalLabs", "BayesianLabs", "LogitLabs", "ImitatingLabs", "StaticGovernor", "GradientGovernor",
    "LoweringGovernor", "TrackingGovernor", "TargetingGovernor", "LogitGovernor", "ReplicatorGovernor",
}  # fmt: skip
LENT = NOUNS | {"complies", "extensions", "ParameterError", "ParameterWarning", "Problem"}
"""What `simulation` may use of `deterrence`."""


def violations(root: Path) -> list[str]:
    """Every import, and every borrowed name, that breaks the rule, as ``file:line: what``."""
    return [
        f"{path.relative_to(root)}:{line}: {what}"
        for room in DOORS
        for path in sorted((root / room).rglob("*.py"))
        for line, what in found(path.read_text(encoding="utf-8"), room)
    ]


@functools.cache
def found(source: str, room: str) -> tuple[tuple[int, str], ...]:
    """What `offences` there are in a module; most are read once for every plant."""
    return tuple(offences(ast.parse(source), room))


def offences(tree: ast.Module, room: str) -> Iterator[tuple[int, str]]:
    for line, module, name in imports(tree):
        other = module.partition(".")[0]
        if other in DOORS and other != room and other not in DOORS[room]:
            yield line, f"{room} imports {other}"
        elif (room, other) == ("simulation", "deterrence") and (module != other or name not in LENT | {None}):
            yield line, f"simulation borrows {'.'.join(filter(None, (module, name)))}"
    if room == "simulation":
        yield from loans(tree)


def imports(tree: ast.Module) -> Iterator[tuple[int, str, str | None]]:
    """Line, module and name of every absolute import; relative ones cannot leave the room."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, node.module or "", alias.name) for alias in node.names)


def loans(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Names taken from ``import deterrence``, and ways to take names that a reader cannot follow."""
    modules = {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.partition(".")[0] == "deterrence"
    }
    followed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            followed.add(node.value)
            if node.attr not in LENT:
                yield node.lineno, f"simulation borrows deterrence.{node.attr}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in modules and node not in followed:
            yield node.lineno, f"simulation passes {node.id} on as a whole"
        elif isinstance(node, ast.Name) and node.id in ("__import__", "import_module", "importlib"):
            yield node.lineno, f"simulation imports by {node.id}"


def test_every_room_keeps_to_its_doors():
    assert violations(ROOT) == []


def test_the_rule_reads_the_real_packages():
    assert deterrence.__all__
    assert set(deterrence.__all__) >= LENT
    borrowed = {
        name
        for path in (ROOT / "simulation").glob("*.py")
        for _, module, name in imports(ast.parse(path.read_text(encoding="utf-8")))
        if module == "deterrence"
    }
    assert {"Game", "complies"} <= borrowed


PLANTS = {
    "a closed form": ("simulation", "from deterrence import optimal_pi_1"),
    "a closed form among nouns": ("simulation", "from deterrence import Game, effective_detection as f"),
    "everything": ("simulation", "from deterrence import *"),
    "a private module": ("simulation", "from deterrence._compliance import TIE"),
    "a submodule": ("simulation", "import deterrence.formulas"),
    "a submodule by name": ("simulation", "from deterrence import formulas"),
    "a name of the module": ("simulation", "import deterrence as dt\ndt.optimal_pi_1"),
    "a name of the module, unnamed": ("simulation", "import deterrence\ndeterrence.solve"),
    "the module as a value": ("simulation", "import deterrence as dt\ngetattr(dt, 'solve')"),
    "an import by text": ("simulation", "import importlib\nimportlib.import_module('deterrence')"),
    "inside a function": ("simulation", "def f():\n    from deterrence import threshold"),
    "a neighbour": ("simulation", "import scenarios"),
    "the room above": ("simulation", "from analysis import compare"),
    "theory asks the simulation": ("deterrence", "from simulation import run"),
    "theory reads files": ("deterrence", "import scenarios"),
    "scenarios are played": ("scenarios", "import simulation._turn"),
}


@pytest.mark.parametrize(("room", "line"), PLANTS.values(), ids=PLANTS)
def test_a_planted_import_is_reported(tmp_path, room, line):
    for name in DOORS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    assert violations(tmp_path) == []
    (tmp_path / room / "_planted.py").write_text(line + "\n", encoding="utf-8")
    (report,) = {what.partition(":")[0] for what in violations(tmp_path)}
    assert report == f"{room}/_planted.py"


def test_what_is_lent_may_be_borrowed_either_way(tmp_path):
    (tmp_path / "simulation").mkdir()
    fine = "import deterrence as dt\nfrom deterrence import Game, complies\ndt.Audit, dt.complies\n"
    (tmp_path / "simulation" / "_fine.py").write_text(fine, encoding="utf-8")
    assert violations(tmp_path) == []
