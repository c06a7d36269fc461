"""The inspection game: its complete sets of equilibria against exact enumeration, tables and Nashpy."""

from __future__ import annotations

import warnings
from fractions import Fraction

import nashpy
import numpy as np
import pytest
from exact import EPS, N, Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from inspections import decimals, maximal, points, some_games, table

import deterrence as dt
from deterrence import formulas, games

MIXED = {"g": 0.5, "D": 2.0, "k": 0.75, "M": 1.0, "H": 4.0}


def boxes(equilibria):
    """Ends of q and a of every subset of a single game."""
    return [(subset.q, subset.a) for subset in equilibria.subsets]


def all_boxes(equilibria):
    """Ends of q and a of every subset of every game of a flat array."""
    q, a, count = equilibria.q.tolist(), equilibria.a.tolist(), equilibria.count.tolist()
    return [
        [(tuple(ends), tuple(a[i][j])) for j, ends in enumerate(q[i][:most])] for i, most in enumerate(count)
    ]


def payoffs(g, D, k, M, H):
    """Lab and Governor, against no audit and audit."""
    return [[0, 0], [g, g - D]], [[0, -k], [-H, -H + M - k]]


def assert_equal_boxes(found, exact):
    found, exact = sorted(found), sorted(exact)
    assert len(found) == len(exact)
    for box, true in zip(found, exact, strict=True):
        for ends, true_ends in zip(box, true, strict=True):
            for end, value in zip(ends, true_ends, strict=True):
                assert end == value or (0 < value < 1 and abs(end - value) <= 4 * EPS * value)


# Known sets. t = g/D = 1/4 and k/M = 3/4 where they are inside.
TABLE = {
    "mixed": ({}, [((0.75, 0.75), (0.25, 0.25))]),
    "audits cost too much": ({"k": 2.0}, [((1, 1), (0, 0))]),
    "defecting pays even if audited": ({"g": 3.0}, [((1, 1), (1, 1))]),
    "neither can be deterred": ({"g": 3.0, "k": 2.0}, [((1, 1), (0, 0))]),
    "nothing to gain": ({"g": -1.0}, [((0, 0), (0, 0))]),
    "audits pay for themselves": ({"k": -1.0}, [((0, 0), (1, 1))]),
    "audits pay, nothing to gain": ({"k": -1.0, "g": -1.0}, [((0, 0), (1, 1))]),
    "audits pay, but do not deter": ({"k": -1.0, "g": 3.0}, [((1, 1), (1, 1))]),
    "free audits": ({"k": 0.0}, [((0, 0), (0.25, 1))]),
    "audits return their cost": ({"k": 1.0}, [((1, 1), (0, 0.25))]),
    "g = 0": ({"g": 0.0}, [((0, 0.75), (0, 0))]),
    "g = 0, k > M": ({"g": 0.0, "k": 2.0}, [((0, 1), (0, 0))]),
    "g = 0, k = M": ({"g": 0.0, "k": 1.0}, [((0, 1), (0, 0))]),
    "g = D": ({"g": 2.0}, [((0.75, 1), (1, 1))]),
    "g = D, k = M": ({"g": 2.0, "k": 1.0}, [((1, 1), (0, 1))]),
    "g = D, k > M": ({"g": 2.0, "k": 2.0}, [((1, 1), (0, 0))]),
    "g = k = 0": ({"g": 0.0, "k": 0.0}, [((0, 0), (0, 1))]),
    "g = D, k = 0": ({"g": 2.0, "k": 0.0}, [((0, 1), (1, 1))]),
    "g = D, k < 0": ({"g": 2.0, "k": -1.0}, [((0, 1), (1, 1))]),
    "g < 0 = k": ({"g": -1.0, "k": 0.0}, [((0, 0), (0, 1))]),
    "g > D, k = M": ({"g": 3.0, "k": 1.0}, [((1, 1), (0, 1))]),
    "g > D, k = M = 0": ({"g": 3.0, "k": 0.0, "M": 0.0}, [((1, 1), (0, 1))]),
    "g < 0, k = M = 0": ({"g": -1.0, "k": 0.0, "M": 0.0}, [((0, 0), (0, 1))]),
    "k = M = 0": (
        {"k": 0.0, "M": 0.0},
        [((0, 0), (0.25, 1)), ((0, 1), (0.25, 0.25)), ((1, 1), (0, 0.25))],
    ),
    "g = D = 0": (
        {"g": 0.0, "D": 0.0},
        [((0, 0.75), (0, 0)), ((0.75, 0.75), (0, 1)), ((0.75, 1), (1, 1))],
    ),
    "g = 0, k = M = 0": ({"g": 0.0, "k": 0.0, "M": 0.0}, [((0, 0), (0, 1)), ((0, 1), (0, 0))]),
    "g = D, k = M = 0": ({"g": 2.0, "k": 0.0, "M": 0.0}, [((0, 1), (1, 1)), ((1, 1), (0, 1))]),
    "g = D = 0, k = 0": ({"g": 0.0, "D": 0.0, "k": 0.0}, [((0, 0), (0, 1)), ((0, 1), (1, 1))]),
    "g = D = 0, k = M": ({"g": 0.0, "D": 0.0, "k": 1.0}, [((0, 1), (0, 0)), ((1, 1), (0, 1))]),
    "all of the square": ({"g": 0.0, "D": 0.0, "k": 0.0, "M": 0.0}, [((0, 1), (0, 1))]),
    "D = 0, g > 0": ({"D": 0.0}, [((1, 1), (1, 1))]),
    "D = 0, g < 0": ({"D": 0.0, "g": -1.0}, [((0, 0), (0, 0))]),
    "M = 0, k > 0": ({"M": 0.0}, [((1, 1), (0, 0))]),
    "M = 0, k < 0": ({"M": 0.0, "k": -1.0}, [((0, 0), (1, 1))]),
    "D = M = 0": ({"D": 0.0, "M": 0.0}, [((1, 1), (0, 0))]),
}


@pytest.mark.parametrize(("changes", "known"), TABLE.values(), ids=list(TABLE))
def test_known_sets(changes, known):
    """Dresher (1962), Tsebelis (1990) and Avenhaus, von Stengel and Zamir (2002) for the mixed regime."""
    with np.errstate(all="raise"):
        found = games.inspection(**{**MIXED, **changes})
        negative = {x: -value if value == 0 else value for x, value in {**MIXED, **changes}.items()}
        assert boxes(games.inspection(**negative)) == boxes(found) == known
    assert found.count == len(known)


def test_sets_are_those_of_exact_enumeration():
    """At 1e4 points, half of them on a grid of decimals: every maximal subset, and no other."""
    letters = some_games(41, N)
    with np.errstate(all="raise"):
        found = games.inspection(**letters)
    assert np.bincount(found.case.astype(int), minlength=36).min() > 0  # every row of the table
    for point, subsets in zip(points(letters), all_boxes(found), strict=True):
        exact = [
            tuple((min(ends), max(ends)) for ends in ([x[1] for x in rows], [y[1] for y in columns]))
            for rows, columns in games.bimatrix(*payoffs(**decimals(point))).subsets
        ]
        assert_equal_boxes(subsets, exact)


def test_nashpy_agrees_on_generic_games():
    """Support enumeration finds the one equilibrium of every game without a tie."""
    letters = some_games(42, N // 5, ties=0)
    found = games.inspection(**letters)
    assert set(found.count.tolist()) == {1}
    assert len(set(found.case.tolist())) == 9
    for point, ((q, a),) in zip(points(letters), all_boxes(found), strict=True):
        ((x, y),) = nashpy.Game(*map(np.array, payoffs(**point))).support_enumeration()
        assert q[0] == q[1] == pytest.approx(x[1], rel=1e-9, abs=1e-12)
        assert a[0] == a[1] == pytest.approx(y[1], rel=1e-9, abs=1e-12)


NASHPY_MISSES = {
    "g = D": ({"g": 2.0}, "support_enumeration", 1),  # the end (1, 1) of q in [3/4, 1]
    "free audits": ({"k": 0.0}, "support_enumeration", 1),  # the end a = 1 of [1/4, 1]
    "k = M = 0": ({"k": 0.0, "M": 0.0}, "support_enumeration", 2),  # two points of three segments
    "g = D, vertices": ({"g": 2.0}, "vertex_enumeration", 0),
}


@pytest.mark.parametrize(
    ("changes", "method", "points_found"), NASHPY_MISSES.values(), ids=list(NASHPY_MISSES)
)
def test_where_nashpy_misses_equilibria(changes, method, points_found):
    """It reports points of a continuum, or nothing; every vertex of our set has no regret."""
    found = games.inspection(**{**MIXED, **changes})
    game = found.bimatrix
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # it says that the game may be degenerate
        theirs = list(getattr(game.to_nashpy(), method)())
    corners = {(q, a) for subset in found.subsets for q in subset.q for a in subset.a}
    assert len(theirs) == points_found < len(corners)
    for q, a in corners:
        q, a = Fraction(q), Fraction(a)
        assert game.regret([1 - q, q], [1 - a, a]) == 0


def test_small_payoffs_defeat_an_absolute_tolerance():
    """At 1e-9 of the money Lemke-Howson ends 5e-8 off the equilibrium; the closed form is exact."""
    found = games.inspection(g=1e-9, D=2e-9, k=5e-10, M=1e-9)
    assert boxes(found) == [((0.5, 0.5), (0.5, 0.5))]
    half = Fraction(1, 2)
    assert found.bimatrix.regret([half, half], [half, half]) == 0
    ends = list(found.bimatrix.to_nashpy().lemke_howson_enumeration())
    assert all(abs(y[0] - 0.5) > 1e-8 for _, y in ends)


def spread(seed):
    """Letters over 24 orders of magnitude, a fifth of them coarse, with planted ties."""
    at = Points(seed)
    sign = at.rng.choice([1, 1, 1, -1], (2, N))
    a = {"g": at.money() * sign[0], "D": at.money(), "k": at.money() * sign[1], "M": at.money()}
    for x, top in (("g", "D"), ("k", "M")):
        a[x] = np.where(at.some(0.1), a[top], a[x])
        a[x] = np.where(~at.coarse & at.some(0.4), a[top] * at.rng.uniform(0, 1, N), a[x])
    return a, at


def test_cutoffs_against_fractions():
    a, at = spread(43)
    with np.errstate(all="raise"):
        q, audits = games.inspection_cutoffs(**a)

    def share(x, top):
        return Fraction(0) if x <= 0 else Fraction(1) if x >= top else x / top

    for found, x, top in ((q, "k", "M"), (audits, "g", "D")):
        exact = exactly(lambda x, top: share(x, top), {"x": a[x], "top": a[top]})
        assert_close(found, exact, 0.0, at.coarse)
        assert ((found >= 0) & (found <= 1)).all()
        assert ((found > 0) & (found < 1)).sum() > N / 4
    assert_same(q, singly(lambda **kw: games.inspection_cutoffs(**kw).q, a))
    assert_same(audits, singly(lambda **kw: games.inspection_cutoffs(**kw).a, a))


def test_values_against_fractions():
    a, at = spread(44)
    a = {"q": at.probability(), "a": at.probability(), **a, "H": at.money()}
    stars = games.inspection_cutoffs(**{x: a[x] for x in "gDkM"})
    a["q"], a["a"] = np.where(at.some(0.2), stars.q, a["q"]), np.where(at.some(0.2), stars.a, a["a"])
    with np.errstate(all="raise"):
        lab, governor = games.inspection_values(**a)

    def exact_lab(q, a, g, D, k, M, H):
        return max(Fraction(0), g - a * D)

    def exact_governor(q, a, g, D, k, M, H):
        return max(Fraction(0), q * M - k) - q * H

    size = np.abs(a["g"]) + 2 * a["a"] * a["D"]
    assert_close(lab, exactly(exact_lab, a), size, at.coarse)
    size = np.abs(a["k"]) + 2 * a["q"] * (a["M"] + a["H"])
    assert_close(governor, exactly(exact_governor, a), size, at.coarse)
    assert_same(lab, singly(lambda **kw: games.inspection_values(**kw).lab, a))
    assert_same(governor, singly(lambda **kw: games.inspection_values(**kw).governor, a))


def test_values_are_the_payoffs_of_the_equilibria():
    """At every end of every subset, against the payoffs of the profile in exact arithmetic."""
    letters = some_games(45, N // 5)
    found = games.inspection(**letters)
    for i, (point, subsets) in enumerate(zip(points(letters), all_boxes(found), strict=True)):
        at = {x: Fraction(value) for x, value in point.items()}
        size = max(1e-6, *(abs(value) for value in point.values()))
        for j, (q_ends, a_ends) in enumerate(subsets):
            for end in (0, 1):
                q, a = Fraction(q_ends[end]), Fraction(a_ends[end])
                lab = q * (at["g"] - a * at["D"])
                governor = a * (q * at["M"] - at["k"]) - q * at["H"]
                assert abs(found.values.lab[i, j, end] - lab) <= 8 * EPS * size
                assert abs(found.values.governor[i, j, end] - governor) <= 8 * EPS * size


def test_the_mixed_equilibrium_leaves_the_lab_nothing():
    values = games.inspection(**MIXED).subsets[0]
    assert values.lab_value == (0.0, 0.0)
    assert values.governor_value == (-3.0, -3.0)  # -H k/M
    tied = games.inspection(g=0.3, D=0.7, k=0.1, M=0.3, H=0.0)  # no float is exact here
    assert tied.subsets[0].lab_value == tied.subsets[0].governor_value == (0.0, 0.0)


def test_the_audit_probability_is_the_threshold_of_the_compliance_condition():
    """With g - p_b B for g and (1 - p_b) B for D, a* is p_s*."""
    at = Points(46)
    B, p_b = at.money(), at.rng.uniform(0, 0.99, N)
    g = B * at.rng.uniform(0, 1, N)
    star = dt.threshold("p_s", g=g, B=B, p_b=p_b).value
    found = games.inspection(g=g - p_b * B, D=(1 - p_b) * B, k=0.5, M=1.0)
    inner = (star > 0) & (star < 1)
    assert inner.sum() > N / 4
    with np.errstate(all="ignore"):
        bound = 8 * EPS * (1 + np.where(B > 0, g / B, 0)) / (1 - p_b)
    assert (np.abs(found.a[inner, 0, 0] - star[inner]) <= bound[inner]).all()
    without = games.inspection(g=g, D=B, k=0.5, M=1.0)
    inner = (g > 0) & (g < B)
    np.testing.assert_array_equal(without.a[inner, 0, 0], dt.threshold("p_s", g=g[inner], B=B[inner]).value)


def test_the_table_of_the_proposition():
    """At 1e4 points, and through `Proposition.case` at some of them."""
    letters = some_games(47, N)
    rows_at, found = table(formulas.inspection_equilibria), games.inspection(**letters)
    for i, (point, subsets) in enumerate(zip(points(letters), all_boxes(found), strict=True)):
        point["k_audit"] = point.pop("k")
        rows = rows_at(**point)
        assert rows
        assert_equal_boxes(subsets, maximal(rows))
        if i % 100 == 0:
            assert len(formulas.inspection_equilibria.case(**point)) == len(rows)


def test_ties_are_those_of_the_floats():
    """A game that misses a tie by one unit in the last place is another game."""
    above, below = np.nextafter(2.0, 3.0), np.nextafter(2.0, 1.0)
    assert boxes(games.inspection(**{**MIXED, "g": above})) == [((1, 1), (1, 1))]
    assert boxes(games.inspection(**{**MIXED, "g": below})) == [((0.75, 0.75), (below / 2, below / 2))]
    assert boxes(games.inspection(**{**MIXED, "k": np.nextafter(1.0, 2.0)})) == [((1, 1), (0, 0))]
    assert boxes(games.inspection(**{**MIXED, "k": 5e-324})) == [((5e-324, 5e-324), (0.25, 0.25))]


def test_many_games_are_single_games():
    """More than a block of games, the first tie and the first union late among them."""
    letters = some_games(48, 40_000, ties=0)
    late = some_games(49, 300)
    for x, column in letters.items():
        column[-300:] = late[x]
    found = games.inspection(**letters)
    assert found.q.shape == (40_000, 3, 2)
    for i in [*range(0, 39_700, 1000), *range(39_700, 40_000)]:
        single = found[i]
        assert single.case == found.case[i]
        assert single.count == found.count[i] == len(single.subsets)
        for many, one in (
            (found.q, single.q),
            (found.a, single.a),
            *zip(found.values, single.values, strict=True),
        ):
            np.testing.assert_array_equal(many[i, : single.count], one)
            assert np.isnan(many[i, single.count :]).all()


def test_shapes():
    grid = games.inspection(g=np.array([[0.5], [3.0]]), D=2.0, k=[0.75, 0.0, 2.0], M=1.0)
    assert grid.q.shape == grid.a.shape == grid.values.lab.shape == (2, 3, 1, 2)
    assert grid.games == grid.case.shape == grid.count.shape == (2, 3)
    assert boxes(grid[1, 2]) == [((1, 1), (0, 0))]
    assert grid[0].q.shape == (3, 1, 2)
    assert games.inspection(g=[], D=2.0, k=1.0, M=1.0).q.shape == (0, 1, 2)
    assert str(grid) == "equilibria of 6 inspection games"
    for part in ("subsets", "regime", "bimatrix"):
        with pytest.raises(TypeError, match="take one of them first"):
            getattr(grid, part)


def test_reads_as_text():
    found = games.inspection(g=1.0, D=2.0, k=0.0, M=0.0)
    assert str(found).splitlines() == [
        "defecting pays unless audited; the Governor is always indifferent",
        "  q = 0, a in [0.5, 1]",
        "  q in [0, 1], a = 0.5",
        "  q = 1, a in [0, 0.5]",
    ]
    assert len({games.inspection(**{**MIXED, **changes}).regime for changes, _ in TABLE.values()}) == len(
        {games.inspection(**{**MIXED, **changes}).case for changes, _ in TABLE.values()}
    )


def test_hands_itself_to_other_tools():
    game = games.inspection(g=0.1, D=0.3, k=0.1, M=0.3, H=0.7).bimatrix
    tenth = Fraction(1, 10)
    assert ((0, 0), (tenth, -2 * tenth)) == game.A
    assert ((0, -tenth), (-7 * tenth, -5 * tenth)) == game.B
    assert game.row_actions == ("comply", "defect")
    assert game.column_actions == ("no audit", "audit")


def test_contracts():
    cutoffs, values = games.inspection_cutoffs, games.inspection_values
    assert_contract(lambda k, M: cutoffs(g=1.0, D=2.0, k=k, M=M).q, {"k": 0.75, "M": 1.0})
    assert_contract(lambda g, D: cutoffs(g=g, D=D, k=1.0, M=2.0).a, {"g": 0.5, "D": 2.0})
    rest = {"q": 0.75, "k": 0.75, "M": 1.0}
    assert_contract(lambda a, g, D: values(a=a, g=g, D=D, **rest).lab, {"a": 0.125, "g": 0.5, "D": 2.0})
    rest = {"a": 0.25, "g": 0.5, "D": 2.0}
    assert_contract(lambda q, k, M, H: values(q=q, k=k, M=M, H=H, **rest).governor,
                    {"q": 0.75, "k": 0.5, "M": 1.0, "H": 4.0})  # fmt: skip
    assert_contract(lambda **kw: games.inspection(**kw).q[..., 0, 0], MIXED)
    assert_refused(lambda **kw: games.inspection(**kw).q[..., 0, 0], MIXED, D=-1.0, M=-1.0, H=-0.5)
    assert_refused(lambda **kw: cutoffs(**kw).q, {x: MIXED[x] for x in "gDkM"}, D=-1.0, M=-1.0)
    assert_refused(lambda **kw: values(**kw).lab, {**MIXED, "q": 0.5, "a": 0.5}, D=-1.0, M=-1.0, H=-0.5,
                   q=1.5, a=-0.5)  # fmt: skip
