"""Detection."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Ge, Gt, Integer, Le, Limit, Piecewise, evaluate

from deterrence import _detection as numeric
from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    Math,
    alpha,
    beta,
    none,
    p_b,
    p_eff,
    p_f,
    p_m,
    p_s,
    p_w,
    pi_0,
    pi_1,
    q_f,
    w,
)


def _audit_rate() -> Iterator[Step]:
    rate = audit_rate.named
    yield Step(
        "A violator escapes its audit after a suspicious signal or after a clean one.",
        Eq(rate, 1 - (beta * (1 - pi_1) + (1 - beta) * (1 - pi_0))),
    )
    yield Step("It is a probability.", Le(rate, 1))
    yield Step(
        "A better signal moves violators from the one audit probability to the other.",
        Eq(Derivative(rate, beta), pi_1 - pi_0),
    )
    yield Step(
        "Where both audit probabilities are equal, the signal does nothing.",
        Eq(rate, pi_0),
        (Eq(pi_1, pi_0),),
    )


def _false_audit_rate() -> Iterator[Step]:
    rate = false_audit_rate.named
    yield Step(
        "A compliant lab escapes an audit after a suspicious signal or after a clean one.",
        Eq(rate, 1 - (alpha * (1 - pi_1) + (1 - alpha) * (1 - pi_0))),
    )
    yield Step(
        "Violators are audited more often as far as both the signal and the audits tell them apart.",
        Eq(audit_rate.named - rate, (beta - alpha) * (pi_1 - pi_0)),
    )


def _effective_detection() -> Iterator[Step]:
    detection = effective_detection.named
    yield Step(
        "A violator escapes only if neither audit nor backcheck happens; the two are independent.",
        Eq(detection, 1 - (1 - p_s) * (1 - p_b)),
    )
    yield Step("Backchecks help where there was no audit.", Eq(Derivative(detection, p_b), 1 - p_s))
    yield Step("Audits help where there is no backcheck.", Eq(Derivative(detection, p_s), 1 - p_b))
    yield Step("Detection is at least as likely as an audit.", Ge(detection, p_s))
    yield Step("It is a probability.", Le(detection, 1))


def _unaudited_detection() -> Iterator[Step]:
    detection = unaudited_detection.named
    yield Step(
        "What a backcheck misses a whistleblower may report, and what nobody reports metering may show.",
        Eq(detection, p_b + (1 - p_b) * (p_w + (1 - p_w) * p_m)),
    )
    yield Step(
        "With audits in front of it, it is the detection of four channels in a row:",
        Eq(p_s + (1 - p_s) * detection, 1 - (1 - p_s) * (1 - p_b) * (1 - p_w) * (1 - p_m)),
    )
    yield Step(
        "so that thresholds hold with it in place of $p_b$. Whistleblowers help where nothing else does.",
        Eq(Derivative(detection, p_w), (1 - p_b) * (1 - p_m)),
    )
    yield Step("It is at least as likely as a backcheck.", Ge(detection, p_b))
    yield Step("It is a probability.", Le(detection, 1))


def _check_rate() -> Iterator[Step]:
    rate = check_rate.named
    yield Step(
        "A compliant running lab is left alone only if neither audit nor backcheck happens.",
        Eq(rate, 1 - (1 - p_f) * (1 - p_b)),
    )
    yield Step(
        "Violators are checked more often as far as audits tell them apart.",
        Eq(effective_detection.named - rate, (1 - p_b) * (p_s - p_f)),
    )


def _posterior(name: str, event: str, violator: Math, compliant: Math) -> Formula:
    """Bayes' rule for an event with these probabilities for a violator and for a compliant lab."""
    weight = w * violator + (1 - w) * compliant
    likelihood = violator if compliant == 1 else violator / compliant
    inferred = Named(w * violator / weight, "posterior", r"\Pr(\mathrm V \mid e)")

    def derive() -> Iterator[Step]:
        yield Step(
            "The event $e$ multiplies the odds of a violation by its likelihood ratio.",
            Eq(inferred / (1 - inferred), w / (1 - w) * likelihood),
        )
        yield Step("It is a probability.", Le(inferred, 1))
        yield Step("It grows with the share of violators.", Ge(Derivative(inferred, w), 0))
        yield Step(
            "If every running lab violates, the event says nothing more.", Eq(Limit(inferred, w, 1, "-"), 1)
        )

    return Formula(
        name=name,
        statement=f"The probability that a running lab violates, given that it {event}.",
        left=rf"\Pr(\text{{violator}} \mid \text{{{name.removeprefix('posterior_').replace('_', ' ')}}})",
        expr=Piecewise((w * violator / weight, Gt(weight, 0)), (none, True)),
        function=numeric.posterior,
        arguments={"w": w, "given_violator": violator, "given_compliant": compliant},
        assumptions=("It does not exist where the event has probability 0.",),
        source=("bayes",),
        derive=derive,
    )


with evaluate(False):  # printed as written
    audit_rate = Formula(
        name="audit_rate",
        statement="The probability that a violator is audited.",
        left="p_s",
        expr=beta * pi_1 + (1 - beta) * pi_0,
        function=numeric.audit_rate,
        assumptions=(r"Audits depend on the signal alone, which is suspicious with probability $\beta$.",),
        source=("becker",),
        derive=_audit_rate,
    )
    false_audit_rate = Formula(
        name="false_audit_rate",
        statement="The probability that a compliant running lab is audited.",
        left="p_f",
        expr=alpha * pi_1 + (1 - alpha) * pi_0,
        function=numeric.false_audit_rate,
        assumptions=(r"Audits depend on the signal alone, which is suspicious with probability $\alpha$.",),
        derive=_false_audit_rate,
    )
    effective_detection = Formula(
        name="effective_detection",
        statement="The probability that a violator is detected: audited, or else backchecked.",
        left=r"p_{\mathrm{eff}}",
        expr=p_s + (1 - p_s) * p_b,
        where={p_s: audit_rate.expr},
        function=numeric.effective_detection,
        assumptions=(
            "An audit or a backcheck of a violator always finds the violation.",
            "The backcheck is drawn, independently, where there was no audit.",
        ),
        derive=_effective_detection,
    )
    unaudited_detection = Formula(
        name="unaudited_detection",
        statement="The probability that a violation is found without an audit.",
        left="p_b'",
        expr=1 - (1 - p_b) * (1 - p_w) * (1 - p_m),
        function=numeric.unaudited_detection,
        assumptions=(
            "Backcheck, whistleblower and metering come one after the other, each independent of the rest.",
            "Whistleblower and metering find violations only, and are no checks.",
        ),
        derive=_unaudited_detection,
    )
    check_rate = Formula(
        name="check_rate",
        statement="The probability that a compliant running lab is audited, or else backchecked.",
        left="q_f",
        expr=p_f + (1 - p_f) * p_b,
        where={p_f: false_audit_rate.expr},
        function=numeric.check_rate,
        assumptions=("The backcheck is drawn, independently, where there was no audit.",),
        derive=_check_rate,
    )
    posterior_suspicious = _posterior("posterior_suspicious", "sends a suspicious signal", beta, alpha)
    posterior_clean = _posterior("posterior_clean", "sends a clean signal", 1 - beta, 1 - alpha)
    posterior_audited = _posterior("posterior_audited", "is audited", p_s, p_f)
    posterior_checked = _posterior("posterior_checked", "is audited or backchecked", p_eff, q_f)
    posterior_not_caught = _posterior("posterior_not_caught", "is not caught", 1 - p_eff, Integer(1))
