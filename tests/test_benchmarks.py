"""The benchmarks time the same game, and the gate stops a slow row. Nothing here depends on the clock."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from scipy.stats import norm

import simulation
from benchmarks import __main__ as benchmarks
from benchmarks.engine import market_of
from benchmarks.memory import live_bytes, objects_left, peak_bytes
from benchmarks.plain_mesa import PlainMarket, game
from benchmarks.timing import Fresh, Row, cpu_seconds


def refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def test_json_is_strict_and_alone_on_stdout(capsys):
    assert benchmarks.main(["--json", "--only", "G14"]) == 0
    out = capsys.readouterr().out
    result = json.loads(out, parse_constant=refuse)
    assert set(result) == {"versions", "machine", "rows"}
    assert set(result["versions"]) == {"python", "numpy", "mesa"}
    (row,) = result["rows"]
    assert row.pop("ratio") > 0
    assert row == {
        "name": "G14",
        "workload": "one scalar threshold",
        "baseline": "bare Python",
        "direction": "<=",
        "ask": 4,
    }


@pytest.mark.parametrize(
    ("direction", "ask", "ratio", "status"),
    [
        (">=", 100, 100.0, 0),
        (">=", 100, 50.0, 0),
        (">=", 100, 49.9, 1),
        ("<=", 3, 1.0, 0),
        ("<=", 3, 6.0, 0),
        ("<=", 3, 6.1, 1),
        ("<=", 0, 0.0, 0),
        ("<=", 0, 1.0, 1),
    ],
)
def test_the_short_form_fails_below_half_of_what_is_asked(monkeypatch, capsys, direction, ask, ratio, status):
    planted = Row("G1", "planted", "nothing", direction, ask, ratio)
    fine = Row("G2", "fine", "nothing", ">=", 1, 1.0)
    monkeypatch.setattr(
        benchmarks, "measures", lambda: {"G1": lambda rounds: [planted], "G2": lambda rounds: [fine]}
    )
    assert benchmarks.main(["--short"]) == status
    out, err = capsys.readouterr()
    assert "planted" in out
    assert "fine" in out
    assert ("planted" in err) == bool(status)
    assert "fine" not in err
    assert benchmarks.main([]) == 0
    assert benchmarks.main(["--short", "--only", "G2"]) == 0


@pytest.mark.parametrize(("again", "status"), [(60.0, 0), (40.0, 1)])
def test_a_row_that_misses_is_measured_again_with_all_rounds(monkeypatch, again, status):
    asked = []

    def measure(rounds):
        asked.append(rounds)
        return [Row("G1", "planted", "nothing", ">=", 100, again if len(asked) > 1 else 10.0)]

    monkeypatch.setattr(benchmarks, "measures", lambda: {"G1": measure})
    assert benchmarks.main(["--short"]) == status
    assert asked == [benchmarks.FEW_ROUNDS, benchmarks.ROUNDS]


def test_a_name_that_is_no_row_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as stopped:
        benchmarks.main(["--only", "G1,G99"])
    assert stopped.value.code == 2
    assert "G99" in capsys.readouterr().err


def test_what_is_made_anew_is_made_for_each_use():
    made, used = [], []

    def make():
        made.append(len(made))
        return made[-1]

    assert cpu_seconds(Fresh(make, used.append, often=3)) >= 0
    assert made == used == [0, 1, 2]


def test_memory_and_objects_are_counted():
    megabyte = 10**6
    assert megabyte <= live_bytes(lambda: [np.ones(megabyte), np.ones(megabyte // 8)][1]) < 1.01 * megabyte
    assert 3 * megabyte <= peak_bytes(lambda: [np.ones(3 * megabyte // 8), None][1]) < 3.01 * megabyte

    kept = []

    def keeping():
        kept.append([])
        return market_of(2)()

    # What else runs in this interpreter may leave an object or two; what a model leaves, it leaves 50 times.
    assert objects_left(market_of(2), 50) < 5
    assert 50 <= objects_left(keeping, 50) < 55


@pytest.mark.parametrize("fixed_price", [None, 0.8])
def test_the_plain_model_plays_the_same_game(fixed_price):
    """Means over replications agree within what their spread allows, once in 10^6 wrongly for each."""
    replications, steps, timed = 1500, 2, game(20, fixed_price)
    # Some are deterred and some are not, and every parameter that a plain model knows has an effect.
    audit = dataclasses.replace(timed.audit, penalty_amount=1.5)
    lab = dataclasses.replace(
        timed.lab, cost=0.1, capability_value=0.2, racing_factor=0.5, reputation_sensitivity=0.5
    )
    played = dataclasses.replace(timed, audit=audit, lab=lab)
    totals = np.zeros((replications, 4))
    for seed in range(replications):
        plain = PlainMarket(played, seed)
        for _ in range(steps):
            plain.step()
        turns = plain.datacollector.model_vars
        totals[seed] = [sum(turns[name]) / steps for name in ("price", "violations", "audits", "caught")]
    record = simulation.run(played, replications=replications, steps=steps, rng=1, detail="run")
    ours = np.stack([record.price, record.violations, record.audits, record.catches], axis=1)
    spread = np.sqrt((totals.var(axis=0, ddof=1) + ours.var(axis=0, ddof=1)) / replications)
    bound = -norm.ppf(1e-6 / 2) * spread
    assert (np.abs(totals.mean(axis=0) - ours.mean(axis=0)) <= bound).all()
    assert (totals.mean(axis=0) > 0).all()
