"""How games, strategies and sets of equilibria are written: as text, in LaTeX, and for gambit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from deterrence._checks import ParameterError, Problem
from deterrence.games._exact import Matrix, Vector

if TYPE_CHECKING:
    from deterrence.games._bimatrix import Bimatrix, Equilibria


def action_names(field: str, names: Iterable[str], size: int) -> tuple[str, ...]:
    """Names of all actions of a player, or none; a ParameterError for others."""
    allowed = f"{size} different names"
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise ParameterError(Problem(field, names, "is no list of names", allowed))
    found = tuple(printable(field, name) for name in names)
    if found and (len(found) != size or len(set(found)) != size or "" in found):
        raise ParameterError(Problem(field, found, "does not name the actions", allowed))
    return found


def printable(field: str, text: Any) -> str:
    """The text, if it is one that every output can hold."""
    # gambit has no way to write a backslash before a quotation mark.
    if not isinstance(text, str) or not text.isprintable() or "\\" in text:
        raise ParameterError(Problem(field, text, "is no such text", "printable text without a backslash"))
    return text


def equilibria_text(found: Equilibria) -> str:
    """The set by component, a line for each maximal Nash subset."""
    m, n = found.game.shape
    if not found.complete:
        lines = [f"  {_product(found.game, (x,), (y,))}" for x, y in found.extreme]
        return "\n".join([f"{m} x {n} game, incomplete: {found.reason}", *lines])
    counts = (
        _count(len(found.extreme), "extreme equilibri", "um", "a"),
        _count(len(found.subsets), "maximal Nash subset", "", "s"),
        _count(len(found.components), "component", "", "s"),
    )
    lines = [
        f"{f'{number}.' if k == 0 else '':<3} {_product(found.game, *subset)}"
        for number, component in enumerate(found.components, start=1)
        for k, subset in enumerate(component)
    ]
    return "\n".join([f"{m} x {n} game, complete: {', '.join(counts)}", *lines])


def _product(game: Bimatrix, rows: Sequence[Vector], columns: Sequence[Vector]) -> str:
    sides = (rows, game.row_actions), (columns, game.column_actions)
    return " x ".join(_hull([_written(x, actions) for x in vertices]) for vertices, actions in sides)


def _hull(vertices: Sequence[str]) -> str:
    return vertices[0] if len(vertices) == 1 else f"conv{{{', '.join(vertices)}}}"


def _written(mixture: Vector, actions: Sequence[str]) -> str:
    """A mixed strategy, with the names of the actions where they have names."""
    if not actions:
        return f"({', '.join(map(_short, mixture))})"
    played = [(p, action) for p, action in zip(mixture, actions, strict=True) if p]
    return " + ".join(action if p == 1 else f"{_short(p)} {action}" for p, action in played)


def _count(number: int, noun: str, one: str, many: str) -> str:
    return f"{number} {noun}{one if number == 1 else many}"


def _short(number: Fraction) -> str:
    """A fraction, or about what it is where it has many digits."""
    size = max(abs(number.numerator), number.denominator)
    return str(number) if size < 10**9 else f"{float(number):.6g}"


def text_table(A: Matrix, B: Matrix, rows: Sequence[str], columns: Sequence[str]) -> str:
    """A table of pairs of payoffs."""
    cells = [["", *columns]]
    for action, *payoffs in zip(rows, A, B, strict=True):
        cells.append([action, *(f"{_short(a)}, {_short(b)}" for a, b in zip(*payoffs, strict=True))])
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
