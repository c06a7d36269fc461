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

import nashpy
import numpy as np
import sympy

import deterrence as dt
import simulation
from benchmarks.plain_mesa import PlainMarket
from deterrence import formulas

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
    P, beta, v, c = 3 * rng.random(10**6), rng.random(10**6), rng.random(10**6), np.zeros(10**6)
    formula = formulas.least_cost_pi_1
    letters = {variable.symbol.name: variable.symbol for variable in formula.symbols}
    lambdified = sympy.lambdify([letters[name] for name in ("P", "beta", "v_star", "c")], formula.expr)
    ours, floor, generated = medians(
        lambda: dt.least_cost_pi_1(P=P, beta=beta, v_star=v, c=c),
        lambda: (P.copy(), beta.copy(), v.copy()),
        lambda: lambdified(P, beta, v, c),
    )
    about = "1e6 least-cost audit probabilities"
    return [
        Row("G12", about, "copy of three arrays", "<= 5", ours / floor),
        Row("G12", about, "lambdify", ">= 2", generated / ours),
    ]


def two_by_two() -> list[Row]:
    """G13: all equilibria of a million inspection games of all regimes, against Nashpy on a few hundred."""
    rng, few = np.random.default_rng(3), 300
    g, D, k, M = (
        rng.uniform(-1, 3, 10**6),
        rng.uniform(0, 2, 10**6),
        rng.uniform(-1, 3, 10**6),
        rng.random(10**6),
    )

    def nashpy_loop() -> None:
        for g_i, D_i, k_i, M_i in zip(g[:few], D[:few], k[:few], M[:few], strict=True):
            lab = np.array([[0.0, 0.0], [g_i, g_i - D_i]])
            governor = np.array([[0.0, -k_i], [0.0, M_i - k_i]])
            list(nashpy.Game(lab, governor).support_enumeration())

    ours, theirs = medians(lambda: dt.games.inspection(g=g, D=D, k=k, M=M), nashpy_loop)
    return [Row("G13", "all equilibria of 1e6 2x2 games", "Nashpy", ">= 30,000", theirs / few * 10**6 / ours)]


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


def seconds_in_new_process(code: str) -> float:
    """CPU time of some code in a fresh interpreter, whose modules are compiled."""
    timed = f"import time; start = time.process_time(); {code}; print(time.process_time() - start)"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", timed]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)


def importing() -> list[Row]:
    """G15 and G16: the import of the theory, and the LaTeX of all of it."""
    latex = "from deterrence import formulas; [result.latex() for result in formulas.registry.values()]"
    codes = ("import deterrence", "import numpy", latex, "import sympy")
    rounds = [[seconds_in_new_process(code) for code in codes] for _ in range(2 * ROUNDS)][1:]
    ours, floor, written, algebra = (statistics.median(column) for column in zip(*rounds, strict=True))
    return [
        Row("G15", "import deterrence", "import numpy", "<= 1.2", ours / floor),
        Row("G16", "LaTeX of all formulas", "import sympy", "<= 1.3", written / algebra),
    ]


def main() -> None:
    """Print every row."""
    print(f"{'':<5}{'workload':<38}{'against':<28}{'ask':>10}{'reached':>12}")
    for measure in (ensemble, least_cost, two_by_two, scalar, importing):
        for row in measure():
            print(
                f"{row.name:<5}{row.workload:<38}{row.baseline:<28}{row.ask:>10}{row.ratio:>12,.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
