"""Random games drawn with NumPy, for tests that need hundreds of them with a fixed seed."""

from __future__ import annotations

import warnings

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


def random_game(rng, *, most_labs=200):
    """A game of any kind: both markets, every distribution, racing, backchecks, ties, idle corners."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ParameterWarning)
        N = round(most_labs ** rng.random())
        return Game(n_agents=N, audit=_audit(rng), market=_market(rng, N), lab=_lab(rng))


def _maybe(rng, probability, value):
    return value if rng.random() < probability else 0.0


def _audit(rng):
    high, base, alpha, miss, p_b = rng.random(5)
    return Audit(
        high_prob=high,
        base_prob=base * high,
        false_positive_rate=alpha * (1 - miss),
        false_negative_rate=miss,
        backcheck_prob=_maybe(rng, 0.5, p_b),
        penalty_amount=3 * rng.random(),
        collateral=_maybe(rng, 0.3, rng.random()),
        liability_cap=1 + rng.random() if rng.random() < 0.3 else None,
        liability_rule=str(rng.choice(["capped", "posted"])),
        cost=_maybe(rng, 0.5, 0.1 * rng.random()),
        harm=_maybe(rng, 0.5, rng.random()),
    )


def _market(rng, N):
    if rng.random() < 0.6:
        return CapMarket(token_cap=int(rng.integers(0, N + 2)))
    return FixedPriceMarket(fixed_price=1.5 * rng.random(), purchase_rule=str(rng.choice(["gross", "net"])))


def _lab(rng):
    return LabPopulation(
        **_distribution(rng, "gross_value"),
        **_distribution(rng, "risk_profile"),
        cost=_maybe(rng, 0.4, 0.7 * rng.random()),
        capability_value=_maybe(rng, 0.4, 0.5 * rng.random()),
        racing_factor=0.5 + rng.random(),
        reputation_sensitivity=_maybe(rng, 0.4, rng.random()),
        gain_rule=str(rng.choice(["min", "min", "price", "value"])),
    )


def _distribution(rng, name):
    kind = rng.random()
    low, width = 0.5 + 0.5 * rng.random(), rng.random()
    if kind < 0.15:
        return {f"{name}_min": low, f"{name}_max": low}
    if kind < 0.55:
        return {f"{name}_min": low, f"{name}_max": low + width}
    if kind < 0.8:
        law = TruncatedNormal(mean=low + width / 2, sd=0.1 + width, min=low - 0.4, max=low + 2 * width)
    else:
        law = LogNormal(median=low + width / 2, sigma=0.1 + 0.8 * rng.random())
    return {f"{name}_distribution": law}
