"""A million labs, models dropped, and the memory they take."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from functools import partial

import mesa

import simulation
from benchmarks.engine import market_of
from benchmarks.plain_mesa import PlainMarket, game
from benchmarks.timing import Fresh, Row, cpu_seconds, medians


def stepped(make: Callable[[], mesa.Model]) -> mesa.Model:
    """A new model after its first turn."""
    market = make()
    market.step()
    return market


def million_labs(rounds: int) -> list[Row]:
    """A million labs, against as many plain ones once, or in the short form against fewer.

    Plain labs cost more each the more there are, so that scaling their time flatters them. Our agents are
    views, which are not built here, since nobody looks at them.
    """
    labs, few = 10**6, 200_000
    short = rounds < 5
    ours, theirs = market_of(labs), partial(PlainMarket, game(few if short else labs), 1)
    built, turn = medians(rounds, ours, Fresh(ours, lambda market: market.step()))
    plain_built, plain_turn = cpu_seconds(theirs), cpu_seconds(Fresh(theirs, lambda market: market.step()))
    if short:
        plain_built, plain_turn = plain_built * labs / few, plain_turn * labs / few
    held = live_bytes(lambda: stepped(ours)) / labs
    plain_held = live_bytes(lambda: stepped(partial(PlainMarket, game(few), 1))) / few
    against = f"plain Mesa with {few:,}, scaled" if short else "plain Mesa, once"
    return [
        Row("G17", "1e6 labs: build", against, ">=", 100, plain_built / built),
        Row("G17", "1e6 labs: first step", against, ">=", 200, plain_turn / turn),
        Row("G17", "1e6 labs: bytes a lab", f"plain Mesa: {plain_held:,.0f}", "<=", 80, held),
    ]


def dropped_models(rounds: int) -> list[Row]:
    """Objects that are left of models which nobody holds any more. It counts, so `rounds` do not matter."""
    del rounds
    models, labs = 1000, 20
    ours = objects_left(market_of(labs), models)
    theirs = objects_left(partial(PlainMarket, game(labs), 1), models)
    about = f"objects left a dropped model, of {models:,}"
    return [Row("G18", about, f"plain Mesa: {theirs // models:,}", "<=", 0, ours // models)]


def totals(rounds: int) -> list[Row]:
    """Peak memory of ensembles of which only totals are kept, for more and more steps."""
    del rounds
    labs, replications = 100, 1000
    rows = []
    for steps in (1000, 2000, 4000):
        play = partial(
            simulation.run, game(labs), replications=replications, steps=steps, rng=1, detail="run"
        )
        about = f"peak of R={replications:,}, N={labs}, T={steps:,} totals"
        reached = peak_bytes(play) / (replications * labs * 8)
        rows.append(Row("G20", about, "arrays of R N doubles", "<=", 12, reached))
    return rows


def live_bytes(make: Callable[[], object]) -> int:
    """Memory that is held by what `make` returns."""
    gc.collect()
    tracemalloc.start()
    try:
        made = make()
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        del made
        return held
    finally:
        tracemalloc.stop()


def peak_bytes(work: Callable[[], object]) -> int:
    """Most memory that is held at once during some work, its result included."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def objects_left(make: Callable[[], mesa.Model], models: int) -> int:
    """Objects that outlive so many models, each of which took a step and was dropped."""
    for _ in range(10):  # what is made once and kept for all models
        stepped(make)
    gc.collect()
    gc.freeze()  # only what is new is counted: something old may go in the meantime
    try:
        for _ in range(models):
            stepped(make)
        gc.collect()
        return len(gc.get_objects())
    finally:
        gc.unfreeze()
