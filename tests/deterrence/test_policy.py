"""The least-cost audit policy, against the corners of its linear program and a solver."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from exact import Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from scipy.optimize import linprog

import deterrence as dt


def draw_policy(seed):
    points = Points(seed)
    a = {"t": points.probability(), "alpha": points.probability(), "beta": points.probability()}
    a["alpha"] = np.where(points.some(0.1), a["beta"], a["alpha"])
    a["t"] = np.where(points.some(0.1), a["beta"], a["t"])
    a["t"] = np.where(points.some(0.05), -a["t"], a["t"])
    a["t"] = np.where(points.some(0.1), 1 + points.money() * (1 + 1e-9), a["t"])
    return a, points.coarse


def cheapest_corner(t, alpha, beta):
    """Optimum of the linear program by its corners: box corners, and where the constraint cuts the box."""
    corners = [(i, j) for i in (Fraction(0), Fraction(1)) for j in (Fraction(0), Fraction(1))]
    for edge in (Fraction(0), Fraction(1)):
        if beta < 1:
            corners.append((edge, (t - beta * edge) / (1 - beta)))
        if beta > 0:
            corners.append(((t - (1 - beta) * edge) / beta, edge))
    feasible = [(i, j) for i, j in corners if 0 <= i <= 1 and 0 <= j <= 1 and beta * i + (1 - beta) * j >= t]
    return min(((alpha * i + (1 - alpha) * j, i + j) for i, j in feasible), default=None)


def test_least_cost_policy_is_the_cheapest_corner():
    a, coarse = draw_policy(31)
    with np.errstate(all="raise"):
        policy = dt.least_cost_policy(**a)
    best = exactly(cheapest_corner, a)
    feasible = np.array([corner is not None for corner in best])
    beyond = a["t"] - 1
    np.testing.assert_array_equal(policy.feasible, np.where((beyond > 0) & (beyond < 9e-13), True, feasible))
    for values in (policy.pi_1, policy.pi_0, policy.cost):
        np.testing.assert_array_equal(np.isnan(values), ~policy.feasible)

    k = policy.feasible & feasible
    t, alpha, beta = (a[name][k] for name in ("t", "alpha", "beta"))
    pi_1, pi_0, cost = policy.pi_1[k], policy.pi_0[k], policy.cost[k]
    assert (np.minimum(pi_1, pi_0) >= 0).all()
    assert (np.maximum(pi_1, pi_0) <= 1).all()
    np.testing.assert_array_equal(cost, dt.false_audit_rate(pi_1=pi_1, pi_0=pi_0, alpha=alpha))
    assert dt.complies(p_eff=dt.audit_rate(pi_1=pi_1, pi_0=pi_0, beta=beta), B=1.0, g=t).all()
    # By the envelope theorem dC/dt is the slope, dC/dbeta = -slope (pi_1 - pi_0), dC/dalpha = pi_1 - pi_0.
    telling = np.where(beta > alpha, beta, 1 - beta)
    by_signal = np.where(t <= telling, beta > alpha, beta < alpha)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(by_signal, alpha / beta, (1 - alpha) / (1 - beta))
    slope = np.where((alpha == beta) | (cost == 0), 1.0, slope)
    condition = slope * np.maximum(t, 0.0) + (alpha + beta * slope) * np.abs(pi_1 - pi_0)
    assert_close(
        cost, [corner[0] for corner, keep in zip(best, k, strict=True) if keep], condition, coarse[k]
    )
    # Of equally cheap policies the one with fewest audits, but for alpha = beta with its equal pair.
    fewest = np.array([float(corner[1]) for corner, keep in zip(best, k, strict=True) if keep])
    free = ((alpha == 0) | (alpha == 1)) & (alpha != beta) & (beta * (1 - beta) > 1e-6)
    np.testing.assert_allclose((pi_1 + pi_0)[free], fewest[free], rtol=1e-9)
    assert free.sum() > 200
    even = alpha == beta
    np.testing.assert_array_equal(pi_1[even], np.maximum(t[even], 0.0))
    np.testing.assert_array_equal(pi_0[even], np.maximum(t[even], 0.0))


def test_least_cost_policy_against_a_linear_program():
    """500 points, with alpha = beta, alpha = 0, alpha = 1, t <= 0 and t > 1 among them."""
    rng = np.random.default_rng(32)
    infeasible = 0
    for i in range(500):
        t, alpha, beta = rng.uniform(-0.2, 1.2), *rng.uniform(0, 1, 2)
        alpha = {0: beta, 1: 0.0, 2: 1.0}.get(i % 10, alpha)
        beta = {3: 0.0, 4: 1.0}.get(i % 10, beta)
        policy = dt.least_cost_policy(t=t, alpha=alpha, beta=beta)
        program = linprog([alpha, 1 - alpha], A_ub=[[-beta, beta - 1]], b_ub=[-t], bounds=(0, 1))
        assert policy.feasible is (program.status == 0)
        if policy.feasible:
            assert policy.cost == pytest.approx(program.fun, abs=1e-9)
            assert beta * policy.pi_1 + (1 - beta) * policy.pi_0 >= t - 1e-12
        infeasible += not policy.feasible
    assert infeasible > 40


def test_cost_of_the_policy_is_convex_increasing_and_at_most_t():
    t = np.arange(65) / 64
    for alpha, beta in ((0.125, 0.5), (0.5, 0.125), (0.25, 0.25), (0.0, 0.5), (1.0, 0.5)):
        cost = dt.least_cost_policy(t=t, alpha=alpha, beta=beta).cost
        assert (np.diff(cost) >= 0).all()
        assert (np.diff(cost, 2) >= -1e-15).all()
        assert (cost <= t + 1e-15).all()


def test_a_rate_beyond_one_by_rounding_is_one():
    known = {"alpha": 0.25, "beta": 0.5}
    assert dt.least_cost_policy(t=1 + 5e-13, **known) == dt.least_cost_policy(t=1.0, **known)
    assert dt.least_cost_policy(t=1 + 5e-13, **known).feasible
    assert not dt.least_cost_policy(t=1 + 2e-12, **known).feasible


def test_policy_with_arrays_is_the_policy_with_floats():
    a, _ = draw_policy(33)
    whole, single = dt.least_cost_policy(**a), singly(dt.least_cost_policy, a)
    assert_same(whole.feasible, [one.feasible for one in single])
    for name in ("pi_1", "pi_0", "cost"):
        assert {type(getattr(one, name)) for one in single} == {float}
        np.testing.assert_array_equal(getattr(whole, name), [getattr(one, name) for one in single])


def test_contract():
    letters = {"t": 0.75, "alpha": 0.25, "beta": 0.5}

    def cost(**known):
        return dt.least_cost_policy(**known).cost

    assert_contract(cost, letters)
    assert_refused(cost, letters, alpha=-0.5, beta=1.5)
    assert_refused(cost, letters, alpha=1.5, beta=-0.5)
