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
    Limit,
    Lt,
    Max,
    Min,
    Piecewise,
    Sum,
    Symbol,
    betainc_regularized,
    binomial,
    evaluate,
)

from deterrence import _violations as numeric
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    D,
    Math,
    N,
    Q,
    V,
    a,
    b,
    c,
    g,
    j,
    kappa,
    r,
    r0,
    r1,
    u_hat,
    v,
    v_bar,
    v_H,
    v_L,
    v_p,
    v_star,
    y,
)

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


_MIN_RULE = "The gain is $g = \\min(p, v - c) + V$, and bids are truthful."
_UNIFORM = "Values are uniform on $[a, b]$ and risk multipliers on $[r_0, r_1]$."
_ALIKE = "All labs share one risk multiplier; values are independent, with a continuous distribution."

with evaluate(False):  # printed as written
    _area_a, _slope_a = Named(_area(a), "A(a)"), Named(_ramp(a), "A'(a)")
    _area_star, _area_bar = (
        Named(_area(v_star), "A(v_star)", "A(v^*)"),
        Named(_area(v_bar), "A(v_bar)", r"A(\bar v)"),
    )
    cut_off_value = Formula(
        name="cut_off_value",
        statement="The value above which a lab without a permit violates.",
        left=r"\hat v",
        expr=c - V + r * D,
        function=numeric.cut_off_value,
        assumptions=(_MIN_RULE,),
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
        assumptions=(_MIN_RULE, _ALIKE),
        derive=_violator_pmf,
    )
    violator_mean = Formula(
        name="violator_mean",
        statement="The expected number of violators.",
        left="E[n_V]",
        expr=Sum((_m - Q) * binomial(N, _m) * (1 - u_hat) ** _m * u_hat ** (N - _m), (_m, Q + 1, N)),
        function=numeric.violator_mean,
        assumptions=(_MIN_RULE, _ALIKE),
        derive=_violator_mean,
    )
    cumulative_defection = Formula(
        name="cumulative_defection",
        statement="The probability to violate, summed over the values up to $y$.",
        left="A(y)",
        expr=_area(y),
        function=numeric.cumulative_defection,
        arguments={"x": y, "v_L": v_L, "v_H": v_H},
        valid=(Le(v_L, v_H),),
        assumptions=(_MIN_RULE, "Risk multipliers are uniform on $[r_0, r_1]$."),
        derive=_cumulative_defection,
    )
    limit_violator_share = Formula(
        name="limit_violator_share",
        statement="The violators per lab in a large market, with $A$ the cumulative defection.",
        left=r"\nu",
        expr=Piecewise(((_area_star - _area_a) / (b - a), Lt(a, b)), ((1 - kappa) * _slope_a, True)),
        where={v_star: b - (b - a) * kappa},
        function=numeric.limit_violator_share,
        valid=(Le(a, b), Le(v_L, v_H)),
        assumptions=(_MIN_RULE, _UNIFORM, "The number of labs grows, with permits in proportion."),
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
            _MIN_RULE,
            _UNIFORM,
            "A lab buys if its value is at least $v_p$: the price, or the price plus cost.",
        ),
        derive=_fixed_price_violation,
    )
