"""Intervals for simulated means."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest

import scenarios
from analysis import estimate, summarise
from deterrence import QUANTITIES
from simulation import run


@pytest.mark.parametrize(("successes", "n"), [(0, 100), (1, 100), (4, 100), (50, 100), (100, 100), (3, 7)])
def test_wilson_for_single_draws_is_scipys(successes, n):
    sample = np.repeat([1.0, 0.0], [successes, n - successes])
    seen = estimate(sample, bounds=(0.0, 1.0))
    known = binomtest(successes, n).proportion_ci(method="wilson")
    assert (seen.low, seen.high) == pytest.approx((known.low, known.high), rel=1e-12, abs=1e-15)
    assert seen.mean == successes / n


def test_clustered_shares_get_wider_intervals():
    alone = np.random.default_rng(1).integers(0, 2, 4000).astype(float)
    doubled = np.repeat(alone[:2000], 1)
    apart, together = estimate(alone, (0.0, 1.0)), estimate(doubled, (0.0, 1.0))
    ratio = (together.high - together.low) / (apart.high - apart.low)
    assert ratio == pytest.approx(math.sqrt(2), rel=0.02)


def test_a_constant_has_no_width_unless_it_is_an_end_of_the_range():
    assert estimate(np.full(500, 0.3), (0.0, 1.0))[:3] == (0.3, 0.3, 0.3)
    assert estimate(np.full(500, 7.0))[:3] == (7.0, 7.0, 7.0)
    none = estimate(np.zeros(500), (0.0, 1.0))
    assert none.low == 0.0
    assert none.high == pytest.approx(1.959964**2 / (500 + 1.959964**2))


def test_what_does_not_exist_is_left_out():
    seen = estimate(np.array([1.0, math.nan, 3.0]))
    assert seen.mean == 2.0
    assert seen.n == 2
    nothing = estimate(np.full(3, math.nan))
    assert nothing.n == 0
    assert math.isnan(nothing.mean)


def test_summarise_averages_over_the_steps_of_each_replication():
    record = run(scenarios.load("baseline"), replications=300, steps=4, rng=2)
    seen = summarise(record)
    assert tuple(seen) == QUANTITIES
    assert seen["catches"].mean == pytest.approx(record.catches.mean())
    assert seen["catches"].n == 300
