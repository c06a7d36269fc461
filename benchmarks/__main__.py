"""Time the library against baselines in one run, and print the ratio asked for and the ratio reached.

Contestants take turns; CPU time, medians over rounds. Absolute times depend on the machine, ratios hardly.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import deterrence as dt
import simulation
from benchmarks.plain_mesa import PlainMarket

ROUNDS = 7


class Row(NamedTuple):
    """One workload against one baseline."""

    name: str
    workload: str
    baseline: str
    ask: str
    ratio: float


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU time of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def medians(*contestants: Callable[[], object]) -> list[float]:
    """Median CPU time of each contestant over interleaved rounds, after one to warm up."""
    for work in contestants:
        work()
    times = [[cpu_seconds(work) for work in contestants] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def repeated(work: Callable[[], object], times: int) -> Callable[[], None]:
    """Call `work` so often that its time can be measured."""

    def loop() -> None:
        for _ in range(times):
            work()

    return loop


def game(labs: int) -> dt.Game:
    """The game that `plain_mesa` plays."""
    return dt.Game(
        n_agents=labs,
        audit=dt.Audit(
            high_prob=0.5,
            base_prob=0.1,
            false_positive_rate=0.1,
            false_negative_rate=0.2,
            backcheck_prob=0.1,
            penalty_amount=0.5,
        ),
        market=dt.CapMarket(token_cap=labs // 2),
        lab=dt.LabPopulation(
            gross_value_min=0.5, gross_value_max=1.5, risk_profile_min=0.8, risk_profile_max=1.2
        ),
    )


def ensemble() -> list[Row]:
    """G6: 1,000 replications of 20 labs for 50 steps, every running lab drawn."""
    labs, steps, replications = 20, 50, 1000
    played = game(labs)
    out, generator = np.empty(replications * steps * labs), np.random.default_rng(1)

    def plain() -> None:
        market = PlainMarket(labs, 1)
        for _ in range(steps):
            market.step()

    ours, floor, mesa_time = medians(
        lambda: simulation.run(played, replications=replications, steps=steps, rng=1),
        lambda: generator.random(out=out),
        plain,
    )
    about = "ensemble R=1,000, N=20, T=50"
    return [
        Row("G6", about, "drawing as many doubles", "<= 3", ours / floor),
        Row("G6", about, "plain Mesa", ">= 500", mesa_time * replications / ours),
    ]


def least_cost() -> list[Row]:
    """G12: a million least-cost audit probabilities."""
    rng = np.random.default_rng(2)
    P, beta, v = 3 * rng.random(10**6), rng.random(10**6), rng.random(10**6)
    ours, floor = medians(
        lambda: dt.least_cost_pi_1(P=P, beta=beta, v_star=v, c=0.0),
        lambda: (P.copy(), beta.copy(), v.copy()),
    )
    return [Row("G12", "1e6 least-cost audit probabilities", "copy of three arrays", "<= 5", ours / floor)]


def scalar() -> list[Row]:
    """G14: one threshold."""
    P, beta, v, c = 1.5, 0.8, 1.2, 0.4

    def bare() -> float:
        return 0.0 if v <= c else min(1.0, (v - c) / (P * beta)) if P * beta > 0 else 1.0

    ours, floor = medians(
        repeated(lambda: dt.least_cost_pi_1(P=P, beta=beta, v_star=v, c=c), 20_000),
        repeated(bare, 20_000),
    )
    return [Row("G14", "one scalar threshold", "bare Python", "<= 4", ours / floor)]


def importing() -> list[Row]:
    """G15: the import of the theory."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def seconds(module: str) -> float:
        code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
        )
        return float(done.stdout)

    rounds = [(seconds("deterrence"), seconds("numpy")) for _ in range(3 * ROUNDS)][1:]
    ours, floor = (statistics.median(column) for column in zip(*rounds, strict=True))
    return [Row("G15", "import deterrence", "import numpy", "<= 1.2", ours / floor)]


def main() -> None:
    """Print every row."""
    print(f"{'':<5}{'workload':<38}{'against':<28}{'ask':>8}{'reached':>10}")
    for measure in (ensemble, least_cost, scalar, importing):
        for row in measure():
            print(
                f"{row.name:<5}{row.workload:<38}{row.baseline:<28}{row.ask:>8}{row.ratio:>10.2f}", flush=True
            )


if __name__ == "__main__":
    main()
