"""Audits that run short, and the two states that a market can then be caught in.

Where a Governor can carry out a limited number of audits, the more labs violate the less likely each is to be
audited. The number of audits rises slowly, and falls again; labs expect in each turn the share of audits that
was carried out in the last. They do not go back the way they came: between two capacities compliance and
violation both sustain themselves, and history decides. Draws the share of violators over the equilibria of
the theory into a folder, by default ``out``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import deterrence as dt
from deterrence import games
from simulation import PermitMarket

LABS, PERMITS, ALPHA, BETA, FINE = 8000, 0.25, 0.3, 0.9, 0.8
UP = np.linspace(0.0, 0.5, 41)
"""Audits per lab; down again afterwards."""
WITHOUT = 1 - PERMITS


def game(low: float, high: float, capacity: float, expected: float) -> dt.Game:
    """Labs with values between two bounds, permits for a quarter of them, and so many audits per lab."""
    audits = dt.AuditCapacity(audits=round(capacity * LABS), expected=expected)
    return dt.Game(
        n_agents=LABS,
        audit=dt.Audit(
            high_prob=1.0,
            base_prob=0.0,
            false_positive_rate=ALPHA,
            false_negative_rate=1 - BETA,
            penalty_amount=FINE,
            capacity=audits,
        ),
        market=dt.CapMarket(token_cap=round(PERMITS * LABS)),
        lab=dt.LabPopulation(gross_value_min=low, gross_value_max=high),
    )


def sweep(low: float, high: float, capacities: np.ndarray) -> list[float]:
    """Violators per lab at one capacity after the other, ten turns each.

    The seed makes them the same labs, which expect at first what they saw at the capacity before.
    """
    shares, expected = [], 0.0
    for capacity in capacities:
        market = PermitMarket(game(low, high, capacity, expected), rng=1)
        market.run(10)
        shares.append(market.violations / LABS)
        calls = market.columns.signal.sum()  # every suspicious signal calls for an audit
        expected = market.audits / calls if calls else 1.0
    return shares


def equilibria(low: float, high: float, capacities: np.ndarray) -> dict[str, np.ndarray]:
    """Violators per lab in the low and the high stable equilibrium, and in the one that parts them."""
    last = high - (high - low) * PERMITS
    branches = {kind: np.full(len(capacities), np.nan) for kind in ("low", "tipping", "high")}
    for place, capacity in enumerate(capacities):
        theory = games.congestion_limit(
            t_0=low / FINE, t_1=last / FINE, mu=WITHOUT, mu_c=capacity, gamma=PERMITS, p_s=BETA, p_f=ALPHA
        )
        for point in theory.equilibria:
            stable = "low" if point.x < WITHOUT / 3 else "high"  # they are far apart
            branches[stable if point.stable else "tipping"][place] = point.x
    return branches


def draw(panel: plt.Axes, low: float, high: float) -> None:
    """Draw one loop over its theory."""
    fine = np.linspace(0.0, UP[-1], 1201)
    branches = equilibria(low, high, fine)
    for kind in ("low", "high"):
        panel.plot(fine, branches[kind], color="0.35", linewidth=1.6, zorder=1)
    panel.plot(fine, branches["tipping"], color="0.35", linewidth=1.2, linestyle="--", zorder=1)
    both = fine[~np.isnan(branches["tipping"])]
    for capacity, name in ((both[0], "lo"), (both[-1], "hi")):
        panel.axvline(capacity, color="0.75", linewidth=0.8, zorder=0)
        panel.annotate(rf"$\mu_{{\mathrm{{{name}}}}}$", (capacity, 0.84), xytext=(3, 0),
                       textcoords="offset points", ha="left", va="top")  # fmt: skip
    shares = sweep(low, high, np.concatenate([UP, UP[::-1]]))
    there, back = shares[: len(UP)], shares[len(UP) :]
    style = {"markersize": 4.5, "linewidth": 0.7}
    panel.plot(UP, there, ">-", color="C0", label="as audits rise", **style)
    panel.plot(UP[::-1], back, "<-", color="C1", label="as they fall", **style)


def main(folder: Path) -> None:
    """Draw the figure."""
    fig, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
    draw(panels[0], 0.4, 0.4)
    draw(panels[1], 0.1, 1.0)
    panels[0].set(title="labs that are alike", ylabel="violators per lab", ylim=(-0.03, 0.85))
    panels[1].set(title="labs that differ")
    for panel in panels:
        panel.set(xlabel=r"audits per lab $\mu_c$", xlim=(-0.01, UP[-1] + 0.01))
    panels[1].plot([], [], color="0.35", linewidth=1.6, label="stable equilibrium")
    panels[1].plot([], [], color="0.35", linewidth=1.2, linestyle="--", label="tipping point")
    panels[1].legend(loc="upper right", frameon=False)
    folder.mkdir(parents=True, exist_ok=True)
    fig.savefig(folder / "hysteresis.pdf")
    fig.savefig(folder / "hysteresis.png", dpi=150)
    plt.close(fig)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out"))
