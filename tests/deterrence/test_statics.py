"""Comparative statics against their formulas in fractions, and finite differences with sixty digits."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from exact import EPS, N, Points, assert_close, assert_contract, assert_refused, exactly, singly
from thresholds import KNOWN, PROBABILITIES, detected, draw, gained, punished, root

import deterrence as dt

every_variable = pytest.mark.parametrize("variable", KNOWN)
SOME = N // 50
"""Points of finite differences, which take milliseconds each: a fiftieth of the others."""


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
        other = other if isinstance(other, Sensitive) else Sensitive(other, 0.0)
        moves = abs(self.value) * other.moves + abs(other.value) * self.moves
        return Sensitive(self.value * other.value, moves)

    def __truediv__(self, other):
        quotient = self.value / other.value
        return Sensitive(quotient, (self.moves + abs(quotient) * other.moves) / abs(other.value))

    def __rtruediv__(self, other):
        return Sensitive(other, 0.0) / self


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
    """Slopes to the right and to the left, where the letter may go; None where the threshold ends."""
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
    """Whether the answer is said to be missing: no threshold, an end of its range, an even minimum."""

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
        if found == [None, None]:
            assert documented(variable, letters, name, threshold), (name, letters)
            continue
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


# Signs.


@every_variable
def test_signs_are_what_is_said_of_them(variable):
    a, _ = draw(variable, seed=33)
    answer = dt.statics(variable, **a)
    at = a | {variable: np.asarray(answer.value)}
    for name, slopes in answer.derivative.items():
        said = answer.sign[name]
        there = slopes[~np.isnan(slopes)]
        if said in (">= 0", "<= 0", "0"):
            assert {">= 0": there >= 0, "<= 0": there <= 0, "0": there == 0}[said].all()
        else:
            one, other = (at[letter] for letter in said.split(" - "))
            sure = ~np.isnan(slopes) & (slopes != 0) & (abs(one - other) > 1e-12)
            np.testing.assert_array_equal(np.sign(slopes[sure]), np.sign(one - other)[sure])
            assert set(np.sign(slopes[sure])) == {-1, 1}


def test_a_better_signal_helps_iff_suspicious_signals_are_audited_more():
    assert {
        of: dt.statics(of, **KNOWN_POINT[of]).sign["beta"] for of in ("margin", "pi_1", "pi_0", "p_b")
    } == {
        "margin": "pi_1 - pi_0",
        "pi_1": "pi_0 - pi_1",
        "pi_0": "pi_0 - pi_1",
        "p_b": "pi_0 - pi_1",
    }


POINT = {
    "g": 0.5, "p_eff": 0.5, "r": 2.0, "R": 0.25, "K": 0.25, "L": 4.0, "P": 2.0, "B": 2.0, "p": 0.5, "v": 1.0,
    "c": 0.25, "V": 0.125, "pi_1": 0.5, "pi_0": 0.0625, "beta": 0.75, "p_b": 0.125, "p_s": 0.25, "fine": 1.0,
    "alpha": 0.25,
}  # fmt: skip
MARGINS = [
    "p_eff B g",
    "p_s p_b r P g",
    "pi_1 pi_0 beta alpha p_b B p v c V",
    "pi_1 pi_0 beta alpha p_b r fine K L R p v c V",
]
KNOWN_POINT = {of: {name: POINT[name] for name in letters.split()} for of, letters in KNOWN.items()}
KNOWN_POINT["fine"]["g"] = 1.0
KNOWN_POINT["margin"] = {name: POINT[name] for name in MARGINS[-1].split()}


# The margin.


def margin_slopes(a, p_eff, r, P, pays, capped, buys):
    """The stated slopes, away from kinks; of parts of the condition, and of the minima that hold."""
    B, slopes = r * P, {"p_eff": r * P, "B": p_eff, "P": p_eff * r, "r": p_eff * P, "R": p_eff * r}
    slopes |= {"fine": p_eff * r * pays, "K": p_eff * r * pays, "L": p_eff * r * capped}
    slopes |= {"g": -1, "V": -1, "p": -buys, "v": buys - 1, "c": 1 - buys, "alpha": 0}
    if "p_s" in a:
        slopes |= {"p_s": B * (1 - a["p_b"]), "p_b": B * (1 - a["p_s"])}
    elif "beta" in a:
        rest, beta = B * (1 - a["p_b"]), a["beta"]
        slopes |= {"pi_1": beta * rest, "pi_0": (1 - beta) * rest, "beta": (a["pi_1"] - a["pi_0"]) * rest}
        slopes |= {"p_b": B * (1 - (beta * a["pi_1"] + (1 - beta) * a["pi_0"]))}
    return slopes


def parts(a):
    """Multiplier and punishment, and which side of each minimum holds; of numbers or of arrays."""
    owed, rent = a.get("K", 0) + a.get("fine", 0), a.get("v", 0) - a.get("c", 0)
    pays, buys = 1 * (owed < a.get("L", 0)), 1 * (a.get("p", 0) < rent)
    r = 1 if "B" in a else a["r"]
    if "fine" not in a:
        return r, a["B"] if "B" in a else a["P"], pays, 1 - pays, buys
    return r, np.minimum(owed, a["L"]) + a["R"], pays, 1 - pays, buys


def margin_bounds(a):
    """Condition number times size of each slope; punishment is a sum of positive terms."""
    with np.errstate(all="ignore"):
        r, P, *sides = parts(a)
        letters = {name: Sensitive(column, abs(column)) for name, column in a.items()}
        slopes = margin_slopes(letters, detected(letters), Sensitive(r, abs(r)), Sensitive(P, P), *sides)
    return {
        name: slopes[name].moves if isinstance(slopes[name], Sensitive) else np.zeros(len(a[name]))
        for name in a
    }


def draw_margin(letters, seed, n=N):
    points = Points(seed, n)
    a = {
        name: points.probability() if name in (*PROBABILITIES, "alpha") else points.money()
        for name in letters.split()
    }
    if "L" in a:
        a["L"] = np.where(points.some(0.5), math.inf, a["L"])
        a["L"] = np.where(points.some(0.1), a["K"] + a["fine"], a["L"])
        a["r"] = np.maximum(a["r"], 1e-9)
    if "p" in a:
        a["p"] = np.where(points.some(0.1), np.maximum(a["v"] - a["c"], 0.0), a["p"])
        a["p"] = np.where(points.some(0.1), math.inf, a["p"])
    return a


@pytest.mark.parametrize("letters", MARGINS)
def test_slopes_of_the_margin_against_fractions(letters):
    a = draw_margin(letters, seed=34, n=N // 2 if letters == MARGINS[-1] else N // 5)
    with np.errstate(all="raise"):
        answer = dt.statics("margin", **a)
    assert list(answer.derivative) == list(a)
    exact = exactly(lambda **at: margin_slopes(at, detected(at), *parts(at)), a)
    bounds = margin_bounds(a)
    kinks = {
        "p v c": lambda: (
            (a["p"] < math.inf) & (abs(a["p"] - (a["v"] - a["c"])) <= 1e-12 * a["p"] + 8 * EPS * a["v"])
        ),
        "fine K L": lambda: abs(a["K"] + a["fine"] - a["L"]) <= 1e-12 * (a["K"] + a["fine"]),
    }
    for name, slopes in answer.derivative.items():
        kink = np.zeros(slopes.shape, dtype=bool)
        for names, where in kinks.items():
            if name in names.split():
                kink |= where()
        np.testing.assert_array_equal(np.isnan(slopes), kink)
        truth = [0.0 if bad else at[name] for at, bad in zip(exact, kink, strict=True)]
        assert_close(np.where(kink, 0.0, slopes), truth, bounds[name])
    assert (answer.reason == "") == (letters == MARGINS[0] or letters == MARGINS[1])


@pytest.mark.parametrize("letters", MARGINS)
def test_slopes_of_the_margin_against_its_differences(letters):
    a = few(draw_margin(letters, seed=35), SOME // 2)
    answer = dt.statics("margin", **a)
    with mpmath.workdps(100):
        for at, slopes, bounds in zip(
            rows(a), rows(dict(answer.derivative)), rows(margin_bounds(a)), strict=True
        ):
            exact = {name: min(mpmath.mpf(x), mpmath.mpf(10) ** 40) for name, x in at.items()}
            for name, slope in slopes.items():
                found = sides(
                    lambda e: detected(e) * punished(e) - gained(e), exact, name, mpmath.mpf(10) ** -30
                )
                if not math.isnan(slope):
                    assert agree(found), (name, slope, found, at)
                    bound = 1e-9 * abs(found[0]) + 4 * EPS * bounds[name] + mpmath.mpf(10) ** -45
                    assert abs(slope - found[0]) <= bound, (name, slope, found, at)


# Edges, and the contract.


def test_where_there_is_no_derivative():
    even = dt.statics("margin", p_eff=0.5, B=2.0, p=0.8, v=1.2, c=0.4, V=0.1)  # p = v - c, but for rounding
    assert [even.derivative[name] for name in ("p", "v", "c")] == [None] * 3
    assert (even.derivative["V"], even.derivative["p_eff"]) == (-1.0, 2.0)
    assert even.reason == "a kink: the derivatives from the two sides differ"
    capped = dt.statics("margin", p_eff=0.5, fine=2.0, K=1.0, L=3.0, g=1.0)
    assert [capped.derivative[name] for name in ("fine", "K", "L")] == [None] * 3
    beyond = dt.statics("pi_1", g=0.9, B=1.0, beta=0.8)
    assert (beyond.value, set(beyond.derivative.values())) == (None, {None})
    assert beyond.reason == "even pi_1 = 1 leaves p_eff B below g"
    for g, slope in ((0.5, 0.0), (0.6, None), (0.7, 1 / 0.4)):  # the base audits are just enough at 0.6
        assert dt.statics("pi_1", g=g, B=1.0, beta=0.4, pi_0=1.0).derivative["g"] == slope
    for g, slope in ((-0.5, 0.0), (0.0, None), (0.5, 0.5), (2.0, None)):
        assert dt.statics("p_eff", g=g, B=2.0).derivative["g"] == slope
    for v, slope in (
        (2.0, 2.0),
        (1.0, None),
        (0.5, 0.0),
    ):  # from p_eff B = v - c + V downwards every price deters
        assert dt.statics("p", p_eff=0.5, B=2.0, v=v).derivative["p_eff"] == slope
    jump = dt.statics("beta", g=0.25, B=1.0, pi_1=0.5, pi_0=0.5)
    assert (jump.value, jump.derivative["pi_1"], jump.derivative["g"]) == (0.0, None, 0.0)


@pytest.mark.parametrize("of", KNOWN_POINT)
def test_statics_contract(of):
    point = KNOWN_POINT[of]
    whole = dt.statics(of, **point)
    assert whole.of == of
    assert dict(whole.known) == point
    assert list(whole.derivative) == list(whole.sign) == list(point)
    infinite = " ".join({"L", "p", "v"} & set(point))
    for name in point:
        assert_contract(lambda name=name, **e: dt.statics(of, **e).derivative[name], point, infinite)
    value = dt.margin(p_eff=detected(point), B=punished(point), g=gained(point)) if of == "margin" else None
    assert whole.value == (value if of == "margin" else dt.threshold(of, **point).value)
    for name in point:
        if name != "g":
            assert_refused(lambda **e: dt.statics(of, **e), point, **{name: -0.5})


def test_one_call_with_arrays_is_many_calls_with_floats():
    for of in KNOWN:
        a = few(draw(of, seed=36)[0], 200)
        whole = dt.statics(of, **a)
        single = singly(lambda of=of, **at: dt.statics(of, **at), a)
        for name in a:
            slopes = [math.nan if one.derivative[name] is None else one.derivative[name] for one in single]
            np.testing.assert_array_equal(whole.derivative[name], slopes)
        assert all((None in one.derivative.values()) == bool(one.reason) for one in single)


def test_defaults_are_those_of_the_thresholds():
    needed = {"B": "g p_eff", "P": "g p_eff", "fine": "g p_eff", "V": "p_eff B p v", "p": "p_eff B",
              "v": "p_eff B p", "pi_1": "g B beta", "pi_0": "g B beta pi_1", "beta": "g B pi_1",
              "p_s": "g B"}  # fmt: skip
    for of, names in needed.items():
        given = {name: POINT[name] for name in names.split()}
        if of == "beta":
            given["pi_0"] = 0.0
        assert dt.statics(of, **given).value == dt.threshold(of, **given).value
    short = dt.statics("margin", pi_1=0.5, beta=0.5, fine=1.0, p=0.125)
    assert short.value == 0.125
    assert short.derivative["L"] == short.derivative["v"] == 0


def test_what_statics_refuses():
    with pytest.raises(dt.ParameterError, match=r'^of = "alpha": has no derivatives'):
        dt.statics("alpha", g=1.0)
    with pytest.raises(TypeError, match="'beta'"):
        dt.statics("margin", pi_1=0.5, B=1.0, g=0.5)
    with pytest.raises(TypeError, match="the margin does not take 'colour'"):
        dt.statics("margin", p_eff=0.5, B=1.0, g=0.5, colour=1.0)
    with pytest.raises(TypeError, match="p_eff"):
        dt.statics("B", g=1.0)
