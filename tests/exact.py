"""Points at which closed forms are tested, and exact arithmetic to test them with."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from deterrence import ParameterError

N = int(os.environ.get("POINTS", "10000"))
"""Points at which each function is tested; `make verify` asks for more."""

EPS = 2.0**-52

# Multiples of 1/16, so that products, sums and differences of a few are exact in double precision.
_COARSE_PROBABILITIES = np.array([0, 0, 0, 1, 1, 1, 1 / 16, 1 / 8, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 15 / 16])
_COARSE_MONEY = np.array([0, 0, 1 / 16, 1 / 4, 1 / 2, 1, 1, 1.5, 2, 3, 8, 100, 1024])


class Points:
    """Random values of the letters of a formula: in `self.coarse` on boundaries, elsewhere spread out.

    The first fifth of the points is coarse: probabilities are often 0 or 1, money often 0, and
    everything is a multiple of 1/16. The rest is log-uniform: money over 1e-12 .. 1e12, probabilities
    towards 0, towards 1, or uniform.
    """

    def __init__(self, seed: int, n: int = N) -> None:
        self.rng = np.random.default_rng(seed)
        self.n = n
        self.coarse = np.arange(n) < n // 5

    def probability(self) -> np.ndarray:
        small = 10.0 ** self.rng.uniform(-12, 0, self.n)
        kind = self.rng.integers(0, 3, self.n)
        fine = np.choose(kind, [self.rng.uniform(0, 1, self.n), small, 1 - small])
        return np.where(self.coarse, self.rng.choice(_COARSE_PROBABILITIES, self.n), fine)

    def money(self) -> np.ndarray:
        fine = 10.0 ** self.rng.uniform(-12, 12, self.n)
        return np.where(self.coarse, self.rng.choice(_COARSE_MONEY, self.n), fine)

    def some(self, share: float) -> np.ndarray:
        """A random mask of about this share of all points."""
        return self.rng.uniform(0, 1, self.n) < share


def exactly(function: Callable[..., Any], letters: Mapping[str, np.ndarray]) -> list[Any]:
    """`function` at every point, with each float taken as the exact fraction that it is."""
    names = list(letters)
    columns = [
        [Fraction(x) if np.isfinite(x) else float(x) for x in letters[name].tolist()] for name in names
    ]
    return [function(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def singly(function: Callable[..., Any], letters: Mapping[str, np.ndarray]) -> list[Any]:
    """`function` called with plain floats, one point at a time."""
    names = list(letters)
    columns = [letters[name].tolist() for name in names]
    return [function(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def assert_close(result: Any, exact: list[Any], sensitivity: Any, where: Any = None) -> None:
    """Assert an error of at most 4 units in the last place times the condition number.

    `sensitivity` is the sum of |x df/dx| over the inputs x, which is the condition number times |f|.
    Where the exact result is 0, 1 or an infinity and the point is in `where`, equality is asserted.
    """
    truth = np.array([float(e) for e in exact])  # correctly rounded, half a unit of the four
    result = np.asarray(result, dtype=float)
    bound = 3.5 * EPS * np.maximum(np.abs(truth), sensitivity)
    with np.errstate(invalid="ignore"):
        bad = ~((result == truth) | (np.abs(result - truth) <= bound))
    if where is not None:
        bad |= where & np.isin(truth, [0.0, 1.0]) & (result != truth)
    worst = np.flatnonzero(bad)[:5]
    shown = [
        (int(i), float(result[i]), float(truth[i]), float(np.broadcast_to(bound, truth.shape)[i]))
        for i in worst
    ]
    assert not bad.any(), f"{bad.sum()} of {bad.size}: (point, result, exact, bound) = {shown}"


def assert_same(array_result: Any, scalar_results: list[Any]) -> None:
    """Assert that one call with arrays gives the very numbers of the calls with floats."""
    assert all(type(value) in (float, bool) for value in scalar_results)
    np.testing.assert_array_equal(np.asarray(array_result), np.array(scalar_results))


def assert_contract(function: Callable[..., Any], letters: Mapping[str, float], infinite: str = "") -> None:
    """Assert how `function` takes numbers in any form, and that it refuses what is none.

    `letters` are numbers that single precision holds; those named in `infinite` may be infinite.
    """
    plain = function(**letters)
    forms: list[Callable[[float], Any]] = [
        np.float64,
        np.float32,
        np.array,
        lambda x: int(x) if x == int(x) else x,
    ]
    for form in forms:
        result = function(**{name: form(x) for name, x in letters.items()})
        assert type(result) is type(plain)
        assert result == plain
    for form in (
        lambda x: [x, x],
        lambda x: (x, x),
        lambda x: np.array([x, x], "f4"),
        lambda x: np.array([x, x]),
    ):
        result = function(**{name: form(x) for name, x in letters.items()})
        assert result.dtype in (np.float64, np.bool_)
        assert result.tolist() == [plain, plain]
    for name, x in letters.items():
        one_array = function(**{**letters, name: np.full((2, 1), x)})
        np.testing.assert_array_equal(one_array, np.full((2, 1), plain))
        empty = function(**{**letters, name: np.empty((0, 3))})
        assert empty.shape == (0, 3)
        read_only = np.full(2, x)
        read_only.flags.writeable = False
        function(**{**letters, name: read_only})
    grid = function(
        **{name: np.full((2, 1) if i else (3,), x) for i, (name, x) in enumerate(letters.items())}
    )
    assert np.shape(grid) == ((2, 3) if len(letters) > 1 else (3,))
    for name in letters:
        no_numbers = (True, "0.5", None, 1j, [True], ["0.5"], [[1.0], [1.0, 2.0]], Fraction(1, 2), 10**400)
        no_values = (np.nan, -np.inf, [0.5, np.nan], np.array([-np.inf, 1.0]))
        for bad in (*no_numbers, *no_values, *(() if name in infinite.split() else (np.inf, [np.inf]))):
            with pytest.raises(ParameterError, match=rf"^{name} = .*\(allowed: .*number"):
                function(**{**letters, name: bad})


def assert_refused(function: Callable[..., Any], letters: Mapping[str, float], **bad: float) -> None:
    """Assert that each bad value is refused, alone and in an array, by name and with its value."""
    for name, value in bad.items():
        for form in (value, np.array([letters[name], value]), [[value]]):
            with pytest.raises(ParameterError) as caught:
                function(**{**letters, name: form})
            (problem,) = caught.value.problems
            assert problem.field == name
            assert problem.value == value
            assert str(value) in str(caught.value)
