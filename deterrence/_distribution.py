"""The exact distribution of the number of violators, and of the clearing price."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence._binomial import binomial
from deterrence._enforcement import CLASSES, PLAIN, Enforcement, check_covered
from deterrence._game import CapMarket, Game, check_game
from deterrence._laws import Array, Law
from deterrence._market_states import (
    Slack,
    States,
    binding_states,
    market_states,
    regimes,
    slack_states,
)
from deterrence._numeric import weigh
from deterrence._population import Population, exempt_share, population, rents
from deterrence._sides import supply

_SPREAD = 9.0  # standard deviations of a binomial beyond which less than 1e-18 is left


@dataclass(frozen=True)
class ViolationsDistribution:
    """Distribution of the number of violators in one turn.

    Attributes
    ----------
    game : Game
        The game that was asked about.
    counts : array of int, shape (n,)
        Consecutive numbers of violators; what lies outside has less than 1e-12 in all.
    probability : array, shape (n,)
        Their probabilities, to about 1e-12.
    """

    game: Game
    counts: Any
    probability: Array

    @property
    def mean(self) -> float:
        """Expected number of violators."""
        return float(weigh(self.counts, self.probability))

    @property
    def sd(self) -> float:
        """Standard deviation of the number of violators."""
        return math.sqrt(float(weigh((self.counts - self.mean) ** 2, self.probability)))

    @property
    def none(self) -> float:
        """Probability that no lab violates."""
        return float(self.probability[0]) if self.counts[0] == 0 else 0.0


@np.errstate(under="ignore", over="ignore")  # to 0, and to infinite coordinates that are clipped
def violations_distribution(game: Game) -> ViolationsDistribution:
    """Distribution of the number of violators in one turn, exact for the number of labs.

    Parameters
    ----------
    game : Game
        A game with truthful bids that `predict` takes. A million labs take about a second, ten where any
        number of them may violate, and longer where permits are sold by lot.

    Returns
    -------
    ViolationsDistribution

    Examples
    --------
    >>> from deterrence import Audit, CapMarket, LabPopulation
    >>> game = Game(
    ...     n_agents=2,
    ...     audit=Audit(high_prob=0.5, base_prob=0.0, false_positive_rate=0.1,
    ...                 false_negative_rate=0.0, penalty_amount=1.0),
    ...     market=CapMarket(token_cap=1),
    ...     lab=LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
    ... )
    >>> violations_distribution(game).probability.round(9).tolist()   # both labs above 1/2, or not
    [0.75, 0.25]
    """
    e = Enforcement.of(game, *CLASSES)
    labs = population(game, e)
    values = labs.values
    total = np.zeros(game.n_agents + 1)
    if values is None:
        _add_mixture(total, market_states(game, e))
    else:
        runs_out, slack = regimes(game, values)
        if runs_out:
            between = _steps(binding_states(game, labs, values), values)
            _add_mixture(total, binding_states(game, labs, values, between))
        if slack is not None:
            _add_slack(total, game, labs, values, slack)
    inside = np.flatnonzero(total > 1e-20)
    counts = np.arange(inside[0], inside[-1] + 1)
    return ViolationsDistribution(game, counts, total[counts])


def _steps(states: States, values: Law) -> Array:
    """Coordinates between which the binomials of a market move by a few of their standard deviations."""
    if not len(states.price):
        return states.price
    order = np.argsort(states.price)
    (losers, deeds), *_ = states.groups
    scaled = 2 * np.sqrt(losers) * np.arcsin(np.sqrt(deeds.h))  # has standard deviation 1
    levels = np.arange(0.0, scaled.max(), 5.0)
    return values.coordinate(np.interp(levels, scaled[order], states.price[order]))


def _add_mixture(total: Array, states: States) -> None:
    """Add the binomial numbers of violators of each state, with its weight."""
    for case in np.flatnonzero(states.weight >= 1e-19):
        first, chance = 0, np.ones(1)
        for number, deeds in states.groups:
            yes, no = (float(column[case]) for column in deeds.violates)
            j = _window(float(number[case]), yes, no)
            first, chance = first + int(j[0]), np.convolve(chance, binomial(j, number[case], yes, no))
        total[first : first + len(chance)] += states.weight[case] * chance


def _window(n: float, yes: float, no: float) -> Array:
    """Numbers of successes that are not all but impossible."""
    reach = _SPREAD * math.sqrt(n * yes * no) + 4 * _SPREAD
    return np.arange(max(0, math.floor(n * yes - reach)), min(n, math.ceil(n * yes + reach)) + 1)


def _add_slack(total: Array, game: Game, labs: Population, values: Law, slack: Slack) -> None:
    """Add the numbers of violators where no more labs than there are permits are above the cut-off.

    Of the labs that do not violate, a lab is above it with the conditional probability. Where more labs
    are above, permits are sold by lot.
    """
    from scipy.stats import binom

    N, states = game.n_agents, slack_states(game, labs, values, slack)
    above, below = float(values.sf(slack.cut)), float(values.cdf(slack.cut))
    yes, no = (below * float(column[0]) for column in states.groups[0].deeds.violates)
    j, others, few = np.arange(N + 1), above + no, 1.0
    most = min(slack.most, supply(game))
    if most < N:
        few = binom.cdf(most, N - j, above / others if others > 0 else 0.0)
    total += binomial(j, N, yes, others) * few
    if most < slack.most:
        rationed = states.groups[-1].number > 0
        _add_mixture(total, states._replace(weight=states.weight * rationed))


@np.errstate(under="ignore", over="ignore")  # to 0, and to infinite coordinates that are clipped
def price_cdf(game: Game, y: Any) -> Any:
    """Distribution function of the clearing price, exact for the number of labs.

    Parameters
    ----------
    game : Game
        A game with truthful bids that `predict` takes.
    y : float or array, money
        Prices.

    Returns
    -------
    float or array, in [0, 1]
        Probability of a price of at most y; NaN where there are no permits.

    Examples
    --------
    >>> from deterrence import Audit, CapMarket, LabPopulation
    >>> game = Game(
    ...     n_agents=2,
    ...     audit=Audit(high_prob=0.5, base_prob=0.0, false_positive_rate=0.1,
    ...                 false_negative_rate=0.0, penalty_amount=1.0),
    ...     market=CapMarket(token_cap=1),
    ...     lab=LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
    ... )
    >>> price_cdf(game, 0.5)
    0.25
    """
    check_game(game)
    check_covered(game, *PLAIN, *CLASSES, "market.supply")
    from scipy.special import betainc, betaincc
    from scipy.stats import binom

    y = np.asarray(y, dtype=float)
    N, market = game.n_agents, game.market
    exempt = exempt_share(game)
    values = rents(game, exempt)
    if not isinstance(market, CapMarket):
        below = (y >= market.fixed_price).astype(float)
    elif market.token_cap == 0:
        below = np.full(y.shape, math.nan)
    elif market.token_cap >= N:
        below = (y >= 0).astype(float)
    elif values is None:
        price = max(0.0, getattr(game.lab.gross_value, "min", 0.0) - game.lab.cost)
        few = float(binom.cdf(market.token_cap, N, 1 - exempt)) if exempt > 0 else 0.0
        below = np.where(y >= price, 1.0, few * (y >= 0))
    else:
        Q = market.token_cap
        t = values.coordinate(np.maximum(y, 0.0))
        low, high = np.asarray(values.cdf(t)), np.asarray(values.sf(t))
        below = np.where(low < 0.5, betainc(N - Q + 1, Q, low), betaincc(Q, N - Q + 1, high))
        if exempt > 0:  # with a permit for each lab that needs one they are for nothing
            share = exempt / np.maximum(low, exempt)
            below = below + binomial(Q, N, high, low) * share ** (N - Q)
        below = np.where(y < 0, 0.0, below)
    return float(below) if below.ndim == 0 else below
