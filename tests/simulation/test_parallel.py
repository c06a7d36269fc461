"""One digest however the work is shared out, and no work left over when a run is broken off."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import random
import subprocess
import sys
import threading
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from records import arrays, assert_same, digest

import simulation._record
from deterrence import Game, LabPopulation, LogNormal, TruncatedNormal
from simulation import run

ROOT = Path(__file__).parents[2]
CELLS = 20 * 7
"""Blocks of 7 replications of 20 labs."""
QUESTION = {"replications": 100, "steps": 13, "rng": 7}
DETAILS = ("run", "step", "lab")


@pytest.fixture
def game(baseline) -> Game:
    """Types for which floating point has most to do."""
    lab = LabPopulation(
        gross_value_distribution=TruncatedNormal(mean=0.5, sd=0.4, min=0.0, max=2.0),
        risk_profile_distribution=LogNormal(median=1.0, sigma=0.4),
        cost=0.1,
    )
    return dataclasses.replace(baseline, lab=lab)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """15 blocks for the 100 replications, of which 4 are under way at a time."""
    monkeypatch.setattr(simulation._record, "BLOCK_CELLS", CELLS)
    monkeypatch.setattr(simulation._record, "AHEAD", 4)


class Shuffled(Executor):
    """Does nothing until a result is asked for; then all that waits, in some other order."""

    def __init__(self, seed: int) -> None:
        self.luck, self.waiting, self.order = random.Random(seed), [], []

    def submit(self, fn, /, *args, **kwargs):
        future = Lazy(self)
        self.waiting.append((future, fn, args, kwargs))
        return future

    def work(self) -> None:
        self.luck.shuffle(self.waiting)
        while self.waiting:
            future, fn, args, kwargs = self.waiting.pop()
            self.order.append(args[-1].start)
            future.set_result(fn(*args, **kwargs))


class Lazy(Future):
    def __init__(self, executor: Shuffled) -> None:
        super().__init__()
        self.executor = executor

    def result(self, timeout=None):
        self.executor.work()
        return super().result(timeout)


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("workers", [1, 2, 4, 8])
def test_any_number_of_threads_gives_the_same_bytes(game, workers, detail):
    with ThreadPoolExecutor(workers) as threads:
        assert_same(
            run(game, **QUESTION, detail=detail), run(game, **QUESTION, detail=detail, executor=threads)
        )


def players(monkeypatch) -> list[str]:
    """Names of the threads that play blocks from now on."""
    names = []
    play = simulation._record._play

    def noticed(*args):
        names.append(threading.current_thread().name)
        return play(*args)

    monkeypatch.setattr(simulation._record, "_play", noticed)
    return names


@pytest.mark.parametrize("detail", DETAILS)
def test_the_threads_of_a_long_run_give_the_same_bytes(game, detail, monkeypatch):
    serial = run(game, **QUESTION, detail=detail)
    names = players(monkeypatch)
    monkeypatch.setattr(simulation._record, "WORTH_A_THREAD", 0)
    assert_same(serial, run(game, **QUESTION, detail=detail))
    assert threading.current_thread().name not in names


def test_a_single_block_is_played_by_the_caller_who_can_interrupt_it(game, monkeypatch):
    names = players(monkeypatch)
    monkeypatch.setattr(simulation._record, "WORTH_A_THREAD", 0)
    run(game, replications=7, steps=13, rng=7)
    assert names == [threading.current_thread().name]
    run(game, replications=8, steps=13, rng=7)
    assert threading.current_thread().name not in names[1:]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("detail", DETAILS)
def test_any_order_of_work_gives_the_same_bytes(game, seed, detail):
    executor = Shuffled(seed)
    assert_same(run(game, **QUESTION, detail=detail), run(game, **QUESTION, detail=detail, executor=executor))
    assert len(executor.order) == 15
    assert executor.order != sorted(executor.order)


def test_processes_that_are_spawned_give_the_same_bytes(game):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        for detail in DETAILS:
            assert_same(
                run(game, **QUESTION, detail=detail), run(game, **QUESTION, detail=detail, executor=processes)
            )


FORKED = f"""
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from deterrence import *
from records import digest
from simulation import run
import simulation._record
simulation._record.BLOCK_CELLS = {CELLS}
for workers in (1, 2, 4, 8):
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as processes:
        print(digest(run(eval(sys.argv[1]), **{QUESTION}, detail="lab", executor=processes)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="fork is safe on Linux only")
@pytest.mark.parametrize("hash_seed", ["0", "1", "4294967295"])
def test_forked_processes_give_the_same_bytes_whatever_the_hash_seed(game, hash_seed):
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
    command = [sys.executable, "-c", FORKED, repr(game)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert set(done.stdout.split()) == {digest(run(game, **QUESTION, detail="lab"))}


def test_more_replications_and_more_steps_change_no_earlier_byte(game):
    with ThreadPoolExecutor(2) as threads:
        small = run(game, replications=30, steps=13, rng=7, detail="lab", executor=threads)
        large = run(game, replications=90, steps=13, rng=7, detail="lab", executor=threads)
        long = run(game, replications=30, steps=60, rng=7, detail="lab", executor=threads)
    assert_same(large, small, slice(0, 30))
    for name, values in arrays(small).items():
        if name not in ("wealth", "account"):
            assert arrays(long)[name][:, :13].tobytes() == values.tobytes(), name


class Watched(ThreadPoolExecutor):
    """Threads that remember what they were given."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.futures = []

    def submit(self, fn, /, *args, **kwargs):
        self.futures.append(super().submit(fn, *args, **kwargs))
        return self.futures[-1]


class PlantedError(Exception):
    pass


def fails_at(block: int):
    play = simulation._record._play

    def planted(*args):
        if args[-1].start == 7 * block:
            raise PlantedError(f"block {block}")
        return play(*args)

    return planted


@pytest.mark.parametrize("block", [0, 5, 14])
@pytest.mark.parametrize("worth_a_thread", [0, 10**9])
def test_a_failure_reaches_the_caller(game, monkeypatch, block, worth_a_thread):
    before = threading.active_count()
    monkeypatch.setattr(simulation._record, "_play", fails_at(block))
    monkeypatch.setattr(simulation._record, "WORTH_A_THREAD", worth_a_thread)
    with pytest.raises(PlantedError, match=f"block {block}"):
        run(game, **QUESTION)
    assert threading.active_count() == before


@pytest.mark.parametrize("block", [0, 5, 14])
def test_an_executor_is_left_without_work_after_a_failure(game, monkeypatch, block):
    monkeypatch.setattr(simulation._record, "_play", fails_at(block))
    with Watched(1) as threads:
        with pytest.raises(PlantedError, match=f"block {block}"):
            run(game, **QUESTION, executor=threads)
        assert wait(threads.futures, timeout=30).not_done == set()
        assert len(threads.futures) <= block + 4
        monkeypatch.undo()
        assert_same(run(game, **QUESTION), run(game, **QUESTION, executor=threads))


def interrupt(replications: int) -> None:
    raise KeyboardInterrupt


def test_an_interrupt_stops_the_threads(game, monkeypatch):
    before, played = threading.active_count(), []
    play = simulation._record._play
    monkeypatch.setattr(simulation._record, "_play", lambda *args: played.append(1) or play(*args))
    monkeypatch.setattr(simulation._record, "WORTH_A_THREAD", 0)
    with pytest.raises(KeyboardInterrupt):
        run(game, **QUESTION, progress=interrupt)
    assert threading.active_count() == before
    assert len(played) <= 4


def test_an_interrupt_takes_back_what_an_executor_has_not_begun(game, monkeypatch):
    begun, go_on = [], threading.Event()
    play = simulation._record._play

    def second_one_waits(*args):
        begun.append(args[-1].start)
        if len(begun) > 1:
            go_on.wait(30)
        return play(*args)

    monkeypatch.setattr(simulation._record, "_play", second_one_waits)
    with Watched(1) as threads:
        with pytest.raises(KeyboardInterrupt):
            run(game, **QUESTION, progress=interrupt, executor=threads)
        go_on.set()
        assert wait(threads.futures, timeout=30).not_done == set()
    assert begun in ([0], [0, 7])
    assert all(future.cancelled() for future in threads.futures[2:])


def test_a_worker_that_dies_is_an_error(game):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as processes:
        processes.submit(os._exit, 1)
        with pytest.raises(BrokenExecutor):
            run(game, **QUESTION, executor=processes)
