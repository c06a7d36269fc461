"""What must hold after every turn of every game, checked from the columns and the record alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from exact import N as POINTS

from deterrence import CapMarket, Game
from simulation import COLUMNS, QUANTITIES, PermitMarket, run

STEPS, REPLICATIONS = 2, 3
GAMES = POINTS // 10


def with_ties(market: PermitMarket, every: int, number: int) -> PermitMarket:
    """Make many bids equal in every few games: values on a coarse grid."""
    if number % every == 0:
        market.columns.gross_value = np.round(market.columns.gross_value * 2) / 2
    return market


def check_trade(market: PermitMarket, game: Game, row: int) -> None:
    labs = market.columns
    value, bid, permit = labs.gross_value[row], labs.bid[row], labs.has_permit[row]
    price = market.price[row]
    np.testing.assert_array_equal(bid, np.clip(value - game.lab.cost, 0, None))
    if not isinstance(game.market, CapMarket):
        assert price == game.market.fixed_price
        rent = value - (game.lab.cost if game.market.purchase_rule == "net" else 0.0)
        doubtful = np.isclose(rent, price, rtol=1e-11, atol=0)  # those are the business of test_ties
        np.testing.assert_array_equal(permit[~doubtful], (rent >= price)[~doubtful])
        return
    cap, bidders = game.market.token_cap, int((bid > 0).sum())
    assert permit.sum() == min(cap, bidders)
    assert (bid[permit] > 0).all()
    if cap == 0:
        assert math.isnan(price)
    else:
        assert price == (0.0 if cap >= game.n_agents else sorted(bid, reverse=True)[cap - 1])
    for loser in np.flatnonzero(~permit):
        assert (bid[permit] >= bid[loser]).all()
        equals = np.flatnonzero(permit & (bid == bid[loser]))
        assert (equals < loser).all(), "among equal bids the lower index wins"


def check_enforcement(market: PermitMarket, game: Game, row: int) -> None:
    labs = market.columns
    permit, compliant, runs = labs.has_permit[row], labs.compliant[row], labs.runs[row]
    signal, audited, backchecked = labs.signal[row], labs.audited[row], labs.backchecked[row]
    assert (compliant | ~permit).all()
    np.testing.assert_array_equal(runs, permit | ~compliant)
    assert not (signal | audited | backchecked)[~runs].any()
    assert not (audited & backchecked).any()
    np.testing.assert_array_equal(labs.caught[row], ~compliant & (audited | backchecked))
    audit, group = game.audit, np.where(compliant, audit_rate(game, True), audit_rate(game, False))
    assert not signal[runs & (group == 0)].any()
    assert signal[runs & (group == 1)].all()
    for probability, seen in ((audit.high_prob, signal), (audit.base_prob, ~signal)):
        if probability in (0.0, 1.0):
            assert (audited[runs & seen] == bool(probability)).all()
    if audit.backcheck_prob in (0.0, 1.0):
        assert (backchecked[runs & ~audited] == bool(audit.backcheck_prob)).all()


def audit_rate(game: Game, compliant: bool) -> float:
    return game.audit.false_positive_rate if compliant else 1 - game.audit.false_negative_rate


def check_counts(market: PermitMarket, game: Game, row: int) -> None:
    labs, n = market.columns, game.n_agents
    q = {name: getattr(market, name)[row] for name in QUANTITIES}
    finite = [name for name in QUANTITIES if name not in ("price", "unpermitted_compliance_rate")]
    assert all(math.isfinite(q[name]) for name in finite)
    assert all(np.isfinite(getattr(labs, name)).all() for name in COLUMNS)
    assert n == q["permits"] + q["deterred"] + q["violations"]
    assert q["permits"] == labs.has_permit[row].sum()
    assert q["violations"] == (~labs.compliant[row]).sum()
    assert q["compliance_rate"] == pytest.approx(1 - q["violations"] / n, abs=1e-15)
    if q["permits"] == n:
        assert math.isnan(q["unpermitted_compliance_rate"])
    else:
        share = q["deterred"] / (n - q["permits"])
        assert q["unpermitted_compliance_rate"] == pytest.approx(share, abs=1e-15)
    assert q["audits"] == labs.audited[row].sum()
    assert q["false_audits"] == sum(labs.audited[row] & labs.compliant[row])
    assert q["checks"] == q["audits"] + labs.backchecked[row].sum()
    assert q["catches"] == labs.caught[row].sum() <= min(q["violations"], q["checks"])
    assert q["audits"] - q["false_audits"] <= q["catches"]
    assert q["penalties"] == pytest.approx(penalty_of(game) * q["catches"])
    assert q["revenue"] == (q["price"] * q["permits"] if q["permits"] else 0.0)
    rents = sum(v - game.lab.cost for v in labs.gross_value[row][labs.runs[row]])
    racing = game.lab.racing_factor * game.lab.capability_value
    welfare = rents + (racing - game.audit.harm) * q["violations"] - game.audit.cost * q["checks"]
    assert q["welfare"] == pytest.approx(welfare, abs=1e-12 * n)


def penalty_of(game: Game) -> float:
    """min(K + phi, L), or K + min(phi, L) where the deposit is posted outside the cap."""
    audit = game.audit
    cap = math.inf if audit.liability_cap is None else audit.liability_cap
    if audit.liability_rule == "posted":
        return audit.collateral + min(audit.penalty_amount, cap)
    return min(audit.collateral + audit.penalty_amount, cap)


def test_every_turn_of_random_games_keeps_the_invariants(games):
    violations = permits = 0.0
    for number, game in enumerate(games(GAMES, seed=1)):
        market = with_ties(PermitMarket(game, rng=number, replications=REPLICATIONS), 3, number)
        for _ in range(STEPS):
            market.step()
            violations, permits = violations + market.violations.sum(), permits + market.permits.sum()
            for row in range(REPLICATIONS):
                check_trade(market, game, row)
                check_enforcement(market, game, row)
                check_counts(market, game, row)
    labs = sum(game.n_agents for game in games(GAMES, seed=1)) * STEPS * REPLICATIONS
    assert (
        min(violations, permits, labs - violations - permits) > 0.1 * labs
    )  # nothing held for lack of cases


def test_deterred_labs_are_those_whose_expected_punishment_covers_the_gain(games):
    for number, game in enumerate(games(GAMES // 2, seed=2)):
        market = PermitMarket(game, rng=number)
        market.step()
        audit, lab, labs = game.audit, game.lab, market.columns
        p_s = audit.beta * audit.high_prob + audit.false_negative_rate * audit.base_prob
        p_eff = 1 - (1 - p_s) * (1 - audit.backcheck_prob)
        feared = p_eff * labs.risk_profile * (penalty_of(game) + lab.reputation_sensitivity)
        price = math.inf if math.isnan(market.price) else market.price
        rent = labs.gross_value - lab.cost
        gain = {"min": np.minimum(price, rent), "price": price + 0 * rent, "value": rent}[lab.gain_rule]
        gain = gain + lab.racing_factor * lab.capability_value
        clear = ~labs.has_permit & ~np.isclose(feared, gain, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(labs.compliant[clear], (feared > gain)[clear])


def flows(market: PermitMarket, game: Game) -> tuple[np.ndarray, np.ndarray]:
    """Value created by the last turn outside the ledger, and the sum of all its payments, per replication."""
    labs, cost = market.columns, game.audit.cost
    rent = np.where(labs.runs, labs.gross_value - game.lab.cost, 0.0)
    racing = np.where(labs.compliant, 0.0, game.lab.racing_factor * game.lab.capability_value)
    checks = cost * (labs.audited | labs.backchecked)
    paid = np.nan_to_num(market.price)[:, None] * labs.has_permit + penalty_of(game) * labs.caught
    created = (rent + racing - checks).sum(axis=1)
    return created, (abs(rent) + racing + checks + paid).sum(axis=1)


def test_labs_and_governor_together_hold_what_was_created(games):
    for number, game in enumerate(games(GAMES, seed=3)):
        market = with_ties(PermitMarket(game, rng=number, replications=REPLICATIONS), 3, number)
        created = gross = np.zeros(REPLICATIONS)
        for _ in range(STEPS):
            market.step()
            created, gross = np.add((created, gross), flows(market, game))
        held = market.columns.wealth.sum(axis=1) + market.governor.account
        assert (abs(held - created) <= 1e-12 * gross).all()


def test_the_record_balances_too(games):
    for number, game in enumerate(games(GAMES, seed=4)):
        record = run(game, replications=4, steps=3, rng=number)
        harm = game.audit.harm * record.violations
        created = (record.welfare + harm).sum(axis=1)
        gross = (abs(record.welfare) + 2 * harm + record.revenue + record.penalties).sum(axis=1)
        gross += game.audit.cost * record.checks.sum(axis=1) + game.lab.cost * record.permits.sum(axis=1)
        assert (abs(record.wealth + record.account - created) <= 1e-12 * gross).all()


def test_scaling_all_money_by_a_power_of_two_changes_no_decision(baseline):
    scale = 2.0**20
    audit, lab = vars(baseline.audit), vars(baseline.lab)
    money = ("penalty_amount", "cost", "harm", "gross_value_min", "gross_value_max")
    rich = Game(
        n_agents=baseline.n_agents,
        market=baseline.market,
        audit=type(baseline.audit)(**{k: v * scale if k in money else v for k, v in audit.items()}),
        lab=type(baseline.lab)(**{k: v * scale if k in money else v for k, v in lab.items()}),
    )
    a, b = (run(game, replications=200, rng=3) for game in (baseline, rich))
    for name in ("permits", "violations", "audits", "catches"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    np.testing.assert_array_equal(a.welfare * scale, b.welfare)
