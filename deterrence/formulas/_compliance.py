"""Compliance thresholds."""
# ruff: noqa: N816  (letters of the model keep their case)

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sympy import And, Derivative, Eq, Ge, Gt, Le, Lt, Max, Min, Piecewise, evaluate, oo

from deterrence._compliance import threshold
from deterrence.formulas._detection import audit_rate
from deterrence.formulas._formula import Formula
from deterrence.formulas._gain import margin
from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    B,
    K,
    L,
    Math,
    P,
    R,
    V,
    beta,
    c,
    g,
    none,
    p,
    p_b,
    p_eff,
    p_s,
    p_s_star,
    phi,
    pi_0,
    pi_1,
    r,
    v,
)


def _star(variable: Math, value: Math, latex: str) -> Named:
    return Named(value, f"{variable}_star", latex)


def _threshold_p_eff() -> Iterator[Step]:
    star = _star(p_eff, g / B, r"p_{\mathrm{eff}}^*")
    yield Step("At the threshold the lab is indifferent.", Eq(margin.named, 0), (Eq(p_eff, g / B),))
    yield Step("More detection deters more.", Ge(Derivative(margin.named, p_eff), 0))
    yield Step(
        "It can be reached if and only if the gain is at most the punishment.", Eq(1 - star, (B - g) / B)
    )
    yield Step("It is proportional to the gain.", Eq(Derivative(star, g), 1 / B))
    yield Step("It falls in the punishment.", Lt(Derivative(star, B), 0), (Gt(g, 0),))


def _threshold_p_s() -> Iterator[Step]:
    star = _star(p_s, (g - p_b * B) / (B * (1 - p_b)), "p_s^*")
    yield Step(
        "At the threshold audits and backchecks together make the lab indifferent.",
        Eq((star + (1 - star) * p_b) * B, g),
    )
    yield Step("It can be reached if and only if the gain is at most the punishment.",
               Eq(1 - star, (B - g) / (B * (1 - p_b))))  # fmt: skip
    yield Step("Backchecks alone deter where the gain is small enough.", Le(star, 0), (Lt(g, p_b * B),))
    yield Step("Backchecks spare audits.", Lt(Derivative(star, p_b), 0), (Gt(B, g), Gt(g, 0)))


def _threshold_B() -> Iterator[Step]:
    star = _star(B, g / p_eff, "B^*")
    yield Step("At the threshold the lab is indifferent.", Eq(p_eff * star, g))
    yield Step("A larger punishment deters more.", Ge(Derivative(margin.named, B), 0))
    yield Step("Without detection no punishment deters.", Lt(margin.named, 0), (Eq(p_eff, 0), Gt(g, 0)))
    yield Step("More detection spares punishment.", Lt(Derivative(star, p_eff), 0), (Gt(g, 0),))


def _threshold_P() -> Iterator[Step]:
    star = _star(P, g / (r * p_eff), "P^*")
    yield Step(
        "At the threshold the lab, which perceives $B = rP$, is indifferent.", Eq(p_eff * (r * star), g)
    )
    yield Step("A lab that fears punishment more needs less of it.", Lt(Derivative(star, r), 0), (Gt(g, 0),))


def _threshold_fine() -> Iterator[Step]:
    P_star = _star(P, g / (r * p_eff), "P^*")
    star = _star(phi, P_star - R - K, r"\phi^*")
    beyond = (Gt(P_star, R + K),)
    yield Step(
        "The fine adds to reputation and collateral what the punishment lacks.", Eq(K + star + R, P_star)
    )
    yield Step(
        "Under a liability cap it is collected in full if the cap leaves room for it.",
        Eq(Min(K + star, L) + R, P_star),
        (Gt(L, P_star - R), *beyond),
    )
    yield Step(
        "Under a lower cap no fine deters.",
        Lt(p_eff * r * (L + R), g),
        (Lt(L, P_star - R), *beyond),
    )


def _threshold_r() -> Iterator[Step]:
    star = _star(r, g / (p_eff * P), "r^*")
    yield Step("At the threshold the lab is indifferent.", Eq(p_eff * (star * P), g))
    yield Step("A larger expected punishment deters bolder labs.", Lt(Derivative(star, P), 0), (Gt(g, 0),))


def _threshold_g() -> Iterator[Step]:
    yield Step("At the threshold the lab is indifferent.", Eq(margin.named, 0), (Eq(g, p_eff * B),))
    yield Step("A larger gain invites.", Eq(Derivative(margin.named, g), -1))


def _threshold_V() -> Iterator[Step]:
    star = _star(V, p_eff * B - Min(p, v - c), "V^*")
    yield Step("At the threshold the lab is indifferent.", Eq(p_eff * B - (Min(p, v - c) + star), 0))
    yield Step(
        "Racing value invites, one for one.",
        Eq(Derivative(Named(p_eff * B - (Min(p, v - c) + V), "margin", "m"), V), -1),
    )
    yield Step(
        "The most that detection and punishment can offset is what they leave over the permit cost.",
        Eq(star, p_eff * B - p),
        (Gt(v, c + p),),
    )


def _threshold_p_price() -> Iterator[Step]:
    star = _star(p, p_eff * B - V, "p^*")
    yield Step("At the threshold the lab is indifferent.", Eq(p_eff * B - (star + V), 0))
    yield Step(
        "A higher price invites, one for one.",
        Eq(Derivative(Named(p_eff * B - (p + V), "margin", "m"), p), -1),
    )


def _threshold_p() -> Iterator[Step]:
    star = _star(p, p_eff * B - V, "p^*")
    m = Named(p_eff * B - (Min(p, v - c) + V), "margin", "m")
    every = Gt(p_eff * B, v - c + V)
    yield Step(
        "A lab whose rent is covered complies at a price above its rent",
        Ge(m, 0),
        (every, Gt(p, v - c), Gt(v, c)),
    )
    yield Step("and at a price below.", Ge(m, 0), (every, Gt(v, c + p)))
    yield Step(
        "Any other lab is indifferent at the threshold, which lies below its rent.",
        Eq(p_eff * B - (Min(star, v - c) + V), 0),
        (Gt(v, c + p_eff * B - V), Gt(p_eff * B, V)),
    )
    yield Step("Up to its rent a higher price invites.", Eq(Derivative(m, p), -1), (Gt(v, c + p),))
    yield Step("From there on the price is of no account.", Eq(Derivative(m, p), 0), (Gt(p, v - c), Gt(v, c)))


def _threshold_v() -> Iterator[Step]:
    star = _star(v, c + p_eff * B - V, r"\hat v")
    m = Named(p_eff * B - (Min(p, v - c) + V), "margin", "m")
    every = Gt(p_eff * B, p + V)
    yield Step(
        "If the price is covered, a lab that would not buy complies",
        Ge(m, 0),
        (every, Gt(p, v - c), Gt(v, c)),
    )
    yield Step("and so does one that would.", Ge(m, 0), (every, Gt(v, c + p)))
    yield Step(
        "If not, the lab is indifferent at the threshold, where its rent lies below the price.",
        Eq(p_eff * B - (Min(p, star - c) + V), 0),
        (Gt(p, p_eff * B - V), Gt(p_eff * B, V)),
    )
    yield Step(
        "Up to the price a more valuable run invites.", Eq(Derivative(m, v), -1), (Gt(p, v - c), Gt(v, c))
    )


def _audited_margin(rate: Math) -> Named:
    """The margin of a lab that is audited at this rate, and backchecked otherwise."""
    return Named((rate + (1 - rate) * p_b) * B - g, "margin", "m")


def _required() -> Named:
    return Named((g - p_b * B) / (B * (1 - p_b)), "p_s_star", "p_s^*")


_INTERIOR = (Gt(B, g), Gt(g, 0))


def _threshold_pi_1() -> Iterator[Step]:
    p_s_star, rate = _required(), audit_rate.expr
    star = _star(pi_1, (p_s_star - (1 - beta) * pi_0) / beta, r"\pi_1^*")
    yield Step("At the threshold violators are audited at the rate that deters.",
               Eq(beta * star + (1 - beta) * pi_0, p_s_star))  # fmt: skip
    yield Step("At that rate the lab is indifferent.", Eq(_audited_margin(p_s_star), 0))
    yield Step(
        "More audits after a suspicious signal deter more.",
        Eq(Derivative(_audited_margin(rate), pi_1), B * beta * (1 - p_b)),
    )
    yield Step(
        "It can be reached if and only if the margin is not negative at $\\pi_1 = 1$.",
        Eq(_audited_margin(rate), B * (1 - p_b) * (beta + (1 - beta) * pi_0 - p_s_star)),
        (Eq(pi_1, 1),),
    )
    yield Step("A larger gain needs more audits.", Eq(Derivative(star, g), 1 / (B * beta * (1 - p_b))))
    yield Step("A larger punishment needs fewer.", Eq(Derivative(star, B), -g / (B**2 * beta * (1 - p_b))))
    yield Step("So do more audits after a clean signal,", Eq(Derivative(star, pi_0), -(1 - beta) / beta))
    yield Step("and more backchecks.", Lt(Derivative(star, p_b), 0), _INTERIOR)
    yield Step(
        "A better signal needs fewer if and only if suspicious signals are audited more than clean ones,",
        Eq(Derivative(star, beta), -(p_s_star - pi_0) / beta**2),
    )
    yield Step("for the two have the same sign.", Eq(star - pi_0, (p_s_star - pi_0) / beta))


def _threshold_pi_0() -> Iterator[Step]:
    p_s_star, rate = _required(), audit_rate.expr
    star = _star(pi_0, (p_s_star - beta * pi_1) / (1 - beta), r"\pi_0^*")
    yield Step("At the threshold violators are audited at the rate that deters.",
               Eq(beta * pi_1 + (1 - beta) * star, p_s_star))  # fmt: skip
    yield Step(
        "More audits after a clean signal deter more.",
        Eq(Derivative(_audited_margin(rate), pi_0), B * (1 - beta) * (1 - p_b)),
    )
    yield Step(
        "It can be reached if and only if the margin is not negative at $\\pi_0 = 1$.",
        Eq(_audited_margin(rate), B * (1 - p_b) * (beta * pi_1 + 1 - beta - p_s_star)),
        (Eq(pi_0, 1),),
    )
    yield Step("A larger gain needs more audits.", Eq(Derivative(star, g), 1 / (B * (1 - beta) * (1 - p_b))))
    yield Step(
        "More audits after a suspicious signal spare them.", Eq(Derivative(star, pi_1), -beta / (1 - beta))
    )
    yield Step("A better signal does so if suspicious signals are audited enough.",
               Eq(Derivative(star, beta), (p_s_star - pi_1) / (1 - beta) ** 2))  # fmt: skip
    yield Step("More backchecks spare them.", Lt(Derivative(star, p_b), 0), _INTERIOR)


def _threshold_beta() -> Iterator[Step]:
    p_s_star, rate = _required(), audit_rate.expr
    star = _star(beta, (p_s_star - pi_0) / (pi_1 - pi_0), r"\beta^*")
    m = _audited_margin(rate)
    yield Step("At the threshold violators are audited at the rate that deters.",
               Eq(star * pi_1 + (1 - star) * pi_0, p_s_star))  # fmt: skip
    yield Step(
        "A better signal deters more where suspicious signals are audited more,",
        Gt(Derivative(m, beta), 0),
        (Lt(pi_0, pi_1),),
    )
    yield Step(
        "and less where clean ones are: then the threshold is an upper bound.",
        Lt(Derivative(m, beta), 0),
        (Lt(pi_1, pi_0),),
    )
    yield Step(
        "A perfect signal leaves the audits after a suspicious one.",
        Eq(m, B * (1 - p_b) * (pi_1 - p_s_star)),
        (Eq(beta, 1),),
    )
    yield Step("A signal that never suspects leaves the audits after a clean one.",
               Eq(m, B * (1 - p_b) * (pi_0 - p_s_star)), (Eq(beta, 0),))  # fmt: skip
    yield Step("A larger gain needs a better signal.", Gt(Derivative(star, g), 0), (Lt(pi_0, pi_1),))
    yield Step("More audits move it", Eq(Derivative(star, pi_1), -(p_s_star - pi_0) / (pi_1 - pi_0) ** 2))
    yield Step("after either signal.", Eq(Derivative(star, pi_0), (p_s_star - pi_1) / (pi_1 - pi_0) ** 2))


def _threshold_p_b() -> Iterator[Step]:
    star = _star(p_b, (g - p_s * B) / (B * (1 - p_s)), "p_b^*")
    yield Step("At the threshold audits and backchecks together make the lab indifferent.",
               Eq((p_s + (1 - p_s) * star) * B, g))  # fmt: skip
    yield Step("More backchecks deter more.", Eq(Derivative(_audited_margin(p_s), p_b), B * (1 - p_s)))
    yield Step("It can be reached if and only if the gain is at most the punishment.",
               Eq(1 - star, (B - g) / (B * (1 - p_s))))  # fmt: skip
    yield Step("A larger gain needs more of them.", Eq(Derivative(star, g), 1 / (B * (1 - p_s))))
    yield Step("More audits spare them.", Lt(Derivative(star, p_s), 0), _INTERIOR)


_MIN_RULE = "The gain is $g = \\min(p, v - c) + V$."
_WORTH = "A threshold of 0 says that the lab complies in any case."
_EVERY = "A threshold of $\\infty$ says that every value deters."

with evaluate(False):  # printed as written
    _rate_that_deters = Piecewise(
        (0, Le(g, p_b * B)), (oo, Eq(B * (1 - p_b), 0)), ((g - p_b * B) / (B * (1 - p_b)), True)
    )
    threshold_p_eff = Formula(
        name="threshold_p_eff",
        statement="The smallest detection probability that deters.",
        left=r"p_{\mathrm{eff}}^*",
        expr=Piecewise((0, Le(g, 0)), (g / B, Le(g, B)), (none, True)),
        function=partial(threshold, "p_eff"),
        result="value",
        assumptions=(_WORTH,),
        source=("becker",),
        derive=_threshold_p_eff,
    )
    threshold_p_s = Formula(
        name="threshold_p_s",
        statement="The smallest audit probability of a violator that deters.",
        left="p_s^*",
        expr=Piecewise((0, Le(g, p_b * B)), ((g - p_b * B) / (B * (1 - p_b)), Le(g, B)), (none, True)),
        function=partial(threshold, "p_s"),
        result="value",
        assumptions=(_WORTH,),
        derive=_threshold_p_s,
    )
    threshold_B = Formula(
        name="threshold_B",
        statement="The smallest perceived punishment that deters.",
        left="B^*",
        expr=Piecewise((0, Le(g, 0)), (g / p_eff, Gt(p_eff, 0)), (none, True)),
        function=partial(threshold, "B"),
        result="value",
        assumptions=(_WORTH,),
        source=("becker",),
        derive=_threshold_B,
    )
    threshold_P = Formula(
        name="threshold_P",
        statement="The smallest punishment, before the risk multiplier, that deters.",
        left="P^*",
        expr=Piecewise((0, Le(g, 0)), (g / (r * p_eff), Gt(r * p_eff, 0)), (none, True)),
        function=partial(threshold, "P"),
        result="value",
        assumptions=(_WORTH,),
        derive=_threshold_P,
    )
    threshold_fine = Formula(
        name="threshold_fine",
        statement="The smallest fine that deters.",
        left=r"\phi^*",
        expr=Piecewise(
            (0, Le(g, 0)),
            (none, Eq(r * p_eff, 0)),
            (Max(0, g / (r * p_eff) - R - K), Le(g / (r * p_eff), R + L)),
            (none, True),
        ),
        function=partial(threshold, "fine"),
        result="value",
        assumptions=(_WORTH, "The liability cap covers fine and collateral together."),
        source=("becker", "shavell"),
        derive=_threshold_fine,
    )
    threshold_r = Formula(
        name="threshold_r",
        statement="The smallest risk multiplier of a lab that is deterred.",
        left="r^*",
        expr=Piecewise((0, Le(g, 0)), (g / (p_eff * P), Gt(p_eff * P, 0)), (none, True)),
        function=partial(threshold, "r"),
        result="value",
        assumptions=(_WORTH,),
        derive=_threshold_r,
    )
    threshold_g = Formula(
        name="threshold_g",
        statement="The largest gain at which a lab complies.",
        left="g^*",
        expr=p_eff * B,
        function=partial(threshold, "g"),
        result="value",
        source=("becker",),
        derive=_threshold_g,
    )
    threshold_V = Formula(
        name="threshold_V",
        statement="The largest racing value at which a lab complies.",
        left="V^*",
        expr=Piecewise((p_eff * B - Min(p, v - c), Ge(p_eff * B, Min(p, v - c))), (none, True)),
        function=partial(threshold, "V"),
        result="value",
        assumptions=(_MIN_RULE,),
        derive=_threshold_V,
    )
    threshold_p_price = Formula(
        name="threshold_p_price",
        statement="The highest price at which a lab complies, by the literal gain rule.",
        left=r"p^{*,\mathrm{price}}",
        expr=Piecewise((p_eff * B - V, Ge(p_eff * B, V)), (none, True)),
        function=partial(threshold, "p"),
        result="value",
        assumptions=("The gain is $g = p + V$.",),
        derive=_threshold_p_price,
    )
    threshold_p = Formula(
        name="threshold_p",
        statement="The highest price at which a lab of value $v$ complies.",
        left="p^*",
        expr=Piecewise((oo, Ge(p_eff * B, v - c + V)), (p_eff * B - V, Ge(p_eff * B, V)), (none, True)),
        function=partial(threshold, "p"),
        result="value",
        assumptions=(_MIN_RULE, _EVERY, "The price does not depend on the lab."),
        derive=_threshold_p,
    )
    threshold_v = Formula(
        name="threshold_v",
        statement="The largest value of a run at which a lab complies.",
        left=r"v^{\mathrm{max}}",
        expr=Piecewise((oo, Ge(p_eff * B, p + V)), (c + p_eff * B - V, Ge(c + p_eff * B, V)), (none, True)),
        function=partial(threshold, "v"),
        result="value",
        assumptions=(_MIN_RULE, _EVERY, "Values are not negative."),
        derive=_threshold_v,
    )
    threshold_pi_1 = Formula(
        name="threshold_pi_1",
        statement="The smallest audit probability after a suspicious signal that deters.",
        left=r"\pi_1^*",
        expr=Piecewise(
            (0, Le(p_s_star, (1 - beta) * pi_0)),
            ((p_s_star - (1 - beta) * pi_0) / beta, Le(p_s_star, beta + (1 - beta) * pi_0)),
            (none, True),
        ),
        where={p_s_star: _rate_that_deters},
        function=partial(threshold, "pi_1"),
        result="value",
        assumptions=(_WORTH,),
        derive=_threshold_pi_1,
    )
    threshold_pi_0 = Formula(
        name="threshold_pi_0",
        statement="The smallest audit probability after a clean signal that deters.",
        left=r"\pi_0^*",
        expr=Piecewise(
            (0, Le(p_s_star, beta * pi_1)),
            ((p_s_star - beta * pi_1) / (1 - beta), Le(p_s_star, beta * pi_1 + (1 - beta))),
            (none, True),
        ),
        where={p_s_star: _rate_that_deters},
        function=partial(threshold, "pi_0"),
        result="value",
        assumptions=(_WORTH,),
        derive=_threshold_pi_0,
    )
    threshold_beta = Formula(
        name="threshold_beta",
        statement=(
            "The signal quality that deters: the least where suspicious signals are audited more, "
            "the greatest where clean ones are."
        ),
        left=r"\beta^*",
        expr=Piecewise(
            (0, And(Le(pi_0, pi_1), Le(p_s_star, pi_0))),
            ((p_s_star - pi_0) / (pi_1 - pi_0), And(Lt(pi_0, pi_1), Le(p_s_star, pi_1))),
            (Min(1, (pi_0 - p_s_star) / (pi_0 - pi_1)), And(Lt(pi_1, pi_0), Le(p_s_star, pi_0))),
            (none, True),
        ),
        where={p_s_star: _rate_that_deters},
        function=partial(threshold, "beta"),
        result="value",
        derive=_threshold_beta,
    )
    threshold_p_b = Formula(
        name="threshold_p_b",
        statement="The smallest backcheck probability that deters.",
        left="p_b^*",
        expr=Piecewise((0, Le(g, p_s * B)), ((g - p_s * B) / (B * (1 - p_s)), Le(g, B)), (none, True)),
        where={p_s: audit_rate.expr},
        function=partial(threshold, "p_b"),
        result="value",
        assumptions=(_WORTH,),
        derive=_threshold_p_b,
    )
