"""Tables of slopes: how something moves with each letter, with signs, and the steps that prove them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from sympy import Derivative, Eq, Ge, Gt, Le, Lt, S

from deterrence._statics import statics
from deterrence.formulas._printing import Named, latex, plain
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import B, Math, g, p_b, p_s_star


class Slope(NamedTuple):
    """How something moves with one letter.

    `sign` is a relation to 0, or a difference of the same sign with the positive factor between them.
    `when` is the condition in the table, and `given` the same as a derivation takes it.
    """

    letter: Math
    slope: Math
    sign: Any
    when: tuple[Math, ...] = ()
    given: tuple[Math, ...] = ()


Slopes: TypeAlias = list[Slope]

_SIGNS = {Gt: "> 0", Ge: ">= 0", Lt: "< 0", Le: "<= 0", Eq: "0"}
_SIGNS_LATEX = {Gt: "> 0", Ge: r"\ge 0", Lt: "< 0", Le: r"\le 0", Eq: "0"}
_SAID = {Gt: "positive", Ge: "not negative", Lt: "negative", Le: "not positive"}


def cases(inside: tuple[Math, ...], slopes: Slopes) -> Iterator[Case]:
    for row in slopes:
        if row.sign in _SIGNS:
            sign = Named(S.Zero, _SIGNS[row.sign], _SIGNS_LATEX[row.sign])
        else:
            difference, _ = row.sign
            sign = Named(S.Zero, f"as {plain(difference)}", rf"\text{{as }} {latex(difference)}")
        yield Case((*inside, *row.when), (row.letter, row.slope, sign))


def still(*when: Math) -> Case:
    """The threshold is cut off at an end of its range, and does not move."""
    zero = Named(S.Zero, "0", "0")
    return Case(when, (Named(S.Zero, "each", r"\text{each}"), S.Zero, zero))


def steps(of: Math, slopes: Slopes) -> Iterator[Step]:
    """The derivative in each letter, and its sign."""
    for letter, slope, sign, _, given in slopes:
        derivative, name = Derivative(of, letter), latex(letter)
        if sign is Eq:
            yield Step(f"It does not move with ${name}$.", Eq(derivative, 0), given)
            continue
        yield Step(f"With ${name}$ it moves by", Eq(derivative, slope), given)
        if sign in _SAID:
            yield Step(f"which is {_SAID[sign]}.", sign(slope, 0), given)
        else:
            difference, factor = sign
            yield Step(f"which has the sign of ${latex(difference)}$,", Eq(slope, factor * difference))
            yield Step("for the factor is positive.", Gt(factor, 0), given)


def slopes_of_threshold(
    name: str,
    of: str,
    letter: str,
    slopes: Callable[[Math], Slopes],
    star: Callable[[Math], Math],
    inside: tuple[Math, ...] = (),
    unmoved: tuple[Case, ...] = (),
    **others: Any,
) -> Proposition:
    """The statement about a threshold; `slopes` and `star` take the audit rate that deters."""
    needed = Named((g - p_b * B) / (B * (1 - p_b)), "p_s_star", "p_s^*")
    return Proposition(
        name=name,
        statement=f"How the threshold ${letter}$ moves with each letter that it depends on.",
        columns=("y", rf"\partial {letter}/\partial y", "sign"),
        cases=(*cases(inside, slopes(p_s_star)), *unmoved),
        function=partial(statics, of),
        result="derivative",
        assumptions=("At the boundaries between the rows the slopes to the two sides differ.",),
        derive=lambda: steps(star(needed), slopes(needed)),
        **others,
    )
