"""What the theory costs: numbers, equilibria, imports, LaTeX."""

from __future__ import annotations

import nashpy
import numpy as np
import sympy

import deterrence as dt
from benchmarks.timing import Row, medians, medians_in_new_processes, repeated
from deterrence import formulas


def least_cost(rounds: int) -> list[Row]:
    """A million least-cost audit probabilities."""
    rng = np.random.default_rng(2)
    P, beta, v, c = 3 * rng.random(10**6), rng.random(10**6), rng.random(10**6), np.zeros(10**6)
    formula = formulas.least_cost_pi_1
    letters = {variable.symbol.name: variable.symbol for variable in formula.symbols}
    lambdified = sympy.lambdify([letters[name] for name in ("P", "beta", "v_star", "c")], formula.expr)
    ours, floor, generated = medians(
        rounds,
        lambda: dt.least_cost_pi_1(P=P, beta=beta, v_star=v, c=c),
        lambda: (P.copy(), beta.copy(), v.copy()),
        lambda: lambdified(P, beta, v, c),
    )
    about = "1e6 least-cost audit probabilities"
    return [
        Row("G12", about, "copy of three arrays", "<=", 5, ours / floor),
        Row("G12", about, "lambdify", ">=", 2, generated / ours),
    ]


def two_by_two(rounds: int) -> list[Row]:
    """All equilibria of a million inspection games of all regimes, against Nashpy on a few hundred."""
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

    ours, theirs = medians(rounds, lambda: dt.games.inspection(g=g, D=D, k=k, M=M), nashpy_loop)
    about = "all equilibria of 1e6 2x2 games"
    return [Row("G13", about, f"Nashpy on {few}, scaled", ">=", 30_000, theirs / few * 10**6 / ours)]


def scalar(rounds: int) -> list[Row]:
    """One threshold."""
    P, beta, v, c = 1.5, 0.8, 1.2, 0.4

    def bare() -> float:
        return 0.0 if v <= c else min(1.0, (v - c) / (P * beta)) if P * beta > 0 else 1.0

    ours, floor = medians(
        rounds,
        repeated(lambda: dt.least_cost_pi_1(P=P, beta=beta, v_star=v, c=c), 20_000),
        repeated(bare, 20_000),
    )
    return [Row("G14", "one scalar threshold", "bare Python", "<=", 4, ours / floor)]


def importing(rounds: int) -> list[Row]:
    """The import of the theory."""
    ours, floor = medians_in_new_processes(2 * rounds, "import deterrence", "import numpy")
    return [Row("G15", "import deterrence", "import numpy", "<=", 1.2, ours / floor)]


def latex(rounds: int) -> list[Row]:
    """The LaTeX of all formulas."""
    written = "from deterrence import formulas; [result.latex() for result in formulas.registry.values()]"
    ours, floor = medians_in_new_processes(2 * rounds, written, "import sympy")
    return [Row("G16", "LaTeX of all formulas", "import sympy", "<=", 1.3, ours / floor)]
