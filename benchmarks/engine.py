"""What turns cost: one market, many turns, many replications.

A plain model's turn costs the same at any time, so where many turns would take minutes it plays a few,
and the row says that its time is scaled. What is scaled are times of loops that are long enough to time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial

import mesa
import numpy as np

import simulation
from benchmarks.plain_mesa import REPORTERS, ChangingMarket, PlainMarket, game
from benchmarks.timing import Fresh, Row, medians, repeated
from deterrence import BayesianLabs
from simulation import ColumnCollector, Lab, PermitMarket


def market_of(labs: int) -> Callable[[], PermitMarket]:
    """How to make the market that is timed."""
    return partial(PermitMarket, game(labs), rng=1)


def many_turns(rounds: int) -> list[Row]:
    """Turns of a small market, with the record of every turn."""
    labs, steps = 20, 512
    fast, plain = medians(
        rounds,
        Fresh(market_of(labs), lambda market: market.run(steps), often=20),
        Fresh(partial(PlainMarket, game(labs), 1), lambda market: repeated(market.step, steps)()),
    )
    under_way = market_of(labs)()
    again, plain_again = medians(
        rounds,
        repeated(lambda: under_way.run(steps), 20),
        repeated(PlainMarket(game(labs), 1).step, steps),
    )
    return [
        Row("G1", f"run({steps}), N={labs}", "plain Mesa", ">=", 150, plain / fast),
        Row("G1", f"run({steps}), N={labs}, under way", "plain Mesa", ">=", 150, 20 * plain_again / again),
    ]


def large_markets(rounds: int) -> list[Row]:
    """Turns of large markets."""
    rows = []
    for labs, steps, few, ask in ((1000, 512, 20, 400), (10_000, 512, 3, 600)):
        fast, plain = medians(
            rounds,
            Fresh(market_of(labs), lambda market, steps=steps: market.run(steps), often=3),
            repeated(PlainMarket(game(labs), 1).step, few),
        )
        against = f"plain Mesa for {few}, scaled"
        rows.append(Row("G2", f"run({steps}), N={labs:,}", against, ">=", ask, plain / few * steps / fast))
    return rows


def single_turns(rounds: int) -> list[Row]:
    """Turns one at a time, with the same four reports of each in a collector of Mesa's.

    Our model keeps what a turn came to, so that all four are names of attributes; a plain model asks its
    labs, as its models do.
    """
    rows = []
    four = ("price", "compliance_rate", "audits", "catches")
    for labs, steps, few, ask in ((20, 200, 200, 4), (100, 200, 40, 14), (1000, 200, 10, 100)):

        def watched(labs: int = labs) -> PermitMarket:
            market = market_of(labs)()
            market.datacollector = mesa.DataCollector({name: name for name in four})
            return market

        theirs = PlainMarket(game(labs), 1)
        theirs.datacollector = mesa.DataCollector(
            {name: report for name, report in REPORTERS.items() if name != "violations"}
        )
        fast, plain = medians(
            rounds,
            Fresh(watched, lambda market, steps=steps: repeated(market.step, steps)()),
            repeated(theirs.step, few),
        )
        about = f"step(), 4 reporters, N={labs:,}"
        rows.append(Row("G3", about, "plain Mesa", ">=", ask, (plain / few) / (fast / steps)))
    return rows


def lab_columns(rounds: int) -> list[Row]:
    """Three columns of every lab in every turn, and the frame that Mesa would give."""
    labs, steps, columns = 1000, 50, ("wealth", "compliant", "caught")

    def collecting() -> PermitMarket:
        market = market_of(labs)()
        market.datacollector = ColumnCollector(columns=columns)
        return market

    def ours(market: PermitMarket) -> None:
        market.run(steps)
        market.datacollector.get_agenttype_vars_dataframe(Lab)

    def theirs(market: PlainMarket) -> None:
        for _ in range(steps):
            market.step()
        market.datacollector.get_agent_vars_dataframe()

    plain_market = partial(PlainMarket, game(labs), 1, agent_reporters=columns)
    fast, plain = medians(rounds, Fresh(collecting, ours), Fresh(plain_market, theirs))
    about = f"run({steps}), N={labs:,}, 3 lab columns, frame"
    return [Row("G5", about, "plain Mesa", ">=", 50, plain / fast)]


def ensemble(rounds: int) -> list[Row]:
    """Many small markets, every running lab drawn."""
    labs, steps, replications = 20, 50, 1000
    played = game(labs)
    out, generator = np.empty(replications * steps * labs), np.random.default_rng(1)
    fast, floor, plain = medians(
        rounds,
        lambda: simulation.run(played, replications=replications, steps=steps, rng=1),
        lambda: generator.random(out=out),
        Fresh(partial(PlainMarket, played, 1), lambda market: repeated(market.step, steps)()),
    )
    about = f"ensemble R={replications:,}, N={labs}, T={steps}"
    return [
        Row("G6", about, "drawing as many doubles", "<=", 3, fast / floor),
        Row("G6", about, "plain Mesa for one, scaled", ">=", 500, plain * replications / fast),
    ]


def nothing_lasts(rounds: int) -> list[Row]:
    """Many small markets with new values, and so another sale, in every turn, and labs that learn."""
    labs, steps, replications = 20, 50, 1000
    played = game(labs)
    lab = dataclasses.replace(played.lab, redraw_values=True, behaviour=BayesianLabs())
    changing = dataclasses.replace(played, lab=lab)
    fast, plain = medians(
        rounds,
        lambda: simulation.run(changing, replications=replications, steps=steps, rng=1),
        Fresh(partial(ChangingMarket, played, 1), lambda market: repeated(market.step, steps)()),
    )
    about = f"nothing lasts, R={replications:,}, N={labs}, T={steps}"
    return [Row("G9", about, "plain Mesa for one, scaled", ">=", 100, plain * replications / fast)]


def learners(rounds: int) -> list[Row]:
    """The same ensemble with labs that learn, played turn by turn."""
    played = game(20)
    question = {"replications": 1000, "steps": 50, "rng": 1}
    learning, alike = medians(
        rounds,
        lambda: simulation.run(played, **question, labs=simulation.Bayesian),
        lambda: simulation.run(played, **question),
    )
    return [Row("learn", "learning labs, R=1,000, N=20, T=50", "rational labs", "<=", 3, learning / alike)]


def one_replication(rounds: int) -> list[Row]:
    """One large market, recorded step by step."""
    labs, steps = 1000, 200
    played = game(labs)
    out, generator = np.empty(steps * labs), np.random.default_rng(1)
    under_way = market_of(labs)()
    fast, again, floor = medians(
        rounds,
        repeated(lambda: simulation.run(played, replications=1, steps=steps, rng=1), 10),
        repeated(lambda: under_way.run(steps), 10),
        repeated(lambda: generator.random(out=out), 10),
    )
    about, baseline = f"R=1, N={labs:,}, T={steps}", "drawing as many doubles"
    return [
        Row("G7", f"ensemble {about}", baseline, "<=", 2, fast / floor),
        Row("G7", f"{about}, market under way", baseline, "<=", 2, again / floor),
    ]
