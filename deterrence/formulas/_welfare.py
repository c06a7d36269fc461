"""Welfare, and the transfers that cancel in it."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Gt, Lt, Min, Symbol, evaluate

from deterrence import _aggregates as numeric
from deterrence import _welfare
from deterrence.formulas._aggregates import expected_welfare
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    H,
    K,
    L,
    V,
    checks,
    k,
    n_P,
    n_V,
    p,
    p_eff,
    penalties,
    penalty,
    phi,
    rents,
    revenue,
)


def _lab_surplus() -> Iterator[Step]:
    fined = penalty * p_eff * n_V
    surplus = Named(rents + V * n_V - p * n_P - fined, "lab_surplus", lab_surplus.left)
    yield Step("With one price for all permits, and one penalty for every violator that is found, it is",
               Eq(lab_surplus.named, surplus.args[0]),
               (Eq(revenue, p * n_P), Eq(penalties, fined)))  # fmt: skip
    yield Step(
        "and a violation is worth to the labs its racing value, less the penalty that they expect to pay.",
        Eq(Derivative(surplus, n_V), V - p_eff * penalty),
    )


def _governor_budget() -> Iterator[Step]:
    fined = penalty * p_eff * n_V
    budget = Named(p * n_P + fined - k * checks, "governor_budget", governor_budget.left)
    yield Step("With one price for all permits, and one penalty for every violator that is found, it is",
               Eq(governor_budget.named, budget.args[0]),
               (Eq(revenue, p * n_P), Eq(penalties, fined)))  # fmt: skip
    yield Step("so that each permit brings its price", Eq(Derivative(budget, n_P), p))
    yield Step("and each violation the penalty that it is expected to lead to.",
               Eq(Derivative(budget, n_V), p_eff * penalty))  # fmt: skip
    yield Step("A check costs its price.", Eq(Derivative(budget, checks), -k))


def _welfare_decomposition() -> Iterator[Step]:
    labs, governor, total = lab_surplus.named, governor_budget.named, expected_welfare.named
    yield Step(
        "What labs pay for permits and when caught, the Governor receives. It cancels in the sum of the "
        "labs' surplus, the Governor's budget and the harm to others.",
        Eq(labs + governor - H * n_V, total),
    )
    yield Step("A dearer permit moves money from the labs to the Governor",
               Eq(Derivative(labs, revenue), -Derivative(governor, revenue)))  # fmt: skip
    yield Step("and leaves welfare as it is, as long as nobody acts on it.",
               Eq(Derivative(labs + governor - H * n_V, revenue), 0))  # fmt: skip
    yield Step("So does a higher penalty.", Eq(Derivative(labs + governor - H * n_V, penalties), 0))
    fine = Named(Min(K + phi, L) - Min(K, L), "fine", r"\varphi - \min(K, L)")
    yield Step(
        "Of a penalty the deposit is lost first, up to the liability cap, and the rest is paid: the whole "
        "fine under a cap that does not bind,",
        Eq(fine, phi),
        (Gt(L, K + phi),),
    )
    yield Step("what the deposit leaves of a cap that does,", Eq(fine, L - K), (Gt(phi, L - K), Gt(L, K)))
    yield Step("and nothing under a cap below the deposit.", Eq(fine, 0), (Lt(L, K),))
    loss = Symbol("R", nonnegative=True)
    yield Step(
        "A loss of reputation $R$ deters, but no money moves: it enters neither account.",
        Eq(Derivative(labs + governor, loss), 0),
    )


_MONEY = "In money: without losses of reputation and risk multipliers, which deter but are paid to nobody."

with evaluate(False):  # printed as written
    lab_surplus = Formula(
        name="lab_surplus",
        statement=(
            "The expected surplus of the labs: the rents $S$ and the racing value, less what they pay for "
            "permits, $T$, and when caught, $Z$."
        ),
        left=r"\Pi_{\mathrm{labs}}",
        expr=rents + V * n_V - revenue - penalties,
        function=numeric.lab_surplus,
        arguments={"revenue": revenue, "penalties": penalties, "rents": rents, "V": V, "n_V": n_V},
        assumptions=(_MONEY,),
        derive=_lab_surplus,
    )
    governor_budget = Formula(
        name="governor_budget",
        statement="The expected budget of the Governor: what labs pay, less the cost of the $X$ checks.",
        left=r"\Pi_{\mathrm{Governor}}",
        expr=revenue + penalties - k * checks,
        function=numeric.governor_budget,
        arguments={"revenue": revenue, "penalties": penalties, "checks": checks, "k": k},
        derive=_governor_budget,
    )
    welfare_decomposition = Proposition(
        name="welfare_decomposition",
        statement=(
            r"Welfare is the labs' surplus, the Governor's budget and the harm to others, "
            r"$E[W] = \Pi_{\mathrm{labs}} + \Pi_{\mathrm{Governor}} - H\,E[n_V]$, in every market, for any "
            "number of labs and in the large-market limit. Prices, fines and collateral cancel."
        ),
        function=_welfare.welfare,
        assumptions=(
            "The racing value counts as social.",
            "A loss of reputation does not: it is read as a gain of others, or of nobody's concern.",
        ),
        source=("polinsky",),
        derive=_welfare_decomposition,
    )
