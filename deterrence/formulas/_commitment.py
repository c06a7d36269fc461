"""Commitment to audits: what an announcement is worth."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Ge, Gt, Le, Lt, Max, Piecewise, S, Symbol, evaluate

from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import C_star, D, H, M, alpha, audit, beta, g, q, rho, t, t_borne, t_tilde
from deterrence.formulas._symbols import k_audit as k
from deterrence.games import commitment

_GAME = {"g": g, "D": D, "k": k, "M": M, "H": H}
_ANNOUNCED = "The Governor announces its audits and keeps its word; an indifferent lab does what it prefers."
_PAYOFFS = (
    "A violator gets $g$, and $D$ less if audited. An audit costs the Governor $k$ and returns $M$ from "
    "a violator; a violation harms it by $H$."
)
_RATE = Piecewise((0, Le(g, 0)), (1, Ge(g, D)), (g / D, True))
_BORNE = Piecewise((1, Ge(g, D)), (g / D, True))
_BILL = Piecewise(
    (t, Eq(alpha, beta)),
    (alpha * t / beta, (beta > alpha) & (t <= beta)),
    (alpha + (1 - alpha) * (t - beta) / (1 - beta), Gt(beta, alpha)),
    ((1 - alpha) * t / (1 - beta), Le(t, 1 - beta)),
    (1 - alpha + alpha * (t - (1 - beta)) / beta, True),
)
_WITHIN = (Gt(D, g), Gt(g, 0))
_COSTLY = (*_WITHIN, Gt(M, k), Gt(k, 0))
_SIGNAL = (Gt(beta, alpha),)


def _rate() -> Named:
    return Named(g / D, "t", "t")


def _deterring() -> Named:
    return Named(-k * g / D, "V_deter", r"V_{\mathrm{deter}}")


def _tolerating() -> Named:
    return Named(-H + g / D * (M - k), "V_tolerate", r"V_{\mathrm{tolerate}}")


def _value() -> Iterator[Step]:
    yield Step(
        "Two linear programs, one for each answer of the lab. Against compliance, audits at the rate $a$ of "
        "everyone earn",
        Eq(Named((1 - q) * (-k * audit) + q * (-H + audit * (M - k)), "U_G"), -k * audit),
        (Eq(q, 0),),
    )
    yield Step(
        "which falls in $a$ where audits cost something, so that the least rate that deters is best;",
        Lt(Derivative(-k * audit, audit), 0),
        (Gt(k, 0),),
    )
    yield Step("the lab is then indifferent.", Eq(g - _rate() * D, 0))
    yield Step(
        "Against a violation audits earn more the more there are, where they return more than they cost, so "
        "that the largest rate that the lab bears is best.",
        Gt(Derivative(-H + audit * (M - k), audit), 0),
        (Gt(M, k),),
    )
    yield Step(
        "Where they cost more than they return, none is best.",
        Lt(Derivative(-H + audit * (M - k), audit), 0),
        (Gt(k, M),),
    )
    yield from _with_signal()
    yield Step(
        "If the harm is at least what an audit recovers, deterring is worth at least as much as tolerating.",
        Ge(_deterring() - _tolerating(), 0),
        (Gt(H, M), *_COSTLY),
    )
    yield from _ties()


def _with_signal() -> Iterator[Step]:
    low, high = _bills()
    yield Step(
        "With a signal the policy that audits violators at the rate $t$ and compliant labs least audits "
        "these at the rate $C^*$, which is no more than $t$, both where $t \\le \\beta$",
        Le(low, _rate()),
        (*_WITHIN, *_SIGNAL),
    )
    yield Step("and beyond.", Le(high, t), (_BEYOND, *_SIGNAL))


_s = Symbol("s", positive=True)
_BEYOND = Eq(t, (beta + _s) / (1 + _s))
"""A rate between beta and 1."""


def _bills() -> tuple[Named, Named]:
    low = Named(alpha * (g / D) / beta, "C_low", r"\alpha t / \beta")
    high = Named(alpha + (1 - alpha) * (t - beta) / (1 - beta), "C_high", "C^*")
    return low, high


def _ties() -> Iterator[Step]:
    e = Symbol("epsilon", positive=True)
    yield Step(
        r"The tie. At the announced rate deterrence rests on it. A rate that is larger by $\epsilon$ makes "
        r"compliance strictly better,",
        Gt(0, g - (_rate() + e) * D),
        _WITHIN,
    )
    yield Step("and costs this much more.", Eq(_deterring() + k * (_rate() + e), k * e))
    _, high = _bills()
    yield Step(
        r"With a signal, per unit of $\epsilon$, it costs the slope of the bill,",
        Eq(Derivative(alpha * t / beta, t), alpha / beta),
    )
    yield Step(r"or beyond $t = \beta$", Eq(Derivative(high, t), (1 - alpha) / (1 - beta)))


def _advantage() -> Iterator[Step]:
    nash = Named(-H * k / M, "V_N")
    gain, loss = k * (H / M - _rate()), (M - k) * (_rate() - H / M)
    yield Step("The mixed Nash equilibrium, at $q = k/M$, is worth",
               Eq(Named(audit * (q * M - k) - q * H, "U_G"), nash), (Eq(q, k / M),))  # fmt: skip
    yield Step("Deterring beats it by", Eq(_deterring() - nash, gain))
    yield Step("and tolerating by", Eq(_tolerating() - nash, loss))
    yield Step(r"If $H \ge tM$ the first is not negative,", Ge(gain, 0), (Gt(H, g * M / D), *_COSTLY))
    yield Step("and if $H < tM$ the second is positive. Commitment is worth something unless "
               "$H = tM$.", Gt(loss, 0), (Lt(H, g * M / D), *_COSTLY))  # fmt: skip
    yield Step(
        "Where audits cost more than they return, nobody audits in the Nash equilibrium, and every lab "
        "violates. Announced audits deter if they cost less than the harm.",
        Eq(_deterring() + H, H - k * _rate()),
    )
    yield from _advantage_at_threshold()
    yield from _advantage_with_signal()


def _advantage_at_threshold() -> Iterator[Step]:
    yield Step(
        r"At $g = D$ the Nash equilibria have $a = 1$ and any $q \ge k/M$, and are worth $q(M - H) - k$. "
        r"That is most at $q = 1$ if $H < M$, and there it is what tolerating is worth.",
        Eq(_tolerating(), q * (M - H) - k),
        (Eq(q, 1), Eq(g, D)),
    )


def _advantage_with_signal() -> Iterator[Step]:
    first = Named(rho * alpha / (rho * alpha + (1 - rho) * beta), "q_1", "q_1")
    second = Named(rho * (1 - alpha) / (rho * (1 - alpha) + (1 - rho) * (1 - beta)), "q_0", "q_0")
    yield Step(
        r"With a signal, $\rho = k/M$ and $t < \beta$, the Nash equilibrium has the probability $q_1$ of a "
        r"violation at which an audit after a suspicious signal just pays, and is worth $-q_1 H$,",
        Eq(first * beta * (M - k) - (1 - first) * alpha * k, 0),
        (Eq(k, rho * M),),
    )
    yield Step(r"so that deterring beats it by $q_1 H - k \alpha t/\beta$. For $H \ge M$ that is positive,",
               Gt(first * H - rho * M * alpha * t / beta, 0),
               (Gt(H, M), Eq(t, beta * _s / (1 + _s)), *_SIGNAL))  # fmt: skip
    yield Step(
        r"For $t > \beta$ it has the probability $q_0$ at which an audit after a clean signal just pays,",
        Eq(second * (1 - beta) * (M - k) - (1 - second) * (1 - alpha) * k, 0),
        (Eq(k, rho * M),),
    )
    yield Step(
        "and is worth this much.",
        Eq(Named(-second * H + second * beta * (M - k) - (1 - second) * alpha * k, "U_G"),
           second * (M - H) - k),
        (Eq(k, rho * M),),
    )  # fmt: skip


with evaluate(False):  # printed as written
    commitment_value = Formula(
        name="commitment_value",
        statement="The value to the Governor of the game in which it announces its audits first.",
        left="V_S",
        expr=Piecewise(
            (-H + Max(0, M - k), Gt(g, D)),
            (Max(0, -k), Lt(g, 0)),
            (Max(-k, -k * C_star, -H + t_borne * Max(0, M - k)), True),
        ),
        where={C_star: _BILL, t: _RATE, t_borne: _BORNE},
        function=commitment,
        arguments={**_GAME, "alpha": alpha, "beta": beta},
        result="value",
        assumptions=(_PAYOFFS, _ANNOUNCED),
        source=("maschler", "avenhaus", "conitzer", "stengel"),
        derive=_value,
    )
    commitment_advantage = Formula(
        name="commitment_advantage",
        statement=(
            "What commitment is worth to the Governor in the inspection game: its value above that of the "
            "best Nash equilibrium."
        ),
        left="V_S - V_N",
        expr=Piecewise(
            (0, Le(g, 0)),
            (0, Gt(g, D)),
            (Max(0, k - H + t_tilde * (M - k)), Le(k, 0)),
            (Max(0, H - k * t), Ge(k, M)),
            (Max(0, k * (H / M - t), (M - k) * (t_tilde - H / M)), True),
        ),
        where={t: g / D, t_tilde: Piecewise((g / D, Lt(g, D)), (0, True))},
        function=commitment,
        arguments=_GAME,
        result="advantage",
        assumptions=(_PAYOFFS, _ANNOUNCED, "Without a signal."),
        source=("maschler", "avenhaus", "stengel"),
        derive=_advantage,
    )


def _branches() -> Iterator[Step]:
    yield Step(
        r"Deter or tolerate. Where audits return more than they cost, deterring is better if $H > tM$,",
        Gt(_deterring() - _tolerating(), 0),
        (Gt(H, g * M / D), *_COSTLY),
    )
    yield Step("and tolerating if $H < tM$.", Lt(_deterring() - _tolerating(), 0),
               (Lt(H, g * M / D), *_COSTLY))  # fmt: skip
    yield Step(
        "Where they return less, a Governor that tolerates does not audit. Deterring is better if $H > kt$.",
        Gt(_deterring() + H, 0),
        (Gt(H, k * g / D), *_WITHIN, Gt(k, M)),
    )
    yield Step(
        r"Audits that pay for themselves deter at any rate from $t$ on, and earn most at 1,",
        Gt(Derivative(-k * audit, audit), 0),
        (Gt(-k, 0),),
    )
    yield Step(
        "which beats tolerating by $H - k - t(M - k)$.", Eq(-k - _tolerating(), H - k - _rate() * (M - k))
    )
    yield Step(
        "The lab gets what it gets from compliance, 0, and so much where it is indifferent, too.",
        Eq(Named(q * (g - audit * D), "U_L"), 0),
        (Eq(audit, g / D),),
    )


with evaluate(False):
    _DETERRABLE = (Gt(g, 0), Le(g, D))
    commitment_branches = Proposition(
        name="commitment_branches",
        statement=(
            "What the Governor announces in the inspection game, what the lab then does, and what both get. "
            "Where the Governor is indifferent between deterring and tolerating, it deters."
        ),
        where={t: g / D},
        columns=("a", "q", "V_S", "V_L"),
        cases=(
            Case((Le(g, 0), Gt(D, 0), Ge(k, 0)), (S.Zero, S.Zero, S.Zero, S.Zero)),
            Case((Le(g, 0), Gt(D, 0), Lt(k, 0)), (S.One, S.Zero, -k, S.Zero)),
            Case((*_DETERRABLE, Ge(k, M), Ge(H, k * t)), (t, S.Zero, -k * t, S.Zero)),
            Case((*_DETERRABLE, Ge(k, M), Lt(H, k * t)), (S.Zero, S.One, -H, g)),
            Case((*_DETERRABLE, Ge(k, 0), Lt(k, M), Ge(H, t * M)), (t, S.Zero, -k * t, S.Zero)),
            Case((*_DETERRABLE, Ge(k, 0), Lt(k, M), Lt(H, t * M)), (t, S.One, -H + t * (M - k), S.Zero)),
            Case((*_DETERRABLE, Lt(k, 0), Ge(H, k + t * (M - k))), (S.One, S.Zero, -k, S.Zero)),
            Case((*_DETERRABLE, Lt(k, 0), Lt(H, k + t * (M - k))), (t, S.One, -H + t * (M - k), S.Zero)),
            Case((Gt(g, D), Lt(k, M)), (S.One, S.One, -H + (M - k), g - D)),
            Case((Gt(g, D), Ge(k, M)), (S.Zero, S.One, -H, g)),
        ),
        function=commitment,
        arguments=_GAME,
        assumptions=(_PAYOFFS, _ANNOUNCED, "Without a signal."),
        source=("maschler", "avenhaus", "conitzer"),
        derive=_branches,
    )
