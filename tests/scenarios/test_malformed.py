"""What is wrong with a file is said in one line a problem, whatever is in it."""

import subprocess
import sys
from pathlib import Path

import pytest
from malformed import EDITED_FILES, ONE, VALID, WHOLE_FILES

import scenarios


def _lines(path: Path) -> list[str]:
    with pytest.raises(scenarios.ScenarioError) as caught:
        scenarios.load_all(path)
    assert len(caught.value.problems) == len(str(caught.value).splitlines())
    return str(caught.value).splitlines()


def test_the_file_that_cases_change_is_valid(tmp_path):
    path = tmp_path / "valid.json"
    path.write_text(VALID)
    assert scenarios.load(path).name == "mine"


@pytest.mark.parametrize("case", EDITED_FILES)
def test_every_problem_of_an_edited_file_has_its_line(case, tmp_path):
    data, lines = EDITED_FILES[case]
    path = tmp_path / "case.json"
    path.write_bytes(data)
    assert _lines(path) == [f"{path}: {line}" for line in lines]


@pytest.mark.parametrize("case", WHOLE_FILES)
def test_a_file_that_is_no_scenario_has_one_line(case, tmp_path):
    data, line = WHOLE_FILES[case]
    path = tmp_path / "case.json"
    path.write_bytes(data)
    assert _lines(path) == [f"{path}: {line}"]


def test_a_scenario_that_stands_alone_has_paths_without_a_name(tmp_path):
    path = tmp_path / "case.json"
    path.write_text('{"description": "d", "n_agents": 0, "audit": 1, "market": {"token_cap": -1}}')
    assert [line.split(": ")[1] for line in _lines(path)] == [
        "market.token_cap = -1", "n_agents = 0", "audit = 1", "lab = None", "name = None",
    ]  # fmt: skip


def test_long_lists_of_problems_end_after_a_hundred(tmp_path):
    path = tmp_path / "case.json"
    path.write_text("{" + ",".join(f'"s{i}": {i}' for i in range(1000)) + "}")
    lines = _lines(path)
    assert len(lines) == 101
    assert lines[0].startswith(f"{path}: s0 = 0: is not an object")
    assert lines[-1].endswith('problems = "more than 100": the rest is not shown (allowed: none)')


def test_file_names_cannot_command_the_terminal(tmp_path):
    path = tmp_path / "\x1b[2J\nnext.json"
    path.write_bytes(b"{}")
    assert _lines(path) == [rf"{tmp_path}/\x1b[2J\nnext.json: file = {{}}: holds no scenario {ONE}"]


# Files that take long, or much memory, to read without care.
HEAVY = {
    "digits": b'{"n_agents": ' + b"1" * 9_999_000 + b"}",
    "decimals": b'{"n_agents": 0.' + b"1" * 9_999_000 + b"}",
    "exponent": b'{"n_agents": 1e' + b"9" * 9_999_000 + b"}",
    "empty lists": b"[" + b"[]," * 3_300_000 + b"[]]",
    "brackets": b"[" * 10_000_000,
    "quotes": b'"' * 10_000_000,
    "escapes": b'"' + b'\\"' * 4_999_000,
    "long key": b'{"' + b"a" * 9_999_000 + b'": 1}',
    "long text": b'{"name": "' + b"a" * 9_999_000 + b'"}',
    "wide text": b'{"name": "' + "\U0001f600".encode() * 2_490_000 + b'"}',
    "unknown keys": b'{"n_agents": 1' + b"".join(b', "high_prob%d": 1' % i for i in range(99_000)) + b"}",
    "repeated keys": b'{"n_agents": 1' + b', "n_agents": 1' * 99_000 + b"}",
    "no objects": b"{" + b",".join(b'"s%d": {"a": {}}' % i for i in range(30_000)) + b"}",
    "sources": b'{"a": {"provenance": {'
    + b",".join(b'"p%d": {"value": 1, "unit": "", "source": ""}' % i for i in range(19_000))
    + b"}}}",
}

READ_HEAVY = """
import sys, time
import scenarios
for path in sys.argv[1:]:
    start = time.process_time()
    try:
        scenarios.load_all(path)
    except scenarios.ScenarioError:
        peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
        print(time.process_time() - start, int(peak[0]) / 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux to measure peak memory")
def test_no_file_takes_more_than_two_seconds_or_300_mb(tmp_path):
    paths = [tmp_path / f"{name}.json" for name in HEAVY]
    for path, data in zip(paths, HEAVY.values(), strict=True):
        path.write_bytes(data)
    command = [sys.executable, "-c", READ_HEAVY, *map(str, paths)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    measured = [tuple(map(float, line.split())) for line in output.splitlines()]
    assert len(measured) == len(HEAVY)
    for name, (seconds, megabytes) in zip(HEAVY, measured, strict=True):
        assert seconds < 2, name
        assert megabytes < 300, name
