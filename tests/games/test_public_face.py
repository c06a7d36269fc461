"""What every public function of `games` has in common, whatever it is about."""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
from typing import Any

import numpy as np
import pytest

from deterrence import ParameterError, games

INSPECTION = {"g": 1.0, "D": 2.0, "k": 0.5, "M": 1.0}
SIGNAL = {**INSPECTION, "alpha": 0.25, "beta": 0.75, "H": 4.0}
CAPACITY = {"n": 2, "C": 1, "capacity": 1, "p_s": 0.5, "p_f": 0.25}
RATES = {"gamma": 0.5, "p_s": 1.0, "p_f": 0.25, "p_b": 0.125}
GOVERNOR = {"P": 2.0, "beta": 0.5, "v_star": 0.5, "c": 0.25}
LAB = {"p_eff": 0.25, "t": 0.5, "a_0": 1.0, "b_0": 2.0}

MANY: dict[str, dict[str, Any]] = {
    "capacity_audit_rate": CAPACITY,
    "capacity_audits": CAPACITY,
    "capacity_detection": {**CAPACITY, "p_b": 0.125},
    "capacity_false_audit_rate": CAPACITY,
    "censored_lowering": {**GOVERNOR, "up": 0.25, "down": 0.125},
    "commitment": SIGNAL,
    "compliance_capacity": {"t": 0.5, **RATES},
    "congested_detection": {"x": 0.5, "mu_c": 0.125, **RATES},
    "congestion_regimes": {"t": 0.5, "mu": 0.5, "mu_c": 0.125, **RATES},
    "congestion_response": {"p_eff": 0.25, "t_0": 0.125, "t_1": 1.0, "mu": 0.5},
    "consecutive_catches": {"x_bar": 0.75, "e": 1.0, "d": 0.5},
    "decaying_escalation": {"e": 1.0, "d": 0.5, "theta_0": 0.25, "theta_1": 0.25, "g": 0.5, "B": 1.0,
                            "c_0": 0.125, "q_bar": 0.875},
    "defection_capacity": {"t": 0.5, "mu": 0.5, **RATES},
    "escalation": {"g": 2.0, "p_eff": 0.5, "phi": 0.125, "R_0": 0.5, "f": 1.0, "r": 1.0},
    "gradient": {**GOVERNOR, "eta": 1.0},
    "inspection": {**INSPECTION, "H": 4.0},
    "inspection_cutoffs": INSPECTION,
    "inspection_values": {"q": 0.5, "a": 0.5, **INSPECTION, "H": 4.0},
    "lowering": {**GOVERNOR, "up": 0.25, "down": 0.125},
    "pooled_estimate": {"w": 0.25, "q_f": 0.25, "p_eff": 0.75, "t": 0.5},
    "quantal": {**INSPECTION, "precision": 8.0},
    "quantal_expansion": {**INSPECTION, "precision": 8.0},
    "relapse_time": {"x_0": 0.75, "x_bar": 0.25, "d": 0.5},
    "replicator_constant": {"q": 0.5, "a": 0.25, **INSPECTION},
    "replicator_frequency": INSPECTION,
    "replicator_period": INSPECTION,
    "signal": SIGNAL,
    "signal_cutoffs": {"k": 0.5, "M": 1.0, "alpha": 0.25, "beta": 0.75},
    "signal_values": {"q": 0.25, "p_s": 0.5, **SIGNAL},
    "split_choice": {"b": 0.5, "a": 1.0, "d": 0.75, "F": 1.0, "chi": 0.125, "varsigma": 0.25},
    "split_marginal": {"varsigma": 0.5},
    "split_swings": {"low": 0.25, "high": 0.75},
    "stopping": LAB,
    "targeting": {"g": 0.5, "p_1": 0.25, "F_1": 1.0, "p_2": 0.5, "F_2": 1.0, "u": 0.5, "delta": 0.75},
    "tipping_share": {"t": 0.5, "mu_c": 0.125, **RATES},
}  # fmt: skip
"""Functions of floats or arrays, with a question that each of them answers."""

SINGLE: dict[str, dict[str, Any]] = {
    "congestion": {"thresholds": [0.25] * 5, "C": 1, "capacity": 2, "p_s": 0.75, "p_f": 0.25, "p_b": 0.125},
    "congestion_limit": {"t_0": 0.25, "t_1": 0.75, "mu": 1.0, "mu_c": 0.25, **RATES},
    "replicator": INSPECTION,
    "stopping_times": {**LAB, "horizon": 3},
    "tracking": {"required": [0.125, 0.25, 0.5], "eps": 0.25},
}
"""Functions of one game at a time."""

ASKED = MANY | SINGLE
UNASKED = ("bimatrix", "split_volumes")  # of matrices, and of nothing

PUBLIC = {name: getattr(games, name) for name in games.__all__}
RESULTS = {name: cls for name, cls in PUBLIC.items() if isinstance(cls, type)}
every_result = pytest.mark.parametrize("name", RESULTS)
every_function = pytest.mark.parametrize("name", ASKED)
every_function_of_arrays = pytest.mark.parametrize("name", MANY)


def parts(answer: Any) -> dict[str, Any]:
    """The fields of an answer, or the answer itself."""
    if dataclasses.is_dataclass(answer):
        return {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}
    return answer._asdict() if hasattr(answer, "_asdict") else {"": answer}


def section(doc: str, title: str) -> str:
    """Text of a section of a docstring in NumPy's style; empty where there is none."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", doc, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def described(doc: str, title: str) -> set[str]:
    """Names that a section describes."""
    heads = re.findall(r"^(\**\w[\w, ]*?)(?: :.*)?$", section(doc, title), re.MULTILINE)
    return {name.lstrip("*") for head in heads for name in head.split(", ")}


def test_the_tables_hold_every_function():
    assert PUBLIC.keys() - RESULTS.keys() == ASKED.keys() | set(UNASKED)
    assert list(games.__all__) == sorted(games.__all__)


@pytest.mark.parametrize("name", [*ASKED, *UNASKED])
def test_function_is_documented(name):
    doc, parameters = inspect.getdoc(PUBLIC[name]) or "", inspect.signature(PUBLIC[name]).parameters
    assert described(doc, "Parameters") == set(parameters)
    for title in ("Returns", "Examples", *(("Raises",) if parameters else ())):
        assert section(doc, title).strip(), title


@every_result
def test_result_is_documented_and_frozen(name):
    cls, doc = RESULTS[name], inspect.getdoc(RESULTS[name]) or ""
    if dataclasses.is_dataclass(cls):
        assert cls.__dataclass_params__.frozen
        assert cls.__str__ is not object.__str__
        names = {field.name for field in dataclasses.fields(cls)}
        inherited = {field for base in cls.__mro__[1:] for field in getattr(base, "__dataclass_fields__", ())}
        title = "Parameters" if cls is games.Bimatrix else "Attributes"
        assert names - inherited <= described(doc, title) <= names
    else:
        assert issubclass(cls, tuple)
        assert all(field in doc for field in cls._fields)


@every_function
def test_letters_are_keyword_only(name):
    kinds = {parameter.kind for parameter in inspect.signature(PUBLIC[name]).parameters.values()}
    assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}


@every_function
@pytest.mark.parametrize("bad", [math.nan, "0.5", None, True, 1j, [[0.5], [0.5, 0.5]], [math.nan]], ids=repr)
def test_no_number_is_refused_by_name(name, bad):
    for letter in ASKED[name]:
        with pytest.raises(ParameterError) as caught:
            PUBLIC[name](**{**ASKED[name], letter: bad})
        assert [problem.field for problem in caught.value.problems] == [letter]
        assert str(caught.value).startswith(f"{letter} = ")


@pytest.mark.parametrize("name", SINGLE)
def test_functions_of_one_game_refuse_arrays_by_name(name):
    for letter, x in SINGLE[name].items():
        for form in ([x, x], np.array([x]), np.array([], dtype=int)) if np.ndim(x) == 0 else ():
            with pytest.raises(ParameterError) as caught:
                PUBLIC[name](**{**SINGLE[name], letter: form})
            assert [problem.field for problem in caught.value.problems] == [letter]


@every_function
def test_single_numbers_give_plain_numbers(name):
    with np.errstate(all="raise"):
        answer = PUBLIC[name](**ASKED[name])
    for value in parts(answer).values():
        assert type(value) in (float, int, bool, str, tuple, np.ndarray)
        assert type(value) is not np.ndarray or name in (*SINGLE, "inspection", "signal")
        assert type(value) is not float or not math.isnan(value)
    if dataclasses.is_dataclass(answer):
        kept = parts(answer)
        for letter, value in ASKED[name].items():
            assert letter == "required" or np.array_equal(kept[letter], value)
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(answer, next(iter(kept)), None)


@every_function_of_arrays
def test_arrays_give_arrays_of_one_shape(name):
    letters = MANY[name]
    forms = {letter: np.full((2, 1) if i else (3,), x) for i, (letter, x) in enumerate(letters.items())}
    shape = (2, 3) if len(letters) > 1 else (3,)
    single = parts(PUBLIC[name](**letters))
    with np.errstate(all="raise"):
        answer = PUBLIC[name](**forms)
        alone = [PUBLIC[name](**{**letters, letter: np.full((2, 3), x)}) for letter, x in letters.items()]
    for found, expected in ((answer, shape), *((one, (2, 3)) for one in alone)):
        for field, value in parts(found).items():
            assert value.shape[: len(expected)] == expected, field
            one = value[(0,) * len(expected)]
            np.testing.assert_array_equal(value, np.broadcast_to(one, value.shape))
            np.testing.assert_array_equal(one, single[field])


@every_function
def test_answers_read_well(name):
    answer = PUBLIC[name](**ASKED[name])
    if not dataclasses.is_dataclass(answer):
        return
    assert str(answer) != repr(answer)
    assert not re.search(r"\b(nan|None|False|True)\b", str(answer))
    assert all(0 < len(line) <= 110 for line in str(answer).split("\n"))
    if name in MANY:
        letter, x = next(iter(MANY[name].items()))
        assert len(str(PUBLIC[name](**{**MANY[name], letter: np.full(7, x)}))) < 80
