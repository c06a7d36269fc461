"""Derivations of the signal game: its cut-offs, values and equilibria."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Gt, Lt

from deterrence.formulas._inspection import auditing
from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import D, H, M, Math, alpha, beta, g, p_s, pi_0, pi_1, q, q_0, q_1
from deterrence.formulas._symbols import k_audit as k

_SUSPICIOUS = (alpha, beta, q_1)
_CLEAN = (1 - alpha, 1 - beta, q_0)
_BETWEEN = (Lt(k, M),)  # and above 0, since a condition keeps the sign of its bound


def cutoff(compliant: Math, violator: Math) -> Math:
    """The cut-off of a signal that the two kinds of lab send with these probabilities."""
    return compliant * k / (compliant * k + violator * (M - k))


def gain_from(compliant: Math, violator: Math) -> Math:
    """The Governor's gain from auditing on such a signal, before it is drawn."""
    return q * violator * (M - k) - (1 - q) * compliant * k


def _named(case: tuple[Math, Math, Math]) -> tuple[Named, Named]:
    """Gain from auditing on a signal, and the cut-off, as letters."""
    compliant, violator, letter = case
    number = str(letter)[-1]
    gain = Named(gain_from(compliant, violator), f"gain_{number}", rf"\Delta_{number}")
    return gain, Named(cutoff(compliant, violator), str(letter), str(letter))


def _odds(chance: Math) -> Math:
    return chance / (1 - chance)


def _cutoff_steps(case: tuple[Math, Math, Math], sign: str) -> Iterator[Step]:
    compliant, violator, _ = case
    gain, star = _named(case)
    sent = q * violator + (1 - q) * compliant
    posterior = Named(q * violator / sent, "posterior", r"\Pr(V \mid s)")
    yield Step(
        "Before the signal is drawn, auditing on it returns $M$ with the probability that a violator sends "
        "it, and costs $k$ with the probability that anyone does.",
        Eq(gain, q * violator * M - sent * k),
    )
    yield Step(
        "It pays if the posterior of the signal exceeds $k/M$.",
        Eq(gain, sent * (posterior * M - k)),
    )
    yield Step(
        "At the cut-off the Governor is indifferent,", Eq(gain, 0), (Eq(q, cutoff(compliant, violator)),)
    )
    yield Step("and its gain rises with defection.", Gt(Derivative(gain, q), 0), _BETWEEN)
    yield Step(
        "Odds. The odds of defection at the cut-off are those of the inspection game times the likelihood "
        "ratio of the signal.",
        Eq(_odds(star), k / (M - k) * (compliant / violator)),
    )
    yield Step(
        f"If the signal tells, $\\beta > \\alpha$, it lies {sign} that of the inspection game.",
        (Lt if sign == "below" else Gt)(star, k / M),
        (Gt(beta, alpha), *_BETWEEN),
    )
    yield Step("Statics. Costlier audits raise it,", Gt(Derivative(star, k), 0), _BETWEEN)
    yield Step("a larger return lowers it,", Lt(Derivative(star, M), 0), _BETWEEN)
    up, down = (Gt, Lt) if sign == "below" else (Lt, Gt)
    words = ("raise", "lowers") if sign == "below" else ("lower", "raises")
    yield Step(f"more false alarms {words[0]} it,", up(Derivative(star, alpha), 0), _BETWEEN)
    yield Step(
        f"a signal that finds more violators {words[1]} it.", down(Derivative(star, beta), 0), _BETWEEN
    )
    yield Step("Fine and gain do not move it.", Eq(Derivative(star, D), 0))


def suspicious() -> Iterator[Step]:
    return _cutoff_steps(_SUSPICIOUS, "below")


def clean() -> Iterator[Step]:
    return _cutoff_steps(_CLEAN, "above")


def odds_at_cutoffs() -> Iterator[Step]:
    star = Named(k / M, "q_star", "q^*")
    for case, ratio, gap in ((_SUSPICIOUS, alpha / beta, Lt), (_CLEAN, (1 - alpha) / (1 - beta), Gt)):
        _, cut = _named(case)
        yield Step("The odds at the cut-off are", Eq(_odds(cut), ratio * _odds(star)))
        words = "less" if gap is Lt else "more"
        yield Step(f"which is {words} than without the signal.", gap(ratio, 1), (Gt(beta, alpha),))


def lab_value() -> Iterator[Step]:
    gain = Named(g - p_s * D, "gain_from_defecting", r"\Delta_L")
    yield Step("A violator is audited with probability $p_s$, so that defecting gains", Eq(gain, g - p_s * D))
    yield Step("which is nothing at $p_s = g/D$", Eq(gain, 0), (Eq(p_s, g / D),))
    yield Step("and less where audits are likelier.", Lt(gain, 0), (Gt(p_s, g / D), Lt(g, D)))


def governor_value() -> Iterator[Step]:
    (first, _), (second, _) = _named(_SUSPICIOUS), _named(_CLEAN)
    payoff = Named(
        q * ((beta * pi_1 + (1 - beta) * pi_0) * (M - k) - H)
        - (1 - q) * (alpha * pi_1 + (1 - alpha) * pi_0) * k,
        "payoff",
        "U_G",
    )
    yield Step(
        r"The plan $(\pi_1, \pi_0)$ earns the Governor its gains from each signal, less the harm,",
        Eq(payoff, pi_1 * first + pi_0 * second - q * H),
    )
    yield Step("so that the best plan settles each signal by itself,", Eq(Derivative(payoff, pi_1), first))
    yield Step("by the sign of its gain.", Eq(Derivative(payoff, pi_0), second))
    yield Step("Auditing on both is auditing without a signal.", Eq(first + second, auditing()))


def equilibria() -> Iterator[Step]:
    (first, one), (second, two) = _named(_SUSPICIOUS), _named(_CLEAN)
    tells = (Gt(beta, alpha), *_BETWEEN)
    lab = Named(g - (beta * pi_1 + (1 - beta) * pi_0) * D, "gain_from_defecting", r"\Delta_L")
    none_, some, all_ = (Eq(pi_1, 0), Eq(pi_0, 0)), (Eq(pi_1, 1), Eq(pi_0, 0)), (Eq(pi_1, 1), Eq(pi_0, 1))
    yield Step(
        r"Best replies. The Governor audits after a suspicious signal as $q$ is above or below $q_1$, after "
        r"a clean one as it is above or below $q_0$, since its gains there rise with $q$.",
        Gt(Derivative(second, q), 0),
        _BETWEEN,
    )
    yield Step("A suspicious signal is audited first:", Lt(one, two), tells)
    yield Step("Below $q_1$ there are no audits, and the lab gains", Eq(lab, g), none_)
    yield Step("between the cut-offs only suspicion is audited, and it gains", Eq(lab, g - beta * D), some)
    yield Step("and above $q_0$ everything, and it gains", Eq(lab, g - D), all_)
    yield Step(
        r"The signal deters alone, $0 < g < \beta D$. Below $q_1$ the lab would defect, and above it would "
        "comply,",
        Lt(lab, 0),
        (*some, Lt(g, beta * D)),
    )
    yield Step("so that $q = q_1$, and the lab is indifferent.", Eq(lab, 0),
               (Eq(pi_1, g / (beta * D)), Eq(pi_0, 0)))  # fmt: skip
    yield Step(
        r"It does not, $\beta D < g < D$. Below $q_0$ the lab would defect,",
        Gt(lab, 0),
        (*some, Gt(g, beta * D)),
    )
    yield Step("above it would comply,", Lt(lab, 0), (*all_, Lt(g, D)))
    yield Step("so that $q = q_0$, and the lab is indifferent.", Eq(lab, 0),
               (Eq(pi_1, 1), Eq(pi_0, (g / D - beta) / (1 - beta))))  # fmt: skip
    yield Step("Ties. With $g = 0$ the lab is indifferent where there are no audits,", Eq(lab, 0),
               (Eq(g, 0), *none_))  # fmt: skip
    yield Step(r"with $g = \beta D$ where only suspicion is audited,", Eq(lab, 0),
               (Eq(g, beta * D), *some))  # fmt: skip
    yield Step("and with $g = D$ where everything is.", Eq(lab, 0), (Eq(g, D), *all_))
    yield Step(r"Edges. Without false alarms $q_1 = 0$: suspicion proves defection,", Eq(one, 0),
               (Eq(alpha, 0),))  # fmt: skip
    yield Step(r"and at $q = 0$ any $\pi_1$ is a best reply, since nothing is audited.", Eq(first, 0),
               (Eq(alpha, 0), Eq(q, 0)))  # fmt: skip
    yield Step(r"With $\beta = 1$ a clean signal proves compliance, $q_0 = 1$,", Eq(two, 1), (Eq(beta, 1),))
    yield Step(r"and at $q = 1$ any $\pi_0$ is a best reply.", Eq(second, 0), (Eq(beta, 1), Eq(q, 1)))
    value = Named(first - q * H, "V_G", "V_G")
    yield Step("Values. The lab gets nothing up to $g = D$. The Governor loses the harm at $q_1$,",
               Eq(value, -q * H), (Eq(q, cutoff(alpha, beta)),))  # fmt: skip
    yield Step("and gets at $q_0$, as without a signal,", Eq(value, q * (M - H) - k),
               (Eq(q, cutoff(1 - alpha, 1 - beta)),))  # fmt: skip


def corner() -> Iterator[Step]:
    (first, _), (second, _) = _named(_SUSPICIOUS), _named(_CLEAN)
    text = "Where audits pay for themselves, $k < 0$, every signal is audited:"
    for gain in (first, second):
        yield Step(text, Gt(gain, 0), (Gt(-k, 0),))
        text = "and"
    text = "Where they cost more than they return, $k > M$, none is:"
    for gain in (first, second):
        yield Step(text, Lt(gain, 0), (Gt(k, M),))
        text = "and"
    text = "Free audits, $k = 0$, pay as soon as the lab may defect:"
    for gain in (first, second):
        yield Step(text, Gt(gain, 0), (Eq(k, 0), Gt(q, 0)))
        text = "and"
    text = "Audits that just return their cost, $k = M$, do not pay unless the lab is sure to defect:"
    for gain in (first, second):
        yield Step(text, Lt(gain, 0), (Eq(k, M), Lt(q, 1)))
        text = "and"
    yield Step("With $k = M = 0$ every plan is a best reply.", Eq(first, 0), (Eq(k, 0), Eq(M, 0)))
    yield Step(
        "A suspicious signal that compliant labs never send may be answered in any way where all comply:",
        Eq(first, 0),
        (Eq(alpha, 0), Eq(q, 0)),
    )
    yield Step("audits that are never carried out deter, whatever they would cost. If they just return it,",
               Eq(first, 0), (Eq(alpha, 0), Eq(k, M)))  # fmt: skip
    yield Step("a clean signal that violators never send is answered in any way where all defect,",
               Eq(second, 0), (Eq(beta, 1), Eq(q, 1)))  # fmt: skip
    yield Step("and, if audits are free, always.", Eq(second, 0), (Eq(beta, 1), Eq(k, 0)))


def blind() -> Iterator[Step]:
    (first, _), (second, _) = _named(_SUSPICIOUS), _named(_CLEAN)
    text = "Both gains from auditing are a share of that in the inspection game:"
    for gain, share in ((first, beta), (second, 1 - beta)):
        yield Step(text, Eq(gain, share * auditing()), (Eq(alpha, beta),))
        text = "and"
    yield Step(
        "So the Governor replies to $q$ as it does there, and the lab to $p_s$ as there to $a$.",
        Eq(g - p_s * D, 0),
        (Eq(p_s, g / D),),
    )
