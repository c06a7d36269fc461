"""Detection under limited audit capacity, against the rules enumerated and against 50-digit sums."""

from __future__ import annotations

import itertools
import math
import time
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from exact import EPS, N, Points, assert_close, assert_contract, assert_refused

from deterrence import ParameterError, effective_detection, games


def triggered(n, C, p_s, p_f):
    """Every set of triggered labs with its probability: the violators among them, and all."""
    chances = [p_s] * n + [p_f] * C
    for hit in itertools.product((0, 1), repeat=n + C):
        yield hit, math.prod(p if h else 1 - p for h, p in zip(hit, chances, strict=True))


def enumerated(lab, n, C, M, p_s, p_f):
    """Audit probability of one lab: of those triggered, at most M are drawn, all alike."""
    return sum(
        weight * min(Fraction(1), Fraction(M, sum(hit)))
        for hit, weight in triggered(n, C, p_s, p_f)
        if hit[lab]
    )


def summed(f, a, b, p_s, p_f):
    """Mean of f(T), T = Bin(a, p_s) + Bin(b, p_f), with 50 digits; terms below 1e-40 are left out."""

    def pmf(n, p):
        p = mpmath.mpf(p)
        return [mpmath.binomial(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]

    with mpmath.workdps(50):
        one, two = ([(k, x) for k, x in enumerate(pmf(*of)) if x > 1e-40] for of in ((a, p_s), (b, p_f)))
        return mpmath.fsum(x * mpmath.fsum(y * f(i + j) for j, y in two) for i, x in one)


def draw(seed, n=N, labs=8):
    points = Points(seed, n)
    counts = {
        "n": points.rng.integers(1, labs, n),
        "C": points.rng.integers(1, labs, n),
        "capacity": points.rng.integers(0, 2 * labs, n),
    }
    return counts, {"p_s": points.probability(), "p_f": points.probability()}


def test_against_every_set_of_triggered_labs():
    """Exactly, in fractions, for up to six labs."""
    counts, chances = draw(31, N // 40, labs=4)
    given = counts | chances
    violator, complier = games.capacity_audit_rate(**given), games.capacity_false_audit_rate(**given)
    audits = games.capacity_audits(**given)
    exact = []
    for n, C, M, p_s, p_f in zip(*(given[name].tolist() for name in given), strict=True):
        p_s, p_f = Fraction(p_s), Fraction(p_f)
        carried_out = sum(w * min(M, sum(hit)) for hit, w in triggered(n, C, p_s, p_f))
        exact.append(
            (enumerated(0, n, C, M, p_s, p_f), enumerated(n, n, C, M, p_s, p_f), Fraction(carried_out))
        )
    for result, truth in zip((violator, complier, audits), zip(*exact, strict=True), strict=True):
        assert_close(result, list(truth), 2 * result)


def test_against_sums_with_fifty_digits():
    """The expectation as it is written down; a fifth of the points has chances of 0, 1 or sixteenths."""
    counts, chances = draw(32, N // 2, labs=6)
    given = counts | chances
    with np.errstate(all="raise"):
        result = games.capacity_audit_rate(**given)
    exact = []
    with mpmath.workdps(50):
        for n, C, M, p_s, p_f in zip(*(given[name].tolist() for name in given), strict=True):
            a, b = mpmath.mpf(p_s), mpmath.mpf(p_f)
            total = mpmath.mpf(0)
            for i in range(n):
                weight = math.comb(n - 1, i) * a**i * (1 - a) ** (n - 1 - i)
                inner = sum(
                    math.comb(C, j)
                    * b**j
                    * (1 - b) ** (C - j)
                    * min(mpmath.mpf(1), mpmath.mpf(M) / (1 + i + j))
                    for j in range(C + 1)
                )
                total += weight * inner
            exact.append(a * total)
    assert_close(result, exact, 2 * result)
    assert (result < chances["p_s"] * 0.999).sum() > N / 8  # congestion is tested


@pytest.mark.parametrize(
    ("n", "C", "capacity", "p_s", "p_f"),
    [
        (600, 200, 100, 0.6, 0.05),
        (500, 400, 500, 0.9999, 0.51),
        (1500, 0, 750, 0.4999, 0.0),
        (800, 150, 1, 1e-3, 1e-6),
        (2, 1000, 30, 0.3, 0.031),
    ],
)
def test_many_labs_against_fifty_digits(n, C, capacity, p_s, p_f):
    given = {"n": n, "C": C, "capacity": capacity, "p_s": p_s, "p_f": p_f}
    share = summed(lambda k: min(mpmath.mpf(1), mpmath.mpf(capacity) / (1 + k)), n - 1, C, p_s, p_f)
    audits = summed(lambda k: mpmath.mpf(min(capacity, k)), n, C, p_s, p_f)
    assert abs(games.capacity_audit_rate(**given) / (share * p_s) - 1) < 1e-14
    assert abs(games.capacity_audits(**given) / audits - 1) < 1e-14


def test_one_audit_among_violators_alone():
    """(1 - (1 - p_s)^n) / n for all n up to 5,000 at once."""
    n = np.arange(1, 5001)
    for p_s, error in ((0.6, 1e-14), (1e-5, 1e-14), (0.9995, 1e-13), (1e-15, 1e-12), (1 - 1e-15, 1e-12)):
        result = games.capacity_audit_rate(n=n, C=0, capacity=1, p_s=p_s, p_f=0.5)
        np.testing.assert_allclose(result, -np.expm1(n * math.log1p(-p_s)) / n, rtol=error)


def test_accounting_identity():
    """Every audit is of a violator or of a compliant lab."""
    counts, chances = draw(33, N // 5, labs=25)
    given = counts | chances
    violators = counts["n"] * games.capacity_audit_rate(**given)
    compliers = counts["C"] * games.capacity_false_audit_rate(**given)
    np.testing.assert_allclose(violators + compliers, games.capacity_audits(**given), rtol=50 * EPS)


def test_without_congestion_it_is_effective_detection():
    points = Points(34, N // 3)
    chances = {"p_s": points.probability(), "p_f": points.probability(), "p_b": points.probability()}
    n, C = points.rng.integers(1, 9, points.n), points.rng.integers(0, 9, points.n)
    result = games.capacity_detection(n=n, C=C, capacity=n + C, **chances)
    plain = effective_detection(pi_1=chances["p_s"], pi_0=0.0, beta=1.0, p_b=chances["p_b"])
    np.testing.assert_allclose(result, plain, rtol=2 * EPS)
    rate = games.capacity_audit_rate(n=n, C=C, capacity=n + C + 3, p_s=chances["p_s"], p_f=chances["p_f"])
    np.testing.assert_array_equal(rate, chances["p_s"])
    none = games.capacity_detection(n=n, C=C, capacity=0, **chances)
    np.testing.assert_array_equal(none, chances["p_b"])


def test_backchecks_find_what_audits_miss():
    counts, chances = draw(35, 1000)
    audited = games.capacity_audit_rate(**counts, **chances)
    found = games.capacity_detection(**counts, **chances, p_b=0.375)
    np.testing.assert_allclose(found, 1 - (1 - audited) * (1 - 0.375), rtol=4 * EPS)


def test_more_violators_and_less_capacity_lower_detection():
    """Strategic complements; in n without a single rounding error upwards."""
    rng = np.random.default_rng(36)
    n = np.arange(1, 60)
    for _ in range(200):
        C, M = int(rng.integers(0, 30)), int(rng.integers(0, 40))
        given = dict(zip(("p_s", "p_f", "p_b"), rng.uniform(0, 1, 3).tolist(), strict=True))
        first = games.capacity_detection(n=n, C=C, capacity=M, **given)
        assert (np.diff(first) <= 0).all()
        more_labs = games.capacity_detection(n=n, C=C + 1, capacity=M, **given)
        more_audits = games.capacity_detection(n=n, C=C, capacity=M + 1, **given)
        assert (more_labs <= first * (1 + 4 * EPS)).all()
        assert (more_audits >= first * (1 - 4 * EPS)).all()


def test_against_a_simulation_of_the_rules():
    """200,000 rounds drawn lab by lab; within 4 standard errors."""
    rng, rounds = np.random.default_rng(37), 200_000
    n, C, M, p_s, p_f, p_b = 5, 4, 3, 0.7, 0.4, 0.2
    hit = rng.uniform(size=(rounds, n + C)) < np.array([p_s] * n + [p_f] * C)
    place = np.where(hit, rng.uniform(size=hit.shape), 2.0).argsort(axis=1).argsort(axis=1)
    audited = hit & (place < M)
    found = audited[:, 0] | (rng.uniform(size=rounds) < p_b)
    given = {"n": n, "C": C, "capacity": M, "p_s": p_s, "p_f": p_f}
    for seen, expected in (
        (found.mean(), games.capacity_detection(**given, p_b=p_b)),
        (audited[:, 0].mean(), games.capacity_audit_rate(**given)),
        (audited[:, -1].mean(), games.capacity_false_audit_rate(**given)),
    ):
        assert abs(seen - expected) < 4 * math.sqrt(expected * (1 - expected) / rounds)
    total = audited.sum(axis=1)
    assert abs(total.mean() - games.capacity_audits(**given)) < 4 * total.std() / math.sqrt(rounds)


def test_all_numbers_of_five_thousand_violators_in_well_under_a_second():
    n = np.arange(1, 5001)
    start = time.process_time()
    games.capacity_detection(n=n, C=2000, capacity=700, p_s=0.6, p_f=0.05, p_b=0.1)
    assert time.process_time() - start < 1


def test_one_call_is_many_calls():
    counts, chances = draw(38, 500)
    for function in (games.capacity_audit_rate, games.capacity_false_audit_rate, games.capacity_audits):
        together = function(**counts, **chances)
        rows = zip(*(column.tolist() for column in (counts | chances).values()), strict=True)
        singly = [function(**dict(zip(counts | chances, row, strict=True))) for row in rows]
        assert all(type(value) is float for value in singly)
        np.testing.assert_array_equal(together, singly)
    grid = games.capacity_audit_rate(
        n=np.arange(1, 4)[:, None], C=2, capacity=np.arange(3), p_s=0.5, p_f=[0.1, 0.2, 0.3]
    )
    assert grid.shape == (3, 3)
    assert grid[1, 2] == games.capacity_audit_rate(n=2, C=2, capacity=2, p_s=0.5, p_f=0.3)
    last = games.capacity_audit_rate(n=np.arange(1, 40), C=7, capacity=5, p_s=0.3, p_f=0.6)[-1]
    assert last == games.capacity_audit_rate(n=39, C=7, capacity=5, p_s=0.3, p_f=0.6)


COUNTS = {"n": 3, "C": 2, "capacity": 2}
EVERY = (
    games.capacity_audit_rate,
    games.capacity_false_audit_rate,
    games.capacity_detection,
    games.capacity_audits,
)


@pytest.mark.parametrize("function", EVERY)
def test_contract(function):
    chances = {"p_s": 0.5, "p_f": 0.25} | ({"p_b": 0.125} if function is games.capacity_detection else {})

    def of_chances(**given):
        return function(**COUNTS, **given)

    assert_contract(of_chances, chances)
    for name in chances:
        assert_refused(of_chances, chances, **{name: -0.5})
        assert_refused(of_chances, chances, **{name: 1.5})
    for name in COUNTS:
        for bad in (-1, 2.0, True, "2", None, 10**30, [1.0], [-1, 2]):
            with pytest.raises(ParameterError, match=rf"^{name} = .*integers >= "):
                function(**COUNTS | {name: bad}, **chances)
    empty = function(**COUNTS | {"n": np.empty((0, 3), int)}, **chances)
    assert empty.shape == (0, 3)
    assert function(**COUNTS | {"n": np.uint8(3)}, **chances) == of_chances(**chances)
    with pytest.raises(ParameterError, match=r"n \+ C = 100001: is too many labs"):
        function(**COUNTS | {"n": [1, 99_999]}, **chances)


def test_a_lab_that_is_audited_must_be_there():
    for function, name in (
        (games.capacity_audit_rate, "n"),
        (games.capacity_detection, "n"),
        (games.capacity_false_audit_rate, "C"),
    ):
        with pytest.raises(ParameterError, match=f"^{name} = 0.*integers >= 1"):
            function(**COUNTS | {name: 0}, p_s=0.5, p_f=0.5)
    assert games.capacity_audits(n=0, C=0, capacity=3, p_s=0.5, p_f=0.5) == 0.0
    assert games.capacity_false_audit_rate(n=0, C=1, capacity=1, p_s=0.5, p_f=0.5) == 0.5
