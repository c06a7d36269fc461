"""Quadrature of sharply peaked weights at 50 digits: Gauss rules on panels that follow the weight down."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from mpmath import mp, mpf

REACH = 44  # what lies this far (in logarithms) below the peak is left out: 1e-19
PANEL = 8  # and a panel spans at most this much


def panels(log_weight, law, marks):
    """Panels that carry all of the weight, and all that is left of it beyond each mark."""
    low, high = max(law.low, mpf(-60)), min(law.high, mpf(60)) if law.tilt else law.high
    peak = _peak(log_weight, low, high)
    edges = {*_march(log_weight, law.tilt, peak, low), *_march(log_weight, law.tilt, peak, high)}
    for t in marks:
        if low < t < high:
            edges.add(t)
            if PANEL < log_weight(peak) - log_weight(t) < 700:
                edges.update(_march(log_weight, law.tilt, t, low if t < peak else high))
    edges = sorted(edges)
    return pairwise(edges)


def _peak(f, low, high):
    """Where a concave function is largest, to 1e-8 of the interval."""
    for _ in range(50):
        third = (high - low) / 3
        if f(low + third) < f(high - third):
            low += third
        else:
            high -= third
    return (low + high) / 2


def _march(log_weight, tilt, start, stop):
    """Edges from `start` towards `stop`, until the weight, also that of squared rents, is negligible."""
    edges, step = [start], stop - start
    now = best = [log_weight(start), log_weight(start) + tilt * start]
    while edges[-1] != stop and any(a > b - REACH for a, b in zip(now, best, strict=True)):
        step = max(2 * step, stop - edges[-1], key=lambda x: -abs(x))
        while True:
            t = edges[-1] + step
            then = [log_weight(t), log_weight(t) + tilt * t]
            if max(abs(a - b) for a, b in zip(now, then, strict=True)) <= PANEL:
                break
            step /= 2
        edges.append(stop if step == stop - edges[-1] else t)
        now, best = then, [max(a, b) for a, b in zip(best, then, strict=True)]
    return edges


@cache
def gauss(n=16):
    """Nodes and weights of the Gauss-Legendre rule on [0, 1]."""
    rule = []
    for i in range(n):
        x = mp.cos(mp.pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(8):  # Newton's method doubles the digits
            before, here = mpf(1), x
            for k in range(2, n + 1):
                before, here = here, ((2 * k - 1) * x * here - (k - 1) * before) / k
            slope = n * (x * here - before) / (x * x - 1)
            x -= here / slope
        rule.append(((x + 1) / 2, 1 / ((1 - x * x) * slope**2)))
    return rule
