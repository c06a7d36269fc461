"""Replicator dynamics of the inspection game."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Derivative,
    Eq,
    Function,
    Gt,
    I,
    Integral,
    Limit,
    Lt,
    Piecewise,
    S,
    Symbol,
    evaluate,
    log,
    oo,
    pi,
    sqrt,
)

from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import D, M, Math, audit, g, none, q
from deterrence.formulas._symbols import k_audit as k
from deterrence.games import _motion, replicator

_GAME = {"g": g, "D": D, "k": k, "M": M}
_MIXED = (Gt(D, g), Gt(g, 0), Gt(M, k), Gt(k, 0))
_REST = (Eq(q, k / M), Eq(audit, g / D))
_DYNAMICS = r"$\dot q = q(1-q)(g - aD)$ and $\dot a = a(1-a)(qM - k)$."
_NEEDED = "It needs the mixed regime, $0 < g < D$ and $0 < k < M$."

I_L, I_G = Symbol("I_L", real=True), Symbol("I_G", real=True)
q_dot = Named(q * (1 - q) * (g - audit * D), "q_dot", r"\dot q")
a_dot = Named(audit * (1 - audit) * (q * M - k), "a_dot", r"\dot a")


def _mixed(inside: Math) -> Math:
    return Piecewise((inside, (g > 0) & (g < D) & (k > 0) & (k < M)), (none, True))


def _of_lab() -> Math:
    return k * log(q) + (M - k) * log(1 - q)


def _of_governor() -> Math:
    return g * log(audit) + (D - g) * log(1 - audit)


def _constant_of_motion() -> Named:
    return Named(_of_lab() + _of_governor(), "I(q, a)")


def _constant() -> Iterator[Step]:
    motion = _constant_of_motion()
    yield Step(
        "Along a solution it changes by",
        Eq(Derivative(motion, q) * q_dot + Derivative(motion, audit) * a_dot, 0),
    )
    yield Step("In the mixed regime it is strictly concave: its second derivatives are negative,",
               Lt(Derivative(motion, (q, 2)), 0), _MIXED)  # fmt: skip
    yield Step("in both directions,", Lt(Derivative(motion, (audit, 2)), 0), _MIXED)
    yield Step("and the mixed one vanishes.", Eq(Derivative(motion, q, audit), 0))
    yield Step("It has its maximum at the Nash equilibrium, where", Eq(Derivative(motion, q), 0), _REST)
    yield Step("and", Eq(Derivative(motion, audit), 0), _REST)
    yield Step(
        "It falls without bound towards the edges, so that its level curves, and with them all orbits "
        "inside, are closed: as $q$ vanishes",
        Eq(Limit(motion, q, 0, "+"), -oo),
        _MIXED,
    )
    yield Step("and as it grows to 1, and likewise in $a$.", Eq(Limit(motion, q, 1, "-"), -oo), _MIXED)


def _frequency() -> Math:
    return sqrt(k * (M - k) / M * (g * (D - g) / D))


def _circles() -> Iterator[Step]:
    omega = Named(_frequency(), "omega", r"\omega")
    down = Named(-k / M * (1 - k / M) * D, "q_dot_a", r"\partial_a \dot q")
    up = Named(g / D * (1 - g / D) * M, "a_dot_q", r"\partial_q \dot a")
    yield Step("The dynamics rest at the Nash equilibrium,", Eq(q_dot, 0), _REST)
    yield Step("in both directions.", Eq(a_dot, 0), _REST)
    yield Step("The Jacobian there has no diagonal,", Eq(Derivative(q_dot, q), 0), _REST)
    yield Step("as neither speed depends on what it moves,", Eq(Derivative(a_dot, audit), 0), _REST)
    yield Step("but more audits slow defection down", Eq(Derivative(q_dot, audit), down.args[0]), _REST)
    yield Step("and more defection speeds audits up.", Eq(Derivative(a_dot, q), up.args[0]), _REST)
    yield Step(
        r"The squares of its eigenvalues are the product of the two. They are $\pm i \omega$: a centre.",
        Eq(down * up, (I * omega) ** 2),
        _MIXED,
    )
    share, rate = Symbol("s", positive=True), Symbol("t", positive=True)
    yield Step(
        r"In terms of the Nash equilibrium, with $s = k/M$ and $t = g/D$,",
        Eq(omega**2, share * (1 - share) * rate * (1 - rate) * D * M),
        (Eq(k, share * M), Eq(g, rate * D)),
    )


def _period() -> Iterator[Step]:
    omega = Named(_frequency(), "omega", r"\omega")
    period = Named(2 * pi / _frequency(), "T")
    yield Step("Near the rest point an orbit turns by one circle in", Eq(omega * period, 2 * pi), _MIXED)
    yield Step(
        "Larger stakes at the same equilibrium speed it up: twice the payoffs halve it.",
        Eq(Named(2 * pi / _frequency().subs({g: 2 * g, D: 2 * D, k: 2 * k, M: 2 * M}, simultaneous=True),
                 "T_2", "T_{2}"), period / 2),
        _MIXED,
    )  # fmt: skip


def _replicator_average() -> Iterator[Step]:
    T, s = Symbol("T", positive=True), Symbol("s", positive=True)
    x, mean = Function("x")(s), Symbol("m", real=True)
    yield Step(
        "Divide by $q(1-q)$: the log-odds of $q$ change at the rate",
        Eq(Derivative(log(q / (1 - q)), q) * q_dot, g - audit * D),
    )
    yield Step(
        "and those of $a$ at the rate", Eq(Derivative(log(audit / (1 - audit)), audit) * a_dot, q * M - k)
    )
    yield Step(
        "Integrate over a period $T$. Log-odds $x$ that return to where they were change by 0 in all,",
        Eq(Integral(Derivative(x, s), (s, 0, T)), Function("x")(T) - Function("x")(0)),
    )
    yield Step(
        "so that $gT$ is $D$ times the integral of $a$, or $D T$ times its average $m$, which is therefore "
        "that of Nash,",
        Eq(g * T - D * T * mean, 0),
        (Eq(mean, g / D),),
    )
    yield Step("and likewise the average of $q$.", Eq(M * T * mean - k * T, 0), (Eq(mean, k / M),))


def _replicator_rest() -> Iterator[Step]:
    corners = {(0, 0): (g, -k), (1, 0): (-g, M - k), (0, 1): (g - D, k), (1, 1): (D - g, -(M - k))}
    yield Step(
        "Corners rest. The Jacobian is diagonal there, as an edge is never left,",
        Eq(Derivative(q_dot, audit), 0),
        (Eq(q, 0),),
    )
    for (at_q, at_a), rates in corners.items():
        at = (Eq(q, at_q), Eq(audit, at_a))
        yield Step(f"At $({at_q}, {at_a})$ its entries are", Eq(Derivative(q_dot, q), rates[0]), at)
        yield Step("and", Eq(Derivative(a_dot, audit), rates[1]), at)
    yield Step(
        "A corner attracts if both are negative. In the mixed regime they have opposite signs: saddles.",
        Lt(Named(g * -k, "first", r"g (-k)"), 0),
        _MIXED,
    )
    yield Step(
        "Otherwise one action is dominated and dies out, and the other player adapts. Without a gain "
        "defection does,",
        Lt(q_dot, 0),
        (Gt(-g, 0),),
    )
    yield Step("and if even an audited violator gains, compliance.", Gt(q_dot, 0), (Gt(g, D),))
    yield Step("Audits that pay for themselves spread,", Gt(a_dot, 0), (Gt(-k, 0),))
    yield Step("and audits that cost more than they return die out.", Lt(a_dot, 0), (Gt(k, M),))


with evaluate(False):  # printed as written
    replicator_rest = Proposition(
        name="replicator_rest",
        statement=(
            "The rest point of the replicator dynamics that attracts all inner solutions or, in the first "
            "row, is circled by them."
        ),
        columns=("q", "a"),
        cases=(
            Case((Gt(g, 0), Lt(g, D), Gt(k, 0), Lt(k, M)), (k / M, g / D)),
            Case((Lt(g, 0), Gt(k, 0)), (S.Zero, S.Zero)),
            Case((Lt(g, D), Lt(k, 0)), (S.Zero, S.One)),
            Case((Gt(g, 0), Gt(k, M)), (S.One, S.Zero)),
            Case((Gt(g, D), Lt(k, M)), (S.One, S.One)),
        ),
        function=replicator,
        arguments=_GAME,
        assumptions=(_DYNAMICS,),
        source=("hofbauer",),
        derive=_replicator_rest,
    )
    replicator_constant = Formula(
        name="replicator_constant",
        statement="A function that is constant along every solution inside the square.",
        left="I(q, a)",
        expr=Piecewise((I_L + I_G, (q > 0) & (q < 1) & (audit > 0) & (audit < 1)), (none, True)),
        where={I_L: _of_lab(), I_G: _of_governor()},
        function=_motion.replicator_constant,
        arguments={"q": q, "a": audit, **_GAME},
        assumptions=(_DYNAMICS,),
        source=("hofbauer",),
        derive=_constant,
    )
    replicator_frequency = Formula(
        name="replicator_frequency",
        statement="The angular frequency of small orbits around the Nash equilibrium.",
        left=r"\omega",
        expr=_mixed(sqrt(k * (M - k) / M * (g * (D - g) / D))),
        function=_motion.replicator_frequency,
        arguments=_GAME,
        assumptions=(_DYNAMICS, _NEEDED),
        source=("hofbauer",),
        derive=_circles,
    )
    replicator_period = Formula(
        name="replicator_period",
        statement="The period of small orbits around the Nash equilibrium.",
        left="T",
        expr=_mixed(2 * pi / sqrt(k * (M - k) / M * (g * (D - g) / D))),
        function=_motion.replicator_period,
        arguments=_GAME,
        assumptions=(_DYNAMICS, _NEEDED),
        source=("hofbauer",),
        derive=_period,
    )
    replicator_average = Proposition(
        name="replicator_average",
        statement=(
            "The averages of $q$ and $a$ over a period of any closed orbit are those of the Nash "
            "equilibrium, $k/M$ and $g/D$."
        ),
        function=replicator,
        arguments=_GAME,
        assumptions=(_DYNAMICS, _NEEDED),
        source=("hofbauer",),
        derive=_replicator_average,
    )
