"""Rows of the case table of a proposition at many points, in exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy


def rows_exactly(proposition: Any, points: list[dict[str, float]]) -> list[list[int]]:
    """Numbers of the rows that hold at each point; at every hundredth, checked against the table itself."""
    letters = [variable.symbol for variable in proposition.symbols]
    conditions = [
        sympy.lambdify(letters, sympy.And(*map(proposition.meant, row.when)), "math")
        for row in proposition.cases
    ]
    found = []
    for i, point in enumerate(points):
        exact = [Fraction(point[symbol.name]) for symbol in letters]
        rows = [number for number, holds in enumerate(conditions) if holds(*exact)]
        if i % 100 == 0:
            assert [proposition.cases[number] for number in rows] == proposition.case(**point)
        found.append(rows)
    return found
