"""Loading by name and from files, and saving."""

import errno
import os
import pickle
import tempfile
from pathlib import Path

import builders
import pytest
from hypothesis import given, settings
from pydantic import TypeAdapter

import scenarios
from deterrence import ParameterError, Scenario

ADAPTER = TypeAdapter(Scenario)


def _line(function, *arguments) -> str:
    with pytest.raises(scenarios.ScenarioError) as caught:
        function(*arguments)
    assert isinstance(caught.value, ParameterError)
    return str(caught.value)


@pytest.mark.filterwarnings("ignore::deterrence.ParameterWarning")
@settings(max_examples=200)
@given(scenario=builders.scenarios())
def test_read_write_read_is_the_identity(scenario, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "round.json"
    scenarios.save(scenario, path)
    written = path.read_bytes()
    assert scenarios.load(path) == scenario
    assert ADAPTER.validate_json(written) == scenario
    scenarios.save(scenarios.load(path), path)
    assert path.read_bytes() == written


@pytest.mark.parametrize("name", scenarios.names())
def test_a_shipped_scenario_survives_saving(name, tmp_path):
    scenarios.save(scenarios.load(name), tmp_path / "copy.json")
    assert scenarios.load(tmp_path / "copy.json") == scenarios.load(name)


def test_a_path_is_a_path_or_a_text_that_ends_in_json(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scenarios.save(scenarios.load("lawless"), "mine.json")
    scenarios.save(scenarios.load("lawless"), Path("mine"))
    assert scenarios.load("mine.json") == scenarios.load(Path("mine")) == scenarios.load("lawless")
    assert list(scenarios.load_all("mine.json")) == ["lawless"]


@pytest.mark.parametrize(
    "name", ["mine", "./mine", "config", "/etc/passwd", "..", "", "baseline\0", "Baseline"]
)
def test_names_never_become_paths(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scenarios.save(scenarios.load("baseline"), Path("mine"))
    assert _line(scenarios.load, name).startswith("scenarios: name = ")
    assert " is a name " in _line(scenarios.load_all, name)
    assert " is a name " in _line(scenarios.save, scenarios.load("baseline"), name)
    assert os.listdir() == ["mine"]


def test_an_unknown_name_is_answered_with_the_nearest():
    line = _line(scenarios.load, "basline")
    assert line.startswith('scenarios: name = "basline": is unknown, did you mean "baseline"? (allowed: ')
    assert line.endswith(f"(allowed: {', '.join(scenarios.names())})")


def test_the_names_are_those_of_three_files_each_in_one_of_them():
    folder = Path(scenarios.__file__).parent
    files = [scenarios.load_all(folder / name) for name in ("config.json", "regimes.json", "learning.json")]
    assert scenarios.names() == tuple(name for file in files for name in file)
    assert len(set(scenarios.names())) == sum(map(len, files)), "no file hides a scenario of another"
    assert sorted(path.name for path in folder.glob("*.json")) == [
        "config.json", "learning.json", "regimes.json", "schema.json"
    ]  # fmt: skip
    for file in files:
        assert all(scenarios.load(name) == scenario for name, scenario in file.items())


def test_load_wants_exactly_one_scenario():
    path = Path(scenarios.__file__).with_name("config.json")
    count = len(scenarios.load_all(path))
    assert _line(scenarios.load, path) == (
        f"{path}: scenarios = {count}: are more than load can return (allowed: 1, or use load_all)"
    )


def test_what_is_no_readable_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    reasons = {
        "pipe.json": "is a folder or a device",
        "folder.json": "is a folder or a device",
        "missing.json": f"cannot be read ({os.strerror(errno.ENOENT)})",
        "a" * 300 + ".json": f"cannot be read ({os.strerror(errno.ENAMETOOLONG)})",
        "null\0.json": "embedded null",
    }
    for name, reason in reasons.items():
        assert reason in _line(scenarios.load, tmp_path / name)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    scenarios.save(scenarios.load("lawless"), tmp_path / "plain.json")
    (tmp_path / "marked.json").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "plain.json").read_bytes())
    assert scenarios.load(tmp_path / "marked.json") == scenarios.load("lawless")


def test_a_saved_file_appears_complete_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "mine.json"
    scenarios.save(scenarios.load("baseline"), path)
    before = path.read_bytes()
    seen = []

    def sync(descriptor: int) -> None:
        seen.append((path.read_bytes() == before, len(os.listdir(tmp_path)), os.fstat(descriptor).st_size))

    monkeypatch.setattr(os, "fsync", sync)
    scenarios.save(scenarios.load("lawless"), path)
    # At the time of the sync the old file is untouched, and all of the new one is in the same folder.
    assert seen == [(True, 2, path.stat().st_size)]
    assert scenarios.load(path) == scenarios.load("lawless")
    assert os.listdir(tmp_path) == ["mine.json"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failed_save_leaves_the_old_file_and_nothing_else(failing, tmp_path, monkeypatch):
    path = tmp_path / "mine.json"
    scenarios.save(scenarios.load("baseline"), path)

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[failing], full)
    line = _line(scenarios.save, scenarios.load("lawless"), path)
    assert line.startswith(f"{path}: file = ")
    assert f"cannot be written ({os.strerror(errno.ENOSPC)})" in line
    assert os.listdir(tmp_path) == ["mine.json"]
    assert scenarios.load(path) == scenarios.load("baseline")


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder.json").mkdir()
    for place in ["missing/mine.json", "file/mine.json", "folder.json", "null\0.json"]:
        assert "cannot be written (" in _line(scenarios.save, scenarios.load("baseline"), tmp_path / place)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder.json"]


def test_a_read_only_folder_is_refused():
    superuser, baseline = os.geteuid() == 0, scenarios.load("baseline")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        if superuser:  # who may write anywhere
            os.seteuid(65534)
        try:
            line = _line(scenarios.save, baseline, Path(folder) / "mine.json")
        finally:
            if superuser:
                os.seteuid(0)
        assert "cannot be written (" in line
        assert os.listdir(folder) == []
        os.chmod(folder, 0o700)


def test_an_error_travels_between_processes():
    with pytest.raises(scenarios.ScenarioError) as caught:
        scenarios.load("basline")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.source, copy.problems) == (
        str(caught.value),
        "scenarios",
        caught.value.problems,
    )
