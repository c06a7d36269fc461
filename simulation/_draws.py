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
from typing import NamedTuple

import numpy as np
from numpy.random import PCG64DXSM, Generator, SeedSequence

from deterrence import LogNormal, TruncatedNormal, Uniform

PERIOD = 2**128
JUMP = 0x9E3779B97F4A7C15F39CC0605CEDC835
FIRST_CHUNKS = (0, 1, 10, 50, 100)
"""Where the first chunks start; from the last of them on, all have the same length."""
CHUNK = 100
KEPT = 2**21
"""Doubles of a chunk that are kept for steps to come (16 MiB)."""
IN_CACHE = 2**16
"""Doubles that are read and then laid out at once (512 KiB)."""


class Purpose(IntEnum):
    """What a stream is for; its number is part of the address, so it never changes."""

    VALUE = 0
    RISK = 1
    ENFORCEMENT = 2
    LABS = 3
    FLOPS = 4
    TURNOVER = 5
    SPLIT_COST = 6
    COORDINATION = 7
    SALE = 8
    CAPACITY = 9
    UNAUDITED = 10
    SPLITS = 11
    GOVERNOR = 12
    PEER = 13


BASIC = (Purpose.VALUE, Purpose.RISK, Purpose.ENFORCEMENT)
"""What every game draws."""


class Chunk(NamedTuple):
    """Steps that lie together: the ``number``-th such, and which steps."""

    number: int
    steps: range


def chunk_of(step: int) -> Chunk:
    """Chunk in which a step lies."""
    if step < FIRST_CHUNKS[-1]:
        k = bisect_right(FIRST_CHUNKS, step) - 1
        return Chunk(k, range(FIRST_CHUNKS[k], FIRST_CHUNKS[k + 1]))
    later, within = divmod(step - FIRST_CHUNKS[-1], CHUNK)
    return Chunk(len(FIRST_CHUNKS) - 1 + later, range(step - within, step - within + CHUNK))


def pieces(steps: range) -> Iterator[tuple[Chunk, range]]:
    """Steps cut where chunks end, each piece with its chunk."""
    start = steps.start
    while start < steps.stop:
        chunk = chunk_of(start)
        piece = range(start, min(chunk.steps.stop, steps.stop))
        yield chunk, piece
        start = piece.stop


def last_end(start: int, stop: int) -> int:
    """The last end of a chunk within start < end <= stop, or `stop` if there is none."""
    chunk = chunk_of(stop - 1)
    return stop if chunk.steps.stop == stop or chunk.steps.start <= start else chunk.steps.start


class _Stream:
    """One generator that can be read at any position."""

    def __init__(self, seed: int, purpose: Purpose) -> None:
        self.bits = PCG64DXSM(SeedSequence(entropy=seed, spawn_key=(purpose,)))
        self.generator = Generator(self.bits)
        self.start = self.bits.state
        self.position: int | None = 0

    def read(self, position: int, out: np.ndarray) -> None:
        """Fill a contiguous array from a position on."""
        here, self.position = self.position, None  # unknown until all is drawn, since an interrupt may come
        if here is None:
            self.bits.state, here = self.start, 0
        if position != here:
            self.bits.advance((position - here) % PERIOD)
        self.generator.random(out=out)
        self.position = position + out.size


class _Streams(dict[Purpose, _Stream]):
    """A stream for each purpose, made when it is first asked for, but for those that every game needs."""

    def __init__(self, seed: int) -> None:
        super().__init__({purpose: _Stream(seed, purpose) for purpose in BASIC})
        self.seed = seed

    def __missing__(self, purpose: Purpose) -> _Stream:
        stream = self[purpose] = _Stream(self.seed, purpose)
        return stream


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
        self._streams = _Streams(seed)
        self._kept: dict[Purpose, tuple[Chunk, np.ndarray]] = {}

    def uniforms(
        self,
        purpose: Purpose,
        steps: range = range(1),
        rows: slice = slice(None),
        labs: slice = slice(None),
        out: np.ndarray | None = None,
    ) -> np.ndarray:
        """Draws of shape (replications, steps, labs) for some steps, of all replications or some `rows`.

        In one step of one replication also of some `labs`. They are put in `out`, a flat array that is
        long enough, or in a new one.
        """
        replications = self.replications[rows]
        first, stop, _ = labs.indices(self.n_labs)
        shape = len(replications), len(steps), stop - first
        draws = np.empty(shape) if out is None else out[: math.prod(shape)].reshape(shape)
        for chunk, piece in pieces(steps):
            part = draws[:, piece.start - steps.start : piece.stop - steps.start]
            if len(replications) == 1 or chunk.steps == steps:
                self._read(purpose, chunk, replications.start, piece.start, part, first)
            elif (kept := self._whole(purpose, chunk)) is not None:
                part[:] = kept[rows, piece.start - chunk.steps.start : piece.stop - chunk.steps.start]
            else:
                for replication, row in zip(replications, part, strict=True):
                    self._read(purpose, chunk, replication, piece.start, row)
        return draws

    def _whole(self, purpose: Purpose, chunk: Chunk) -> np.ndarray | None:
        """A chunk of all replications, kept for steps to come, if it is not too large for that."""
        shape = len(self.replications), len(chunk.steps), self.n_labs
        if math.prod(shape) > KEPT:
            return None
        kept, draws = self._kept.get(purpose, (None, np.empty(0)))
        if kept != chunk:
            draws = np.empty(shape)
            if shape[0] > shape[2]:  # replications closest together, as in all that is done step by step
                draws = np.empty((*shape[1:], shape[0])).transpose(2, 0, 1)
            some = np.empty((max(1, IN_CACHE // math.prod(shape[1:])), *shape[1:]))
            for row in range(0, shape[0], len(some)):
                rows = draws[row : row + len(some)]
                self._read(purpose, chunk, self.replications[row], chunk.steps.start, some[: len(rows)])
                rows[:] = some[: len(rows)]
            self._kept[purpose] = chunk, draws
        return draws

    def of_step(self, purpose: Purpose, step: int) -> np.ndarray:
        """Draws of shape (replications, labs) for one step; not to be written to."""
        chunk = chunk_of(step)
        if len(self.replications) > 1 and (kept := self._whole(purpose, chunk)) is not None:
            return kept[:, step - chunk.steps.start]
        return self.uniforms(purpose, range(step, step + 1))[:, 0]

    def _read(
        self, purpose: Purpose, chunk: Chunk, replication: int, step: int, out: np.ndarray, lab: int = 0
    ) -> None:
        """Fill a contiguous array with what lies from a lab's place in a chunk on."""
        place = replication * len(chunk.steps) + step - chunk.steps.start
        self._streams[purpose].read(chunk.number * JUMP + place * self.n_labs + lab, out)

    def types(
        self, purpose: Purpose, distribution: Uniform | TruncatedNormal | LogNormal, step: int = 0
    ) -> np.ndarray:
        """One value for each lab, of shape (replications, labs), by inverting the distribution."""
        if isinstance(distribution, Uniform) and distribution.min == distribution.max:
            return np.full((len(self.replications), self.n_labs), distribution.min)
        # What is used once is not kept.
        u = self.of_step(purpose, step) if step else self.uniforms(purpose)[:, 0]
        return quantile(distribution, u)


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
