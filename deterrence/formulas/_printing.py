"""How formulas are written: LaTeX for papers, plain text for terminals."""

from __future__ import annotations

import re

import sympy
from sympy.printing.latex import LatexPrinter

from deterrence.formulas._symbols import glossary

_NAMES = {symbol: variable.latex for symbol, variable in glossary.items()}


class _Printer(LatexPrinter):
    """SymPy's printer, with terms in the order in which they are written down."""

    def __init__(self) -> None:
        super().__init__({"order": "none", "symbol_names": _NAMES})

    def _print_Piecewise(self, expr: sympy.Piecewise) -> str:
        rows = [rf"{self._print(value)}, & {self._condition(case)}" for value, case in expr.args]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    def _condition(self, case: sympy.Basic) -> str:
        return r"\text{otherwise}" if case == sympy.true else rf"\text{{if }} {self._print(case)}"

    def _print_And(self, expr: sympy.And) -> str:
        return r" \text{ and } ".join(self._print(part) for part in expr.args)

    def _print_betainc_regularized(self, expr: sympy.Function) -> str:
        first, second, _, end = (self._print(part) for part in expr.args)
        return rf"I_{{{end}}}\left({first}, {second}\right)"


_printer = _Printer()


def latex(expr: sympy.Basic) -> str:
    """LaTeX of an expression or a relation; needs amsmath."""
    return _printer.doprint(_flat(expr)).replace(r"\text{NaN}", r"\text{none}")


def plain(expr: sympy.Basic) -> str:
    """One line of text for an expression or a relation, in Python's notation."""
    if isinstance(expr, sympy.core.relational.Relational):
        sign = "=" if isinstance(expr, sympy.Eq) else expr.rel_op
        return f"{plain(expr.lhs)} {sign} {plain(expr.rhs)}"
    return sympy.sstr(_flat(expr), order="none")


def _flat(expr: sympy.Basic) -> sympy.Basic:
    """Merge sums of sums and products of products, which are written without parentheses."""
    if not expr.args or expr.is_Atom:
        return expr
    args = [_flat(arg) for arg in expr.args]
    if isinstance(expr, sympy.Add | sympy.Mul):
        args = [part for arg in args for part in (arg.args if isinstance(arg, expr.func) else (arg,))]
        return expr.func(*args, evaluate=False)
    if args == list(expr.args):
        return expr
    return expr.func(*args, **({} if isinstance(expr, _UNEVALUATED) else {"evaluate": False}))


_UNEVALUATED = (sympy.Tuple, sympy.Derivative, sympy.Integral, sympy.Limit, sympy.Sum)


_WORDS = [(variable.latex, str(symbol)) for symbol, variable in glossary.items()]
_WORDS += [(r"\le", "<="), (r"\ge", ">="), (r"\min", "min"), (r"\max", "max"), (r"\to", "->"), (r"\infty", "inf")]
_WORDS += [(r"\hat v", "v_hat"), (r"\tfrac12", "1/2 "), (r"\lambda", "lambda"), (r"\,", " "), (r"\cdot", "*")]
_LETTERS = {old: new for old, new in sorted(_WORDS, key=lambda pair: -len(pair[0]))}
_ANY_WORD = re.compile("|".join(re.escape(word) for word in _LETTERS if not word.isalnum()))


def plain_text(text: str) -> str:
    """Prose without LaTeX: what stands between dollars is spelled as the functions spell it."""
    spelled = re.sub(r"\$([^$]*)\$", lambda m: _ANY_WORD.sub(lambda w: _LETTERS[w.group()], m.group(1)), text)
    return re.sub(r"[{}]", "", spelled)
