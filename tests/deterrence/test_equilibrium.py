"""`solve`: known answers, requirements fed back into the game, and what more enforcement does."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from bends import draw_game, small_game
from games import random_game

import deterrence as dt

BASE = {"high_prob": 0.5, "base_prob": 0.0, "false_positive_rate": 0.1, "false_negative_rate": 0.2}


def fixed_price_game(P, *, price=0.8, cost=0.4, audit=None, **lab):
    """Net price 0.8 and cost 0.4, so v* = 1.2; beta = 0.8."""
    values = {"gross_value_min": 0.5, "gross_value_max": 1.5, "cost": cost}
    return dt.Game(
        n_agents=10,
        audit=dt.Audit(**(BASE | (audit or {})), penalty_amount=P),
        market=dt.FixedPriceMarket(fixed_price=price, purchase_rule="net"),
        lab=dt.LabPopulation(**(values | lab)),
    )


def rules(equilibrium):
    return {rule.name: (rule.pi_1, rule.deters, rule.deters_in_game) for rule in equilibrium.rules}


class TestAuditRules:
    def test_below_1_the_specifications_rule_is_below_1_and_nothing_deters(self):
        found = dt.solve(fixed_price_game(P=0.5))
        assert found.v_star == pytest.approx(1.2, rel=1e-15)
        assert found.x == pytest.approx(0.5, rel=1e-15)
        assert rules(found) == {
            "optimal_pi_1": (pytest.approx(0.5, rel=1e-15), False, False),
            "least_cost_pi_1": (1.0, False, False),
        }

    def test_above_1_the_least_cost_rule_is_below_1_and_both_deter(self):
        found = dt.solve(fixed_price_game(P=1.5))
        assert found.x == pytest.approx(1.5, rel=1e-15)
        assert rules(found) == {
            "optimal_pi_1": (1.0, True, True),
            "least_cost_pi_1": (pytest.approx(2 / 3, rel=1e-15), True, True),
        }

    def test_at_1_both_are_1_and_deter(self):
        assert rules(dt.solve(fixed_price_game(P=1.0))) == {
            "optimal_pi_1": (pytest.approx(1.0, rel=1e-15), True, True),
            "least_cost_pi_1": (pytest.approx(1.0, rel=1e-15), True, True),
        }

    @pytest.mark.parametrize(
        ("P", "change", "both"),
        [
            (1.5, {"capability_value": 0.3}, (True, False)),  # gain 1.1: p_eff 0.8 deters, 8/15 does not
            (1.5, {"capability_value": 0.5}, (False, False)),  # gain 1.3 > 1.2
            (1.5, {"risk_profile_min": 0.7, "risk_profile_max": 2.0}, (True, False)),
            (1.5, {"risk_profile_min": 0.5, "risk_profile_max": 2.0}, (False, False)),
            (0.9, {"audit": {"backcheck_prob": 0.5}}, (False, True)),  # p_eff 0.788 and 0.9; 0.89 needed
            (0.9, {"audit": {"base_prob": 0.5}}, (False, True)),
        ],
    )
    def test_in_the_game_race_risk_and_other_checks_count_too(self, P, change, both):
        found = dt.solve(fixed_price_game(P, **change))
        assert tuple(rule.deters_in_game for rule in found.rules) == both
        assert tuple(rule.deters for rule in found.rules) == ((True, True) if P > 1 else (False, False))

    def test_where_nothing_is_to_be_deterred(self):
        """v* < c: the gross price is below the cost, so the last lab to buy loses."""
        game = replace(fixed_price_game(P=0.5), market=dt.FixedPriceMarket(fixed_price=0.3))
        found = dt.solve(game)
        assert (found.v_star, found.x, found.deterred) == (0.3, math.inf, True)
        assert rules(found) == {"optimal_pi_1": (0.0, True, True), "least_cost_pi_1": (0.0, True, True)}
        assert all(answer.value in (0.0, 1.0) for answer in found.requires.values())

    @pytest.mark.parametrize(("P", "spec"), [(0.5, 1.0), (0.0, 0.0)])
    def test_where_the_last_permit_is_worth_nothing(self, P, spec):
        """A cap of N: v* = c, where the specification's rule is its limit."""
        found = dt.solve(replace(fixed_price_game(P), market=dt.CapMarket(token_cap=10)))
        assert (found.v_star, found.price) == (0.4, 0.0)
        assert rules(found) == {"optimal_pi_1": (spec, True, True), "least_cost_pi_1": (0.0, True, True)}


class TestMarginalGain:
    @pytest.mark.parametrize(
        ("market", "rule", "gain"),
        [
            (dt.FixedPriceMarket(fixed_price=0.8, purchase_rule="net"), "min", 0.8),
            (dt.FixedPriceMarket(fixed_price=0.8, purchase_rule="gross"), "min", 0.4),
            (dt.FixedPriceMarket(fixed_price=0.8, purchase_rule="gross"), "price", 0.8),
            (dt.FixedPriceMarket(fixed_price=9.0, purchase_rule="gross"), "value", 1.1),
            (dt.FixedPriceMarket(fixed_price=9.0, purchase_rule="net"), "price", 9.0),
            (dt.CapMarket(token_cap=10), "min", 0.0),
            (dt.CapMarket(token_cap=10), "price", 0.0),
            (dt.CapMarket(token_cap=0), "min", 1.1),
            (dt.CapMarket(token_cap=0), "price", math.inf),
            (dt.CapMarket(token_cap=4), "min", 0.1 + 7 / 11),  # the fourth largest of ten
            (dt.CapMarket(token_cap=4), "price", 0.1 + 7 / 11),
        ],
    )
    def test_is_the_largest_of_labs_without_a_permit(self, market, rule, gain):
        game = fixed_price_game(P=1.0, gain_rule=rule, capability_value=0.25)
        found = dt.solve(replace(game, market=market))
        assert found.marginal_gain == pytest.approx(gain + 0.25, rel=1e-12)

    def test_without_worthwhile_runs(self):
        """Every run loses at least 0.5; the literal rule gives each lab the race all the same."""
        game = replace(
            fixed_price_game(P=1.0, cost=2.0, capability_value=0.25), market=dt.CapMarket(token_cap=3)
        )
        assert dt.solve(game).marginal_gain == pytest.approx(-0.25)
        literal = replace(game, lab=replace(game.lab, gain_rule="price"))
        assert dt.solve(literal).marginal_gain == 0.25

    def test_unbounded_without_permits_and_with_unbounded_values(self):
        found = dt.solve(small_game(dt.CapMarket(token_cap=0), values="lognormal"))
        assert found.marginal_gain == math.inf
        assert not found.deterred
        assert not found.policy.feasible
        assert {answer.value for answer in found.requires.values()} == {None}
        assert found.v_star is found.x is None
        assert found.rules == ()
        assert math.isnan(found.price)


def change(game, name, value):
    """The game with one instrument set."""
    audit, lab = game.audit, game.lab
    alone = {"collateral": 0.0, "liability_cap": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        if name == "r":
            other = {"risk_profile_distribution": None, "risk_profile_min": value, "risk_profile_max": value}
            return replace(game, lab=replace(lab, **other))
        if name == "P":
            lab = replace(lab, reputation_sensitivity=0.0)
            return replace(game, lab=lab, audit=replace(audit, penalty_amount=value, **alone))
        changes = {
            "pi_1": {"high_prob": value},
            "pi_0": {"base_prob": value},
            "beta": {"false_negative_rate": 1 - value},
            "p_b": {"backcheck_prob": value},
            "p_eff": {"high_prob": value, "base_prob": value, "backcheck_prob": 0.0},
            "fine": {"penalty_amount": value},
        }
        return replace(game, audit=replace(audit, **changes[name]))


UNIT = ("pi_1", "pi_0", "beta", "p_b", "p_eff")


class TestRequirements:
    def test_each_deters_and_a_millionth_less_does_not(self):
        rng = np.random.default_rng(5)
        met = dict.fromkeys(("pi_1", "pi_0", "beta", "p_b", "p_eff", "fine", "P", "r"), 0)
        for _ in range(200):
            game = random_game(rng)
            for name, answer in dt.solve(game).requires.items():
                if answer.value is None or (name == "r" and answer.value > 1e6):
                    continue
                assert dt.solve(change(game, name, answer.value)).deterred, (name, game)
                short = answer.value * (1 - 1e-6 if answer.side == "at least" else 1 + 1e-6)
                if 0 < short <= 1 or (short > 0 and name not in UNIT):
                    assert not dt.solve(change(game, name, short)).deterred, (name, game)
                    met[name] += 1
        assert min(met.values()) >= 10, met

    def test_where_there_is_none_the_most_does_not_deter(self):
        rng = np.random.default_rng(6)
        refused = dict.fromkeys(UNIT, 0)
        for _ in range(100):
            game = random_game(rng)
            for name, answer in dt.solve(game).requires.items():
                if answer.value is None and name in UNIT:
                    refused[name] += 1
                    for value in (0.0, 0.5, 1.0):
                        assert not dt.solve(change(game, name, value)).deterred, (name, game)
        assert min(refused.values()) >= 10, refused

    def test_a_posted_deposit_is_outside_the_cap(self):
        sure = {"high_prob": 1.0, "base_prob": 1.0, "false_positive_rate": 0.0, "false_negative_rate": 0.0}
        audit = dt.Audit(**sure, penalty_amount=0.25, collateral=2.0, liability_cap=1.0)
        market = dt.FixedPriceMarket(fixed_price=2.5)
        lab = dt.LabPopulation(gross_value_min=0.0, gross_value_max=4.0)
        for rule, fine in (("posted", 0.5), ("capped", None)):
            game = dt.Game(n_agents=4, audit=replace(audit, liability_rule=rule), market=market, lab=lab)
            assert dt.solve(game).requires["fine"].value == fine

    def test_the_cheapest_policy_deters_and_costs_no_more_than_either_signal_alone(self):
        rng = np.random.default_rng(7)
        feasible = 0
        for _ in range(300):
            game = random_game(rng)
            found = dt.solve(game)
            if not found.policy.feasible:
                assert not dt.solve(change(change(game, "pi_1", 1.0), "pi_0", 1.0)).deterred
                continue
            feasible += 1
            best = change(change(game, "pi_1", found.policy.pi_1), "pi_0", found.policy.pi_0)
            assert dt.solve(best).deterred, game
            alpha = game.audit.false_positive_rate
            for name, weight in (("pi_1", alpha), ("pi_0", 1 - alpha)):
                bare = change(change(game, "pi_1", 0.0), "pi_0", 0.0)
                alone = dt.solve(bare).requires[name].value
                if alone is not None:
                    assert found.policy.cost <= weight * alone * (1 + 1e-12) + 1e-15
        assert feasible > 100

    def test_a_deterred_fixed_price_market_has_no_violations_and_no_other_has_none(self):
        rng = np.random.default_rng(8)
        seen = {True: 0, False: 0}
        for _ in range(400):
            game = random_game(rng)
            found = dt.solve(game)
            if isinstance(game.market, dt.CapMarket) or found.prediction.permits.mean > 0.999 * game.n_agents:
                continue
            if found.deterred:
                assert found.prediction.violations == (0.0, 0.0)
            elif game.lab.gain_rule == "price" or game.lab.gross_value_min is not None:
                assert found.prediction.violations.mean > 0, game
            seen[found.deterred] += 1
        assert min(seen.values()) > 20


class TestText:
    def test_reads_on_300_games_of_any_kind(self):
        rng = np.random.default_rng(9)
        for i in range(300):
            game = random_game(rng) if i % 2 else draw_game(rng)
            found = dt.solve(game)
            text, page = str(found), found._repr_html_()
            assert "NaN" not in text
            assert page.startswith("<table>")
            for name in ("optimal_pi_1", "least_cost_pi_1"):
                assert (name in text) == (name in page) == (found.v_star is not None)
            for name in found.requires:
                assert f"{name} " in text
            assert len(text.splitlines()) == page.count("<tr>") == text.count("\n") + 1

    def test_says_what_there_is_not(self):
        found = str(dt.solve(small_game(dt.CapMarket(token_cap=0))))
        assert "none: there are no permits" in found
        assert "nan" not in found.lower()

    def test_names_of_scenarios_are_inert(self):
        game = small_game(dt.CapMarket(token_cap=2))
        parts = {name: getattr(game, name) for name in ("n_agents", "audit", "market", "lab")}
        page = dt.solve(dt.Scenario(**parts, name="a-b", description="<b>"))._repr_html_()
        assert "a-b: 5 labs" in page
        assert "<b>" not in page

    def test_violations_are_worked_out_once(self):
        found = dt.solve(small_game(dt.CapMarket(token_cap=2)))
        assert found.violations is found.violations
        assert found.violations.mean == pytest.approx(found.prediction.violations.mean, rel=1e-12)


def expected_violations(game):
    return dt.predict(game).violations.mean


def more(game, rng):
    """The game with more of each kind of deterrent."""
    audit, lab, market = game.audit, game.lab, game.market
    nearer_1 = rng.random()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        for name in ("high_prob", "base_prob", "backcheck_prob"):
            value = getattr(audit, name)
            yield name, replace(game, audit=replace(audit, **{name: value + (1 - value) * nearer_1}))
    for name in ("penalty_amount", "collateral"):
        yield name, replace(game, audit=replace(audit, **{name: getattr(audit, name) + rng.random()}))
    lab_with_more = replace(lab, reputation_sensitivity=lab.reputation_sensitivity + rng.random())
    yield "reputation", replace(game, lab=lab_with_more)
    if lab.risk_profile_min is not None:
        risk = {name: getattr(lab, name) * 1.5 for name in ("risk_profile_min", "risk_profile_max")}
        yield "risk", replace(game, lab=replace(lab, **risk))
    if isinstance(market, dt.CapMarket):
        yield (
            "permits",
            replace(game, market=dt.CapMarket(token_cap=market.token_cap + int(rng.integers(1, 5)))),
        )


def test_more_enforcement_or_permits_mean_no_more_violations_and_a_stronger_race_no_fewer():
    """Section 11.2."""
    rng = np.random.default_rng(10)
    lower = {}
    for _ in range(150):
        game = random_game(rng)
        now = expected_violations(game)
        slack = 1e-9 * now + 1e-12
        for name, stricter in more(game, rng):
            then = expected_violations(stricter)
            assert then <= now + slack, (name, game)
            lower[name] = lower.get(name, 0) + (then < now - slack)
        race = replace(game, lab=replace(game.lab, capability_value=game.lab.capability_value + rng.random()))
        assert expected_violations(race) >= now - slack, game
        lower["race"] = lower.get("race", 0) + (expected_violations(race) > now + slack)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dt.ParameterWarning)
            noisy = replace(game, audit=replace(game.audit, false_positive_rate=rng.random()))
        assert expected_violations(noisy) == now
    assert min(lower.values()) >= 15, lower
    assert len(lower) == 9
