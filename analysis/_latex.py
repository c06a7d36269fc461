"""Comparisons as LaTeX tables (amsmath and booktabs)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analysis._compare import Comparison, Row
from analysis._long_run import ClaimSeen, LongRunComparison
from deterrence import Equilibrium, Scenario

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
    }
)


def escape(text: str) -> str:
    """Make plain text safe in LaTeX; characters that pdfLaTeX cannot set become question marks."""
    printable = "".join(ch if ch.isascii() and ch.isprintable() else "?" for ch in text)
    return printable.translate(_ESCAPES)


def comparison_table(comparison: Comparison, equilibrium: Equilibrium | None) -> str:
    r"""Write one comparison as a ``table`` environment with booktabs rules.

    Parameters
    ----------
    comparison : Comparison
        What was predicted and observed.
    equilibrium : deterrence.Equilibrium or None
        ``deterrence.solve`` of the same game, for what the caption says of the two audit rules.

    Returns
    -------
    str
        LaTeX; needs ``\usepackage{booktabs}``.
    """
    lines = [
        r"\begin{table}[htbp]",
        r"\centering\footnotesize\setlength{\tabcolsep}{3pt}",
        rf"\caption{{{_caption(comparison, equilibrium)}}}",
        r"\begin{tabular}{@{}lrrrrl@{}}",
        r"\toprule",
        r"quantity & predicted & simulated & 95\,\% interval & $z$ & verdict \\",
        r"\midrule",
        *(_line(row) for row in comparison.rows),
        r"\midrule",
        *(
            rf"{escape(name)} & {_number(predicted)} & {_number(observed)} & & & \\"
            for name, predicted, observed in comparison.split()
        ),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def long_run_table(comparison: LongRunComparison) -> str:
    r"""Write claims about the long run as a ``table`` environment with booktabs rules.

    Parameters
    ----------
    comparison : LongRunComparison
        What was claimed and seen.

    Returns
    -------
    str
        LaTeX; needs ``\usepackage{booktabs}``.
    """
    c = comparison
    name = rf"\texttt{{{escape(c.game.name)}}}: " if isinstance(c.game, Scenario) else ""
    caption = (
        f"{name}what theory claims of the long run against the second half of {c.steps} turns of "
        f"{c.replications} simulated markets of {c.game.n_agents} labs (seed {c.seed}). "
        f"Family-wise error {c.error:g}."
    )
    lines = [
        r"\begin{table}[htbp]",
        r"\centering\footnotesize\setlength{\tabcolsep}{3pt}",
        rf"\caption{{{caption}}}",
        r"\begin{tabular}{@{}lrlrrl@{}}",
        r"\toprule",
        r"in the long run & claimed & & simulated & 95\,\% interval & verdict \\",
        r"\midrule",
        *(_claim_line(row) for row in c.rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def comparison_tables(
    pairs: Sequence[tuple[Comparison, Equilibrium | None]], late: Sequence[LongRunComparison] = ()
) -> str:
    """Write several comparisons, one table after the other."""
    head = "% Needs \\usepackage{amsmath,booktabs}.\n"
    tables = [*(comparison_table(c, e) for c, e in pairs), *map(long_run_table, late)]
    return head + "\n".join(tables)


def _caption(comparison: Comparison, equilibrium: Equilibrium | None) -> str:
    game = comparison.game
    name = rf"\texttt{{{escape(game.name)}}}: " if isinstance(game, Scenario) else ""
    text = (
        f"{name}theory against {comparison.replications} simulated markets of {game.n_agents} labs "
        f"(seed {comparison.seed}). Family-wise error {comparison.error:g}. "
    )
    if equilibrium is not None and equilibrium.x is not None:
        spec, least = equilibrium.rules
        text += (
            rf"$x = P\beta/(v^*-c) = {_number(equilibrium.x).strip('$')}$; "
            rf"$\min(1, x)$ {_verdict(spec.deters)} the marginal lab, "
            rf"$\min(1, 1/x)$ {_verdict(least.deters)} it."
        )
    return text


def _verdict(deters: bool) -> str:
    return "deters" if deters else "does not deter"


def _line(row: Row) -> str:
    interval = "--" if math.isnan(row.low) else f"{_number(row.low)} to {_number(row.high)}"
    z = "--" if math.isnan(row.z) else f"${row.z:.2f}$"
    name = escape(row.quantity.replace("_", " "))
    cells = (name, _number(row.predicted), _number(row.observed), interval, z, row.verdict)
    return " & ".join(cells) + r" \\"


def _claim_line(row: ClaimSeen) -> str:
    claim, low, high = row.claim, row.claim.low, row.claim.high
    if low is None or high is None:
        claimed = "--"
    else:
        claimed = _number(low) if low == high else f"{_number(low)} to {_number(high)}"
    interval = "--" if math.isnan(row.low) else f"{_number(row.low)} to {_number(row.high)}"
    name = escape(claim.quantity.replace("_", " "))
    return " & ".join((name, claimed, claim.sort, _number(row.observed), interval, row.verdict)) + r" \\"


def _number(value: float) -> str:
    if math.isnan(value):
        return "--"
    if math.isinf(value):
        return r"$\infty$" if value > 0 else r"$-\infty$"
    text = f"{value:.5g}"
    if "e" not in text:
        return f"${text}$"
    digits, exponent = text.split("e")
    return rf"${digits}\times10^{{{int(exponent)}}}$"
