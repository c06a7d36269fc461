"""Splitting a run: choices, exact volumes, marginals and swings."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from case_tables import rows_exactly
from exact import EPS, N, Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from mpmath import mp, mpf
from scipy.integrate import quad

from deterrence import ParameterError, formulas, games

LETTERS = ("b", "a", "d", "F", "chi", "varsigma")


def cube(seed, n):
    return dict(zip(LETTERS, np.random.default_rng(seed).uniform(size=(6, n)), strict=True))


class TestChoice:
    def test_best_action_by_expected_payoff(self):
        """The largest of three payoffs in exact arithmetic; complying, then evading, first among equals."""
        points = Points(121)
        a = {"b": points.money(), "a": points.probability(), "d": points.probability(), "F": points.money()}
        a |= {"chi": points.money(), "varsigma": points.probability()}
        whole = a["a"] * a["d"] * a["F"]
        near = ~points.coarse & points.some(0.7)
        a["b"] = np.where(near, whole * points.rng.uniform(0, 2, N), a["b"])
        a["chi"] = np.where(near, whole * points.rng.uniform(0, 1, N), a["chi"])
        with np.errstate(all="raise"):
            answer = games.split_choice(**a)
        payoffs = exactly(
            lambda b, a, d, F, chi, varsigma: (b - a * d * F, b - chi - a * d * varsigma * F), a
        )
        best = [
            "comply" if max(pair) <= 0 else "evade" if pair[0] >= pair[1] else "split" for pair in payoffs
        ]
        gaps = [min(abs(pair[0] - pair[1]), abs(max(pair))) for pair in payoffs]
        tie = (np.array([float(gap) for gap in gaps]) <= 2e-12 * (a["b"] + whole)) & ~points.coarse
        assert tie.mean() < 0.03
        np.testing.assert_array_equal(answer.choice[~tie], np.array(best)[~tie])
        named = {"benefit": a["b"], "audit": a["a"], "detection": a["d"], "sanction": a["F"]}
        named |= {"split_cost": a["chi"], "coordination": a["varsigma"]}
        columns = zip(*(column.tolist() for column in named.values()), strict=True)
        rows = rows_exactly(formulas.best_action, [dict(zip(named, row, strict=True)) for row in columns])
        actions = [str(row.then[0]) for row in formulas.best_action.cases]
        assert [actions[row] for (row,) in rows] == best
        assert min(best.count(action) for action in ("comply", "split", "evade")) > N / 20
        ties = [pair[0] == pair[1] or max(pair) == 0 for pair in payoffs]
        assert sum(ties) > N / 50
        evade, split = zip(*payoffs, strict=True)
        assert_close(answer.evade, list(evade), a["b"] + 3 * whole, points.coarse)
        assert_close(answer.split, list(split), a["b"] + a["chi"] + 4 * whole, points.coarse)

    def test_decimal_ties(self):
        """0.6 * 0.75 < 0.45 in floats, and complies; 0.1 + 0.2 > 0.3 does not make it split."""
        tie = {"b": 0.45, "a": 0.6, "d": 0.75, "F": 1.0, "chi": 1.0, "varsigma": 0.5}
        assert games.split_choice(**tie).choice == "comply"
        assert games.split_choice(**(tie | {"b": 0.45 * (1 + 1e-7)})).choice == "evade"
        even = {"b": 0.9, "a": 0.3, "d": 1.0, "F": 1.0, "chi": 0.27, "varsigma": 0.1}
        assert games.split_choice(**even).choice == "evade"
        assert games.split_choice(**(even | {"chi": 0.27 * (1 - 1e-7)})).choice == "split"

    def test_boundaries(self):
        """b = adF; b = chi + ad varsigma F; chi = adF (1 - varsigma): one step to either side."""
        base = {"a": 0.75, "d": 0.5, "F": 1.0, "varsigma": 0.25}  # adF = 3/8, what splitting spares 9/32
        for b, chi, action in [
            (0.375, 0.5, "comply"), (0.376, 0.5, "evade"), (0.376, 0.28125, "evade"),
            (0.376, 0.28, "split"), (0.34375, 0.25, "comply"), (0.344, 0.25, "split"),
        ]:  # fmt: skip
            assert games.split_choice(b=b, chi=chi, **base).choice == action

    def test_contract(self):
        letters = {"b": 0.5, "a": 1.0, "d": 0.75, "F": 1.0, "chi": 0.125, "varsigma": 0.25}
        for name in ("split", "evade"):
            assert_contract(lambda name=name, **k: getattr(games.split_choice(**k), name), letters)
        many = games.split_choice(**{name: [x, x] for name, x in letters.items()})
        assert many.choice.tolist() == ["split"] * 2
        assert {len(getattr(many, field.name)) for field in dataclasses.fields(many)} == {2}

        def split(**known):
            return games.split_choice(**known).split

        assert_refused(split, letters, b=-1.0, a=1.5, d=-0.5, F=-1.0, chi=-1.0, varsigma=1.5)
        a = cube(122, 300)
        assert games.split_choice(**a).choice.tolist() == [
            games.split_choice(**dict(zip(a, row, strict=True))).choice
            for row in zip(*(column.tolist() for column in a.values()), strict=True)
        ]


class TestVolumes:
    def test_integrals_by_computer_algebra(self):
        """Over b, then chi, varsigma and the density ln(x)^2 / 2 of X = adF, itself integrated."""
        x, y, chi, s = sympy.symbols("x y chi varsigma", positive=True)
        pair = sympy.integrate(1 / y, (y, x, 1))
        density = sympy.expand_log(
            sympy.integrate(-sympy.log(x / y, evaluate=False).expand(force=True) / y, (y, x, 1))
        )
        assert sympy.simplify(pair + sympy.log(x)) == 0
        assert sympy.simplify(density - sympy.log(x) ** 2 / 2) == 0
        spared = x * (1 - s)
        splits = sympy.integrate(1 - chi - s * x, (chi, 0, spared))
        complies = sympy.integrate(chi + s * x, (chi, 0, spared)) + x * (1 - spared)

        def volume(share):
            return sympy.integrate(
                sympy.expand(sympy.integrate(sympy.expand(share), (s, 0, 1)) * density), (x, 0, 1)
            )

        volumes = games.split_volumes()
        assert Fraction(str(volume(complies))) == volumes.comply == Fraction(77, 648)
        assert Fraction(str(volume(splits))) == volumes.split == Fraction(65, 1296)
        assert Fraction(str(volume(x))) == volumes.comply_without_split == Fraction(1, 8)
        assert volumes.comply + volumes.split + volumes.evade == 1

    def test_counted(self):
        """A million draws of the six parameters, within 4 standard deviations of the binomial count."""
        n = 1_000_000
        a = cube(123, n)
        choice = games.split_choice(**a).choice
        volumes = games.split_volumes()
        alone = games.split_choice(**(a | {"varsigma": np.ones(n)})).choice
        for counted, share in [
            ((choice == "comply").sum(), volumes.comply),
            ((choice == "split").sum(), volumes.split),
            ((choice == "evade").sum(), volumes.evade),
            ((alone == "comply").sum(), volumes.comply_without_split),
        ]:
            p = float(share)
            assert abs(counted - n * p) < 4 * math.sqrt(n * p * (1 - p))


def known_form(name, x):
    """The closed forms in logarithms, evaluated with digits to spare."""
    if name == "b":
        s = mp.log(x)
        return 1 - x * (s * s / 2 - s + 1) + x * x * s**3 / 12
    if name == "chi":
        s = mp.log(x)
        inner = mpf(15) / 16 - mpf(7) / 8 * s + mpf(3) / 8 * s * s - s**3 / 12
        return mpf(1) / 8 - (mpf(1) / 16 - x + x * x * inner)
    if name == "varsigma":
        return mpf(1) / 8 - (1 - x) ** 2 / 54
    return x / 4 - x * x / 54


def slope(name, x):
    return (known_form(name, x * (1 + mpf(10) ** -30)) - known_form(name, x)) * mpf(10) ** 30


@pytest.mark.parametrize("name", LETTERS)
class TestMarginal:
    def test_against_seventy_digits(self, name):
        points = Points(124)
        x = np.where(points.coarse, points.rng.uniform(size=N), points.probability())
        x = x[(x > 0) & (x < 1)]
        with np.errstate(all="raise"):
            result = games.split_marginal(**{name: x})
        with mp.workdps(70):
            exact = [known_form(name, mpf(value)) for value in x.tolist()]
            sensitivity = np.array([float(abs(slope(name, mpf(value)))) for value in x.tolist()])
        assert_close(result, exact, sensitivity)
        relative = [float(abs(r / e - 1)) for r, e in zip(result.tolist(), exact, strict=True) if e > 1e-3]
        assert max(relative) < 1e-12
        assert ((result >= 0) & (result <= 1)).all()
        assert_same(result, singly(games.split_marginal, {name: x}))

    def test_against_quadrature(self, name):
        """The share over the remaining parameters, integrated numerically at 200 points."""
        for value in np.random.default_rng(125).uniform(size=200).tolist():
            assert games.split_marginal(**{name: value}) == pytest.approx(integrated(name, value), rel=1e-10)

    def test_counted(self, name):
        n = 200_000
        for value in (0.15, 0.7):
            a = cube(126, n) | {name: np.full(n, value)}
            p = games.split_marginal(**{name: value})
            counted = (games.split_choice(**a).choice == "comply").mean()
            assert abs(counted - p) < 4 * math.sqrt(p * (1 - p) / n)

    def test_mean_is_the_volume(self, name):
        """Averaged over its parameter, the marginal is the share of the whole cube."""
        mean = quad(lambda x: games.split_marginal(**{name: x}), 0, 1, epsabs=1e-13, epsrel=1e-12)[0]
        assert mean == pytest.approx(77 / 648, rel=1e-10)

    def test_swing(self, name):
        swing = getattr(games.split_swings(), name)
        with mp.workdps(50):
            exact = float(known_form(name, mpf(0.8)) - known_form(name, mpf(0.2)))
        assert swing == pytest.approx(exact, rel=1e-13)
        published = {"b": -0.204212, "varsigma": 0.011111, "chi": 0.009078}.get(name, 0.138889)
        assert round(swing, 6) == published
        assert getattr(games.split_swings(low=[0.2, 0.5], high=0.8), name)[0] == swing

    def test_contract(self, name):
        assert_contract(games.split_marginal, {name: 0.5})
        assert_refused(games.split_marginal, {name: 0.5}, **{name: 1.5})


def integrated(name, value):
    """Share that complies, by quadrature over the product x of those of a, d, F that are free.

    Of all benefits min(x, chi + varsigma x) comply. The product of two uniform numbers has the density
    -ln x, that of three ln(x)^2 / 2.
    """

    def over(f, low=0.0, high=1.0):
        return quad(f, low, high, epsabs=1e-14, epsrel=1e-12, limit=200)[0]

    def triple(x):
        return math.log(x) ** 2 / 2 if x > 0 else 0.0

    if name in "adF":
        return over(lambda y: -math.log(y) * over_s(value * y))
    if name == "varsigma":
        return over(lambda x: triple(x) * (x - (x * (1 - value)) ** 2 / 2))
    if name == "b":  # x >= b, and chi >= b - varsigma x
        return over(lambda x: triple(x) * (1 - value * value / (2 * x)), value)

    def share(x):  # min(x, chi + varsigma x), over varsigma up to where splitting spares chi and beyond
        s = 1 - value / x
        return value * s + x * s * s / 2 + x * (1 - s)

    return over(lambda x: triple(x) * x, 0, value) + over(lambda x: triple(x) * share(x), value)


def over_s(x):
    """Mean over varsigma of x - (x (1 - varsigma))^2 / 2, by Simpson's rule, exact for a parabola."""
    f = [x - (x * (1 - s)) ** 2 / 2 for s in (0.0, 0.5, 1.0)]
    return (f[0] + 4 * f[1] + f[2]) / 6


def test_limits_of_the_marginals():
    """At 0 and 1, where logarithms run away, and next to them."""
    for name, at_0, at_1 in [
        ("b", 1, 0), ("a", 0, Fraction(25, 108)), ("d", 0, Fraction(25, 108)), ("F", 0, Fraction(25, 108)),
        ("chi", Fraction(1, 16), Fraction(1, 8)), ("varsigma", Fraction(23, 216), Fraction(1, 8)),
    ]:  # fmt: skip
        with np.errstate(all="raise"):
            assert games.split_marginal(**{name: 0.0}) == pytest.approx(float(at_0), rel=EPS)
            assert games.split_marginal(**{name: np.array([1.0])})[0] == pytest.approx(float(at_1), rel=EPS)
            assert games.split_marginal(**{name: 1e-100}) == pytest.approx(float(at_0), rel=1e-12, abs=1e-99)
    s = 1e-5  # next to b = 1, where one in twelve of the cube (1 - b)^3 complies
    assert games.split_marginal(b=1 - s) == pytest.approx(s**3 / 12, rel=3 * s)
    assert games.split_marginal(b=1 - s) == pytest.approx(float(known_form("b", mpf(1 - s))), rel=0.1)


def test_one_known_parameter_is_asked_for():
    for known in ({}, {"a": 0.5, "b": 0.5}, {"nonsense": 0.5}):
        with pytest.raises(
            ParameterError, match=r"^known = .*one parameter .*b or a or d or F or chi or varsigma"
        ):
            games.split_marginal(**known)
