"""Violations."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Derivative,
    Eq,
    Ge,
    Gt,
    Integral,
    Le,
    Lt,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    betainc_regularized,
    binomial,
    evaluate,
)

from deterrence import _violations as numeric
from deterrence._prediction import predict
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import D, Math, N, Q, V, c, g, j, kappa, r, r0, r1, u_hat, v

_m = Symbol("m", integer=True, nonnegative=True)
_t = Symbol("t", positive=True)


def _cut_off_value() -> Iterator[Step]:
    cut_off = cut_off_value.named
    yield Step("The margin of a lab without a permit is its distance from the cut-off.",
               Eq(r * D - (v - c + V), cut_off - v))  # fmt: skip
    yield Step("Detection and punishment move it up,", Eq(Derivative(cut_off, D), r))
    yield Step("racing value moves it down.", Eq(Derivative(cut_off, V), -1))


def _defection_probability() -> Iterator[Step]:
    chance = defection_probability.named
    inside = (Eq(g, D * (r0 + (r1 - r0) * kappa)), Gt(r1, r0))
    yield Step(
        "A lab violates if $rD < g$, that is if its multiplier lies below $g/D$.",
        Eq(chance, Integral(1 / (r1 - r0), (_t, r0, g / D))),
        inside,
    )
    yield Step("A larger gain invites,", Gt(Derivative(chance, g), 0), inside)
    yield Step("a larger expected punishment deters.", Lt(Derivative(chance, D), 0), inside)
    yield Step("A gain below what the boldest lab fears invites nobody.", Eq(chance, 0), (Lt(g, r0 * D),))
    yield Step("Without punishment, any gain invites all.", Eq(chance, 1), (Eq(D, 0), Gt(g, 0)))


def _violator_pmf() -> Iterator[Step]:
    def term(m: Math) -> Math:
        return binomial(N, m) * (1 - u_hat) ** m * u_hat ** (N - m)

    small = (Eq(N, 4), Eq(Q, 2))
    yield Step(
        r"The permits go to the best labs first, so that of the $\hat M$ labs above the cut-off $(\hat "
        r"M-Q)^+$ are left without. There is no violator if $\hat M \le Q$; here for four labs and two "
        r"permits.",
        Eq(Sum(term(_m), (_m, 0, Q)), Integral(12 * _t * (1 - _t) ** 2, (_t, 0, u_hat))),
        small,
    )
    total = Integral(12 * _t * (1 - _t) ** 2, (_t, 0, u_hat)) + term(Q + 1) + term(Q + 2)
    yield Step("The probabilities sum to 1.", Eq(total, 1), small)
    yield Step(
        "One violator more changes the probability by the odds of being above the cut-off.",
        Eq(term(Q + j + 1) / term(Q + j), (N - Q - j) * (1 - u_hat) / ((Q + j + 1) * u_hat)),
    )


def _violator_mean() -> Iterator[Step]:
    mean = violator_mean.named
    small = (Eq(N, 5), Eq(Q, 2))
    yield Step(
        "It is the number of labs times the mean, over those above the cut-off, of the probability to be "
        "without a permit; here for five labs and two permits.",
        Eq(mean, N * Integral(1 - _t**4 - 4 * _t**3 * (1 - _t), (_t, u_hat, 1))),
        small,
    )
    yield Step(
        "If every lab would violate, all without a permit do.", Eq(mean, N - Q), (*small, Eq(u_hat, 0))
    )
    yield Step("If none would, none does.", Eq(mean, 0), (*small, Eq(u_hat, 1)))
    yield Step(
        "A higher cut-off deters the labs at the cut-off that are without a permit.",
        Eq(Derivative(mean, u_hat), -N * (1 - u_hat**4 - 4 * u_hat**3 * (1 - u_hat))),
        small,
    )


def _expected_violators() -> Iterator[Step]:
    yield Step(
        "A lab at quantile $u$ is without a permit with probability $\\ell(u)$, and then gains "
        "$F^{-1}(u) - c + V$. For example, if rents and the punishments that labs expect are uniform on "
        "$[0, 1]$, then $\\delta(s) = s$, and for two labs and one permit $\\ell(u) = 1-u$:",
        Eq(2 * Integral((1 - _t) * _t, (_t, 0, 1)), Rational(1, 3)),
    )
    yield Step(
        "the same as from the larger of the rents, with density $2x$, below which the other violates with "
        "probability $x/2$.",
        Eq(Integral(_t**2, (_t, 0, 1)), Rational(1, 3)),
    )


MIN_RULE = "The gain is $g = \\min(p, v - c) + V$, and bids are truthful."
ALIKE = "All labs share one risk multiplier; values are independent, with a continuous distribution."

with evaluate(False):  # printed as written
    _u, _chance = Symbol("u"), Named(Symbol("chance"), "delta(v(u) - c + V)", r"\delta(F^{-1}(u) - c + V)")
    cut_off_value = Formula(
        name="cut_off_value",
        statement="The value above which a lab without a permit violates.",
        left=r"\hat v",
        expr=c - V + r * D,
        function=numeric.cut_off_value,
        assumptions=(MIN_RULE,),
        source=("becker",),
        derive=_cut_off_value,
    )
    defection_probability = Formula(
        name="defection_probability",
        statement="The probability that a lab without a permit violates for the gain $g$.",
        left=r"\delta(g)",
        expr=Piecewise((0, Le(g, r0 * D)), (1, Ge(g, r1 * D)), ((g / D - r0) / (r1 - r0), True)),
        function=numeric.defection_probability,
        valid=(Le(r0, r1),),
        assumptions=("Risk multipliers are uniform on $[r_0, r_1]$.", "A tie complies."),
        source=("becker",),
        derive=_defection_probability,
    )
    violator_pmf = Formula(
        name="violator_pmf",
        statement="The probability of $j$ violators.",
        left=r"\Pr(n_V = j)",
        expr=Piecewise(
            (betainc_regularized(N - Q, Q + 1, 0, u_hat), (Q < N) & Eq(j, 0)),
            (1, Eq(j, 0)),
            (0, Gt(j, N - Q)),
            (binomial(N, Q + j) * (1 - u_hat) ** (Q + j) * u_hat ** (N - Q - j), True),
        ),
        function=numeric.violator_pmf,
        assumptions=(MIN_RULE, ALIKE),
        derive=_violator_pmf,
    )
    violator_mean = Formula(
        name="violator_mean",
        statement="The expected number of violators.",
        left="E[n_V]",
        expr=Sum((_m - Q) * binomial(N, _m) * (1 - u_hat) ** _m * u_hat ** (N - _m), (_m, Q + 1, N)),
        function=numeric.violator_mean,
        assumptions=(MIN_RULE, ALIKE),
        derive=_violator_mean,
    )
    expected_violators = Proposition(
        name="expected_violators",
        statement="The expected number of violators for any distributions of values and multipliers.",
        where={
            Named(Symbol("mean"), "E[n_V]"): N
            * Integral(Named(Symbol("l"), "l(u)", r"\ell(u)") * _chance, (_u, 0, 1)),
        },
        function=predict,
        result="violations",
        assumptions=(
            MIN_RULE,
            "Values and multipliers are independent, the values with a continuous distribution function $F$.",
        ),
        source=("david",),
        derive=_expected_violators,
    )
