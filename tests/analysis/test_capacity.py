"""What comes of limited audits in the simulation, against the theory of congestion."""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from scipy.optimize import brentq

from deterrence import Audit, AuditCapacity, CapMarket, Game, LabPopulation, games
from simulation import PermitMarket, Rational, run

LABS = 40_000
"""Enough for a large market."""


def crowd(n: int, C: int, audits: int, priority: str = "lot", **audit: float) -> Game:
    """A game in which C labs hold permits and the n others violate, since there is no fine."""
    policy = {
        "high_prob": 0.9, "base_prob": 0.2, "false_positive_rate": 0.3, "false_negative_rate": 0.25,
        "backcheck_prob": 0.15,
    }  # fmt: skip
    return Game(
        n_agents=n + C,
        audit=Audit(
            **{**policy, **audit},
            penalty_amount=0.0,
            capacity=AuditCapacity(audits=audits, priority=priority),
        ),
        market=CapMarket(token_cap=C),
        lab=LabPopulation(gross_value_min=1.0, gross_value_max=1.0),
    )


P_S, P_F = 0.75 * 0.9 + 0.25 * 0.2, 0.3 * 0.9 + 0.7 * 0.2
CROWDS = [(1, 0, 0), (1, 3, 1), (3, 0, 1), (2, 2, 3), (5, 7, 2), (2, 10, 3), (12, 4, 8), (40, 60, 52)]


def assert_mean(values: np.ndarray, expected: float) -> None:
    """Assert the mean of independent draws within four standard errors, or rounding."""
    error = values.std(ddof=1) / len(values) ** 0.5
    assert abs(values.mean() - expected) <= 4 * error + 1e-12


@pytest.mark.parametrize(("n", "C", "audits"), CROWDS)
def test_a_violator_among_n_is_caught_with_the_exact_probability(n, C, audits):
    record = run(crowd(n, C, audits), replications=200_000 // (n + C), rng=11)
    assert (record.violations == n).all()
    letters = {"n": n, "C": C, "capacity": audits, "p_s": P_S, "p_f": P_F}
    assert_mean(record.catches[:, 0] / n, games.capacity_detection(**letters, p_b=0.15))
    assert_mean(record.audits[:, 0], games.capacity_audits(**letters))
    assert record.audits.max() <= audits


def by_enumeration(n: int, C: int, audits: int) -> Fraction:
    """Audit probability of the first violator if suspicious signals come first: all that can happen."""
    odds = [_calls(Fraction(3, 4))] * n + [_calls(Fraction(3, 10))] * C
    total = Fraction(0)
    for calls in itertools.product(range(3), repeat=n + C):
        ahead, beside = calls.count(2), calls.count(1)
        if calls[0] == 2:
            served = min(Fraction(1), Fraction(audits, ahead))
        elif calls[0] == 1:
            served = min(Fraction(1), Fraction(max(0, audits - ahead), beside))
        else:
            continue
        for odd, call in zip(odds, calls, strict=True):
            served *= odd[call]
        total += served
    return total


def _calls(suspicious: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Probability of no call for an audit, of one after a clean and after a suspicious signal."""
    clean = (1 - suspicious) * Fraction(1, 5)
    return 1 - clean - suspicious * Fraction(9, 10), clean, suspicious * Fraction(9, 10)


def by_signal(n: int, C: int, audits: int) -> float:
    """The same by the law of the calls of all others: the suspicious among themselves, the clean after."""
    first = games.capacity_audit_rate(n=n, C=C, capacity=audits, p_s=0.75 * 0.9, p_f=0.3 * 0.9)
    law = np.zeros((n + C, n + C))  # of suspicious and of clean calls
    law[0, 0] = 1.0
    for suspicious in [0.75] * (n - 1) + [0.3] * C:
        none, clean, high = map(float, _calls(Fraction(suspicious).limit_denominator(100)))
        more = none * law
        more[1:] += high * law[:-1]
        more[:, 1:] += clean * law[:, :-1]
        law = more
    ahead, beside = np.indices(law.shape)
    served = np.minimum(1.0, np.maximum(0, audits - ahead) / (1 + beside))
    return float(first + 0.25 * 0.2 * (law * served).sum())


@pytest.mark.parametrize(("n", "C", "audits"), [(1, 0, 1), (2, 1, 1), (2, 3, 2), (3, 3, 4), (1, 5, 2)])
def test_the_law_of_priority_by_signal_is_that_of_the_enumeration(n, C, audits):
    assert by_signal(n, C, audits) == pytest.approx(float(by_enumeration(n, C, audits)), rel=1e-13)


@pytest.mark.parametrize(("n", "C", "audits"), CROWDS[1:])
def test_by_signal_the_suspicious_are_served_first(n, C, audits):
    record = run(crowd(n, C, audits, "signal"), replications=200_000 // (n + C), rng=12)
    audited = by_signal(n, C, audits)
    assert_mean(record.catches[:, 0] / n, audited + (1 - audited) * 0.15)
    assert_mean(
        record.audits[:, 0], games.capacity_audits(n=n, C=C, capacity=audits, p_s=P_S, p_f=P_F)
    )  # fmt: skip


def test_by_signal_no_clean_signal_is_audited_while_a_suspicious_one_waits():
    game = crowd(12, 8, 9, "signal", high_prob=1.0, base_prob=1.0)
    market = PermitMarket(game, replications=2000, rng=13)
    market.step()
    labs = market.columns
    waits = (labs.signal & ~labs.audited).any(axis=1)
    assert 0.1 < waits.mean() < 0.9
    assert not (labs.audited & ~labs.signal)[waits].any()
    assert (labs.audited.sum(axis=1) == 9).all()


@pytest.mark.parametrize("priority", ["lot", "signal"])
def test_labs_expect_the_share_of_calls_that_was_answered_in_the_last_turn(priority):
    """All signals call for an audit, so that the share is seen from outside."""
    beta, p_b, fine = 0.75, 0.15, 0.8
    game = Game(
        n_agents=500,
        audit=Audit(
            high_prob=1.0, base_prob=1.0, false_positive_rate=0.3, false_negative_rate=1 - beta,
            backcheck_prob=p_b, penalty_amount=fine,
            capacity=AuditCapacity(audits=90, priority=priority, expected=0.4),
        ),
        market=CapMarket(token_cap=100),
        lab=LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
    )  # fmt: skip
    market = PermitMarket(game, rng=14)
    suspicious, clean, seen = 0.4, 0.4, set()
    for _ in range(5):
        market.step()
        labs = market.columns
        p_eff = 1 - (1 - beta * suspicious - (1 - beta) * clean) * (1 - p_b)
        unpermitted = ~labs.has_permit
        np.testing.assert_array_equal(
            labs.compliant[unpermitted], (labs.gross_value <= fine * p_eff)[unpermitted]
        )
        suspicious, clean = (
            labs.audited[of].mean() for of in (labs.runs & labs.signal, labs.runs & ~labs.signal)
        )
        if priority == "lot":
            suspicious = clean = labs.audited.sum() / labs.runs.sum()
        seen.add(market.violations)
    assert len(seen) > 2


class Stirred(Rational):
    """Rational labs of which a share violates in the first turn, the first ones."""

    def __init__(self, like, *, share):
        self.first = np.arange(like.shape[1])[None] < share * like.shape[1]

    def complies(self, turn):
        """Comply by calculation, but for the first turn."""
        return super().complies(turn) if turn.step else ~self.first


KAPPA, BETA, ALPHA, FINE = 0.25, 0.9, 0.1, 0.8


def large(mu_c: float, expected: float = 1.0, **lab: float) -> Game:
    """A large market with permits for a quarter of the labs."""
    return Game(
        n_agents=LABS,
        audit=Audit(
            high_prob=1.0, base_prob=0.0, false_positive_rate=ALPHA, false_negative_rate=1 - BETA,
            penalty_amount=FINE, capacity=AuditCapacity(audits=round(mu_c * LABS), expected=expected),
        ),
        market=CapMarket(token_cap=round(KAPPA * LABS)),
        lab=LabPopulation(**lab),
    )  # fmt: skip


def share_after(turns: int, game: Game, **behaviours) -> float:
    """Violators per lab after some turns."""
    market = PermitMarket(game, rng=15, **behaviours)
    market.run(turns)
    return market.violations / LABS


ALIKE = {"gross_value_min": 0.4, "gross_value_max": 0.4}
T = 0.4 / FINE
CONGESTED = {"gamma": KAPPA, "p_s": BETA, "p_f": ALPHA}
LOW = games.compliance_capacity(t=T, **CONGESTED)
HIGH = games.defection_capacity(t=T, mu=1 - KAPPA, **CONGESTED)


@pytest.mark.parametrize(
    ("mu_c", "from_hope", "from_fear"),
    [(0.8 * LOW, 1, 1), (1.2 * LOW, 0, 1), (0.2, 0, 1), (0.97 * HIGH, 0, 1), (1.03 * HIGH, 0, 0)],
)
def test_labs_that_are_alike_go_where_they_expect_to(mu_c, from_hope, from_fear):
    theory = games.congestion_limit(t_0=T, t_1=T, mu=1 - KAPPA, mu_c=mu_c, **CONGESTED)
    stable = {point.x for point in theory.equilibria if point.stable}
    assert stable == {(1 - KAPPA) * end for end in (from_hope, from_fear)}
    for expected, end in ((1.0, from_hope), (0.01, from_fear)):
        assert share_after(6, large(mu_c, expected, **ALIKE)) == (1 - KAPPA) * end


def test_labs_that_are_alike_tip_at_the_tipping_share():
    """From six standard deviations of the calls for audits below it, and from as many above."""
    mu_c = 0.15
    tip = games.tipping_share(t=T, mu_c=mu_c, **CONGESTED)
    calls = BETA * (1 - BETA) * tip + ALPHA * (1 - ALPHA) * KAPPA
    margin = 6 * (calls / LABS) ** 0.5 / BETA
    assert 0.1 < tip < 0.6
    for x, end in ((tip - margin, 0.0), (tip + margin, 1 - KAPPA)):
        started = KAPPA + x  # the first labs hold the permits
        assert share_after(4, large(mu_c, **ALIKE), labs=partial(Stirred, share=started)) == end


class Values:
    """Labs with values uniform on [0.1, 1]: thresholds are uniform, as in the theory."""

    lab = "gross_value_min=0.1 gross_value_max=1.0"
    mu_c, t_0, t_1 = 0.2, 0.1 / FINE, (1 - 0.9 * KAPPA) / FINE

    def undeterred(self, p_eff: float) -> float:
        """Violators per lab at a detection probability."""
        return games.congestion_response(p_eff=p_eff, t_0=self.t_0, t_1=self.t_1, mu=1 - KAPPA)

    def equilibria(self) -> list[float]:
        """Shares of violators: stable, tipping, stable."""
        theory = games.congestion_limit(t_0=self.t_0, t_1=self.t_1, mu=1 - KAPPA, mu_c=self.mu_c, **CONGESTED)
        assert [point.stable for point in theory.equilibria] == [True, False, True]
        return [point.x for point in theory.equilibria]


class Risks:
    """Labs of value 1/2 with risk profiles uniform on [1/2, 3/2], by hand."""

    lab = "gross_value_min=0.5 gross_value_max=0.5 risk_profile_min=0.5 risk_profile_max=1.5"
    mu_c = 0.25

    def undeterred(self, p_eff: float) -> float:
        """Violators per lab at a detection probability: those with r < g / (p_eff P)."""
        return (1 - KAPPA) * min(1.0, max(0.0, 0.5 / (FINE * p_eff) - 0.5))

    def equilibria(self) -> list[float]:
        """Shares of violators where calls are answered, where they are not, and where all violate.

        In between p_eff is beta mu_c over the calls, beta x + alpha kappa, so that the reply is linear.
        """
        slope = (1 - KAPPA) * 0.5 / (FINE * self.mu_c)
        start = slope * ALPHA * KAPPA / BETA - (1 - KAPPA) * 0.5
        return [self.undeterred(BETA), start / (1 - slope), 1 - KAPPA]


def large_market(labs: Values | Risks, expected: float) -> Game:
    """A large market of these labs."""
    lab = dict(word.split("=") for word in labs.lab.split())
    return large(labs.mu_c, expected, **{name: float(value) for name, value in lab.items()})


def best_reply(labs: Values | Risks, x: float) -> float:
    """Violators per lab who answer to x of them."""
    return labs.undeterred(games.congested_detection(x=x, mu_c=labs.mu_c, **CONGESTED))


def margin(labs: Values | Risks, x: float) -> float:
    """Six standard deviations of an equilibrium in a market of so many labs.

    Deviations grow by the slope of the best reply in each turn, or shrink. Labs are drawn once, and shift the
    reply for good; calls for audits are drawn anew in each turn.
    """
    h = 1e-6
    slope = (best_reply(labs, min(x + h, 1 - KAPPA)) - best_reply(labs, x - h)) / (2 * h)
    types = ((x + KAPPA) * (1 - KAPPA - x) / LABS) ** 0.5
    calls = ((BETA * (1 - BETA) * x + ALPHA * (1 - ALPHA) * KAPPA) / LABS) ** 0.5 * slope / BETA
    return 6 * (types / abs(1 - slope) + calls / abs(1 - slope**2) ** 0.5)


@pytest.mark.parametrize("labs", [Values(), Risks()], ids=["values", "risks"])
class TestLabsThatDiffer:
    def test_the_points_are_equilibria_between_which_the_reply_crosses(self, labs):
        low, tip, high = labs.equilibria()
        for x in (low, tip, high):
            assert best_reply(labs, x) == pytest.approx(x, abs=1e-12)
        assert best_reply(labs, (low + tip) / 2) < (low + tip) / 2
        assert best_reply(labs, (tip + high) / 2) > (tip + high) / 2

    def test_they_settle_at_one_stable_equilibrium_or_the_other(self, labs):
        low, _, high = labs.equilibria()
        for expected, end in ((1.0, low), (0.01, high)):
            assert abs(share_after(30, large_market(labs, expected)) - end) <= margin(labs, end)
            assert margin(labs, end) < (high - low) / 10

    def test_they_tip_between_them(self, labs):
        """Labs expect what makes a few less, and a few more, than the tipping share violate at first."""
        low, tip, high = labs.equilibria()
        away = margin(labs, tip)
        assert away < (high - low) / 10
        for x, end in ((tip - away, low), (tip + away, high)):
            expected = brentq(lambda e, x=x: labs.undeterred(BETA * e) - x, 0.01, 1.0)
            first = share_after(1, large_market(labs, expected))
            assert abs(first - x) < away / 2
            assert abs(share_after(40, large_market(labs, expected)) - end) <= margin(labs, end)
