"""Games with learning and memory, and what is claimed of them."""

from __future__ import annotations

from typing import Any

import deterrence as dt

ALIKE = {"gross_value_min": 0.6, "gross_value_max": 0.6}
DIFFERENT = {"gross_value_min": 0.0, "gross_value_max": 1.0}
RISKS = {"risk_profile_min": 0.5, "risk_profile_max": 1.5}
FIXED = dt.FixedPriceMarket(fixed_price=1.0)
CAP = dt.CapMarket(token_cap=8)


def game(*, market: Any = FIXED, n_agents: int = 20, lab: Any = ALIKE, **audit: Any) -> dt.Game:
    """A game in which a violator is detected with probability 0.8 x 0.5, and then loses 1.

    The labs, unless told otherwise, have a value of 0.6 and so, at a price of 1, this gain and no permit.
    """
    policy = {
        "high_prob": 0.5, "base_prob": 0.0, "false_positive_rate": 0.1, "false_negative_rate": 0.2,
        "penalty_amount": 1.0,
    }  # fmt: skip
    population = dt.LabPopulation(**lab)
    return dt.Game(n_agents=n_agents, audit=dt.Audit(**policy | audit), market=market, lab=population)


def claims(asked: dt.Game) -> dict[str, dt.Claim]:
    """What is claimed, by quantity."""
    found = dt.long_run(asked).claims
    names = [claim.quantity for claim in found]
    assert len(set(names)) == len(names)
    return dict(zip(names, found, strict=True))


def value(asked: dt.Game, quantity: str) -> float:
    """The value that is claimed of a quantity."""
    found = claims(asked)[quantity].value
    assert found is not None
    return found
