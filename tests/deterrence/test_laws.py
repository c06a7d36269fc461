"""Distributions of values in their coordinates, against SciPy and 50 digits, also where they are awkward."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp, mpf
from scipy import stats

from deterrence import LogNormal, TruncatedNormal, Uniform
from deterrence._laws import gauss_rule, law

NORMALS = {
    "wide": TruncatedNormal(mean=5.0, sd=1.0, min=0.0, max=10.0),
    "one side": TruncatedNormal(mean=1.0, sd=2.0, min=0.0, max=50.0),
    "far above the mean": TruncatedNormal(mean=1.0, sd=1.0, min=6.99, max=20.0),
    "far below the mean": TruncatedNormal(mean=10.0, sd=1.0, min=0.0, max=4.01),
    "narrow": TruncatedNormal(mean=1.0, sd=1.0, min=1.5, max=1.501),
    "narrow and far": TruncatedNormal(mean=1.0, sd=1.0, min=6.5, max=6.501),
    "nearly uniform": TruncatedNormal(mean=1.0, sd=1e6, min=0.5, max=2.0),
    "tiny sd": TruncatedNormal(mean=1.0, sd=1e-9, min=0.0, max=2.0),
    "huge": TruncatedNormal(mean=3e14, sd=1e14, min=0.0, max=1e15),
}
LOGNORMALS = {f"sigma {sigma}": LogNormal(median=2.0, sigma=sigma) for sigma in (1e-9, 0.01, 0.5, 5.0)}
UNIFORMS = {"unit": Uniform(min=0.0, max=1.0), "high": Uniform(min=1e15 - 8, max=1e15)}
ALL = NORMALS | LOGNORMALS | UNIFORMS


@pytest.fixture(params=ALL.values(), ids=ALL.keys())
def noun(request):
    return request.param


def coordinates(laws):
    """Coordinates from end to end, crowded towards both."""
    near = 10.0 ** -np.arange(2, 8)
    return laws.low + (laws.high - laws.low) * np.concatenate([np.linspace(0, 1, 41), near, 1 - near])


def exact_mass(noun, a, b):
    """Probability of the coordinates [a, b]."""
    if isinstance(noun, Uniform):
        return b - a
    ends = (mpf(noun.min), mpf(noun.max)) if isinstance(noun, TruncatedNormal) else ()
    return normal_mass(a, b) / (normal_mass(*((x - noun.mean) / noun.sd for x in ends)) if ends else 1)


def normal_mass(a, b):
    a, b = a / mp.sqrt(2), b / mp.sqrt(2)
    return (mp.erfc(a) - mp.erfc(b)) / 2 if a > 0 else (mp.erfc(-b) - mp.erfc(-a)) / 2


def exact_value(noun, t):
    if isinstance(noun, Uniform):
        return noun.min + (mpf(noun.max) - noun.min) * t
    if isinstance(noun, TruncatedNormal):
        return noun.mean + noun.sd * t
    return noun.median * mp.exp(noun.sigma * t)


@mp.workdps(50)
def test_probabilities_have_all_their_digits(noun):
    laws = law(noun)
    t = coordinates(laws)
    points, low, high = map(mpf, t.tolist()), mpf(laws.low), mpf(laws.high)
    exact = [(float(exact_mass(noun, low, x)), float(exact_mass(noun, x, high))) for x in points]
    below, above = np.transpose(exact)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(laws.cdf(t), below, rtol=2e-13, atol=1e-298)
        np.testing.assert_allclose(laws.sf(t), above, rtol=2e-13, atol=1e-298)


@pytest.mark.parametrize("name", ["wide", "one side", "far above the mean", "sigma 0.5", "unit"])
def test_values_have_the_distribution_of_scipy(name):
    d = ALL[name]
    if isinstance(d, TruncatedNormal):
        known = stats.truncnorm((d.min - d.mean) / d.sd, (d.max - d.mean) / d.sd, loc=d.mean, scale=d.sd)
    elif isinstance(d, LogNormal):
        known = stats.lognorm(d.sigma, scale=d.median)
    else:
        known = stats.uniform(d.min, d.max - d.min)
    laws = law(d)
    q = np.linspace(0.001, 0.999, 99)
    t = laws.quantile(q)
    np.testing.assert_allclose(laws.value(t), known.ppf(q), rtol=1e-9)
    np.testing.assert_allclose(laws.cdf(laws.coordinate(known.ppf(q))), q, rtol=1e-8)
    step = 1e-6 * (t[-1] - t[0])
    slope = (laws.cdf(t + step) - laws.cdf(t - step)) / (2 * step)
    np.testing.assert_allclose(laws.density(t), slope, rtol=1e-6)


def test_quantiles_invert_probabilities(noun):
    laws = law(noun)
    q = np.concatenate([10.0 ** -np.arange(1.0, 10.0), np.linspace(0.01, 0.99, 50)])
    np.testing.assert_allclose(laws.cdf(laws.quantile(q)), q, rtol=1e-10, atol=2e-12)
    np.testing.assert_allclose(laws.sf(laws.upper_quantile(q)), q, rtol=1e-10, atol=2e-12)
    assert laws.quantile(np.array(0.0)) == laws.low
    assert laws.upper_quantile(np.array(0.0)) == laws.high


@mp.workdps(50)
def test_rents_keep_their_digits_with_the_cost_among_the_values(noun):
    cost = float(exact_value(noun, mpf(float(law(noun).quantile(np.array(0.3))))))
    laws = law(noun, cost)
    t = laws.quantile(np.linspace(0.01, 0.99, 50))
    rents = np.array([float(exact_value(noun, mpf(x)) - mpf(cost)) for x in t.tolist()])
    spread = rents[-1] - rents[0]
    np.testing.assert_allclose(laws.value(t), rents, rtol=1e-14, atol=2e-15 * spread)
    np.testing.assert_allclose(laws.coordinate(rents), t, rtol=1e-13, atol=1e-13)
    start = float(t[20])
    rises = [float(exact_value(noun, mpf(x)) - exact_value(noun, mpf(start))) for x in t.tolist()]
    np.testing.assert_allclose(laws.rise(t, start), rises, rtol=1e-14)


def test_coordinates_stay_within_the_bounds(noun):
    laws = law(noun, 0.5)
    with np.errstate(all="raise"):
        ends = laws.coordinate(np.array([-1e15, -0.5, np.inf]))
    np.testing.assert_array_equal(ends, [laws.low, laws.low, laws.high])


def test_gauss_rule_follows_the_density_between_edges_and_the_cdf_between_landmarks(noun):
    laws = law(noun, float(exact_value(noun, 0)))
    nodes, weights = gauss_rule()
    edges, width = laws.edges(), np.diff(laws.edges())
    pieces = (laws.density(edges[:-1, None] + width[:, None] * nodes) @ weights) * width
    np.testing.assert_allclose(pieces, laws.cdf(edges[1:]) - laws.cdf(edges[:-1]), rtol=1e-12, atol=1e-15)
    assert pieces.sum() == pytest.approx(1, abs=1e-14)

    fine_nodes, fine_weights = np.polynomial.legendre.leggauss(60)
    marks, width = laws.landmarks(), np.diff(laws.landmarks())

    def areas(nodes, weights):
        return (laws.cdf(laws.coordinate(marks[:-1, None] + width[:, None] * nodes)) @ weights) * width

    # Of a lognormal, panels far below the median are steep, and of no weight.
    fine = areas((fine_nodes + 1) / 2, fine_weights / 2)
    np.testing.assert_allclose(areas(nodes, weights), fine, rtol=1e-10, atol=1e-13 * fine.max())


def test_a_single_value_has_no_law():
    assert law(Uniform(min=2.0, max=2.0)) is None
