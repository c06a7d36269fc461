"""One step of a derivation: a sentence, and a claim that SymPy can check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import sympy
from sympy import (
    Add,
    Derivative,
    Dummy,
    Eq,
    Ge,
    Interval,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
)
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from deterrence.formulas._printing import latex, plain, plain_text, spelled_out
from deterrence.formulas._symbols import Math, glossary

_ONE_LINE = 130
"""Characters of LaTeX that fit on a line, with room to spare."""

_Values: TypeAlias = dict[Math, Math]


@dataclass(frozen=True, eq=False)
class Step:
    """A sentence of a derivation and the claim it makes.

    Attributes
    ----------
    text : str
        What is done or said, with formulas between dollars.
    claim : sympy.Relational
        An equation or an inequality. Derivatives, integrals, sums and limits in it are not worked out.
    given : tuple of sympy.Relational
        Conditions under which it holds. Each is solved for its left side, or for the first symbol in it,
        and may hold symbols that later conditions are solved for.
    """

    text: str
    claim: Math
    given: tuple[Math, ...] = ()

    def verify(self) -> bool:
        """Whether SymPy confirms the claim under the given conditions.

        Symbols take their values inside the domains of the glossary, so a weak inequality is meant to
        hold on the boundary by continuity.
        """
        values = _conditions(self.given)
        free = self.claim.free_symbols.union(*(value.free_symbols for value in values.values()))
        # Nothing is known of a function that has no formula but how its derivatives are written.
        kept = {symbol for part in self.claim.atoms(AppliedUndef) for symbol in part.free_symbols}
        inner = {symbol: _inside(symbol) for symbol in (free - kept) & glossary.keys()}
        if isinstance(self.claim, Eq) and self._holds(values, {}) is True:  # mostly, and much faster
            return True
        return self._holds(values, inner, thorough=True) is True

    def _holds(self, values: _Values, inner: _Values, *, thorough: bool = False) -> bool | None:
        sides = (_worked_out(side, values, inner) for side in (self.claim.lhs, self.claim.rhs))
        return _truth(self.claim.func(*sides, evaluate=False), thorough=thorough)

    @property
    def opens(self) -> bool:
        """Whether it opens a sentence; otherwise it goes on where the step before stopped."""
        return not self.text[0].islower()

    def __str__(self) -> str:
        given = f"   if {', '.join(map(plain, self.given))}" if self.given else ""
        return f"{plain_text(self.text)}\n     {plain(self.claim)}{given}"

    def latex(self) -> str:
        """Return the step as LaTeX: the sentence, and the claim as a displayed formula."""
        claim, given = latex(self.claim), r",\ ".join(map(latex, self.given))
        if not given:
            return f"{self.text}\n\\[ {claim} \\]"
        if len(claim) + len(given) < _ONE_LINE:
            return f"{self.text}\n\\[ {claim} \\quad\\text{{if }} {given} \\]"
        return f"{self.text}\n\\begin{{gather*}} {claim} \\\\ \\text{{if }} {given} \\end{{gather*}}"


def _worked_out(expr: Math, values: _Values, inner: _Values) -> Math:
    """Evaluate one side of a claim with its conditions built into the symbols."""
    expr = _meant(expr).rewrite([Min, Max], Piecewise)
    expr = expr.replace(lambda part: isinstance(part, Derivative), lambda part: part.doit(deep=False))
    for _ in values:  # a value may hold symbols of later conditions
        expr = expr.subs(values, simultaneous=True)
    return _decided(_decided(expr.xreplace(inner)).doit())


def _meant(expr: Math) -> Math:
    """Put the meaning of letters in their place, and evaluate the arithmetic of what was kept as written."""
    return spelled_out(expr).replace(
        lambda part: isinstance(part, Add | Mul | Pow), lambda part: part.func(*part.args)
    )


def _conditions(given: tuple[Math, ...]) -> _Values:
    """Values of symbols that satisfy the conditions whatever positive values the new symbols take."""
    values: _Values = {}
    for condition in given:
        left, bound = _meant(condition.lhs), _meant(condition.rhs)
        slack = Dummy(positive=True)
        share = slack / (1 + slack)
        if isinstance(condition, Eq):
            value = bound
        elif isinstance(condition, Lt | Le):
            value = bound * share
        elif left in glossary and glossary[left].domain == Interval(0, 1):
            value = bound + (1 - bound) * share
        else:
            value = bound + slack
        symbol = min(left.free_symbols, key=str)
        (values[symbol],) = [value] if left == symbol else sympy.solve(left - value, symbol)
    return values


def _inside(symbol: Math) -> Math:
    """A value inside the symbol's domain, as an expression in a symbol whose sign SymPy knows."""
    domain = glossary[symbol].domain
    if domain == Interval(0, 1):
        slack = Dummy(positive=True)
        return slack / (1 + slack)
    if domain == Interval(0, sympy.oo):
        return Dummy(positive=True)
    return symbol


def _decided(expr: Math) -> Math:
    """Replace the conditions of cases that are known to hold or to fail."""
    expr = expr.rewrite([Min, Max, sympy.Heaviside], Piecewise)
    truths = {part: _truth(part) for part in expr.atoms(Relational)}
    return expr.xreplace({part: sympy.S(truth) for part, truth in truths.items() if truth is not None})


def _truth(claim: Math, *, thorough: bool = False) -> bool | None:
    """Whether a relation holds for all values of its symbols, fails for all, or neither is known."""
    if any(side.is_infinite for side in claim.args):
        verdict = claim.func(*claim.args)
        return bool(verdict) if verdict in (sympy.true, sympy.false) else None
    gap = claim.lhs - claim.rhs
    tests = [(0, _is_zero), (1, _is_positive), (-1, lambda gap: _is_positive(-gap))]
    if thorough:
        tests.append((0, _is_zero_at_length))
    for sign, test in tests:
        if test(gap):
            return bool(claim.func(sign, 0))
    weak = (isinstance(claim, Ge) and _is_nonnegative(gap)) or (
        isinstance(claim, Le) and _is_nonnegative(-gap)
    )
    return True if weak else None


def _is_zero(gap: Math) -> bool:
    return bool(gap == 0 or sympy.expand(sympy.fraction(sympy.together(gap))[0]) == 0)


def _is_zero_at_length(gap: Math) -> bool:
    return bool(sympy.gammasimp(sympy.expand_func(gap)) == 0 or sympy.simplify(gap) == 0)


def _is_positive(gap: Math) -> bool:
    return any(form.is_positive for form in _forms(gap))


def _is_nonnegative(gap: Math) -> bool:
    return any(form.is_nonnegative for form in _forms(gap))


def _forms(gap: Math) -> Iterator[Math]:
    """Ways of writing an expression in which its sign may show."""
    yield gap
    above, below = sympy.fraction(sympy.together(gap))
    yield sympy.expand(above) / sympy.expand(below)
    yield sympy.factor(gap)
