"""Comparative statics of the margin and of every threshold, in each letter that it depends on."""
# ruff: noqa: N816  (letters of the model keep their case)

from __future__ import annotations

from functools import partial

from sympy import Eq, Ge, Gt, Le, Lt, Max, Min, S, evaluate

from deterrence._statics import statics
from deterrence.formulas._audit_thresholds import threshold_pi_1
from deterrence.formulas._detection import audit_rate, effective_detection
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Proposition
from deterrence.formulas._slopes import Slope, Slopes, cases, slopes_of_threshold, steps, still
from deterrence.formulas._symbols import (
    B,
    K,
    L,
    Math,
    P,
    R,
    V,
    alpha,
    beta,
    c,
    g,
    p,
    p_b,
    p_eff,
    p_s_star,
    phi,
    pi_0,
    pi_1,
    r,
    v,
)
from deterrence.formulas._threshold import star_of

# The margin.

_BUYS, _DECLINES = Lt(p, v - c), Lt(v - c, p)
_BUY_GIVEN, _DECLINE_GIVEN = (Gt(v, c + p),), (Gt(p, v - c), Gt(v, c))
_PAYS, _CAPPED = Lt(K + phi, L), Lt(L, K + phi)
_PAY_GIVEN, _CAP_GIVEN = (Gt(L, K + phi),), (Lt(L, K + phi),)


def _margin() -> Named:
    detected = effective_detection.expanded
    return Named(detected * r * (Min(K + phi, L) + R) - (Min(p, v - c) + V), "margin", "m")


def _margin_slopes() -> Slopes:
    detected = Named(effective_detection.expanded, "p_eff", r"p_{\mathrm{eff}}")
    audited = Named(audit_rate.expr, "p_s", "p_s")
    money = Named(Min(K + phi, L) + R, "P", "P")
    felt = Named(r * (Min(K + phi, L) + R), "B", "B")
    pays = [(letter, r * detected) for letter in (phi, K)]
    return [
        Slope(pi_1, felt * beta * (1 - p_b), Ge, given=_PAY_GIVEN),
        Slope(pi_0, felt * (1 - beta) * (1 - p_b), Ge, given=_PAY_GIVEN),
        Slope(beta, felt * (1 - p_b) * (pi_1 - pi_0), (pi_1 - pi_0, felt * (1 - p_b)), given=_PAY_GIVEN),
        Slope(alpha, S.Zero, Eq),
        Slope(p_b, felt * (1 - audited), Ge, given=_PAY_GIVEN),
        Slope(r, detected * money, Ge, given=_PAY_GIVEN),
        Slope(R, r * detected, Ge),
        Slope(V, S.NegativeOne, Lt),
        *(Slope(letter, slope, Ge, (_PAYS,), _PAY_GIVEN) for letter, slope in pays),
        Slope(L, S.Zero, Eq, (_PAYS,), _PAY_GIVEN),
        *(Slope(letter, S.Zero, Eq, (_CAPPED,), _CAP_GIVEN) for letter in (phi, K)),
        Slope(L, r * detected, Ge, (_CAPPED,), _CAP_GIVEN),
        *_gain_slopes(),
    ]


def _gain_slopes() -> Slopes:
    """How minus the smaller of price and rent moves."""
    return [
        Slope(p, S.NegativeOne, Lt, (_BUYS,), _BUY_GIVEN),
        *(Slope(letter, S.Zero, Eq, (_BUYS,), _BUY_GIVEN) for letter in (v, c)),
        Slope(p, S.Zero, Eq, (_DECLINES,), _DECLINE_GIVEN),
        Slope(v, S.NegativeOne, Lt, (_DECLINES,), _DECLINE_GIVEN),
        Slope(c, S.One, Gt, (_DECLINES,), _DECLINE_GIVEN),
    ]


# Thresholds that a factor of the condition solves.

_GAIN = (Gt(g, 0),)


def _slopes_B(_: Math) -> Slopes:
    return [Slope(g, 1 / p_eff, Gt), Slope(p_eff, -g / p_eff**2, Lt, given=_GAIN)]


def _slopes_P(_: Math) -> Slopes:
    return [
        Slope(g, 1 / (r * p_eff), Gt),
        Slope(p_eff, -g / (r * p_eff**2), Lt, given=_GAIN),
        Slope(r, -g / (r**2 * p_eff), Lt, given=_GAIN),
    ]


def _slopes_fine(_: Math) -> Slopes:
    rest = [Slope(letter, S.NegativeOne, Lt) for letter in (R, K)]
    return [*_slopes_P(_), *rest, Slope(L, S.Zero, Eq)]


def _slopes_r(_: Math) -> Slopes:
    return [
        Slope(g, 1 / (p_eff * P), Gt),
        Slope(p_eff, -g / (p_eff**2 * P), Lt, given=_GAIN),
        Slope(P, -g / (p_eff * P**2), Lt, given=_GAIN),
    ]


_PENALTY = [Slope(p_eff, B, Ge), Slope(B, p_eff, Ge)]
_RACE = Slope(V, S.NegativeOne, Lt)


def _slopes_p(_: Math) -> Slopes:
    return [*_PENALTY, _RACE, Slope(v, S.Zero, Eq), Slope(c, S.Zero, Eq)]


def _slopes_v(_: Math) -> Slopes:
    return [*_PENALTY, _RACE, Slope(c, S.One, Gt), Slope(p, S.Zero, Eq)]


# Thresholds in the audits.

_REACHED = (Gt(B, g), Gt(g, 0))


def _slopes_p_eff(_: Math) -> Slopes:
    return [Slope(g, 1 / B, Gt), Slope(B, -g / B**2, Lt, given=_GAIN)]


def _slopes_p_s(_: Math, weight: Math = S.One) -> Slopes:
    rest = weight * (1 - p_b)
    return [
        Slope(g, 1 / (B * rest), Gt),
        Slope(B, -g / (B**2 * rest), Lt, given=_GAIN),
        Slope(p_b, -(B - g) / (B * weight * (1 - p_b) ** 2), Lt, given=_REACHED),
    ]


def _slopes_pi_1(needed: Math) -> Slopes:
    star = star_of(pi_1, (needed - (1 - beta) * pi_0) / beta, r"\pi_1^*")
    return [
        *_slopes_p_s(needed, beta),
        Slope(pi_0, -(1 - beta) / beta, Le),
        Slope(beta, -(needed - pi_0) / beta**2, (pi_0 - star, 1 / beta)),
    ]


def _slopes_pi_0(needed: Math) -> Slopes:
    star = star_of(pi_0, (needed - beta * pi_1) / (1 - beta), r"\pi_0^*")
    return [
        *_slopes_p_s(needed, 1 - beta),
        Slope(pi_1, -beta / (1 - beta), Le),
        Slope(beta, (needed - pi_1) / (1 - beta) ** 2, (star - pi_1, 1 / (1 - beta))),
    ]


def _slopes_beta(needed: Math) -> Slopes:
    star = star_of(beta, (needed - pi_0) / (pi_1 - pi_0), r"\beta^*")
    apart, square = pi_1 - pi_0, (pi_1 - pi_0) ** 2
    either = (Lt(pi_0, pi_1),)
    at_star = (Eq(g, B * (p_b + (1 - p_b) * audit_rate.expr)), *either)
    return [
        Slope(g, 1 / (B * (1 - p_b) * apart), (apart, 1 / (B * (1 - p_b) * square)), given=either),
        Slope(B, -g / (B**2 * (1 - p_b) * apart), (pi_0 - pi_1, g / (B**2 * (1 - p_b) * square)),
               given=(*_GAIN, *either)),
        Slope(p_b, -(B - g) / (B * (1 - p_b) ** 2 * apart),
               (pi_0 - pi_1, (B - g) / (B * (1 - p_b) ** 2 * square)), given=(*_REACHED, *either)),
        Slope(pi_1, -(needed - pi_0) / square, (pi_0 - pi_1, star / square), given=at_star),
        Slope(pi_0, (needed - pi_1) / square, (pi_0 - pi_1, (1 - star) / square), given=at_star),
    ]  # fmt: skip


def _slopes_p_b(_: Math) -> Slopes:
    audited = Named(audit_rate.expr, "p_s", "p_s")
    spare = (B - g) / (B * (1 - audited) ** 2)
    return [
        Slope(g, 1 / (B * (1 - audited)), Gt),
        Slope(B, -g / (B**2 * (1 - audited)), Lt, given=_GAIN),
        Slope(pi_1, -beta * spare, Le, given=_REACHED),
        Slope(pi_0, -(1 - beta) * spare, Le, given=_REACHED),
        Slope(beta, -(pi_1 - pi_0) * spare, (pi_0 - pi_1, spare), given=_REACHED),
    ]


with evaluate(False):  # printed as written
    statics_margin = Proposition(
        name="statics_margin",
        statement=(
            r"How the deterrence margin moves with each letter that it depends on. The gain is $g = \min(p, "
            r"v - c) + V$, and the punishment $B = rP$ with $P = \min(K + \phi, L) + R$."
        ),
        columns=("y", r"\partial m/\partial y", "sign"),
        cases=tuple(cases((), _margin_slopes())),
        function=partial(statics, "margin"),
        arguments={letter.name: letter for letter in (pi_1, pi_0, beta, alpha, p_b, r, K, L, R, p, v, c, V)}
        | {"fine": phi},
        result="derivative",
        assumptions=("Where a minimum has two even sides the slopes to the two sides differ.",),
        source=("becker",),
        derive=lambda: steps(_margin(), _margin_slopes()),
    )
    statics_B = slopes_of_threshold(
        "statics_B", "B", "B^*", _slopes_B, lambda _: star_of(B, g / p_eff, "B^*"),
        (Gt(g, 0), Gt(p_eff, 0)), (still(Lt(g, 0)),),
    )  # fmt: skip
    statics_P = slopes_of_threshold(
        "statics_P", "P", "P^*", _slopes_P, lambda _: star_of(P, g / (r * p_eff), "P^*"),
        (Gt(g, 0), Gt(r * p_eff, 0)), (still(Lt(g, 0)),),
    )  # fmt: skip
    statics_fine = slopes_of_threshold(
        "statics_fine", "fine", r"\phi^*", _slopes_fine,
        lambda _: star_of(phi, g / (r * p_eff) - R - K, r"\phi^*"),
        (Gt(g, (R + K) * r * p_eff), Lt(g, (R + L) * r * p_eff)),
        (still(Lt(g, (R + Min(K, L)) * r * p_eff)), still(Lt(g, 0), Eq(r * p_eff, 0))),
    )  # fmt: skip
    statics_r = slopes_of_threshold(
        "statics_r", "r", "r^*", _slopes_r, lambda _: star_of(r, g / (p_eff * P), "r^*"),
        (Gt(g, 0), Gt(p_eff * P, 0)), (still(Lt(g, 0)),),
    )  # fmt: skip
    statics_g = slopes_of_threshold(
        "statics_g", "g", "g^*", lambda _: _PENALTY, lambda _: star_of(g, p_eff * B, "g^*"),
    )  # fmt: skip
    statics_V = slopes_of_threshold(
        "statics_V", "V", "V^*", lambda _: [*_PENALTY, *_gain_slopes()],
        lambda _: star_of(V, p_eff * B - Min(p, v - c), "V^*"),
        (Gt(p_eff * B, Min(p, v - c)),),
    )  # fmt: skip
    statics_p = slopes_of_threshold(
        "statics_p", "p", "p^*", _slopes_p, lambda _: star_of(p, p_eff * B - V, "p^*"),
        (Lt(V, p_eff * B), Lt(p_eff * B, v - c + V)), (still(Gt(p_eff * B, v - c + V)),),
    )  # fmt: skip
    statics_v = slopes_of_threshold(
        "statics_v", "v", r"v^{\mathrm{max}}", _slopes_v,
        lambda _: star_of(v, c + p_eff * B - V, r"v^{\mathrm{max}}"),
        (Lt(V, c + p_eff * B), Lt(p_eff * B, p + V)), (still(Gt(p_eff * B, p + V)),),
    )  # fmt: skip
    statics_p_eff = slopes_of_threshold(
        "statics_p_eff", "p_eff", r"p_{\mathrm{eff}}^*", _slopes_p_eff,
        lambda _: star_of(p_eff, g / B, r"p_{\mathrm{eff}}^*"),
        (Gt(g, 0), Lt(g, B)), (still(Lt(g, 0)),),
    )  # fmt: skip
    statics_p_s = slopes_of_threshold(
        "statics_p_s", "p_s", "p_s^*", _slopes_p_s, lambda needed: needed,
        (Gt(g, p_b * B), Lt(g, B)), (still(Lt(g, p_b * B)),),
    )  # fmt: skip
    _needed = {p_s_star: threshold_pi_1.where[p_s_star]}
    statics_pi_1 = slopes_of_threshold(
        "statics_pi_1", "pi_1", r"\pi_1^*", _slopes_pi_1,
        lambda needed: star_of(pi_1, (needed - (1 - beta) * pi_0) / beta, r"\pi_1^*"),
        (Gt(p_s_star, (1 - beta) * pi_0), Lt(p_s_star, beta + (1 - beta) * pi_0)),
        (still(Lt(g, B * (p_b + (1 - p_b) * (1 - beta) * pi_0))),),
        where=_needed,
    )  # fmt: skip
    statics_pi_0 = slopes_of_threshold(
        "statics_pi_0", "pi_0", r"\pi_0^*", _slopes_pi_0,
        lambda needed: star_of(pi_0, (needed - beta * pi_1) / (1 - beta), r"\pi_0^*"),
        (Gt(p_s_star, beta * pi_1), Lt(p_s_star, beta * pi_1 + (1 - beta))),
        (still(Lt(g, B * (p_b + (1 - p_b) * beta * pi_1))),),
        where=_needed,
    )  # fmt: skip
    statics_beta = slopes_of_threshold(
        "statics_beta", "beta", r"\beta^*", _slopes_beta,
        lambda needed: star_of(beta, (needed - pi_0) / (pi_1 - pi_0), r"\beta^*"),
        (Gt(p_s_star, Min(pi_1, pi_0)), Lt(p_s_star, Max(pi_1, pi_0))),
        (still(Lt(g, B * (p_b + (1 - p_b) * pi_0)), Lt(pi_0, pi_1)),
         still(Lt(g, B * (p_b + (1 - p_b) * pi_1)), Lt(pi_1, pi_0))),
        where=_needed,
    )  # fmt: skip
    statics_p_b = slopes_of_threshold(
        "statics_p_b", "p_b", "p_b^*", _slopes_p_b,
        lambda _: star_of(p_b, (g - audit_rate.expr * B) / (B * (1 - audit_rate.expr)), "p_b^*"),
        (Gt(g, audit_rate.expr * B), Lt(g, B)), (still(Lt(g, audit_rate.expr * B)),),
    )  # fmt: skip
