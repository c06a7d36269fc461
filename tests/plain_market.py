"""The plainest simulation of the game: one Python object per lab, in the order of the specification."""

from __future__ import annotations

import dataclasses
import functools
import math
import operator
from collections.abc import Iterable

from deterrence import CapMarket, Game, complies, extensions
from simulation._draws import Draws, Purpose
from tests.plain_regime import (
    describe,
    detection,
    draw_types,
    look_later,
    penalty_of,
    ration,
    sell,
    way_of,
    ways,
)


@dataclasses.dataclass(eq=False)
class PlainLab:
    gross_value: float
    risk_profile: float
    flops: float
    turnover: float
    split_cost: float
    coordination: float
    bid: float = 0.0
    has_permit: bool = False
    exempt: bool = False
    compliant: bool = True
    runs: bool = False
    splits: bool = False
    signal: bool = False
    audited: bool = False
    backchecked: bool = False
    reported: bool = False
    caught: bool = False
    wealth: float = 0.0
    turns_permitted: int = 0
    times_violated: int = 0
    times_caught: int = 0
    excess: float = 0.0
    fame: float = 1.0
    capability: float = 0.0


def one_by_one(money: Iterable[float]) -> float:
    """Sum from first to last, as ``sum`` does before Python 3.12."""
    return functools.reduce(operator.add, money, 0.0)


class PlainMarket:
    """One replication, lab by lab, in the order of the specification: trade, comply, enforce."""

    def __init__(self, game: Game, seed: int, replication: int, labs=None, governor=None) -> None:
        self.game, self.draws = game, Draws(seed, game.n_agents, range(replication, replication + 1))
        self.labs = [PlainLab(**types) for types in draw_types(game, self.draws)]
        for lab in self.labs:
            describe(lab, game)
        self.steps = self.checks = self.catches = 0
        self.penalty = penalty_of(game.audit, game.audit.penalty_amount)
        self.behaviour, self.governor, self.account = labs, governor, 0.0
        self.unfolds = labs is not None or governor is not None or bool(extensions(game))
        self.pi_1 = game.audit.high_prob
        self.ways = functools.cache(functools.partial(ways, game.audit))  # most labs are alike
        capacity = game.audit.capacity
        self.reach = {True: capacity.expected, False: capacity.expected} if capacity else {True: 1, False: 1}

    def drawn(self, purpose: Purpose) -> list[float]:
        return self.draws.uniforms(purpose, range(self.steps, self.steps + 1))[0, 0].tolist()

    def announce(self) -> None:
        """What each lab faces in this turn, and what it expects."""
        one, audit = self.game.lab, self.game.audit
        if one.redraw_values and self.steps:
            values = self.draws.types(Purpose.VALUE, one.gross_value, self.steps)[0].tolist()
            for lab, value in zip(self.labs, values, strict=True):
                lab.gross_value = value
        for lab in self.labs:
            lab.pi_1, lab.pi_0, lab.watched = self.pi_1, audit.base_prob, False
            lab.penalty = penalty_of(audit, lab.fine)
        if hasattr(self.governor, "announce"):
            self.governor.announce(self)
        mean = one_by_one(lab.capability for lab in self.labs) / len(self.labs)
        for lab in self.labs:
            lab.rent, lab.racing = lab.gross_value - one.cost, one.racing_value
            if one.racing_gap:
                ahead = one.racing_gap.sensitivity * (lab.capability - mean) / one.racing_gap.scale
                lab.racing *= max(1 + ahead, 0.0)
            pi_1, pi_0 = min((1 + lab.excess) * lab.pi_1, 1.0), lab.pi_0
            lab.ways = {
                True: self.ways(audit.false_positive_rate, pi_1, pi_0, violates=False),
                False: self.ways(lab.beta, pi_1, pi_0, violates=True),
            }
            reached = pi_1 * self.reach[True], pi_0 * self.reach[False]
            lab.p_eff = detection(self.ways(lab.beta, *reached, violates=True))
            lab.B = lab.risk_profile * (lab.penalty + one.reputation_sensitivity * lab.fame)

    def trade(self) -> float:
        for lab in self.labs:
            lab.worth = lab.rent
            if isinstance(self.game.market, CapMarket) and self.game.lab.bid_rule == "strategic":
                lab.worth = min(lab.rent, lab.p_eff * lab.B - lab.racing)
            lab.bid = 0.0 if lab.exempt else max(0.0, lab.worth / lab.units)
        return sell(self.game, self.labs, self.drawn)

    def comply(self, lab: PlainLab, price: float) -> None:
        one, B = self.game.lab, lab.B
        offered = math.inf if math.isnan(price) else price * lab.units
        rule = "value" if one.bid_rule == "strategic" else one.gain_rule
        gain = {"min": min(offered, lab.rent), "price": offered, "value": lab.rent}[rule]
        gain += lab.racing
        saved = (1 - lab.coordination) * (lab.p_eff * B)
        cuts_up = one.splitting is not None and not complies(p_eff=1.0, B=lab.split_cost, g=saved)
        if cuts_up:
            gain, B = gain - lab.split_cost, lab.coordination * B
        self.p_eff = lab.p_eff  # of the lab that decides
        if self.behaviour is None:
            would = bool(complies(p_eff=lab.p_eff, B=B, g=gain))
        else:
            would = self.behaviour.complies(self, lab, B, gain)
        lab.compliant = lab.exempt or lab.has_permit or would
        lab.runs = lab.exempt or lab.has_permit or not lab.compliant
        lab.splits = cuts_up and not lab.compliant

    def enforce(self) -> None:
        audit, labs = self.game.audit, self.labs
        for lab, u in zip(labs, self.drawn(Purpose.ENFORCEMENT), strict=True):
            lab.signal = lab.audited = lab.backchecked = lab.caught = False
            if lab.runs and not lab.exempt:
                lab.signal, found = way_of(lab.ways[lab.compliant], u)
                lab.audited, lab.backchecked = found == "audit", found == "backcheck"
                lab.caught = not lab.compliant and found != "none"
            elif lab.watched and not lab.exempt:  # inspected like a violator
                lab.backchecked = way_of(lab.ways[False], u)[1] != "none"
        if audit.capacity:
            self.allot()
        luck = self.drawn(Purpose.SPLITS) if self.game.lab.splitting else [0.0] * len(labs)
        for lab, u in zip(labs, luck, strict=True):
            lab.caught = lab.caught and (not lab.splits or u < lab.coordination)
            lab.reported = lab.caught and not (lab.audited or lab.backchecked)

    def allot(self) -> None:
        """Audit as many as there are auditors for; what labs expect next is the share that was audited."""
        called = [lab for lab in self.labs if lab.audited]
        left = ration(self.game.audit, self.labs, self.drawn)
        for lab, u in zip(self.labs, self.drawn(Purpose.UNAUDITED), strict=True):
            if any(lab is other for other in left):
                look_later(self.game.audit, lab, u)
        for signal in (True, False):
            of = [lab for lab in called if lab.signal == signal or self.game.audit.capacity.priority == "lot"]
            self.reach[signal] = sum(lab.audited for lab in of) / len(of) if of else 1.0

    def pay(self, lab: PlainLab, price: float) -> None:
        lab.turns_permitted += lab.has_permit
        lab.times_violated += not lab.compliant
        lab.times_caught += lab.caught
        permitted = lab.rent - price * lab.units if lab.has_permit else lab.rent if lab.exempt else 0.0
        if self.unfolds:
            stolen = 0.0 if lab.compliant else lab.rent
            if lab.splits:
                stolen -= lab.split_cost
            lab.wealth += permitted
            lab.wealth += stolen
            lab.wealth += 0.0 if lab.compliant else lab.racing
            lab.wealth -= lab.penalty * lab.caught
        else:  # the books are turns times what each brings
            earned = lab.turns_permitted * permitted + lab.times_violated * (lab.rent + lab.racing)
            lab.wealth = earned - lab.penalty * lab.times_caught

    def remember(self, lab: PlainLab) -> None:
        audit, one = self.game.audit, self.game.lab
        if audit.escalation:
            lab.excess += audit.escalation.increment * lab.caught
            lab.excess *= 1 - audit.escalation.decay
        if lab.caught:
            lab.fame *= 1 + one.reputation_escalation
        if lab.runs:
            lab.capability += lab.gross_value

    def turn(self) -> dict[str, float]:
        labs = self.labs
        self.announce()
        self.price = price = self.trade()
        self.luck = self.drawn(Purpose.LABS)
        for lab in labs:
            self.comply(lab, price)
        self.enforce()
        self.steps += 1
        for lab in labs:
            self.pay(lab, price)
            self.remember(lab)
        came_to = self.sums()
        if self.behaviour is not None:
            for lab in labs:
                self.behaviour.learn(self, lab)
        if self.governor is not None:
            self.pi_1 = min(1.0, max(0.0, self.pi_1 + self.governor.move(self)))
        return came_to

    def sums(self) -> dict[str, float]:
        """What the turn came to; the books of labs and Governor."""
        labs, one, audit, price = self.labs, self.game.lab, self.game.audit, self.price
        permits, violations = sum(lab.has_permit for lab in labs), sum(not lab.compliant for lab in labs)
        without = sum(not lab.has_permit and not lab.exempt for lab in labs)
        audits = sum(lab.audited for lab in labs)
        checks, catches = audits + sum(lab.backchecked for lab in labs), sum(lab.caught for lab in labs)
        revenue = price * sum(lab.units for lab in labs if lab.has_permit) if permits else 0.0
        penalties, racing = self.penalty * catches, one.racing_value * violations
        if audit.excess_penalty or audit.turnover_share or hasattr(self.governor, "group"):  # to each its own
            penalties = one_by_one(lab.penalty for lab in labs if lab.caught)
        if one.racing_gap:
            racing = one_by_one(lab.racing for lab in labs if not lab.compliant)
        permitted = one_by_one(lab.rent for lab in labs if lab.has_permit or lab.exempt)
        cheats = [lab for lab in labs if not lab.compliant]
        rents = permitted + one_by_one(lab.rent - lab.splits * lab.split_cost for lab in cheats)
        self.checks, self.catches = self.checks + checks, self.catches + catches
        posted = audit.collateral * sum(not lab.exempt for lab in labs)
        seized = min(audit.collateral, penalty_of(audit, 0.0)) * catches
        if self.unfolds:
            self.account = self.account + (revenue + penalties - audit.cost * checks)
            self.total_wealth = one_by_one(lab.wealth for lab in labs)
        else:
            self.account = self.steps * revenue + self.penalty * self.catches - audit.cost * self.checks
            self.total_wealth = self.steps * (rents + racing - revenue) - self.penalty * self.catches
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
            "penalties": penalties,
            "revenue": revenue,
            "welfare": rents + racing - audit.harm * violations - audit.cost * checks,
            "collateral_posted": posted,
            "collateral_seized": seized,
            "collateral_refunded": posted - seized,
        }
