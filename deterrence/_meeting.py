"""Where a share that falls with a probability meets a target."""

from __future__ import annotations

from collections.abc import Callable

_ROUNDING, _CLOSE, _FINEST = 1e-12, 1e-11, 1e-14


def crossing(f: Callable[[float], float], target: float) -> tuple[float, float]:
    """Where a non-increasing function on [0, 1] meets a target: an end of [0, 1] where it never does.

    Returns
    -------
    tuple of two floats
        Least x at which f is at most the target, and largest x at which it is at least the target; equal
        where they are one.
    """
    low, high = lowest(lambda x: f(x) <= target + _ROUNDING), lowest(lambda x: f(x) < target - _ROUNDING)
    return (low, high) if high - low > _CLOSE else (low, low)


def meeting(share: Callable[[float], float], target: float) -> tuple[float, float, float]:
    """Audit probabilities at which violators meet a target, as `crossing`; and their share."""
    return *crossing(share, target), min(max(target, share(1.0)), share(0.0))


def lowest(holds: Callable[[float], bool]) -> float:
    """Least x in [0, 1] from which on a condition holds; 1 where it never does."""
    if holds(0.0):
        return 0.0
    low, high = 0.0, 1.0
    while high - low > _FINEST:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
