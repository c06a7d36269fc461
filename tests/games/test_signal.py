"""The signal game: its complete sets of equilibria against exact enumeration and tables of cases."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
import pytest
import sympy
from exact import EPS, N, Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from inspections import decimals, points, signal_payoffs, some_games, table

import deterrence as dt
from deterrence import formulas, games

# t = g/D = 1/2, k/M = 1/2, so that the cut-offs are q_1 = 1/4 and q_0 = 3/4.
WEAK = {"g": 1.0, "D": 2.0, "k": 0.5, "M": 1.0, "alpha": 0.25, "beta": 0.75, "H": 4.0}
SQUARE = ((0, 0), (1, 0), (1, 1), (0, 1))


def sets(equilibria):
    """Ends of q and vertices of the audit plans of every subset of a single game."""
    return [(subset.q, subset.audits) for subset in equilibria.subsets]


def all_sets(equilibria):
    """The same for every game of a flat array, the vertices sorted."""
    q, audits, count = (x.tolist() for x in (equilibria.q, equilibria.audits, equilibria.count))
    return [
        [
            (tuple(q[i][j]), tuple(sorted(tuple(plan) for plan in audits[i][j] if plan[0] >= 0)))
            for j in range(most)
        ]
        for i, most in enumerate(count)
    ]


def corners(plans):
    """Vertices of the convex hull of points of the plane, exactly, sorted."""
    plans = sorted(set(plans))
    if len(plans) < 3:
        return tuple(plans)

    def half(ordered):
        chain = []
        for p in ordered:
            while len(chain) > 1 and turn(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        return chain[:-1]

    def turn(o, a, b):
        return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])

    return tuple(sorted({*half(plans), *half(plans[::-1])}))


def enumerated(point):
    """Maximal Nash subsets of the 2 x 4 game, as behaviour strategies."""
    exact = []
    for rows, columns in games.bimatrix(*signal_payoffs(**decimals(point))).subsets:
        q = [row[1] for row in rows]
        plans = [(y[1] + y[3], y[2] + y[3]) for y in columns]
        exact.append(((min(q), max(q)), corners(plans)))
    return exact


def assert_equal_sets(found, exact, within):
    found, exact = sorted(found), sorted(exact)
    assert len(found) == len(exact)
    for (q, plans), (true_q, true_plans) in zip(found, exact, strict=True):
        assert len(plans) == len(true_plans)
        numbers = [*q, *(x for plan in plans for x in plan)]
        truths = [*true_q, *(x for plan in true_plans for x in plan)]
        for number, truth in zip(numbers, truths, strict=True):
            assert number == truth or (0 < truth < 1 and abs(number - truth) <= within)


TABLE = {
    "nothing to gain": ({"g": -1.0}, [((0, 0), ((0, 0),))]),
    "t = 0": ({"g": 0.0}, [((0, 0.25), ((0, 0),))]),
    "the signal deters alone": ({"g": 0.75}, [((0.25, 0.25), ((0.5, 0),))]),
    "t = beta": ({"g": 1.5}, [((0.25, 0.75), ((1, 0),))]),
    "the signal is too weak": ({"g": 1.75}, [((0.75, 0.75), ((1, 0.5),))]),
    "t = 1": ({"g": 2.0}, [((0.75, 1), ((1, 1),))]),
    "t > 1": ({"g": 3.0}, [((1, 1), ((1, 1),))]),
    "k > M": ({"k": 2.0}, [((1, 1), ((0, 0),))]),
    "k < 0": ({"k": -1.0}, [((0, 0), ((1, 1),))]),
    "alpha = 0": ({"alpha": 0.0, "g": 0.75}, [((0, 0), ((0.5, 0), (1, 0)))]),
    "beta = 1": ({"beta": 1.0}, [((0.2, 0.2), ((0.5, 0),))]),
    "alpha = beta": ({"alpha": 0.75, "g": 1.5}, [((0.5, 0.5), ((1, 0), (2 / 3, 1)))]),
    "beta < alpha": ({"alpha": 0.75, "beta": 0.25}, [((0.25, 0.25), ((0, 2 / 3),))]),
    "perfect signal, t = 1": (
        {"alpha": 0.0, "beta": 1.0, "g": 2.0},
        [((0, 1), ((1, 0),)), ((1, 1), ((1, 0), (1, 1)))],
    ),
    "alpha = 0, k > M": (  # an audit that is never carried out deters, too
        {"alpha": 0.0, "k": 2.0},
        [((0, 0), ((2 / 3, 0), (1, 0))), ((1, 1), ((0, 0),))],
    ),
    "free audits": ({"k": 0.0, "g": 0.5}, [((0, 0), ((1 / 3, 0), (1, 0), (1, 1), (0, 1)))]),
    "audits return their cost": ({"k": 1.0, "g": 0.5}, [((1, 1), ((0, 0), (1 / 3, 0), (0, 1)))]),
    "indifferent Governor": (
        {"k": 0.0, "M": 0.0},
        [
            ((0, 0), ((2 / 3, 0), (1, 0), (1, 1), (1 / 3, 1))),
            ((0, 1), ((2 / 3, 0), (1 / 3, 1))),
            ((1, 1), ((0, 0), (2 / 3, 0), (1 / 3, 1), (0, 1))),
        ],
    ),
    "indifferent lab": (
        {"g": 0.0, "D": 0.0},
        [
            ((0, 0.25), ((0, 0),)),
            ((0.25, 0.25), ((0, 0), (1, 0))),
            ((0.25, 0.75), ((1, 0),)),
            ((0.75, 0.75), ((1, 0), (1, 1))),
            ((0.75, 1), ((1, 1),)),
        ],
    ),
    "both indifferent": ({"g": 0.0, "D": 0.0, "k": 0.0, "M": 0.0}, [((0, 1), SQUARE)]),
}


@pytest.mark.parametrize(("changes", "known"), TABLE.values(), ids=list(TABLE))
def test_known_sets(changes, known):
    """Structure as in Avenhaus, von Stengel and Zamir (2002); worked by hand."""
    with np.errstate(all="raise"):
        found = games.signal(**{**WEAK, **changes})
    assert found.count == len(known)
    for subset, (q, plans) in zip(found.subsets, known, strict=True):
        assert subset.q == pytest.approx(q, rel=1e-15)
        start = subset.audits.index(min(subset.audits, key=lambda plan: abs(plan[0] - plans[0][0]) + abs(
            plan[1] - plans[0][1])))  # fmt: skip
        around = subset.audits[start:] + subset.audits[:start]  # in the order of the corners
        assert len(around) == len(plans)
        for plan, true in zip(around, plans, strict=True):
            assert plan == pytest.approx(true, rel=1e-15, abs=1e-15)


def test_sets_are_those_of_exact_enumeration():
    """At 1e4 points, half of them on a grid of decimals: every maximal subset of the 2 x 4 game, no other."""
    letters = some_games(51, N, rates=("alpha", "beta"))
    with np.errstate(all="raise"):
        found = games.signal(**letters)
    assert np.bincount(found.count, minlength=6)[1:].min() >= 5
    for point, subsets in zip(points(letters), all_sets(found), strict=True):
        assert_equal_sets(subsets, enumerated(point), within=1e-11)


def test_uniqueness_and_p_s_in_the_generic_regimes():
    """Between 0 and D the lab is just indifferent, p_s = t, whatever the signal; one equilibrium."""
    at = Points(52)
    D, M = at.money(), at.money()
    D, M = np.where(D == 0, 1.0, D), np.where(M == 0, 1.0, M)
    share = at.rng.uniform(0.001, 0.999, (4, N))
    g, k = D * share[0], M * share[1]
    found = games.signal(g=g, D=D, k=k, M=M, alpha=share[2], beta=share[3])
    assert set(found.count.tolist()) == {1}
    pi_1, pi_0 = found.audits[:, 0, 0].T
    p_s, t = share[3] * pi_1 + (1 - share[3]) * pi_0, g / D
    assert found.audits.shape == (N, 1, 1, 2)
    np.testing.assert_allclose(p_s, t, rtol=1e-13, atol=1e-15)
    np.testing.assert_array_equal(found.p_s[:, 0, 0], t)
    np.testing.assert_array_equal(found.p_s[:, 0, 1], t)


def test_p_s_at_the_ties():
    """At t = beta, at t = 1 and with a signal that says nothing; t = g/D with 0 < t <= 1."""
    for changes in ({"g": 1.5}, {"g": 2.0}, {"alpha": 0.75}, {"alpha": 0.75, "g": 2.0}, {"beta": 1.0}):
        letters = {**WEAK, **changes}
        for subset in games.signal(**letters).subsets:
            assert subset.p_s == (letters["g"] / 2, letters["g"] / 2)


def test_the_governor_audits_at_the_least_cost_that_deters():
    """The plan is the cheapest pair that audits violators at rate t."""
    rng = np.random.default_rng(53)
    t, k, alpha, beta = rng.uniform(0.01, 0.99, (4, N // 10))
    found = games.signal(g=t, D=1.0, k=k, M=1.0, alpha=alpha, beta=beta)
    policy = dt.least_cost_policy(t=t, alpha=alpha, beta=beta)
    np.testing.assert_allclose(found.audits[:, 0, 0, 0], policy.pi_1, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.audits[:, 0, 0, 1], policy.pi_0, rtol=1e-12, atol=1e-14)


def test_a_signal_that_says_nothing_leaves_the_inspection_game():
    """With alpha = beta the pairs (q, p_s) are the equilibria (q, a) of the inspection game."""
    letters = some_games(54, N // 5, rates=("alpha", "beta"))
    letters["beta"] = letters["alpha"]
    found = games.signal(**letters)
    plain = games.inspection(**{x: letters[x] for x in "gDkMH"})
    np.testing.assert_array_equal(found.count, plain.count)
    for i, most in enumerate(found.count.tolist()):
        pairs = sorted((*found.q[i, j], *found.p_s[i, j]) for j in range(most))
        np.testing.assert_allclose(
            pairs, sorted((*plain.q[i, j], *plain.a[i, j]) for j in range(most)), rtol=1e-14, atol=1e-15
        )


def test_exchanging_the_names_of_the_signals():
    letters = some_games(55, N // 5, rates=("alpha", "beta"))
    letters = {x: np.round(column, 6) for x, column in letters.items()}  # so that 1 - (1 - beta) is beta
    other = letters | {x: np.round(1 - letters[x], 6) for x in ("alpha", "beta")}
    for one, two in zip(all_sets(games.signal(**letters)), all_sets(games.signal(**other)), strict=True):
        exchanged = [(q, tuple(sorted((b, a) for a, b in plans))) for q, plans in two]
        assert_equal_sets(one, exchanged, within=1e-9)


def test_a_tie_of_decimals_is_a_tie():
    """In floats 0.1 * 0.7 < 0.07 and 1 - 0.9 < 0.1; a game that misses the tie by little is another game."""
    known = {"D": 0.7, "k": 0.5, "M": 1.0, "alpha": 0.05, "beta": 0.1}
    assert 0.1 * 0.7 < 0.07
    assert games.signal(g=0.07, **known).subsets[0].audits == ((1.0, 0.0),)
    assert games.signal(g=0.07, **known).subsets[0].q[0] < games.signal(g=0.07, **known).subsets[0].q[1]
    assert games.signal(g=0.07, **known).subsets[0].lab_value == (0.0, 0.0)
    for g in (np.nextafter(0.07, 1), np.nextafter(0.07, 0)):
        low, high = games.signal(g=g, **known).subsets[0].q
        assert low == high
    swapped = {**known, "alpha": 0.95, "beta": 0.9}
    assert (1 - 0.9) * 0.7 != 0.07
    assert games.signal(g=0.07, **swapped).subsets[0].audits == ((0.0, 1.0),)


NASHPY_FAILS = (
    {"g": 0.6, "D": 1.0, "k": 0.8, "M": 1.0, "alpha": 0.3, "beta": 0.6, "H": 1.0},  # t = beta
    {"g": 0.8, "D": 1.0, "k": 0.5, "M": 1.0, "alpha": 0.3, "beta": 0.8, "H": 1.0},  # t = beta
)


@pytest.mark.parametrize("letters", NASHPY_FAILS)
def test_where_support_enumeration_finds_nothing(letters):
    """Nashpy 0.0.43 returns an empty list; both ends of our segment have no regret."""
    found = games.signal(**letters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        assert list(found.bimatrix.to_nashpy().support_enumeration()) == []
    (subset,) = found.subsets
    alpha, beta, k = (Fraction(str(letters[x])) for x in ("alpha", "beta", "k"))
    for end, (compliant, violator) in zip(subset.q, ((alpha, beta), (1 - alpha, 1 - beta)), strict=True):
        q = compliant * k / (compliant * k + violator * (1 - k))
        assert end == pytest.approx(float(q), rel=1e-15)
        assert found.bimatrix.regret([1 - q, q], [0, 1, 0, 0]) == 0


def test_where_rounding_hides_a_generic_equilibrium():
    """In one of ten generic games with t > beta Nashpy finds nothing; the closed form has no regret."""
    rng = np.random.default_rng(56)
    missed = 0
    for _ in range(200):
        alpha, beta, t = sorted(rng.uniform(0.02, 0.98, 3).tolist())
        D, M = rng.uniform(0.5, 2, 2).tolist()
        found = games.signal(g=t * D, D=D, k=M * rng.uniform(0.02, 0.98), M=M, alpha=alpha, beta=beta, H=2.0)
        (subset,) = found.subsets
        q, (pi_1, pi_0) = subset.q[0], subset.audits[0]
        assert subset.q[1] == q
        assert pi_1 == 1.0
        assert found.bimatrix.regret([1 - q, q], [0.0, 1 - pi_0, 0.0, pi_0]) <= 1e-12
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            missed += not list(found.bimatrix.to_nashpy().support_enumeration())
    assert missed > 10


def spread(seed):
    at = Points(seed)
    sign = at.rng.choice([1, 1, 1, -1], N)
    a = {"k": at.money() * sign, "M": at.money(), "alpha": at.probability(), "beta": at.probability()}
    a["k"] = np.where(~at.coarse & at.some(0.6), a["M"] * at.rng.uniform(0, 1, N), a["k"])
    a["beta"] = np.where(at.some(0.1), a["alpha"], a["beta"])
    return a, at


def exact_cutoff(k, M, sent, by_violator):
    if sent == by_violator == 0:
        return float("nan")
    if not 0 < k < M:
        return Fraction(k > 0)
    return sent * k / (sent * k + by_violator * (M - k))


def test_cutoffs_against_fractions():
    a, at = spread(57)
    with np.errstate(all="raise"):
        q_1, q_0 = games.signal_cutoffs(**a)
    first = exactly(lambda k, M, alpha, beta: exact_cutoff(k, M, alpha, beta), a)
    second = exactly(lambda k, M, alpha, beta: exact_cutoff(k, M, 1 - alpha, 1 - beta), a)
    with np.errstate(all="ignore"):
        odds = np.nan_to_num((a["k"] + 2 * a["M"]) / np.abs(a["M"] - a["k"]), posinf=0.0)
        rates = a["alpha"] / (1 - a["alpha"]) + a["beta"] / (1 - a["beta"])
    for found, exact, more in ((q_1, first, 2.0), (q_0, second, np.nan_to_num(rates, posinf=0.0))):
        sent = ~np.isnan(np.array(exact, dtype=float))
        assert 0 < (~sent).sum() < N / 10
        np.testing.assert_array_equal(np.isnan(found), ~sent)
        size = np.broadcast_to(found * (1 - found) * (odds + more), sent.shape)[sent]
        exact = [value for value, known in zip(exact, sent, strict=True) if known]
        assert_close(found[sent], exact, size, at.coarse[sent])
        assert ((found[sent] >= 0) & (found[sent] <= 1)).all()
    for found, part in ((q_1, "q_1"), (q_0, "q_0")):
        assert_same(found, singly(lambda part=part, **kw: getattr(games.signal_cutoffs(**kw), part), a))


def test_audit_probabilities_against_fractions():
    """pi_1 = t/beta below t = beta, pi_0 = (t - beta)/(1 - beta) above, at points spread to the edges."""
    at = Points(58)
    t, alpha, beta = at.probability(), at.probability(), at.probability()
    D = np.where(at.coarse, 2.0, 10.0 ** at.rng.uniform(-12, 12, N))
    inside = (t > 0) & (t < 1) & (alpha > 0) & (alpha < beta) & (beta < 1)
    a = {x: y[inside] for x, y in {"g": t * D, "D": D, "beta": beta}.items()}
    with np.errstate(all="raise"):
        found = games.signal(**a, k=0.5, M=1.0, alpha=alpha[inside])

    def exact(g, D, beta):
        return (min(g / (beta * D), Fraction(1)), max((g / D - beta) / (1 - beta), Fraction(0)))

    one, two = zip(*exactly(exact, a), strict=True)
    t, beta = a["g"] / a["D"], a["beta"]
    single = np.isnan(found.audits[:, 1:]).all(axis=(1, 2, 3))
    assert single.sum() > 0.9 * inside.sum()
    assert_close(found.audits[:, 0, 0, 0], list(one), 3 * t / beta)
    assert_close(found.audits[:, 0, 0, 1], list(two), (2 * t + 2 * beta) / (1 - beta))


def test_values_against_fractions():
    a, at = spread(59)
    a = {
        "q": at.probability(),
        "p_s": at.probability(),
        "g": at.money(),
        "D": at.money(),
        **a,
        "H": at.money(),
    }
    cuts = games.signal_cutoffs(**{x: a[x] for x in ("k", "M", "alpha", "beta")})
    for cut in cuts:
        a["q"] = np.where(at.some(0.2) & ~np.isnan(cut), cut, a["q"])
    with np.errstate(all="raise"):
        lab, governor = games.signal_values(**a)

    def exact_governor(q, p_s, g, D, k, M, alpha, beta, H):
        signals = ((alpha, beta), (1 - alpha, 1 - beta))
        return -q * H + sum(max(0, q * b * (M - k) - (1 - q) * c * k) for c, b in signals)

    def exact_lab(q, p_s, g, D, k, M, alpha, beta, H):
        return max(Fraction(0), g - p_s * D)

    assert_close(lab, exactly(exact_lab, a), a["g"] + 2 * a["p_s"] * a["D"], at.coarse)
    size = 4 * (np.abs(a["k"]) + a["q"] * a["M"]) + 2 * a["q"] * a["H"]
    assert_close(governor, exactly(exact_governor, a), size, at.coarse)
    assert_same(lab, singly(lambda **kw: games.signal_values(**kw).lab, a))
    assert_same(governor, singly(lambda **kw: games.signal_values(**kw).governor, a))


def test_values_are_the_payoffs_of_the_equilibria():
    """At every vertex of every subset, against the payoffs of the profile in exact arithmetic."""
    letters = some_games(60, N // 10, rates=("alpha", "beta"))
    found = games.signal(**letters)
    for i, point in enumerate(points(letters)):
        A, B = signal_payoffs(**{x: Fraction(value) for x, value in point.items()})
        size = 100 * EPS * max(1, *map(abs, point.values()))
        single = found[i]
        for subset in single.subsets:
            for plan in subset.audits:
                weights = [(1 - a) * (1 - b) for a, b in [plan]] + [plan[0] * (1 - plan[1]),
                           (1 - plan[0]) * plan[1], plan[0] * plan[1]]  # fmt: skip
                lab, governor = (
                    [float(sum(Fraction(w) * u for w, u in zip(weights, row, strict=True))) for row in side]
                    for side in (A, B)
                )
                low, high = sorted(subset.lab_value)
                for q, value in zip(subset.q, subset.governor_value, strict=True):
                    assert low - size <= (1 - q) * lab[0] + q * lab[1] <= high + size
                    assert abs((1 - q) * governor[0] + q * governor[1] - value) <= size


def test_the_tables_of_the_propositions():
    """At 1e4 points, those with beta > alpha, and through `Proposition.case` at some of them."""
    letters = some_games(61, N, rates=("alpha", "beta"))
    low, high = (function(letters["alpha"], letters["beta"]) for function in (np.minimum, np.maximum))
    letters |= {"alpha": low, "beta": high}
    found = games.signal(**letters)
    names = ("signal_equilibria", "signal_equilibria_corner")
    tables, covered = {name: table(formulas.registry[name]) for name in names}, dict.fromkeys(names, 0)
    for i, (point, subsets) in enumerate(zip(points(letters), all_sets(found), strict=True)):
        at = decimals(point)
        at["k_audit"] = at.pop("k")
        if at["alpha"] == at["beta"]:
            continue
        beta, name = at["beta"], names[not 0 < at["k_audit"] < at["M"]]
        covered[name] += 1
        rows = tables[name](**at)
        assert_equal_sets(subsets, largest(rows, beta), within=1e-11)
        if i % 100 == 0:
            assert len(formulas.registry[name].case(**at)) == len(rows)
    assert min(covered.values()) > N / 10


def test_every_row_of_the_tables_is_reached():
    letters = some_games(63, 10_000, rates=("alpha", "beta"), ties=1)
    for name in ("signal_equilibria", "signal_equilibria_corner"):
        proposition = formulas.registry[name]
        conditions = {row.when: None for row in proposition.cases}
        symbols = [variable.symbol for variable in proposition.symbols]
        for when in conditions:
            holds = sympy.lambdify(symbols, sympy.And(*when), "numpy")
            assert np.any(holds(*(letters["k" if s.name == "k_audit" else s.name] for s in symbols)))


def largest(rows, beta):
    """Rows of a table as intervals of q and polygons of plans, without those that others contain."""
    shapes = sorted({(q, polygon(*box, rate, beta)) for q, *box, rate in rows})
    return (
        shapes
        if len(shapes) == 1
        else [
            (q, plans)
            for q, plans in shapes
            if not any(
                (q, plans) != (wide, more) and wide[0] <= q[0] and q[1] <= wide[1] and holds(more, plans)
                for wide, more in shapes
            )
        ]
    )


def holds(polygon, plans):
    return corners([*polygon, *plans]) == polygon


def polygon(pi_1, pi_0, rate, beta):
    """Vertices of the plans in a box whose p_s lies within two ends, exactly."""
    box = [(pi_1[i], pi_0[j]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]

    def p_s(plan):
        return beta * plan[0] + (1 - beta) * plan[1]

    kept = [plan for plan in box if rate[0] <= p_s(plan) <= rate[1]]
    for one, two in zip(box, [*box[1:], box[0]], strict=True):
        for end in rate:
            if (p_s(one) - end) * (p_s(two) - end) < 0:
                weight = (end - p_s(one)) / (p_s(two) - p_s(one))
                kept.append(tuple(x + weight * (y - x) for x, y in zip(one, two, strict=True)))
    return corners(kept)


def test_many_games_are_single_games():
    letters = some_games(62, 2000, rates=("alpha", "beta"))
    found = games.signal(**letters)
    for i in range(0, 2000, 7):
        single = found[i]
        most, vertices = single.audits.shape[:2]
        assert single.count == found.count[i] == most
        np.testing.assert_array_equal(found.q[i, :most], single.q)
        np.testing.assert_array_equal(found.p_s[i, :most], single.p_s)
        np.testing.assert_array_equal(found.audits[i, :most, :vertices], single.audits)
        for many, one in zip(found.values, single.values, strict=True):
            np.testing.assert_array_equal(many[i, :most], one)
        assert np.isnan(found.audits[i, most:]).all()
        assert np.isnan(found.q[i, most:]).all()


def test_shapes():
    grid = games.signal(**{**WEAK, "g": np.array([[1.0], [1.5]]), "alpha": [0.25, 0.0, 0.75]})
    assert grid.games == grid.count.shape == (2, 3)
    assert grid.q.shape == grid.p_s.shape == grid.values.lab.shape == (2, 3, 1, 2)
    assert grid.audits.shape == (2, 3, 1, 2, 2)
    assert sets(grid[1, 0]) == [((0.25, 0.75), ((1, 0),))]
    empty = games.signal(**{**WEAK, "g": []})
    assert empty.q.shape == (0, 1, 2)
    assert str(grid) == "equilibria of 6 signal games"
    for part in ("subsets", "regime", "bimatrix"):
        with pytest.raises(TypeError, match="take one of them first"):
            getattr(grid, part)


def test_reads_as_text():
    assert str(games.signal(**{**WEAK, "k": 0.0, "M": 0.0, "g": 0.5})).splitlines() == [
        "defecting pays unless audited; the Governor is always indifferent; suspicion speaks for defection",
        "  q = 0, (pi_1, pi_0) between (0.333333, 0), (1, 0), (1, 1), (0, 1)",
        "  q in [0, 1], (pi_1, pi_0) between (0.333333, 0), (0, 1)",
        "  q = 1, (pi_1, pi_0) between (0, 0), (0.333333, 0), (0, 1)",
    ]
    assert games.signal(**{**WEAK, "alpha": 0.75}).regime.endswith("the signal says nothing")
    assert games.signal(**{**WEAK, "alpha": 0.9}).regime.endswith("suspicion speaks for compliance")


def test_hands_itself_to_other_tools():
    letters = {"g": 0.1, "D": 0.3, "k": 0.1, "M": 0.3, "alpha": 0.2, "beta": 0.9, "H": 0.7}
    game = games.signal(**letters).bimatrix
    A, B = signal_payoffs(**decimals(letters))
    order = [0, 2, 1, 3] if game.column_actions[1] == "audit clean" else [0, 1, 2, 3]
    assert [list(row) for row in game.A] == [[row[j] for j in order] for row in A]
    assert [list(row) for row in game.B] == [[row[j] for j in order] for row in B]
    assert game.column_actions == ("no audit", "audit suspicious", "audit clean", "audit all")


def test_contracts():
    cutoffs = {x: WEAK[x] for x in ("k", "M", "alpha", "beta")}
    for part in ("q_1", "q_0"):
        assert_contract(lambda part=part, **kw: getattr(games.signal_cutoffs(**kw), part), cutoffs)
        assert_refused(lambda part=part, **kw: getattr(games.signal_cutoffs(**kw), part), cutoffs,
                       M=-1.0, alpha=1.5, beta=-0.5)  # fmt: skip
    for part, rest, free in (
        ("lab", ("q", "k", "M", "alpha", "beta", "H"), {"p_s": 0.125, "g": 1.0, "D": 2.0}),
        ("governor", ("p_s", "g", "D"), {"q": 0.5, **cutoffs, "H": 4.0}),
    ):
        fixed = {x: {**WEAK, "q": 0.5, "p_s": 0.5}[x] for x in rest}
        assert_contract(lambda part=part, fixed=fixed, **kw: getattr(
            games.signal_values(**fixed, **kw), part), free)  # fmt: skip
    assert_contract(lambda **kw: games.signal(**kw).q[..., 0, 0], WEAK)
    assert_refused(lambda **kw: games.signal(**kw).q[..., 0, 0], WEAK, D=-1.0, M=-1.0, H=-0.5, alpha=2.0,
                   beta=-0.5)  # fmt: skip
