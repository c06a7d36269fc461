"""Shares of violators."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Ge, Gt, Le, Limit, Lt, Max, Min, Piecewise, evaluate

from deterrence import _violator_share as numeric
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import D, Math, V, a, b, c, kappa, r0, r1, v_bar, v_H, v_L, v_p, v_star, y
from deterrence.formulas._violations import MIN_RULE


def _loser_violation() -> Iterator[Step]:
    chance = Named(_between(a, v_star).xreplace({b: v_star}), "h", "h")
    yield Step("It is the mean of the probability to violate over the values below $v^*$. Above all cut-offs "
               "it is", Eq(chance, 1), (Gt(v_star, a), Gt(a, v_H), Gt(v_H, v_L)))  # fmt: skip
    yield Step(
        "and with one multiplier the share of them that is above the cut-off.",
        Eq(chance, (v_star - v_L) / (v_star - a)),
        (Gt(v_star, v_L), Gt(v_L, a), Eq(v_H, v_L)),
    )


def _ramp(x: Math) -> Math:
    return Piecewise((0, Le(x, v_L)), (1, Ge(x, v_H)), ((x - v_L) / (v_H - v_L), True))


def _area(x: Math) -> Math:
    return Piecewise(
        (0, Le(x, v_L)), ((x - v_L) ** 2 / (2 * (v_H - v_L)), Lt(x, v_H)), (x - (v_L + v_H) / 2, True)
    )


def _cumulative_defection() -> Iterator[Step]:
    area = cumulative_defection.named
    ramp = (y - v_L) / (v_H - v_L)
    between = (Eq(y, v_L + (v_H - v_L) * kappa), Gt(v_H, v_L))
    yield Step(
        "A lab of value $y$ gains $y-c+V$, and violates with the probability",
        Eq((y - c + V - r0 * D) / ((r1 - r0) * D), ramp),
        (Eq(v_L, c - V + r0 * D), Eq(v_H, c - V + r1 * D)),
    )
    yield Step("the slope of $A$ between the cut-offs.", Eq(Derivative(area, y), ramp), between)
    yield Step("Above both every lab violates,", Eq(Derivative(area, y), 1), (Gt(y, v_H), Gt(v_H, v_L)))
    yield Step(
        "and $A$ goes on without a jump.",
        Eq(Limit((y - v_L) ** 2 / (2 * (v_H - v_L)), y, v_H), (v_H - v_L) / 2),
    )
    yield Step(
        "If all multipliers are equal it is $(y - v_L)^+$.", Eq(area, y - v_L), (Gt(y, v_L), Eq(v_H, v_L))
    )


def _between(start: Math, end: Math) -> Math:
    return (_area(end) - _area(start)) / (b - a)


def _limit_violator_share() -> Iterator[Step]:
    share = Named(_between(a, b - (b - a) * kappa), "limit_violator_share", r"\nu")
    yield Step(
        "The labs between $a$ and $v^*$ have no permit. If all of them would violate, all of them do.",
        Eq(share, 1 - kappa),
        (Gt(b, a), Gt(a, v_H), Gt(v_H, v_L)),
    )
    yield Step(
        "If all multipliers are equal, the violators are the labs above the cut-off less the permits.",
        Eq(share, (b - v_L) / (b - a) - kappa),
        (Lt(kappa, (b - v_L) / (b - a)), Gt(b, v_L), Gt(v_L, a), Eq(v_H, v_L)),
    )
    yield Step(
        "There is none if the marginal lab lies below the cut-off of the boldest.",
        Eq(share, 0),
        (Gt(v_H, v_L), Gt(v_L, b), Gt(b, a)),
    )


def _fixed_price_violation() -> Iterator[Step]:
    chance = Named(_between(a, v_bar), "fixed_price_violation", r"\theta")
    yield Step(
        "The labs between $a$ and the purchase cut-off have no permit. If all of them would violate, all "
        "of them do.",
        Eq(chance, (v_bar - a) / (b - a)),
        (Gt(v_bar, a), Gt(a, v_H), Gt(v_H, v_L)),
    )
    yield Step(
        "If all multipliers are equal, the violators are the labs between the two cut-offs.",
        Eq(chance, (v_bar - v_L) / (b - a)),
        (Gt(v_bar, v_L), Eq(v_H, v_L), Gt(v_L, a)),
    )


_UNIFORM = "Values are uniform on $[a, b]$ and risk multipliers on $[r_0, r_1]$."

with evaluate(False):  # printed as written
    _area_a, _slope_a = Named(_area(a), "A(a)"), Named(_ramp(a), "A'(a)")
    _area_star, _area_bar = (
        Named(_area(v_star), "A(v_star)", "A(v^*)"),
        Named(_area(v_bar), "A(v_bar)", r"A(\bar v)"),
    )
    cumulative_defection = Formula(
        name="cumulative_defection",
        statement="The probability to violate, summed over the values up to $y$.",
        left="A(y)",
        expr=_area(y),
        function=numeric.cumulative_defection,
        arguments={"x": y, "v_L": v_L, "v_H": v_H},
        valid=(Le(v_L, v_H),),
        assumptions=(MIN_RULE, "Risk multipliers are uniform on $[r_0, r_1]$."),
        derive=_cumulative_defection,
    )
    loser_violation = Formula(
        name="loser_violation",
        statement=(
            "The probability that a lab without a permit violates if the last permit holder has the value "
            "$v^*$, with $A$ the cumulative defection."
        ),
        left="h(v^*)",
        expr=Piecewise(((_area_star - _area_a) / (v_star - a), Lt(a, v_star)), (0, True)),
        function=numeric.fixed_price_violation,
        arguments={"v_p": v_star, "a": a, "b": v_star, "v_L": v_L, "v_H": v_H},
        valid=(Le(a, v_star), Le(v_L, v_H)),
        assumptions=(MIN_RULE, _UNIFORM),
        derive=_loser_violation,
    )
    limit_violator_share = Formula(
        name="limit_violator_share",
        statement="The violators per lab in a large market, with $A$ the cumulative defection.",
        left=r"\nu",
        expr=Piecewise(((_area_star - _area_a) / (b - a), Lt(a, b)), ((1 - kappa) * _slope_a, True)),
        where={v_star: b - (b - a) * kappa},
        function=numeric.limit_violator_share,
        valid=(Le(a, b), Le(v_L, v_H)),
        assumptions=(MIN_RULE, _UNIFORM, "The number of labs grows, with permits in proportion."),
        derive=_limit_violator_share,
    )
    fixed_price_violation = Formula(
        name="fixed_price_violation",
        statement="The probability that a lab violates at a fixed price, with $A$ the cumulative defection.",
        left=r"\theta",
        expr=Piecewise(((_area_bar - _area_a) / (b - a), Lt(a, b)), (_slope_a, Gt(v_p, a)), (0, True)),
        where={v_bar: Min(b, Max(a, v_p))},
        function=numeric.fixed_price_violation,
        valid=(Le(a, b), Le(v_L, v_H)),
        assumptions=(
            MIN_RULE,
            _UNIFORM,
            "A lab buys if its value is at least $v_p$: the price, or the price plus cost.",
        ),
        derive=_fixed_price_violation,
    )
