"""What comes of runs that can be split, against the exact volumes of each action."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from deterrence import Audit, CapMarket, Game, LabPopulation, Splitting, games
from simulation import PermitMarket, Rational

LABS, MARKETS = 1000, 200
PARAMETERS = ["b", "a", "d", "F", "chi", "varsigma"]


def game_of(**known: float) -> Game:
    """Labs without permits, whose benefit, fine, cost and coordination are uniform unless known."""

    def between(name: str, letter: str) -> dict[str, float]:
        low, high = (known[letter],) * 2 if letter in known else (0.0, 1.0)
        return {f"{name}_min": low, f"{name}_max": high}

    splitting = Splitting(**between("cost", "chi"), **between("coordination", "varsigma"))
    return Game(
        n_agents=LABS,
        audit=Audit(
            high_prob=1.0, base_prob=0.0, false_positive_rate=0.0, false_negative_rate=0.0,
            penalty_amount=1.0,
        ),
        market=CapMarket(token_cap=0),
        lab=LabPopulation(
            **between("gross_value", "b"), **between("risk_profile", "F"), gain_rule="value",
            splitting=splitting,
        ),
    )  # fmt: skip


class Anyhow:
    """A Governor that audits each lab, and detects, with probabilities of its own, uniform unless known."""

    def __init__(self, like, *, a=None, d=None):
        luck = np.random.default_rng(41)
        self.a, self.d = (luck.random(like.shape) if known is None else known for known in (a, d))

    def policy(self, turn):
        """Audit violators, who all look suspicious, with the product."""
        return self.a * self.d, 0.0

    def learn(self, turn):
        """Learn nothing."""


class Seen(Rational):
    """Rational labs whose last turn is kept to be looked at."""

    turn = None

    def learn(self, turn):
        """Keep it."""
        type(self).turn = turn


def turn_of(**known: float):
    """One turn of many labs, with parameters uniform on [0, 1] unless known."""
    policy = {name: known.pop(name) for name in "ad" if name in known}
    governor = partial(Anyhow, **policy)
    PermitMarket(game_of(**known), rng=42, replications=MARKETS, labs=Seen, governor=governor).step()
    assert Seen.turn is not None
    return Seen.turn


def assert_share(labs: np.ndarray, share: float) -> None:
    """Assert that as many of the labs, drawn independently, as predicted, within four standard errors."""
    assert labs.size == LABS * MARKETS
    assert abs(labs.mean() - share) <= 4 * (share * (1 - share) / labs.size) ** 0.5


@pytest.fixture(scope="module")
def turn():
    return turn_of()


def test_each_action_is_as_frequent_as_its_volume(turn):
    volumes = games.split_volumes()
    assert_share(~turn.violates, float(volumes.comply))
    assert_share(turn.splits, float(volumes.split))
    assert_share(turn.violates & ~turn.splits, float(volumes.evade))
    assert not (turn.splits & ~turn.violates).any()


def test_without_the_third_action_more_comply(turn):
    """Splitting that saves nothing is no action."""
    assert_share(~turn_of(varsigma=1.0).violates, float(games.split_volumes().comply_without_split))
    assert not Seen.turn.splits.any()


def test_each_lab_does_what_is_best_for_it(turn):
    best = games.split_choice(
        b=turn.gross_value, a=turn.high_prob, d=1.0, F=turn.risk_profile, chi=turn.split_cost,
        varsigma=turn.coordination,
    ).choice  # fmt: skip
    done = np.where(turn.violates, np.where(turn.splits, "split", "evade"), "comply")
    np.testing.assert_array_equal(done, best)


@pytest.mark.parametrize("value", [0.2, 0.8])
@pytest.mark.parametrize("name", PARAMETERS)
def test_where_one_parameter_is_known(name, value):
    assert_share(~turn_of(**{name: value}).violates, games.split_marginal(**{name: value}))


def test_a_run_that_was_split_is_found_out_as_often_as_inspectors_put_it_together(turn):
    """Sums of catches within four standard deviations of what each lab's own probability makes likely."""
    for labs, left in ((turn.splits, turn.coordination), (turn.violates & ~turn.splits, 1.0)):
        p = (turn.high_prob * left)[labs]
        sd = (p * (1 - p)).sum() ** 0.5
        assert abs(turn.caught[labs].sum() - p.sum()) <= 4 * sd
    assert not (turn.caught & ~turn.violates).any()
    assert (turn.audited[turn.splits] & ~turn.caught[turn.splits]).any(), "looked at, and not found out"


def test_who_splits_pays_for_it():
    game = game_of(b=1.0, F=1.0, chi=0.25, varsigma=0.5)
    market = PermitMarket(game, rng=43, labs=Seen)  # audited for sure: lose 1, or 1/4 and half the fine
    market.step()
    labs = market.columns
    assert Seen.turn.splits.all()
    paid = labs.caught * 1.0
    assert 400 < paid.sum() < 600
    np.testing.assert_array_equal(labs.wealth[0], (1.0 - 0.25 - paid)[0])
    assert market.welfare == LABS * 0.75
    assert market.penalties == paid.sum()
