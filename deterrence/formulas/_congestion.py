"""Audit capacity: detection, equilibria and large markets when audits are limited."""

from __future__ import annotations

from sympy import Eq, Gt, Le, Lt, Max, Piecewise, S, evaluate, oo

from deterrence import games
from deterrence.formulas import _congested
from deterrence.formulas._formula import Formula
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._symbols import (
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

_n, _m, _C, _M, _x, _mu_c, _gamma, _mu = (
    violators, unpermitted, compliers, capacity,
    violator_share, capacity_share, running_share, unpermitted_share,
)  # fmt: skip

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
        where={p_s_n: _congested.audited(_n)},
        function=games.capacity_detection,
        arguments={"n": _n, "C": _C, "capacity": _M, "p_s": p_s, "p_f": p_f, "p_b": p_b},
        assumptions=(_TRIGGER, _QUEUE, "Backchecks are not limited."),
        source=("kleiman",),
        derive=_congested.capacity_detection_steps,
    )
    single_audit_rate = Formula(
        name="single_audit_rate",
        statement="The audit probability of one of $n$ violators who share one audit, without compliant "
        "running labs.",
        left="p_s(n)",
        expr=_congested.single(_n),
        function=games.capacity_audit_rate,
        arguments={"n": _n, "C": S.Zero, "capacity": S.One, "p_s": p_s, "p_f": S.Zero},
        assumptions=(_TRIGGER, _QUEUE),
        derive=_congested.single_audit_rate_steps,
    )
    accounting_identity = Proposition(
        name="accounting_identity",
        statement=r"If $T$ of $n$ violators and $C$ compliant running labs are triggered, the expected "
        r"number of audits is $E[\min(M,T)] = n\,p_s(n) + C\,p_f(n)$, with $p_f(n)$ the audit probability "
        "of a compliant running lab.",
        function=games.capacity_audits,
        arguments={"n": _n, "C": _C, "capacity": _M, "p_s": p_s, "p_f": p_f},
        assumptions=(_TRIGGER, _QUEUE),
        derive=_congested.accounting_identity_steps,
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
        derive=_congested.strategic_complements_steps,
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
        derive=_congested.congestion_equilibria_steps,
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
        statement=r"The equilibria of a large market of labs with the same threshold, as violators per lab, "
        r"with $\mu_{lo}$ and $\mu_{hi}$ its compliance and defection capacities. Where there are three, the "
        "one between full compliance and mass defection is the tipping share, at which the labs are "
        "indifferent; it is unstable.",
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
