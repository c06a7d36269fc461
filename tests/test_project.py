"""What the documents name exists, and what must not be in the project is not."""

import re
import tomllib
from pathlib import Path

import pytest

from analysis.__main__ import app

ROOT = Path(__file__).parents[1]
DOCUMENTS = ["README.md", "CONTRIBUTING.md"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def text(name):
    return (ROOT / name).read_text()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_and_folder_named_exists(document):
    named = re.findall(r"`([\w./-]+\.(?:md|py|json|toml|cff|lock)|[\w/]+/[\w]+)`", text(document))
    made = {"analysis.py", "scenarios.py", "simulation.py", "__init__.py"}  # a user's own, and anyone's
    assert named
    assert [name for name in named if name not in made and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_named_exists(document):
    targets = set(re.findall(r"^(\w+):", text("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"^make (\w+)|`make (\w+)`", text(document), flags=re.MULTILINE))
    named = {first or second for first, second in named}
    assert named
    assert named <= targets


def test_every_command_named_exists():
    commands = {command.callback.__name__ for command in app.registered_commands}
    named = set(re.findall(r"^deterrence (\w+)", text("README.md"), flags=re.MULTILINE))
    assert named == commands


def test_one_version_everywhere():
    version = PROJECT["project"]["version"]
    assert f"## {version}" in text("CHANGELOG.md")
    assert f"version: {version}\n" in text("CITATION.cff")


def test_the_lock_holds_every_dependency_and_no_address():
    lock = text("requirements.lock")
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    for requirement in wanted:
        name = re.match(r"[\w-]+", requirement).group()
        assert re.search(rf"^{name}==", lock, flags=re.MULTILINE), name
    assert not re.search(r"://|--index|--find-links|file:", lock)


def test_the_wheel_has_the_four_packages():
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == [
        "deterrence",
        "scenarios",
        "simulation",
        "analysis",
    ]
    for package in ("deterrence", "scenarios", "simulation", "analysis"):
        assert (ROOT / package / "py.typed").exists()
