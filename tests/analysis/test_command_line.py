"""The command line: what it prints, where, and with which status."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from faults import plant_strict_comparison, plant_undrawn_backchecks
from malformed import EDITED_FILES, WHOLE_FILES

import scenarios
from analysis.__main__ import main
from analysis._text import label
from deterrence import QUANTITIES, require

FEW = ["--replications", "500"]
NAMES = ("baseline", "weak_penalty")


@pytest.fixture
def run(monkeypatch, capsys):
    """Call the command line in this process; return status, standard output and standard error."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["deterrence", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        seen = capsys.readouterr()
        return stop.value.code or 0, seen.out, seen.err

    return call


def strict(text):
    """Parse JSON as the standard has it."""

    def refuse(constant):
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


class TestValidate:
    def test_a_scenario_agrees(self, run):
        status, out, _ = run("validate", "baseline", *FEW)
        assert status == 0
        for name in QUANTITIES:
            assert label(name) in out
        assert max(map(len, out.splitlines())) <= 80
        assert "optimal_pi_1" in out
        assert "least_cost_pi_1" in out
        assert "permits 50.00% + deterred" in out
        assert out.rstrip().endswith("agrees")

    @pytest.mark.parametrize(("scenario", "answer"), [("baseline", "yes"), ("weak_penalty", "no")])
    def test_the_report_says_which_rule_deters(self, run, scenario, answer):
        _, out, _ = run("validate", scenario, *FEW)
        lines = {line.split()[0]: line.split() for line in out.splitlines() if "min(1," in line}
        assert lines["optimal_pi_1"][4] == answer
        assert lines["least_cost_pi_1"][4] == answer

    @pytest.mark.parametrize(
        ("plant", "scenario"),
        [(plant_undrawn_backchecks, "backcheck_and_racing"), (plant_strict_comparison, "knife_edge")],
    )
    def test_a_planted_fault_ends_with_status_1(self, run, monkeypatch, plant, scenario):
        assert run("validate", scenario)[0] == 0
        plant(monkeypatch)
        status, out, _ = run("validate", scenario)
        assert status == 1
        assert out.rstrip().endswith("differs")

    def test_json_is_strict_and_alone_on_standard_output(self, run):
        status, out, _ = run("validate", "lawless", "knife_edge", "--json", *FEW)
        assert status == 0
        found = strict(out)
        assert [item["game"]["name"] for item in found] == ["lawless", "knife_edge"]
        assert [row["quantity"] for row in found[0]["quantities"]] == list(QUANTITIES)
        assert {rule["name"] for rule in found[0]["audit_rules"]} == {"optimal_pi_1", "least_cost_pi_1"}

    def test_same_seed_same_bytes(self, run):
        first = run("validate", "baseline", "--json", "--seed", 0, *FEW)
        assert first == run("validate", "baseline", "--json", "--seed", 0, *FEW)
        assert first != run("validate", "baseline", "--json", "--seed", 1, *FEW)

    def test_a_file_of_the_user(self, run, tmp_path):
        mine = tmp_path / "mine.json"
        scenarios.save(scenarios.load("carbon_tax"), mine)
        status, out, _ = run("validate", mine, *FEW)
        assert status == 0
        assert "carbon_tax" in out

    def test_the_report(self, run, tmp_path):
        folder = tmp_path / "deep" / "out"
        status, _, err = run("validate", "baseline", "weak_penalty", "--out", folder, *FEW)
        assert status == 0
        written = {path.name for path in folder.iterdir()}
        assert written == {
            "comparison.json",
            "comparison.tex",
            "formulas.tex",
            "violations.pdf",
            "violations.png",
        }
        assert all(str(folder / name) in err for name in written)
        assert len(strict((folder / "comparison.json").read_text())) == 2

    def test_a_folder_that_cannot_be_made(self, run, tmp_path):
        (tmp_path / "file").write_text("")
        status, _, err = run("validate", "baseline", "--out", tmp_path / "file" / "out", *FEW)
        assert status == 1
        assert "Traceback" not in err
        assert len(err.strip().splitlines()) == 1


class TestBadInput:
    @pytest.mark.parametrize("command", ["validate", "solve", "simulate", "scenarios"])
    def test_all_problems_of_all_files_at_once(self, run, tmp_path, command):
        bad = tmp_path / "bad.json"
        tree = json.loads(json.dumps({"description": "", "n_agents": 0}))
        bad.write_text(json.dumps(tree))
        status, out, err = run(command, bad, "baselin", tmp_path / "none.json")
        assert status == 2
        assert out == ""
        assert "n_agents = 0: is out of range" in err
        assert 'did you mean "baseline"?' in err
        assert "none.json" in err
        assert "Traceback" not in err

    @pytest.mark.parametrize("case", [*EDITED_FILES, *WHOLE_FILES])
    def test_every_malformed_file_has_one_line_a_problem_and_status_2(self, run, tmp_path, case):
        data, lines = EDITED_FILES.get(case) or WHOLE_FILES[case]
        bad = tmp_path / "bad.json"
        bad.write_bytes(data)
        status, out, err = run("validate", bad)
        said = [lines] if isinstance(lines, str) else lines
        assert (status, out, err.splitlines()) == (2, "", [f"{bad}: {line}" for line in said])

    @pytest.mark.parametrize(
        "arguments",
        [
            ["validate", "--replications", "99"],
            ["validate", "baseline", "--error", "2"],
            ["validate", "--seed", "-1"],
            ["simulate", "--steps", "0"],
            ["nonsense"],
            ["formulas", "nonsense"],
        ],
    )
    def test_usage(self, run, arguments):
        status, out, err = run(*arguments)
        assert status == 2
        assert out == ""
        assert err
        assert "Traceback" not in err

    def test_a_hostile_name_reaches_the_terminal_harmless(self, run, tmp_path):
        bad = tmp_path / "bad.json"
        bad.write_text(json.dumps({"\x1b[31m[bold]x": {"description": "\x1b[2J"}}))
        _, out, err = run("scenarios", bad)
        assert "\x1b" not in out + err

    def test_a_warning_is_one_line(self, run, tmp_path):
        odd = tmp_path / "odd.json"
        scenario = scenarios.load("baseline")
        scenarios.save(scenario, odd)
        tree = json.loads(odd.read_text())
        tree["audit"] |= {"high_prob": 0.1, "base_prob": 0.5}
        odd.write_text(json.dumps(tree))
        status, _, err = run("solve", odd)
        assert status == 0
        assert err.startswith("warning: high_prob is below base_prob")


def test_solve_answers_the_question(run):
    status, out, _ = run("solve", "baseline")
    assert status == 0
    for text in ("who complies", "optimal_pi_1", "least_cost_pi_1", "what it takes"):
        assert text in out
    basic = Path(scenarios.__file__).with_name("config.json")
    answers = strict(run("solve", basic, "--json")[1])
    assert [answer["game"]["name"] for answer in answers] == list(scenarios.load_all(basic))
    assert set(answers[0]["prediction"]) == set(QUANTITIES)


def test_simulate(run):
    status, out, _ = run("simulate", "baseline", "--steps", 3, "--seed", 5)
    assert status == 0
    assert "markets of 3 steps" in out
    found = strict(run("simulate", "baseline", "--json", "--seed", 5)[1])
    assert found[0]["seed"] == 5
    assert list(found[0]["quantities"]) == list(QUANTITIES)


def test_scenarios_lists_and_shows_the_schema(run):
    _, out, _ = run("scenarios")
    assert all(name in out for name in scenarios.names())
    assert strict(run("scenarios", "--schema")[1]) == scenarios.schema()
    assert list(strict(run("scenarios", "--json")[1])) == list(scenarios.names())


class TestRequire:
    def test_says_the_least_change_or_why_there_is_none(self, run):
        status, out, _ = run("require", "baseline", "weak_penalty", "--by", "pi_1", "--compliance", "0.99")
        assert status == 0
        answers = {name: require(scenarios.load(name), compliance=0.99, by="pi_1") for name in NAMES}
        assert out.splitlines() == [f"{name}: {answer}" for name, answer in answers.items()]
        assert [answer.value is None for answer in answers.values()] == [False, True]

    def test_as_json_and_as_latex(self, run):
        answer = require(scenarios.load("baseline"), compliance=0.99, by="fine")
        _, out, _ = run("require", "baseline", "--compliance", "0.99", "--json")
        (said,) = strict(out)
        assert (said["by"], said["value"], said["compliance"]) == ("fine", answer.value, answer.compliance)
        _, out, _ = run("require", "baseline", "--compliance", "0.99", "--latex")
        assert out == answer.latex() + "\n"

    @pytest.mark.parametrize("wrong", [("--by", "tax"), ("--compliance", "1.5")])
    def test_refuses_what_it_cannot_answer(self, run, wrong):
        status, out, err = run("require", "baseline", *wrong)
        assert (status, out) == (2, "")
        assert wrong[0].strip("-") in err


class TestFormulas:
    def test_list(self, run):
        status, out, _ = run("formulas")
        assert status == 0
        assert "optimal_pi_1" in out
        assert "least_cost_pi_1" in out

    def test_one_with_its_derivation(self, run):
        _, out, _ = run("formulas", "optimal_pi_1")
        assert "KKT" in out

    def test_latex(self, run):
        _, out, _ = run("formulas", "least_cost_pi_1", "--latex")
        assert "v^* - c" in out
        assert strict(run("formulas", "optimal_pi_1", "--json")[1])[0]["name"] == "optimal_pi_1"

    def test_sheet(self, run, tmp_path):
        assert run("formulas", "--sheet", tmp_path / "sheet.tex")[0] == 0
        assert r"\end{document}" in (tmp_path / "sheet.tex").read_text()


def test_the_console_script_is_the_same_program():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["scripts"] == {"deterrence": "analysis.__main__:main"}
    program = shutil.which("deterrence", path=str(Path(sys.executable).parent))
    assert program is not None
    done = subprocess.run([program, "scenarios"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "baseline" in done.stdout
