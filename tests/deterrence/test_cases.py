"""Worked examples, computed by hand in fractions: ``cases/worked.json`` says how and after whom."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import pytest

import deterrence as dt

CASES = json.loads((Path(__file__).parents[1] / "cases" / "worked.json").read_text())
CLOSED_FORMS = {
    name
    for name in dt.__all__
    if getattr(getattr(dt, name), "__module__", "").split(".")[-1]
    in ("_detection", "_punishment", "_compliance", "_threshold", "_audit")
    and not isinstance(getattr(dt, name), type)
}


def number(text):
    return math.inf if text == "inf" else Fraction(text)


def close(exact):
    return pytest.approx(float(exact), rel=1e-14, abs=0.0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['function']}-{case['by_hand'][:24]}")
def test_worked_example(case):
    given, answer = dict(case["given"]), case["answer"]
    if case["function"] == "threshold":
        result = dt.threshold(case["variable"], **given)
        assert result.exists is (answer is not None)
        assert result.variable == case["variable"]
        assert result.side == case.get(
            "side", "at most" if case["variable"] in ("g", "V", "p", "v") else "at least"
        )
        assert result.value == (None if answer is None else close(number(answer)))
    elif case["function"] == "least_cost_policy":
        policy = dt.least_cost_policy(**given)
        assert policy.feasible is True
        assert (policy.pi_1, policy.pi_0, policy.cost) == tuple(close(number(part)) for part in answer)
    elif case["function"] == "sanction_objective":
        assert dt.sanction_objective(given.pop("pi"), **given) == close(number(answer))
    else:
        assert getattr(dt, case["function"])(**given) == close(number(answer))


def test_every_closed_form_has_an_example():
    """But for `complies`, whose examples are ties."""
    assert {case["function"] for case in CASES} == CLOSED_FORMS - {"complies"}
    assert len(CLOSED_FORMS) > 15
