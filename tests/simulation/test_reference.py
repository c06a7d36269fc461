"""The engine against the plainest simulation of the same game: one Python object per lab."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from deterrence import CapMarket, Game, complies
from simulation import QUANTITIES, run
from simulation._draws import Draws, Purpose


@dataclass
class PlainLab:
    value: float
    risk: float
    income: float = 0.0
    caught: int = 0
    bid: float = field(init=False)
    permit: bool = field(init=False)
    violates: bool = field(init=False)


class PlainMarket:
    """One replication, lab by lab, in the order of the specification."""

    def __init__(self, game: Game, seed: int, replication: int) -> None:
        self.game, self.draws = game, Draws(seed, game.n_agents, range(replication, replication + 1))
        values = self.draws.types(Purpose.VALUE, game.lab.gross_value)[0].tolist()
        risks = self.draws.types(Purpose.RISK, game.lab.risk_profile)[0].tolist()
        self.labs = [PlainLab(v, r) for v, r in zip(values, risks, strict=True)]
        self.step = self.catches = self.checks = 0
        audit, cap = game.audit, game.audit.liability_cap
        cap = math.inf if cap is None else cap
        posted = audit.liability_rule == "posted"
        fine = audit.penalty_amount
        self.fine = audit.collateral + min(fine, cap) if posted else min(audit.collateral + fine, cap)

    def outcomes(self, violates: bool) -> list[tuple[float, bool, str]]:
        """Probability, signal and check of each outcome of a run; checks first."""
        audit, cells = self.game.audit, []
        q = audit.beta if violates else audit.false_positive_rate
        for check in ("audit", "backcheck", "none"):
            for signal, seen, pi in ((True, q, audit.high_prob), (False, 1 - q, audit.base_prob)):
                again = audit.backcheck_prob
                share = {"audit": pi, "backcheck": (1 - pi) * again, "none": (1 - pi) * (1 - again)}
                cells.append((seen * share[check], signal, check))
        return cells

    def outcome(self, violates: bool, u: float) -> tuple[bool, str]:
        end, chosen = 0.0, (False, "none")
        for probability, signal, check in self.outcomes(violates):
            if probability > 0:
                chosen, end = (signal, check), end + probability
                if u < end:
                    return chosen
        return chosen

    def trade(self) -> float:
        lab, market, labs = self.game.lab, self.game.market, self.labs
        for one in labs:
            one.bid, one.permit = max(0.0, one.value - lab.cost), False
        if isinstance(market, CapMarket):
            ranked = sorted(labs, key=lambda one: -one.bid)  # stable: the first of equals stays first
            if market.token_cap == 0:
                price = math.nan
            else:
                price = 0.0 if market.token_cap >= len(labs) else ranked[market.token_cap - 1].bid
            for one in ranked[: market.token_cap]:
                one.permit = one.bid > 0
        else:
            price = market.fixed_price
            for one in labs:
                rent = one.value - lab.cost
                net = rent >= 0 and complies(p_eff=1.0, B=one.bid, g=price)
                one.permit = one.value >= price if market.purchase_rule == "gross" else net
        return price

    def wealth(self) -> list[float]:
        return [self.step * one.income - self.fine * one.caught for one in self.labs]

    def total_wealth(self) -> float:
        violations = sum(one.violates for one in self.labs)
        income = self.rents + self.game.lab.racing_value * violations - self.revenue
        return self.step * income - self.fine * self.catches

    def account(self) -> float:
        return self.step * self.revenue + self.fine * self.catches - self.game.audit.cost * self.checks

    def turn(self) -> dict[str, float]:
        lab, audit, n = self.game.lab, self.game.audit, len(self.labs)
        price, caught, audits, false_audits, backchecks = self.trade(), 0, 0, 0, 0
        offered = math.inf if math.isnan(price) else price
        p_eff = min(1.0, math.fsum(p for p, _, check in self.outcomes(True) if check != "none"))
        u = self.draws.uniforms(Purpose.ENFORCEMENT, range(self.step, self.step + 1))[0, 0].tolist()
        rents = []
        for i, one in enumerate(self.labs):
            rent = one.value - lab.cost
            gain = {"min": min(offered, rent), "price": offered, "value": rent}[lab.gain_rule]
            B = one.risk * (self.fine + lab.reputation_sensitivity)
            one.violates = not one.permit and not complies(p_eff=p_eff, B=B, g=gain + lab.racing_value)
            rents.append(rent if one.permit or one.violates else 0.0)
            if not one.permit and not one.violates:
                continue
            one.income = rent + lab.racing_value if one.violates else rent - price
            _, check = self.outcome(one.violates, u[i])
            audits, backchecks = audits + (check == "audit"), backchecks + (check == "backcheck")
            false_audits += check == "audit" and not one.violates
            if one.violates and check != "none":
                caught, one.caught = caught + 1, one.caught + 1
        self.step += 1
        permits, violations = sum(one.permit for one in self.labs), sum(one.violates for one in self.labs)
        without, checks = n - permits, audits + backchecks
        revenue, penalties = price * permits if permits else 0.0, self.fine * caught
        self.catches, self.checks, self.revenue = self.catches + caught, self.checks + checks, revenue
        self.rents = float(np.sum(rents))
        welfare = self.rents + (lab.racing_value - audit.harm) * violations - audit.cost * checks
        return dict(
            zip(QUANTITIES, (
                price, permits, violations, without - violations, (n - violations) / n,
                (without - violations) / without if without else math.nan,
                audits, false_audits, checks, caught, penalties, revenue, float(welfare),
            ), strict=True)
        )  # fmt: skip


def test_the_engine_equals_the_reference_bit_for_bit_on_200_random_games(games):
    for seed, game in enumerate(games(200, seed=5)):
        record = run(game, replications=range(1, 4), steps=2, rng=seed)
        for row, replication in enumerate(record.replications):
            plain = PlainMarket(game, seed, replication)
            for step in range(2):
                for name, expected in plain.turn().items():
                    got = getattr(record, name)[row, step]
                    assert np.array_equal(got, expected, equal_nan=True), (seed, name, got, expected)
            assert record.account[row] == plain.account()
            assert record.wealth[row] == plain.total_wealth()
