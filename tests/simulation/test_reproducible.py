"""The same seed gives the same bytes, however the work is cut; and nobody else's luck is touched."""

from __future__ import annotations

import dataclasses
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from records import assert_same, digest

import simulation._draws
import simulation._enforcement
import simulation._play
import simulation._record
import simulation._turn
from deterrence import (
    CapMarket,
    FixedPriceMarket,
    Game,
    LabPopulation,
    LogNormal,
    Scenario,
    TruncatedNormal,
)
from simulation import COLUMNS, QUANTITIES, PermitMarket, run

ROOT = Path(__file__).parents[2]


def other_labs(game: Game) -> Game:
    lab = LabPopulation(
        gross_value_distribution=TruncatedNormal(mean=0.5, sd=0.4, min=0.0, max=2.0),
        risk_profile_distribution=LogNormal(median=1.0, sigma=0.4),
        cost=0.1,
    )
    return dataclasses.replace(game, lab=lab)


@pytest.fixture(params=["uniform", "truncated normal and lognormal"])
def game(request, baseline) -> Game:
    return baseline if request.param == "uniform" else other_labs(baseline)


def test_the_same_seed_gives_the_same_bytes_twice(game):
    assert digest(run(game, replications=50, steps=3, rng=7)) == digest(
        run(game, replications=50, steps=3, rng=7)
    )


IN_ANOTHER_PROCESS = """
import sys
from deterrence import *
from records import digest
from simulation import run
print(digest(run(eval(sys.argv[1]), replications=50, steps=3, rng=7)))
"""


def test_the_same_seed_gives_the_same_bytes_in_another_process(game):
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, repr(game)]
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONHASHSEED": "123", "PYTHONPATH": path}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest(run(game, replications=50, steps=3, rng=7))


@pytest.mark.parametrize("cells", [1, 47, 20 * 33, 10**9])
@pytest.mark.parametrize("in_cache", [1, 700, 10**9])
@pytest.mark.parametrize("kept", [0, 10**9])
def test_blocks_of_any_size_give_the_same_bytes(game, monkeypatch, cells, in_cache, kept):
    questions = [{"replications": 100, "steps": 13, "rng": 7, "detail": detail} for detail in ("run", "lab")]
    whole = [run(game, **question) for question in questions]
    monkeypatch.setattr(simulation._record, "BLOCK_CELLS", cells)
    monkeypatch.setattr(simulation._enforcement, "IN_CACHE", in_cache)
    monkeypatch.setattr(simulation._draws, "KEPT", kept)
    monkeypatch.setattr(simulation._play, "PIECE", in_cache)
    for record, question in zip(whole, questions, strict=True):
        assert_same(record, run(game, **question))


@pytest.fixture
def coarse(monkeypatch):
    """Values and risks are multiples of 1/8, so that many bids are equal and sums exact in any order."""
    quantile = simulation._draws.quantile
    monkeypatch.setattr(simulation._draws, "quantile", lambda law, u: np.round(8 * quantile(law, u)) / 8)


@pytest.mark.parametrize("market", [CapMarket(token_cap=7), FixedPriceMarket(fixed_price=0.5)], ids=str)
@pytest.mark.parametrize("replications", [1, 3, 30])
@pytest.mark.parametrize(
    ("slab", "in_cache"), [(1, 1), (3, 3), (3, 19), (7, 20), (19, 19), (20, 20), (3, 90)]
)
def test_labs_in_slabs_of_any_size_decide_and_are_drawn_the_same(
    baseline, coarse, monkeypatch, market, replications, slab, in_cache
):
    """More labs than decide or are drawn at once, with ties across the slabs, and memory for no more."""
    game = dataclasses.replace(baseline, market=market)
    question = {"replications": replications, "steps": 13, "rng": 7, "detail": "lab"}
    whole = run(game, **question)
    first = zip(whole.labs.bid[:, 0], whole.labs.has_permit[:, 0], strict=True)
    tied = [bids[wins].min() == bids[~wins].max() for bids, wins in first]
    assert isinstance(market, FixedPriceMarket) or any(tied), "nothing held for lack of cases"
    monkeypatch.setattr(simulation._turn, "SLAB", slab)
    monkeypatch.setattr(simulation._enforcement, "SLAB", slab)
    monkeypatch.setattr(simulation._enforcement, "IN_CACHE", in_cache)
    monkeypatch.setattr(simulation._enforcement, "_memory", simulation._enforcement._Memory())
    assert_same(whole, run(game, **question))


@pytest.mark.parametrize("pieces", [[60], [1] * 60, [1, 9, 40, 10], [5, 48, 7]], ids=str)
@pytest.mark.parametrize("replications", [1, 5, 30])
def test_step_by_step_equals_run_and_the_record(game, pieces, replications):
    record = run(game, replications=replications, steps=60, rng=7, detail="lab")
    market = PermitMarket(game, rng=7, replications=replications)
    for steps in pieces:
        if steps == 1:
            market.step()
        else:
            market.run(steps)
        for name in QUANTITIES:
            now = np.atleast_1d(getattr(market, name))
            assert now.tobytes() == getattr(record, name)[:, market.steps - 1].tobytes()
        for name in COLUMNS:
            now = getattr(market.columns, name)
            assert now.tobytes() == getattr(record.labs, name)[:, market.steps - 1].tobytes()
    frame = market.datacollector.get_model_vars_dataframe()
    for name in QUANTITIES:
        kept = np.stack(frame[name], axis=-1).reshape(replications, 60)
        assert kept.tobytes() == getattr(record, name).tobytes()
    assert np.atleast_1d(market.governor.account).tobytes() == record.account.tobytes()
    np.testing.assert_allclose(market.columns.wealth.sum(axis=1), record.wealth, rtol=1e-13)


def everything(market: PermitMarket) -> dict[str, np.ndarray]:
    found = {name: np.array(getattr(market, name)) for name in QUANTITIES}
    found |= {name: getattr(market.columns, name).copy() for name in COLUMNS}
    return found | {"account": np.array(market.governor.account)}


ACTS = {
    "nothing": lambda market: None,
    "run": lambda market: market.run(5),
    "a value written": lambda market: setattr(market.labs[1], "gross_value", 0.25 + market.steps % 3),
    "a risk written": lambda market: setattr(market.labs[2], "risk_profile", market.steps % 4),
    "wealth written": lambda market: setattr(market.labs[3], "wealth", 5.0),
    "a lab lost": lambda market: market.labs[0 if market.steps % 2 else -1].remove(),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("replications", [1, 3, 30])
def test_a_market_is_the_same_whether_it_is_looked_at_after_every_turn_or_seldom(game, replications, act):
    """One that nobody looks at plays ahead of what it shows; what is written or asked finds it there."""
    seldom, often = (PermitMarket(game, rng=7, replications=replications) for _ in range(2))
    for steps in (1, 2, 7, 3, 30, 41, 1):
        for _ in range(steps):
            seldom.step()
            often.step()
            before = everything(often)
        act(seldom)
        if act is ACTS["run"]:
            for _ in range(5):
                often.step()
                before = everything(often)
        else:
            act(often)
        for name, values in everything(seldom).items():
            if name not in ("gross_value", "risk_profile", "wealth"):
                assert values.tobytes() == before[name].tobytes(), (name, seldom.steps)
            assert values.tobytes() == everything(often)[name].tobytes(), (name, seldom.steps)


def test_replication_17_is_the_same_alone_and_in_company(game):
    ensemble = run(game, replications=40, steps=2, rng=7)
    alone = run(game, replications=range(17, 18), steps=2, rng=7)
    assert_same(ensemble, alone, slice(17, 18))
    market = PermitMarket(game, rng=7, replications=range(17, 18))
    market.run(2)
    assert market.welfare == ensemble.welfare[17, 1]


def test_a_grown_ensemble_keeps_its_earlier_replications(game):
    assert_same(
        run(game, replications=90, steps=2, rng=7), run(game, replications=30, steps=2, rng=7), slice(0, 30)
    )


def test_more_steps_keep_the_earlier_ones(game):
    short, long = run(game, replications=9, steps=2, rng=7), run(game, replications=9, steps=5, rng=7)
    np.testing.assert_array_equal(short.catches, long.catches[:, :2])


def test_policies_are_compared_on_the_same_labs(baseline):
    harsher = dataclasses.replace(baseline, audit=dataclasses.replace(baseline.audit, penalty_amount=1.0))
    a, b = (run(game, replications=500, rng=7) for game in (baseline, harsher))
    np.testing.assert_array_equal(a.price, b.price)
    assert (b.violations <= a.violations).all()
    assert b.violations.sum() < a.violations.sum()


@pytest.mark.parametrize("worth_a_thread", [0, 10**9], ids=["threads", "no threads"])
def test_no_global_random_state_is_read_or_written(baseline, monkeypatch, worth_a_thread):
    def everything() -> str:
        market = PermitMarket(baseline, rng=7, replications=2)
        market.run(2)
        market.agents.shuffle_do("step")
        market.labs[3].gross_value = 1.0
        PermitMarket(baseline).step()
        run(other_labs(baseline), replications=10)
        return digest(run(baseline, replications=10, rng=7, detail="lab"))

    monkeypatch.setattr(simulation._record, "BLOCK_CELLS", 20 * 3)
    monkeypatch.setattr(simulation._record, "WORTH_A_THREAD", worth_a_thread)

    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    python, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002
    first = everything()
    assert random.getstate() == python
    assert all(np.array_equal(a, b) for a, b in zip(np.random.get_state(), numpys, strict=True))  # noqa: NPY002
    random.seed(2)
    np.random.seed(2)  # noqa: NPY002
    assert everything() == first


SEEDS = [0, 1, 2**32, 2**64, 2**64 + 1, 2**128 - 1]


def test_0_and_2_to_the_64_are_seeds_like_any_other(baseline):
    records = [run(baseline, replications=5, rng=seed) for seed in SEEDS]
    assert [record.seed for record in records] == SEEDS
    assert len({digest(record) for record in records}) == len(SEEDS)
    assert digest(run(baseline, replications=5, rng=0)) == digest(records[0])
    assert digest(run(baseline, replications=5, rng=np.uint64(1))) == digest(records[1])


def scenario(game: Game, seed: int | None) -> Scenario:
    parts = {name: getattr(game, name) for name in ("n_agents", "audit", "market", "lab")}
    return Scenario(name="s", description="d", steps=3, seed=seed, **parts)


def test_a_scenario_brings_its_steps_and_its_seed(baseline):
    record = run(scenario(baseline, 0), replications=4)
    assert (record.seed, record.steps, record.price.shape) == (0, 3, (4, 3))
    assert_same(record, run(baseline, replications=4, steps=3, rng=0))
    assert run(scenario(baseline, 0), replications=4, rng=5).seed == 5
    assert PermitMarket(scenario(baseline, 9)).seed == 9


def test_a_run_without_a_seed_records_the_one_it_drew(baseline):
    for game in (baseline, scenario(baseline, None)):
        first, second = run(game, replications=4, steps=1), run(game, replications=4, steps=1)
        assert first.seed != second.seed
        assert_same(first, run(game, replications=4, steps=1, rng=first.seed))


def test_a_generator_gives_one_seed(baseline):
    generator = np.random.default_rng(3)
    a, b = run(baseline, replications=4, rng=generator), run(baseline, replications=4, rng=generator)
    assert a.seed != b.seed
    assert a.seed == run(baseline, replications=4, rng=np.random.default_rng(3)).seed
    assert_same(a, run(baseline, replications=4, rng=a.seed))
