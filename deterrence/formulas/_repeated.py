"""Repeated enforcement: two groups, and escalation for good or until it decays."""
# ruff: noqa: N816  (letters of the model keep their case)

from __future__ import annotations

from sympy import Eq, Ge, Gt, Le, Lt, Min, Piecewise, S, ceiling, evaluate, floor, log, oo

from deterrence.formulas import _escalation as steps
from deterrence.formulas import _targeting as two_groups
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._symbols import (
    F_1,
    F_2,
    R_0,
    B,
    c_0,
    decay,
    delta,
    e,
    f,
    g,
    n_row,
    n_star,
    none,
    p_1,
    p_2,
    p_eff,
    phi,
    q_bar,
    q_least,
    q_mean,
    q_most,
    r,
    release,
    theta_0,
    theta_1,
    x_0,
    x_bar,
    x_max,
)
from deterrence.games import (
    consecutive_catches,
    decaying_escalation,
    escalation,
    relapse_time,
    targeting,
)

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

_GROWS = (
    "After $n$ catches the loss of reputation is $R_0 (1+f)^n$; gain, detection and fine stay the same.",
    "A tie complies.",
)
_CAUGHT = {"g": g, "p_eff": p_eff, "phi": phi, "R_0": R_0, "f": f, "r": r}

_DECAYS = (
    "The audit coefficient is $c_0$ plus an excess that starts at 0. A catch adds $e$ to the excess; then, "
    "in every step, the share $d$ of it is lost.",
    r"A violator is caught with probability $\theta_0$ plus $\theta_1$ times the coefficient, and at most "
    r"with $\bar q$.",
)
_EXCESS = {"e": e, "d": decay}
_CHANCE = {"theta_0": theta_0, "theta_1": theta_1, "c_0": c_0, "q_bar": q_bar}
_NO_LAB = {"g": S.Zero, "B": S.Zero}

with evaluate(False):  # printed as written
    _order = (Le(p_1 * F_1, p_2 * F_2), Lt(delta, 1))
    _fades = (Gt(decay, 0),)
    _at_once, _flat = Le(g, p_eff * r * (phi + R_0)), Eq(p_eff * r * (R_0 * f), 0)
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
        derive=two_groups.threshold_in_1,
    )
    targeting_g_H = Formula(
        name="targeting_g_H",
        statement="The largest gain at which a lab complies in group 2.",
        left="g_H",
        expr=two_groups.largest_gain,
        function=targeting,
        arguments={"g": S.Zero, **_PATIENT, "delta": delta},
        result="g_H",
        valid=_order,
        assumptions=_GROUPS,
        source=("harrington",),
        derive=two_groups.threshold_in_2,
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
        derive=two_groups.patience,
    )
    targeting_policy = Proposition(
        name="targeting_policy",
        statement="What a lab does for ever: $s_1$ in group 1 and $s_2$ in group 2.",
        columns=("s_1", "s_2"),
        cases=(
            Case((Le(g, two_groups.g_L),), (_COMPLY, _COMPLY)),
            Case((Gt(g, two_groups.g_L), Le(g, two_groups.g_H)), (_VIOLATE, _COMPLY)),
            Case((Gt(g, two_groups.g_L), Gt(g, two_groups.g_H)), (_VIOLATE, _VIOLATE)),
        ),
        function=targeting,
        arguments=_LAB,
        result="policy",
        valid=_order,
        assumptions=_GROUPS,
        source=("harrington",),
        derive=two_groups.policy,
    )
    targeting_cost_1 = Formula(
        name="targeting_cost_1",
        statement="The expected discounted cost, gains forgone and fines, of a lab that starts in group 1.",
        left="E_1",
        expr=Piecewise(
            (g / (1 - delta), Le(g, two_groups.g_L)),
            (two_groups.mixed_1, Le(g, two_groups.g_H)),
            (two_groups.worst_1, True),
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
        derive=two_groups.cost_in_1,
    )
    targeting_cost_2 = Formula(
        name="targeting_cost_2",
        statement="The expected discounted cost of a lab that starts in group 2.",
        left="E_2",
        expr=Piecewise(
            (g / (1 - delta), Le(g, two_groups.g_L)),
            (two_groups.MIXED_1 + two_groups.more_in_2, Le(g, two_groups.g_H)),
            (two_groups.worst_2, True),
        ),
        function=targeting,
        arguments=_LAB,
        result="cost_2",
        valid=_order,
        assumptions=(*_GROUPS, "$E_1$ is the cost from a start in group 1."),
        source=("harrington",),
        derive=two_groups.cost_in_2,
    )
    targeting_violation_rate = Formula(
        name="targeting_violation_rate",
        statement="The long-run share of periods in which a lab violates.",
        left=r"\bar q",
        expr=Piecewise(
            (0, Le(g, two_groups.g_L)),
            (two_groups.time_in_1, Le(g, two_groups.g_H) & Gt(p_1 + p_2 * release, 0)),
            (1, True),
        ),
        function=targeting,
        arguments=_LAB,
        result="violation_rate",
        valid=_order,
        assumptions=_START,
        source=("harrington",),
        derive=two_groups.violations,
    )
    targeting_inspection_rate = Formula(
        name="targeting_inspection_rate",
        statement="The long-run inspections of a lab per period.",
        left=r"\bar a",
        expr=Piecewise(
            (p_1, Le(g, two_groups.g_L)),
            (two_groups.inspections, Le(g, two_groups.g_H) & Gt(p_1 + p_2 * release, 0)),
            (p_2, Gt(g, two_groups.g_H) & Gt(p_1, 0)),
            (0, True),
        ),
        function=targeting,
        arguments=_LAB,
        result="inspection_rate",
        valid=_order,
        assumptions=_START,
        source=("harrington",),
        derive=two_groups.inspected,
    )
    escalation_catches = Formula(
        name="escalation_catches",
        statement="How often a lab must be caught before it is deterred for good.",
        left="n^*",
        expr=Piecewise((0, _at_once), (oo, _flat), (ceiling(steps.needed), True)),
        function=escalation,
        arguments=_CAUGHT,
        result="catches",
        assumptions=_GROWS,
        derive=steps.catches,
    )
    escalation_mean = Formula(
        name="escalation_mean",
        statement="The expected steps, with a violation in each, until a lab is deterred for good.",
        left="E[t]",
        expr=Piecewise((0, _at_once), (oo, _flat), (n_star / p_eff, True)),
        where={n_star: ceiling(steps.needed)},
        function=escalation,
        arguments=_CAUGHT,
        result="steps_mean",
        assumptions=_GROWS,
        derive=steps.steps_mean,
    )
    escalation_variance = Formula(
        name="escalation_variance",
        statement="The variance of these steps, which are negative binomial.",
        left=r"\operatorname{Var}(t)",
        expr=Piecewise((0, _at_once), (oo, _flat), (n_star * (1 - p_eff) / p_eff**2, True)),
        where={n_star: ceiling(steps.needed)},
        function=escalation,
        arguments=_CAUGHT,
        result="steps_variance",
        assumptions=_GROWS,
        derive=steps.steps_variance,
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
        derive=steps.violations,
    )
    excess_ceiling = Formula(
        name="excess_ceiling",
        statement="The supremum of the excess coefficient.",
        left="S",
        expr=steps.supremum,
        function=decaying_escalation,
        arguments={**_EXCESS, "theta_0": S.Zero, **_NO_LAB},
        result="ceiling",
        valid=_fades,
        assumptions=_DECAYS[:1],
        derive=steps.ceiling_of_excess,
    )
    excess_mean = Formula(
        name="excess_mean",
        statement="The stationary mean of the excess coefficient of a lab that always violates: exact where "
        r"$q_0 + \theta_1 S \le \bar q$ or $q_0 \ge \bar q$, else an upper bound.",
        left="E[x]",
        expr=Piecewise(
            (0, Eq(q_least, 0)),
            (x_max * Min(q_bar, q_least / (1 - x_max * theta_1)), Lt(x_max * theta_1, 1)),
            (x_max * q_bar, True),
        ),
        where={x_max: steps.supremum, q_least: steps.least},
        function=decaying_escalation,
        arguments={**_EXCESS, **_CHANCE, **_NO_LAB},
        result="mean",
        valid=_fades,
        assumptions=_DECAYS,
        derive=steps.mean_excess,
    )
    excess_mean_floor = Formula(
        name="excess_mean_floor",
        statement="A lower bound of the stationary mean of the excess coefficient; equal to it unless "
        r"$q_0 < \bar q < q_0 + \theta_1 S$.",
        left=r"E[x]_{\min}",
        expr=Piecewise((0, Eq(q_least, 0)), (x_max * q_least / (1 - q_most + q_least), True)),
        where={
            q_most: Min(q_bar, steps.least + theta_1 * x_max),
            q_least: Min(q_bar, steps.least),
            x_max: steps.supremum,
        },
        function=decaying_escalation,
        arguments={**_EXCESS, **_CHANCE, **_NO_LAB},
        result="mean_at_least",
        valid=_fades,
        assumptions=_DECAYS,
        derive=steps.floor_of_mean,
    )
    excess_variance = Formula(
        name="excess_variance",
        statement="The stationary variance of the excess coefficient of a lab that always violates, where it "
        "has a closed form.",
        left=r"\operatorname{Var}(x)",
        expr=Piecewise(
            (0, Eq(q_least, 0)),
            ((1 - decay) ** 2 * e**2 * q_bar * (1 - q_bar) / (1 - (1 - decay) ** 2), Ge(q_least, q_bar)),
            (
                (1 - decay) ** 2
                * e**2
                * q_mean
                * (1 - q_mean)
                / (1 - (1 - decay) ** 2 * (1 + 2 * e * theta_1)),
                Le(q_least + x_max * theta_1, q_bar),
            ),
            (none, True),
        ),
        where={q_mean: q_least / (1 - x_max * theta_1), x_max: steps.supremum, q_least: steps.least},
        function=decaying_escalation,
        arguments={**_EXCESS, **_CHANCE, **_NO_LAB},
        result="variance",
        valid=_fades,
        assumptions=_DECAYS,
        derive=steps.variance_of_excess,
    )
    escalation_inert = Proposition(
        name="escalation_inert",
        statement="Escalation is inert where no catch ever changes the catch probability, $q(x_0)$ at excess "
        r"$x_0$. Here $q_0 = \theta_0 + \theta_1 c_0$ and $S = (1-d)e/d$.",
        where={x_max: steps.supremum, q_least: steps.least},
        columns=("q(x_0)",),
        cases=(
            Case((Ge(q_least, q_bar),), (q_bar,)),
            Case((Lt(q_least, q_bar), Eq(x_max * theta_1, 0)), (q_least,)),
            Case((Lt(q_least, q_bar), Gt(x_max * theta_1, 0)), (Min(q_bar, q_least + theta_1 * x_0),)),
        ),
        function=decaying_escalation,
        arguments={**_EXCESS, **_CHANCE, **_NO_LAB},
        result="inert",
        valid=_fades,
        assumptions=_DECAYS,
        derive=steps.inertia,
    )
    deterrence_excess = Formula(
        name="deterrence_excess",
        statement="The excess coefficient from which a lab complies.",
        left=r"\bar x",
        expr=Piecewise(
            (0, Le(g, Min(q_bar, steps.least) * B)),
            (oo, Gt(g, q_bar * B)),
            (oo, Eq(theta_1, 0)),
            (steps.excess, True),
        ),
        function=decaying_escalation,
        arguments={"e": S.Zero, "d": S.One, **_CHANCE, "g": g, "B": B},
        result="deterrence_excess",
        assumptions=_DECAYS[1:],
        source=("becker",),
        derive=steps.excess_that_deters,
    )
    catches_in_a_row = Formula(
        name="catches_in_a_row",
        statement=r"Catches in a row, from no excess, after which it is at least $\bar x$.",
        left="n",
        expr=Piecewise((0, Eq(x_bar, 0)), (ceiling(steps.climb), Lt(x_bar, x_max)), (oo, True)),
        where={x_max: steps.supremum},
        function=consecutive_catches,
        arguments={"x_bar": x_bar, **_EXCESS},
        valid=_fades,
        assumptions=_DECAYS[:1],
        derive=steps.catches_in_a_row,
    )
    relapse_steps = Formula(
        name="relapse_steps",
        statement=r"Steps until a lab that complies while its excess is at least $\bar x$ violates again.",
        left="t",
        expr=Piecewise(
            (oo, Eq(x_bar, 0)),
            (0, Lt(x_0, x_bar)),
            (1, Eq(decay, 1)),
            (floor(steps.fall) + 1, True),
        ),
        function=relapse_time,
        arguments={"x_0": x_0, "x_bar": x_bar, "d": decay},
        valid=_fades,
        assumptions=_DECAYS[:1],
        derive=steps.relapse,
    )
    deterrence_cycles = Proposition(
        name="deterrence_cycles",
        statement="Decay gives cycles, not lasting compliance: the catches in a row $n$ from no excess to "
        "compliance, and the steps $t$ from there to the next violation; $S = (1-d)e/d$.",
        where={n_row: ceiling(steps.climb), x_max: steps.supremum},
        columns=("n", "t"),
        cases=(
            Case((Eq(x_bar, 0),), (S.Zero, oo)),
            Case(
                (Gt(x_bar, 0), Lt(x_bar, x_max)),
                (
                    n_row,
                    floor(log(x_bar / (x_max * (1 - (1 - decay) ** n_row))) / log(1 - decay)) + 1,
                ),
            ),
            Case((Gt(x_bar, 0), Ge(x_bar, x_max)), (oo, S.Zero)),
        ),
        function=consecutive_catches,
        arguments={"x_bar": x_bar, **_EXCESS},
        valid=_fades,
        assumptions=_DECAYS[:1],
        derive=steps.cycles,
    )
