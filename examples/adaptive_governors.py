"""Two Governors that learn, and the two audit rules that they find.

One climbs expected sanctions less the disruption of audits, on labs that violate whatever it does; it finds
min(1, x), the specification's rule. One lowers its audits until rational labs violate; it finds min(1, 1/x),
the least-cost deterrent. x = P beta / (v* - c) is the deterrence ratio. Draws a figure into a folder, by
default ``out``.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import deterrence as dt
from simulation import Gradient, Lowering, PermitMarket

PRICE, BETA, TURNS, MARKETS = 0.5, 0.8, 400, 30


class Heedless:
    """Labs that violate whatever it costs."""

    def __init__(self, like):
        self.nobody = np.zeros_like(like, dtype=bool)

    def complies(self, turn):
        """Tell which labs would not run without a permit: none."""
        return self.nobody

    def learn(self, turn):
        """Learn nothing."""


def game(x: float) -> dt.Game:
    """Twenty labs worth a little less than a permit costs, so that nobody buys one."""
    return dt.Game(
        n_agents=20,
        audit=dt.Audit(
            high_prob=0.5,
            base_prob=0.0,
            false_positive_rate=0.0,
            false_negative_rate=1 - BETA,
            penalty_amount=x * PRICE / BETA,
        ),
        market=dt.FixedPriceMarket(fixed_price=PRICE),
        lab=dt.LabPopulation(gross_value_min=PRICE - 1e-6, gross_value_max=PRICE - 1e-6),
    )


def path(market: PermitMarket) -> np.ndarray:
    """Audit probability after a suspicious signal, of shape (turns, markets)."""
    paths = []
    for _ in range(TURNS):
        paths.append(market.governor.high_prob)
        market.step()
    return np.array(paths)


def main(folder: Path) -> None:
    """Draw the figure."""
    fig, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
    for panel, x in zip(panels, (0.6, 1.6), strict=True):
        question = {"replications": MARKETS, "rng": 1}
        climbing = PermitMarket(game(x), labs=Heedless, governor=partial(Gradient, scale=1.0), **question)
        lowering = PermitMarket(game(x), governor=partial(Lowering, down=0.004, up=0.012), **question)
        letters = {"P": x * PRICE / BETA, "beta": BETA, "v_star": PRICE, "c": 0.0}
        for market, colour, label, rule, formula in (
            (climbing, "C0", "climbs", dt.optimal_pi_1(**letters), r"$\min(1, x)$"),
            (lowering, "C1", "lowers", dt.least_cost_pi_1(**letters), r"$\min(1, 1/x)$"),
        ):
            paths = path(market)
            panel.plot(paths, color=colour, alpha=0.15, linewidth=0.7)
            panel.plot(paths.mean(axis=1), color=colour, label=f"Governor that {label}")
            panel.axhline(rule, color=colour, linestyle="--", linewidth=1)
            panel.annotate(
                f"{formula} = {rule:.3g}", (TURNS, rule), xytext=(-4, -4), textcoords="offset points",
                ha="right", va="top", color=colour,
            )  # fmt: skip
        deters = "every lab can be deterred" if x >= 1 else "no audit probability deters"
        panel.set(title=f"x = {x}: {deters}", xlabel="turn", ylim=(0, 1.05), xlim=(0, TURNS))
    panels[0].set_ylabel(r"$\pi_1$")
    panels[0].legend(loc="lower right", frameon=False)
    folder.mkdir(parents=True, exist_ok=True)
    fig.savefig(folder / "adaptive_governors.pdf")
    fig.savefig(folder / "adaptive_governors.png", dpi=150)
    plt.close(fig)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out"))
