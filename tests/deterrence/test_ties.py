"""Ties comply: decimal ties, deterrents fed back into their own condition, and shifts that are no ties."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from ties import Tie, decimal_ties

import deterrence as dt

M = 100_000


def sides(ties: list[Tie]):
    """Letters of the condition, worked out in floats as the nouns and the theory do."""
    a = dict(zip(Tie._fields, np.array(ties).T, strict=True))
    p_eff = dt.effective_detection(
        pi_1=a["high_prob"], pi_0=a["base_prob"], beta=1.0 - a["false_negative_rate"], p_b=a["backcheck_prob"]
    )
    B = a["risk_profile"] * dt.punishment(fine=a["penalty_amount"], reputation=a["reputation_sensitivity"])
    V = a["racing_factor"] * a["capability_value"]
    price = a["gross_value"] - a["cost"]
    return {"p_eff": p_eff, "B": B, "g": dt.gain_min(p=price, v=a["gross_value"], c=a["cost"], V=V)}


def test_the_grid_is_one_of_exact_decimal_ties():
    """Read as the decimals that they print, the numbers of every game tie exactly."""
    ties = list(decimal_ties())
    assert len(ties) == len(set(ties)) == 30_800
    for tie in ties[::7]:
        pi_1, pi_0, fnr, p_b, fine, R, r, v, c, V_b, c_r = (Fraction(repr(x)) for x in tie)
        escape = (1 - p_b) * ((1 - fnr) * (1 - pi_1) + fnr * (1 - pi_0))
        assert (1 - escape) * r * (fine + R) == v - c + c_r * V_b > 0


def test_all_decimal_ties_comply_though_a_bare_comparison_fails_many():
    a = sides(list(decimal_ties()))
    naively_wrong = (a["p_eff"] * a["B"] < a["g"]).mean()
    assert 0.05 < naively_wrong < 0.30
    assert dt.complies(**a).sum() == 30_800


def test_the_games_of_the_grid_hold_the_same_numbers():
    for tie in list(decimal_ties())[::101]:
        game, a = tie.game, sides([tie])
        audit, lab = game.audit, game.lab
        p_eff = dt.effective_detection(
            pi_1=audit.high_prob, pi_0=audit.base_prob, beta=audit.beta, p_b=audit.backcheck_prob
        )
        B = lab.risk_profile.min * dt.punishment(
            fine=audit.penalty_amount, reputation=lab.reputation_sensitivity
        )
        v = lab.gross_value.max
        g = dt.gain_min(p=v - lab.cost, v=v, c=lab.cost, V=lab.racing_value)
        assert (p_eff, B, g) == tuple(float(values[0]) for values in a.values())
        assert dt.complies(p_eff=p_eff, B=B, g=g)


@pytest.mark.parametrize(("shift", "verdict"), [("1e-7", False), ("-1e-7", True), ("1e-9", False)])
def test_shifts_of_the_grid_are_not_swallowed(shift, verdict):
    a = sides(list(decimal_ties(shift)))
    assert (dt.complies(**a) == verdict).all()


def fed_back(seed):
    rng = np.random.default_rng(seed)
    P, beta = 10 ** rng.uniform(-6, 6, M), rng.uniform(0.01, 1, M)
    pi_0, p_b = rng.uniform(0, 1, (2, M))
    return rng, P, beta, pi_0, p_b


def test_no_least_cost_deterrent_fails_its_own_condition():
    rng, P, beta, _, _ = fed_back(1)
    rent = P * beta * rng.uniform(0, 1, M)
    c = rent * rng.uniform(0, 3, M)
    v_star = rent + c
    pi_1 = dt.least_cost_pi_1(P=P, beta=beta, v_star=v_star, c=c)
    p_eff = dt.effective_detection(pi_1=pi_1, pi_0=0.0, beta=beta)
    g = dt.gain_value(v=v_star, c=c)
    assert dt.complies(p_eff=p_eff, B=P, g=g).all()
    assert 0.05 < (p_eff * P < g).mean() < 0.30
    below = dt.effective_detection(pi_1=pi_1 * (1 - 1e-7), pi_0=0.0, beta=beta)
    assert not dt.complies(p_eff=below, B=P, g=g).any()


def test_no_pi_1_threshold_fails_its_own_condition():
    """With base audits and backchecks, planted between doing nothing and auditing every signal."""
    rng, P, beta, pi_0, p_b = fed_back(2)
    low = dt.effective_detection(pi_1=0.0, pi_0=pi_0, beta=beta, p_b=p_b)
    high = dt.effective_detection(pi_1=1.0, pi_0=pi_0, beta=beta, p_b=p_b)
    g = P * (low + (high - low) * rng.uniform(0, 0.999, M))
    answer = dt.threshold("pi_1", g=g, B=P, beta=beta, pi_0=pi_0, p_b=p_b)
    assert answer.exists.all()
    p_eff = dt.effective_detection(pi_1=answer.value, pi_0=pi_0, beta=beta, p_b=p_b)
    assert dt.complies(p_eff=p_eff, B=P, g=g).all()
    assert (p_eff * P < g).mean() > 0.01
    assert not dt.complies(p_eff=p_eff, B=P * (1 - 1e-7), g=g).any()


def test_a_threshold_needs_no_digits_that_floats_lack():
    """Where the exact bound is no float, the answer is one on the complying side.

    With pi_1 = 0 the violator escapes by looking suspicious; 1 - beta must be 1e-9, which beta near 1
    cannot say exactly. Large costs leave v and V the same problem.
    """
    beta = dt.threshold("beta", g=1e-9, B=1.0, pi_1=0.0, pi_0=1.0).value
    assert dt.complies(p_eff=dt.effective_detection(pi_1=0.0, pi_0=1.0, beta=beta), B=1.0, g=1e-9)
    rng = np.random.default_rng(3)
    D, c, V = rng.uniform(0.1, 1, (3, M))
    v = dt.threshold("v", p_eff=1.0, B=D, p=1e9, c=1e6 * c, V=V).value
    assert dt.complies(p_eff=1.0, B=D, g=dt.gain_min(p=1e9, v=v, c=1e6 * c, V=V)).all()
    racing = dt.threshold("V", p_eff=1.0, B=D, p=1e9, v=V, c=1e6 * c).value
    assert dt.complies(p_eff=1.0, B=D, g=dt.gain_min(p=1e9, v=V, c=1e6 * c, V=racing)).all()
