"""Audit capacity: detection, equilibria and large markets when audits are limited."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Eq,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Piecewise,
    S,
    Sum,
    Symbol,
    binomial,
    evaluate,
    oo,
)

from deterrence import games
from deterrence.formulas import _congested
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    B,
    Math,
    capacity,
    capacity_share,
    compliers,
    deterrent,
    mu_hi,
    mu_lo,
    p_b,
    p_eff,
    p_eff_1,
    p_eff_m,
    p_f,
    p_s,
    p_s_n,
    running_share,
    t_least,
    t_most,
    t_prime,
    unpermitted,
    unpermitted_share,
    violator_share,
    violators,
)

_i, _j, _k = (Symbol(name, integer=True, nonnegative=True) for name in "ijk")
_n, _m, _C, _M, _x, _mu_c, _gamma, _mu = (
    violators, unpermitted, compliers, capacity,
    violator_share, capacity_share, running_share, unpermitted_share,
)  # fmt: skip


def _chance(k: Math, n: Math, p: Math) -> Math:
    return binomial(n, k) * p**k * (1 - p) ** (n - k)


def _mean(f: Math, a: Math, b: Math) -> Math:
    """Mean of f over i of a violators and j of b compliant labs that are triggered."""
    return Sum(Sum(_chance(_i, a, p_s) * _chance(_j, b, p_f) * f, (_j, 0, b)), (_i, 0, a))


def _audited(n: Math) -> Math:
    """Audit probability of one of n violators."""
    return p_s * _mean(Min(_M, 1 + _i + _j) / (1 + _i + _j), n - 1, _C)


def _falsely_audited(n: Math) -> Math:
    """Audit probability of one of the compliant running labs."""
    return p_f * _mean(Min(_M, 1 + _i + _j) / (1 + _i + _j), n, _C - 1)


def _capacity_detection() -> Iterator[Step]:
    rate = Named(_audited(_n), "p_s_n", "p_s(n)")
    yield Step(
        "An audit finds the violation, and so does the backcheck of a lab that was not audited.",
        Eq(p_b + (1 - p_b) * p_s_n, 1 - (1 - p_s_n) * (1 - p_b)),
    )
    yield Step(
        "Of $1 + T'$ labs that are triggered each is audited for certain if there are audits for all, and "
        "otherwise with probability $M/(1+T')$. With audits for all running labs there is no congestion; "
        "here for three violators and two compliant labs.",
        Eq(rate, p_s),
        (Eq(_n, 3), Eq(_C, 2), Eq(_M, 5)),
    )
    yield Step(
        "Without audits there is no detection by audit.", Eq(rate, 0), (Eq(_n, 3), Eq(_C, 2), Eq(_M, 0))
    )
    yield Step(
        "A single violator waits behind false alarms alone; here with three compliant labs and one audit.",
        Eq(rate, p_s * (1 - (1 - p_f) ** 4) / (4 * p_f)),
        (Eq(_n, 1), Eq(_C, 3), Eq(_M, 1)),
    )


def _single_audit_rate() -> Iterator[Step]:
    yield Step(
        "One audit takes place if any of the $n$ violators is triggered, and it is as likely to be of one as "
        "of another; here for five violators.",
        Eq(_n * single_audit_rate.named, Sum(_chance(_k, _n, p_s), (_k, 1, _n))),
        (Eq(_n, 5),),
    )
    yield Step(
        "It is the general formula without compliant running labs.",
        Eq(single_audit_rate.named, Named(_audited(_n), "p_s_n", "p_s(n)")),
        (Eq(_n, 4), Eq(_C, 0), Eq(_M, 1)),
    )


def _accounting_identity() -> Iterator[Step]:
    both = _n * Named(_audited(_n), "p_s_n", "p_s(n)") + _C * Named(_falsely_audited(_n), "p_f_n", "p_f(n)")
    total = Named(_mean(Min(_M, _i + _j), _n, _C), "audits", r"E[\min(M,T)]")
    yield Step(
        "Every audit is of a violator or of a compliant lab; here for two violators, one compliant lab and "
        "one audit,",
        Eq(both, total),
        (Eq(_n, 2), Eq(_C, 1), Eq(_M, 1)),
    )
    yield Step("and for two audits.", Eq(both, total), (Eq(_n, 2), Eq(_C, 1), Eq(_M, 2)))
    yield Step("Without congestion every lab that is triggered is audited.", Eq(total, _n * p_s + _C * p_f),
               (Eq(_n, 3), Eq(_C, 2), Eq(_M, 5)))  # fmt: skip


def _strategic_complements() -> Iterator[Step]:
    f = Symbol("f_0"), Symbol("f_1"), Symbol("f_2"), Symbol("f_3")

    def mean(n: int, shift: int) -> Math:
        terms = (_chance(S(k), S(n), p_s) * f[k + shift] for k in range(n + 1))
        return sum(terms, S.Zero)

    yield Step(
        "One lab more in the queue lowers the share that is audited, where it is below 1.",
        Eq(_M / (1 + _k) - _M / (2 + _k), _M / ((1 + _k) * (2 + _k))),
    )
    three, two = Named(mean(3, 0), "E_3"), Named(mean(2, 0), "E_2")
    later = Named(mean(2, 1), "E_2_plus", "E_2^+")
    yield Step(
        "A further violator makes the queue longer by one with probability $p_s$. Let $f_k$ be the share "
        "that is audited beside $k$ others, $E_n$ its mean if $k$ is the number of $n$ violators that are "
        "triggered, and $E_n^+$ its mean with one more in the queue; here for the third.",
        Eq(three - two, -p_s * (two - later)),
    )
    yield Step(
        "So detection falls with each violator, and with each compliant lab in the same way. In numbers, for "
        "one audit and no compliant labs, from the first violator to the second,",
        Eq(single_audit_rate.expr.subs(_n, 1) - single_audit_rate.expr.subs(_n, 2), p_s**2 / 2),
    )
    yield Step(
        "and from the second to the third.",
        Gt(single_audit_rate.expr.subs(_n, 2) - single_audit_rate.expr.subs(_n, 3), 0),
        (Gt(p_s, 0),),
    )


def _congestion_equilibria() -> Iterator[Step]:
    letters = Symbol("p_n", nonnegative=True), Symbol("p_next", nonnegative=True)
    p_n = Named(letters[0], "p_eff(n)", r"p_{\mathrm{eff}}(n)")
    p_next = Named(letters[1], "p_eff(n + 1)", r"p_{\mathrm{eff}}(n+1)")
    gain = Named(deterrent * B, "g", "g")
    yield Step(
        "Nobody violates: the first to do so would gain nothing.",
        Le(gain - p_eff_1 * B, 0),
        (Le(deterrent, p_eff_1),),
    )
    yield Step(
        "All violate: each of them gains.", Gt(gain - p_eff_m * B, 0), (Gt(deterrent, p_eff_m), Gt(B, 0))
    )
    yield Step(
        "Some violate and others do not, $0 < n < m$: if one of the $n$ gains, $t > p_{\\mathrm{eff}}(n)$, "
        "the next would gain no less, since it is detected with a smaller probability.",
        Gt(gain - p_next * B, 0),
        (Gt(deterrent, p_n), Lt(p_next, p_n), Gt(B, 0)),
    )


_QUEUE = "Whom to audit of the labs that are triggered is drawn by lot, if there are more than audits."
_TRIGGER = (
    "Violators are triggered with probability $p_s$ and compliant running labs with probability $p_f$, "
    "independently."
)
_LARGE = "The number of labs grows, with audits and labs of each kind in proportion."
_SPREAD = "Thresholds are uniform on $[t_0, t_1]$, or all the same."
_LIMIT = {"mu_c": _mu_c, "gamma": _gamma, "p_s": p_s, "p_f": p_f, "p_b": p_b}
_ALIKE = "All labs without a permit share one threshold $t = g/B$; a tie complies."


with evaluate(False):  # printed as written
    _TOP = p_b + (1 - p_b) * p_s
    _TOO_LITTLE = ((0, Le(deterrent, p_b)), (oo, Gt(deterrent, _TOP)))
    _REACHED = (Gt(deterrent, p_b), Le(deterrent, _TOP), Gt(_mu_c, 0))
    capacity_detection = Formula(
        name="capacity_detection",
        statement="The probability that one of $n$ violators is detected if at most $M$ labs can be audited.",
        left=r"p_{\mathrm{eff}}(n)",
        expr=p_b + (1 - p_b) * p_s_n,
        where={p_s_n: _audited(_n)},
        function=games.capacity_detection,
        arguments={"n": _n, "C": _C, "capacity": _M, "p_s": p_s, "p_f": p_f, "p_b": p_b},
        assumptions=(_TRIGGER, _QUEUE, "Backchecks are not limited."),
        source=("kleiman",),
        derive=_capacity_detection,
    )
    single_audit_rate = Formula(
        name="single_audit_rate",
        statement="The audit probability of one of $n$ violators who share one audit, without compliant "
        "running labs.",
        left="p_s(n)",
        expr=(1 - (1 - p_s) ** _n) / _n,
        function=games.capacity_audit_rate,
        arguments={"n": _n, "C": S.Zero, "capacity": S.One, "p_s": p_s, "p_f": S.Zero},
        assumptions=(_TRIGGER, _QUEUE),
        derive=_single_audit_rate,
    )
    accounting_identity = Proposition(
        name="accounting_identity",
        statement=r"If $T$ of $n$ violators and $C$ compliant running labs are triggered, the expected "
        r"number of audits is $E[\min(M,T)] = n\,p_s(n) + C\,p_f(n)$, with $p_f(n)$ the audit probability "
        "of a compliant running lab.",
        function=games.capacity_audits,
        arguments={"n": _n, "C": _C, "capacity": _M, "p_s": p_s, "p_f": p_f},
        assumptions=(_TRIGGER, _QUEUE),
        derive=_accounting_identity,
    )
    strategic_complements = Proposition(
        name="strategic_complements",
        statement=r"$p_{\mathrm{eff}}(n)$ never rises with $n$ or $C$ and never falls with $M$. Violations "
        "are therefore strategic complements: there is a pure equilibrium, best replies lead from full "
        "compliance to the one with the fewest violators, and from mass defection to the one with the most. "
        r"With thresholds in falling order, $n$ violators are an equilibrium if and only if $n = 0$ or "
        r"$t_{(n)} > p_{\mathrm{eff}}(n)$, and $n = m$ or $t_{(n+1)} \le p_{\mathrm{eff}}(n+1)$.",
        function=games.congestion,
        arguments={"thresholds": deterrent, "C": _C, "capacity": _M, "p_s": p_s, "p_f": p_f, "p_b": p_b},
        assumptions=(_TRIGGER, _QUEUE, "A tie complies."),
        source=("milgrom", "schrag"),
        derive=_strategic_complements,
    )
    congestion_equilibria = Proposition(
        name="congestion_equilibria",
        statement="The pure equilibria of $m$ labs without a permit that share one threshold, as numbers of "
        r"violators. Where both exist the tipping point is the largest $n$ with $p_{\mathrm{eff}}(n) \ge t$.",
        columns=("n",),
        cases=(
            Case((Le(deterrent, p_eff_m),), (S.Zero,)),
            Case((Lt(p_eff_m, deterrent), Le(deterrent, p_eff_1)), (S.Zero,)),
            Case((Lt(p_eff_m, deterrent), Le(deterrent, p_eff_1)), (_m,)),
            Case((Lt(p_eff_1, deterrent),), (_m,)),
        ),
        function=games.congestion,
        arguments={"thresholds": deterrent, "C": _C, "capacity": _M, "p_s": p_s, "p_f": p_f, "p_b": p_b},
        valid=(Le(p_eff_m, p_eff_1),),
        assumptions=(_TRIGGER, _QUEUE, _ALIKE),
        source=("schrag",),
        derive=_congestion_equilibria,
    )
    congested_detection = Formula(
        name="congested_detection",
        statement="The detection probability of a violator in a large market, with $x$ violators per lab.",
        left="p(x)",
        expr=_congested.detection(_x),
        function=games.congested_detection,
        arguments={"x": _x, **_LIMIT},
        assumptions=(_LARGE, r"With $\pi_1 = 1$ and $\pi_0 = 0$, $p_s = \beta$ and $p_f = \alpha$."),
        source=("kleiman", "schrag"),
        derive=_congested.congested_detection_steps,
    )
    congestion_response = Formula(
        name="congestion_response",
        statement=r"The violators per lab who answer $x$ violators per lab, with $p_{\mathrm{eff}} = p(x)$ "
        "the detection probability.",
        left=r"\Phi(x)",
        expr=Piecewise(
            (0, Le(t_most, p_eff)),
            (_mu, Le(p_eff, t_least)),
            (_mu * (t_most - p_eff) / (t_most - t_least), True),
        ),
        function=games.congestion_response,
        arguments={"p_eff": p_eff, "t_0": t_least, "t_1": t_most, "mu": _mu},
        valid=(Le(t_least, t_most),),
        assumptions=(_LARGE, _SPREAD, "A tie complies."),
        source=("schrag",),
        derive=_congested.congestion_response_steps,
    )
    compliance_capacity = Formula(
        name="compliance_capacity",
        statement="The capacity from which full compliance is an equilibrium.",
        left=r"\mu_{lo}",
        expr=Piecewise(*_TOO_LITTLE, (t_prime * p_f * _gamma / p_s, True)),
        where={t_prime: (deterrent - p_b) / (1 - p_b)},
        function=games.compliance_capacity,
        arguments={"t": deterrent, "gamma": _gamma, "p_s": p_s, "p_f": p_f, "p_b": p_b},
        assumptions=(_LARGE, _ALIKE, r"At $\mu_{lo} = 0 < t - p_b$ any capacity above 0 will do."),
        derive=_congested.compliance_capacity_steps,
    )
    defection_capacity = Formula(
        name="defection_capacity",
        statement="The capacity below which mass defection is an equilibrium.",
        left=r"\mu_{hi}",
        expr=Piecewise(*_TOO_LITTLE, (t_prime * (_mu + p_f * _gamma / p_s), True)),
        where={t_prime: (deterrent - p_b) / (1 - p_b)},
        function=games.defection_capacity,
        arguments={"t": deterrent, "mu": _mu, "gamma": _gamma, "p_s": p_s, "p_f": p_f, "p_b": p_b},
        assumptions=(_LARGE, _ALIKE),
        derive=_congested.defection_capacity_steps,
    )
    tipping_share = Formula(
        name="tipping_share",
        statement="The violators per lab up to which detection deters.",
        left=r"\hat x",
        expr=Piecewise(
            (oo, Le(deterrent, p_b)),
            (0, Gt(deterrent, p_b + (1 - p_b) * p_s)),
            (Max(0, _mu_c / t_prime - p_f * _gamma / p_s), True),
        ),
        where={t_prime: (deterrent - p_b) / (1 - p_b)},
        function=games.tipping_share,
        arguments={"t": deterrent, **_LIMIT},
        assumptions=(_LARGE, _ALIKE),
        derive=_congested.tipping_share_steps,
    )
    congestion_regimes = Proposition(
        name="congestion_regimes",
        statement=r"The equilibria of a large market of labs with the same threshold, as violators per lab. "
        "Where there are three, the one between full compliance and mass defection is the tipping share, at "
        "which the labs are indifferent; it is unstable.",
        columns=("x",),
        cases=(
            Case((Le(deterrent, p_b),), (S.Zero,)),
            Case((Gt(deterrent, p_b), Eq(_mu_c, 0)), (_mu,)),
            Case((Gt(deterrent, _TOP), Gt(_mu_c, 0)), (_mu,)),
            Case((*_REACHED, Lt(_mu_c, mu_lo)), (_mu,)),
            *(
                Case((*_REACHED, Le(mu_lo, _mu_c), Lt(_mu_c, mu_hi)), (x,))
                for x in (S.Zero, _mu_c / t_prime - p_f * _gamma / p_s, _mu)
            ),
            Case((*_REACHED, Le(mu_hi, _mu_c)), (S.Zero,)),
        ),
        where={
            mu_lo: t_prime * p_f * _gamma / p_s,
            mu_hi: t_prime * (_mu + p_f * _gamma / p_s),
            t_prime: (deterrent - p_b) / (1 - p_b),
        },
        function=games.congestion_regimes,
        arguments={"t": deterrent, "mu": _mu, **_LIMIT},
        assumptions=(_LARGE, _ALIKE, r"There are labs without a permit, $\mu > 0$."),
        source=("kleiman", "kilmer", "schrag"),
        derive=_congested.congestion_regimes_steps,
    )
    congestion_limit = Proposition(
        name="congestion_limit",
        statement=r"The equilibria of a large market are the fixed points of $\Phi$. A fixed point is stable "
        r"under $\dot x = \Phi(x) - x$ if $\Phi'(x) < 1$ and unstable if $\Phi'(x) > 1$. Since "
        r"$\Phi(0) \ge 0$ and $\Phi(\mu) \le \mu$, their number is odd in general position, and stable and "
        "unstable ones alternate.",
        function=games.congestion_limit,
        arguments={"t_0": t_least, "t_1": t_most, "mu": _mu, **_LIMIT},
        valid=(Le(t_least, t_most),),
        assumptions=(_LARGE, _SPREAD),
        source=("schrag",),
        derive=_congested.congestion_limit_steps,
    )
