"""All formulas as one LaTeX document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sympy import S

from deterrence.formulas._printing import latex
from deterrence.formulas._registry import sections
from deterrence.formulas._result import Result
from deterrence.formulas._sources import sources
from deterrence.formulas._symbols import Variable, glossary

_HEAD = r"""\documentclass[11pt,a4paper]{article}
\usepackage{amsmath}
\usepackage{booktabs}
\setlength{\textwidth}{16cm}
\setlength{\oddsidemargin}{0cm}
\setlength{\textheight}{23.5cm}
\setlength{\topmargin}{-1cm}
\setlength{\emergencystretch}{3em}
\hbadness=2500
\allowdisplaybreaks
\newtheorem{proposition}{Proposition}
\title{Deterrence in a market for compute permits:\\ formulas and derivations}
\author{}
\date{}
\begin{document}
\maketitle
\noindent
A Governor sells permits for large training runs. A lab without a permit complies if and only if the
penalty it expects is at least its gain, $p_{\mathrm{eff}} B \ge g$; a tie complies. Every result below is
also a function of the Python package \texttt{deterrence}, and each step of a derivation is an identity or
an inequality that has been verified by computer algebra. Inequalities hold in the interior of the domains,
and in their weak form on the boundary.
\tableofcontents
\setlength{\abovedisplayskip}{4pt}
\setlength{\belowdisplayskip}{4pt}
\setlength{\abovedisplayshortskip}{4pt}
\setlength{\belowdisplayshortskip}{4pt}
"""

_DOMAINS = {  # SymPy's own need a font
    S.Reals: r"(-\infty, \infty)",
    S.Naturals: r"\{1, 2, \dots\}",
    S.Naturals0: r"\{0, 1, \dots\}",
}


def sheet() -> str:
    r"""Set all results in one LaTeX document, with symbols, assumptions, derivations and sources.

    Returns
    -------
    str
        A complete document. It needs amsmath and booktabs and no shell escape.

    Examples
    --------
    >>> from deterrence import formulas
    >>> formulas.sheet().splitlines()[0]
    '\\documentclass[11pt,a4paper]{article}'
    """
    parts = [_HEAD, r"\section{Symbols}", *_tables()]
    for title, results in sections.items():
        parts.append(rf"\section{{{title}}}")
        parts.extend(_entry(result) for result in results)
    return "\n".join([*parts, _bibliography(), r"\end{document}", ""])


def _tables() -> Iterator[str]:
    """Tables of symbols, one for each topic."""
    for topic, variables in groupby(glossary.values(), key=lambda variable: variable.topic):
        yield rf"\subsection*{{{topic}}}"
        yield _table(list(variables))


def _table(variables: Sequence[Variable]) -> str:
    domains = [_DOMAINS.get(v.domain) or latex(v.domain) for v in variables]
    rows = [
        rf"${v.latex}$ & \raggedright {v.meaning} & {v.unit} & ${domain}$ \\"
        for v, domain in zip(variables, domains, strict=True)
    ]
    head = [r"\noindent\begin{tabular}{@{}p{1.2cm}p{9.2cm}ll@{}}", r"\toprule"]
    head += [r"symbol & meaning & unit & domain \\", r"\midrule"]
    return "\n".join([*head, *rows, r"\bottomrule", r"\end{tabular}"])


def _entry(result: Result) -> str:
    """One result: what it says, what it rests on, why it holds, where it is from, and its function."""
    name, shown = rf"\texttt{{{_code(result.name)}}}", result.latex()
    lines = [rf"\begin{{proposition}}[{name}]\label{{{result.name}}}", result.statement]
    lines += [rf"\[ {shown} \]"] if shown else []
    if result.valid:
        lines.append("Valid for " + ", ".join(f"${latex(relation)}$" for relation in result.valid) + ".")
    lines += [*result.assumptions, r"\end{proposition}"]
    lines.append(rf"\addcontentsline{{toc}}{{subsection}}{{\protect\numberline{{\theproposition}}{name}}}")
    lines += [r"\paragraph{Derivation.}", result.derivation_latex()]
    cited = rf"\cite{{{','.join(result.source)}}}" if result.source else "Derived here"
    lines.append(rf"\paragraph{{Source.}} {cited}.\par")
    lines.append(rf"{{\raggedright\noindent\textbf{{In Python.}} \texttt{{{_code(result.twin)}}}\par}}")
    return "\n".join(lines)


def _code(text: str) -> str:
    return text.replace("_", r"\_")


def _bibliography() -> str:
    items = [rf"\bibitem{{{key}}} {work}" for key, work in sources.items()]
    return "\n".join([r"\begin{thebibliography}{99}", *items, r"\end{thebibliography}"])
