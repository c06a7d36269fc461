"""Every parameter of learning and memory moves what theory claims and what late turns show, the same way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from learning_rows import ROWS, Row, parameters, with_new_values
from long_runs import value

import deterrence as dt
import simulation
from analysis import _long_run

OFF = 0.02
"""Share of a limit by which a finite game may still be off it."""


class Watching(simulation.Rational):
    """Rational labs, and in each turn a number for each replication is written down."""

    def __init__(self, like: np.ndarray, *, seen: list[np.ndarray], number: Callable[[Any], Any]) -> None:
        super().__init__(like)
        self.seen, self.number = seen, number

    def learn(self, turn: Any) -> None:
        """Write down."""
        self.seen.append(self.number(turn))


def watched(row: Row, game: dt.Game, number: Callable[[Any], Any]) -> np.ndarray:
    """A number of each turn, of shape (replications, steps)."""
    seen: list[np.ndarray] = []
    market = simulation.PermitMarket(
        game, replications=row.replications, rng=1, labs=partial(Watching, seen=seen, number=number)
    )
    market.run(row.steps)
    return np.stack(seen, axis=1)


def played(row: Row, game: dt.Game) -> simulation.Record:
    return simulation.run(game, replications=row.replications, steps=row.steps, rng=1)


def carried_out(row: Row, game: dt.Game) -> np.ndarray:
    """Audits carried out per audit called for, in late turns."""
    shares = watched(row, game, lambda turn: turn.audited.sum(axis=1) / turn.called_for.sum(axis=1))
    return shares[:, row.steps // 2 :].mean(axis=1)


def coefficients(row: Row, game: dt.Game) -> np.ndarray:
    """Mean coefficient of the labs, all of which violate in every turn, as their audits show it."""

    def shown(turn: Any) -> np.ndarray:
        assert turn.violates.all()
        return turn.high_prob.mean(axis=1)

    audits = watched(row, game, shown)
    return audits[:, row.steps // 2 :].mean(axis=1) / game.audit.high_prob


def races(row: Row, game: dt.Game) -> np.ndarray:
    """Turns before the first in which a racing value is 0."""
    over = watched(row, game, lambda turn: (turn.racing <= 0).any(axis=1))
    assert over.any(axis=1).all()
    return over.argmax(axis=1)


def gaps(row: Row, game: dt.Game) -> np.ndarray:
    """Turns played times the distance of the audit probability from its limit, at its largest."""
    late = np.arange(row.steps // 2, row.steps)
    return (late * np.abs(played(row, game).high_prob[:, late] - value(game, "pi_1"))).max(axis=1)


def spreads(row: Row, game: dt.Game) -> np.ndarray:
    """Root of the turns played times the standard deviation over markets, by the jackknife."""
    last = played(row, game).high_prob[:, -1]
    n, squares = last.size, (last - last.mean()) ** 2
    spread = last.std(ddof=1)
    without = np.sqrt((squares.sum() - squares * n / (n - 1)) / (n - 2))
    return np.sqrt(row.steps - 1) * (n * spread - (n - 1) * without)


def rounds(row: Row, game: dt.Game) -> np.ndarray:
    """Turns of one round about the equilibrium, in log-odds."""
    record = played(row, game)
    nash = value(game, "violation_rate"), value(game, "audit_rate")
    shares = record.violations / game.n_agents, record.high_prob
    x, y = (np.log(q / (1 - q)) - np.log(p / (1 - p)) for q, p in zip(shares, nash, strict=True))
    turned = np.unwrap(np.arctan2(y, x), axis=1)
    turned = np.abs(turned - turned[:, :1]) / (2 * np.pi)
    made = np.maximum.accumulate(turned, axis=1)
    assert (made[:, -1] > 1).all()
    return np.array([np.interp(1.0, rounds, np.arange(row.steps)) for rounds in made])


OWN: dict[str, Callable[[Row, dt.Game], np.ndarray]] = {
    "share_carried_out": carried_out,
    "coefficient_mean": coefficients,
    "racing_turns": races,
    "pi_1_gap": gaps,
    "pi_1_spread": spreads,
    "period": rounds,
}


def measured(row: Row, game: dt.Game) -> np.ndarray:
    """What a simulation shows of the row's quantity, one value for each replication."""
    if row.quantity in OWN:
        return OWN[row.quantity](row, game)
    return _long_run._MEASURES[row.quantity](played(row, game), slice(row.steps // 2, None))


def claimed(row: Row, game: dt.Game) -> dt.Claim:
    return next(claim for claim in dt.long_run(game).claims if claim.quantity == row.quantity)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_parameter_moves_theory_and_simulation_the_same_way(row):
    before, after = claims = [claimed(row, game) for game in row.games]
    samples = [measured(row, game) for game in row.games]
    moved = samples[1] - samples[0]
    error = 4 * moved.std(ddof=1) / np.sqrt(moved.size)
    assert abs(moved.mean()) > error, "too small to be seen"
    edges = [(a, b) for a, b in ((before.low, after.low), (before.high, after.high)) if a != b]
    assert edges
    assert all(np.sign(b - a) == np.sign(moved.mean()) for a, b in edges)
    for claim, sample in zip(claims, samples, strict=True):
        bound = 4 * sample.std(ddof=1) / np.sqrt(sample.size) + 1e-9
        if claim.sort != "exact":
            bound += OFF * abs(sample.mean())
        assert claim.low - bound <= sample.mean() <= claim.high + bound


def test_no_parameter_without_a_row():
    assert {(type(row.noun).__name__, row.name) for row in ROWS} == parameters()


def test_labs_that_draw_too_little_have_not_stopped():
    comparison = _long_run.compare_long_run(with_new_values(dt.BayesianLabs()), steps=20, rng=1)
    verdicts = {row.claim.quantity: row.verdict for row in comparison.rows}
    assert verdicts["stopping"] == "not measured"
