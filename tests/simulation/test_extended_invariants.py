"""What must hold after every turn of every game beyond the basic model, from columns and record alone."""

from __future__ import annotations

import math

import numpy as np
from exact import N as POINTS

from deterrence import CapMarket, Game, extensions
from simulation import COLUMNS, ESCROW, QUANTITIES, PermitMarket, run
from tests.plain_regime import penalty_of

STEPS, REPLICATIONS = 3, 3
GAMES = POINTS // 50


def check_labs(market: PermitMarket, game: Game) -> None:
    labs = market.columns
    assert all(np.isfinite(getattr(labs, name)).all() for name in COLUMNS)
    assert not (labs.has_permit & labs.exempt).any()
    assert (labs.compliant | ~(labs.has_permit | labs.exempt)).all()
    np.testing.assert_array_equal(labs.runs, labs.has_permit | labs.exempt | ~labs.compliant)
    checked = labs.audited | labs.backchecked
    assert not (labs.signal | checked | labs.caught)[~labs.runs | labs.exempt].any()
    assert not (labs.audited & labs.backchecked).any()
    assert not labs.caught[labs.compliant].any()
    assert not labs.splits[labs.compliant].any()
    np.testing.assert_array_equal(labs.reported, labs.caught & ~checked)
    assert labs.caught[checked & ~labs.compliant & ~labs.splits].all()
    audit = game.audit
    if audit.whistleblower_prob == 0 == audit.monitoring_prob:
        assert not labs.reported.any()
    if 1 in (audit.whistleblower_prob, audit.monitoring_prob, audit.backcheck_prob):
        assert labs.caught[~labs.compliant & ~labs.splits].all()
    if game.lab.splitting is None:
        assert not labs.splits.any()
    if not game.flop_threshold:
        assert game.lab.flops_min == 0 or not labs.exempt.any()


def check_sale(market: PermitMarket, game: Game, row: int) -> None:
    labs, sale = market.columns, game.market
    bid, permit, price = labs.bid[row], labs.has_permit[row], market.price[row]
    assert not bid[labs.exempt[row]].any()
    rent = np.maximum(labs.gross_value[row] - game.lab.cost, 0.0)
    if not isinstance(sale, CapMarket):
        assert price == sale.fixed_price
        if sale.supply is not None:
            assert permit.sum() <= sale.supply
        return
    if sale.token_cap == 0:
        assert math.isnan(price)
        assert not permit.any()
        return
    assert (bid[permit] > 0).all()
    assert (bid[permit] >= price).all()
    assert min(bid[permit], default=math.inf) >= max(bid[~permit], default=0.0)
    assert market.revenue[row] <= price * sale.token_cap * (1 + 1e-12)
    if sale.flops_per_permit is None:
        assert (bid <= rent).all()
        assert permit.sum() == min(sale.token_cap, (bid > 0).sum())
        needing = game.n_agents - labs.exempt[row].sum()
        bound = sorted(bid, reverse=True)[sale.token_cap - 1] if sale.token_cap < needing else 0.0
        assert price == bound


def check_counts(market: PermitMarket, game: Game, row: int) -> None:
    labs, n, audit = market.columns, game.n_agents, game.audit
    q = {name: getattr(market, name)[row] for name in QUANTITIES + ESCROW}
    finite = [name for name in q if name not in ("price", "unpermitted_compliance_rate")]
    assert all(math.isfinite(q[name]) for name in finite)
    exempt = labs.exempt[row].sum()
    assert n == q["permits"] + q["deterred"] + q["violations"] + exempt
    assert q["permits"] == labs.has_permit[row].sum()
    assert q["violations"] == (~labs.compliant[row]).sum()
    assert q["audits"] == labs.audited[row].sum()
    assert q["false_audits"] == (labs.audited[row] & labs.compliant[row]).sum()
    assert q["checks"] == q["audits"] + labs.backchecked[row].sum()
    assert q["catches"] == labs.caught[row].sum()
    if audit.capacity is not None:
        assert q["audits"] <= audit.capacity.audits
    own_fines = audit.excess_penalty or audit.turnover_share
    least = penalty_of(audit, audit.penalty_amount) * q["catches"] * (1 - 1e-12)
    assert q["penalties"] >= least if own_fines else math.isclose(q["penalties"], least, abs_tol=1e-12)
    assert q["collateral_posted"] == audit.collateral * (n - exempt)
    assert q["collateral_seized"] <= q["penalties"] * (1 + 1e-12)
    total = q["collateral_seized"] + q["collateral_refunded"]
    assert math.isclose(total, q["collateral_posted"], rel_tol=1e-12)


def test_every_turn_keeps_the_invariants(extended_games):
    seen = dict.fromkeys(("exempt", "splits", "reported", "has_permit", "caught"), 0)
    for number, game in enumerate(extended_games(GAMES, seed=21)):
        market = PermitMarket(game, rng=number, replications=REPLICATIONS)
        for _ in range(STEPS):
            market.step()
            check_labs(market, game)
            for row in range(REPLICATIONS):
                check_sale(market, game, row)
                check_counts(market, game, row)
            for name in seen:
                seen[name] += getattr(market.columns, name).sum()
    assert min(seen.values()) > 0, "nothing held for lack of cases"


def created(market: PermitMarket, game: Game) -> tuple[np.ndarray, np.ndarray]:
    """Value that the last turn created outside the ledger, and the sum of all its payments, per replication.

    Without the splits and the gaps that labs do not show.
    """
    labs = market.columns
    rent = np.where(labs.runs, labs.gross_value - game.lab.cost, 0.0)
    racing = np.where(labs.compliant, 0.0, game.lab.racing_factor * game.lab.capability_value)
    checks = game.audit.cost * (labs.audited | labs.backchecked)
    paid = market.revenue + market.penalties
    return (rent + racing - checks).sum(axis=1), (abs(rent) + racing + checks).sum(axis=1) + 2 * paid


def test_labs_and_governor_together_hold_what_was_created(extended_games):
    played = 0
    for number, game in enumerate(extended_games(GAMES, seed=22)):
        if not {"lab.splitting", "lab.racing_gap"}.isdisjoint(extensions(game)):
            continue
        played += 1
        market = PermitMarket(game, rng=number, replications=REPLICATIONS)
        value = gross = np.zeros(REPLICATIONS)
        for _ in range(STEPS):
            market.step()
            value, gross = np.add((value, gross), created(market, game))
        held = market.columns.wealth.sum(axis=1) + market.governor.account
        assert (abs(held - value) <= 1e-12 * gross).all()
    assert played > GAMES / 4


def test_the_record_balances_too(extended_games):
    """Of every game: what labs do not show is in welfare."""
    for number, game in enumerate(extended_games(GAMES, seed=23)):
        record = run(game, replications=4, steps=3, rng=number)
        harm = game.audit.harm * record.violations
        value = (record.welfare + harm).sum(axis=1)
        gross = abs(record.welfare) + 2 * harm + record.revenue + record.penalties
        gross = (gross + game.audit.cost * record.checks + game.lab.cost * game.n_agents).sum(axis=1)
        assert (abs(record.wealth + record.account - value) <= 1e-12 * gross).all()
