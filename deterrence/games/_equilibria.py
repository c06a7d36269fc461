"""All equilibria of a two-player game, from the vertices of its best-reply polyhedra."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from deterrence.games._exact import Matrix, Vector, Vertex, best_reply_vertices


class Profile(NamedTuple):
    """A mixed strategy of each player, as exact probabilities."""

    row: Vector
    column: Vector


class Subset(NamedTuple):
    """A maximal Nash subset, by its vertices.

    Every mixture of ``rows`` is in equilibrium with every mixture of ``columns``.
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
    rows, columns = _replying(rows, columns), _replying(columns, rows)
    partners = [_partners(x, columns) for x in rows]
    xs = [x.probabilities() for x in rows]
    ys = [y.probabilities() for y in columns]
    extreme = sorted(Profile(x, ys[j]) for x, mask in zip(xs, partners, strict=True) for j in _bits(mask))
    parts = [
        sorted(Subset(_chosen(xs, rows_in), _chosen(ys, columns_in)) for rows_in, columns_in in part)
        for part in _connected(_maximal_pairs(partners))
    ]
    subsets = sorted(subset for part in parts for subset in part)
    return EquilibriumSet(tuple(extreme), tuple(subsets), tuple(sorted(map(tuple, parts))))


def _replying(vertices: Sequence[Vertex], others: Sequence[Vertex]) -> list[Vertex]:
    return [v for v in vertices if _partners(v, others)]


def _partners(vertex: Vertex, others: Sequence[Vertex]) -> int:
    """Bit mask of the vertices of the other player with which a vertex is an equilibrium."""
    own, foreign = len(vertex.mixture), len(others[0].mixture)
    every_own, every_foreign = (1 << own) - 1, (1 << foreign) - 1
    return sum(
        1 << k
        for k, other in enumerate(others)
        if vertex.unplayed | other.replies == every_own and other.unplayed | vertex.replies == every_foreign
    )


def _maximal_pairs(partners: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Maximal sets of rows and of columns, as bit masks, all of whose pairs are equilibria.

    The columns of such a pair are those that some rows have in common.
    """
    common: set[int] = set()
    for mask in set(partners):
        common |= {mask & other for other in common} | {mask}
    for columns in common - {0}:
        yield sum(1 << i for i, mask in enumerate(partners) if mask & columns == columns), columns


def _connected(pairs: Iterator[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Pairs of masks grouped so that those with a row or a column in common are together."""
    parts: list[tuple[int, int, list[tuple[int, int]]]] = []
    for rows, columns in pairs:
        touching = [part for part in parts if part[0] & rows or part[1] & columns]
        parts = [part for part in parts if part not in touching]
        merged = [(rows, columns)]
        for other_rows, other_columns, members in touching:
            rows, columns = rows | other_rows, columns | other_columns
            merged += members
        parts.append((rows, columns, merged))
    return [members for _, _, members in parts]


def _chosen(mixtures: Sequence[Vector], mask: int) -> tuple[Vector, ...]:
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
