"""What `import deterrence` loads, and what it costs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import deterrence

HOME = Path(deterrence.__file__).parents[1]
HEAVY = {
    "annotated_types", "matplotlib", "mesa", "nashpy", "pandas", "pydantic", "rich", "scipy", "sympy", "typer"
}  # fmt: skip
OTHERS = {"scenarios", "simulation", "analysis"}
ROUNDS = 9


def fresh(code: str) -> str:
    """Output of a new interpreter that finds this package and may keep compiled modules."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(HOME)
    command = [sys.executable, "-P", "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_import_loads_numpy_and_nothing_heavier():
    loaded = set(
        fresh("import sys, deterrence; print(*{name.split('.')[0] for name in sys.modules})").split()
    )
    assert {"deterrence", "numpy"} <= loaded
    assert not loaded.intersection(HEAVY | OTHERS)


def test_the_closed_forms_need_no_other_library():
    code = """
import sys, deterrence as dt
dt.optimal_pi_1(P=0.5, beta=0.8, v_star=1.2, c=0.4)
dt.least_cost_policy(t=0.5, alpha=0.1, beta=0.8)
dt.threshold("pi_1", g=0.5, B=1.0, beta=0.8, pi_0=0.05, p_b=0.1)
dt.LabPopulation(gross_value_min=0.0, gross_value_max=1.0)
print(*{name.split('.')[0] for name in sys.modules})
"""
    assert not set(fresh(code).split()).intersection(HEAVY | OTHERS)


def test_import_costs_at_most_a_fifth_more_than_numpy():
    """CPU time, both taken in one fresh interpreter, since the speed of a busy machine drifts.

    The median of several interpreters; once more, and again, if a disturbance moved it.
    """
    clock = "import time; clock = time.process_time; start = clock(); import numpy; between = clock()"
    code = clock + "; import deterrence; print((clock() - start) / (between - start))"
    fresh(code)
    medians = (median(float(fresh(code)) for _ in range(ROUNDS)) for _ in range(3))
    assert any(ratio <= 1.2 for ratio in medians)
