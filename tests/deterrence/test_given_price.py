"""Violators given the price: the price rule, two losers at once, and full compliance."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from bends import draw_game, small_game
from exact import N as POINTS
from exact import Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly
from scipy import integrate

import deterrence as dt
from deterrence import ParameterError, formulas


def cap(Q):
    return dt.CapMarket(token_cap=Q)


class TestPriceRule:
    @pytest.mark.parametrize(("N", "Q"), [(1, 0), (1, 1), (2, 1), (5, 3), (6, 6), (7, 9), (40, 11)])
    def test_mean_against_sums_of_fractions(self, N, Q):
        for u in (0.0, 0.125, 0.5, 0.9375, 1.0):
            # The price is above the cut-off if at least Q labs are.
            high = 1 - Fraction(u)
            dear = sum(math.comb(N, m) * high**m * (1 - high) ** (N - m) for m in range(Q, N + 1))
            truth = float(max(0, N - Q) * dear)
            assert dt.price_rule_mean(N=N, Q=Q, u_hat=u) == pytest.approx(truth, rel=1e-12, abs=1e-300)

    def test_mean_is_the_prediction(self):
        for N, Q, shift in ((5, 2, 0.1), (1000, 300, 0.02), (10**6, 3 * 10**5, -0.0003)):
            level = 0.5 + 2.5 * (1 - Q / N) + shift  # near the marginal value
            game = small_game(cap(Q), n_agents=N, cost=0.25, gain_rule="price")
            D = dt.Enforcement.of(game).D
            r = (level - 0.25 + 0.2) / D
            game = replace(game, lab=replace(game.lab, risk_profile_min=r, risk_profile_max=r))
            cut_off = dt.cut_off_value(r=r, D=D, c=0.25, V=0.2)
            mean = dt.price_rule_mean(N=N, Q=Q, u_hat=(cut_off - 0.5) / 2.5)
            assert 0.1 < mean / (N - Q) < 0.9
            assert dt.predict(game).violations.mean == pytest.approx(mean, rel=1e-8)

    def test_share_against_fractions(self):
        points = Points(91)
        r0 = points.money()
        r1 = np.where(points.some(0.1), r0, r0 + points.money())
        letters = {"share": points.probability(), "r0": r0, "r1": r1}
        letters |= {name: points.money() for name in ("p", "D", "V")}

        def violators(share, p, D, r0, r1, V):
            if p + V <= r0 * D:
                return Fraction(0)
            return share * (min(Fraction(1), ((p + V) / D - r0) / (r1 - r0)) if D > 0 and r1 > r0 else 1)

        truth = exactly(violators, letters)
        with np.errstate(all="raise", under="ignore"):
            got = dt.price_rule_violation(**letters)
        assert_same(got, singly(dt.price_rule_violation, letters))
        g, D, spread = letters["p"] + letters["V"], letters["D"], letters["r1"] - r0
        with np.errstate(all="ignore"):
            steep = np.where(spread * D > 0, (3 * g / D + 2 * r0 + letters["r1"]) / spread, 0.0)
        tied = (spread == 0) & np.isclose(r0 * D, g, rtol=1e-11)
        got = np.where(tied, [float(x) for x in truth], got)
        assert_close(got, truth, letters["share"] * (1 + 2 * steep))

    @pytest.mark.parametrize("rule", ["gross", "net"])
    def test_share_is_the_fixed_price_and_the_limit(self, rule):
        lab = {"risk_profile_min": 0.5, "risk_profile_max": 1.5, "gain_rule": "price"}
        market = dt.FixedPriceMarket(fixed_price=0.9, purchase_rule=rule)
        game = small_game(market, **lab)
        D, v_p = dt.Enforcement.of(game).D, 0.9 + (0.7 if rule == "net" else 0.0)
        letters = {"D": D, "r0": 0.5, "r1": 1.5, "V": 0.2}
        theta = dt.price_rule_violation(share=(v_p - 0.5) / 2.5, p=0.9, **letters)
        assert dt.predict(game).violations.mean == pytest.approx(5 * theta, rel=1e-12)
        game = small_game(cap(60), n_agents=100, **lab)
        price = dt.limit_price(kappa=0.6, a=0.5, b=3.0, c=0.7)
        nu = dt.price_rule_violation(share=0.4, p=price, **letters)
        assert dt.limit(game).violations == pytest.approx(nu, rel=1e-12)
        assert 0 < nu < 0.4

    def test_without_permits_the_price_is_infinite(self):
        assert dt.price_rule_violation(share=1.0, p=math.inf, D=1.0, r0=0.5, r1=1.5) == 1.0
        assert dt.price_rule_mean(N=7, Q=0, u_hat=1.0) == 7.0


class TestGivenThePrice:
    def test_pmf_against_fractions(self):
        rng = np.random.default_rng(92)
        for _ in range(POINTS // 20):
            N, Q, j = (int(rng.integers(low, 40)) for low in (1, 0, 0))
            h = float(rng.choice([0.0, 1.0, rng.random(), 10.0 ** rng.uniform(-9, 0)]))
            n = max(0, N - Q)
            truth = math.comb(n, j) * Fraction(h) ** j * (1 - Fraction(h)) ** (n - j) if j <= n else 0
            got = dt.conditional_violator_pmf(j=j, N=N, Q=Q, h=h)
            assert got == pytest.approx(float(truth), rel=1e-11, abs=1e-300)

    def test_pmf_sums_to_one(self):
        for N, Q, h in ((1, 1, 0.3), (30, 11, 0.7), (2000, 100, 1e-3)):
            chances = dt.conditional_violator_pmf(j=np.arange(N + 1), N=N, Q=Q, h=h)
            assert chances.sum() == pytest.approx(1.0, rel=1e-12)

    def test_variance_against_two_labs_at_once(self):
        """Var(n_V) = n P(one) + n (n - 1) P(two) - (n P(one))^2, with P(two) from the correlation."""
        points = Points(93)
        letters = {"h": points.probability(), "rho": points.probability()}
        N, Q = points.rng.integers(1, 50, points.n), points.rng.integers(0, 50, points.n)

        def variance(h, rho, N, Q):
            n, two = max(Fraction(0), N - Q), rho * h * (1 - h) + h * h
            return n * h + n * (n - 1) * two - (n * h) ** 2

        truth = exactly(variance, {**letters, "N": N.astype(float), "Q": Q.astype(float)})
        with np.errstate(all="raise", under="ignore"):
            got = dt.violator_variance(N=N, Q=Q, **letters)
        n = np.maximum(N - Q, 0)
        assert_close(got, truth, 4 * n * letters["h"] * (1 + n * letters["rho"]))

    @pytest.mark.parametrize("rule", ["min", "price"])
    def test_variance_is_the_prediction(self, rule):
        """E[h] and Var(h) from the law of the third largest value, integrated by SciPy."""
        game = small_game(
            cap(3), n_agents=8, cost=0.5, gain_rule=rule, risk_profile_min=0.5, risk_profile_max=1.5
        )
        D = dt.Enforcement.of(game).D
        cut_offs = {f"v_{x}": dt.cut_off_value(r=r, D=D, c=0.5, V=0.2) for x, r in (("L", 0.5), ("H", 1.5))}

        def h(x):
            if rule == "price":
                return dt.defection_probability(g=x - 0.5 + 0.2, D=D, r0=0.5, r1=1.5)
            return formulas.loser_violation(v_star=x, a=0.5, **cut_offs)

        def density(x):  # of the third largest of eight
            return 8 * math.comb(7, 2) * ((3 - x) / 2.5) ** 2 * ((x - 0.5) / 2.5) ** 5 / 2.5

        def moment(f):
            bends = sorted(x for x in cut_offs.values() if 0.5 < x < 3.0)
            return integrate.quad(lambda x: f(h(x)) * density(x), 0.5, 3.0, points=bends, epsabs=1e-14)[0]

        mean, square = moment(lambda x: x), moment(lambda x: x * x)
        rho = (square - mean**2) / (mean * (1 - mean))
        violations = dt.predict(game).violations
        assert violations.mean == pytest.approx(5 * mean, rel=1e-10)
        variance = dt.violator_variance(N=8, Q=3, h=mean, rho=rho)
        assert violations.sd == pytest.approx(math.sqrt(variance), rel=1e-9)

    def test_contracts(self):
        rule = {"share": 0.5, "p": 0.75, "D": 0.5, "r0": 1.0, "r1": 2.0, "V": 0.125}
        assert_contract(dt.price_rule_violation, rule, infinite="p")
        assert_refused(dt.price_rule_violation, rule, share=1.5, p=-1.0, D=-1.0, r0=3.0, V=-1.0)
        assert_contract(lambda u_hat: dt.price_rule_mean(N=5, Q=2, u_hat=u_hat), {"u_hat": 0.5})
        assert_contract(lambda h: dt.conditional_violator_pmf(j=1, N=5, Q=2, h=h), {"h": 0.5})
        assert_contract(lambda h, rho: dt.violator_variance(N=5, Q=2, h=h, rho=rho), {"h": 0.5, "rho": 0.25})
        for bad in ({"N": 0, "Q": 1}, {"N": 2.5, "Q": 1}, {"N": 2, "Q": -1}):
            with pytest.raises(ParameterError):
                dt.price_rule_mean(u_hat=0.5, **bad)
            with pytest.raises(ParameterError):
                dt.violator_variance(h=0.5, rho=0.5, **bad)
        with pytest.raises(ParameterError):
            dt.conditional_violator_pmf(j=-1, N=2, Q=1, h=0.5)


class TestFullCompliance:
    def test_cases_are_what_the_function_says(self):
        points, proposition = Points(94), formulas.full_compliance
        letters = {v.symbol.name: points.probability() if v.symbol.name == "p_eff" else points.money()
                   for v in proposition.symbols}  # fmt: skip
        tied = points.some(0.2) & points.coarse
        letters["p"] = np.where(tied, letters["p_eff"] * letters["P"] * letters["r0"], letters["p"])
        letters["V"] = np.where(tied, 0.0, letters["V"])
        said = singly(proposition, letters)
        for number in range(0, points.n, 10):  # exact evaluation is slow
            (case,) = proposition.case(**{name: float(x[number]) for name, x in letters.items()})
            assert bool(case.then[0]) == said[number]
        assert 0.1 < np.mean(said) < 0.9

    def test_no_market_that_meets_it_has_violators(self):
        rng, met = np.random.default_rng(95), 0
        for _ in range(POINTS // 20):
            game = draw_game(
                rng, N=int(rng.integers(2, 20)), values=str(rng.choice(["uniform", "lognormal"]))
            )
            N, e = game.n_agents, dt.Enforcement.of(game)
            lab, Q = game.lab, int(rng.integers(1, N))
            low, high = lab.risk_profile.min, lab.risk_profile.max
            v = (
                rng.uniform(lab.gross_value.min, lab.gross_value.max, N)
                if isinstance(lab.gross_value, dt.Uniform)
                else lab.gross_value.median * np.exp(lab.gross_value.sigma * rng.standard_normal(N))
            )
            s, r = np.sort(v - lab.cost)[::-1], rng.uniform(low, high, N)
            price = max(0.0, s[Q - 1])
            if formulas.full_compliance(p_eff=e.p_eff, r0=low, P=e.P, p=price, V=lab.racing_value):
                met += 1
                losers = np.minimum(s, price) + lab.racing_value
                assert (e.D * r >= losers * (1 - 1e-12))[(np.arange(N) >= Q) | (s <= 0)].all()
        assert met > 10

    def test_a_large_market_that_misses_it_has_some(self):
        for r0, some in ((0.94, True), (0.96, False)):
            game = small_game(cap(60), n_agents=100, risk_profile_min=r0, risk_profile_max=2.0)
            price, e = dt.limit(game).price, dt.Enforcement.of(game)
            holds = formulas.full_compliance(p_eff=e.p_eff, r0=r0, P=e.P, p=price, V=0.2)
            assert holds != some
            assert (dt.limit(game).violations > 0) == some
