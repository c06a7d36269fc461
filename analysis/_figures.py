"""Figures for papers and reports."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis._compare import Comparison
from deterrence import Scenario, violations_distribution

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BARS, _LINE = "#9db8d2", "#b3261e"


def violations_figure(comparisons: Sequence[Comparison]) -> Figure:
    """Draw the exact distribution of the number of violators over the simulated one.

    Parameters
    ----------
    comparisons : sequence of Comparison
        One panel each.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig(path)``; nothing is shown or left open.
    """
    from matplotlib.figure import Figure

    columns = min(len(comparisons), 3)
    rows = math.ceil(len(comparisons) / columns)
    figure = Figure(figsize=(3.6 * columns, 0.7 + 2.5 * rows), layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for panel, comparison in zip(axes, comparisons, strict=False):
        _draw(panel, comparison)
    for panel in axes[len(comparisons) :]:
        panel.set_axis_off()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False)
    figure.supxlabel("violators in one turn", fontsize="medium")
    figure.supylabel("probability", fontsize="medium")
    return figure


def _draw(panel: Axes, comparison: Comparison) -> None:
    from matplotlib.ticker import MaxNLocator

    exact = violations_distribution(comparison.game)
    shown = _visible(exact.counts, exact.probability, comparison.violations)
    seen = np.bincount(comparison.violations, minlength=shown[-1] + 1)[shown] / comparison.replications
    at = dict(zip(exact.counts.tolist(), exact.probability.tolist(), strict=True))
    theory = np.array([at.get(int(count), 0.0) for count in shown])
    panel.bar(shown, seen, width=0.9, color=_BARS, label="simulated share of markets")
    few = len(shown) <= 40
    panel.plot(shown, theory, "o" if few else "-", color=_LINE, ms=3, lw=1.2, label="exact probability")
    game = comparison.game
    name = game.name.replace("_", " ") if isinstance(game, Scenario) else "game"
    panel.set_title(f"{name} (N = {game.n_agents})", fontsize="medium")
    panel.set_ylim(bottom=0)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    panel.spines[["top", "right"]].set_visible(False)


def _visible(counts: Any, probability: Any, seen: Any) -> Any:
    """Counts worth drawing: those seen, and those with more than a ten-thousandth of probability."""
    likely = counts[probability > 1e-4]
    low = min(int(likely.min()), int(seen.min()))
    high = max(int(likely.max()), int(seen.max()))
    pad = 2 if high - low < 4 else 0
    return np.arange(max(0, low - pad), high + pad + 1)
