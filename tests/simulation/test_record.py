"""The record of a run, and what `run` and `PermitMarket` refuse."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import simulation._record
from deterrence import Game, ParameterError
from simulation import QUANTITIES, PermitMarket, Record, run


def test_a_record_carries_its_question_and_arrays_of_one_shape(baseline):
    record = run(baseline, replications=range(5, 12), steps=3, rng=7)
    assert (record.game, record.seed, record.replications, record.steps) == (baseline, 7, range(5, 12), 3)
    for name in QUANTITIES:
        assert getattr(record, name).shape == (7, 3)
        assert getattr(record, name).dtype == np.float64
    assert record.wealth.shape == record.account.shape == (7,)
    assert repr(record) == "Record(seed=7, replications=range(5, 12), steps=3)"


def test_a_record_cannot_be_changed(baseline):
    record = run(baseline, replications=3, rng=7)
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.seed = 3
    for name in (*QUANTITIES, "wealth", "account"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(record, name)[:] = 0


def test_a_record_becomes_a_frame_with_a_row_per_replication_and_step(baseline):
    record = run(baseline, replications=range(5, 8), steps=2, rng=7)
    frame = record.to_frame()
    assert list(frame.columns) == list(QUANTITIES)
    assert frame.index.names == ["replication", "step"]
    assert frame.loc[(6, 2), "welfare"] == record.welfare[1, 1]
    assert frame.shape == (6, len(QUANTITIES))


def test_a_quantity_that_does_not_exist_is_nan(games):
    for game in games(60, seed=9):
        record = run(game, replications=5, rng=1)
        nothing_for_sale = getattr(game.market, "token_cap", 1) == 0
        assert np.isnan(record.price).all() == nothing_for_sale
        np.testing.assert_array_equal(
            np.isnan(record.unpermitted_compliance_rate), record.permits == game.n_agents
        )


def test_progress_is_told_of_every_replication_once(baseline, monkeypatch):
    monkeypatch.setattr(simulation._record, "BLOCK_CELLS", 20 * 8)
    done: list[int] = []
    run(baseline, replications=20, steps=2, rng=7, progress=done.append)
    assert done == [8, 8, 4]


BAD = [
    ("replications", {"replications": 0}), ("replications", {"replications": -3}),
    ("replications", {"replications": 2.0}), ("replications", {"replications": True}),
    ("replications", {"replications": range(0)}), ("replications", {"replications": range(0, 10, 2)}),
    ("replications", {"replications": range(-1, 3)}), ("replications", {"replications": range(5, 2, -1)}),
    ("replications", {"replications": 2**40 + 1}), ("replications", {"replications": "3"}),
    ("rng", {"rng": -1}), ("rng", {"rng": 2**128}), ("rng", {"rng": 1.5}), ("rng", {"rng": True}),
    ("rng", {"rng": "seed"}), ("rng", {"rng": np.random.RandomState(1)}),
]  # fmt: skip
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
    with pytest.raises(ParameterError, match="replications \\* steps"):
        run(baseline, replications=10**4, steps=1001)
    crowd = Game(**{**vars(baseline), "n_agents": 10**7})
    with pytest.raises(ParameterError, match="n_agents"):
        run(crowd, replications=10**4, steps=11)


def test_quantities_are_documented():
    for name in QUANTITIES:
        assert name in (Record.__mro__[1].__doc__ or "")
        assert name in (PermitMarket.__doc__ or "")
