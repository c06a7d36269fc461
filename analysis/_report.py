"""What a comparison leaves behind: JSON, a LaTeX table, the formula sheet, a figure."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from analysis._compare import Comparison
from analysis._figures import violations_figure
from analysis._json import comparison, dumps
from analysis._latex import comparison_tables
from deterrence import Equilibrium, formulas
from scenarios._files import replace_file


def write_report(pairs: Sequence[tuple[Comparison, Equilibrium]], folder: Path) -> list[Path]:
    """Write everything about some comparisons into a folder, which is made if it is missing.

    Each file appears under its name only when it is complete.

    Parameters
    ----------
    pairs : sequence of (Comparison, Equilibrium)
        Comparisons, each with the solution of the same game.
    folder : Path
        Gets ``comparison.json``, ``comparison.tex``, ``formulas.tex``, ``violations.pdf`` and
        ``violations.png``.

    Returns
    -------
    list of Path
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "comparison.json": dumps([comparison(c, e) for c, e in pairs]).encode(),
        "comparison.tex": comparison_tables(pairs).encode(),
        "formulas.tex": formulas.sheet().encode(),
    }
    figure = violations_figure([c for c, _ in pairs])
    for kind in ("pdf", "png"):
        drawing = io.BytesIO()
        figure.savefig(
            drawing, format=kind, dpi=150, metadata={"CreationDate": None} if kind == "pdf" else None
        )
        contents[f"violations.{kind}"] = drawing.getvalue()
    for name, data in contents.items():
        replace_file(folder / name, data)
    return [folder / name for name in contents]
