"""Games with everything at once: the same bytes however the work is cut, and when a market is changed."""

from __future__ import annotations

import copy
import dataclasses
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from records import assert_same

import simulation._draws
import simulation._play
import simulation._record
from deterrence import (
    AuditCapacity,
    AuditEscalation,
    FixedPriceMarket,
    Game,
    LogitLabs,
    LoweringGovernor,
    RacingGap,
    Splitting,
)
from simulation import COLUMNS, ESCROW, QUANTITIES, PermitMarket, run

QUESTION = {"replications": 30, "steps": 13, "rng": 7}


def by_the_unit(game: Game) -> Game:
    """Permits for compute, small runs exempt, fines and signals that grow with it, everybody reports."""
    audit = dataclasses.replace(
        game.audit, whistleblower_prob=0.2, monitoring_prob=0.3, signal_scale=1.0, excess_penalty=0.3,
        excess_exponent=2.0, collateral=0.1, escalation=AuditEscalation(increment=0.7, decay=0.3),
    )  # fmt: skip
    market = dataclasses.replace(game.market, flops_per_permit=0.5)
    lab = dataclasses.replace(game.lab, flops_min=0.0, flops_max=2.0)
    return dataclasses.replace(game, audit=audit, market=market, lab=lab, flop_threshold=0.4)


def by_lot(game: Game) -> Game:
    """Few permits and few auditors, for labs that split their runs and draw values anew."""
    capacity = AuditCapacity(audits=3, priority="signal", expected=0.7)
    audit = dataclasses.replace(game.audit, capacity=capacity, monitoring_prob=0.3)
    splitting = Splitting(cost_min=0.0, cost_max=0.1, coordination_min=0.0, coordination_max=1.0)
    lab = dataclasses.replace(game.lab, redraw_values=True, splitting=splitting)
    return dataclasses.replace(game, audit=audit, lab=lab, market=FixedPriceMarket(fixed_price=0.4, supply=5))


def with_memory(game: Game) -> Game:
    """Labs that err, race and are remembered, and a Governor that learns."""
    audit = dataclasses.replace(
        game.audit, capacity=AuditCapacity(audits=4), turnover_share=0.1,
        governor=LoweringGovernor(down=0.02, up=0.1),
    )  # fmt: skip
    lab = dataclasses.replace(
        game.lab, bid_rule="strategic", racing_gap=RacingGap(sensitivity=0.5, scale=2.0), turnover_min=1.0,
        turnover_max=20.0, capability_value=0.1, reputation_sensitivity=0.1, reputation_escalation=0.2,
        behaviour=LogitLabs(precision=5.0),
    )  # fmt: skip
    return dataclasses.replace(game, audit=audit, lab=lab)


@pytest.fixture(params=[by_the_unit, by_lot, with_memory], ids=lambda extend: extend.__name__)
def game(request, baseline) -> Game:
    return request.param(baseline)


@pytest.mark.parametrize(("cells", "kept", "piece"), [(60, 10**9, 1), (140, 0, 100), (10**9, 0, 10**9)])
def test_blocks_of_any_size_and_threads_give_the_same_bytes(game, monkeypatch, cells, kept, piece):
    questions = [{**QUESTION, "detail": detail} for detail in ("run", "lab")]
    whole = [run(game, **question) for question in questions]
    monkeypatch.setattr(simulation._record, "BLOCK_CELLS", cells)
    monkeypatch.setattr(simulation._draws, "KEPT", kept)
    monkeypatch.setattr(simulation._play, "PIECE", piece)
    with ThreadPoolExecutor(2) as threads:
        for record, question in zip(whole, questions, strict=True):
            assert_same(record, run(game, **question))
            assert_same(record, run(game, **question, executor=threads))


def test_processes_give_the_same_bytes(baseline, monkeypatch):
    games = [extend(baseline) for extend in (by_the_unit, by_lot, with_memory)]
    whole = [run(game, **QUESTION, detail="lab") for game in games]
    monkeypatch.setattr(simulation._record, "BLOCK_CELLS", 20 * 7)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        for record, game in zip(whole, games, strict=True):
            assert_same(record, run(game, **QUESTION, detail="lab", executor=processes))


def everything(market: PermitMarket) -> dict[str, np.ndarray]:
    found = {name: np.atleast_1d(getattr(market, name)) for name in QUANTITIES + ESCROW}
    found |= {name: getattr(market.columns, name).copy() for name in COLUMNS}
    return found | {"account": np.atleast_1d(market.governor.account)}


def assert_alike(a: PermitMarket, b: PermitMarket, row: slice = slice(None)) -> None:
    theirs = everything(b)
    for name, values in everything(a).items():
        assert values[row].tobytes() == theirs[name].tobytes(), name


def test_step_by_step_equals_run_and_any_replication_is_the_same_alone(game):
    record = run(game, **QUESTION, detail="lab")
    assert_same(record, run(game, **{**QUESTION, "replications": range(17, 18)}, detail="lab"), slice(17, 18))
    market = PermitMarket(game, rng=7, replications=30)
    for step, steps in ((1, 1), (2, 1), (9, 7), (10, 1), (13, 3)):
        market.run(steps) if steps > 1 else market.step()
        for name in QUANTITIES + ESCROW:
            assert getattr(market, name).tobytes() == getattr(record, name)[:, step - 1].tobytes(), name
        for name in COLUMNS:
            now = getattr(market.columns, name)
            assert now.tobytes() == getattr(record.labs, name)[:, step - 1].tobytes(), name
    assert market.governor.account.tobytes() == record.account.tobytes()


def change(market: PermitMarket) -> None:
    """Make one lab rich and worth much, another careless, and let a third go."""
    market.labs[3].wealth = 5.0
    market.labs[3].gross_value = 4.0
    market.labs[5].risk_profile = 0.0
    market.labs[0].remove()


def test_a_market_that_is_changed_plays_on_the_same_in_any_company(game):
    many, few, alone = (
        PermitMarket(game, rng=7, replications=numbers) for numbers in (30, range(4, 7), range(5, 6))
    )
    for market in (many, few, alone):
        market.run(4)
        change(market)
    for steps in (1, 6):
        for market in (many, few, alone):
            market.run(steps)
        assert_alike(many, few, slice(4, 7))
        assert_alike(few, alone, slice(1, 2))


def test_what_is_changed_is_what_is_played_with_and_who_has_left_is_out(game):
    market = PermitMarket(game, rng=7, replications=30)
    market.run(4)
    before = everything(market)
    wealth = market.columns.wealth[:, 0].copy()
    change(market)
    for name, values in before.items():
        if name not in ("gross_value", "risk_profile", "wealth"):
            assert values.tobytes() == everything(market)[name].tobytes(), name
    market.step()
    labs = market.columns
    if not game.lab.redraw_values:
        assert (labs.gross_value[:, 3] == 4.0).all()
    assert (labs.risk_profile[:, 5] == 0.0).all()
    assert (labs.wealth[:, 3] > 0).all()
    market.run(5)
    for name in ("has_permit", "exempt", "runs", "signal", "audited", "caught", "bid"):
        assert not getattr(labs, name)[:, 0].any(), name
    np.testing.assert_array_equal(labs.wealth[:, 0], wealth)
    accounted = market.permits + market.violations + market.deterred + labs.exempt.sum(axis=1)
    np.testing.assert_array_equal(accounted, 19.0)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda market: pickle.loads(pickle.dumps(market))])
@pytest.mark.parametrize("replications", [1, 30])
def test_a_copy_plays_on_by_itself(game, duplicate, replications):
    market = PermitMarket(game, rng=7, replications=replications)
    market.run(4)
    twin = duplicate(market)
    assert_alike(market, twin)
    market.run(6)
    assert market.steps == twin.steps + 6
    twin.run(6)
    assert_alike(market, twin)
