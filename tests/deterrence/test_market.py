"""Closed forms of the market against sums and integrals with 50 digits, from one lab to a million."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from exact import assert_contract, assert_refused
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

import deterrence as dt
from deterrence import ParameterError

DIGITS = 50


def pmf(k, n, p):
    """Probability of k successes among n, at 50 digits."""
    if p in (0, 1):
        return mpf(k == n * p)
    log = (
        mp.loggamma(n + 1)
        - mp.loggamma(k + 1)
        - mp.loggamma(n - k + 1)
        + k * mp.log(p)
        + (n - k) * mp.log(1 - p)
    )
    return mp.exp(log)


def upper_sum(k, n, p, weight=lambda m: 1):
    """Sum of weight(m) Pr(Bin(n, p) = m) over m >= k: positive terms, until they no longer count."""
    if p in (0, 1):
        return mpf(weight(n) if p == 1 and k <= n else weight(0) if p == 0 and k <= 0 else 0)
    mode = n * p
    m = max(k, 0, int(mode - 20 * mp.sqrt(mode * (1 - p)) - 40))  # what is left out is below 1e-40
    term, total = pmf(m, n, p), mpf(0)
    while m <= n:
        total += weight(m) * term
        if m > mode and term < total * mpf(10) ** -25:
            break
        term *= (n - m) * p / ((m + 1) * (1 - p))
        m += 1
    return total


def lower_sum(k, n, p):
    """Pr(Bin(n, p) <= k), from the other end."""
    return upper_sum(n - k, n, 1 - mpf(p))


def markets():
    """N, Q and a quantile from far below to far above the marginal one, and near 0 and 1."""
    for N in (1, 2, 5, 50, 1_000):
        for Q in sorted({0, 1, N // 4, N - 1, N, N + 1}):
            share = min(1.0, Q / N)
            spread = math.sqrt(max(share * (1 - share), 1 / N) / N)
            around = [1 - share + z * spread for z in (-12.0, -4.0, 0.0, 1.0, 12.0)]
            for u in {0.0, 1e-12, 0.5, 1 - 1e-12, 1.0, *around}:
                if 0 <= u <= 1:
                    yield N, Q, u


MARKETS = list(markets())
MILLION = [
    (10**6, Q, 1 - Q / 10**6 + z * math.sqrt(Q) * 1e-6) for Q in (10**3, 3 * 10**5) for z in (-6, 0.5, 9)
]
MILLION += [(10**5, 99_990, 2e-4), (10**5, 20, 0.9999)]


def assert_all_close(name, computed, exact, rel=1e-10):
    for market, value, truth in zip(MARKETS + MILLION, computed, exact, strict=True):
        close = abs(value - truth) <= rel * truth if truth > 1e-290 else value <= 1e-289
        assert close, (name, market, value, mp.nstr(truth, 17))


class TestAgainstBinomialSums:
    @pytest.fixture(autouse=True)
    def digits(self):
        with mp.workdps(DIGITS):
            yield

    def test_unpermitted_probability(self):
        computed = [dt.unpermitted_probability(u=u, N=N, Q=Q) for N, Q, u in MARKETS + MILLION]
        exact = [upper_sum(Q, N - 1, 1 - mpf(u)) if Q < N else mpf(0) for N, Q, u in MARKETS + MILLION]
        assert_all_close("unpermitted", computed, exact)

    def test_clearing_price_cdf(self):
        """At most Q - 1 of N values lie above."""
        markets = [(N, Q, u) if 0 < Q < N else (2, 1, u) for N, Q, u in MARKETS + MILLION]
        computed = [dt.clearing_price_cdf(F=u, N=N, Q=Q) for N, Q, u in markets]
        exact = [upper_sum(N - Q + 1, N, mpf(u)) for N, Q, u in markets]
        assert_all_close("price", computed, exact)

    @pytest.mark.parametrize("share", [0.0, 1e-4, 0.01, 0.5, 1.0])
    def test_violator_pmf(self, share):
        def violators(N, Q):
            return round(share * max(N - Q, 0))

        computed = [dt.violator_pmf(j=violators(N, Q), N=N, Q=Q, u_hat=u) for N, Q, u in MARKETS + MILLION]
        exact = []
        for N, Q, u in MARKETS + MILLION:
            j = violators(N, Q)
            none = lower_sum(Q, N, 1 - mpf(u)) if Q < N else mpf(1)
            exact.append(none if j == 0 else pmf(Q + j, N, 1 - mpf(u)))
        assert_all_close("pmf", computed, exact)

    def test_violator_mean(self):
        computed = [dt.violator_mean(N=N, Q=Q, u_hat=u) for N, Q, u in MARKETS + MILLION]
        exact = [
            upper_sum(Q + 1, N, 1 - mpf(u), lambda m, Q=Q: m - Q) if Q < N else mpf(0)
            for N, Q, u in MARKETS + MILLION
        ]
        assert_all_close("mean", computed, exact)


@pytest.mark.parametrize(
    ("N", "Q", "u"), [(1, 0, 0.3), (7, 3, 0.4), (400, 350, 0.1), (10**6, 400_000, 0.6002)]
)
def test_violator_pmf_sums_to_one_and_has_the_mean(N, Q, u):
    j = np.arange(N - Q + 2)
    probability = dt.violator_pmf(j=j, N=N, Q=Q, u_hat=u)
    assert math.isclose(math.fsum(probability), 1.0, rel_tol=1e-11)
    assert math.isclose(math.fsum(j * probability), dt.violator_mean(N=N, Q=Q, u_hat=u), rel_tol=1e-9)
    assert probability[-1] == 0.0


class TestUniformValues:
    """Moments of the Q-th largest of N draws, by integrals over its density."""

    CASES = ((1, 1), (2, 1), (3, 2), (9, 4), (30, 29))
    a, b, c = 0.75, 2.0, 0.25

    @staticmethod
    def quantile_moment(N, Q, power):
        """E[U^power] for the Q-th largest of N uniform draws, over polynomials, exactly."""
        scale = Fraction(math.factorial(N), math.factorial(N - Q) * math.factorial(Q - 1))
        terms = [
            Fraction((-1) ** i * math.comb(Q - 1, i), N - Q + power + i + 1)
            for i in range(Q)
        ]  # fmt: skip
        return scale * sum(terms)

    @pytest.mark.parametrize(("N", "Q"), CASES[1:])
    def test_price(self, N, Q):
        mean, square = self.quantile_moment(N, Q, 1), self.quantile_moment(N, Q, 2)
        expected = self.a - self.c + (self.b - self.a) * mean
        assert math.isclose(
            dt.clearing_price_mean(N=N, Q=Q, a=self.a, b=self.b, c=self.c), expected, rel_tol=1e-14
        )
        variance = (self.b - self.a) ** 2 * float(square - mean**2)
        assert math.isclose(dt.clearing_price_variance(N=N, Q=Q, a=self.a, b=self.b), variance, rel_tol=1e-14)

    @pytest.mark.parametrize(("N", "Q"), CASES)
    def test_permit_rent_is_the_sum_over_ranks(self, N, Q):
        ranks = [self.quantile_moment(N, i, 1) for i in range(1, Q + 1)]
        expected = sum(self.a - self.c + (self.b - self.a) * float(mean) for mean in ranks)
        assert math.isclose(dt.permit_rent(N=N, Q=Q, a=self.a, b=self.b, c=self.c), expected, rel_tol=1e-14)

    @pytest.mark.parametrize(("N", "Q"), [(5, 2), (40, 13)])
    def test_permit_rent_is_the_integral_over_labs(self, N, Q):
        with mp.workdps(20):
            rent = mp.quad(
                lambda u: (1 - upper_sum(Q, N - 1, 1 - u)) * (self.a - self.c + (self.b - self.a) * u),
                mp.linspace(0, 1, 5),
            )
        assert math.isclose(dt.permit_rent(N=N, Q=Q, a=self.a, b=self.b, c=self.c), N * rent, rel_tol=1e-13)

    def test_large_markets(self):
        for N in (100, 10_000, 1_000_000):
            mean = dt.clearing_price_mean(N=N, Q=N // 4, a=self.a, b=self.b, c=self.c)
            limit = dt.limit_price(kappa=0.25, a=self.a, b=self.b, c=self.c)
            assert abs(mean - limit) < (self.b - self.a) / N
            variance = dt.clearing_price_variance(N=N, Q=N // 4, a=self.a, b=self.b)
            assert math.isclose(N * variance, (self.b - self.a) ** 2 * 0.25 * 0.75, rel_tol=4 / N)

    def test_slack_and_absent_caps(self):
        letters = {"a": self.a, "b": self.b}
        for Q in (5, 6):
            assert dt.clearing_price_mean(N=5, Q=Q, c=self.c, **letters) == 0.0
            assert dt.clearing_price_variance(N=5, Q=Q, **letters) == 0.0
            assert dt.clearing_price_cdf(F=0.0, N=5, Q=Q) == 1.0
            assert dt.permit_rent(N=5, Q=Q, c=self.c, **letters) == 5 * (1.375 - 0.25)
        assert math.isnan(dt.clearing_price_mean(N=5, Q=0, c=self.c, **letters))
        assert math.isnan(dt.clearing_price_variance(N=5, Q=0, **letters))
        assert math.isnan(dt.clearing_price_cdf(F=0.5, N=5, Q=0))
        assert dt.permit_rent(N=5, Q=0, c=self.c, **letters) == 0.0
        assert dt.limit_price(kappa=1.0, c=0.0, **letters) == 0.0
        assert math.isnan(dt.limit_price(kappa=0.0, c=0.0, **letters))
        assert dt.limit_price(kappa=0.5, c=1.5, **letters) == 0.0  # the marginal rent is negative


money = st.floats(0.0, 8.0)
share = st.floats(0.0, 1.0)


class TestDefection:
    @given(g=st.floats(-2.0, 8.0), D=money, r0=money, spread=money)
    def test_is_the_probability_of_a_small_multiplier(self, g, D, r0, spread):
        """Share of 2,000 evenly spread multipliers for which the compliance condition fails."""
        r1 = r0 + spread
        r = r0 + spread * (np.arange(2000) + 0.5) / 2000
        fails = np.mean(~dt.complies(p_eff=1.0, B=r * D, g=g))
        chance = dt.defection_probability(g=g, D=D, r0=r0, r1=r1)
        assert abs(chance - fails) <= 1 / 2000 + 1e-9 or spread * D < 1e-9

    @pytest.mark.parametrize(("r", "D"), [(0.6, 0.75), (1.0, 0.45), (3.0, 0.1)])
    def test_a_tie_complies_and_a_small_gain_more_does_not(self, r, D):
        tie = Fraction(str(r)) * Fraction(str(D))
        assert dt.defection_probability(g=float(tie), D=D, r0=r, r1=r) == 0.0
        assert dt.defection_probability(g=float(tie) * (1 + 1e-7), D=D, r0=r, r1=r) == 1.0

    def test_without_punishment(self):
        np.testing.assert_array_equal(
            dt.defection_probability(g=np.array([-1.0, 0.0, 1e-9, np.inf]), D=0.0, r0=1.0, r1=2.0),
            [0, 0, 1, 1],
        )

    def test_cut_off_is_where_it_turns(self):
        cut_off = dt.cut_off_value(r=1.5, D=0.5, c=0.25, V=0.125)
        gain = dt.gain_value(v=np.array([cut_off, cut_off + 1e-6]), c=0.25, V=0.125)
        np.testing.assert_array_equal(dt.defection_probability(g=gain, D=0.5, r0=1.5, r1=1.5), [0, 1])


def ramp(y, v_L, v_H):
    return min(mpf(1), max(mpf(0), (y - v_L) / (v_H - v_L))) if v_H > v_L else mpf(y > v_L)


def mean_ramp(a, upto, b, v_L, v_H):
    """Integral of the defection probability over values from a to `upto`, per value in [a, b]."""
    edges = sorted({a, upto, *(v for v in (v_L, v_H) if a < v < upto)})
    return sum(
        (hi - lo) * (ramp(lo + (hi - lo) / 2, v_L, v_H)) for lo, hi in itertools.pairwise(edges)
    ) / (b - a)  # fmt: skip


class TestShares:
    """Midpoints are exact for a function that is linear between its kinks."""

    @given(kappa=share, a=money, width=st.floats(1e-3, 8), v_L=st.floats(-4, 16), spread=st.floats(0, 8))
    def test_limit_violator_share(self, kappa, a, width, v_L, spread):
        b, v_H = a + width, v_L + spread
        with mp.workdps(DIGITS):
            upto = mpf(b) - (mpf(b) - a) * kappa
            exact = mean_ramp(mpf(a), upto, mpf(b), mpf(v_L), mpf(v_H))
        computed = dt.limit_violator_share(kappa=kappa, a=a, b=b, v_L=v_L, v_H=v_H)
        assert abs(computed - exact) <= 1e-15 * (b + abs(v_L)) / width + 1e-13 * exact

    @given(v_p=money, a=money, width=st.floats(1e-3, 8), v_L=st.floats(-4, 16), spread=st.floats(0, 8))
    def test_fixed_price_violation(self, v_p, a, width, v_L, spread):
        b, v_H = a + width, v_L + spread
        upto = min(b, max(a, v_p))
        with mp.workdps(DIGITS):
            exact = mean_ramp(mpf(a), mpf(upto), mpf(b), mpf(v_L), mpf(v_H)) if upto > a else mpf(0)
        computed = dt.fixed_price_violation(v_p=v_p, a=a, b=b, v_L=v_L, v_H=v_H)
        assert abs(computed - exact) <= 1e-15 * (b + abs(v_L)) / width + 1e-13 * exact
        permits = dt.fixed_price_permits(N=10, v_p=v_p, a=a, b=b)
        assert 0 <= permits <= 10
        assert computed <= 1 - permits / 10 + 1e-12

    def test_keeps_its_digits_next_to_full_coverage(self):
        """All labs below v* violate: the share is 1 - kappa to the last digit."""
        for gap in (1e-3, 1e-9, 1e-15):
            kappa = 1 - gap
            computed = dt.limit_violator_share(kappa=kappa, a=1000.0, b=1000.5, v_L=-1e6, v_H=0.5)
            assert computed == 1 - kappa

    def test_cumulative_defection_is_the_integral(self):
        v_L, v_H = 0.5, 1.5
        for x in (-1.0, 0.5, 0.75, 1.5, 3.0):
            start = min(x, v_L)
            exact = mean_ramp(start, x, start + 1, v_L, v_H) if x > v_L else 0.0
            assert math.isclose(dt.cumulative_defection(x=x, v_L=v_L, v_H=v_H), exact, rel_tol=1e-15)

    def test_one_value(self):
        """All labs alike: those without a permit violate together, and a tie complies."""
        letters = {"a": 1.0, "b": 1.0}
        assert dt.limit_violator_share(kappa=0.25, v_L=0.5, v_H=0.5, **letters) == 0.75
        assert dt.limit_violator_share(kappa=0.25, v_L=1.0, v_H=1.0, **letters) == 0.0
        assert dt.limit_violator_share(kappa=0.25, v_L=0.5, v_H=1.5, **letters) == 0.375
        assert dt.fixed_price_violation(v_p=1.0, v_L=0.5, v_H=0.5, **letters) == 0.0  # v >= p buys
        assert dt.fixed_price_violation(v_p=1.5, v_L=0.5, v_H=0.5, **letters) == 1.0
        assert dt.fixed_price_permits(N=4, v_p=1.0, **letters) == 4.0
        assert dt.fixed_price_permits(N=4, v_p=1.5, **letters) == 0.0


class TestConsistency:
    """Section 11 of the model: one result by two roads."""

    @pytest.mark.parametrize(("N", "Q"), [(2, 1), (6, 2), (25, 20)])
    @pytest.mark.parametrize("r", [0.5, 1.25])
    def test_equal_multipliers_give_the_binomial_form(self, N, Q, r):
        D, a, b, c, V = 1.0, 0.5, 2.0, 0.25, 0.125
        u_hat = (dt.cut_off_value(r=r, D=D, c=c, V=V) - a) / (b - a)

        def density(u):
            gain = float(a + (b - a) * u) - c + V
            chance = dt.defection_probability(g=gain, D=D, r0=r, r1=r)
            return upper_sum(Q, N - 1, 1 - u) * chance

        with mp.workdps(20):
            mean = N * mp.quad(density, [0, max(u_hat, 0.0), 1])
        assert math.isclose(dt.violator_mean(N=N, Q=Q, u_hat=max(u_hat, 0.0)), mean, rel_tol=1e-9)

    @given(N=st.integers(1, 60), Q=st.integers(0, 62), u=share, more=share)
    def test_violators_fall_in_the_cut_off_and_in_permits(self, N, Q, u, more):
        mean = dt.violator_mean(N=N, Q=Q, u_hat=u)
        assert 0 <= mean <= max(0, N - Q) + 1e-9
        assert dt.violator_mean(N=N, Q=Q, u_hat=u + (1 - u) * more) <= mean + 1e-12
        assert dt.violator_mean(N=N, Q=Q + 1, u_hat=u) <= mean + 1e-12

    @given(r=money, D=money, c=money, V=money, more=money)
    def test_the_cut_off_moves_as_it_should(self, r, D, c, V, more):
        cut_off = dt.cut_off_value(r=r, D=D, c=c, V=V)
        assert dt.cut_off_value(r=r, D=D + more, c=c, V=V) >= cut_off
        assert dt.cut_off_value(r=r + more, D=D, c=c, V=V) >= cut_off
        assert dt.cut_off_value(r=r, D=D, c=c, V=V + more) <= cut_off

    @pytest.mark.parametrize("kappa", [0.25, 0.5, 0.75])
    def test_large_markets(self, kappa):
        """The exact mean lies above the limit, by less than the standard deviation of the permits' edge."""
        a, b, v_hat = 0.5, 1.5, 0.875
        limit = dt.limit_violator_share(kappa=kappa, a=a, b=b, v_L=v_hat, v_H=v_hat)
        for N in (100, 10_000, 1_000_000):
            mean = dt.violator_mean(N=N, Q=round(kappa * N), u_hat=(v_hat - a) / (b - a)) / N
            assert -1e-15 <= mean - limit <= 0.5 / math.sqrt(N)


GAMES = [
    (20, 5, {"risk_profile_min": 0.5, "risk_profile_max": 0.5}),
    (20, 0, {"risk_profile_min": 1.25, "risk_profile_max": 1.25}),
    (20, 20, {}),
    (1000, 400, {"capability_value": 0.25}),
]


@pytest.mark.parametrize(("N", "Q", "lab"), GAMES)
def test_the_exact_prediction_says_the_same(N, Q, lab):
    """`predict` integrates for any distribution; these are its closed forms."""
    audit = dt.Audit(
        high_prob=0.75,
        base_prob=0.125,
        false_positive_rate=0.125,
        false_negative_rate=0.25,
        backcheck_prob=0.25,
        penalty_amount=1.0,
        collateral=0.25,
        cost=0.0625,
        harm=0.5,
    )
    lab = dt.LabPopulation(gross_value_min=0.5, gross_value_max=1.5, cost=0.25, **lab)
    said = dt.predict(dt.Game(n_agents=N, audit=audit, market=dt.CapMarket(token_cap=Q), lab=lab))
    rates = {"pi_1": 0.75, "pi_0": 0.125}
    p_s, p_f = dt.audit_rate(beta=0.75, **rates), dt.false_audit_rate(alpha=0.125, **rates)
    p_eff = dt.effective_detection(beta=0.75, p_b=0.25, **rates)
    q_f = dt.check_rate(alpha=0.125, p_b=0.25, **rates)
    money = dt.collected_penalty(fine=1.0, collateral=0.25)
    cut_off = dt.cut_off_value(r=lab.risk_profile.min, D=p_eff * money, c=0.25, V=lab.racing_value)
    n_V = dt.violator_mean(N=N, Q=Q, u_hat=min(1.0, max(0.0, (cut_off - 0.5) / 1.0)))
    n_P = min(N, Q)
    assert math.isclose(said.violations.mean, n_V, rel_tol=1e-9, abs_tol=1e-12)
    assert said.permits.mean == n_P
    price = dt.clearing_price_mean(N=N, Q=Q, a=0.5, b=1.5, c=0.25)
    checks = dt.expected_checks(n_P=n_P, n_V=n_V, q_f=q_f, p_eff=p_eff)
    closed = {
        "price": price,
        "compliance_rate": dt.compliance_rate(n_V=n_V, N=N),
        "audits": dt.expected_audits(n_P=n_P, n_V=n_V, p_f=p_f, p_s=p_s),
        "checks": checks,
        "catches": dt.expected_catches(n_V=n_V, p_eff=p_eff),
        "penalties": dt.expected_penalties(n_V=n_V, p_eff=p_eff, penalty=money),
        "revenue": dt.expected_revenue(p=price if Q else math.inf, n_P=n_P),
    }
    for name, value in closed.items():
        np.testing.assert_allclose(getattr(said, name).mean, value, rtol=1e-9, atol=1e-12, err_msg=name)
    spread = math.sqrt(dt.clearing_price_variance(N=N, Q=Q, a=0.5, b=1.5))
    np.testing.assert_allclose(said.price.sd, spread, rtol=1e-7, atol=1e-12)
    # What welfare leaves for the rents of violators lies between those at the cut-off and at the top.
    permitted = dt.permit_rent(N=N, Q=Q, a=0.5, b=1.5, c=0.25)
    without = dt.expected_welfare(
        rents=permitted, n_V=n_V, checks=checks, V=lab.racing_value, H=0.5, k=0.0625
    )
    rents = said.welfare.mean - without
    assert (cut_off - 0.25) * n_V - 1e-9 <= rents <= (1.5 - 0.25) * n_V + 1e-9


def test_fixed_price_prediction_says_the_same():
    audit = dt.Audit(
        high_prob=0.75,
        base_prob=0.0,
        false_positive_rate=0.125,
        false_negative_rate=0.25,
        penalty_amount=1.0,
    )
    lab = dt.LabPopulation(
        gross_value_min=0.5, gross_value_max=1.5, cost=0.25, risk_profile_min=0.5, risk_profile_max=1.5
    )
    said = dt.predict(dt.Game(n_agents=30, audit=audit, market=dt.FixedPriceMarket(fixed_price=1.0), lab=lab))
    D = dt.effective_detection(pi_1=0.75, pi_0=0.0, beta=0.75)
    v_L, v_H = (dt.cut_off_value(r=r, D=D, c=0.25) for r in (0.5, 1.5))
    theta = dt.fixed_price_violation(v_p=1.0, a=0.5, b=1.5, v_L=v_L, v_H=v_H)
    assert math.isclose(said.violations.mean, 30 * theta, rel_tol=1e-12)
    assert math.isclose(said.violations.sd, math.sqrt(30 * theta * (1 - theta)), rel_tol=1e-9)
    assert said.permits.mean == dt.fixed_price_permits(N=30, v_p=1.0, a=0.5, b=1.5) == 15.0
    assert said.revenue.mean == dt.expected_revenue(p=1.0, n_P=15.0)


class TestInput:
    @pytest.mark.parametrize(
        ("function", "letters", "infinite"),
        [
            (dt.limit_price, {"kappa": 0.25, "a": 0.5, "b": 1.5, "c": 0.25}, ""),
            (dt.cut_off_value, {"r": 1.5, "D": 0.5, "c": 0.25, "V": 0.125}, ""),
            (dt.cumulative_defection, {"x": 1.0, "v_L": 0.5, "v_H": 1.5}, ""),
            (dt.limit_violator_share, {"kappa": 0.25, "a": 0.5, "b": 1.5, "v_L": 0.75, "v_H": 1.0}, ""),
            (dt.fixed_price_violation, {"v_p": 1.25, "a": 0.5, "b": 1.5, "v_L": 0.75, "v_H": 1.0}, ""),
            (dt.expected_audits, {"n_P": 4.0, "n_V": 2.0, "p_f": 0.25, "p_s": 0.5}, ""),
            (dt.expected_checks, {"n_P": 4.0, "n_V": 2.0, "q_f": 0.25, "p_eff": 0.5}, ""),
            (dt.expected_catches, {"n_V": 2.0, "p_eff": 0.5}, ""),
            (dt.expected_penalties, {"n_V": 2.0, "p_eff": 0.5, "penalty": 1.5}, ""),
            (dt.expected_revenue, {"p": 0.5, "n_P": 4.0}, "p"),
            (
                dt.expected_welfare,
                {"rents": -1.0, "n_V": 2.0, "checks": 3.0, "V": 0.5, "H": 1.5, "k": 0.25},
                "",
            ),
        ],
    )
    def test_contract(self, function, letters, infinite):
        assert_contract(function, letters, infinite)

    COUNTED = (
        (dt.clearing_price_cdf, {"F": 0.25}),
        (dt.clearing_price_mean, {"a": 0.5, "b": 1.5, "c": 0.25}),
        (dt.clearing_price_variance, {"a": 0.5, "b": 1.5}),
        (dt.unpermitted_probability, {"u": 0.25}),
        (dt.violator_pmf, {"j": 1, "u_hat": 0.25}),
        (dt.violator_mean, {"u_hat": 0.25}),
        (dt.permit_rent, {"a": 0.5, "b": 1.5, "c": 0.25}),
    )

    @pytest.mark.parametrize(("function", "letters"), COUNTED)
    def test_counts(self, function, letters):
        N, Q = [1, 2, 5], [0, 1, 2, 5, 6]
        grid = function(N=np.array(N)[:, None], Q=Q, **letters)
        assert grid.shape == (3, 5)
        assert grid.dtype == np.float64
        singly = [[function(N=n, Q=q, **letters) for q in Q] for n in N]
        np.testing.assert_array_equal(grid, singly)
        assert all(type(value) is float for row in singly for value in row)
        for bad in (0, -1, 2.0, True, "2", [2, 0]):
            with pytest.raises(ParameterError, match=r"^N = "):
                function(N=bad, Q=1, **letters)
        for bad in (-1, 1.0, None, [1.5]):
            with pytest.raises(ParameterError, match=r"^Q = "):
                function(N=5, Q=bad, **letters)

    def test_order(self):
        assert_refused(dt.clearing_price_mean, {"N": 5, "Q": 2, "a": 1.0, "b": 2.0, "c": 0.5}, a=3.0, c=1.5)
        assert_refused(dt.permit_rent, {"N": 5, "Q": 2, "a": 1.0, "b": 2.0, "c": 0.5}, a=3.0, c=1.5)
        assert_refused(dt.defection_probability, {"g": 1.0, "D": 1.0, "r0": 1.0, "r1": 2.0}, r0=3.0)
        assert_refused(dt.cumulative_defection, {"x": 1.0, "v_L": 0.0, "v_H": 1.0}, v_L=2.0)
        assert_refused(
            dt.limit_violator_share, {"kappa": 0.5, "a": 0.0, "b": 1.0, "v_L": 0.0, "v_H": 1.0}, a=2.0
        )
        assert_refused(
            dt.fixed_price_violation, {"v_p": 0.5, "a": 0.0, "b": 1.0, "v_L": 0.0, "v_H": 1.0}, v_L=2.0
        )
        assert_refused(dt.compliance_rate, {"n_V": 1.0, "N": 5}, n_V=6.0)

    def test_an_infinite_price_sells_nothing(self):
        np.testing.assert_array_equal(dt.expected_revenue(p=[np.inf, 2.0], n_P=[0, 3]), [0.0, 6.0])
        with pytest.raises(ParameterError, match=r"^p = nan"):
            dt.expected_revenue(p=math.nan, n_P=0.0)
