"""Strategic bids: predictions against exact orders, 50-digit integrals, draws and limits; closed forms."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from bends import VALUES, draw_game, small_game
from bidding import draw_labs, every_order, exact_moments, trade
from exact import N as POINTS
from exact import Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from oracle import Setting
from rents import UniformRents
from scipy import integrate, optimize, special, stats

import deterrence as dt
from deterrence import ParameterError

RISKS = {
    "uniform": {"risk_profile_min": 0.5, "risk_profile_max": 1.5},
    "lognormal": {"risk_profile_distribution": dt.LogNormal(median=1.0, sigma=0.5)},
    "normal": {"risk_profile_distribution": dt.TruncatedNormal(mean=1.0, sd=0.3, min=0.2, max=2.0)},
}


def cap(Q):
    return dt.CapMarket(token_cap=Q)


def assert_moments(prediction, truth, rel=1e-10):
    for name, (mean, sd) in truth.items():
        got = getattr(prediction, name)
        assert got.mean == pytest.approx(float(mean), rel=rel, abs=1e-14), name
        if sd is not None:
            assert got.sd == pytest.approx(float(sd), rel=1e-6, abs=1e-9 * max(1.0, float(mean))), name


def predict(game):
    with np.errstate(all="raise"):
        return dt.predict_strategic(game)


# N, Q, a, b, r0, r1, c, V with p_eff P = 1. All labs have rents, or some none; all would pay something, or
# some or all nothing; a cap that does not bind, or no permits; rents and ceilings that overlap, or do not.
ORDERS = [
    (1, 1, 0.0, 2.0, 0.0, 1.0, 0.5, 0.5),
    (2, 1, 0.5, 1.5, 0.25, 1.75, 0.25, 0.25),
    (2, 1, 0.0, 2.0, 0.0, 1.0, 0.5, 0.5),
    (2, 2, 0.0, 2.0, 0.0, 1.0, 0.5, 0.5),
    (2, 0, 0.0, 2.0, 0.0, 1.0, 0.5, 0.5),
    (2, 1, 2.0, 3.0, 0.25, 0.75, 0.0, 0.0),
    (2, 1, 0.0, 1.0, 1.25, 2.0, 0.0, 0.0),
    (2, 1, 0.0, 1.0, 0.5, 1.0, 0.0, 1.5),
    (3, 1, 0.5, 1.5, 0.25, 1.75, 0.25, 0.5),
    (3, 2, 0.0, 1.0, 0.25, 1.25, 0.25, 0.5),
]


@pytest.mark.parametrize(("N", "Q", "a", "b", "r0", "r1", "c", "V"), ORDERS)
def test_every_order_of_rents_and_ceilings(N, Q, a, b, r0, r1, c, V):
    audit = dt.Audit(high_prob=0.5, base_prob=0.5, false_positive_rate=0.0, false_negative_rate=0.0,
                     penalty_amount=2.0)  # fmt: skip
    lab = dt.LabPopulation(gross_value_min=a, gross_value_max=b, risk_profile_min=r0, risk_profile_max=r1,
                           cost=c, capability_value=V)  # fmt: skip
    prediction = predict(dt.Game(n_agents=N, audit=audit, market=cap(Q), lab=lab))
    truth = every_order(N, Q, (a - c, b - c), (r0 - V, r1 - V))
    for bids, found in (("strategic", prediction), ("truthful", prediction.truthful)):
        for what, got in (
            ("price", found.price),
            ("permits", found.permits),
            ("violators", found.violations),
        ):
            mean, square = truth[f"{bids} {what}"]
            if Q == 0 and what == "price":
                assert math.isnan(got.mean)
                assert math.isnan(got.sd)
                continue
            assert got.mean == pytest.approx(float(mean), rel=1e-12, abs=1e-15)
            assert got.sd == pytest.approx(math.sqrt(square - mean**2), rel=1e-10, abs=1e-9)


def uniform_games(seed, count):
    """Games of a few labs with a cap that binds, whose risk multipliers are uniform."""
    rng = np.random.default_rng(seed)
    while count:
        N = int(rng.integers(1, 25))
        game = draw_game(rng, N=N, values=str(rng.choice(["uniform", "uniform", "normal", "lognormal"])))
        game = replace(game, market=cap(int(rng.integers(1, N)) if N > 1 else 1))
        e = Setting(game)
        if isinstance(e.risk, UniformRents) and e.D > 0 and 0 < game.market.token_cap < N:
            count -= 1
            yield game


@pytest.mark.parametrize("number", range(5))
def test_random_games_at_50_digits(number):
    for game in uniform_games([61, number], POINTS // 10_000):
        assert_moments(predict(game), exact_moments(game))


@pytest.mark.parametrize(("values", "risk"), [("uniform", "lognormal"), ("lognormal", "normal")])
def test_curved_distributions_at_50_digits(values, risk):
    game = small_game(cap(2), n_agents=5, values=values, **RISKS[risk])
    assert_moments(predict(game), exact_moments(game))


SCIPY_VALUES = {
    "uniform": stats.uniform(0.5, 2.5),
    "normal": stats.truncnorm(-1.0, 4.0, loc=1.0, scale=1.0),
    "lognormal": stats.lognorm(1.0),
}
SCIPY_RISKS = {
    "uniform": stats.uniform(0.5, 1.0),
    "lognormal": stats.lognorm(0.5),
    "normal": stats.truncnorm(-0.8 / 0.3, 1.0 / 0.3, loc=1.0, scale=0.3),
}


@pytest.mark.parametrize(
    ("values", "risk"), [("uniform", "normal"), ("normal", "uniform"), ("lognormal", "lognormal")]
)
@pytest.mark.parametrize(("N", "Q"), [(10**4, 100), (10**6, 300_000)])
def test_many_labs_against_one_integral_over_bids(N, Q, values, risk):
    """E[p] and E[n_V] as integrals of incomplete beta functions, by SciPy's laws and quadrature."""
    game = small_game(cap(Q), n_agents=N, values=values, **RISKS[risk])
    F, G, D = SCIPY_VALUES[values], SCIPY_RISKS[risk], float(Setting(game).D)
    c, V = game.lab.cost, game.lab.racing_value

    def S(y):
        return F.sf(y + c) * G.sf((y + V) / D)

    top = float(F.isf(1e-12) - c)
    marginal = optimize.brentq(lambda y: S(y) - Q / N, 0.0, top, xtol=1e-15)
    slope = (S(marginal - 1e-6) - S(marginal + 1e-6)) / 2e-6
    reach = 10 * math.sqrt(Q / N * (1 - Q / N) / N) / slope
    nodes, weights = np.polynomial.legendre.leggauss(30)
    edges = np.linspace(marginal - reach, marginal + reach, 81)
    y = (edges[:-1, None] + np.diff(edges)[:, None] * (nodes + 1) / 2).ravel()
    w = (np.diff(edges)[:, None] * weights / 2).ravel()
    price = edges[0] + w @ special.betainc(Q, N - Q + 1, S(y))

    def cheats(y):
        return F.sf(y + c) * G.pdf((y + V) / D) / D

    bends = [x for x in (0.5 - c, 3.0 - c, 0.5 * D - V, 1.5 * D - V) if -V < x < edges[0]]
    parts = np.unique([max(-V, 0.2 * D - V if risk == "normal" else -V), *bends, edges[0]])
    sure = sum(integrate.quad(cheats, *piece, epsabs=0, epsrel=1e-13)[0] for piece in pairwise(parts))
    violators = N * (sure + w @ (cheats(y) * special.betainc(Q, N - Q, S(y))))
    prediction = predict(game)
    assert prediction.price.mean == pytest.approx(price, rel=1e-10)
    assert prediction.violations.mean == pytest.approx(violators, rel=1e-10)


def simulated(game, markets, seed):
    """Totals of many markets, by the rules and nothing else."""
    rng, e, Q = np.random.default_rng(seed), Setting(game), game.market.token_cap
    s, ceiling = draw_labs(game, rng, markets)
    price, holds = trade(np.maximum(0.0, np.minimum(s, ceiling)), Q)
    violates = ~holds & (s > ceiling)
    checked = rng.random(s.shape) < np.where(holds, float(e.q_f), float(e.p_eff) * violates)
    worth = holds * s + violates * (s + float(e.V) - game.audit.harm) - game.audit.cost * checked
    return {
        "price": price,
        "permits": holds.sum(axis=1),
        "violations": violates.sum(axis=1),
        "deterred": (~holds & ~violates).sum(axis=1),
        "checks": checked.sum(axis=1),
        "catches": (checked & violates).sum(axis=1),
        "revenue": np.nan_to_num(price) * holds.sum(axis=1),
        "welfare": worth.sum(axis=1),
    }


SIMULATED = [
    (7, 3, "normal", RISKS["lognormal"], {}),
    (12, 9, "lognormal", RISKS["normal"], {"capability_value": 0.9}),
    (8, 4, "uniform", {"risk_profile_min": 0.8, "risk_profile_max": 0.8}, {}),
    (8, 4, "uniform", {"risk_profile_min": 0.3, "risk_profile_max": 0.3}, {"capability_value": 1.5}),
    (9, 4, "known", RISKS["uniform"], {"cost": 0.7}),
    (9, 4, "known", RISKS["normal"], {"cost": 0.2, "capability_value": 0.9}),
    (9, 4, "known", RISKS["uniform"], {"cost": 1.6, "capability_value": 0.9}),
    (9, 11, "normal", RISKS["uniform"], {"capability_value": 1.0}),
    (6, 0, "normal", RISKS["uniform"], {}),
]


@pytest.mark.parametrize(("N", "Q", "values", "risk", "lab"), SIMULATED)
def test_draws_lie_within_four_standard_errors(N, Q, values, risk, lab):
    known = {"gross_value_min": 1.4, "gross_value_max": 1.4} if values == "known" else {}
    game = small_game(cap(Q), n_agents=N, values="uniform" if known else values, **{**risk, **lab, **known})
    prediction, markets = predict(game), 20_000
    for name, x in simulated(game, markets, seed=N).items():
        got = getattr(prediction, name)
        if np.isnan(x).any():
            assert math.isnan(got.mean)
            continue
        # Of the mean, and of the variance, whose own error needs the fourth moment.
        assert abs(x.mean() - got.mean) <= 4 * x.std() / math.sqrt(markets) + 1e-12, name
        error = np.std((x - x.mean()) ** 2) / math.sqrt(markets)
        assert abs(x.var() - got.sd**2) <= 4 * error + 1e-6 * got.sd, name


class TestTheorem:
    """Price weakly lower and violators weakly more, market by market; equal if all labs share a ceiling."""

    @pytest.mark.parametrize("number", range(4))
    def test_draw_by_draw(self, number):
        rng = np.random.default_rng([62, number])
        cheaper = more = 0
        for _ in range(POINTS // 200):
            game = draw_game(rng, N=int(rng.integers(1, 30)))
            Q = int(rng.integers(1, game.n_agents + 2))
            s, e = draw_labs(replace(game, market=cap(Q)), rng, 30)
            truthful, honest = trade(np.maximum(s, 0.0), Q)
            price, holds = trade(np.maximum(0.0, np.minimum(s, e)), Q)
            before, now = ((~held & (s > e)).sum(axis=1) for held in (honest, holds))
            assert (price <= truthful).all()
            assert (now >= before).all()
            if (e == e[0, 0]).all() and e[0, 0] > 0:
                np.testing.assert_array_equal(now, before)
            cheaper, more = cheaper + (price < truthful).sum(), more + (now > before).sum()
        assert cheaper > 100
        assert more > 100

    def test_in_expectation_and_in_the_limit(self):
        rng = np.random.default_rng(63)
        for _ in range(POINTS // 100):
            game = draw_game(rng)
            game = replace(game, market=cap(int(rng.integers(1, game.n_agents + 2))))
            for answer, price, violators in (
                (predict(game), lambda x: x.price.mean, lambda x: x.violations.mean),
                (dt.limit_strategic(game), lambda x: x.price, lambda x: x.violations),
            ):
                truthful = answer.truthful
                assert price(answer) <= price(truthful) * (1 + 1e-11) + 1e-300
                assert violators(answer) >= violators(truthful) * (1 - 1e-11) - 1e-13 * game.n_agents

    def test_one_ceiling_changes_the_price_and_what_it_brings(self):
        game = small_game(
            cap(40), n_agents=100, capability_value=0.1, risk_profile_min=0.6, risk_profile_max=0.6
        )
        prediction = predict(game)
        for name, moment in prediction.items():
            if name in ("price", "revenue"):
                assert moment.mean < 0.9 * getattr(prediction.truthful, name).mean
            else:
                assert moment == getattr(prediction.truthful, name)

    def test_the_truthful_side_is_predict(self):
        game = small_game(cap(2), **RISKS["uniform"])
        assert predict(game).truthful == dt.predict(game)
        assert predict(game).game is game
        assert dt.limit_strategic(game).truthful == dt.limit(game)
        by_price = replace(game, lab=replace(game.lab, gain_rule="price"))
        by_rent = replace(game, lab=replace(game.lab, gain_rule="value"))
        assert predict(by_price).truthful == predict(by_rent).truthful
        assert [m for _, m in predict(by_price).items()] == [m for _, m in predict(by_rent).items()]


class TestNobodyBids:
    """A ceiling of 0 or less is no bid: no permits are sold, and all that would violate do."""

    @pytest.mark.parametrize(
        ("lab", "audit"),
        [
            ({"capability_value": 5.0}, {}),
            ({"capability_value": 5.0, "risk_profile_min": 0.2, "risk_profile_max": 0.4}, {}),
            (
                {"capability_value": 0.0, "risk_profile_min": 0.2, "risk_profile_max": 0.4},
                {"penalty_amount": 0.0},
            ),
            ({"capability_value": 0.0}, {"penalty_amount": 0.0}),
        ],
    )
    @pytest.mark.parametrize("Q", [1, 3, 5, 9])
    @pytest.mark.parametrize("values", VALUES)
    def test_no_permit_is_sold(self, lab, audit, Q, values):
        game = small_game(cap(Q), values=values, **lab)
        game = replace(game, audit=replace(game.audit, **audit))
        nobody = dt.predict(replace(game, market=cap(0)))
        prediction = predict(game)
        assert prediction.permits == (0.0, 0.0)
        assert prediction.price == (0.0, 0.0)
        assert prediction.revenue == (0.0, 0.0)
        assert prediction.violations.mean == pytest.approx(nobody.violations.mean, rel=1e-12)
        assert prediction.violations.sd == pytest.approx(nobody.violations.sd, rel=1e-9)
        limit = dt.limit_strategic(game)
        assert limit.price == 0
        assert limit.permits == pytest.approx(0.0, abs=1e-290)
        assert limit.violations == pytest.approx(nobody.violations.mean / 5, rel=1e-12)

    def test_without_permits_bids_do_not_matter(self):
        for risk in (*RISKS.values(), {}):
            game = small_game(cap(0), **risk)
            prediction = predict(game)
            assert math.isnan(prediction.price.mean)
            for name in ("violations", "deterred", "welfare"):
                got, want = getattr(prediction, name), getattr(prediction.truthful, name)
                assert got.mean == pytest.approx(want.mean, rel=1e-12)
                assert got.sd == pytest.approx(want.sd, rel=1e-9)
            assert math.isnan(dt.limit_strategic(game).price)

    @pytest.mark.parametrize("Q", [5, 9])
    def test_a_cap_that_does_not_bind_serves_every_bidder(self, Q):
        game = small_game(cap(Q), capability_value=0.9, **RISKS["uniform"])
        prediction, D = predict(game), float(Setting(game).D)
        willing = (3.0 - 0.7) / 2.5 * min(1.0, 1.5 - 0.9 / D)
        assert prediction.price == (0.0, 0.0)
        assert prediction.permits.mean == pytest.approx(5 * willing, rel=1e-12)
        assert dt.limit_strategic(game).permits == pytest.approx(willing, rel=1e-12)

    @pytest.mark.parametrize("function", [dt.predict_strategic, dt.limit_strategic])
    def test_a_fixed_price_takes_no_bids(self, function):
        with pytest.raises(ParameterError, match=r"^market = .*takes no bids \(allowed: a CapMarket\)"):
            function(small_game(dt.FixedPriceMarket(fixed_price=1.0)))


class TestLimit:
    @pytest.mark.parametrize("values", VALUES)
    @pytest.mark.parametrize("risk", RISKS)
    def test_share_of_bids_above_the_price_is_that_of_permits(self, values, risk):
        game = small_game(cap(30), n_agents=100, values=values, **RISKS[risk])
        limit, D = dt.limit_strategic(game), float(Setting(game).D)
        F, G, c, V = SCIPY_VALUES[values], SCIPY_RISKS[risk], game.lab.cost, game.lab.racing_value
        assert F.sf(limit.price + c) * G.sf((limit.price + V) / D) == pytest.approx(0.3, rel=1e-10)
        edges = [x for x in (0.2, 0.5, 1.5) if x < (limit.price + V) / D]
        edges = [0.0, *edges, (limit.price + V) / D]
        nu = sum(
            integrate.quad(lambda r: G.pdf(r) * F.sf(c + r * D - V), *piece, epsrel=1e-12)[0]
            for piece in pairwise(edges)
        )
        assert limit.violations == pytest.approx(nu, rel=1e-9)

    @pytest.mark.parametrize(
        ("values", "risk", "rate"),
        [("normal", RISKS["uniform"], 4), ("lognormal", RISKS["lognormal"], 4), ("uniform", {}, 2)],
    )
    def test_is_reached_at_the_rate_of_the_theory(self, values, risk, rate):
        """1 / N where S is smooth at the price, N^-1/2 where the shared ceiling is the truthful price."""
        game = small_game(cap(1), values=values, **risk)
        if not risk:
            D, kappa = float(Setting(game).D), 0.25
            level = SCIPY_VALUES[values].isf(kappa) - game.lab.cost
            r = (level + game.lab.racing_value) / D
            game = replace(game, lab=replace(game.lab, risk_profile_min=r, risk_profile_max=r))

        def gaps(N):
            at = replace(game, n_agents=N, market=cap(N // 4))
            return (
                predict(at).price.mean - dt.limit_strategic(at).price,
                predict(at).violations.mean / N - dt.limit_strategic(at).violations,
            )

        for few, many in zip(gaps(4_000), gaps(16_000), strict=True):
            assert few / many == pytest.approx(rate, rel=0.05)

    def test_closed_forms_are_the_limit(self):
        rng = np.random.default_rng(64)
        for _ in range(POINTS // 50):
            a, r0, V, Q = (
                rng.random(),
                rng.random(),
                rng.choice([0.0, rng.random()]),
                int(rng.integers(0, 101)),
            )
            b, r1 = a + rng.choice([0.0, rng.random()]), r0 + rng.choice([0.0, rng.random()])
            c = rng.choice([0.0, a * rng.random(), a + (b - a) * rng.random()])
            game = small_game(cap(Q), n_agents=100, gross_value_min=a, gross_value_max=b, risk_profile_min=r0,
                              risk_profile_max=r1, cost=c, capability_value=V)  # fmt: skip
            limit, D = dt.limit_strategic(game), dt.Enforcement.of(game).D
            cut_offs = {f"v_{end}": dt.cut_off_value(r=r, D=D, c=c, V=V) for end, r in (("L", r0), ("H", r1))}
            market = {"kappa": Q / 100, "a": a, "b": b, "c": c, **cut_offs}
            price = dt.strategic_limit_price(**market)
            assert limit.price == pytest.approx(price, rel=1e-11, abs=1e-13, nan_ok=True)
            assert math.isnan(price) == (Q == 0)
            share = dt.strategic_limit_violator_share(**market)
            assert limit.violations == pytest.approx(share, rel=1e-9, abs=1e-12)


class TestClosedForms:
    def test_bid_against_what_a_permit_is_worth(self):
        points = Points(71)
        letters = {"s": points.money() - points.money(), "e": points.money() - points.money()}
        # Without a permit a lab gets what a violation leaves, or nothing; s + V - r D = s - e.
        truth = exactly(lambda s, e: max(Fraction(0), s - max(Fraction(0), s - e)), letters)
        with np.errstate(all="raise"):
            bids = dt.strategic_bid(**letters)
        np.testing.assert_array_equal(bids, np.array([float(x) for x in truth]))
        assert_same(bids, singly(dt.strategic_bid, letters))

    def market(self, seed):
        """Uniform laws at random points, often with bounds that coincide."""
        points = Points(seed)
        a, width, c = points.money(), points.money(), np.where(points.some(0.3), 0.0, points.money())
        v_L, spread = points.money() - points.money(), points.money()
        letters = {"a": a, "b": a + width, "v_L": v_L, "v_H": v_L + spread, "c": c}
        letters["v_L"] = np.minimum(letters["v_L"], letters["v_H"])
        return points, letters

    def test_share_of_bids_against_fractions(self):
        points, letters = self.market(72)
        letters["y"] = np.where(
            points.some(0.2), letters["a"] - letters["c"], points.money() - points.money()
        )

        def S(y, a, b, v_L, v_H, c):
            if y <= 0:
                return Fraction(1)
            share = Fraction(1)
            for low, high in ((a, b), (v_L, v_H)):
                inside = (high - y - c) / (high - low) if high > low else int(y + c <= low)
                share *= min(Fraction(1), max(Fraction(0), inside))
            return share

        truth = exactly(S, letters)
        with np.errstate(all="raise"):
            shares = dt.strategic_bid_sf(**letters)
        assert_same(shares, singly(dt.strategic_bid_sf, letters))
        a, b, v_L, v_H, c, y = (letters[name] for name in ("a", "b", "v_L", "v_H", "c", "y"))
        with np.errstate(all="ignore"):  # |x dS/dx| over the six letters
            steep = [np.where(high > low, (abs(y) + c + abs(high) + abs(low)) / (high - low), 0.0)
                     for low, high in ((a, b), (v_L, v_H))]  # fmt: skip
        jump = (y > 0) & (
            np.isclose(y + c, a, rtol=1e-15) & (a == b) | np.isclose(y + c, v_L, rtol=1e-15) & (v_L == v_H)
        )
        shares = np.where(jump, [float(x) for x in truth], shares)
        assert jump.mean() < 0.02
        assert_close(shares, truth, 2 * sum(steep))

    def test_limit_price_solves_its_equation(self):
        points, letters = self.market(73)
        letters["kappa"] = points.probability()
        with np.errstate(all="raise"):
            prices = dt.strategic_limit_price(**letters)
        assert_same(prices, singly(dt.strategic_limit_price, letters))
        shares = dt.strategic_limit_violator_share(**letters)
        assert_same(shares, singly(dt.strategic_limit_violator_share, letters))
        assert ((shares >= 0) & (shares <= 1)).all()
        np.testing.assert_array_equal(np.isnan(prices), letters["kappa"] == 0)
        assert (prices[letters["kappa"] == 1] == 0).all()
        scale = sum(np.abs(letters[name]) for name in ("a", "b", "v_L", "v_H", "c"))
        at = {name: x for name, x in letters.items() if name != "kappa"}
        # The share of bids at least p is kappa: weakly more just below, weakly less just above.
        step, kappa = 1e-14 * scale, letters["kappa"]
        inside = (prices > step) & (kappa < 1)
        below = dt.strategic_bid_sf(y=np.where(inside, prices - step, 1.0), **at)
        above = dt.strategic_bid_sf(y=np.where(inside, prices + step, 1.0), **at)
        assert (below[inside] >= kappa[inside] * (1 - 1e-9) - 1e-15).all()
        assert (above[inside] <= kappa[inside] * (1 + 1e-9) + 1e-15).all()
        worthless = (prices == 0) & (kappa > 0) & (kappa < 1)
        tiny = np.where(worthless, 1e-13 * scale + 1e-300, 1.0)
        assert (dt.strategic_bid_sf(y=tiny, **at)[worthless] <= kappa[worthless] * (1 + 1e-9) + 1e-15).all()
        assert inside.mean() > 0.2
        assert worthless.mean() > 0.1

    def test_limit_share_of_violators_against_an_integral(self):
        rng = np.random.default_rng(74)
        for _ in range(POINTS // 20):
            a, b = np.sort(rng.random(2))
            v_L, v_H = np.sort(rng.uniform(-0.5, 1.5, 2))
            market = {"kappa": rng.random(), "a": a, "b": b, "v_L": v_L, "v_H": v_H, "c": 0.5 * rng.random()}
            marginal = max(market["c"], dt.strategic_limit_price(**market) + market["c"])
            edges = np.unique(np.clip([v_L, a, b, marginal], v_L, min(max(v_L, marginal), v_H)))
            middle = (edges[1:] + edges[:-1]) / 2  # the share of larger values is linear in between
            inside = np.clip((b - middle) / (b - a), 0.0, 1.0)
            nu = (np.diff(edges) * inside).sum() / (v_H - v_L)
            assert dt.strategic_limit_violator_share(**market) == pytest.approx(nu, rel=1e-9, abs=1e-14)

    def test_price_mean_against_sums_of_fractions(self):
        rng = np.random.default_rng(75)
        for _ in range(POINTS // 50):
            N = int(rng.integers(1, 11))
            Q = int(rng.integers(0, N + 2))
            a, width, e = (float(x) for x in rng.integers(0, 17, 3) / 16)
            c = a * float(rng.choice([0.0, 0.5, 1.0]))
            got = dt.strategic_price_mean(N=N, Q=Q, a=a, b=a + width, e=e, c=c)
            if Q == 0:
                assert math.isnan(got)
                continue
            # E[min(p, e)] is the integral up to e of the chance that at least Q rents are larger.
            least, truth = Fraction(a - c), Fraction(0)
            if Q < N:
                z = (
                    min(Fraction(1), max(Fraction(0), Fraction(e) - least) / Fraction(width))
                    if width
                    else Fraction(0)
                )
                truth = min(Fraction(e), least) + Fraction(width) * sum(
                    math.comb(N, m) * math.comb(m, i) * (-1) ** i * z ** (N - m + i + 1) / (N - m + i + 1)
                    for m in range(Q, N + 1)
                    for i in range(m + 1)
                )
            assert got == pytest.approx(float(truth), rel=1e-12, abs=1e-300)

    def test_price_mean_is_the_prediction(self):
        for N, Q, r in ((5, 2, 0.7), (1000, 400, 0.8), (10**6, 10**5, 1.2)):
            game = small_game(cap(Q), n_agents=N, cost=0.25, risk_profile_min=r, risk_profile_max=r)
            e = r * dt.Enforcement.of(game).D - 0.2
            mean = dt.strategic_price_mean(N=N, Q=Q, a=0.5, b=3.0, e=e, c=0.25)
            assert predict(game).price.mean == pytest.approx(mean, rel=1e-11)
            truthful = dt.strategic_price_mean(N=N, Q=Q, a=0.5, b=3.0, e=9.0, c=0.25)
            assert truthful == pytest.approx(
                dt.clearing_price_mean(N=N, Q=Q, a=0.5, b=3.0, c=0.25), rel=1e-12
            )

    def test_contracts(self):
        laws = {"a": 0.5, "b": 2.0, "v_L": 0.25, "v_H": 1.5, "c": 0.25}
        assert_contract(dt.strategic_bid, {"s": 0.75, "e": 0.5})
        assert_contract(dt.strategic_bid_sf, {"y": 0.5, **laws})
        for function in (dt.strategic_limit_price, dt.strategic_limit_violator_share):
            assert_contract(function, {"kappa": 0.25, **laws})
            assert_refused(function, {"kappa": 0.25, **laws}, kappa=1.5, a=3.0, v_L=2.0, c=-1.0)
        assert_refused(dt.strategic_bid_sf, {"y": 0.5, **laws}, y=math.inf, a=-1.0, v_H=math.inf)
        known = {"a": 0.5, "b": 2.0, "e": 0.75, "c": 0.25}
        assert_contract(lambda **x: dt.strategic_price_mean(N=5, Q=2, **x), known)
        assert_refused(lambda **x: dt.strategic_price_mean(N=5, Q=2, **x), known, e=-0.5, c=0.75, a=3.0)
        for bad in ({"N": 0, "Q": 1}, {"N": 2.5, "Q": 1}, {"N": 2, "Q": -1}):
            with pytest.raises(ParameterError):
                dt.strategic_price_mean(**bad, **known)


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("risk", RISKS)
def test_a_million_labs_take_less_than_100_milliseconds(values, risk):
    game = small_game(cap(300_000), n_agents=10**6, values=values, **RISKS[risk])
    dt.predict_strategic(game)  # imports SciPy

    def seconds():
        start = time.perf_counter()
        dt.predict_strategic(game)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(5)) < 0.1
