"""The plainest simulation of the game: one Python object per lab, in the order of the specification."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import operator
from collections.abc import Iterable

from deterrence import CapMarket, Game, complies
from simulation._draws import Draws, Purpose


@dataclasses.dataclass(eq=False)
class PlainLab:
    gross_value: float
    risk_profile: float
    bid: float = 0.0
    has_permit: bool = False
    compliant: bool = True
    runs: bool = False
    signal: bool = False
    audited: bool = False
    backchecked: bool = False
    caught: bool = False
    wealth: float = 0.0
    turns_permitted: int = 0
    times_violated: int = 0
    times_caught: int = 0


def one_by_one(money: Iterable[float]) -> float:
    """Sum from first to last, as ``sum`` does before Python 3.12."""
    return functools.reduce(operator.add, money, 0.0)


class PlainMarket:
    """One replication, lab by lab, in the order of the specification: trade, comply, enforce."""

    def __init__(self, game: Game, seed: int, replication: int, labs=None, governor=None) -> None:
        self.game, self.draws = game, Draws(seed, game.n_agents, range(replication, replication + 1))
        values = self.draws.types(Purpose.VALUE, game.lab.gross_value)[0].tolist()
        risks = self.draws.types(Purpose.RISK, game.lab.risk_profile)[0].tolist()
        self.labs = [PlainLab(v, r) for v, r in zip(values, risks, strict=True)]
        self.steps = self.checks = self.catches = 0
        audit, cap = game.audit, game.audit.liability_cap
        cap = math.inf if cap is None else cap
        if audit.liability_rule == "posted":
            self.penalty = audit.collateral + min(audit.penalty_amount, cap)
        else:
            self.penalty = min(audit.collateral + audit.penalty_amount, cap)
        self.behaviour, self.governor = labs, governor
        self.learns, self.account = labs is not None or governor is not None, 0.0
        self.pi_1 = audit.high_prob

    def announce(self) -> None:
        self.laws = {compliant: self.law(compliant) for compliant in (True, False)}
        self.p_eff = min(1.0, math.fsum(p for p, _, check in self.laws[False] if check != "none"))

    def law(self, compliant: bool) -> list[tuple[float, bool, str]]:
        """Probability, signal and check of each way in which a run can end; checks come first."""
        audit = self.game.audit
        q, again = audit.false_positive_rate if compliant else audit.beta, audit.backcheck_prob
        cells = []
        for check in ("audit", "backcheck", "none"):
            for signal, seen, pi in ((True, q, self.pi_1), (False, 1 - q, audit.base_prob)):
                share = {"audit": pi, "backcheck": (1 - pi) * again, "none": (1 - pi) * (1 - again)}
                cells.append((seen * share[check], signal, check))
        return [cell for cell in cells if cell[0] > 0]

    def trade(self) -> float:
        market, cost, labs = self.game.market, self.game.lab.cost, self.labs
        for lab in labs:
            lab.bid = max(0.0, lab.gross_value - cost)
        if isinstance(market, CapMarket):
            ranked = sorted(labs, key=lambda lab: -lab.bid)  # stable: the first of equals stays first
            for rank, lab in enumerate(ranked):
                lab.has_permit = rank < market.token_cap and lab.bid > 0
            if market.token_cap == 0:
                return math.nan
            return 0.0 if market.token_cap >= len(labs) else ranked[market.token_cap - 1].bid
        price = market.fixed_price
        for lab in labs:
            affords = lab.gross_value >= cost and complies(p_eff=1.0, B=lab.bid, g=price)
            lab.has_permit = lab.gross_value >= price if market.purchase_rule == "gross" else affords
        return price

    def comply(self, lab: PlainLab, price: float) -> None:
        one = self.game.lab
        rent, offered = lab.gross_value - one.cost, math.inf if math.isnan(price) else price
        gain = {"min": min(offered, rent), "price": offered, "value": rent}[one.gain_rule]
        B = lab.risk_profile * (self.penalty + one.reputation_sensitivity)
        gain += one.racing_value
        if self.behaviour is None:
            would = bool(complies(p_eff=self.p_eff, B=B, g=gain))
        else:
            would = self.behaviour.complies(self, lab, B, gain)
        lab.compliant = lab.has_permit or would
        lab.runs = lab.has_permit or not lab.compliant

    def enforce(self, lab: PlainLab, u: float) -> None:
        lab.signal = lab.audited = lab.backchecked = lab.caught = False
        if not lab.runs:
            return
        law = self.laws[lab.compliant]
        ends = itertools.accumulate(probability for probability, _, _ in law)
        # Whatever they sum to, the last has the rest.
        _, signal, check = next((way for way, end in zip(law, ends, strict=True) if u < end), law[-1])
        lab.signal, lab.audited, lab.backchecked = signal, check == "audit", check == "backcheck"
        lab.caught = not lab.compliant and check != "none"

    def turn(self) -> dict[str, float]:
        labs, one, audit = self.labs, self.game.lab, self.game.audit
        self.announce()
        self.price = price = self.trade()
        self.luck = self.draws.uniforms(Purpose.LABS, range(self.steps, self.steps + 1))[0, 0].tolist()
        u = self.draws.uniforms(Purpose.ENFORCEMENT, range(self.steps, self.steps + 1))[0, 0].tolist()
        self.steps += 1
        for lab, luck in zip(labs, u, strict=True):
            self.comply(lab, price)
            self.enforce(lab, luck)
            rent = lab.gross_value - one.cost
            lab.turns_permitted += lab.has_permit
            lab.times_violated += not lab.compliant
            lab.times_caught += lab.caught
            permitted = rent - price if lab.has_permit else 0.0
            if self.learns:
                lab.wealth += permitted
                lab.wealth += 0.0 if lab.compliant else rent
                lab.wealth += 0.0 if lab.compliant else one.racing_value
                lab.wealth -= self.penalty * lab.caught
            else:  # the books are turns times what each brings
                earned = lab.turns_permitted * permitted + lab.times_violated * (rent + one.racing_value)
                lab.wealth = earned - self.penalty * lab.times_caught
        permits, violations = sum(lab.has_permit for lab in labs), sum(not lab.compliant for lab in labs)
        without, audits = len(labs) - permits, sum(lab.audited for lab in labs)
        checks, catches = audits + sum(lab.backchecked for lab in labs), sum(lab.caught for lab in labs)
        self.checks, self.catches = self.checks + checks, self.catches + catches
        revenue = price * permits if permits else 0.0
        sold_and_fined = self.steps * revenue + self.penalty * self.catches
        if self.learns:
            self.account = self.account + (revenue + self.penalty * catches - audit.cost * checks)
        else:
            self.account = sold_and_fined - audit.cost * self.checks
        permitted = one_by_one(lab.gross_value - one.cost for lab in labs if lab.has_permit)
        rents = permitted + one_by_one(lab.gross_value - one.cost for lab in labs if not lab.compliant)
        racing = one.racing_value * violations
        together = rents + racing - revenue
        self.total_wealth = self.steps * together - self.penalty * self.catches
        if self.learns:
            self.total_wealth = one_by_one(lab.wealth for lab in labs)
        if self.behaviour is not None:
            for lab in labs:
                self.behaviour.learn(self, lab)
        if self.governor is not None:
            self.pi_1 = min(1.0, max(0.0, self.pi_1 + self.governor.move(self)))
        return {
            "price": price,
            "permits": permits,
            "violations": violations,
            "deterred": without - violations,
            "compliance_rate": (len(labs) - violations) / len(labs),
            "unpermitted_compliance_rate": (without - violations) / without if without else math.nan,
            "audits": audits,
            "false_audits": sum(lab.audited and lab.compliant for lab in labs),
            "checks": checks,
            "catches": catches,
            "penalties": self.penalty * catches,
            "revenue": revenue,
            "welfare": rents + racing - audit.harm * violations - audit.cost * checks,
        }


@dataclasses.dataclass
class PlainBayesian:
    caught: float
    missed: float

    def complies(self, market, lab, B, g):
        if not hasattr(lab, "belief"):
            lab.belief = [self.caught, self.caught + self.missed]
        return bool(complies(p_eff=lab.belief[0] / lab.belief[1], B=B, g=g))

    def learn(self, market, lab):
        if hasattr(lab, "belief"):
            lab.belief[0] += lab.caught
            lab.belief[1] += not lab.compliant


@dataclasses.dataclass
class PlainLogit:
    precision: float

    def complies(self, market, lab, B, g):
        odds = math.exp(min(700.0, max(-700.0, self.precision * (market.p_eff * B - g))))
        return market.luck[market.labs.index(lab)] * (1 + odds) < odds

    def learn(self, market, lab):
        pass


@dataclasses.dataclass
class PlainLowering:
    down: float
    up: float
    sees: str

    def move(self, market):
        known = any(lab.caught if self.sees == "catches" else not lab.compliant for lab in market.labs)
        return self.up if known else -self.down


@dataclasses.dataclass
class PlainGradient:
    scale: float

    def move(self, market):
        violators = [lab for lab in market.labs if not lab.compliant]
        if not violators or math.isnan(market.price):
            return 0.0
        punishment = market.penalty + market.game.lab.reputation_sensitivity
        seen = sum(lab.signal for lab in violators) / len(violators)
        return self.scale / market.steps * (punishment * seen - market.price * market.pi_1)


@dataclasses.dataclass
class PlainTracking:
    target: float
    scale: float

    def move(self, market):
        without = [lab for lab in market.labs if not lab.has_permit]
        if not without:
            return 0.0
        share = sum(not lab.compliant for lab in without) / len(without)
        return self.scale / market.steps * (share - self.target)
