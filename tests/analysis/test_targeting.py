"""Labs that look ahead to a target group, against what theory says of them for ever."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deterrence import Audit, CapMarket, Game, LabPopulation, TargetingGovernor, games
from simulation import run

LEVER = {"p_1": 0.25, "F_1": 1.0, "p_2": 0.5, "F_2": 1.0, "u": 0.5, "delta": 0.75}
QUESTIONS = [
    LEVER,
    {"p_1": 0.1, "F_1": 0.5, "p_2": 0.8, "F_2": 1.0, "u": 0.25, "delta": 0.95},
    {"p_1": 0.5, "F_1": 1.0, "p_2": 0.75, "F_2": 2.0, "u": 1.0, "delta": 0.0},
]


def game_of(low: float, high: float, question: dict[str, float], labs: int = 50) -> Game:
    """Labs with gains from `low` to `high`, none of them with a permit; an audit finds every violation."""
    q = question
    there = TargetingGovernor(
        high_prob=q["p_2"], base_prob=q["p_2"], penalty_amount=q["F_2"], return_prob=q["u"],
        discount=q["delta"],
    )  # fmt: skip
    return Game(
        n_agents=labs,
        audit=Audit(
            high_prob=q["p_1"], base_prob=q["p_1"], false_positive_rate=0.0, false_negative_rate=0.5,
            penalty_amount=q["F_1"], governor=there,
        ),
        market=CapMarket(token_cap=0),
        lab=LabPopulation(gross_value_min=low, gross_value_max=high, gain_rule="value"),
    )  # fmt: skip


def assert_near(seen: np.ndarray, expected: float) -> None:
    """The mean of independent replications is within five standard errors."""
    error = seen.std(ddof=1) / math.sqrt(len(seen))
    assert abs(seen.mean() - expected) <= 5 * error + 1e-12


def thresholds(question: dict[str, float]) -> tuple[float, float]:
    answer = games.targeting(g=1.0, **question)
    return answer.g_L, answer.g_H


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_who_violates_is_split_at_the_two_thresholds_and_a_tie_complies(question):
    g_L, g_H = thresholds(question)
    above = 1 + 1e-9
    for gain, in_first, in_target in (
        (g_L, False, False), (g_L * above, True, False), (g_H, True, False), (g_H * above, True, True)
    ):  # fmt: skip
        record = run(game_of(gain, gain, question), replications=1, steps=40, rng=1, detail="lab")
        caught, violates = record.labs.caught[0], ~record.labs.compliant[0]
        assert (violates[0] == in_first).all()
        assert (violates[1:][caught[:-1]] == in_target).all()
        assert caught.any() == in_first


@pytest.mark.parametrize("seed", range(12))
def test_labs_of_all_gains_decide_by_their_own_thresholds(seed):
    rng = np.random.default_rng([5, seed])
    p_1, p_2 = np.sort(rng.uniform(0.05, 1, 2)).tolist()
    F_1, F_2 = np.sort(rng.uniform(0.2, 2, 2)).tolist()
    question = {
        "p_1": p_1,
        "F_1": F_1,
        "p_2": p_2,
        "F_2": F_2,
        "u": rng.uniform(),
        "delta": rng.uniform(0, 0.999),
    }
    g_L, g_H = thresholds(question)
    game = game_of(0.0, 1.5 * g_H, question, labs=300)
    record = run(game, replications=1, steps=30, rng=seed, detail="lab")
    gain, caught = record.labs.gross_value[0, 0], record.labs.caught[0]
    violates = ~record.labs.compliant[0]
    np.testing.assert_array_equal(violates[0], gain > g_L)
    turn, lab = np.nonzero(caught[:-1])
    np.testing.assert_array_equal(violates[turn + 1, lab], gain[lab] > g_H)
    assert {True, False} == set((gain[lab] > g_H).tolist()), "nothing held for lack of cases"


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_the_long_run_is_that_of_the_chain_between_the_groups(question):
    """Inspections are those of labs that violate or are watched: in the first group nobody else is."""
    g_L, g_H = thresholds(question)
    for gain, rate in ((g_L / 2, None), ((g_L + g_H) / 2, "mixed"), (1.5 * g_H, "all")):
        theory = games.targeting(g=gain, **question)
        stay = abs(1 - question["p_1"] - question["p_2"] * question["u"])
        settled = 10 + math.ceil(math.log(1e-6) / math.log(max(stay, 1 - question["p_1"])))
        record = run(game_of(gain, gain, question), replications=40, steps=settled + 150, rng=2)
        violations = record.violations[:, settled:].mean(axis=1) / 50
        checks = record.checks[:, settled:].mean(axis=1) / 50
        assert_near(violations, theory.violation_rate)
        assert_near(checks, theory.inspection_rate if rate else 0.0)
        if rate == "mixed":
            assert 0.05 < theory.violation_rate < 0.95
            assert not abs(violations.mean() - question["p_1"]) < 0.01, "no other rate would have passed"


def test_enforcement_has_leverage_over_labs_that_no_fine_is_worth_it_to():
    """Patient labs comply half of the time at a gain at which impatient ones never do."""
    patient = games.targeting(g=0.6, **LEVER)
    assert patient.leverage
    share = {}
    for delta in (0.75, 0.0):
        game = game_of(0.6, 0.6, {**LEVER, "delta": delta})
        share[delta] = run(game, replications=40, steps=300, rng=3).violations[:, 50:].mean(axis=1) / 50
    assert_near(share[0.75], patient.violation_rate)
    assert (share[0.0] == 1).all()
