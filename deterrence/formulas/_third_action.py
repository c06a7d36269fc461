"""Splitting a run: which of three actions pays best, and for how many labs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sympy import Derivative, Eq, Ge, Gt, Integral, Le, Limit, Lt, Rational, Symbol, evaluate, log

from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    Math,
    audit,
    benefit,
    coordination,
    detection,
    sanction,
    split_cost,
)

_t, _x = (Symbol(name, positive=True) for name in "tx")
_spared = Symbol("tau", positive=True)

with evaluate(False):  # printed as written
    whole = audit * detection * sanction
    parts = split_cost + audit * detection * coordination * sanction
    _density = log(_x) ** 2 / 2

_X = Named(whole, "X", "X")
_EVADE = Named(benefit - whole, "U_evade", r"U_{\mathrm{evade}}")
_SPLIT = Named(benefit - parts, "U_split", r"U_{\mathrm{split}}")


def at_factor(factor: Math) -> Math:
    """Share that complies at a known a, d or F."""
    return factor / 4 - factor**2 / 54


def at_coordination() -> Math:
    """Share that complies at a known coordination."""
    return Rational(1, 8) - (1 - coordination) ** 2 / 54


def at_cost() -> Math:
    """Share that complies at a known cost of splitting above 0."""
    chi, ln = split_cost, log(split_cost)
    polynomial = Rational(15, 16) - Rational(7, 8) * ln + Rational(3, 8) * ln**2 - ln**3 / 12
    return Rational(1, 16) + chi - chi**2 * polynomial


def at_benefit() -> Math:
    """Share that complies at a known benefit above 0."""
    ln = log(benefit)
    return 1 - benefit * (1 - ln + ln**2 / 2) + benefit**2 * ln**3 / 12


def best_action() -> Iterator[Step]:
    """Compare the payoffs two by two."""
    spares, wastes = (relation(split_cost, _X * (1 - coordination)) for relation in (Lt, Gt))
    yield Step("A split costs $\\chi$ and spares the share $1-\\varsigma$ of the expected fine $X = adF$:",
               Eq(_SPLIT - _EVADE, _X * (1 - coordination) - split_cost))  # fmt: skip
    yield Step(r"Where $\chi < X(1-\varsigma)$ it beats evading,", Gt(_SPLIT, _EVADE), (spares,))
    yield Step(
        r"and the lab splits if that beats complying, $b > \chi + \varsigma X$; if it does not, evading does "
        "not either.",
        Lt(_EVADE, 0),
        (Lt(benefit, parts), spares),
    )
    yield Step(r"Where $\chi > X(1-\varsigma)$ evading beats splitting,", Lt(_SPLIT, _EVADE), (wastes,))
    yield Step(
        "and the lab evades if that beats complying, $b > X$; if it does not, splitting does not either.",
        Lt(_SPLIT, 0),
        (Lt(benefit, _X), wastes),
    )
    yield Step(
        r"So a split is best for some benefit if and only if $\varsigma < 1 - \chi/X$. At $\varsigma = 1 - "
        r"\chi/X$ it is as good as evading.",
        Eq(_SPLIT, _EVADE),
        (Eq(split_cost, _X * (1 - coordination)),),
    )


def evade_payoff() -> Iterator[Step]:
    """Where evading is worth it."""
    yield Step("A larger fine hurts.", Le(Derivative(_EVADE, sanction), 0))
    yield Step("The lab is as well off as by complying at", Eq(_EVADE, 0), (Eq(benefit, whole),))


def split_payoff() -> Iterator[Step]:
    """Where splitting is worth it."""
    yield Step("Better coordination hurts.", Le(Derivative(_SPLIT, coordination), 0))
    yield Step("The lab is as well off as by complying at", Eq(_SPLIT, 0), (Eq(benefit, parts),))
    yield Step("and as by evading at", Eq(_SPLIT, _EVADE), (Eq(split_cost, _X * (1 - coordination)),))


def _law_of_fines() -> Iterator[Step]:
    yield Step("The product of two uniform numbers has the density",
               Eq(Integral(1 / _t, (_t, _x, 1)), -log(_x)))  # fmt: skip
    yield Step("and that of three, such as the expected fine $X = adF$, the density",
               Eq(Integral(-log(_t) / _t, (_t, _x, 1)), _density))  # fmt: skip


def _moments_of_fines() -> Iterator[Step]:
    yield from _law_of_fines()
    yield Step("so that $X$ has the mean", Eq(Integral(_x * _density, (_x, 0, 1)), Rational(1, 8)))
    yield Step("and the mean square", Eq(Integral(_x**2 * _density, (_x, 0, 1)), Rational(1, 27)))


def _given_fine() -> Iterator[Step]:
    spared = _x * _spared
    yield Step(
        r"Given $X = x$ and the share $\tau = 1-\varsigma$ that a split spares, the benefits up to "
        r"$\min(x, \chi + (1-\tau) x)$ comply: over all costs $\chi$ of splitting, a share of",
        Eq(
            Integral(split_cost + (1 - _spared) * _x, (split_cost, 0, spared))
            + Integral(_x, (split_cost, spared, 1)),
            _x - spared**2 / 2,
        ),
    )


def volumes() -> Iterator[Step]:
    """Integrate each action over the cube."""
    yield from _moments_of_fines()
    yield from _given_fine()
    yield Step(
        r"Those above $\chi + (1-\tau) x$ split, where $\chi < \tau x$:",
        Eq(
            Integral(1 - split_cost - (1 - _spared) * _x, (split_cost, 0, _x * _spared)),
            _x * _spared - _x**2 * (_spared - _spared**2 / 2),
        ),
    )
    yield Step(
        r"On average over $\tau$ and $x$, this share complies,",
        Eq(Rational(1, 8) - Rational(1, 27) * Integral(_spared**2 / 2, (_spared, 0, 1)), Rational(77, 648)),
    )
    yield Step(
        "this one splits,",
        Eq(
            Rational(1, 8) * Integral(_spared, (_spared, 0, 1))
            - Rational(1, 27) * Integral(_spared - _spared**2 / 2, (_spared, 0, 1)),
            Rational(65, 1296),
        ),
    )
    yield Step("and the rest evades.", Eq(1 - Rational(77, 648) - Rational(65, 1296), Rational(359, 432)))
    yield Step("Without splitting $b \\le X$ complies.",
               Eq(Integral(_x * _density, (_x, 0, 1)), Rational(1, 8)))  # fmt: skip


def known_factor(factor: Math) -> Callable[[], Iterator[Step]]:
    """Derive the share at a known probability or fine."""

    def derive() -> Iterator[Step]:
        yield from _given_fine()
        yield Step(
            r"The mean over $\tau$ is",
            Eq(Integral(_x - (_x * _spared) ** 2 / 2, (_spared, 0, 1)), _x - _x**2 / 6),
        )
        yield Step(r"The product of the other two of $a$, $d$, $F$ has the density $-\ln x$ and the mean",
                   Eq(Integral(-_x * log(_x), (_x, 0, 1)), Rational(1, 4)))  # fmt: skip
        yield Step("and the mean square", Eq(Integral(-(_x**2) * log(_x), (_x, 0, 1)), Rational(1, 9)))
        yield Step("and $X$ is that product times the known one.",
                   Eq(factor / 4 - factor**2 / 9 / 6, at_factor(factor)))  # fmt: skip
        yield Step("More of it deters more.", Ge(Derivative(at_factor(factor), factor), 0))

    return derive


def known_coordination() -> Iterator[Step]:
    """Derive the share at a known coordination."""
    yield from _moments_of_fines()
    yield from _given_fine()
    tau, share = 1 - coordination, Named(at_coordination(), "C", "C")
    yield Step(r"On average over $x$, with $\tau = 1-\varsigma$,",
               Eq(Rational(1, 8) - Rational(1, 27) * (tau**2 / 2), share))  # fmt: skip
    yield Step("Better coordination deters more,", Ge(Derivative(share, coordination), 0))
    yield Step(r"and at $\varsigma = 1$ as much as if runs could not be split.",
               Eq(share, Rational(1, 8)), (Eq(coordination, 1),))  # fmt: skip


def known_cost() -> Iterator[Step]:
    """Derive the share at a known cost of splitting."""
    yield from _moments_of_fines()
    share = Named(at_cost(), "C", "C")
    spared = (_x - split_cost) ** 2 / (2 * _x)
    yield Step(
        r"Of the benefits, $x$ would comply if runs could not be split. Where a split spares $\tau x > \chi$ "
        r"of the fine it takes $\tau x - \chi$ from that: over all $\tau$, if $x > \chi$,",
        Eq(Integral(_x * _spared - split_cost, (_spared, split_cost / _x, 1)), spared),
    )
    yield Step(
        "and over all $x$, which leaves this share.",
        Eq(
            Rational(1, 8) - Integral((_x - split_cost) ** 2 * log(_x) ** 2 / (4 * _x), (_x, split_cost, 1)),
            at_cost(),
        ),
    )
    yield Step("Where splitting costs nothing, half of those who would comply do,",
               Eq(Limit(share, split_cost, 0, "+"), Rational(1, 16)))  # fmt: skip
    yield Step(r"and at $\chi = 1$ all.", Eq(share, Rational(1, 8)), (Eq(split_cost, 1),))


def known_benefit() -> Iterator[Step]:
    """Derive the share at a known benefit."""
    yield from _law_of_fines()
    share = Named(at_benefit(), "C", "C")
    fine = 1 - benefit**2 / (2 * _x)
    yield Step(
        r"A lab complies if neither evading pays, $x \ge b$, nor splitting, $\chi \ge b - \varsigma x$. "
        r"Where $x \ge b$ the latter holds for this share of all $\chi$ and $\varsigma$:",
        Eq(1 - Integral(benefit - coordination * _x, (coordination, 0, benefit / _x)), fine),
    )
    yield Step("Over all $x \\ge b$,", Eq(Integral(fine * _density, (_x, benefit, 1)), at_benefit()))
    yield Step("No risk is worth a run without benefit.", Eq(Limit(share, benefit, 0, "+"), 1))
    yield Step("The largest benefit is worth any.", Eq(share, 0), (Eq(benefit, 1),))
