"""Audit thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sympy import And, Derivative, Eq, Ge, Gt, Le, Lt, Min, Piecewise, evaluate, oo

from deterrence._threshold import threshold
from deterrence.formulas._compliance import margin
from deterrence.formulas._detection import audit_rate
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    B,
    Math,
    beta,
    g,
    none,
    p_b,
    p_eff,
    p_s,
    p_s_star,
    pi_0,
    pi_1,
)
from deterrence.formulas._threshold import WORTHLESS, star_of

_INTERIOR = (Gt(B, g), Gt(g, 0))


def _threshold_p_eff() -> Iterator[Step]:
    star = star_of(p_eff, g / B, r"p_{\mathrm{eff}}^*")
    yield Step("At the threshold the lab is indifferent.", Eq(margin.named, 0), (Eq(p_eff, g / B),))
    yield Step("More detection deters more.", Ge(Derivative(margin.named, p_eff), 0))
    yield Step(
        "It can be reached if and only if the gain is at most the punishment.", Eq(1 - star, (B - g) / B)
    )
    yield Step("It is proportional to the gain.", Eq(Derivative(star, g), 1 / B))
    yield Step("It falls in the punishment.", Lt(Derivative(star, B), 0), (Gt(g, 0),))


def _threshold_p_s() -> Iterator[Step]:
    star = star_of(p_s, (g - p_b * B) / (B * (1 - p_b)), "p_s^*")
    yield Step(
        "At the threshold audits and backchecks together make the lab indifferent.",
        Eq((star + (1 - star) * p_b) * B, g),
    )
    yield Step("It can be reached if and only if the gain is at most the punishment.",
               Eq(1 - star, (B - g) / (B * (1 - p_b))))  # fmt: skip
    yield Step("Backchecks alone deter where the gain is small enough.", Le(star, 0), (Lt(g, p_b * B),))
    yield Step("Backchecks spare audits.", Lt(Derivative(star, p_b), 0), (Gt(B, g), Gt(g, 0)))


def _audited_margin(rate: Math) -> Named:
    """The margin of a lab that is audited at this rate, and backchecked otherwise."""
    return Named((rate + (1 - rate) * p_b) * B - g, "margin", "m")


def _required() -> Named:
    return Named((g - p_b * B) / (B * (1 - p_b)), "p_s_star", "p_s^*")


def _threshold_pi_1() -> Iterator[Step]:
    p_s_star, rate = _required(), audit_rate.expr
    star = star_of(pi_1, (p_s_star - (1 - beta) * pi_0) / beta, r"\pi_1^*")
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
    star = star_of(pi_0, (p_s_star - beta * pi_1) / (1 - beta), r"\pi_0^*")
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
    star = star_of(beta, (p_s_star - pi_0) / (pi_1 - pi_0), r"\beta^*")
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
    star = star_of(p_b, (g - p_s * B) / (B * (1 - p_s)), "p_b^*")
    yield Step("At the threshold audits and backchecks together make the lab indifferent.",
               Eq((p_s + (1 - p_s) * star) * B, g))  # fmt: skip
    yield Step("More backchecks deter more.", Eq(Derivative(_audited_margin(p_s), p_b), B * (1 - p_s)))
    yield Step("It can be reached if and only if the gain is at most the punishment.",
               Eq(1 - star, (B - g) / (B * (1 - p_s))))  # fmt: skip
    yield Step("A larger gain needs more of them.", Eq(Derivative(star, g), 1 / (B * (1 - p_s))))
    yield Step("More audits spare them.", Lt(Derivative(star, p_s), 0), _INTERIOR)


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
        assumptions=(WORTHLESS,),
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
        assumptions=(WORTHLESS,),
        derive=_threshold_p_s,
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
        assumptions=(WORTHLESS,),
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
        assumptions=(WORTHLESS,),
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
        assumptions=(WORTHLESS,),
        derive=_threshold_p_b,
    )
