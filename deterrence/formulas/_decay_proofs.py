"""Derivations of escalation that decays: how far it goes, what it deters, and how soon it is gone."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Ge, Gt, Limit, Lt, Min, Symbol, evaluate, log, oo

from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    B,
    c_0,
    decay,
    e,
    g,
    q_bar,
    q_least,
    q_most,
    theta_0,
    theta_1,
    x_0,
    x_bar,
    x_max,
)

_n, _m, _y = (Symbol(name, positive=True) for name in "nmy")

with evaluate(False):  # printed as written
    climb = log(1 - x_bar / x_max) / log(1 - decay)
    fall = log(x_bar / x_0) / log(1 - decay)
    supremum = (1 - decay) * e / decay
    least = theta_0 + theta_1 * c_0
    excess = (g / B - theta_0) / theta_1 - c_0

_S = Named((1 - decay) * e / decay, "S", "S")
_MEAN = Named(_S * q_least / (1 - _S * theta_1), "m", "m")
_CAUGHT = Named(q_least / (1 - _S * theta_1), "q", "q")
_FLOOR = Named(q_least / (1 - q_most + q_least), "q", "q")


def _row_of_catches() -> Iterator[Step]:
    after = _S * (1 - (1 - decay) ** _n)
    yield Step(
        "A catch in every step takes the excess from $S (1 - (1-d)^n)$ to the next,",
        Eq((1 - decay) * (after + e), _S * (1 - (1 - decay) ** (_n + 1))),
    )
    yield Step("which rises,", Gt(Derivative(after, _n), 0))


def ceiling_of_excess() -> Iterator[Step]:
    """Where catches in every step lead."""
    yield from _row_of_catches()
    yield Step("towards $S$, where a catch makes up for the decay.", Eq((1 - decay) * (_S + e), _S))
    yield Step("The excess stays below, as a step from below leads below.",
               Lt((1 - decay) * (_m + e), _S), (Lt(_m, _S),))  # fmt: skip
    yield Step("Just before it decays it is at most", Eq(_S + e, e / decay))


_RISING = (Lt(theta_1, 1 / _S),)


def mean_excess() -> Iterator[Step]:
    """The mean excess where the ceiling is out of reach, and a bound where it is not."""
    yield Step(
        r"Below the ceiling. If $q_0 + \theta_1 S \le \bar q$ no excess meets the ceiling, and the mean $m$ "
        "is what one step makes of it,",
        Eq((1 - decay) * (_MEAN + e * (q_least + theta_1 * _MEAN)), _MEAN),
    )
    yield Step("that is, $S$ times the mean catch probability.", Eq(_MEAN, _S * (q_least + theta_1 * _MEAN)))
    yield Step(
        r"The feedback $S \theta_1$ is then below 1.",
        Lt(_S * theta_1, 1),
        (Lt(theta_1, (1 - q_least) / _S), Lt(q_least, 1)),
    )
    yield Step(
        "Constant probability. Without feedback the mean is", Eq(_MEAN, _S * q_least), (Eq(theta_1, 0),)
    )
    yield Step(
        "Beyond it. If the ceiling is met, the catch probability is concave in the excess, and its mean is "
        r"at most that at the mean excess: $m \le S (q_0 + \theta_1 m)$. With feedback below 1 any $y > m$ "
        "fails that, so the formula is an upper bound.",
        Lt(_S * (q_least + theta_1 * _y), _y),
        (Gt(_y, _MEAN), *_RISING),
    )
    yield Step(
        r"So is $S \bar q$, the mean of a lab that is caught at the ceiling in every step.",
        Eq((1 - decay) * (_S * q_bar + e * q_bar), _S * q_bar),
    )


def floor_of_mean() -> Iterator[Step]:
    """A lower bound of the mean excess, by the chord of a concave function."""
    chord = q_least + (q_most - q_least) * _y
    yield Step(
        "The catch probability is concave in the excess, and so at least its chord from 0 to $S$. As the "
        "mean excess is $S$ times the mean catch probability, the latter is at least what the chord makes of "
        "it; at equality it is $q$,",
        Eq(q_least + (q_most - q_least) * _FLOOR, _FLOOR),
    )
    yield Step("and any $y < q$ falls short.", Gt(chord, _y), (Lt(_y, _FLOOR),))
    yield Step(
        "Where the ceiling is not met the chord is the probability itself, and the bound is the mean.",
        Eq(_S * _FLOOR, _MEAN),
        (Eq(q_most, q_least + _S * theta_1),),
    )


def variance_of_excess() -> Iterator[Step]:
    """The variance that one step reproduces."""
    spread = (
        (1 - decay) ** 2 * e**2 * _CAUGHT * (1 - _CAUGHT) / (1 - (1 - decay) ** 2 * (1 + 2 * e * theta_1))
    )
    V = Named(spread, "s", "s")
    yield Step(
        "Below the ceiling a catch has the mean $q$,",
        Eq(_CAUGHT, q_least + theta_1 * _MEAN),
    )
    yield Step(
        r"the variance $q(1-q)$ and, with an excess of variance $s$, the covariance $\theta_1 s$. One step "
        "reproduces the variance:",
        Eq((1 - decay) ** 2 * (V + 2 * e * (theta_1 * V) + e**2 * _CAUGHT * (1 - _CAUGHT)), V),
    )
    yield Step("It is finite.", Gt(1 - (1 - decay) ** 2 * (1 + 2 * e * theta_1), 0), _RISING)
    yield Step(
        "Without feedback it is that of a sum of independent catches, each decayed.",
        Eq(V, (1 - decay) ** 2 * e**2 * q_least * (1 - q_least) / (1 - (1 - decay) ** 2)),
        (Eq(theta_1, 0),),
    )


def excess_that_deters() -> Iterator[Step]:
    """Where the compliance condition ties."""
    yield Step(
        "The lab is indifferent at this excess.",
        Eq((theta_0 + theta_1 * (c_0 + x_bar)) * B, g),
        (Eq(x_bar, excess),),
    )
    yield Step("More deters more.", Ge(Derivative((theta_0 + theta_1 * (c_0 + x_bar)) * B, x_bar), 0))


def catches_in_a_row() -> Iterator[Step]:
    """From the climb of the excess to the number of catches."""
    yield from _row_of_catches()
    yield Step(
        r"and reaches $\bar x < S$ at the logarithm, for real $n$.",
        Eq(_S * (1 - (1 - decay) ** _n), x_bar),
        (Eq(_n, log(1 - x_bar / _S) / log(1 - decay)),),
    )


def relapse() -> Iterator[Step]:
    """How long the excess lasts without catches."""
    yield Step(
        r"A lab that complies is not caught, and its excess falls in each step.",
        Lt(x_0 * (1 - decay) ** (_n + 1), x_0 * (1 - decay) ** _n),
    )
    yield Step(
        r"It is at $\bar x$ at the logarithm, for real $n$; there the lab still complies, and at the next "
        "whole number it violates.",
        Eq(x_0 * (1 - decay) ** _n, x_bar),
        (Eq(_n, fall),),
    )


def cycles() -> Iterator[Step]:
    """Catches lift the excess, compliance lets it fall."""
    yield from catches_in_a_row()
    yield from relapse()
    yield Step(
        r"No excess outlasts the decay, here $1 - d = 1/(1+y)$: only $\bar x = 0$ makes compliance last.",
        Eq(Limit(x_0 / (1 + _y) ** _n, _n, oo), 0),
    )


def inertia() -> Iterator[Step]:
    """Where the coefficient does not move the catch probability."""
    chance = Named(Min(q_bar, q_least + theta_1 * x_0), "q(x)", "q(x_0)")
    yield Step("At its ceiling the probability cannot rise.", Eq(chance, q_bar), (Gt(q_least, q_bar),))
    yield Step("Nor does it if it does not depend on the coefficient", Eq(chance, q_least),
               (Eq(theta_1, 0), Lt(q_least, q_bar)))  # fmt: skip
    yield Step("or if every catch is forgotten at once.", Eq(_S, 0), (Eq(decay, 1),))
    yield Step("Else an excess raises it,", Gt(chance, q_least),
               (Lt(x_0, (q_bar - q_least) / theta_1), Lt(q_least, q_bar)))  # fmt: skip
    yield Step("up to the ceiling.", Eq(chance, q_bar),
               (Gt(x_0, (q_bar - q_least) / theta_1), Lt(q_least, q_bar)))  # fmt: skip
