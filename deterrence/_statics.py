"""Comparative statics: how the deterrence margin and every threshold move with what they depend on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence._checks import (
    FINITE,
    NONNEGATIVE,
    NONNEGATIVE_OR_INF,
    UNIT,
    Number,
    ParameterError,
    Problem,
    check_range,
)
from deterrence._compliance import TIE
from deterrence._numeric import operations
from deterrence._threshold import Threshold, threshold


@dataclass(frozen=True)
class Statics:
    """How the margin, or a threshold, moves with each thing that it depends on; ``print`` it to read it.

    Attributes
    ----------
    of : str
        ``"margin"``, or the variable of a `threshold`.
    known : mapping of str to float or array
        What it depends on, with defaults filled in.
    value : float, None or array
        The margin or threshold; None, in arrays NaN, where there is no threshold.
    derivative : mapping of str to float, None or array
        Derivative with respect to each of `known`; None, in arrays NaN, where there is none.
    sign : mapping of str to str
        What is known of its sign whatever the numbers: ``">= 0"``, ``"<= 0"``, ``"0"``, or the difference
        that has the same sign, such as ``"pi_1 - pi_0"``.
    reason : str
        Why a derivative is missing; empty if none is.
    """

    of: str
    known: Mapping[str, Any]
    value: Any
    derivative: Mapping[str, Any]
    sign: Mapping[str, str]
    reason: str

    def __str__(self) -> str:
        if np.ndim(self.value):
            return f"derivatives of {self.of}, arrays of shape {np.shape(self.value)}"
        lines = [f"{self.of} {'does not exist' if self.value is None else f'= {self.value:.6g}'}"]
        for name, slope in self.derivative.items():
            shown = "none" if slope is None else f"{slope:.6g}"
            lines.append(f"  in {name:<5} {shown:>12}   sign: {self.sign[name]}")
        return "\n".join([*lines, self.reason] if self.reason else lines)


def statics(of: str, **known: Number) -> Statics:
    r"""Differentiate the deterrence margin, or a threshold, with respect to all that it depends on.

    The margin is :math:`m = p_{\mathrm{eff}} B - g`. A threshold x solves m = 0, so that by the implicit
    function theorem :math:`dx/dy = -(\partial m/\partial y) / (\partial m/\partial x)` there. Where a
    threshold is cut off at the end of its range (0 because the lab complies in any case, 1 or infinite
    because every value deters) it does not move, and its derivatives are 0.

    Derivatives are two-sided. There is none where the threshold does not exist, and none at a kink: where
    a threshold reaches the end of its range, and for what enters a minimum whose two sides are equal
    (p = v - c, or K + fine = L). Equal means equal to a relative 1e-12, as for ties.

    Parameters
    ----------
    of : str
        ``"margin"``, or a variable that `threshold` can be solved for.
    **known : float or array
        For a threshold, what `threshold` takes. For the margin the letters of detection (p_eff; p_s and
        p_b; or pi_1, beta, pi_0 = 0, p_b = 0, alpha = 0), of punishment (B; P and r = 1; or fine, r = 1,
        R = 0, K = 0, L = inf), and of the gain (g; or p, v = inf, c = 0, V = 0).

    Returns
    -------
    Statics

    Raises
    ------
    ParameterError
        If `of` is unknown or a value is out of range.
    TypeError
        If a needed value is missing or an unknown one is given.

    Examples
    --------
    >>> pi_1 = statics("pi_1", g=0.5, B=1.0, beta=0.8)
    >>> pi_1.value, pi_1.derivative["g"], pi_1.sign["g"]
    (0.625, 1.25, '>= 0')
    >>> print(pi_1)
    pi_1 = 0.625
      in g             1.25   sign: >= 0
      in B           -0.625   sign: <= 0
      in beta      -0.78125   sign: pi_0 - pi_1
      in pi_0         -0.25   sign: <= 0
      in p_b         -0.625   sign: <= 0
    >>> statics("margin", p_eff=0.5, B=2.0, p=0.5, v=1.0, c=0.5).derivative["p"] is None  # p = v - c
    True
    """
    if of != "margin" and of not in tuple(_KNOWN):
        raise ParameterError(Problem("of", of, "has no derivatives", f"margin or {' or '.join(_KNOWN)}"))
    solved = None if of == "margin" else threshold(of, **known)
    letters = _complete(of, known)
    shape = np.broadcast_shapes(*map(np.shape, letters.values()))
    if solved is None:
        value, _, answer = _margin(_bounded(letters))
        value, reason = _shaped(value, shape), ""
    else:
        value, reason, answer = solved.value, solved.reason, _moves(solved, _bounded(letters))
    derivative = {name: _shaped(answer[name], shape) for name in letters}
    if not reason and any(slope is None or np.isnan(slope).any() for slope in derivative.values()):
        reason = "a kink: the derivatives from the two sides differ"
    return Statics(of, letters, value, derivative, {name: _sign(of, name) for name in letters}, reason)


_KNOWN = {
    "B": "g p_eff",
    "P": "g p_eff r",
    "fine": "g p_eff r R K L",
    "r": "g p_eff P",
    "g": "p_eff B",
    "V": "p_eff B p v c",
    "p": "p_eff B v c V",
    "v": "p_eff B p c V",
    "pi_1": "g B beta pi_0 p_b",
    "pi_0": "g B beta pi_1 p_b",
    "beta": "g B pi_1 pi_0 p_b",
    "p_b": "g B pi_1 pi_0 beta",
    "p_eff": "g B",
    "p_s": "g B p_b",
}
_DEFAULTS = {
    **dict.fromkeys(("pi_0", "p_b", "alpha", "K", "R", "c", "V"), 0.0),
    **dict.fromkeys(("L", "v"), math.inf),
    "r": 1.0,
}
_RANGES = {
    **dict.fromkeys(("p_eff", "p_s", "p_b", "pi_1", "pi_0", "beta", "alpha"), UNIT),
    **dict.fromkeys(("B", "P", "r", "R", "K", "fine", "V", "c"), NONNEGATIVE),
    **dict.fromkeys(("L", "p", "v"), NONNEGATIVE_OR_INF),
    "g": FINITE,
}


def _complete(of: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The letters that `of` depends on, checked, in order and with their defaults."""
    names = (_margin_letters(known) if of == "margin" else _KNOWN[of]).split()
    missing = [name for name in names if name not in known and name not in _DEFAULTS]
    unknown = [name for name in known if name not in names]
    if missing or unknown:
        raise TypeError(f"the {of} {'needs' if missing else 'does not take'} {(missing or unknown)[0]!r}")
    return {name: check_range(name, known.get(name, _DEFAULTS.get(name)), _RANGES[name]) for name in names}


_ROUNDING = 8 * float(np.finfo(np.float64).eps)


def _margin_letters(known: Mapping[str, Any]) -> str:
    detection = "p_eff" if "p_eff" in known else "p_s p_b" if "p_s" in known else "pi_1 pi_0 beta alpha p_b"
    punishment = "B" if "B" in known else "r P" if "P" in known else "r fine K L R"
    return f"{detection} {punishment} {'g' if 'g' in known else 'p v c V'}"


_LARGEST = float(np.finfo(np.float64).max)


def _bounded(letters: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the largest number for an infinite price or value, so that differences are numbers."""
    return {
        name: operations(x).minimum(x, _LARGEST) if name in ("p", "v") else x for name, x in letters.items()
    }


def _shaped(value: Any, shape: tuple[int, ...]) -> Any:
    if shape:
        return np.broadcast_to(value, shape) + 0.0  # no negative zeros
    return None if math.isnan(value) else float(value) + 0.0


# The margin p_eff B - g and its slopes; NaN where a slope jumps.


def _margin(a: Mapping[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
    """The margin, the size of its terms, and its slope in each letter."""
    (p_eff, detects), (B, punishes), (g, size, gains) = _detection(a), _punishment(a), _gain(a)
    slopes = {name: B * slope for name, slope in detects.items()}
    slopes |= {name: p_eff * slope for name, slope in punishes.items()}
    slopes |= {name: -slope for name, slope in gains.items()}
    return p_eff * B - g, p_eff * B + size, slopes


def _detection(a: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    if "p_eff" in a:
        return a["p_eff"], {"p_eff": 1.0}
    p_b = a["p_b"]
    if "p_s" in a:
        p_s, slopes = a["p_s"], {"p_s": 1.0}
    else:
        pi_1, pi_0, beta = a["pi_1"], a["pi_0"], a["beta"]
        p_s = beta * pi_1 + (1 - beta) * pi_0
        slopes = {"pi_1": beta, "pi_0": 1 - beta, "beta": pi_1 - pi_0, "alpha": 0.0}
    detects = {name: (1 - p_b) * slope for name, slope in slopes.items()}
    return p_s + (1 - p_s) * p_b, detects | {"p_b": 1 - p_s}


def _punishment(a: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    if "B" in a:
        return a["B"], {"B": 1.0}
    r = a["r"]
    if "P" in a:
        return r * a["P"], {"r": a["P"], "P": r}
    owed, cap = a["K"] + a["fine"], a["L"]
    op = operations(owed, cap)
    tie = abs(owed - cap) <= TIE * owed
    pays = r * op.where(tie, math.nan, op.where(owed < cap, 1.0, 0.0))
    capped = r * op.where(tie, math.nan, op.where(owed < cap, 0.0, 1.0))
    P = op.minimum(owed, cap) + a["R"]
    return r * P, {"r": P, "fine": pays, "K": pays, "L": capped, "R": r}


def _gain(a: Mapping[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
    if "g" in a:
        return a["g"], abs(a["g"]), {"g": 1.0}
    p, v, rent = a["p"], a["v"], a["v"] - a["c"]
    op = operations(p, rent)
    tie = abs(p - rent) <= TIE * p + _ROUNDING * v
    buys = op.where(tie, math.nan, op.where(p < rent, 1.0, 0.0))
    saved = op.minimum(p, rent)
    slopes = {"p": buys, "v": 1 - buys, "c": buys - 1, "V": 1.0}
    return saved + a["V"], abs(saved) + a["V"], slopes


# Thresholds move so that the margin stays 0.

_ENDS = {
    **dict.fromkeys(("p_eff", "p_s", "pi_1", "pi_0", "beta", "p_b"), (0.0, 1.0)),
    **dict.fromkeys(("p", "v"), (0.0, _LARGEST)),
    "g": (),
}
"""Where thresholds are cut off, other than at 0 only."""


def _moves(solved: Threshold, letters: Mapping[str, Any]) -> dict[str, Any]:
    """Derivative of a threshold in each letter."""
    of, op = solved.variable, operations(solved.exists)
    inside = op.where(solved.exists, op.minimum(_number(solved.value), _LARGEST), 0.0)
    gaps, cut, kink = [], False, False
    for end in _ENDS.get(of, (0.0,)):
        gap, size, _ = _margin({**letters, of: end})
        gaps.append(gap)
        tie = abs(gap) <= TIE * size
        cut, kink = cut | (inside == end), kink | tie
    _, _, slopes = _margin({**letters, of: inside})
    if of == "beta":
        slopes |= _slopes_at_beta(letters, *gaps)
    # At a liability cap that a threshold exceeds by a tie the margin does not move.
    smooth, answer = solved.exists & (cut | (slopes[of] != 0)) & op.where(kink, False, True), {}
    for name in letters:
        slope = operations(slopes[name], slopes[of]).ratio(-slopes[name], slopes[of])
        answer[name] = op.where(smooth, op.where(cut, 0.0, slope), math.nan)
    if of == "beta":  # which jumps from one end to the other where the two audit probabilities are equal
        for name in ("pi_1", "pi_0"):
            answer[name] = op.where(letters["pi_1"] == letters["pi_0"], math.nan, answer[name])
    return answer


def _slopes_at_beta(a: Mapping[str, Any], at_0: Any, at_1: Any) -> dict[str, Any]:
    """Slopes of the margin at the threshold in beta, from the margins at its ends, to full precision."""
    apart = a["pi_1"] - a["pi_0"]
    op = operations(*a.values())
    return {"pi_1": op.ratio(-at_0, apart), "pi_0": op.ratio(at_1, apart), "B": op.ratio(a["g"], a["B"])}


def _number(value: Any) -> Any:
    return math.nan if value is None else value


# Signs that do not depend on the numbers.

_INVITES = ("g", "V", "p", "v")
_FLIPPED = {">= 0": "<= 0", "<= 0": ">= 0", "0": "0", "pi_1 - pi_0": "pi_0 - pi_1"}
_STILL = {("fine", "L"), ("p", "v"), ("p", "c"), ("v", "p")}
"""Thresholds that lie where the minimum is the other of its two sides."""


def _sign(of: str, name: str) -> str:
    if (of, name) in _STILL or name == "alpha":
        return "0"
    raises = "pi_1 - pi_0" if name == "beta" else "<= 0" if name in _INVITES else ">= 0"
    if of == "beta":
        return "pi_1 - pi_0" if name == "g" else "pi_0 - pi_1"
    return raises if of == "margin" or of in _INVITES else _FLIPPED[raises]
