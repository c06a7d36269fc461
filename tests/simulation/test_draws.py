"""Where each draw comes from, and what it looks like."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from numpy.random import PCG64DXSM, Generator, SeedSequence
from scipy import stats

from deterrence import LogNormal, TruncatedNormal, Uniform
from simulation._arguments import MAX_REPLICATIONS, MAX_STEPS
from simulation._draws import CHUNK, JUMP, PERIOD, Draws, Purpose, chunk_of, quantile

LARGEST_GAME = 10**7
"""Labs."""
FALSE_ALARM = 1e-6


def test_the_jump_is_numpys_own():
    ours, numpys = PCG64DXSM(5), PCG64DXSM(5).jumped(3)
    ours.advance(3 * JUMP % PERIOD)
    assert ours.state == numpys.state


def test_one_double_takes_one_position():
    for count in (1, 2, 7, 1000):
        read, advanced = PCG64DXSM(5), PCG64DXSM(5)
        Generator(read).random(count)
        advanced.advance(count)
        assert read.state == advanced.state


CHUNKS = [range(1), range(1, 10), range(10, 50), range(50, 100), range(100, 200), range(200, 300)]


def test_chunks_are_where_the_docstring_says():
    for k, chunk in enumerate(CHUNKS):
        assert {chunk_of(step) for step in chunk} == {(k, chunk)}
    assert chunk_of(MAX_STEPS - 1) == (10_003 - 1, range(MAX_STEPS - 100, MAX_STEPS))


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("seed", [0, 1, 2**64, 2**128 - 1])
@pytest.mark.parametrize("steps", [range(1), range(2, 6), range(1, 10), range(7, 120)])
def test_every_draw_is_where_the_address_says(seed, purpose, steps):
    labs, replications = 3, range(5, 8)
    draws = Draws(seed, labs, replications).uniforms(purpose, steps)
    for r in replications:
        for t in steps:
            k, chunk = next((k, chunk) for k, chunk in enumerate(CHUNKS) if t in chunk)
            bits = PCG64DXSM(SeedSequence(seed, spawn_key=(int(purpose),))).jumped(k)
            bits.advance((r * len(chunk) + t - chunk.start) * labs)
            np.testing.assert_array_equal(draws[r - 5, t - steps.start], Generator(bits).random(labs))


def test_a_large_replication_number_has_its_own_place():
    draws = Draws(1, 4, range(MAX_REPLICATIONS - 2, MAX_REPLICATIONS)).uniforms(Purpose.VALUE)
    alone = Draws(1, 4, range(MAX_REPLICATIONS - 1, MAX_REPLICATIONS)).uniforms(Purpose.VALUE)
    np.testing.assert_array_equal(draws[1], alone[0])


def test_chunks_never_overlap():
    """Multiples of the golden ratio come closest together at Fibonacci numbers (Hurwitz)."""
    chunks = np.arange(1, chunk_of(MAX_STEPS - 1)[0] + 1)
    apart = [min(n * JUMP % PERIOD, -n * JUMP % PERIOD) for n in chunks.tolist()]
    assert all(distance >= 0.38 * PERIOD / n for n, distance in zip(chunks.tolist(), apart, strict=True))
    assert min(apart) > 2**113
    assert MAX_REPLICATIONS * CHUNK * LARGEST_GAME < 2**70


def test_draws_are_uniform_and_purposes_seeds_and_replications_unrelated():
    streams = [
        Draws(seed, 50, range(first, first + 1000)).uniforms(purpose, range(2)).ravel()
        for seed in (0, 1)
        for first in (0, 1000)
        for purpose in Purpose
    ]
    for stream in streams:
        assert stats.kstest(stream, "uniform").pvalue > FALSE_ALARM
        assert 0 <= stream.min() <= stream.max() < 1
    bound = stats.norm.isf(FALSE_ALARM / 2) / math.sqrt(len(streams[0]))
    correlations = np.corrcoef(streams) - np.eye(len(streams))
    assert abs(correlations).max() < bound


@pytest.mark.parametrize("lag", [1, 2, 3, 5, 8, 13])
def test_near_replications_are_unrelated_at_every_position(lag):
    """A lattice of jumps would show in the pairs of a replication and the one `lag` later."""
    u = Draws(3, 10, range(20_800)).uniforms(Purpose.ENFORCEMENT)[:, 0]
    blocks = u[: len(u) // (2 * lag) * 2 * lag].reshape(-1, 2, lag, 10)  # no draw in two pairs
    cells = np.floor(blocks[:, 0] * 16) * 16 + np.floor(blocks[:, 1] * 16)
    counts = np.bincount(cells.astype(int).ravel(), minlength=256)
    assert stats.chisquare(counts).pvalue > FALSE_ALARM


def exact_cdf(distribution, x: float) -> mpmath.mpf:
    if isinstance(distribution, Uniform):
        return (mpmath.mpf(x) - distribution.min) / (mpmath.mpf(distribution.max) - distribution.min)
    if isinstance(distribution, LogNormal):
        return mpmath.ncdf(mpmath.log(mpmath.mpf(x) / distribution.median) / distribution.sigma)
    z = [
        (mpmath.mpf(y) - distribution.mean) / distribution.sd for y in (distribution.min, x, distribution.max)
    ]
    low, here, high = (mpmath.ncdf(y) for y in z)
    return (here - low) / (high - low)


@pytest.mark.parametrize(
    "distribution",
    [
        Uniform(min=0.5, max=2.0),
        LogNormal(median=1.5, sigma=0.7),
        TruncatedNormal(mean=1.0, sd=0.5, min=0.25, max=3.0),
        TruncatedNormal(mean=1.0, sd=0.5, min=3.5, max=5.0),
        TruncatedNormal(mean=5.0, sd=0.5, min=0.5, max=2.5),
    ],
    ids=str,
)
def test_types_invert_their_distribution(distribution):
    u = np.random.default_rng(2).random(200)
    values = quantile(distribution, u)
    with mpmath.workdps(40):
        back = [float(exact_cdf(distribution, x)) for x in values.tolist()]
    np.testing.assert_allclose(back, u, rtol=1e-9, atol=1e-12)


def test_a_known_value_needs_no_draw():
    types = Draws(1, 3, range(2)).types(Purpose.VALUE, Uniform(min=0.3, max=0.3))
    np.testing.assert_array_equal(types, np.full((2, 3), 0.3))
