"""Bimatrix games: reading and writing them, and all their equilibria against a second method."""

from __future__ import annotations

import math
import random
import re
import shutil
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import second_method
import sympy
from exact import N

import deterrence
from deterrence import ParameterError, games
from deterrence.games import Bimatrix, Profile, bimatrix
from deterrence.games._polyhedra import best_reply_vertices

GAME = Bimatrix(
    [[0, 0], ["1/3", -1]],
    [[0, -0.1], [-3, -1]],
    row_actions=["comply", "defect"],
    column_actions=["trust", 'au"dit_1'],
)


# Reading.


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (3, 3),
        (0.1, Fraction(1, 10)),
        (-2.5e-7, Fraction(-1, 4_000_000)),
        (1e300, 10**300),
        (5e-324, Fraction(5, 10**324)),
        (-1e300, -(10**300)),
        (-0.0, 0),
        (Fraction(2, 3), Fraction(2, 3)),
        (Decimal("0.30"), Fraction(3, 10)),
        ("1/3", Fraction(1, 3)),
        ("-0.1", Fraction(-1, 10)),
        ("1e-20", Fraction(1, 10**20)),
        (np.float64(0.1), Fraction(1, 10)),
        (np.float32(0.1), Fraction(1, 10)),
        (np.int8(-7), -7),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (sympy.Rational(1, 3), Fraction(1, 3)),
        (sympy.Integer(-4), -4),
        (sympy.Float("0.1"), Fraction(1, 10)),
        (10**300 - 1, 10**300 - 1),
    ],
)
def test_every_kind_of_number_is_read_exactly(given, read):
    game = Bimatrix([[given]], [[0]])
    (((number,),),) = (game.A,)
    assert number == read
    assert type(number) is Fraction
    assert type(number.numerator) is int


@pytest.mark.parametrize(
    "form",
    [
        lambda rows: rows,
        lambda rows: tuple(map(tuple, rows)),
        np.array,
        lambda rows: np.array(rows, dtype="f4"),
        lambda rows: np.array(rows, dtype=object),
        sympy.Matrix,
        sympy.ImmutableMatrix,
        lambda rows: [iter(row) for row in rows],
        lambda rows: [np.array(row) for row in rows],
    ],
)
def test_every_kind_of_matrix_is_read(form):
    rows = [[0.1, 2.5, -3.0], [4.0, 0.7, 6.25]]
    game = Bimatrix(form(rows), form(rows))
    assert game == Bimatrix([["0.1", "2.5", -3], [4, "0.7", "6.25"]], game.A)
    assert game.shape == (2, 3)


@pytest.mark.parametrize(
    "bad",
    [
        math.nan, math.inf, -math.inf, np.nan, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"),
        True, np.True_, None, 1j, "", "one", "1/0", "nan", "inf", b"1", [1], object(),
        sympy.sqrt(2), sympy.pi, sympy.Symbol("x"), sympy.oo, sympy.nan, sympy.zoo, sympy.true,
        "1e999999999", "1e1_000_000_000", Decimal("1e999999"), "1e-1000000", "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_by_place(bad):
    with pytest.raises(ParameterError, match=r"^B\[1\]\[0\] = .*allowed: a finite number") as caught:
        Bimatrix([[0], [0]], [[0], [bad]])
    assert caught.value.problems[0].field == "B[1][0]"


@pytest.mark.parametrize(
    "bad", [10**300 + 1, 1.7e308, -(10**400), "-2e308", Fraction(1, 10**1001), 10**1200, "1.8e308"]
)
def test_what_is_out_of_range_is_refused(bad):
    with pytest.raises(ParameterError, match=r"^A\[0\]\[0\] = .*out of range"):
        Bimatrix([[bad]], [[0]])


@pytest.mark.parametrize(
    "bad",
    [
        None, 3, "1 2", [], [[]], [[], []], [1, 2], [[1, 2], [3]], [[1], 2], [["1"], "2"], np.array(1.0),
        np.zeros((0, 2)), np.zeros((2, 0)), np.zeros(3), {1: 2},
    ],
)  # fmt: skip
def test_what_is_no_matrix_is_refused(bad):
    for A, B, name in ((bad, [[1]], "A"), ([[1]], bad, "B")):
        with pytest.raises(ParameterError, match=f"^{name} = .*(is not a matrix)"):
            bimatrix(A, B)


def test_matrices_of_different_shapes_are_refused():
    for other in ([[1, 2]], [[1], [2]], [[1, 2, 3], [4, 5, 6]]):
        with pytest.raises(ParameterError, match=r"^B = .*another shape"):
            Bimatrix([[1, 2], [3, 4]], other)
    with pytest.raises(ParameterError, match=r"^B = None"):
        bimatrix([[1]])
    with pytest.raises(ParameterError, match="stands beside a Bimatrix"):
        bimatrix(GAME, [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    "names",
    ["ab", 3, None, ["a"], ["a", "b", "c"], ["a", "a"], ["a", ""], ["a", "b\n"], ["a", "\\b"], ["a", 2]],
)
def test_names_that_do_not_fit_are_refused(names):
    for field in ("row_actions", "column_actions"):
        with pytest.raises(ParameterError, match=f"^{field} = "):
            Bimatrix([[1, 2], [3, 4]], [[1, 2], [3, 4]], **{field: names})


def test_games_are_values():
    same = Bimatrix(GAME.A, GAME.B, row_actions=GAME.row_actions, column_actions=GAME.column_actions)
    assert same == GAME
    assert hash(same) == hash(GAME)
    assert replace(GAME, row_actions=()) != GAME
    assert bimatrix(GAME) == bimatrix(GAME)
    for thing, name in ((GAME, "A"), (bimatrix(GAME), "extreme")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, ())


# Payoffs and regret.


def test_payoffs_and_regret_by_hand():
    """Comply or defect 1/2 each, trusted with 3/4: A earns (3/4 * 1/3 - 1/4) / 2 = 0."""
    x, y = ["1/2", "1/2"], [Fraction(3, 4), Fraction(1, 4)]
    assert GAME.payoffs(x, y) == (0, Fraction(-3 * 3, 8) + Fraction(-1, 8) + Fraction(-1, 80))
    assert GAME.regret(x, y) == Fraction(-11, 20) - GAME.payoffs(x, y)[1]
    assert GAME.regret([1, 0], [1, 0]) == Fraction(1, 3)
    assert GAME.regret([0, 1], [0, 1]) == 1
    exact, rounded = GAME.payoffs(x, y), GAME.payoffs([0.5, 0.5], y)
    assert all(type(value) is Fraction for value in exact)
    assert all(type(value) is float for value in rounded)
    assert rounded == tuple(map(float, exact))
    assert type(GAME.regret([0.5, 0.5], y)) is type(GAME.regret(x, [0.75, 0.25])) is float
    assert type(GAME.regret(np.array([1, 0]), [1, 0])) is Fraction


def test_regret_against_sums_of_floats():
    rng = np.random.default_rng(51)
    for _ in range(200):
        A, B = rng.normal(size=(2, 3, 4))
        x, y = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(4))
        game = Bimatrix(A, B)
        assert game.payoffs(x, y) == pytest.approx((x @ A @ y, x @ B @ y), rel=1e-12, abs=1e-14)
        regret = max((A @ y).max() - x @ A @ y, (x @ B).max() - x @ B @ y)
        assert game.regret(x, y) == pytest.approx(regret, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        1,
        [1],
        [1, 0, 0],
        [0.5, 0.4],
        ["1/2", "1/3"],
        [1.1, -0.1],
        [math.nan, 1],
        [1, True],
        [[1], [0]],
        "10",
    ],
)
def test_what_is_no_mixed_strategy_is_refused(bad):
    for method in (GAME.payoffs, GAME.regret):
        for name, pair in (("x", (bad, [1, 0])), ("y", ([1, 0], bad))):
            with pytest.raises(ParameterError, match=rf"^{name}"):
                method(*pair)


def test_extreme_payoffs_stay_within_floats():
    game = Bimatrix([[1e300], [-1e300]], [[5e-324], [-5e-324]])
    assert game.regret([0.0, 1.0], [1.0]) == 2e300
    assert game.payoffs([1.0, 0.0], [1.0]) == (1e300, 5e-324)


def test_rounding_of_probabilities_is_forgiven_only_in_floats():
    assert GAME.regret([1 / 3, 2 / 3], [1 + 1e-12, -1e-12]) >= 0
    with pytest.raises(ParameterError):
        GAME.regret([Fraction(1, 3), Fraction(2, 3) + Fraction(1, 10**12)], [1, 0])


# Writing.


def read_nfg(text):
    """A, B, names and title of a two-player game in gambit's payoff version of the strategic form."""
    tokens = re.findall(r'"(?:\\"|[^"])*"|[^\s"]+', text)
    assert tokens[:3] == ["NFG", "1", "R"]
    groups, words = [], tokens[4:]
    quoted = [word[1:-1].replace('\\"', '"') for word in tokens if word.startswith('"')]
    for word in words:
        if word == "{":
            groups.append([])
        elif word.startswith('"') and groups:
            groups[-1].append(word[1:-1].replace('\\"', '"'))
    players, outer, rows, columns = groups
    numbers = [Fraction(word) for word in words[len(words) - 2 * len(rows) * len(columns) :]]
    assert len(players) == 2
    assert outer == []
    pairs = np.array(numbers, dtype=object).reshape(len(columns), len(rows), 2)
    return pairs[:, :, 0].T.tolist(), pairs[:, :, 1].T.tolist(), rows, columns, quoted[0]


def test_nfg():
    A, B, rows, columns, title = read_nfg(GAME.nfg('an "inspection" game'))
    assert Bimatrix(A, B, row_actions=rows, column_actions=columns) == GAME
    assert title == 'an "inspection" game'
    wide = Bimatrix([[1, 2, 3], [4, 5, 6]], [["1/7", 0, 0.5], [-1e20, 1e-20, 3]])
    A, B, rows, columns, title = read_nfg(wide.nfg())
    assert Bimatrix(A, B) == wide
    assert (rows, columns, title) == (["1", "2"], ["1", "2", "3"], "")
    for bad in ("two\nlines", "\\", None):
        with pytest.raises(ParameterError, match=r"^title"):
            GAME.nfg(bad)


def test_nfg_as_gambit_writes_it():
    """The strategic form of the manual of gambit: the row player's action changes first."""
    game = Bimatrix([[1, 1], [0, 2]], [[1, 0], [2, 3]])
    assert game.nfg("t") == (
        'NFG 1 R "t" { "row" "column" }\n\n{ { "1" "2" }\n{ "1" "2" }\n}\n\n1 1 0 2 1 0 2 3\n'
    )


def test_arrays_and_sympy_matrices():
    A, B = GAME.numpy()
    assert A.dtype == B.dtype == np.float64
    np.testing.assert_array_equal(A, [[0, 0], [1 / 3, -1]])
    np.testing.assert_array_equal(B, [[0, -0.1], [-3, -1]])
    exact = GAME.sympy()
    assert exact == (
        sympy.Matrix([[0, 0], [sympy.Rational(1, 3), -1]]),
        sympy.Matrix([[0, sympy.Rational(-1, 10)], [-3, -1]]),
    )
    assert replace(GAME, A=exact[0], B=exact[1]) == GAME
    largest = Bimatrix([[1e300, 5e-324]], [[0, 0]])
    np.testing.assert_array_equal(largest.numpy()[0], [[1e300, 5e-324]])
    ours = GAME.to_nashpy()
    assert type(ours).__module__ == "nashpy.game"
    for mine, theirs in zip(GAME.numpy(), ours.payoff_matrices, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_latex():
    assert GAME.latex() == "\n".join([
        r"\begin{array}{c|cc}",
        r' & \text{trust} & \text{au"dit\_1} \\ \hline',
        r"\text{comply} & 0,\, 0 & 0,\, -\tfrac{1}{10} \\",
        r"\text{defect} & \tfrac{1}{3},\, -3 & -1,\, -1 \\",
        r"\end{array}",
    ])  # fmt: skip
    assert GAME._repr_latex_() == rf"$\displaystyle {GAME.latex()}$"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles_with_any_name(tmp_path):
    game = Bimatrix(
        [[1, "-2/3"]], [[0, 5]], row_actions=["100% & $ # _ { } ~ ^"], column_actions=["<a>", "|b|"]
    )
    head, end = r"\documentclass{article}\usepackage{amsmath}\begin{document}\[", r"\]\end{document}"
    source = head + game.latex() + end
    (tmp_path / "game.tex").write_text(source)
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "game.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Overfull" not in done.stdout


def test_text():
    assert str(GAME).splitlines() == [
        '          trust  au"dit_1',
        "comply     0, 0  0, -1/10",
        "defect  1/3, -3    -1, -1",
    ]
    found = bimatrix(replace(GAME, B=((0, 0), (-3, -3)), column_actions=("trust", "audit")))
    assert str(found).splitlines() == [
        "2 x 2 game, complete: 4 extreme equilibria, 3 maximal Nash subsets, 1 component",
        "1.  defect x conv{3/4 trust + 1/4 audit, trust}",
        "    conv{defect, comply} x 3/4 trust + 1/4 audit",
        "    comply x conv{audit, 3/4 trust + 1/4 audit}",
    ]
    plain = bimatrix([[1, 0], [0, 1e-15]], [[1, 0], [0, 1]])
    assert str(plain).splitlines() == [
        "2 x 2 game, complete: 3 extreme equilibria, 3 maximal Nash subsets, 3 components",
        "1.  (0, 1) x (0, 1)",
        "2.  (1/2, 1/2) x (1e-15, 1)",
        "3.  (1, 0) x (1, 0)",
    ]


# All equilibria.


def as_sets(found):
    """What the second method returns."""
    parts = {frozenset(p for subset in part for p in product(*subset)) for part in found.components}
    subsets = {(frozenset(rows), frozenset(columns)) for rows, columns in found.subsets}
    return {tuple(pair) for pair in found.extreme}, subsets, parts


def small_games(seed, number):
    """Games of up to 4 x 4 actions with few different payoffs, of which nearly half are degenerate."""
    chance = random.Random(seed)
    for _ in range(number):
        m, n, most = chance.randint(1, 4), chance.randint(1, 4), chance.choice([1, 1, 2, 3, 9])
        yield tuple([[chance.randint(-most, most) for _ in range(n)] for _ in range(m)] for _ in "AB")


def test_vertices_against_determinants():
    """Every vertex of the best-reply polyhedra, once each and nothing else, with what is played and best."""
    chance = random.Random(50)
    for _ in range(N // 40):
        m, n, most = chance.randint(1, 5), chance.randint(1, 5), chance.choice([1, 1, 2])
        payoffs = [[Fraction(chance.randint(-most, most)) for _ in range(n)] for _ in range(m)]
        found = {v.probabilities(): v for v in best_reply_vertices(payoffs, 10**6)}
        assert len(found) == len(best_reply_vertices(payoffs, 10**6))
        assert set(found) == second_method.vertices(payoffs)
        for x, vertex in found.items():
            assert vertex.unplayed == sum(1 << i for i, p in enumerate(x) if p == 0)
            assert vertex.replies == sum(1 << j for j in second_method.replies(x, payoffs))


def test_random_games_against_the_second_method():
    """N / 8 games: 1,250 by default, 12,500 at POINTS=100000."""
    continua = 0
    for A, B in small_games(52, N // 8):
        found = bimatrix(A, B)
        assert as_sets(found) == second_method.equilibria(A, B), (A, B)
        assert found.complete
        assert found.regret() == 0
        assert found.extreme == tuple(sorted(found.extreme))
        assert found.subsets == tuple(sorted(found.subsets))
        assert found.components == tuple(sorted(found.components))
        continua += len(found.subsets) < len(found.extreme)
    assert continua > N // 25


def test_order_and_repetition_of_actions_do_not_matter():
    """Rows and columns in another order, and some of them twice: the same set, with weights shared out."""
    chance = random.Random(53)
    for A, B in small_games(54, N // 25):
        m, n = len(A), len(A[0])
        rows, columns = chance.choices(range(m), k=1), chance.choices(range(n), k=1)
        rows, columns = [*range(m), *rows], [*range(n), *columns]
        chance.shuffle(rows)
        chance.shuffle(columns)
        other = bimatrix(*([[M[i][j] for j in columns] for i in rows] for M in (A, B)))
        merged = {(gathered(x, rows, m), gathered(y, columns, n)) for x, y in other.extreme}
        found = bimatrix(A, B)
        assert merged == {tuple(pair) for pair in found.extreme}
        assert len(other.components) == len(found.components)
        assert len(other.subsets) == len(found.subsets)


def gathered(mixture, actions, size):
    total = [Fraction(0)] * size
    for p, action in zip(mixture, actions, strict=True):
        total[action] += p
    return tuple(total)


def test_players_can_change_places():
    for A, B in small_games(55, N // 25):
        turned = bimatrix(list(zip(*B, strict=True)), list(zip(*A, strict=True)))
        assert {(x, y) for y, x in turned.extreme} == {tuple(pair) for pair in bimatrix(A, B).extreme}


def test_payoffs_that_no_reply_depends_on_do_not_matter():
    """Constants added to what a player earns against one action of the other."""
    chance = random.Random(56)
    for A, B in small_games(57, N // 25):
        by_column = [chance.randint(-(10**30), 10**30) for _ in A[0]]
        by_row = [Fraction(chance.randint(-99, 99), 7) for _ in A]
        moved_A = [[a + c for a, c in zip(row, by_column, strict=True)] for row in A]
        moved_B = [[b + c for b in row] for row, c in zip(B, by_row, strict=True)]
        assert bimatrix(moved_A, moved_B).components == bimatrix(A, B).components


def test_large_and_tiny_payoffs_side_by_side():
    """A matching-pennies game whose stakes differ by 330 powers of ten, as floats."""
    found = bimatrix([[1e-30, 0], [0, 1e300]], [[0, 1e300], [1e-30, 0]])
    (profile,) = found.extreme
    small = Fraction(1, 10**330 + 1)
    assert profile == Profile((small, 1 - small), (1 - small, small))
    assert found.regret() == 0


def test_a_six_by_six_game_of_coordination():
    """2^6 - 1 equilibria, one on each set of actions."""
    found = bimatrix(np.eye(6), np.eye(6))
    assert len(found.extreme) == len(found.components) == 63
    assert all(x == y and len(set(x)) <= 2 for x, y in found.extreme)


def test_a_set_with_as_many_parts_as_faces():
    """Against an indifferent opponent: every set of rows with all columns that leave it best."""
    found = bimatrix(-np.eye(5), np.zeros((5, 5)))
    assert len(found.components) == 1
    assert len(found.subsets) == 2**5 - 1


# Limits.


def test_the_limit_is_said_openly():
    """A game of 14 x 14 random payoffs is left incomplete, with its pure equilibria."""
    rng = np.random.default_rng(58)
    A, B = rng.integers(0, 10**6, (2, 14, 14))
    A[3, 5] = B[3, 5] = 10**6
    found = bimatrix(A, B)
    assert found.complete is False
    assert found.reason == "a best-reply polyhedron has more than 2,000 vertices; only pure equilibria given"
    assert (found.subsets, found.components) == ((), ())
    places = np.argwhere((A.max(axis=0) == A) & (B.max(axis=1)[:, None] == B)).tolist()
    assert [3, 5] in places
    assert {(x.index(1), y.index(1)) for x, y in found.extreme} == set(map(tuple, places))
    assert found.extreme == tuple(sorted(found.extreme))
    assert found.regret() == 0
    assert str(found).splitlines()[0] == f"14 x 14 game, incomplete: {found.reason}"
    assert len(str(found).splitlines()) == 1 + len(found.extreme)


def test_incomplete_without_pure_equilibria():
    cycle = [[int((i - j) % 15 == 1) for j in range(15)] for i in range(15)]
    rng = np.random.default_rng(59)
    A, B = rng.integers(0, 10**6, (2, 15, 15)) + 10**7 * np.array([cycle, np.transpose(cycle)])
    found = bimatrix(A, B)
    assert (found.complete, found.extreme) == (False, ())
    assert found.regret() == 0


def test_nine_by_nine_is_always_within_the_limit():
    """The most vertices of a polytope in 9 dimensions with 18 facets (McMullen 1970): 2 C(13, 4)."""
    assert 2 * math.comb(13, 4) == 1430 < 2000
    rng = np.random.default_rng(60)
    assert bimatrix(*rng.integers(0, 10**6, (2, 9, 9))).complete


def test_import_loads_no_solver():
    code = (
        "import sys; from deterrence.games import bimatrix; bimatrix([[1, 0]], [[0, 1]]); print(*sys.modules)"
    )
    home = str(Path(deterrence.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": home}, capture_output=True, text=True, check=True
    )
    assert not {"scipy", "sympy", "nashpy", "mpmath"}.intersection(done.stdout.split())
    assert set(games.__all__) >= {"Bimatrix", "Equilibria", "NashpyCheck", "Profile", "Subset", "bimatrix"}
