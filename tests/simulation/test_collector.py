"""The collector of columns gives the frames that Mesa's own gives."""

from __future__ import annotations

import pickle
import warnings

import mesa
import numpy as np
import pandas as pd
import pytest

from deterrence import ParameterError
from simulation import COLUMNS, QUANTITIES, ColumnCollector, Lab, PermitMarket, _collector, _play

HAS_EVENTS = hasattr(mesa.Model, "run_for")  # from Mesa 3.5 on


def mesas(quantities=QUANTITIES, columns=COLUMNS):
    return mesa.DataCollector(
        model_reporters={name: name for name in quantities},
        agenttype_reporters={Lab: {name: name for name in columns}},
    )


def lose(market):
    market.labs[3].remove()


def lose_all(market):
    market.agents_by_type[Lab].select().do("remove")


def enrich(market):
    market.labs[3].gross_value = 5.0
    market.labs[4].wealth = 50.0


def enrich_more(market):
    market.labs[3].gross_value += 1.0
    market.labs[4].wealth += 10.0


def collect(market):
    market.datacollector.collect(market)


STORIES = {
    "nothing": [],
    "one step": [1],
    "step by step": [1] * 5,
    "at once": [7],
    "a mixture": [1, 4, 1, 1, 3],
    "many small pieces": [40, 30, 1, 40],
    "many steps one by one": [*[1] * 40, enrich, *[1] * 40],
    "labs written": [2, enrich, 1, enrich, 3],
    "a lab lost": [2, lose, 2, 1],
    "a lab lost before the first step": [lose, 3],
    "all labs lost": [2, lose_all, 2],
    "never any lab": [lose_all, 2],
    "before the first step": [collect, 3, 1],
    "only before the first step": [collect],
    "collected between writes": [collect, enrich, collect, 1, enrich_more, collect, enrich_more, 1],
    "collected twice": [3, collect, 1, enrich, collect, 2],
    "collected twice, with a lab less": [3, lose, collect, collect, 2],
}


def play(market, story):
    for part in story:
        if callable(part):
            part(market)
        elif part == 1:
            market.step()
        else:
            market.run(part)


def assert_same_record(ours, theirs):
    pd.testing.assert_frame_equal(ours.get_model_vars_dataframe(), theirs.get_model_vars_dataframe())
    pd.testing.assert_frame_equal(
        ours.get_agenttype_vars_dataframe(Lab), theirs.get_agenttype_vars_dataframe(Lab)
    )
    assert list(ours.model_vars) == list(theirs.model_vars)
    for name, values in theirs.model_vars.items():
        np.testing.assert_equal(ours.model_vars[name], values)
        assert [type(value) for value in ours.model_vars[name]] == [type(value) for value in values]


@pytest.mark.parametrize("size", [2**22, 300])
@pytest.mark.parametrize("replications", [1, 3])
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_frames_are_those_of_mesas_own_collector(baseline, monkeypatch, story, replications, size):
    monkeypatch.setattr(_play, "PIECE", size)
    market, other = (PermitMarket(baseline, rng=7, replications=replications) for _ in range(2))
    market.datacollector, other.datacollector = ColumnCollector(columns=COLUMNS), mesas()
    play(market, story)
    play(other, story)
    assert_same_record(market.datacollector, other.datacollector)
    play(market, [2])  # on, after a look
    play(other, [2])
    assert_same_record(market.datacollector, other.datacollector)


@pytest.mark.parametrize("written", [False, True])
def test_the_work_of_collecting_does_not_grow_with_the_steps(baseline, monkeypatch, written):
    """While the market is stepped each turn is put together with its neighbours once."""
    put_together = []
    joined = _collector._joined

    def noticed(turns):
        put_together.extend(turns)
        return joined(turns)

    monkeypatch.setattr(_collector, "_joined", noticed)
    market = PermitMarket(baseline, rng=7)
    for step in range(640):
        if written:
            market.labs[3].gross_value = step % 2
        market.step()
    assert len(put_together) == 640
    assert len(market.datacollector.model_vars["price"]) == 640


def test_some_quantities_and_columns_in_any_order(baseline):
    names, columns = ("violations", "price"), ("wealth", "caught")
    market, other = (PermitMarket(baseline, rng=7) for _ in range(2))
    market.datacollector, other.datacollector = ColumnCollector(names, columns), mesas(names, columns)
    play(market, [3])
    play(other, [3])
    assert_same_record(market.datacollector, other.datacollector)


def test_without_columns_there_is_nothing_on_labs(baseline):
    market = PermitMarket(baseline, rng=7)
    market.run(2)
    with pytest.warns(UserWarning, match="No agent-type reporters"):
        assert market.datacollector.get_agenttype_vars_dataframe(Lab).empty
    with pytest.raises(UserWarning, match="No agent reporters"):
        market.datacollector.get_agent_vars_dataframe()


def test_unknown_names_are_refused():
    with pytest.raises(ParameterError, match=r'^quantities = "prize": is not one \(allowed: of price, '):
        ColumnCollector(["price", "prize"])
    with pytest.raises(ParameterError, match=r'^columns = "price": is not one \(allowed: of gross_value, '):
        ColumnCollector(columns=["price"])


def test_a_pickled_market_keeps_its_record(baseline):
    market, other = (PermitMarket(baseline, rng=7) for _ in range(2))
    market.datacollector, other.datacollector = ColumnCollector(columns=COLUMNS), mesas()
    market.run(3)
    market = pickle.loads(pickle.dumps(market))
    market.run(2)
    other.run(5)
    assert_same_record(market.datacollector, other.datacollector)


def test_a_record_is_not_changed_by_what_follows(baseline):
    market = PermitMarket(baseline, rng=7, replications=3)
    market.datacollector = ColumnCollector(columns=COLUMNS)
    play(market, [2, 1])
    before = market.datacollector.get_agenttype_vars_dataframe(Lab).map(np.copy)
    prices = np.copy(market.datacollector.model_vars["price"])
    play(market, [enrich, 2, lose, 2])
    pd.testing.assert_frame_equal(market.datacollector.get_agenttype_vars_dataframe(Lab)[:60], before)
    np.testing.assert_array_equal(market.datacollector.model_vars["price"][:3], prices)


def test_under_run_a_collector_in_place_of_ours_sees_every_step(baseline):
    market, other = (PermitMarket(baseline, rng=7) for _ in range(2))
    for one in (market, other):
        one.datacollector = mesa.DataCollector(
            model_reporters={"poorest": lambda m: min(m.agents_by_type[Lab].get("wealth"))},
            agent_reporters={"wealth": lambda agent: getattr(agent, "wealth", None), "id": "unique_id"},
        )
    market.run(4)
    for _ in range(4):
        other.step()
    frames = [one.datacollector.get_agent_vars_dataframe() for one in (market, other)]
    pd.testing.assert_frame_equal(*frames)
    assert frames[0].shape == (4 * 21, 2)
    last = frames[0]["wealth"].xs(4, level="Step").dropna()
    np.testing.assert_array_equal(last, market.columns.wealth[0])
    assert len(set(market.datacollector.model_vars["poorest"])) > 1


@pytest.mark.parametrize("base", [ColumnCollector, mesa.DataCollector])
def test_under_run_a_users_own_kind_of_collector_sees_every_step(baseline, base):
    class Noting(base):
        seen = ()

        def collect(self, model):
            super().collect(model)
            self.seen = (*self.seen, (model.steps, model.audits))

    market, other = (PermitMarket(baseline, rng=7) for _ in range(2))
    market.datacollector = Noting()
    market.run(5)
    other.run(5)
    assert market.datacollector.seen == tuple(enumerate(other.datacollector.model_vars["audits"], start=1))


def test_under_run_a_users_own_step_is_played_every_time(baseline):
    class Raising(PermitMarket):
        def step(self):
            self.columns.gross_value = self.columns.gross_value + 0.5
            super().step()

    market = Raising(baseline, rng=7)
    market.run(4)
    prices = market.datacollector.model_vars["price"]
    np.testing.assert_allclose(np.diff(prices), 0.5, rtol=1e-12)
    assert (market.steps, len(prices)) == (4, 4)


@pytest.mark.skipif(not HAS_EVENTS, reason="events came with Mesa 3.5")
@pytest.mark.parametrize("advance", ["run", "step", "run_for"])
def test_events_come_between_the_right_turns_and_see_their_state(baseline, advance):
    market, other = (PermitMarket(baseline, rng=7) for _ in range(2))
    other.run(6)
    seen = []

    def look():
        seen.append((market.time, market.steps, market.audits, market.labs[3].wealth))

    market.schedule_event(look, at=2.5)
    market.schedule_event(look, at=4.0)  # after the turn of the same time
    play(market, {"run": [6], "step": [1] * 6, "run_for": [lambda m: m.run_for(6)]}[advance])
    audits = other.datacollector.model_vars["audits"]
    then = PermitMarket(baseline, rng=7)
    then.run(2)
    assert seen[0] == (2.5, 2, audits[1], then.labs[3].wealth)
    assert [found[:3] for found in seen[1:]] == [(4.0, 4, audits[3])]
    assert market.datacollector.model_vars == other.datacollector.model_vars
    assert (market.time, market.steps) == (6.0, 6)


@pytest.mark.skipif(not HAS_EVENTS, reason="observers came with Mesa 3.5")
def test_an_observer_of_time_sees_the_turns_before(baseline):
    from mesa.experimental.mesa_signals import ObservableSignals

    market, other = (PermitMarket(baseline, rng=7) for _ in range(2))
    seen = []

    def look(_):
        seen.append(market.violations + market.audits)

    market.observe("time", ObservableSignals.CHANGED, look)
    market.run(4)
    other.run(3)
    kept = other.datacollector.model_vars
    np.testing.assert_equal(seen, [np.nan, *np.add(kept["violations"], kept["audits"])])


@pytest.mark.skipif(not HAS_EVENTS, reason="time came with Mesa 3.5")
@pytest.mark.parametrize(
    "story", [[lambda m: m.run_for(0.5), 3, collect, 1], [lambda m: m.run_for(2.5), collect]]
)
def test_times_between_steps_are_dated_as_by_mesa(baseline, story):
    market, other = (PermitMarket(baseline, rng=7) for _ in range(2))
    market.datacollector, other.datacollector = ColumnCollector(columns=COLUMNS), mesas()
    play(market, story)
    play(other, story)
    assert_same_record(market.datacollector, other.datacollector)


def test_mesas_batch_run_gets_the_same_rows(baseline):
    class Theirs(PermitMarket):
        def __init__(self, game, rng=None):
            super().__init__(game, rng=rng)
            self.datacollector = mesas(columns=())

    rows = []
    for model in (PermitMarket, Theirs):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of how later versions take seeds
            rows.append(
                mesa.batch_run(
                    model, {"game": baseline, "rng": 7} if not HAS_EVENTS else {"game": baseline},
                    max_steps=3, data_collection_period=1, display_progress=False,
                    **({"rng": [7]} if HAS_EVENTS else {}),
                )
            )  # fmt: skip
    pd.testing.assert_frame_equal(*(pd.DataFrame(found) for found in rows))
    assert len(rows[0]) >= 3
