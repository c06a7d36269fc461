"""Random games, with a good share of edges: probabilities of 0 and 1, ties, no permits, no labs left out."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from extended_games import extended

from deterrence import (
    Audit,
    CapMarket,
    FixedPriceMarket,
    Game,
    LabPopulation,
    LogNormal,
    ParameterWarning,
    TruncatedNormal,
)


def _probability(rng: np.random.Generator) -> float:
    return float(rng.choice([0.0, 1.0, round(rng.random(), 1), rng.random()], p=[0.1, 0.1, 0.3, 0.5]))


def _money(rng: np.random.Generator, scale: float = 1.0) -> float:
    return float(rng.choice([0.0, round(scale * rng.random(), 1), scale * rng.random()], p=[0.2, 0.3, 0.5]))


def _distribution(rng: np.random.Generator, name: str, scale: float) -> dict[str, Any]:
    match rng.choice(["uniform", "known", "truncated", "lognormal"], p=[0.5, 0.2, 0.15, 0.15]):
        case "uniform":
            low, high = np.sort(scale * rng.random(2))
            return {f"{name}_min": low, f"{name}_max": high}
        case "known":
            value = round(scale * rng.random(), 1)
            return {f"{name}_min": value, f"{name}_max": value}
        case "truncated":
            low, width = scale * rng.random(), 0.1 + scale * rng.random()
            high = low + width
            law = TruncatedNormal(mean=rng.uniform(low, high), sd=0.1 + rng.random(), min=low, max=high)
        case _:
            law = LogNormal(median=0.1 + scale * rng.random(), sigma=0.1 + rng.random())
    return {f"{name}_distribution": law}


def random_game(rng: np.random.Generator) -> Game:
    n = int(rng.choice([1, 2, 3, 5, 8, 13, 40]))
    cap = CapMarket(token_cap=int(rng.integers(0, n + 3)))
    rule = str(rng.choice(["gross", "net"]))
    fixed = FixedPriceMarket(fixed_price=_money(rng, 2.0), purchase_rule=rule)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ParameterWarning)
        audit = Audit(
            high_prob=_probability(rng),
            base_prob=_probability(rng),
            false_positive_rate=_probability(rng),
            false_negative_rate=_probability(rng),
            backcheck_prob=_probability(rng),
            penalty_amount=_money(rng, 3.0),
            collateral=_money(rng),
            liability_cap=None if rng.random() < 0.5 else _money(rng, 2.0),
            liability_rule=str(rng.choice(["capped", "posted"])),
            cost=_money(rng),
            harm=_money(rng, 3.0),
        )
    lab = LabPopulation(
        **_distribution(rng, "gross_value", 2.0),
        **_distribution(rng, "risk_profile", 3.0),
        cost=_money(rng),
        capability_value=_money(rng),
        racing_factor=_money(rng, 2.0),
        reputation_sensitivity=_money(rng),
        gain_rule=str(rng.choice(["min", "price", "value"])),
    )
    return Game(n_agents=n, audit=audit, market=cap if rng.random() < 0.6 else fixed, lab=lab)


@pytest.fixture
def games() -> Callable[[int, int], list[Game]]:
    """``games(count, seed)`` is a list of random games."""
    return lambda count, seed: [random_game(np.random.default_rng([seed, k])) for k in range(count)]


@pytest.fixture
def extended_games() -> Callable[[int, int], list[Game]]:
    """``extended_games(count, seed)`` is a list of random games beyond the basic model."""

    def games(count: int, seed: int) -> list[Game]:
        luck = [np.random.default_rng([seed, k]) for k in range(count)]
        return [extended(rng, random_game(rng)) for rng in luck]

    return games


@pytest.fixture
def baseline() -> Game:
    """Twenty labs, half of them permitted; some of the rest comply and some do not."""
    return Game(
        n_agents=20,
        audit=Audit(
            high_prob=0.6, base_prob=0.1, false_positive_rate=0.1, false_negative_rate=0.2,
            backcheck_prob=0.1, penalty_amount=0.6, cost=0.01, harm=0.5,
        ),
        market=CapMarket(token_cap=10),
        lab=LabPopulation(
            gross_value_min=0.0, gross_value_max=1.0, risk_profile_min=0.5, risk_profile_max=1.5
        ),
    )  # fmt: skip
