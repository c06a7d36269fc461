"""Every formula, as SymPy and as NumPy, at random points and on the boundaries of its domain.

The symbolic side is evaluated without NumPy: in floats, one branch at a time, and with 50 digits wherever the
two differ by more than a few units in the last place.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sympy
from exact import N
from mpmath import mp, mpf

from deterrence import formulas
from deterrence.formulas import Formula, Variable

POINTS = N
CORNERS = 4_000
ROUNDING = 2.0**-50
TIE = 1e-12  # a shortfall of this share of the gain still complies

UNIT, POSITIVE = sympy.Interval(0, 1), sympy.Interval(0, sympy.oo)
COUNTS = {sympy.S.Naturals: 1, sympy.S.Naturals0: 0}

FORMULAS = {name: result for name, result in formulas.registry.items() if isinstance(result, Formula)}
every_formula = pytest.mark.parametrize("formula", FORMULAS.values(), ids=list(FORMULAS))


def typical(variable: Variable, rng: np.random.Generator, scale: np.ndarray) -> np.ndarray:
    """Probabilities are uniform and money is log-uniform, in half of the points around a common scale."""
    domain = variable.domain
    if domain in COUNTS:
        return rng.integers(COUNTS[domain], 33, POINTS)
    if domain == UNIT:
        return rng.uniform(0, 1, POINTS)
    if variable.unit == "probability":  # a rate that may be out of reach
        return rng.uniform(-0.5, 1.5, POINTS)
    near = np.clip(scale + rng.uniform(-1, 1, POINTS), -6, 6)
    size = 10.0 ** np.where(rng.uniform(size=POINTS) < 0.5, near, rng.uniform(-6, 6, POINTS))
    return size if domain == POSITIVE else size * rng.choice([1, 1, 1, -1], POINTS)


def corners(variable: Variable) -> list[Any]:
    """Boundaries, and a few values between whose sums and products are exact."""
    domain = variable.domain
    if domain in COUNTS:
        return [value for value in (0, 1, 2, 5) if value >= COUNTS[domain]]
    if domain == UNIT:
        return [0.0, 0.25, 0.5, 1.0]
    money = [0.0, 0.5, 1.0, 2.0]
    if variable.symbol.name == "L":
        return [*money, math.inf]
    return money if domain == POSITIVE else [-1.0, *money]


def random_points(formula: Formula, seed: int = 20) -> dict[str, np.ndarray]:
    """Points of which about a fifth have a letter on a boundary, or two letters that are equal."""
    rng = np.random.default_rng(seed)
    scale, share = rng.uniform(-6, 6, POINTS), 0.1 / len(formula.symbols)
    letters = {}
    for variable in formula.symbols:
        edge = rng.choice(corners(variable), POINTS)
        value = typical(variable, rng, scale)
        letters[variable.symbol.name] = np.where(rng.uniform(size=POINTS) < share, edge, value)
    pairs = [pair for pair in itertools.combinations(formula.symbols, 2) if pair[0].domain == pair[1].domain]
    for one, other in pairs:
        source, name = letters[one.symbol.name], other.symbol.name
        same = (rng.uniform(size=POINTS) < 0.1 / len(pairs)) & np.isfinite(source)
        letters[name] = np.where(same, source, letters[name])
    return in_order(formula, letters)


def corner_points(formula: Formula) -> dict[str, np.ndarray]:
    """Combinations of boundary values: all, or a sample of them."""
    every = list(itertools.islice(itertools.product(*map(corners, formula.symbols)), 10**6))
    if len(every) > CORNERS:
        chosen = np.random.default_rng(7).choice(len(every), CORNERS, replace=False)
        every = [every[i] for i in chosen]
    columns = map(np.array, zip(*every, strict=True))
    return in_order(formula, dict(zip((v.symbol.name for v in formula.symbols), columns, strict=True)))


def in_order(formula: Formula, letters: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Exchange letters until the relations between two of them hold; keep the points at which all hold."""
    pairs = [relation for relation in formula.valid if relation.lhs.is_Symbol and relation.rhs.is_Symbol]
    for relation in pairs * len(pairs):
        low, high = relation.lhs.name, relation.rhs.name
        least, most = np.minimum(letters[low], letters[high]), np.maximum(letters[low], letters[high])
        letters[low] = least
        if letters[high].dtype.kind == "f":
            letters[high] = most
    for relation in formula.valid:
        names = sorted(map(str, relation.free_symbols))
        holds = sympy.lambdify(sorted(relation.free_symbols, key=str), relation)(*(letters[n] for n in names))
        letters = {name: column[holds] for name, column in letters.items()}
    return letters


def rows(letters: dict[str, np.ndarray]) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.tolist() for column in letters.values()), strict=True)


def beta_tail(first: int, second: int, _: Any, x: Any) -> Any:
    """Regularised incomplete beta function of integers, as the binomial tail that it is."""
    n = first + second - 1
    return sum(math.comb(n, m) * x**m * (1 - x) ** (n - m) for m in range(first, n + 1))


def symbolic(formula: Formula, module: str) -> Callable[..., Any]:
    """The expression as plain Python; cases become conditional expressions, of which one branch is run."""
    letters = [variable.symbol for variable in formula.symbols]
    return sympy.lambdify(letters, formula.expanded, modules=[{"betainc_regularized": beta_tail}, module])


def number(value: Any) -> float:
    return math.nan if value is None else float(value)


def close(value: float, exact: Any, bound: Any) -> bool:
    if mp.isnan(exact) or math.isnan(value):
        return bool(mp.isnan(exact)) and math.isnan(value)
    if mp.isinf(exact) or math.isinf(value):
        return value == exact
    return bool(abs(value - exact) <= bound)


def agrees(value: float, exactly: Callable[..., Any], point: tuple[Any, ...]) -> bool:
    """Whether a number is that of the expression, but for rounding of its arguments or a tie among them."""

    def at(i: int, step: float) -> Any:
        moved = [mpf(x) if isinstance(x, float) else x for x in point]
        moved[i] = moved[i] * (1 + mpf(step)) if isinstance(moved[i], mpf) else moved[i]
        return mpf(exactly(*moved))

    exact = at(0, 0.0)
    shifts = [(i, sign) for i in range(len(point)) for sign in (1, -1)]
    moves = [abs(at(i, sign * ROUNDING) - exact) for i, sign in shifts]
    bound = ROUNDING * abs(exact) + sum(move for move in moves if mp.isfinite(move))
    if close(value, exact, bound):
        return True
    return any(close(value, at(i, 2 * sign * TIE), bound + 10 * TIE * abs(exact)) for i, sign in shifts)


def singly(formula: Formula, letters: dict[str, np.ndarray]) -> list[float]:
    return [number(formula(**dict(zip(letters, point, strict=True)))) for point in rows(letters)]


def disagreements(formula: Formula, letters: dict[str, np.ndarray], values: list[float]) -> list[Any]:
    """Points at which the values are not those of the expression."""
    quickly, exactly = symbolic(formula, "math"), symbolic(formula, "mpmath")
    found = []
    with mp.workdps(50):
        for point, value in zip(rows(letters), values, strict=True):
            guess = float(quickly(*point))
            same = value == guess or (math.isnan(value) and math.isnan(guess))
            if not (same or abs(value - guess) <= 1e-13 * abs(value)) and not agrees(value, exactly, point):
                found.append((*point, value))
    return found


@every_formula
@pytest.mark.parametrize("points", [random_points, corner_points])
def test_function_is_expression_and_arrays_are_scalars(formula, points):
    letters = points(formula)
    values = singly(formula, letters)
    assert disagreements(formula, letters, values) == []
    at_once = formula(**letters)
    assert at_once.dtype == np.float64
    np.testing.assert_array_equal(at_once, np.array(values))
    if not formula.expanded.has(sympy.nan):
        assert not np.isnan(at_once).any()


@every_formula
def test_every_case_is_reached(formula):
    letters = random_points(formula)
    for part in formula.expanded.atoms(sympy.Piecewise):
        names = sorted(map(str, part.free_symbols))
        which = sympy.Piecewise(*((i, case) for i, (_, case) in enumerate(part.args)), evaluate=False)
        index = sympy.lambdify(sorted(part.free_symbols, key=str), which, modules="math")
        reached = {index(*point) for point in rows({name: letters[name] for name in names})}
        assert reached == set(range(len(part.args)))


@pytest.mark.parametrize("name", ["optimal_pi_1", "threshold_pi_1", "violator_mean", "limit_violator_share"])
def test_a_formula_that_is_off_by_a_billionth_is_found(name):
    formula = FORMULAS[name]
    wrong = dataclasses.replace(formula, expr=formula.expr * (1 + sympy.Rational(1, 10**9)))
    letters = {letter: column[:300] for letter, column in random_points(formula, seed=22).items()}
    assert disagreements(wrong, letters, singly(formula, letters))


def test_a_wrong_edge_is_found():
    formula = formulas.optimal_pi_1
    (main, *_, last) = formula.expr.args
    wrong = dataclasses.replace(formula, expr=sympy.Piecewise(main, last))  # forgets v* = c
    letters = corner_points(formula)
    assert disagreements(wrong, letters, singly(formula, letters))
