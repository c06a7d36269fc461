"""Two-group targeting."""
# ruff: noqa: N816  (letters of the model keep their case)

from __future__ import annotations

from sympy import Gt, Le, Lt, Piecewise, S, evaluate, oo

from deterrence.formulas import _targeting_proofs as proofs
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._symbols import F_1, F_2, delta, g, p_1, p_2, release
from deterrence.games import targeting

_GROUPS = (
    "In group 1 a violator is caught with probability $p_1$, fined $F_1$ and moved to group 2; in group 2 it "
    "is caught with probability $p_2$, fined $F_2$ and stays, and a complier is inspected with probability "
    "$p_2$ and then released with probability $u$.",
    "A tie complies.",
)
_START = (*_GROUPS, "The long run is that of a lab that starts in group 1.")
_PATIENT = {"p_1": p_1, "F_1": F_1, "p_2": p_2, "F_2": F_2, "u": release}
_LAB = {"g": g, **_PATIENT, "delta": delta}
_COMPLY, _VIOLATE = Named(S.Zero, "comply", r"\text{comply}"), Named(S.One, "violate", r"\text{violate}")

with evaluate(False):  # printed as written
    _order = (Le(p_1 * F_1, p_2 * F_2), Lt(delta, 1))
    targeting_g_L = Formula(
        name="targeting_g_L",
        statement="The largest gain at which a lab complies in both groups.",
        left="g_L",
        expr=p_1 * F_1,
        function=targeting,
        arguments={"g": S.Zero, **_PATIENT, "delta": S.Zero},
        result="g_L",
        valid=_order[:1],
        assumptions=_GROUPS,
        source=("harrington",),
        derive=proofs.threshold_in_1,
    )
    targeting_g_H = Formula(
        name="targeting_g_H",
        statement="The largest gain at which a lab complies in group 2.",
        left="g_H",
        expr=proofs.largest_gain,
        function=targeting,
        arguments={"g": S.Zero, **_PATIENT, "delta": delta},
        result="g_H",
        valid=_order,
        assumptions=_GROUPS,
        source=("harrington",),
        derive=proofs.threshold_in_2,
    )
    targeting_g_H_limit = Formula(
        name="targeting_g_H_limit",
        statement="The largest gain at which a patient lab complies in group 2.",
        left=r"\lim_{\delta \to 1} g_H",
        expr=Piecewise(
            (p_2 * F_2 + p_2 * release * (p_2 * F_2 - p_1 * F_1) / p_1, Gt(p_1, 0)),
            (oo, Gt(p_2 * release * F_2, 0)),
            (p_2 * F_2, True),
        ),
        function=targeting,
        arguments={"g": S.Zero, **_PATIENT, "delta": S.Zero},
        result="g_H_limit",
        valid=_order[:1],
        assumptions=_GROUPS,
        source=("harrington",),
        derive=proofs.patience,
    )
    targeting_policy = Proposition(
        name="targeting_policy",
        statement="What a lab does for ever: $s_1$ in group 1 and $s_2$ in group 2.",
        columns=("s_1", "s_2"),
        cases=(
            Case((Le(g, proofs.g_L),), (_COMPLY, _COMPLY)),
            Case((Gt(g, proofs.g_L), Le(g, proofs.g_H)), (_VIOLATE, _COMPLY)),
            Case((Gt(g, proofs.g_L), Gt(g, proofs.g_H)), (_VIOLATE, _VIOLATE)),
        ),
        function=targeting,
        arguments=_LAB,
        result="policy",
        valid=_order,
        assumptions=_GROUPS,
        source=("harrington",),
        derive=proofs.policy,
    )
    targeting_cost_1 = Formula(
        name="targeting_cost_1",
        statement="The expected discounted cost, gains forgone and fines, of a lab that starts in group 1.",
        left="E_1",
        expr=Piecewise(
            (g / (1 - delta), Le(g, proofs.g_L)),
            (proofs.mixed_1, Le(g, proofs.g_H)),
            (proofs.worst_1, True),
        ),
        function=targeting,
        arguments=_LAB,
        result="cost_1",
        valid=_order,
        assumptions=(
            *_GROUPS,
            r"$\Delta = (g - p_1 F_1)/(1 - \delta (1 - p_1 - p_2 u))$ and $W_2 = p_2 F_2/(1-\delta)$.",
        ),
        source=("harrington",),
        derive=proofs.cost_in_1,
    )
    targeting_cost_2 = Formula(
        name="targeting_cost_2",
        statement="The expected discounted cost of a lab that starts in group 2.",
        left="E_2",
        expr=Piecewise(
            (g / (1 - delta), Le(g, proofs.g_L)),
            (proofs.MIXED_1 + proofs.more_in_2, Le(g, proofs.g_H)),
            (proofs.worst_2, True),
        ),
        function=targeting,
        arguments=_LAB,
        result="cost_2",
        valid=_order,
        assumptions=(*_GROUPS, "$E_1$ is the cost from a start in group 1."),
        source=("harrington",),
        derive=proofs.cost_in_2,
    )
    targeting_violation_rate = Formula(
        name="targeting_violation_rate",
        statement="The long-run share of periods in which a lab violates.",
        left=r"\bar q",
        expr=Piecewise(
            (0, Le(g, proofs.g_L)),
            (proofs.time_in_1, Le(g, proofs.g_H) & Gt(p_1 + p_2 * release, 0)),
            (1, True),
        ),
        function=targeting,
        arguments=_LAB,
        result="violation_rate",
        valid=_order,
        assumptions=_START,
        source=("harrington",),
        derive=proofs.violations,
    )
    targeting_inspection_rate = Formula(
        name="targeting_inspection_rate",
        statement="The long-run inspections of a lab per period.",
        left=r"\bar a",
        expr=Piecewise(
            (p_1, Le(g, proofs.g_L)),
            (proofs.inspections, Le(g, proofs.g_H) & Gt(p_1 + p_2 * release, 0)),
            (p_2, Gt(g, proofs.g_H) & Gt(p_1, 0)),
            (0, True),
        ),
        function=targeting,
        arguments=_LAB,
        result="inspection_rate",
        valid=_order,
        assumptions=_START,
        source=("harrington",),
        derive=proofs.inspected,
    )
