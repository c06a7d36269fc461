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
    exempt: bool = False
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
        for lab in self.labs:
            lab.pi_1, lab.pi_0, lab.penalty = self.pi_1, self.game.audit.base_prob, self.penalty
            lab.watched = False
        if hasattr(self.governor, "announce"):
            self.governor.announce(self)
        for lab in self.labs:
            lab.laws = {compliant: self.law(lab, compliant) for compliant in (True, False)}
            lab.p_eff = min(1.0, math.fsum(p for p, _, check in lab.laws[False] if check != "none"))
            lab.B = lab.risk_profile * (lab.penalty + self.game.lab.reputation_sensitivity)

    def law(self, lab: PlainLab, compliant: bool) -> list[tuple[float, bool, str]]:
        """Probability, signal and check of each way in which a run can end; checks come first."""
        audit = self.game.audit
        q, again = audit.false_positive_rate if compliant else audit.beta, audit.backcheck_prob
        cells = []
        for check in ("audit", "backcheck", "none"):
            for signal, seen, pi in ((True, q, lab.pi_1), (False, 1 - q, lab.pi_0)):
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
        gain += one.racing_value
        self.p_eff = lab.p_eff  # of the lab that decides
        if self.behaviour is None:
            would = bool(complies(p_eff=lab.p_eff, B=lab.B, g=gain))
        else:
            would = self.behaviour.complies(self, lab, lab.B, gain)
        lab.compliant = lab.has_permit or would
        lab.runs = lab.has_permit or not lab.compliant

    def enforce(self, lab: PlainLab, u: float) -> None:
        lab.signal = lab.audited = lab.backchecked = lab.caught = False
        if not lab.runs and not lab.watched:
            return
        law = lab.laws[lab.compliant and lab.runs]  # a lab that does not run is inspected like a violator
        ends = itertools.accumulate(probability for probability, _, _ in law)
        # Whatever they sum to, the last has the rest.
        _, signal, check = next((way for way, end in zip(law, ends, strict=True) if u < end), law[-1])
        if not lab.runs:
            lab.backchecked = check != "none"
            return
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
                earned = permitted if lab.compliant else rent + one.racing_value
                lab.wealth = lab.wealth + earned - lab.penalty * lab.caught
            else:  # the books are turns times what each brings
                earned = lab.turns_permitted * permitted + lab.times_violated * (rent + one.racing_value)
                lab.wealth = earned - self.penalty * lab.times_caught
        permits, violations = sum(lab.has_permit for lab in labs), sum(not lab.compliant for lab in labs)
        without, audits = len(labs) - permits, sum(lab.audited for lab in labs)
        checks, catches = audits + sum(lab.backchecked for lab in labs), sum(lab.caught for lab in labs)
        self.checks, self.catches = self.checks + checks, self.catches + catches
        revenue, penalties = price * permits if permits else 0.0, self.penalty * catches
        if hasattr(self.governor, "group"):  # which has a fine of its own
            penalties = one_by_one(lab.penalty for lab in labs if lab.caught)
        sold_and_fined = self.steps * revenue + self.penalty * self.catches
        if self.learns:
            self.account = self.account + (revenue + penalties - audit.cost * checks)
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
            "penalties": penalties,
            "revenue": revenue,
            "welfare": rents + racing - audit.harm * violations - audit.cost * checks,
        }
