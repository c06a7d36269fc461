"""What comes of behaviours in the simulation, against the theory of each."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy import stats

from deterrence import Audit, CapMarket, FixedPriceMarket, Game, LabPopulation, games
from simulation import Bayesian, Gradient, Logit, Lowering, PermitMarket, Record, Tracking, run

FALSE_ALARM = 1e-6


def game_of(
    *, labs: int, value: float, fine: float, beta: float, pi_1: float, pi_0: float = 0.0,
    price: float | None = None, risk: float | tuple[float, float] = 1.0,
) -> Game:  # fmt: skip
    """A game without permits, or with a price that nobody pays."""
    market = CapMarket(token_cap=0) if price is None else FixedPriceMarket(fixed_price=price)
    low, high = risk if isinstance(risk, tuple) else (risk, risk)
    return Game(
        n_agents=labs,
        audit=Audit(
            high_prob=pi_1, base_prob=pi_0, false_positive_rate=0.0, false_negative_rate=1 - beta,
            penalty_amount=fine,
        ),
        market=market,
        lab=LabPopulation(
            gross_value_min=value, gross_value_max=value, risk_profile_min=low, risk_profile_max=high
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("p_eff", "t", "caught", "missed"),
    [(0.3, 0.5, 1, 3), (0.4, 0.45, 1, 2), (0.2, 0.25, 0.5, 4), (0.5, 0.6, 2, 2)],
)
def test_bayesian_labs_stop_by_mistake_as_often_as_the_recursion_says(p_eff, t, caught, missed):
    expected = games.stopping(p_eff=p_eff, t=t, a_0=caught, b_0=missed)
    game = game_of(labs=100, value=t, fine=1.0, beta=1.0, pi_1=p_eff)
    learners = partial(Bayesian, caught=caught, missed=missed)
    record = run(game, replications=200, steps=1500, rng=3, labs=learners)
    stopped = record.deterred[:, -1].sum() / 20_000
    probability = expected.probability
    assert 0.05 < probability < 0.95
    assert abs(stopped - probability) <= 4 * (probability * (1 - probability) / 20_000) ** 0.5
    assert (np.diff(record.deterred, axis=1) >= 0).all(), "who has stopped learns nothing more"


def test_bayesian_labs_that_ought_to_stop_do():
    game = game_of(labs=100, value=0.3, fine=1.0, beta=1.0, pi_1=0.5)
    record = run(game, replications=50, steps=2000, rng=3, labs=Bayesian)
    assert record.deterred[:, -1].mean() > 99.9


@pytest.mark.parametrize("precision", [0.0, 1.0, 4.0, 30.0])
def test_noisy_labs_violate_with_the_logit_probability(precision):
    game = game_of(labs=100, value=0.5, fine=1.0, beta=0.8, pi_1=0.5)
    advantage = 0.5 - 0.8 * 0.5 * 1.0
    expected = 1 / (1 + np.exp(-precision * advantage))
    record = run(game, replications=200, steps=20, rng=4, labs=partial(Logit, precision=precision))
    count, total = record.violations.sum(), 200 * 20 * 100
    assert abs(count / total - expected) <= 4 * (expected * (1 - expected) / total) ** 0.5


@pytest.mark.parametrize("x", [0.2, 0.5, 0.8, 1.0, 1.25, 2.0, 3.0])
def test_the_climbing_governor_finds_the_rule_of_the_specification(x):
    price, beta = 0.5, 0.8
    fine = x * price / beta
    game = game_of(labs=100, value=0.4, fine=fine, beta=beta, pi_1=0.1, price=price, risk=0.0)
    market = PermitMarket(game, rng=5, replications=20, governor=partial(Gradient, scale=1 / price))
    market.run(600)
    rule = games.gradient(P=fine, beta=beta, v_star=price, eta=1.0).limit
    assert rule == pytest.approx(min(1, x))
    np.testing.assert_allclose(market.governor.high_prob, rule, rtol=0.01)


LEAST_COST = 0.4


def lowering(down: float, up: float, sees: str, pi_1: float) -> tuple[Game, partial]:
    fine, beta = 1.25, 0.8
    game = game_of(labs=20, value=LEAST_COST, fine=fine, beta=beta, pi_1=pi_1)
    return game, partial(Lowering, down=down, up=up, sees=sees)


@pytest.mark.parametrize(("down", "up"), [(0.01, 0.05), (0.02, 0.02), (0.03, 0.011)])
def test_the_lowering_governor_stays_in_its_band_about_the_least_cost_deterrent(down, up):
    game, governor = lowering(down, up, "violations", 0.9)
    theory = games.lowering(P=1.25, beta=0.8, v_star=LEAST_COST, up=up, down=down)
    market = PermitMarket(game, rng=6, replications=3, governor=governor)
    market.run(200)
    seen, violations = [], 0.0
    for _ in range(3000):
        market.step()
        seen.append(market.governor.high_prob)
        violations += (market.violations > 0).mean()
    assert theory.low - 1e-9 <= np.min(seen)  # steps add up with rounding
    assert np.max(seen) < theory.high + 1e-9
    assert theory.low < LEAST_COST < theory.high
    assert violations / 3000 == pytest.approx(theory.share, abs=1e-2)


@pytest.mark.parametrize(("up", "verdict"), [(0.005, "collapses"), (0.1, "hovers")])
def test_where_only_catches_are_seen_enforcement_collapses_at_the_predicted_level(up, verdict):
    game, governor = lowering(0.005, up, "catches", 0.5)
    one_lab = Game(n_agents=1, audit=game.audit, market=game.market, lab=game.lab)
    theory = games.censored_lowering(P=1.25, beta=0.8, v_star=LEAST_COST, up=up, down=0.005)
    assert theory.verdict == verdict
    market = PermitMarket(one_lab, rng=7, replications=200, governor=governor)
    market.run(1000)
    pi_1 = market.governor.high_prob
    if verdict == "collapses":
        assert (pi_1 == 0).all()
        assert (market.violations == 1).all()
    else:
        assert abs(pi_1.mean() - theory.limit) < up
        assert (pi_1 > 0).all()


def test_the_tracking_governor_settles_at_the_quantile_of_what_labs_require():
    """Labs with r uniform on [0.5, 1.5] require pi_1 = g / (beta fine r); a share eps of them the more."""
    value, fine, beta, target = 0.4, 1.0, 0.8, 0.25
    game = game_of(labs=500, value=value, fine=fine, beta=beta, pi_1=0.1, risk=(0.5, 1.5))
    market = PermitMarket(game, rng=8, replications=10, governor=partial(Tracking, target=target))
    market.run(1500)
    required = value / (beta * fine * market.columns.risk_profile)
    for pi_1, needs in zip(market.governor.high_prob, required, strict=True):
        theory = games.tracking(required=np.sort(needs), eps=target)
        assert theory.low - 0.01 <= pi_1 <= theory.high + 0.01


def test_the_share_of_violations_is_that_of_a_coin_at_precision_0():
    game = game_of(labs=50, value=0.5, fine=1.0, beta=0.8, pi_1=0.5)
    record = run(game, replications=100, steps=4, rng=9, labs=partial(Logit, precision=0.0))
    assert stats.binomtest(int(record.violations.sum()), 100 * 4 * 50, 0.5).pvalue > FALSE_ALARM


ONCE_IN_TWO = {"q_f": 0.18 + 0.82 * 0.1, "p_eff": 0.74 + 0.26 * 0.1, "w": 0.5}
"""Checks of a permitted run and of a violation under the audit below, and how many runs are violations."""


def pooling(pools: str, steps: int) -> tuple[Bayesian, Record]:
    """Labs that hold a permit in every other turn, in random order, and learn."""
    game = Game(
        n_agents=20,
        audit=Audit(
            high_prob=0.9, base_prob=0.1, false_positive_rate=0.1, false_negative_rate=0.2,
            backcheck_prob=0.1, penalty_amount=1 / 0.65,
        ),
        market=CapMarket(token_cap=10),
        lab=LabPopulation(
            gross_value_min=0.999, gross_value_max=1.001, gain_rule="value", redraw_values=True
        ),
    )  # fmt: skip
    made = []

    def labs(like):
        made.append(Bayesian(like, caught=1.0, missed=30.0, pools=pools))
        return made[-1]

    record = run(game, replications=20, steps=steps, rng=10, labs=labs)
    return made[0], record


def test_labs_that_pool_their_runs_underestimate_enforcement_and_are_not_deterred():
    steps = 600
    theory = games.pooled_estimate(t=0.65, **ONCE_IN_TWO)
    assert theory.self_confirming
    labs, record = pooling("runs", steps)
    assert (record.violations == 10).all(), "whoever has no permit violates"
    expected = (1 + steps * theory.limit) / (31 + steps)
    error = (theory.limit * (1 - theory.limit) / (steps * 400)) ** 0.5
    assert abs((labs.caught / labs.counted).mean() - expected) <= 5 * error
    assert expected + 20 * error < 0.65 < ONCE_IN_TWO["p_eff"]


def test_labs_that_count_their_violations_alone_are_deterred_by_the_same_enforcement():
    _, record = pooling("violations", 1500)
    assert (record.violations[:, 0] == 10).all()
    assert record.violations[:, -1].mean() < 0.1
