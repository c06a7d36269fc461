"""Best-reply polyhedra, and their vertices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import NamedTuple, TypeAlias

from deterrence.games._exact import Vector


class Vertex(NamedTuple):
    """A mixture at which the best replies to it change, in integers that do not yet sum to 1.

    ``unplayed`` and ``replies`` are bit masks: own actions played with probability 0, and actions of
    the opponent that are best replies.
    """

    mixture: tuple[int, ...]
    unplayed: int
    replies: int

    def probabilities(self) -> Vector:
        """The mixture, summing to 1."""
        total = sum(self.mixture)
        return tuple([Fraction(x, total) for x in self.mixture])


class TooManyVerticesError(Exception):
    """A polyhedron has more vertices than are worked out."""


def best_reply_vertices(payoffs: Sequence[Vector], most: int) -> list[Vertex]:
    r"""Vertices of a player's best-reply polyhedron, exactly, by the double description method.

    The polyhedron of mixtures x with an upper bound u of what the opponent can earn,
    :math:`\{(x, u): x \ge 0, \sum_i x_i = 1, \sum_i x_i b_{ij} \le u\}`, is a cone once x need not sum to
    1. Its rays are kept as their slacks: the x_i, then u less what each action j of the opponent earns.
    They start as those of the cone with j = 0 only, and each further j cuts off the rays with a
    negative slack: in their place come points between them and their neighbours.

    Parameters
    ----------
    payoffs : sequence of tuples of Fractions
        Row i: what the opponent earns with each of its actions against the player's action i.
    most : int
        The most rays that are kept.

    Raises
    ------
    TooManyVerticesError
        If there are more.

    References
    ----------
    .. [1] Motzkin, Raiffa, Thompson and Thrall (1953), The double description method, in
       Contributions to the Theory of Games II; Fukuda and Prodon (1996), Double description method
       revisited, LNCS 1120.
    """
    m, n = len(payoffs), len(payoffs[0])
    rays = [((0,) * m + (1,) * n, (1 << m) - 1)]
    for i, row in enumerate(integer_slacks(payoffs)):
        slacks = tuple([int(i == k) for k in range(m)]) + row
        rays.append((slacks, ((1 << m) - 1) ^ (1 << i) | (1 << m)))
    for j in range(m + 1, m + n):
        rays = list(islice(_cut(rays, j, m), most + 1))
        if len(rays) > most:
            raise TooManyVerticesError
    return [Vertex(slacks[:m], mask & ((1 << m) - 1), mask >> m) for slacks, mask in rays if any(slacks[:m])]


def integer_slacks(payoffs: Sequence[Vector]) -> list[tuple[int, ...]]:
    """What the opponent loses against each action by not using its action 0, in coprime integers.

    Best replies depend on these differences only, and on those only up to a common factor.
    """
    differences = [[row[0] - x for x in row] for row in payoffs]
    common = math.lcm(*(d.denominator for row in differences for d in row))
    whole = [[d.numerator * (common // d.denominator) for d in row] for row in differences]
    divisor = math.gcd(*(d for row in whole for d in row)) or 1
    return [tuple([d // divisor for d in row]) for row in whole]


_Ray: TypeAlias = tuple[tuple[int, ...], int]


def _cut(rays: list[_Ray], j: int, m: int) -> Iterator[_Ray]:
    """The rays of the cone in which slack j, too, is at least 0; a ray's mask says which slacks are 0."""
    inside, outside = [], []
    for slacks, mask in rays:
        s = slacks[j]
        if s < 0:
            outside.append((slacks, mask))
            continue
        yield slacks, mask if s else mask | 1 << j
        if s:
            inside.append((slacks, mask))
    masks = [mask for _, mask in rays]
    for far, far_mask in outside:
        for near, near_mask in inside:
            shared = far_mask & near_mask
            # An edge of a cone in m + 1 dimensions lies on m - 1 facets, and no third ray on all of them.
            if shared.bit_count() >= m - 1 and sum(mask & shared == shared for mask in masks) == 2:
                yield _between(near, far, j), shared | 1 << j


def _between(near: tuple[int, ...], far: tuple[int, ...], j: int) -> tuple[int, ...]:
    a, b = near[j], -far[j]
    slacks = [a * x + b * y for x, y in zip(far, near, strict=True)]
    divisor = math.gcd(*slacks)
    return tuple([s // divisor for s in slacks])
