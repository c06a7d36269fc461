"""Large markets under limited audit capacity: closed forms, regimes, fixed points, and their finite games."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from exact import N, Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from scipy.optimize import brentq

from deterrence import ParameterError, formulas, games
from deterrence._compliance import TIE

RATE = 1 - Fraction(TIE)


def draw(seed, n=N):
    """The letters of one market; thresholds around what detection can be, some of them exactly that."""
    points = Points(seed, n)
    a = {name: points.probability() for name in ("gamma", "p_s", "p_f", "p_b", "mu")}
    a["mu"] = np.where(a["mu"] > 0, a["mu"], 0.5)
    a["p_b"] = np.where(points.some(0.5), 0.0, a["p_b"])
    load = a["p_f"] * a["gamma"] + points.rng.choice([0.0, 0.5, 1.0], n) * a["p_s"] * a["mu"]
    a["mu_c"] = np.where(points.some(0.3), points.money(), load * points.rng.choice([0.5, 1.0, 1.5], n))
    top = a["p_b"] + (1 - a["p_b"]) * a["p_s"]
    a["t"] = np.where(
        points.some(0.7), a["p_b"] + (top - a["p_b"]) * points.probability(), points.probability()
    )
    a["t"] = np.where(points.coarse & points.some(0.2), top, a["t"])
    return a, points


def detection(x, mu_c, gamma, p_s, p_f, p_b):
    load = p_s * x + p_f * gamma
    served = Fraction(mu_c > 0) if load == 0 else min(Fraction(1), mu_c / load)
    return p_b + (1 - p_b) * p_s * served


def rate(t, p_b):
    """Audit probability that deters, t' where t exceeds p_b."""
    return math.inf if p_b == 1 else (t - p_b) / (1 - p_b)


def compliance_capacity(t, gamma, p_s, p_f, p_b, mu=Fraction(0)):
    if t <= p_b:
        return Fraction(0)
    return math.inf if rate(t, p_b) > p_s else rate(t, p_b) * (mu + p_f * gamma / p_s)


def tipping_share(t, mu_c, gamma, p_s, p_f, p_b):
    if t <= p_b:
        return math.inf
    within = rate(t, p_b) <= p_s
    return max(Fraction(0), mu_c / rate(t, p_b) - p_f * gamma / p_s) if within else Fraction(0)


def only(a, *names):
    return {name: a[name] for name in names}


LIMITS = ("mu_c", "gamma", "p_s", "p_f", "p_b")


def test_detection_against_fractions():
    a, points = draw(51)
    a = {"x": points.probability(), **only(a, *LIMITS)}
    with np.errstate(all="raise"):
        result = games.congested_detection(**a)
    assert_close(result, exactly(detection, a), a["p_b"] + 4 * result, points.coarse)
    assert_same(result, singly(games.congested_detection, a))
    assert ((result >= a["p_b"]) & (result <= 1)).all()


def test_response_against_fractions():
    points = Points(52)
    a = {"p_eff": points.probability(), "t_0": points.probability(), "mu": points.probability()}
    a["t_1"] = np.maximum(a["t_0"], np.where(points.some(0.3), a["t_0"], points.probability()))
    a["p_eff"] = np.where(points.coarse & points.some(0.3), a["t_1"], a["p_eff"])
    with np.errstate(all="raise"):
        result = games.congestion_response(**a)

    def response(p_eff, t_0, mu, t_1):
        if p_eff >= t_1 * RATE:
            return Fraction(0)
        return mu * (min(Fraction(1), (t_1 - p_eff) / (t_1 - t_0)) if t_0 < t_1 else 1)

    with np.errstate(divide="ignore", invalid="ignore"):
        size = (a["t_1"] + a["p_eff"]) / (a["t_1"] - a["p_eff"]) + (a["t_1"] + a["t_0"]) / (
            a["t_1"] - a["t_0"]
        )
    sensitivity = result * np.where(np.isfinite(size), 2 + np.abs(size), 2)
    assert_close(result, exactly(response, a), sensitivity, points.coarse)
    assert_same(result, singly(games.congestion_response, a))


def test_ties_comply_but_for_rounding():
    """0.6 * 0.75 < 0.45 in double precision."""
    tie = {"t_0": 0.45, "t_1": 0.45, "mu": 0.5}
    assert games.congestion_response(p_eff=0.6 * 0.75, **tie) == 0.0
    assert games.congestion_response(p_eff=0.45 * (1 - 1e-7), **tie) == 0.5
    alone = {"mu_c": 0.75, "gamma": 1.0, "p_s": 0.6, "p_f": 1.0}
    assert games.congestion_regimes(t=0.45, mu=0.5, **alone).full_compliance
    assert games.congestion_limit(**tie, **alone).equilibria[0].x == 0.0


def test_capacities_and_tipping_share_against_fractions():
    a, points = draw(53)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = 3 + (a["t"] + a["p_b"]) / np.abs(a["t"] - a["p_b"]) + a["p_b"] / (1 - a["p_b"])
    size = np.where(np.isfinite(size), size, 3)
    near = np.abs(a["t"] - a["p_b"] - (1 - a["p_b"]) * a["p_s"]) < 1e-14 * np.maximum(a["t"], 1e-300)
    keep = points.coarse | ~near
    a = {name: column[keep] for name, column in a.items()}
    size = size[keep]
    assert keep.mean() > 0.8
    with np.errstate(all="raise"):
        low = games.compliance_capacity(**only(a, "t", "gamma", "p_s", "p_f", "p_b"))
        high = games.defection_capacity(**only(a, "t", "mu", "gamma", "p_s", "p_f", "p_b"))
        share = games.tipping_share(**only(a, "t", *LIMITS))
    finite = np.isfinite(low)
    assert_close(low, exactly(compliance_capacity, only(a, "t", "gamma", "p_s", "p_f", "p_b")),
                 size * np.where(finite, low, 0))  # fmt: skip
    assert_close(high, exactly(compliance_capacity, only(a, "t", "gamma", "p_s", "p_f", "p_b", "mu")),
                 size * np.where(finite, high, 0))  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = a["mu_c"] * (1 - a["p_b"]) / (a["t"] - a["p_b"]) * size + 3 * a["p_f"] * a["gamma"] / a["p_s"]
    terms = np.where(np.isfinite(terms) & (a["t"] > a["p_b"]), terms, 0)
    assert_close(share, exactly(tipping_share, only(a, "t", *LIMITS)), terms)
    inside = finite & (a["t"] > a["p_b"])
    assert inside.mean() > 0.4
    assert ((low > 0) & inside).mean() > 0.3


def holds(a):
    """Whether nobody, and whether all, violate in equilibrium: the decision of the labs, in fractions."""

    def full(t, mu, **known):
        return detection(Fraction(0), **known) >= t * RATE

    def mass(t, mu, **known):
        return detection(mu, **known) < t * RATE

    a = only(a, "t", "mu", *LIMITS)
    return np.array(exactly(full, a)), np.array(exactly(mass, a))


def test_regimes_are_what_the_labs_decide():
    a, _ = draw(54, N // 4)
    with np.errstate(all="raise"):
        regimes = games.congestion_regimes(**only(a, "t", "mu", *LIMITS))
    full, mass = holds(a)
    np.testing.assert_array_equal(regimes.full_compliance, full)
    np.testing.assert_array_equal(regimes.mass_defection, mass)
    np.testing.assert_array_equal(regimes.coexistence, full & mass)
    assert (full | mass).all()
    assert min((full & mass).sum(), (full & ~mass).sum(), (mass & ~full).sum()) > N / 80
    rows = [dict(zip(a, row, strict=True)) for row in zip(*(c.tolist() for c in a.values()), strict=True)]
    alone = [games.congestion_regimes(**row) for row in rows[::10]]
    assert [(r.full_compliance, r.mass_defection) for r in alone] == list(
        zip(full[::10], mass[::10], strict=True)
    )
    assert all(type(r.full_compliance) is bool and type(r.mass_defection) is bool for r in alone)


def test_coexistence_lies_between_the_two_capacities():
    """Full compliance from mu_lo, mass defection below mu_hi; the width is t' mu."""
    a, _ = draw(55)
    low = games.compliance_capacity(**only(a, "t", "gamma", "p_s", "p_f", "p_b"))
    high = games.defection_capacity(**only(a, "t", "mu", "gamma", "p_s", "p_f", "p_b"))
    clear = np.ones(N, bool)
    for bound in (low, high):
        with np.errstate(invalid="ignore"):
            clear &= ~(np.abs(a["mu_c"] - bound) <= 1e-9 * np.maximum(a["mu_c"], 1e-30))
    clear &= np.abs(a["t"] - a["p_b"] - (1 - a["p_b"]) * a["p_s"]) > 1e-9 * a["t"]
    clear &= np.abs(a["t"] - a["p_b"]) > 1e-9 * a["t"]
    regimes = games.congestion_regimes(**only(a, "t", "mu", *LIMITS))
    full = (a["t"] <= a["p_b"]) | ((a["mu_c"] >= low) & (a["mu_c"] > 0))
    np.testing.assert_array_equal(regimes.full_compliance[clear], full[clear])
    np.testing.assert_array_equal(regimes.mass_defection[clear], (a["mu_c"] < high)[clear])
    inner = np.isfinite(low) & (a["t"] > a["p_b"]) & (a["p_b"] < 1)
    width = (a["t"] - a["p_b"])[inner] / (1 - a["p_b"][inner]) * a["mu"][inner]
    np.testing.assert_allclose(high[inner], low[inner] + width, rtol=1e-14)
    share = games.tipping_share(**only(a, "t", *LIMITS))
    both = regimes.coexistence & clear
    assert (share[both] <= a["mu"][both] * (1 + 1e-12)).all()
    assert clear.mean() > 0.5


def near_tie(a):
    """Where rounding may decide whether a lab is indifferent; coarse points are exact."""
    p_none = games.congested_detection(x=np.zeros(a["t"].size), **only(a, *LIMITS))
    p_all = games.congested_detection(x=a["mu"], **only(a, *LIMITS))
    gap = np.minimum(np.abs(p_none - a["t"]), np.abs(p_all - a["t"]))
    return gap <= 1e-11 * a["t"]


def rows_in_fractions(table):
    """The rows of a table that hold at a point, evaluated in exact fractions."""
    letters = [v.symbol for v in table.symbols]
    rows = [
        ([sympy.lambdify(letters, table.meant(e)) for e in row.when],
         sympy.lambdify(letters, table.meant(row.then[0]), "math"))
        for row in table.cases
    ]  # fmt: skip

    def at(point):
        given = [Fraction(point[letter.name]) for letter in letters]
        return [float(cell(*given)) for when, cell in rows if all(holds(*given) for holds in when)]

    return at


def test_the_table_of_regimes_says_what_the_function_says():
    """At N points on and off the boundaries, evaluated in exact fractions."""
    a, points = draw(56)
    letters = {
        "deterrent": "t", "capacity_share": "mu_c", "running_share": "gamma", "unpermitted_share": "mu",
        "p_s": "p_s", "p_f": "p_f", "p_b": "p_b",
    }  # fmt: skip
    table, sizes = formulas.congestion_regimes, set()
    assert {v.symbol.name for v in table.symbols} == set(letters)
    at = rows_in_fractions(table)
    regimes = games.congestion_regimes(**only(a, "t", "mu", *LIMITS))
    told = points.coarse | ~near_tie(a)
    for i in np.flatnonzero(told).tolist():
        point = {letter: float(a[name][i]) for letter, name in letters.items()}
        x = at(point)
        assert (x[0] == 0) == regimes.full_compliance[i]
        assert (x[-1] == point["unpermitted_share"]) == regimes.mass_defection[i]
        sizes.add(len(x))
        if i % 50 == 0:
            assert len(table.case(**point)) == len(x)
    assert sizes == {1, 3}
    assert told.mean() > 0.8


def test_the_table_of_identical_labs_says_what_the_function_says():
    rng, table = np.random.default_rng(57), formulas.congestion_equilibria
    at = rows_in_fractions(table)
    seen = set()
    for i in range(N // 10):
        m, C, M = int(rng.integers(1, 8)), int(rng.integers(0, 5)), int(rng.integers(0, 6))
        p_s, p_f, p_b = (float(p) for p in rng.integers(0, 17, 3) / 16)
        known = {"C": C, "capacity": M, "p_s": p_s, "p_f": p_f, "p_b": p_b}
        p = games.capacity_detection(n=np.arange(1, m + 1), **known)
        t = float(rng.choice([p[0], p[-1], rng.uniform(p[-1] - 0.1, p[0] + 0.1)]))
        solved = games.congestion(thresholds=[t] * m, **known)
        point = {"deterrent": t, "p_eff_1": p[0], "p_eff_m": p[-1], "unpermitted": m, "compliers": C,
                 "capacity": M, "p_s": p_s, "p_f": p_f, "p_b": p_b}  # fmt: skip
        counts = at(point)
        assert [e.defectors for e in solved.equilibria] == counts
        seen.add((len(counts), counts[0] == 0))
        if i % 50 == 0:
            assert len(table.case(**{k: float(v) for k, v in point.items()})) == len(counts)
    assert seen == {(1, True), (1, False), (2, True)}


# Fixed points.


def excess(x, q):
    """Best reply less x, written down again, for an array of x."""
    load = q["p_s"] * x + q["p_f"] * q["gamma"]
    served = np.minimum(1.0, q["mu_c"] / np.maximum(load, 1e-300)) if q["mu_c"] else np.zeros_like(x)
    p = q["p_b"] + (1 - q["p_b"]) * q["p_s"] * served
    return q["mu"] * np.clip((q["t_1"] - p) / (q["t_1"] - q["t_0"]), 0, 1) - x


def market(rng):
    """A market with uniform thresholds, often with more than one equilibrium."""
    t_0 = rng.uniform(0, 0.5)
    return {
        "t_0": t_0,
        "t_1": t_0 + rng.uniform(0.02, 0.5),
        "mu": rng.uniform(0.2, 1),
        "mu_c": rng.uniform(0.02, 0.6),
        "gamma": rng.uniform(0, 0.5),
        "p_s": rng.uniform(0.4, 1),
        "p_f": rng.uniform(0, 0.3),
        "p_b": rng.choice([0.0, 0.05]),
    }


def scanned(q, cells=4000):
    """Fixed points by bisection between the changes of sign on a fine grid, with the direction of each."""
    x = np.linspace(0, q["mu"], cells + 1)
    e = excess(x, q)
    found = [(0.0, bool(e[1] < 0))] if e[0] == 0 else []
    for k in np.flatnonzero(np.sign(e[:-1]) * np.sign(e[1:]) < 0):
        found.append(
            (brentq(lambda y: float(excess(np.array(y), q)), x[k], x[k + 1], xtol=1e-14), bool(e[k] > 0))
        )
    if abs(e[-1]) < 1e-15:
        found.append((q["mu"], bool(e[-2] > 0)))
    return found


def test_fixed_points_against_a_scan():
    """All of them, and which are stable, in 1,000 markets; their number is odd and they alternate."""
    rng = np.random.default_rng(58)
    numbers, skipped = [], 0
    for _ in range(1000):
        q = market(rng)
        solved = games.congestion_limit(**q)
        points = [e.x for e in solved.equilibria]
        if min(np.diff([*points, math.inf]), default=1) < q["mu"] / 1000:
            skipped += 1  # the scan cannot tell two so close
            continue
        expected = scanned(q)
        assert len(points) == len(expected)
        np.testing.assert_allclose(points, [x for x, _ in expected], atol=1e-9)
        assert [e.stable for e in solved.equilibria] == [stable for _, stable in expected]
        assert [e.stable for e in solved.equilibria] == [True, False] * (len(points) // 2) + [True]
        for e in solved.equilibria:
            p = games.congested_detection(x=e.x, **only(q, *LIMITS))
            assert e.detection == p
            reply = games.congestion_response(p_eff=p, **only(q, "t_0", "t_1", "mu"))
            assert reply == pytest.approx(e.x, abs=1e-9)
        numbers.append(len(points))
    assert skipped < 20
    assert set(numbers) == {1, 3}
    assert numbers.count(3) > 100


def test_labs_with_one_threshold():
    """Nobody, all, or both with the tipping share between them, as in the map of regimes."""
    a, points = draw(59, N // 4)
    regimes = games.congestion_regimes(**only(a, "t", "mu", *LIMITS))
    shares = games.tipping_share(**only(a, "t", *LIMITS))
    clear = points.coarse | ~near_tie(a)
    for i in np.flatnonzero(clear).tolist():
        q = {name: float(a[name][i]) for name in ("mu", *LIMITS)}
        t = float(a["t"][i])
        solved = games.congestion_limit(t_0=t, t_1=t, **q)
        points = [e.x for e in solved.equilibria]
        full, mass = regimes.full_compliance[i], regimes.mass_defection[i]
        assert (0.0 in points, q["mu"] in points) == (full, mass)
        if full and mass and 1e-9 < shares[i] / q["mu"] < 1 - 1e-9:
            assert len(points) == 3
            assert points[1] == pytest.approx(shares[i], rel=1e-5, abs=1e-9)
            assert [e.stable for e in solved.equilibria] == [True, False, True]
        elif not (full and mass):
            assert len(points) == 1
            assert solved.equilibria[0].stable


def test_on_the_edges():
    """Where fixed points meet, none is listed twice, and the knife's edge is not stable."""
    given = {"mu": 0.5, "gamma": 0.5, "p_s": 1.0, "p_f": 0.25}
    low = games.congestion_limit(t_0=0.5, t_1=0.5, mu_c=0.0625, **given)  # mu_c = mu_lo
    assert [(e.x, e.stable) for e in low.equilibria] == [(0.0, False), (0.5, True)]
    high = games.congestion_limit(t_0=0.5, t_1=0.5, mu_c=0.3125, **given)  # mu_c = mu_hi
    assert [(e.x, e.stable) for e in high.equilibria] == [(0.0, True)]
    none = games.congestion_limit(t_0=0.25, t_1=0.75, mu_c=0.0, mu=0.5, gamma=0.0, p_s=1.0, p_f=0.0)
    assert [(e.x, e.detection) for e in none.equilibria] == [(0.5, 0.0)]
    blind = games.congestion_limit(t_0=0.25, t_1=0.75, mu_c=0.5, mu=0.5, gamma=0.5, p_s=0.0, p_f=0.5, p_b=0.5)
    assert [(e.x, e.stable) for e in blind.equilibria] == [(0.25, True)]
    # Two fixed points melt into one: t_1 - x/2 touches the curve 0.2 / x of detection in x = 0.4.
    fold = games.congestion_limit(
        t_0=math.sqrt(0.4) - 0.5, t_1=math.sqrt(0.4), mu=1.0, mu_c=0.2, gamma=0.0, p_s=1.0, p_f=0.0
    )
    first, *double = fold.equilibria
    assert (first.x, first.stable) == (0.0, True)
    assert all(e.x == pytest.approx(math.sqrt(0.4), abs=1e-7) for e in double)
    assert len(double) != 1 or not double[0].stable
    # All uncongested: a third of the thresholds exceeds detection.
    plain = games.congestion_limit(t_0=0.0, t_1=0.75, mu=0.5, mu_c=1.0, gamma=0.0, p_s=0.5, p_f=0.0)
    assert [e.x for e in plain.equilibria] == [pytest.approx(1 / 6)]


def test_it_reads_well():
    solved = games.congestion_limit(t_0=0.5, t_1=0.5, mu=0.5, mu_c=0.25, gamma=0.5, p_s=1.0, p_f=0.25)
    assert str(solved).splitlines() == [
        "per lab: 0.5 without permit, 0.5 running, 0.25 audits",
        "equilibrium: x = 0, detected with 1, stable",
        "equilibrium: x = 0.375, detected with 0.5, unstable",
        "equilibrium: x = 0.5, detected with 0.4, stable",
    ]


# The limit is one of finite games.


def finite(q, labs, thresholds):
    """The finite game with the same shares; its equilibria and tipping points per lab."""
    solved = games.congestion(
        thresholds=thresholds, C=round(q["gamma"] * labs), capacity=round(q["mu_c"] * labs),
        p_s=q["p_s"], p_f=q["p_f"], p_b=q["p_b"],
    )  # fmt: skip
    return [e.defectors / labs for e in solved.equilibria], [n / labs for n in solved.tipping_points]


def test_finite_games_converge_to_the_fixed_points():
    """With as many equilibria as there are stable fixed points, and tipping points at the unstable ones."""
    rng = np.random.default_rng(60)
    errors, seen = {200: [], 800: [], 3200: []}, set()
    while len(errors[200]) < 12:
        q = market(rng) | {"gamma": 0.25, "mu": 0.5, "mu_c": int(rng.integers(5, 120)) / 200}
        points = games.congestion_limit(**q).equilibria
        slack = [abs(q["mu_c"] - q["p_s"] * e.x - q["p_f"] * q["gamma"]) for e in points]
        gaps = np.diff([e.x for e in points])
        if min(slack) < 0.05 or min(gaps, default=1) < 0.05 or all(e.x in (0.0, 0.5) for e in points):
            continue  # near a kink or a fold convergence is slow, at the ends there is nothing to converge
        seen.add(len(points))
        for labs, row in errors.items():
            m = round(q["mu"] * labs)
            quantiles = q["t_1"] - (np.arange(m) + 0.5) / m * (q["t_1"] - q["t_0"])
            stable, tips = finite(q, labs, quantiles)
            assert len(stable) == len([e for e in points if e.stable])
            merged = sorted(stable + tips)
            row.append(max(abs(a - e.x) for a, e in zip(merged, points, strict=True)))
    assert seen == {1, 3}
    worst = [max(row) for row in errors.values()]
    assert worst[0] < 0.05
    assert all(b < 0.5 * a for a, b in itertools.pairwise(worst))


def test_finite_games_of_identical_labs_converge_to_the_regimes():
    q = {"gamma": 0.25, "p_s": 0.8, "p_f": 0.2, "p_b": 0.05}
    t, mu = 0.4, 0.5
    low = games.compliance_capacity(t=t, **q)
    high = games.defection_capacity(t=t, mu=mu, **q)
    for labs, margin in ((400, 0.02), (6400, 0.002)):
        for share in (low - margin, low + margin, (low + high) / 2, high - margin, high + margin):
            known = q | {"mu_c": share, "mu": mu}
            regimes = games.congestion_regimes(t=t, **known)
            stable, tips = finite(known, labs, np.full(round(mu * labs), t))
            assert (0.0 in stable, mu in stable) == (regimes.full_compliance, regimes.mass_defection)
            if regimes.coexistence:
                (tip,) = tips
                expected = games.tipping_share(t=t, **only(known, *LIMITS))
                assert tip == pytest.approx(expected, abs=margin)


GIVEN = {"mu_c": 0.25, "gamma": 0.5, "p_s": 0.5, "p_f": 0.25, "p_b": 0.125}
FUNCTIONS = [
    (games.congested_detection, {"x": 0.5, **GIVEN}),
    (games.congestion_response, {"p_eff": 0.375, "t_0": 0.25, "t_1": 0.5, "mu": 0.5}),
    (games.compliance_capacity, {"t": 0.25, **only(GIVEN, "gamma", "p_s", "p_f", "p_b")}),
    (games.defection_capacity, {"t": 0.25, "mu": 0.5, **only(GIVEN, "gamma", "p_s", "p_f", "p_b")}),
    (games.tipping_share, {"t": 0.25, **GIVEN}),
]


@pytest.mark.parametrize(("function", "letters"), FUNCTIONS)
def test_contract(function, letters):
    if function is not games.congestion_response:  # its letters may not be moved alone
        assert_contract(function, letters)
    for name in letters.keys() - {"t", "t_0", "t_1"}:
        assert_refused(function, letters, **{name: -0.5})
        if name != "mu_c":
            assert_refused(function, letters, **{name: 1.5})


LIMIT = {"t_0": 0.25, "t_1": 0.5, "mu": 0.5, **GIVEN}


@pytest.mark.parametrize(
    ("name", "bad"),
    [("t_0", 0.75), ("t_0", math.nan), ("t_1", math.inf), ("mu", 0.0), ("mu", 1.5), ("mu_c", -1.0),
     ("gamma", [0.5]), ("p_s", None), ("p_f", True), ("p_b", 1.5), ("t_0", [0.25]), ("mu", np.array([0.5]))],
)  # fmt: skip
def test_bad_input_is_named(name, bad):
    with pytest.raises(ParameterError, match=f"^{name} = "):
        games.congestion_limit(**LIMIT | {name: bad})


def test_a_map_is_made_of_arrays_of_any_shape():
    capacity, t = np.linspace(0, 0.6, 7), np.linspace(0, 1, 5)[:, None]
    regimes = games.congestion_regimes(t=t, mu=0.5, **GIVEN | {"mu_c": capacity})
    for field in (regimes.full_compliance, regimes.mass_defection, regimes.coexistence):
        assert field.shape == (5, 7)
        assert field.dtype == bool
    assert games.congestion_regimes(t=0.25, mu=np.full((2, 1), 0.5), **GIVEN).full_compliance.shape == (2, 1)
    with pytest.raises(ParameterError, match=r"^mu = 0.0: is out of range"):
        games.congestion_regimes(t=0.25, mu=[0.5, 0.0], **GIVEN)
