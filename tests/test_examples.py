"""Every example runs, and leaves what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_draws_its_figure(example, tmp_path):
    command = [sys.executable, "-W", "error", str(example), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=300)
    for ending in ("pdf", "png"):
        assert (tmp_path / f"{example.stem}.{ending}").stat().st_size > 10_000


def test_there_are_examples():
    assert EXAMPLES
