"""Price and permits."""

from __future__ import annotations

from collections.abc import Iterator

import sympy
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
    oo,
)

from deterrence import _market as numeric
from deterrence._prediction import predict
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import F, Math, N, Q, a, b, c, kappa, none, sold, u, v_p

_m = Symbol("m", integer=True, positive=True)
_t = Symbol("t", positive=True)
_i = Symbol("i", integer=True, positive=True)


def _beta(first: Math, second: Math) -> Math:
    return sympy.beta(first, second, evaluate=False)


def _moment(power: int) -> Named:
    """Moment of the quantile F(v*), which is Beta(N - Q + 1, Q)."""
    meaning = _beta(N - Q + 1 + power, Q) / _beta(N - Q + 1, Q)
    return Named(meaning, f"E[F(v_star)**{power}]", rf"E[F(v^*)^{power}]" if power > 1 else "E[F(v^*)]")


def _price_cdf() -> Iterator[Step]:
    term = binomial(N, _m) * F**_m * (1 - F) ** (N - _m)
    yield Step(
        "The price is at most $y$ if at least $N-Q+1$ of the $N$ values are at most $y+c$. Each of the "
        "binomial probabilities that are summed has the derivative",
        Eq(
            Derivative(term, F),
            N * binomial(N - 1, _m - 1) * F ** (_m - 1) * (1 - F) ** (N - _m)
            - N * binomial(N - 1, _m) * F**_m * (1 - F) ** (N - 1 - _m),
        ),
    )
    density = F ** (N - Q) * (1 - F) ** (Q - 1) / _beta(N - Q + 1, Q)
    yield Step(
        "so that in the sum from $m = N-Q+1$ to $N$ all but one part cancels. What is left is a beta "
        "density,",
        Eq(N * binomial(N - 1, N - Q) * F ** (N - Q) * (1 - F) ** (Q - 1), density),
    )
    yield Step("the derivative of the regularised incomplete beta function,",
               Eq(Derivative(betainc_regularized(N - Q + 1, Q, 0, F), F), density))  # fmt: skip
    yield Step(
        "and both are 0 at $F = 0$. For three labs and two permits, the price is that of the median:",
        Eq(Integral(6 * _t * (1 - _t), (_t, 0, F)), 3 * F**2 * (1 - F) + F**3),
    )


def _expected_price() -> Iterator[Step]:
    density = _t ** (N - Q) * (1 - _t) ** (Q - 1) / _beta(N - Q + 1, Q)
    yield Step(
        "The quantile of $v^*$ is Beta$(N-Q+1, Q)$: its density is that of one of $N$ labs at $u$, $Q-1$ of "
        "the others above it and the rest below.",
        Eq(density, N * binomial(N - 1, Q - 1) * (1 - _t) ** (Q - 1) * _t ** (N - Q)),
    )
    yield Step(
        "For values uniform on $[a, b]$, three labs and two permits it is the mean of the formula above.",
        Eq(Integral((a + (b - a) * _t - c) * 6 * _t * (1 - _t), (_t, 0, 1)), _price(Q)),
        (Eq(N, 3), Eq(Q, 2)),
    )


def _price_mean() -> Iterator[Step]:
    yield Step("The quantile of $v^*$ is Beta$(N-Q+1, Q)$, with mean", Eq(_moment(1), (N - Q + 1) / (N + 1)))
    yield Step(
        "and $v^* = a + (b-a)F(v^*)$ for uniform values. One permit more lowers the price by an equal step.",
        Eq(
            Named(_price(Q), "E[p](Q)", "E[p]_Q") - Named(_price(Q + 1), "E[p](Q + 1)", "E[p]_{Q+1}"),
            (b - a) / (N + 1),
        ),
    )
    yield Step(
        "With $Q = \\kappa N$ it tends to the large-market price.",
        Eq(Limit(_price(kappa * N), N, oo), b - (b - a) * kappa - c),
    )


def _price(permits: Math) -> Math:
    return a - c + (b - a) * (N - permits + 1) / (N + 1)


def _price_variance() -> Iterator[Step]:
    spread = Q * (N - Q + 1) / ((N + 1) ** 2 * (N + 2))
    yield Step(
        "The quantile of $v^*$ is Beta$(N-Q+1, Q)$, with variance", Eq(_moment(2) - _moment(1) ** 2, spread)
    )
    yield Step(
        "and the price is $b-a$ times as spread out. With $Q = \\kappa N$ it shrinks with the number of "
        "labs.",
        Eq(
            Limit(N * (b - a) ** 2 * spread.xreplace({Q: kappa * N}), N, oo),
            (b - a) ** 2 * kappa * (1 - kappa),
        ),
    )


def _limit_price() -> Iterator[Step]:
    v_star = Named(b - (b - a) * kappa, "v_star", "v^*")
    yield Step("The share of values above $v^*$ is that of the permits.", Eq((b - v_star) / (b - a), kappa))
    yield Step("Where some rents are negative, the marginal bid is 0.", Eq(limit_price.named, 0),
               (Gt(c, b - (b - a) * kappa), Gt(b, a)))  # fmt: skip
    yield Step("More permits lower the price otherwise.", Le(Derivative(limit_price.named, kappa), 0),
               (Gt(a, c), Gt(b, a)))  # fmt: skip


def _unpermitted_probability() -> Iterator[Step]:
    chance = Named(betainc_regularized(Q, N - Q, 0, 1 - u), "l(u)", r"\ell(u)")
    yield Step(
        "At least $Q$ of the other $N-1$ labs are above $u$, each with probability $1-u$. As for the "
        "price, the sum of binomial probabilities is an incomplete beta function, with the density",
        Eq(Derivative(chance, u), -((1 - u) ** (Q - 1)) * u ** (N - Q - 1) / _beta(Q, N - Q)),
    )
    yield Step(
        "For three labs and one permit it is the probability that not both of the others are below.",
        Eq(Integral(2 * _t, (_t, u, 1)), 1 - u**2),
    )
    yield Step(
        "Its mean over all labs, 1 less that of the beta law, is the share of labs without a permit.",
        Eq(N * (1 - _beta(Q + 1, N - Q) / _beta(Q, N - Q)), N - Q),
    )


def _permit_rent() -> Iterator[Step]:
    rent = a - c + (b - a) * (N - _i + 1) / (N + 1)
    yield Step("The $i$-th largest rent is on average what the price would be with $i$ permits. Their sum is",
               Eq(Sum(rent, (_i, 1, sold)), permit_rent.expr))  # fmt: skip
    yield Step("If all labs have a permit, they have the average rent.",
               Eq(permit_rent.expr, N * ((a + b) / 2 - c)), (Eq(sold, N),))  # fmt: skip


def _fixed_price_permits() -> Iterator[Step]:
    bought = fixed_price_permits.named
    yield Step("The labs with $v \\ge v_p$ buy.", Eq(bought, N * Integral(1 / (b - a), (_t, v_p, b))),
               (Eq(v_p, a + (b - a) * kappa), Gt(b, a)))  # fmt: skip
    yield Step("A higher price sells fewer permits.", Lt(Derivative(bought, v_p), 0),
               (Eq(v_p, a + (b - a) * kappa), Gt(b, a)))  # fmt: skip


_UNIFORM = "Values are uniform on $[a, b]$."
_TRUTHFUL = "Bids are truthful: each lab bids its rent."
_EVERY_RENT = "Every lab has a rent."

with evaluate(False):  # printed as written
    _density = u ** (N - Q) * (1 - u) ** (Q - 1) / _beta(N - Q + 1, Q)
    clearing_price_cdf = Formula(
        name="clearing_price_cdf",
        statement=(
            "The probability that the clearing price is at most $y \\ge 0$, where $F$ is that of a value of "
            "at most $y+c$."
        ),
        left=r"\Pr(p \le y)",
        expr=Piecewise((none, Eq(Q, 0)), (1, Ge(Q, N)), (betainc_regularized(N - Q + 1, Q, 0, F), True)),
        function=numeric.clearing_price_cdf,
        assumptions=(
            _TRUTHFUL,
            "Values are independent, with a continuous distribution.",
            "The price is 0 if there is a permit for every lab.",
        ),
        source=("david",),
        derive=_price_cdf,
    )
    clearing_price_mean = Formula(
        name="clearing_price_mean",
        statement="The expected clearing price.",
        left="E[p]",
        expr=Piecewise((none, Eq(Q, 0)), (0, Ge(Q, N)), (_price(Q), True)),
        function=numeric.clearing_price_mean,
        valid=(Le(a, b), Le(c, a)),
        assumptions=(_TRUTHFUL, _UNIFORM, _EVERY_RENT),
        source=("david",),
        derive=_price_mean,
    )
    expected_price = Proposition(
        name="expected_price",
        statement="The expected clearing price for any distribution of values.",
        where={
            Named(Symbol("mean"), "E[p]"): Integral(
                Max(0, Named(Symbol("quantile"), "v(u)", "F^{-1}(u)") - c) * _density, (u, 0, 1)
            )
        },
        function=predict,
        result="price",
        assumptions=(
            _TRUTHFUL,
            "Values are independent, with a continuous distribution function $F$.",
            "There are permits, and fewer than labs.",
        ),
        source=("david",),
        derive=_expected_price,
    )
    clearing_price_variance = Formula(
        name="clearing_price_variance",
        statement="The variance of the clearing price.",
        left=r"\operatorname{Var}(p)",
        expr=Piecewise(
            (none, Eq(Q, 0)),
            (0, Ge(Q, N)),
            ((b - a) ** 2 * (Q * (N - Q + 1) / ((N + 1) ** 2 * (N + 2))), True),
        ),
        function=numeric.clearing_price_variance,
        valid=(Le(a, b),),
        assumptions=(_TRUTHFUL, _UNIFORM, _EVERY_RENT),
        source=("david",),
        derive=_price_variance,
    )
    limit_price = Formula(
        name="limit_price",
        statement="The clearing price of a large market.",
        left=r"p_\infty",
        expr=Piecewise((none, Eq(kappa, 0)), (0, Eq(kappa, 1)), (Max(0, b - (b - a) * kappa - c), True)),
        function=numeric.limit_price,
        valid=(Le(a, b),),
        assumptions=(_TRUTHFUL, _UNIFORM, "The number of labs grows, with permits in proportion."),
        source=("david",),
        derive=_limit_price,
    )
    unpermitted_probability = Formula(
        name="unpermitted_probability",
        statement="The probability that a lab at quantile $u$ gets no permit.",
        left=r"\ell(u)",
        expr=Piecewise((0, Ge(Q, N)), (1, Eq(Q, 0)), (betainc_regularized(Q, N - Q, 0, 1 - u), True)),
        function=numeric.unpermitted_probability,
        assumptions=(_TRUTHFUL, "Values are independent, with a continuous distribution."),
        source=("david",),
        derive=_unpermitted_probability,
    )
    permit_rent = Formula(
        name="permit_rent",
        statement="The expected total rent of the permit holders.",
        left=r"E\Big[\sum_{\text{permits}} (v-c)\Big]",
        expr=sold * (a - c + (b - a) * (1 - (sold + 1) / (2 * (N + 1)))),
        where={sold: Min(Q, N)},
        function=numeric.permit_rent,
        valid=(Le(a, b), Le(c, a)),
        assumptions=(_TRUTHFUL, _UNIFORM, _EVERY_RENT),
        source=("david",),
        derive=_permit_rent,
    )
    fixed_price_permits = Formula(
        name="fixed_price_permits",
        statement="The expected permits at a fixed price.",
        left="E[n_P]",
        expr=Piecewise((N, Le(v_p, a)), (0, Ge(v_p, b)), (N * ((b - v_p) / (b - a)), True)),
        function=numeric.fixed_price_permits,
        valid=(Le(a, b),),
        assumptions=(
            _UNIFORM,
            "A lab buys if its value is at least $v_p$: the price, or the price plus cost.",
        ),
        derive=_fixed_price_permits,
    )
