"""Draws with an address: (seed, replication, purpose, step, lab).

Every random number of a simulation has a fixed place in a stream, so that it does not matter when, in
what order, in how many pieces or by which worker it is read. A seed and a purpose give one stream of
NumPy's ``PCG64DXSM``, seeded with ``SeedSequence(entropy=seed, spawn_key=(purpose,))``. The steps of a
game are cut into chunks, which end after 1, 10, 50, 100 and then every 100 steps. Chunk k starts k jumps
into the stream. There replication r has its place at r S N, for chunks of S steps and games of N labs,
with the steps one after another and in each of them the labs. One double of ``Generator.random`` takes
exactly one position.

Hence a chunk of many replications, and many steps of one replication, both lie together, and a step
costs no more than its own draws; only one step of many replications is scattered.

Chunks cannot overlap. A jump is the odd integer next to (golden ratio - 1) 2^128, the jump of NumPy's own
``PCG64DXSM.jumped`` in a period of 2^128. Of all steps around a circle that one keeps its multiples
farthest apart: n jumps and 0 jumps are never closer than 0.38 / n of the circle, so that the 10,003 chunks
of the longest game, 10^6 steps, lie more than 2^113 positions apart, while 2^40 replications of 100 steps
of 10^7 labs, the largest chunk, take fewer than 2^70. A market that is run on and on has room for 2^56
chunks. (A jump by a power of two would repeat the low bits of the state.)

Between purposes and between seeds the streams have different increments, chosen by the hash in
``SeedSequence``; nothing is drawn from, or left in, any global generator.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from enum import IntEnum

import numpy as np
from numpy.random import PCG64DXSM, Generator, SeedSequence

from deterrence import LogNormal, TruncatedNormal, Uniform

PERIOD = 2**128
JUMP = 0x9E3779B97F4A7C15F39CC0605CEDC835
FIRST_CHUNKS = (0, 1, 10, 50, 100)
"""Where the first chunks start; from the last of them on, all have the same length."""
CHUNK = 100
KEPT = 2**22
"""Doubles of a chunk that are kept for steps to come (32 MiB)."""


class Purpose(IntEnum):
    """What a stream is for; its number is part of the address, so it never changes."""

    VALUE = 0
    RISK = 1
    ENFORCEMENT = 2


def chunk_of(step: int) -> tuple[int, range]:
    """Number and steps of the chunk in which a step lies."""
    if step < FIRST_CHUNKS[-1]:
        k = bisect_right(FIRST_CHUNKS, step) - 1
        return k, range(FIRST_CHUNKS[k], FIRST_CHUNKS[k + 1])
    later, start = divmod(step - FIRST_CHUNKS[-1], CHUNK)
    return len(FIRST_CHUNKS) - 1 + later, range(step - start, step - start + CHUNK)


def pieces(steps: range) -> Iterator[range]:
    """Cut steps where chunks end."""
    start = steps.start
    while start < steps.stop:
        piece = range(start, min(chunk_of(start)[1].stop, steps.stop))
        yield piece
        start = piece.stop


class _Stream:
    """One generator that can be read at any position."""

    def __init__(self, seed: int, purpose: Purpose) -> None:
        self.bits = PCG64DXSM(SeedSequence(entropy=seed, spawn_key=(purpose,)))
        self.generator = Generator(self.bits)
        self.position = 0

    def read(self, position: int, out: np.ndarray) -> None:
        """Fill a contiguous array from a position on."""
        if position != self.position:
            self.bits.advance((position - self.position) % PERIOD)
        self.generator.random(out=out)
        self.position = position + out.size


class Draws:
    """Uniform draws in [0, 1) of some consecutive replications.

    Parameters
    ----------
    seed : int
        In 0 .. 2**128 - 1.
    n_labs : int
        Labs of the game.
    replications : range
        Numbers of the replications, one after another.

    Examples
    --------
    >>> both = Draws(7, 3, range(2)).uniforms(Purpose.VALUE)
    >>> alone = Draws(7, 3, range(1, 2)).uniforms(Purpose.VALUE)
    >>> bool((both[1] == alone[0]).all())
    True
    """

    def __init__(self, seed: int, n_labs: int, replications: range) -> None:
        self.n_labs, self.replications = n_labs, replications
        self._streams = {purpose: _Stream(seed, purpose) for purpose in Purpose}
        self._kept: dict[Purpose, tuple[range, np.ndarray]] = {}

    def uniforms(
        self,
        purpose: Purpose,
        steps: range = range(1),
        rows: slice = slice(None),
        out: np.ndarray | None = None,
    ) -> np.ndarray:
        """Draws of shape (replications, steps, labs) for some steps, of all replications or some `rows`.

        They are put in `out`, a flat array that is long enough, if they were not there before.
        """
        replications = self.replications[rows]
        shape = len(replications), len(steps), self.n_labs
        cut = list(pieces(steps))
        if len(cut) == 1 and shape[0] > 1 and steps != chunk_of(steps.start)[1]:
            kept = self._chunk(purpose, steps)
            if kept is not None:
                return kept[rows]
        draws = np.empty(shape) if out is None else out[: math.prod(shape)].reshape(shape)
        for piece in cut:
            part = draws[:, piece.start - steps.start : piece.stop - steps.start]
            if part.flags.c_contiguous and (shape[0] == 1 or piece == chunk_of(piece.start)[1]):
                self._read(purpose, piece, replications.start, part)
                continue
            for replication, row in zip(replications, part, strict=True):
                self._read(purpose, piece, replication, row)
        return draws

    def _chunk(self, purpose: Purpose, steps: range) -> np.ndarray | None:
        """Some steps of a chunk that is kept for those to come, if it is not too large for that."""
        chunk = chunk_of(steps.start)[1]
        shape = len(self.replications), len(chunk), self.n_labs
        if math.prod(shape) > KEPT:
            return None
        kept, draws = self._kept.get(purpose, (range(0), np.empty(0)))
        if kept != chunk:
            draws = np.empty(shape)
            self._read(purpose, chunk, self.replications.start, draws)
            self._kept[purpose] = chunk, draws
        return draws[:, steps.start - chunk.start : steps.stop - chunk.start]

    def _read(self, purpose: Purpose, steps: range, replication: int, out: np.ndarray) -> None:
        """Fill a contiguous array with what lies from a replication's first step of a chunk on."""
        k, chunk = chunk_of(steps.start)
        place = replication * len(chunk) + steps.start - chunk.start
        self._streams[purpose].read(k * JUMP + place * self.n_labs, out)

    def types(self, purpose: Purpose, distribution: Uniform | TruncatedNormal | LogNormal) -> np.ndarray:
        """One value for each lab, of shape (replications, labs), by inverting the distribution."""
        if isinstance(distribution, Uniform) and distribution.min == distribution.max:
            return np.full((len(self.replications), self.n_labs), distribution.min)
        return quantile(distribution, self.uniforms(purpose)[:, 0])


def quantile(distribution: Uniform | TruncatedNormal | LogNormal, u: np.ndarray) -> np.ndarray:
    """Value below which a share `u` of the distribution lies."""
    if isinstance(distribution, Uniform):
        return distribution.min + (distribution.max - distribution.min) * u
    from scipy.special import ndtr, ndtri  # slow to load, and most games are uniform

    if isinstance(distribution, LogNormal):
        return distribution.median * np.exp(distribution.sigma * ndtri(u))
    mean, sd = distribution.mean, distribution.sd
    low, high = (distribution.min - mean) / sd, (distribution.max - mean) / sd
    if low > 0:  # from the tail that keeps its digits
        deviate = -ndtri(ndtr(-low) - u * (ndtr(-low) - ndtr(-high)))
    else:
        deviate = ndtri(ndtr(low) + u * (ndtr(high) - ndtr(low)))
    return np.clip(mean + sd * deviate, distribution.min, distribution.max)
