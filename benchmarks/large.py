"""Two large workloads, each in a process of its own: time, peak of memory, and the arrays behind the peak."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

import simulation
from benchmarks.engine import market_of
from benchmarks.plain_mesa import game
from benchmarks.timing import new_process


def million_labs() -> Any:
    """One million labs for ten steps, as a Mesa model."""
    market = market_of(10**6)()
    market.run(10)
    return market


def totals() -> Any:
    """100,000 replications of 100 labs for 50 steps, of which totals are recorded."""
    return _ensemble("run")


def every_step() -> Any:
    """100,000 replications of 100 labs for 50 steps, every step of which is recorded."""
    return _ensemble("step")


def _ensemble(detail: Any) -> Any:
    return simulation.run(game(100), replications=100_000, steps=50, rng=1, detail=detail)


UNDER_WAY = "the rest are blocks of replications under way, one in each thread, or waiting for their turn"
WORKLOADS: dict[Callable[[], Any], str] = {
    million_labs: "the rest are the draws of a step and what they are compared to",
    totals: UNDER_WAY,
    every_step: UNDER_WAY,
}
"""The workloads, and what takes memory in each beside what is held in the end."""


def report() -> None:
    """Run the workloads one after another, and print what each took."""
    for work, rest in WORKLOADS.items():
        took = json.loads(new_process(f"from benchmarks import large; large.measure({work.__name__!r})"))
        print(work.__doc__)
        peak_mb, held_mb = (f"{took[name] / 1e6:,.0f} MB" for name in ("peak", "held"))
        print(f"    wall {took['wall']:.2f} s, CPU {took['cpu']:.2f} s, peak of resident memory {peak_mb}")
        print(f"    {held_mb} are held at the end in {took['arrays']}; {rest}", flush=True)


def measure(name: str) -> None:
    """Run one workload in this process, which has only imported so far, and print what it took as JSON."""
    work = globals()[name]
    before, wall, cpu = peak(), time.perf_counter(), time.process_time()
    result = work()
    took = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak": peak() - before,
    }
    arrays = arrays_of(result)
    kinds = Counter((array.dtype.name, array.shape) for array in arrays)
    largest = sorted(kinds, key=lambda kind: -kinds[kind] * np.dtype(kind[0]).itemsize * np.prod(kind[1]))
    took["held"] = sum(array.nbytes for array in arrays)
    took["arrays"] = ", ".join(f"{kinds[kind]} {kind[0]} {kind[1]}" for kind in largest[:4])
    print(json.dumps(took))


def peak() -> int:
    """Most memory, in bytes, that this process has had so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def arrays_of(root: Any) -> list[np.ndarray]:
    """The arrays that own the memory behind an object, each once."""
    seen: dict[int, Any] = {}
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, type | ModuleType | FunctionType):
            continue
        seen[id(item)] = item
        owner = isinstance(item, np.ndarray) and item.base is not None
        waiting += [item.base] if owner else gc.get_referents(item)
    return [item for item in seen.values() if isinstance(item, np.ndarray) and item.base is None]
