"""The plainest behaviours, one lab at a time, for `tests.plain_market`.

Labs have ``complies`` and ``learn``, called for one lab after the other. A Governor has ``move``, by which
the audit probability after a suspicious signal changes when a turn is over; one that does more tells labs in
``announce`` which policy each of them is under.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from fractions import Fraction

from deterrence import TargetingGovernor, complies
from simulation._draws import Purpose
from tests.plain_regime import penalty_of


def luck(market, purpose, step):
    return market.draws.uniforms(purpose, range(step, step + 1))[0, 0].tolist()


def without_permit(market):
    return [lab for lab in market.labs if not lab.has_permit and not lab.exempt]


def violating_share(market):
    without = without_permit(market)
    return sum(not lab.compliant for lab in without) / len(without) if without else None


def logistic(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else math.exp(x)


@dataclasses.dataclass
class PlainBayesian:
    caught: float
    missed: float
    pools: str = "violations"

    def complies(self, market, lab, B, g):
        if not hasattr(lab, "belief"):
            lab.belief = [self.caught, self.caught + self.missed]
        return bool(complies(p_eff=lab.belief[0] / lab.belief[1], B=B, g=g))

    def learn(self, market, lab):
        if hasattr(lab, "belief"):
            ran = lab.runs and not lab.exempt
            checked = lab.caught or (ran and (lab.audited or lab.backchecked))
            lab.belief[0] += lab.caught if self.pools == "violations" else checked
            lab.belief[1] += not lab.compliant if self.pools == "violations" else ran


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
        share = violating_share(market)
        return 0.0 if share is None else self.scale / market.steps * (share - self.target)


@dataclasses.dataclass
class PlainImitating:
    rate: float
    violating: float

    def complies(self, market, lab, B, g):
        lab.gain = min(g, 1e200)
        if not hasattr(lab, "violating"):
            first = luck(market, Purpose.PEER, 0)
            for one, u in zip(market.labs, first, strict=True):
                one.violating = u < self.violating
        return not lab.violating

    def learn(self, market, lab):
        if lab is market.labs[-1]:  # all look at what the others did in this turn
            self.look_around(market)

    def look_around(self, market):
        without, step = without_permit(market), market.steps - 1
        whom, whether = luck(market, Purpose.PEER, step), luck(market, Purpose.LABS, step)
        fared = {
            id(lab): 0.0 if lab.compliant else lab.gain - (lab.B if lab.caught else 0.0) for lab in without
        }
        switching = []
        for lab in without:
            place = next(i for i, one in enumerate(market.labs) if one is lab)
            rest = [other for other in without if other is not lab]
            if rest:
                met = rest[int(whom[place] * len(rest))]
                if whether[place] < self.rate * (fared[id(met)] - fared[id(lab)]):
                    switching.append((lab, met.violating))
        for lab, violating in switching:
            lab.violating = violating


class PlainOnce:
    """A Governor that moves by itself, and not by a step of the first audit probability."""

    def move(self, market):
        self.learn(market)
        return 0.0

    def announce(self, market):
        for lab in market.labs:
            lab.pi_1 = lab.pi_0 = self.audits(market)


@dataclasses.dataclass
class PlainResponding(PlainOnce):
    precision: float
    recovery: float

    def audits(self, market):
        seen = getattr(market, "shares", [])
        expected = sum(seen) / len(seen) if seen else 0.5
        return logistic(self.precision * (expected * self.recovery - market.game.audit.cost))

    def learn(self, market):
        share = violating_share(market)
        market.shares = getattr(market, "shares", []) + ([] if share is None else [share])


@dataclasses.dataclass
class PlainReplicating(PlainOnce):
    rate: float
    recovery: float

    def audits(self, market):
        first = market.game.audit.high_prob
        if first in (0.0, 1.0):
            return first
        if not hasattr(market, "log_odds"):
            market.log_odds = math.log(first) - math.log1p(-first)
        return logistic(market.log_odds)

    def learn(self, market):
        share = violating_share(market)
        if share is not None and hasattr(market, "log_odds"):
            market.log_odds += self.rate * (share * self.recovery - market.game.audit.cost)


@dataclasses.dataclass
class PlainTargeting:
    group: TargetingGovernor

    def announce(self, market):
        for lab in market.labs:
            lab.watched = getattr(lab, "target", False)
            if lab.watched:
                lab.pi_1, lab.pi_0 = self.group.high_prob, self.group.base_prob
                lab.penalty = penalty_of(market.game.audit, self.group.penalty_amount)

    def move(self, market):
        lots = luck(market, Purpose.GOVERNOR, market.steps - 1)
        for lab, u in zip(market.labs, lots, strict=True):
            if lab.caught:
                lab.target = True
            elif lab.compliant and (lab.audited or lab.backchecked) and u < self.group.return_prob:
                lab.target = False
        return 0.0


@dataclasses.dataclass
class PlainFarSighted:
    """What each of the four policies comes to for ever, exactly; the most compliant of the best."""

    group: TargetingGovernor

    def complies(self, market, lab, B, g):
        if not hasattr(lab, "plan"):
            lab.plan = self.best(market, lab, min(g, 1e200))
        return lab.plan[lab.watched]

    def learn(self, market, lab):
        pass

    def best(self, market, lab, g):
        audit, group = market.game.audit, self.group
        p = [self.found(audit, by) for by in (audit, group)]
        fines = [penalty_of(audit, by.penalty_amount) for by in (audit, group)]
        B = [lab.risk_profile * (fine + market.game.lab.reputation_sensitivity) for fine in fines]
        p, B, g, u, delta = (
            [Fraction(x) for x in p],
            [Fraction(x) for x in B],
            *map(Fraction, (g, group.return_prob, group.discount)),
        )
        plans = {}
        for plan in itertools.product([True, False], repeat=2):
            earned = [Fraction(0) if plan[k] else g - p[k] * B[k] for k in (0, 1)]
            out = Fraction(0) if plan[0] else p[0]
            back = p[1] * u if plan[1] else Fraction(0)
            # V_1 = e_1 + delta ((1 - out) V_1 + out V_2) and V_2 alike, by Cramer's rule.
            a, b, c, d = 1 - delta * (1 - out), -delta * out, -delta * back, 1 - delta * (1 - back)
            det = a * d - b * c
            plans[plan] = (d * earned[0] - b * earned[1]) / det + (a * earned[1] - c * earned[0]) / det
        most = max(plans.values())
        return next(plan for plan in plans if plans[plan] >= most - abs(most) * Fraction(1, 10**11))

    def found(self, audit, policy):
        missed = 1 - (audit.beta * policy.high_prob + (1 - audit.beta) * policy.base_prob)
        return 1 - missed * (1 - audit.backcheck_prob)
