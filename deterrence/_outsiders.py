"""Labs without a permit: how they differ, and which of them would violate."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from deterrence._behaviours import RATIONAL, STATIC, LogitLabs
from deterrence._checks import ParameterWarning
from deterrence._compliance import gain_min, gain_price, gain_value
from deterrence._detection import effective_detection
from deterrence._enforcement import Enforcement
from deterrence._game import CapMarket, FixedPriceMarket, Game
from deterrence._laws import Array, Law, gauss_rule, law
from deterrence._market_states import purchase_rent
from deterrence._numeric import weigh
from deterrence._prediction import limit, predict

_MOST_MONEY = 1e15
_NOBODY = 1e-12
"""Share of labs without a permit that is there through rounding alone."""

_GRADES = np.concatenate((-(2.0 ** np.arange(6, -1, -1)), [0.0], 2.0 ** np.arange(7)))
"""Where to cut a logistic step, in units of its width: a 20-point Gauss rule follows it in between."""


@dataclass(frozen=True)
class Outsiders:
    """Labs without a permit in a game, and what they face in its first turn.

    Attributes
    ----------
    asked : Game
        The game that was asked about.
    game : Game
        The same without learning and memory.
    """

    asked: Game
    game: Game

    @classmethod
    def of(cls, game: Game) -> Outsiders:
        """Labs without a permit in a game whose only extensions are learning and memory."""
        audit: dict[str, Any] = {"capacity": None, "escalation": None, "governor": STATIC}
        lab: dict[str, Any] = {
            "redraw_values": False, "reputation_escalation": 0.0, "racing_gap": None, "behaviour": RATIONAL,
        }  # fmt: skip
        return cls(game, _changed(game, audit, lab))

    @cached_property
    def enforcement(self) -> Enforcement:
        """Enforcement at the game's own policy."""
        return Enforcement.of(self.game)

    @property
    def P(self) -> float:
        """Punishment before the risk multiplier."""
        return self.enforcement.P

    @cached_property
    def number(self) -> float:
        """Expected number of labs without a permit; 0 where there is none."""
        N = self.game.n_agents
        number = N - predict(self.game).permits.mean
        return number if number > _NOBODY * N else 0.0

    @cached_property
    def price(self) -> float:
        """Permit price, that of a large market under a cap; infinite where there are no permits."""
        price = limit(self.game).price
        return math.inf if math.isnan(price) else price

    @property
    def boundless(self) -> bool:
        """Whether gains are infinite: the price where there are no permits."""
        return self.game.lab.gain_rule == "price" and math.isinf(self.price)

    @cached_property
    def alike(self) -> tuple[float, float] | None:
        """Gain and risk multiplier that all share; None if they differ, or a gain is not certain."""
        lab = self.game.lab
        by_price = lab.gain_rule == "price" and isinstance(self.game.market, FixedPriceMarket)
        if self.enforcement.risk is not None or not (by_price or self._rents is None):
            return None
        rent = getattr(lab.gross_value, "min", math.nan) - lab.cost
        return float(self._gain(rent)), self.enforcement.least_risk

    @property
    def threshold(self) -> float:
        """Detection probability that deters labs that are alike; 2 where it would be above 1."""
        assert self.alike is not None
        g, r = self.alike
        B = r * self.P
        if g <= 0:
            return 0.0
        return g / B if g < 2 * B else 2.0

    @property
    def gains(self) -> tuple[float, float]:
        """Infimum and supremum of the gains of labs that differ in value."""
        rents = self._rents
        assert rents is not None
        ends = rents.value(rents.low), rents.value(self._cut(rents))
        return float(self._gain(ends[0])), float(self._gain(ends[1]))

    @cached_property
    def certain_number(self) -> int | None:
        """Number of labs without a permit; None if it is left to chance."""
        number = predict(self.game).permits
        return None if number.sd > 0 else round(self.game.n_agents - number.mean)

    @cached_property
    def settled(self) -> bool:
        """Whether the gain of one lab does not depend on how many there are: the price is certain."""
        market = self.game.market
        binds = isinstance(market, CapMarket) and 0 < market.token_cap < self.game.n_agents
        return not binds or self._rents is None

    def detection(self, pi_1: float, pi_0: float | None = None) -> float:
        """Probability that a violator is detected under other audit probabilities."""
        audit = self.game.audit
        base = audit.base_prob if pi_0 is None else pi_0
        return float(effective_detection(pi_1=pi_1, pi_0=base, beta=audit.beta, p_b=audit.backcheck_prob))

    def punishment(self, fine: float) -> float:
        """Punishment before the risk multiplier under another fine."""
        return Enforcement.of(_changed(self.game, {"penalty_amount": fine}, {})).P

    def exceeding(self, x: float) -> float:
        """Share of labs without a permit whose gain is above x >= 0 times their risk multiplier, exactly."""
        return _share(predict(self._certain(x)).violations.mean, self.number)

    def violating(self, p: float) -> float:
        """Share of labs without a permit that violate if they know to be detected with probability p.

        Under a cap it is that of a large market.
        """
        behaviour = self.asked.lab.behaviour
        if isinstance(behaviour, LogitLabs):
            return self.logit(behaviour.precision, p)
        market = limit(self._certain(p * self.P))
        return _share(market.violations, 1 - market.permits)

    def _certain(self, x: float) -> Game:
        """The market under a certain fine: the labs whose gain exceeds it, as they feel it, violate."""
        certain = {
            "high_prob": 1.0, "base_prob": 1.0, "backcheck_prob": 0.0, "penalty_amount": min(x, _MOST_MONEY),
            "collateral": 0.0, "liability_cap": None,
        }  # fmt: skip
        return _changed(self.game, certain, {"reputation_sensitivity": 0.0})

    def logit(self, precision: float, p: float) -> float:
        """Mean over labs without a permit, of a large market under a cap, of the logit probability."""
        from scipy.special import expit

        p_B, width = p * self.P, 1 / precision if precision > 0 else math.inf
        rents, risk = self._rents, self.enforcement.risk

        def of_risk(r: float) -> float:
            def of_rent(rent: Any) -> Any:
                return expit(precision * (self._gain(rent) - r * p_B))

            if rents is None or self.game.lab.gain_rule == "price":
                return float(of_rent(self._known_rent))
            step = r * p_B - self._gain(0.0)
            return mean(rents, of_rent, [step], width, self._cut(rents))

        if risk is None:
            return of_risk(self.enforcement.least_risk)
        ends = [self._known_rent] if rents is None else [rents.value(rents.low), rents.value(rents.high)]
        steps = [float(self._gain(end)) / p_B for end in ends] if p_B > 0 else []
        return mean(risk, np.vectorize(of_risk), steps, width / p_B if p_B > 0 else math.inf, risk.high)

    @cached_property
    def _rents(self) -> Law | None:
        return law(self.game.lab.gross_value, self.game.lab.cost)

    @property
    def _known_rent(self) -> float:
        return getattr(self.game.lab.gross_value, "min", 0.0) - self.game.lab.cost

    def _cut(self, rents: Law) -> float:
        """Coordinate of the rent above which labs hold a permit."""
        fixed = not isinstance(self.game.market, CapMarket)
        rent = purchase_rent(self.game) if fixed else self.price
        return float(rents.coordinate(rent))

    def _gain(self, rent: Any) -> Any:
        lab = self.game.lab
        if lab.gain_rule == "price":
            return gain_price(p=self.price, V=lab.racing_value)
        value = np.maximum(rent + lab.cost, 0.0)  # which rounding may take below 0
        if lab.gain_rule == "value":
            return gain_value(v=value, c=lab.cost, V=lab.racing_value)
        return gain_min(p=self.price, v=value, c=lab.cost, V=lab.racing_value)


def _share(some: float, all_of: float) -> float:
    share = some / all_of
    return min(1.0, share) if share > _NOBODY else 0.0


def mean(law: Law, f: Callable[[Array], Array], steps: list[float], width: float, high: float) -> float:
    """Mean of f, a function of value that has steps of a width, up to a coordinate."""
    graded = [law.coordinate(step + width * _GRADES) for step in steps if math.isfinite(width)]
    cuts = np.unique(np.clip(np.concatenate([law.edges(), *graded, [high]]), law.low, high))
    nodes, weights = gauss_rule()
    spans = np.diff(cuts)[:, None]
    t = cuts[:-1, None] + spans * nodes
    mass = spans * weights * law.density(t)
    return float(weigh(f(law.value(t).reshape(-1)), mass.reshape(-1)) / mass.sum())


def _changed(game: Game, audit: dict[str, Any], lab: dict[str, Any]) -> Game:
    with warnings.catch_warnings():  # of what the game itself has warned
        warnings.simplefilter("ignore", ParameterWarning)
        return replace(game, audit=replace(game.audit, **audit), lab=replace(game.lab, **lab))
