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
    Rational,
    Sum,
    Symbol,
    beta,
    betainc_regularized,
    binomial,
    evaluate,
    false,
    true,
)

from deterrence import _violations as numeric
from deterrence._compliance import complies
from deterrence._prediction import predict
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    D,
    Math,
    N,
    P,
    Q,
    V,
    a,
    b,
    c,
    g,
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


def _expected_violators() -> Iterator[Step]:
    yield Step(
        "A lab at quantile $u$ is without a permit with probability $\\ell(u)$, and then gains "
        "$F^{-1}(u) - c + V$. For example, if rents and the punishments that labs expect are uniform on "
        "$[0, 1]$, then $\\delta(s) = s$, and for two labs and one permit $\\ell(u) = 1-u$:",
        Eq(2 * Integral((1 - _t) * _t, (_t, 0, 1)), Rational(1, 3)),
    )
    yield Step(
        "the same as from the larger of the rents, with density $2x$, below which the other violates with "
        "probability $x/2$.",
        Eq(Integral(_t**2, (_t, 0, 1)), Rational(1, 3)),
    )


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


def _loser_violation() -> Iterator[Step]:
    chance = Named(_between(a, v_star).xreplace({b: v_star}), "h", "h")
    yield Step("It is the mean of the probability to violate over the values below $v^*$. Above all cut-offs "
               "it is", Eq(chance, 1), (Gt(v_star, a), Gt(a, v_H), Gt(v_H, v_L)))  # fmt: skip
    yield Step(
        "and with one multiplier the share of them that is above the cut-off.",
        Eq(chance, (v_star - v_L) / (v_star - a)),
        (Gt(v_star, v_L), Gt(v_L, a), Eq(v_H, v_L)),
    )


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
_PRICE_RULE = "The gain is $g = p + V$, by the letter of the specification, and bids are truthful."
_UNIFORM = "Values are uniform on $[a, b]$ and risk multipliers on $[r_0, r_1]$."
_ALIKE = "All labs share one risk multiplier; values are independent, with a continuous distribution."

with evaluate(False):  # printed as written
    _delta = Named(
        Piecewise((0, Le(p + V, r0 * D)), (1, Ge(p + V, r1 * D)), (((p + V) / D - r0) / (r1 - r0), True)),
        "delta(p + V)",
        r"\delta(p + V)",
    )
    _u, _chance = Symbol("u"), Named(Symbol("chance"), "delta(v(u) - c + V)", r"\delta(F^{-1}(u) - c + V)")
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
    expected_violators = Proposition(
        name="expected_violators",
        statement="The expected number of violators for any distributions of values and multipliers.",
        where={
            Named(Symbol("mean"), "E[n_V]"): N
            * Integral(Named(Symbol("l"), "l(u)", r"\ell(u)") * _chance, (_u, 0, 1)),
        },
        function=predict,
        result="violations",
        assumptions=(
            _MIN_RULE,
            "Values and multipliers are independent, the values with a continuous distribution function $F$.",
        ),
        source=("david",),
        derive=_expected_violators,
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
        assumptions=(_PRICE_RULE, _ALIKE, "Every lab has a rent."),
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
        assumptions=(_MIN_RULE, _UNIFORM),
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
