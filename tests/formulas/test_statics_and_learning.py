"""The tables of the propositions say what the functions say, read with exact rationals."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sympy
from exact import N

import deterrence as dt
from deterrence import formulas, games
from deterrence.formulas import Proposition, sections

STATICS = sections["Comparative statics"]
SOME = N // 100
"""Ten times the points that `case` reads itself, at milliseconds each; the rest are read compiled."""

UNIT = sympy.Interval(0, 1)


def points(result: Proposition, n: int, seed: int) -> dict[str, np.ndarray]:
    """Every other point is made of eighths, often on a boundary; the others are spread out."""
    rng, letters = np.random.default_rng(seed), {}
    for variable in result.symbols:
        name = variable.symbol.name
        if variable.domain == UNIT:
            coarse, fine = rng.integers(0, 9, n) / 8, rng.uniform(0, 1, n)
        else:
            coarse, fine = rng.integers(0, 17, n) / 8, 2.0 ** rng.uniform(-3, 2, n)
            if name in ("g", "t_stop"):
                coarse, fine = coarse - 0.25, fine * rng.choice([1, 1, 1, -1], n)
        letters[name] = np.where(np.arange(n) % 2, coarse, fine)
    return letters


def compiled(result: Proposition, *, number: bool) -> list[tuple[Any, Any]]:
    """For each row its condition, and its second entry, as functions of all letters."""
    symbols = [variable.symbol for variable in result.symbols]
    rows = []
    for case in result.cases:
        condition = sympy.And(*map(result.meant, case.when))
        entry = result.meant(case.then[1]) if number else sympy.S.Zero
        rows.append((sympy.lambdify(symbols, condition, "math"), sympy.lambdify(symbols, entry, "math")))
    return rows


def rows_at(
    result: Proposition, letters: dict[str, np.ndarray]
) -> Iterator[tuple[dict[str, float], list[int]]]:
    """Each point with the numbers of the rows that hold there, compiled, and at some points by `case`."""
    columns = [column.tolist() for column in letters.values()]
    conditions = [condition for condition, _ in compiled(result, number=False)]
    for number, row in enumerate(zip(*columns, strict=True)):
        at = dict(zip(letters, row, strict=True))
        holds = [i for i, condition in enumerate(conditions) if condition(*row)]
        if number < SOME // 10:
            exact = [result.cases.index(case) for case in result.case(**at)]
            assert exact == holds or near_a_boundary(result, at)
        yield at, holds


def near_a_boundary(result: Proposition, at: dict[str, float]) -> bool:
    """Whether a condition is a tie but for rounding."""
    values = {variable.symbol: sympy.Rational(at[variable.symbol.name]) for variable in result.symbols}
    gaps = []
    for case in result.cases:
        for relation in map(result.meant, case.when):
            left, right = (side.xreplace(values) for side in (relation.lhs, relation.rhs))
            if left.is_finite and right.is_finite:
                gaps.append(abs(float(left - right)) <= 1e-11 * (1 + abs(float(left))))
    return any(gaps)


@pytest.mark.parametrize("result", STATICS, ids=[result.name for result in STATICS])
def test_slopes_in_the_table_are_the_derivatives(result):
    letters = points(result, N // 5, seed=41)
    names = {"phi": "fine"}
    answer = dt.statics(result.function.args[0], **{names.get(k, k): column for k, column in letters.items()})
    columns = {name: slopes.tolist() for name, slopes in answer.derivative.items()}
    entries, seen, blank = compiled(result, number=True), set(), 0
    for number, (at, holds) in enumerate(rows_at(result, letters)):
        slopes = {}
        for i in holds:
            letter, value = str(result.cases[i].then[0]), entries[i][1](*at.values())
            for name in columns if letter == "each" else [names.get(letter, letter)]:
                slopes[name] = value
        seen.update(holds)
        found = {name: column[number] for name, column in columns.items() if not math.isnan(column[number])}
        blank += not found
        if found.keys() != slopes.keys():
            assert near_a_boundary(result, at), (at, found, slopes)
            continue
        for name, slope in slopes.items():
            assert found[name] == pytest.approx(slope, rel=1e-9, abs=1e-12), (name, at)
    assert seen == set(range(len(result.cases)))
    assert 0 < blank < N // 5 or result.name in ("statics_margin", "statics_g")


@pytest.mark.parametrize("result", STATICS, ids=[result.name for result in STATICS])
def test_signs_in_the_table_are_those_of_the_function(result):
    of = result.function.args[0]
    letters = {k: float(v[1]) for k, v in points(result, 2, seed=42).items()}
    said = dt.statics(of, **{"fine" if k == "phi" else k: x for k, x in letters.items()}).sign
    signs: dict[str, set[str]] = {}
    for case in result.cases:
        letter, _, sign = map(str, case.then)
        if letter != "each":
            signs.setdefault("fine" if letter == "phi" else letter, set()).add(sign.replace("_star", ""))
    assert signs.keys() == said.keys()
    for letter, stated in signs.items():
        moving = {
            {">": ">= 0", "<": "<= 0"}.get(sign[0], sign.removeprefix("as ")) for sign in stated - {"0"}
        }
        assert {said[letter]} == (moving or {"0"})


def test_stopping_is_in_the_row_that_holds():
    result = formulas.stopping_probability
    letters = points(result, N // 2, seed=43)
    letters["a_0"], letters["b_0"] = letters["a_0"] * 2, letters["b_0"] * 4
    theta = letters.pop("lundberg")
    rows = dict.fromkeys(range(len(result.cases)), 0)
    checked = rows_at(result, letters | {"lundberg": theta})
    for number, (at, holds) in enumerate(checked):
        (row,) = holds
        rows[row] += 1
        p, t = at["p_eff"], at["t_stop"]
        if number % 20 and row == 4 and (t - p < 0.1 or number % 5):  # a walk takes a millisecond and more
            continue
        if row == 2 and p - t < 0.1:
            continue
        if abs(t - p) < 0.02 and p != t:
            continue
        lab = games.stopping(p_eff=p, t=t, a_0=at["a_0"], b_0=at["b_0"])
        if row == 4:
            assert lab.lower * (1 - 1e-9) <= lab.probability <= lab.upper * (1 + 1e-9)
            assert 0 < lab.probability < 1 or lab.upper == 0  # below the least double
        else:
            assert lab.probability == [1, 0, 1, 0][row]
    assert min(rows.values()) > N / 1000


def test_expected_violations_are_within_their_bounds():
    result = formulas.expected_violations
    letters = points(result, N // 4, seed=44)
    bounds = compiled(result, number=False)
    assert len(bounds) == 3
    for at, holds in rows_at(result, letters):
        p, t = at["p_eff"], at["t_stop"]
        if not holds or (abs(p - t) < 0.1 and p != t):
            continue
        (row,) = holds
        lab = games.stopping(p_eff=p, t=t, a_0=at["a_0"], b_0=at["b_0"])
        if row == 1:
            assert lab.h / (p - t) * (1 - 1e-9) <= lab.violations <= (lab.h + 1 - t) / (p - t) * (1 + 1e-9)
        else:
            assert lab.violations == (0 if row == 0 else math.inf)


def test_limits_of_the_gradient_are_the_table():
    result = formulas.gradient_limit
    letters = points(result, N, seed=45)
    rent = letters["v_star"] - letters["c"]
    letters = {name: column[(rent > 0) & (letters["step"] > 0)] for name, column in letters.items()}
    answer = games.gradient(eta=letters["step"], **{k: letters[k] for k in ("P", "beta", "v_star", "c")})
    symbols = [variable.symbol for variable in result.symbols]
    entries = [[sympy.lambdify(symbols, entry, "math") for entry in case.then] for case in result.cases]
    seen = set()
    for number, (at, holds) in enumerate(rows_at(result, letters)):
        (row,) = holds
        limit, converges = (entry(*at.values()) for entry in entries[row])
        assert answer.limit[number] == pytest.approx(limit, rel=1e-12)
        assert bool(answer.converges[number]) == bool(converges) or near_a_boundary(result, at)
        seen.add(row)
    assert seen == {0, 1, 2}


def test_limits_without_sight_are_the_table():
    result = formulas.censored_lowering
    letters = points(result, N, seed=46)
    letters = {name: column[letters["down"] > 0] for name, column in letters.items()}
    answer = games.censored_lowering(**letters)
    seen = set()
    for number, (at, holds) in enumerate(rows_at(result, letters)):
        (row,) = holds
        seen.add(row)
        deterrent = dt.least_cost_pi_1(**{k: at[k] for k in ("P", "beta", "v_star", "c")})
        expected = deterrent if row == 2 else 0.0
        assert answer.limit[number] == expected or near_a_boundary(result, at), at
        assert (answer.verdict[number] == "falls to 0") == (row == 0)
    assert seen == {0, 1, 2}
