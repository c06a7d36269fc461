"""Limited audits, step by step: detection, pure equilibria, regimes and fixed points of large markets."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Gt, Le, Lt, Min, Piecewise, S, Sum, Symbol, binomial

from deterrence.formulas._printing import Named, plain_text
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    B,
    Math,
    capacity,
    capacity_share,
    compliers,
    deterrent,
    p_b,
    p_eff_1,
    p_eff_m,
    p_f,
    p_s,
    p_s_n,
    running_share,
    t_least,
    t_most,
    unpermitted_share,
    violator_share,
    violators,
)

_i, _j, _k = (Symbol(name, integer=True, nonnegative=True) for name in "ijk")
_n, _C, _M, _x, _mu_c, _gamma, _mu = (
    violators, compliers, capacity,
    violator_share, capacity_share, running_share, unpermitted_share,
)  # fmt: skip


def _chance(k: Math, n: Math, p: Math) -> Math:
    return binomial(n, k) * p**k * (1 - p) ** (n - k)


def _mean(f: Math, a: Math, b: Math) -> Math:
    """Mean of f over i of a violators and j of b compliant labs that are triggered."""
    return Sum(Sum(_chance(_i, a, p_s) * _chance(_j, b, p_f) * f, (_j, 0, b)), (_i, 0, a))


def audited(n: Math) -> Math:
    """Audit probability of one of n violators."""
    return p_s * _mean(Min(_M, 1 + _i + _j) / (1 + _i + _j), n - 1, _C)


def single(n: Math) -> Math:
    """Audit probability of one of n violators who share one audit."""
    return (1 - (1 - p_s) ** n) / n


def _falsely_audited(n: Math) -> Math:
    """Audit probability of one of the compliant running labs."""
    return p_f * _mean(Min(_M, 1 + _i + _j) / (1 + _i + _j), n, _C - 1)


def capacity_detection_steps() -> Iterator[Step]:
    rate = Named(audited(_n), "p_s_n", "p_s(n)")
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


def single_audit_rate_steps() -> Iterator[Step]:
    yield Step(
        "One audit takes place if any of the $n$ violators is triggered, and it is as likely to be of one as "
        "of another; here for five violators.",
        Eq(_n * Named(single(_n), "p_s_n", "p_s(n)"), Sum(_chance(_k, _n, p_s), (_k, 1, _n))),
        (Eq(_n, 5),),
    )
    yield Step(
        "It is the general formula without compliant running labs.",
        Eq(single(_n), Named(audited(_n), "p_s_n", "p_s(n)")),
        (Eq(_n, 4), Eq(_C, 0), Eq(_M, 1)),
    )


def accounting_identity_steps() -> Iterator[Step]:
    both = _n * Named(audited(_n), "p_s_n", "p_s(n)") + _C * Named(_falsely_audited(_n), "p_f_n", "p_f(n)")
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


def strategic_complements_steps() -> Iterator[Step]:
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
        Eq(single(S(1)) - single(S(2)), p_s**2 / 2),
    )
    yield Step(
        "and from the second to the third.",
        Gt(single(S(2)) - single(S(3)), 0),
        (Gt(p_s, 0),),
    )


def congestion_equilibria_steps() -> Iterator[Step]:
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


def detection(x: Math) -> Math:
    load = p_s * x + p_f * _gamma
    return Piecewise(
        (p_b + (1 - p_b) * p_s, Lt(load, _mu_c)),
        (p_b, Eq(_mu_c, 0)),
        (p_b + (1 - p_b) * p_s * _mu_c / load, True),
    )


def _crowded(x: Math, at: str = "x") -> Named:
    """Detection where more labs are triggered than can be audited."""
    return Named(
        p_b + (1 - p_b) * p_s * _mu_c / (p_s * x + p_f * _gamma), f"p({plain_text(f'${at}$')})", f"p({at})"
    )


def congested_detection_steps() -> Iterator[Step]:
    p = Named(detection(_x), "p(x)")
    yield Step(
        r"Per lab $p_s x + p_f \gamma$ are triggered, for $\mu_c$ audits. If there are enough, detection is "
        "what it is without congestion;",
        Eq(p, 1 - (1 - p_s) * (1 - p_b)),
        (Gt(_mu_c, p_s * _x + p_f * _gamma),),
    )
    yield Step(
        "if not, the share that is audited falls with the violators.",
        Lt(Derivative(_crowded(_x), _x), 0),
        (Gt(_x, 0), Gt(_gamma, 0), Gt(p_f, 0), Gt(_mu_c, 0), Gt(p_s, 0), Lt(p_b, 1)),
    )
    yield Step(
        "It does not jump where the audits run short.",
        Eq(_crowded(_x), p_b + (1 - p_b) * p_s),
        (Eq(_mu_c, p_s * _x + p_f * _gamma),),
    )


def congestion_response_steps() -> Iterator[Step]:
    share = (t_most - _crowded(_x)) / (t_most - t_least)
    yield Step(
        "A lab violates if its threshold exceeds $p(x)$. The more violate, the less are they detected, and "
        "the more will: the slope is positive where detection is congested.",
        Eq(
            Derivative(_mu * share, _x),
            _mu * (1 - p_b) * p_s**2 * _mu_c / ((t_most - t_least) * (p_s * _x + p_f * _gamma) ** 2),
        ),
    )


_need = Named((deterrent - p_b) / (1 - p_b), "t_prime", "t'")
_inner = (Lt(deterrent, p_b + (1 - p_b) * p_s), Gt(deterrent, p_b), Lt(p_b, 1))


def compliance_capacity_steps() -> Iterator[Step]:
    yield Step(
        "Detection deters if audits reach a violator with probability $t'$.",
        Eq(p_b + (1 - p_b) * _need, deterrent),
    )
    yield Step(
        r"With no violator and $\mu_{lo}$ audits, a first one would be detected with probability $t$.",
        Eq(_crowded(S.Zero, "0"), deterrent),
        (Eq(_mu_c, _need * p_f * _gamma / p_s),),
    )


def defection_capacity_steps() -> Iterator[Step]:
    low = Named(_need * p_f * _gamma / p_s, "mu_lo", r"\mu_{lo}")
    high = Named(_need * (_mu + p_f * _gamma / p_s), "mu_hi", r"\mu_{hi}")
    yield Step(
        r"With $\mu$ violators and $\mu_{hi}$ audits, each is detected with probability $t$.",
        Eq(_crowded(_mu, r"\mu"), deterrent),
        (Eq(_mu_c, high),),
    )
    yield Step("Both equilibria exist on an interval of this width.", Eq(high - low, _need * _mu))


def tipping_share_steps() -> Iterator[Step]:
    tip = Named(_mu_c / _need - p_f * _gamma / p_s, "x_tip", r"\hat x")
    yield Step(
        "There detection is just what deters, and beyond it detection falls.",
        Eq(_crowded(tip, r"\hat x"), deterrent),
    )
    yield Step(
        r"It grows with the capacity, from 0 at $\mu_{lo}$",
        Eq(tip, 0),
        (Eq(_mu_c, _need * p_f * _gamma / p_s),),
    )
    yield Step(
        r"to all labs without a permit at $\mu_{hi}$.",
        Eq(tip, _mu),
        (Eq(_mu_c, _need * (_mu + p_f * _gamma / p_s)),),
    )


def congestion_regimes_steps() -> Iterator[Step]:
    at_0, at_all = _crowded(S.Zero, "0"), _crowded(_mu, r"\mu")
    load = p_f * _gamma / p_s
    yield Step(
        "Full compliance is an equilibrium if a first violator is detected with probability $t$ at least, "
        r"and mass defection if each of $\mu$ violators is detected with less. Where audits run short, "
        r"$p(0) \ge t$ says $\mu_c \ge \mu_{lo}$,",
        Eq((at_0 - deterrent) * load / (1 - p_b), _mu_c - _need * load),
    )
    yield Step(
        r"and $p(\mu) < t$ says $\mu_c < \mu_{hi}$.",
        Eq((at_all - deterrent) * (_mu + load) / (1 - p_b), _mu_c - _need * (_mu + load)),
    )
    yield Step(
        "One of the two always is.",
        Gt(_need * (_mu + load) - _need * load, 0),
        (Gt(deterrent, p_b), Lt(p_b, 1), Gt(_mu, 0)),
    )


def congestion_limit_steps() -> Iterator[Step]:
    spread = Named((t_most - t_least) / _mu, "s", r"\varsigma")
    above = Named(t_most - p_b, "E")
    square = (
        spread * p_s * _x**2 + (spread * p_f * _gamma - above * p_s) * _x
        - above * p_f * _gamma + (1 - p_b) * p_s * _mu_c
    )  # fmt: skip
    yield Step(
        r"Between 0 and $\mu$ a fixed point is where detection meets a quantile of the thresholds, $p(x) = "
        r"t_1 - \varsigma x$ with $\varsigma = (t_1 - t_0)/\mu$. Where audits suffice that is one point,",
        Eq(t_most - spread * _x, p_b + (1 - p_b) * p_s),
        (Eq(_x, _mu * (t_most - p_b - (1 - p_b) * p_s) / (t_most - t_least)),),
    )
    yield Step(
        "and where they run short it is a root of a quadratic, with $E = t_1 - p_b$,",
        Eq((_crowded(_x) - (t_most - spread * _x)) * (p_s * _x + p_f * _gamma), square),
    )
    response = Named(_mu * (t_most - _crowded(_x)) / (t_most - t_least), "Phi", r"\Phi")
    yield Step(
        r"of which the smaller root is a tipping point and the larger one is stable, since $\Phi(x) - x$ has "
        "the sign of minus the quadratic.",
        Eq((response - _x) * spread * (p_s * _x + p_f * _gamma), -square),
    )
