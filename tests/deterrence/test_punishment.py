"""Punishment and limited liability: exact values, and what collateral adds in each form."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from exact import Points, assert_close, assert_contract, assert_refused, assert_same, exactly, singly

import deterrence as dt


def draw(seed):
    points = Points(seed)
    letters = {name: points.money() for name in ("fine", "collateral", "liability_cap", "reputation")}
    total = letters["fine"] + letters["collateral"]
    letters["liability_cap"] = np.where(points.some(0.2), math.inf, letters["liability_cap"])
    letters["liability_cap"] = np.where(points.some(0.1), total, letters["liability_cap"])  # just binding
    return letters, points.coarse


def paid(due, purse):
    """What is collected of several debts, in turn, from a purse."""
    collected = type(purse)(0)
    for debt in due:
        part = debt if debt <= purse - collected else purse - collected
        collected += part
    return collected


def _without(letters, *names):
    return {name: values for name, values in letters.items() if name not in names}


@pytest.mark.parametrize("arithmetic", ["fractions", "mpmath"])
def test_every_form_against_debts_paid_from_a_purse(arithmetic):
    letters, coarse = draw(1)
    money = _without(letters, "reputation")
    infinite = np.isinf(letters["liability_cap"])
    # An unlimited purse is one that holds all that is due.
    purse = np.where(infinite, letters["fine"] + letters["collateral"] + 1, letters["liability_cap"])
    money["liability_cap"] = purse

    def collected(fine, collateral, liability_cap):
        return paid([collateral, fine], liability_cap)

    def posted(fine, collateral, liability_cap):
        return collateral + paid([fine], liability_cap)

    def evaluate(function, values):
        if arithmetic == "fractions":
            return exactly(function, values)
        with mpmath.workdps(50):
            columns = [[mpmath.mpf(x) for x in column.tolist()] for column in values.values()]
            return [function(**dict(zip(values, row, strict=True))) for row in zip(*columns, strict=True)]

    size = money["fine"] + money["collateral"]
    given = _without(letters, "reputation")
    with np.errstate(all="raise"):
        results = dt.collected_penalty(**given), dt.posted_penalty(**given), dt.punishment(**letters)
    assert_close(results[0], evaluate(collected, money), 0.0, coarse)
    assert_close(results[1], evaluate(posted, money), 0.0, coarse)
    whole = evaluate(
        lambda fine, collateral, liability_cap, reputation: (
            collected(fine, collateral, liability_cap) + reputation
        ),
        {**money, "reputation": letters["reputation"]},
    )
    assert_close(results[2], whole, size, coarse)
    assert_same(results[0], singly(dt.collected_penalty, given))
    assert_same(results[1], singly(dt.posted_penalty, given))
    assert_same(results[2], singly(dt.punishment, letters))


def test_recoverable_penalty():
    points = Points(2)
    letters = {name: points.money() for name in ("fine", "collateral", "wealth")}
    letters["wealth"] = np.maximum(letters["wealth"], letters["collateral"])
    letters["recovery"] = points.probability()

    def exact(fine, collateral, wealth, recovery):
        return collateral + paid([fine], recovery * (wealth - collateral))

    with np.errstate(all="raise"):
        result = dt.recoverable_penalty(**letters)
    f, K, W, rate = letters.values()
    condition = K + np.where(f <= rate * (W - K), f, rate * (2 * W + K))
    assert_close(result, exactly(exact, letters), condition, points.coarse)
    assert_same(result, singly(dt.recoverable_penalty, letters))
    assert (result >= K).all()


def test_with_full_recovery_wealth_is_the_liability_cap():
    rng = np.random.default_rng(3)
    fine, collateral, more = rng.integers(0, 65, (3, 2000)) / 16
    wealth = collateral + more
    np.testing.assert_array_equal(
        dt.recoverable_penalty(fine=fine, collateral=collateral, wealth=wealth, recovery=1.0),
        dt.collected_penalty(fine=fine, collateral=collateral, liability_cap=wealth),
    )


def test_what_one_more_unit_of_collateral_adds():
    """Nothing under a binding cap, one if posted, 1 - lambda if recovered: exact on sixteenths."""
    rng = np.random.default_rng(4)
    fine, K, L, more = rng.integers(0, 65, (4, 5000)) / 16
    rate, step = rng.integers(0, 17, 5000) / 16, 1 / 16

    def added(function, **fixed):
        return (function(collateral=K + step, **fixed) - function(collateral=K, **fixed)) / step

    binds = K + fine >= L
    np.testing.assert_array_equal(
        added(dt.collected_penalty, fine=fine, liability_cap=L), np.where(binds, 0.0, 1.0)
    )
    np.testing.assert_array_equal(added(dt.punishment, fine=fine, liability_cap=L), np.where(binds, 0.0, 1.0))
    np.testing.assert_array_equal(added(dt.posted_penalty, fine=fine, liability_cap=L), 1.0)
    wealth = K + step + more
    stays_bound, stays_free = fine >= rate * (wealth - K), fine <= rate * (wealth - K - step)
    gained = added(dt.recoverable_penalty, fine=fine, wealth=wealth, recovery=rate)
    np.testing.assert_array_equal(gained[stays_bound], 1 - rate[stays_bound])
    np.testing.assert_array_equal(gained[stays_free], 1.0)
    assert stays_bound.sum() > 500
    assert stays_free.sum() > 500


def test_reputation_lies_outside_the_cap():
    assert dt.punishment(fine=3.0, liability_cap=1.0, reputation=5.0) == 6.0
    assert dt.punishment(fine=3.0, liability_cap=0.0, reputation=5.0) == 5.0


def test_defaults_are_no_collateral_no_cap_no_reputation():
    assert dt.punishment(fine=3.0) == dt.collected_penalty(fine=3.0) == dt.posted_penalty(fine=3.0) == 3.0


MONEY = {"fine": 3.0, "collateral": 1.0, "liability_cap": 2.5}


@pytest.mark.parametrize(
    ("function", "letters", "infinite"),
    [
        (dt.collected_penalty, MONEY, "liability_cap"),
        (dt.posted_penalty, MONEY, "liability_cap"),
        (dt.punishment, {**MONEY, "reputation": 0.5}, "liability_cap"),
        (dt.recoverable_penalty, {"fine": 3.0, "collateral": 1.0, "wealth": 4.0, "recovery": 0.5}, ""),
    ],
)
def test_contract(function, letters, infinite):
    assert_contract(function, letters, infinite)
    for name in letters:
        assert_refused(function, letters, **{name: -0.5})


def test_a_deposit_above_wealth_is_refused():
    with pytest.raises(dt.ParameterError, match=r"^collateral = 2\.0: exceeds wealth"):
        dt.recoverable_penalty(fine=1.0, collateral=2.0, wealth=1.0, recovery=0.5)
    with pytest.raises(dt.ParameterError, match="exceeds wealth"):
        dt.recoverable_penalty(fine=1.0, collateral=np.array([0.5, 2.0]), wealth=1.0, recovery=0.5)
