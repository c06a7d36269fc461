"""The sets of equilibria of arrays of inspection games.

Unless a player is indifferent whatever the other does, the set is a box. It is best filled in two passes over
the games: most have no tie, and then the least q and a are the largest as well.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from deterrence._numeric import ARRAY
from deterrence.games._places import AT_TOP, AT_ZERO, BOTH_ZERO, INSIDE, place
from deterrence.games._sets import Array

_BLOCK = 16_384  # games of which a processor's cache holds all numbers


def inspection_sets(g: Array, D: Array, k: Array, M: Array) -> Array:
    """Ends of q and a, shape (2 ends, 2 letters, subsets, games), of games given as flat arrays."""
    game = g, D, k, M
    ends, tied = np.empty((2, 2, g.size)), False
    for start in range(0, g.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        tied |= _least(*(letter[block] for letter in game), out=ends[0, :, block])
    if not tied:  # the half of `ends` for the largest is never touched
        return np.broadcast_to(ends[:1, :, None], (2, 2, 1, g.size))
    _most(*game, out=ends[1])
    return _with_unions(ends[:, :, None], *game)


def _least(g: Any, D: Any, k: Any, M: Any, out: Any) -> bool:
    """Fill in the least q and a of a block of games; return whether any of these has a tie."""
    q, a = out
    np.maximum(np.multiply(ARRAY.share(k, M), g > 0, out=q), g > D, out=q)
    np.maximum(np.multiply(ARRAY.share(g, D), k < M, out=a), k < 0, out=a)
    return any((x == y).any() for x, y in ((g, 0.0), (g, D), (k, 0.0), (k, M)))


def _most(g: Any, D: Any, k: Any, M: Any, out: Any) -> None:
    """Fill in the largest q and a."""
    q, a = out
    np.maximum(np.multiply(ARRAY.share(k, M), g >= 0, out=q), g >= D, out=q)
    np.maximum(np.multiply(ARRAY.share(g, D), k <= M, out=a), k <= 0, out=a)


_ANY, _NONE, _SURE = (0.0, 1.0), (0.0, 0.0), (1.0, 1.0)
_STAR = math.nan  # stands for the cut-off
_UNIONS = {
    (AT_ZERO, BOTH_ZERO): ((_NONE, _ANY), (_ANY, _NONE)),
    (INSIDE, BOTH_ZERO): ((_NONE, (_STAR, 1.0)), (_ANY, (_STAR, _STAR)), (_SURE, (0.0, _STAR))),
    (AT_TOP, BOTH_ZERO): ((_ANY, _SURE), (_SURE, _ANY)),
    (BOTH_ZERO, AT_ZERO): ((_NONE, _ANY), (_ANY, _SURE)),
    (BOTH_ZERO, INSIDE): (((0.0, _STAR), _NONE), ((_STAR, _STAR), _ANY), ((_STAR, 1.0), _SURE)),
    (BOTH_ZERO, AT_TOP): ((_ANY, _NONE), (_SURE, _ANY)),
}
"""(q, a) of each subset where the set is no box: one player is always indifferent, the other is not."""


def _with_unions(boxes: Any, g: Any, D: Any, k: Any, M: Any) -> Any:
    """Ends by end, letter, subset and game, with the unions in place of the boxes around them."""
    some = np.flatnonzero(((g == 0) & (D == 0)) | ((k == 0) & (M == 0)))
    lab, governor = place(g[some], D[some]), place(k[some], M[some])
    places = {union: some[(lab == union[0]) & (governor == union[1])] for union in _UNIONS}
    found = {union: at for union, at in places.items() if at.size}
    if not found:
        return boxes
    most = max(len(_UNIONS[union]) for union in found)
    sets = np.full((2, 2, most, g.size), math.nan)
    sets[:, :, 0] = boxes[:, :, 0]
    for union, at in found.items():
        stars = ARRAY.share(k[at], M[at]), ARRAY.share(g[at], D[at])
        for number, subset in enumerate(_UNIONS[union]):
            for letter, ends in enumerate(subset):
                for end, value in enumerate(ends):
                    sets[end, letter, number, at] = stars[letter] if math.isnan(value) else value
    return sets
