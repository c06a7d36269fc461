"""What a user of Mesa expects of a model and its agents."""

from __future__ import annotations

import copy
import gc
import math
import pickle

import numpy as np
import pytest

from deterrence import ParameterError
from simulation import COLUMNS, QUANTITIES, Lab, PermitMarket


@pytest.fixture
def market(baseline) -> PermitMarket:
    return PermitMarket(baseline, rng=7)


def test_in_an_ensemble_a_lab_has_one_value_per_replication(baseline):
    market = PermitMarket(baseline, rng=7, replications=5)
    market.step()
    lab = market.labs[3]
    np.testing.assert_array_equal(lab.bid, market.columns.bid[:, 3])
    assert market.governor.account.shape == market.price.shape == (5,)
    lab.gross_value = 9.0
    market.step()
    assert lab.has_permit.all()
    lab.gross_value = np.arange(5.0)
    np.testing.assert_array_equal(market.columns.gross_value[:, 3], np.arange(5.0))


def test_what_a_market_returned_does_not_change_afterwards(baseline):
    market = PermitMarket(baseline, rng=7, replications=5)
    market.step()
    welfare, account, wealth = market.welfare, market.governor.account, market.labs[0].wealth
    before = [x.copy() for x in (welfare, account, wealth)]
    market.step()
    for old, now in zip(before, (welfare, account, wealth), strict=True):
        np.testing.assert_array_equal(old, now)
    for mine in (welfare := market.welfare, market.governor.account, market.labs[0].wealth):
        mine[:] = -1.0
    assert (market.welfare != welfare).all()
    assert (market.governor.account != -1.0).all()
    assert (market.labs[0].wealth != -1.0).all()


def test_quantities_are_those_of_the_theory():
    import deterrence

    assert QUANTITIES == deterrence.QUANTITIES


def test_a_lab_that_has_left_bids_nothing_and_keeps_its_wealth(market):
    market.step()
    richest = max(market.labs, key=lambda lab: lab.bid)
    assert (richest.bid > 0, richest.has_permit) == (True, True)
    before = richest.wealth
    richest.remove()
    assert richest.bid > 0, "the last turn is as it was"
    market.step()
    assert (richest.bid, richest.has_permit, richest.runs, richest.wealth) == (0, False, False, before)


def test_models_own_generator_follows_the_seed(baseline):
    a, b, c = (PermitMarket(baseline, rng=seed) for seed in (7, 7, 8))
    assert a.rng.random() == b.rng.random() != c.rng.random()
    assert a.random.random() == b.random.random()


def test_labs_are_built_when_they_are_first_looked_at(baseline):
    market = PermitMarket(baseline, rng=7)
    market.run(3)
    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, Lab) and one.model is market]
    assert len(market.labs) == 20


def test_the_governor_knows_its_policy(market, baseline):
    assert market.governor.policy == baseline.audit
    with pytest.raises(AttributeError):
        market.governor.account = 3.0


def test_every_quantity_is_a_plain_number_that_cannot_be_written(market):
    for steps in (0, 1):
        for name in QUANTITIES:
            before = getattr(market, name)
            assert type(before) is float
            assert math.isnan(before) == (steps == 0)
            with pytest.raises(AttributeError, match=f"^{name} cannot be written"):
                setattr(market, name, 3.0)
            np.testing.assert_equal(getattr(market, name), before)
        market.step()
    with pytest.raises(AttributeError, match="'PermitMarket' object has no attribute 'prize'"):
        market.prize  # noqa: B018


NO_VALUES = [
    math.nan, math.inf, True, None, "1.0", 1j, {}, [[1.0], [1.0, 2.0]],
    np.full(3, 0.5), np.full((2, 20), 0.5), np.full((5, 1, 1), 0.5),
    [None] * 5, ["0.5"] * 5, np.full(5, np.nan), [0.5, 0.5, 0.5, 0.5, math.inf],
]  # fmt: skip


@pytest.mark.parametrize("replications", [1, 5])
@pytest.mark.parametrize("steps", [0, 2])
def test_what_cannot_be_a_labs_is_refused_and_changes_nothing(baseline, replications, steps):
    market, twin = (PermitMarket(baseline, rng=7, replications=replications) for _ in range(2))
    for _ in range(steps):
        market.step()
        twin.step()
    lab = market.labs[3]
    for name in ("gross_value", "risk_profile", "wealth"):
        for value in (*NO_VALUES, *([] if name == "wealth" else [-1.0, [0.5, 0.5, 0.5, 0.5, -0.1]])):
            for owner in (lab, market.columns):
                with pytest.raises(ParameterError, match=rf"^{name} = .*\(allowed: finite, >= .*shape \("):
                    setattr(owner, name, value)
    for owner in (lab, market.columns):
        for name in ("has_permit", "compliant", "bid"):
            with pytest.raises(
                AttributeError, match=f"{name} cannot be written; gross_value, risk_profile, wealth can"
            ):
                setattr(owner, name, 1.0)
    for name in COLUMNS:
        column = getattr(market.columns, name)
        with pytest.raises(ValueError, match="read-only"):
            column[:] = 1.0
    market.step()
    twin.step()
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(market.columns, name), getattr(twin.columns, name))
    np.testing.assert_equal([getattr(market, q) for q in QUANTITIES], [getattr(twin, q) for q in QUANTITIES])


def test_a_whole_column_can_be_written(baseline):
    market = PermitMarket(baseline, rng=7, replications=5)
    values = np.linspace(0.0, 1.0, 100).reshape(5, 20)
    for column, expected in (
        (values, values),
        (values[0], values[[0] * 5]),
        (values[:, :1], values[:, [0] * 20]),
    ):
        assert not np.array_equal(market.columns.gross_value, expected)
        market.columns.gross_value = column
        np.testing.assert_array_equal(market.columns.gross_value, expected)
        market.step()
        np.testing.assert_array_equal(market.columns.bid, expected)
    market.columns.wealth = -3
    assert market.labs[7].wealth.tolist() == [-3.0] * 5


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_is_whole_and_its_columns_are_read_only(baseline, duplicate):
    """A shallow copy, too, plays by itself; that of a plain Mesa model would play the original."""
    market = PermitMarket(baseline, rng=7, replications=3)
    market.run(2)
    seen = market.columns.wealth
    twin = duplicate(market)
    np.testing.assert_array_equal(twin.columns.wealth, seen)
    for name in COLUMNS:
        assert not getattr(twin.columns, name).flags.writeable
    twin.run(2)
    assert (twin.steps, market.steps) == (4, 2)
    np.testing.assert_array_equal(market.columns.wealth, seen)
    assert len(market.datacollector.model_vars["price"]) == 2
    market.run(2)
    np.testing.assert_array_equal(twin.columns.wealth, market.columns.wealth)


def test_a_market_without_labs_plays_on(market):
    market.run(2)
    market.remove_all_agents()
    market.step()
    assert market.permits == market.violations == market.deterred == market.checks == 0.0
    assert math.isnan(market.compliance_rate)
