"""What comparisons leave behind: JSON, LaTeX tables, the formula sheet, a figure."""

from __future__ import annotations

import io
from pathlib import Path

from analysis._figures import violations_figure
from analysis._json import dumps, validated
from analysis._latex import comparison_tables
from analysis._validation import Validation
from deterrence import formulas
from scenarios._files import replace_file


def write_report(result: Validation, folder: Path) -> list[Path]:
    """Write everything about some comparisons into a folder, which is made if it is missing.

    Each file appears under its name only when it is complete.

    Parameters
    ----------
    result : Validation
        What was compared.
    folder : Path
        Gets ``comparison.json``, ``comparison.tex``, ``formulas.tex`` and, if a game has an exact
        distribution of violators, ``violations.pdf`` and ``violations.png``.

    Returns
    -------
    list of Path
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "comparison.json": dumps(validated(result)).encode(),
        "comparison.tex": comparison_tables(result.pairs, result.late).encode(),
        "formulas.tex": formulas.sheet().encode(),
    }
    drawn = [c for c, _ in result.pairs if c.game.lab.bid_rule == "truthful"]
    if drawn:
        figure = violations_figure(drawn)
        for kind in ("pdf", "png"):
            drawing, dates = io.BytesIO(), {"CreationDate": None} if kind == "pdf" else None
            figure.savefig(drawing, format=kind, dpi=150, metadata=dates)
            contents[f"violations.{kind}"] = drawing.getvalue()
    for name, data in contents.items():
        replace_file(folder / name, data)
    return [folder / name for name in contents]
