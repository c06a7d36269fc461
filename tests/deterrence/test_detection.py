"""Detection and Bayes' rule against enumeration of all outcomes."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import pytest
from exact import Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly

import deterrence as dt

RATES = {
    "audit_rate": (dt.audit_rate, "beta"),
    "false_audit_rate": (dt.false_audit_rate, "alpha"),
    "effective_detection": (dt.effective_detection, "beta"),
    "check_rate": (dt.check_rate, "alpha"),
}


def outcomes(pi_1, pi_0, suspicious, p_b):
    """Every outcome of one running lab: (signal, audited, backchecked) and its probability."""
    for signal, audited, backchecked in product((1, 0), (True, False), (True, False)):
        chance = suspicious if signal else 1 - suspicious
        pi = pi_1 if signal else pi_0
        chance *= pi if audited else 1 - pi
        if not audited:
            chance *= p_b if backchecked else 1 - p_b
        elif backchecked:
            continue
        yield signal, audited, backchecked, chance


def draw(seed, signal, *, backchecks):
    points = Points(seed)
    letters = {name: points.probability() for name in ("pi_1", "pi_0", signal)}
    letters["pi_0"] = np.where(points.some(0.1), letters["pi_1"], letters["pi_0"])
    if backchecks:
        letters["p_b"] = points.probability()
    return letters, points.coarse


def sensitivity(pi_1, pi_0, signal, p_b):
    rate = signal * pi_1 + (1 - signal) * pi_0
    return (1 - p_b) * (signal * np.abs(pi_1 - pi_0) + rate) + p_b * (1 - rate)


@pytest.mark.parametrize("name", RATES)
def test_rates_are_the_probabilities_of_their_outcomes(name):
    function, signal = RATES[name]
    backchecks = name in ("effective_detection", "check_rate")
    letters, coarse = draw(1, signal, backchecks=backchecks)

    def enumerated(pi_1, pi_0, p_b=Fraction(0), **suspicious):
        found = outcomes(pi_1, pi_0, suspicious[signal], p_b)
        return sum(chance for _, audited, backchecked, chance in found if audited or backchecked)

    with np.errstate(all="raise"):
        result = function(**letters)
    condition = sensitivity(letters["pi_1"], letters["pi_0"], letters[signal], letters.get("p_b", 0.0))
    assert_close(result, exactly(enumerated, letters), condition, coarse)
    assert_same(result, singly(function, letters))
    assert ((result >= 0) & (result <= 1)).all()


@pytest.mark.parametrize("name", ["effective_detection", "check_rate"])
def test_rates_against_one_minus_the_chance_to_escape(name):
    function, signal = RATES[name]
    letters, _ = draw(2, signal, backchecks=True)
    with mpmath.workdps(50):
        escape = [
            1
            - mpmath.fsum([s * (1 - mpmath.mpf(a)), (1 - mpmath.mpf(s)) * (1 - mpmath.mpf(b))])
            * (1 - mpmath.mpf(k))
            for a, b, s, k in zip(
                *(letters[n].tolist() for n in ("pi_1", "pi_0", signal, "p_b")), strict=True
            )
        ]
    condition = sensitivity(letters["pi_1"], letters["pi_0"], letters[signal], letters["p_b"])
    assert_close(function(**letters), escape, condition)


def test_certain_signals_and_equal_rates_are_exact():
    pi_1, pi_0 = Points(3).probability(), Points(4).probability()
    np.testing.assert_array_equal(dt.audit_rate(pi_1=pi_1, pi_0=pi_0, beta=1.0), pi_1)
    np.testing.assert_array_equal(dt.audit_rate(pi_1=pi_1, pi_0=pi_0, beta=0.0), pi_0)
    np.testing.assert_array_equal(dt.effective_detection(pi_1=pi_1, pi_0=pi_0, beta=0.3, p_b=1.0), 1.0)
    np.testing.assert_array_equal(
        dt.effective_detection(pi_1=pi_1, pi_0=pi_0, beta=0.3), dt.audit_rate(pi_1=pi_1, pi_0=pi_0, beta=0.3)
    )


def test_the_signal_separates_violators_by_its_power_times_its_use():
    """p_s - p_f = (beta - alpha)(pi_1 - pi_0): nothing if the signal is worthless or ignored."""
    rng = np.random.default_rng(5)
    pi_1, pi_0, beta, alpha = rng.integers(0, 65, (4, 1000)) / 64
    gap = dt.audit_rate(pi_1=pi_1, pi_0=pi_0, beta=beta) - dt.false_audit_rate(
        pi_1=pi_1, pi_0=pi_0, alpha=alpha
    )
    np.testing.assert_array_equal(gap, (beta - alpha) * (pi_1 - pi_0))


def test_posterior_against_exact_and_odds_forms():
    points = Points(6)
    letters = {name: points.probability() for name in ("w", "given_violator", "given_compliant")}
    with np.errstate(all="raise"):
        result = dt.posterior(**letters)
    w, e_V, e_C = letters.values()
    impossible = ((w == 0) | (e_V == 0)) & ((w == 1) | (e_C == 0))
    np.testing.assert_array_equal(np.isnan(result), impossible)

    keep = {name: values[~impossible] for name, values in letters.items()}
    exact = exactly(
        lambda w, given_violator, given_compliant: (
            w * given_violator / (w * given_violator + (1 - w) * given_compliant)
        ),
        keep,
    )
    f = np.array([float(e) for e in exact])
    with np.errstate(divide="ignore", invalid="ignore"):
        condition = np.where(keep["w"] == 1, 0.0, f * (1 - f) * (2 + 1 / (1 - keep["w"])))
    assert_close(result[~impossible], exact, condition, points.coarse[~impossible])
    assert ((result[~impossible] >= 0) & (result[~impossible] <= 1)).all()

    with mpmath.workdps(50):
        by_odds = [
            1 / (1 + (1 - mpmath.mpf(w)) * c / (mpmath.mpf(w) * v)) if w * v else mpmath.mpf(0)
            for w, v, c in zip(*(column.tolist() for column in keep.values()), strict=True)
        ]
    assert_close(result[~impossible], by_odds, condition)
    scalars = singly(dt.posterior, letters)
    assert all(type(value) is float for value in scalars)
    np.testing.assert_array_equal(result, scalars)


@pytest.mark.parametrize("event", ["suspicious", "clean", "audited", "checked", "not caught"])
def test_posteriors_of_the_model_are_conditional_probabilities(event):
    """Each event against the joint law of type, signal, audit and backcheck."""
    rng = np.random.default_rng(7)
    for w, pi_1, pi_0, alpha, beta, p_b in (rng.integers(1, 16, (200, 6)) / 16).tolist():
        p_eff = dt.effective_detection(pi_1=pi_1, pi_0=pi_0, beta=beta, p_b=p_b)
        rates = {
            "suspicious": (beta, alpha),
            "clean": (1 - beta, 1 - alpha),
            "audited": (
                dt.audit_rate(pi_1=pi_1, pi_0=pi_0, beta=beta),
                dt.false_audit_rate(pi_1=pi_1, pi_0=pi_0, alpha=alpha),
            ),
            "checked": (p_eff, dt.check_rate(pi_1=pi_1, pi_0=pi_0, alpha=alpha, p_b=p_b)),
            "not caught": (1 - p_eff, 1.0),
        }
        joint = {True: Fraction(0), False: Fraction(0)}
        for violator, share, suspicious in ((True, w, beta), (False, 1 - w, alpha)):
            law = outcomes(Fraction(pi_1), Fraction(pi_0), Fraction(suspicious), Fraction(p_b))
            for signal, audited, backchecked, chance in law:
                found = audited or backchecked
                happened = {
                    "suspicious": signal == 1,
                    "clean": signal == 0,
                    "audited": audited,
                    "checked": found,
                    "not caught": not (violator and found),
                }
                joint[violator] += Fraction(share) * chance * happened[event]
        exact = joint[True] / (joint[True] + joint[False])
        given_violator, given_compliant = rates[event]
        result = dt.posterior(w=w, given_violator=given_violator, given_compliant=given_compliant)
        assert result == pytest.approx(float(exact), rel=1e-13)


def test_a_suspicious_signal_raises_suspicion_iff_beta_is_at_least_alpha():
    rng = np.random.default_rng(8)
    w, beta, alpha = rng.integers(1, 64, (3, 5000)) / 64
    raised = dt.posterior(w=w, given_violator=beta, given_compliant=alpha) >= w
    np.testing.assert_array_equal(raised, beta >= alpha)


@pytest.mark.parametrize(
    ("function", "letters"),
    [
        (dt.audit_rate, {"pi_1": 0.5, "pi_0": 0.25, "beta": 1.0}),
        (dt.false_audit_rate, {"pi_1": 0.5, "pi_0": 0.25, "alpha": 0.0}),
        (dt.effective_detection, {"pi_1": 0.5, "pi_0": 0.25, "beta": 1.0, "p_b": 0.5}),
        (dt.check_rate, {"pi_1": 0.5, "pi_0": 1.0, "alpha": 0.75, "p_b": 0.5}),
        (dt.posterior, {"w": 0.5, "given_violator": 1.0, "given_compliant": 0.25}),
    ],
)
def test_contract(function, letters):
    assert_contract(function, letters)
    for name in letters:
        assert_refused(function, letters, **{name: 1.0000001})
        assert_refused(function, letters, **{name: -1e-300})
