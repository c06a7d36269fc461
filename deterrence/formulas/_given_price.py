"""Violations given the price."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Derivative,
    Eq,
    Ge,
    Gt,
    Integral,
    Le,
    Lt,
    Max,
    Piecewise,
    Sum,
    Symbol,
    beta,
    betainc_regularized,
    binomial,
    evaluate,
    false,
    true,
)

from deterrence import _given_price as numeric
from deterrence._compliance import complies
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    D,
    N,
    P,
    Q,
    V,
    h_corr,
    h_loser,
    h_mean,
    j,
    kappa,
    p,
    p_eff,
    r,
    r0,
    r1,
    rent,
    u_hat,
    unbought,
)
from deterrence.formulas._violations import ALIKE

_m = Symbol("m", integer=True, nonnegative=True)
_t = Symbol("t", positive=True)


def _conditional_violator_pmf() -> Iterator[Step]:
    above = binomial(N, Q) * Q * (1 - _t) ** (Q - 1) * _t ** (N - Q)
    yield Step(
        "Given that the last permit holder is at quantile $t$, the $Q-1$ labs above it and the $N-Q$ below "
        "are independent draws from either side: the density of the one, times the chances of the others, is "
        "that of the marginal quantile.",
        Eq(above, N * binomial(N - 1, Q - 1) * (1 - _t) ** (Q - 1) * _t ** (N - Q)),
    )
    yield Step(
        "So every lab below violates with the same probability, independently. On average there are",
        Eq(Sum(_m * binomial(N - Q, _m) * h_loser**_m * (1 - h_loser) ** (N - Q - _m), (_m, 0, N - Q)),
           (N - Q) * h_loser), (Eq(N, 5), Eq(Q, 2)),
    )  # fmt: skip


def _violator_variance() -> Iterator[Step]:
    variance = violator_variance.named
    spread = h_corr * h_mean * (1 - h_mean)
    yield Step(
        "Given the price the violators are binomial. The variance is the mean of that of the binomials, and "
        "the variance of their means.",
        Eq(variance, (N - Q) * (h_mean - (spread + h_mean**2)) + (N - Q) ** 2 * spread),
        (Gt(N, Q),),
    )
    yield Step("Without movements in the price it is binomial,",
               Eq(variance, (N - Q) * h_mean * (1 - h_mean)), (Eq(h_corr, 0), Gt(N, Q)))  # fmt: skip
    yield Step("if the price decides for all at once, it is that of all or none.",
               Eq(variance, (N - Q) ** 2 * h_mean * (1 - h_mean)), (Eq(h_corr, 1), Gt(N, Q)))  # fmt: skip


def _price_rule_mean() -> Iterator[Step]:
    mean = (N - Q) * betainc_regularized(Q, N - Q + 1, 0, 1 - u_hat)
    density = u_hat ** (N - Q) * (1 - u_hat) ** (Q - 1) / beta(N - Q + 1, Q, evaluate=False)
    yield Step(
        "Every lab without a permit gains $p + V$, so that all of them violate if $v^* > \\hat v$ and none "
        "otherwise. The quantile of $v^*$ is Beta$(N-Q+1, Q)$, and a higher cut-off deters all of them at "
        "once.",
        Eq(Derivative(Named(mean, "price_rule_mean", "E[n_V]"), u_hat), -(N - Q) * density),
    )
    yield Step(
        "It is at least the number under the rule $\\min(p, v-c) + V$, by which labs with lower values gain "
        "less. Here for three labs and two permits, where that is the chance that all are above the cut-off.",
        Ge(Integral(6 * _t * (1 - _t), (_t, u_hat, 1)), (1 - u_hat) ** 3),
    )


def _price_rule_limit_share() -> Iterator[Step]:
    share = price_rule_limit_share.named
    inside = (Eq(p, D * (r0 + (r1 - r0) * u_hat) - V), Gt(r1, r0))
    yield Step("All labs without a permit have one gain, $p + V$.",
               Eq(share, (1 - kappa) * ((p + V) / D - r0) / (r1 - r0)), inside)  # fmt: skip
    yield Step("If it is below what the boldest lab fears, nobody violates.", Eq(share, 0),
               (Gt(r0, (p + V) / D),))  # fmt: skip


def _price_rule_fixed_price() -> Iterator[Step]:
    chance = price_rule_fixed_price.named
    yield Step(
        "The labs that do not buy have one gain, $p + V$. If even the most fearful would violate for it, all "
        "of them do.",
        Eq(chance, unbought),
        (Gt(r1, r0), Gt(p, r1 * D)),
    )
    yield Step("A higher price invites those that do not pay it.", Gt(Derivative(chance, p), 0),
               (Eq(p, D * (r0 + (r1 - r0) * u_hat)), Eq(V, 0), Gt(r1, r0)))  # fmt: skip


def _full_compliance() -> Iterator[Step]:
    margin = r * D - (rent + V)
    yield Step(
        "A lab without a permit has a rent of at most the price and a multiplier of at least $r_0$, so that "
        "its margin is at least that of the marginal lab with the least multiplier.",
        Ge(margin, r0 * D - (p + V)),
        (Gt(r, r0), Gt(p, rent)),
    )
    yield Step(
        "In a large market, where there are labs near it, that is needed as well: if the condition fails, "
        "their margin is negative.",
        Lt(r0 * D - (p + V), 0),
        (Gt(p, r0 * D - V),),
    )


_PRICE_RULE = "The gain is $g = p + V$, by the letter of the specification, and bids are truthful."

with evaluate(False):  # printed as written
    _delta = Named(
        Piecewise((0, Le(p + V, r0 * D)), (1, Ge(p + V, r1 * D)), (((p + V) / D - r0) / (r1 - r0), True)),
        "delta(p + V)",
        r"\delta(p + V)",
    )
    conditional_violator_pmf = Formula(
        name="conditional_violator_pmf",
        statement="The probability of $j$ violators given the price of a cap that binds.",
        left=r"\Pr(n_V = j \mid p)",
        expr=Piecewise(
            (0, Gt(j, Max(0, N - Q))),
            (1, Ge(Q, N)),
            (binomial(N - Q, j) * h_loser**j * (1 - h_loser) ** (N - Q - j), True),
        ),
        function=numeric.conditional_violator_pmf,
        arguments={"j": j, "N": N, "Q": Q, "h": h_loser},
        assumptions=(
            "Values and multipliers are independent, the values with a continuous distribution.",
            "Under the gain rule $p + V$, $h = \\delta(p+V)$.",
        ),
        source=("david",),
        derive=_conditional_violator_pmf,
    )
    violator_variance = Formula(
        name="violator_variance",
        statement=(
            r"The variance of the number of violators, with the correlation "
            r"$\rho = \operatorname{Var}(h) / (E[h](1-E[h]))$ between the violations of two labs."
        ),
        left=r"\operatorname{Var}(n_V)",
        expr=Piecewise((0, Ge(Q, N)), ((N - Q) * h_mean * (1 - h_mean) * (1 + (N - Q - 1) * h_corr), True)),
        function=numeric.violator_variance,
        arguments={"N": N, "Q": Q, "h": h_mean, "rho": h_corr},
        assumptions=("Values and multipliers are independent, the values with a continuous distribution.",),
        derive=_violator_variance,
    )
    price_rule_mean = Formula(
        name="price_rule_mean",
        statement="The expected number of violators if every lab without a permit gains $p + V$.",
        left="E[n_V]",
        expr=Piecewise(
            (N, Eq(Q, 0)), (0, Ge(Q, N)), ((N - Q) * betainc_regularized(Q, N - Q + 1, 0, 1 - u_hat), True)
        ),
        function=numeric.price_rule_mean,
        assumptions=(_PRICE_RULE, ALIKE, "Every lab has a rent."),
        source=("specification",),
        derive=_price_rule_mean,
    )
    price_rule_limit_share = Formula(
        name="price_rule_limit_share",
        statement="The violators per lab in a large market if every lab without a permit gains $p + V$.",
        left=r"\nu",
        expr=(1 - kappa) * _delta,
        function=numeric.price_rule_violation,
        arguments={"share": 1 - kappa, "p": p, "V": V, "D": D, "r0": r0, "r1": r1},
        valid=(Le(r0, r1),),
        assumptions=(_PRICE_RULE, "Risk multipliers are uniform on $[r_0, r_1]$."),
        source=("specification",),
        derive=_price_rule_limit_share,
    )
    price_rule_fixed_price = Formula(
        name="price_rule_fixed_price",
        statement=(
            "The probability that a lab violates at a fixed price if every lab without a permit gains "
            "$p + V$."
        ),
        left=r"\theta",
        expr=unbought * _delta,
        function=numeric.price_rule_violation,
        arguments={"share": unbought, "p": p, "V": V, "D": D, "r0": r0, "r1": r1},
        valid=(Le(r0, r1),),
        assumptions=(_PRICE_RULE, "Risk multipliers are uniform on $[r_0, r_1]$."),
        source=("specification",),
        derive=_price_rule_fixed_price,
    )
    full_compliance = Proposition(
        name="full_compliance",
        statement=(
            "No lab violates if the marginal lab complies with the least risk multiplier. In a large market "
            "with labs near it this is also necessary."
        ),
        columns=(r"\text{all comply}",),
        cases=(
            Case((Ge(p_eff * r0 * P, p + V),), (true,)),
            Case((Lt(p_eff * r0 * P, p + V),), (false,)),
        ),
        function=complies,
        arguments={"p_eff": p_eff, "B": r0 * P, "g": p + V},
        assumptions=("Bids are truthful.", "The gain is $g = \\min(p, v - c) + V$ or $p + V$."),
        source=("becker",),
        derive=_full_compliance,
    )
