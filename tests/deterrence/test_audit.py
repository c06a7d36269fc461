"""The two rules for the high-suspicion audit probability, their relation and their objectives."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from exact import EPS, N, Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from scipy.optimize import minimize_scalar

import deterrence as dt


def draw(seed, n=N):
    """P, beta, v_star, c; a third of the rents is planted so that x falls around 1, some exactly on it."""
    points = Points(seed, n)
    a = {"P": points.money(), "beta": points.probability(), "v_star": points.money(), "c": points.money()}
    sanction = a["P"] * a["beta"]
    a["c"] = np.where(points.some(0.1), a["v_star"], a["c"])
    a["v_star"] = np.where(points.coarse & points.some(0.3), a["c"] + sanction, a["v_star"])
    around = ~points.coarse & points.some(0.4)
    a["v_star"] = np.where(around, sanction * points.rng.uniform(0.2, 3, n), a["v_star"])
    a["c"] = np.where(around, a["v_star"] * points.rng.uniform(0, 0.9, n) ** 4, a["c"])
    return a, points.coarse


def size(P, beta, v_star, c):
    """Condition number of P beta / (v_star - c) and of its reciprocal."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 + (v_star + c) / np.abs(v_star - c)


def test_the_specification_and_what_the_condition_implies():
    """The two worked examples of the project's specification, in decimals."""
    assert dt.optimal_pi_1(P=0.5, beta=0.8, v_star=1.2, c=0.4) == pytest.approx(0.5, rel=1e-15)
    assert dt.least_cost_pi_1(P=1.5, beta=0.8, v_star=1.2, c=0.4) == pytest.approx(2 / 3, rel=1e-15)
    assert dt.least_cost_pi_1(P=0.5, beta=0.8, v_star=1.2, c=0.4) == 1.0
    assert dt.optimal_pi_1(P=1.5, beta=0.8, v_star=1.2, c=0.4) == 1.0


@pytest.mark.parametrize(
    ("letters", "x", "optimal", "least_cost"),
    [
        ({"P": 1.0, "beta": 0.5, "v_star": 1.0, "c": 0.5}, 1.0, 1.0, 1.0),  # x = 1
        ({"P": 3.0, "beta": 0.25, "v_star": 2.0, "c": 1.25}, 1.0, 1.0, 1.0),  # x = 1
        ({"P": 0.0, "beta": 0.5, "v_star": 1.0, "c": 0.5}, 0.0, 0.0, 1.0),  # P = 0
        ({"P": 1.0, "beta": 0.0, "v_star": 1.0, "c": 0.5}, 0.0, 0.0, 1.0),  # beta = 0
        ({"P": 1.0, "beta": 0.5, "v_star": 0.5, "c": 0.5}, math.inf, 1.0, 0.0),  # v* = c, P beta > 0
        ({"P": 0.0, "beta": 0.5, "v_star": 0.5, "c": 0.5}, math.inf, 0.0, 0.0),  # v* = c, P = 0
        ({"P": 1.0, "beta": 0.0, "v_star": 0.5, "c": 0.5}, math.inf, 0.0, 0.0),  # v* = c, beta = 0
        ({"P": 1.0, "beta": 0.5, "v_star": 0.25, "c": 0.5}, math.inf, 0.0, 0.0),  # v* < c
        ({"P": 0.0, "beta": 0.0, "v_star": 0.25, "c": 0.5}, math.inf, 0.0, 0.0),  # v* < c
    ],
)
def test_edges(letters, x, optimal, least_cost):
    """At v* <= c, P = 0, beta = 0 and x = 1; negative zeros are zeros."""
    negative = {name: -value if value == 0 else value for name, value in letters.items()}
    for known in (letters, negative):
        arrays = {name: np.array([value]) for name, value in known.items()}
        for function, answer in (
            (dt.deterrence_ratio, x), (dt.optimal_pi_1, optimal), (dt.least_cost_pi_1, least_cost),
        ):  # fmt: skip
            with np.errstate(all="raise"):
                assert function(**known) == answer
                assert function(**arrays).tolist() == [answer]


def test_rules_against_fractions():
    a, coarse = draw(21)
    with np.errstate(all="raise"):
        x, optimal, least_cost = dt.deterrence_ratio(**a), dt.optimal_pi_1(**a), dt.least_cost_pi_1(**a)

    def spec(P, beta, v_star, c):
        if v_star < c:
            return Fraction(0)
        if v_star == c:
            return Fraction(P * beta > 0)
        return min(Fraction(1), P * beta / (v_star - c))

    def deterrent(P, beta, v_star, c):
        if v_star <= c:
            return Fraction(0)
        return Fraction(1) if P * beta == 0 else min(Fraction(1), (v_star - c) / (P * beta))

    def ratio(P, beta, v_star, c):
        return math.inf if v_star <= c else P * beta / (v_star - c)

    k = np.where(np.isfinite(size(**a)), size(**a), 0.0)
    assert_close(x, exactly(ratio, a), k * np.where(np.isfinite(x), x, 0.0), coarse)
    assert_close(optimal, exactly(spec, a), k * optimal, coarse)
    assert_close(least_cost, exactly(deterrent, a), k * least_cost, coarse)
    for function, result in (
        (dt.deterrence_ratio, x),
        (dt.optimal_pi_1, optimal),
        (dt.least_cost_pi_1, least_cost),
    ):
        assert_same(result, singly(function, a))
    for probability in (optimal, least_cost):
        assert ((probability >= 0) & (probability <= 1)).all()
        assert (probability[coarse] == 1).sum() > 100
        assert ((probability > 0) & (probability < 1)).sum() > N / 8


def test_rules_against_roots_with_fifty_digits():
    """Where U turns, and where the marginal lab is indifferent: linear equations solved, not the rules."""
    a, _ = draw(22)
    a = {name: values[a["v_star"] > a["c"]] for name, values in a.items()}
    first, second = [], []
    with mpmath.workdps(50):
        for P, beta, v, c in zip(*(column.tolist() for column in a.values()), strict=True):
            P, beta, v, c = mpmath.mpf(P), mpmath.mpf(beta), mpmath.mpf(v), mpmath.mpf(c)

            def utility(pi, a=P * beta, d=v - c):
                return pi * a - d * pi * pi / 2

            def condition(pi, P=P, beta=beta, d=v - c):
                return P * beta * pi - d

            # The slope of a parabola at the ends, from its values at 0 (where it is 0), 1/2 and 1.
            half, full = utility(mpmath.mpf("0.5")), utility(mpmath.mpf(1))
            slope_at_0, slope_at_1 = 4 * half - full, 3 * full - 4 * half
            first.append(
                mpmath.mpf(1)
                if slope_at_1 >= 0
                else max(mpmath.mpf(0), slope_at_0 / (slope_at_0 - slope_at_1))
            )
            at_0, at_1 = condition(0), condition(1)
            second.append(mpmath.mpf(1) if at_1 <= 0 else at_0 / (at_0 - at_1))
    k = size(**a)
    optimal, least_cost = dt.optimal_pi_1(**a), dt.least_cost_pi_1(**a)
    assert_close(optimal, first, k * optimal)
    assert_close(least_cost, second, k * least_cost)


def test_exactly_one_rule_is_below_one_and_both_or_none_deter():
    """At 1e5 points: unless x = 1 one rule is below 1; deterrence is the same."""
    n = 100_000
    rng = np.random.default_rng(23)
    P, beta = 10 ** rng.uniform(-12, 12, n), rng.uniform(0, 1, n)
    rent = P * beta * 10 ** rng.uniform(-3, 3, n)
    c = np.where(rng.uniform(size=n) < 0.5, 0.0, rent * rng.uniform(0, 10, n))
    a = {"P": P, "beta": beta, "v_star": c + rent, "c": c}
    x, optimal, least_cost = dt.deterrence_ratio(**a), dt.optimal_pi_1(**a), dt.least_cost_pi_1(**a)
    assert ((x != 1) & (np.abs(x - 1) > 1e-9)).all()
    np.testing.assert_array_equal(optimal < 1, x < 1)
    np.testing.assert_array_equal(least_cost < 1, x > 1)
    np.testing.assert_array_equal((optimal < 1) ^ (least_cost < 1), True)
    np.testing.assert_allclose(np.minimum(optimal, least_cost), np.minimum(x, 1 / x), rtol=4 * EPS)
    np.testing.assert_allclose(optimal * least_cost, np.minimum(x, 1 / x), rtol=4 * EPS)

    gain = dt.gain_value(v=a["v_star"], c=c)

    def deters(pi_1):
        return dt.complies(p_eff=dt.effective_detection(pi_1=pi_1, pi_0=0.0, beta=beta), B=P, g=gain)

    np.testing.assert_array_equal(deters(optimal), x > 1)
    np.testing.assert_array_equal(deters(least_cost), x > 1)
    for pi_1 in np.linspace(0, 1, 21):
        np.testing.assert_array_equal(deters(np.full(n, pi_1)), pi_1 >= np.where(x > 1, least_cost, math.inf))
    # A little less than the least-cost deterrent no longer deters.
    assert not deters(least_cost * (1 - 1e-7)).any()


def test_the_rules_move_against_each_other_in_every_argument():
    """What raises one, where it is below 1, lowers the other."""
    rng = np.random.default_rng(25)
    P, beta, c = rng.uniform(0.5, 2, 2000), rng.uniform(0.2, 0.9, 2000), rng.uniform(0, 1, 2000)
    x = rng.choice([rng.uniform(0.3, 0.9, 2000), rng.uniform(1.1, 3, 2000)])
    a = {"P": P, "beta": beta, "v_star": c + P * beta / x, "c": c}
    for name, sign in (("P", 1), ("beta", 1), ("c", 1), ("v_star", -1)):
        raised = a | {name: a[name] * (1 + 1e-6)}
        for function, direction, moves in (
            (dt.optimal_pi_1, sign, x < 1),
            (dt.least_cost_pi_1, -sign, x > 1),
        ):
            change = function(**raised) - function(**a)
            np.testing.assert_array_equal(np.sign(change), np.where(moves, direction, 0))


def test_audits_saved_by_the_least_cost_deterrent():
    """alpha (1 - 1/x) audits per compliant running lab."""
    rng = np.random.default_rng(26)
    alpha, beta, P = rng.uniform(0, 1, (3, 1000))
    x = rng.uniform(1, 10, 1000)
    a = {"P": P, "beta": beta, "v_star": P * beta / x}
    bill = [
        dt.false_audit_rate(pi_1=rule(**a), pi_0=0.0, alpha=alpha)
        for rule in (dt.optimal_pi_1, dt.least_cost_pi_1)
    ]
    np.testing.assert_allclose(bill[0] - bill[1], alpha * (1 - 1 / x), rtol=1e-12, atol=1e-15)


# The objectives.


def test_sanction_objective_against_fractions():
    a, coarse = draw(27)
    pi = Points(28).probability()
    with np.errstate(all="raise"):
        result = dt.sanction_objective(pi, **a)
    exact = exactly(lambda pi, P, beta, v_star, c: pi * P * beta - (v_star - c) * pi**2 / 2, {"pi": pi, **a})
    condition = 3 * pi * a["P"] * a["beta"] + pi**2 * (
        np.abs(a["v_star"] - a["c"]) + (a["v_star"] + a["c"]) / 2
    )
    assert_close(result, exact, condition, coarse)
    assert_same(result, singly(lambda pi, **known: dt.sanction_objective(pi, **known), {"pi": pi, **a}))


def test_optimal_pi_1_maximises_the_sanction_objective():
    """Against a grid of 2,001 probabilities, and against a numerical maximiser."""
    a, _ = draw(29, 2000)
    a = {name: values[a["v_star"] >= a["c"]] for name, values in a.items()}
    optimal = dt.optimal_pi_1(**a)
    best = dt.sanction_objective(optimal, **a)
    grid = np.linspace(0, 1, 2001)[:, None]
    on_grid = dt.sanction_objective(grid, **a)
    scale = a["P"] * a["beta"] + a["v_star"] - a["c"]
    assert (on_grid <= best + 1e-14 * scale).all()
    assert (on_grid.max(axis=0) >= best - 2e-7 * scale).all()
    for i in range(200):
        known = {
            name: float(values[i]) / (1 if name == "beta" else scale[i] or 1) for name, values in a.items()
        }
        found = minimize_scalar(
            lambda pi, known=known: -dt.sanction_objective(pi, **known), bounds=(0, 1), method="bounded",
            options={"xatol": 1e-10},
        )  # fmt: skip
        assert -found.fun <= dt.sanction_objective(dt.optimal_pi_1(**known), **known) + 1e-15
        if known["P"] * known["beta"] + known["v_star"] - known["c"] > 0:
            assert found.x == pytest.approx(dt.optimal_pi_1(**known), abs=2e-6)


def test_one_objective_has_both_rules_as_its_branches():
    """Share deterred less quadratic cost is largest at min(x, 1/x), the smaller rule."""
    pi = np.linspace(0, 1, 20_001)
    for x in np.geomspace(0.05, 20, 61):
        known = {"P": x, "beta": 1.0, "v_star": 1.0, "c": 0.0}
        smaller = min(dt.optimal_pi_1(**known), dt.least_cost_pi_1(**known))
        for weight in (0.25, 1.0, 3.0):
            values = dt.deterred_share(pi_1=pi, x=x) - weight * pi**2 / 2
            stated = min(1.0, x / weight, 1 / x)
            assert pi[values.argmax()] == pytest.approx(stated, abs=5.1e-5)
            assert values.max() <= dt.deterred_share(pi_1=stated, x=x) - weight * stated**2 / 2 + 1e-15
            if weight == 1.0:
                assert stated == pytest.approx(smaller, rel=4 * EPS)


def test_the_ceiling_reading():
    """min(1, x) is the share deterred at pi_1 = 1; rents counted one by one."""
    rents = (np.arange(4000) + 0.5) / 4000
    for x in (0.2, 0.5, 0.9, 1.0, 1.7, 4.0):
        known = {"P": x / 0.8, "beta": 0.8, "v_star": 1.0, "c": 0.0}
        optimal, least_cost = dt.optimal_pi_1(**known), dt.least_cost_pi_1(**known)
        for pi_1, share in (
            (1.0, min(1, x)),
            (optimal, min(1, x**2)),
            (least_cost, min(1, x)),
            (0.3, min(1, 0.3 * x)),
        ):
            counted = dt.complies(p_eff=pi_1 * 0.8, B=x / 0.8, g=rents).mean()
            assert counted == pytest.approx(share, abs=1.01 / 4000)
            assert dt.deterred_share(pi_1=pi_1, x=x) == pytest.approx(share, rel=1e-14)
        assert dt.deterred_share(pi_1=1.0, x=x) == pytest.approx(optimal, rel=4 * EPS)


def test_deterred_share_against_fractions():
    points = Points(30)
    a = {"pi_1": points.probability(), "x": points.money()}
    with np.errstate(all="raise"):
        result = dt.deterred_share(**a)
    assert_close(result, exactly(lambda pi_1, x: min(Fraction(1), pi_1 * x), a), 0.0, points.coarse)
    assert_same(result, singly(dt.deterred_share, a))


def test_where_there_is_nothing_to_deter_everyone_is_deterred():
    x = dt.deterrence_ratio(P=1.0, beta=0.5, v_star=0.5, c=0.5)
    assert dt.deterred_share(pi_1=0.0, x=x) == 1.0
    with np.errstate(all="raise"):
        assert dt.deterred_share(pi_1=np.array([0.0, 0.5]), x=np.array([x, 1.0])).tolist() == [1.0, 0.5]


RULE = {"P": 2.0, "beta": 0.5, "v_star": 1.0, "c": 0.25}


@pytest.mark.parametrize(
    ("function", "letters", "infinite"),
    [
        (dt.deterrence_ratio, RULE, ""),
        (dt.optimal_pi_1, RULE, ""),
        (dt.least_cost_pi_1, RULE, ""),
        (lambda pi, **known: dt.sanction_objective(pi, **known), {"pi": 0.5, **RULE}, ""),
        (dt.deterred_share, {"pi_1": 0.5, "x": 0.5}, "x"),
    ],
)
def test_contract(function, letters, infinite):
    assert_contract(function, letters, infinite)
    for name in letters:
        assert_refused(function, letters, **{name: -0.5})
        if name in ("pi", "pi_1", "beta"):
            assert_refused(function, letters, **{name: 1.5})
