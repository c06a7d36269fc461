"""Propositions: their tables are read exactly, cover what they say, and are written as arrays."""

from __future__ import annotations

import sympy
from sympy import Eq, FiniteSet, Gt, Interval, Lt

import deterrence
from deterrence import formulas
from deterrence.formulas import Case, Proposition, Step, glossary

LETTERS = {str(symbol): symbol for symbol in glossary}
B, g, w = (LETTERS[name] for name in ("B", "g", "w"))

planted = Proposition(
    name="planted",
    statement="Where the best reply to a penalty lies.",
    where={w: g / B},
    columns=("x", "y"),
    cases=(
        Case((Lt(w, 1),), (FiniteSet(0), sympy.Integer(1))),
        Case((Eq(w, 1),), (Interval(0, 1), w)),
        Case((Eq(w, 1),), (FiniteSet(2), w)),
        Case((Gt(w, 1), Gt(B, 2)), (FiniteSet(1), w)),
    ),
    function=deterrence.margin,
    derive=lambda: [Step("A gap.", Eq(B - g, B - g))],
)


def test_a_case_is_found_exactly():
    first, tie, other, last = planted.cases
    assert planted.case(B=0.5, g=0.25) == [first]
    assert planted.case(B=0.75, g=0.75) == [tie, other]
    assert planted.case(B=3.0, g=3.0000000001) == [last]
    assert planted.case(B=1.0, g=2.0) == []


def test_letters_come_from_the_table():
    assert [variable.symbol for variable in planted.symbols] == [B, g]
    assert planted.twin == "margin(B=B, g=g)"


def test_is_written_as_an_array_in_which_a_condition_stands_once():
    text = planted.latex()
    assert text.startswith(r"\begin{array}{lcc} \text{if} & x & y \\ \hline")
    assert text.count(r"\\") == 5
    assert text.count("w = 1") == 1
    assert r"\text{and} & \left\{2\right\} & w" in text
    assert planted._repr_latex_() == rf"$\displaystyle {text}$"


def test_is_written_as_text():
    lines = planted.derivation().splitlines()
    assert lines[0] == "planted"
    assert lines[1] == "  if w < 1: x: {0}; y: 1"
    assert "  if w > 1, B > 2: x: {1}; y: w" in lines


def test_without_a_table_the_statement_is_shown():
    bare = Proposition(name="bare", statement="It holds.", function=deterrence.margin, derive=list)
    assert bare.latex() == ""
    assert bare._repr_latex_() == "It holds."
    assert bare.derivation().splitlines()[:2] == ["bare", "It holds."]
    assert formulas.Proposition is Proposition
