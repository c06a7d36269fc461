"""Splitting a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sympy import Eq, Ge, Gt, Le, Lt, Piecewise, Rational, S, evaluate

from deterrence.formulas import _third_action as steps
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named, latex
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    Math,
    audit,
    benefit,
    coordination,
    detection,
    glossary,
    sanction,
    split_cost,
)
from deterrence.games import split_choice, split_marginal, split_volumes

_UNIFORM = "All parameters but the known one are independent and uniform on $[0, 1]$."
_PAYOFFS = "Complying pays 0."
_TIES = "A tie complies; between the other two the lab evades."
_CHOICE = {
    "b": benefit,
    "a": audit,
    "d": detection,
    "F": sanction,
    "chi": split_cost,
    "varsigma": coordination,
}
_COMPLY, _SPLIT, _EVADE = (
    Named(S(i), name, rf"\text{{{name}}}") for i, name in enumerate(("comply", "split", "evade"))
)


def _marginal(name: str, known: Math, expr: Math, derive: Callable[[], Iterator[Step]]) -> Formula:
    (keyword,) = (key for key, parameter in _CHOICE.items() if parameter is known)
    return Formula(
        name=name,
        statement=f"The share of labs that comply at a known {glossary[known].meaning}.",
        left=f"C({latex(known)})",
        expr=expr,
        function=split_marginal,
        arguments={keyword: known},
        assumptions=(_UNIFORM,),
        derive=derive,
    )


with evaluate(False):  # printed as written
    evade_payoff = Formula(
        name="evade_payoff",
        statement="The expected payoff of evading.",
        left=r"U_{\mathrm{evade}}",
        expr=benefit - steps.whole,
        function=split_choice,
        arguments={**_CHOICE, "chi": S.Zero, "varsigma": S.Zero},
        result="evade",
        assumptions=(_PAYOFFS,),
        source=("becker",),
        derive=steps.evade_payoff,
    )
    split_payoff = Formula(
        name="split_payoff",
        statement="The expected payoff of splitting the run.",
        left=r"U_{\mathrm{split}}",
        expr=benefit - split_cost - audit * detection * coordination * sanction,
        function=split_choice,
        arguments=_CHOICE,
        result="split",
        assumptions=(_PAYOFFS,),
        derive=steps.split_payoff,
    )
    best_action = Proposition(
        name="best_action",
        statement="The action $s$ that pays best, of complying, splitting the run and evading.",
        columns=("s",),
        cases=(
            Case((Le(benefit, steps.whole), Le(benefit, steps.parts)), (_COMPLY,)),
            Case((Gt(benefit, steps.parts), Lt(split_cost, steps.whole * (1 - coordination))), (_SPLIT,)),
            Case((Gt(benefit, steps.whole), Ge(split_cost, steps.whole * (1 - coordination))), (_EVADE,)),
        ),
        function=split_choice,
        arguments=_CHOICE,
        result="choice",
        assumptions=(_PAYOFFS, _TIES),
        derive=steps.best_action,
    )
    split_shares = Proposition(
        name="split_shares",
        statement="If the six parameters are independent and uniform on $[0, 1]$, complying is best with "
        "probability $77/648$, splitting with $65/1296$ and evading with $359/432$. Where runs cannot be "
        "split, complying is best with probability $1/8$.",
        function=split_volumes,
        derive=steps.volumes,
    )
    split_marginal_benefit = _marginal(
        "split_marginal_benefit",
        benefit,
        Piecewise((1, Eq(benefit, 0)), (steps.at_benefit(), True)),
        steps.known_benefit,
    )
    split_marginal_audit = _marginal(
        "split_marginal_audit", audit, steps.at_factor(audit), steps.known_factor(audit)
    )
    split_marginal_detection = _marginal(
        "split_marginal_detection", detection, steps.at_factor(detection), steps.known_factor(detection)
    )
    split_marginal_fine = _marginal(
        "split_marginal_fine", sanction, steps.at_factor(sanction), steps.known_factor(sanction)
    )
    split_marginal_cost = _marginal(
        "split_marginal_cost",
        split_cost,
        Piecewise((Rational(1, 16), Eq(split_cost, 0)), (steps.at_cost(), True)),
        steps.known_cost,
    )
    split_marginal_coordination = _marginal(
        "split_marginal_coordination", coordination, steps.at_coordination(), steps.known_coordination
    )
