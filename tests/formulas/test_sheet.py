"""The document: complete, and set by pdfLaTeX without a complaint."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from deterrence import formulas

SHEET = formulas.sheet()


def test_needs_amsmath_and_booktabs_only():
    assert set(re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", SHEET)) == {"amsmath", "booktabs"}
    assert SHEET.startswith(r"\documentclass[11pt,a4paper]{article}")
    assert SHEET.isascii()


def test_holds_every_formula_with_its_derivation():
    for name, formula in formulas.registry.items():
        assert rf"\begin{{proposition}}[\texttt{{{name.replace('_', chr(92) + '_')}}}]" in SHEET
        assert formula.latex() in SHEET
        assert formula.derivation_latex() in SHEET
    assert SHEET.count(r"\section{") == 1 + len(formulas.sections)


def test_table_of_symbols():
    for variable in formulas.glossary.values():
        assert f"${variable.latex}$ & \\raggedright {variable.meaning} & {variable.unit} & " in SHEET


def test_every_work_is_cited_and_every_citation_listed():
    cited = {key for keys in re.findall(r"\\cite\{(.*?)\}", SHEET) for key in keys.split(",")}
    assert cited == set(re.findall(r"\\bibitem\{(.*?)\}", SHEET))


@pytest.mark.skipif(
    shutil.which("pdflatex") is None and "CI" not in os.environ, reason="pdflatex is not installed"
)
def test_compiles(tmp_path):
    (tmp_path / "sheet.tex").write_text(SHEET)
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"]
    for _ in range(3):  # again for the contents and citations, and for the pages that these shift
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    log = (tmp_path / "sheet.log").read_text(errors="replace")
    complaints = re.findall(r"^(?:Overfull|Underfull|LaTeX Warning|LaTeX Font Warning).*", log, re.MULTILINE)
    assert complaints == []
    assert (tmp_path / "sheet.pdf").stat().st_size > 100_000
