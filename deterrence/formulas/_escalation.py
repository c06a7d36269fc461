"""Escalating sanctions."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Gt, Le, Limit, Piecewise, Symbol, ceiling, evaluate, log, oo

from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import R_0, f, g, n_star, p_eff, phi, r
from deterrence.games import escalation

_m, _n = Symbol("m", positive=True), Symbol("n", positive=True)

with evaluate(False):  # printed as written
    _needed = log((g - p_eff * r * phi) / (p_eff * r * R_0)) / log(1 + f)

_WAIT = Named(1 / p_eff, "E(T)", "E[T]")
_SQUARE = Named((2 - p_eff) / p_eff**2, "E(T^2)", "E[T^2]")


def _escalation_catches() -> Iterator[Step]:
    """From the compliance condition to the number of catches."""
    loss = R_0 * (1 + f) ** _n
    yield Step("Every catch multiplies the loss of reputation.",
               Eq(R_0 * (1 + f) ** (_n + 1), (1 + f) * loss))  # fmt: skip
    yield Step(
        "The lab is indifferent where the expected punishment is the gain; for real $n$ that is at the "
        "logarithm,",
        Eq(p_eff * r * (phi + loss), g),
        (Eq(_n, _needed),),
    )
    yield Step(
        "and as the punishment grows with $n$, the next whole number deters for good.",
        Gt(Derivative(p_eff * r * (phi + loss), _n), 0),
    )
    yield Step("Without growth it stays what it was.", Eq(loss, R_0), (Eq(f, 0),))


def _escalation_mean() -> Iterator[Step]:
    """Mean of a sum of geometric waiting times."""
    yield Step(
        "A violator is caught in each step with probability $p_{\\mathrm{eff}}$. The wait $T$ for a catch "
        "takes one step, and starts again unless that brings the catch.",
        Eq(_WAIT, 1 + (1 - p_eff) * _WAIT),
    )
    yield Step("The waits for $n$ catches add up.", Eq(_n * _WAIT, _n / p_eff))


def _escalation_variance() -> Iterator[Step]:
    """Variance of a sum of geometric waiting times."""
    yield Step(
        "The wait $T$ for a catch takes one step, and starts again unless that brings the catch: the mean,",
        Eq(_WAIT, 1 + (1 - p_eff) * _WAIT),
    )
    yield Step("and the mean of the square.", Eq(_SQUARE, 1 + (1 - p_eff) * (2 * _WAIT + _SQUARE)))
    yield Step("So the variance of one wait is", Eq(_SQUARE - _WAIT**2, (1 - p_eff) / p_eff**2))
    yield Step("and the waits for $n$ catches are independent, so that it adds up.",
               Eq(_n * (_SQUARE - _WAIT**2), _n * (1 - p_eff) / p_eff**2))  # fmt: skip


def _escalation_violation_rate() -> Iterator[Step]:
    """What is left of a finite time in the long run."""
    yield Step(
        "If the lab complies after finitely many steps, here $m$, the share of the first $n$ steps in which "
        "it violates vanishes.",
        Eq(Limit(_m / _n, _n, oo), 0),
    )
    yield Step(
        "If not, its expected punishment never grows beyond what it is.",
        Eq(Derivative(p_eff * r * (phi + R_0 * (1 + f) ** _n), _n), 0),
        (Eq(f, 0),),
    )


_GROWS = (
    "After $n$ catches the loss of reputation is $R_0 (1+f)^n$; gain, detection and fine stay the same.",
    "A tie complies.",
)
_CAUGHT = {"g": g, "p_eff": p_eff, "phi": phi, "R_0": R_0, "f": f, "r": r}

with evaluate(False):  # printed as written
    _at_once, _flat = Le(g, p_eff * r * (phi + R_0)), Eq(p_eff * r * (R_0 * f), 0)
    escalation_catches = Formula(
        name="escalation_catches",
        statement="How often a lab must be caught before it is deterred for good.",
        left="n^*",
        expr=Piecewise((0, _at_once), (oo, _flat), (ceiling(_needed), True)),
        function=escalation,
        arguments=_CAUGHT,
        result="catches",
        assumptions=_GROWS,
        derive=_escalation_catches,
    )
    escalation_mean = Formula(
        name="escalation_mean",
        statement="The expected steps, with a violation in each, until a lab is deterred for good.",
        left="E[t]",
        expr=Piecewise((0, _at_once), (oo, _flat), (n_star / p_eff, True)),
        where={n_star: ceiling(_needed)},
        function=escalation,
        arguments=_CAUGHT,
        result="steps_mean",
        assumptions=_GROWS,
        derive=_escalation_mean,
    )
    escalation_variance = Formula(
        name="escalation_variance",
        statement="The variance of these steps, which are negative binomial.",
        left=r"\operatorname{Var}(t)",
        expr=Piecewise((0, _at_once), (oo, _flat), (n_star * (1 - p_eff) / p_eff**2, True)),
        where={n_star: ceiling(_needed)},
        function=escalation,
        arguments=_CAUGHT,
        result="steps_variance",
        assumptions=_GROWS,
        derive=_escalation_variance,
    )
    escalation_violation_rate = Formula(
        name="escalation_violation_rate",
        statement="The long-run violations per step.",
        left=r"\bar q",
        expr=Piecewise((0, _at_once), (1, _flat), (0, True)),
        function=escalation,
        arguments=_CAUGHT,
        result="violation_rate",
        assumptions=_GROWS,
        derive=_escalation_violation_rate,
    )
