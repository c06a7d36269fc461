"""How formulas are written: LaTeX for papers, plain text for terminals."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import sympy
from sympy.core.relational import Relational
from sympy.printing.latex import LatexPrinter

from deterrence.formulas._symbols import Math, glossary

_NAMES = {symbol: variable.latex for symbol, variable in glossary.items()}


class Named(sympy.Expr):
    """An expression that is written as a letter, and stands for itself when a claim is verified."""

    is_commutative = True

    def __new__(cls, meaning: Math, text: Any, latex: Any = "") -> Named:
        return sympy.Expr.__new__(cls, meaning, sympy.Symbol(str(text)), sympy.Symbol(str(latex or text)))

    @property
    def free_symbols(self) -> Math:
        return self.args[0].free_symbols

    def _sympystr(self, _: object) -> str:
        return str(self.args[1])

    def _latex(self, _: object) -> str:
        return str(self.args[2])


def spelled_out(expr: Math) -> Math:
    """The expression with what its letters stand for."""
    return expr.replace(lambda part: isinstance(part, Named), lambda part: part.args[0])


class _Printer(LatexPrinter):
    """SymPy's printer, with terms in the order in which they are written down."""

    def __init__(self) -> None:
        super().__init__({"order": "none", "symbol_names": _NAMES})

    def _print_Piecewise(self, expr: Math) -> str:
        rows = [(self._print(value), self._condition(case)) for value, case in expr.args]
        gap = r" \\[1ex] " if any(r"\frac" in value for value, _ in rows) else r" \\ "
        lines = [value.replace(r"\frac", r"\dfrac") + f", & {case}" for value, case in rows]
        return rf"\begin{{cases}} {gap.join(lines)} \end{{cases}}"

    def _condition(self, case: Math) -> str:
        return r"\text{otherwise}" if case == sympy.true else rf"\text{{if }} {self._print(case)}"

    def _print_And(self, e: Math) -> str:
        return r" \text{ and } ".join(self._print(part) for part in e.args)

    def _print_betainc_regularized(self, expr: Math, exp: Math = None) -> str:
        first, second, _, end = (self._print(part) for part in expr.args)
        power = rf"^{{{exp}}}" if exp else ""
        return rf"I_{{{end}}}{power}\left({first}, {second}\right)"


_printer = _Printer()


def latex(expr: Math) -> str:
    """LaTeX of an expression or a relation; needs amsmath."""
    return _printer.doprint(_flat(expr)).replace(r"\text{NaN}", r"\text{none}")


_SIGNS = {sympy.Eq: "=", sympy.Lt: "<", sympy.Le: "<=", sympy.Gt: ">", sympy.Ge: ">="}


def plain(expr: Math) -> str:
    """One line of text for an expression or a relation, in Python's notation."""
    if isinstance(expr, Relational):
        sign = _SIGNS[expr.func]
        return f"{plain(expr.lhs)} {sign} {plain(expr.rhs)}"
    text = sympy.sstr(_flat(expr), order="none")
    text = re.sub(r"Interval\(([^()]*)\)", r"[\1]", text)
    return re.sub(r"\(\(([^()]*)\)\)", r"(\1)", text).replace("- 1*", "- ")  # what SymPy leaves as it is


def _flat(expr: Math) -> Math:
    """Merge sums of sums and products of products, which are written without parentheses."""
    if not expr.args or isinstance(expr, Named):
        return expr
    args = [_flat(arg) for arg in expr.args]
    if isinstance(expr, sympy.Add | sympy.Mul):
        args = [part for arg in args for part in (arg.args if isinstance(arg, expr.func) else (arg,))]
        if isinstance(expr, sympy.Mul):  # sums and integrals come with a factor of 1
            args = [part for part in args if part != 1] or args[:1]
        return expr.func(*args, evaluate=False)
    if args == list(expr.args):
        return expr
    return expr.func(*args, **({"evaluate": False} if isinstance(expr, _EVALUATING) else {}))


_EVALUATING = (sympy.And, sympy.Max, sympy.Min, sympy.Piecewise, sympy.Pow, Relational)


_MEANINGS = Counter(variable.latex for variable in glossary.values())
_WORDS = {v.latex: str(symbol) for symbol, v in glossary.items() if _MEANINGS[v.latex] == 1}
_WORDS |= {r"\le": "<=", r"\ge": ">=", r"\tfrac12": "1/2", r"\hat v": "v_hat", r"\infty": "inf"}
_ANY_WORD = re.compile(
    "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True) if len(word) > 1)
)


_STYLE = r"\\(?:mathbf|mathcal|text)\b ?"


def plain_text(text: str) -> str:
    """Prose without LaTeX: what stands between dollars is spelled as the functions spell it."""

    def word(found: re.Match[str]) -> str:
        before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
        left, right = before.isalnum(), after.isalnum() or after == "\\"
        return f"{' ' * left}{_WORDS[found.group()]}{' ' * right}"

    def spelled(formula: re.Match[str]) -> str:
        known = _ANY_WORD.sub(word, re.sub(_STYLE, "", formula.group(1)))
        known = known.replace(r"\{", "[").replace(r"\}", "]")
        return re.sub(r"[\\{}]", "", known)

    return re.sub(r"\$([^$]*)\$", spelled, text)
