"""All equilibria of a bimatrix game a second time, by Cramer's rule on supports; no code of the library.

Vertices of the sets of optimal mixtures come from every square system of indifference equations, solved
by determinants. Pairs are equilibria by the definition: no action earns more. Maximal Nash subsets come from
all pairs of sets of actions.
"""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from itertools import combinations


def equilibria(A, B):
    """Extreme equilibria, maximal Nash subsets and components, as sets of tuples of Fractions."""
    m, n = len(A), len(A[0])
    X, Y = vertices(B), vertices(list(zip(*A, strict=True)))
    best_columns = {x: replies(x, B) for x in X}
    best_rows = {y: replies(y, list(zip(*A, strict=True))) for y in Y}
    extreme = {(x, y) for x in X for y in Y if used(x) <= best_rows[y] and used(y) <= best_columns[x]}
    return extreme, maximal(products(m, n, X, Y, best_columns, best_rows)), parts(extreme)


def vertices(payoffs):
    """Mixtures that alone make some actions of the opponent best replies, and alone are on their support.

    For a support I and as many replies K: x is the last row of the inverse of the payoffs bordered by
    ones, if it has one.
    """
    m, n = len(payoffs), len(payoffs[0])
    scale = math.lcm(*(Fraction(x).denominator for row in payoffs for x in row))
    payoffs = [[int(x * scale) for x in row] for row in payoffs]
    bordered = [[*row, 1] for row in payoffs] + [[1] * n + [0]]

    @functools.cache
    def minor(rows, columns):
        if not rows:
            return 1
        first, rest = rows[0], rows[1:]
        return sum(
            (-1) ** k * bordered[first][c] * minor(rest, columns[:k] + columns[k + 1 :])
            for k, c in enumerate(columns)
            if bordered[first][c]
        )

    found = set()
    for size in range(1, min(m, n) + 1):
        for I in combinations(range(m), size):
            for K in combinations(range(n), size):
                whole = minor((*I, m), (*K, n))
                if not whole:
                    continue
                weights = [0] * m
                for place, i in enumerate(I):
                    others = tuple(j for j in (*I, m) if j != i)
                    weights[i] = (-1) ** (place + size) * minor(others, K)
                if all(w * whole > 0 for w in (weights[i] for i in I)):
                    x = tuple(Fraction(w) / whole for w in weights)
                    if set(K) <= replies(x, payoffs):
                        found.add(x)
    minor.cache_clear()
    return found


def replies(mixture, payoffs):
    """The opponent's actions that earn most."""
    earned = [
        sum(p * x for p, x in zip(mixture, column, strict=True)) for column in zip(*payoffs, strict=True)
    ]
    return {j for j, u in enumerate(earned) if u == max(earned)}


def used(mixture):
    return {i for i, p in enumerate(mixture) if p}


def products(m, n, X, Y, best_columns, best_rows):
    """For all sets I, J: the mixtures on I to which all of J are best replies, and the other way round."""
    for I in subsets(m):
        on_I = [x for x in X if used(x) <= I]
        to_I = [y for y in Y if best_rows[y] >= I]
        if not on_I or not to_I:
            continue
        for J in subsets(n):
            rows = frozenset(x for x in on_I if best_columns[x] >= J)
            columns = frozenset(y for y in to_I if used(y) <= J)
            if rows and columns:
                yield rows, columns


def subsets(size):
    return [set(chosen) for k in range(1, size + 1) for chosen in combinations(range(size), k)]


def maximal(pairs):
    pairs = set(pairs)
    return {p for p in pairs if not any(p != q and p[0] <= q[0] and p[1] <= q[1] for q in pairs)}


def parts(extreme):
    """Extreme equilibria, joined where they share a strategy."""
    left, found = set(extreme), set()
    while left:
        part, new = set(), {left.pop()}
        while new:
            part |= new
            left -= new
            new = {e for e in left if any(e[0] == f[0] or e[1] == f[1] for f in new)}
        found.add(frozenset(part))
    return found
