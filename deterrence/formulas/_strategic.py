"""Strategic bidding."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Ge, Gt, Integral, Le, Lt, Max, Min, Piecewise, Symbol, evaluate

from deterrence import _strategic as numeric
from deterrence import _strategic_prediction as solver
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    D,
    Math,
    Q,
    V,
    a,
    b,
    bid,
    c,
    ceiling,
    r,
    rent,
    shared_ceiling,
    v_H,
    v_L,
)

_t = Symbol("t", positive=True)


def _strategic_bid() -> Iterator[Step]:
    worth = Named(Min(rent, ceiling), "omega", r"\omega")
    yield Step(
        "Without a permit a lab gets $\\max(0, s + V - rD)$: it violates if that is worth anything. A permit "
        "is worth its rent less that, here for a lab that would violate",
        Eq(rent - Max(0, rent + V - r * D), r * D - V),
        (Gt(rent, r * D - V),),
    )
    yield Step("and here for one that would comply.", Eq(rent - Max(0, rent + V - r * D), rent),
               (Gt(r * D - V, rent),))  # fmt: skip
    yield Step("Either is the lesser of rent and ceiling. A lab that would comply bids its rent,",
               Eq(worth, rent), (Gt(ceiling, rent),))  # fmt: skip
    yield Step("one that would violate bids less.", Lt(worth, rent), (Gt(rent, ceiling),))


def _sf(x: Math, low: Math, high: Math) -> Math:
    inside = (high - x) / (high - low)
    return Piecewise((1, Le(x, low)), (0, Ge(x, high)), (inside, True))


def _strategic_bid_sf() -> Iterator[Step]:
    S = strategic_bid_sf.named
    above, below = Symbol("d", positive=True), Symbol("f", positive=True)
    inside = (Eq(a, bid + c - above), Eq(b, bid + c + _t), Eq(v_L, bid + c - below), Eq(v_H, bid + c + _t))
    yield Step(
        "A bid is at least $y > 0$ if the rent and the ceiling both are. They are independent, so that",
        Eq(S, Integral(1 / (b - a), (_t, bid + c, b)) * Integral(1 / (v_H - v_L), (_t, bid + c, v_H))),
        (Gt(bid, 0), Eq(a, bid + c - above), Eq(b, bid + c + above), Eq(v_L, bid + c - below),
         Eq(v_H, bid + c + below)),
    )  # fmt: skip
    yield Step(
        "Where no lab would violate for a rent of $y$, it is the share of rents above $y$, as under truthful "
        "bids.",
        Eq(S, (b - bid - c) / (b - a)),
        (Gt(bid, 0), Gt(v_H, v_L), Gt(v_L, bid + c), Gt(b, bid + c), Eq(a, bid + c - above)),
    )
    yield Step("A higher bid is rarer.", Lt(Derivative(S, bid), 0), (Gt(bid, 0), *inside))


def _strategic_one_ceiling() -> Iterator[Step]:
    s1, s2 = Symbol("s_1", positive=True), Symbol("s_2", positive=True)
    e = shared_ceiling
    price = Max(Min(s1, e), Min(s2, e))
    yield Step(
        "Cutting all rents at the ceiling leaves their order as it is, so that the price is the truthful "
        "price, cut. Here for two labs and one permit: if both rents are above the ceiling,",
        Eq(price, e), (Gt(s1, e), Gt(s2, e)),
    )  # fmt: skip
    yield Step("if one is,", Eq(price, e), (Gt(s1, e), Gt(e, s2)))
    yield Step("and if none is.", Eq(price, Max(s1, s2)), (Gt(s1, s2), Gt(e, s1)))
    cheaters = Symbol("m", positive=True)
    yield Step(
        r"The $\hat M$ labs with rents above the ceiling are those with the largest bids. They get the "
        "permits first, and what is left of them violates.",
        Eq(Max(0, cheaters - Q), cheaters - Q), (Gt(cheaters, Q),),
    )  # fmt: skip


def _strategic_theorem() -> Iterator[Step]:
    worth = Named(Min(rent, ceiling), "omega", r"\omega")
    yield Step("No lab bids more than its rent, so that the $Q$-th largest bid is no larger either.",
               Le(worth, rent), (Gt(rent, ceiling),))  # fmt: skip
    yield Step("Call a lab a cheater if it would violate without a permit, $s > e$. Only cheaters bid less,",
               Lt(worth, rent), (Gt(rent, ceiling),))  # fmt: skip
    yield Step("all others bid their rents.", Eq(worth, rent), (Gt(ceiling, rent),))
    honest, more, cheaters = (Symbol(x, nonnegative=True) for x in ("h", "d", "m"))
    yield Step(
        "So every other lab keeps its place or moves up, and if $h$ of them had permits, $h + d$ of them "
        "have permits now. Of $m$ cheaters those without a permit violate: at least $d$ more than before.",
        Ge((cheaters - (Q - (honest + more))) - (cheaters - (Q - honest)), more),
    )
    s1, s2 = Symbol("s_1", real=True), Symbol("s_2", real=True)
    yield Step(
        "If all labs share the ceiling, every cheater outbids every other lab, as under truthful bids: no "
        "permit changes sides, and there are as many violators.",
        Gt(Min(s1, ceiling), Min(s2, ceiling)),
        (Gt(s1, ceiling), Gt(ceiling, s2)),
    )


UNIFORM = "Values are uniform on $[a, b]$, and cut-off values $c + e$ on $[v_L, v_H]$, independently."
BIDS = "Each lab bids $\\max(0, \\min(s, e))$, and a bid of 0 gets no permit."
_SOURCE = ("malik", "stranlund")


def written(text: str, latex: str = "") -> Named:
    return Named(Symbol(text), text, latex)


with evaluate(False):  # printed as written
    strategic_bid = Formula(
        name="strategic_bid",
        statement="The bid of a lab that may cheat, with the rent $s = v - c$ and the ceiling $e = rD - V$.",
        left=r"\mathrm{bid}",
        expr=Max(0, Min(rent, ceiling)),
        function=numeric.strategic_bid,
        arguments={"s": rent, "e": ceiling},
        assumptions=("Labs take the price as given.", "Only an unpermitted run has a racing value."),
        source=_SOURCE,
        derive=_strategic_bid,
    )
    strategic_bid_sf = Formula(
        name="strategic_bid_sf",
        statement="The probability that a strategic bid is at least $y$.",
        left="S(y)",
        expr=Piecewise((1, Le(bid, 0)), (_sf(bid + c, a, b) * _sf(bid + c, v_L, v_H), True)),
        function=numeric.strategic_bid_sf,
        arguments={"y": bid, "a": a, "b": b, "v_L": v_L, "v_H": v_H, "c": c},
        valid=(Le(a, b), Le(v_L, v_H)),
        assumptions=(BIDS, UNIFORM),
        derive=_strategic_bid_sf,
    )
    strategic_theorem = Proposition(
        name="strategic_theorem",
        statement=(
            "For every realisation of values and risk multipliers, strategic bids lead to a price that is at "
            "most that of truthful bids, and to at least as many violators. If all labs share the ceiling "
            "$e > 0$, there are as many."
        ),
        function=solver.predict_strategic,
        assumptions=(BIDS, "A lab without a permit violates if $s > e$.", "Ties go to the same lab."),
        derive=_strategic_theorem,
    )
    strategic_one_ceiling = Proposition(
        name="strategic_one_ceiling",
        statement=(
            "If all labs share the ceiling $e > 0$, it caps the price and changes nothing else. The number "
            r"of labs with rents above it is $\hat M$."
        ),
        where={
            written("p"): Min(written("v_star", "v^*") - c, shared_ceiling),
            written("n_V"): Max(0, written("M_hat", r"\hat M") - Q),
        },
        function=solver.predict_strategic,
        assumptions=(BIDS,),
        source=_SOURCE,
        derive=_strategic_one_ceiling,
    )
