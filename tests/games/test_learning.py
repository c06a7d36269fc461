"""Bayesian labs that learn from their own record, against exact recursions, polynomials and draws."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

import mpmath
import numpy as np
import pytest
from exact import EPS, N, Points, assert_close, assert_contract, assert_refused, exactly

from deterrence import games

SOME = max(60, N // 150)


def backwards(p, t, a, b, horizon):
    """Chance of a stop after exactly n violations, in fractions: by what is still ahead, not what is past."""

    @cache
    def after(n, k, left):
        if a + k >= t * (a + b + n):
            return Fraction(left == 0)
        return (
            Fraction(0)
            if left == 0
            else p * after(n + 1, k + 1, left - 1) + (1 - p) * after(n + 1, k, left - 1)
        )

    return [after(0, 0, n) for n in range(horizon + 1)]


def test_times_against_fractions():
    rng = np.random.default_rng(1)
    started = 0
    for _ in range(SOME):
        p, t = (
            Fraction(int(rng.integers(0, 17)), 16),
            Fraction(int(rng.integers(1, 21)), int(rng.integers(16, 22))),
        )
        a, b = (Fraction(int(rng.integers(0, 20)), 4) for _ in range(2))
        if t == p or t * (a + b) == a == 0:
            continue
        exact = backwards(p, t, a, b, 14)
        times = games.stopping_times(p_eff=float(p), t=float(t), a_0=float(a), b_0=float(b), horizon=14)
        np.testing.assert_allclose(times, [float(x) for x in exact], rtol=1e-13, atol=0)
        started += exact[0] == 0
    assert started > SOME / 3


class Lattice:
    """The walk for t = r/m: up m - r with each catch, down r with each miss, stopped from `start` upwards.

    A bounded function of the distance j that is harmonic until the stop is a sum of powers of the roots of
    z^(m-r) = p + q z^m in the unit disc, of which there are m - r. All with 60 digits.
    """

    def __init__(self, p, t, a, b):
        self.p, self.t, self.m, self.up = mpmath.mpf(p), t, t.denominator, t.denominator - t.numerator
        self.start = math.ceil(self.m * (t * (a + b) - a))
        q = 1 - self.p
        coefficients = [q] + [mpmath.mpf(0)] * (self.m - self.up - 1) + [mpmath.mpf(-1)]
        coefficients += [mpmath.mpf(0)] * (self.up - 1) + [self.p]
        roots = mpmath.polyroots(coefficients, maxsteps=500, extraprec=400)
        self.roots = sorted(roots, key=abs)[: self.up]

    def _sum(self, boundary):
        """The sum of powers with these values at the distances 0, -1, ..., taken at the start."""
        matrix = mpmath.matrix([[z**-i for z in self.roots] for i in range(self.up)])
        weights = mpmath.lu_solve(matrix, mpmath.matrix(boundary))
        return mpmath.re(sum(w * z**self.start for w, z in zip(weights, self.roots, strict=True)))

    def probability(self):
        return self._sum([mpmath.mpf(1)] * self.up)

    def violations(self):
        drift = self.m * (self.p - mpmath.mpf(self.t.numerator) / self.t.denominator)
        return self.start / drift + self._sum([i / drift for i in range(self.up)])


def lattices(seed, n, above):
    """Random walks with p below or above t, most of them at some distance."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        m = int(rng.integers(2, 10))
        t = Fraction(int(rng.integers(1, m)), m)
        gap = float(rng.uniform(0.06, 0.95))
        p = float(t + (1 - t) * Fraction(gap)) if above else float(t * Fraction(gap))
        b = Fraction(int(rng.integers(1, 40)), 8) * int(rng.choice([1, 1, 12]))
        a = b * t / (1 - t) * Fraction(int(rng.integers(0, 8)), 8)
        yield p, t, a, b


def test_probability_against_roots_of_a_polynomial():
    """Relative error 1e-12 for every rational t, and Lundberg's bounds; the smallest is below 1e-20."""
    least = 1.0
    with mpmath.workdps(60):
        for p, t, a, b in lattices(2, SOME, above=False):
            lab = games.stopping(p_eff=p, t=float(t), a_0=float(a), b_0=float(b))
            exact = Lattice(p, t, a, b).probability()
            assert lab.error < 1e-14
            assert abs(lab.probability - exact) <= 1e-12 * exact, (p, t, a, b)
            assert lab.lower * (1 - 1e-12) <= exact <= lab.upper * (1 + 1e-12)
            assert lab.violations == math.inf
            least = min(least, lab.probability)
    assert least < 1e-20


def test_expected_violations_against_roots_of_a_polynomial():
    with mpmath.workdps(60):
        for p, t, a, b in lattices(3, SOME, above=True):
            lab = games.stopping(p_eff=p, t=float(t), a_0=float(a), b_0=float(b))
            exact = Lattice(p, t, a, b).violations()
            assert (lab.probability, lab.error) == (1.0, 0.0)
            assert lab.violations_error < 1e-14
            assert abs(lab.violations - exact) <= 1e-12 * exact, (p, t, a, b)


@pytest.mark.parametrize(("p", "t"), [(0.38, "2/5"), (0.2499, "1/4")])
def test_close_to_the_threshold_the_error_is_within_what_is_said(p, t):
    t = Fraction(t)
    with mpmath.workdps(60):
        exact = Lattice(p, t, Fraction(1), Fraction(4)).probability()
        above = float(2 * t - Fraction(p))
        mean = Lattice(above, t, Fraction(1), Fraction(4)).violations()
    lab = games.stopping(p_eff=p, t=float(t), a_0=1.0, b_0=4.0)
    assert abs(lab.probability - exact) <= (lab.error + 1e-12) * lab.probability
    assert lab.error < 1e-4
    assert (lab.error > 1e-12) == (float(t) - p < 0.005)
    lab = games.stopping(p_eff=above, t=float(t), a_0=1.0, b_0=4.0)
    assert abs(lab.violations - mean) <= (lab.violations_error + 1e-11) * lab.violations
    assert 0 < lab.violations_error < 0.02


def test_half_is_the_ballot_problem():
    """Hitting times of the simple walk by the ballot theorem (Feller), and its closed form by recursion."""
    p, level = 0.375, 3
    times = games.stopping_times(p_eff=p, t=0.5, a_0=1.0, b_0=1.0 + level, horizon=60)
    ballot = [
        level / n * math.comb(n, (n + level) // 2) * p ** ((n + level) // 2) * (1 - p) ** ((n - level) // 2)
        if n >= level and (n + level) % 2 == 0
        else 0.0
        for n in range(61)
    ]
    np.testing.assert_allclose(times, ballot, rtol=1e-13)
    rng = np.random.default_rng(4)
    for p, level, a in zip(
        rng.uniform(0, 0.45, SOME), rng.uniform(0, 12, SOME), rng.uniform(0, 5, SOME), strict=True
    ):
        closed, recursion = (
            games.stopping(p_eff=p, t=t, a_0=a, b_0=a + level) for t in (0.5, 0.5 * (1 + 1e-15))
        )
        assert closed.probability == pytest.approx((p / (1 - p)) ** math.ceil(level), rel=1e-13)
        assert recursion.probability == pytest.approx(closed.probability, rel=1e-12)
        closed, recursion = (
            games.stopping(p_eff=1 - p, t=t, a_0=a, b_0=a + level) for t in (0.5, 0.5 * (1 + 1e-15))
        )
        assert closed.violations == pytest.approx(math.ceil(level) / (1 - 2 * p), rel=1e-13)
        assert recursion.violations == pytest.approx(closed.violations, rel=1e-12)


def test_exponent_against_forty_digits():
    """Each p is recovered from its exponent in closed form, p = (e^(theta t) - 1)/(e^theta - 1)."""
    points = Points(5, N // 2)
    t = np.clip(points.probability(), 1e-9, 1 - 1e-9)
    p = t * np.clip(points.probability(), 1e-9, 1 - 1e-6)
    lab = games.stopping(p_eff=p, t=t, a_0=0.0, b_0=1e30)  # so far from stopping that no walk is followed
    with mpmath.workdps(40):
        for theta, chance, bar in zip(lab.theta.tolist(), p.tolist(), t.tolist(), strict=True):
            x = mpmath.mpf(theta)
            recovered = mpmath.expm1(x * bar) / mpmath.expm1(x)
            # d log p / d log theta, times the error of theta, plus that of the inputs
            slope = abs(x * bar * mpmath.exp(x * bar) / mpmath.expm1(x * bar) - x / -mpmath.expm1(-x))
            assert abs(recovered / chance - 1) <= 16 * EPS * (1 + slope + x * bar)


@pytest.mark.parametrize(
    ("question", "probability", "violations"),
    [
        ({"p_eff": 0.5, "t": 0.5, "a_0": 1.0, "b_0": 1.0}, 1.0, 0.0),  # a tie never starts
        ({"p_eff": 0.0, "t": 0.3, "a_0": 0.3, "b_0": 0.7}, 1.0, 0.0),  # a tie in decimals
        ({"p_eff": 0.2, "t": 0.0, "a_0": 0.0, "b_0": 1.0}, 1.0, 0.0),
        ({"p_eff": 0.2, "t": -1.0, "a_0": 1.0, "b_0": 1.0}, 1.0, 0.0),
        ({"p_eff": 0.2, "t": 0.5, "a_0": 0.0, "b_0": 0.0}, 1.0, 0.0),  # no doubt to act on
        ({"p_eff": 0.0, "t": 0.5, "a_0": 1.0, "b_0": 2.0}, 0.0, math.inf),
        ({"p_eff": 0.2, "t": 1.0, "a_0": 1.0, "b_0": 2.0}, 0.0, math.inf),
        ({"p_eff": 1.0, "t": 1.0, "a_0": 1.0, "b_0": 2.0}, 0.0, math.inf),  # estimates stay below 1
        ({"p_eff": 0.2, "t": 3.0, "a_0": 1.0, "b_0": 2.0}, 0.0, math.inf),
        ({"p_eff": 0.5, "t": 0.5, "a_0": 1.0, "b_0": 2.0}, 1.0, math.inf),  # p = t: sure, but slow
        ({"p_eff": 1.0, "t": 0.75, "a_0": 1.0, "b_0": 2.0}, 1.0, 5.0),  # (1 + n)/(3 + n) reaches 3/4
        ({"p_eff": 1.0, "t": 0.9, "a_0": 1.0, "b_0": 1.0}, 1.0, 8.0),  # a tie in decimals
    ],
)
def test_edges(question, probability, violations):
    with np.errstate(all="raise"):
        lab = games.stopping(**question)
        assert (lab.probability, lab.violations) == (probability, violations)
        assert (lab.error, lab.violations_error) == (0.0, 0.0)
        assert lab.lower <= lab.probability <= lab.upper
        many = games.stopping(**{name: [value, value] for name, value in question.items()})
    assert many.probability.tolist() == [probability] * 2
    assert many.violations.tolist() == [violations] * 2
    times = games.stopping_times(**question, horizon=10)
    assert times.sum() == pytest.approx(probability if violations < 10 else times.sum())
    assert (times[0] == 1) == (violations == 0)


def test_labs_that_are_drawn():
    """A few lines of simulation: 20,000 labs for 400 violations each, within five standard errors."""
    question, labs, horizon = {"p_eff": 0.3, "t": 0.43, "a_0": 1.2, "b_0": 3.1}, 20_000, 400
    catches = np.cumsum(np.random.default_rng(6).uniform(size=(labs, horizon)) < 0.3, axis=1)
    estimate = (1.2 + catches) / (1.2 + 3.1 + np.arange(1, horizon + 1))
    lab, times = games.stopping(**question), games.stopping_times(**question, horizon=horizon)
    assert lab.probability - times.sum() < 1e-6
    stopped = (estimate >= 0.43).any(axis=1).mean()
    assert abs(stopped - lab.probability) < 5 * math.sqrt(stopped * (1 - stopped) / labs)
    early = (estimate[:, :5] >= 0.43).any(axis=1).mean()
    assert abs(early - times[:6].sum()) < 5 * math.sqrt(early * (1 - early) / labs)


def test_weak_enforcement_gains_by_limited_learning():
    """Below t some stop; the better the enforcement and the more hopeful the prior, the more."""
    p = np.linspace(0.01, 0.35, 35)
    lab = games.stopping(p_eff=p, t=0.4, a_0=1.0, b_0=4.0)
    assert ((lab.probability > 0) & (lab.probability < 1)).all()
    assert (np.diff(lab.probability) > 0).all()
    stubborn = games.stopping(p_eff=p, t=0.4, a_0=1.0, b_0=8.0)
    assert (stubborn.probability < lab.probability).all()
    assert ((lab.lower <= lab.probability) & (lab.probability <= lab.upper)).all()


def test_stopping_contract():
    question = {"p_eff": 0.25, "t": 0.375, "a_0": 1.0, "b_0": 2.0}
    for answer in ("theta", "upper", "probability"):
        assert_contract(lambda answer=answer, **letters: getattr(games.stopping(**letters), answer), question)
    assert_refused(games.stopping, question, p_eff=1.5, a_0=-1.0, b_0=-0.5)
    with pytest.raises(ValueError, match=r"^horizon = -1"):
        games.stopping_times(**question, horizon=-1)


def test_pooled_estimate_against_fractions():
    points = Points(7)
    a = {name: points.probability() for name in ("w", "q_f", "p_eff")}
    with np.errstate(all="raise"):
        lab = games.pooled_estimate(**a, t=0.5)
    limit = exactly(lambda w, q_f, p_eff: w * p_eff + (1 - w) * q_f, a)
    bias = exactly(lambda w, q_f, p_eff: w * p_eff + (1 - w) * q_f - p_eff, a)
    size = a["w"] * (a["p_eff"] + a["q_f"]) + 2 * a["q_f"] + a["p_eff"]
    assert_close(lab.limit, limit, size)
    assert_close(lab.bias, bias, size)
    lasting = [
        e >= Fraction(1, 2) > m for e, m in zip(map(Fraction, a["p_eff"].tolist()), limit, strict=True)
    ]
    tie = np.minimum(abs(lab.limit - 0.5), abs(a["p_eff"] - 0.5)) < 1e-12
    np.testing.assert_array_equal(lab.self_confirming[~tie], np.array(lasting)[~tie])
    assert 0.05 < np.mean(lasting) < 0.6


def test_pooled_estimate_of_drawn_checks():
    """The share of checked runs of one lab, within five standard errors of the limit."""
    rng, runs = np.random.default_rng(8), 200_000
    violates = rng.uniform(size=runs) < 0.3
    checked = rng.uniform(size=runs) < np.where(violates, 0.8, 0.1)
    lab = games.pooled_estimate(w=0.3, q_f=0.1, p_eff=0.8, t=0.6)
    assert abs(checked.mean() - lab.limit) < 5 * math.sqrt(lab.limit * (1 - lab.limit) / runs)
    assert lab.self_confirming is True
    assert lab.bias == pytest.approx(-0.49)
    letters = {"w": 0.25, "q_f": 0.25, "p_eff": 0.75, "t": 0.5}
    assert_contract(lambda **e: games.pooled_estimate(**e).self_confirming, letters)
    rates = {name: letters[name] for name in ("w", "q_f", "p_eff")}
    for answer in ("limit", "bias"):
        assert_contract(lambda answer=answer, **e: getattr(games.pooled_estimate(**e, t=0.5), answer), rates)
    assert_refused(games.pooled_estimate, letters, w=2.0, q_f=-0.5, p_eff=1.5)
