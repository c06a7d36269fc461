"""The inspection game: cut-offs, values and the complete table of equilibria."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, FiniteSet, Ge, Gt, Interval, Le, Lt, Max, Piecewise, evaluate

from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import B, D, H, M, Math, audit, g, p_b, q, rho, t
from deterrence.formulas._symbols import k_audit as k
from deterrence.games import inspection, inspection_cutoffs, inspection_values

_GAME = {"g": g, "D": D, "k": k, "M": M}
_PROFILE = {"q": q, "a": audit, **_GAME, "H": H}
PAYOFFS = (
    "A lab that complies gets 0, one that defects $g - aD$. The Governor pays $k$ for an audit, loses $H$ by "
    "a violation, and gets $M$ from auditing a violator."
)


def defecting() -> Named:
    """The lab's gain from defecting rather than complying."""
    return Named(g - audit * D, "gain_from_defecting", r"\Delta_L")


def auditing() -> Named:
    """The Governor's gain from auditing rather than not."""
    return Named(q * M - k, "gain_from_auditing", r"\Delta_G")


def _defection() -> Iterator[Step]:
    star = Named(k / M, "q_star", "q^*")
    yield Step("At the cut-off the Governor is indifferent.", Eq(auditing(), 0), (Eq(q, k / M),))
    yield Step("Likelier defection makes it audit,", Gt(auditing(), 0), (Gt(q, k / M), Lt(k, M)))
    yield Step("rarer defection does not.", Lt(auditing(), 0), (Lt(q, k / M), Gt(k, 0)))
    yield Step("Where audits pay for themselves it always audits,", Gt(auditing(), 0), (Gt(-k, 0),))
    yield Step("where they cost more than they return it never does.", Lt(auditing(), 0), (Gt(k, M),))
    yield Step("Statics. Costlier audits raise the cut-off,", Gt(Derivative(star, k), 0))
    yield Step("a larger return lowers it,", Lt(Derivative(star, M), 0), (Gt(k, 0),))
    yield Step("and neither the gain from defecting", Eq(Derivative(star, g), 0))
    yield Step("nor the loss of an audited violator moves it.", Eq(Derivative(star, D), 0))


def _audit() -> Iterator[Step]:
    star = Named(g / D, "a_star", "a^*")
    yield Step("At the cut-off the lab is indifferent.", Eq(defecting(), 0), (Eq(audit, g / D),))
    yield Step("Likelier audits make it comply,", Lt(defecting(), 0), (Gt(audit, g / D), Lt(g, D)))
    yield Step("rarer ones do not.", Gt(defecting(), 0), (Lt(audit, g / D), Gt(g, 0)))
    yield Step("Statics. A larger gain raises the cut-off,", Gt(Derivative(star, g), 0))
    yield Step("a larger loss, as by a larger fine, lowers it,", Lt(Derivative(star, D), 0), (Gt(g, 0),))
    yield Step("and the cost of audits does not move it.", Eq(Derivative(star, k), 0))
    yield Step(
        "Against the compliance condition. An audit finds every violation, a backcheck finds it with "
        "probability $p_b$: the lab gains $g - p_b B$ where there is no audit and loses $(1-p_b) B$ more by "
        "one. Then the cut-off is the audit probability that deters, $p_s^*$.",
        Eq((g - p_b * B) / ((1 - p_b) * B), (g / B - p_b) / (1 - p_b)),
    )


def _lab_value() -> Iterator[Step]:
    yield Step(
        "A lab that complies gets 0; one that defects gets more", Gt(defecting(), 0), (Gt(g, audit * D),)
    )
    yield Step("or not.", Lt(defecting(), 0), (Gt(audit, g / D), Lt(g, D)))
    yield Step("At the cut-off it gets 0 either way.", Eq(Max(0, defecting()), 0), (Eq(audit, g / D),))


def _governor_value() -> Iterator[Step]:
    payoff = Named(audit * (q * M - k) - q * H, "payoff", "U_G")
    yield Step(
        "Against $q$ an audit with probability $a$ earns the Governor",
        Eq(payoff, q * (audit * (M - k - H) - (1 - audit) * H) - (1 - q) * audit * k),
    )
    yield Step("which is linear in $a$.", Eq(Derivative(payoff, audit), auditing()))
    yield Step(
        "At the cut-off, as in the mixed equilibrium, it gets the same from every $a$.",
        Eq(payoff, -H * k / M),
        (Eq(q, k / M),),
    )


with evaluate(False):  # printed as written
    inspection_defection = Formula(
        name="inspection_defection",
        statement="The probability of defection from which on the Governor audits. In the mixed equilibrium "
        "it is the probability with which the lab defects.",
        left="q^*",
        expr=Piecewise((0, Le(k, 0)), (k / M, Lt(k, M)), (1, True)),
        function=inspection_cutoffs,
        arguments=_GAME,
        result="q",
        assumptions=(PAYOFFS,),
        source=("dresher", "tsebelis"),
        derive=_defection,
    )
    inspection_audit = Formula(
        name="inspection_audit",
        statement="The audit probability from which on the lab complies. In the mixed equilibrium it is the "
        "probability with which the Governor audits.",
        left="a^*",
        expr=Piecewise((0, Le(g, 0)), (g / D, Lt(g, D)), (1, True)),
        function=inspection_cutoffs,
        arguments=_GAME,
        result="a",
        assumptions=(PAYOFFS,),
        source=("dresher", "tsebelis"),
        derive=_audit,
    )
    inspection_lab_value = Formula(
        name="inspection_lab_value",
        statement="What the lab's best reply earns: its payoff in every equilibrium.",
        left="V_L",
        expr=Max(0, g - audit * D),
        function=inspection_values,
        arguments=_PROFILE,
        result="lab",
        assumptions=(PAYOFFS,),
        derive=_lab_value,
    )
    inspection_governor_value = Formula(
        name="inspection_governor_value",
        statement="What the Governor's best reply earns: its payoff in every equilibrium.",
        left="V_G",
        expr=Max(0, q * M - k) - q * H,
        function=inspection_values,
        arguments=_PROFILE,
        result="governor",
        assumptions=(PAYOFFS,),
        derive=_governor_value,
    )


def _equilibria() -> Iterator[Step]:
    yield from _best_replies()
    yield from _settled()
    yield from _mixed()
    yield from _ties()
    yield from _payoffs()


def _best_replies() -> Iterator[Step]:
    yield Step(
        r"Best replies. The lab defects for sure if $\Delta_L > 0$, complies if $\Delta_L < 0$ and may do "
        r"either if $\Delta_L = 0$, where",
        Eq(defecting(), g - audit * D),
    )
    yield Step(r"The Governor likewise audits by the sign of", Eq(auditing(), q * M - k))
    yield Step(
        "In an equilibrium each replies best to the other. The gain of the lab falls with $a$,",
        Le(Derivative(defecting(), audit), 0),
    )
    yield Step("that of the Governor rises with $q$,", Ge(Derivative(auditing(), q), 0))
    yield Step("so that the ends $a = 0$ and $a = 1$ settle its sign unless they differ:", Eq(defecting(), g),
               (Eq(audit, 0),))  # fmt: skip
    yield Step("and", Eq(defecting(), g - D), (Eq(audit, 1),))
    yield Step("for the lab,", Eq(auditing(), -k), (Eq(q, 0),))
    yield Step("and", Eq(auditing(), M - k), (Eq(q, 1),))


def _settled() -> Iterator[Step]:
    yield Step("Settled players. If $g < 0$ the lab complies,", Lt(defecting(), 0), (Gt(-g, 0),))
    yield Step("and the Governor audits by the sign of $-k$. If $g > D$ the lab defects,",
               Gt(defecting(), 0), (Gt(g, D),))  # fmt: skip
    yield Step("and the Governor audits by the sign of $M - k$. If $k < 0$ the Governor audits,",
               Gt(auditing(), 0), (Gt(-k, 0),))  # fmt: skip
    yield Step("and the lab defects by the sign of $g - D$. If $k > M$ the Governor does not audit,",
               Lt(auditing(), 0), (Gt(k, M),))  # fmt: skip
    yield Step("and the lab defects by the sign of its gain.", Eq(defecting(), g), (Eq(audit, 0),))


def _mixed() -> Iterator[Step]:
    yield Step(
        "Mixed regime, $0 < g < D$ and $0 < k < M$. Were $q < k/M$, there would be no audit,",
        Lt(auditing(), 0),
        (Lt(q, k / M), Lt(k, M)),
    )
    yield Step("and the lab would defect for sure.", Gt(defecting(), 0), (Eq(audit, 0), Gt(g, 0)))
    yield Step("Were $q > k/M$, the Governor would audit for sure,", Gt(auditing(), 0),
               (Gt(q, k / M), Lt(k, M)))  # fmt: skip
    yield Step("and the lab would comply.", Lt(defecting(), 0), (Eq(audit, 1), Lt(g, D)))
    yield Step("So $q = k/M$ is left, which is between 0 and 1,", Eq(auditing(), 0), (Eq(q, k / M),))
    yield Step("and makes the lab indifferent, which $a = g/D$ does.", Eq(defecting(), 0),
               (Eq(audit, g / D),))  # fmt: skip


def _ties() -> Iterator[Step]:
    yield Step("Ties. If $g = 0 < D$ the lab may defect only where there is no audit,", Lt(defecting(), 0),
               (Eq(g, 0), Gt(audit, 0)))  # fmt: skip
    yield Step("and there is none as long as", Lt(auditing(), 0), (Lt(q, k / M), Gt(k, 0)))
    yield Step("If $g = D > 0$ it may comply only where the audit is certain,", Gt(defecting(), 0),
               (Eq(g, D), Lt(audit, 1)))  # fmt: skip
    yield Step("and it is as long as", Gt(auditing(), 0), (Gt(q, k / M), Lt(k, M)))
    yield Step("If $k = 0 < M$ the Governor may pass only where the lab complies,", Gt(auditing(), 0),
               (Eq(k, 0), Gt(q, 0)))  # fmt: skip
    yield Step("which the lab does as long as", Lt(defecting(), 0), (Gt(audit, g / D), Lt(g, D)))
    yield Step("If $k = M > 0$ it may audit only where the lab defects for sure,", Lt(auditing(), 0),
               (Eq(k, M), Lt(q, 1)))  # fmt: skip
    yield Step("which the lab does as long as", Gt(defecting(), 0), (Lt(audit, g / D), Gt(g, 0)))
    yield Step("If $g = D = 0$ every $q$ is a best reply, and the equilibria are the Governor's replies;",
               Eq(defecting(), 0), (Eq(g, 0), Eq(D, 0)))  # fmt: skip
    yield Step("if $k = M = 0$ every $a$ is, and they are the lab's.", Eq(auditing(), 0),
               (Eq(k, 0), Eq(M, 0)))  # fmt: skip


def _payoffs() -> Iterator[Step]:
    lab = Named(q * (g - audit * D), "U_L", "U_L")
    governor = Named(audit * (q * M - k) - q * H, "U_G", "U_G")
    yield Step("Values. In the mixed equilibrium the lab gets", Eq(lab, 0), (Eq(audit, g / D),))
    yield Step("and the Governor", Eq(governor, -H * k / M), (Eq(q, k / M),))
    yield Step("Where the lab defects for sure, it gets", Eq(lab, g - audit * D), (Eq(q, 1),))
    yield Step("and the Governor", Eq(governor, M - k - H), (Eq(q, 1), Eq(audit, 1)))
    yield Step("or", Eq(governor, -H), (Eq(q, 1), Eq(audit, 0)))
    yield Step("Where the Governor audits for sure, as at $g = D$, it gets", Eq(governor, q * (M - H) - k),
               (Eq(audit, 1),))  # fmt: skip
    yield Step("and where it never does, as at $g = 0$,", Eq(governor, -q * H), (Eq(audit, 0),))


def rows() -> Iterator[Case]:
    """The table: where a player's reply is settled, and where no reply is."""
    zero, one, unit = FiniteSet(0), FiniteSet(1), Interval(0, 1)

    def case(when: tuple[Math, ...], *sets: tuple[Math, Math]) -> Iterator[Case]:
        yield from (Case(when, then) for then in sets)

    yield from case((Lt(k, 0), Lt(g, D)), (zero, one))
    yield from case((Lt(k, 0), Eq(g, D)), (unit, one))
    yield from case((Lt(k, M), Gt(g, D)), (one, one))
    yield from case((Eq(k, M), Gt(g, D)), (one, unit))
    yield from case((Gt(k, M), Gt(g, 0)), (one, zero))
    yield from case((Gt(k, M), Eq(g, 0)), (unit, zero))
    yield from case((Gt(k, 0), Lt(g, 0)), (zero, zero))
    yield from case((Eq(k, 0), Lt(g, 0)), (zero, unit))
    inner, some, no = (Gt(g, 0), Lt(g, D)), (Eq(g, 0), Gt(D, 0)), (Eq(g, 0), Eq(D, 0))
    full = (Eq(g, D), Gt(D, 0))
    nothing = (Eq(k, 0), Eq(M, 0))
    yield from case((*inner, Gt(k, 0), Lt(k, M)), (FiniteSet(rho), FiniteSet(t)))
    yield from case((*inner, Eq(k, 0), Gt(M, 0)), (zero, Interval(t, 1)))
    yield from case((*inner, Eq(k, M), Gt(M, 0)), (one, Interval(0, t)))
    yield from case((*inner, *nothing), (zero, Interval(t, 1)), (unit, FiniteSet(t)), (one, Interval(0, t)))
    yield from case((*some, Gt(k, 0), Le(k, M)), (Interval(0, rho), zero))
    yield from case((*some, Eq(k, 0), Gt(M, 0)), (zero, unit))
    yield from case((*some, *nothing), (zero, unit), (unit, zero))
    yield from case((*full, Ge(k, 0), Lt(k, M)), (Interval(rho, 1), one))
    yield from case((*full, Eq(k, M), Gt(M, 0)), (one, unit))
    yield from case((*full, *nothing), (one, unit), (unit, one))
    graph = ((Interval(0, rho), zero), (FiniteSet(rho), unit), (Interval(rho, 1), one))
    yield from case((*no, Gt(k, 0), Lt(k, M)), *graph)
    yield from case((*no, Eq(k, 0), Gt(M, 0)), (zero, unit), (unit, one))
    yield from case((*no, Eq(k, M), Gt(M, 0)), (unit, zero), (one, unit))
    yield from case((*no, *nothing), (unit, unit))


inspection_equilibria = Proposition(
    name="inspection_equilibria",
    statement=r"All equilibria of the inspection game, as sets of $q$ and $a$, with $\rho = k/M$ and "
    "$t = g/D$; where there are several rows, their union.",
    columns=("q", "a"),
    cases=tuple(rows()),
    where={rho: k / M, t: g / D},
    function=inspection,
    arguments={**_GAME, "H": H},
    assumptions=(PAYOFFS,),
    source=("dresher", "tsebelis", "avenhaus"),
    derive=_equilibria,
)
