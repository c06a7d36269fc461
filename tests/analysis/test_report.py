"""Tables and figures that a comparison leaves behind."""

import math
import os
import shutil
import subprocess

import matplotlib.pyplot as plt
import numpy as np
import pytest

import analysis
import scenarios
from analysis._latex import escape
from analysis._validation import validation
from deterrence import long_run, solve, violations_distribution


@pytest.fixture(scope="module")
def comparison():
    return analysis.compare(scenarios.load("baseline"), replications=2000, rng=4)


@pytest.mark.skipif(
    shutil.which("pdflatex") is None and "CI" not in os.environ, reason="pdflatex is not installed"
)
def test_the_table_compiles_as_it_is(comparison, tmp_path):
    games = {name: scenarios.load(name) for name in scenarios.names()}
    of_one_turn = {name: game for name, game in games.items() if not long_run(game).claims}
    pairs = validation(of_one_turn, replications=500, rng=1, error=0.001, progress=lambda _: None).pairs
    assert {equilibrium is None for _, equilibrium in pairs} == {True, False}
    tables = "\n".join(analysis.comparison_table(c, e) for c, e in pairs)
    document = (
        "\\documentclass{article}\\usepackage{amsmath,booktabs}\\begin{document}\n"
        + tables
        + "\\end{document}\n"
    )
    (tmp_path / "table.tex").write_text(document)
    done = subprocess.run(
        ["pdflatex", "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", "table.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout


def test_the_table_says_which_rule_deters(comparison):
    table = analysis.comparison_table(comparison, solve(comparison.game))
    assert r"\toprule" in table
    assert r"$\min(1, x)$ deters the marginal lab" in table
    assert r"$\min(1, 1/x)$ deters it" in table


def test_names_are_inert_in_latex():
    assert escape(r"\input{/etc/passwd}_%$&#^~") == (
        r"\textbackslash{}input\{/etc/passwd\}\_\%\$\&\#\textasciicircum{}\textasciitilde{}"
    )
    assert escape("a\nb\x1b é") == "a?b? ?"


def test_the_figure_shows_both_distributions(comparison):
    figure = analysis.violations_figure([comparison])
    panel = figure.axes[0]
    exact = violations_distribution(comparison.game)
    line = panel.lines[0].get_xydata()
    for count, probability in line:
        known = exact.probability[exact.counts == count]
        assert probability == pytest.approx(known[0] if len(known) else 0.0)
    heights = [bar.get_height() for bar in panel.patches]
    assert sum(heights) == pytest.approx(1.0)
    assert plt.get_fignums() == []


def test_the_distribution_of_violators_passes_a_chi_square_test(comparison):
    exact = violations_distribution(comparison.game)
    seen = np.bincount(comparison.violations, minlength=len(exact.counts) + int(exact.counts[0]))
    seen = seen[exact.counts]
    expected = exact.probability * comparison.replications
    common = expected >= 5
    statistic = float((((seen - expected) ** 2 / np.where(common, expected, 1))[common]).sum())
    statistic += (seen[~common].sum() - expected[~common].sum()) ** 2 / expected[~common].sum()
    degrees = int(common.sum())
    # Wilson-Hilferty bound of the chi-square distribution at one in a million.
    bound = degrees * (1 - 2 / (9 * degrees) + 4.753 * math.sqrt(2 / (9 * degrees))) ** 3
    assert statistic < bound
