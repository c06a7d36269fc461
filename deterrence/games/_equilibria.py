"""All equilibria of a two-player game, from the vertices of its best-reply polyhedra."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from deterrence.games._exact import Matrix, Vector
from deterrence.games._polyhedra import Vertex, best_reply_vertices


class Profile(NamedTuple):
    """A mixed strategy of each player.

    Attributes
    ----------
    row, column : tuple of Fraction, in [0, 1]
        Exact probabilities of the row player's and of the column player's actions.
    """

    row: Vector
    column: Vector


class Subset(NamedTuple):
    """A maximal Nash subset, by its vertices.

    Attributes
    ----------
    rows, columns : tuple of tuples of Fraction, in [0, 1]
        Mixed strategies. Every mixture of ``rows`` is in equilibrium with every mixture of ``columns``.
    """

    rows: tuple[Vector, ...]
    columns: tuple[Vector, ...]


class EquilibriumSet(NamedTuple):
    """Extreme equilibria, maximal Nash subsets, and these by connected component, each sorted."""

    extreme: tuple[Profile, ...]
    subsets: tuple[Subset, ...]
    components: tuple[tuple[Subset, ...], ...]


def equilibrium_set(A: Matrix, B: Matrix, most: int) -> EquilibriumSet:
    """The complete set of equilibria.

    A pair of vertices is an equilibrium iff every action of either player is unplayed or a best reply
    (Mangasarian 1964). These extreme equilibria, as edges between vertices, form a graph: its maximal
    complete bipartite subgraphs are the maximal Nash subsets, whose union is the set of all equilibria
    (Winkels 1979; Borm, Gijsberts and Tijs 1989), and its connected parts are the components of that set
    (Avis, Rosenberg, Savani and von Stengel 2010).

    Raises
    ------
    TooManyVerticesError
        If a best-reply polyhedron has more than `most` vertices.
    """
    rows = best_reply_vertices(B, most)
    columns = best_reply_vertices(tuple(zip(*A, strict=True)), most)
    partners = {i: mask for i, x in enumerate(rows) if (mask := _partners(x, columns))}
    met = functools.reduce(operator.or_, partners.values())
    xs = {i: rows[i].probabilities() for i in partners}
    ys = {j: columns[j].probabilities() for j in _bits(met)}
    extreme = sorted(Profile(xs[i], ys[j]) for i, mask in partners.items() for j in _bits(mask))
    parts = [
        sorted(Subset(_chosen(xs, some), _chosen(ys, others)) for some, others in part)
        for part in _connected(_maximal_pairs(partners))
    ]
    subsets = sorted(subset for part in parts for subset in part)
    return EquilibriumSet(tuple(extreme), tuple(subsets), tuple(sorted(map(tuple, parts))))


def _partners(vertex: Vertex, others: Sequence[Vertex]) -> int:
    """Bit mask of the vertices of the other player with which a vertex is an equilibrium."""
    own, foreign = len(vertex.mixture), len(others[0].mixture)
    every_own, every_foreign = (1 << own) - 1, (1 << foreign) - 1
    return sum(
        1 << k
        for k, other in enumerate(others)
        if vertex.unplayed | other.replies == every_own and other.unplayed | vertex.replies == every_foreign
    )


def _maximal_pairs(partners: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Maximal sets of rows and of columns, as bit masks, all of whose pairs are equilibria.

    The columns of such a pair are those that some rows have in common.
    """
    common: set[int] = set()
    for mask in set(partners.values()):
        common |= {mask & other for other in common} | {mask}
    for columns in common - {0}:
        yield sum(1 << i for i, mask in partners.items() if mask & columns == columns), columns


def _connected(pairs: Iterator[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Pairs of masks grouped so that those with a row in common are together.

    Those with a column in common then are, too: all rows that go with this column are in one pair.
    """
    parts: list[tuple[int, list[tuple[int, int]]]] = []
    for rows, columns in pairs:
        touching = [part for part in parts if part[0] & rows]
        parts = [part for part in parts if not part[0] & rows]
        members = [(rows, columns)]
        for other_rows, others in touching:
            members += others
            rows |= other_rows
        parts.append((rows, members))
    return [members for _, members in parts]


def _chosen(mixtures: Mapping[int, Vector], mask: int) -> tuple[Vector, ...]:
    return tuple(sorted(mixtures[k] for k in _bits(mask)))


def _bits(mask: int) -> list[int]:
    return [k for k in range(mask.bit_length()) if mask >> k & 1]


def pure_equilibria(A: Matrix, B: Matrix) -> tuple[Profile, ...]:
    """Equilibria in pure strategies, sorted; each of them is extreme."""
    m, n = len(A), len(A[0])
    best_rows = [max(column) for column in zip(*A, strict=True)]
    best_columns = [max(row) for row in B]
    found = [
        Profile(_pure(i, m), _pure(j, n))
        for i in range(m)
        for j in range(n)
        if A[i][j] == best_rows[j] and B[i][j] == best_columns[i]
    ]
    return tuple(sorted(found))


def _pure(action: int, size: int) -> Vector:
    return tuple([Fraction(int(k == action)) for k in range(size)])
