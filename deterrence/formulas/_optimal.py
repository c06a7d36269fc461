"""The two audit rules for the marginal lab, and the derivation of the specification's."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Ge, Gt, Integral, Limit, Lt, Min, Piecewise, S, Symbol, oo

from deterrence.formulas._detection import false_audit_rate
from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import Math, P, alpha, beta, c, pi, pi_0, pi_1, v_star, x


def objective(at: Math) -> Math:
    """Expected sanction less audit disruption at an audit probability."""
    return at * P * beta - (v_star - c) * at**2 / 2


def specification() -> Math:
    """The specification's rule."""
    at_cost = (P * beta > 0) & Eq(v_star, c)
    return Piecewise((Min(1, P * beta / (v_star - c)), Gt(v_star, c)), (1, at_cost), (0, True))


def least_cost() -> Math:
    """The least-cost deterrent."""
    return Piecewise((0, v_star <= c), (1, Eq(P * beta, 0)), (Min(1, (v_star - c) / (P * beta)), True))


def ratio() -> Named:
    """The deterrence ratio of a marginal lab with a rent."""
    return Named(P * beta / (v_star - c), "x", "x")


BELOW = (Lt(ratio(), 1), Gt(v_star, c))
ABOVE = (Gt(ratio(), 1), Gt(v_star, c))


def rule() -> Named:
    """The specification's rule by its letter."""
    return Named(specification(), "optimal_pi_1", r"\pi_1^{\mathrm{spec}}")


def derivation() -> Iterator[Step]:
    """From the objective to the rule, and from there to what it does and does not do."""
    yield from _objective()
    yield from _kkt()
    yield from _maximum()
    yield from _sensitivities()
    yield from _limits()
    yield from _ceiling()
    yield from _not_implied()
    yield from _both_rules()
    yield from _one_objective()


def _U(at: Math, latex: str) -> Named:
    return Named(objective(at), f"U({at})", f"U({latex})")


def _objective() -> Iterator[Step]:
    U = _U(pi, r"\pi")
    yield Step(
        "Objective. The Governor weighs the expected sanction of a violator against a disruption by audits "
        "that is convex in the audit probability and scaled by the rent of the marginal lab.",
        Eq(U, pi * P * beta - (v_star - c) * pi**2 / 2),
    )
    yield Step("A little more auditing gains", Eq(Derivative(U, pi), P * beta - (v_star - c) * pi))
    yield Step(
        "Second-order condition. If the marginal lab has a rent the objective is strictly concave, so that "
        "the KKT conditions (Karush, Kuhn, Tucker) single out its one maximiser on $[0, 1]$.",
        Lt(Derivative(U, (pi, 2)), 0),
        (Gt(v_star, c),),
    )


def _kkt() -> Iterator[Step]:
    mu_0, mu_1 = Symbol("mu_0", nonnegative=True), Symbol("mu_1", nonnegative=True)
    lagrangian = Named(objective(pi) + mu_0 * pi + mu_1 * (1 - pi), "Lagrangian", r"\mathcal L")
    slope = P * beta - (v_star - c) * pi + mu_0 - mu_1
    yield Step(
        r"Stationarity. The Lagrangian adds $\mu_0 \pi + \mu_1 (1-\pi)$, with multipliers $\mu_0, \mu_1 "
        r"\ge 0$ that vanish unless $\pi = 0$ or $\pi = 1$.",
        Eq(Derivative(lagrangian, pi), slope),
    )
    yield Step(
        r"First case, $0 < P \beta < v^*-c$. The interior point $\pi = x$ is stationary with both "
        r"multipliers 0,",
        Eq(slope, 0),
        (Eq(pi, ratio()), Eq(mu_0, 0), Eq(mu_1, 0)),
    )
    yield Step("and it is feasible.", Lt(ratio(), 1), (Gt(v_star, c + P * beta),))
    yield Step(
        r"Second case, $P \beta \ge v^*-c$. The corner $\pi = 1$ is stationary if $\mu_1$ takes up the "
        r"slope,",
        Eq(slope, 0),
        (Eq(pi, 1), Eq(mu_0, 0), Eq(mu_1, P * beta - (v_star - c))),
    )
    yield Step("and this $\\mu_1$ is not negative.", Ge(P * beta - (v_star - c), 0), ABOVE)
    yield Step(
        r"Third case, $P \beta = 0$. The corner $\pi = 0$ is stationary with both multipliers 0.",
        Eq(slope, 0),
        (Eq(pi, 0), Eq(P, 0), Eq(mu_0, 0), Eq(mu_1, 0)),
    )


def _maximum() -> Iterator[Step]:
    at_x, at_1, at_pi = _U(ratio(), "x"), _U(S.One, "1"), _U(pi, r"\pi")
    yield Step(
        "In the first case $x$ beats any other probability by a square.",
        Eq(at_x - at_pi, (v_star - c) * (pi - ratio()) ** 2 / 2),
    )
    yield Step("In the second case 1 beats any other.", Ge(at_1 - at_pi, 0), ABOVE)
    yield Step("Clipping. The rule is therefore $x$ where $x < 1$", Eq(rule(), ratio()), BELOW)
    yield Step("and 1 where $x > 1$.", Eq(rule(), 1), ABOVE)
    yield Step(
        "Maximum. For $x \\le 1$ the objective reaches", Eq(at_x, (P * beta) ** 2 / (2 * (v_star - c)))
    )
    yield Step("and for $x \\ge 1$ it reaches", Eq(at_1, P * beta - (v_star - c) / 2))
    yield Step("which agree at $x = 1$.", Eq(at_x, at_1), (Eq(v_star, c + P * beta),))


def _sensitivities() -> Iterator[Step]:
    slopes = {
        P: beta / (v_star - c),
        beta: P / (v_star - c),
        v_star: -P * beta / (v_star - c) ** 2,
        c: P * beta / (v_star - c) ** 2,
    }
    text = "Sensitivities. Below the kink at $x = 1$ the rule moves with every argument,"
    for symbol, slope in slopes.items():
        yield Step(text, Eq(Derivative(rule(), symbol), slope), BELOW)
        text = "and"
    yield Step("Above the kink it is constant.", Eq(Derivative(rule(), P), 0), ABOVE)


def _limits() -> Iterator[Step]:
    U = _U(pi, r"\pi")
    yield Step("Limits. As the rent vanishes $x$ grows without bound, and the rule is 1.",
               Eq(Limit(ratio(), v_star, c, "+"), oo))  # fmt: skip
    yield Step("As the punishment vanishes, so does the rule.", Eq(Limit(ratio(), P, 0, "+"), 0))
    yield Step("As the signal loses its power, so does the rule.", Eq(Limit(ratio(), beta, 0, "+"), 0))
    yield Step(
        "Where sanction and rent vanish together the limit is whatever their ratio is.",
        Eq(P * beta / (v_star - c), x),
        (Eq(P, x * (v_star - c) / beta),),
    )
    yield Step("At $v^* = c$ the objective is linear,", Eq(U, pi * P * beta), (Eq(v_star, c),))
    yield Step(r"and the rule is 1 if $P \beta > 0$.", Eq(rule(), 1), (Eq(v_star, c),))
    yield Step("Below cost the objective is convex and increasing, but the marginal lab does not run:",
               Gt(Derivative(U, (pi, 2)), 0), (Lt(v_star, c),))  # fmt: skip
    yield Step("there is nothing to deter, and the rule is 0 by convention.", Eq(rule(), 0), (Lt(v_star, c),))


def _ceiling() -> Iterator[Step]:
    s = Symbol("s", positive=True)
    yield Step(
        "Ceiling. If the rents $s$ of labs without a permit are uniform on $[0, v^*-c]$, auditing at "
        "$\\pi$ deters those below the expected sanction, a share of $\\pi x$, and at most all.",
        Eq(Integral(1 / (v_star - c), (s, 0, pi * P * beta)), pi * ratio()),
    )
    yield Step(
        "So the specification's expression is the largest share that any audit probability deters: with "
        r"$h(\pi) = \min(1, \pi x)$, it is the share at $\pi = 1$.",
        Eq(Named(Min(1, pi * x), "h(pi)", r"h(\pi)"), Min(1, x)),
        (Eq(pi, 1),),
    )
    yield Step(
        "Auditing at a probability equal to that number deters fewer.",
        Lt(Named(Min(1, x * x), "h(x)", "h(x)"), x),
        (Lt(x, 1),),
    )


def _not_implied() -> Iterator[Step]:
    yield Step(
        "Status. The objective was found by inverting its first-order condition; the compliance condition "
        "does not imply it. Where $x < 1$ the rule leaves the marginal lab the margin",
        Eq(P * beta * ratio() - (v_star - c), (v_star - c) * (ratio() ** 2 - 1)),
    )
    yield Step("which is negative: the lab is not deterred.", Lt(P * beta * ratio() - (v_star - c), 0), BELOW)
    yield Step("No audit probability would deter it.", Lt(P * beta - (v_star - c), 0), BELOW)


def _both_rules() -> Iterator[Step]:
    spec, lc = (
        Named(Min(1, x), "spec", r"\pi_1^{\mathrm{spec}}"),
        Named(Min(1, 1 / x), "lc", r"\pi_1^{\mathrm{lc}}"),
    )
    below, above = (Lt(x, 1),), (Gt(x, 1),)
    yield Step(
        "Relation to the least-cost deterrent, which the compliance condition does imply. Before they are "
        "clipped the two are reciprocal.",
        Eq(P * beta / (v_star - c) * ((v_star - c) / (P * beta)), 1),
    )
    yield Step("Exactly one is below 1 unless $x = 1$: the specification's", Lt(spec, 1), below)
    yield Step("while the other is 1,", Eq(lc, 1), below)
    yield Step("or the least-cost one", Lt(lc, 1), above)
    yield Step("while the specification's is 1.", Eq(spec, 1), above)
    yield Step("Their product is the smaller of $x$ and $1/x$", Eq(spec * lc, x), below)
    yield Step("in either case.", Eq(spec * lc, 1 / x), above)
    yield Step(
        "Deterrence. Where $x > 1$ both deter the marginal lab: the specification's with room to spare,",
        Gt(P * beta - (v_star - c), 0),
        ABOVE,
    )
    yield Step("the least-cost one exactly.", Eq(P * beta * ((v_star - c) / (P * beta)) - (v_star - c), 0))
    yield Step("So the least-cost rule saves this share of the audits after suspicious signals,",
               Eq(spec - lc, 1 - 1 / x), above)  # fmt: skip
    p_f = false_audit_rate.expr.xreplace({pi_0: S.Zero})
    at_1, at_lc = p_f.xreplace({pi_1: S.One}), p_f.xreplace({pi_1: 1 / x})
    yield Step(
        "and, without base audits, this many audits per compliant running lab.",
        Eq(Named(at_1, "p_f(1)") - Named(at_lc, "p_f(1/x)"), alpha * (1 - 1 / x)),
    )


def _one_objective() -> Iterator[Step]:
    lam = Symbol("lambda", positive=True)

    def share(at: Math, latex: str) -> Named:
        return Named(Min(1, at * x) - at**2 / 2, f"W({at})", f"W({latex})")

    yield Step(
        "One objective for both. Divided by the rent, the objective is a share deterred that does not stop "
        "at 1.",
        Eq(objective(pi) / (v_star - c), pi * ratio() - pi**2 / 2),
    )
    yield Step(
        r"With the ceiling, $W(\pi) = \min(1, \pi x) - \tfrac12 \pi^2$, the maximiser is $x$ where $x \le "
        r"1$,",
        Eq(share(x, "x") - share(pi, r"\pi"), (pi - x) ** 2 / 2),
        (Lt(x, 1),),
    )
    best = share(1 / x, "1/x") - share(pi, r"\pi")
    yield Step(
        "and $1/x$, the least-cost deterrent, where $x \\ge 1$: it beats less",
        Ge(best, 0),
        (Lt(pi, 1 / x), Gt(x, 1)),
    )
    yield Step("and more.", Ge(best, 0), (Gt(pi, 1 / x), Gt(x, 1)))
    yield Step(
        r"If the disruption is $\tfrac12 \lambda \pi^2$ the first branch becomes $x/\lambda$, and the "
        r"maximiser $\min(1, x/\lambda, 1/x)$.",
        Eq(Derivative(pi * x - lam * pi**2 / 2, pi), x - lam * pi),
    )
