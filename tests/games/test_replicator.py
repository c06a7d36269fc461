"""Replicator dynamics: orbits against closed forms, 50-digit integration and the laws they obey."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from exact import EPS, N, assert_refused
from mpmath import mpf
from scipy.integrate import solve_ivp
from scipy.special import expit, logit

from deterrence import ParameterError, formulas, games
from deterrence.games import _cycle

CENTRES = [
    ({"g": 1.0, "D": 2.0, "k": 1.0, "M": 2.0}, 0.5, 0.9),
    ({"g": 0.3, "D": 2.0, "k": 0.1, "M": 5.0}, 0.01, 0.9),
    ({"g": 1.5, "D": 2.0, "k": 0.9, "M": 1.0}, 0.8, 0.5),
    ({"g": 100.0, "D": 2000.0, "k": 0.4, "M": 0.5}, 0.7, 0.06),
    ({"g": 1e-3, "D": 2.0, "k": 1.9, "M": 2.0}, 0.96, 0.002),
]
centres = pytest.mark.parametrize(("letters", "q", "a"), CENTRES)


def speed(letters, q, a):
    g, D, k, M = letters.values()
    return q * (1 - q) * (g - a * D), a * (1 - a) * (q * M - k)


def jacobian(letters, q, a):
    g, D, k, M = letters.values()
    return np.array(
        [[(1 - 2 * q) * (g - a * D), -q * (1 - q) * D], [a * (1 - a) * M, (1 - 2 * a) * (q * M - k)]]
    )


def energy(letters, orbit):
    """Minus the constant of motion, from the log-odds."""
    g, D, k, M = letters.values()
    x, y = orbit.log_odds_q, orbit.log_odds_a
    return M * np.logaddexp(0, x) - k * x + D * np.logaddexp(0, y) - g * y


# Closed orbits.


def test_period_of_the_symmetric_game_is_an_elliptic_integral():
    """At g = D/2, k = M/2 and D = M: T = (16/D) K(m), m = 1 - 1/C^2, C = cosh(x/2) cosh(y/2)."""
    rng = np.random.default_rng(61)
    for stake in (2.0, 1e-6, 3e5):
        game = games.replicator(g=stake / 2, D=stake, k=stake / 2, M=stake)
        odds = rng.uniform(-1, 1, (40, 2)) * 10.0 ** rng.uniform(-9, 1.5, (40, 1))
        for q, a in [*expit(odds), (0.5, 0.5), (1e-30, 0.5), (0.5, 1 - EPS / 2)]:
            with mpmath.workdps(100):
                x, y = (mpmath.log(mpf(p) / (1 - mpf(p))) for p in (float(q), float(a)))
                level = mpmath.cosh(x / 2) * mpmath.cosh(y / 2)
                exact = 16 * mpmath.ellipk(1 - 1 / level**2) / mpf(stake)
            assert game.period(q, a) == pytest.approx(float(exact), rel=1e-13)


def returns(letters, q, a):
    """Time until the line through the rest point and the start is crossed the second time."""
    g, D, k, M = letters.values()
    rest, start = (logit(k / M), logit(g / D)), (logit(q), logit(a))

    def aside(_, odds):
        return (odds[0] - rest[0]) * (start[1] - rest[1]) - (odds[1] - rest[1]) * (start[0] - rest[0])

    def odds_speed(_, odds):
        return [g - D * expit(odds[1]), M * expit(odds[0]) - k]

    reach = 2 * games.replicator_period(**letters)
    while True:
        done = solve_ivp(odds_speed, (0, reach), start, "DOP853", events=aside, rtol=2.5e-14, atol=1e-14)
        crossed = done.t_events[0][done.t_events[0] > 1e-6 * reach]
        if crossed.size >= 2:
            return crossed[1]
        reach *= 2


def test_period_against_an_integration_with_events():
    rng = np.random.default_rng(62)
    drawn = []
    for _ in range(10):
        D, M = 10 ** rng.uniform(-1, 1, 2)
        star, t, q, a = rng.uniform(0.05, 0.95, 4)
        drawn.append(({"g": t * D, "D": D, "k": star * M, "M": M}, q, a))
    for letters, q, a in [*CENTRES, *drawn]:
        assert games.replicator(**letters).period(q, a) == pytest.approx(returns(letters, q, a), rel=1e-10)


@centres
def test_small_orbits_have_the_small_period(letters, q, a):
    game = games.replicator(**letters)
    rest = game.rest_points[-1]
    assert game.period(rest.q, rest.a) == pytest.approx(game.small_period, rel=1e-13)
    # The change is of the second order in the size of an orbit.
    off = [game.period(rest.q * (1 + h), rest.a) / game.small_period - 1 for h in (1e-3, 1e-4)]
    assert max(map(abs, off)) < 1e-2
    assert off[1] == pytest.approx(off[0] / 100, rel=0.05, abs=1e-12)


@pytest.mark.parametrize(("g", "k"), [(0.25, 2.0**-20), (2.0**-10, 0.5), (1 - 2.0**-12, 2.0**-8)])
def test_period_of_the_mirrored_game(g, k):
    """With 1 - q for q and 1 - a for a it is the game of 1 - g and 1 - k; also where these are nearly 0."""
    game, mirrored = (games.replicator(g=x, D=1.0, k=y, M=1.0) for x, y in ((g, k), (1 - g, 1 - k)))
    for q, a in ((0.5, 0.25), (2.0**-20, 0.75)):
        assert mirrored.period(1 - q, 1 - a) == pytest.approx(game.period(q, a), rel=1e-12)
        assert mirrored.time_average(1 - q, 1 - a) == pytest.approx((1 - k, 1 - g), rel=1e-12)


@centres
def test_period_is_that_of_every_point_of_the_orbit(letters, q, a):
    game = games.replicator(**letters)
    period = game.period(q, a)
    path = game.orbit(q, a, np.array([0.13, 0.4, 0.77]) * period)
    for point in zip(path.q.tolist(), path.a.tolist(), strict=True):
        assert game.period(*point) == pytest.approx(period, rel=1e-9)


@centres
def test_time_averages_are_nash(letters, q, a):
    """By the quadrature of the period, and from points of the orbit at equal distances in time."""
    game = games.replicator(**letters)
    nash = letters["k"] / letters["M"], letters["g"] / letters["D"]
    assert game.time_average(q, a) == pytest.approx(nash, rel=1e-12)
    path = game.orbit(q, a, np.arange(4096) / 4096 * game.period(q, a))
    assert (path.q.mean(), path.a.mean()) == pytest.approx(nash, rel=1e-10)


@centres
def test_constant_of_motion_is_kept_for_a_million_periods(letters, q, a):
    game = games.replicator(**letters)
    times = np.random.default_rng(63).uniform(-1e6, 1e6, 300) * game.period(q, a)
    path = game.orbit(q, a, times)
    level = energy(letters, game.orbit(q, a, 0.0))
    np.testing.assert_allclose(energy(letters, path), level, rtol=1e-11)
    assert game.constant(q, a) == pytest.approx(-float(level), rel=1e-13)
    np.testing.assert_allclose(game.constant(path.q, path.a), -level, rtol=1e-9)
    assert np.ptp(path.q) > 0.01
    assert np.ptp(path.a) > 1e-4


@centres
def test_an_orbit_returns(letters, q, a):
    game = games.replicator(**letters)
    for turns in (1, -1, 1000):
        path = game.orbit(q, a, turns * game.period(q, a))
        assert path.log_odds_q == pytest.approx(logit(q), abs=1e-8)
        assert path.log_odds_a == pytest.approx(logit(a), abs=1e-8)


def test_orbit_against_fifty_digits():
    """A Taylor integration of the probabilities themselves."""
    letters, q, a = CENTRES[1]
    g, D, k, M = map(mpf, map(str, letters.values()))
    with mpmath.workdps(30):
        taylor = mpmath.odefun(
            lambda _, z: [z[0] * (1 - z[0]) * (g - z[1] * D), z[1] * (1 - z[1]) * (z[0] * M - k)],
            0, [mpf(str(q)), mpf(str(a))],
        )  # fmt: skip
        for time in (0.5, 2.0, 5.0):
            path = games.replicator(**letters).orbit(q, a, time)
            exact = taylor(time)
            assert path.q == pytest.approx(float(exact[0]), rel=1e-11)
            assert path.a == pytest.approx(float(exact[1]), rel=1e-11)


def test_times_may_be_in_any_order_and_shape():
    game = games.replicator(**CENTRES[0][0])
    times = np.array([[3.0, -1.0, 0.0], [40.0, 3.0, -1.0]])
    path = game.orbit(0.5, 0.75, times)
    assert path.q.shape == (2, 3)
    for place, time in np.ndenumerate(times):
        assert path.q[place] == pytest.approx(float(game.orbit(0.5, 0.75, time).q), abs=1e-12)
    assert path.q[0, 2] == 0.5
    assert game.orbit(0.5, 0.75, []).q.shape == (0,)
    still = game.orbit(0.5, 0.5, [0.0, 5.0])
    np.testing.assert_allclose(still.a, 0.5, atol=1e-13)


# Rest points.

REGIMES = {
    "mixed": ((0.5, 1.0, 0.5, 1.0), (0.5, 0.5)),
    "audits too dear": ((0.5, 1.0, 2.0, 1.0), (1, 0)),
    "gain too large": ((2.0, 1.0, 0.5, 1.0), (1, 1)),
    "both": ((2.0, 1.0, 2.0, 1.0), (1, 0)),
    "no gain": ((-0.5, 1.0, 0.5, 1.0), (0, 0)),
    "no gain, dear audits": ((-0.5, 1.0, 2.0, 1.0), (0, 0)),
    "audits pay": ((0.5, 1.0, -0.5, 1.0), (0, 1)),
    "audits pay, no gain": ((-0.5, 1.0, -0.5, 1.0), (0, 1)),
    "audits pay, gain too large": ((2.0, 1.0, -0.5, 1.0), (1, 1)),
}


@pytest.mark.parametrize(("numbers", "where"), REGIMES.values(), ids=list(REGIMES))
def test_play_settles_at_the_stable_point_or_circles_the_centre(numbers, where):
    letters = dict(zip("gDkM", numbers, strict=True))
    game = games.replicator(**letters)
    (settled,) = [p for p in game.rest_points if p.stability in ("stable", "centre")]
    assert (settled.q, settled.a) == where
    assert game.cycles == (settled.stability == "centre")
    for start in ((0.5, 0.3), (0.01, 0.99), (0.9, 0.05)):
        if game.cycles:
            assert game.time_average(*start) == pytest.approx(where, rel=1e-12)
        else:
            path = game.orbit(*start, [0.0, 500.0])
            assert (path.q[-1], path.a[-1]) == pytest.approx(where, abs=1e-12)
            assert game.period(*start) is None
            assert game.time_average(*start) is None
            np.testing.assert_allclose(energy(letters, path), energy(letters, path)[0], rtol=1e-9)
    assert game.rest_lines == ()


def test_eigenvalues_and_stability_of_every_rest_point():
    rng = np.random.default_rng(64)
    seen = set()
    for _ in range(400):
        g, k = rng.choice([-1.0, 0.0, 0.5, 1.0, 1.7], 2)
        D, M = rng.choice([0.0, 1.0, 2.0], 2)
        letters = {"g": float(g), "D": float(D), "k": float(k), "M": float(M)}
        for point in games.replicator(**letters).rest_points:
            assert speed(letters, point.q, point.a) == (0, 0)
            found = np.linalg.eigvals(jacobian(letters, point.q, point.a))
            assert sorted(point.eigenvalues, key=_order) == pytest.approx(
                sorted(found, key=_order), abs=1e-14
            )
            signs = sorted(np.sign(np.real(point.eigenvalues)))
            kind = {(-1, -1): "stable", (1, 1): "unstable", (-1, 1): "saddle"}.get(
                tuple(signs), "not isolated"
            )
            kind = "centre" if np.imag(point.eigenvalues).any() else kind
            assert point.stability == kind
            seen.add(kind)
    assert seen == {"stable", "unstable", "saddle", "centre", "not isolated"}


def _order(value):
    return np.real(value), np.imag(value)


def test_rest_lines_are_where_nothing_moves():
    """Every point of a grid that rests is a rest point or lies on a line, and no other is."""
    grid = [i / 8 for i in range(9)]
    for g in (-1.0, 0.0, 0.5, 1.0, 2.0):
        for D, k, M in [
            (D, k, M) for D in (0.0, 1.0) for k in (-1.0, 0.0, 0.5, 1.0, 2.0) for M in (0.0, 1.0)
        ]:
            letters = {"g": g, "D": D, "k": k, "M": M}
            game = games.replicator(**letters)
            known = {(point.q, point.a) for point in game.rest_points}
            for (q_0, a_0), (q_1, a_1) in game.rest_lines:
                known |= {(q_0 + s * (q_1 - q_0), a_0 + s * (a_1 - a_0)) for s in grid}
            resting = {(q, a) for q in grid for a in grid if speed(letters, q, a) == (0, 0)}
            if g == D == k == M == 0:
                assert len(game.rest_lines) == 4
            else:
                assert resting == known, letters


def test_table_of_the_proposition():
    rng = np.random.default_rng(65)
    table, reached = formulas.replicator_rest, set()
    for i in range(N // 10):
        g, k = rng.choice([-0.5, 0.0, 0.25, 0.5, 1.0, 1.5], 2) if i % 3 == 0 else rng.uniform(-1, 2, 2)
        D, M = rng.choice([0.0, 0.5, 1.0], 2) if i % 3 == 0 else rng.uniform(0, 2, 2)
        known = {"g": float(g), "D": float(D), "k": float(k), "M": float(M)}
        settled = [p for p in games.replicator(**known).rest_points if p.stability in ("stable", "centre")]
        rows = table.case(**{"k_audit" if name == "k" else name: x for name, x in known.items()})
        if games.replicator(**known).rest_lines == ():
            assert len(rows) == len(settled) == 1
        for row, point in zip(rows, settled, strict=False):
            reached.add(table.cases.index(row))
            at = {symbol: known[symbol.name[0]] for cell in row.then for symbol in cell.free_symbols}
            assert [float(cell.subs(at)) for cell in row.then] == pytest.approx([point.q, point.a], rel=1e-14)
    assert reached == set(range(5))


# Frequency and constant.


def test_frequency_is_that_of_the_jacobian():
    rng = np.random.default_rng(66)
    D, M = 10 ** rng.uniform(-3, 3, (2, N))
    t, star = rng.uniform(0, 1, (2, N))
    found = games.replicator_frequency(g=t * D, D=D, k=star * M, M=M)
    for i in range(0, N, 100):
        letters = {"g": t[i] * D[i], "D": D[i], "k": star[i] * M[i], "M": M[i]}
        turning = np.abs(np.linalg.eigvals(jacobian(letters, star[i], t[i])))
        assert turning == pytest.approx([found[i]] * 2, rel=1e-9)
    np.testing.assert_allclose(found**2, star * (1 - star) * t * (1 - t) * D * M, rtol=1e-9)
    np.testing.assert_allclose(games.replicator_period(g=t * D, D=D, k=star * M, M=M), 2 * math.pi / found)


def test_nothing_circles_outside_the_mixed_regime():
    known = {"g": 1.0, "D": 2.0, "k": 1.0, "M": 2.0}
    for bad in (
        {"g": 0.0},
        {"g": 2.0},
        {"g": -1.0},
        {"D": 0.0},
        {"k": 0.0},
        {"k": 2.0},
        {"k": -1.0},
        {"M": 0.0},
    ):
        for function in (games.replicator_frequency, games.replicator_period):
            assert function(**known | bad) is None
            both = function(**{name: np.array([x, bad.get(name, x)]) for name, x in known.items()})
            assert both[0] == function(**known)
            assert np.isnan(both[1])
        assert games.replicator(**known | bad).frequency is None
        assert not games.replicator(**known | bad).cycles


def test_constant_is_largest_at_nash_and_missing_on_the_edges():
    rng = np.random.default_rng(67)
    D, M = rng.uniform(0.5, 2, (2, N))
    t, star, q, a = rng.uniform(0.01, 0.99, (4, N))
    letters = {"g": t * D, "D": D, "k": star * M, "M": M}
    there, at_nash = (games.replicator_constant(q=x, a=y, **letters) for x, y in ((q, a), (star, t)))
    assert (there < at_nash + 4 * EPS).all()
    # Pinsker's inequality: the distance is a sum of two relative entropies.
    assert (at_nash - there >= 2 * (M * (q - star) ** 2 + D * (a - t) ** 2) - 1e-13).all()
    game = {"g": 1.0, "D": 2.0, "k": 1.0, "M": 2.0}
    for q, a in ((0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0)):
        assert games.replicator_constant(q=q, a=a, **game) is None
        assert np.isnan(games.replicator_constant(q=np.array([q]), a=a, **game)).all()


# What is refused.


def test_refuses_what_is_no_game_and_no_point():
    game = {"g": 1.0, "D": 2.0, "k": 1.0, "M": 2.0}
    for name in ("D", "M"):
        assert_refused(games.replicator_frequency, game, **{name: -0.5})
        with pytest.raises(ParameterError, match=f"^{name} = -1"):
            games.replicator(**game | {name: -1.0})
    for name in game:
        for bad in (math.nan, math.inf, "1", None, [1.0]):
            with pytest.raises(ParameterError, match=f"^{name} = "):
                games.replicator(**game | {name: bad})  # pyright: ignore[reportArgumentType]
    dynamics = games.replicator(**game)
    for method in (dynamics.period, dynamics.time_average, lambda q, a: dynamics.orbit(q, a, [1.0])):
        for q, a, name in ((0.0, 0.5, "q"), (0.5, 1.0, "a"), (-0.5, 0.5, "q"), ([0.5, 0.6], 0.5, "q")):
            with pytest.raises(ParameterError, match=f"^{name} = "):
                method(q, a)
    with pytest.raises(ParameterError, match=r"^times = "):
        dynamics.orbit(0.5, 0.6, [math.nan])
    assert games.replicator(g=1, D=2, k=1, M=2) == dynamics


def test_says_when_an_orbit_is_too_eccentric(monkeypatch):
    monkeypatch.setattr(_cycle, "_DOUBLINGS", 3)
    game = games.replicator(g=1e-6, D=1e3, k=1.9, M=2.0)
    with pytest.raises(ArithmeticError, match="too eccentric for 512 nodes"):
        game.period(0.3, 0.6)
