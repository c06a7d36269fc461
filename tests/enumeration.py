"""Moments of one turn of a handful of labs, by exact integration over every arrangement of their values.

For uniform values and a uniform, or single, risk multiplier. The values are cut where the rules bend, and
labs are dealt to the pieces in every possible way. On each piece everything is a polynomial in the sorted
values, of a degree that five Gauss points a lab integrate exactly. The rules are applied lab by lab.
"""

from __future__ import annotations

import math
from itertools import combinations_with_replacement

import numpy as np

from deterrence import CapMarket, Game

TIE = 1e-12  # a shortfall of this share of the gain still complies


def enumerate_moments(game: Game) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of every quantity of a turn."""
    rules = Rules(game)
    sums, origin = {}, {}
    for weight, v in _arrangements(game, rules.bends):
        for name, (mean, var, exists) in rules.turn(v).items():
            w = weight * exists
            # Counted from a typical value, so that squares do not cancel.
            if exists.any():
                origin.setdefault(name, mean[np.argmax(exists)])
            rise = mean - origin.get(name, 0.0)
            sums[name] = sums.get(name, 0.0) + np.array([w.sum(), w @ rise, w @ (var + rise**2)])
    moments = {}
    for name, (total, mean, square) in sums.items():
        mean, square = (mean / total, square / total) if total > 0 else (math.nan, math.nan)
        moments[name] = float(origin.get(name, 0.0) + mean), math.sqrt(max(0.0, square - mean**2))
    return moments


def _arrangements(game: Game, bends: list[float]):
    """Sorted values of the labs, shape (points, labs), largest first, with the probability of each point."""
    lab, N = game.lab, game.n_agents
    low, high = lab.gross_value_min, lab.gross_value_max
    edges = np.unique(np.clip([low, high, *bends], low, high))
    nodes, weights = np.polynomial.legendre.leggauss(5)
    t = np.stack(np.meshgrid(*[(nodes + 1) / 2] * N, indexing="ij"), axis=-1).reshape(-1, N)
    w = np.prod(np.meshgrid(*[weights / 2] * N, indexing="ij"), axis=0).ravel()
    for pieces in combinations_with_replacement(range(len(edges) - 1)[::-1], N):
        v, weight = np.empty_like(t), w.copy()
        for piece in set(pieces):
            mine = [i for i, p in enumerate(pieces) if p == piece]
            n, width = len(mine), edges[piece + 1] - edges[piece]
            # Sorted positions in a piece are t1 > t1 t2 > ..., with this Jacobian; n! orders are one.
            v[:, mine] = edges[piece] + width * np.cumprod(t[:, mine], axis=1)
            weight *= np.prod(t[:, mine] ** np.arange(n - 1, -1, -1), axis=1) * (width / (high - low)) ** n
        yield math.factorial(N) * weight, v


class Rules:
    """The rules of the model, applied to labs whose values are known."""

    def __init__(self, game: Game):
        self.game, a, lab = game, game.audit, game.lab
        beta = 1 - a.false_negative_rate
        self.p_s = beta * a.high_prob + (1 - beta) * a.base_prob
        self.p_f = a.false_positive_rate * a.high_prob + (1 - a.false_positive_rate) * a.base_prob
        self.p_eff = self.p_s + (1 - self.p_s) * a.backcheck_prob
        self.q_f = self.p_f + (1 - self.p_f) * a.backcheck_prob
        cap = math.inf if a.liability_cap is None else a.liability_cap
        deposit, fine = a.collateral, a.penalty_amount
        self.money = min(deposit + fine, cap) if a.liability_rule == "capped" else deposit + min(fine, cap)
        self.V = lab.racing_factor * lab.capability_value
        D, r, market = self.p_eff * (self.money + lab.reputation_sensitivity), lab.risk_profile, game.market
        # Gains up to which none and from which all violate; where they are one, a hair's breadth is a tie.
        self.none, self.all = (r.min * D, r.max * D) if r.min < r.max else (r.min * D / (1 - TIE),) * 2
        self.bends = [lab.cost, lab.cost - self.V + self.none, lab.cost - self.V + self.all]
        if not isinstance(market, CapMarket):
            net = market.purchase_rule == "net"
            self.bends.append(market.fixed_price + (lab.cost if net else 0.0))

    def trade(self, v):
        """Price at each point, and who holds a permit."""
        market, N, s = self.game.market, self.game.n_agents, v - self.game.lab.cost
        if not isinstance(market, CapMarket):
            worth = v if market.purchase_rule == "gross" else s
            return np.full(len(v), market.fixed_price), worth >= market.fixed_price
        Q = market.token_cap
        price = np.full(len(v), math.nan if Q == 0 else 0.0)
        if 1 <= Q < N:
            price = np.maximum(0.0, s[:, Q - 1])
        return price, (s > 0) & (np.arange(N) < Q)

    def defects(self, s, price):
        """Probability that a lab with this rent violates if it holds no permit."""
        ask = np.where(np.isnan(price), math.inf, price)[:, None]
        rule = self.game.lab.gain_rule
        g = self.V + (np.minimum(ask, s) if rule == "min" else s if rule == "value" else ask + 0 * s)
        width = self.all - self.none
        chance = np.clip((g - self.none) / width, 0, 1) if width else (g > self.none) * 1.0
        return np.where(g > 0, chance, 0.0)

    def turn(self, v):
        """Mean and variance of each quantity at each point, and whether it exists there."""
        a, s = self.game.audit, v - self.game.lab.cost
        price, holds = self.trade(v)
        viol = np.where(holds, 0.0, self.defects(s, price))
        always, never = np.ones(len(v)), np.zeros(len(v))
        permits, losers = holds.sum(axis=1), (~holds).sum(axis=1)

        def happens(chance):
            """Sum over labs of independent events."""
            return chance.sum(axis=1), (chance * (1 - chance)).sum(axis=1), always

        violations, catches = happens(viol), happens(self.p_eff * viol)
        deterred, some = ((1 - viol) * ~holds).sum(axis=1), np.maximum(losers, 1)
        # A lab adds `gain` if it runs, less the cost of a check if it is checked.
        runs, checked = holds + viol, self.q_f * holds + self.p_eff * viol
        gain = s + np.where(holds, 0.0, self.V - a.harm)
        mean = runs * gain - a.cost * checked
        square = (runs - checked) * gain**2 + checked * (gain - a.cost) ** 2
        exists = never if np.isnan(price).all() else always
        return {
            "price": (np.nan_to_num(price), never, exists),
            "permits": (permits, never, always),
            "violations": violations,
            "deterred": (deterred, violations[1], always),
            "compliance_rate": ((permits + deterred) / len(v[0]), violations[1] / len(v[0]) ** 2, always),
            "unpermitted_compliance_rate": (deterred / some, violations[1] / some**2, losers > 0),
            "audits": happens(self.p_f * holds + self.p_s * viol),
            "false_audits": happens(self.p_f * holds),
            "checks": happens(checked),
            "catches": catches,
            "penalties": (self.money * catches[0], self.money**2 * catches[1], always),
            "revenue": (np.nan_to_num(price) * permits, never, always),
            "welfare": (mean.sum(axis=1), (square - mean**2).sum(axis=1), always),
        }
