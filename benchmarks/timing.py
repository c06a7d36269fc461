"""Rows of the table, and the CPU time of contestants who take turns."""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple


class Row(NamedTuple):
    """One workload against one baseline: the ratio reached should be `direction` (>= or <=) `ask`."""

    name: str
    workload: str
    baseline: str
    direction: Literal[">=", "<="]
    ask: float
    ratio: float

    def misses(self, leeway: float = 1.0) -> bool:
        """Whether the ratio is out of what is asked, which `leeway` makes so many times easier."""
        if self.direction == ">=":
            return self.ratio < self.ask / leeway
        return self.ratio > self.ask * leeway


class Fresh(NamedTuple):
    """Work on something that is made anew for it; only the work is timed, so `often` that it can be."""

    make: Callable[[], Any]
    use: Callable[[Any], object]
    often: int = 1


def cpu_seconds(contestant: Callable[[], object] | Fresh) -> float:
    """CPU time of one go, with no garbage left from before."""
    if not isinstance(contestant, Fresh):
        work = contestant
        contestant = Fresh(lambda: None, lambda _: work())
    subjects = [contestant.make() for _ in range(contestant.often)]
    gc.collect()
    start = time.process_time()
    for subject in subjects:
        contestant.use(subject)
    return (time.process_time() - start) / contestant.often


def medians(rounds: int, *contestants: Callable[[], object] | Fresh) -> list[float]:
    """Median CPU time of each contestant over interleaved rounds, after one to warm up."""
    times = [[cpu_seconds(contestant) for contestant in contestants] for _ in range(1 + rounds)][1:]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def repeated(work: Callable[[], object], times: int) -> Callable[[], None]:
    """Call `work` so often that its time can be measured."""

    def loop() -> None:
        for _ in range(times):
            work()

    return loop


def new_process(code: str) -> str:
    """What some code prints in a fresh interpreter, whose modules are compiled."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment).stdout


def medians_in_new_processes(rounds: int, *codes: str) -> list[float]:
    """Median CPU time of each piece of code in interpreters of its own, as `medians`."""
    timed = "import time; start = time.process_time(); {}; print(time.process_time() - start)"
    times = [[float(new_process(timed.format(code))) for code in codes] for _ in range(1 + rounds)][1:]
    return [statistics.median(column) for column in zip(*times, strict=True)]
