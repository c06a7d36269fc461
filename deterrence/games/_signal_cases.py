"""The equilibria of one case of the signal game: which cut-offs and which audit plans, without their values.

A case is all that signs can tell. The lab's gain from defecting has a sign at each corner of the square of
audit plans (pi_1, pi_0). The Governor's gain from auditing on a signal is linear in q and has a sign at
q = 0 and at q = 1; where it changes from negative to positive, at a cut-off, the Governor turns. So [0, 1]
falls into points and gaps in each of which the Governor's best replies fill a corner, an edge or the whole
of the square, and the lab's reply cuts a polygon out of it. These are the equilibria.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

ZERO, AT_1, AT_0, ONE = range(4)
"""Ends of intervals of q: 0, the cut-off of the suspicious signal, that of the clean signal, and 1."""

CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))
"""Pure audit plans (pi_1, pi_0), around the square. Vertex 4 + i lies between corners i and i + 1."""


class Case(NamedTuple):
    """Signs that decide what the set of equilibria looks like.

    Attributes
    ----------
    gains : tuple of int
        Signs of the lab's gain from defecting at the four corners.
    audits : tuple of pairs of int
        Signs of the Governor's gain from auditing on the suspicious and on the clean signal, at q = 0 and 1.
    order : int
        Sign of alpha - beta: that of the cut-off of the suspicious signal less that of the clean one.
    """

    gains: tuple[int, ...]
    audits: tuple[tuple[int, int], tuple[int, int]]
    order: int


class Piece(NamedTuple):
    """A maximal convex subset: an interval of q, and the vertices of a polygon of audit plans."""

    ends: tuple[int, int]
    vertices: tuple[int, ...]


@cache
def pieces(case: Case) -> tuple[Piece, ...]:
    """Return the maximal convex subsets whose union is the set of equilibria, by increasing q."""
    found: list[Piece] = []
    cells = list(_cells(case))
    shapes = [tuple(_polygon(case, ends, signs)) for ends, signs in cells]
    for number, ((ends, _), vertices) in enumerate(zip(cells, shapes, strict=True)):
        beside = shapes[max(number - 1, 0) : number + 2]
        within_a_gap = ends[0] == ends[1] and beside.count(vertices) > 1
        if vertices and not within_a_gap:
            found.append(Piece(ends, vertices))
    return tuple(found)


def _cells(case: Case) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Points and gaps of [0, 1] in turn, with the signs of the Governor's gains in them."""
    turns = [cut for cut, signs in zip((AT_1, AT_0), case.audits, strict=True) if signs == (-1, 1)]
    if len(turns) == 2 and case.order >= 0:
        turns = [AT_0, AT_1] if case.order else [AT_1]
    points = [ZERO, *turns, ONE]
    for number, point in enumerate(points):
        yield (point, point), _signs(case, points, 2 * number)
        if point != ONE:
            yield (point, points[number + 1]), _signs(case, points, 2 * number + 1)


def _signs(case: Case, points: list[int], cell: int) -> tuple[int, int]:
    """Signs of the gains from auditing on each signal, in a cell: points have even numbers, gaps odd ones."""
    last = 2 * len(points) - 2
    found = []
    for cut, (first, final) in zip((AT_1, AT_0), case.audits, strict=True):
        if cell in (0, last):
            found.append(final if cell else first)
        elif (first, final) == (-1, 1):
            turn = 2 * (points.index(cut) if cut in points else 1)  # equal cut-offs share one point
            found.append((cell > turn) - (cell < turn))
        else:
            found.append(first or final)
    return found[0], found[1]


def _polygon(case: Case, ends: tuple[int, int], signs: tuple[int, int]) -> Iterator[int]:
    """Vertices of the plans that answer q, and to which q answers; in the order of the corners."""
    allowed = {(ZERO, ZERO): (-1, 0), (ONE, ONE): (0, 1)}.get(ends, (0,))  # signs of the gain from defecting
    replies = [{-1: (0,), 0: (0, 1), 1: (1,)}[sign] for sign in signs]
    inside = [all(a in reply for a, reply in zip(corner, replies, strict=True)) for corner in CORNERS]
    around = range(4)
    for i, j in pairwise([*around, 0]):
        if inside[i] and case.gains[i] in allowed:
            yield i
        if inside[i] and inside[j] and case.gains[i] * case.gains[j] < 0:
            yield 4 + i
