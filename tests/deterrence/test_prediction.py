"""`predict` and `limit` against 50-digit evaluations, enumeration of small markets, and each other."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from enumeration import enumerate_moments
from oracle import exact

import deterrence as dt

GAMES, BATCHES = 200, 20


def draw_game(rng, N=None, values=None):
    """A game whose bends lie where its values are: costs and purchase prices within them, and
    punishments near their gains."""
    if N is None:
        N = round(
            10
            ** rng.choice([0, 0.31, 6, rng.uniform(0, 6), rng.uniform(0, 2)], p=[0.04, 0.04, 0.04, 0.58, 0.3])
        )
    unit = 10 ** rng.uniform(-3, 6)
    lab, low, high = draw_values(
        rng, unit, values or rng.choice(["uniform", "normal", "lognormal", "known"], p=[0.35, 0.3, 0.25, 0.1])
    )
    width = high - low
    lab["cost"] = rng.choice([0, low * rng.uniform(), low + 0.7 * width * rng.uniform()])
    lab["capability_value"] = rng.choice([0, width * rng.uniform(), low * rng.uniform()])
    lab["racing_factor"] = rng.choice([1, rng.uniform(0.1, 3)])
    lab["gain_rule"] = str(rng.choice(["min", "price", "value"]))
    r = rng.choice([1, rng.uniform(0.1, 3)]) * np.array([1.0, 1.0])
    if rng.random() < 0.6:
        r = np.sort([rng.choice([0, rng.uniform(0, 3)]), rng.uniform(0, 3)])
    lab["risk_profile_min"], lab["risk_profile_max"] = map(float, r)

    audit = draw_audit(rng, unit)
    beta = 1 - audit["false_negative_rate"]
    p_s = beta * audit["high_prob"] + (1 - beta) * audit["base_prob"]
    p_eff = p_s + (1 - p_s) * audit["backcheck_prob"]
    gain = low + width * rng.uniform(-0.1, 1.2) - lab["cost"] + lab["racing_factor"] * lab["capability_value"]
    P = max(gain, 0) / (p_eff * r.mean()) if p_eff > 0 else unit
    fine, deposit, lab["reputation_sensitivity"] = P * rng.dirichlet([1, 1, 1])
    audit |= {"penalty_amount": fine, "collateral": deposit}
    if rng.random() < 0.3:
        audit["liability_cap"] = P * rng.uniform(0, 1.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        return dt.Game(
            n_agents=N,
            audit=dt.Audit(**audit),
            market=draw_market(rng, N, low, width, lab["cost"]),
            lab=dt.LabPopulation(**lab),
        )


def draw_values(rng, unit, kind):
    """Parameters of a distribution of values, and the range of most of them."""
    low = unit * rng.choice([0, rng.uniform(), rng.uniform(0, 5)])
    if kind == "known":
        low = unit * rng.uniform(0, 2)
        return {"gross_value_min": low, "gross_value_max": low}, low, low
    if kind == "uniform":
        high = low + unit * 10 ** rng.uniform(-2, 1)
        return {"gross_value_min": low, "gross_value_max": high}, low, high
    if kind == "normal":
        mean, sd = unit * rng.uniform(0, 3), unit * 10 ** rng.uniform(-2, 0.5)
        low = max(0, mean + sd * rng.choice([-100, rng.uniform(-4, 1), rng.uniform(-2, 0)]))
        high = max(low, mean - 4 * sd) + sd * 10 ** rng.uniform(-1, 1.5)
        noun = dt.TruncatedNormal(mean=mean, sd=sd, min=low, max=high)
        low = max(low, mean - 2 * sd)
        return {"gross_value_distribution": noun}, low, max(min(high, mean + 2 * sd), low)
    noun = dt.LogNormal(median=unit, sigma=rng.choice([rng.uniform(0.02, 0.3), rng.uniform(0.3, 2), 1]))
    spread = math.exp(2 * noun.sigma)
    return {"gross_value_distribution": noun}, unit / spread, unit * spread


def draw_audit(rng, unit):
    base, high = np.sort(rng.choice([0, 1, rng.uniform(), rng.uniform()], size=2, p=[0.15, 0.15, 0.35, 0.35]))
    beta = rng.choice([1, rng.uniform(0.3, 1)], p=[0.15, 0.85])
    return {
        "high_prob": high,
        "base_prob": base,
        "false_negative_rate": 1 - beta,
        "false_positive_rate": rng.choice([0, beta * rng.uniform()]),
        "backcheck_prob": rng.choice([0, rng.uniform(0, 0.5)]),
        "liability_rule": str(rng.choice(["capped", "posted"])),
        "cost": unit * rng.choice([0, rng.uniform(0, 0.2)]),
        "harm": unit * rng.choice([0, rng.uniform(0, 2)]),
    }


def draw_market(rng, N, low, width, cost):
    if rng.random() < 0.6:
        caps = [0, 1, N - 1, N, N + 7, int(N * rng.random()), int(N ** rng.random())]
        return dt.CapMarket(token_cap=int(rng.choice(caps, p=[0.05, 0.1, 0.1, 0.05, 0.05, 0.5, 0.15])))
    rule = str(rng.choice(["gross", "net"]))
    price = low + width * rng.uniform(-0.1, 1.1) - (cost if rule == "net" else 0)
    return dt.FixedPriceMarket(fixed_price=max(0.0, price), purchase_rule=rule)


def batch(number):
    rng = np.random.default_rng([50, number])
    return [draw_game(rng) for _ in range(GAMES // BATCHES)]


def assert_moments(game, truth, *, mean=1e-9, sd=1e-6):
    """`predict` gives these moments, within relative errors, and raises no floating-point flag."""
    with np.errstate(all="raise"):
        prediction = dt.predict(game)
    for name, got in prediction.items():
        true_mean, true_sd = map(float, truth[name])
        if math.isnan(true_mean):
            assert math.isnan(got.mean), name
            assert math.isnan(got.sd), name
            continue
        # Below these sizes a quantity is 0 to rounding: of a count, a rate near 1, and a spread.
        size = abs(true_mean) + (0 if name in ("price", "revenue", "penalties", "welfare") else game.n_agents)
        least = 1e-15 if name == "compliance_rate" else 1e-30 * game.n_agents
        assert got.mean == pytest.approx(true_mean, rel=mean, abs=least), name
        assert got.sd == pytest.approx(true_sd, rel=sd, abs=1e-14 * size), name


@pytest.mark.parametrize("number", range(BATCHES))
def test_200_games_at_50_digits(number):
    for game in batch(number):
        assert_moments(game, exact(game))


def test_the_200_games_are_of_every_kind():
    games = [game for number in range(BATCHES) for game in batch(number)]
    caps = [game for game in games if isinstance(game.market, dt.CapMarket)]
    prices = [game for game in games if isinstance(game.market, dt.FixedPriceMarket)]
    worthless = [game for game in caps if has_worthless_runs(game)]
    assert len(games) == GAMES
    assert {1, 2, 10**6} <= {game.n_agents for game in games}
    assert {min(max(game.market.token_cap - game.n_agents, -2), 1) for game in caps} == {-2, -1, 0, 1}
    assert {0, 1} <= {game.market.token_cap for game in caps}
    assert {game.market.purchase_rule for game in prices} == {"gross", "net"}
    assert {game.lab.gain_rule for game in games} == {"min", "price", "value"}
    assert {game.audit.liability_rule for game in games} == {"capped", "posted"}
    assert {game.lab.racing_value > 0 for game in worthless} == {True, False}
    assert any(
        game.lab.gross_value_min is not None and game.lab.gross_value.min == game.lab.gross_value.max
        for game in games
    )
    assert {game.lab.risk_profile.min == game.lab.risk_profile.max for game in games} == {True, False}
    assert any(dt.Enforcement.of(game).p_eff == 0 for game in games)
    assert any(dt.Enforcement.of(game).penalty == game.audit.liability_cap for game in games)
    assert any(game.audit.backcheck_prob > 0 for game in games)


def has_worthless_runs(game):
    """Some labs are worth less than the cost, some more."""
    values = game.lab.gross_value
    low = getattr(values, "min", 0.0)
    return (
        low < game.lab.cost < getattr(values, "max", math.inf) and game.n_agents > game.market.token_cap > 0
    )


RISKS = [
    dt.TruncatedNormal(mean=1.0, sd=0.3, min=0.2, max=2.0),
    dt.LogNormal(median=1.0, sigma=0.5),
    dt.TruncatedNormal(mean=0.5, sd=2.0, min=0.0, max=1.5),
]
VALUES = {
    "uniform": {"gross_value_min": 0.5, "gross_value_max": 3.0},
    "normal": {"gross_value_distribution": dt.TruncatedNormal(mean=1.0, sd=1.0, min=0.0, max=5.0)},
    "lognormal": {"gross_value_distribution": dt.LogNormal(median=1.0, sigma=1.0)},
}


def small_game(market, *, n_agents=5, values="uniform", **lab):
    audit = dt.Audit(
        high_prob=0.6,
        base_prob=0.1,
        false_positive_rate=0.05,
        false_negative_rate=0.2,
        backcheck_prob=0.05,
        penalty_amount=2.0,
        cost=0.03,
        harm=0.7,
    )
    lab = {"cost": 0.7, "capability_value": 0.2} | VALUES[values] | lab
    return dt.Game(n_agents=n_agents, audit=audit, market=market, lab=dt.LabPopulation(**lab))


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("risk", RISKS)
def test_curved_distributions_of_risk_at_50_digits(risk, values):
    market = dt.FixedPriceMarket(fixed_price=1.5)
    assert_moments(
        small_game(market, values=values, risk_profile_distribution=risk),
        exact(small_game(market, values=values, risk_profile_distribution=risk)),
    )


@pytest.mark.parametrize(
    ("values", "risk", "rule"), [("uniform", 0, "min"), ("lognormal", 1, "value"), ("normal", 2, "price")]
)
def test_curved_distributions_of_risk_under_a_cap(values, risk, rule):
    game = small_game(
        dt.CapMarket(token_cap=2), values=values, risk_profile_distribution=RISKS[risk], gain_rule=rule
    )
    assert_moments(game, exact(game))


@pytest.mark.parametrize("N", [1, 2, 3, 4, 5, 6])
def test_every_arrangement_of_a_few_labs(N):
    rng = np.random.default_rng(N)
    for _ in range(40 if N < 6 else 10):
        game = draw_game(rng, N=N, values="uniform")
        assert_moments(game, enumerate_moments(game), mean=1e-10, sd=1e-6)


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("market", [dt.CapMarket(token_cap=300_000), dt.FixedPriceMarket(fixed_price=1.5)])
def test_a_million_labs_take_less_than_50_milliseconds(values, market):
    game = small_game(market, n_agents=10**6, values=values, risk_profile_min=0.5, risk_profile_max=1.5)
    dt.predict(game)  # imports SciPy

    def seconds():
        start = time.perf_counter()
        dt.predict(game)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(5)) < 0.05


# Distribution function, quantile and density of the values of `small_game`, from SciPy.
LAWS = {
    "uniform": stats.uniform(0.5, 2.5),
    "normal": stats.truncnorm(-1.0, 4.0, loc=1.0, scale=1.0),
    "lognormal": stats.lognorm(1.0),
}
RISK = {"risk_profile_min": 0.5, "risk_profile_max": 1.5}
MARKETS = [
    *(dt.CapMarket(token_cap=Q) for Q in (0, 1, 30, 99, 100, 101)),
    *(
        dt.FixedPriceMarket(fixed_price=p, purchase_rule=rule)
        for p in (0.9, 1.5)
        for rule in ("gross", "net")
    ),
]


@pytest.mark.parametrize("rule", ["min", "price"])
@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("market", MARKETS, ids=repr)
def test_limit_is_the_formula(market, values, rule):
    """Section 5: v* = F^-1(1 - Q/N), nu the integral of delta below it, and the aggregates."""
    game = small_game(market, n_agents=100, values=values, gain_rule=rule, **RISK)
    law, c, V = LAWS[values], game.lab.cost, game.lab.racing_value
    if isinstance(market, dt.CapMarket):
        share = min(1.0, market.token_cap / 100)
        cut = max(c, law.ppf(1 - share)) if share else math.inf
        price = math.nan if not share else 0.0 if share == 1 else cut - c
    else:
        price = market.fixed_price
        cut = price + (c if market.purchase_rule == "net" else 0)
    p_s, p_f = 0.8 * 0.6 + 0.2 * 0.1, 0.05 * 0.6 + 0.95 * 0.1
    p_eff, q_f = p_s + (1 - p_s) * 0.05, p_f + (1 - p_f) * 0.05
    D = p_eff * 2.0

    def delta(g):
        return min(max(g / D - 0.5, 0.0), 1.0)

    def below(f):
        """Integral over the labs without a permit, split at the bends of delta."""
        low, high = law.support()
        edges = [
            x for x in np.unique([c - V + 0.5 * D, c - V + 1.5 * D, 20, 400]) if low < x < min(cut, high)
        ]
        edges = [low, *edges, min(cut, high)]
        pieces = zip(edges[:-1], edges[1:], strict=True)
        return sum(integrate.quad(lambda v: f(v) * law.pdf(v), *piece, epsabs=1e-13)[0] for piece in pieces)

    asked = math.inf if math.isnan(price) else price

    def violates(v):
        return delta(V + (asked if rule == "price" else v - c))

    permits, nu = law.sf(cut), below(violates)
    rents = law.expect(lambda v: v - c, lb=cut) if permits else 0.0
    checks = q_f * permits + p_eff * nu
    truth = {
        "price": price,
        "permits": permits,
        "violations": nu,
        "deterred": law.cdf(cut) - nu,
        "audits": p_f * permits + p_s * nu,
        "checks": checks,
        "catches": p_eff * nu,
        "penalties": 2.0 * p_eff * nu,
        "revenue": price * permits if permits else 0.0,
        "welfare": rents + below(lambda v: violates(v) * (v - c + V - 0.7)) - 0.03 * checks,
    }
    with np.errstate(all="raise"):
        limit = dt.limit(game)
    assert {name: getattr(limit, name) for name in truth} == pytest.approx(
        truth, rel=1e-7, abs=1e-9, nan_ok=True
    )


def test_limit_share_of_violators_is_the_boxed_formula():
    """Section 5.2, uniform values and risk: nu = (A(v*) - A(a)) / (b - a)."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        game = draw_game(rng, N=1000, values="uniform")
        if (
            not isinstance(game.market, dt.CapMarket)
            or game.lab.gain_rule == "price"
            or game.market.token_cap > 999
        ):
            continue
        a, b, c, V = game.lab.gross_value_min, game.lab.gross_value_max, game.lab.cost, game.lab.racing_value
        D, r = dt.Enforcement.of(game).D, game.lab.risk_profile
        v_L, v_H = c - V + r.min * D, c - V + r.max * D

        def A(x):
            if v_H == v_L:
                return max(0.0, x - v_L)
            return 0.0 if x <= v_L else (x - v_L) ** 2 / 2 / (v_H - v_L) if x < v_H else x - (v_L + v_H) / 2

        v_star = max(b - (b - a) * game.market.token_cap / 1000, min(c, b))
        assert dt.limit(game).violations == pytest.approx((A(v_star) - A(a)) / (b - a), rel=1e-9, abs=1e-9)


SIZES = 10 ** np.arange(2, 7)


def distances(values, market, **lab):
    """How far prediction and limit are apart, per lab, at each number of labs."""
    rows = []
    for N in map(int, SIZES):
        game = small_game(market(N), n_agents=N, values=values, **lab)
        limit, prediction = dt.limit(game), dt.predict(game)
        per_lab = {
            name: getattr(prediction, name).mean / N
            for name in ("violations", "deterred", "checks", "welfare")
        }
        per_lab["price"] = prediction.price.mean
        rows.append([abs(per_lab[name] - getattr(limit, name)) for name in per_lab])
    return np.array(rows)


@pytest.mark.parametrize("values", VALUES)
def test_a_cap_meets_its_limit_like_1_over_N(values):
    away = distances(values, lambda N: dt.CapMarket(token_cap=3 * N // 10), **RISK)
    assert away[-1].max() < 1e-5
    np.testing.assert_allclose(away[2:4] / away[1:3], 0.1, rtol=0.1)


@pytest.mark.parametrize("values", VALUES)
def test_where_the_limit_is_a_tie_it_is_met_like_1_over_root_N(values):
    """One risk multiplier at which the marginal lab is indifferent: half of all markets have violators."""
    p_eff = dt.Enforcement.of(small_game(dt.CapMarket(token_cap=1))).p_eff
    r = (LAWS[values].ppf(0.7) - 0.7 + 0.2) / (2.0 * p_eff)
    away = distances(
        values, lambda N: dt.CapMarket(token_cap=3 * N // 10), risk_profile_min=r, risk_profile_max=r
    )
    ties = away[:, 0]
    sd = math.sqrt(0.3 * 0.7)  # E[(M - Q)^+] with M binomial around Q
    np.testing.assert_allclose(ties, sd / np.sqrt(2 * math.pi * SIZES), rtol=0.02)


@pytest.mark.parametrize("values", VALUES)
def test_at_a_fixed_price_the_limit_holds_at_any_number(values):
    away = distances(values, lambda N: dt.FixedPriceMarket(fixed_price=1.5), **RISK)
    assert away.max() < 1e-12
