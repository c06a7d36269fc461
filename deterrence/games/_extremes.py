"""The best and the worst Nash equilibria of the signal game, in closed form.

`signal` has the complete sets. Commitment is compared with their extremes, for which nothing needs to be
enumerated. Ties are decided as compliance is, within 1e-12.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from deterrence._compliance import covers
from deterrence._numeric import operations


class Game(NamedTuple):
    """The letters of the game, all floats or all arrays of one shape."""

    g: Any
    D: Any
    k: Any
    M: Any
    H: Any
    alpha: Any
    beta: Any


class Signal(NamedTuple):
    """Probability of a signal from a compliant lab and from a violator."""

    compliant: Any
    violator: Any


def signals(game: Game, op: Any) -> tuple[Signal, Signal]:
    """The signal that tells more of a violation, and the other."""
    telling = game.beta >= game.alpha
    suspicious, clean = Signal(game.alpha, game.beta), Signal(1 - game.alpha, 1 - game.beta)
    pairs = list(zip(suspicious, clean, strict=True))
    first = Signal(*(op.where(telling, one, other) for one, other in pairs))
    return first, Signal(*(op.where(telling, other, one) for one, other in pairs))


def nash_values(game: Game) -> dict[str, Any]:
    """Largest and smallest values of both players over all Nash equilibria, by name.

    As the lab defects more, the Governor's best replies audit first the signal that tells more and then
    the other, so that the equilibria lie between two of the four probabilities at which these start.
    """
    g, D, k, M, H, alpha, beta = game
    op = operations(g)
    first, second = signals(game, op)
    audits = op.maximum(k, 0.0), op.maximum(M - k, 0.0)
    q_1, q_0 = _starts(first, *audits, op), _starts(second, *audits, op)
    surplus = op.ratio(audits[0] * audits[1] * abs(beta - alpha), q_0.weight)
    base = op.maximum(-k, 0.0)
    by_first = [base - q * H for q in q_1[:2]]
    by_second = [base + surplus - q * H for q in q_0[:2]]
    never, always = base, op.maximum(M - k, 0.0) - H
    bound = first.violator * D
    low = op.where(covers(D, g), by_second[0], always)
    low = op.where(g <= 0, never, op.where(covers(bound, g), by_first[0], low))
    high = op.where(covers(g, bound), by_second[1], by_first[1])
    high = op.where(g < 0, never, op.where(covers(g, D), always, high))
    least = op.minimum(low, high)
    free = (g == 0) & (D == 0)  # then any probability of defection is one of an equilibrium
    kinks = op.minimum(by_first[0], by_second[0])
    fined, unfined = op.maximum(g - D, 0.0), op.maximum(g, 0.0)
    low_q = op.where(covers(bound, g), q_1.low, op.where(covers(D, g), q_0.low, 1.0))
    lab_least = op.where((low_q < 1) | (g <= 0), 0.0, unfined)
    return {
        "nash_value": op.maximum(low, high),
        "worst_nash_value": op.where(free, op.minimum(least, kinks), least),
        "lab_nash_value": op.where(k < M, fined, unfined),
        "lab_worst_nash_value": op.where(k <= M, fined, lab_least),
    }


class _Starts(NamedTuple):
    """Least and largest probability of defection at which auditing a signal neither pays nor costs."""

    low: Any
    high: Any
    weight: Any


def _starts(signal: Signal, cost: Any, surplus: Any, op: Any) -> _Starts:
    lost, won = cost * signal.compliant, surplus * signal.violator
    weight = lost + won
    return _Starts(op.ratio(lost, weight), op.ratio(lost, weight, 1.0), weight)
