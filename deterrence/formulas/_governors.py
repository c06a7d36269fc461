"""Governors that adapt the audit probability after a suspicious signal."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import And, Derivative, Eq, Function, Ge, Gt, Le, Lt, Min, Piecewise, S, Symbol, evaluate, oo

from deterrence.formulas._formula import Formula
from deterrence.formulas._optimal import ABOVE, BELOW, least_cost, objective, ratio
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    P,
    beta,
    c,
    down,
    eps,
    none,
    pi,
    pi_c,
    pi_lc,
    step,
    up,
    v_star,
)
from deterrence.games import _adaptive, _approximation

_STEPS = {"P": P, "beta": beta, "v_star": v_star, "c": c, "up": up, "down": down}
_RENT = Gt(v_star, c)


def _gradient_limit() -> Iterator[Step]:
    rent = v_star - c
    moved = Named(pi + step * (P * beta - rent * pi), "moved", r"\pi'")
    yield Step(
        "The mean of the observed slope, $P$ after a suspicious signal and 0 after a clean one, is the "
        r"slope of the specification's objective $U(\pi)$,",
        Eq(
            beta * (P - rent * pi) + (1 - beta) * (-rent * pi),
            Derivative(Named(objective(pi), "U(pi)", r"U(\pi)"), pi),
        ),
    )
    yield Step(
        r"and it leads towards its root $x = P\beta/(v^*-c)$, so that steps that shrink as Robbins and "
        "Monro ask converge to that root, or to 1 where clipping at 1 comes first.",
        Eq(P * beta - rent * pi, rent * (ratio() - pi)),
    )
    yield Step(
        r"Without noise a step of length $\eta$ multiplies the distance from the root,",
        Eq(moved - ratio(), (1 - step * rent) * (pi - ratio())),
    )
    yield Step(
        "and shrinks it, though it may overshoot, if the step is short enough.",
        Lt((1 - step * rent) ** 2, 1),
        (Lt(step, 2 / rent), _RENT),
    )
    yield Step("A longer step expands it.", Gt((1 - step * rent) ** 2, 1), (Gt(step, 2 / rent), _RENT))
    yield Step(
        "Where $x > 1$ every step leads upwards, and the clipped one arrives at 1, whatever its length.",
        Gt(moved, pi),
        (Gt(step, 0), *ABOVE),
    )
    yield Step(
        "Where $P \\beta = 0$ every step leads downwards.", Lt(moved, pi), (Gt(step, 0), Eq(P, 0), _RENT)
    )


def _lowering_share() -> Iterator[Step]:
    share = Named(down / (up + down), "share", r"\sigma")
    yield Step(
        r"From above, $\pi = \pi_1^{\mathrm{lc}} + s$, a step down does not leave the band,",
        Ge(pi_lc + Symbol("s", nonnegative=True) - down, pi_lc - down),
    )
    yield Step(
        r"and from below, $\pi < \pi_1^{\mathrm{lc}}$, a step up does not.",
        Lt(pi + up, pi_lc + up),
        (Lt(pi, pi_lc),),
    )
    yield Step(
        r"Inside the band the Governor must rise as much as it falls: a share $\sigma$ of all steps up and "
        r"$1 - \sigma$ down balance.",
        Eq(share * up - (1 - share) * down, 0),
    )
    yield Step("Bolder cuts mean more defection,", Gt(Derivative(share, down), 0), (Gt(up, 0), Gt(down, 0)))
    yield Step("bolder rises less.", Lt(Derivative(share, up), 0), (Gt(up, 0), Gt(down, 0)))
    yield Step(
        "Where $x < 1$ the labs defect even at $\\pi_1 = 1$, and every step leads upwards.",
        Lt(P * beta * pi - (v_star - c), 0),
        (Eq(pi, 1), *BELOW),
    )


def _drift() -> Named:
    """Mean step where labs defect and are seen only if they are caught."""
    return Named(beta * pi * up - (1 - beta * pi) * down, "drift", r"\mu(\pi)")


def _collapse_threshold() -> Iterator[Step]:
    least = down / (beta * (up + down))
    yield Step(
        r"Where the labs defect the Governor catches one with probability $\beta\pi$, so that its mean "
        r"step is $\mu(\pi)$,",
        Eq(_drift(), beta * pi * (up + down) - down),
    )
    yield Step("which is nil at the threshold", Eq(_drift(), 0), (Eq(pi, least),))
    yield Step(
        "and negative below.",
        Lt(_drift(), 0),
        (Eq(pi, least * Symbol("z", positive=True) / (1 + Symbol("z", positive=True))),),
    )
    yield Step("A better signal lowers it,", Lt(Derivative(least, beta), 0), (Gt(down, 0), Gt(up, 0)))
    yield Step("so do smaller cuts.", Gt(Derivative(least, down), 0), (Gt(down, 0), Gt(up, 0)))
    yield Step("Where nothing is caught the Governor only lowers.", Eq(_drift(), -down), (Eq(pi, 0),))


def _least_step_ratio() -> Iterator[Step]:
    caught = beta * pi_lc
    yield Step(
        r"The threshold of collapse lies below the least-cost deterrent if and only if $\Delta_+/\Delta_-$ "
        "exceeds the ratio: the two gaps have the same sign.",
        Eq(
            pi_lc - down / (beta * (up + down)),
            (caught * down) / (beta * (up + down)) * (up / down - (1 - caught) / caught),
        ),
    )
    yield Step(
        "Labs that need more auditing are watched more closely, and let the Governor cut more boldly.",
        Lt(Derivative((1 - caught) / caught, pi_lc), 0),
    )


def _censored_lowering() -> Iterator[Step]:
    at_lc = Named(_drift().args[0].xreplace({pi: pi_lc}), "drift", r"\mu(\pi_1^{\mathrm{lc}})")
    yield Step(
        r"The mean step just below the deterrent has the sign of $\pi_1^{\mathrm{lc}} - \pi_c$.",
        Eq(at_lc, beta * (up + down) * (pi_lc - pi_c)),
        (Eq(pi_c, down / (beta * (up + down))),),
    )
    yield Step(
        r"If it is negative, it is negative for all smaller $\pi$, too, since it grows in $\pi$: audits "
        "collapse.",
        Ge(Derivative(_drift(), pi), 0),
    )
    yield Step("At 0 they stay, since nothing is caught.", Eq(Min(0, _drift()), -down), (Eq(pi, 0),))


def _quantile_tracking() -> Iterator[Step]:
    cdf, density = Function("F")(pi), Symbol("f", positive=True)
    drift = Named(1 - cdf - eps, "drift", r"\mu(\pi)")
    yield Step(
        r"A lab that is drawn defects with probability $1 - F(\pi)$, where $F$ is the distribution "
        r"function of what labs require. The Governor moves by $1 - \epsilon$ then, and by $-\epsilon$ "
        r"otherwise, on average in proportion to $\mu(\pi)$,",
        Eq((1 - cdf) * (1 - eps) - cdf * eps, drift),
    )
    share = Symbol("F", positive=True)
    yield Step(
        r"which is nil at the $(1-\epsilon)$-quantile.",
        Eq(1 - share - eps, 0),
        (Eq(share, 1 - eps),),
    )
    yield Step(
        r"It falls in $\pi$ where there is a density $f$ of labs: that root attracts, and steps that "
        "shrink as Robbins and Monro ask converge to it.",
        Eq(Derivative(drift, pi), -Derivative(cdf, pi)),
    )
    yield Step(
        r"Near it a step of length $\eta$ multiplies the distance $s$ by $1 - \eta f$.",
        Eq(Symbol("s") - step * density * Symbol("s"), (1 - step * density) * Symbol("s")),
    )


with evaluate(False):  # printed as written
    _lc = {pi_lc: least_cost()}
    _if_rent = ((1, Le(P * beta, v_star - c)), ((v_star - c) / (P * beta), True))

    gradient_limit = Proposition(
        name="gradient_limit",
        statement=(
            r"A Governor that moves to $\pi + \eta_n (P \mathbf{1}\{s_n = 1\} - (v^*-c)\pi)$ after the "
            r"signal $s_n$ of a violator, clipped to $[0,1]$, with $\sum \eta_n = \infty$ and $\sum "
            r"\eta_n^2 < \infty$, converges almost surely to the specification's rule. Expected steps of "
            r"constant length $\eta$ converge to it from everywhere if and only if the table says so."
        ),
        columns=("limit", r"converges\ iff"),
        cases=(
            Case(
                (Gt(P * beta, 0), Lt(P * beta, v_star - c)),
                (P * beta / (v_star - c), Lt(step, 2 / (v_star - c))),
            ),
            Case((Gt(P * beta, 0), Ge(P * beta, v_star - c)), (S.One, Gt(step, 0))),
            Case((Eq(P * beta, 0),), (S.Zero, Gt(step, 0))),
        ),
        valid=(Lt(c, v_star),),
        function=_approximation.gradient,
        arguments={"P": P, "beta": beta, "v_star": v_star, "c": c, "eta": step},
        result="limit",
        assumptions=("The marginal lab has a rent, $v^* > c$.",),
        source=("robbins",),
        derive=_gradient_limit,
    )
    lowering_share = Formula(
        name="lowering_share",
        statement=(
            r"A Governor that adds $\Delta_+$ to $\pi_1$ after a step with defection, and takes off "
            r"$\Delta_-$ after a step without, enters $[\pi_1^{\mathrm{lc}} - \Delta_-, "
            r"\pi_1^{\mathrm{lc}} + \Delta_+)$ and stays there, if that lies within $[0, 1]$. In the long "
            "run this share of all steps sees defection."
        ),
        left=r"\sigma",
        expr=Piecewise(
            (0, Le(v_star, c)),
            (1, Lt(P * beta, v_star - c)),
            (down / (up + down), And(Le(down, pi_lc), Le(up, 1 - pi_lc), Gt(up + down, 0))),
            (none, True),
        ),
        where=_lc,
        function=_adaptive.lowering,
        arguments=_STEPS,
        result="share",
        assumptions=(
            "Labs are identical, and every defection is seen.",
            r"With steps that shrink to 0 and whose sum diverges it converges to $\pi_1^{\mathrm{lc}}$.",
        ),
        derive=_lowering_share,
    )
    collapse_threshold = Formula(
        name="collapse_threshold",
        statement=(
            "The audit probability below which a Governor that sees only the violators it catches lowers "
            "audits faster than its catches raise them."
        ),
        left=r"\pi_c",
        expr=Piecewise((0, Eq(down, 0)), (oo, Eq(beta, 0)), (down / (beta * (up + down)), True)),
        function=_adaptive.censored_lowering,
        arguments=_STEPS,
        result="pi_c",
        assumptions=(r"A defection is caught with probability $\beta\pi_1$ in each step.",),
        derive=_collapse_threshold,
    )
    least_step_ratio = Formula(
        name="least_step_ratio",
        statement=(
            r"What $\Delta_+/\Delta_-$ must exceed, lest enforcement collapse by a Governor that sees only "
            "the violators it catches."
        ),
        left=r"\rho",
        expr=Piecewise((0, Le(v_star, c)), (oo, Eq(beta, 0)), ((1 - beta * pi_lc) / (beta * pi_lc), True)),
        where={pi_lc: Piecewise(*_if_rent)},
        function=_adaptive.censored_lowering,
        arguments=_STEPS,
        result="least_ratio",
        assumptions=("Labs are identical.",),
        derive=_least_step_ratio,
    )
    censored_lowering = Proposition(
        name="censored_lowering",
        statement=(
            r"A Governor that adds $\Delta_+$ to $\pi_1$ after a catch, and takes off $\Delta_-$ after a "
            "step without, is led by small steps to the limit in the table. The deterrent is metastable: "
            r"0 is absorbing, and a run of undetected defections leads there. A floor under $\pi_1$, or "
            "some audits at random, remove the trap."
        ),
        columns=("limit",),
        cases=(
            Case((Le(v_star, c),), (S.Zero,)),
            Case((Gt(v_star, c), Ge(down, beta * (up + down) * pi_lc)), (S.Zero,)),
            Case((Gt(v_star, c), Lt(down, beta * (up + down) * pi_lc)), (pi_lc,)),
        ),
        where={pi_lc: Piecewise((0, Le(v_star, c)), *_if_rent)},
        function=_adaptive.censored_lowering,
        arguments=_STEPS,
        result="limit",
        assumptions=("Labs are identical, and $\\Delta_- > 0$.",),
        derive=_censored_lowering,
    )
    quantile_tracking = Proposition(
        name="quantile_tracking",
        statement=(
            r"A Governor that moves to $\pi + \eta_n (\mathbf{1}\{\text{defection}\} - \epsilon)$, clipped "
            r"to $[0,1]$, with $\sum \eta_n = \infty$ and $\sum \eta_n^2 < \infty$, converges almost "
            r"surely to the $(1-\epsilon)$-quantile of the audit probabilities $\pi_{1,i}^*$ that the labs "
            "require."
        ),
        function=_approximation.tracking,
        arguments={"eps": eps},
        assumptions=("In each step a lab is drawn at random. The quantile is unique.",),
        source=("robbins",),
        derive=_quantile_tracking,
    )
