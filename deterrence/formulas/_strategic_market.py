"""Markets of strategic bids."""

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
    Min,
    Piecewise,
    Rational,
    Symbol,
    betainc_regularized,
    binomial,
    evaluate,
    oo,
)

from deterrence import _strategic as numeric
from deterrence import _strategic_prediction as solver
from deterrence.formulas._formula import Formula
from deterrence.formulas._proposition import Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._strategic import BIDS, written
from deterrence.formulas._symbols import Math, N, Q, a, b, c, none, rank, shared_ceiling, u_hat

_t = Symbol("t", positive=True)
_S = Symbol("S", nonnegative=True)


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


_LAWS = (
    "Rents and ceilings are independent, $F$ is the distribution function of the values and $F_e$ that of "
    "the ceilings, both continuous."
)

with evaluate(False):  # printed as written
    _capped = rank / (N + 1) * betainc_regularized(rank + 1, Q, 0, u_hat) + u_hat * (
        1 - betainc_regularized(rank, Q, 0, u_hat)
    )
    strategic_price = Proposition(
        name="strategic_price",
        statement="The expected clearing price of strategic bids.",
        where={
            written("E[p]"): Integral(
                betainc_regularized(Q, N - Q + 1, 0, written("S(y)")), (Symbol("y"), 0, oo)
            ),
            written("S(y)"): (1 - written("F(y+c)")) * (1 - written("F_e(y)")),
        },
        function=solver.predict_strategic,
        result="price",
        assumptions=(BIDS, _LAWS, "There are permits, and fewer than labs."),
        source=("david",),
        derive=_strategic_price,
    )
    strategic_violators = Proposition(
        name="strategic_violators",
        statement="The expected number of violators under strategic bids, with $S(y) = 1$ for $y \\le 0$.",
        where={
            written("E[n_V]"): N
            * Integral(
                (1 - written("F(e+c)"))
                * betainc_regularized(Q, N - Q, 0, written("S(e)"))
                * written("f_e(e)"),
                (Symbol("e"), -oo, oo),
            ),
            written("f_e(e)"): Derivative(written("F_e(e)"), Symbol("e")),
        },
        function=solver.predict_strategic,
        result="violations",
        assumptions=(BIDS, _LAWS, "There are permits, and fewer than labs."),
        source=("david",),
        derive=_strategic_violators,
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
        assumptions=(BIDS, "Values are uniform on $[a, b]$.", "Every lab has a rent."),
        derive=_strategic_price_mean,
    )
