"""Exact predictions for a market in which labs bid strategically.

A lab that may cheat bids its rent s or its ceiling e = p_eff r P - V, whichever is less. Given the marginal
bid the labs above it hold permits and the others are independent draws from below it, as under truthful
bids; the marginal bid itself is either a rent or a ceiling. A lab without a permit violates iff s > e.

Ties between bids are broken in favour of the larger rent, or ceiling. Which of the tied labs get permits
changes no total: all of them comply with one, and either all or none of them violate without.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from deterrence._bids import bids_of
from deterrence._checks import ParameterError, Problem
from deterrence._enforcement import Enforcement
from deterrence._game import CapMarket, Game, check_game
from deterrence._groups import joined
from deterrence._market_states import States, limit_states, market_states
from deterrence._prediction import LIMITS, Limit, Prediction, limit, moments, per_lab, predict, table


@dataclass(frozen=True, kw_only=True)
class StrategicPrediction(Prediction):
    """What `predict_strategic` returns: every quantity of a turn under strategic bids.

    Attributes
    ----------
    truthful : Prediction
        The same game under truthful bids. In every market the price is at least that of strategic bids,
        and there are no more violators.
    """

    truthful: Prediction

    def __str__(self) -> str:
        rows = {name: (*moment, *getattr(self.truthful, name)) for name, moment in self.items()}
        return table(("mean", "sd", "truthful", "sd"), rows)


@dataclass(frozen=True, kw_only=True)
class StrategicLimit(Limit):
    """What `limit_strategic` returns: the large-N limit under strategic bids.

    Attributes
    ----------
    truthful : Limit
        The same limit under truthful bids.
    """

    truthful: Limit

    def __str__(self) -> str:
        rows = {name: (getattr(self, name), getattr(self.truthful, name)) for name in LIMITS}
        return table(("per lab", "truthful"), rows)


@np.errstate(under="ignore", over="ignore")  # to 0, and to infinite coordinates that are clipped
def predict_strategic(game: Game) -> StrategicPrediction:
    r"""Predict every quantity of one turn if labs bid strategically, exactly for their number.

    A lab that may cheat values a permit at its rent less what it could get without one, and bids
    :math:`\max(0, \min(s, e))` with :math:`e = p_{\mathrm{eff}} r P - V` (`strategic_bid`). As in Malik
    (1990) [1]_ and Stranlund and Dhanda (1999) [2]_ the price is tied to the expected penalty of the
    marginal lab.

    Parameters
    ----------
    game : Game
        A game with a cap. Gains are those of running rather than not running, s + V, whatever its gain
        rule: a lab that is left without a permit could not have bought one at the price.

    Returns
    -------
    StrategicPrediction
        Means and standard deviations over markets, to about 1e-12 of their size, beside those of truthful
        bids.

    Raises
    ------
    ParameterError
        If permits are sold at a fixed price: there are no bids.

    References
    ----------
    .. [1] Malik (1990), Markets for pollution control when firms are noncompliant, J. Environ. Econ.
       Manage. 18:97-106.
    .. [2] Stranlund and Dhanda (1999), Endogenous monitoring and enforcement of a transferable emissions
       permit system, J. Environ. Econ. Manage. 38:267-282.

    Examples
    --------
    >>> from deterrence import Audit, CapMarket, LabPopulation
    >>> game = Game(
    ...     n_agents=20,
    ...     audit=Audit(high_prob=0.6, base_prob=0.1, false_positive_rate=0.05,
    ...                 false_negative_rate=0.2, penalty_amount=2.0),
    ...     market=CapMarket(token_cap=10),
    ...     lab=LabPopulation(gross_value_min=0.5, gross_value_max=1.5,
    ...                       risk_profile_min=0.2, risk_profile_max=1.8),
    ... )
    >>> prediction = predict_strategic(game)
    >>> round(prediction.price.mean, 6), round(prediction.truthful.price.mean, 6)
    (0.769763, 1.02381)
    >>> round(prediction.violations.mean, 6), round(prediction.truthful.violations.mean, 6)
    (6.409021, 3.511905)
    """
    check_game(game)
    Q, by_rents = _permits(game), _by_rents(game)
    e = Enforcement.of(by_rents)
    m = moments(game, e, _states(by_rents, e, Q))
    return StrategicPrediction(game=game, truthful=predict(by_rents), **dict(m.items()))


@np.errstate(under="ignore", over="ignore")  # to 0, and to infinite coordinates that are clipped
def limit_strategic(game: Game) -> StrategicLimit:
    r"""Return the large-N limit under strategic bids, in which :math:`S(p) = \kappa`.

    The share of bids above the price is that of the permits, :math:`\kappa = Q/N`.

    Parameters
    ----------
    game : Game
        A game with a cap; gains as for `predict_strategic`.

    Returns
    -------
    StrategicLimit

    Raises
    ------
    ParameterError
        If permits are sold at a fixed price: there are no bids.

    Examples
    --------
    >>> from deterrence import Audit, CapMarket, LabPopulation
    >>> game = Game(
    ...     n_agents=100,
    ...     audit=Audit(high_prob=0.5, base_prob=0.0, false_positive_rate=0.1,
    ...                 false_negative_rate=0.0, penalty_amount=1.0),
    ...     market=CapMarket(token_cap=25),
    ...     lab=LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
    ... )
    >>> answer = limit_strategic(game)
    >>> round(answer.price, 9), round(answer.violations, 9), round(answer.truthful.price, 9)
    (0.5, 0.25, 0.75)
    >>> print(answer)
                                      per lab     truthful
    price                                 0.5         0.75
    permits                              0.25         0.25
    violations                           0.25         0.25
    deterred                              0.5          0.5
    audits                             0.1375       0.1375
    checks                             0.1375       0.1375
    catches                             0.125        0.125
    penalties                           0.125        0.125
    revenue                             0.125       0.1875
    welfare                             0.375        0.375
    """
    check_game(game)
    Q, by_rents = _permits(game), _by_rents(game)
    e = Enforcement.of(by_rents)
    m = moments(game, e, _limit_states(by_rents, e, Q), n_agents=1)
    return StrategicLimit(game=game, truthful=limit(by_rents), **per_lab(m))


def _permits(game: Game) -> int:
    """Permits for sale."""
    if not isinstance(game.market, CapMarket):
        raise ParameterError(Problem("market", game.market, "takes no bids", "a CapMarket"))
    return game.market.token_cap


def _by_rents(game: Game) -> Game:
    """The game under truthful bids, with gains of s + V; there they are min(p, s) + V too."""
    rule = "value" if game.lab.gain_rule == "price" else game.lab.gain_rule
    if (rule, "truthful") == (game.lab.gain_rule, game.lab.bid_rule):
        return game
    return replace(game, lab=replace(game.lab, gain_rule=rule, bid_rule="truthful"))


def _states(game: Game, e: Enforcement, Q: int) -> States:
    """All cases of the market with finitely many labs."""
    if e.risk is None or e.D == 0:
        return _one_ceiling(game, e, Q, market_states)
    bids, N = bids_of(game, e, e.risk), game.n_agents
    if Q == 0:
        return bids.slack(N, 0, math.inf, math.nan)
    if Q >= N:
        return bids.slack(N, N, 0.0, 0.0)
    return joined(bids.binding(N, Q), bids.slack(N, Q - 1, 0.0, 0.0))


def _limit_states(game: Game, e: Enforcement, Q: int) -> States:
    """The one case that remains in the large-N limit, per lab."""
    if e.risk is None or e.D == 0:
        return _one_ceiling(game, e, Q, limit_states)
    bids, share = bids_of(game, e, e.risk), Q / game.n_agents
    if share == 0:
        return bids.at_price(math.inf, math.nan)
    price = 0.0 if share >= 1 else max(0.0, bids.marginal(share))
    return bids.at_price(price, price)


def _one_ceiling(
    game: Game, e: Enforcement, Q: int, truthful: Callable[[Game, Enforcement], States]
) -> States:
    """All labs share one ceiling: it caps the price, or leaves nobody willing to pay anything.

    The labs with rents above the ceiling, all of which would violate, are those with the largest bids in
    either case, so that all but the price is as under truthful bids.
    """
    ceiling = e.least_risk * e.D - game.lab.racing_value
    if ceiling > 0:
        states = truthful(game, e)
        return states._replace(price=np.minimum(states.price, ceiling))
    states = truthful(replace(game, market=CapMarket(token_cap=0)), e)
    return states if Q == 0 else states._replace(price=np.zeros_like(states.price))
