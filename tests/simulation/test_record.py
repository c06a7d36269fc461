"""The record of a run, and what `run` and `PermitMarket` refuse."""

from __future__ import annotations

import copy
import dataclasses
import math
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from records import arrays, assert_same

import simulation._play
import simulation._record
from deterrence import Game, ParameterError
from simulation import COLUMNS, QUANTITIES, PermitMarket, Record, run


def test_a_record_carries_its_question_and_arrays_of_one_shape(baseline):
    record = run(baseline, replications=range(5, 12), steps=3, rng=7)
    assert (record.game, record.seed, record.replications, record.steps) == (baseline, 7, range(5, 12), 3)
    for name in QUANTITIES:
        assert getattr(record, name).shape == (7, 3)
        assert getattr(record, name).dtype == np.float64
    assert record.wealth.shape == record.account.shape == (7,)
    assert repr(record) == "Record(seed=7, replications=range(5, 12), steps=3)"


@pytest.mark.parametrize("detail", ["run", "step", "lab"])
@pytest.mark.parametrize("steps", [3, 1])
def test_detail_decides_on_the_shapes(baseline, detail, steps):
    record = run(baseline, replications=7, steps=steps, rng=7, detail=detail)
    assert record.detail == detail
    for name in QUANTITIES:
        assert getattr(record, name).shape == ((7,) if detail == "run" else (7, steps))
        assert getattr(record, name).dtype == np.float64
    assert record.wealth.shape == record.account.shape == (7,)
    if detail != "lab":
        assert record.labs is None
        return
    for name in COLUMNS:
        column = getattr(record.labs, name)
        assert column.shape == (7, steps, 20)
        is_number = name in ("gross_value", "risk_profile", "bid", "wealth")
        assert column.dtype == (np.float64 if is_number else np.bool_)


@pytest.mark.parametrize(
    "duplicate",
    [lambda record: record, lambda record: pickle.loads(pickle.dumps(record)), copy.copy, copy.deepcopy],
    ids=["itself", "pickled", "copied", "copied deeply"],
)
@pytest.mark.parametrize("detail", ["run", "step", "lab"])
def test_neither_a_record_nor_its_copies_can_be_changed(baseline, detail, duplicate):
    record = run(baseline, replications=3, steps=2, rng=7, detail=detail)
    other = duplicate(record)
    assert_same(record, other)
    assert (other.game, other.seed, other.replications) == (baseline, 7, range(3))
    assert (other.steps, other.detail) == (2, detail)
    with pytest.raises(dataclasses.FrozenInstanceError):
        other.seed = 3
    for values in arrays(other).values():
        with pytest.raises(ValueError, match="read-only"):
            values[:] = 0


@pytest.mark.parametrize("detail", ["step", "lab"])
def test_a_record_becomes_a_frame_with_a_row_per_replication_and_step(baseline, detail):
    record = run(baseline, replications=range(5, 8), steps=2, rng=7, detail=detail)
    frame = record.to_frame()
    assert list(frame.columns) == list(QUANTITIES)
    assert frame.index.names == ["replication", "step"]
    assert frame.loc[(6, 2), "welfare"] == record.welfare[1, 1]
    assert frame.shape == (6, len(QUANTITIES))


def test_means_become_a_frame_with_a_row_per_replication(baseline):
    record = run(baseline, replications=range(5, 8), steps=2, rng=7, detail="run")
    frame = record.to_frame()
    assert list(frame.columns) == list(QUANTITIES)
    assert frame.index.tolist() == [5, 6, 7]
    assert frame.index.name == "replication"
    assert frame.loc[6, "welfare"] == record.welfare[1]


MONEY = ("price", "penalties", "revenue", "welfare")


@pytest.mark.parametrize("piece", [1, 7, 10**9])
def test_details_agree(games, monkeypatch, piece):
    """What steps come to is the same with labs or without; means have the exact counts."""
    monkeypatch.setattr(simulation._play, "PIECE", piece)
    for seed, game in enumerate(games(60, seed=10)):
        question = {"replications": 4, "steps": 12, "rng": seed}
        mean, step, lab = (run(game, **question, detail=detail) for detail in ("run", "step", "lab"))
        assert_same(step, dataclasses.replace(lab, labs=None))
        for name in QUANTITIES:
            got, expected = getattr(mean, name), getattr(step, name).mean(axis=1)
            if name in MONEY:  # terms of a sum of up to 40 labs' money may cancel
                np.testing.assert_allclose(got, expected, rtol=1e-14, atol=1e-12)
            elif name.endswith("rate"):  # the same in all steps, so that only the mean of equals can round
                np.testing.assert_array_equal(got, getattr(step, name)[:, -1])
            else:
                np.testing.assert_array_equal(got, expected)
        assert mean.wealth.tobytes() == step.wealth.tobytes()
        assert mean.account.tobytes() == step.account.tobytes()


def test_labs_add_up_to_the_quantities(games):
    for seed, game in enumerate(games(200, seed=11)):
        record = run(game, replications=3, steps=4, rng=seed, detail="lab")
        labs = record.labs
        found = {
            "permits": labs.has_permit,
            "violations": ~labs.compliant,
            "deterred": labs.compliant & ~labs.has_permit,
            "audits": labs.audited,
            "false_audits": labs.audited & labs.compliant,
            "checks": labs.audited | labs.backchecked,
            "catches": labs.caught,
        }
        for name, where in found.items():
            np.testing.assert_array_equal(getattr(record, name), where.sum(axis=2))
        np.testing.assert_array_equal(labs.runs, labs.has_permit | ~labs.compliant)
        # What labs gain in a step is rents and racing value, less what they pay.
        gained = np.diff(labs.wealth, axis=1, prepend=0.0).sum(axis=2)
        rent = np.where(labs.runs, labs.gross_value - game.lab.cost, 0.0)
        racing = game.lab.racing_value * record.violations
        flows = abs(rent).sum(axis=2) + racing + record.revenue + record.penalties
        expected = rent.sum(axis=2) + racing - record.revenue - record.penalties
        assert (abs(gained - expected) <= 1e-12 * np.cumsum(flows, axis=1)).all()
        assert (abs(record.wealth - labs.wealth[:, -1].sum(axis=1)) <= 1e-12 * flows.sum(axis=1)).all()


def test_a_quantity_that_does_not_exist_is_nan(games):
    for game in games(60, seed=9):
        record = run(game, replications=5, rng=1)
        nothing_for_sale = getattr(game.market, "token_cap", 1) == 0
        assert np.isnan(record.price).all() == nothing_for_sale
        np.testing.assert_array_equal(
            np.isnan(record.unpermitted_compliance_rate), record.permits == game.n_agents
        )


@pytest.mark.parametrize("workers", [0, 3])
def test_progress_is_told_of_every_replication_once(baseline, monkeypatch, workers):
    monkeypatch.setattr(simulation._record, "BLOCK_CELLS", 20 * 8)
    done: list[tuple[int, int]] = []

    def progress(replications: int) -> None:
        done.append((replications, threading.get_ident()))

    question = {"replications": 20, "steps": 2, "rng": 7, "progress": progress}
    if workers:
        with ThreadPoolExecutor(workers) as threads:
            run(baseline, **question, executor=threads)
    else:
        run(baseline, **question)
    assert done == [(count, threading.get_ident()) for count in (8, 8, 4)]


BAD = [
    ("replications", {"replications": 0}), ("replications", {"replications": -3}),
    ("replications", {"replications": 2.0}), ("replications", {"replications": True}),
    ("replications", {"replications": range(0)}), ("replications", {"replications": range(0, 10, 2)}),
    ("replications", {"replications": range(-1, 3)}), ("replications", {"replications": range(5, 2, -1)}),
    ("replications", {"replications": 2**40 + 1}), ("replications", {"replications": "3"}),
    ("rng", {"rng": -1}), ("rng", {"rng": 2**128}), ("rng", {"rng": 1.5}), ("rng", {"rng": True}),
    ("rng", {"rng": "seed"}), ("rng", {"rng": np.random.RandomState(1)}),
]  # fmt: skip


@pytest.mark.parametrize("name", ["executor", "progress"])
def test_what_is_no_executor_and_no_function_is_refused(baseline, name):
    with pytest.raises(ParameterError, match=f"{name} = 3"):
        run(baseline, **{name: 3})


STEPS = [0, -1, 1.0, True, "2", 10**6 + 1]


@pytest.mark.parametrize("play", [run, PermitMarket])
@pytest.mark.parametrize(("name", "arguments"), BAD, ids=range(len(BAD)))
def test_bad_arguments_are_one_clear_error(baseline, play, name, arguments):
    with pytest.raises(ParameterError) as caught:
        play(baseline, **arguments)
    (problem,) = caught.value.problems
    assert problem.field == name


@pytest.mark.parametrize("steps", STEPS, ids=repr)
def test_bad_steps_are_refused_before_a_turn_is_played(baseline, steps):
    with pytest.raises(ParameterError, match="steps"):
        run(baseline, steps=steps)
    market = PermitMarket(baseline, rng=1)
    with pytest.raises(ParameterError, match="steps"):
        market.run(steps)
    assert market.steps == 0
    assert math.isnan(market.price)


@pytest.mark.parametrize("play", [run, PermitMarket])
@pytest.mark.parametrize("game", [None, {"n_agents": 3}, "baseline"])
def test_what_is_no_game_is_refused(play, game):
    with pytest.raises(ParameterError, match="game"):
        play(game)


def test_what_would_not_fit_is_refused_before_memory_is_taken(baseline):
    with pytest.raises(ParameterError, match="n_agents \\* replications"):
        PermitMarket(baseline, replications=500_001)
    crowd = Game(**{**vars(baseline), "n_agents": 10**7})
    with pytest.raises(ParameterError, match="n_agents"):
        run(crowd, replications=10**4, steps=11)
    for detail, replications, steps in (("run", 10**7 + 1, 1), ("step", 10**4, 1001), ("lab", 10**4, 51)):
        with pytest.raises(ParameterError, match="too many for one record"):
            run(baseline, replications=replications, steps=steps, detail=detail)


LIMITS = {
    "run": "replications <= 120 with detail='run'",
    "step": "replications * steps <= 120 with detail='step'",
    "lab": "replications * steps * n_agents <= 120 with detail='lab'",
}


@pytest.mark.parametrize(("detail", "most"), [("run", 120), ("step", 40), ("lab", 2)])
def test_a_record_has_so_many_entries_and_no_more(baseline, monkeypatch, detail, most):
    monkeypatch.setattr(simulation._record, "MAX_ENTRIES", 120)
    run(baseline, replications=most, steps=3, rng=7, detail=detail)
    with pytest.raises(ParameterError) as caught:
        run(baseline, replications=most + 1, steps=3, rng=7, detail=detail)
    (problem,) = caught.value.problems
    assert (problem.field, problem.value) == ("replications", most + 1)
    assert LIMITS[detail] in str(caught.value)


def test_so_many_labs_are_drawn_and_no_more(baseline, monkeypatch):
    monkeypatch.setattr(simulation._record, "MAX_LAB_TURNS", 120)
    run(baseline, replications=2, steps=3, rng=7, detail="run")
    with pytest.raises(ParameterError, match=r"replications \* steps \* n_agents <= 120\)"):
        run(baseline, replications=3, steps=3, rng=7, detail="run")


@pytest.mark.parametrize("detail", [None, True, 1, "labs", "Step", "", b"run", ["run"]], ids=repr)
def test_a_detail_that_is_none_is_refused(baseline, detail):
    with pytest.raises(ParameterError, match=r"detail = .*'run', 'step' or 'lab'"):
        run(baseline, detail=detail)


def test_quantities_are_documented():
    for name in QUANTITIES:
        assert name in (Record.__mro__[1].__doc__ or "")
        assert name in (PermitMarket.__doc__ or "")
