"""`require`: what it would take to reach a target compliance with one instrument."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from deterrence._checks import UNIT, ParameterError, Problem, check_one, check_range
from deterrence._compliance import TIE
from deterrence._enforcement import Enforcement
from deterrence._game import Game, check_game
from deterrence._instruments import INSTRUMENTS, Instrument
from deterrence._prediction import predict
from deterrence._requirement import Requirement, percent
from deterrence._worst_case import largest_gain

TOLERANCE = 1e-12
"""Shortfall of the predicted compliance rate that still counts as reaching a target: its rounding."""


def require(game: Game, *, compliance: float = 0.95, by: str = "fine") -> Requirement:
    """Find the least change of one instrument that reaches a target compliance.

    ==============  ======================================================  =============
    by              what may change                                         range
    ==============  ======================================================  =============
    fine            ``audit.penalty_amount``, phi                           [0, 1e15]
    collateral      ``audit.collateral``, K                                 [0, 1e15]
    pi_1            ``audit.high_prob``                                     [0, 1]
    pi_0            ``audit.base_prob``                                     [0, 1]
    beta            1 - ``audit.false_negative_rate``                       [0, 1]
    p_b             ``audit.backcheck_prob``                                [0, 1]
    token_cap       ``market.token_cap``, Q                                 integers
    audit_capacity  audits that can be carried out in one turn              0 .. n_agents
    ==============  ======================================================  =============

    Parameters
    ----------
    game : Game
        A game or a scenario that `solve` takes.
    compliance : float, in [0, 1], optional
        The target: the expected share of all labs that do not violate, for this number of labs. At 1 it
        is full deterrence: no market that the game can have holds a violator.
    by : str, optional
        The instrument; all others stay as they are.

    Returns
    -------
    Requirement
        Its ``value`` is None where no value of the instrument reaches the target, with the ``reason``.

    Raises
    ------
    ParameterError
        If the target is out of range or the instrument unknown.

    Notes
    -----
    Expected compliance is monotone in every instrument. A target is reached where the predicted rate is
    at least the target less 1e-12, which is what rounding may take from it. The answer is the last value
    that reaches it: the next double towards the current value does not. Where compliance jumps because
    labs are just indifferent, as `complies` decides it, the answer is the value at which they are.

    A game has no limit to its audits. The answer for ``"audit_capacity"`` is the least limit under which
    the target is still reached, as `capacity_compliance` predicts it.

    Examples
    --------
    >>> from deterrence import Audit, FixedPriceMarket, LabPopulation
    >>> game = Game(
    ...     n_agents=100,
    ...     audit=Audit(high_prob=0.5, base_prob=0.0, false_positive_rate=0.1,
    ...                 false_negative_rate=0.0, penalty_amount=1.0),
    ...     market=FixedPriceMarket(fixed_price=0.75),
    ...     lab=LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
    ... )
    >>> print(require(game, compliance=0.95, by="fine"))   # labs with 0.5 < v < 0.75 violate
    fine at least 1.4 (now 1) reaches an expected compliance of 95% instead of 75%
    >>> print(require(game, compliance=1, by="pi_1"))
    pi_1 at least 0.75 (now 0.5) reaches full deterrence instead of an expected compliance of 75%
    """
    check_game(game)
    check_one(compliance=compliance)
    target = check_range("compliance", compliance, UNIT)
    if by not in tuple(INSTRUMENTS):
        raise ParameterError(Problem("by", by, "is no instrument", " or ".join(INSTRUMENTS)))
    Enforcement.of(game)  # refuses what thresholds do not cover
    tool = INSTRUMENTS[by]
    rate = functools.cache(functools.partial(tool.compliance, game))
    current = tool.now(game)
    if current is None:
        now = predict(game).compliance_rate.mean
        value, most, reason = None, now, tool.idle(game)
    else:
        now = rate(current)
        value, most, reason = _answer(tool, game, target, rate)
    return Requirement(
        game=game,
        by=by,
        target=target,
        current=current,
        value=value,
        reason=reason,
        compliance=most,
        compliance_now=now,
    )


def _answer(
    tool: Instrument, game: Game, target: float, rate: Callable[[Any], float]
) -> tuple[Any, float, str]:
    """The value, the compliance there, and the reason why there is no value."""

    def excess(value: Any) -> float:
        if target == 1:
            return 1.0 if tool.deters_fully(game, value) else -1.0
        return rate(value) - (target - TOLERANCE)

    start, stop = tool.start(game), tool.best(game)
    if excess(start) >= 0:
        return start, rate(start), ""
    full = tool.threshold(game, largest_gain(game))
    if target == 1 and full is not None:
        return full, rate(full), ""
    if full is not None and excess(full) >= 0:
        stop = full
    elif excess(stop) < 0:
        most = rate(stop)
        return None, most, tool.idle(game) or _why_not(game, target, most)
    value = _tie(tool, game, excess)
    if value is None:
        value = _first(tool, excess, start, stop)
    return value, rate(value), ""


def _tie(tool: Instrument, game: Game, excess: Callable[[Any], float]) -> Any:
    """The value at which labs that are all alike are just indifferent, if the target is reached there."""
    if Enforcement.of(game).risk is not None:
        return None
    for gain in (largest_gain(game), game.lab.racing_value):
        value, short = tool.threshold(game, gain), tool.threshold(game, gain * (1 - 4 * TIE))
        if value is not None and excess(value) >= 0 and excess(short) < 0:
            return value
    return None


def _first(tool: Instrument, excess: Callable[[Any], float], start: Any, stop: Any) -> Any:
    """The value nearest to `start`, which does not reach the target, that does, as `stop` does."""
    origin, end = tool.number(start), tool.number(stop)
    sign = 1 if end > origin else -1
    low, high = 0, abs(end - origin)

    @functools.cache
    def at(steps: int) -> float:
        return excess(tool.value(origin + sign * steps))

    near, stride = _root(at, high)
    while high - low > 1:
        if at(near) >= 0:
            high, near = near, max(near - stride, (low + near) // 2)
        else:
            low, near = near, min(near + stride, (near + high) // 2)
        stride *= 16
    return tool.value(origin + sign * high)


def _root(at: Callable[[int], float], end: int) -> tuple[int, int]:
    """About where `at` turns, and how far it may be from there: Brent's method, for what is smooth."""
    if end < 2**20:
        return end // 2, end
    from scipy.optimize import brentq

    def between(steps: float) -> float:
        return at(min(round(steps), end))

    found, _ = brentq(between, 0.0, float(end), xtol=1.0, full_output=True, disp=False)
    return min(max(round(found), 1), end - 1), 1


def _why_not(game: Game, target: float, most: float) -> str:
    """Why the best value of an instrument that does something is not good enough."""
    if target < 1:
        return f"at its best value it leaves an expected compliance of {percent(most)}"
    if math.isinf(largest_gain(game)):
        return "gains are unbounded, so that in some markets no punishment deters"
    if Enforcement.of(game).least_risk == 0:
        return "some labs fear punishment as little as one likes"
    return "even at its best value some markets hold a violator"
