"""The compliance condition and its threshold in every variable (sections 1.4 and 2).

Thresholds are held against the table of section 2 in exact fractions, and against roots of the
condition p_eff B - g found with 50 digits, which know nothing of the table.
"""

from __future__ import annotations

import math
from fractions import Fraction

import deterrence as dt
import mpmath
import numpy as np
import pytest
from exact import EPS, N, Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly

PROBABILITIES = ("p_eff", "p_s", "pi_1", "pi_0", "beta", "p_b")
KNOWN = {
    "B": "g p_eff",
    "P": "g p_eff r",
    "fine": "g p_eff r R K L",
    "r": "g p_eff P",
    "g": "p_eff B",
    "V": "p_eff B p v c",
    "p": "p_eff B v c V",
    "v": "p_eff B p c V",
    "pi_1": "g B beta pi_0 p_b",
    "pi_0": "g B beta pi_1 p_b",
    "beta": "g B pi_1 pi_0 p_b",
    "p_b": "g B pi_1 pi_0 beta",
    "p_eff": "g B",
    "p_s": "g B p_b",
}
every_variable = pytest.mark.parametrize("variable", KNOWN)


# The condition, in any arithmetic, from whichever letters are there.


def detected(a):
    if "p_eff" in a:
        return a["p_eff"]
    p_s = a["p_s"] if "p_s" in a else a["beta"] * a["pi_1"] + (1 - a["beta"]) * a["pi_0"]
    return 1 - (1 - p_s) * (1 - a["p_b"])


def punished(a):
    if "B" in a:
        return a["B"]
    return a["r"] * (a["P"] if "P" in a else min(a["K"] + a["fine"], a["L"]) + a["R"])


def gained(a):
    return a["g"] if "g" in a else min(a["p"], a["v"] - a["c"]) + a["V"]


def complies(a):
    """The library's verdict at arrays of letters, built from its own public functions."""
    if "p_eff" in a:
        p_eff = a["p_eff"]
    elif "p_s" in a:
        p_eff = dt.effective_detection(pi_1=a["p_s"], pi_0=0.0, beta=1.0, p_b=a["p_b"])
    else:
        p_eff = dt.effective_detection(**{k: a[k] for k in ("pi_1", "pi_0", "beta", "p_b")})
    if "fine" in a:
        P = dt.punishment(fine=a["fine"], collateral=a["K"], liability_cap=a["L"], reputation=a["R"])
        B = a["r"] * P
    else:
        B = a["B"] if "B" in a else a["r"] * a["P"]
    g = a["g"] if "g" in a else dt.gain_min(**{k: a[k] for k in ("p", "v", "c", "V")})
    return dt.complies(p_eff=p_eff, B=B, g=g)


def slope_and_sensitivity(variable, a):
    """|dm/dx| for the variable, and the sum of |y dm/dy| over all letters y, of m = p_eff B - g."""
    one = np.ones_like(a[variable])
    B = punished_array(a)
    if "p_eff" in a:
        p_eff, by_detection, slopes = a["p_eff"], a["p_eff"] * B, {"p_eff": B}
    elif "p_s" in a:
        p_s, p_b = a["p_s"], a["p_b"]
        p_eff, by_detection = p_s + (1 - p_s) * p_b, B * ((1 - p_b) * p_s + (1 - p_s) * p_b)
        slopes = {"p_s": B * (1 - p_b)}
    else:
        beta, pi_1, pi_0, p_b = a["beta"], a["pi_1"], a["pi_0"], a["p_b"]
        p_s, gap = beta * pi_1 + (1 - beta) * pi_0, np.abs(pi_1 - pi_0)
        p_eff, by_detection = p_s + (1 - p_s) * p_b, B * ((1 - p_b) * (beta * gap + p_s) + (1 - p_s) * p_b)
        slopes = {"pi_1": beta, "pi_0": 1 - beta, "beta": gap}
        slopes = {name: B * (1 - p_b) * slope for name, slope in slopes.items()} | {"p_b": B * (1 - p_s)}
    by_punishment = p_eff * B
    if "r" in a:
        by_punishment = 2 * by_punishment
        slopes |= {"P": a["r"] * p_eff, "fine": a["r"] * p_eff, "r": p_eff * B / np.where(a["r"] > 0, a["r"], 1)}
        if variable == "r":
            slopes["r"] = p_eff * a["P"]
    if "g" in a:
        by_gain = np.abs(a["g"])
    else:
        by_gain = np.where(a["p"] < a["v"] - a["c"], a["p"], a["v"] + a["c"]) + a["V"]
    slopes |= {"B": p_eff, "g": one, "V": one, "p": one, "v": one}
    return slopes[variable], by_detection + by_punishment + by_gain


def punished_array(a):
    if "B" in a:
        return a["B"]
    return a["r"] * (a["P"] if "P" in a else np.minimum(a["K"] + a["fine"], a["L"]) + a["R"])


# Points: half of them have their threshold planted inside the range, the rest fall where they may.


def draw(variable, seed, n=N):
    points = Points(seed, n)
    a = {}
    for name in [*KNOWN[variable].split(), variable]:
        a[name] = points.probability() if name in PROBABILITIES else points.money()
    if "p_s" not in a and "pi_0" in a:
        a["pi_0"] = np.where(points.some(0.05), a["pi_1"], a["pi_0"])
    if "L" in a:
        a["L"] = np.where(points.some(0.5), math.inf, a["L"])
    if "p" in a:
        a["p"] = np.where(points.some(0.05) & (variable != "p"), math.inf, a["p"])
        a["p_eff"] = np.where(points.coarse, points.rng.choice([0, 0.25, 0.5, 1], n), a["p_eff"])
        rate, planted = a["p_eff"], points.some(0.6)
        a["c"] = np.where(planted & points.some(0.5) & ~points.coarse, a["v"] * rate, a["c"])
        a["c"] = np.where(points.some(0.05), a["v"], a["c"])
        gain = np.minimum(a["p"], a["v"] - a["c"]) + a["V"]
        a["B"] = np.where(planted & (rate > 0) & (gain > 0), gain / np.where(rate > 0, rate, 1.0), a["B"])
    elif "g" in a and variable != "g":
        a["g"] = np.where(points.some(0.6), detected(a) * punished_array(a), a["g"])
        a["g"] = np.where(points.some(0.05), -a["g"], a["g"])
    del a[variable]
    return a, points.coarse


# First evaluation: the table of section 2, in fractions. None: no value deters. inf: every value does.


def table(variable, a):
    g, B, p_b = a.get("g"), a.get("B"), a.get("p_b", Fraction(0))
    if variable in ("B", "P", "r", "fine"):
        factor = a["p_eff"] * {"B": 1, "r": a.get("P")}.get(variable, a.get("r"))
        if g <= 0:
            least = Fraction(0)
        elif factor == 0:
            return None
        else:
            least = g / factor
        if variable == "fine":
            return None if least - a["R"] > a["L"] else max(Fraction(0), least - a["R"] - a["K"])
        return least
    if variable in ("g", "V", "p", "v"):
        return upper_bounds(variable, a)
    if g > B and g > 0:
        return None
    p_eff = Fraction(0) if g <= 0 else g / B
    if variable == "p_eff":
        return p_eff
    if variable == "p_b":
        p_s = a["beta"] * a["pi_1"] + (1 - a["beta"]) * a["pi_0"]
        return Fraction(0) if p_s == 1 else max(Fraction(0), (p_eff - p_s) / (1 - p_s))
    p_s = Fraction(0) if p_eff <= p_b else (p_eff - p_b) / (1 - p_b)
    return p_s if variable == "p_s" else signal_thresholds(variable, p_s, a)


def upper_bounds(variable, a):
    D = a["p_eff"] * a["B"]
    if variable == "g":
        return D
    if variable == "V":
        bound = D - min(a["p"], a["v"] - a["c"])
    elif variable == "p":
        bound = math.inf if a["v"] - a["c"] + a["V"] <= D else D - a["V"]
    else:
        bound = math.inf if a["p"] + a["V"] <= D else a["c"] + D - a["V"]
    return bound if bound >= 0 else None


def signal_thresholds(variable, p_s, a):
    beta, pi_1, pi_0 = a.get("beta"), a.get("pi_1"), a.get("pi_0")
    if variable == "beta":
        if pi_1 == pi_0:
            return Fraction(0) if pi_0 >= p_s else None
        if pi_1 < pi_0:
            return min(Fraction(1), (pi_0 - p_s) / (pi_0 - pi_1)) if p_s <= pi_0 else None
        return max(Fraction(0), (p_s - pi_0) / (pi_1 - pi_0)) if p_s <= pi_1 else None
    weight, rest = (beta, (1 - beta) * pi_0) if variable == "pi_1" else (1 - beta, beta * pi_1)
    if p_s > weight + rest:
        return None
    return max(Fraction(0), (p_s - rest) / weight) if weight > 0 else Fraction(0)


# Second evaluation: the root of the condition. It is affine in each variable as far as that counts.


def reach(variable, a):
    """Where the variable stops to count: its bound, or the point at which a minimum no longer holds it."""
    if variable == "fine":
        return max(a["L"] - a["K"], mpmath.mpf(0)) if a["L"] < math.inf else mpmath.mpf(10) ** 48
    if variable == "p":
        return max(a["v"] - a["c"], mpmath.mpf(0))
    if variable == "v":
        return a["c"] + a["p"] if a["p"] < math.inf else mpmath.mpf(10) ** 48
    return mpmath.mpf(1) if variable in PROBABILITIES else mpmath.mpf(10) ** 48


def root(variable, a, side):
    """Where the condition turns, from its values alone; None and inf as in `table`."""

    def margin(x):
        at = a | {variable: x}
        return detected(at) * punished(at) - gained(at)

    low, high = mpmath.mpf(0), reach(variable, a)
    at_low, at_high = margin(low), margin(high)
    start, end = (at_low, at_high) if side == "at least" else (at_high, at_low)
    if start >= 0:
        return low if side == "at least" else (high if variable in PROBABILITIES else mpmath.inf)
    if end < 0:
        return None
    x = high * at_low / (at_low - at_high)
    assert abs(margin(x)) <= (abs(at_low) + abs(at_high)) * mpmath.mpf(10) ** -30
    return x


def precisely(function, letters):
    names = list(letters)
    with mpmath.workdps(50):
        columns = [[mpmath.mpf(x) for x in letters[name].tolist()] for name in names]
        return [function(dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def direction(a):
    return np.where(a["pi_1"] < a["pi_0"], "at most", "at least")


def expected_side(variable, a):
    if variable == "beta":
        return direction(a)
    return np.full(N, "at most" if variable in ("g", "V", "p", "v") else "at least")


def on_the_edge(variable, a, side):
    """Points at which existence, or the answer "every value", is itself a tie to rounding."""
    best_is_low = side == "at most"
    edge = np.zeros(N, dtype=bool)
    far = 1.0 if variable in PROBABILITIES else 1e60
    for end, counts in ((0.0, best_is_low), (far, ~best_is_low | np.isin(variable, ("p", "v")))):
        at_end = a | {variable: np.full(N, end)}
        gap = np.abs(detected(at_end) * punished_array(at_end) - gained_array(at_end))
        edge |= counts & (gap <= 2e-12 * np.abs(gained_array(at_end)) + 8 * EPS * gain_terms(at_end))
    return edge


def gained_array(a):
    return a["g"] if "g" in a else np.minimum(a["p"], a["v"] - a["c"]) + a["V"]


def gain_terms(a):
    if "g" in a:
        return np.abs(a["g"])
    return np.where(a["p"] < a["v"] - a["c"], a["p"], a["v"] + a["c"]) + a["V"]


@every_variable
def test_thresholds_against_fractions_and_roots(variable):
    a, coarse = draw(variable, seed=11)
    with np.errstate(all="raise"):
        result = dt.threshold(variable, **a)
    side = expected_side(variable, a)
    np.testing.assert_array_equal(result.side, side if variable == "beta" else side[0])
    edge = on_the_edge(variable, a, side) & ~coarse
    assert edge.mean() < 0.3

    by_table = exactly(lambda **letters: (table(variable, letters),), a)
    sides = iter(side.tolist())
    by_root = precisely(lambda letters: (root(variable, letters, next(sides)),), a)
    for evaluation in (by_table, by_root):
        values = [value for (value,) in evaluation]
        exists = np.array([value is not None for value in values])
        np.testing.assert_array_equal(result.exists[~edge], exists[~edge])
        numbers = np.array([math.nan if value is None else float(value) for value in values])
        np.testing.assert_array_equal(np.isinf(result.value)[~edge], np.isinf(numbers)[~edge])
        both = np.isfinite(numbers) & np.isfinite(result.value)
        at = a | {variable: np.where(both, numbers, 0.0)}
        slope, sensitivity = slope_and_sensitivity(variable, at)
        with np.errstate(divide="ignore", invalid="ignore"):
            condition = np.where(slope > 0, sensitivity / slope, 0.0)
        chosen = [value for value, keep in zip(values, both, strict=True) if keep]
        assert_close(result.value[both], chosen, condition[both], coarse[both])
        assert both.sum() > N / 5


@every_variable
def test_one_call_with_arrays_is_many_calls_with_floats(variable):
    a, _ = draw(variable, seed=12)
    with np.errstate(all="raise"):
        whole = dt.threshold(variable, **a)
    single = singly(lambda **letters: dt.threshold(variable, **letters), a)
    values = [math.nan if one.value is None else one.value for one in single]
    assert {type(one.value) for one in single} <= {float, type(None)}
    np.testing.assert_array_equal(whole.value, values)
    assert_same(whole.exists, [one.exists for one in single])
    np.testing.assert_array_equal(np.broadcast_to(whole.side, N), [one.side for one in single])
    assert all((one.value is None) == bool(one.reason) == (not one.exists) for one in single)
    assert bool(whole.reason) == (not whole.exists.all())
    if variable in PROBABILITIES:
        inside = whole.value[whole.exists]
        assert ((inside >= 0) & (inside <= 1)).all()
    assert (whole.value[whole.exists] >= 0).all()


@every_variable
def test_the_condition_holds_at_the_threshold_and_fails_beyond(variable):
    a, _ = draw(variable, seed=13)
    result = dt.threshold(variable, **a)
    there = result.exists & np.isfinite(result.value)
    a = {name: values[there] for name, values in a.items()}
    at, x = a | {variable: result.value[there]}, result.value[there]
    with np.errstate(all="raise"):
        assert complies(at).all()

    # Beyond it by so much that the exact condition misses by 1e-7 of the gain, where floats allow it.
    slope, _ = slope_and_sensitivity(variable, at)
    gain = np.abs(gained_array(at))
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(slope > 0, 1e-7 * gain / slope, 0.0)
    wrong = x + np.where(np.broadcast_to(result.side, N)[there] == "at least", -step, step)
    wrong = np.clip(wrong, 0.0, 1.0 if variable in PROBABILITIES else None)
    beyond = a | {variable: wrong}
    missing = exactly(lambda **e: float(gained(e) - detected(e) * punished(e)), beyond)
    # Where a large value and a large cost leave a small gain, the gain itself is only known so well.
    misses = np.array(missing) > 1e-9 * gain + 4 * EPS * gain_terms(beyond)
    assert misses.sum() > N / 10
    assert not complies(beyond)[misses].any()


@every_variable
def test_scan_of_the_whole_range(variable):
    """On a grid over all values of the variable the verdict turns where the threshold says, or nowhere."""
    a, _ = draw(variable, seed=14, n=N)
    result = dt.threshold(variable, **a)
    if variable in PROBABILITIES:
        grid = np.linspace(0, 1, 41)
    else:
        grid = np.concatenate(([0.0], np.logspace(-14, 30, 40)))
    columns = {name: values[:, None] for name, values in a.items()}
    scanned = columns | {variable: np.broadcast_to(grid, (N, grid.size))}
    value = np.where(result.exists, result.value, math.nan)[:, None]
    upwards = np.broadcast_to(result.side, N)[:, None] == "at least"
    should = result.exists[:, None] & np.where(upwards, grid >= value, grid <= value)
    gap = np.abs(detected(scanned) * punished_array(scanned) - gained_array(scanned))
    tie = gap <= 1e-11 * np.abs(gained_array(scanned)) + 8 * EPS * gain_terms(scanned)
    np.testing.assert_array_equal(complies(scanned) | tie, should | tie)
    assert tie.mean() < 0.3


def test_defaults_are_the_neutral_values():
    neutral = {
        "P": {"r": 1.0},
        "fine": {"r": 1.0, "R": 0.0, "K": 0.0, "L": math.inf},
        "V": {"c": 0.0},
        "p": {"v": math.inf, "c": 0.0, "V": 0.0},
        "v": {"c": 0.0, "V": 0.0},
        "pi_1": {"pi_0": 0.0, "p_b": 0.0},
        "pi_0": {"p_b": 0.0},
        "beta": {"p_b": 0.0},
        "p_s": {"p_b": 0.0},
    }
    given = {"g": 0.25, "p_eff": 0.5, "B": 1.0, "P": 2.0, "p": 0.25, "v": 0.75, "pi_1": 0.5, "pi_0": 0.125, "beta": 0.75}
    for variable, values in neutral.items():
        short = {name: given[name] for name in KNOWN[variable].split() if name not in values}
        assert dt.threshold(variable, **short) == dt.threshold(variable, **short, **values)


def test_without_a_value_the_price_is_solved_under_the_literal_rule():
    for p_eff, B, V in ((0.5, 2.0, 0.25), (0.5, 2.0, 1.0), (1.0, 4.0, 0.0)):
        price = dt.threshold("p", p_eff=p_eff, B=B, V=V).value
        assert dt.complies(p_eff=p_eff, B=B, g=dt.gain_price(p=price, V=V))
        assert not dt.complies(p_eff=p_eff, B=B, g=dt.gain_price(p=price + 1e-7, V=V))
    assert not dt.threshold("p", p_eff=0.5, B=2.0, V=1.25).exists


def test_a_better_signal_hurts_when_clean_signals_are_audited_more():
    answer = dt.threshold("beta", g=0.25, B=1.0, pi_1=0.0, pi_0=1.0)
    assert (answer.value, answer.side) == (0.75, "at most")
    assert str(answer) == "beta at most 0.75"


def test_answers_in_words():
    assert str(dt.threshold("pi_1", g=0.5, B=1.0, beta=0.8)) == "pi_1 at least 0.625"
    assert str(dt.threshold("v", p_eff=0.5, B=1.0, p=0.25)) == "every v deters"
    assert str(dt.threshold("B", g=1.0, p_eff=0.0)).startswith("no B deters: a violator is never detected")
    assert str(dt.threshold("B", g=np.array([1.0, 2.0]), p_eff=0.5)) == "B: [2. 4.]"


@every_variable
def test_threshold_contract(variable):
    letters = {
        "g": 0.5, "p_eff": 0.5, "r": 2.0, "R": 0.25, "K": 0.25, "L": 4.0, "P": 2.0, "B": 2.0, "p": 0.5,
        "v": 1.0, "c": 0.25, "V": 0.125, "pi_1": 0.5, "pi_0": 0.25, "beta": 0.75, "p_b": 0.125,
    }  # fmt: skip
    known = {name: letters[name] for name in KNOWN[variable].split()}
    infinite = " ".join(name for name in ("L", "p", "v") if name in known)
    assert_contract(lambda **values: dt.threshold(variable, **values).value, known, infinite)
    for name in known:
        if name in PROBABILITIES:
            assert_refused(lambda **values: dt.threshold(variable, **values), known, **{name: 1.5})
        if name != "g":
            assert_refused(lambda **values: dt.threshold(variable, **values), known, **{name: -0.5})


def test_what_threshold_refuses():
    with pytest.raises(dt.ParameterError, match=r'^variable = "alpha": has no threshold \(allowed: B or P or'):
        dt.threshold("alpha", g=1.0, B=1.0)
    with pytest.raises(TypeError, match="p_eff"):
        dt.threshold("B", g=1.0)
    with pytest.raises(TypeError, match="'p'"):
        dt.threshold("B", g=1.0, p_eff=0.5, p=1.0)


# Gains, margin and the rule itself.


def gain_points(seed):
    points = Points(seed)
    a = {name: points.money() for name in ("p", "v", "c", "V")}
    a["c"] = np.where(points.some(0.1), a["v"], a["c"])
    a["p"] = np.where(points.some(0.1), math.inf, a["p"])
    return a, points.coarse


def test_gains_against_fractions():
    a, coarse = gain_points(15)
    least = {name: a[name] for name in ("v", "c", "V")}
    literal = {name: np.where(np.isinf(a[name]), 0.0, a[name]) for name in ("p", "V")}
    with np.errstate(all="raise"):
        g_min, g_value, g_price = dt.gain_min(**a), dt.gain_value(**least), dt.gain_price(**literal)
    assert_close(g_min, exactly(lambda **e: gained(e), a), gain_terms(a), coarse)
    assert_close(g_value, exactly(lambda v, c, V: v - c + V, least), a["v"] + a["c"] + a["V"], coarse)
    assert_close(g_price, exactly(lambda p, V: p + V, literal), 0.0, coarse)
    assert_same(g_min, singly(dt.gain_min, a))
    assert_same(g_value, singly(dt.gain_value, least))
    assert_same(g_price, singly(dt.gain_price, literal))
    # The default rule is the smaller of the two others; without permits it is the value rule.
    np.testing.assert_array_equal(g_min, np.minimum(g_value, dt.gain_price(p=a["p"], V=a["V"])))
    np.testing.assert_array_equal(dt.gain_min(**{**a, "p": math.inf}), g_value)


def test_margin_against_fractions_and_mpmath():
    points = Points(16)
    a = {"p_eff": points.probability(), "B": points.money(), "g": points.money()}
    a["g"] = np.where(points.some(0.5), a["p_eff"] * a["B"], a["g"]) * np.where(points.some(0.1), -1.0, 1.0)
    with np.errstate(all="raise"):
        result = dt.margin(**a)
    size = 2 * a["p_eff"] * a["B"] + np.abs(a["g"])
    assert_close(result, exactly(lambda p_eff, B, g: p_eff * B - g, a), size, points.coarse)
    assert_close(result, precisely(lambda e: e["p_eff"] * e["B"] - e["g"], a), size, points.coarse)
    assert_same(result, singly(dt.margin, a))


def test_complies_is_exact_but_for_ties():
    """Misses of up to half the tolerance comply, misses of twice the tolerance or 1e-7 do not."""
    points = Points(17)
    a = {"p_eff": points.probability(), "B": points.money()}
    penalty = a["p_eff"] * a["B"]
    for miss, verdict in ((0.0, True), (5e-13, True), (-1e-7, True), (2e-12, False), (1e-7, False), (0.5, False)):
        g = penalty * (1 + miss)
        with np.errstate(all="raise"):
            result = dt.complies(**a, g=g)
        np.testing.assert_array_equal(result, verdict | (penalty == 0))
        assert_same(result, singly(dt.complies, {**a, "g": g}))


def test_complies_with_no_gain_or_an_infinite_one():
    nothing = np.array([0.0, -0.0, -1e-300, -5.0, -math.inf])
    assert dt.complies(p_eff=0.0, B=0.0, g=nothing).all()
    assert dt.complies(p_eff=0.0, B=5.0, g=0.0) is True
    assert dt.complies(p_eff=1.0, B=1e308, g=math.inf) is False
    assert dt.complies(p_eff=0.6, B=0.75, g=0.45) is True
    assert 0.6 * 0.75 < 0.45


@pytest.mark.parametrize(
    ("function", "letters", "infinite"),
    [
        (dt.gain_min, {"p": 0.5, "v": 2.0, "c": 1.0, "V": 0.125}, "p"),
        (dt.gain_value, {"v": 2.0, "c": 1.0, "V": 0.125}, ""),
        (dt.gain_price, {"p": 0.5, "V": 0.125}, "p"),
        (dt.margin, {"p_eff": 1.0, "B": 2.0, "g": 0.75}, ""),
    ],
)
def test_contract(function, letters, infinite):
    assert_contract(function, letters, infinite)
    for name in set(letters) - {"g"}:
        assert_refused(function, letters, **{name: -0.5})
    if "p_eff" in letters:
        assert_refused(function, letters, p_eff=1.5)


def test_contract_of_complies():
    letters = {"p_eff": 1.0, "B": 2.0, "g": 0.75}
    rule = {"p_eff": 1.0, "B": 2.0}
    assert_contract(lambda **values: dt.complies(**values, g=0.75), rule)
    assert dt.complies(**{name: [[x]] for name, x in letters.items()}).tolist() == [[True]]
    assert_refused(dt.complies, letters, p_eff=1.5, B=-0.5)
    for bad in (math.nan, [math.nan], True, "1", None):
        with pytest.raises(dt.ParameterError, match="^g = "):
            dt.complies(**rule, g=bad)


# Comparative statics of section 2: signs of finite differences.


def interior(seed):
    """Points at which every threshold in the tables is interior, away from kinks."""
    rng = np.random.default_rng(seed)
    beta, p_b, share = rng.uniform(0.2, 0.8, 2000), rng.uniform(0, 0.3, 2000), rng.uniform(0.2, 0.8, 2000)
    pi_1, pi_0 = np.sort(rng.uniform(0.1, 0.9, (2, 2000)), axis=0)[::-1]
    pi_1, pi_0 = np.where(rng.uniform(size=2000) < 0.5, [pi_1, pi_0], [pi_0, pi_1])
    B = 10 ** rng.uniform(-3, 3, 2000)
    p_s = beta * pi_1 + (1 - beta) * pi_0
    return {"B": B, "beta": beta, "p_b": p_b, "pi_1": pi_1, "pi_0": pi_0, "g": B * (p_s + (1 - p_s) * p_b)}, share


def test_signs_of_the_effects_on_the_margin():
    a, _ = interior(18)
    r, P, fine, K, V, p, v, c = np.random.default_rng(19).uniform(1, 2, (8, 2000))
    a |= {"r": r, "fine": fine, "K": K, "V": V, "p": 1.5 * p, "v": v + c, "c": c, "alpha": P / 4}
    a |= {"L": np.where(P < 1.5, 2.0, 9.0)}
    del a["B"], a["g"]
    capped = a["K"] + a["fine"] > a["L"]
    worth_less = a["v"] - a["c"] < a["p"]

    def margin(a):
        p_eff = dt.effective_detection(pi_1=a["pi_1"], pi_0=a["pi_0"], beta=a["beta"], p_b=a["p_b"])
        B = a["r"] * dt.punishment(fine=a["fine"], collateral=a["K"], liability_cap=a["L"])
        return dt.margin(p_eff=p_eff, B=B, g=dt.gain_min(p=a["p"], v=a["v"], c=a["c"], V=a["V"]))

    signs = {
        "pi_1": 1, "pi_0": 1, "beta": np.sign(a["pi_1"] - a["pi_0"]), "p_b": 1, "r": 1,
        "fine": np.where(capped, 0, 1), "K": np.where(capped, 0, 1), "V": -1,
        "p": np.where(worth_less, 0, -1), "v": np.where(worth_less, -1, 0),
        "c": np.where(worth_less, 1, 0), "alpha": 0,
    }  # fmt: skip
    near_kink = (np.abs(a["v"] - a["c"] - a["p"]) < 1e-5) | (np.abs(a["K"] + a["fine"] - a["L"]) < 1e-5)
    base = margin(a)
    for name, sign in signs.items():
        change = margin(a | {name: a[name] + 1e-6}) - base
        change[np.abs(change) < 1e-13] = 0
        np.testing.assert_array_equal(np.sign(change)[~near_kink], np.broadcast_to(sign, 2000)[~near_kink])


def test_signs_and_sizes_of_the_effects_on_thresholds():
    """The derivatives that section 2 states, against differences of the library's own thresholds."""
    a, _ = interior(20)
    g, B, beta, p_b, pi_1, pi_0 = (a[name] for name in ("g", "B", "beta", "p_b", "pi_1", "pi_0"))
    p_s = (g / B - p_b) / (1 - p_b)
    detected = beta * pi_1 + (1 - beta) * pi_0
    slack, gap = 1 - g / B, pi_1 - pi_0
    stated = {
        "pi_1": {
            "g": 1 / (B * beta * (1 - p_b)), "B": -g / (B**2 * beta * (1 - p_b)), "beta": -(p_s - pi_0) / beta**2,
            "pi_0": -(1 - beta) / beta, "p_b": -slack / (beta * (1 - p_b) ** 2),
        },
        "pi_0": {
            "g": 1 / (B * (1 - beta) * (1 - p_b)), "pi_1": -beta / (1 - beta), "beta": (p_s - pi_1) / (1 - beta) ** 2,
            "p_b": -slack / ((1 - beta) * (1 - p_b) ** 2),
        },
        "beta": {
            "g": 1 / (B * (1 - p_b) * gap), "pi_1": -(p_s - pi_0) / gap**2, "pi_0": (p_s - pi_1) / gap**2,
        },
        "p_b": {
            "g": 1 / (B * (1 - detected)), "B": -g / (B**2 * (1 - detected)), "pi_1": -beta * slack / (1 - detected) ** 2,
        },
    }  # fmt: skip
    apart = np.abs(gap) > 0.05
    for variable, effects in stated.items():
        known = {name: a[name] for name in KNOWN[variable].split()}
        for name, derivative in effects.items():
            h = 1e-6 * known[name]
            up = dt.threshold(variable, **{**known, name: known[name] + h}).value
            down = dt.threshold(variable, **{**known, name: known[name] - h}).value
            slope = (up - down) / (2 * h)
            np.testing.assert_allclose(slope[apart], derivative[apart], rtol=1e-4, atol=1e-6)
            clear = apart & (np.abs(derivative) > 1e-4)
            np.testing.assert_array_equal(np.sign(slope)[clear], np.sign(derivative)[clear])
