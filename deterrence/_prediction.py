"""Exact expectations of one turn for a finite number of labs, and their large-N limits.

Means and variances follow from the states of the market by the laws of total expectation and variance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from deterrence._enforcement import Enforcement
from deterrence._game import Game
from deterrence._laws import Array
from deterrence._market_states import States, limit_states, market_states
from deterrence._numeric import weigh


class Moment(NamedTuple):
    """Mean and standard deviation, over markets, of one total of one turn."""

    mean: float
    sd: float


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Exact expectation and standard deviation of every quantity of one turn; ``print`` it to read it.

    Counts are numbers of labs, money is in the scenario's unit, rates are in [0, 1]. A quantity that does
    not exist is NaN: the price where there are no permits, ``unpermitted_compliance_rate`` where every lab
    holds one (elsewhere it is conditional on some lab being without).

    Attributes
    ----------
    game : Game
        The game that was asked about.
    price, revenue, penalties, welfare : Moment, money
    permits, violations, deterred, audits, false_audits, checks, catches : Moment, labs
    compliance_rate, unpermitted_compliance_rate : Moment, share of labs
    """

    game: Game
    price: Moment
    permits: Moment
    violations: Moment
    deterred: Moment
    compliance_rate: Moment
    unpermitted_compliance_rate: Moment
    audits: Moment
    false_audits: Moment
    checks: Moment
    catches: Moment
    penalties: Moment
    revenue: Moment
    welfare: Moment

    def items(self) -> Iterator[tuple[str, Moment]]:
        """Yield each quantity's name and moment, in order."""
        for name in QUANTITIES:
            yield name, getattr(self, name)

    def __str__(self) -> str:
        return table(("mean", "sd"), {name: tuple(moment) for name, moment in self.items()})


QUANTITIES = tuple(field.name for field in fields(Prediction) if field.name != "game")
"""Names of the quantities of a turn, in the order in which they are reported."""


@np.errstate(under="ignore", over="ignore")  # to 0, and to infinite coordinates that are clipped
def predict(game: Game) -> Prediction:
    """Predict every quantity of one turn of a game, exactly for its number of labs.

    Parameters
    ----------
    game : Game
        Any game; a million labs take a few milliseconds.

    Returns
    -------
    Prediction
        Means and standard deviations over markets, to about 1e-12 of their size.

    Notes
    -----
    Order statistics after David and Nagaraja (2003), *Order Statistics*; the mixtures are those of
    docs/theory.md, section 5.

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
    >>> round(predict(game).violations.mean, 9)   # 100 labs, those with 0.5 < v < 0.75
    25.0
    """
    enforcement = Enforcement.of(game)
    return moments(game, enforcement, market_states(game, enforcement))


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The large-N limit: shares of all labs, and money per lab, with the cap's share of labs held fixed.

    Attributes
    ----------
    game : Game
        The game that was asked about.
    price : float, money
        NaN where there are no permits.
    permits, violations, deterred, audits, checks, catches : float, per lab
    penalties, revenue, welfare : float, money per lab
    """

    game: Game
    price: float
    permits: float
    violations: float
    deterred: float
    audits: float
    checks: float
    catches: float
    penalties: float
    revenue: float
    welfare: float

    def __str__(self) -> str:
        return table(("per lab",), {name: (getattr(self, name),) for name in LIMITS})


LIMITS = tuple(field.name for field in fields(Limit) if field.name != "game")
"""Names of the quantities that have a limit per lab; the price is no sum, and has one of its own."""


def table(heads: Iterable[str], rows: Mapping[str, Iterable[float]]) -> str:
    """Numbers in columns, with the names of rows and columns."""
    lines = ["".join([f"{'':<28}", *(f"{head:>13}" for head in heads)])]
    lines += ["".join([f"{name:<28}", *(f"{x:>13.6g}" for x in values)]) for name, values in rows.items()]
    return "\n".join(lines)


@np.errstate(under="ignore", over="ignore")  # to 0, and to infinite coordinates that are clipped
def limit(game: Game) -> Limit:
    """Return the large-N limit of a game: what `predict` tends to per lab as N grows with Q / N fixed.

    Parameters
    ----------
    game : Game
        Any game.

    Returns
    -------
    Limit

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
    >>> round(limit(game).price, 9), round(limit(game).violations, 9)
    (0.75, 0.25)
    """
    # One lab whose cut-off is certain: the states of the limit are those of a market at its limit price.
    enforcement = Enforcement.of(game)
    m = moments(game, enforcement, limit_states(game, enforcement), n_agents=1)
    return Limit(game=game, **per_lab(m))


def per_lab(m: Prediction) -> dict[str, float]:
    """Means of the quantities that have a limit, by name."""
    return {name: float(getattr(m, name).mean) for name in LIMITS}


def moments(game: Game, enforcement: Enforcement, s: States, n_agents: int | None = None) -> Prediction:
    """Moments of all quantities from the states of a market."""
    e, N = enforcement, n_agents or game.n_agents
    k, extra = game.audit.cost, game.lab.racing_value - game.audit.harm

    def total(mean: Array, var: Array | float = 0.0) -> Moment:
        return mixture(s.weight, mean, var)

    def draws(holder: float, violator: float) -> Moment:
        """Number of permit holders and violators that something independent happens to."""
        q, rest = s.h * violator, s.d + s.h * (1 - violator)
        spread = s.permits * (holder * (1 - holder)) + s.losers * (q * rest)
        return total(s.permits * holder + s.losers * q, spread)

    violations = draws(0.0, 1.0)
    catches = draws(0.0, e.p_eff)
    # A loser adds to welfare s + V - H - k X if it violates, X a check: its rent less `base`, and the rest.
    rest = s.base + extra - k * e.q_s
    loser = s.m1 + rest * s.h
    loser_var = s.m2 - s.m1**2 + (2 * s.m1 + rest * s.h) * rest * s.d + k**2 * e.q_s * (1 - e.q_s) * s.h
    holder_var = s.rent_var + s.permits * (k**2 * e.q_f * (1 - e.q_f))
    return Prediction(
        game=game,
        price=total(s.price),
        permits=total(s.permits),
        violations=violations,
        deterred=total(s.losers * s.d, s.losers * s.h * s.d),
        compliance_rate=Moment(1 - violations.mean / N, violations.sd / N),
        unpermitted_compliance_rate=_among_losers(s),
        audits=draws(e.p_f, e.p_s),
        false_audits=draws(e.p_f, 0.0),
        checks=draws(e.q_f, e.q_s),
        catches=catches,
        penalties=Moment(e.penalty * catches.mean, e.penalty * catches.sd),
        revenue=total(np.nan_to_num(s.price) * s.permits),
        welfare=total(
            s.rent - k * e.q_f * s.permits + s.losers * loser,
            holder_var + s.losers * np.maximum(loser_var, 0.0),
        ),
    )


def _among_losers(s: States) -> Moment:
    """Moments of the share of losers that comply, given that there are any."""
    some = s.losers > 0
    if not s.weight[some].sum() > 0:
        return Moment(math.nan, math.nan)
    h, d, losers = s.h[some], s.d[some], s.losers[some]
    return mixture(s.weight[some], d, h * d / losers)


def mixture(weight: Array, mean: Array, var: Array | float = 0.0) -> Moment:
    """Moments of what has these means and variances in cases with these weights."""
    weight, likeliest = weight / weight.sum(), int(np.argmax(weight))
    # Around the likeliest case, so that what is certain comes out as certain.
    offset = mean - mean[likeliest]
    shift = float(weigh(offset, weight))
    spread = float(weigh(var + (offset - shift) ** 2, weight))
    return Moment(float(mean[likeliest]) + shift, math.sqrt(spread))
