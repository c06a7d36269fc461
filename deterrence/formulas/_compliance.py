"""Gain from violating."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Ge, Gt, Min, evaluate

from deterrence import _compliance as numeric
from deterrence.formulas._formula import Formula
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import B, V, c, g, p, p_eff, v


def _gain_min() -> Iterator[Step]:
    gain = gain_min.named
    yield Step(
        "A lab that would not buy at the price saves its rent, not the price.",
        Eq(gain, gain_value.named),
        (Gt(p, v - c), Gt(v, c)),
    )
    yield Step(
        "A lab that would buy, but got no permit, saves the price.",
        Eq(gain, gain_price.named),
        (Gt(v, c + p),),
    )
    yield Step(
        "A cheaper permit lowers the gain only of a lab that would buy.",
        Eq(Derivative(gain, p), 1),
        (Gt(v, c + p),),
    )


def _gain_price() -> Iterator[Step]:
    yield Step(
        "It overstates the gain of a lab that is worth less than the price.",
        Gt(gain_price.named, gain_min.named),
        (Gt(p, v - c), Gt(v, c)),
    )
    yield Step(
        "It agrees with the default rule for a lab that would buy.",
        Eq(gain_price.named, gain_min.named),
        (Gt(v, c + p),),
    )


def _gain_value() -> Iterator[Step]:
    yield Step(
        "It is nothing where the racing value only covers the loss on the run.",
        Eq(gain_value.named, 0),
        (Eq(V, c - v),),
    )
    yield Step(
        "It overstates the gain of a lab that would buy.",
        Gt(gain_value.named, gain_min.named),
        (Gt(v, c + p),),
    )


def _margin() -> Iterator[Step]:
    m = margin.named
    yield Step("More detection deters.", Eq(Derivative(m, p_eff), B))
    yield Step("A larger punishment deters.", Eq(Derivative(m, B), p_eff))
    yield Step("A larger gain invites.", Eq(Derivative(m, g), -1))
    yield Step("A lab that gains nothing complies whatever the enforcement.", Ge(m, 0), (Eq(g, 0),))


with evaluate(False):  # printed as written
    gain_min = Formula(
        name="gain_min",
        statement="The gain of a lab without a permit: the permit cost it saves, plus the racing value.",
        left=r"g^{\min}",
        expr=Min(p, v - c) + V,
        function=numeric.gain_min,
        assumptions=("Instead of an unpermitted run the lab would buy a permit, or not run.",),
        derive=_gain_min,
    )
    gain_price = Formula(
        name="gain_price",
        statement="The gain by the letter of the specification: price plus racing value.",
        left=r"g^{\mathrm{price}}",
        expr=p + V,
        function=numeric.gain_price,
        assumptions=("Instead of an unpermitted run the lab would buy a permit at any price.",),
        derive=_gain_price,
    )
    gain_value = Formula(
        name="gain_value",
        statement="The gain from an unpermitted run over no run: the rent plus the racing value.",
        left=r"g^{\mathrm{value}}",
        expr=v - c + V,
        function=numeric.gain_value,
        assumptions=("Instead of an unpermitted run the lab would not run.",),
        derive=_gain_value,
    )
    margin = Formula(
        name="margin",
        statement="The deterrence margin. A lab without a permit complies if and only if it is at least 0.",
        left="m",
        expr=p_eff * B - g,
        function=numeric.margin,
        assumptions=("The lab maximises its expected gain.", "A tie complies."),
        source=("becker",),
        derive=_margin,
    )
