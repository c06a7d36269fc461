"""Comparative statics against their formulas in fractions, and finite differences with sixty digits."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from exact import N, assert_close, assert_contract, exactly, singly
from thresholds import KNOWN, PROBABILITIES, detected, draw, gained, punished, root

import deterrence as dt

every_variable = pytest.mark.parametrize("variable", KNOWN)
SOME = N // 20
"""Points of finite differences, which take milliseconds each; a hundredth of a second in all for the rest."""


# The formulas, in any arithmetic.


def formulas_of(variable, a):
    """The slopes of a threshold inside its range, each as it is solved for."""
    g, B, p_eff, P, r, p_b = (a.get(name) for name in ("g", "B", "p_eff", "P", "r", "p_b"))
    beta, pi_1, pi_0 = (a.get(name) for name in ("beta", "pi_1", "pi_0"))
    if variable == "B":
        return {"g": 1 / p_eff, "p_eff": -g / (p_eff * p_eff)}
    if variable in ("P", "fine"):
        slopes = {"g": 1 / (r * p_eff), "p_eff": -g / (r * p_eff * p_eff), "r": -g / (r * r * p_eff)}
        return slopes | ({"R": -1, "K": -1, "L": 0} if variable == "fine" else {})
    if variable == "r":
        return {"g": 1 / (p_eff * P), "p_eff": -g / (p_eff * p_eff * P), "P": -g / (p_eff * P * P)}
    if variable == "p_eff":
        return {"g": 1 / B, "B": -g / (B * B)}
    if variable == "p_b":
        rest = (1 - beta) * (1 - pi_0) + beta * (1 - pi_1)
        spare = (1 - g / B) / (rest * rest)
        slopes = {"pi_1": -beta * spare, "pi_0": -(1 - beta) * spare, "beta": -(pi_1 - pi_0) * spare}
        return slopes | {"g": 1 / (B * rest), "B": -g / (B * B * rest)}
    needed = (g / B - p_b) / (1 - p_b)
    slopes = {
        "g": 1 / (B * (1 - p_b)),
        "B": -g / (B * B * (1 - p_b)),
        "p_b": -(1 - g / B) / ((1 - p_b) * (1 - p_b)),
    }
    if variable == "p_s":
        return slopes
    weight = {
        "pi_1": beta,
        "pi_0": 1 - beta if variable == "pi_0" else None,
        "beta": pi_1 - pi_0 if variable == "beta" else None,
    }[variable]
    slopes = {name: slope / weight for name, slope in slopes.items()}
    if variable == "pi_1":
        return slopes | {"beta": -(needed - pi_0) / (beta * beta), "pi_0": -(1 - beta) / beta}
    if variable == "pi_0":
        return slopes | {"beta": (needed - pi_1) / (weight * weight), "pi_1": -beta / weight}
    return slopes | {
        "pi_1": -(needed - pi_0) / (weight * weight),
        "pi_0": (needed - pi_1) / (weight * weight),
    }


class Sensitive:
    """An array with a bound on the sum of |y dx/dy| over the letters y that it was made from."""

    def __init__(self, value, moves):
        self.value, self.moves = value, moves

    def __add__(self, other):
        other = other if isinstance(other, Sensitive) else Sensitive(other, 0.0)
        return Sensitive(self.value + other.value, self.moves + other.moves)

    __radd__ = __add__

    def __neg__(self):
        return Sensitive(-self.value, self.moves)

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        moves = abs(self.value) * other.moves + abs(other.value) * self.moves
        return Sensitive(self.value * other.value, moves)

    def __truediv__(self, other):
        quotient = self.value / other.value
        return Sensitive(quotient, (self.moves + abs(quotient) * other.moves) / abs(other.value))

    def __rtruediv__(self, other):
        return Sensitive(other, 0.0) / self


LOOSE = 2.5
"""Slopes are quotients of sums of products: more roundings than the four of a threshold's own formula."""


@every_variable
def test_slopes_against_fractions(variable):
    """Four units in the last place times the condition number, at all points inside the range."""
    a, _ = draw(variable, seed=31)
    with np.errstate(all="raise"):
        answer = dt.statics(variable, **a)
    value = np.asarray(answer.value)
    top = 1.0 if variable in ("p_eff", "p_s", "pi_1", "pi_0", "beta", "p_b") else math.inf
    smooth = ~np.isnan(np.sum(list(answer.derivative.values()), axis=0)) & np.isfinite(value)
    inside = smooth & (value < top) & ((value > 0) | (variable == "g"))
    assert inside.sum() > N / 8
    a = {name: column[inside] for name, column in a.items()}
    if variable in ("g", "V", "p", "v"):
        exact = {"p_eff": a["B"], "B": a["p_eff"]}
        if variable != "g":
            exact |= {"V": -1.0, "c": float(variable == "v"), "v": 0.0, "p": 0.0}
        if variable == "V":
            buys = a["p"] < a["v"] - a["c"]
            exact |= {
                "p": np.where(buys, -1.0, 0.0),
                "v": np.where(buys, 0.0, -1.0),
                "c": np.where(buys, 0.0, 1.0),
            }
        for name in a:
            np.testing.assert_array_equal(answer.derivative[name][inside], exact[name])
        return
    exact = exactly(lambda **letters: formulas_of(variable, letters), a)
    with np.errstate(all="ignore"):
        bounds = formulas_of(variable, {name: Sensitive(column, abs(column)) for name, column in a.items()})
    for name in a:
        bound = bounds[name].moves if isinstance(bounds[name], Sensitive) else 0.0
        assert_close(answer.derivative[name][inside], [slopes[name] for slopes in exact], bound)


# Finite differences of roots.


def sides(function, letters, name, step):
    """Slopes to the right and to the left, as far as the letter may go there; None where the threshold ends."""
    x, middle, found = letters[name], function(letters), []
    if mpmath.isinf(x):
        return [mpmath.mpf(0)]
    move = max(abs(x), mpmath.mpf(10) ** -12) * step
    for signed in (move, -move):
        if name != "g" and not 0 <= x + signed <= (1 if name in PROBABILITIES else mpmath.inf):
            continue
        moved = function(letters | {name: x + signed})
        if moved is None or middle is None or mpmath.isinf(moved) != mpmath.isinf(middle):
            found.append(None)
        else:
            found.append(mpmath.mpf(0) if mpmath.isinf(moved) else (moved - middle) / signed)
    return found


def agree(slopes):
    """Whether the slopes to both sides are one number."""
    if None in slopes:
        return False
    right, left = slopes[0], slopes[-1]
    return abs(right - left) <= mpmath.mpf(10) ** -9 * max(abs(right), abs(left)) + mpmath.mpf(10) ** -45


def documented(variable, at, name, threshold):
    """Whether the answer is said to be missing: no threshold, an end of its range, or a minimum that is even."""

    def even(one, other):
        return abs(one - other) <= 2e-12 * max(abs(one), abs(other))

    if threshold is None:
        return True
    if variable == "beta" and name in ("pi_1", "pi_0") and at["pi_1"] == at["pi_0"]:
        return True
    if (
        variable == "V"
        and name in ("p", "v", "c")
        and abs(at["p"] - at["v"] + at["c"]) <= 2e-12 * at["p"] + 4e-15 * at["v"]
    ):
        return True
    if variable == "v" and abs(at["p"] - threshold + at["c"]) <= 2e-12 * at["p"] + 4e-15 * threshold:
        return True
    if variable == "fine" and even(at["K"] + threshold, at["L"]):
        return True
    if variable == "fine" and even(detected(at) * at["r"] * (at["R"] + at["L"]), at["g"]):
        return True
    far = mpmath.mpf(10) ** 60
    ends = {"p": (0, far), "v": (0, far), "g": ()}.get(
        variable, (0, 1) if variable in PROBABILITIES else (0,)
    )
    tie = (
        even(detected(end) * punished(end), gained(end))
        for end in (at | {variable: mpmath.mpf(x)} for x in ends)
    )
    if variable in ("V", "p", "v"):  # where the gain is a sum, and the tie is one of its terms
        sums = [at | {variable: mpmath.mpf(x)} for x in ends]
        small = (
            abs(detected(e) * punished(e) - gained(e))
            <= 2e-12 * (detected(e) * punished(e) + abs(gained(e) - e["V"]) + e["V"])
            for e in sums
        )
        return any(tie) or any(small)
    return any(tie)


def assert_slopes(variable, function, letters, derivative, rounding):
    """A number is the slope to both sides; one is missing where the documentation says so."""
    threshold = function(letters)
    for name, slope in derivative.items():
        if slope is None:
            assert documented(variable, letters, name, threshold), (name, letters)
            continue
        found = sides(function, letters, name, mpmath.mpf(10) ** -30)
        assert agree(found), (name, slope, found, letters)
        bound = mpmath.mpf(10) ** -9 * abs(found[0]) + 4e-15 * rounding[name] + mpmath.mpf(10) ** -45
        assert abs(slope - found[0]) <= bound, (name, slope, found, letters)


def rounding_bounds(variable, a):
    """Condition number of each slope times its size, where the formulas hold."""
    if variable in ("g", "V", "p", "v"):
        return dict.fromkeys(a, np.zeros(len(a["B"])))
    with np.errstate(all="ignore"):
        bounds = formulas_of(variable, {name: Sensitive(column, abs(column)) for name, column in a.items()})
        moves = {
            name: bounds[name].moves if isinstance(bounds[name], Sensitive) else 0 * a[name] for name in a
        }
    return {name: np.where(np.isfinite(bound), bound, 0.0) for name, bound in moves.items()}


def few(letters, n=SOME):
    """Half of them from the coarse points in front, half from behind."""
    return {name: np.concatenate([column[: n // 2], column[-n // 2 :]]) for name, column in letters.items()}


def rows(columns):
    return (
        dict(zip(columns, row, strict=True))
        for row in zip(*(c.tolist() for c in columns.values()), strict=True)
    )


@every_variable
def test_slopes_against_differences_of_roots(variable):
    a = few(draw(variable, seed=32)[0])
    answer = dt.statics(variable, **a)

    def solved(at):
        downwards = variable in ("g", "V", "p", "v") or (variable == "beta" and at["pi_1"] < at["pi_0"])
        return root(variable, at, "at most" if downwards else "at least")

    questions = zip(rows(a), rows(dict(answer.derivative)), rows(rounding_bounds(variable, a)), strict=True)
    with mpmath.workdps(100):
        for letters, slopes, rounding in questions:
            exact = {name: mpmath.mpf(x) for name, x in letters.items()}
            assert_slopes(
                variable,
                solved,
                exact,
                {k: None if math.isnan(x) else x for k, x in slopes.items()},
                rounding,
            )
    missing = np.isnan(np.array(list(answer.derivative.values())))
    assert 0.1 < missing.mean() < 0.8 or variable == "g"
