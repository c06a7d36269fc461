"""Audit rules."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Ge, Gt, Integral, Le, Limit, Lt, Min, Piecewise, Symbol, evaluate, oo

from deterrence import _audit as numeric
from deterrence.formulas import _optimal
from deterrence.formulas._audit_thresholds import threshold_pi_1
from deterrence.formulas._formula import Formula
from deterrence.formulas._optimal import ABOVE, BELOW, ratio
from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    B,
    P,
    alpha,
    beta,
    c,
    g,
    none,
    p_b,
    pi,
    pi_0,
    pi_1,
    t,
    v_star,
    x,
)

_s = Symbol("s", positive=True)


def _deterrence_ratio() -> Iterator[Step]:
    best = P * beta - (v_star - c)
    yield Step(
        "It sets the largest expected sanction, that at $\\pi_1 = 1$, against the rent. Above 1 the marginal "
        "lab can be deterred,",
        Gt(best, 0),
        ABOVE,
    )
    yield Step("below 1 it cannot,", Lt(best, 0), BELOW)
    yield Step("and at 1 it is indifferent.", Eq(best, 0), (Eq(v_star, c + P * beta),))
    yield Step("It grows without bound as the rent vanishes.", Eq(Limit(ratio(), v_star, c, "+"), oo))


def _sanction_objective() -> Iterator[Step]:
    U = sanction_objective.named
    yield Step("A little more auditing gains", Eq(Derivative(U, pi), P * beta - (v_star - c) * pi))
    yield Step("which is worth less and less.", Lt(Derivative(U, (pi, 2)), 0), (Gt(v_star, c),))
    yield Step("Without audits there is neither sanction nor disruption.", Eq(U, 0), (Eq(pi, 0),))


def _least_cost_pi_1() -> Iterator[Step]:
    star = Named((v_star - c) / (P * beta), "pi_1", r"\pi_1")
    yield Step("At this probability the expected sanction equals the rent: the marginal lab is indifferent, "
               "and complies.", Eq(P * beta * star, v_star - c))  # fmt: skip
    yield Step(
        "More audits deter more, so it is the smallest that deters.",
        Ge(Derivative(pi * P * beta - (v_star - c), pi), 0),
    )
    yield Step("It can be reached if and only if $x \\ge 1$: it is at most 1 there,", Le(star, 1), ABOVE)
    yield Step(
        "and above 1, that is out of reach, where $x < 1$; the rule is then 1 and does not deter.",
        Gt(star, 1),
        BELOW,
    )
    yield Step("It falls in the punishment,", Lt(Derivative(star, P), 0), ABOVE)
    yield Step("in the signal quality,", Lt(Derivative(star, beta), 0), ABOVE)
    yield Step(
        "and it rises with the rent: the opposite of the specification's rule in every argument.",
        Gt(Derivative(star, v_star), 0),
        ABOVE,
    )
    yield Step("Where there is no rent nothing needs to be deterred.", Eq(Limit(star, v_star, c, "+"), 0))
    yield Step(
        "It is the threshold in $\\pi_1$ without base audits and backchecks.",
        Eq(Named(threshold_pi_1.expanded, "threshold_pi_1", r"\pi_1^*"), star),
        (Eq(g, v_star - c), Eq(B, P), Eq(pi_0, 0), Eq(p_b, 0), *ABOVE),
    )


def _deterred_share() -> Iterator[Step]:
    d = Symbol("d", positive=True)
    yield Step(
        "Auditing at $\\pi_1$ deters the labs whose rent $s$, uniform on $[0, d]$, is at most the expected "
        "sanction $\\pi_1 x d$, or all.",
        Eq(Integral(1 / d, (_s, 0, pi_1 * x * d)), pi_1 * x),
    )
    share = deterred_share.named
    yield Step("Certain audits deter all where $x > 1$,", Eq(share, 1), (Eq(pi_1, 1), Gt(x, 1)))
    yield Step(
        "and the share $x$ where $x < 1$, the largest in reach.", Eq(share, x), (Eq(pi_1, 1), Lt(x, 1))
    )
    yield Step("The least-cost deterrent deters all, too.", Eq(share, 1), (Eq(pi_1, 1 / x), Gt(x, 1)))
    yield Step("The specification's rule, as an audit probability, deters fewer.",
               Eq(share, x**2), (Eq(pi_1, x), Lt(x, 1)))  # fmt: skip


_BETWEEN = Eq(t, (beta + _s) / (1 + _s))
"""A rate between beta and 1."""


def _policy_pi_1() -> Iterator[Step]:
    kept = Named((t - (1 - beta) * pi_0) / beta, "pi_1", r"\pi_1")
    yield Step(
        "Keep the rate at $t$, with $\\pi_1$ making room for $\\pi_0$.",
        Eq(beta * kept + (1 - beta) * pi_0, t),
    )
    yield Step(
        "Then more audits after clean signals change the bill per compliant running lab by",
        Eq(Derivative(alpha * kept + (1 - alpha) * pi_0, pi_0), (beta - alpha) / beta),
    )
    yield Step(
        "so that suspicious signals come first if they tell violators from compliant labs, and clean ones if "
        "they mislead, in the order of Neyman and Pearson. For the bills per audit of a violator compare as",
        Lt(alpha / beta, (1 - alpha) / (1 - beta)),
        (Gt(beta, alpha),),
    )
    yield Step("and as", Gt(alpha / beta, (1 - alpha) / (1 - beta)), (Lt(beta, alpha),))
    yield Step("Alone, suspicious signals reach the rate with $t/\\beta$,", Eq(beta * (t / beta), t))
    yield Step("which is a probability as long as $t \\le \\beta$.", Le(t / beta, 1), (Lt(t, beta),))


def _policy_pi_0() -> Iterator[Step]:
    rest = (t - beta) / (1 - beta)
    yield Step(
        "Beyond $t = \\beta$ suspicious signals are always audited, and audits after clean ones supply the "
        "rest.",
        Eq(beta + (1 - beta) * rest, t),
    )
    yield Step("That takes a probability above 0", Gt(rest, 0), (_BETWEEN,))
    yield Step("and below 1.", Lt(rest, 1), (_BETWEEN,))


def _policy_cost() -> Iterator[Step]:
    low = Named(alpha * t / beta, "C_low", r"C^*_{\mathrm{low}}(t)")
    high = Named(alpha + (1 - alpha) * ((t - beta) / (1 - beta)), "C_high", r"C^*_{\mathrm{high}}(t)")
    yield Step(
        "With a telling signal the bill rises up to $t = \\beta$ at", Eq(Derivative(low, t), alpha / beta)
    )
    yield Step("and beyond at", Eq(Derivative(high, t), (1 - alpha) / (1 - beta)))
    yield Step("which is more, so that it is convex.", Gt(Derivative(high, t), Derivative(low, t)),
               (Gt(beta, alpha),))  # fmt: skip
    yield Step("The two parts meet.", Eq(low, high), (Eq(t, beta),))
    yield Step("The bill is never more than that of blind audits at rate $t$,", Le(low, t),
               (Gt(t, 0), Gt(beta, alpha)))  # fmt: skip
    yield Step("on either side.", Le(high, t), (_BETWEEN, Gt(beta, alpha)))


with evaluate(False):  # printed as written
    deterrence_ratio = Formula(
        name="deterrence_ratio",
        statement="The largest expected sanction over the rent of the marginal lab.",
        left="x",
        expr=Piecewise((P * beta / (v_star - c), Gt(v_star, c)), (oo, True)),
        function=numeric.deterrence_ratio,
        assumptions=("No base audits, no backchecks, no racing value, risk multiplier 1.",),
        source=("becker",),
        derive=_deterrence_ratio,
    )
    sanction_objective = Formula(
        name="sanction_objective",
        statement="The objective that the specification's audit probability maximises.",
        left=r"U(\pi)",
        expr=_optimal.objective(pi),
        function=numeric.sanction_objective,
        assumptions=(
            "It is an objective that yields the specification's expression, found by inverting its "
            "first-order condition. The compliance condition does not imply it.",
        ),
        derive=_sanction_objective,
    )
    optimal_pi_1 = Formula(
        name="optimal_pi_1",
        statement=(
            "The specification's audit probability after a suspicious signal: the maximiser of the "
            "expected sanction less a convex disruption by audits. It deters the marginal lab if and only "
            "if $x \\ge 1$, where it is 1. The smallest probability that deters is the least-cost "
            "deterrent."
        ),
        left=r"\pi_1^{\mathrm{spec}}",
        expr=_optimal.specification(),
        function=numeric.optimal_pi_1,
        assumptions=(
            "The Governor maximises $U(\\pi)$; the compliance condition alone does not imply this rule.",
            "No base audits, no backchecks, no racing value, risk multiplier 1.",
            "0 where $v^* < c$, by convention: there is nothing to deter.",
        ),
        source=("specification",),
        derive=_optimal.derivation,
    )
    least_cost_pi_1 = Formula(
        name="least_cost_pi_1",
        statement=(
            "The least-cost deterrent: the smallest audit probability after a suspicious signal at which "
            "the marginal lab complies. It deters if and only if $x \\ge 1$; where $x < 1$ it is 1, and "
            "nothing deters."
        ),
        left=r"\pi_1^{\mathrm{lc}}",
        expr=_optimal.least_cost(),
        function=numeric.least_cost_pi_1,
        assumptions=(
            "The lab complies if and only if the expected sanction is at least its gain, here its rent.",
            "No base audits, no backchecks, no racing value, risk multiplier 1.",
        ),
        source=("becker",),
        derive=_least_cost_pi_1,
    )
    deterred_share = Formula(
        name="deterred_share",
        statement="The share of labs without a permit that auditing at $\\pi_1$ deters.",
        left=r"h(\pi_1)",
        expr=Min(1, pi_1 * x),
        function=numeric.deterred_share,
        assumptions=("The rents of labs without a permit are uniform on $[0, v^*-c]$.",),
        derive=_deterred_share,
    )
    _COST = (
        "Everyone is deterred, so that all running labs are compliant.",
        "Where several pairs cost the same, the one with the fewest audits.",
    )
    _first = Piecewise(
        (0, Le(t, 0)), (none, Gt(t, 1)), (t, Eq(alpha, beta)), (Min(1, t / beta), Gt(beta, alpha)),
        (0, Le(t, 1 - beta)), ((t - (1 - beta)) / beta, True),
    )  # fmt: skip
    _second = Piecewise(
        (0, Le(t, 0)), (none, Gt(t, 1)), (t, Eq(alpha, beta)), (Min(1, t / (1 - beta)), Lt(beta, alpha)),
        (0, Le(t, beta)), ((t - beta) / (1 - beta), True),
    )  # fmt: skip
    least_cost_policy_pi_1 = Formula(
        name="least_cost_policy_pi_1",
        statement=(
            "The audit probability after a suspicious signal in the cheapest policy that audits violators "
            "at rate $t$."
        ),
        left=r"\pi_1^{\mathrm{pair}}",
        expr=_first,
        function=numeric.least_cost_policy,
        result="pi_1",
        assumptions=_COST,
        source=("polinsky", "neyman"),
        derive=_policy_pi_1,
    )
    least_cost_policy_pi_0 = Formula(
        name="least_cost_policy_pi_0",
        statement="The audit probability after a clean signal in the same policy.",
        left=r"\pi_0^{\mathrm{pair}}",
        expr=_second,
        function=numeric.least_cost_policy,
        result="pi_0",
        assumptions=_COST,
        source=("polinsky", "neyman"),
        derive=_policy_pi_0,
    )
    least_cost_policy_cost = Formula(
        name="least_cost_policy_cost",
        statement="The audits per compliant running lab of the same policy.",
        left="C^*(t)",
        expr=Piecewise(
            (0, Le(t, 0)),
            (none, Gt(t, 1)),
            (t, Eq(alpha, beta)),
            (alpha * t / beta, (beta > alpha) & (t <= beta)),
            (alpha + (1 - alpha) * (t - beta) / (1 - beta), Gt(beta, alpha)),
            ((1 - alpha) * t / (1 - beta), Le(t, 1 - beta)),
            (1 - alpha + alpha * (t - (1 - beta)) / beta, True),
        ),
        function=numeric.least_cost_policy,
        result="cost",
        assumptions=_COST,
        source=("polinsky",),
        derive=_policy_cost,
    )
