"""Strategic bidding."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Derivative,
    Eq,
    Function,
    Ge,
    Gt,
    Integral,
    Le,
    Lt,
    Max,
    Min,
    Piecewise,
    Rational,
    Symbol,
    betainc_regularized,
    binomial,
    evaluate,
    oo,
    sqrt,
)

from deterrence import _strategic as numeric
from deterrence import _strategic_prediction as solver
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    D,
    Math,
    N,
    Q,
    V,
    a,
    b,
    bid,
    c,
    ceiling,
    kappa,
    none,
    r,
    rank,
    rent,
    shared_ceiling,
    u_hat,
    v_end,
    v_H,
    v_L,
    v_marginal,
)

_t = Symbol("t", positive=True)
_S = Symbol("S", nonnegative=True)


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


def _strategic_price_mean() -> Iterator[Step]:
    def law(labs: Math) -> Math:
        return Q * binomial(labs, Q) * _t**rank * (1 - _t) ** (Q - 1)

    yield Step(
        "Labs whose rents are above the ceiling bid the ceiling, so that the price is the truthful price or "
        "the ceiling, if that is less. The quantile of $v^*$ is Beta$(m, Q)$. Its density times the "
        "quantile is another beta density times the mean.",
        Eq(law(N), rank / (N + 1) * law(N + 1)),
        (Eq(rank, N - Q + 1),),
    )
    yield Step(
        "What is below the ceiling counts at its mean, what is above it counts as the ceiling. Here for "
        "three labs and two permits.",
        Eq(
            Integral(6 * _t**2 * (1 - _t), (_t, 0, u_hat))
            + u_hat * Integral(6 * _t * (1 - _t), (_t, u_hat, 1)),
            Integral(12 * _t**2 * (1 - _t), (_t, 0, u_hat)) / 2
            + u_hat * (1 - Integral(6 * _t * (1 - _t), (_t, 0, u_hat))),
        ),
    )
    yield Step(
        "A higher ceiling raises the price as often as the price is at the ceiling.",
        Eq(Derivative(_capped, u_hat), 1 - betainc_regularized(rank, Q, 0, u_hat)),
        (Eq(N, rank + Q - 1),),
    )


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


def _bids_of_one(S: Math) -> Math:
    return 1 - (1 - S) ** 2


def _strategic_price() -> Iterator[Step]:
    yield Step(
        "The price is at least $y$ if at least $Q$ of the $N$ bids are: a sum of binomial probabilities, and "
        "so an incomplete beta function. Here for three labs and two permits.",
        Eq(Integral(6 * _t * (1 - _t), (_t, 0, _S)), 3 * _S**2 * (1 - _S) + _S**3),
    )
    G = Function("G")(_t)
    yield Step(
        "The mean of a price that is not negative is the integral of the probability $G(t)$ that it is at "
        "least $t$, by parts.",
        Eq(Derivative(_t * G, _t), G + _t * Derivative(G, _t)),
    )
    S = (1 - _t) ** 2
    yield Step(
        "For example, if rents and ceilings are uniform on $[0, 1]$, then $S(y) = (1-y)^2$, and with two "
        "labs and one permit the mean is the same from the density of the larger bid.",
        Eq(Integral(_bids_of_one(S), (_t, 0, 1)), Integral(4 * _t * (1 - _t) * (1 - S), (_t, 0, 1))),
    )
    yield Step("It is less than that of truthful bids, the mean of the larger rent.",
               Lt(Integral(_bids_of_one(S), (_t, 0, 1)), Integral(2 * _t**2, (_t, 0, 1))))  # fmt: skip


def _strategic_violators() -> Iterator[Step]:
    yield Step(
        "A lab with the ceiling $e$ would violate if its rent is above $e$, with probability $1 - F(e+c)$, "
        "and then bids $e$. It is without a permit if at least $Q$ of the other $N-1$ labs bid more, again "
        "an incomplete beta function. Here for two permits and four labs.",
        Eq(Integral(6 * _t * (1 - _t), (_t, 0, _S)), 3 * _S**2 * (1 - _S) + _S**3),
    )
    lost = (1 - _t) * (1 - _t) ** 2
    yield Step(
        "For example, if rents and ceilings are uniform on $[0, 1]$, two labs and one permit lead to",
        Eq(2 * Integral(lost, (_t, 0, 1)), Rational(1, 2)),
    )
    yield Step(
        "violators, more than under truthful bids, where a lab of rent $s$ would violate with probability "
        "$s$ and is without a permit with probability $1-s$.",
        Gt(2 * Integral(lost, (_t, 0, 1)), 2 * Integral(_t * (1 - _t), (_t, 0, 1))),
    )
    yield Step(
        "A lab that bids 0 gets no permit: $S(y) = 1$ for $y \\le 0$, and the incomplete beta function is 1.",
        Eq(Integral(6 * _t * (1 - _t), (_t, 0, 1)), 1),
    )


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


def _excess(x: Math) -> Math:
    """Mean of (v - x)^+ for uniform values."""
    return Piecewise((0, Ge(x, b)), ((b - x) ** 2 / (2 * (b - a)), Gt(x, a)), ((a + b) / 2 - x, True))


_UNIFORM = "Values are uniform on $[a, b]$, and cut-off values $c + e$ on $[v_L, v_H]$, independently."
_LARGE = "The number of labs grows, with permits in proportion."
_BIDS = "Each lab bids $\\max(0, \\min(s, e))$, and a bid of 0 gets no permit."
_LAWS = (
    "Rents and ceilings are independent, $F$ is the distribution function of the values and $F_e$ that of "
    "the ceilings, both continuous."
)
_SOURCE = ("malik", "stranlund")


def _written(text: str, latex: str = "") -> Named:
    return Named(Symbol(text), text, latex)


with evaluate(False):  # printed as written
    _capped = rank / (N + 1) * betainc_regularized(rank + 1, Q, 0, u_hat) + u_hat * (
        1 - betainc_regularized(rank, Q, 0, u_hat)
    )
    _both = (b + v_H - sqrt((b - v_H) ** 2 + 4 * kappa * (b - a) * (v_H - v_L))) / 2
    _above = Named(
        Piecewise((0, Ge(v_L, b)), (1, Lt(v_L, a)), ((b - v_L) / (b - a), True)),
        "Pr(v > v_L)",
        r"\Pr(v > v_L)",
    )
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
        assumptions=(_BIDS, _UNIFORM),
        derive=_strategic_bid_sf,
    )
    strategic_price = Proposition(
        name="strategic_price",
        statement="The expected clearing price of strategic bids.",
        where={
            _written("E[p]"): Integral(
                betainc_regularized(Q, N - Q + 1, 0, _written("S(y)")), (Symbol("y"), 0, oo)
            ),
            _written("S(y)"): (1 - _written("F(y+c)")) * (1 - _written("F_e(y)")),
        },
        function=solver.predict_strategic,
        result="price",
        assumptions=(_BIDS, _LAWS, "There are permits, and fewer than labs."),
        source=("david",),
        derive=_strategic_price,
    )
    strategic_violators = Proposition(
        name="strategic_violators",
        statement="The expected number of violators under strategic bids, with $S(y) = 1$ for $y \\le 0$.",
        where={
            _written("E[n_V]"): N
            * Integral(
                (1 - _written("F(e+c)"))
                * betainc_regularized(Q, N - Q, 0, _written("S(e)"))
                * _written("f_e(e)"),
                (Symbol("e"), -oo, oo),
            ),
            _written("f_e(e)"): Derivative(_written("F_e(e)"), Symbol("e")),
        },
        function=solver.predict_strategic,
        result="violations",
        assumptions=(_BIDS, _LAWS, "There are permits, and fewer than labs."),
        source=("david",),
        derive=_strategic_violators,
    )
    strategic_theorem = Proposition(
        name="strategic_theorem",
        statement=(
            "For every realisation of values and risk multipliers, strategic bids lead to a price that is at "
            "most that of truthful bids, and to at least as many violators. If all labs share the ceiling "
            "$e > 0$, there are as many."
        ),
        function=solver.predict_strategic,
        assumptions=(_BIDS, "A lab without a permit violates if $s > e$.", "Ties go to the same lab."),
        derive=_strategic_theorem,
    )
    strategic_one_ceiling = Proposition(
        name="strategic_one_ceiling",
        statement=(
            "If all labs share the ceiling $e > 0$, it caps the price and changes nothing else. The number "
            r"of labs with rents above it is $\hat M$."
        ),
        where={
            _written("p"): Min(_written("v_star", "v^*") - c, shared_ceiling),
            _written("n_V"): Max(0, _written("M_hat", r"\hat M") - Q),
        },
        function=solver.predict_strategic,
        assumptions=(_BIDS,),
        source=_SOURCE,
        derive=_strategic_one_ceiling,
    )
    strategic_price_mean = Formula(
        name="strategic_price_mean",
        statement=(
            r"The expected clearing price where all labs share the ceiling $e$, with $\hat u$ the quantile "
            "of $c + e$."
        ),
        left="E[p]",
        expr=Piecewise(
            (none, Eq(Q, 0)),
            (0, Ge(Q, N)),
            (shared_ceiling, Le(shared_ceiling, a - c)),
            (a - c, Eq(a, b)),
            (a - c + (b - a) * _capped, True),
        ),
        where={u_hat: Min(1, (c + shared_ceiling - a) / (b - a)), rank: N - Q + 1},
        function=numeric.strategic_price_mean,
        arguments={"N": N, "Q": Q, "a": a, "b": b, "c": c, "e": shared_ceiling},
        valid=(Le(a, b), Le(c, a)),
        assumptions=(_BIDS, "Values are uniform on $[a, b]$.", "Every lab has a rent."),
        derive=_strategic_price_mean,
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
        assumptions=(_BIDS, _UNIFORM, _LARGE),
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
        assumptions=(_BIDS, _UNIFORM, _LARGE),
        derive=_strategic_limit_violators,
    )
