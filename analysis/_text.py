"""Comparisons and lists as tables for the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from analysis._compare import Comparison
from analysis._intervals import summarise
from analysis._long_run import LongRunComparison
from analysis._validation import Validation
from deterrence import CapMarket, Claim, Equilibrium, Game, Scenario

_COLOURS = {"agrees": "green", "exact": "green", "differs": "bold red"}


def number(value: float) -> str:
    """Five significant digits; a dash for what does not exist."""
    return "-" if math.isnan(value) else f"{value:.5g}"


def label(quantity: str) -> str:
    """Name of a quantity in a table of 80 columns."""
    return quantity.removesuffix("_rate").replace("_", " ")


def comparison_view(comparison: Comparison, equilibrium: Equilibrium | None) -> RenderableType:
    """One comparison as a heading, a table and what it says of compliance and of the audit rules."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("quantity", "predicted", "simulated", "95 % interval", "z", "verdict"):
        table.add_column(name, justify="left" if name in ("quantity", "verdict") else "right", no_wrap=True)
    for row in comparison.rows:
        interval = "-" if math.isnan(row.low) else f"{number(row.low)} .. {number(row.high)}"
        z = "-" if math.isnan(row.z) else f"{row.z:+.2f}"
        verdict = Text(row.verdict, style=_COLOURS[row.verdict])
        table.add_row(
            label(row.quantity), number(row.predicted), number(row.observed), interval, z, verdict
        )  # fmt: skip
    return Group(_heading(comparison), table, _split(comparison), *_rules(equilibrium), Text())


def long_run_view(comparison: LongRunComparison) -> RenderableType:
    """What theory claims of the long run of a game, and what is seen of it."""
    c = comparison
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("in the long run", "claimed", "", "simulated", "95 % interval", "verdict"):
        side = "left" if name in ("in the long run", "", "verdict") else "right"
        table.add_column(name, justify=side, no_wrap=True)
    for row in c.rows:
        interval = "-" if math.isnan(row.low) else f"{number(row.low)} .. {number(row.high)}"
        verdict = Text(row.verdict, style=_COLOURS.get(row.verdict, ""))
        claim = row.claim
        table.add_row(
            label(claim.quantity), claimed(claim), claim.sort, number(row.observed), interval, verdict
        )  # fmt: skip
    about = f": {c.game.n_agents} labs, {c.steps:,} turns; {c.replications:,} markets, seed {c.seed}"
    heading = Text(game_name(c.game), style="bold").append(about, style="not bold")
    return Group(heading, table, Text())


def claimed(claim: Claim) -> str:
    """What is claimed: a value, a band, or a dash."""
    if claim.low is None or claim.high is None:
        return "-"
    if claim.low == claim.high:
        return number(claim.low)
    return f"{number(claim.low)} .. {number(claim.high)}"


def long_run_summary(comparisons: Sequence[LongRunComparison]) -> RenderableType:
    """One line for each comparison of the long run."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("scenario", "N", "turns", "claims", "measured", "verdict"):
        table.add_column(name, justify="left" if name in ("scenario", "verdict") else "right", no_wrap=True)
    for c in comparisons:
        measured = sum(row.verdict in ("agrees", "differs") for row in c.rows)
        table.add_row(
            Text(game_name(c.game)), str(c.game.n_agents), f"{c.steps:,}", str(len(c.rows)), str(measured),
            Text(c.verdict, style=_COLOURS.get(c.verdict, "")),
        )  # fmt: skip
    return table


def summary_view(pairs: Sequence[tuple[Comparison, Equilibrium | None]]) -> RenderableType:
    """One line for each comparison."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    headings = ("scenario", "N", "x", "compliance", "simulated", "max |z|", "verdict")
    for name in headings:
        table.add_column(name, justify="left" if name in ("scenario", "verdict") else "right", no_wrap=True)
    for c, e in pairs:
        rate = c["compliance_rate"]
        largest = max((abs(row.z) for row in c.rows if not math.isnan(row.z)), default=math.nan)
        table.add_row(
            Text(game_name(c.game)),
            str(c.game.n_agents),
            "-" if e is None or e.x is None else number(e.x),
            f"{rate.predicted:.3%}",
            f"{rate.observed:.3%}",
            "-" if math.isnan(largest) else f"{largest:.2f}",
            Text(c.verdict, style=_COLOURS[c.verdict]),
        )
    return table


def simulation_view(record: Any) -> RenderableType:
    """What a simulation came to: the mean of each quantity with its 95 % interval."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("quantity", "mean", "95 % interval"):
        table.add_column(name, justify="left" if name == "quantity" else "right", no_wrap=True)
    for name, seen in summarise(record).items():
        interval = "-" if math.isnan(seen.low) else f"{number(seen.low)} .. {number(seen.high)}"
        table.add_row(label(name), number(seen.mean), interval)
    about = f": {record.game.n_agents} labs, {len(record.replications):,} markets of {record.steps} steps"
    heading = Text(game_name(record.game), style="bold")
    return Group(heading.append(f"{about}, seed {record.seed}", style="not bold"), table, Text())


def validation_views(result: Validation) -> Iterator[RenderableType]:
    """Every comparison, and then one line for each."""
    yield from (comparison_view(*pair) for pair in result.pairs)
    yield from map(long_run_view, result.late)
    if result.pairs:
        yield Group(summary_view(result.pairs), Text())
    if result.late:
        yield Group(long_run_summary(result.late), Text())


def scenario_list(scenarios: Mapping[str, Scenario]) -> RenderableType:
    """Names and descriptions."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("scenario", no_wrap=True)
    table.add_column("description")
    for name, scenario in scenarios.items():
        table.add_row(Text(name), Text(scenario.description))
    return table


def game_name(game: Game) -> str:
    """Name of a scenario."""
    return game.name if isinstance(game, Scenario) else "game"


def _heading(comparison: Comparison) -> Text:
    game, market = comparison.game, comparison.game.market
    kind = (
        f"{market.token_cap} permits under a cap"
        if isinstance(market, CapMarket)
        else f"permits at {market.fixed_price:g}"
    )
    text = Text(game_name(game), style="bold")
    about = f": {game.n_agents} labs, {kind}; {comparison.replications:,} markets, seed {comparison.seed}"
    return text.append(about, style="not bold")


def _split(comparison: Comparison) -> Text:
    parts = list(comparison.split())
    predicted = " + ".join(f"{name.removesuffix(' / N')} {share:.2%}" for name, share, _ in parts)
    seen = " + ".join(f"{share:.1%}" for *_, share in parts)
    return Text(f"compliance {comparison['compliance_rate'].predicted:.2%} = {predicted} (simulated {seen})")


def _rules(equilibrium: Equilibrium | None) -> list[RenderableType]:
    """What the two audit rules say, and whether they deter the marginal lab."""
    if equilibrium is None:
        return [Text("labs differ in more than value and risk: no single marginal lab, and no rule for it")]
    if equilibrium.x is None:
        return [Text("no permits, so no marginal permit holder and no audit rule")]
    table = Table(box=None, pad_edge=False, header_style="bold")
    headings = ("audit rule", "", "pi_1", "deters, all else 0", "deters in this game")
    for name in headings:
        table.add_column(name, justify="right" if name == "pi_1" else "left", no_wrap=True)
    for rule, form in zip(equilibrium.rules, ("min(1, x)", "min(1, 1/x)"), strict=True):
        answers = ("yes" if deters else "no" for deters in (rule.deters, rule.deters_in_game))
        table.add_row(rule.name, form, f"{rule.pi_1:.4g}", *answers)
    return [Text(f"marginal lab: x = P beta / (v* - c) = {equilibrium.x:.4g}"), table]
