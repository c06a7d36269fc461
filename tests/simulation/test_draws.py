"""Where each draw comes from, and what it looks like."""

from __future__ import annotations

import dataclasses
import itertools
import math

import mpmath
import numpy as np
import pytest
from numpy.random import PCG64DXSM, Generator, SeedSequence
from scipy import stats

import simulation._draws
from deterrence import LogNormal, ParameterError, TruncatedNormal, Uniform
from simulation._arguments import MAX_REPLICATIONS, MAX_STEPS, as_replications
from simulation._draws import CHUNK, JUMP, PERIOD, Draws, Purpose, chunk_of, quantile

LARGEST_GAME = 10**7
"""Labs."""
FALSE_ALARM = 1e-6
"""Chance that one comparison with perfect draws fails; the seeds are fixed, so a pass repeats."""


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


def at_address(seed: int, purpose: int, labs: int, replication: int, step: int, first: int = 0) -> Generator:
    """A generator of NumPy's that comes to the draws of one step from one lab on, as the docstring says."""
    ends = [0, 1, 10, 50, *range(100, step + 101, 100)]
    k = sum(end <= step for end in ends) - 1
    bits = PCG64DXSM(SeedSequence(seed, spawn_key=(purpose,))).jumped(k)
    bits.advance((replication * (ends[k + 1] - ends[k]) + step - ends[k]) * labs + first)
    return Generator(bits)


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("seed", [0, 1, 2**64, 2**128 - 1])
@pytest.mark.parametrize("steps", [range(1), range(2, 6), range(1, 10), range(7, 120)])
def test_every_draw_is_where_the_address_says(seed, purpose, steps):
    labs, replications = 3, range(5, 8)
    draws = Draws(seed, labs, replications).uniforms(purpose, steps)
    for r in replications:
        for t in steps:
            expected = at_address(seed, purpose, labs, r, t).random(labs)
            np.testing.assert_array_equal(draws[r - 5, t - steps.start], expected)


@pytest.mark.parametrize("start", [0, 5, MAX_REPLICATIONS - 9])
@pytest.mark.parametrize("kept", [0, 10**9])
@pytest.mark.parametrize("with_out", [False, True])
def test_draws_are_the_same_in_whatever_way_they_are_read(start, kept, with_out, monkeypatch):
    """Forwards and backwards, rows and steps of any number, kept or not, in an array of one's own or not."""
    monkeypatch.setattr(simulation._draws, "KEPT", kept)
    rng = np.random.default_rng(4)
    for labs in (1, 7):
        draws = Draws(3, labs, range(start, start + 9))
        for _ in range(100):
            t, first = int(rng.choice([0, 1, 9, 50, 90, 250, MAX_STEPS - 70])), int(rng.integers(9))
            steps = range(t, t + int(rng.choice([1, 3, 9, 60])))
            rows = slice(first, first + int(rng.integers(1, 10 - first)))
            out = np.full(9 * 60 * labs, np.nan) if with_out else None
            read = draws.uniforms(Purpose.ENFORCEMENT, steps, rows, out=out)
            assert read.shape == (rows.stop - rows.start, len(steps), labs)
            i, j = int(rng.integers(len(read))), int(rng.integers(len(steps)))
            expected = at_address(3, Purpose.ENFORCEMENT, labs, start + first + i, steps[j]).random(labs)
            np.testing.assert_array_equal(read[i, j], expected)


class Interrupted:
    """A generator of which the reader never learns that it has drawn."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator

    def random(self, out: np.ndarray) -> None:
        self.generator.random(out=out)
        raise KeyboardInterrupt


@pytest.mark.parametrize("again", [range(3), range(20, 23), range(250, 260)], ids=str)
def test_after_an_interrupt_draws_are_where_they_were(again, monkeypatch):
    monkeypatch.setattr(simulation._draws, "KEPT", 0)
    draws, whole = (Draws(3, 7, range(5, 7)) for _ in range(2))
    draws.uniforms(Purpose.ENFORCEMENT, range(12))
    stream = draws._streams[Purpose.ENFORCEMENT]
    generator, stream.generator = stream.generator, Interrupted(stream.generator)
    for steps in (range(12, 20), range(30, 40)):
        with pytest.raises(KeyboardInterrupt):
            draws.uniforms(Purpose.ENFORCEMENT, steps)
    stream.generator = generator
    for _ in range(2):
        np.testing.assert_array_equal(
            draws.uniforms(Purpose.ENFORCEMENT, again), whole.uniforms(Purpose.ENFORCEMENT, again)
        )


def test_the_last_lab_of_the_last_step_of_the_last_replication_has_its_own_place():
    r, t = MAX_REPLICATIONS - 1, MAX_STEPS - 1
    draws = Draws(1, LARGEST_GAME, range(r, r + 1)).uniforms(Purpose.ENFORCEMENT, range(t, t + 1))[0, 0]
    for first in (0, LARGEST_GAME // 2, LARGEST_GAME - 3):
        expected = at_address(1, Purpose.ENFORCEMENT, LARGEST_GAME, r, t, first).random(3)
        np.testing.assert_array_equal(draws[first : first + 3], expected)


def test_the_largest_game_has_as_many_labs_as_the_bounds_assume(baseline):
    dataclasses.replace(baseline, n_agents=LARGEST_GAME)
    with pytest.raises(ParameterError, match="n_agents"):
        dataclasses.replace(baseline, n_agents=LARGEST_GAME + 1)
    with pytest.raises(ParameterError, match="replications"):
        as_replications(range(MAX_REPLICATIONS, MAX_REPLICATIONS + 1))


def test_chunks_never_overlap():
    """Multiples of the golden ratio come closest together at Fibonacci numbers (Hurwitz)."""
    chunks = np.arange(1, chunk_of(MAX_STEPS - 1)[0] + 1)
    apart = [min(n * JUMP % PERIOD, -n * JUMP % PERIOD) for n in chunks.tolist()]
    assert all(distance >= 0.38 * PERIOD / n for n, distance in zip(chunks.tolist(), apart, strict=True))
    assert min(apart) > 2**113
    assert MAX_REPLICATIONS * CHUNK * LARGEST_GAME < 2**70
    fibonacci = [1, 2]
    while fibonacci[-1] < 2**56:
        fibonacci.append(sum(fibonacci[-2:]))
    assert all(min(n * JUMP % PERIOD, -n * JUMP % PERIOD) > 2**70 for n in fibonacci)


def test_chunks_tile_the_steps_and_replications_tile_a_chunk():
    """The first and last positions of neighbours, in chunks of every length, meet and do not overlap."""
    step = 0
    for k in range(30):
        assert chunk_of(step) == (k, chunk_of(step)[1])
        assert chunk_of(step)[1].start == step
        step = chunk_of(step)[1].stop
    for chunk in CHUNKS:
        last = at_address(5, 2, 3, 6, chunk[-1], first=2)
        last.random()
        assert last.bit_generator.state == at_address(5, 2, 3, 7, chunk.start).bit_generator.state


N_DRAWS = (100, 120, 100)
"""Replications, steps across all lengths of chunks, labs."""
ORDERS = {
    "as an ensemble is drawn": (0, 1, 2),
    "as a market is stepped": (1, 0, 2),
    "lab after lab through the steps": (0, 2, 1),
    "replication after replication of a lab in a step": (1, 2, 0),
}
LAGS = [1, 2, 3, 5, 8, 13, 34, 100, 120, 12_000]


@pytest.fixture(scope="module")
def ensemble() -> np.ndarray:
    return Draws(3, N_DRAWS[2], range(N_DRAWS[0])).uniforms(Purpose.ENFORCEMENT, range(N_DRAWS[1]))


@pytest.fixture(params=ORDERS.values(), ids=ORDERS)
def used(request, ensemble) -> np.ndarray:
    """One long sequence of draws in an order in which they are used."""
    return ensemble.transpose(request.param).ravel()


def chi_square_of_pairs(first: np.ndarray, second: np.ndarray) -> float:
    """P value of pairs in 32 x 32 cells; no draw may be in two pairs."""
    cells = np.floor(first * 32) * 32 + np.floor(second * 32)
    return stats.chisquare(np.bincount(cells.astype(int).ravel(), minlength=1024)).pvalue


def test_draws_are_uniform(used):
    assert 0 <= used.min() <= used.max() < 1
    assert stats.kstest(used, "uniform").pvalue > FALSE_ALARM
    low_bits = (used * 2.0**53).astype(np.uint64) & np.uint64(1023)
    assert stats.chisquare(np.bincount(low_bits.astype(int), minlength=1024)).pvalue > FALSE_ALARM


@pytest.mark.parametrize("lag", LAGS)
def test_pairs_at_a_distance_are_unrelated(used, lag):
    pairs = used[: used.size // (2 * lag) * 2 * lag].reshape(-1, 2, lag)  # no draw in two pairs
    assert chi_square_of_pairs(pairs[:, 0], pairs[:, 1]) > FALSE_ALARM
    correlation = np.corrcoef(used[:-lag], used[lag:])[0, 1]
    assert abs(correlation) * math.sqrt(used.size - lag) < stats.norm.isf(FALSE_ALARM / 2)


def test_gaps_between_small_draws_are_geometric(used):
    share, most = 0.1, 40
    gaps = np.diff(np.flatnonzero(used < share)) - 1
    law = share * (1 - share) ** np.arange(most)
    counts = np.bincount(np.minimum(gaps, most), minlength=most + 1)
    expected = gaps.size * np.append(law, 1 - law.sum())
    assert expected.min() > 100
    assert stats.chisquare(counts, expected).pvalue > FALSE_ALARM


def test_runs_up_have_their_lengths(used):
    """After each run one draw is left out, so that runs are independent: P(length >= k) = 1 / k!."""
    falls = np.flatnonzero(np.diff(used) < 0)
    lengths, start = [], 0
    while start < used.size - 30 and len(lengths) < 100_000:
        end = falls[np.searchsorted(falls, start)]
        lengths.append(end - start + 1)
        start = end + 2
    at_least = np.array([1 / math.factorial(k) for k in range(1, 8)])
    expected = len(lengths) * (at_least - np.append(at_least[1:], 0.0))
    counts = np.bincount(np.minimum(lengths, 7), minlength=8)[1:]
    assert expected.min() > 5
    assert stats.chisquare(counts, expected).pvalue > FALSE_ALARM


def test_coinciding_distances_of_birthdays_are_poisson(used):
    """4096 birthdays in a year of 2^32 days, in 292 years: about 4 distances a year that are there before."""
    days = (used[: used.size // 4096 * 4096] * 2.0**32).astype(np.int64).reshape(-1, 4096)
    distances = np.sort(np.diff(np.sort(days, axis=1), axis=1), axis=1)
    again = int((np.diff(distances, axis=1) == 0).sum())
    mean = len(days) * 4096**3 / (4 * 2**32)
    assert stats.poisson.cdf(again, mean) > FALSE_ALARM / 2
    assert stats.poisson.sf(again - 1, mean) > FALSE_ALARM / 2


def test_purposes_seeds_and_far_replications_are_unrelated():
    """Place by place: what differs in one part of the address only."""
    streams = [
        Draws(seed, 50, range(first, first + 1000)).uniforms(purpose, range(2)).ravel()
        for seed in (0, 1, 2**64)
        for first in (0, 1000, MAX_REPLICATIONS - 1000)
        for purpose in Purpose
    ]
    for stream in streams:
        assert stats.kstest(stream, "uniform").pvalue > FALSE_ALARM
    bound = stats.norm.isf(FALSE_ALARM / 2) / math.sqrt(len(streams[0]))
    assert abs(np.corrcoef(streams) - np.eye(len(streams))).max() < bound
    for first, second in itertools.combinations(streams, 2):
        assert chi_square_of_pairs(first, second) > FALSE_ALARM


@pytest.mark.parametrize("apart", [1, 2, 3, 5, 8, 89, 987, 6765])
def test_chunks_are_unrelated_place_by_place(apart):
    """Fibonacci numbers of jumps, which come closest to the start again."""
    draws, first = Draws(4, 100, range(10)), 100
    later = first + CHUNK * apart
    one, other = (draws.uniforms(Purpose.ENFORCEMENT, range(t, t + CHUNK)) for t in (first, later))
    assert chi_square_of_pairs(one, other) > FALSE_ALARM
    correlation = np.corrcoef(one.ravel(), other.ravel())[0, 1]
    assert abs(correlation) * math.sqrt(one.size) < stats.norm.isf(FALSE_ALARM / 2)


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
