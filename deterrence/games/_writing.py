"""How games and strategies are written: as text, in LaTeX, and for gambit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from deterrence.games._exact import Matrix, Vector


def written(mixture: Vector, actions: Sequence[str]) -> str:
    """A mixed strategy, with the names of the actions where they have names."""
    if not actions:
        return f"({', '.join(map(short, mixture))})"
    played = [(p, action) for p, action in zip(mixture, actions, strict=True) if p]
    return " + ".join(action if p == 1 else f"{short(p)} {action}" for p, action in played)


def short(number: Fraction) -> str:
    """A fraction, or about what it is where it has many digits."""
    size = max(abs(number.numerator), number.denominator)
    return str(number) if size < 10**9 else f"{float(number):.6g}"


def text_table(A: Matrix, B: Matrix, rows: Sequence[str], columns: Sequence[str]) -> str:
    """A table of pairs of payoffs."""
    cells = [["", *columns]]
    for action, *payoffs in zip(rows, A, B, strict=True):
        cells.append([action, *(f"{short(a)}, {short(b)}" for a, b in zip(*payoffs, strict=True))])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in cells
    ]
    return "\n".join(lines)


def latex_table(A: Matrix, B: Matrix, rows: Sequence[str], columns: Sequence[str]) -> str:
    """A table of pairs of payoffs for math mode."""
    lines = [" & ".join(["", *map(_latex_text, columns)]) + r" \\ \hline"]
    for action, *payoffs in zip(rows, A, B, strict=True):
        pairs = [rf"{_latex_number(a)},\, {_latex_number(b)}" for a, b in zip(*payoffs, strict=True)]
        lines.append(" & ".join([_latex_text(action), *pairs]) + r" \\")
    body = "\n".join(lines)
    return rf"\begin{{array}}{{c|{'c' * len(columns)}}}" + f"\n{body}\n" + r"\end{array}"


def _latex_number(number: Fraction) -> str:
    if number.denominator == 1:
        return str(number)
    sign = "-" if number < 0 else ""
    return rf"{sign}\tfrac{{{abs(number.numerator)}}}{{{number.denominator}}}"


def _latex_text(text: str) -> str:
    special = {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {c: f"\\{c}" for c in "&%$#_{}"}
    return rf"\text{{{''.join(special.get(c, c) for c in text)}}}"


def nfg_text(A: Matrix, B: Matrix, rows: Sequence[str], columns: Sequence[str], title: str) -> str:
    """The payoff version of gambit's strategic form, in which the row player's action changes first."""
    actions = "\n".join("{ " + " ".join(map(_quoted, names)) + " }" for names in (rows, columns))
    pairs = [f"{A[i][j]} {B[i][j]}" for j in range(len(columns)) for i in range(len(rows))]
    players = '{ "row" "column" }'
    return f"NFG 1 R {_quoted(title)} {players}\n\n{{ {actions}\n}}\n\n{' '.join(pairs)}\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', r"\"") + '"'
