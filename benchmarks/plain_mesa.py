"""The baseline: a plain Mesa model of the same turn, one agent object for each lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mesa

import deterrence as dt

REPORTERS: dict[str, str | Callable[[Any], float]] = {
    "price": "price",
    "compliance": lambda m: sum(m.agents.get("compliant")) / len(m.agents),
    "violations": lambda m: sum(not compliant for compliant in m.agents.get("compliant")),
    "audits": lambda m: sum(m.agents.get("audited")),
    "caught": lambda m: sum(m.agents.get("caught")),
}
"""What the model reports of a turn."""


def game(labs: int, fixed_price: float | None = None) -> dt.Game:
    """The game that is timed: permits at a fixed price, or for half of the labs."""
    if fixed_price is None:
        market = dt.CapMarket(token_cap=labs // 2)
    else:
        market = dt.FixedPriceMarket(fixed_price=fixed_price, purchase_rule="net")
    return dt.Game(
        n_agents=labs,
        audit=dt.Audit(
            high_prob=0.5,
            base_prob=0.1,
            false_positive_rate=0.1,
            false_negative_rate=0.2,
            backcheck_prob=0.1,
            penalty_amount=0.5,
        ),
        market=market,
        lab=dt.LabPopulation(
            gross_value_min=0.5, gross_value_max=1.5, risk_profile_min=0.8, risk_profile_max=1.2
        ),
    )


class PlainLab(mesa.Agent):
    """A lab with its own attributes."""

    model: PlainMarket  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, model: PlainMarket, gross_value: float, cost: float, risk: float) -> None:
        super().__init__(model)
        self.gross_value, self.cost, self.risk = gross_value, cost, risk
        self.p_eff = model.p_eff
        self.has_permit, self.compliant, self.runs = False, True, False
        self.signal = self.audited = self.caught = False
        self.wealth = 0.0

    def bid(self) -> float:
        """What a permit is worth to it."""
        return max(0.0, self.gross_value - self.cost)

    def decide(self) -> None:
        """Run with a permit; without one, run where that gains more than it risks."""
        if self.has_permit:
            self.compliant = self.runs = True
            return
        market = self.model
        rent = self.bid()
        gain = min(market.price, rent) + market.racing
        feared = self.p_eff * market.punishment * self.risk
        self.compliant = gain <= 0 or rent <= 0 or feared >= gain
        self.runs = not self.compliant

    def enforce(self) -> None:
        """Send a signal and face the audit."""
        self.signal = self.audited = self.caught = False
        if not self.runs:
            return
        market, draw = self.model, self.random.random
        self.signal = draw() < (market.alpha if self.compliant else market.beta)
        self.audited = draw() < (market.pi_1 if self.signal else market.pi_0)
        if not self.compliant and (self.audited or draw() < market.p_b):
            self.caught = True
            self.wealth -= market.fine


class LearningLab(PlainLab):
    """A plain lab whose value is new in every turn, and that learns from its own violations."""

    def __init__(self, model: PlainMarket, gross_value: float, cost: float, risk: float) -> None:
        super().__init__(model, gross_value, cost, risk)
        self.catches, self.violations = 1.0, 2.0
        self.p_eff = self.catches / self.violations

    def redraw(self) -> None:
        """Draw another value."""
        self.gross_value = self.random.uniform(self.model.least, self.model.most)

    def learn(self) -> None:
        """Count violations and catches, and expect their share."""
        if not self.compliant:
            self.violations += 1
            self.catches += self.caught
            self.p_eff = self.catches / self.violations


class PlainMarket(mesa.Model):
    """A market of plain labs, for games with uniform types, full liability and bids above 0."""

    lab_type: type[PlainLab] = PlainLab

    def __init__(self, game: dt.Game, seed: int, *, agent_reporters: tuple[str, ...] = ()) -> None:
        super().__init__(rng=seed)
        audit, lab, sale = game.audit, game.lab, game.market
        self.pi_1, self.pi_0, self.p_b = audit.high_prob, audit.base_prob, audit.backcheck_prob
        self.alpha, self.beta = audit.false_positive_rate, 1 - audit.false_negative_rate
        self.fine, self.racing = audit.penalty_amount, lab.racing_factor * lab.capability_value
        self.punishment = self.fine + lab.reputation_sensitivity
        p_s = self.beta * self.pi_1 + (1 - self.beta) * self.pi_0
        self.p_eff = p_s + (1 - p_s) * self.p_b
        self.fixed_price = sale.fixed_price if isinstance(sale, dt.FixedPriceMarket) else None
        self.cap = sale.token_cap if isinstance(sale, dt.CapMarket) else game.n_agents
        self.price = 0.0
        uniform, value, risk = self.random.uniform, lab.gross_value, lab.risk_profile
        assert isinstance(value, dt.Uniform)
        assert isinstance(risk, dt.Uniform)
        self.least, self.most = value.min, value.max
        for _ in range(game.n_agents):
            self.lab_type(self, uniform(value.min, value.max), lab.cost, uniform(risk.min, risk.max))
        self.datacollector = mesa.DataCollector(
            REPORTERS, agent_reporters={name: name for name in agent_reporters} or None
        )

    def trade(self) -> None:
        """Sell permits at the fixed price, or to the highest bids at the lowest of these."""
        labs = list(self.agents)
        if self.fixed_price is not None:
            self.price = self.fixed_price
            winners = {lab for lab in labs if lab.bid() >= self.price}
        elif self.cap >= len(labs):
            self.price, winners = 0.0, set(labs)
        else:
            ranked = sorted(labs, key=lambda lab: (-lab.bid(), lab.unique_id))[: self.cap]
            self.price, winners = ranked[-1].bid(), set(ranked)
        for lab in labs:
            lab.has_permit = lab in winners
            if lab.has_permit:
                lab.wealth -= self.price

    def step(self) -> None:
        """Trade, comply, enforce."""
        self.trade()
        self.agents.do("decide")
        self.agents.shuffle_do("enforce")
        self.datacollector.collect(self)


class ChangingMarket(PlainMarket):
    """A market in which nothing lasts: labs with new values that learn."""

    lab_type = LearningLab

    def step(self) -> None:
        """Draw values, then trade, comply, enforce and learn."""
        self.agents.do("redraw")
        self.trade()
        self.agents.do("decide")
        self.agents.shuffle_do("enforce")
        self.agents.do("learn")
        self.datacollector.collect(self)
