"""Compliance thresholds."""
# ruff: noqa: N816  (letters of the model keep their case)

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sympy import Derivative, Eq, Ge, Gt, Le, Lt, Max, Min, Piecewise, evaluate, oo

from deterrence._threshold import threshold
from deterrence.formulas._compliance import margin
from deterrence.formulas._formula import Formula
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
    c,
    g,
    none,
    p,
    p_eff,
    phi,
    r,
    v,
)

WORTHLESS = "A threshold of 0 says that the lab complies in any case."
_MIN_RULE = "The gain is $g = \\min(p, v - c) + V$."
_EVERY = "A threshold of $\\infty$ says that every value deters."


def star_of(variable: Math, value: Math, latex: str) -> Named:
    return Named(value, f"{variable}_star", latex)


def _threshold_B() -> Iterator[Step]:
    star = star_of(B, g / p_eff, "B^*")
    yield Step("At the threshold the lab is indifferent.", Eq(p_eff * star, g))
    yield Step("A larger punishment deters more.", Ge(Derivative(margin.named, B), 0))
    yield Step("Without detection no punishment deters.", Lt(margin.named, 0), (Eq(p_eff, 0), Gt(g, 0)))
    yield Step("More detection spares punishment.", Lt(Derivative(star, p_eff), 0), (Gt(g, 0),))


def _threshold_P() -> Iterator[Step]:
    star = star_of(P, g / (r * p_eff), "P^*")
    yield Step(
        "At the threshold the lab, which perceives $B = rP$, is indifferent.", Eq(p_eff * (r * star), g)
    )
    yield Step("A lab that fears punishment more needs less of it.", Lt(Derivative(star, r), 0), (Gt(g, 0),))


def _threshold_fine() -> Iterator[Step]:
    P_star = star_of(P, g / (r * p_eff), "P^*")
    star = star_of(phi, P_star - R - K, r"\phi^*")
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
    star = star_of(r, g / (p_eff * P), "r^*")
    yield Step("At the threshold the lab is indifferent.", Eq(p_eff * (star * P), g))
    yield Step("A larger expected punishment deters bolder labs.", Lt(Derivative(star, P), 0), (Gt(g, 0),))


def _threshold_g() -> Iterator[Step]:
    yield Step("At the threshold the lab is indifferent.", Eq(margin.named, 0), (Eq(g, p_eff * B),))
    yield Step("A larger gain invites.", Eq(Derivative(margin.named, g), -1))


def _threshold_V() -> Iterator[Step]:
    star = star_of(V, p_eff * B - Min(p, v - c), "V^*")
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
    star = star_of(p, p_eff * B - V, "p^*")
    yield Step("At the threshold the lab is indifferent.", Eq(p_eff * B - (star + V), 0))
    yield Step(
        "A higher price invites, one for one.",
        Eq(Derivative(Named(p_eff * B - (p + V), "margin", "m"), p), -1),
    )


def _threshold_p() -> Iterator[Step]:
    star = star_of(p, p_eff * B - V, "p^*")
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
    star = star_of(v, c + p_eff * B - V, r"\hat v")
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


with evaluate(False):  # printed as written
    threshold_B = Formula(
        name="threshold_B",
        statement="The smallest perceived punishment that deters.",
        left="B^*",
        expr=Piecewise((0, Le(g, 0)), (g / p_eff, Gt(p_eff, 0)), (none, True)),
        function=partial(threshold, "B"),
        result="value",
        assumptions=(WORTHLESS,),
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
        assumptions=(WORTHLESS,),
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
        assumptions=(WORTHLESS, "The liability cap covers fine and collateral together."),
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
        assumptions=(WORTHLESS,),
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
