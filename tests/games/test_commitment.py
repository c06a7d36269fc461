"""Commitment against linear programs and exact enumeration, and what it is worth."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from exact import EPS, N, Points, assert_close, assert_refused, assert_same, exactly, singly
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack

import deterrence as dt
from deterrence import ParameterError, formulas, games

PLANS = list(itertools.product((0, 1), (0, 1)))  # audit after a suspicious signal, after a clean one
LETTERS = ("g", "D", "k", "M", "H", "alpha", "beta")
NUMBERS = (
    *("pi_1", "pi_0", "audit_rate", "value", "lab_value", "strict_cost", "advantage", "lab_advantage"),
    *("nash_value", "worst_nash_value", "lab_nash_value", "lab_worst_nash_value"),
)


def draw(seed, n=N):
    """Games of order 1: a third on boundaries, with exact ties between g, D and beta D, and k and M."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(size=n) < 1 / 3

    def money():
        few = rng.choice([0, 0.125, 0.25, 0.5, 1, 1, 1.5, 2, 3], n)
        return np.where(coarse, few, rng.uniform(0, 2, n))

    def probability():
        return np.where(coarse, rng.choice([0, 0.25, 0.5, 0.75, 1], n), rng.uniform(0, 1, n))

    sign = rng.choice([1, 1, 1, 1, -1], (2, n))
    a = {"g": money() * sign[0], "D": money(), "k": money() * sign[1], "M": money(), "H": money(),
         "alpha": probability(), "beta": probability()}  # fmt: skip
    tie = rng.integers(0, 8, n)
    a["g"] = np.where(coarse & (tie == 0), a["D"], a["g"])
    a["g"] = np.where(coarse & (tie == 1), a["D"] * a["beta"], a["g"])
    a["k"] = np.where(tie == 2, a["M"], a["k"])
    a["alpha"] = np.where(tie == 3, a["beta"], a["alpha"])
    return a


def rates(alpha, beta):
    """Audit probability of a violator and of a compliant lab under each plan."""
    return (
        [beta * one + (1 - beta) * other for one, other in PLANS],
        [alpha * one + (1 - alpha) * other for one, other in PLANS],
    )


def by_vertices(g, D, k, M, H, alpha, beta):
    """The best that a mixture of plans earns: a linear program has its optimum at one or two plans."""
    p_s, p_f = rates(alpha, beta)
    earned = []
    for i, j in itertools.combinations_with_replacement(range(4), 2):
        shares = {Fraction(0), Fraction(1)}
        if D * (p_s[i] - p_s[j]) != 0:
            shares.add((g - D * p_s[j]) / (D * (p_s[i] - p_s[j])))
        for share in shares:
            if 0 <= share <= 1:
                s, f = (share * p[i] + (1 - share) * p[j] for p in (p_s, p_f))
                earned += [-k * f] if s * D >= g else []
                earned += [s * (M - k) - H] if s * D <= g else []
    return max(earned)


def nash(g, D, k, M, H, alpha, beta):
    """Extreme Nash values of Governor and lab, with q at a crossing of two of the Governor's payoffs."""
    p_s, p_f = rates(alpha, beta)

    def payoffs(q):
        return [q * (s * (M - k) - H) - (1 - q) * k * f for s, f in zip(p_s, p_f, strict=True)]

    crossings = {Fraction(0), Fraction(1)}
    for at_0, at_1 in itertools.combinations(zip(payoffs(0), payoffs(1), strict=True), 2):
        first, last = at_0[0] - at_1[0], at_0[1] - at_1[1]
        if first * last < 0:
            crossings.add(first / (first - last))
    governor, lab = [], []
    for q in crossings:
        earned = payoffs(q)
        best = [s * D for s, e in zip(p_s, earned, strict=True) if e == max(earned)]
        low, high = min(best), max(best)
        if (q == 0 or low <= g) and (q == 1 or high >= g):
            governor.append(max(earned))
            lab += [Fraction(0)] if q < 1 else [g - low, max(Fraction(0), g - high)]
    return max(governor), min(governor), max(lab), min(lab)


def scale(a):
    return np.abs(a["k"]) + a["M"] + a["H"] + a["D"] + np.abs(a["g"])


def test_against_exact_enumeration():
    a = draw(41, N // 10)
    with np.errstate(all="raise"):
        solution = games.commitment(**a)
    truth = np.array([float(e) for e in exactly(by_vertices, a)])
    assert (np.abs(solution.value - truth) <= 16 * EPS * scale(a)).all()
    found = np.array([[float(e) for e in row] for row in exactly(nash, a)]).T
    names = ("nash_value", "worst_nash_value", "lab_nash_value", "lab_worst_nash_value")
    for name, exact in zip(names, found, strict=True):
        assert (np.abs(getattr(solution, name) - exact) <= 16 * EPS * scale(a)).all(), name
    assert set(solution.branch) == {"deter", "tolerate", "not needed", "cannot deter"}
    assert min(np.unique(solution.branch, return_counts=True)[1]) > N / 400


@pytest.mark.parametrize("with_signal", [False, True])
def test_nash_values_are_the_extremes_of_the_complete_sets(with_signal):
    a = draw(51)
    if with_signal:
        known, sets = a, games.signal(**a)
    else:
        known = {name: a[name] for name in "gDkMH"}
        sets = games.inspection(**known)
    c = games.commitment(**known)
    assert sets.count.max() > 1
    for player, names in (
        ("governor", ("nash_value", "worst_nash_value")),
        ("lab", ("lab_nash_value", "lab_worst_nash_value")),
    ):
        values = getattr(sets.values, player)
        for name, extreme in zip(names, (np.nanmax, np.nanmin), strict=True):
            stated = extreme(values, axis=(-2, -1))
            assert (np.abs(getattr(c, name) - stated) <= 16 * EPS * scale(a)).all(), name


def without_signal(seed, n=N):
    points = Points(seed, n)
    a = {name: points.money() for name in ("g", "D", "k", "M", "H")}
    for name in "gk":
        a[name] = np.where(points.some(0.2), -a[name], a[name])
    a["g"] = np.where(points.some(0.3), a["D"] * points.rng.uniform(0, 1.2, n), a["g"])
    a["k"] = np.where(points.some(0.3), a["M"] * points.rng.uniform(0, 1.2, n), a["k"])
    a["g"] = np.where(points.some(0.05), a["D"], a["g"])
    a["k"] = np.where(points.some(0.05), a["M"], a["k"])
    near = points.some(0.3) & (a["D"] > 0) & (np.abs(a["g"]) < 1e3 * a["D"])
    t = np.where(near, a["g"], 0) / np.where(near, a["D"], 1)
    a["H"] = np.where(near, np.abs(t) * a["M"] * points.rng.uniform(0.5, 2, n), a["H"])
    return a, points.coarse


def test_values_of_the_inspection_game_against_fractions():
    """Over 24 orders of magnitude, to the last digits."""
    a, coarse = without_signal(42)
    with np.errstate(all="raise"):
        solution = games.commitment(**a)

    def value(g, D, k, M, H):
        t = g / D if 0 < g < D else Fraction(g > 0)
        if g > D:
            return max(Fraction(0), M - k) - H
        if g < 0:
            return max(Fraction(0), -k)
        borne = g / D if g < D else Fraction(1)
        return max(-k * t, -k, borne * max(Fraction(0), M - k) - H)

    def equilibria(g, D, k, M, H):
        """Extreme probabilities to defect, and the lab's and Governor's values there."""
        star = Fraction(0) if k <= 0 else Fraction(1) if k >= M else k / M
        low, high = (star, star) if k or M else (Fraction(0), Fraction(1))
        low = Fraction(0) if g <= 0 else low if g <= D else Fraction(1)
        high = Fraction(0) if g < 0 else high if g < D else Fraction(1)
        ends = {low, high} | ({star} if g == D == 0 else set())
        worth = [max(Fraction(0), q * M - k) - q * H for q in ends]
        return max(worth), min(worth)

    size = 4 * (np.abs(a["k"]) + a["M"] + a["H"])
    truth = exactly(value, a)
    part = np.minimum(1.0, np.abs(a["g"]) / np.where(a["D"] > 0, a["D"], 1))
    sensitivity = 3 * (np.abs(a["k"]) * np.where(a["k"] < 0, 1, part) + a["H"]) + 3 * part * (a["M"] + a["k"])
    assert_close(
        solution.value, truth, np.minimum(size, np.abs(sensitivity) + np.abs(solution.value)), coarse
    )
    best, worst = zip(*exactly(equilibria, a), strict=True)
    mixed = (a["g"] > 0) & (a["g"] < a["D"]) & ((a["k"] != 0) | (a["M"] != 0))
    assert mixed.sum() > N / 5
    for name, truth in (("nash_value", best), ("worst_nash_value", worst)):
        exact = np.array([float(e) for e in truth])
        assert_close(getattr(solution, name), list(truth), np.where(mixed, 3 * np.abs(exact), size))
    assert (solution.advantage >= 0).all()
    assert (solution.advantage[(a["g"] <= 0) | (a["g"] > a["D"])] == 0).all()


def programs(a, sign):
    """The best mixture of plans against one answer of the lab, for all games at once by HiGHS; -inf if none.

    Conitzer and Sandholm's multiple linear programs: +1 asks that compliance, -1 that a violation is a best
    reply. A first program finds how far each game is from a mixture with that property.
    """
    n = a["g"].size
    p_s, p_f = (np.stack(p, axis=1) for p in rates(a["alpha"], a["beta"]))
    earned = -a["k"][:, None] * p_f if sign > 0 else p_s * (a["M"] - a["k"])[:, None] - a["H"][:, None]
    places = np.repeat(np.arange(n), 4), np.arange(4 * n)  # one game in a row, its four plans side by side
    reply = csr_array(((-sign * p_s * a["D"][:, None]).ravel(), places), shape=(n, 4 * n))
    total = csr_array((np.ones(4 * n), places), shape=(n, 4 * n))
    tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    short = linprog(
        np.r_[np.zeros(4 * n), np.ones(n)], A_ub=hstack([reply, -eye_array(n)]), b_ub=-sign * a["g"],
        A_eq=hstack([total, csr_array((n, n))]), b_eq=np.ones(n), options=tight,
    )  # fmt: skip
    lacking = short.x[4 * n :]
    assert short.status == 0
    found = linprog(
        -earned.ravel(), A_ub=reply, b_ub=-sign * a["g"] + lacking, A_eq=total, b_eq=np.ones(n), options=tight
    )
    assert found.status == 0
    best = (found.x.reshape(n, 4) * earned).sum(axis=1)
    return np.where(lacking > 1e-9, -math.inf, best)


def test_against_multiple_linear_programs():
    """3,000 games, with a signal and without, solved by HiGHS over mixtures of pure audit plans."""
    a = draw(43, max(3000, N // 10))
    a["alpha"] = np.where(np.arange(a["g"].size) % 3 == 0, a["beta"], a["alpha"])
    solution = games.commitment(**a)
    complying, violating = programs(a, 1), programs(a, -1)
    np.testing.assert_allclose(solution.value, np.maximum(complying, violating), rtol=0, atol=1e-9)
    apart = np.abs(complying - violating) > 1e-8
    np.testing.assert_array_equal(solution.complies[apart], (complying > violating)[apart])


def test_the_announced_policy_earns_the_value():
    a = draw(44)
    c = games.commitment(**a)
    assert ((c.pi_1 >= 0) & (c.pi_1 <= 1) & (c.pi_0 >= 0) & (c.pi_0 <= 1)).all()
    p_s = dt.audit_rate(pi_1=c.pi_1, pi_0=c.pi_0, beta=a["beta"])
    p_f = dt.false_audit_rate(pi_1=c.pi_1, pi_0=c.pi_0, alpha=a["alpha"])
    np.testing.assert_allclose(c.audit_rate, p_s, rtol=0, atol=4 * EPS)
    earned = np.where(c.complies, -a["k"] * p_f, p_s * (a["M"] - a["k"]) - a["H"])
    np.testing.assert_allclose(c.value, earned, rtol=0, atol=1e-14)
    gains = a["g"] - p_s * a["D"]
    assert (np.where(c.complies, gains, -gains) <= 1e-14).all()
    np.testing.assert_allclose(c.lab_value, np.where(c.complies, 0, gains), rtol=0, atol=1e-14)
    np.testing.assert_array_equal(c.complies, np.isin(c.branch, ["deter", "not needed"]))


def test_never_worth_less_than_the_best_nash_equilibrium():
    a = draw(45)
    c = games.commitment(**a)
    assert (c.value >= c.nash_value - 8 * EPS * scale(a)).all()
    assert (c.nash_value >= c.worst_nash_value).all()
    assert (c.lab_nash_value >= c.lab_worst_nash_value).all()
    assert ((c.advantage > 1e-6).sum() > N / 10) & ((c.lab_advantage < -1e-6).sum() > N / 100)
    np.testing.assert_array_equal(c.advantage, np.maximum(c.value - c.nash_value, 0))


def test_value_of_commitment_as_published():
    """Without a signal, 0 < t < 1: k (H/M - t), (M - k)(t - H/M), and max(0, H - k t) where k >= M."""
    rng = np.random.default_rng(46)
    D, M, H = rng.uniform(0.5, 2, (3, N))
    t, k = rng.uniform(0.01, 0.99, N), rng.uniform(0.01, 3, N)
    stated = np.where(t * M <= H, k * (H / M - t), (M - k) * (t - H / M))
    stated = np.where(k >= M, np.maximum(0, H - k * t), stated)
    c = games.commitment(g=t * D, D=D, k=k, M=M, H=H)
    np.testing.assert_allclose(c.advantage, stated, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(c.branch == "tolerate", t * M * (k < M) + k * t * (k >= M) > H)


def test_value_of_commitment_with_a_signal():
    """With H >= M: deterrence is bought with C*(t), and replaces q_1 or q_0 violations."""
    rng = np.random.default_rng(47)
    alpha, beta = np.sort(rng.uniform(0.01, 0.99, (2, N)), axis=0)
    M, k, t = rng.uniform(0.5, 2, N), rng.uniform(0.01, 0.99, N), rng.uniform(0, 1, N)
    k, H = k * M, M * rng.uniform(1, 3, N)
    odds = (k / M) / (1 - k / M)
    q_1, q_0 = (odds * r / (1 + odds * r) for r in (alpha / beta, (1 - alpha) / (1 - beta)))
    bill = dt.least_cost_policy(t=t, alpha=alpha, beta=beta).cost
    stated = np.where(t < beta, q_1 * H - k * alpha * t / beta, q_0 * (H - M) + k * (1 - bill))
    c = games.commitment(g=t, D=1.0, k=k, M=M, H=H, alpha=alpha, beta=beta)
    np.testing.assert_allclose(c.advantage, stated, rtol=0, atol=1e-13)
    assert (c.branch == "deter").all()
    assert ((c.advantage > 0) & (c.lab_advantage == 0)).all()


def test_worked_example():
    """Harm 4, audits 1, return 2, half the gain lost in an audit: audits at 1/2 buy full compliance."""
    c = games.commitment(g=1.0, D=2.0, k=1.0, M=2.0, H=4.0)
    assert (c.branch, c.complies, c.audit_rate, c.pi_1, c.pi_0) == ("deter", True, 0.5, 0.5, 0.5)
    assert (c.value, c.nash_value, c.worst_nash_value, c.advantage, c.strict_cost) == (-0.5, -2, -2, 1.5, 1)
    assert (c.lab_value, c.lab_advantage) == (0.0, 0.0)
    c = games.commitment(g=1.0, D=2.0, k=1.0, M=2.0, H=4.0, alpha=0.25, beta=0.75)
    assert (c.pi_1, c.pi_0, c.value) == (0.5 / 0.75, 0.0, -0.5 / 0.75 * 0.25)


@pytest.mark.parametrize(
    ("letters", "branch", "rate", "value", "best", "worst", "strict"),
    [
        ({"g": -1, "D": 2, "k": 1, "M": 2, "H": 4}, "not needed", 0, 0, 0, 0, 0),
        ({"g": 0, "D": 2, "k": 1, "M": 2, "H": 4}, "not needed", 0, 0, 0, -2, 1),  # any q up to k/M
        ({"g": 0, "D": 0, "k": 1, "M": 2, "H": 4}, "not needed", 0, 0, 0, -3, math.inf),
        ({"g": 0, "D": 0, "k": 1, "M": 4, "H": 1}, "tolerate", 1, 2, 2, -0.25, math.inf),  # kink at k/M
        ({"g": 3, "D": 2, "k": 1, "M": 2, "H": 4}, "cannot deter", 1, -3, -3, -3, 0),
        ({"g": 3, "D": 2, "k": 3, "M": 2, "H": 4}, "cannot deter", 0, -4, -4, -4, 0),
        ({"g": 1, "D": 0, "k": 1, "M": 2, "H": 4}, "cannot deter", 1, -3, -3, -3, 0),
        ({"g": 2, "D": 2, "k": 1, "M": 2, "H": 4}, "deter", 1, -1, -2, -3, math.inf),  # any q from k/M
        ({"g": 2, "D": 2, "k": 1, "M": 4, "H": 1}, "tolerate", 1, 2, 2, -0.25, 3),
        ({"g": 1, "D": 2, "k": 0, "M": 2, "H": 4}, "deter", 0.5, 0, 0, 0, 0),  # audits are free
        ({"g": 1, "D": 2, "k": 0, "M": 0, "H": 4}, "deter", 0.5, 0, 0, -4, 0),  # and return nothing
        ({"g": 1, "D": 2, "k": 2, "M": 2, "H": 4}, "deter", 0.5, -1, -4, -4, 2),
        ({"g": 1, "D": 2, "k": 9, "M": 2, "H": 4}, "tolerate", 0, -4, -4, -4, 0),
        ({"g": 1, "D": 2, "k": 1, "M": 4, "H": 1}, "tolerate", 0.5, 0.5, -0.25, -0.25, 3),
        ({"g": 1, "D": 2, "k": 1, "M": 2, "H": 1}, "deter", 0.5, -0.5, -0.5, -0.5, 1),  # H = t M
        ({"g": 1, "D": 2, "k": -1, "M": 2, "H": 4}, "deter", 1, 1, 1, 1, 0),  # audits pay for themselves
        ({"g": 1, "D": 2, "k": -1, "M": 9, "H": 1}, "tolerate", 0.5, 4, 1, 1, 10),
        ({"g": 2, "D": 2, "k": -1, "M": 2, "H": 4}, "deter", 1, 1, 1, -1, math.inf),
        # A signal that compliant labs never send: the threat is free, and it also works in equilibrium.
        ({"g": 1, "D": 2, "k": 1, "M": 2, "H": 4, "alpha": 0, "beta": 0.75}, "deter", 0.5, 0, 0, 0, 0),
        ({"g": 1, "D": 2, "k": 9, "M": 2, "H": 4, "alpha": 0, "beta": 0.75}, "deter", 0.5, 0, 0, -4, 0),
        # A signal just good enough: any q from q_1 to q_0, and more audits are of clean signals.
        (
            {"g": 1, "D": 2, "k": 1, "M": 2, "H": 4, "alpha": 0.25, "beta": 0.5},
            *("deter", 0.5, -0.25, -4 / 3, -2.2, 1.5),
        ),
        # A signal that misleads: clean signals are audited first.
        ({"g": 1, "D": 2, "k": 1, "M": 2, "H": 4, "alpha": 1, "beta": 0.25}, "deter", 0.5, 0, 0, 0, 0),
        ({"g": 1, "D": 2, "k": -1, "M": 2, "H": 4, "alpha": 0.5, "beta": 1}, "deter", 1, 1, 1, 1, 0),
    ],
)  # fmt: skip
def test_edges(letters, branch, rate, value, best, worst, strict):
    known = {name: float(x) for name, x in letters.items()}
    for form in (float, lambda x: np.array([x])):
        with np.errstate(all="raise"):
            c = games.commitment(**{name: form(x) for name, x in known.items()})
        found = (c.audit_rate, c.value, c.nash_value, c.worst_nash_value, c.strict_cost)
        assert c.branch == branch
        np.testing.assert_allclose(np.ravel(found), (rate, value, best, worst, strict), rtol=4 * EPS)


def test_audits_everyone_where_audits_pay_for_themselves():
    c = games.commitment(g=1.0, D=2.0, k=-1.0, M=2.0, H=4.0, alpha=0.5, beta=1.0)
    assert (c.pi_1, c.pi_0, c.value) == (1.0, 1.0, 1.0)


def test_what_a_strict_announcement_costs():
    """An audit rate that is off by eps makes the lab's choice strict, and costs eps times strict_cost."""
    a = draw(48)
    c = games.commitment(**a)
    p_s = np.where(c.audit_rate * a["D"] == a["g"], c.audit_rate, np.nan)
    indifferent = np.abs(c.audit_rate * a["D"] - a["g"]) <= 1e-12
    assert (c.strict_cost[~indifferent] == 0).all()
    assert np.isnan(p_s[~indifferent]).all()
    never = np.isinf(c.strict_cost)
    assert (indifferent & ~never).sum() > N / 10
    assert ((a["g"] >= a["D"]) | (a["D"] == 0))[never].all()
    eps = 1e-5
    known = {name: values[indifferent & ~never] for name, values in a.items()}
    strict, rate = c.strict_cost[indifferent & ~never], c.audit_rate[indifferent & ~never]
    complies, value = c.complies[indifferent & ~never], c.value[indifferent & ~never]
    moved = np.where(complies, rate + eps, rate - eps)
    policy = dt.least_cost_policy(t=moved, alpha=known["alpha"], beta=known["beta"])
    earned = np.where(complies, -known["k"] * policy.cost, moved * (known["M"] - known["k"]) - known["H"])
    kinked = np.abs(np.abs(rate - known["beta"]) - eps) < 2 * eps
    costly = (known["k"] >= 0) | ~complies
    assert (strict[~costly] == 0).all()
    near = costly & ~kinked & (np.abs(rate - (1 - known["beta"])) > 2 * eps)
    np.testing.assert_allclose((value - earned)[near], eps * strict[near], rtol=0, atol=1e-12)
    gains = known["g"] - moved * known["D"]
    assert (np.where(complies, gains, -gains)[known["D"] > 0] < 0).all()


def test_decimal_ties_can_be_deterred():
    """0.6 x 0.75 < 0.45 in double precision; and a signal's tie is one of the continuum of equilibria."""
    p, D = np.meshgrid(np.arange(1, 100) / 100, np.arange(1, 60) / 20)
    g = np.round(p * D, 6)
    c = games.commitment(g=g, D=D, k=0.1, M=1.0, H=2.0, alpha=0.0, beta=p)
    assert (c.branch == "deter").all()
    np.testing.assert_allclose(c.audit_rate, p, rtol=1e-14)
    np.testing.assert_allclose(c.worst_nash_value, -(0.1 / (0.1 + 0.9 * (1 - p))) - 0.1, rtol=1e-12)
    assert (c.nash_value == 0).all()
    third = games.commitment(g=0.1 + 0.2, D=0.3, k=0.1, M=1.0, H=2.0)
    assert (third.branch, third.audit_rate) == ("deter", 1.0)
    assert games.commitment(g=0.3 * (1 + 1e-7), D=0.3, k=0.1, M=1.0, H=2.0).branch == "cannot deter"


def test_table_of_the_proposition():
    a, _ = without_signal(49, N // 10)
    c = games.commitment(**a)
    table = formulas.commitment_branches
    letters = [variable.symbol for variable in table.symbols]
    cells = [sympy.lambdify(letters, [table.meant(cell) for cell in row.then], "math") for row in table.cases]
    reached = set()
    for i, point in enumerate(zip(*(a[name].tolist() for name in "gDkMH"), strict=True)):
        known = dict(zip(("g", "D", "k_audit", "M", "H"), point, strict=True))
        rows = table.case(**known)
        if known["D"] == 0 and known["g"] <= 0:
            assert rows == []
            continue
        (row,) = map(table.cases.index, rows)
        reached.add(row)
        rate, violation, value, lab = cells[row](*(Fraction(known[symbol.name]) for symbol in letters))
        assert c.audit_rate[i] == pytest.approx(float(rate), rel=1e-14)
        assert c.complies[i] == (violation == 0)
        assert c.value[i] == pytest.approx(float(value), rel=1e-12, abs=1e-15 * max(point[2:]))
        assert c.lab_value[i] == pytest.approx(float(lab), rel=1e-14)
    assert reached == set(range(len(table.cases)))


GAME = {"g": 0.5, "D": 2.0, "k": 0.5, "M": 1.0, "H": 2.0, "alpha": 0.25, "beta": 0.75}


def test_arrays_are_scalars():
    a = draw(50, 3000)
    with np.errstate(all="raise"):
        at_once = games.commitment(**a)
    one_by_one = singly(games.commitment, a)
    for name in (*NUMBERS, "complies"):
        assert_same(getattr(at_once, name), [getattr(c, name) for c in one_by_one])
    assert at_once.branch.tolist() == [c.branch for c in one_by_one]
    grid = games.commitment(**GAME | {"g": np.array([[0.5], [3.0]]), "H": np.ones(3)})
    assert all(np.shape(getattr(grid, name)) == (2, 3) for name in (*LETTERS, *NUMBERS, "branch", "complies"))
    assert games.commitment(**GAME | {"g": np.empty((0, 3))}).value.shape == (0, 3)
    integers = games.commitment(g=1, D=2, k=1, M=2, H=4)
    assert type(integers.value) is float
    assert integers == games.commitment(g=1.0, D=2.0, k=1.0, M=2.0, H=4.0, alpha=1, beta=1)


def test_refuses_what_is_no_game():
    for name in ("D", "M", "H"):
        assert_refused(games.commitment, GAME, **{name: -0.5})
    for name in ("alpha", "beta"):
        assert_refused(games.commitment, GAME, **{name: 1.5})
    for name in GAME:
        for bad in (math.nan, math.inf, "0.5", None):
            with pytest.raises(ParameterError, match=f"^{name} = "):
                games.commitment(**GAME | {name: bad})
