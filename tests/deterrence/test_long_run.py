"""Claims about the long run: against the written rules, played out or solved in another way."""

from __future__ import annotations

import inspect
import math
import re
from itertools import product

import numpy as np
import pytest
from long_runs import ALIKE, CAP, DIFFERENT, FIXED, RISKS, claims, game, value
from scipy import integrate
from scipy.special import expit

import deterrence as dt
from deterrence import games

P_EFF = 0.4  # of `game`: 0.8 x 0.5


def agrees(claimed: float, drawn: np.ndarray, slack: float = 0.0) -> None:
    """The mean of independent draws is within four standard errors of what is claimed."""
    error = np.std(drawn, ddof=1) / math.sqrt(len(drawn))
    assert abs(np.mean(drawn) - claimed) <= 4 * error + slack


class TestBayesianLabs:
    TURNS = 600

    def play(self, t, p, prior, rng):
        """Violations and catches of labs, and which have stopped."""
        violations, catches = np.zeros_like(t), np.zeros_like(t)
        for _ in range(self.TURNS):
            violates = (prior.caught + catches) / (prior.caught + prior.missed + violations) < t * (1 - 1e-12)
            violations += violates
            catches += violates & (rng.uniform(size=t.shape) < p)
        return violations, catches, ~violates

    def late(self, t, p, prior, violations, catches):
        """Bound on the probability that a lab with t > p stops later: Chernoff's, with Hoeffding's lemma."""
        short = t * (prior.caught + prior.missed + violations) - prior.caught - catches
        return np.exp(-8 * np.maximum(t - p, 0) * short)

    @pytest.mark.parametrize("prior", [dt.BayesianLabs(missed=2.0), dt.BayesianLabs(caught=0.5, missed=3.0)])
    def test_labs_that_are_alike(self, prior):
        t = np.full(20_000, 0.6)
        *record, stopped = self.play(t, P_EFF, prior, np.random.default_rng(1))
        assert (self.late(t, P_EFF, prior, *record)[~stopped] < 1e-9).all()
        asked = game(lab=ALIKE | {"behaviour": prior})
        agrees(value(asked, "stopping"), stopped)
        agrees(value(asked, "violation_rate"), ~stopped)

    @pytest.mark.parametrize("market", [FIXED, CAP], ids=["price", "cap"])
    def test_labs_that_differ(self, market):
        prior, rng = dt.BayesianLabs(missed=2.0), np.random.default_rng(2)
        v = rng.uniform(size=(500, 20))
        if market is CAP:  # the 12 without a permit
            v = np.sort(v, axis=1)[:, :12]
        t = (v / rng.uniform(0.5, 1.5, v.shape)).reshape(-1)
        *record, stopped = self.play(t, P_EFF, prior, rng)
        least = stopped | (t <= P_EFF)
        most = np.where(least, 1.0, self.late(t, P_EFF, prior, *record))
        claim = claims(game(market=market, lab=DIFFERENT | RISKS | {"behaviour": prior}))["stopping"]
        assert claim.high - claim.low < 0.03
        of_markets = 4 * np.std(least.reshape(len(v), -1).mean(axis=1)) / math.sqrt(len(v))
        assert claim.low - of_markets <= most.mean()
        assert least.mean() <= claim.high + of_markets

    def test_prior_that_deters_and_punishment_of_nothing(self):
        assert value(game(lab=ALIKE | {"behaviour": dt.BayesianLabs(caught=9.0)}), "stopping") == 1
        nothing = game(lab=ALIKE | {"behaviour": dt.BayesianLabs(caught=9.0)}, penalty_amount=0.0)
        assert value(nothing, "stopping") == 0

    @pytest.mark.parametrize("pools", ["violations", "runs"])
    def test_new_values(self, pools):
        turns, labs = 4000, 400
        price, prior, rng = 0.75, dt.BayesianLabs(pools=pools), np.random.default_rng(3)
        counted, caught = np.full(labs, 2.0), np.full(labs, 1.0)
        late_violations, late_without = np.zeros(labs), np.zeros(labs)
        for turn in range(turns):
            v, u = rng.uniform(size=labs), rng.uniform(size=labs)
            without = v < price
            violates = without & (caught / counted < v)
            runs = violates | (~without & (pools == "runs"))
            counted += runs
            caught += runs & (u < np.where(violates, P_EFF, 0.1 * 0.5))
            if turn >= turns // 2:
                late_violations += violates
                late_without += without
        lab = DIFFERENT | {"behaviour": prior, "redraw_values": True}
        found = claims(game(market=dt.FixedPriceMarket(fixed_price=price), lab=lab))
        agrees(found["violation_rate"].value, late_violations / late_without, slack=4 / turns)
        if pools == "violations":
            agrees(found["stopping"].value, late_violations == 0)

    def test_new_values_at_one_gain(self):
        """By the price rule, violations hold the estimate where it just deters."""
        lab = DIFFERENT | {
            "behaviour": dt.BayesianLabs(pools="runs"), "redraw_values": True, "gain_rule": "price",
        }  # fmt: skip
        market = dt.FixedPriceMarket(fixed_price=0.6)
        # Violations are a share w of all runs if 0.4 w + 0.05 (1 - w) = 0.6 / 4 of these are checked.
        w = (0.15 - 0.05) / 0.35
        asked = game(market=market, lab=lab, penalty_amount=4.0)
        assert value(asked, "violation_rate") == pytest.approx(0.4 * w / (1 - w) / 0.6)
        asked = game(market=market, lab=lab)  # 0.26 are checked even if every lab violates, and deter nobody
        assert value(asked, "violation_rate") == pytest.approx(1)


class TestWhatLabsFace:
    """Everything that makes up gains and punishment counts, by hand in simple cases."""

    def test_punishment(self):
        parts = {"collateral": 0.3, "liability_cap": 1.1}
        lab = DIFFERENT | {"reputation_sensitivity": 0.1}
        growth = dt.AuditEscalation(increment=0.0, decay=0.5)
        assert value(game(lab=lab, escalation=growth, **parts), "violation_rate") == pytest.approx(
            1 - P_EFF * 1.2
        )

    def test_multiplier(self):
        behaviour = {"behaviour": dt.BayesianLabs(missed=2.0)}
        meek = ALIKE | behaviour | {"risk_profile_min": 0.8, "risk_profile_max": 0.8}
        assert value(game(lab=meek), "stopping") == value(
            game(lab=ALIKE | behaviour, penalty_amount=0.8), "stopping"
        )

    @pytest.mark.parametrize(("rule", "top"), [("gross", 0.5), ("net", 0.75)])
    def test_gains_up_to_the_purchase(self, rule, top):
        lab = DIFFERENT | {"behaviour": dt.LogitLabs(precision=5.0), "cost": 0.25}
        market = dt.FixedPriceMarket(fixed_price=0.75, purchase_rule=rule)
        rent = -0.25 + (np.arange(100_000) + 0.5) / 100_000 * (top + 0.25)
        mean = expit(5.0 * (rent - P_EFF)).mean()
        assert value(game(market=market, lab=lab), "violation_rate") == pytest.approx(mean, abs=1e-9)


class TestLogitLabs:
    @pytest.mark.parametrize("precision", [0.0, 3.0, 2000.0])
    @pytest.mark.parametrize("market", [dt.FixedPriceMarket(fixed_price=0.75), CAP], ids=["price", "cap"])
    def test_against_adaptive_quadrature(self, precision, market):
        lab = DIFFERENT | RISKS | {"behaviour": dt.LogitLabs(precision=precision), "capability_value": 0.1}
        top = 0.75 if market is not CAP else 0.6

        def of_risk(r):
            at = r * P_EFF - 0.1
            points = sorted({min(max(at + d / (precision or 1), 0.0), top) for d in (-30, 0, 30)})
            return integrate.quad(
                lambda v: expit(precision * (v + 0.1 - r * P_EFF)), 0, top, points=points, epsabs=1e-10
            )[0]

        mean = integrate.quad(of_risk, 0.5, 1.5, epsabs=1e-8)[0] / top
        assert value(game(market=market, lab=lab), "violation_rate") == pytest.approx(mean, abs=1e-7)

    def test_one_value_and_many_risks(self):
        lab = ALIKE | RISKS | {"behaviour": dt.LogitLabs(precision=5.0)}
        r = (np.arange(100_000) + 0.5) / 100_000 + 0.5
        mean = expit(5.0 * (0.6 - r * P_EFF)).mean()
        assert value(game(lab=lab), "violation_rate") == pytest.approx(mean, abs=1e-9)

    def test_values_below_cost(self):
        lab = DIFFERENT | {"behaviour": dt.LogitLabs(precision=5.0), "cost": 0.5}
        v = (np.arange(100_000) + 0.5) / 100_000
        mean = expit(5.0 * (v - 0.5 - P_EFF)).mean()
        assert value(game(lab=lab), "violation_rate") == pytest.approx(mean, abs=1e-9)


class TestImitatingLabs:
    def play(self, labs, B, start, turns, markets, rng, rate=0.5):
        violates = np.broadcast_to(np.arange(labs) < start * labs, (markets, labs)).copy()
        for _ in range(turns):
            fared = np.where(violates, 0.6 - B * (rng.uniform(size=violates.shape) < P_EFF), 0.0)
            other = (np.arange(labs) + rng.integers(1, labs, violates.shape)) % labs
            better = np.take_along_axis(fared, other, 1) - fared
            switches = rng.uniform(size=violates.shape) < rate * better
            violates = np.where(switches, np.take_along_axis(violates, other, 1), violates)
        return violates.mean(axis=1)

    @pytest.mark.parametrize(("B", "start"), [(1.0, 0.1), (1.9, 0.9), (1.5, 0.3), (1.0, 0.0), (1.9, 1.0)])
    def test_the_better_action_takes_over_and_equal_ones_stay(self, B, start):
        tie = B == 1.5
        labs, turns, markets = (50, 20, 500) if tie else (500, 300, 5)
        shares = self.play(labs, B, start, turns, markets, np.random.default_rng(4))
        lab = ALIKE | {"behaviour": dt.ImitatingLabs(rate=0.5, violating=start)}
        agrees(value(game(lab=lab, penalty_amount=B), "violation_rate"), shares)

    @pytest.mark.parametrize("p_b", [0.0, 0.2])
    def test_with_a_replicator_governor(self, p_b):
        """One round of the differential equation, from a start above the Governor's indifference."""
        g, B, k, M, rates = 0.6, 1.0, 0.3, 1.0, (0.2, 0.4)

        def speed(_, y):
            q, a = expit(y[:2])
            p = 1 - (1 - a) * (1 - p_b)
            return [rates[0] * (g - p * B), rates[1] * (q * M - k), q, a]

        def back(_, y):
            return y[1]  # log-odds of the first audit probability, 0.5

        back.direction = 1
        start = [math.log(0.5 / 0.5), 0.0, 0.0, 0.0]
        path = integrate.solve_ivp(speed, (0, 500), start, "DOP853", events=back, rtol=1e-11, atol=1e-11)
        when = path.t_events[0][path.t_events[0] > 1e-6][0]
        totals = path.y_events[0][path.t_events[0] > 1e-6][0][2:]
        asked = game(
            lab=ALIKE | {"behaviour": dt.ImitatingLabs(rate=rates[0])}, cost=k, backcheck_prob=p_b,
            governor=dt.ReplicatorGovernor(rate=rates[1], recovery=M),
        )  # fmt: skip
        assert value(asked, "period") == pytest.approx(when, rel=1e-7)
        assert value(asked, "violation_rate") == pytest.approx(totals[0] / when, abs=1e-7)
        assert value(asked, "audit_rate") == pytest.approx(totals[1] / when, abs=1e-7)

    @pytest.mark.parametrize(
        ("fine", "k", "outcome"), [(0.5, 0.3, (1, 1)), (1.0, 1.5, (1, 0)), (1.0, -0.0, None)]
    )
    def test_with_a_replicator_governor_that_need_not_mix(self, fine, k, outcome):
        asked = game(
            lab=ALIKE | {"behaviour": dt.ImitatingLabs(rate=0.1)}, cost=k, penalty_amount=fine,
            governor=dt.ReplicatorGovernor(rate=0.1, recovery=1.0),
        )  # fmt: skip
        found = claims(asked)
        assert "period" not in found
        if outcome is None:
            assert found["violation_rate"].sort == "unknown"
        else:
            assert (found["violation_rate"].value, found["audit_rate"].value) == outcome


class TestGradientGovernor:
    def test_limit_and_spread(self):
        markets, turns, scale = 2000, 1000, 2.0
        rng, pi_1 = np.random.default_rng(5), np.full(2000, 0.5)
        for turn in range(turns):
            seen = rng.binomial(12, 0.8, markets) / 12
            pi_1 = np.clip(pi_1 + scale / (1 + turn) * (0.3 * seen - 0.6 * pi_1), 0, 1)
        found = claims(game(market=CAP, governor=dt.GradientGovernor(scale=scale), penalty_amount=0.3))
        agrees(found["pi_1"].value, pi_1, slack=1 / turns)
        spread = math.sqrt(turns) * np.std(pi_1)
        assert spread == pytest.approx(
            found["pi_1_spread"].value, rel=4 / math.sqrt(2 * markets) + 10 / turns
        )

    def test_labs_that_err_keep_it_learning(self):
        lab = ALIKE | {"behaviour": dt.LogitLabs(precision=2.0)}
        for fine in (0.2, 0.5, 2.0):
            asked = game(market=CAP, lab=lab, governor=dt.GradientGovernor(), penalty_amount=fine)
            goal = min(1, 0.8 * fine / 0.6)
            assert value(asked, "pi_1") == pytest.approx(goal)
            assert value(asked, "violation_rate") == pytest.approx(expit(2.0 * (0.6 - 0.8 * goal * fine)))

    def test_nothing_to_learn_from(self):
        idle = game(governor=dt.GradientGovernor(), penalty_amount=9.0)
        assert (value(idle, "pi_1"), value(idle, "violation_rate")) == (0.5, 0)
        closed = game(governor=dt.GradientGovernor(), market=dt.CapMarket(token_cap=0))  # without a price
        assert (value(closed, "pi_1"), value(closed, "violation_rate")) == (0.5, 1)

    def test_rest_before_the_rule(self):
        """Labs that are deterred from 0.625 on; the rule would be 1, or 0.48 but for the noise."""
        rng, pi_1 = np.random.default_rng(16), np.full(500, 0.5)
        for turn in range(200):
            seen = rng.binomial(12, 0.8, 500) / 12
            slope = np.where(pi_1 < 0.625, 1.2 * seen - 0.6 * pi_1, 0.0)
            pi_1 = np.clip(pi_1 + 0.1 / (1 + turn) * slope, 0, 1)
        found = claims(game(market=CAP, governor=dt.GradientGovernor(scale=0.1), penalty_amount=1.2))
        assert found["pi_1"].low == pytest.approx(0.625)
        assert (pi_1 >= found["pi_1"].low).all()
        assert found["violation_rate"].value == 0
        eager = ALIKE | {"capability_value": 0.3, "risk_profile_min": 4.0, "risk_profile_max": 4.0}
        below = game(market=CAP, lab=eager, governor=dt.GradientGovernor(), penalty_amount=0.3, high_prob=0.3)
        assert claims(below)["pi_1"].sort == "unknown"


class TestLoweringGovernor:
    @pytest.mark.parametrize(("down", "up"), [(0.02, 0.05), (0.1, 0.01)])
    @pytest.mark.parametrize("p_b", [0.0, 0.2])
    def test_every_violation_seen(self, down, up, p_b):
        turns, pi_1, violations, seen = 20_000, 0.5, 0, []
        for turn in range(turns):
            violates = 1 - (1 - 0.8 * pi_1) * (1 - p_b) < 0.6 * (1 - 1e-12)
            violations += violates
            pi_1 = min(1.0, pi_1 + up) if violates else max(0.0, pi_1 - down)
            if turn > 200:
                seen.append(pi_1)
        found = claims(game(governor=dt.LoweringGovernor(down=down, up=up), backcheck_prob=p_b))
        claim = found["pi_1"]
        assert claim.low - 1e-9 <= min(seen) <= max(seen) <= claim.high + 1e-9
        # What it went up and down differs by no more than 1.
        assert abs(violations / turns - found["violation_rate"].value) <= 1 / (turns * (up + down))

    def test_out_of_reach_and_idle(self):
        governor = dt.LoweringGovernor(down=0.1, up=0.1)
        harmless = game(governor=governor, penalty_amount=0.5)
        assert (value(harmless, "pi_1"), value(harmless, "violation_rate")) == (1, 1)
        idle = game(governor=governor, backcheck_prob=0.7)
        assert (value(idle, "pi_1"), value(idle, "violation_rate")) == (0, 0)
        assert (
            claims(game(governor=dt.LoweringGovernor(down=0.9, up=0.9)))["violation_rate"].sort == "unknown"
        )

    @staticmethod
    def share(n, required, step, ups, turns):
        """Share of turns with violations from the middle on, by the exact chain on a grid."""
        states = np.arange(round(1 / step) + 1)
        violates = states < round(required / step)
        caught = np.where(violates, 1 - (1 - 0.8 * states * step) ** n, 0.0)
        mass, share = np.zeros(len(states)), []
        mass[round(0.5 / step)] = 1.0
        for _ in range(turns):
            share.append(mass @ violates)
            moved = np.zeros_like(mass)
            np.add.at(moved, np.minimum(states + ups, states[-1]), mass * caught)
            np.add.at(moved, np.maximum(states - 1, 0), mass * (1 - caught))
            mass = moved
        return np.mean(share[turns // 2 :]), mass

    @pytest.mark.parametrize("n", [1, 3])
    def test_catches_that_hover(self, n):
        for step in (1 / 200, 1 / 400):
            governor = dt.LoweringGovernor(down=step, up=5 * step, sees="catches")
            claim = claims(game(n_agents=n, governor=governor))["violation_rate"]
            share, _ = self.share(n, 0.75, step, 5, 4000)
            assert claim.low - 1e-9 <= share <= claim.high
            assert share == pytest.approx(claim.value, abs=4 * step)

    @pytest.mark.parametrize(("fine", "collapses"), [(1.0, False), (2.5, True)])
    def test_catches_that_collapse(self, fine, collapses):
        """Of two violators one is caught in a share 0.84, or 0.42, of turns: more and less than half."""
        governor = dt.LoweringGovernor(down=0.01, up=0.01, sees="catches")
        found = claims(game(n_agents=2, governor=governor, penalty_amount=fine))
        share, mass = self.share(2, 0.75 / fine, 0.01, 1, 4000)
        assert (mass[0] > 0.999) == collapses
        assert (found["pi_1"].value == 0) == collapses
        assert share == pytest.approx(found["violation_rate"].value, abs=0.03)

    @pytest.mark.parametrize("up", [0.02, 0.12, 0.3])
    def test_one_lab_is_that_of_the_games(self, up):
        answer = games.censored_lowering(P=1.0, beta=0.8, v_star=0.6, up=up, down=0.1)
        governor = dt.LoweringGovernor(down=0.1, up=up, sees="catches")
        assert value(game(n_agents=1, governor=governor), "pi_1") == pytest.approx(answer.limit)


class TestTrackingGovernor:
    def test_labs_that_are_alike(self):
        scale, target, turns = 0.5, 0.2, 20_000
        pi_1, violations = 0.5, 0
        for turn in range(turns):
            violates = 0.8 * pi_1 < 0.6 * (1 - 1e-12)
            violations += violates
            pi_1 = min(1.0, max(0.0, pi_1 + scale / (1 + turn) * (violates - target)))
        found = claims(game(governor=dt.TrackingGovernor(target=target, scale=scale)))
        gap = turns * abs(pi_1 - found["pi_1"].value)
        assert 0 < gap <= found["pi_1_gap"].high + 1e-6
        assert violations / turns == pytest.approx(found["violation_rate"].value, abs=0.01)

    @pytest.mark.parametrize("target", [0.1, 0.3, 0.5])
    @pytest.mark.parametrize("market", [FIXED, CAP], ids=["price", "cap"])
    def test_quantile_of_what_labs_require(self, target, market):
        rng, labs = np.random.default_rng(6), 400_000
        v = rng.uniform(size=labs)
        if market is CAP:  # 8 of 20 hold a permit
            v = np.sort(v)[: labs * 12 // 20]
        required = v / rng.uniform(0.5, 1.5, len(v)) / 0.8 / 2
        found = claims(
            game(
                market=market,
                lab=DIFFERENT | RISKS,
                governor=dt.TrackingGovernor(target=target),
                penalty_amount=2.0,
            )
        )
        error = 4 * math.sqrt(target * (1 - target) / len(v))
        low, high = np.quantile(required, [1 - target - error, 1 - target + error])
        assert low <= found["pi_1"].value <= high
        assert found["pi_1"].low == found["pi_1"].high
        assert found["violation_rate"].value == pytest.approx(target)

    def test_ends_and_plateaus(self):
        most = game(lab=DIFFERENT, governor=dt.TrackingGovernor(target=0.1), penalty_amount=0.5)
        assert (value(most, "pi_1"), value(most, "violation_rate")) == (1, pytest.approx(0.6))
        none = claims(game(governor=dt.TrackingGovernor(target=0.0)))["pi_1"]
        assert (none.low, none.high) == (pytest.approx(0.75), 1)
        least = game(governor=dt.TrackingGovernor(target=0.1), backcheck_prob=0.7)
        assert (value(least, "pi_1"), value(least, "violation_rate")) == (0, 0)

    def test_labs_that_err(self):
        lab = ALIKE | {"behaviour": dt.LogitLabs(precision=3.0)}
        found = value(game(lab=lab, governor=dt.TrackingGovernor(target=0.4)), "pi_1")
        assert expit(3.0 * (0.6 - 0.8 * found)) == pytest.approx(0.4)
        assert "pi_1_gap" not in claims(game(lab=lab, governor=dt.TrackingGovernor(target=0.4)))


class TestTargetingGovernor:
    @pytest.mark.parametrize(("u", "discount", "p_b"), [(0.5, 0.9, 0.0), (1.0, 0.5, 0.1), (0.0, 0.9, 0.0)])
    def test_best_policies_and_their_chains(self, u, discount, p_b):
        """Every policy of labs at the middle of equal parts of the law of gains, valued by linear algebra."""
        cells, governor = 400, dt.TargetingGovernor(
            high_prob=0.9, base_prob=0.5, penalty_amount=1.1, return_prob=u, discount=discount
        )  # fmt: skip
        found = [self.policy(v, governor, p_b) for v in (np.arange(cells) + 0.5) / cells]
        lab = {"risk_profile_min": 0.9, "risk_profile_max": 0.9, "reputation_sensitivity": 0.2}
        asked = game(lab=DIFFERENT | lab, governor=governor, backcheck_prob=p_b)
        violations, inspections = np.mean(found, axis=0)
        assert value(asked, "violation_rate") == pytest.approx(violations, abs=2 / cells)
        assert value(asked, "inspection_rate") == pytest.approx(inspections, abs=2 / cells)

    @staticmethod
    def policy(g, governor, p_b):
        p = [1 - (1 - x) * (1 - p_b) for x in (0.4, 0.8 * 0.9 + 0.2 * 0.5)]
        fines = [0.9 * (1.0 + 0.2), 0.9 * (governor.penalty_amount + 0.2)]
        best = (-math.inf, None)
        for violates in product([False, True], repeat=2):
            moves = np.array([
                [1 - p[0] * violates[0], p[0] * violates[0]],
                [0.0, 1.0] if violates[1] else [p[1] * governor.return_prob, 1 - p[1] * governor.return_prob],
            ])  # fmt: skip
            pay = np.array([v * (g - q * fine) for v, q, fine in zip(violates, p, fines, strict=True)])
            worth = np.linalg.solve(np.eye(2) - governor.discount * moves, pay).sum()
            best = max(best, (worth, (violates, moves)), key=lambda x: x[0])
        violates, moves = best[1]
        time = np.linalg.matrix_power(moves, 10_000)[0]
        inspected = [p[0] * violates[0], p[1]]
        return time @ violates, time @ inspected

    def test_lenient_target_group(self):
        governor = dt.TargetingGovernor(high_prob=0.1, base_prob=0.0, penalty_amount=1.0, return_prob=0.5)
        assert claims(game(governor=governor))["violation_rate"].sort == "unknown"


class TestLogitGovernor:
    GOVERNOR = dt.LogitGovernor(precision=5.0, recovery=1.0)

    def test_labs_that_err(self):
        markets, labs, turns, rng = 40, 20, 4000, np.random.default_rng(7)
        share = np.full(markets, 0.5)
        for turn in range(turns):
            a = expit(5.0 * (share - 0.3))
            q = rng.binomial(labs, expit(3.0 * (0.6 - (1 - (1 - a) * 0.9)))) / labs
            share += (q - share) / (turn + 1)
        asked = game(
            lab=ALIKE | {"behaviour": dt.LogitLabs(precision=3.0)},
            governor=self.GOVERNOR,
            cost=0.3,
            backcheck_prob=0.1,
        )
        agrees(value(asked, "violation_rate"), share, slack=2 / turns)
        agrees(value(asked, "audit_rate"), expit(5.0 * (share - 0.3)), slack=5 / turns)

    def test_one_precision_is_that_of_the_games(self):
        lab = ALIKE | {"behaviour": dt.LogitLabs(precision=5.0)}
        asked = game(lab=lab, governor=self.GOVERNOR, cost=0.3, backcheck_prob=0.1)
        answer = games.quantal(g=0.6 - 0.1, D=0.9, k=0.3, M=1.0, precision=5.0)
        assert value(asked, "violation_rate") == pytest.approx(answer.q, abs=1e-12)
        assert value(asked, "audit_rate") == pytest.approx(answer.a, abs=1e-12)

    def test_labs_that_know_and_differ(self):
        v, share = (np.arange(10_000) + 0.5) / 10_000, 0.5
        for turn in range(2000):
            share += (np.mean(v > expit(5.0 * (share - 0.3))) - share) / (turn + 1)
        asked = game(lab=DIFFERENT, governor=self.GOVERNOR, cost=0.3)
        assert value(asked, "violation_rate") == pytest.approx(share, abs=1e-3)


class TestReplicatorGovernor:
    @pytest.mark.parametrize("precision", [3.0, None])
    def test_labs_that_know(self, precision):
        odds, turns, q_sum, a_sum = 0.0, 40_000, 0.0, 0.0
        for _ in range(turns):
            a = expit(odds)
            q = float(a < 0.6) if precision is None else expit(precision * (0.6 - a))
            odds += 0.01 * (q - 0.45)
            q_sum, a_sum = q_sum + q, a_sum + a
        lab = ALIKE if precision is None else ALIKE | {"behaviour": dt.LogitLabs(precision=precision)}
        asked = game(lab=lab, governor=dt.ReplicatorGovernor(rate=0.01, recovery=1.0), cost=0.45)
        assert value(asked, "violation_rate") == pytest.approx(q_sum / turns, abs=5e-3)
        assert value(asked, "audit_rate") == pytest.approx(a_sum / turns, abs=5e-3)

    def test_audits_that_never_pay(self):
        asked = game(governor=dt.ReplicatorGovernor(rate=0.1, recovery=0.2), cost=0.3)
        assert claims(asked)["violation_rate"].sort == "unknown"


class TestCapacity:
    N = 40_000

    def play(self, asked, rng, turns=40):
        """Labs drawn and audited one by one; rates of the last turn."""
        limits, audit, N = asked.audit.capacity, asked.audit, asked.n_agents
        low, high = asked.lab.gross_value_min, asked.lab.gross_value_max
        v = np.sort(rng.uniform(low, high, N))[::-1]
        Q = asked.market.token_cap
        permit, g = np.arange(N) < Q, np.minimum(v, v[Q - 1])
        expected = [limits.expected] * 2  # of clean and of suspicious signals
        for _ in range(turns):
            p = 0.8 * audit.high_prob * expected[True] + 0.2 * audit.base_prob * expected[False]
            violates = ~permit & (p * audit.penalty_amount < g * (1 - 1e-12))
            suspicious = rng.uniform(size=N) < np.where(violates, 0.8, 0.1)
            called = (permit | violates) & (
                rng.uniform(size=N) < np.where(suspicious, audit.high_prob, audit.base_prob)
            )
            order = rng.permutation(np.flatnonzero(called))
            if limits.priority == "signal":
                order = order[np.argsort(~suspicious[order], kind="stable")]
            audited = order[: limits.audits]
            carried_out = len(audited) / len(order) if len(order) else 1.0
            expected = [carried_out] * 2
            if limits.priority == "signal":
                by_signal = [suspicious == kind for kind in (False, True)]
                expected = [of[audited].sum() / max((called & of).sum(), 1) for of in by_signal]
            found = violates[audited].sum() / max(violates.sum(), 1)
        return violates.sum() / (N - Q), carried_out, found, violates.sum()

    @pytest.mark.parametrize("priority", ["lot", "signal"])
    @pytest.mark.parametrize("expected", [0.0, 1.0])
    def test_where_many_labs_come_to_rest(self, priority, expected):
        N = self.N
        limits = dt.AuditCapacity(audits=N // 5, priority=priority, expected=expected)
        asked = game(
            n_agents=N, market=dt.CapMarket(token_cap=N // 4),
            lab={"gross_value_min": 0.2, "gross_value_max": 0.8}, capacity=limits,
            high_prob=0.9, base_prob=0.2, penalty_amount=0.75,
        )  # fmt: skip
        rate, carried_out, found, violators = self.play(asked, np.random.default_rng(8))
        claim = claims(asked)
        # A share of about N labs or audits has an error of 1 / (2 sqrt(N)) at most; a best reply passes on
        # what it answers to, times a slope below 3 here.
        error = 4 * 3 / (2 * math.sqrt(N))
        assert rate == pytest.approx(claim["violation_rate"].value, abs=error)
        assert carried_out == pytest.approx(claim["share_carried_out"].value, abs=error)
        assert rate > 0
        p = claim["detection"].value
        assert found == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / violators))

    def test_history_decides_between_two(self):
        def asked(expected):
            limits = dt.AuditCapacity(audits=2000, expected=expected)
            lab = {"gross_value_min": 0.3, "gross_value_max": 0.3}
            return game(n_agents=self.N, market=dt.CapMarket(token_cap=self.N // 2), lab=lab, capacity=limits,
                        high_prob=1.0)  # fmt: skip

        for expected in (0.0, 1.0):
            rate, *_ = self.play(asked(expected), np.random.default_rng(9), turns=5)
            claim = claims(asked(expected))["violation_rate"]
            assert rate == claim.value == 1 - expected
        both = claims(asked(1.0))
        assert (both["stable_rates"].low, both["stable_rates"].high) == (0, 1)
        # At the tipping share detection is just what deters.
        x = both["tipping_share"].value
        assert 0.8 * 0.05 / (0.8 * x + 0.1 * 0.5) == pytest.approx(0.3)

    def test_no_end_found(self, monkeypatch):
        limits = dt.AuditCapacity(audits=100, priority="signal")
        lab = {"gross_value_min": 0.2, "gross_value_max": 0.8}
        asked = game(n_agents=400, market=CAP, lab=lab, capacity=limits, base_prob=0.2)
        assert claims(asked)["violation_rate"].sort == "limit"
        monkeypatch.setattr("deterrence._limited_audits._TURNS", 1)
        assert claims(asked)["violation_rate"].sort == "unknown"

    def test_laws_without_theory(self):
        lab = {"gross_value_distribution": dt.LogNormal(median=1.0, sigma=0.5)}
        assert claims(game(lab=lab, capacity=dt.AuditCapacity(audits=3)))["violation_rate"].sort == "unknown"


class TestEscalation:
    @staticmethod
    def catches(g, r, fine, f):
        n = 0
        while P_EFF * r * (fine + 0.2 * (1 + f) ** n) < g * (1 - 1e-12):
            n += 1
        return n

    def test_catches_and_steps(self):
        rng, lab = np.random.default_rng(10), {"reputation_sensitivity": 0.2, "reputation_escalation": 0.2}
        found = claims(game(lab=ALIKE | lab))
        n = self.catches(0.6, 1.0, 1.0, 0.2)
        assert found["catches_to_deter"].value == n
        agrees(found["steps_to_deter"].value, rng.negative_binomial(n, P_EFF, 50_000) + n)
        assert found["violation_rate"].value == 0

    def test_labs_that_differ(self):
        lab = DIFFERENT | RISKS | {"reputation_sensitivity": 0.2, "reputation_escalation": 0.2}
        rng = np.random.default_rng(11)
        drawn = zip(rng.uniform(size=20_000), rng.uniform(0.5, 1.5, 20_000), strict=True)
        agrees(
            value(game(lab=lab), "catches_to_deter"), np.array([self.catches(*x, 1.0, 0.2) for x in drawn])
        )

    def test_what_never_deters(self):
        lab = {"reputation_escalation": 0.2}
        for who, rate in ((ALIKE, 1.0), (DIFFERENT, 0.6)):
            found = claims(game(lab=who | lab))
            assert found["violation_rate"].value == pytest.approx(rate)
            assert found["catches_to_deter"].value == math.inf
        slow = DIFFERENT | {"reputation_sensitivity": 0.2, "reputation_escalation": 1e-6}
        assert claims(game(lab=slow))["violation_rate"].sort == "unknown"


class TestAuditEscalation:
    GROWTH = dt.AuditEscalation(increment=0.2, decay=0.3)

    def play(self, g, fine, rng, turns=200, pi_1=0.5, growth=GROWTH):
        excess, violations = np.zeros_like(g), np.zeros_like(g)
        for turn in range(turns):
            p = 0.8 * np.minimum(1.0, pi_1 * (1 + excess))
            violates = p * fine < g * (1 - 1e-12)
            violations += violates & (turn >= turns // 2)
            caught = violates & (rng.uniform(size=g.shape) < p)
            excess = (1 - growth.decay) * (excess + growth.increment * caught)
        return 1 + excess, violations / (turns // 2)

    def test_stationary_coefficient(self):
        found = claims(game(escalation=self.GROWTH, penalty_amount=0.5))
        coefficient, rate = self.play(np.full(40_000, 0.6), 0.5, np.random.default_rng(12))
        assert (rate == found["violation_rate"].value).all()
        agrees(found["coefficient_mean"].value, coefficient)
        agrees(found["coefficient_sd"].value ** 2, (coefficient - coefficient.mean()) ** 2)

    def test_ceiling(self):
        growth = dt.AuditEscalation(increment=2.0, decay=0.3)
        claim = claims(game(escalation=growth, penalty_amount=0.5))["coefficient_mean"]
        assert claim.sort == "bound"
        coefficient, _ = self.play(np.full(40_000, 0.6), 0.5, np.random.default_rng(13), growth=growth)
        assert claim.low < coefficient.mean() < claim.high

    def test_labs_that_come_and_go(self):
        claim = claims(game(lab=DIFFERENT, escalation=self.GROWTH))["violation_rate"]
        _, rate = self.play((np.arange(20_000) + 0.5) / 20_000, 1.0, np.random.default_rng(14))
        assert 0 < claim.low < rate.mean() < claim.high < 1
        assert np.mean(rate == 1) >= claim.low - 1e-4  # some come so rarely that none went
        assert np.mean(rate > 0) <= claim.high + 1e-4


def test_race_keeps_its_mean():
    rng, lab = np.random.default_rng(15), DIFFERENT | {"capability_value": 0.2}
    gap = dt.RacingGap(sensitivity=-0.1, scale=3.0)
    found = claims(game(lab=lab | {"racing_gap": gap}))
    v, capability, turns = np.array([1.0] + [0.1] * 19), np.zeros(20), int(found["racing_turns"].low)
    means = []
    for _ in range(20 * turns):
        V = 0.2 * np.maximum(0.0, 1 - 0.1 * (capability - capability.mean()) / 3.0)
        means.append(V.mean())
        capability += v * (rng.uniform(size=20) < np.array([1.0] + [0.1] * 19))  # whatever labs do
    assert turns == 1 + math.floor(3.0 / (0.1 * 0.95))
    assert means[:turns] == pytest.approx([found["racing_mean"].low] * turns)
    assert found["racing_mean"].low + 1e-6 < means[-1]
    still = claims(game(lab=lab | {"racing_gap": dt.RacingGap(sensitivity=0.0, scale=3.0)}))
    assert (still["racing_mean"].value, still["racing_turns"].value) == (0.2, math.inf)


SOME = {
    "bayesian": game(lab=ALIKE | {"behaviour": dt.BayesianLabs()}),
    "bayesian with new values": game(
        lab=ALIKE | {"behaviour": dt.BayesianLabs(pools="runs"), "redraw_values": True}
    ),
    "logit": game(lab=ALIKE | {"behaviour": dt.LogitLabs(precision=1.0)}),
    "imitating": game(lab=ALIKE | {"behaviour": dt.ImitatingLabs(rate=0.1)}),
    "gradient": game(market=CAP, governor=dt.GradientGovernor(), penalty_amount=0.1),
    "gradient fast": game(market=CAP, governor=dt.GradientGovernor(scale=2.0), penalty_amount=0.1),
    "lowering": game(governor=dt.LoweringGovernor(down=0.1, up=0.1)),
    "tracking": game(governor=dt.TrackingGovernor(target=0.3)),
    "targeting": game(
        governor=dt.TargetingGovernor(high_prob=1.0, base_prob=1.0, penalty_amount=1.0, return_prob=0.5)
    ),
    "logit Governor": game(governor=dt.LogitGovernor(precision=1.0, recovery=1.0), cost=0.5),
    "replicator": game(
        lab=ALIKE | {"behaviour": dt.ImitatingLabs(rate=0.1)}, cost=0.5,
        governor=dt.ReplicatorGovernor(rate=0.1, recovery=1.0),
    ),
    "capacity": game(
        market=CAP, lab={"gross_value_min": 0.3, "gross_value_max": 0.3}, high_prob=1.0,
        capacity=dt.AuditCapacity(audits=1),
    ),
    "audit escalation": game(
        escalation=dt.AuditEscalation(increment=0.1, decay=0.5), penalty_amount=0.1
    ),
    "reputation": game(lab=ALIKE | {"reputation_escalation": 0.1, "reputation_sensitivity": 0.1}),
    "race": game(
        lab=ALIKE | {"racing_gap": dt.RacingGap(sensitivity=0.1, scale=1.0), "capability_value": 0.1}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SOME)
def test_every_noun_has_a_game_with_claims(name):
    found = claims(SOME[name])
    first, *_ = found.values()
    assert first.sort != "unknown"
    lines = str(dt.long_run(SOME[name])).splitlines()
    assert [line.partition(":")[0] for line in lines] == list(found)
    for claim in found.values():
        assert claim.statement.endswith(".")
        if claim.sort == "unknown":
            assert claim.value is claim.low is claim.high is None
        else:
            assert claim.low <= (claim.low if claim.value is None else claim.value) <= claim.high


def test_the_table_of_quantities_is_complete():
    rows = re.findall(r"^([a-z_0-9]+)  +\S", inspect.getdoc(dt.long_run) or "", re.MULTILINE)
    assert rows[1:] == list(dt.LONG_RUN_QUANTITIES)
    assert {quantity for asked in SOME.values() for quantity in claims(asked)} == set(dt.LONG_RUN_QUANTITIES)


@pytest.mark.parametrize(
    "asked",
    [
        game(lab=ALIKE | {"behaviour": dt.BayesianLabs()}, governor=dt.TrackingGovernor(target=0.1)),
        game(lab=ALIKE | {"behaviour": dt.ImitatingLabs(rate=0.1)}, capacity=dt.AuditCapacity(audits=3)),
        game(capacity=dt.AuditCapacity(audits=3), escalation=dt.AuditEscalation(increment=0.1, decay=0.5)),
        game(lab=ALIKE | {"redraw_values": True}, capacity=dt.AuditCapacity(audits=3)),
        game(governor=dt.LoweringGovernor(down=0.1, up=0.1), whistleblower_prob=0.1),
        game(lab=DIFFERENT, governor=dt.LoweringGovernor(down=0.1, up=0.1)),
        game(lab=DIFFERENT | {"behaviour": dt.ImitatingLabs(rate=0.1)}),
        game(lab=ALIKE | {"behaviour": dt.ImitatingLabs(rate=10.0)}),
        game(
            lab=DIFFERENT | {"behaviour": dt.ImitatingLabs(rate=0.1)}, cost=0.1,
            governor=dt.ReplicatorGovernor(rate=0.1, recovery=1.0),
        ),
        game(lab=ALIKE | {"behaviour": dt.BayesianLabs()}, market=dt.FixedPriceMarket(fixed_price=0.5)),
        game(
            lab=ALIKE | {"behaviour": dt.BayesianLabs(), "gain_rule": "price"},
            market=dt.CapMarket(token_cap=0),
        ),
        game(governor=dt.LoweringGovernor(down=0.1, up=0.1, sees="catches"), base_prob=0.1),
        game(market=CAP, lab=DIFFERENT | {"behaviour": dt.BayesianLabs(), "redraw_values": True}),
    ],
)  # fmt: skip
def test_no_answer_is_an_answer(asked):
    (claim,) = claims(asked).values()
    assert (claim.sort, claim.value, claim.source) == ("unknown", None, "none known")
    assert str(claim).startswith(f"{claim.quantity}: unknown (unknown). ")


CORNERS = [
    {"market": dt.CapMarket(token_cap=0)},
    {"market": dt.CapMarket(token_cap=20)},
    {"market": CAP, "lab": DIFFERENT | {"gain_rule": "price"}},
    {"market": CAP, "lab": {"gross_value_min": 0.0, "gross_value_max": 0.0}},
    {"market": dt.FixedPriceMarket(fixed_price=0.0), "lab": DIFFERENT | {"cost": 0.5}},
    {"lab": DIFFERENT | {"gain_rule": "value", "cost": 0.5}, "backcheck_prob": 0.5},
    {"lab": ALIKE | RISKS, "base_prob": 0.2},
    {"lab": {"gross_value_distribution": dt.LogNormal(median=1.0, sigma=0.5)}},
    {"high_prob": 0.0},
    {"market": dt.FixedPriceMarket(fixed_price=0.6), "lab": DIFFERENT},
    {"market": dt.FixedPriceMarket(fixed_price=0.9), "lab": DIFFERENT | {"gain_rule": "price"}},
    {"penalty_amount": 0.0, "lab": DIFFERENT},
    {"high_prob": 1.0, "base_prob": 1.0, "lab": DIFFERENT},
    {"backcheck_prob": 1.0, "false_negative_rate": 1.0},
]
RATES = {
    "violation_rate", "stopping", "pi_1", "audit_rate", "inspection_rate", "share_carried_out", "detection",
    "stable_rates", "tipping_share",
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::deterrence.ParameterWarning")
@pytest.mark.parametrize("name", SOME)
def test_claims_at_the_corners(name):
    some = SOME[name]
    for corner in CORNERS:
        lab = vars(dt.LabPopulation(**corner.get("lab", ALIKE))) | {
            key: getattr(some.lab, key)
            for key in (
                "behaviour",
                "racing_gap",
                "capability_value",
                "redraw_values",
                "reputation_escalation",
            )
        }
        audit = {key: getattr(some.audit, key) for key in ("governor", "capacity", "escalation", "cost")}
        asked = game(**audit | corner | {"lab": lab})
        for claim in dt.long_run(asked).claims:
            if claim.sort == "unknown":
                continue
            most = 1 + 1e-12 if claim.quantity in RATES else math.inf
            assert 0 <= claim.low <= (claim.low if claim.value is None else claim.value)
            assert (claim.high if claim.value is None else claim.value) <= claim.high <= most


@pytest.mark.parametrize("lab", [ALIKE, ALIKE | {"redraw_values": True}])
def test_a_game_without_memory_is_like_its_first_turn(lab):
    answer = dt.long_run(game(lab=lab))
    assert answer.claims == ()
    assert str(answer).startswith("Every turn is like the first")


def test_no_game():
    with pytest.raises(dt.ParameterError, match="is no game"):
        dt.long_run(3)
