"""Escalation with and without decay against counting, recursions of moments, exact chains and simulation."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from case_tables import rows_exactly
from exact import EPS, N, Points, assert_close, assert_contract, assert_refused, assert_same, singly
from mpmath import mp, mpf
from scipy import stats

from deterrence import complies, formulas, games

TIE = Fraction(1e-12)


def covered(penalty, g):
    return penalty >= g * (1 - TIE)


def some_escalations(seed, n=N):
    """Problems with few catches, a third of them with a tie at a whole number of catches."""
    rng = np.random.default_rng(seed)
    a = {"p_eff": rng.choice([1.0, 0.5, 0.25, 0.1, 0.3, 0.7], n), "r": rng.choice([1.0, 0.5, 3.0, 0.3], n)}
    a["phi"] = rng.choice([0.0, 1.0, 0.1, 2.5], n)
    a["R_0"] = rng.choice([1.0, 0.1, 1e-3, 0.7], n)
    a["f"] = rng.choice([1.0, 0.5, 0.1, 3.0, 0.07, 9.0], n)
    n_ties = rng.integers(0, 13, n)
    tie = a["p_eff"] * a["r"] * (a["phi"] + a["R_0"] * (1 + a["f"]) ** n_ties)
    g = np.where(rng.uniform(size=n) < 1 / 3, tie, 10 ** rng.uniform(-3, 2, n))
    for name, share in (("p_eff", 0.02), ("r", 0.02), ("R_0", 0.04), ("f", 0.04)):
        a[name] = np.where(rng.uniform(size=n) < share, 0.0, a[name])
    a["g"] = np.where(rng.uniform(size=n) < 0.05, -g, g)
    return a


def counted(g, p_eff, phi, R_0, f, r):
    """Catches until the compliance condition holds, one after the other, in exact arithmetic."""
    g, p_eff, phi, R, f, r = map(Fraction, (g, p_eff, phi, R_0, f, r))
    n = 0
    while not covered(p_eff * r * (phi + R), g):
        if R * f * p_eff * r == 0:
            return math.inf
        n, R = n + 1, R * (1 + f)
    return n


def rows(a):
    return [
        dict(zip(a, row, strict=True))
        for row in zip(*(column.tolist() for column in a.values()), strict=True)
    ]


class TestEscalation:
    def test_catches_counted_one_by_one(self):
        a = some_escalations(91, N // 2)
        with np.errstate(all="raise"):
            answer = games.escalation(**a)
        exact = np.array([counted(**row) for row in rows(a)], float)
        np.testing.assert_array_equal(answer.catches, exact)
        assert (exact == 0).sum() > N / 40
        assert np.isinf(exact).sum() > N / 40
        assert (np.isfinite(exact) & (exact > 5)).sum() > N / 20

    def test_ties_at_whole_powers(self):
        """g is p_eff r (phi + R_0 (1+f)^n) in floats; a millionth more needs one more catch."""
        for f in (1.0, 0.1, 0.5, 9.0, 0.01, 1e-4):
            n = np.arange(0, 200)
            R = 0.3 * (1 + f) ** n
            assert (
                games.escalation(g=0.7 * R, p_eff=0.7, phi=0.0, R_0=0.3, f=f).catches.tolist() == n.tolist()
            )
            more = games.escalation(g=0.7 * R * (1 + 1e-6), p_eff=0.7, phi=0.0, R_0=0.3, f=f)
            assert more.catches.tolist() == (n + 1).tolist()

    def test_none_is_needed_exactly_where_the_lab_complies(self):
        """Within a few roundings of the edge of the tolerance."""
        rng = np.random.default_rng(97)
        p_eff, phi, R_0 = rng.uniform(0.1, 1, N), rng.uniform(0, 2, N), rng.uniform(0.1, 1, N)
        g = p_eff * (phi + R_0) / (1 - 1e-12) * (1 + EPS * rng.integers(-3, 4, N))
        catches = games.escalation(g=g, p_eff=p_eff, phi=phi, R_0=R_0, f=0.5).catches
        np.testing.assert_array_equal(catches == 0, complies(p_eff=p_eff, B=phi + R_0, g=g))
        assert set(catches.tolist()) == {0.0, 1.0}

    def test_mean_and_variance_against_fractions(self):
        a = some_escalations(92)
        a["p_eff"] = np.where(a["p_eff"] > 0, Points(93).probability(), 0.0)
        with np.errstate(all="raise"):
            answer = games.escalation(**a)
        mean, variance = [], []
        for n, p in zip(answer.catches.tolist(), a["p_eff"].tolist(), strict=True):
            if math.isinf(n) or n == 0:
                mean.append(n), variance.append(n)
            else:
                mean.append(Fraction(n) / Fraction(p))
                variance.append(Fraction(n) * (1 - Fraction(p)) / Fraction(p) ** 2)
        assert_close(answer.steps_mean, mean, answer.steps_mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            condition = np.nan_to_num(3 + a["p_eff"] / (1 - a["p_eff"]), nan=3.0, posinf=3.0)
        assert_close(
            answer.steps_variance, variance, condition * np.nan_to_num(answer.steps_variance, posinf=0)
        )
        np.testing.assert_array_equal(answer.violation_rate, np.where(np.isinf(answer.catches), 1.0, 0.0))

    @pytest.mark.parametrize("p", [1.0, 0.5, 0.3, 0.05])
    @pytest.mark.parametrize("n", [1, 2, 7])
    def test_steps_are_negative_binomial(self, p, n):
        """Mean and variance of the law itself, summed; catches by step t are binomial."""
        answer = games.escalation(g=p * 2.0**n, p_eff=p, phi=0.0, R_0=1.0, f=1.0)
        assert answer.catches == n
        t = np.arange(n, n + 3000)
        law = stats.nbinom.pmf(t - n, n, p) if p < 1 else (t == n).astype(float)
        done = stats.binom.sf(n - 1, t, p)
        np.testing.assert_allclose(np.cumsum(law), done, rtol=1e-9)
        mean = (t * law).sum()
        assert answer.steps_mean == pytest.approx(mean, rel=1e-12)
        assert answer.steps_variance == pytest.approx(((t - mean) ** 2 * law).sum(), rel=1e-9, abs=1e-12)

    def test_steps_of_a_simulated_lab(self):
        """20,000 labs that follow the rule itself; mean within its 4-sigma interval."""
        letters = {"g": 1.0, "p_eff": 0.4, "phi": 0.5, "R_0": 0.2, "f": 0.8, "r": 1.5}
        rng, labs = np.random.default_rng(94), 20_000
        R, steps, left = np.full(labs, 0.2), np.zeros(labs), np.full(labs, True)
        while left.any():
            left = 0.4 * 1.5 * (0.5 + R) < 1.0
            caught = left & (rng.uniform(size=labs) < 0.4)
            steps += left
            R = np.where(caught, R * 1.8, R)
        answer = games.escalation(**letters)
        assert abs(steps.mean() - answer.steps_mean) < 4 * math.sqrt(answer.steps_variance / labs)
        spread = 4 * math.sqrt(np.var((steps - steps.mean()) ** 2) / labs)
        assert abs(steps.var() - answer.steps_variance) < spread

    @pytest.mark.parametrize(
        ("change", "catches", "reason"),
        [
            ({"g": 0.0, "p_eff": 0.0}, 0.0, ""),
            ({"g": -3.0, "R_0": 0.0}, 0.0, ""),
            ({"g": 0.5}, 0.0, ""),  # p_eff (phi + R_0) = g
            ({"g": 0.75}, 1.0, ""),
            ({"g": 1.25}, 2.0, ""),
            ({"p_eff": 0.0}, math.inf, "nothing is felt (p_eff r = 0)"),
            ({"r": 0.0}, math.inf, "nothing is felt (p_eff r = 0)"),
            ({"f": 0.0}, math.inf, "the loss of reputation does not grow (R_0 f = 0)"),
            ({"R_0": 0.0}, math.inf, "the loss of reputation does not grow (R_0 f = 0)"),
            (
                {"p_eff": 1.0, "f": 0.0, "g": 5.0},
                math.inf,
                "the loss of reputation does not grow (R_0 f = 0)",
            ),
        ],
    )
    def test_edges(self, change, catches, reason):
        letters = {"g": 2.0, "p_eff": 0.5, "phi": 0.5, "R_0": 0.5, "f": 1.0, "r": 1.0} | change
        with np.errstate(all="raise"):
            answer = games.escalation(**letters)
            many = games.escalation(**{name: [value] for name, value in letters.items()})
        assert (answer.catches, answer.reason) == (catches, reason)
        for field in dataclasses.fields(answer):
            assert type(getattr(answer, field.name)) in (float, str)
            assert getattr(many, field.name).tolist() == [getattr(answer, field.name)]
        if math.isinf(catches):
            assert (answer.steps_mean, answer.steps_variance, answer.violation_rate) == (
                math.inf,
                math.inf,
                1.0,
            )
        elif catches == 0:
            assert (answer.steps_mean, answer.steps_variance, answer.violation_rate) == (0.0, 0.0, 0.0)

    def test_far_apart_magnitudes_against_fifty_digits(self):
        """Growth down to 1e-9 a catch, gains over 24 decades: off by no more than rounding."""
        points = Points(95, N // 10)
        a = {"g": points.money(), "p_eff": points.probability(), "phi": np.zeros(points.n)}
        a |= {"R_0": points.money(), "r": np.ones(points.n), "f": 10 ** points.rng.uniform(-9, 9, points.n)}
        with np.errstate(all="raise"):
            catches = games.escalation(**a).catches
        with mp.workdps(50):
            for row, n in zip(rows(a), catches.tolist(), strict=True):
                g, p, R, f = (mpf(row[name]) for name in ("g", "p_eff", "R_0", "f"))
                felt = p * R >= g * (1 - mpf(1e-12))
                if felt or p * R == 0:
                    assert n == (0 if felt else math.inf)
                    continue
                x = mp.log(g * (1 - mpf(1e-12)) / (p * R)) / mp.log1p(f)
                assert abs(n - mp.ceil(x)) <= mp.ceil(8 * EPS * (x + 1 / mp.log1p(f))) * (
                    abs(x - mp.nint(x)) < 1e-3
                )

    def test_contract(self):
        letters = {"g": 2.0, "p_eff": 0.5, "phi": 0.5, "R_0": 0.5, "f": 1.0, "r": 1.0}

        def catches(**known):
            return games.escalation(**known).catches

        assert_contract(catches, letters)
        assert_refused(catches, letters, p_eff=1.5, phi=-1.0, R_0=-1.0, f=-0.5, r=-1.0)
        a = some_escalations(96, 300)
        for name in ("catches", "steps_mean", "steps_variance"):
            assert_same(getattr(games.escalation(**a), name),
                        singly(lambda name=name, **k: getattr(games.escalation(**k), name), a))  # fmt: skip


def some_decays(seed, n=2000):
    """Problems of every kind: constant, linear and affine catch probabilities, with and without ceiling."""
    rng = np.random.default_rng(seed)
    a = {"e": rng.choice([0.25, 0.5, 1.0, 2.0], n), "d": rng.choice([0.25, 0.5, 0.125, 0.75], n)}
    a["theta_0"] = rng.choice([0.0, 0.25, 0.5, 1.0, 0.0625], n)
    a["theta_1"] = rng.choice([0.0, 0.25, 0.03125, 1.0], n)
    a["c_0"] = rng.choice([0.0, 0.5, 1.0], n)
    a["q_bar"] = rng.choice([1.0, 0.5, 0.75], n)
    a["g"], a["B"] = rng.choice([0.5, 1.0, 0.3, 0.0, -1.0], n), rng.choice([0.0, 1.0, 2.0, 4.0], n)
    return a


def chance(x, theta_0, theta_1, c_0, q_bar, **_):
    return np.minimum(q_bar, theta_0 + theta_1 * (c_0 + x))


class TestStationaryExcess:
    def test_moments_solve_their_recursions(self):
        """E x' and E x'^2 of one step, written out, are those of x: exact where the ceiling is not met."""
        a = some_decays(101)
        with np.errstate(all="raise"):
            answer = games.decaying_escalation(**a)
        exact = ~answer.saturates
        assert exact.sum() > 500
        np.testing.assert_array_equal(answer.mean_at_least[exact], answer.mean[exact])
        for row, mean, variance in zip(rows(a), answer.mean, answer.variance, strict=True):
            e, d, t_0, t_1, c_0, q_bar = (
                Fraction(row[k]) for k in ("e", "d", "theta_0", "theta_1", "c_0", "q_bar")
            )
            ceiling = (1 - d) * e / d
            if t_0 + t_1 * c_0 == 0:  # never caught
                at_0 = slope = Fraction(0)
            elif t_0 + t_1 * c_0 >= q_bar:
                at_0, slope = q_bar, Fraction(0)
            elif t_0 + t_1 * (c_0 + ceiling) <= q_bar:
                at_0, slope = t_0 + t_1 * c_0, t_1
            else:
                assert math.isnan(variance)
                continue
            m, s = Fraction(float(mean)), Fraction(float(variance)) + Fraction(float(mean)) ** 2
            first = (1 - d) * (m + e * (at_0 + slope * m))
            second = (1 - d) ** 2 * (s + 2 * e * (at_0 * m + slope * s) + e**2 * (at_0 + slope * m))
            assert float(first) == pytest.approx(float(m), rel=1e-14)
            assert float(second) == pytest.approx(float(s), rel=1e-14)

    def test_constant_probability_against_fractions(self):
        points = Points(102)
        q, e = points.probability(), points.money()
        d = np.where(points.coarse, points.rng.choice([1.0, 0.5, 0.25, 1 / 16], N), points.probability())
        d = np.where(d == 0, 1.0, d)
        with np.errstate(all="raise"):
            answer = games.decaying_escalation(e=e, d=d, theta_0=q, g=0.0, B=0.0)
        assert not answer.saturates.any()
        assert answer.inert.all()
        ceiling, mean, variance = [], [], []
        for row in zip(e.tolist(), d.tolist(), q.tolist(), strict=True):
            x, k, p = map(Fraction, row)
            ceiling.append((1 - k) * x / k)
            mean.append(ceiling[-1] * p)
            variance.append(((1 - k) * x) ** 2 * p * (1 - p) / (1 - (1 - k) ** 2))
        odd = d / np.where(d < 1, 1 - d, 1.0)
        assert_close(answer.ceiling, ceiling, answer.ceiling * (3 + odd), points.coarse)
        assert_close(answer.mean, mean, answer.mean * (4 + odd), points.coarse)
        np.testing.assert_array_equal(answer.mean, answer.mean_at_least)
        odds = q / np.where(q < 1, 1 - q, 1.0)
        assert_close(answer.variance, variance, answer.variance * (6 + 2 * odd + odds), points.coarse)
        np.testing.assert_array_equal(answer.peak, e / d)

    def test_exact_chain_where_everything_is_forgotten(self):
        """With d = 1 the excess is always 0; with d = 1/2 and e = 2 it is uniform on dyadic points."""
        gone = games.decaying_escalation(e=3.0, d=1.0, theta_0=0.25, theta_1=0.5, g=1.0, B=2.0)
        assert (gone.ceiling, gone.mean, gone.variance, gone.inert) == (0.0, 0.0, 0.0, True)
        # x' = (x + 2 caught) / 2 with even odds: from 0, after n steps, uniform on n binary digits in [0, 2).
        half = games.decaying_escalation(e=2.0, d=0.5, theta_0=0.5, g=1.0, B=1.0)
        assert (half.ceiling, half.mean) == (2.0, 1.0)
        assert half.variance == pytest.approx(1 / 3, rel=EPS)  # of the uniform law on [0, 2]

    @pytest.mark.parametrize(
        ("letters", "saturates"),
        [
            ({"e": 1.0, "d": 0.3, "theta_0": 0.35}, False),
            ({"e": 1.0, "d": 0.25, "theta_0": 0.0, "theta_1": 0.2, "c_0": 1.0}, False),  # linear, A = 0.6
            ({"e": 0.5, "d": 0.2, "theta_0": 0.1, "theta_1": 0.3, "c_0": 0.5}, False),
            ({"e": 1.0, "d": 0.25, "theta_0": 0.05, "theta_1": 0.3, "c_0": 0.5, "q_bar": 0.7}, True),
            ({"e": 1.0, "d": 0.1, "theta_0": 0.2, "theta_1": 0.5, "c_0": 0.0, "q_bar": 0.6}, True),  # A > 1
        ],
    )
    def test_simulated_excess(self, letters, saturates):
        """4,000 independent labs after burn-in, against 4-sigma intervals and the two bounds."""
        answer = games.decaying_escalation(**letters, g=1.0, B=0.0)
        assert answer.saturates is saturates
        full = {"theta_1": 0.0, "c_0": 0.0, "q_bar": 1.0} | letters
        rng, labs = np.random.default_rng(103), 4000
        x = np.zeros(labs)
        for _ in range(400):
            x = (1 - letters["d"]) * (x + letters["e"] * (rng.uniform(size=labs) < chance(x, **full)))
        error = 4 * x.std() / math.sqrt(labs)
        assert x.max() <= answer.ceiling
        if saturates:
            assert answer.variance is None
            assert answer.mean_at_least - error < x.mean() < answer.mean + error
            assert answer.mean_at_least < answer.mean
        else:
            assert abs(x.mean() - answer.mean) < error
            spread = 4 * math.sqrt(np.var((x - x.mean()) ** 2) / labs)
            assert abs(x.var() - answer.variance) < spread

    def test_bounds_hold_for_the_chain_on_a_grid(self):
        """The stationary mean of the chain rounded down, and up, to a fine grid, where the ceiling is met."""
        tried = 0
        for row in rows(some_decays(104, 400)):
            answer = games.decaying_escalation(**row)
            assert answer.mean_at_least <= answer.mean <= answer.ceiling
            if not answer.saturates or tried >= 25:
                continue
            tried += 1
            means = [grid_mean(row, answer.ceiling, rounding) for rounding in (np.floor, np.ceil)]
            assert answer.mean_at_least <= means[1] + 1e-9
            assert means[0] <= answer.mean + 1e-9
        assert tried == 25

    def test_a_lab_that_is_never_caught_stays_where_it_is(self):
        """At base probability 0 the excess never leaves 0, whatever the feedback."""
        for theta_1 in (0.5, 1.0, 7.0):
            answer = games.decaying_escalation(e=1.0, d=0.5, theta_0=0.0, theta_1=theta_1, g=1.0, B=1.0)
            assert (answer.mean, answer.mean_at_least) == (0.0, 0.0)


def grid_mean(row, ceiling, rounding, cells=400):
    """Mean of the chain from 0 on a grid over [0, ceiling], each move rounded to it."""
    x = np.linspace(0, ceiling, cells + 1)
    up = np.clip(rounding((1 - row["d"]) * (x + row["e"]) / ceiling * cells - 1e-9), 0, cells).astype(int)
    down = np.clip(rounding((1 - row["d"]) * x / ceiling * cells - 1e-9), 0, cells).astype(int)
    q = chance(x, **row)
    law = np.zeros(cells + 1)
    law[0] = 1.0
    for _ in range(600):
        law = np.bincount(up, q * law, cells + 1) + np.bincount(down, (1 - q) * law, cells + 1)
    return law @ x


class TestCycles:
    """Deterrence, and relapse once the excess has decayed."""

    def test_catches_and_relapse_counted_step_by_step(self):
        """In exact arithmetic, against the rule of the library: a shortfall of 1e-12 is a tie."""
        rng = np.random.default_rng(111)
        d = rng.choice([0.25, 0.5, 0.1, 0.3, 0.75, 1.0], N)
        e = rng.choice([1.0, 0.3, 2.0], N)
        ceiling = (1 - d) * e / d
        n = rng.integers(1, 25, N)
        tie = ceiling * (1 - (1 - d) ** n)  # what n catches reach
        x_bar = np.where(rng.uniform(size=N) < 0.4, tie, ceiling * rng.uniform(0, 1.2, N))
        x_bar = np.where(rng.uniform(size=N) < 0.05, rng.choice([0.0, math.inf], N), x_bar)
        x_bar = np.where((ceiling > 0) & (x_bar > 0.999 * ceiling) & (x_bar < ceiling), 0.5 * ceiling, x_bar)
        falls_to = np.where(np.isfinite(x_bar), x_bar, 1.0) / (1 - d * (d < 1)) ** n
        x_0 = np.where(rng.uniform(size=N) < 0.4, falls_to, e * 10 ** rng.uniform(-2, 2, N))
        with np.errstate(all="raise"):
            catches = games.consecutive_catches(x_bar=x_bar, e=e, d=d)
            relapse = games.relapse_time(x_0=x_0, x_bar=x_bar, d=d)
        columns = [column.tolist() for column in (x_0, x_bar, e, d, catches, relapse)]
        for start, level, gain, decay, found, steps in zip(*columns, strict=True):
            kept = 1 - Fraction(decay)
            if level == 0:
                assert (found, steps) == (0, math.inf)
                continue
            if level >= float(kept * Fraction(gain) / Fraction(decay)) * (1 - 1e-12):
                assert found == math.inf
            else:
                assert found == self.climbed(Fraction(level), Fraction(gain), kept)
            assert steps == self.fallen(start, level, kept)
        assert (catches < math.inf).sum() > N / 2
        assert ((relapse > 1) & (relapse < math.inf)).sum() > N / 4

    @staticmethod
    def climbed(level, gain, kept):
        x, n = Fraction(0), 0
        while not covered(x, level):
            x, n = kept * (x + gain), n + 1
        return n

    @staticmethod
    def fallen(start, level, kept):
        if math.isinf(level):
            return 0
        x, level, n = Fraction(start), Fraction(level), 0
        while covered(x, level):
            x, n = kept * x, n + 1
        return n

    def test_deterrence_excess_is_where_the_condition_ties(self):
        """At the level the lab complies, a millionth below it violates; none where no excess deters."""
        a = some_decays(112)
        with np.errstate(all="raise"):
            answer = games.decaying_escalation(**a)
        level = answer.deterrence_excess

        def deterred(x):
            return chance(x, **a) * a["B"] >= a["g"] * (1 - 1e-12)

        some = (level > 0) & np.isfinite(level)
        assert some.sum() > 100
        assert deterred(np.where(some, level, 0.0))[some].all()
        assert not deterred(np.where(some, level * (1 - 1e-6), 0.0))[some].any()
        np.testing.assert_array_equal(level == 0, deterred(np.zeros(len(level))))
        assert not deterred(np.full(len(level), 1e9))[np.isinf(level)].any()

    def test_the_whole_cycle_played(self):
        """Caught every time until it complies, then left alone until it violates: the same steps."""
        played = 0
        for row in rows(some_decays(113, 1000)):
            answer = games.decaying_escalation(**row)
            if answer.deterrence_excess == 0:
                assert (answer.catches, answer.relapse) == (0, math.inf)
                continue
            if math.isinf(answer.catches):
                assert answer.relapse == 0
                x = 0.0
                for _ in range(300):
                    x = (1 - row["d"]) * (x + row["e"])
                # At the ceiling itself the excess comes within rounding of the level, but never reaches it.
                assert chance(x, **row) * row["B"] < row["g"] or answer.deterrence_excess == answer.ceiling
                continue
            played += 1
            x, catches, quiet = Fraction(0), 0, 0
            exact = {name: Fraction(value) for name, value in row.items()}

            def willing(x, exact=exact):
                q = min(exact["q_bar"], exact["theta_0"] + exact["theta_1"] * (exact["c_0"] + x))
                return covered(q * exact["B"], exact["g"])

            while not willing(x):
                x, catches = (1 - exact["d"]) * (x + exact["e"]), catches + 1
            while willing(x):
                x, quiet = (1 - exact["d"]) * x, quiet + 1
            assert (answer.catches, answer.relapse) == (catches, quiet)
        assert played > 30

    def test_inert_where_nothing_moves_the_probability(self):
        base = {"e": 1.0, "d": 0.5, "theta_0": 0.25, "theta_1": 0.25, "c_0": 0.0, "g": 0.4, "B": 1.0}
        assert games.decaying_escalation(**base).inert is False
        for change in ({"theta_1": 0.0}, {"e": 0.0}, {"d": 1.0}, {"q_bar": 0.25}, {"theta_0": 1.0}):
            answer = games.decaying_escalation(**(base | change))
            assert answer.inert is True
            assert answer.saturates is False
            assert answer.catches in (0.0, math.inf)

    def test_table_of_inertia(self):
        """One row at each point; in the last alone a catch moves the probability, up to what it says."""
        a = some_decays(115, N)
        points = [row | {"decay": row["d"], "x_0": 0.5} for row in rows(a)]
        found = [row for (row,) in rows_exactly(formulas.escalation_inert, points)]
        answer = games.decaying_escalation(**a)
        assert answer.inert.tolist() == [row < 2 for row in found]
        assert set(found) == {0, 1, 2}

    def test_table_of_cycles(self):
        """One row at each point, and its cells, worked out, are the catches and the steps to relapse."""
        rng = np.random.default_rng(116)
        a = {"x_bar": rng.choice([0.0, 0.5, 1.0, 3.0], N), "e": rng.choice([0.5, 1.0, 2.0], N)}
        a |= {"d": rng.choice([1.0, 0.5, 0.25], N)}
        fine = rng.uniform(size=N) < 0.7
        a["x_bar"] = np.where(fine, rng.uniform(0, 4, N), a["x_bar"])
        a["d"] = np.where(fine, rng.uniform(0.05, 1, N), a["d"])
        points = [row | {"decay": row["d"]} for row in rows(a)]
        table = formulas.deterrence_cycles
        found = [row for (row,) in rows_exactly(table, points)]
        catches = games.consecutive_catches(**a)
        ends = [0 if n == 0 else 2 if math.isinf(n) else 1 for n in catches.tolist()]
        assert ends == found
        assert min(found.count(row) for row in range(3)) > N / 20
        letters = {str(variable.symbol): variable.symbol for variable in table.symbols}
        for point, n in list(zip(points, catches.tolist(), strict=True))[:200]:
            at = {letters[name]: sympy.Float(point[name], 40) for name in ("x_bar", "e", "decay")}
            (row,) = table.case(**point)
            reached = (
                0.0
                if n == math.inf
                else (1 - point["d"]) * point["e"] / point["d"] * (1 - (1 - point["d"]) ** n)
            )
            relapse = games.relapse_time(x_0=reached, x_bar=point["x_bar"], d=point["d"])
            assert [float(table.meant(cell).xreplace(at)) for cell in row.then] == [n, relapse]

    def test_known_answers(self):
        """By hand: 3/4 is reached by two catches at d = 1/2 and e = 1; 1 never is."""
        assert games.consecutive_catches(x_bar=0.75, e=1.0, d=0.5) == 2.0
        assert games.consecutive_catches(x_bar=1.0, e=1.0, d=0.5) == math.inf
        assert games.consecutive_catches(x_bar=0.1, e=1.0, d=1.0) == math.inf
        assert games.relapse_time(x_0=0.75, x_bar=0.75, d=0.5) == 1.0  # a tie still complies
        assert games.relapse_time(x_0=0.7, x_bar=0.75, d=0.5) == 0.0
        assert games.relapse_time(x_0=0.7, x_bar=0.5, d=1.0) == 1.0

    def test_contract(self):
        letters = {"e": 1.0, "d": 0.5, "theta_0": 0.25, "theta_1": 0.25, "c_0": 0.25, "q_bar": 1.0}
        letters |= {"g": 0.375, "B": 1.0}
        for name in ("mean", "variance", "catches", "relapse", "saturates", "inert"):

            def field(name=name, **known):
                return getattr(games.decaying_escalation(**known), name)

            assert_contract(field, letters)
        assert_refused(field, letters, e=-1.0, d=0.0, theta_0=1.5, theta_1=-1.0, c_0=-1.0, q_bar=1.5, B=-1.0)
        assert_contract(games.consecutive_catches, {"x_bar": 0.5, "e": 1.0, "d": 0.25}, "x_bar")
        assert_contract(games.relapse_time, {"x_0": 1.0, "x_bar": 0.5, "d": 0.25}, "x_bar")
        assert_refused(
            games.consecutive_catches, {"x_bar": 0.5, "e": 1.0, "d": 0.25}, x_bar=-1.0, e=-1.0, d=1.5
        )
        assert_refused(games.relapse_time, {"x_0": 1.0, "x_bar": 0.5, "d": 0.25}, x_0=-1.0, x_bar=-1.0, d=0.0)
        a = some_decays(114, 300)
        many = games.decaying_escalation(**a)
        for i, row in enumerate(rows(a)):
            one = games.decaying_escalation(**row)
            for field_ in dataclasses.fields(one):
                value, among = getattr(one, field_.name), getattr(many, field_.name)[i]
                assert math.isnan(among) if value is None else among == value
