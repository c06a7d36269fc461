"""Large markets with limited audits: the steps from detection to regimes and fixed points."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Gt, Lt, Piecewise, S

from deterrence.formulas._printing import Named, plain_text
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    Math,
    capacity_share,
    deterrent,
    p_b,
    p_f,
    p_s,
    running_share,
    t_least,
    t_most,
    unpermitted_share,
    violator_share,
)

_x, _mu_c, _gamma, _mu = violator_share, capacity_share, running_share, unpermitted_share


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
