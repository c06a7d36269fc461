"""Aggregates."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Le, Piecewise, Symbol, evaluate

from deterrence import _aggregates as numeric
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    H,
    N,
    V,
    alpha,
    beta,
    checks,
    k,
    n_P,
    n_V,
    p,
    p_b,
    p_eff,
    p_f,
    p_s,
    penalty,
    pi_0,
    pi_1,
    q_f,
    rents,
)


def _expected_audits() -> Iterator[Step]:
    audits = expected_audits.named
    rates = (Eq(p_f, alpha * pi_1 + (1 - alpha) * pi_0), Eq(p_s, beta * pi_1 + (1 - beta) * pi_0))
    yield Step(
        "They follow suspicious signals and clean ones.",
        Eq(audits, pi_1 * (alpha * n_P + beta * n_V) + pi_0 * ((1 - alpha) * n_P + (1 - beta) * n_V)),
        rates,
    )
    yield Step("There are no more of them than running labs.", Le(audits, n_P + n_V))


def _expected_checks() -> Iterator[Step]:
    rates = (Eq(q_f, p_f + (1 - p_f) * p_b), Eq(p_eff, p_s + (1 - p_s) * p_b))
    yield Step(
        "They are the audits and, of the running labs left, the backchecks.",
        Eq(expected_checks.named, expected_audits.named + p_b * ((1 - p_f) * n_P + (1 - p_s) * n_V)),
        rates,
    )


def _expected_catches() -> Iterator[Step]:
    yield Step("There are no more of them than checks.", Le(expected_catches.named, expected_checks.named))


def _expected_penalties() -> Iterator[Step]:
    yield Step(
        "Each catch moves the same amount.", Eq(expected_penalties.named / expected_catches.named, penalty)
    )


def _expected_revenue() -> Iterator[Step]:
    yield Step("Each permit is paid for at the one price.", Eq(Derivative(expected_revenue.named, n_P), p))


def _compliance_rate() -> Iterator[Step]:
    deterred = Symbol("n_D", nonnegative=True)
    rate = compliance_rate.named
    yield Step("A lab that does not violate has a permit or is deterred.", Eq(rate, (n_P + deterred) / N),
               (Eq(n_P, N - n_V - deterred),))  # fmt: skip
    yield Step("Each violator lowers it by the same amount.", Eq(Derivative(rate, n_V), -1 / N))


def _expected_welfare() -> Iterator[Step]:
    paid, fined = Symbol("T", nonnegative=True), Symbol("Z", nonnegative=True)
    labs = Named(rents + V * n_V - paid - fined, "labs", r"\Pi_{\mathrm{labs}}")
    governor = Named(paid + fined - k * checks, "Governor", r"\Pi_{\mathrm{Governor}}")
    yield Step(
        "What labs pay for permits and in penalties, $T$ and $Z$, the Governor receives, so that it drops "
        "out of the sum with the harm to others.",
        Eq(expected_welfare.named, labs + governor - H * n_V),
    )
    yield Step("A violation adds to welfare what racing is worth beyond its harm.",
               Eq(Derivative(expected_welfare.named, n_V), V - H))  # fmt: skip
    yield Step("A check costs its price.", Eq(Derivative(expected_welfare.named, checks), -k))


_MEANS = "Whether a running lab is audited or backchecked does not depend on how many others run."

with evaluate(False):  # printed as written
    expected_audits = Formula(
        name="expected_audits",
        statement="The expected signal-triggered audits.",
        left=r"E[\text{audits}]",
        expr=p_f * n_P + p_s * n_V,
        function=numeric.expected_audits,
        assumptions=(_MEANS,),
        derive=_expected_audits,
    )
    expected_checks = Formula(
        name="expected_checks",
        statement="The expected audits and backchecks.",
        left=r"E[\text{checks}]",
        expr=q_f * n_P + p_eff * n_V,
        function=numeric.expected_checks,
        assumptions=(_MEANS,),
        derive=_expected_checks,
    )
    expected_catches = Formula(
        name="expected_catches",
        statement="The expected violators found.",
        left=r"E[\text{catches}]",
        expr=p_eff * n_V,
        function=numeric.expected_catches,
        assumptions=(_MEANS,),
        derive=_expected_catches,
    )
    expected_penalties = Formula(
        name="expected_penalties",
        statement=r"The expected money collected from violators, with $\varphi$ the penalty of one catch.",
        left=r"E[\text{penalties}]",
        expr=penalty * (p_eff * n_V),
        function=numeric.expected_penalties,
        assumptions=(_MEANS, "Money only: no reputation, and no risk multiplier."),
        derive=_expected_penalties,
    )
    expected_revenue = Formula(
        name="expected_revenue",
        statement="The expected revenue from permits.",
        left=r"E[\text{revenue}]",
        expr=Piecewise((0, Eq(n_P, 0)), (p * n_P, True)),
        function=numeric.expected_revenue,
        assumptions=("The price or the number of permits is certain: $p$ stands for $E[p]$ under a cap.",),
        derive=_expected_revenue,
    )
    compliance_rate = Formula(
        name="compliance_rate",
        statement="The expected share of all labs that do not violate.",
        left=r"E[\text{compliance rate}]",
        expr=1 - n_V / N,
        function=numeric.compliance_rate,
        valid=(Le(n_V, N),),
        derive=_compliance_rate,
    )
    expected_welfare = Formula(
        name="expected_welfare",
        statement=(
            "The expected welfare: the rents $S$ of permit holders and violators, racing value less harm, "
            "and the cost of the $X$ checks."
        ),
        left="E[W]",
        expr=rents + (V - H) * n_V - k * checks,
        function=numeric.expected_welfare,
        assumptions=("Prices, fines and collateral are transfers.", "The racing value counts as social."),
        source=("polinsky",),
        derive=_expected_welfare,
    )
