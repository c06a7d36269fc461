"""The gain from violating, the compliance condition, and how both move."""

from __future__ import annotations

import math

import numpy as np
import pytest
from exact import Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from thresholds import KNOWN, gain_terms, gained, precisely

import deterrence as dt


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
    for miss, verdict in (
        (0.0, True),
        (5e-13, True),
        (-1e-7, True),
        (2e-12, False),
        (1e-7, False),
        (0.5, False),
    ):
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
        with pytest.raises(dt.ParameterError, match=r"^g = "):
            dt.complies(**rule, g=bad)


# Comparative statics: signs and sizes of finite differences.


def interior(seed):
    """Points at which every threshold in the tables is interior, away from kinks."""
    rng = np.random.default_rng(seed)
    beta, p_b, share = rng.uniform(0.2, 0.8, 2000), rng.uniform(0, 0.3, 2000), rng.uniform(0.2, 0.8, 2000)
    pi_1, pi_0 = np.sort(rng.uniform(0.1, 0.9, (2, 2000)), axis=0)[::-1]
    pi_1, pi_0 = np.where(rng.uniform(size=2000) < 0.5, [pi_1, pi_0], [pi_0, pi_1])
    B = 10 ** rng.uniform(-3, 3, 2000)
    p_s = beta * pi_1 + (1 - beta) * pi_0
    return {
        "B": B,
        "beta": beta,
        "p_b": p_b,
        "pi_1": pi_1,
        "pi_0": pi_0,
        "g": B * (p_s + (1 - p_s) * p_b),
    }, share


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
    """The derivatives, worked out by hand, against differences of the library's own thresholds."""
    a, _ = interior(20)
    g, B, beta, p_b, pi_1, pi_0 = (a[name] for name in ("g", "B", "beta", "p_b", "pi_1", "pi_0"))
    p_s = (g / B - p_b) / (1 - p_b)
    detected = beta * pi_1 + (1 - beta) * pi_0
    slack, gap = 1 - g / B, pi_1 - pi_0
    stated = {
        "pi_1": {
            "g": 1 / (B * beta * (1 - p_b)),
            "B": -g / (B**2 * beta * (1 - p_b)),
            "beta": -(p_s - pi_0) / beta**2,
            "pi_0": -(1 - beta) / beta,
            "p_b": -slack / (beta * (1 - p_b) ** 2),
        },
        "pi_0": {
            "g": 1 / (B * (1 - beta) * (1 - p_b)),
            "pi_1": -beta / (1 - beta),
            "beta": (p_s - pi_1) / (1 - beta) ** 2,
            "p_b": -slack / ((1 - beta) * (1 - p_b) ** 2),
        },
        "beta": {
            "g": 1 / (B * (1 - p_b) * gap),
            "pi_1": -(p_s - pi_0) / gap**2,
            "pi_0": (p_s - pi_1) / gap**2,
        },
        "p_b": {
            "g": 1 / (B * (1 - detected)),
            "B": -g / (B**2 * (1 - detected)),
            "pi_1": -beta * slack / (1 - detected) ** 2,
        },
    }
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
