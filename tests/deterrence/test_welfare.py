"""Welfare taken apart, exactly: against lab-by-lab accounts of drawn markets, 50-digit sums and the limit."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from bends import VALUES, draw_game, small_game
from bidding import draw_labs, trade
from exact import N as POINTS
from exact import Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from oracle import Setting

import deterrence as dt

RISK = {"risk_profile_min": 0.5, "risk_profile_max": 1.5}
MARKETS = [dt.CapMarket(token_cap=3), dt.FixedPriceMarket(fixed_price=1.1, purchase_rule="gross")]
GAINS = ("permit_rents", "violator_rents", "racing")
COSTS = ("harm", "audit_cost", "backcheck_cost")
TRANSFERS = ("revenue", "fines", "collateral")


def size(w):
    """All that is moved, gained or lost: what rounding errors are relative to."""
    return sum(abs(getattr(w, name)) for name in GAINS + COSTS + TRANSFERS)


def test_parts_add_up_and_transfers_cancel():
    rng = np.random.default_rng(81)
    for _ in range(POINTS // 100):
        game = draw_game(rng)
        with np.errstate(all="raise"):
            w, limit = dt.welfare(game), dt.limit_welfare(game)
        p = dt.predict(game)
        for answer, total in ((w, p.welfare.mean), (limit, dt.limit(game).welfare)):
            rounding = 1e-11 * size(answer)
            assert abs(answer.total - total) <= rounding
            assert abs(answer.lab_surplus + answer.governor_budget - answer.harm - total) <= rounding
            columns = np.array([parts for _, *parts in answer.rows()]).sum(axis=0)
            accounts = (answer.lab_surplus, answer.governor_budget, -answer.harm)
            np.testing.assert_allclose(columns, accounts, atol=rounding)
        assert w.revenue == p.revenue.mean
        assert w.fines + w.collateral == pytest.approx(p.penalties.mean, rel=1e-12)
        assert w.audit_cost + w.backcheck_cost == pytest.approx(game.audit.cost * p.checks.mean, rel=1e-12)
        assert w.fines >= 0


def accounts(game, markets, seed):
    """What each market adds to each part, with every payment booked lab by lab."""
    rng, e, a, market = np.random.default_rng(seed), Setting(game), game.audit, game.market
    s, ceiling = draw_labs(game, rng, markets)
    if isinstance(market, dt.CapMarket):
        price, holds = trade(np.maximum(s, 0.0), market.token_cap)
    else:
        price = np.full(markets, market.fixed_price)
        holds = s + (game.lab.cost if market.purchase_rule == "gross" else 0.0) >= market.fixed_price
    violates = ~holds & (s > ceiling)
    runs = holds | violates
    audited = rng.random(s.shape) < np.where(holds, float(e.p_f), float(e.p_s)) * runs
    backchecked = runs & ~audited & (rng.random(s.shape) < a.backcheck_prob)
    caught = violates & (audited | backchecked)
    lost = (
        a.collateral
        if a.liability_rule == "posted" or a.liability_cap is None
        else min(a.collateral, a.liability_cap)
    )
    left = (
        math.inf
        if a.liability_cap is None
        else a.liability_cap - (lost if a.liability_rule == "capped" else 0.0)
    )
    totals = {
        "permit_rents": s * holds,
        "violator_rents": s * violates,
        "racing": float(e.V) * violates,
        "harm": a.harm * violates,
        "audit_cost": a.cost * audited,
        "backcheck_cost": a.cost * backchecked,
        "revenue": price[:, None] * holds,
        "fines": min(a.penalty_amount, left) * caught,
        "collateral": lost * caught,
        "reputation_loss": game.lab.reputation_sensitivity * caught,
    }
    return {name: x.sum(axis=1) for name, x in totals.items()}


@pytest.mark.parametrize("liability", [None, ("capped", 2.2), ("capped", 0.3), ("posted", 1.0)])
@pytest.mark.parametrize("market", MARKETS, ids=["cap", "price"])
@pytest.mark.parametrize("values", VALUES)
def test_parts_against_the_accounts_of_drawn_markets(values, market, liability):
    game = small_game(market, n_agents=8, values=values, reputation_sensitivity=0.3, **RISK)
    rule, limit = liability or ("capped", None)
    audit = replace(game.audit, collateral=0.5, liability_rule=rule, liability_cap=limit)
    game = replace(game, audit=audit)
    w, markets = dt.welfare(game), 20_000
    for name, x in accounts(game, markets, seed=82).items():
        assert abs(x.mean() - getattr(w, name)) <= 4 * x.std() / math.sqrt(markets) + 1e-12, name


def test_closed_forms_of_uniform_values():
    game = small_game(dt.CapMarket(token_cap=30), n_agents=100, gross_value_min=0.75, cost=0.5, **RISK)
    w = dt.welfare(game)
    market = {"N": 100, "Q": 30, "a": 0.75, "b": 3.0, "c": 0.5}
    assert w.permit_rents == pytest.approx(dt.permit_rent(**market), rel=1e-12)
    assert w.revenue == pytest.approx(30 * dt.clearing_price_mean(**market), rel=1e-12)
    p = dt.predict(game)
    letters = {"revenue": w.revenue, "penalties": p.penalties.mean}
    rents = w.permit_rents + w.violator_rents
    labs = dt.lab_surplus(rents=rents, n_V=p.violations.mean, V=game.lab.racing_value, **letters)
    assert w.lab_surplus == pytest.approx(labs, rel=1e-12)
    governor = dt.governor_budget(checks=p.checks.mean, k=game.audit.cost, **letters)
    assert w.governor_budget == pytest.approx(governor, rel=1e-12)


@pytest.mark.parametrize("market", [dt.CapMarket(token_cap=1), MARKETS[1]], ids=["cap", "price"])
@pytest.mark.parametrize("values", VALUES)
def test_per_lab_it_tends_to_the_limit(values, market):
    def gap(N):
        at = dt.CapMarket(token_cap=N // 4) if isinstance(market, dt.CapMarket) else market
        game = small_game(at, n_agents=N, values=values, reputation_sensitivity=0.3, **RISK)
        parts, limit = dt.welfare(game).per_lab, dt.limit_welfare(game)
        assert (parts.n_labs, limit.n_labs) == (1, 1)
        names = (*GAINS, *COSTS, *TRANSFERS, "reputation_loss")
        return np.array([getattr(parts, name) - getattr(limit, name) for name in names])

    few, many = gap(1000), gap(4000)
    if isinstance(market, dt.CapMarket):  # at the rate 1 / N, or faster, where they differ at all
        differ = np.abs(few) > 1e-9
        assert differ.any()
        assert (np.abs(few[differ]) > 3.9 * np.abs(many[differ])).all()
        assert few[differ][0] / many[differ][0] == pytest.approx(4.0, rel=0.02)
    else:
        np.testing.assert_allclose([few, many], 0.0, atol=1e-13)


def test_reputation_deters_but_is_no_part_of_welfare():
    game = small_game(MARKETS[0], **RISK)
    # The same deterrence by reputation alone: nothing is paid, and welfare is the same.
    shamed = replace(
        game, audit=replace(game.audit, penalty_amount=0.0), lab=replace(game.lab, reputation_sensitivity=2.0)
    )
    fined, free = dt.welfare(game), dt.welfare(shamed)
    assert free.total == pytest.approx(fined.total, rel=1e-12)
    assert (free.fines, free.collateral) == (0.0, 0.0)
    assert free.reputation_loss == pytest.approx(fined.fines, rel=1e-12)
    assert free.lab_surplus == pytest.approx(fined.lab_surplus + fined.fines, rel=1e-12)


def test_without_permits_there_is_no_revenue():
    w = dt.welfare(small_game(dt.CapMarket(token_cap=0)))
    assert (w.revenue, w.permit_rents) == (0.0, 0.0)
    assert w.violator_rents > 0


def test_reads_as_a_table():
    w = dt.welfare(small_game(MARKETS[0], **RISK))
    lines = str(w).splitlines()
    assert lines[0].split() == ["labs", "Governor", "others", "sum"]
    assert len(lines) == 11
    cells = {line[:24].strip(): line[24:].split() for line in lines[1:]}
    assert cells["permits"] == [f"{-w.revenue:.6g}", f"{w.revenue:.6g}"]
    assert cells["sum"] == [f"{x:.6g}" for x in (w.lab_surplus, w.governor_budget, -w.harm, w.total)]
    assert all(line == line.rstrip() for line in lines)


def surplus(rents, n_V, revenue, penalties, V):
    return rents + V * n_V - revenue - penalties


def budget(revenue, penalties, checks, k):
    return revenue + penalties - k * checks


class TestAccounts:
    def letters(self, *names):
        points = Points(83)
        return {name: points.money() for name in names}

    def test_lab_surplus_against_fractions(self):
        letters = self.letters("rents", "n_V", "revenue", "penalties", "V")

        with np.errstate(all="raise"):
            got = dt.lab_surplus(**letters)
        size = (
            letters["rents"] + 2 * letters["V"] * letters["n_V"] + letters["revenue"] + letters["penalties"]
        )
        assert_close(got, exactly(surplus, letters), size)
        assert_same(got, singly(dt.lab_surplus, letters))

    def test_governor_budget_against_fractions(self):
        letters = self.letters("revenue", "penalties", "checks", "k")

        with np.errstate(all="raise"):
            got = dt.governor_budget(**letters)
        size = letters["revenue"] + letters["penalties"] + 2 * letters["k"] * letters["checks"]
        assert_close(got, exactly(budget, letters), size)
        assert_same(got, singly(dt.governor_budget, letters))

    def test_they_share_out_what_welfare_is(self):
        letters = self.letters("rents", "n_V", "revenue", "penalties", "V", "checks", "k", "H")

        labs = exactly(surplus, {x: letters[x] for x in ("rents", "n_V", "revenue", "penalties", "V")})
        governor = exactly(budget, {x: letters[x] for x in ("revenue", "penalties", "checks", "k")})
        harm = exactly(lambda H, n_V: H * n_V, {x: letters[x] for x in ("H", "n_V")})
        shared = [a + b - c for a, b, c in zip(labs, governor, harm, strict=True)]
        part = {name: letters[name] for name in ("rents", "n_V", "checks", "V", "H", "k")}
        size = part["rents"] + 2 * (part["V"] + part["H"]) * part["n_V"] + 2 * part["k"] * part["checks"]
        assert_close(dt.expected_welfare(**part), shared, size)

    def test_contracts(self):
        labs = {"rents": 2.0, "n_V": 3.0, "revenue": 0.5, "penalties": 0.25, "V": 0.75}
        assert_contract(dt.lab_surplus, labs)
        assert_refused(dt.lab_surplus, labs, n_V=-1.0, revenue=-0.5, penalties=-0.25, V=-1.0)
        governor = {"revenue": 0.5, "penalties": 0.25, "checks": 4.0, "k": 0.125}
        assert_contract(dt.governor_budget, governor)
        assert_refused(dt.governor_budget, governor, revenue=-1.0, penalties=-1.0, checks=-1.0, k=-1.0)
