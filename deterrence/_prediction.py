"""Exact expectations of one turn for a finite number of labs, and their large-N limits.

Means and variances follow from the states of the market by the laws of total expectation and variance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from deterrence._enforcement import CLASSES, UNITS, Enforcement, bids_strategically
from deterrence._game import Game
from deterrence._groups import Amount, Chance, Deeds
from deterrence._inverse import inverse_moments
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
        A game of the basic model, with any whistleblowers, metering, supply, compute threshold, fines by
        compute or turnover, and splitting. A million labs take a few milliseconds, and where labs differ in
        more than value and risk up to a few seconds.

    Returns
    -------
    Prediction
        Means and standard deviations over markets, to about 1e-12 of their size; to 1e-9 where several
        things differ at once between labs that split runs, or with normal or lognormal laws. Under strategic
        bids a `StrategicPrediction`.

    Raises
    ------
    ParameterError
        If audits are limited or grow, a lab needs several permits, or labs or the Governor remember or
        learn: no prediction of one turn is known.

    Notes
    -----
    Order statistics after David and Nagaraja (2003), *Order Statistics*; the mixtures are those of
    docs/theory.md, section 5, and of docs/model.md.

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
    if bids_strategically(game):
        from deterrence._strategic_prediction import predict_strategic

        return predict_strategic(game)
    enforcement = Enforcement.of(game, *CLASSES)
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
        A game that `predict` takes, or one in which labs need several permits each.

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
    if bids_strategically(game):
        from deterrence._strategic_prediction import limit_strategic

        return limit_strategic(game)
    # One lab whose cut-off is certain: the states of the limit are those of a market at its limit price.
    enforcement = Enforcement.of(game, *CLASSES, UNITS)
    m = moments(game, enforcement, limit_states(game, enforcement), n_agents=1)
    return Limit(game=game, **per_lab(m))


def per_lab(m: Prediction) -> dict[str, float]:
    """Means of the quantities that have a limit, by name."""
    return {name: float(getattr(m, name).mean) for name in LIMITS}


def moments(game: Game, enforcement: Enforcement, s: States, n_agents: int | None = None) -> Prediction:
    """Moments of all quantities from the states of a market."""
    e, N, k = enforcement, n_agents or game.n_agents, game.audit.cost

    def total(what: Callable[[Deeds], Chance | Amount], holders: Array | float, var: Array | float) -> Moment:
        """Sum over permit holders, with this mean and variance, and over the other labs."""
        parts = [(group.number, what(group.deeds)) for group in s.groups]
        mean = np.asarray(holders + sum(n * x.mean for n, x in parts))
        return mixture(s.weight, mean, var + sum(n * x.var for n, x in parts))

    def draws(what: Callable[[Deeds], Chance], holder: float = 0.0) -> Moment:
        """Number of labs that something independent happens to."""
        return total(what, s.permits * holder, s.permits * (holder * (1 - holder)))

    violations = draws(lambda x: x.violates)
    return Prediction(
        game=game,
        price=mixture(s.weight, s.price, s.price_var),
        permits=mixture(s.weight, s.permits),
        violations=violations,
        deterred=draws(lambda x: x.deterred),
        compliance_rate=Moment(1 - violations.mean / N, violations.sd / N),
        unpermitted_compliance_rate=compliance_without(s),
        audits=draws(lambda x: x.audited, e.p_f),
        false_audits=mixture(s.weight, s.permits * e.p_f, s.permits * (e.p_f * (1 - e.p_f))),
        checks=draws(lambda x: x.checked, e.q_f),
        catches=draws(lambda x: x.caught),
        penalties=total(lambda x: x.penalty, 0.0, 0.0),
        revenue=mixture(s.weight, np.nan_to_num(s.price) * s.sold, s.price_var * s.sold**2),
        welfare=total(
            lambda x: x.welfare,
            s.rent - k * e.q_f * s.permits,
            s.rent_var + s.permits * (k**2 * e.q_f * (1 - e.q_f)),
        ),
    )


def compliance_without(s: States) -> Moment:
    """Moments of the share of labs that comply among those that need a permit and have none."""
    n, x = s.groups[0]
    m, y = s.groups[-1] if len(s.groups) > 1 else (0 * n, x)
    some, once, twice = inverse_moments(n, x.exempt, m)
    weight = s.weight * some
    if not weight.sum() > 0:
        return Moment(math.nan, math.nan)
    kept = weight > 0
    need = np.where(x.h + x.d > 0, x.h + x.d, 1.0)
    h, d = x.h / need, x.d / need
    # Of the others, m comply with y.d in place of d.
    mean = d + m * (y.d - d) * once
    var = h * d * once + m * (y.h * y.d - h * d) * twice + (m * (y.d - d)) ** 2 * (twice - once**2)
    return mixture(weight[kept], mean[kept], np.maximum(var[kept], 0.0))


def mixture(weight: Array, mean: Array, var: Array | float = 0.0) -> Moment:
    """Moments of what has these means and variances in cases with these weights."""
    weight, likeliest = weight / weight.sum(), int(np.argmax(weight))
    # Around the likeliest case, so that what is certain comes out as certain.
    offset = mean - mean[likeliest]
    shift = float(weigh(offset, weight))
    spread = float(weigh(var + (offset - shift) ** 2, weight))
    return Moment(float(mean[likeliest]) + shift, math.sqrt(spread))
