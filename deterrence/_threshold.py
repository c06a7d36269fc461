"""The threshold of the compliance condition in every variable."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

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
from deterrence._compliance import covers
from deterrence._numeric import operations


@dataclass(frozen=True)
class Threshold:
    """The value of one variable at which a lab turns compliant, the others held fixed.

    Attributes
    ----------
    variable : str
        The variable solved for.
    value : float, None or array
        The threshold; None, in arrays NaN, where none exists; infinite where every value deters.
    side : str or array of str
        ``"at least"`` if the lab complies from the threshold upwards, ``"at most"`` if downwards.
    exists : bool or array of bool
        Whether some admissible value of the variable deters.
    reason : str
        Why there is none; empty where there is one.
    known : mapping of str to float or array
        What was given of the other variables.
    """

    variable: str
    value: Any
    side: Any
    exists: Any
    reason: str
    known: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        if self.value is None:
            return f"no {self.variable} deters: {self.reason}"
        if np.ndim(self.value):
            return f"{self.variable}: {self.value}"
        if math.isinf(self.value):
            return f"every {self.variable} deters"
        return f"{self.variable} {self.side} {self.value:.6g}"


class _Solution(NamedTuple):
    """A threshold before it is dressed: where `exists` is false, `value` means nothing."""

    value: Any
    exists: Any
    side: Any = "at least"


def threshold(variable: str, **known: Number) -> Threshold:
    r"""Solve the compliance condition :math:`p_{\mathrm{eff}} B \ge g` for one variable.

    ========  ===================================================  =========
    variable  known                                                deterring
    ========  ===================================================  =========
    B         g, p_eff                                             at least
    P         g, p_eff, r = 1                                      at least
    fine      g, p_eff, r = 1, R = 0, K = 0, L = inf               at least
    r         g, p_eff, P                                          at least
    g         p_eff, B                                             at most
    V         p_eff, B, p, v, c = 0                                at most
    p         p_eff, B, v = inf, c = 0, V = 0                      at most
    v         p_eff, B, p, c = 0, V = 0                            at most
    pi_1      g, B, beta, pi_0 = 0, p_b = 0                        at least
    pi_0      g, B, beta, pi_1, p_b = 0                            at least
    beta      g, B, pi_1, pi_0, p_b = 0                            at least; at most if pi_1 < pi_0
    p_b       g, B, pi_1, pi_0, beta                               at least
    p_eff     g, B                                                 at least
    p_s       g, B, p_b = 0                                        at least
    ========  ===================================================  =========

    V, p and v are solved under the gain rule min(p, v - c) + V; without v, p is solved under the literal
    rule g = p + V. The false-positive rate alpha has no threshold: it never enters the condition.

    Parameters
    ----------
    variable : str
        One of the names above.
    **known : float or array
        The other variables: probabilities in [0, 1], money >= 0 (g may be negative), r >= 0.

    Returns
    -------
    Threshold
        Its ``value`` is None (NaN in arrays) where no admissible value deters, with the ``reason``.

    Raises
    ------
    ParameterError
        If `variable` is unknown or a value is out of range.
    TypeError
        If a value that is needed is missing, or one is given that the variable does not depend on.

    Examples
    --------
    >>> threshold("pi_1", g=0.5, B=1.0, beta=0.8, pi_0=0.0).value
    0.625
    >>> print(threshold("pi_1", g=0.9, B=1.0, beta=0.8))
    no pi_1 deters: even pi_1 = 1 leaves p_eff B below g
    """
    if variable not in _SOLVERS:
        raise ParameterError(Problem("variable", variable, "has no threshold", " or ".join(_SOLVERS)))
    solve, reason = _SOLVERS[variable]
    for name, value in known.items():
        if name in _RANGES:
            known[name] = check_range(name, value, _RANGES[name])
    try:
        value, exists, side = solve(**known)
    except TypeError as error:
        raise _wrong_names(variable, solve, known) or error from None
    if not isinstance(value, np.ndarray) and not isinstance(exists, np.ndarray):
        return Threshold(variable, value if exists else None, side, exists, "" if exists else reason, known)
    value = np.where(exists, value, np.nan)
    exists = np.broadcast_to(exists, value.shape)
    side = side if isinstance(side, str) else np.broadcast_to(side, value.shape)
    return Threshold(variable, value, side, exists, "" if bool(exists.all()) else reason, known)


def depends_on(variable: str) -> tuple[str, ...]:
    """Names of what the threshold of a variable depends on."""
    return tuple(inspect.signature(_SOLVERS[variable][0]).parameters)


def _wrong_names(variable: str, solve: Callable[..., Any], known: Mapping[str, Any]) -> TypeError | None:
    """What is wrong with the names of `known`, or None where nothing is."""
    takes = inspect.signature(solve).parameters
    needed = [name for name, letter in takes.items() if letter.default is letter.empty]
    missing = [name for name in needed if name not in known]
    unknown = [name for name in known if name not in takes]
    if not missing and not unknown:
        return None
    wrong = [f"{name} is missing" for name in missing] + [f"{name} is unknown" for name in unknown]
    rest = [name for name in takes if name not in needed]
    optional = f", optionally {', '.join(rest)}" if rest else ""
    return TypeError(f'threshold("{variable}", ...) takes {", ".join(needed)}{optional}: {"; ".join(wrong)}')


_RANGES = {
    **dict.fromkeys(("p_eff", "p_b", "pi_1", "pi_0", "beta"), UNIT),
    **dict.fromkeys(("B", "P", "r", "R", "K", "V", "c"), NONNEGATIVE),
    **dict.fromkeys(("L", "p", "v"), NONNEGATIVE_OR_INF),
    "g": FINITE,
}


def required_detection(*, g: Number, B: Number) -> _Solution:
    """Smallest p_eff; g / B, and 0 where nothing is gained."""
    op = operations(g, B)
    return _Solution(op.share(g, B), covers(B, g))


def required_audit_rate(*, g: Number, B: Number, p_b: Number = 0.0) -> _Solution:
    """Smallest p_s: what detection needs beyond backchecks."""
    target, exists, _ = required_detection(g=g, B=B)
    return _Solution(_share(target, p_b, 1 - p_b), exists)


def _share(target: Number, rest: Number, weight: Number) -> Any:
    """Smallest x in [0, 1] with rest + weight x >= target; 0 where x has no weight."""
    op = operations(target, rest, weight)
    need = op.where(weight > 0, op.maximum(target - rest, 0.0), 0.0)
    return op.share(need, weight)


def _solve_B(*, g: Number, p_eff: Number) -> _Solution:
    return _factor(g, p_eff)


def _solve_P(*, g: Number, p_eff: Number, r: Number = 1.0) -> _Solution:
    return _factor(_factor(g, p_eff).value, r)


def _solve_r(*, g: Number, p_eff: Number, P: Number) -> _Solution:
    return _factor(_factor(g, p_eff).value, P)


def _factor(g: Number, by: Number) -> _Solution:
    """Smallest number that lifts `by`, multiplied by it, to g."""
    op = operations(g, by)
    value = op.ratio(op.maximum(g, 0.0), by)
    return _Solution(value, value < math.inf)


def _solve_fine(
    *,
    g: Number,
    p_eff: Number,
    r: Number = 1.0,
    R: Number = 0.0,
    K: Number = 0.0,
    L: Number = math.inf,
) -> _Solution:
    P, exists, _ = _solve_P(g=g, p_eff=p_eff, r=r)
    op = operations(P, R, K)
    P = op.where(exists, P, 0.0)
    return _Solution(op.maximum(P - R - K, 0.0), exists & covers(L + R, P))


def _solve_g(*, p_eff: Number, B: Number) -> _Solution:
    value = p_eff * B
    return _Solution(value, value >= 0, "at most")


def _solve_V(*, p_eff: Number, B: Number, p: Number, v: Number, c: Number = 0.0) -> _Solution:
    penalty, cost = p_eff * B, operations(p, v, c).minimum(p, v - c)
    op = operations(penalty, cost)
    bound = op.maximum(penalty - cost, 0.0)
    value = _settled(bound, penalty + abs(cost), covers(penalty, cost + bound))
    return _Solution(value, covers(penalty, cost), "at most")


def _solve_p(
    *, p_eff: Number, B: Number, v: Number = math.inf, c: Number = 0.0, V: Number = 0.0
) -> _Solution:
    penalty = p_eff * B
    every = covers(penalty, v - c + V)
    op = operations(penalty, every)
    value = op.where(every, math.inf, op.maximum(penalty - V, 0.0))
    return _Solution(value, every | covers(penalty, V), "at most")


def _solve_v(*, p_eff: Number, B: Number, p: Number, c: Number = 0.0, V: Number = 0.0) -> _Solution:
    penalty = p_eff * B
    every = covers(penalty, p + V)
    op = operations(penalty, c, V, every)
    bound = op.maximum(c + penalty - V, 0.0)
    bound = _settled(bound, c + penalty + V, covers(penalty, bound - c + V))
    return _Solution(op.where(every, math.inf, bound), every | covers(penalty, V - c), "at most")


def _solve_pi_1(*, g: Number, B: Number, beta: Number, pi_0: Number = 0.0, p_b: Number = 0.0) -> _Solution:
    target, clean = required_audit_rate(g=g, B=B, p_b=p_b).value, (1 - beta) * pi_0
    return _Solution(_share(target, clean, beta), covers(_detected(beta + clean, p_b) * B, g))


def _solve_pi_0(*, g: Number, B: Number, beta: Number, pi_1: Number, p_b: Number = 0.0) -> _Solution:
    target, suspicious = required_audit_rate(g=g, B=B, p_b=p_b).value, beta * pi_1
    exists = covers(_detected(suspicious + (1 - beta), p_b) * B, g)
    return _Solution(_share(target, suspicious, 1 - beta), exists)


def _solve_beta(*, g: Number, B: Number, pi_1: Number, pi_0: Number, p_b: Number = 0.0) -> _Solution:
    target = required_audit_rate(g=g, B=B, p_b=p_b).value
    op = operations(target, pi_1, pi_0)
    exists = covers(_detected(op.maximum(pi_1, pi_0), p_b) * B, g)
    # With pi_1 < pi_0 a better signal moves violators to the branch audited less.
    better = pi_1 >= pi_0
    most = op.ratio(op.maximum(pi_0 - target, 0.0), op.where(better, 1.0, pi_0 - pi_1))
    most = op.minimum(1.0, most)
    reached = _detected(most * pi_1 + (1 - most) * pi_0, p_b) * B
    most = _settled(most, 1.0, covers(reached, g))
    value = op.where(better, _share(target, pi_0, pi_1 - pi_0), most)
    return _Solution(value, exists, op.where(better, "at least", "at most"))


def _solve_p_b(*, g: Number, B: Number, pi_1: Number, pi_0: Number, beta: Number) -> _Solution:
    p_s = beta * pi_1 + (1 - beta) * pi_0
    target, exists, _ = required_detection(g=g, B=B)
    return _Solution(_share(target, p_s, 1 - p_s), exists)


def _detected(p_s: Number, p_b: Number) -> Number:
    return p_s + (1 - p_s) * p_b


def _settled(bound: Number, size: Number, holds: Any) -> Any:
    """An upper bound, moved down by the rounding error of terms of `size` where it does not hold."""
    op = operations(bound, size, holds)
    return op.where(holds, bound, op.maximum(bound - _ROUNDING * size, 0.0))


_ROUNDING = 2 * float(np.finfo(np.float64).eps)

_SOLVERS: dict[str, tuple[Callable[..., _Solution], str]] = {
    "B": (_solve_B, "a violator is never detected (p_eff = 0) and g > 0"),
    "P": (_solve_P, "the perceived expected punishment does not grow with P (r p_eff = 0)"),
    "fine": (_solve_fine, "no fine lifts the expected punishment to g: unfelt, or capped by liability"),
    "r": (_solve_r, "there is no expected punishment to scale (p_eff P = 0)"),
    "g": (_solve_g, ""),
    "V": (_solve_V, "even without racing value the gain min(p, v - c) exceeds p_eff B"),
    "p": (_solve_p, "even at price 0 the racing value exceeds p_eff B"),
    "v": (_solve_v, "even at v = 0 the gain V - c exceeds p_eff B"),
    "pi_1": (_solve_pi_1, "even pi_1 = 1 leaves p_eff B below g"),
    "pi_0": (_solve_pi_0, "even pi_0 = 1 leaves p_eff B below g"),
    "beta": (_solve_beta, "no signal quality lifts p_eff B to g at these audit probabilities"),
    "p_b": (_solve_p_b, "even certain detection leaves B below g"),
    "p_eff": (required_detection, "even certain detection leaves B below g"),
    "p_s": (required_audit_rate, "even certain detection leaves B below g"),
}
