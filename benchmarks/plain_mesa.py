"""The baseline: a plain Mesa model of the same turn, one agent object for each lab."""

from __future__ import annotations

import mesa

HIGH, BASE, ALPHA, BETA, BACKCHECK, FINE = 0.5, 0.1, 0.1, 0.8, 0.1, 0.5


class PlainLab(mesa.Agent):
    """A lab with its own attributes."""

    def __init__(self, model: PlainMarket, value: float, risk: float) -> None:
        super().__init__(model)
        self.value, self.risk, self.wealth = value, risk, 0.0
        self.permit = self.compliant = self.audited = self.caught = False

    def decide(self) -> None:
        """Comply, or run without a permit."""
        market = self.model
        gain = min(market.price, self.value)
        self.compliant = self.permit or gain <= 0 or market.p_eff * FINE * self.risk >= gain

    def enforce(self) -> None:
        """Send a signal and face the audit."""
        self.audited = self.caught = False
        if self.compliant and not self.permit:
            return
        draw = self.random.random
        signal = draw() < (ALPHA if self.compliant else BETA)
        self.audited = draw() < (HIGH if signal else BASE)
        if not self.compliant and (self.audited or draw() < BACKCHECK):
            self.caught = True
            self.wealth -= FINE


class PlainMarket(mesa.Model):
    """A cap-and-trade market of plain labs, half of which get a permit."""

    def __init__(self, labs: int, seed: int) -> None:
        super().__init__(rng=seed)
        p_s = BETA * HIGH + (1 - BETA) * BASE
        self.p_eff, self.price, self.cap = p_s + (1 - p_s) * BACKCHECK, 0.0, labs // 2
        for _ in range(labs):
            PlainLab(self, self.random.uniform(0.5, 1.5), self.random.uniform(0.8, 1.2))
        self.datacollector = mesa.DataCollector(
            {
                "price": "price",
                "compliance": lambda m: sum(m.agents.get("compliant")) / len(m.agents),
                "audits": lambda m: sum(m.agents.get("audited")),
                "caught": lambda m: sum(m.agents.get("caught")),
            }
        )

    def step(self) -> None:
        """Trade, comply, enforce."""
        ranked = sorted(self.agents, key=lambda lab: (-lab.value, lab.unique_id))
        self.price = ranked[self.cap - 1].value
        for rank, lab in enumerate(ranked):
            lab.permit = rank < self.cap
            lab.wealth -= self.price * lab.permit
        self.agents.do("decide")
        self.agents.shuffle_do("enforce")
        self.datacollector.collect(self)
