"""What comes of memory in the simulation, against the theory: reputation, audit coefficients, racing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from deterrence import (
    Audit,
    AuditEscalation,
    CapMarket,
    FixedPriceMarket,
    Game,
    LabPopulation,
    RacingGap,
    games,
)
from simulation import PermitMarket, Rational, run

FALSE_ALARM = 1e-6


class Watching(Rational):
    """Rational labs; in each turn the audit of suspicious signals and the racing values are written down."""

    audits: list[np.ndarray]
    racing: list[np.ndarray]

    def __init__(self, like):
        super().__init__(like)
        type(self).audits, type(self).racing = [], []

    def learn(self, turn):
        """Write down."""
        for seen, values in ((self.audits, turn.high_prob), (self.racing, turn.racing)):
            seen.append(np.broadcast_to(values, turn.gross_value.shape))


def game_of(*, labs: int, value: float, audit: dict, **lab) -> Game:
    """A game without permits, and labs of one value."""
    basic = {"base_prob": 0.0, "false_positive_rate": 0.0, "false_negative_rate": 0.0, "penalty_amount": 0.0}
    return Game(
        n_agents=labs,
        audit=Audit(**{**basic, **audit}),
        market=CapMarket(token_cap=0),
        lab=LabPopulation(gross_value_min=value, gross_value_max=value, **lab),
    )


def assert_moments(values: np.ndarray, mean: float, variance: float, excess_kurtosis: float) -> None:
    """Assert mean and variance of independent draws within four standard errors by their exact law."""
    n = values.size
    assert abs(values.mean() - mean) <= 4 * (variance / n) ** 0.5
    error = variance * ((excess_kurtosis + 2) / n) ** 0.5
    assert abs(values.var(ddof=1) - variance) <= 4 * error


REPUTATIONS = [
    {"g": 2.0, "p_eff": 0.5, "phi": 0.0, "R_0": 0.5, "f": 1.0},  # a tie after 3 catches
    {"g": 1.0, "p_eff": 0.4, "phi": 0.7, "R_0": 0.3, "f": 0.4},
    {"g": 1.0, "p_eff": 0.8, "phi": 0.5, "R_0": 0.2, "f": 0.1},
]


@pytest.mark.parametrize("letters", REPUTATIONS)
def test_a_growing_loss_of_reputation_deters_for_good_after_exactly_so_many_catches(letters):
    theory = games.escalation(**letters)
    n, p = theory.catches, letters["p_eff"]
    assert 2 < n < 20
    game = game_of(
        labs=20, value=letters["g"], audit={"high_prob": p, "penalty_amount": letters["phi"]},
        reputation_sensitivity=letters["R_0"], reputation_escalation=letters["f"],
    )  # fmt: skip
    left = stats.nbinom(n, p)  # missed violations
    steps = int(left.isf(1e-9) + n)
    labs = run(game, replications=500, steps=steps, rng=21, detail="lab").labs
    assert labs is not None
    violations = (~labs.compliant).sum(axis=1)
    assert (labs.caught.sum(axis=1) == n).all()
    assert (np.diff(labs.compliant.astype(int), axis=1) >= 0).all(), "deterred once, deterred for good"
    kurtosis = float(left.stats(moments="k"))
    assert_moments(violations, theory.steps_mean, theory.steps_variance, kurtosis)
    most = int(left.isf(0.01))
    counts = np.bincount(np.minimum(violations.ravel() - int(n), most), minlength=most + 1)
    law = np.append(left.pmf(np.arange(most)), left.sf(most - 1))
    assert stats.chisquare(counts, counts.sum() * law).pvalue > FALSE_ALARM


def test_reputation_that_does_not_grow_enough_never_deters():
    letters = {"g": 1.0, "p_eff": 0.5, "phi": 0.5, "R_0": 0.5, "f": 0.0}
    assert games.escalation(**letters).violation_rate == 1
    game = game_of(
        labs=20, value=1.0, audit={"high_prob": 0.5, "penalty_amount": 0.5}, reputation_sensitivity=0.5
    )
    assert run(game, replications=10, steps=30, rng=21).deterred.sum() == 0


def excesses(game: Game, steps: int, markets: int) -> np.ndarray:
    """Excess of the one lab's coefficient in many markets, as the audit of suspicious signals shows it."""
    market = PermitMarket(game, rng=22, replications=markets, labs=Watching)
    market.run(steps)
    assert (market.violations == 1).all()
    return Watching.audits[-1][:, 0] / game.audit.high_prob - 1


MARKETS = 6_000


@pytest.mark.parametrize(
    ("increment", "decay", "base", "again"),
    [(0.5, 0.2, 0.3, 0.0), (2.0, 0.5, 0.1, 0.25), (0.2, 0.1, 0.0, 0.6)],
)
def test_moments_of_the_excess_where_catches_do_not_depend_on_it(increment, decay, base, again):
    """No violation looks suspicious, so that the coefficient is seen and never used."""
    q = base + (1 - base) * again
    theory = games.decaying_escalation(e=increment, d=decay, theta_0=q, g=1.0, B=0.0, c_0=1.0)
    audit = {
        "high_prob": 0.3, "base_prob": base, "false_negative_rate": 1.0, "backcheck_prob": again,
        "escalation": AuditEscalation(increment=increment, decay=decay),
    }  # fmt: skip
    seen = excesses(game_of(labs=1, value=1.0, audit=audit), round(12 / decay), MARKETS)
    assert seen.max() <= theory.ceiling * (1 + 1e-12)
    # The excess is a sum of independent catches with weights w^k, so that its cumulants are such sums too.
    w, excess_of_one = 1 - decay, (1 - 6 * q * (1 - q)) / (q * (1 - q))
    kurtosis = excess_of_one * (1 - w**2) ** 2 / (1 - w**4)
    assert_moments(seen, theory.mean, theory.variance, kurtosis)


@pytest.mark.parametrize(
    ("pi_1", "increment", "decay", "miss", "again"),
    [(0.2, 0.5, 0.3, 0.0, 0.0), (0.1, 1.0, 0.25, 0.2, 0.0), (0.15, 0.4, 0.2, 0.1, 0.3)],
)
def test_moments_of_the_excess_where_catches_feed_on_it(pi_1, increment, decay, miss, again):
    """Backchecks come after audits, which are 1 - miss times the coefficient times pi_1."""
    theory = games.decaying_escalation(
        e=increment, d=decay, theta_0=again, theta_1=(1 - again) * (1 - miss) * pi_1, c_0=1.0,
        q_bar=again + (1 - again) * (1 - miss), g=1.0, B=0.0,
    )  # fmt: skip
    assert not theory.saturates
    assert theory.mean > (1 - decay) / decay * increment * (again + (1 - again) * (1 - miss) * pi_1)
    audit = {
        "high_prob": pi_1, "false_negative_rate": miss, "backcheck_prob": again,
        "escalation": AuditEscalation(increment=increment, decay=decay),
    }  # fmt: skip
    seen = excesses(game_of(labs=1, value=1.0, audit=audit), 80, MARKETS)
    kurtosis = float(stats.kurtosis(seen))  # its error is of a smaller order
    assert_moments(seen, theory.mean, theory.variance, kurtosis)
    assert seen.max() <= theory.ceiling * (1 + 1e-12)


@pytest.mark.parametrize("miss", [0.0, 0.2])
def test_audits_that_feed_on_catches_grow_until_every_suspicious_signal_is_audited(miss):
    """Each catch adds more than fades; from an excess of 1.5 on violators are caught with 1 - miss.

    To fall below that again from the mean takes seven misses in a row.
    """
    theory = games.decaying_escalation(
        e=2.0, d=0.2, theta_0=0.0, theta_1=0.4 * (1 - miss), c_0=1.0, q_bar=1 - miss, g=1.0, B=0.0
    )
    assert theory.saturates
    assert theory.mean == pytest.approx(8 * (1 - miss))
    audit = {
        "high_prob": 0.4, "false_negative_rate": miss,
        "escalation": AuditEscalation(increment=2.0, decay=0.2),
    }  # fmt: skip
    market = PermitMarket(
        game_of(labs=1, value=1.0, audit=audit), rng=27, replications=MARKETS, labs=Watching
    )
    market.run(60)
    assert (Watching.audits[-1] == 1).mean() > 1 - 20 * 0.2**7
    error = (miss * (1 - miss) / MARKETS) ** 0.5
    assert abs(market.catches.mean() - (1 - miss)) <= 4 * error


COEFFICIENTS = [
    {"e": 1.0, "d": 0.2, "theta_1": 0.2, "g": 0.5},
    {"e": 0.4, "d": 0.05, "theta_1": 0.3, "g": 0.55},
    {"e": 1.0, "d": 0.5, "theta_1": 0.25, "g": 0.4},
]


@pytest.mark.parametrize("letters", COEFFICIENTS)
def test_labs_are_deterred_at_the_predicted_excess_and_relapse_when_predicted(letters):
    theory = games.decaying_escalation(theta_0=0.0, c_0=1.0, B=1.0, **letters)
    n, spell = int(theory.catches), int(theory.relapse)
    assert n >= 2
    audit = {
        "high_prob": letters["theta_1"], "penalty_amount": 1.0,
        "escalation": AuditEscalation(increment=letters["e"], decay=letters["d"]),
    }  # fmt: skip
    game = game_of(labs=1, value=letters["g"], audit=audit)
    market = PermitMarket(game, rng=23, replications=20_000, labs=Watching)
    complies, caught = [], []
    for _ in range(n + spell + 1):
        market.step()
        excess = Watching.audits[-1][:, 0] / letters["theta_1"] - 1
        complies.append(market.deterred == 1)
        caught.append(market.catches == 1)
        np.testing.assert_array_equal(complies[-1], excess >= theory.deterrence_excess * (1 - 1e-12))
    straight = np.all(caught[:n], axis=0)
    assert straight.sum() > 20
    history = np.array(complies)[:, straight]
    assert not history[:n].any()
    assert history[n : n + spell].all()
    assert not history[n + spell].any()
    assert not np.array(complies)[:n].any(), "fewer catches do not deter"


def test_racing_values_are_one_on_average_while_none_is_at_zero():
    audit = Audit(
        high_prob=0.3, base_prob=0.0, false_positive_rate=0.0, false_negative_rate=0.0, penalty_amount=0.0
    )
    lab = LabPopulation(
        gross_value_min=0.5, gross_value_max=1.5, capability_value=0.25,
        racing_gap=RacingGap(sensitivity=0.5, scale=10.0),
    )  # fmt: skip
    game = Game(n_agents=30, audit=audit, market=CapMarket(token_cap=0), lab=lab)
    run(game, replications=50, steps=20, rng=24, labs=Watching)
    seen = np.array(Watching.racing)
    assert (seen[0] == 0.25).all()
    assert (seen > 0).all()
    np.testing.assert_allclose(seen.mean(axis=2), 0.25, rtol=1e-13)
    assert (seen.std(axis=2)[1:] > seen.std(axis=2)[:-1]).all(), "who is ahead gets farther ahead"


def test_of_two_labs_the_leader_races_more_and_the_other_gives_up():
    """By hand: values 2 and 1, gap t / 2 after t turns in which both run, V = 1/4, scale 1, sensitivity 1/16.

    The laggard gains 1 + (1 - t / 32) / 4 and fears 1 + 1/8 + 1/32: it stops where 1 - t / 32 is at most
    5/8, at t = 12. From then on the gap grows by 1 a turn: it is 6 + s after s more turns, of which the
    leader's racing value is 1/4 (1 + (6 + s) / 16), and the laggard's is 0 from s = 10 on.
    """
    audit = Audit(
        high_prob=1.0, base_prob=0.0, false_positive_rate=0.0, false_negative_rate=0.0,
        penalty_amount=1 + 1 / 8 + 1 / 32,
    )  # fmt: skip
    lab = LabPopulation(
        gross_value_min=1.0, gross_value_max=2.0, capability_value=0.25,
        racing_gap=RacingGap(sensitivity=1 / 16, scale=1.0),
    )  # fmt: skip
    market = PermitMarket(
        Game(n_agents=2, audit=audit, market=CapMarket(token_cap=0), lab=lab), rng=25, labs=Watching
    )
    leader, laggard = market.labs
    leader.gross_value, laggard.gross_value = 2.0, 1.0
    gaps = [t / 2 for t in range(12)] + [6.0 + s for s in range(20)]
    wealth = 0.0
    for t, gap in enumerate(gaps):
        market.step()
        ahead, behind = 0.25 * (1 + gap / 16), 0.25 * max(0.0, 1 - gap / 16)
        assert Watching.racing[-1].tolist() == [[ahead, behind]]
        assert (leader.compliant, laggard.compliant) == (False, t >= 12)
        wealth += 2.0 + ahead - audit.penalty_amount
        assert leader.wealth == wealth


def test_permitted_runs_count_and_idle_labs_fall_behind():
    """One of the two buys a permit, and the other does not run: the gap grows by half its value a turn."""
    audit = Audit(
        high_prob=1.0, base_prob=0.0, false_positive_rate=0.0, false_negative_rate=0.0, penalty_amount=9.0
    )
    lab = LabPopulation(
        gross_value_min=1.0, gross_value_max=3.0, capability_value=1.0,
        racing_gap=RacingGap(sensitivity=-0.25, scale=2.0),
    )  # fmt: skip
    game = Game(n_agents=2, audit=audit, market=FixedPriceMarket(fixed_price=2.0), lab=lab)
    market = PermitMarket(game, rng=26, labs=Watching)
    buyer, idle = market.labs
    buyer.gross_value, idle.gross_value = 3.0, 1.0
    market.run(8)
    assert (buyer.has_permit, idle.runs) == (True, False)
    ahead = 1.5 * np.arange(8)
    expected = np.maximum(1 - 0.25 * np.array([ahead, -ahead]) / 2, 0.0)
    np.testing.assert_array_equal(np.array(Watching.racing)[:, 0].T, expected)
