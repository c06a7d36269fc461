"""The same checks on a plain Mesa model, with one object for each lab, and on the market of arrays."""

from __future__ import annotations

import copy
import functools
import gc
import math
import pickle
import weakref

import mesa
import numpy as np
import pandas as pd
import pytest

from deterrence import complies
from simulation import Governor, Lab, PermitMarket

IS_BEFORE_3_5 = not hasattr(mesa.Model, "run_for")


class PlainGovernor(mesa.Agent):
    account = 0.0


class PlainLab(mesa.Agent):
    has_permit = runs = signal = audited = backchecked = caught = False
    compliant = True
    bid = wealth = 0.0

    def __init__(self, model, index, gross_value, risk_profile):
        super().__init__(model)
        self.index, self.gross_value, self.risk_profile = index, gross_value, risk_profile

    def enforce(self, audit):
        self.runs = self.has_permit or not self.compliant
        chance = audit.false_positive_rate if self.compliant else audit.beta
        self.signal = self.runs and self.random.random() < chance
        self.audited = self.runs and self.random.random() < (
            audit.high_prob if self.signal else audit.base_prob
        )
        self.backchecked = self.runs and not self.audited and self.random.random() < audit.backcheck_prob
        self.caught = not self.compliant and (self.audited or self.backchecked)
        earned = self.gross_value if self.runs else 0.0
        paid = self.model.price * self.has_permit + audit.penalty_amount * self.caught
        self.wealth += earned - paid
        self.model.governor.account += paid - audit.cost * (self.audited or self.backchecked)


class PlainMarket(mesa.Model):
    """The turn of the market of `baseline`, with the labs that ours draws for the same seed."""

    price = permits = violations = math.nan

    def __init__(self, game, *, rng):
        super().__init__(rng=rng)
        self.game, self.governor = game, PlainGovernor(self)
        columns = PermitMarket(game, rng=rng).columns
        types = columns.gross_value[0].tolist(), columns.risk_profile[0].tolist()
        for index, (value, risk) in enumerate(zip(*types, strict=True)):
            PlainLab(self, index, value, risk)
        self.datacollector = mesa.DataCollector({"price": "price", "violations": "violations"})

    @property
    def labs(self):
        return list(self.agents_by_type[PlainLab])

    def step(self):
        labs, audit = self.agents_by_type[PlainLab], self.game.audit
        ranked = sorted(labs, key=lambda lab: -lab.gross_value)
        self.price = ranked[self.game.market.token_cap - 1].gross_value
        p_s = audit.beta * audit.high_prob + (1 - audit.beta) * audit.base_prob
        p_eff = p_s + (1 - p_s) * audit.backcheck_prob
        for rank, lab in enumerate(ranked):
            lab.bid, lab.has_permit = lab.gross_value, rank < self.game.market.token_cap
            gain, punishment = min(self.price, lab.gross_value), lab.risk_profile * audit.penalty_amount
            lab.compliant = lab.has_permit or complies(p_eff=p_eff, B=punishment, g=gain)
        labs.do("enforce", audit)
        self.permits = float(sum(labs.get("has_permit")))
        self.violations = float(len(labs) - sum(labs.get("compliant")))
        self.datacollector.collect(self)


class Journalist(mesa.Agent):
    """An agent that neither model knows."""

    story = None

    def step(self):
        self.story = self.model.violations


AGENTS = {PlainMarket: (PlainLab, PlainGovernor), PermitMarket: (Lab, Governor)}
DECIDED = ("gross_value", "risk_profile", "bid", "has_permit", "compliant", "runs")
DRAWN = ("signal", "audited", "backchecked", "caught", "wealth")


@pytest.fixture(params=[PlainMarket, PermitMarket], ids=["plain", "ours"])
def kind(request):
    return request.param


@pytest.fixture
def model(kind, baseline):
    return kind(baseline, rng=7)


@pytest.fixture
def pair(baseline):
    return [kind(baseline, rng=7) for kind in AGENTS]


def labs_of(model):
    return next(model.agents_by_type[lab] for base, (lab, _) in AGENTS.items() if isinstance(model, base))


def names_of(agents):
    return [type(agent).__name__.removeprefix("Plain") for agent in agents]


# Agents, and sets of them.


@pytest.mark.parametrize("steps", [0, 2])
@pytest.mark.parametrize("first", ["agents", "agents_by_type", "agent_types", "labs"])
def test_agents_are_a_governor_and_the_labs_however_one_asks_first(kind, model, first, steps):
    for _ in range(steps):
        model.step()
    getattr(model, first)
    assert names_of(model.agents) == ["Governor"] + ["Lab"] * 20
    assert [agent.unique_id for agent in model.agents] == list(range(1, 22))
    lab, governor = AGENTS[kind]
    assert model.agent_types == [governor, lab]
    assert list(model.agents_by_type) == [governor, lab]
    assert list(model.agents_by_type[governor]) == [model.governor]
    assert list(model.agents_by_type[lab]) == model.labs
    assert [lab.index for lab in model.labs] == list(range(20))
    assert model.agents is model.agents
    for agent in model.agents:
        assert isinstance(agent, mesa.Agent)
        assert agent.model is model
        assert agent.random is model.random
        assert agent.rng is model.rng
    with pytest.raises(AttributeError):
        model.agents = []


@pytest.mark.parametrize("when", ["before the labs were looked at", "after"])
def test_an_agent_of_the_users_joins_and_leaves(model, when):
    if when == "after":
        assert len(model.agents) == 21
    one = Journalist(model)
    model.step()
    other = Journalist(model)
    assert names_of(model.agents) == ["Governor"] + ["Lab"] * 20 + ["Journalist"] * 2
    assert [agent.unique_id for agent in model.agents] == list(range(1, 24))
    assert model.agent_types[2:] == [Journalist]
    model.agents_by_type[Journalist].do("step")
    assert one.story == other.story == model.violations > 0
    one.remove()
    assert one not in model.agents
    assert list(model.agents_by_type[Journalist]) == [other]
    assert Journalist(model).unique_id == 24


def test_len_in_iteration_and_index(model):
    labs = labs_of(model)
    assert len(labs) == len(list(labs)) == 20
    assert model.labs[3] in labs
    assert model.governor not in labs
    assert list(labs)[3] is list(labs)[3] is model.labs[3]
    if IS_BEFORE_3_5:  # later sets are to be made lists first
        assert labs[3] is model.labs[3]
        assert labs[1:3] == model.labs[1:3]
        assert labs.index(model.labs[3]) == 3
    else:
        assert labs.to_list()[1:3] == model.labs[1:3]


def test_select(kind, model):
    model.step()
    permitted = model.agents.select(lambda agent: getattr(agent, "has_permit", False))
    assert len(permitted) == model.permits == 10
    assert permitted.get("index") == [lab.index for lab in model.labs if lab.has_permit]
    assert list(model.agents.select(agent_type=AGENTS[kind][1])) == [model.governor]
    assert list(labs_of(model).select(at_most=3)) == model.labs[:3]
    assert list(labs_of(model).select(at_most=0.25)) == model.labs[:5]
    both = model.agents.select(lambda agent: agent.unique_id > 5, at_most=2, agent_type=AGENTS[kind][0])
    assert list(both) == model.labs[4:6]


def test_get_one_several_and_missing_attributes(model):
    labs = labs_of(model)
    assert labs.get("gross_value") == [lab.gross_value for lab in model.labs]
    assert labs.get(["index", "wealth"]) == [[index, 0.0] for index in range(20)]
    with pytest.raises(AttributeError):
        labs.get("colour")
    assert labs.get("colour", handle_missing="default", default_value="red") == ["red"] * 20
    assert model.agents.get("index", handle_missing="default") == [None, *range(20)]
    with pytest.raises(ValueError, match="handle_missing"):
        labs.get("wealth", handle_missing="ignore")


def test_set_and_agg(model):
    labs = labs_of(model)
    assert labs.set("wealth", 2.5) is labs
    assert labs.agg("wealth", sum) == 50.0
    assert labs.agg("index", [min, max]) == [0, 19]
    assert labs.set("mood", "calm").get("mood") == ["calm"] * 20
    assert labs.agg("gross_value", np.mean) == np.mean([lab.gross_value for lab in model.labs])


def test_do_shuffle_do_and_map(model):
    labs = labs_of(model)
    seen = []
    assert labs.do(lambda lab, times: seen.append(lab.index * times), 2) is labs
    assert seen == list(range(0, 40, 2))
    assert labs.do("step") is labs
    shuffled = []
    labs.shuffle_do(lambda lab: shuffled.append(lab.index))
    assert sorted(shuffled) == list(range(20)) != shuffled
    assert labs.map(lambda lab, plus: lab.index + plus, plus=1) == list(range(1, 21))
    assert labs.map("step") == [None] * 20


def test_shuffles_follow_the_models_seed(pair):
    orders = [labs_of(model).shuffle().get("index") for model in pair]
    assert orders[0] == orders[1]


def test_groupby_and_sort(model):
    model.step()
    labs = labs_of(model)
    groups = labs.groupby("compliant")
    assert len(groups.groups[False]) == model.violations > 0
    assert groups.map(len) == {False: model.violations, True: 20 - model.violations}
    assert groups.map("agg", "has_permit", sum) == {False: 0, True: 10}
    lists = labs.groupby(lambda lab: lab.index % 3, result_type="list").groups
    assert lists[2] == model.labs[2::3]
    values = [lab.gross_value for lab in model.labs]
    assert labs.sort("gross_value").get("gross_value") == sorted(values, reverse=True)
    assert labs.sort(lambda lab: -lab.index, ascending=True).get("index") == list(range(19, -1, -1))
    assert labs.get("index") == list(range(20))


def test_a_set_that_the_user_keeps_lets_go_of_agents_that_are_gone(model):
    kept = labs_of(model).select(at_most=3)
    held = model.labs[0]
    held.remove()
    model.labs[0].remove()
    gc.collect()
    assert kept.get("index") == [0, 2]
    assert model.labs[0].index == 2
    assert held.wealth == 0.0


# Reading, writing and leaving.


def test_attributes_are_plain_numbers_and_bools(model):
    model.step()
    for lab in model.labs:
        for name in (*DECIDED, *DRAWN):
            is_number = name in ("gross_value", "risk_profile", "bid", "wealth")
            assert type(getattr(lab, name)) is (float if is_number else bool)
    for name in ("price", "permits", "violations"):
        assert type(getattr(model, name)) is float
    assert type(model.governor.account) is float


def test_before_the_first_step_nothing_is_known(model):
    assert math.isnan(model.price)
    assert model.governor.account == 0.0
    assert labs_of(model).agg("wealth", sum) == 0.0
    assert all(labs_of(model).get("compliant"))


def test_a_written_type_is_seen_by_the_next_step(model):
    model.step()
    poorest = min(model.labs, key=lambda lab: lab.gross_value)
    assert not poorest.has_permit
    bid = poorest.bid
    poorest.gross_value = 5.0
    assert (poorest.has_permit, poorest.bid) == (False, bid)
    model.step()
    assert (poorest.has_permit, poorest.bid, poorest.compliant) == (True, 5.0, True)
    reckless = next(lab for lab in model.labs if not lab.has_permit and lab.compliant)
    reckless.risk_profile, reckless.wealth = 0.0, 100.0
    model.step()
    assert not reckless.compliant
    assert reckless.wealth == 100.0 + reckless.gross_value - 0.6 * reckless.caught
    labs_of(model).set("risk_profile", 1e6)
    model.step()
    assert model.violations == 0


def test_a_lab_that_is_removed_leaves_the_market(kind, model):
    model.step()
    lost = next(lab for lab in model.labs if lab.has_permit)
    wealth = lost.wealth
    lost.remove()
    lost.remove()  # as often as one likes
    assert lost not in model.agents
    assert lost not in labs_of(model)
    assert len(model.agents) == 20
    ids = [agent.unique_id for agent in model.agents]
    assert ids == [n for n in range(1, 22) if n != lost.unique_id]
    model.step()
    assert model.permits == sum(labs_of(model).get("has_permit")) == 10
    assert model.violations == 19 - sum(labs_of(model).get("compliant"))
    assert lost.wealth == wealth


@pytest.mark.parametrize("when", ["before any was looked at", "after"])
def test_all_agents_can_be_removed(model, when):
    if when == "after":
        model.step()
        assert len(model.agents) == 21
        Journalist(model)
    model.remove_all_agents()
    assert len(model.agents) == 0
    assert all(len(agents) == 0 for agents in model.agents_by_type.values())


# Data collectors.


def collected(model, collector, steps=3):
    model.datacollector = collector
    for _ in range(steps):
        model.step()
    return collector


class Reporter:
    """Something with a method to report by."""

    def __init__(self, model):
        self.model = model

    def winners(self):
        return sum(labs_of(self.model).get("has_permit"))


def test_model_reporters_of_all_kinds(pair):
    frames = []
    for model in pair:
        reporters = {
            "price": "price",
            "richest": lambda m: max(labs_of(m).get("gross_value")),
            "partly": functools.partial(lambda m, plus: m.permits + plus, plus=1),
            "winners": Reporter(model).winners,
            "power": [pow, [2, 10]],
            "steps": "steps",
        }
        collector = collected(model, mesa.DataCollector(model_reporters=reporters))
        frames.append(collector.get_model_vars_dataframe())
        assert collector.model_vars["winners"] == [10, 10, 10]
    pd.testing.assert_frame_equal(*frames)
    assert frames[0].shape == (3, 6)
    assert list(frames[0]["steps"]) == [1, 2, 3]


def test_agent_and_agenttype_reporters(pair):
    frames, by_type, drawn = [], [], []
    for model in pair:
        lab = type(model.labs[0])
        reporters = {name: name for name in (*DECIDED, *DRAWN)}
        reporters["twice"] = lambda lab: 2 * lab.bid
        reporters["more"] = [lambda lab, plus: lab.index + plus, [0.5]]
        collector = mesa.DataCollector(
            agent_reporters={"kind": lambda agent: names_of([agent])[0], "id": "unique_id"},
            agenttype_reporters={lab: reporters},
        )
        collected(model, collector)
        frames.append(collector.get_agent_vars_dataframe())
        frame = collector.get_agenttype_vars_dataframe(lab)
        by_type.append(frame.drop(columns=list(DRAWN)))
        drawn.append(frame[list(DRAWN)])
    pd.testing.assert_frame_equal(*frames)
    pd.testing.assert_frame_equal(*by_type)
    assert frames[0].shape == (63, 2)
    assert by_type[0].shape == (60, 8)
    pd.testing.assert_index_equal(drawn[0].index, drawn[1].index)
    pd.testing.assert_series_equal(drawn[0].dtypes, drawn[1].dtypes)


def test_reporters_after_labs_have_left(pair):
    frames = []
    for model in pair:
        collector = mesa.DataCollector(agenttype_reporters={type(model.labs[0]): {"bid": "bid"}})
        collected(model, collector, steps=1)
        model.labs[3].remove()
        model.step()
        frames.append(collector.get_agenttype_vars_dataframe(type(model.labs[0])))
    pd.testing.assert_frame_equal(*frames)
    assert len(frames[0]) == 39


def test_tables(pair):
    frames = []
    for model in pair:
        collector = collected(model, mesa.DataCollector(tables={"stories": ["step", "price"]}))
        collector.add_table_row("stories", {"step": model.steps, "price": model.price})
        frames.append(collector.get_table_dataframe("stories"))
    pd.testing.assert_frame_equal(*frames)
    assert list(frames[0]["step"]) == [3]


# The model.


def test_a_model_counts_its_steps_and_runs_until_it_is_told_to_stop(kind, baseline):
    class Patient(kind):
        def step(self):
            super().step()
            self.running = self.steps < 4

    model = Patient(baseline, rng=7)
    assert isinstance(model, mesa.Model)
    assert model.running
    model.run_model()
    assert model.steps == 4
    assert len(model.datacollector.get_model_vars_dataframe()) == 4


def test_a_subclass_does_as_it_likes_in_every_step(kind, baseline):
    class Reforming(kind):
        def __init__(self, game, **kwargs):
            super().__init__(game, **kwargs)
            self.prices, self.reporter = [], Journalist(self)
            self.datacollector.collect(self)

        def step(self):
            if self.steps == 3:
                labs_of(self).set("gross_value", 0.25)
            super().step()
            self.reporter.step()
            self.prices.append(self.price)

    model = Reforming(baseline, rng=7)
    for _ in range(4):
        model.step()
    assert len(model.prices) == 4
    assert model.prices[0] == model.prices[1] > model.prices[2] == model.prices[3] == 0.25
    assert model.reporter.story == model.violations
    kept = model.datacollector.get_model_vars_dataframe()["price"]
    np.testing.assert_array_equal(kept, [math.nan, *model.prices])


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
@pytest.mark.parametrize("steps", [0, 2])
def test_a_copy_plays_on_by_itself(model, duplicate, steps):
    for _ in range(steps):
        model.step()
    model.labs[0].wealth = 50.0
    twin = duplicate(model)
    assert twin.steps == steps
    assert twin.labs[0].wealth == 50.0
    assert all(agent.model is twin for agent in twin.agents)
    assert [agent.unique_id for agent in twin.agents] == list(range(1, 22))
    for _ in range(3):
        model.step()
    assert twin.steps == steps
    assert twin.labs[0].wealth == 50.0
    for _ in range(3):
        twin.step()
    assert labs_of(twin).get(list(DRAWN)) == labs_of(model).get(list(DRAWN))
    assert twin.governor.account == model.governor.account
    for kept in (model, twin):
        assert len(kept.datacollector.get_model_vars_dataframe()) == steps + 3
    twin.labs[0].gross_value = 9.0
    twin.step()
    assert twin.labs[0].has_permit
    assert model.labs[0].gross_value < 1.0


def test_a_dropped_model_is_freed(kind, baseline):
    model = kind(baseline, rng=7)
    model.step()
    Journalist(model)
    assert len(model.agents) == 22
    gone = weakref.ref(model)
    del model
    gc.collect()
    if kind is PlainMarket and IS_BEFORE_3_5:
        assert gone() is not None  # before 3.5 Mesa keeps every model that ever had an agent
        mesa.Agent._ids.pop(gone())
    else:
        assert gone() is None


def test_a_dashboard_steps_reads_and_resets(kind, baseline):
    shown = []
    model = kind(baseline, rng=7)
    for _ in range(
        2
    ):  # as SolaraViz does: made anew from its class and parameters, then stepped while it runs
        for _ in range(3):
            assert model.running
            model.step()
            frame = model.datacollector.get_model_vars_dataframe()
            assert len(frame) == model.steps
            shown.append((model.price, frame["violations"].iloc[-1], *labs_of(model).get("has_permit")))
        model = type(model)(game=baseline, rng=7)
        assert model.steps == 0
    assert shown[:3] == shown[3:]
    assert len(set(shown)) == 1
