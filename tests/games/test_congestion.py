"""All pure equilibria under limited audit capacity, against every profile of small games."""

from __future__ import annotations

import itertools
import math
import re
import time
from fractions import Fraction

import numpy as np
import pytest
from exact import N

from deterrence import ParameterError, games
from deterrence._compliance import TIE

GAMES = max(1000, N // 10)
SIXTEENTHS = [Fraction(k, 16) for k in range(17)]


def detection(n, C, M, p_s, p_f, p_b):
    """Detection of one of n violators, in fractions, summed over the other labs that are triggered."""

    def pmf(size, p):
        return [math.comb(size, k) * p**k * (1 - p) ** (size - k) for k in range(size + 1)]

    others = itertools.product(enumerate(pmf(n - 1, p_s)), enumerate(pmf(C, p_f)))
    share = sum(a * b * min(Fraction(1), Fraction(M, 1 + i + j)) for (i, a), (j, b) in others)
    return 1 - (1 - p_s * share) * (1 - p_b)


def draw(rng, labs=10):
    """A game of up to `labs` labs with chances in sixteenths, half of it with thresholds that tie."""
    m, C, M = int(rng.integers(1, labs + 1)), int(rng.integers(0, 5)), int(rng.integers(0, 6))
    p_s, p_f = rng.choice(SIXTEENTHS[1:]), rng.choice(SIXTEENTHS)
    p_b = rng.choice([Fraction(0), Fraction(0), Fraction(1, 8)])
    p = [detection(n, C, M, p_s, p_f, p_b) for n in range(1, m + 1)]
    low, high = float(p[-1]), float(p[0])
    spread = rng.uniform(low - 0.1, high + 0.1, m)
    tied = rng.choice([float(x) for x in p] + [math.inf, 0.0, -1.0, *spread[:2]], m)
    alike = np.full(m, rng.choice([*spread, float(rng.choice(p))]))
    thresholds = (spread, np.where(rng.uniform(size=m) < 0.5, tied, spread), tied, alike)[rng.integers(4)]
    question = {"C": C, "capacity": M, "p_s": float(p_s), "p_f": float(p_f), "p_b": float(p_b)}
    return question | {"thresholds": thresholds}, p


def wants(thresholds, p):
    """Whether each lab defects as one of 1, 2, ..., m defectors: a tie complies, in fractions."""
    tolerance = 1 - Fraction(TIE)
    rows = [[t == math.inf or Fraction(t) * tolerance > x for x in p] for t in thresholds.tolist()]
    return np.array(rows)


def profiles(m):
    """Every set of defectors as a row of truth values."""
    return (np.arange(2**m)[:, None] >> np.arange(m)) & 1 == 1


def brute_force(defects):
    """The sets of defectors in which no lab would rather do the other thing."""
    m = len(defects)
    every = profiles(m)
    n = every.sum(axis=1)
    stays = defects[:, np.maximum(n, 1) - 1].T
    joins = defects[:, np.minimum(n, m - 1)].T
    good = np.where(every, stays, ~joins).all(axis=1)
    return {tuple(np.flatnonzero(row).tolist()) for row in every[good]}


def test_the_set_of_equilibria_is_that_of_every_profile():
    """1,000 games with up to 10 labs, many of them with ties; as sets of defectors."""
    rng = np.random.default_rng(41)
    several = ties = 0
    for _ in range(GAMES):
        question, p = draw(rng)
        solved = games.congestion(**question)
        expected = brute_force(wants(question["thresholds"], p))
        assert {tuple(e.labs.tolist()) for e in solved.equilibria} == expected
        assert [e.defectors for e in solved.equilibria] == sorted(map(len, expected))
        np.testing.assert_allclose(solved.detection, [float(x) for x in p], rtol=1e-14)
        several += len(expected) > 1
        ties += any(np.isclose(t, solved.detection, rtol=1e-14).any() for t in question["thresholds"])
    assert several > GAMES / 10
    assert ties > GAMES / 4


def reached(defects, start):
    """Profiles to which best replies of single labs can lead, in any order."""
    m, seen, queue = len(defects), {start}, [start]
    while queue:
        state = queue.pop()
        n = len(state)
        for i in range(m):
            moves = not defects[i][n - 1] if i in state else defects[i][n]
            after = state ^ {i}
            if moves and after not in seen:
                seen.add(after)
                queue.append(after)
    return seen


def test_stability_and_basins_are_what_best_replies_do():
    """Every order in which the labs of 500 games may reconsider is followed."""
    rng = np.random.default_rng(42)
    kinds = set()
    for _ in range(500):
        question, p = draw(rng, labs=6)
        solved = games.congestion(**question)
        defects = wants(question["thresholds"], p)
        m = len(defects)
        sets = [frozenset(e.labs.tolist()) for e in solved.equilibria]
        for e, own in zip(solved.equilibria, sets, strict=True):
            others = set(sets) - {own}
            ends = set().union(*(reached(defects, own ^ {i}) for i in range(m)))
            assert e.stable is not bool(others & ends)
            kinds.add((e.stable, len(sets)))
        boldest = np.argsort(-question["thresholds"], kind="stable").tolist()
        for n in range(m + 1):
            ends = reached(defects, frozenset(boldest[:n])) & set(sets)
            owners = [
                s for e, s in zip(solved.equilibria, sets, strict=True) if e.basin[0] <= n <= e.basin[1]
            ]
            if n in solved.tipping_points:
                assert owners == []
                assert len(ends) == 2
            else:
                assert ends == set(owners)
    assert {(True, 1), (True, 2), (False, 2)} <= kinds


def test_identical_labs():
    """Nobody or everybody, and the tipping point between them."""
    given = {"C": 3, "capacity": 2, "p_s": 0.75, "p_f": 0.125, "p_b": 0.0625}
    m = 12
    p = games.capacity_detection(n=np.arange(1, m + 1), **given)
    for t in np.concatenate([p, p + 1e-6, [0.0, 0.3, 1.0, math.inf]]).tolist():
        solved = games.congestion(thresholds=[t] * m, **given)
        counts = [e.defectors for e in solved.equilibria]
        assert counts == [0] * bool(p[0] >= t) + [m] * bool(p[-1] < t)
        point = int((p >= t).sum())
        assert solved.tipping_points == ((point,) if 0 < point < m else ())
        if len(counts) == 2:
            low, high = solved.equilibria
            assert (low.basin, high.basin) == ((0, point - 1), (point + 1, m))
            assert (low.stable, high.stable) == (point > 1, point < m - 1)
            assert (low.detection, high.detection) == (p[0], p[-1])


def test_best_replies_from_both_ends_find_the_smallest_and_the_largest():
    rng = np.random.default_rng(43)
    several = 0
    for _ in range(300):
        thresholds = np.sort(rng.normal(rng.uniform(0.1, 0.8), rng.uniform(0, 0.3), 120))[::-1]
        solved = games.congestion(
            thresholds=rng.permutation(thresholds),
            C=int(rng.integers(0, 60)),
            capacity=int(rng.integers(1, 60)),
            p_s=rng.uniform(0.3, 1),
            p_f=rng.uniform(0, 0.3),
        )
        up = 0
        while up < 120 and thresholds[up] > solved.detection[up]:
            up += 1
        down = 120
        while down and thresholds[down - 1] <= solved.detection[down - 1]:
            down -= 1
        assert (solved.smallest.defectors, solved.largest.defectors) == (up, down)
        assert len(solved.equilibria) == len(solved.tipping_points) + 1
        ends = [e.basin for e in solved.equilibria]
        tips = [-1, *solved.tipping_points, 121]
        assert ends == [(a + 1, b - 1) for a, b in itertools.pairwise(tips)]
        several += up < down
    assert several > 50


def test_five_thousand_labs_in_well_under_a_second():
    thresholds = np.random.default_rng(44).uniform(0.1, 0.9, 5000)
    start = time.process_time()
    solved = games.congestion(thresholds=thresholds, C=2000, capacity=900, p_s=0.8, p_f=0.1)
    assert time.process_time() - start < 1
    falling = np.sort(thresholds)[::-1]
    for e in solved.equilibria:
        n = e.defectors
        assert (thresholds[e.labs] > solved.detection[n - 1]).all()
        assert falling[n] <= solved.detection[n]
        assert e.labs.size == n
    assert solved.smallest.defectors < 700
    assert solved.largest.defectors > 4400


def test_it_reads_well():
    solved = games.congestion(thresholds=[0.9, 0.3], C=1, capacity=1, p_s=1.0, p_f=0.0)
    assert str(solved).splitlines() == [
        "2 labs without permit, 1 compliant running lab, 1 audit",
        "detection of a defector: 1 alone, 0.5 if all defect",
        "equilibrium: no labs defect (detection 1), stable, reached from 0 to 2 defectors",
    ]
    solved = games.congestion(thresholds=[0.9, 0.7, 0.2], C=0, capacity=1, p_s=0.75, p_f=0.0)
    assert [str(e) for e in solved.equilibria] == [
        "2 labs defect (detection 0.4688), stable, reached from 0 to 3 defectors"
    ]
    solved = games.congestion(thresholds=[0.9, 0.0], C=0, capacity=1, p_s=0.75, p_f=0.0)
    assert str(solved.smallest).startswith("1 lab defects (detection 0.75)")
    solved = games.congestion(thresholds=[0.6, 0.6], C=0, capacity=1, p_s=0.75, p_f=0.0)
    fragile = "upset by one deviation"
    assert str(solved).splitlines()[-3:] == [
        f"equilibrium: no labs defect (detection 0.75), {fragile}, reached from 0 to 0 defectors",
        f"equilibrium: 2 labs defect (detection 0.4688), {fragile}, reached from 2 to 2 defectors",
        "tipping at 1 defectors",
    ]


def payoffs(text, m):
    """Read gambit's strategic form: a table of payoffs by the actions of the labs."""
    head, _, body = text.rpartition('""')
    assert re.findall(r'"Lab \d+"', head) == [f'"Lab {i + 1}"' for i in range(m)]
    assert head.count('{ "comply" "defect" }') == m
    numbers = np.array([float(x) for x in body.split()])
    assert numbers.size == m * 2**m
    return numbers.reshape(-1, m)


def test_the_written_game_has_the_same_equilibria():
    rng = np.random.default_rng(45)
    for _ in range(100):
        question, _ = draw(rng, labs=5)
        solved = games.congestion(**question)
        m = solved.thresholds.size
        table = payoffs(solved.nfg(), m)
        found = set()
        for k, row in enumerate(profiles(m)):
            after = [table[k ^ (1 << i)][i] for i in range(m)]
            # A tie complies: a defector must gain.
            if all(table[k][i] > 0 if row[i] else after[i] <= 0 for i in range(m)):
                found.add(tuple(np.flatnonzero(row).tolist()))
            assert (table[k][~row] == 0).all()
        assert found == {tuple(e.labs.tolist()) for e in solved.equilibria}


def test_the_written_game_in_full():
    solved = games.congestion(thresholds=[0.75, math.inf], C=0, capacity=1, p_s=0.5, p_f=0.0)
    assert solved.nfg('A "small" game') == (
        'NFG 1 R "A \\"small\\" game" { "Lab 1" "Lab 2" }\n\n'
        '{ { "comply" "defect" } { "comply" "defect" } }\n""\n\n'
        "0.0 0.0 0.25 0.0 0.0 1.0 0.375 1.0\n"
    )
    many = games.congestion(thresholds=[0.5] * 11, C=0, capacity=1, p_s=0.5, p_f=0.0)
    with pytest.raises(ParameterError, match=r"^labs = 11: .*at most 10"):
        many.nfg()


GIVEN = {"thresholds": [0.5, 0.25], "C": 1, "capacity": 1, "p_s": 0.5, "p_f": 0.25}


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("thresholds", []), ("thresholds", 0.5), ("thresholds", [[0.5]]), ("thresholds", [math.nan]),
        ("thresholds", ["0.5"]), ("thresholds", None), ("C", -1), ("C", 1.0), ("C", [1, 1]), ("C", True),
        ("capacity", -1), ("capacity", 2.5), ("capacity", [1]), ("p_s", 1.5), ("p_s", [0.5]), ("p_f", -0.1),
        ("p_f", None), ("p_b", 2), ("p_b", [0.1, 0.2]), ("p_b", math.nan),
    ],
)  # fmt: skip
def test_bad_input_is_named(name, bad):
    with pytest.raises(ParameterError, match=f"^{name} = "):
        games.congestion(**GIVEN | {name: bad})


def test_the_result_carries_the_question_and_cannot_be_changed():
    mine = np.array([0.5, 0.25])
    solved = games.congestion(**GIVEN | {"thresholds": mine}, p_b=np.float64(0.125))
    mine[0] = 9.0
    assert solved.thresholds.tolist() == [0.5, 0.25]
    assert (solved.C, solved.capacity, solved.p_s, solved.p_f, solved.p_b) == (1, 1, 0.5, 0.25, 0.125)
    with pytest.raises(ValueError, match="read-only"):
        solved.thresholds[0] = 1.0
    with pytest.raises(AttributeError):
        solved.C = 2
