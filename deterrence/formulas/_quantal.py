"""Quantal response in the inspection game."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Gt, Limit, Lt, Piecewise, Rational, Symbol, evaluate, exp, log

from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import D, M, Math, audit, g, none, precision, q
from deterrence.formulas._symbols import k_audit as k
from deterrence.games import quantal, quantal_expansion

_e, _z = Symbol("epsilon", positive=True), Symbol("z", real=True)
_MIXED = (Gt(D, g), Gt(g, 0), Gt(M, k), Gt(k, 0))
_GAME = {"g": g, "D": D, "k": k, "M": M, "precision": precision}
_LOGIT = "The log-odds of an action are what it gains its player, times the precision."
_FIRST = r"The error is of the order of $\lambda^{-2}$. It needs $0 < g < D$, $0 < k < M$ and $\lambda > 0$."


def _sigma(z: Math) -> Math:
    return 1 / (1 + exp(-z))


def _log_odds(share: Math) -> Math:
    return log(share / (1 - share))


def _expansion(rest: Math, other: Math, stake: Math) -> Math:
    return rest + log(other) / (precision * stake)


def _mixed(inside: Math) -> Math:
    return Piecewise((inside, (g > 0) & (g < D) & (k > 0) & (k < M) & (precision > 0)), (none, True))


_FIRST_Q = _expansion(k / M, g / (D - g), M)
_FIRST_A = _expansion(g / D, (M - k) / k, D)


def _drift(of: Math, rest: Math, latex: str) -> Named:
    """How far log-odds at the precision 1 / epsilon are from those at rest."""
    return Named(_log_odds(of.subs(precision, 1 / _e)) - _log_odds(rest), "drift", rf"\left({latex}\right)")


def _quantal_defection() -> Iterator[Step]:
    yield Step(
        "The Governor's equation, solved for the lab's probability, is",
        Eq(_log_odds(audit), precision * (q * M - k)),
        (Eq(q, k / M + _log_odds(audit) / (precision * M)),),
    )
    yield Step(
        r"At the precision $1/\epsilon$ the expansion puts $g/D$ in the place of $a$, which changes $q$ by "
        r"$\epsilon/M$ times a difference of log-odds that vanishes with $\epsilon$.",
        Eq(Limit(_drift(_FIRST_A, g / D, r"\ln\frac{a}{1-a} - \ln\frac{t}{1-t}"), _e, 0, "+"), 0),
        _MIXED,
    )
    yield Step(
        "Unlike in the Nash equilibrium a larger gain raises it", Gt(Derivative(_FIRST_Q, g), 0), _MIXED
    )
    yield Step("and a larger loss lowers it.", Lt(Derivative(_FIRST_Q, D), 0), _MIXED)


def _quantal_audit() -> Iterator[Step]:
    yield Step(
        "The lab's equation, solved for the Governor's probability, is",
        Eq(_log_odds(q), precision * (g - audit * D)),
        (Eq(audit, g / D - _log_odds(q) / (precision * D)),),
    )
    yield Step(
        r"At the precision $1/\epsilon$ the expansion puts $k/M$ in the place of $q$, which changes $a$ by "
        r"$\epsilon/D$ times a difference of log-odds that vanishes with $\epsilon$.",
        Eq(
            Limit(_drift(_FIRST_Q, k / M, r"\ln\frac{q}{1-q} - \ln\frac{q^*}{1-q^*}"), _e, 0, "+"),
            0,
        ),
        _MIXED,
    )
    yield Step(
        "Unlike in the Nash equilibrium costlier audits lower it", Lt(Derivative(_FIRST_A, k), 0), _MIXED
    )
    yield Step("and a larger return raises it.", Gt(Derivative(_FIRST_A, M), 0), _MIXED)


def _quantal_response() -> Iterator[Step]:
    reply = Named(_sigma(precision * (q * M - k)), "a(q)")
    choice = Named(_sigma(precision * (g - D * _sigma(precision * (q * M - k)))), "s(q)")
    yield Step(
        "One equation. Let $a(q)$ be the Governor's choice against $q$ and $s(q)$ the lab's choice against "
        "$a(q)$. What is sought is a root of $q - s(q)$. Its slope is",
        Eq(
            Derivative(q - choice, q),
            1 + precision**2 * D * M * choice * (1 - choice) * reply * (1 - reply),
        ),
    )
    spread = Named(_sigma(_z) * (1 - _sigma(_z)), "spread", r"\sigma(z) (1 - \sigma(z))")
    yield Step("which is positive, since the choices of both are probabilities: for all $z$", Gt(spread, 0))
    yield Step(
        "So there is at most one root. There is one, since choices are above 0, also where $q = 0$,",
        Gt(_sigma(_z), 0),
    )
    yield Step("and below 1, also where $q = 1$.", Lt(_sigma(_z), 1))
    yield from _statics()
    yield Step(
        "Limits. Without precision both toss a coin.",
        Eq(_sigma(precision * (g - audit * D)), Rational(1, 2)),
        (Eq(precision, 0),),
    )


def _statics() -> Iterator[Step]:
    lab, governor = q * (1 - q), audit * (1 - audit)
    moved = Named(precision * lab / (1 + precision**2 * D * M * lab * governor), "q_g", "q_g")
    yield Step(
        "Statics. A change of the log-odds by 1 changes a choice by",
        Eq(Derivative(_sigma(_z), _z), _sigma(_z) * (1 - _sigma(_z))),
    )
    yield Step(
        r"so that the change $q_g$ of $q$ by $g$ solves both equations, $q_g = q(1-q) \lambda (1 - D a_g)$ "
        r"and $a_g = a(1-a) \lambda M q_g$, if",
        Eq(moved, lab * precision * (1 - D * (governor * precision * M * moved))),
    )
    yield Step("A larger gain makes defection likelier: at Nash it does not.", Gt(moved, 0))
    yield Step("It makes audits likelier, too.", Gt(governor * precision * M * moved, 0))


with evaluate(False):  # printed as written
    quantal_response = Proposition(
        name="quantal_response",
        statement=(
            r"The equations $q = \sigma(\lambda(g - aD))$ and $a = \sigma(\lambda(qM - k))$, with "
            r"$\sigma(z) = 1/(1+e^{-z})$, have exactly one solution. In it $q$ and $a$ rise with $g$."
        ),
        function=quantal,
        arguments=_GAME,
        assumptions=(_LOGIT, "$D$ and $M$ are not negative; $g$ and $k$ may have any sign."),
        source=("mckelvey",),
        derive=_quantal_response,
    )
    quantal_defection = Formula(
        name="quantal_defection",
        statement="The probability to defect in the quantal response equilibrium at a large precision.",
        left="q",
        expr=_mixed(k / M + log(g / (D - g)) / (precision * M)),
        function=quantal_expansion,
        arguments=_GAME,
        result="q",
        assumptions=(_LOGIT, _FIRST),
        derive=_quantal_defection,
    )
    quantal_audit = Formula(
        name="quantal_audit",
        statement="The probability of an audit in the quantal response equilibrium at a large precision.",
        left="a",
        expr=_mixed(g / D - log(k / (M - k)) / (precision * D)),
        function=quantal_expansion,
        arguments=_GAME,
        result="a",
        assumptions=(_LOGIT, _FIRST),
        derive=_quantal_audit,
    )
