"""Adaptive Governors against orbits in fractions, exact Markov chains and a few lines of simulation."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from exact import N, Points, assert_close, assert_contract, assert_refused, exactly

import deterrence as dt
from deterrence import games

SOME = max(200, N // 20)


def clip(x):
    return min(1, max(0, x))


# Gradient.


def test_expected_steps_converge_iff_it_says_so():
    """Orbits of 2,000 steps from three starts; all numbers are whole eighths, hence exact."""
    rng, n = np.random.default_rng(1), 2 * SOME
    P, beta, rent = rng.integers(0, 17, n) / 8, rng.integers(0, 9, n) / 8, rng.integers(1, 17, n) / 8
    eta = rng.integers(1, 33, n) / 8
    answer = games.gradient(P=P, beta=beta, v_star=rent + 0.5, c=0.5, eta=eta)
    limit = np.minimum(1, P * beta / rent)
    np.testing.assert_allclose(answer.limit, limit, rtol=1e-15)
    arrives = np.ones(n, dtype=bool)
    for start in (0.0, 1.0, 9 / 64):
        at = np.full(n, start)
        for _ in range(2_000):
            moved = at + eta * (P * beta - rent * at)
            free = (moved > 0) & (moved < 1) & (limit < 1) & (abs(at - limit) > 1e-3)
            ratio = abs(moved - limit)[free] / abs(at - limit)[free]
            np.testing.assert_allclose(ratio, answer.factor[free], atol=1e-11)
            at = np.clip(moved, 0, 1)
        arrives &= abs(at - limit) < 1e-9
    np.testing.assert_array_equal(answer.converges, arrives)
    long, inside = eta * rent >= 2, (limit > 0) & (limit < 1)
    assert not arrives[long & inside].any()
    assert arrives[~long | ~inside].all()
    assert min((long & inside).sum(), (long & ~inside).sum(), (~long & inside).sum()) > n / 20


def test_shrinking_steps_with_noise_reach_the_specification():
    """With steps 1/(n (v* - c)) the Governor is a mean of n signals, times P/(v* - c)."""
    P, beta, rent, steps, runs = 0.5, 0.6, 0.8, 2000, 200
    rng, at = np.random.default_rng(2), np.full(runs, 0.9)
    for n in range(1, steps + 1):
        at = np.clip(at + (P * (rng.uniform(size=runs) < beta) - rent * at) / (n * rent), 0, 1)
    limit = games.gradient(P=P, beta=beta, v_star=1.0, c=0.2, eta=0.1).limit
    deviation = P / rent * math.sqrt(beta * (1 - beta) / steps)
    assert abs(at.mean() - limit) < 5 * deviation / math.sqrt(runs)
    assert 0.8 < at.std() / deviation < 1.2


def test_gradient_contract():
    letters = {"P": 0.5, "beta": 0.5, "v_star": 1.0, "c": 0.5, "eta": 1.0}
    for answer in ("factor", "converges"):
        slopes = letters if answer == "converges" else {k: letters[k] for k in ("v_star", "c", "eta")}
        fixed = {k: v for k, v in letters.items() if k not in slopes}
        assert_contract(lambda a=answer, f=fixed, **e: getattr(games.gradient(**e, **f), a), slopes)
    assert_refused(games.gradient, letters, P=-1.0, beta=1.5, c=-0.5, eta=-1.0)
    with pytest.raises(dt.ParameterError, match=r"^v_star = 0\.5: leaves no rent"):
        games.gradient(**letters | {"v_star": 0.5})
    with pytest.raises(dt.ParameterError, match=r"^eta = 0\.0: does not move"):
        games.gradient(**letters | {"eta": 0.0})


# Lowering until defection appears.


def orbit(required, up, down, start):
    """The cycle into which the rule falls, in fractions; a lab defects below what it requires."""
    at, seen = start, {}
    while at not in seen:
        seen[at] = len(seen)
        at = clip(at + up) if at < required else clip(at - down)
    return list(seen)[seen[at] :]


def draw_steps(rng):
    unit = Fraction(1, int(rng.choice([40, 60, 100])))
    up, down = int(rng.integers(0, 14)) * unit, int(rng.integers(0, 14)) * unit
    required = Fraction(int(rng.integers(-20, 140)), 100)
    return required, up, down


def governor(function, required, up, down, beta=Fraction(1, 2)):
    """The rule for labs that require this audit probability: rent = P beta times it."""
    P = Fraction(3, 2)
    rent = float(P * beta * required)
    v_star, c = (0.25 + rent, 0.25) if rent >= 0 else (0.25, 0.25 - rent)
    return function(P=float(P), beta=float(beta), v_star=v_star, c=c, up=float(up), down=float(down))


def test_lowering_against_its_cycle():
    """Share, band and bounds of the exact orbit, for 1,000 rules from three starts."""
    rng, verdicts = np.random.default_rng(3), []
    for _ in range(2 * SOME):
        required, up, down = draw_steps(rng)
        answer = governor(games.lowering, required, up, down)
        verdicts.append(answer.verdict)
        assert answer.limit == pytest.approx(float(clip(required)), abs=1e-12)
        for start in (Fraction(0), Fraction(1), Fraction(int(rng.integers(0, 1001)), 1000)):
            cycle = orbit(required, up, down, start)
            share = Fraction(sum(at < required for at in cycle), len(cycle))
            if answer.share is None:
                stays = (down if required <= 0 else up if required > 1 else up + down) == 0
                assert answer.verdict == ("stays" if stays else "clipped")
                edge = Fraction(1, 10**12)  # what rounding of the rent can move
                assert stays or not down + edge <= required <= 1 - up - edge
                assert 0 < required <= 1
            else:
                assert answer.share == pytest.approx(float(share), abs=1e-12)
            if up and down:
                assert answer.low - 1e-12 <= min(cycle) <= max(cycle) <= answer.high + 1e-12
            if answer.verdict == "hovers":
                assert down <= required <= 1 - up
                assert answer.share == pytest.approx(float(down / (up + down)), rel=1e-15)
                assert not (up and down) or all(required - down <= at < required + up for at in cycle)
    assert {"hovers", "clipped", "rises to 1", "falls to 0", "stays"} == set(verdicts)
    assert min(verdicts.count(verdict) for verdict in set(verdicts) - {"stays"}) > SOME / 10


def test_the_share_where_clipping_decides_is_another():
    """Not the share of the band, and not the same from every start: an orbit shows each."""
    required, up, down = Fraction(1, 2), Fraction(9, 10), Fraction(1, 10)
    assert governor(games.lowering, required, up, down).share is None
    cycle = orbit(required, up, down, Fraction(1))
    assert Fraction(sum(at < required for at in cycle), len(cycle)) == Fraction(1, 7) != down / (up + down)


def test_shrinking_steps_reach_the_least_cost_deterrent():
    required, at = 0.4375, 1.0
    answer = games.lowering(P=2.0, beta=0.5, v_star=0.4375, up=0.5, down=0.25)
    for n in range(1, 40_000):
        at = clip(at + 0.5 / n) if at < required else clip(at - 0.25 / n)
        # From the band of the present step the next leads at most one step away.
    assert answer.limit == dt.least_cost_pi_1(P=2.0, beta=0.5, v_star=0.4375) == required
    assert abs(at - answer.limit) <= 0.5 / 39_999


def test_lowering_contract():
    letters = {"P": 2.0, "beta": 0.5, "v_star": 0.75, "c": 0.25, "up": 0.25, "down": 0.125}
    for answer in ("low", "high", "share"):
        moved = {k: v for k, v in letters.items() if k != {"low": "up", "high": "down"}.get(answer)}
        rest = {k: v for k, v in letters.items() if k not in moved}
        assert_contract(lambda a=answer, r=rest, **e: getattr(games.lowering(**e, **r), a), moved)
    assert_refused(games.lowering, letters, P=-1.0, beta=1.5, v_star=-1.0, c=-0.5, up=1.5, down=-0.5)
    many = games.lowering(
        **letters | {"P": np.array([2.0, 0.5, 0.0, 2.0]), "c": np.array([0.25, 0.0, 0.0, 0.75])}
    )
    assert many.verdict.tolist() == ["hovers", "rises to 1", "rises to 1", "falls to 0"]
    np.testing.assert_array_equal(many.share, [1 / 3, 1, 1, 0])
    assert np.isnan(games.lowering(**letters | {"up": np.array([0.9])}).share).all()
    assert games.lowering(**letters | {"up": 0.9}).share is None


# Lowering until a violator is caught.


def collapse_time(required, beta, up, down):
    """Expected steps to 0 from just below the deterrent, of the chain on the lattice of its steps."""
    M = math.lcm(up.denominator, down.denominator)
    states = np.arange(M + 1)
    caught = np.where(states / M < float(required) - 1e-12, float(beta) * states / M, 0.0)
    chain = np.zeros((M + 1, M + 1))
    np.add.at(chain, (states, np.minimum(states + int(up * M), M)), caught)
    np.add.at(chain, (states, np.maximum(states - int(down * M), 0)), 1 - caught)
    inner = chain[1:, 1:]
    return np.linalg.solve(np.eye(M) - inner, np.ones(M))[math.ceil(required * M) - 1]


@pytest.mark.parametrize(
    ("required", "beta", "up", "down"),
    [("1/2", "4/5", 1, 1), ("1/2", "4/5", 3, 1), ("1/2", "4/5", 1, 0.5), ("3/4", "3/5", 2, 1),
     ("3/4", "3/5", 1, 1), ("1", "1/2", 3, 2), ("1", "1/2", 2, 1), ("1/4", "1", 6, 1), ("1/4", "1", 2, 1)],
)  # fmt: skip
def test_collapse_is_quick_and_hovering_is_long(required, beta, up, down):
    """Halved steps double the time to collapse where enforcement collapses, and blow it up where not."""
    required, beta = Fraction(required), Fraction(beta)
    times = [collapse_time(required, beta, Fraction(up) / k, Fraction(down) / k) for k in (32, 64, 128)]
    answer = governor(games.censored_lowering, required, Fraction(up) / 32, Fraction(down) / 32, beta)
    first, second = times[1] / times[0], times[2] / times[1]
    if answer.verdict == "collapses":
        assert 2 < second < first
        assert answer.limit == 0
    else:
        assert answer.verdict == "hovers"
        assert second > first > 2.5
        assert answer.limit == pytest.approx(float(required))
    # Where it hovers it does so for long, not for ever: 0 is absorbing.
    assert math.isfinite(times[0])


def test_hovering_in_a_simulation():
    """Where 200 Governors are after 2,000 steps: all near the deterrent, or all at 0."""
    rng = np.random.default_rng(5)
    for up, verdict in ((Fraction(1, 256), "collapses"), (Fraction(1, 64), "hovers")):
        down, at = Fraction(1, 256), np.full(200, 1.0)
        answer = governor(games.censored_lowering, Fraction(1, 2), up, down, Fraction(4, 5))
        for _ in range(2_000):
            caught = (at < 0.5) & (rng.uniform(size=200) < 0.8 * at)
            at = np.clip(np.where(caught, at + float(up), at - float(down)), 0, 1)
        assert answer.verdict == verdict
        assert (np.abs(at - answer.limit) <= 0.2).all()


def test_collapse_threshold_and_ratio_against_fractions():
    points = Points(6)
    a = {"P": points.money(), "beta": points.probability(), "v_star": points.money(), "c": points.money()}
    around = points.some(0.5)
    a["v_star"] = np.where(around, a["c"] + a["P"] * a["beta"] * points.rng.uniform(0, 1.2, N), a["v_star"])
    a |= {"up": points.probability(), "down": points.probability()}
    with np.errstate(all="raise"):
        answer = games.censored_lowering(**a)

    def pi_c(beta, up, down):
        return Fraction(0) if down == 0 else math.inf if beta == 0 else down / (beta * (up + down))

    assert_close(answer.pi_c, exactly(pi_c, {k: a[k] for k in ("beta", "up", "down")}), 3 * answer.pi_c)

    def ratio(P, beta, v_star, c, up, down):
        if v_star <= c:
            return Fraction(0)
        caught = beta if P * beta <= v_star - c else (v_star - c) / P
        return math.inf if caught == 0 else (1 - caught) / caught

    exact = exactly(ratio, a)
    with np.errstate(divide="ignore", invalid="ignore"):
        condition = 2 + (a["v_star"] + a["c"]) / np.abs(a["v_star"] - a["c"])
    size = np.where(np.isfinite(condition), condition, 0.0) * (
        1 + np.where(np.isfinite(answer.least_ratio), answer.least_ratio, 0)
    )
    assert_close(answer.least_ratio, exact, size)
    # The verdict is the requirement, and the requirement is pi_c below the deterrent.
    deterrent = dt.least_cost_pi_1(**{k: a[k] for k in ("P", "beta", "v_star", "c")})
    exact = np.array([float(e) for e in exact])
    with np.errstate(divide="ignore", invalid="ignore"):
        enough = a["up"] / a["down"] > exact
    near = np.abs(answer.pi_c - deterrent) <= 1e-9 * deterrent
    stays, idle = answer.verdict == "stays", a["v_star"] <= a["c"]
    np.testing.assert_array_equal(stays, (a["down"] == 0) & (a["beta"] * a["up"] * deterrent == 0))
    np.testing.assert_array_equal(answer.verdict[idle & ~stays], "falls to 0")
    hovers, sure = answer.verdict == "hovers", ~near & ~idle & ~stays
    np.testing.assert_array_equal(hovers[sure], enough[sure])
    np.testing.assert_array_equal(hovers[sure], (answer.pi_c < deterrent)[sure])
    np.testing.assert_array_equal(answer.limit[~stays], np.where(hovers, deterrent, 0)[~stays])
    assert np.isnan(answer.limit[stays]).all()
    assert stays.any()
    assert min((answer.verdict[sure] == verdict).mean() for verdict in ("hovers", "collapses")) > 0.1


def test_censored_lowering_contract():
    letters = {"P": 2.0, "beta": 0.5, "v_star": 0.75, "c": 0.25, "up": 0.5, "down": 0.125}
    assert_contract(lambda **e: games.censored_lowering(**e).limit, letters)
    steps = {k: letters[k] for k in ("beta", "up", "down")}
    assert_contract(lambda **e: games.censored_lowering(**e, P=2.0, v_star=0.75).pi_c, steps)
    assert_refused(games.censored_lowering, letters, P=-1.0, beta=1.5, v_star=-1.0, c=-0.5, up=1.5, down=-0.5)


# Tracking a defection rate.


def test_tracking_against_its_drift():
    """Below `low` the mean step is positive, up to `high` it is nil, and beyond it is negative."""
    rng = np.random.default_rng(7)
    flat = 0
    for _ in range(SOME):
        labs = int(rng.integers(1, 12))
        required = [Fraction(int(k), 16) if k < 18 else None for k in rng.integers(0, 20, labs)]
        eps = (
            Fraction(int(rng.integers(0, 25)), 24)
            if rng.uniform() < 0.5
            else Fraction(int(rng.integers(0, labs + 1)), labs)
        )
        answer = games.tracking(
            required=[math.inf if r is None else float(r) for r in required], eps=float(eps)
        )

        def drift(pi, required=required, eps=eps, labs=labs):
            return Fraction(sum(r is None or r > pi for r in required), labs) - eps

        grid = sorted(
            {Fraction(k, 64) for k in range(65)} | {r for r in required if r is not None and r <= 1}
        )
        for pi in grid:
            sign = drift(pi)
            if pi < answer.low:
                assert sign > 0
            elif pi < answer.high:
                assert sign == 0
            elif answer.high < 1:
                assert sign <= 0
            if pi > answer.high:
                assert sign < 0
        flat += answer.low < answer.high
    assert SOME / 20 < flat < SOME / 2


def stationary_law(required, up, down, M):
    """Stationary law on 0, 1/M, ..., 1 of steps `up` and `down`, and the share of labs that defect there."""
    states = np.arange(M + 1)
    defects = (required[None, :] > states[:, None] / M + 1e-12).mean(axis=1)
    chain = np.zeros((M + 1, M + 1))
    np.add.at(chain, (states, np.minimum(states + up, M)), defects)
    np.add.at(chain, (states, np.maximum(states - down, 0)), 1 - defects)
    system = np.vstack([(chain.T - np.eye(M + 1))[1:], np.ones(M + 1)])
    return np.linalg.solve(system, np.append(np.zeros(M), 1.0)), defects, states / M


def test_tracking_hovers_around_the_quantile_in_an_exact_chain():
    """Steps up : down = 1 - eps : eps. A share eps of all steps sees defection; small steps stay closer."""
    required, eps = np.array([0.2, 0.35, 0.5, 0.6, 0.7, 0.9]), 0.2
    answer = games.tracking(required=required, eps=eps)
    assert answer.low == answer.high == 0.7
    distances = []
    for M in (160, 320, 640):
        law, defects, at = stationary_law(required, 4, 1, M)
        assert law @ defects == pytest.approx(eps, abs=1e-3 if M == 160 else 1e-6)
        distances.append(law @ np.abs(at - answer.low))
    assert distances[0] > 1.6 * distances[1] > 1.6**2 * distances[2]
    assert distances[2] < 0.03


def test_tracking_of_drawn_labs():
    """Requirements uniform on [0, 1]: steps 1/n give errors of variance eps (1 - eps)/n, exactly unbiased."""
    rng, runs, steps, eps = np.random.default_rng(8), 400, 2_000, 0.3
    at = np.full(runs, 0.5)
    for n in range(1, steps + 1):
        at = np.clip(at + ((rng.uniform(size=runs) > at) - eps) / (n + 10), 0, 1)
    answer = games.tracking(required=(np.arange(10_000) + 0.5) / 10_000, eps=eps)
    assert answer.low == pytest.approx(0.7, abs=1e-4)
    deviation = math.sqrt(eps * (1 - eps) / steps)
    bias = 0.2 * 10 / (steps + 10)  # what is left of the start: the product of 1 - 1/(n + 10)
    assert abs(at.mean() - 0.7) < 5 * deviation / math.sqrt(runs) + bias
    assert 0.85 < at.std() / deviation < 1.15


def test_tracking_takes_thresholds_and_refuses_what_is_none():
    labs = dt.threshold("pi_1", g=np.array([0.1, 0.2, 0.3, 5.0]), B=1.0, beta=0.5)
    required = np.where(labs.exists, labs.value, math.inf)
    assert games.tracking(required=required, eps=0.25) == games.Tracking(0.25, 0.6, 1.0)
    assert games.tracking(required=required, eps=0.2).low == 1.0
    hundred = np.arange(1, 101) / 128  # 0.29 * 100 is below 29 in floats
    assert games.tracking(required=hundred, eps=0.29) == games.Tracking(0.29, 71 / 128, 72 / 128)
    assert games.tracking(required=hundred, eps=0.07) == games.Tracking(
        0.07, 93 / 128, 94 / 128
    )  # and 0.07 * 100 above 7
    assert games.tracking(required=0.5, eps=1.0) == games.Tracking(1.0, 0.0, 0.5)
    for bad in (math.nan, -1.0, "0.5", None):
        with pytest.raises(dt.ParameterError, match=r"^required = "):
            games.tracking(required=[0.5, bad] if bad is not None else [], eps=0.1)
    for bad in (1.5, -0.1, math.nan, [0.1, 0.2]):
        with pytest.raises(dt.ParameterError, match=r"^eps = "):
            games.tracking(required=[0.5], eps=bad)
