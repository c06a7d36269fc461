"""Escalation that decays."""

from __future__ import annotations

from sympy import Eq, Ge, Gt, Le, Lt, Min, Piecewise, S, ceiling, evaluate, floor, log, oo

from deterrence.formulas import _decay_proofs as proofs
from deterrence.formulas._formula import Formula
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._symbols import (
    B,
    c_0,
    decay,
    e,
    g,
    n_row,
    none,
    q_bar,
    q_least,
    q_mean,
    q_most,
    theta_0,
    theta_1,
    x_0,
    x_bar,
    x_max,
)
from deterrence.games import consecutive_catches, decaying_escalation, relapse_time

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
    _fades = (Gt(decay, 0),)
    excess_ceiling = Formula(
        name="excess_ceiling",
        statement="The supremum of the excess coefficient.",
        left="S",
        expr=proofs.supremum,
        function=decaying_escalation,
        arguments={**_EXCESS, "theta_0": S.Zero, **_NO_LAB},
        result="ceiling",
        valid=_fades,
        assumptions=_DECAYS[:1],
        derive=proofs.ceiling_of_excess,
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
        where={x_max: proofs.supremum, q_least: proofs.least},
        function=decaying_escalation,
        arguments={**_EXCESS, **_CHANCE, **_NO_LAB},
        result="mean",
        valid=_fades,
        assumptions=_DECAYS,
        derive=proofs.mean_excess,
    )
    excess_mean_floor = Formula(
        name="excess_mean_floor",
        statement="A lower bound of the stationary mean of the excess coefficient; equal to it unless "
        r"$q_0 < \bar q < q_0 + \theta_1 S$.",
        left=r"E[x]_{\min}",
        expr=Piecewise((0, Eq(q_least, 0)), (x_max * q_least / (1 - q_most + q_least), True)),
        where={
            q_most: Min(q_bar, proofs.least + theta_1 * x_max),
            q_least: Min(q_bar, proofs.least),
            x_max: proofs.supremum,
        },
        function=decaying_escalation,
        arguments={**_EXCESS, **_CHANCE, **_NO_LAB},
        result="mean_at_least",
        valid=_fades,
        assumptions=_DECAYS,
        derive=proofs.floor_of_mean,
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
        where={q_mean: q_least / (1 - x_max * theta_1), x_max: proofs.supremum, q_least: proofs.least},
        function=decaying_escalation,
        arguments={**_EXCESS, **_CHANCE, **_NO_LAB},
        result="variance",
        valid=_fades,
        assumptions=_DECAYS,
        derive=proofs.variance_of_excess,
    )
    escalation_inert = Proposition(
        name="escalation_inert",
        statement="Escalation is inert where no catch ever changes the catch probability, $q(x_0)$ at excess "
        r"$x_0$. Here $q_0 = \theta_0 + \theta_1 c_0$ and $S = (1-d)e/d$.",
        where={x_max: proofs.supremum, q_least: proofs.least},
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
        derive=proofs.inertia,
    )
    deterrence_excess = Formula(
        name="deterrence_excess",
        statement="The excess coefficient from which a lab complies.",
        left=r"\bar x",
        expr=Piecewise(
            (0, Le(g, Min(q_bar, proofs.least) * B)),
            (oo, Gt(g, q_bar * B)),
            (oo, Eq(theta_1, 0)),
            (proofs.excess, True),
        ),
        function=decaying_escalation,
        arguments={"e": S.Zero, "d": S.One, **_CHANCE, "g": g, "B": B},
        result="deterrence_excess",
        assumptions=_DECAYS[1:],
        source=("becker",),
        derive=proofs.excess_that_deters,
    )
    catches_in_a_row = Formula(
        name="catches_in_a_row",
        statement=r"Catches in a row, from no excess, after which it is at least $\bar x$.",
        left="n",
        expr=Piecewise((0, Eq(x_bar, 0)), (ceiling(proofs.climb), Lt(x_bar, x_max)), (oo, True)),
        where={x_max: proofs.supremum},
        function=consecutive_catches,
        arguments={"x_bar": x_bar, **_EXCESS},
        valid=_fades,
        assumptions=_DECAYS[:1],
        derive=proofs.catches_in_a_row,
    )
    relapse_steps = Formula(
        name="relapse_steps",
        statement=r"Steps until a lab that complies while its excess is at least $\bar x$ violates again.",
        left="t",
        expr=Piecewise(
            (oo, Eq(x_bar, 0)),
            (0, Lt(x_0, x_bar)),
            (1, Eq(decay, 1)),
            (floor(proofs.fall) + 1, True),
        ),
        function=relapse_time,
        arguments={"x_0": x_0, "x_bar": x_bar, "d": decay},
        valid=_fades,
        assumptions=_DECAYS[:1],
        derive=proofs.relapse,
    )
    deterrence_cycles = Proposition(
        name="deterrence_cycles",
        statement="Decay gives cycles, not lasting compliance: the catches in a row $n$ from no excess to "
        "compliance, and the steps $t$ from there to the next violation; $S = (1-d)e/d$.",
        where={n_row: ceiling(proofs.climb), x_max: proofs.supremum},
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
        derive=proofs.cycles,
    )
