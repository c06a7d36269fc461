"""The permit regime beyond the basic model: small games of which the outcome is known."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from records import assert_same

from deterrence import Game
from simulation import run


def changed(game: Game, **sections: Any) -> Game:
    """A game with other values of some fields, given by section."""
    parts = {k: dataclasses.replace(getattr(game, k), **v) for k, v in sections.items() if k != "game"}
    return dataclasses.replace(game, **parts, **sections.get("game", {}))


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
    """0.1 + (0.8 - 0.1) is not 0.8; with a punishment just at the gain that would not matter, with bids it does."""
    plain = changed(baseline, lab={"bid_rule": "strategic"})
    for alpha, miss in np.random.default_rng(1).random((20, 2)):
        audit = {"false_positive_rate": alpha * (1 - miss), "false_negative_rate": miss, "penalty_amount": 0.5}
        a, b = changed(plain, audit=audit), changed(plain, audit={**audit, "signal_scale": 0.5})
        assert_same(run(a, replications=20, rng=1, detail="lab"), run(b, replications=20, rng=1, detail="lab"))
