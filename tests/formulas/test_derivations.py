"""Every step of every derivation is verified by SymPy, and a step that is false is not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import sympy
from sympy import Derivative, Eq, Ge, Gt, Integral, Le, Limit, Lt, Max, Min, Piecewise, Sum

from deterrence import formulas
from deterrence.formulas import Step, glossary

LETTERS = {str(symbol): symbol for symbol in glossary}
P, B, g, c, x, v_star = (LETTERS[name] for name in ("P", "B", "g", "c", "x", "v_star"))
alpha, beta, pi_1, pi_0, p_b = (LETTERS[name] for name in ("alpha", "beta", "pi_1", "pi_0", "p_b"))
K, L, phi, N, Q, u = (LETTERS[name] for name in ("K", "L", "phi", "N", "Q", "u"))

STEPS = {
    f"{name}-{number}": step
    for name, formula in formulas.registry.items()
    for number, step in enumerate(formula.steps, start=1)
}
every_step = pytest.mark.parametrize("step", STEPS.values(), ids=list(STEPS))

OPPOSITE = {Lt: Ge, Le: Gt, Gt: Le, Ge: Lt}


@every_step
def test_is_verified(step):
    assert step.verify() is True


INEQUALITIES = {name: step for name, step in STEPS.items() if type(step.claim) in OPPOSITE}
EQUATIONS = {name: step for name, step in STEPS.items() if isinstance(step.claim, Eq)}
SOME = np.random.default_rng(5).permutation(list(EQUATIONS))[:60].tolist()


@pytest.mark.parametrize("step", INEQUALITIES.values(), ids=list(INEQUALITIES))
def test_the_opposite_of_an_inequality_is_refused(step):
    opposite = OPPOSITE[type(step.claim)](*step.claim.args, evaluate=False)
    assert dataclasses.replace(step, claim=opposite).verify() is False


@pytest.mark.parametrize("name", SOME)
def test_an_equation_that_is_off_is_refused(name):
    step = EQUATIONS[name]
    left, right = step.claim.args
    off = right + sympy.Rational(1, 1000) if right.is_finite is not False else sympy.S(10) ** 9
    assert dataclasses.replace(step, claim=Eq(left, off, evaluate=False)).verify() is False


def unevaluated(relation, left, right):
    return relation(left, right, evaluate=False)


t = sympy.Symbol("t", positive=True)
m = sympy.Symbol("m", integer=True, nonnegative=True)
FALSE = {
    "sign": unevaluated(Eq, Derivative(1 / x, x), 1 / x**2),
    "factor": unevaluated(Eq, (1 - (1 - pi_1) * (1 - p_b)), pi_1 + p_b),
    "limit": unevaluated(Eq, Limit(P * beta / (v_star - c), v_star, c, "+"), 0),
    "integral": unevaluated(Eq, Integral(2 * t, (t, 0, u)), u),
    "sum": unevaluated(Eq, Sum(m, (m, 0, N)), N**2 / 2),
    "clip": unevaluated(Eq, Min(1, x), x),
    "branch": unevaluated(Eq, Piecewise((0, x < 1), (1, True)), 1),
    "strict where it can be equal": unevaluated(Gt, Max(0, x - 1), 0),
    "probability": unevaluated(Le, alpha + beta, 1),
    "money": unevaluated(Ge, B - g, 0),
    "more audits": unevaluated(Lt, beta * pi_1 + (1 - beta) * pi_0, pi_1),
    "undecided": unevaluated(Eq, Min(K + phi, L), L),
}


@pytest.mark.parametrize("claim", FALSE.values(), ids=list(FALSE))
def test_a_false_claim_is_refused(claim):
    assert Step("Planted.", claim).verify() is False


CONDITIONS = {
    "clipped below": (unevaluated(Eq, Min(1, x), x), (Lt(x, 1),)),
    "clipped above": (unevaluated(Eq, Min(1, x), 1), (Gt(x, 1),)),
    "cap binds": (unevaluated(Eq, Min(K + phi, L), L), (Lt(L, K + phi),)),
    "gain within reach": (unevaluated(Ge, B - g, 0), (Gt(B, g),)),
    "signal tells": (unevaluated(Gt, beta - alpha, 0), (Gt(beta, alpha),)),
    "ratio above 1": (unevaluated(Gt, P * beta, v_star - c), (Gt(P * beta / (v_star - c), 1), Gt(v_star, c))),
    "given number": (unevaluated(Eq, Sum(sympy.binomial(N, m), (m, 0, N)), 32), (Eq(N, 5),)),
}


@pytest.mark.parametrize(("claim", "given"), CONDITIONS.values(), ids=list(CONDITIONS))
def test_conditions_are_used(claim, given):
    assert Step("With its condition.", claim, given).verify() is True
    assert Step("Without.", claim).verify() is False


def test_a_condition_that_contradicts_the_claim_refutes_it():
    claim = unevaluated(Eq, Min(1, x), x)
    assert Step("The wrong side.", claim, (Gt(x, 1),)).verify() is False


def test_nothing_is_stated_without_a_derivation():
    assert all(formula.steps for formula in formulas.registry.values())


def test_the_derivation_of_the_specification_is_complete():
    text = formulas.optimal_pi_1.derivation()
    for part in ("Objective.", "Second-order condition.", "KKT", "Stationarity.", "First case", "Second case",
                 "Third case", "Clipping.", "Maximum.", "Sensitivities.", "Limits.", "Ceiling.", "Status.",
                 "Relation to the least-cost deterrent", "Exactly one is below 1", "Deterrence.",
                 "audits", "One objective for both."):  # fmt: skip
        assert part in text
