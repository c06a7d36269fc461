"""Nashpy beside the exact sets: where it agrees, where it fails, and how that is said."""

from __future__ import annotations

import json
import warnings
from fractions import Fraction
from pathlib import Path

import nashpy
import numpy as np
import pytest

from deterrence.games import Bimatrix, Profile, bimatrix
from deterrence.games._nashpy import _lemke_howson

CASES = {
    case["name"]: case
    for case in json.loads((Path(__file__).parents[1] / "cases" / "bimatrix.json").read_text())
}


def solved(name):
    return bimatrix(CASES[name]["A"], CASES[name]["B"])


def signal_game(g, D, k, M, H, alpha, beta):
    """Rows comply, defect; columns (audit after suspicious, after clean): (0,0), (0,1), (1,0), (1,1)."""
    policies = [(0, 0), (0, 1), (1, 0), (1, 1)]
    p_s = [a_1 * beta + a_0 * (1 - beta) for a_1, a_0 in policies]
    p_f = [a_1 * alpha + a_0 * (1 - alpha) for a_1, a_0 in policies]
    return Bimatrix(
        [[0] * 4, [g - p * D for p in p_s]],
        [[-k * p for p in p_f], [-H + p * (M - k) for p in p_s]],
        row_actions=["comply", "defect"],
        column_actions=["no audit", "clean", "suspicious", "always"],
    )


def test_agrees_on_games_without_ties():
    """Random payoffs with all digits of a float; supports that are computed as negative zeros aside."""
    rng = np.random.default_rng(61)
    for _ in range(40):
        found = bimatrix(*rng.uniform(0.5, 1, (2, 2, 2)))
        check = found.check_with_nashpy()
        assert check.verdict == "agrees", str(check)
        assert [run.algorithm for run in check.runs] == [
            "support enumeration", "vertex enumeration", "Lemke-Howson"
        ]  # fmt: skip
        for run in check.runs:
            assert run.verdict == "agrees"
            assert run.false == ()
            assert all(profile.regret < 1e-12 for profile in run.listed)
        for run in check.runs[:2]:
            assert (run.missed, run.missed_components) == ((), ())
            assert {profile.component for profile in run.listed} == set(range(len(found.components)))
        assert len(check.runs[2].listed) >= 1


FAILURES = {
    # name: verdicts of support enumeration, vertex enumeration and Lemke-Howson
    "75 equilibria": ("misses", "errs", None),
    "Colonel Blotto, 4 against 3": ("finds nothing", "agrees", "errs"),
    "Nashpy issue 222": ("misses", "finds nothing", "agrees"),
    "Nashpy issue 39": ("misses", "agrees", "agrees"),
    "Nashpy issue 67": ("finds nothing", "agrees", "agrees"),
    "Nashpy issue 82": ("misses", "agrees", "agrees"),
    "Nashpy issue 231": ("finds nothing", "agrees", "agrees"),
    "all payoffs zero": ("agrees", "finds nothing", "agrees"),
    "second-price auction": ("agrees", "misses", "agrees"),
    "a single row": ("agrees", "finds nothing", "finds nothing"),
    "inspection, audits free": ("misses", "agrees", "agrees"),
    "inspection, audits just paid back": ("misses", "finds nothing", "agrees"),
    "inspection, gain equals penalty": ("misses", "finds nothing", "agrees"),
    "inspection, audits without effect on the Governor": ("misses", "misses", "agrees"),
    "inspection, no penalty and nothing to gain": ("misses", "finds nothing", "agrees"),
    "signal, gain equals penalty": ("misses", "finds nothing", "agrees"),
    "signal, penalty just reached by suspicious signals": ("finds nothing", "agrees", "agrees"),
    "signal, no information": ("misses", "agrees", "agrees"),
}


BY_ROUNDING = {"Nashpy issue 67", "Nashpy issue 231"}
"""Where another processor may compute a probability of 0 as 0, not as -1e-17, and accept it."""


@pytest.mark.parametrize("name", FAILURES)
def test_where_nashpy_fails(name):
    """The games by name, each with the certificate of the exact set: all of it, with regret exactly 0."""
    found = solved(name)
    check = found.check_with_nashpy()
    assert found.complete
    assert found.regret() == 0
    for run, verdict in zip(check.runs, FAILURES[name], strict=True):
        if verdict is None or (name in BY_ROUNDING and run.verdict == "agrees"):
            continue
        assert run.verdict == verdict, str(check)
        if verdict == "misses":
            assert run.missed
            assert set(run.missed) < set(found.extreme)
        elif verdict == "finds nothing":
            assert run.listed == ()
            assert run.missed == found.extreme
            assert run.complaints
        elif verdict == "errs":
            assert max(profile.regret for profile in run.false) > 0.9
    if name not in BY_ROUNDING:
        assert check.verdict == ("errs" if "errs" in FAILURES[name] else "misses")


def test_signal_games_without_ties_in_which_nashpy_finds_nothing():
    """A probability of -1e-17 makes support enumeration reject the only equilibrium.

    Which of the games it hits depends on the processor. In closed form: defect with q, audit suspicious
    signals with pi_1, clean ones with pi_0.
    """
    known = {
        # g, D, k, M, H, alpha, beta: q, pi_1, pi_0
        ("1.729", "1.9", "1.5", "3", "3.2", "0.02", "0.38"): ("49/80", "1", "53/62"),
        ("1.2", "1.6", "0.54", "0.9", "0.2", "0.06", "0.7"): ("47/57", "1", "1/6"),
        ("0.841", "2.9", "0.19", "1.9", "1.2", "0.5", "0.52"): ("25/259", "29/52", "0"),
        ("2.268", "2.8", "0.02", "0.2", "3.9", "0.24", "0.3"): ("38/353", "1", "51/70"),
    }
    verdicts = []
    for letters, (q, pi_1, pi_0) in known.items():
        found = bimatrix(signal_game(*map(Fraction, letters)))
        ((row, column),) = found.extreme
        assert row == (1 - Fraction(q), Fraction(q))
        assert (column[2] + column[3], column[1] + column[3]) == (Fraction(pi_1), Fraction(pi_0))
        assert found.regret() == 0
        support, vertex, pivoting = found.check_with_nashpy().runs
        assert (vertex.verdict, pivoting.verdict) == ("agrees", "agrees")
        verdicts.append(support.verdict)
    assert set(verdicts) <= {"finds nothing", "agrees"}
    assert "finds nothing" in verdicts


def test_regret_of_what_is_no_equilibrium():
    """Lemke-Howson ends in a profile of Colonel Blotto that costs a player 1; the value is 14/9."""
    found = solved("Colonel Blotto, 4 against 3")
    run = found.check_with_nashpy().runs[2]
    (wrong,) = run.false
    A, B = (np.array(payoffs, dtype=float) for payoffs in (found.game.A, found.game.B))
    x, y = np.array(wrong.row), np.array(wrong.column)
    assert wrong.regret == pytest.approx(max((A @ y).max() - x @ A @ y, (x @ B).max() - x @ B @ y), rel=1e-12)
    assert wrong.regret > 0.9
    assert wrong.component is None
    assert "false: (0.4444, 0.4444, 0, 0, 0.1111) x " in str(run)


@pytest.mark.parametrize(
    "name", ["Colonel Blotto, 4 against 3", "two-finger Morra", "no degeneracy", "a hexagon"]
)
def test_lemke_howson_is_nashpys(name):
    """The bounded loop returns what Nashpy's own returns where that ends."""
    game = solved(name).game.to_nashpy()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for label in range(sum(game.payoff_matrices[0].shape)):
            ours, theirs = _lemke_howson(game, label), game.lemke_howson(label)
            for mine, own in zip(ours, theirs, strict=True):
                np.testing.assert_array_equal(mine, own)


def test_lemke_howson_is_stopped_where_nashpy_never_ends():
    check = bimatrix([[2], [2]], [[-2], [1]]).check_with_nashpy()
    assert "went round without end (RuntimeError)" in check.runs[2].complaints
    assert check.runs[2].verdict == "finds nothing"


def test_nothing_at_all_is_found(monkeypatch):
    monkeypatch.setattr(Bimatrix, "to_nashpy", lambda self: Stub([]))
    assert bimatrix([[1]], [[1]]).check_with_nashpy().verdict == "finds nothing"


class Stub:
    """Answers of Nashpy, whatever they may be; Lemke-Howson is given no game to work on."""

    payoff_matrices = ()

    def __init__(self, answers, error=None):
        self.answers, self.error = answers, error

    def support_enumeration(self):
        yield from self.answers
        if self.error:
            raise self.error

    def vertex_enumeration(self):
        warnings.warn("An even number of (2) equilibria was returned. Consider", RuntimeWarning, stacklevel=1)
        return []


@pytest.mark.parametrize(
    ("answer", "component", "regret"),
    [
        (([1.0, 0.0], [1.0, 0.0]), 1, 0.0),
        (([1.0 - 1e-8, 1e-8], [1.0, -1e-17]), 1, pytest.approx(1e-8)),
        (([0.0, 1.0], [0, 1]), 0, 0.0),
        (([1.0, 0.0], [0.0, 1.0]), None, 1.0),
        (([0.5, 0.5], [0.5, 0.5]), None, 0.25),
        (([1.0, 0.0, 0.0], [1.0, 0.0]), None, None),
        (([1.0], [1.0, 0.0]), None, None),
        (([], []), None, None),
        (([np.nan, np.nan], [1.0, 0.0]), None, None),
        (([np.inf, 0.0], [1.0, 0.0]), None, None),
        (([0.5, 0.2], [1.0, 0.0]), None, None),
        (([1.5, -0.5], [1.0, 0.0]), None, None),
        (([[1.0, 0.0]], [1.0, 0.0]), 1, 0.0),
    ],
)
def test_what_an_answer_means(monkeypatch, answer, component, regret):
    """Wrong shapes, numbers that are none, profiles that are no equilibria."""
    answer = tuple(np.array(part) for part in answer)
    monkeypatch.setattr(Bimatrix, "to_nashpy", lambda self: Stub([answer, answer]))
    found = bimatrix([[1, 0], [0, 0.5]], [[1, 0], [0, 0]])
    assert len(found.components) == 2
    run = found.check_with_nashpy().runs[0]
    (profile,) = run.listed
    assert (profile.component, profile.regret) == (component, regret)
    assert (profile in run.false) is (component is None)
    assert run.verdict == ("errs" if component is None else "misses")
    assert run.missed_components == tuple({0, 1} - {component})


def test_one_probability_that_fits_is_not_enough(monkeypatch):
    half = (np.array([0.5, 0.5, 0.0]), np.array([1.0]))
    monkeypatch.setattr(Bimatrix, "to_nashpy", lambda self: Stub([half]))
    run = bimatrix([[1], [0], [0]], [[0], [0], [0]]).check_with_nashpy().runs[0]
    assert [(profile.component, profile.regret) for profile in run.false] == [(None, 0.5)]


def test_rounding_errors_make_no_second_answer(monkeypatch):
    once = (np.array([1.0, 0.0]), np.array([1 / 3, 2 / 3]))
    again = (np.array([1.0, -1e-17]), np.array([1 / 3, 1 - 1 / 3]))
    monkeypatch.setattr(Bimatrix, "to_nashpy", lambda self: Stub([once, again]))
    assert len(bimatrix([[1, 1], [0, 0]], [[1, 1], [0, 0]]).check_with_nashpy().runs[0].listed) == 1


def test_what_an_exception_means(monkeypatch):
    """What was found before it counts; what it says is kept on one line."""
    first = (np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    monkeypatch.setattr(Bimatrix, "to_nashpy", lambda self: Stub([first], ArithmeticError("too\nbad " * 50)))
    check = bimatrix([[1, 0], [0, 0]], [[1, 0], [0, 0]]).check_with_nashpy()
    support, vertex, pivoting = check.runs
    assert [profile.component for profile in support.listed] == [1]
    assert len(support.complaints) == 1
    assert support.complaints[0].startswith("ArithmeticError: too bad too bad")
    assert len(support.complaints[0]) <= 100
    assert vertex.verdict == "finds nothing"
    assert vertex.complaints == (
        "holds the game for degenerate, as it found an even number of equilibria (RuntimeWarning)",
    )
    assert pivoting.complaints
    assert pivoting.listed == ()
    assert check.verdict == "misses"


def test_components_and_points_within_them(monkeypatch):
    """A point inside a segment belongs to its component though it is no extreme equilibrium."""
    inside = (np.array([0.1, 0.9]), np.array([1.0, 0.0]))
    monkeypatch.setattr(Bimatrix, "to_nashpy", lambda self: Stub([inside]))
    found = solved("Nashpy issue 222")
    run = found.check_with_nashpy().runs[0]
    assert [profile.component for profile in run.listed] == [0]
    assert run.missed == found.extreme
    assert run.missed_components == ()
    assert run.verdict == "misses"


def test_an_incomplete_set_is_not_held_against_nashpy():
    rng = np.random.default_rng(62)
    found = bimatrix(*rng.integers(0, 10**6, (2, 14, 14)))
    check = found.check_with_nashpy()
    assert check.runs == ()
    assert check.verdict == "no exact set"
    assert str(check) == f"Nashpy was not asked: {found.reason}"


def test_text():
    lines = str(solved("Nashpy issue 222").check_with_nashpy()).splitlines()
    assert lines[0] == "Nashpy misses; the exact set has regret 0"
    assert lines[1] == "support enumeration misses: 1 listed; extreme equilibria not listed: 1"
    assert lines[2].startswith(
        "vertex enumeration finds nothing: 0 listed; extreme equilibria not listed: 2; "
        "components not reached: 1; divided by 0 (RuntimeWarning)"
    )
    assert lines[3].startswith("Lemke-Howson agrees: 1 listed")


def test_text_of_many_errors(monkeypatch):
    """Three are shown, and the others counted."""
    wrong = [(np.array([1 - k / 8, k / 8]), np.array([0.25, 0.75])) for k in range(5)]
    monkeypatch.setattr(Bimatrix, "to_nashpy", lambda self: Stub(wrong))
    text = str(bimatrix([[1, 0], [0, 1]], [[1, 0], [0, 1]]).check_with_nashpy().runs[0])
    assert text == (
        "support enumeration errs: 5 listed; extreme equilibria not listed: 3; components not reached: 3; "
        "false: (1, 0) x (0.25, 0.75) (regret 0.75); false: (0.875, 0.125) x (0.25, 0.75) (regret 0.562); "
        "false: (0.75, 0.25) x (0.25, 0.75) (regret 0.375); false too: 2 more"
    )


def test_no_warning_passes_and_none_is_lost_outside():
    """Warnings are errors here, and the filters are as before."""
    filters = list(warnings.filters)
    for name in ("all payoffs zero", "a single column", "Nashpy issue 222", "constant payoffs"):
        with np.errstate(all="raise"):
            solved(name).check_with_nashpy()
    assert list(warnings.filters) == filters
    with pytest.warns(RuntimeWarning, match="even number"):
        list(nashpy.Game([[0, 0], [0, 0]]).support_enumeration())


def test_extreme_equilibria_that_are_listed_are_not_missed():
    found = solved("two best replies to a pure strategy")
    support, vertex, _ = found.check_with_nashpy().runs
    third = Fraction(1, 3)
    assert support.missed == (Profile((1, 0, 0), (2 * third, third)),)
    assert support.missed_components == ()
    assert vertex.missed == ()
    assert len(vertex.listed) == 3
