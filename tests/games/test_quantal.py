"""Quantal response: enclosed with 50 digits, at every precision, and expanded."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from exact import EPS, N, Points, assert_refused, assert_same, singly
from mpmath import mpf
from scipy.special import expit

from deterrence import ParameterError, formulas, games

LETTERS = ("g", "D", "k", "M", "precision")
NUMBERS = ("q", "a", "log_odds_q", "log_odds_a", "residual")


def draw(seed, n=N):
    """Payoffs from 1 to 1,000, in and around the mixed regime; a third at a precision of 1e6."""
    rng = np.random.default_rng(seed)
    D, M = 10 ** rng.uniform(0, 3, (2, n))
    a = {"g": D * rng.uniform(-0.5, 1.5, n), "D": D, "k": M * rng.uniform(-0.5, 1.5, n), "M": M}
    a["precision"] = np.where(np.arange(n) % 3 == 0, 1e6, 10 ** rng.uniform(-3, 6, n))
    tie = rng.integers(0, 20, (2, n))
    for name, top, kind in (("g", D, tie[0]), ("k", M, tie[1])):
        a[name] = np.where(kind == 0, 0.0, np.where(kind == 1, top, a[name]))
    return a


def wide(seed, n=N):
    """Payoffs over 24 orders of magnitude, some 0, of either sign; precisions from 1e-12 to 1e6, some 0."""
    points = Points(seed, n)
    a = {name: points.money() for name in LETTERS}
    for name in "gk":
        a[name] = np.where(points.some(0.3), -a[name], a[name])
    a["g"] = np.where(points.some(0.4), a["D"] * points.rng.uniform(0, 1, n), a["g"])
    a["k"] = np.where(points.some(0.4), a["M"] * points.rng.uniform(0, 1, n), a["k"])
    a["precision"] = np.minimum(a["precision"], 1e6)
    return a


def sigma(z):
    return 1 / (1 + mpmath.exp(-z)) if z >= 0 else mpmath.exp(z) / (1 + mpmath.exp(z))


def rows(*columns):
    return zip(*(np.asarray(column).tolist() for column in columns), strict=True)


def sensitivity(r):
    """Relative errors of the letters, as they move q and a."""
    p, s = r.q * (1 - r.q), r.a * (1 - r.a)
    with np.errstate(over="ignore"):
        strength = r.precision**2 * r.D * r.M * p * s
        lab = r.precision * (np.abs(r.g) + r.a * r.D)
        governor = r.precision * (r.q * r.M + np.abs(r.k))
        q = p * (lab + r.precision * r.D * s * governor) / (1 + strength)
        a = s * (governor + r.precision * r.M * p * lab) / (1 + strength)
    return q, a


@pytest.mark.parametrize("points", [draw, wide])
def test_solution_is_enclosed_with_fifty_digits(points):
    """The excess of q over the reply to the reply changes its sign within 4 units in the last place."""
    a = points(51, N // 4)
    with np.errstate(all="raise"):
        r = games.quantal(**a)
    off_q, off_a = (4 * EPS * (1 + np.minimum(size, 1e3)) for size in sensitivity(r))
    if points is draw:
        assert max(np.quantile(off_q, 0.99), np.quantile(off_a, 0.99)) < 1e-12
    with mpmath.workdps(50):
        for *game, q, audit, of_q, of_a in rows(*(a[name] for name in LETTERS), r.q, r.a, off_q, off_a):
            g, D, k, M, precision = map(mpf, game)

            def lab(audit, g=g, D=D, precision=precision):
                return sigma(precision * (g - audit * D))

            def governor(q, k=k, M=M, precision=precision):
                return sigma(precision * (q * M - k))

            for share, off, reply in (
                (q, of_q, lambda q: lab(governor(q))),
                (audit, of_a, lambda audit: governor(lab(audit))),
            ):
                low, high = mpf(share) - off, mpf(share) + off
                assert low <= reply(low), (game, q, audit)
                assert high >= reply(high), (game, q, audit)


def test_to_twelve_digits_at_a_precision_of_a_million():
    """Roots found anew, by bisection with 50 digits."""
    a = {name: values[::3][:60] for name, values in draw(52, 180).items()}
    r = games.quantal(**a)
    assert (r.precision == 1e6).all()
    with mpmath.workdps(50):
        for *game, q, audit in rows(*(a[name] for name in LETTERS), r.q, r.a):
            g, D, k, M, precision = map(mpf, game)
            low, high = mpf(0), mpf(1)
            for _ in range(170):
                middle = (low + high) / 2
                above = middle > sigma(precision * (g - D * sigma(precision * (middle * M - k))))
                low, high = (low, middle) if above else (middle, high)
            assert abs(low - q) <= 1e-12
            assert abs(sigma(precision * (low * M - k)) - audit) <= 1e-12


@pytest.mark.parametrize("points", [draw, wide])
def test_residual(points):
    """At most 1e-12 up to a precision of 1e6: as reported, and with 50 digits from the log-odds returned."""
    a = points(53, N // 4)
    r = games.quantal(**a)
    assert (r.residual <= 1e-12).all()
    plain, weak = [], r.precision * np.maximum(r.D, r.M) <= 1e3
    with mpmath.workdps(50):
        for *game, x, y, is_weak in rows(*(a[name] for name in LETTERS), r.log_odds_q, r.log_odds_a, weak):
            g, D, k, M, precision = map(mpf, game)
            x, y = mpf(x), mpf(y)
            q, audit = sigma(x), sigma(y)
            gaps = abs(x - precision * (g - D * audit)), abs(y - precision * (M * q - k))
            slopes, stakes = (q * (1 - q), audit * (1 - audit)), (precision * D, precision * M)
            for gap, slope, stake in zip(gaps, slopes, stakes, strict=True):
                assert gap * slope / (1 + stake * slope) <= 1e-12
            if is_weak:
                plain += [abs(q - sigma(precision * (g - D * audit)))]
                plain += [abs(audit - sigma(precision * (M * q - k)))]
    if points is draw:
        assert len(plain) > N / 20
        assert max(plain) <= 1e-12
    np.testing.assert_allclose(r.q, expit(r.log_odds_q), rtol=4 * EPS, atol=1e-300)
    np.testing.assert_allclose(r.a, expit(r.log_odds_a), rtol=4 * EPS, atol=1e-300)


def test_one_solution():
    """On a grid of 4,001 probabilities the excess changes its sign once, whatever the signs of g and k."""
    rng = np.random.default_rng(54)
    g, k = rng.uniform(-2, 3, (2, 300, 1))
    D, M, precision = 10 ** rng.uniform(-1, 1, (3, 300, 1))
    q = np.linspace(0, 1, 4001)
    excess = q - expit(precision * (g - D * expit(precision * (q * M - k))))
    assert ((np.diff(np.sign(excess), axis=1) != 0).sum(axis=1) <= 2).all()  # 2 if it hits the grid
    assert (np.diff(excess, axis=1) > 0).all()
    found = games.quantal(g=g, D=D, k=k, M=M, precision=precision).q
    at = (excess <= 0).sum(axis=1)
    assert ((found[:, 0] >= q[at - 1]) & (found[:, 0] <= q[np.minimum(at, 4000)])).all()


def test_without_precision_a_coin_is_tossed():
    a = wide(55) | {"precision": 0.0}
    r = games.quantal(**a)
    assert ((r.q == 0.5) & (r.a == 0.5) & (r.residual == 0)).all()


def test_without_stakes_the_choice_is_plain_logit():
    """D = 0 or M = 0: one player's gain does not depend on the other."""
    rng = np.random.default_rng(56)
    g, k, other, precision = rng.uniform(-3, 3, (4, N))
    other, precision = np.abs(other), 10**precision
    r = games.quantal(g=g, D=0.0, k=k, M=other, precision=precision)
    np.testing.assert_allclose(r.log_odds_q, precision * g, rtol=4 * EPS)
    np.testing.assert_allclose(r.a, expit(precision * (expit(precision * g) * other - k)), atol=1e-12)
    r = games.quantal(g=g, D=other, k=k, M=0.0, precision=precision)
    np.testing.assert_allclose(r.log_odds_a, -precision * k, rtol=4 * EPS)
    np.testing.assert_allclose(r.q, expit(precision * (g - expit(-precision * k) * other)), atol=1e-12)


def test_tends_to_the_nash_equilibrium():
    """At a precision of 1e9: k/M and g/D in the mixed regime, elsewhere the rest point of the dynamics."""
    rng = np.random.default_rng(57)
    D, M = rng.uniform(0.5, 2, (2, 400))
    t, star = rng.uniform(-0.9, 1.9, (2, 400))
    r = games.quantal(g=t * D, D=D, k=star * M, M=M, precision=1e9)
    sure = (np.abs(t) > 0.01) & (np.abs(t - 1) > 0.01) & (np.abs(star) > 0.01) & (np.abs(star - 1) > 0.01)
    for i in np.flatnonzero(sure):
        nash = games.replicator(g=t[i] * D[i], D=D[i], k=star[i] * M[i], M=M[i]).rest_points
        (point,) = [p for p in nash if p.stability in ("stable", "centre")]
        assert (r.q[i], r.a[i]) == pytest.approx((point.q, point.a), abs=1e-7)
    assert sure.sum() > 350


def test_a_larger_gain_makes_defection_likelier_unlike_at_nash():
    a = draw(58, N)
    more, less = (games.quantal(**a | {"g": a["g"] + step}) for step in (1e-3, -1e-3))
    assert (more.q >= less.q).all()
    assert (more.log_odds_q > less.log_odds_q).all()
    assert (more.log_odds_a >= less.log_odds_a).all()
    tougher = games.quantal(**a | {"D": a["D"] * 1.001})
    assert (tougher.log_odds_q <= games.quantal(**a).log_odds_q + 1e-17).all()  # zero is found to 1e-18
    r = games.quantal(**a)
    p, s = r.q * (1 - r.q), r.a * (1 - r.a)
    stated = 1 / (1 + r.precision**2 * r.D * r.M * p * s)
    up, down = a["g"] + 1e-6 / r.precision, a["g"] - 1e-6 / r.precision
    ahead, behind = (games.quantal(**a | {"g": g}).log_odds_q for g in (up, down))
    inner = np.abs(r.log_odds_q) < 100
    measured = (ahead - behind) / (r.precision * (up - down))
    np.testing.assert_allclose(measured[inner], stated[inner], rtol=1e-5, atol=1e-6)
    assert (inner & (stated > 1e-4) & (stated < 0.99)).sum() > N / 10


def test_log_odds_go_on_where_probabilities_are_certain():
    r = games.quantal(g=3.0, D=1.0, k=5.0, M=2.0, precision=1e6)
    assert (r.q, r.a, r.log_odds_q, r.log_odds_a) == (1.0, 0.0, 3e6, -3e6)
    extreme = games.quantal(g=1e300, D=1e300, k=-1e300, M=1e300, precision=1e300)
    assert (extreme.a, extreme.q) == (1.0, 0.5)
    assert extreme.residual < 1e-300


def mixed(seed, n):
    rng = np.random.default_rng(seed)
    D, M = rng.uniform(0.5, 2, (2, n))
    t, star = rng.uniform(0.1, 0.9, (2, n))
    return {"g": t * D, "D": D, "k": star * M, "M": M}


def test_expansion_errs_by_the_second_order():
    """A precision ten times as large divides the error by a hundred."""
    a = mixed(59, N)
    errors = []
    for precision in (1e3, 1e4):
        first, exact = (f(**a, precision=precision) for f in (games.quantal_expansion, games.quantal))
        errors.append(np.stack([first.q - exact.q, first.a - exact.a]))
    assert np.abs(errors[0]).max() < 1e-3
    assert (np.abs(errors[1]) <= 0.015 * np.abs(errors[0]) + 3e-9).all()
    ratio = errors[0] / np.where(errors[1] == 0, 1, errors[1])
    assert np.quantile(np.abs(ratio - 100), 0.95) < 10
    assert np.abs(np.median(ratio) - 100) < 1


def test_expansion_exists_in_the_mixed_regime_only():
    known = {"g": 1.0, "D": 2.0, "k": 1.0, "M": 2.0, "precision": 10.0}
    for bad in ({"g": 0.0}, {"g": 2.0}, {"g": -1.0}, {"D": 0.0}, {"k": 0.0}, {"k": 2.0}, {"M": 0.0},
                {"precision": 0.0}):  # fmt: skip
        nowhere = games.quantal_expansion(**known | bad)
        assert nowhere.q is nowhere.a is None
        both = games.quantal_expansion(**{name: np.array([x, bad.get(name, x)]) for name, x in known.items()})
        assert both.q.tolist()[0] == both.a.tolist()[0] == 0.5
        assert np.isnan([both.q[1], both.a[1]]).all()
    assert formulas.quantal_defection(g=1.0, D=2.0, k_audit=1.0, M=2.0, precision=10.0) == 0.5


GAME = {"g": 0.5, "D": 2.0, "k": 0.5, "M": 1.0, "precision": 4.0}


def test_arrays_are_scalars():
    a = {name: values[::4] for name, values in wide(60, 800).items()}
    at_once = games.quantal(**a)
    one_by_one = singly(games.quantal, a)
    for name in NUMBERS:
        assert_same(getattr(at_once, name), [getattr(r, name) for r in one_by_one])
    grid = games.quantal(**GAME | {"g": np.array([[0.5], [3.0]]), "M": np.ones(3)})
    assert all(np.shape(getattr(grid, name)) == (2, 3) for name in (*LETTERS, *NUMBERS))
    assert games.quantal(**GAME | {"g": np.empty((0, 3))}).q.shape == (0, 3)
    assert games.quantal(g=1, D=2, k=1, M=2, precision=3) == games.quantal(
        g=1.0, D=2.0, k=1.0, M=2.0, precision=3.0
    )
    assert type(games.quantal(**GAME).q) is float


@pytest.mark.parametrize("function", [games.quantal, games.quantal_expansion])
def test_refuses_what_is_no_game(function):
    for name in ("D", "M", "precision"):
        assert_refused(function, GAME, **{name: -0.5})
    for name in GAME:
        for bad in (math.nan, math.inf, "0.5", None):
            with pytest.raises(ParameterError, match=f"^{name} = "):
                function(**GAME | {name: bad})
