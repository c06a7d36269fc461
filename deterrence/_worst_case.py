"""Full deterrence: the largest gain that any market a game can have leaves a lab without a permit."""

from __future__ import annotations

import math
from typing import NamedTuple

from deterrence._compliance import covers
from deterrence._enforcement import Enforcement
from deterrence._game import CapMarket, Game
from deterrence._laws import law
from deterrence._market_states import market_states, purchase_rent, regimes
from deterrence._sides import supply


class Worst(NamedTuple):
    """The supremum of the gains of labs without a permit, and the numbers of permits it comes with."""

    gain: float
    permits: range


def worst_cases(game: Game) -> list[Worst]:
    """One case for each way the market can go; none where every lab holds a permit.

    All labs without a permit can come close to the gain at once.
    """
    values = law(game.lab.gross_value, game.lab.cost)
    top = getattr(game.lab.gross_value, "max", math.inf) - game.lab.cost
    if values is None:
        state = market_states(game, Enforcement.of(game))
        permits, price = int(state.permits[0]), float(state.price[0])
        sold = range(permits, permits + 1)
        return [Worst(_gain(game, top, price), sold)] if permits < game.n_agents else []
    cases = []
    runs_out, slack = regimes(game, values)
    if runs_out and top > 0:
        Q = getattr(game.market, "token_cap", 0)
        cases.append(Worst(_gain(game, top, top), range(Q, Q + 1)))
    if slack is not None and slack.cut > values.low:
        most = min(slack.most, game.n_agents - 1) if slack.cut < values.high else 0
        rent = min(top, _cut_rent(game))
        sold = range(int(min(most, supply(game))) + 1)
        cases.append(Worst(_gain(game, rent, slack.price), sold))
    if slack is not None and supply(game) < game.n_agents and slack.cut < values.high:
        most = int(supply(game))
        cases.append(Worst(_gain(game, top, slack.price), range(most, most + 1)))
    return cases


def _cut_rent(game: Game) -> float:
    """Rent below which a lab holds no permit, where permits do not run out."""
    if not isinstance(game.market, CapMarket):
        return purchase_rent(game)
    return 0.0 if game.market.token_cap else math.inf


def _gain(game: Game, rent: float, price: float) -> float:
    V, asked = game.lab.racing_value, math.inf if math.isnan(price) else price
    return V + {"min": min(asked, rent), "price": asked, "value": rent}[game.lab.gain_rule]


def largest_gain(game: Game) -> float:
    """The largest gain of a lab without a permit; minus infinity where every lab holds one."""
    return max((case.gain for case in worst_cases(game)), default=-math.inf)


def deters_fully(game: Game) -> bool:
    """Whether no market that the game can have holds a violator."""
    e = Enforcement.of(game)
    return covers(e.p_eff * (e.least_risk * e.P), largest_gain(game))
