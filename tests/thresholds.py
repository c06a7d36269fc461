"""Thresholds of the compliance condition, twice: from their table in fractions, and as roots.

The table gives each threshold as a formula. The roots come from values of the condition p_eff B - g
with 50 digits, and know nothing of the table.
"""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
from exact import EPS, N, Points

import deterrence as dt

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
        slopes |= {
            "P": a["r"] * p_eff,
            "fine": a["r"] * p_eff,
            "r": p_eff * B / np.where(a["r"] > 0, a["r"], 1),
        }
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


# First evaluation: the stated table, in fractions. None: no value deters. inf: every value does.


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
