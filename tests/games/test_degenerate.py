"""Degenerate games whose sets of equilibria are known: ``cases/bimatrix.json`` says from whom."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
import second_method

from deterrence.games import Bimatrix, Profile, Subset, bimatrix

CASES = json.loads((Path(__file__).parents[1] / "cases" / "bimatrix.json").read_text())
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def strategies(texts):
    return tuple(tuple(Fraction(p) for p in text.split()) for text in texts)


def known_components(case):
    return tuple(
        tuple(Subset(strategies(rows), strategies(columns)) for rows, columns in component)
        for component in case["components"]
    )


@every_case
def test_known_set(case):
    known = known_components(case)
    subsets = {subset for component in known for subset in component}
    found = bimatrix(case["A"], case["B"])
    assert found.complete is True
    assert found.reason == ""
    assert found.components == known
    assert found.subsets == tuple(sorted(subsets))
    assert found.extreme == tuple(sorted({Profile(*pair) for subset in subsets for pair in product(*subset)}))
    assert found.regret() == 0
    assert type(found.regret()) is Fraction


@every_case
def test_second_method(case):
    A, B = ([[Fraction(x) for x in row] for row in case[name]] for name in "AB")
    _, subsets, parts = second_method.equilibria(A, B)
    known = known_components(case)
    assert {tuple(map(frozenset, subset)) for component in known for subset in component} == subsets
    joined = {frozenset(pair for subset in component for pair in product(*subset)) for component in known}
    assert joined == parts


def test_thirty_of_them_are_degenerate():
    """Some mixture has more best replies than actions: 52 games, with sources."""
    degenerate = 0
    for case in CASES:
        A, B = ([[Fraction(x) for x in row] for row in case[name]] for name in "AB")
        if max(len(A), len(A[0])) < 8:
            sides = (B, list(zip(*A, strict=True)))
            degenerate += any(
                len(second_method.replies(x, side)) > len(second_method.used(x))
                for side in sides
                for x in second_method.vertices(side)
            )
    assert degenerate >= 50
    assert all(len(case["source"]) > 10 and case["says"] for case in CASES)
    assert len({case["name"] for case in CASES}) == len(CASES)


@every_case
def test_every_point_of_every_subset_is_an_equilibrium(case):
    chance = random.Random(0)
    game = Bimatrix(case["A"], case["B"])
    for subset in bimatrix(game).subsets:
        for _ in range(3):
            x, y = (mixture(chance, vertices) for vertices in subset)
            assert game.regret(x, y) == 0


def mixture(chance, vertices):
    weights = [chance.randint(0, 5) for _ in vertices]
    weights[chance.randrange(len(weights))] += 1
    total = sum(weights)
    return [
        sum(w * p for w, p in zip(weights, column, strict=True)) / Fraction(total)
        for column in zip(*vertices, strict=True)
    ]


@pytest.mark.parametrize("case", [case for case in CASES if "value" in case], ids=lambda case: case["name"])
def test_value_of_zero_sum_games(case):
    found = bimatrix(case["A"], case["B"])
    value = Fraction(case["value"])
    assert {found.game.payoffs(x, y) for x, y in found.extreme} == {(value, -value)}


def test_kuhns_poker():
    """All that the first player can do: bluff with a, call with a + 1/3, bet the king with 3a (Kuhn 1950)."""
    (case,) = (case for case in CASES if case["name"] == "Kuhn's poker")
    (subset,) = bimatrix(case["A"], case["B"]).subsets
    bluffs = set()
    for x in subset.rows:
        bluff, call, bet = sum(x[:4]), x[2] + x[3] + x[6] + x[7], x[0] + x[2] + x[4] + x[6]
        assert (call, bet) == (bluff + Fraction(1, 3), 3 * bluff)
        bluffs.add(bluff)
    assert (min(bluffs), max(bluffs)) == (0, Fraction(1, 3))
    for y in subset.columns:
        assert (y[2] + y[3], y[1] + y[3]) == (Fraction(1, 3), Fraction(1, 3))


@every_case
def test_the_unit_of_payoffs_does_not_matter(case):
    """Payoffs times 10^k for k = -20..20, other factors for each player, and constants added to them."""
    known = known_components(case)
    A, B = ([[Fraction(x) for x in row] for row in case[name]] for name in "AB")
    for k in range(-20, 21):
        unit = Fraction(10) ** k
        scaled = bimatrix(
            [[x * unit + k for x in row] for row in A], [[x * unit * 7 / 3 for x in row] for row in B]
        )
        assert scaled.components == known
        assert scaled.regret() == 0


@pytest.mark.parametrize("k", range(-20, 21))
def test_the_unit_of_decimals_does_not_matter(k):
    """Floats are read as decimals, so that no digit is lost on the way."""
    case = next(case for case in CASES if case["name"] == "inspection, decimals, not degenerate")
    decimals = [[[float(f"{float(Fraction(x))!r}e{k}") for x in row] for row in case[name]] for name in "AB"]
    assert bimatrix(*decimals).components == known_components(case)
