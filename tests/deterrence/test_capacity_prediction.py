"""Compliance under limited audits: against enumeration in fractions, simulation, and `predict`."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement, pairwise, product

import mpmath
import numpy as np
import pytest
from bends import draw_game
from exact import EPS
from exact import N as POINTS
from games import random_game
from scipy import stats

import deterrence as dt
from deterrence._step_up import step_up_mean

GAMES = POINTS // 100
MARKETS = 4000


def audits(game, **values):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        return replace(game, audit=replace(game.audit, **values))


# By simulation: markets are drawn and their equilibria found by testing every number of violators.


def simulated(game, M, rng):
    """Compliance rate of each drawn market in its equilibrium with the most violators."""
    N, lab, market = game.n_agents, game.lab, game.market
    v = sample(lab.gross_value, (MARKETS, N), rng)
    r = sample(lab.risk_profile, (MARKETS, N), rng)
    s, V = v - lab.cost, lab.racing_factor * lab.capability_value
    if isinstance(market, dt.CapMarket):
        rank = np.argsort(np.argsort(-s, axis=1, kind="stable"), axis=1)
        holds, price = (rank < market.token_cap) & (s > 0), np.zeros(MARKETS)
        if market.token_cap == 0:
            price += math.inf
        elif market.token_cap < N:
            price = np.maximum(0, -np.sort(-s, axis=1)[:, market.token_cap - 1])
    else:
        price = np.full(MARKETS, market.fixed_price)
        holds = (v if market.purchase_rule == "gross" else s) >= market.fixed_price
    ask = np.broadcast_to(price[:, None], s.shape)
    gain = {"min": np.minimum(ask, s), "price": ask, "value": s}[lab.gain_rule] + V
    B = r * punished(game)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(gain <= 0, -math.inf, gain / B)
    t = -np.sort(-np.where(holds, -math.inf, t), axis=1)
    permits, which = np.unique(holds.sum(axis=1), return_inverse=True)
    p_eff = np.array([[detected(game, M, n, C) for n in range(1, N + 1)] for C in permits])
    exceeds = t * (1 - 1e-12) > p_eff[which]
    violators = (exceeds * np.arange(1, N + 1)).max(axis=1)
    return 1 - violators / N


def sample(noun, shape, rng):
    if isinstance(noun, dt.Uniform):
        return noun.min + (noun.max - noun.min) * rng.random(shape)
    if isinstance(noun, dt.LogNormal):
        return noun.median * np.exp(noun.sigma * rng.standard_normal(shape))
    low, high = (noun.min - noun.mean) / noun.sd, (noun.max - noun.mean) / noun.sd
    return noun.mean + noun.sd * stats.truncnorm(low, high).ppf(rng.random(shape))


def punished(game):
    a = game.audit
    cap = math.inf if a.liability_cap is None else a.liability_cap
    fine, deposit = a.penalty_amount, a.collateral
    money = min(fine + deposit, cap) if a.liability_rule == "capped" else deposit + min(fine, cap)
    return money + game.lab.reputation_sensitivity


def detected(game, M, n, C):
    """Detection probability of one of n violators, from the distribution of how many are triggered."""
    a = game.audit
    beta, alpha = 1 - a.false_negative_rate, a.false_positive_rate
    p_s = beta * a.high_prob + (1 - beta) * a.base_prob
    p_f = alpha * a.high_prob + (1 - alpha) * a.base_prob
    others = np.convolve(stats.binom.pmf(np.arange(n), n - 1, p_s), stats.binom.pmf(np.arange(C + 1), C, p_f))
    audited = p_s * sum(w * min(1.0, M / (1 + k)) for k, w in enumerate(others))
    return 1 - (1 - audited) * (1 - a.backcheck_prob)


def test_small_markets_against_simulation():
    rng = np.random.default_rng(91)
    crowded = 0
    for _ in range(GAMES):
        game = random_game(rng, most_labs=12)
        if rng.random() < 0.6:
            fine = 1 + 4 * rng.random()
            game = audits(
                game, high_prob=1.0, false_negative_rate=0.0, backcheck_prob=0.0, penalty_amount=fine
            )
        M = int(rng.integers(0, game.n_agents // 2 + 1))
        predicted = dt.capacity_compliance(game, capacity=M)
        drawn = simulated(game, M, rng)
        crowded += predicted < dt.predict(game).compliance_rate.mean - 0.01
        # A case that was never drawn in 4,000 markets has, but for odds of 1 in 10^5, a weight below 0.003.
        error = 4 * drawn.std() / math.sqrt(MARKETS) + (0.003 if drawn.std() < 1e-12 else 1e-9)
        assert abs(drawn.mean() - predicted) <= error, game
    assert crowded > GAMES / 5


def test_a_larger_market_against_simulation():
    game = dt.Game(
        n_agents=60,
        audit=dt.Audit(high_prob=0.9, base_prob=0.05, false_positive_rate=0.1, false_negative_rate=0.1,
                       backcheck_prob=0.05, penalty_amount=2.5),
        market=dt.CapMarket(token_cap=20),
        lab=dt.LabPopulation(
            gross_value_distribution=dt.LogNormal(median=1.0, sigma=0.5),
            risk_profile_min=0.5, risk_profile_max=1.5, cost=0.1,
        ),
    )  # fmt: skip
    rng = np.random.default_rng(92)
    for M in (2, 8, 12, 16):
        drawn = simulated(game, M, rng)
        predicted = dt.capacity_compliance(game, capacity=M)
        assert abs(drawn.mean() - predicted) <= 4 * drawn.std() / math.sqrt(MARKETS)
        assert drawn.std() > 0


# By enumeration: labs are dealt to the pieces between the values at which they turn, in every possible way.


def enumerated(game, M):
    """Exact compliance, for uniform values, one risk multiplier, and gains that grow with the value."""
    N, lab, market = game.n_agents, game.lab, game.market
    a, b, c = map(Fraction, (lab.gross_value_min, lab.gross_value_max, lab.cost))
    V = Fraction(lab.racing_factor) * Fraction(lab.capability_value)
    B = Fraction(lab.risk_profile.min) * Fraction(punished(game))
    turn = {
        (n, C): c - V + B * exactly_detected(game, M, n, C) for C in range(N + 1) for n in range(1, N - C + 1)
    }
    cut = c
    if isinstance(market, dt.FixedPriceMarket):
        cut = Fraction(market.fixed_price) + (c if market.purchase_rule == "net" else 0)
    edges = sorted({a, b, *(x for x in (cut, *turn.values()) if a < x < b)})
    pieces = list(pairwise(edges))
    total = Fraction(0)
    for dealt in combinations_with_replacement(range(len(pieces)), N):
        chance = Fraction(math.factorial(N))
        for piece in set(dealt):
            low, high = pieces[piece]
            share = (high - low) / (b - a)
            chance *= share ** dealt.count(piece) / math.factorial(dealt.count(piece))
        values = sorted((pieces[piece][0] for piece in dealt), reverse=True)
        holders = sum(v >= cut for v in values)
        if isinstance(market, dt.CapMarket):
            holders = min(holders, market.token_cap)
        losers = values[holders:]
        violating = [n for n in range(1, len(losers) + 1) if sum(v >= turn[n, holders] for v in losers) >= n]
        total += chance * max(violating, default=0)
    return float(1 - total / N)


def exactly_detected(game, M, n, C):
    """Detection probability of one of n violators, over every pattern of triggers."""
    a = game.audit
    beta, alpha = 1 - Fraction(a.false_negative_rate), Fraction(a.false_positive_rate)
    pi_1, pi_0 = Fraction(a.high_prob), Fraction(a.base_prob)
    p_s, p_f = beta * pi_1 + (1 - beta) * pi_0, alpha * pi_1 + (1 - alpha) * pi_0
    audited = Fraction(0)
    for triggered in product((0, 1), repeat=n - 1 + C):
        chance = Fraction(1)
        for i, hit in enumerate(triggered):
            p = p_s if i < n - 1 else p_f
            chance *= p if hit else 1 - p
        audited += chance * min(Fraction(1), Fraction(M, 1 + sum(triggered)))
    audited *= p_s
    return audited + (1 - audited) * Fraction(a.backcheck_prob)


def test_small_markets_against_enumeration():
    rng = np.random.default_rng(93)
    crowded = 0
    for i in range(GAMES):
        N, low = int(rng.integers(2, 5)), rng.integers(0, 5) / 4
        audit = dt.Audit(
            high_prob=rng.integers(2, 5) / 4, base_prob=rng.integers(0, 3) / 4,
            false_positive_rate=rng.integers(0, 3) / 8, false_negative_rate=rng.integers(0, 4) / 8,
            backcheck_prob=rng.integers(0, 3) / 8, penalty_amount=rng.integers(1, 12) / 3,
        )  # fmt: skip
        market = (
            dt.CapMarket(token_cap=int(rng.integers(0, N + 1)))
            if i % 2
            else dt.FixedPriceMarket(
                fixed_price=low + rng.random(), purchase_rule=("gross", "net")[i % 4 // 2]
            )
        )
        lab = dt.LabPopulation(
            gross_value_min=low, gross_value_max=low + 1.25, cost=rng.integers(0, 5) / 8,
            capability_value=rng.integers(0, 3) / 8, risk_profile_min=0.75, risk_profile_max=0.75,
            gain_rule=str(rng.choice(["min", "value"])),
        )  # fmt: skip
        game, M = dt.Game(n_agents=N, audit=audit, market=market, lab=lab), int(rng.integers(0, N))
        predicted = dt.capacity_compliance(game, capacity=M)
        assert predicted == pytest.approx(enumerated(game, M), rel=0, abs=1e-10)
        crowded += predicted < dt.predict(game).compliance_rate.mean - 0.01
    assert crowded > GAMES / 8


# Two labs at a fixed price, and three with one permit, with values and risk uniform on [0, 1]: by hand.


def unit_game(n_agents, market, **lab):
    audit = dt.Audit(high_prob=1.0, base_prob=0.0, false_positive_rate=0.0, false_negative_rate=0.0,
                     penalty_amount=1.0)  # fmt: skip
    lab = dt.LabPopulation(
        gross_value_min=0.0, gross_value_max=1.0, risk_profile_min=0.0, risk_profile_max=1.0, **lab
    )
    return dt.Game(n_agents=n_agents, audit=audit, market=market, lab=lab)


def test_two_labs_by_hand():
    # One violator is caught for certain, each of two with 1/2: a lab violates alone with 1/2, beside another
    # with 3/4; so both do with 9/16, and one with 2 1/2 1/4.
    game = unit_game(2, dt.FixedPriceMarket(fixed_price=1.0))
    expected = 1 - (2 * 9 / 16 + 1 / 4) / 2
    assert dt.capacity_compliance(game, capacity=1) == pytest.approx(expected, abs=1e-14)


@mpmath.workdps(30)
@pytest.mark.parametrize("rule", ["min", "price"])
def test_three_labs_and_one_permit_by_hand(rule):
    # Given that the last permit holder is worth x, the two others are uniform below x.
    def violators(x):
        if rule == "price":  # both gain x
            alone, both = x, min(1, 2 * x)
        else:
            alone, both = x / 2, x if x < 0.5 else 1 - 1 / (4 * x)
        return (2 * both**2 + 2 * alone * (1 - both)) * 3 * x**2

    expected = 1 - mpmath.quad(violators, [0, 0.5, 1]) / 3
    game = unit_game(3, dt.CapMarket(token_cap=1), gain_rule=rule)
    assert dt.capacity_compliance(game, capacity=1) == pytest.approx(float(expected), abs=1e-14)


def test_labs_that_are_all_alike_all_comply_or_all_violate():
    """Three labs of value 1 and one permit: two violate together iff half an audit is too little."""
    lab = dt.LabPopulation(gross_value_min=1.0, gross_value_max=1.0)
    for fine, share in ((1.9, 1 / 3), (2.0, 1.0), (2.1, 1.0)):
        audit = dt.Audit(high_prob=1.0, base_prob=0.0, false_positive_rate=0.0, false_negative_rate=0.0,
                         penalty_amount=fine)  # fmt: skip
        game = dt.Game(n_agents=3, audit=audit, market=dt.CapMarket(token_cap=1), lab=lab)
        assert dt.capacity_compliance(game, capacity=1) == pytest.approx(share, abs=1e-14)
        assert dt.capacity_compliance(game, capacity=2) == 1.0


def test_where_the_limit_never_counts_it_is_the_prediction():
    """No permit holder is ever triggered, and there is an audit for every other lab."""
    rng = np.random.default_rng(94)
    for _ in range(GAMES):
        game = audits(draw_game(rng, N=int(rng.integers(2, 100))), base_prob=0.0, false_positive_rate=0.0)
        Q = getattr(game.market, "token_cap", None)
        if Q is None or not 0 < Q < game.n_agents or dt.predict(game).permits.mean < Q:
            game = audits(game, high_prob=0.0)  # only backchecks are left
            Q = game.n_agents
        limited = dt.capacity_compliance(game, capacity=game.n_agents - Q)
        assert limited == pytest.approx(dt.predict(game).compliance_rate.mean, rel=0, abs=1e-12)


def test_a_level_that_rounding_puts_above_1_is_1():
    levels = np.array([[0.25, 0.5, 1.0]])
    assert step_up_mean(4, levels * [1, 1, 1 + EPS]) == step_up_mean(4, levels)


def test_compliance_grows_with_the_capacity():
    """From what backchecks alone do to what unlimited audits do."""
    rng = np.random.default_rng(95)
    for _ in range(GAMES // 2):
        game = random_game(rng, most_labs=15)
        rates = [dt.capacity_compliance(game, capacity=M) for M in range(game.n_agents + 3)]
        assert np.diff(rates).min() >= -1e-12
        unaudited = dt.predict(audits(game, high_prob=0.0, base_prob=0.0)).compliance_rate.mean
        assert rates[0] == pytest.approx(unaudited, rel=0, abs=1e-12)
        assert set(rates[-3:]) == {dt.predict(game).compliance_rate.mean}


def test_finer_panels_change_nothing(monkeypatch):
    from deterrence import _capacity_prediction as module

    def finer(values, *groups):
        edges = coarse(values, *groups)
        return np.unique([*edges, *(edges[1:] + edges[:-1]) / 2])

    coarse, rng = module._edges, np.random.default_rng(96)
    for N in (2, 5, 20, 60) * 3:
        game, M = draw_game(rng, N=N), int(rng.integers(0, N))
        rate = dt.capacity_compliance(game, capacity=M)
        monkeypatch.setattr(module, "_edges", finer)
        assert dt.capacity_compliance(game, capacity=M) == pytest.approx(rate, rel=0, abs=1e-12)
        monkeypatch.setattr(module, "_edges", coarse)


def test_what_it_refuses():
    game = unit_game(201, dt.CapMarket(token_cap=1))
    with pytest.raises(dt.ParameterError, match=r"^capacity = \[1\]: is an array \(allowed: one number\)"):
        dt.capacity_compliance(game, capacity=[1])  # pyright: ignore[reportArgumentType]
    for bad in (-1, 1.0, None, "2"):
        with pytest.raises(dt.ParameterError, match=r"^capacity = .*: is not such a count"):
            dt.capacity_compliance(game, capacity=bad)
    with pytest.raises(
        dt.ParameterError, match=r"^n_agents = 201: is too many labs \(allowed: at most 200\)$"
    ):
        dt.capacity_compliance(game, capacity=200)
    assert dt.capacity_compliance(game, capacity=201) == dt.predict(game).compliance_rate.mean
