"""The permit regime beyond the basic model: small games of which the outcome is known."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from deterrence import Game
from simulation import PermitMarket, Rational, run
from simulation._rules import rules_of
from simulation._traits import traits_of


def changed(game: Game, *, flop_threshold: float = 0.0, **sections: Any) -> Game:
    """A game with other values of some fields, given by section."""
    parts = {name: dataclasses.replace(getattr(game, name), **values) for name, values in sections.items()}
    return dataclasses.replace(game, flop_threshold=flop_threshold, **parts)


def test_signals_grow_with_compute_from_those_of_compliant_labs_to_beta(baseline):
    """Labs at the threshold look as compliant ones do; at `signal_scale` and beyond, as all do without it."""
    sure = {"false_positive_rate": 0.0, "false_negative_rate": 0.0, "high_prob": 1.0, "base_prob": 0.0}
    audit = {**sure, "backcheck_prob": 0.0, "penalty_amount": 0.0, "signal_scale": 2.0}
    for flops, share in ((3.0, 1.0), (2.0, 1.0), (1.0, 0.25), (0.5, 0.0625)):
        game = changed(
            baseline,
            audit={**audit, "signal_exponent": 2.0},
            market={"token_cap": 0},
            lab={"flops_min": flops, "flops_max": flops, "gross_value_min": 0.5},
        )
        caught = run(game, replications=200, rng=1).catches.sum() / (200 * 20)
        assert abs(caught - share) <= 4 * np.sqrt(share * (1 - share) / 4000)


def test_a_signal_at_full_strength_is_as_good_as_any_to_the_last_digit(baseline):
    """0.1 + (0.8 - 0.1) is more than 0.8."""
    types, here = {"gross_value": np.ones((1, 20)), "flops": np.ones((1, 20))}, np.ones(20, dtype=bool)
    for alpha, miss in np.random.default_rng(1).random((100, 2)):
        audit = {"false_positive_rate": alpha * (1 - miss), "false_negative_rate": miss, "signal_scale": 0.5}
        game = changed(baseline, audit=audit)
        assert (traits_of(rules_of(game), types, here)["beta"] == game.audit.beta).all()


def test_a_cap_does_not_bind_if_there_is_a_permit_for_every_lab_that_needs_one(baseline):
    """Whether the others are exempt or have left, and however a permit is counted."""
    half = {"flops_min": 0.0, "flops_max": 2.0}
    for market in ({}, {"flops_per_permit": 10.0}):
        game = changed(baseline, lab=half, market=market, flop_threshold=1.0)
        for cap in range(8, 13):
            capped = changed(game, market={"token_cap": cap}, flop_threshold=1.0)
            record = run(capped, replications=50, rng=1, detail="lab")
            binds = (~record.labs.exempt).sum(axis=2) > cap
            assert 0 < binds.sum() < 50
            assert ((record.price > 0) == binds).all()
    for labs in (None, Rational):
        market = PermitMarket(baseline, rng=1, labs=labs)
        for lab in market.labs[:10]:
            lab.remove()
        market.step()
        assert (market.price, market.permits, market.revenue) == (0.0, 10.0, 0.0)
