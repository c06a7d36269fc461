"""Knife edges in decimals: a tie complies, whatever binary fractions make of it."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

import simulation._turn
from deterrence import Audit, CapMarket, FixedPriceMarket, Game, LabPopulation
from simulation import PermitMarket

BETAS, PIS, RISKS = ("0.1", "0.3", "0.7", "0.9"), ("0.1", "0.6", "0.7"), ("0.7", "1.1", "3")
BASES, BACKCHECKS, FINES = ("0", "0.1"), ("0", "0.3"), ("0.75", "1.3", "7.1")
GRID = list(itertools.product(BETAS, PIS, RISKS, BASES, BACKCHECKS, FINES))


def knife_edge(point: tuple[str, ...], shift: float = 1.0) -> Game:
    """Nobody has a permit, and the gain v - c is exactly the expected punishment, in decimals."""
    beta, pi_1, r, pi_0, p_b, fine = (Fraction(x) for x in point)
    p_s = beta * pi_1 + (1 - beta) * pi_0
    gain = (p_s + (1 - p_s) * p_b) * r * fine
    cost = Fraction("0.3")
    return Game(
        n_agents=2,
        audit=Audit(
            high_prob=float(pi_1), base_prob=float(pi_0), false_positive_rate=0.0,
            false_negative_rate=float(1 - beta), backcheck_prob=float(p_b), penalty_amount=float(fine),
        ),
        market=CapMarket(token_cap=0),
        lab=LabPopulation(
            gross_value_min=float(gain * Fraction(shift) + cost),
            gross_value_max=float(gain * Fraction(shift) + cost),
            risk_profile_min=float(r), risk_profile_max=float(r), cost=float(cost),
        ),
    )  # fmt: skip


def violations(game: Game) -> float:
    market = PermitMarket(game, rng=1)
    market.step()
    return market.violations


def test_every_decimal_tie_complies():
    assert [point for point in GRID if violations(knife_edge(point))] == []


def test_no_real_shortfall_is_swallowed():
    assert [point for point in GRID if violations(knife_edge(point, 1 + 1e-7)) != 2] == []


def test_a_naive_comparison_would_get_many_ties_wrong(monkeypatch):
    """The grid has teeth: without the tolerance a good part of it violates."""
    monkeypatch.setattr(simulation._turn, "complies", lambda *, p_eff, B, g: p_eff * B >= g)
    wrong = sum(violations(knife_edge(point)) > 0 for point in GRID)
    assert wrong > len(GRID) / 10


@pytest.mark.parametrize(("value", "cost", "price"), [(0.3, 0.1, 0.2), (1.1, 0.4, 0.7), (0.8, 0.7, 0.1)])
def test_a_rent_that_ties_with_the_price_buys(value, cost, price):
    def permits(price: float) -> float:
        game = Game(
            n_agents=3,
            audit=Audit(
                high_prob=0, base_prob=0, false_positive_rate=0, false_negative_rate=0, penalty_amount=0
            ),
            market=FixedPriceMarket(fixed_price=price, purchase_rule="net"),
            lab=LabPopulation(gross_value_min=value, gross_value_max=value, cost=cost),
        )
        market = PermitMarket(game, rng=1)
        market.step()
        return market.permits

    assert permits(price) == 3
    assert permits(price * (1 + 1e-7)) == 0


@pytest.mark.parametrize("rule", ["gross", "net"])
def test_nobody_buys_at_price_0_for_a_run_that_loses_money_unless_the_letter_says_so(rule):
    game = Game(
        n_agents=3,
        audit=Audit(high_prob=0, base_prob=0, false_positive_rate=0, false_negative_rate=0, penalty_amount=0),
        market=FixedPriceMarket(fixed_price=0.0, purchase_rule=rule),
        lab=LabPopulation(gross_value_min=0.5, gross_value_max=0.5, cost=1.0),
    )
    market = PermitMarket(game, rng=1)
    market.step()
    assert market.permits == (3 if rule == "gross" else 0)
    assert market.welfare == (-1.5 if rule == "gross" else 0)


def test_equal_bids_are_served_in_order(baseline):
    market = PermitMarket(baseline, rng=1, replications=2)
    values = np.full((2, 20), 0.5)
    values[:, 12:15] = 0.75
    values[1, :] = 0.0
    market.columns.gross_value = values
    market.step()
    assert market.columns.has_permit[0].nonzero()[0].tolist() == [*range(7), 12, 13, 14]
    assert market.price.tolist() == [0.5, 0.0]
    assert market.permits.tolist() == [10, 0]
