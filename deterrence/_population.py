"""The labs of a game: what their runs are worth, which of them need no permit, and what the others do."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from deterrence._conduct import Conduct, OneKind
from deterrence._enforcement import Enforcement
from deterrence._game import CapMarket, Game
from deterrence._laws import Array, Law, gauss_rule, law

_NO_MARKET = CapMarket(token_cap=0)


@dataclass(frozen=True)
class Population:
    """Labs whose rents are independent of everything else that they differ in.

    Attributes
    ----------
    everyone : Law or None
        Law of the rents of all labs; None if they share one value.
    values : Law or None
        The same for the labs that need a permit, whose probability is less than 1 by `exempt`.
    exempt : float
        Share of labs that need no permit.
    conduct : Conduct
        What labs that need one do without.
    """

    everyone: Law | None
    values: Law | None
    exempt: float
    conduct: Conduct


def exempt_rents(values: Law, typical: float) -> tuple[float, float]:
    """Mean and mean square of the rents of labs of all values, less the rent at coordinate `typical`."""
    nodes, weights = gauss_rule()
    edges = values.edges()
    t = edges[:-1, None] + np.diff(edges)[:, None] * nodes
    weight = np.diff(edges)[:, None] * weights * values.density(t)
    rise = values.rise(t, typical)
    return float((weight * rise).sum()), float((weight * rise**2).sum())


def exempt_share(game: Game) -> float:
    """Share of labs with compute of at most the threshold."""
    audit = game.audit
    if not (game.flop_threshold or audit.signal_scale or audit.excess_penalty):  # compute is of no account
        return 0.0
    flops = law(game.lab.flops)
    if flops is None:
        return float(getattr(game.lab.flops, "min", 0.0) <= game.flop_threshold)
    return float(flops.cdf(flops.coordinate(game.flop_threshold)))


def rents(game: Game, exempt: float) -> Law | None:
    """Law of the rents of labs that need a permit, beside a share of labs that do not."""
    values = law(game.lab.gross_value, game.lab.cost)
    return values if values is None or exempt == 0 else Thinned(values, exempt)


def population(game: Game, e: Enforcement) -> Population:
    """The labs of a game."""
    exempt = exempt_share(game)
    everyone = law(game.lab.gross_value, game.lab.cost)
    return Population(everyone, rents(game, exempt), exempt, conduct_of(game, e))


def conduct_of(game: Game, e: Enforcement, least: float = 0.0, most: float = math.inf) -> Conduct:
    """What labs with compute above the threshold and between these bounds do without a permit."""
    audit, lab = game.audit, game.lab
    by_flops, by_turnover = audit.signal_scale > 0 or audit.excess_penalty > 0, audit.turnover_share > 0
    if not (by_flops or by_turnover or lab.splitting):
        return OneKind(e)
    from deterrence._classes import mixture_of
    from deterrence._rates import alike

    differ = (by_flops and law(lab.flops)) or (by_turnover and law(lab.turnover)) or lab.splitting
    if not differ:
        return OneKind(alike(e))
    # The same for every market, so that the next question about these labs finds it done.
    labs = Game(n_agents=1, flop_threshold=game.flop_threshold, audit=audit, market=_NO_MARKET, lab=lab)
    return mixture_of(replace(e, game=labs), least, most)


class Thinned:
    """A law of which only a share counts; the rest lies below all values."""

    def __init__(self, inner: Law, missing: float) -> None:
        self._inner, self._missing, self._share = inner, missing, max(1 - missing, 1e-300)
        self.low, self.high, self.value, self.rise = inner.low, inner.high, inner.value, inner.rise
        self.coordinate, self.edges, self.landmarks = inner.coordinate, inner.edges, inner.landmarks

    def density(self, t: Array) -> Array:
        return (1 - self._missing) * self._inner.density(t)

    def cdf(self, t: Any) -> Any:
        return self._missing + (1 - self._missing) * self._inner.cdf(t)

    def sf(self, t: Any) -> Any:
        return (1 - self._missing) * self._inner.sf(t)

    def quantile(self, q: Array) -> Array:
        return self._inner.quantile(np.clip((q - self._missing) / self._share, 0.0, 1.0))

    def upper_quantile(self, q: Array) -> Array:
        return self._inner.upper_quantile(np.clip(q / self._share, 0.0, 1.0))
