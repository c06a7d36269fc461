"""Large markets of strategic bids."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Ge, Gt, Integral, Le, Lt, Max, Min, Piecewise, Symbol, evaluate, sqrt

from deterrence import _strategic as numeric
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._strategic import BIDS, UNIFORM
from deterrence.formulas._symbols import Math, a, b, bid, c, kappa, none, v_end, v_H, v_L, v_marginal

_t = Symbol("t", positive=True)


def _strategic_limit_price() -> Iterator[Step]:
    x = Named(_both, "x", "x")
    yield Step(
        "With $x = p + c$, if no cut-off value is below $x$, $S(p) = \\kappa$ reads $(b-x)/(b-a) = \\kappa$,",
        Eq((b - (b - (b - a) * kappa)) / (b - a), kappa),
    )
    yield Step(
        "if no value is below $x$, $(v_H-x)/(v_H-v_L) = \\kappa$. Otherwise "
        "$(b-x)(v_H-x) = \\kappa (b-a)(v_H-v_L)$,",
        Eq((b - x) * (v_H - x), kappa * (b - a) * (v_H - v_L)),
    )
    yield Step(
        "of which it is the lesser root. If values and cut-off values have one distribution it is",
        Eq(x, b - (b - a) * sqrt(kappa)),
        (Eq(v_H, b), Eq(v_L, a), Gt(b, a)),
    )
    yield Step("If all labs share the ceiling, and it is below the truthful price, it is the price.",
               Eq(x, v_L), (Gt(b, v_L), Eq(v_H, v_L)))  # fmt: skip


def _strategic_limit_violators() -> Iterator[Step]:
    yield Step(
        "A lab with the cut-off value $y$ violates if it is without a permit, $y < \\check v$, and its own "
        "value is above $y$. Summed over the cut-off values, with $X(y) = E[(v-y)^+]$,",
        Eq(Integral((b - _t) / (b - a), (_t, v_L, v_end)),
           (b - v_L) ** 2 / (2 * (b - a)) - (b - v_end) ** 2 / (2 * (b - a))),
    )  # fmt: skip
    X = Named(_excess(bid), "X(y)", "X(y)")
    yield Step("since the slope of $X$ is the share of values above $y$, with its sign changed.",
               Eq(Derivative(X, bid), -(b - bid) / (b - a)),
               (Gt(bid, a), Gt(b, bid)))  # fmt: skip
    yield Step(
        "If all labs share the ceiling, those with larger values all bid it, and all but the permit holders "
        "violate, as many as under truthful bids.",
        Eq(Max(0, _above - kappa), (b - v_L) / (b - a) - kappa),
        (Lt(kappa, (b - v_L) / (b - a)), Gt(b, v_L), Gt(v_L, a)),
    )


def _excess(x: Math) -> Math:
    """Mean of (v - x)^+ for uniform values."""
    return Piecewise((0, Ge(x, b)), ((b - x) ** 2 / (2 * (b - a)), Gt(x, a)), ((a + b) / 2 - x, True))


_LARGE = "The number of labs grows, with permits in proportion."

with evaluate(False):  # printed as written
    _both = (b + v_H - sqrt((b - v_H) ** 2 + 4 * kappa * (b - a) * (v_H - v_L))) / 2
    _above = Named(
        Piecewise((0, Ge(v_L, b)), (1, Lt(v_L, a)), ((b - v_L) / (b - a), True)),
        "Pr(v > v_L)",
        r"\Pr(v > v_L)",
    )
    strategic_limit_price = Formula(
        name="strategic_limit_price",
        statement="The clearing price of a large market of strategic bids.",
        left=r"p_\infty",
        expr=Piecewise((none, Eq(kappa, 0)), (0, Eq(kappa, 1)), (Max(0, v_marginal - c), True)),
        where={
            v_marginal: Piecewise(
                (b - (b - a) * kappa, Le(b - (b - a) * kappa, v_L)),
                (v_H - (v_H - v_L) * kappa, Le(v_H - (v_H - v_L) * kappa, a)),
                (_both, True),
            )
        },
        function=numeric.strategic_limit_price,
        valid=(Le(a, b), Le(v_L, v_H)),
        assumptions=(BIDS, UNIFORM, _LARGE),
        source=("malik",),
        derive=_strategic_limit_price,
    )
    _end = Piecewise(
        (v_H, Eq(kappa, 0)),
        (Min(v_H, Max(v_L, c)), Eq(kappa, 1)),
        (Min(v_H, Max(v_L, c, v_marginal)), True),
    )
    strategic_limit_violator_share = Formula(
        name="strategic_limit_violator_share",
        statement=("The violators per lab in a large market of strategic bids, with $X(y) = E[(v-y)^+]$."),
        left=r"\nu",
        expr=Piecewise(
            (Max(0, _above - kappa), Eq(v_L, v_H) & Gt(v_L, c)),
            (_above, Eq(v_L, v_H)),
            (
                (Named(_excess(v_L), "X(v_L)") - Named(_excess(v_end), "X(v_end)", r"X(\check v)"))
                / (v_H - v_L),
                True,
            ),
        ),
        where={v_end: _end, **strategic_limit_price.where},
        function=numeric.strategic_limit_violator_share,
        valid=(Le(a, b), Le(v_L, v_H)),
        assumptions=(BIDS, UNIFORM, _LARGE),
        derive=_strategic_limit_violators,
    )
