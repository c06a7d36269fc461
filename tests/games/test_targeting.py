"""Two-group targeting against an independent policy iteration and the Markov chain it induces."""

from __future__ import annotations

import dataclasses
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from case_tables import rows_exactly
from exact import EPS, N, Points, assert_close, assert_contract, assert_refused, assert_same

from deterrence import ParameterError, formulas, games

PROBLEMS = N // 2
LETTERS = ("g", "p_1", "F_1", "p_2", "F_2", "u", "delta")
POLICIES = {
    (False, False): "comply in both",
    (True, False): "violate in group 1, comply in group 2",
    (True, True): "violate in both",
}
TIE = Fraction(1e-12)


def draw(seed, n=PROBLEMS):
    """Decision problems; a fifth on boundaries, half with the gain near the three that matter."""
    points = Points(seed, n)
    a = {"p_1": points.probability(), "F_1": points.money(), "p_2": points.probability()}
    a |= {"F_2": points.money(), "u": points.probability()}
    discount = np.where(points.coarse, points.rng.choice([0, 1 / 4, 1 / 2, 15 / 16], n), points.probability())
    a["delta"] = np.where(discount == 1, 0.0, discount)
    similar = ~points.coarse & points.some(0.5)  # fines of one size
    a["F_2"] = np.where(similar, a["F_1"] * 10 ** points.rng.uniform(-1, 1, n), a["F_2"])
    swap = a["p_1"] * a["F_1"] > a["p_2"] * a["F_2"]
    for one, other in (("p_1", "p_2"), ("F_1", "F_2")):
        a[one], a[other] = np.where(swap, a[other], a[one]), np.where(swap, a[one], a[other])
    low, high = a["p_1"] * a["F_1"], a["p_2"] * a["F_2"]
    around = low + (high - low) * points.rng.uniform(-0.5, 3, n)
    exactly = points.rng.integers(0, 2, n) * (high - low) + low
    g = np.where(points.some(0.6), around, points.money() * points.rng.choice([1, 1, 1, -1], n))
    a["g"] = np.where(points.coarse & points.some(0.4), exactly, g)
    return {name: a[name] for name in LETTERS}


def fractions(a):
    for row in zip(*(a[name].tolist() for name in LETTERS), strict=True):
        yield tuple(map(Fraction, row))


class Problem:
    """The decision problem as rewards and transitions, without anything solved."""

    def __init__(self, g, p_1, F_1, p_2, F_2, u, delta):
        stay, leave, back = Fraction(1), p_1, p_2 * u
        self.delta = delta
        # (group, violates): cost of a period, and the probability to be in group 2 in the next.
        self.cost = {(0, False): g, (0, True): p_1 * F_1, (1, False): g, (1, True): p_2 * F_2}
        self.to_2 = {(0, False): 1 - stay, (0, True): leave, (1, False): 1 - back, (1, True): stay}
        self.inspected = (p_1, p_2)
        self.values = {
            policy: self.evaluated(policy) for policy in itertools.product((False, True), repeat=2)
        }

    def evaluated(self, policy):
        """Costs from the two groups: solve (I - delta T) V = cost by Cramer's rule."""
        rows = []
        for group in (0, 1):
            to_2 = self.to_2[group, policy[group]]
            row = [-self.delta * (1 - to_2), -self.delta * to_2]
            row[group] += 1
            rows.append((*row, self.cost[group, policy[group]]))
        (a, b, y), (c, d, z) = rows
        determinant = a * d - b * c
        return (y * d - b * z) / determinant, (a * z - y * c) / determinant

    def improved(self, policy):
        values = self.values[policy]

        def cost(group, violates):
            to_2 = self.to_2[group, violates]
            return self.cost[group, violates] + self.delta * ((1 - to_2) * values[0] + to_2 * values[1])

        return tuple(cost(group, True) < cost(group, False) for group in (0, 1))

    def solved(self):
        """Policy iteration from each of the four policies; a tie complies."""
        better = {policy: self.improved(policy) for policy in self.values}
        best = set(better)
        for _ in range(len(better)):
            best = {better[policy] for policy in best}
        (policy,) = best
        assert better[policy] == policy
        return policy

    def long_run(self, policy):
        """Shares of time in the two groups from group 1: the limit of the mean of the powers of T."""
        leave, stay = self.to_2[0, policy[0]], self.to_2[1, policy[1]]
        if leave == 0:
            return Fraction(1), Fraction(0)
        if stay == 1:
            return Fraction(0), Fraction(1)
        # Balance of the flows between the groups, x leave = (1 - x)(1 - stay).
        x = (1 - stay) / (leave + (1 - stay))
        assert x * leave == (1 - x) * (1 - stay)
        return x, 1 - x


@pytest.fixture(scope="module")
def solved():
    """Problems, what the library says, and exact solutions; decided at the gain less the tolerance."""
    a = draw(81)
    with np.errstate(all="raise"):
        answer = games.targeting(**a)
    exact = []
    for row in fractions(a):
        problem = Problem(*row)
        policy = Problem(row[0] * (1 - TIE) if row[0] > 0 else row[0], *row[1:]).solved()
        exact.append((problem, policy, problem.values[policy], problem.long_run(policy)))
    return a, answer, exact


def test_policy_is_that_of_policy_iteration(solved):
    a, answer, exact = solved
    assert answer.policy.tolist() == [POLICIES[policy] for _, policy, _, _ in exact]
    for policy in POLICIES.values():
        assert (answer.policy == policy).sum() > PROBLEMS / 20
    assert {0.0} <= set(a["u"]) & set(a["delta"]) & set(a["p_1"]) & set(a["p_2"])


def test_policy_is_best_from_both_groups_to_within_the_tolerance(solved):
    """No policy is cheaper, from either group, by more than the tie tolerance allows."""
    _, answer, exact = solved
    names = {name: policy for policy, name in POLICIES.items()}
    for (problem, *_), chosen in zip(exact, answer.policy.tolist(), strict=True):
        mine = problem.values[names[chosen]]
        slack = 2 * TIE * abs(problem.cost[0, False]) / (1 - problem.delta)
        for policy in itertools.product((False, True), repeat=2):
            other = problem.values[policy]
            assert mine[0] <= other[0] + slack
            assert mine[1] <= other[1] + slack


def test_costs_and_rates_are_those_of_the_chain(solved):
    _, answer, exact = solved
    shares = np.array([[float(x) for x in shares] for *_, shares in exact]).T
    np.testing.assert_allclose(answer.time_in_1, shares[0], rtol=1e-12)
    np.testing.assert_allclose(answer.time_in_2, shares[1], rtol=1e-12)
    violations = [sum(x for x, v in zip(shares, policy, strict=True) if v) for _, policy, _, shares in exact]
    np.testing.assert_allclose(answer.violation_rate, np.array(violations, float), rtol=1e-12)
    checks = [sum(x * p for x, p in zip(s, m.inspected, strict=True)) for m, _, _, s in exact]
    np.testing.assert_allclose(answer.inspection_rate, np.array(checks, float), rtol=1e-12)
    for share in (answer.time_in_1, answer.time_in_2, answer.violation_rate, answer.inspection_rate):
        assert ((share >= 0) & (share <= 1)).all()


def test_costs_are_those_of_the_bellman_equations(solved):
    """To within rounding of the letters: costs are bounded by multiples of 1 / (1 - delta)."""
    a, answer, exact = solved
    horizon = 1 / (1 - a["delta"])
    size = 4 * (np.abs(a["g"]) + a["p_1"] * a["F_1"] + a["p_2"] * a["F_2"]) * horizon
    for group, cost in enumerate((answer.cost_1, answer.cost_2)):
        assert np.isfinite(cost).all()
        truth = np.array([float(values[group]) for _, _, values, _ in exact])
        np.testing.assert_array_less(np.abs(cost - truth), 8 * EPS * size + 1e-300)
        assert (np.abs(cost - truth) <= 1e-12 * np.abs(truth)).mean() > 0.99


def test_leverage_is_compliance_beyond_the_fine(solved):
    a, answer, exact = solved
    rows = zip(fractions(a), exact, strict=True)
    levered = [
        not policy[1] and shares[1] > 0 and row[0] * (1 - TIE) > row[3] * row[4]
        for row, (_, policy, _, shares) in rows
    ]
    assert answer.leverage.tolist() == levered
    assert answer.leverage.sum() > PROBLEMS / 50
    assert (answer.violation_rate[answer.leverage] < 1).all()


def test_thresholds_separate_the_policies():
    """The action in each group flips between a hair below and a hair above its threshold."""
    a = draw(82, 250)
    answer = games.targeting(**a)
    for row, low, high in zip(fractions(a), answer.g_L.tolist(), answer.g_H.tolist(), strict=True):
        _, *rest = row
        for threshold, group in ((low, 0), (high, 1)):
            below, above = Fraction(threshold) * (1 - Fraction(1, 10**13)), Fraction(threshold)
            above = above * (1 + Fraction(1, 10**13)) + Fraction(1, 10**40)
            assert not Problem(below, *rest).solved()[group]
            assert Problem(above, *rest).solved()[group]


def test_thresholds_against_fractions():
    a = draw(83, N)
    with np.errstate(all="raise"):
        answer = games.targeting(**a)
    exact_L, exact_H, slope = [], [], []
    for _, p_1, F_1, p_2, F_2, u, delta in fractions(a):
        low, high, root = p_1 * F_1, p_2 * F_2, 1 - delta + delta * p_1
        exact_L.append(low)
        exact_H.append(high + delta * p_2 * u * max(high - low, Fraction(0)) / root)
        gain = delta * p_2 * u / root
        slope.append(float(high * (2 + 5 * gain) + gain * (7 * low + 2 * high / root)))
    assert_close(answer.g_L, exact_L, 2 * answer.g_L)
    assert_close(answer.g_H, exact_H, np.array(slope))
    assert (answer.g_H >= answer.g_L).all()
    for name in ("g_L", "g_H", "cost_1", "cost_2", "violation_rate", "inspection_rate", "g_H_limit"):
        rows = [
            dict(zip(LETTERS, row, strict=True))
            for row in zip(*(a[x].tolist() for x in LETTERS), strict=True)
        ]
        assert_same(
            getattr(answer, name)[:500], [getattr(games.targeting(**row), name) for row in rows[:500]]
        )


def test_limit_of_patience():
    """g_H tends to its limit from below, as fast as 1 - delta, and grows without bound if p_1 = 0."""
    a = draw(84, 2000)
    limit = games.targeting(**a).g_H_limit
    before = np.zeros(2000)
    for delta in (0.9, 0.999, 1 - 1e-6, 1 - 2.0**-50):
        g_H = games.targeting(**(a | {"delta": np.full(2000, delta)})).g_H
        assert (g_H >= before * (1 - 4 * EPS)).all()
        assert (g_H <= limit * (1 + 4 * EPS)).all()
        before = g_H
    caught = a["p_1"] > 1e-9
    np.testing.assert_allclose(before[caught], limit[caught], rtol=2.0**-50 * 1.1e9)
    never = a["p_1"] == 0
    grows = never & (a["p_2"] * a["u"] * a["F_2"] > 0)
    assert np.isinf(limit[grows]).all()
    assert grows.sum() > 20
    np.testing.assert_array_equal(limit[never & ~grows], (a["p_2"] * a["F_2"])[never & ~grows])


def test_table_of_cases():
    """One row at each point, less the tolerance, and the policy that it names."""
    a = draw(86, N)
    g = np.where(a["g"] > 0, a["g"] * (1 - 1e-12), a["g"])
    names = {**a, "g": g, "release": a["u"]}
    points = [
        dict(zip(names, row, strict=True)) for row in zip(*(x.tolist() for x in names.values()), strict=True)
    ]
    said = [list(POLICIES.values())[row] for (row,) in rows_exactly(formulas.targeting_policy, points)]
    assert games.targeting(**a).policy.tolist() == said
    actions = [
        [formulas.targeting_policy.meant(cell) for cell in row.then]
        for row in formulas.targeting_policy.cases
    ]
    assert [tuple(map(bool, row)) for row in actions] == list(POLICIES)


BASE = {"g": 0.6, "p_1": 0.25, "F_1": 1.0, "p_2": 0.5, "F_2": 1.0, "u": 0.5, "delta": 0.75}


def test_known_answer():
    """Worked by hand: g_H = 1/2 + (3/4)(1/4)(1/4)/(7/16) = 17/28; the lab is in each group half the time."""
    answer = games.targeting(**BASE)
    assert answer.g_L == 0.25
    assert answer.g_H == pytest.approx(17 / 28, rel=EPS)
    assert answer.g_H_limit == 0.75
    assert (answer.policy, answer.leverage) == ("violate in group 1, comply in group 2", True)
    assert (answer.violation_rate, answer.time_in_2, answer.inspection_rate) == (0.5, 0.5, 0.375)
    assert answer.cost_2 - answer.cost_1 == pytest.approx(0.35 / 0.625, rel=1e-14)
    assert dataclasses.replace(answer, g=1.0).g == 1.0  # it carries the question


@pytest.mark.parametrize(
    ("change", "policy", "rates"),
    [
        ({"g": 0.25}, "comply in both", (0.0, 0.25)),  # a tie at g_L complies
        ({"g": -1.0}, "comply in both", (0.0, 0.25)),
        ({"g": 0.0, "p_1": 0.0}, "comply in both", (0.0, 0.0)),
        ({"g": 0.5, "u": 0.0}, "violate in group 1, comply in group 2", (0.0, 0.5)),  # ties at g_H comply
        ({"g": 0.5, "delta": 0.0}, "violate in group 1, comply in group 2", (0.5, 0.375)),
        ({"g": 0.75, "delta": 0.8, "p_1": 0.0}, "violate in group 1, comply in group 2", (1.0, 0.0)),
        ({"g": 0.5, "p_1": 0.0, "u": 0.0}, "violate in group 1, comply in group 2", (1.0, 0.0)),
        ({"g": 2.0}, "violate in both", (1.0, 0.5)),
        ({"g": 3.0, "p_1": 0.0}, "violate in both", (1.0, 0.0)),  # never caught, never in group 2
        ({"g": 0.01, "p_1": 0.0, "p_2": 0.0}, "violate in both", (1.0, 0.0)),
        ({"g": 0.25, "p_2": 0.25}, "comply in both", (0.0, 0.25)),  # p_1 F_1 = p_2 F_2
        ({"g": 0.26, "p_2": 0.25}, "violate in both", (1.0, 0.25)),
        ({"g": 0.3, "p_1": 0.1, "F_1": 3.0, "p_2": 0.3}, "comply in both", (0.0, 0.1)),  # 0.1 * 3 > 0.3 * 1
        ({"p_1": 1.0, "F_1": 0.25, "p_2": 1.0, "F_2": 0.6, "u": 1.0}, "violate in group 1, comply in group 2",
         (0.5, 1.0)),
    ],
)  # fmt: skip
def test_edges(change, policy, rates):
    letters = BASE | change
    with np.errstate(all="raise"):
        answer = games.targeting(**letters)
        many = games.targeting(**{name: np.array([value]) for name, value in letters.items()})
    assert answer.policy == policy
    assert (answer.violation_rate, answer.inspection_rate) == pytest.approx(rates, rel=1e-15)
    for field in dataclasses.fields(answer):
        value = getattr(answer, field.name)
        assert type(value) in (float, str, bool)
        assert getattr(many, field.name).tolist() == [value]


def test_ties_in_decimals_comply():
    """0.6 * 0.75 < 0.45 and 0.1 * 3 > 0.3 in floats: neither makes a lab violate, or group 1 stricter."""
    in_1 = {"g": 0.45, "p_1": 0.6, "F_1": 0.75, "p_2": 1.0, "F_2": 1.0, "u": 0.5, "delta": 0.5}
    in_2 = {"g": 0.45, "p_1": 0.1, "F_1": 1.0, "p_2": 0.6, "F_2": 0.75, "u": 0.0, "delta": 0.5}
    for letters, policy, more in [(in_1, POLICIES[False, False], POLICIES[True, False]),
                                  (in_2, POLICIES[True, False], POLICIES[True, True])]:  # fmt: skip
        assert games.targeting(**letters).policy == policy
        assert games.targeting(**(letters | {"g": 0.45 * (1 + 1e-9)})).policy == more
    alike = games.targeting(g=0.2, p_1=0.1, F_1=3.0, p_2=0.3, F_2=1.0, u=1.0, delta=0.9)
    assert (alike.g_H, alike.g_H_limit) == (0.3, 0.3)


def test_without_release_or_patience_the_fine_decides():
    a = draw(85, 1000)
    for change in ({"u": 0.0}, {"delta": 0.0}):
        answer = games.targeting(**(a | change))
        np.testing.assert_array_equal(answer.g_H, a["p_2"] * a["F_2"])
        assert not answer.leverage.any()


def test_threat_of_group_1_that_is_stricter_is_refused():
    with pytest.raises(ParameterError, match=r"^p_1 = 0\.75: makes group 1 the stricter one; relabel"):
        games.targeting(**(BASE | {"p_1": 0.75}))
    with pytest.raises(ParameterError, match=r"^p_1 = 0\.75: .*relabel.*allowed: p_1 F_1 <= p_2 F_2"):
        games.targeting(**(BASE | {"p_1": np.array([0.25, 0.75])}))


@pytest.mark.parametrize(
    "name", ["g_L", "g_H", "cost_1", "cost_2", "violation_rate", "leverage", "time_in_1"]
)
def test_contract(name):
    letters = BASE | {"g": 0.625, "u": 1.0}

    def field(**known):
        return getattr(games.targeting(**known), name)

    assert_contract(field, letters)
    for bad in ("p_1", "F_1", "p_2", "F_2", "u", "delta"):
        assert_refused(field, letters, **{bad: -0.5})
    for bad in ("p_1", "p_2", "u"):
        assert_refused(field, letters, **{bad: 1.5})
    assert_refused(field, letters, delta=1.0)
    assert math.isfinite(field(**(letters | {"delta": math.nextafter(1, 0)})))
