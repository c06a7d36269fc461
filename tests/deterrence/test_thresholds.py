"""The threshold of the compliance condition in every variable, against two evaluations of its own."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from exact import EPS, N, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from thresholds import (
    KNOWN,
    PROBABILITIES,
    complies,
    detected,
    draw,
    expected_side,
    gain_terms,
    gained,
    gained_array,
    on_the_edge,
    precisely,
    punished,
    punished_array,
    root,
    slope_and_sensitivity,
    table,
)

import deterrence as dt

every_variable = pytest.mark.parametrize("variable", KNOWN)


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
    given = {
        "g": 0.25,
        "p_eff": 0.5,
        "B": 1.0,
        "P": 2.0,
        "p": 0.25,
        "v": 0.75,
        "pi_1": 0.5,
        "pi_0": 0.125,
        "beta": 0.75,
    }
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


@every_variable
def test_all_parts_of_an_answer_have_one_shape(variable):
    """Whatever argument brings the shape, also if no other part of the answer depends on it."""
    known, _ = draw(variable, seed=15, n=8)
    point = {name: float(values[-1]) for name, values in known.items()}
    for name in known:
        answer = dt.threshold(variable, **point | {name: np.full((2, 3), point[name])})
        assert answer.value.shape == answer.exists.shape == (2, 3)
        assert isinstance(answer.side, str) or answer.side.shape == (2, 3)
    assert np.shape(dt.threshold("beta", g=np.zeros((2, 3)), B=1.0, pi_1=0.1, pi_0=0.2).side) == (2, 3)


def test_what_threshold_refuses():
    with pytest.raises(
        dt.ParameterError, match=r'^variable = "alpha": has no threshold \(allowed: B or P or'
    ):
        dt.threshold("alpha", g=1.0, B=1.0)


@every_variable
def test_wrong_names_are_answered_with_the_right_ones(variable):
    a, _ = draw(variable, seed=16, n=1)
    known = {name: float(values[0]) for name, values in a.items()}
    pattern = rf'^threshold\("{variable}", \.\.\.\) takes ([a-zA-Z_01, ]+): '
    needed = next(iter(known))
    for wrong, complaint in (
        ({name: value for name, value in known.items() if name != needed}, f"{needed} is missing"),
        (known | {"colour": "red"}, "colour is unknown"),
        (known | {variable: 0.5}, f"{variable} is unknown"),
    ):
        with pytest.raises(TypeError, match=pattern + complaint + "$") as caught:
            dt.threshold(variable, **wrong)
        takes = re.match(pattern, str(caught.value))
        assert takes is not None
        assert takes[1].replace(", optionally", ",").split(", ") == KNOWN[variable].split()
        assert caught.value.__suppress_context__


def test_an_answer_carries_its_question():
    known = {"g": 0.5, "B": np.array([1.0, 2.0]), "beta": 0.8}
    answer = dt.threshold("pi_1", **known)
    assert answer.known == known
    none = dt.threshold("pi_1", g=2, B=1.0, beta=0.8, p_b=0.125)
    assert none.known == {"g": 2.0, "B": 1.0, "beta": 0.8, "p_b": 0.125}
    at = answer.known | {"pi_1": answer.value}
    assert dt.complies(p_eff=at["beta"] * at["pi_1"], B=at["B"], g=at["g"]).all()
