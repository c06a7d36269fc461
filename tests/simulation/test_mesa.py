"""What a user of Mesa expects of a model and its agents."""

from __future__ import annotations

import copy
import gc
import math
import pickle
import weakref

import mesa
import numpy as np
import pytest

from deterrence import ParameterError
from simulation import QUANTITIES, Governor, Lab, PermitMarket


@pytest.fixture
def market(baseline) -> PermitMarket:
    return PermitMarket(baseline, rng=7)


def test_a_market_is_a_mesa_model_that_counts_its_steps(market):
    assert isinstance(market, mesa.Model)
    assert market.running
    market.step()
    market.run(2)
    assert market.steps == 3


def test_agents_are_labs_and_a_governor(market, baseline):
    assert len(market.agents) == 21
    assert set(market.agent_types) == {Lab, Governor}
    assert list(market.agents_by_type[Lab]) == market.labs
    assert list(market.agents_by_type[Governor]) == [market.governor]
    assert [lab.index for lab in market.labs] == list(range(20))
    assert sorted(agent.unique_id for agent in market.agents) == list(range(1, 22))
    assert all(isinstance(agent, mesa.Agent) and agent.model is market for agent in market.agents)
    assert market.governor.policy == baseline.audit


@pytest.mark.parametrize("first", ["agents", "agents_by_type", "agent_types", "labs"])
def test_agents_are_there_whichever_way_one_asks_first(market, first):
    market.step()
    getattr(market, first)
    assert len(market.agents) == 21
    assert len(market.agents_by_type[Lab]) == 20
    assert market.agents is market.agents


def test_select_get_agg_do_and_set(market):
    market.step()
    labs = market.agents_by_type[Lab]
    permitted = labs.select(lambda lab: lab.has_permit)
    assert len(permitted) == market.permits == 10
    assert labs.get("gross_value") == market.columns.gross_value[0].tolist()
    assert labs.agg("wealth", sum) == pytest.approx(market.columns.wealth.sum())
    assert len(labs.groupby("compliant").groups[False]) == market.violations > 0
    seen = []
    labs.do(lambda lab: seen.append(lab.index))
    assert seen == list(range(20))
    labs.do("step")
    labs.set("gross_value", 0.0)
    market.step()
    assert market.permits == market.violations == 0


def test_attributes_are_plain_numbers_and_bools(market):
    market.step()
    lab = market.labs[0]
    for name in ("gross_value", "risk_profile", "bid", "wealth"):
        assert type(getattr(lab, name)) is float
    for name in ("has_permit", "compliant", "runs", "signal", "audited", "backchecked", "caught"):
        assert type(getattr(lab, name)) is bool
    for name in QUANTITIES:
        assert type(getattr(market, name)) is float


def test_what_is_written_to_a_lab_is_seen_by_the_next_step(market):
    market.step()
    poorest = min(market.labs, key=lambda lab: lab.gross_value)
    assert not poorest.has_permit
    poorest.gross_value = 5.0
    market.step()
    assert (poorest.has_permit, poorest.bid, poorest.compliant) == (True, 5.0, True)
    reckless = next(lab for lab in market.labs if not lab.has_permit and lab.compliant)
    reckless.risk_profile = 0.0
    reckless.wealth = 100.0
    market.step()
    assert not reckless.compliant
    assert reckless.wealth == 100.0 + reckless.gross_value - 0.6 * reckless.caught


def test_what_cannot_be_a_labs_is_refused(market):
    lab = market.labs[0]
    for name, value in (
        ("gross_value", math.nan), ("gross_value", -1.0), ("risk_profile", -0.1), ("gross_value", "1.0"),
        ("wealth", math.inf), ("risk_profile", True),
    ):  # fmt: skip
        before = getattr(lab, name)
        with pytest.raises(ParameterError, match=name):
            setattr(lab, name, value)
        assert getattr(lab, name) == before
    for name in ("has_permit", "compliant", "bid"):
        with pytest.raises(
            AttributeError, match=f"{name} cannot be written; gross_value, risk_profile, wealth"
        ):
            setattr(lab, name, 1.0)
    with pytest.raises(ValueError, match="read-only"):
        market.columns.gross_value[:] = 1.0
    with pytest.raises(AttributeError):
        market.governor.account = 3.0


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


def test_the_data_collector_keeps_every_quantity_of_every_step(market):
    seen = []
    for _ in range(3):
        market.step()
        seen.append([getattr(market, name) for name in QUANTITIES])
    frame = market.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == list(QUANTITIES)
    np.testing.assert_array_equal(frame.to_numpy(), seen)


def test_a_users_own_collector_reports_on_labs(market):
    market.datacollector = mesa.DataCollector(
        model_reporters={"poorest": lambda m: min(m.agents_by_type[Lab].get("wealth"))},
        agenttype_reporters={Lab: {"wealth": "wealth"}},
    )
    market.run(2)
    frame = market.datacollector.get_agenttype_vars_dataframe(Lab)
    assert frame.shape == (40, 1)
    last = frame.xs(2, level="Step")["wealth"]
    np.testing.assert_array_equal(last, market.columns.wealth[0])
    assert market.datacollector.get_model_vars_dataframe()["poorest"].iloc[-1] == last.min()


def test_before_the_first_step_nothing_is_known(market):
    assert math.isnan(market.price)
    assert market.governor.account == 0
    assert market.labs[0].wealth == 0
    assert market.labs[0].compliant


def test_quantities_are_those_of_the_theory():
    import deterrence

    assert QUANTITIES == deterrence.QUANTITIES


def test_a_foreign_agent_may_join_and_leave(market):
    class Journalist(mesa.Agent):
        def step(self):
            self.story = self.model.violations

    early = Journalist(market)
    market.step()
    late = Journalist(market)
    market.agents_by_type[Journalist].do("step")
    assert early.story == late.story == market.violations
    ids = [agent.unique_id for agent in market.agents]
    assert sorted(ids) == list(range(1, 24))
    late.remove()
    assert len(market.agents) == 22
    market.remove_all_agents()
    assert len(market.agents) == 0
    market.step()
    assert market.permits == market.violations == market.deterred == 0


def test_all_agents_can_be_removed_before_any_was_looked_at(market):
    market.remove_all_agents()
    assert len(market.agents) == 0
    market.step()
    assert market.permits == 0


def test_models_own_generator_follows_the_seed(baseline):
    a, b, c = (PermitMarket(baseline, rng=seed) for seed in (7, 7, 8))
    assert a.rng.random() == b.rng.random() != c.rng.random()
    assert a.random.random() == b.random.random()


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_plays_on_by_itself(market, duplicate):
    market.step()
    market.labs[0].wealth = 50.0
    twin = duplicate(market)
    assert twin.labs[0].wealth == 50.0
    assert twin.labs[0].model is twin
    market.run(3)
    before = twin.columns.wealth.copy()
    assert not np.array_equal(before, market.columns.wealth)
    twin.run(3)
    np.testing.assert_array_equal(twin.columns.wealth, market.columns.wealth)


def test_a_dropped_model_is_freed(baseline):
    """Plain Mesa 3.3 keeps every model that ever had an agent."""
    market = PermitMarket(baseline, rng=7)
    market.step()
    mesa.Agent(market)
    assert len(market.agents) == 22
    gone = weakref.ref(market)
    del market
    gc.collect()
    assert gone() is None
