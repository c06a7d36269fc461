"""Inspection and signal games on a decimal grid full of ties and off it, and tables of cases as functions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy

MONEY = np.array([0, 0, 0.1, 0.3, 0.5, 0.7, 1, 3])
BALANCE = np.array([-0.7, -0.1, 0, 0, 0.1, 0.3, 0.5, 0.7, 1, 3])
RATES = np.array([0, 0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1, 1])


def some_games(seed, n, *, rates=(), ties=0.5):
    """Letters of `n` games; a share of them, the first, has decimals and many ties among them."""
    rng = np.random.default_rng(seed)
    first = np.arange(n) < ties * n
    money = {x: np.where(first, rng.choice(MONEY, n), 10 ** rng.uniform(-2, 2, n)) for x in "DMH"}
    balance = {x: np.where(first, rng.choice(BALANCE, n), rng.normal(0, 1, n)) for x in "gk"}
    shares = {x: np.where(first, rng.choice(RATES, n), rng.uniform(0.02, 0.98, n)) for x in rates}
    letters = {**money, **balance, **shares}
    for x, top in (("g", "D"), ("k", "M")):  # between 0 and the top, and exactly on it
        within = ~first & (rng.random(n) < 0.7)
        letters[x] = np.where(within, letters[top] * rng.uniform(0.02, 0.98, n), letters[x])
        letters[x] = np.where(first & (rng.random(n) < 0.3), letters[top], letters[x])
    if rates:
        beta, D = letters["beta"], letters["D"]
        kind = rng.integers(0, 8, n)
        tied = np.round(np.choose(np.minimum(kind, 1), [beta * D, (1 - beta) * D]), 6)
        letters["g"] = np.where(first & (kind < 2), tied, letters["g"])  # a tie of decimals, not of floats
        letters["alpha"] = np.where(first & (kind == 2), beta, letters["alpha"])
    return letters


def decimals(point):
    """The decimals that floats print as, exactly."""
    return {name: Fraction(repr(float(x))) for name, x in point.items()}


def points(letters):
    """Each game by itself, as plain floats."""
    columns = [column.tolist() for column in letters.values()]
    return [dict(zip(letters, row, strict=True)) for row in zip(*columns, strict=True)]


def signal_payoffs(g, D, k, M, alpha, beta, H):
    """Payoffs written down from the story: a signal is drawn, then the plan for it is carried out."""
    A, B = [[], []], [[], []]
    for after in ((0, 0), (1, 0), (0, 1), (1, 1)):
        for lab, chance in enumerate((alpha, beta)):
            gain = cost = Fraction(0)
            for audited, weight in zip(after, (chance, 1 - chance), strict=True):
                gain += weight * (g - (D if audited else 0)) if lab else 0
                cost += weight * ((M * lab - k if audited else 0) - H * lab)
            A[lab].append(gain)
            B[lab].append(cost)
    return A, B


def table(proposition):
    """Compile the table of a proposition: letters to its rows, each the ends of its sets, exactly."""
    symbols = [variable.symbol for variable in proposition.symbols]

    def compiled(expr):
        return sympy.lambdify(symbols, proposition.meant(expr), "math")

    def ends(cell):
        return [cell.args[0], cell.args[0]] if isinstance(cell, sympy.FiniteSet) else list(cell.args[:2])

    rows = [
        ([compiled(c) for c in row.when], [[compiled(e) for e in ends(cell)] for cell in row.then])
        for row in proposition.cases
    ]

    def rows_at(**letters):
        at = [Fraction(letters[symbol.name]) for symbol in symbols]
        return [
            tuple(tuple(Fraction(end(*at)) for end in cell) for cell in cells)
            for when, cells in rows
            if all(condition(*at) for condition in when)
        ]

    return rows_at


def maximal(boxes):
    """Those of the boxes that no other contains, each once, in order."""
    inside = {
        (small, big)
        for small in boxes
        for big in boxes
        if small != big and all(b[0] <= s[0] and s[1] <= b[1] for s, b in zip(small, big, strict=True))
    }
    return sorted({box for box in boxes if not any(small == box for small, _ in inside)})
