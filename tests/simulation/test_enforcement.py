"""The exact joint law of signal, audit, backcheck and catch, and the belief that goes with it."""

from __future__ import annotations

import dataclasses
import itertools
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

import simulation._record
import simulation._rules
from deterrence import Audit, CapMarket, Game, LabPopulation
from simulation import PermitMarket, run
from simulation._draws import Draws

RUNS = 400_000
FALSE_ALARM = 1e-6
"""Chance that one test of a correct simulation fails; the seeds are fixed, so a pass repeats."""

POLICIES = {
    "all live": ("0.7", "0.2", "0.1", "0.15", "0.3"),
    "decimals that do not sum to 1 in binary": ("0.1", "0.3", "0.7", "0.6", "0.9"),
    "no backchecks": ("0.5", "0.25", "0.3", "0.4", "0"),
    "every unaudited run backchecked": ("0.6", "0.1", "0.05", "0.2", "1"),
    "signals say all": ("0.9", "0.4", "0", "0", "0.5"),
    "nothing is ever looked at": ("0", "0", "0.2", "0.3", "0"),
}


def game_of(policy: tuple[str, ...], permits: bool, penalty: float = 0.0) -> Game:
    """A game in which every lab runs: all with a permit, or all without and undeterred."""
    pi_1, pi_0, alpha, miss, p_b = (float(x) for x in policy)
    return Game(
        n_agents=100,
        audit=Audit(
            high_prob=pi_1, base_prob=pi_0, false_positive_rate=alpha, false_negative_rate=miss,
            backcheck_prob=p_b, penalty_amount=penalty,
        ),
        market=CapMarket(token_cap=100 if permits else 0),
        lab=LabPopulation(gross_value_min=1.0, gross_value_max=1.0),
    )  # fmt: skip


def exact_law(policy: tuple[str, ...], violator: bool) -> dict[tuple[bool, bool, bool], Fraction]:
    """Probability of (signal, audited, backchecked), in exact arithmetic on the decimals."""
    pi_1, pi_0, alpha, miss, p_b = (Fraction(x) for x in policy)
    q = 1 - miss if violator else alpha
    law = {}
    for signal, seen, pi in ((True, q, pi_1), (False, 1 - q, pi_0)):
        law[signal, True, False] = seen * pi
        law[signal, False, True] = seen * (1 - pi) * p_b
        law[signal, False, False] = seen * (1 - pi) * (1 - p_b)
    assert sum(law.values()) == 1
    return law


@pytest.mark.filterwarnings("ignore::deterrence.ParameterWarning")
@pytest.mark.parametrize("violator", [False, True], ids=["compliant", "violator"])
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_outcomes_follow_the_exact_joint_law(policy, violator):
    market = PermitMarket(game_of(policy, not violator), rng=11, replications=RUNS // 100)
    market.step()
    labs = market.columns
    assert labs.runs.all()
    assert (labs.compliant != violator).all()
    law = exact_law(policy, violator)
    counts = {
        key: int(((labs.signal == key[0]) & (labs.audited == key[1]) & (labs.backchecked == key[2])).sum())
        for key in law
    }
    assert sum(counts.values()) == RUNS
    possible = [key for key in law if law[key] > 0]
    assert all(counts[key] == 0 for key in law if law[key] == 0)
    chi2 = sum((counts[key] - RUNS * law[key]) ** 2 / (RUNS * law[key]) for key in possible)
    assert float(chi2) <= stats.chi2.isf(FALSE_ALARM, max(1, len(possible) - 1))


def catch_z(catches: float, probability: Fraction) -> float:
    """Deviation of a number of catches from its mean, in standard deviations."""
    p = float(probability)
    return (catches - RUNS * p) / (RUNS * p * (1 - p)) ** 0.5


def test_a_violator_is_caught_with_p_eff_and_not_with_p_s():
    policy = POLICIES["all live"]
    law = exact_law(policy, violator=True)
    p_s = law[True, True, False] + law[False, True, False]
    p_eff = p_s + (1 - p_s) * Fraction(policy[-1])
    catches = run(game_of(policy, permits=False), replications=RUNS // 100, rng=12).catches.sum()
    assert abs(catch_z(catches, p_eff)) <= stats.norm.isf(FALSE_ALARM / 2)
    assert catch_z(catches, p_s) > 100


def test_a_backcheck_believed_but_not_drawn_is_noticed(monkeypatch):
    """Belief and draw are kept apart, so that this fault can be planted and seen."""
    rules_of = simulation._rules.rules_of

    def planted(game):
        unchecked = dataclasses.replace(game, audit=dataclasses.replace(game.audit, backcheck_prob=0.0))
        return dataclasses.replace(rules_of(game), cuts=rules_of(unchecked).cuts)

    policy = POLICIES["all live"]
    law = exact_law(policy, violator=True)
    p_s = law[True, True, False] + law[False, True, False]
    p_eff = p_s + (1 - p_s) * Fraction(policy[-1])
    monkeypatch.setattr(simulation._record, "rules_of", planted)
    catches = run(game_of(policy, permits=False), replications=RUNS // 100, rng=12).catches.sum()
    assert catch_z(catches, p_eff) < -100
    assert abs(catch_z(catches, p_s)) <= stats.norm.isf(FALSE_ALARM / 2)


def test_labs_expect_what_the_violators_law_holds_for_them():
    """Value 1 against p_eff phi: labs give way exactly where backchecks are counted in."""
    policy = POLICIES["all live"]
    law = exact_law(policy, violator=True)
    p_eff = float(sum(p for (_, audited, backchecked), p in law.items() if audited or backchecked))
    for factor, deterred in ((1 + 1e-9, 100), (1 - 1e-9, 0)):
        market = PermitMarket(game_of(policy, permits=False, penalty=factor / p_eff), rng=1)
        market.step()
        assert market.deterred == deterred


def test_rounding_gives_no_room_to_what_is_impossible(monkeypatch):
    """The largest draw falls in the last outcome; where every run is checked, that must be a check."""
    largest = np.nextafter(1.0, 0.0)
    monkeypatch.setattr(Draws, "uniforms", lambda self, *_, **__: np.full((1, 1, 100), largest))
    tenths = [f"0.{k}" for k in range(1, 10)]
    for alpha, pi_0 in itertools.product(tenths, tenths):
        market = PermitMarket(game_of(("0.9", pi_0, alpha, "0.1", "1"), permits=True), rng=1)
        market.step()
        assert market.checks == 100


@pytest.mark.parametrize("permits", [True, False])
def test_the_smallest_draw_is_no_check_where_nobody_is_checked(monkeypatch, permits):
    monkeypatch.setattr(Draws, "uniforms", lambda self, *_, **__: np.zeros((1, 1, 100)))
    market = PermitMarket(game_of(("0", "0", "0.2", "0.3", "0"), permits), rng=1)
    market.step()
    assert market.audits == market.checks == market.catches == 0
    assert not (market.columns.audited | market.columns.backchecked | market.columns.caught).any()


def test_with_the_same_draws_a_stricter_policy_catches_whomever_a_laxer_one_does():
    lax, strict = ("0.5", "0.1", "0.1", "0.3", "0.1"), ("0.6", "0.1", "0.1", "0.2", "0.4")
    caught = []
    for policy in (lax, strict):
        market = PermitMarket(game_of(policy, permits=False), rng=5, replications=1000)
        market.step()
        caught.append(market.columns.caught)
    assert (caught[0] <= caught[1]).all()
    assert caught[0].sum() < caught[1].sum()


def test_each_step_and_each_lab_has_its_own_luck():
    """Catches in successive steps, and of neighbouring labs, are independent: correlations near 0."""
    market = PermitMarket(game_of(POLICIES["all live"], permits=False), rng=13, replications=1000)
    market.step()
    first = market.columns.caught.astype(float)
    market.step()
    second = market.columns.caught.astype(float)
    bound = stats.norm.isf(FALSE_ALARM / 2) / np.sqrt(first.size / 2)
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < bound
    assert abs(np.corrcoef(first[:, :-1].ravel(), first[:, 1:].ravel())[0, 1]) < bound
    assert abs(np.corrcoef(first[:-1].ravel(), first[1:].ravel())[0, 1]) < bound
