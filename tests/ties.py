"""A grid of 30,800 games in which, in decimals, the expected punishment is exactly the gain.

Everyone who types decimals into a scenario meets such ties. In double precision one side comes out a
rounding unit below the other, about as often as not, and a bare >= calls many of the labs violators.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import NamedTuple

import deterrence as dt

FALSE_NEGATIVE_RATES = ["0.05", "0.1", "0.15", "0.2", "0.25", "0.3", "0.35", "0.4", "0.45", "0.5"]
HIGH_PROBS = ["0.5", "0.55", "0.6", "0.65", "0.7", "0.75", "0.8", "0.85", "0.9", "0.95", "1.0"]
BASE_PROBS = ["0.0", "0.02", "0.05", "0.1", "0.15", "0.2", "0.3"]
BACKCHECK_PROBS = ["0.0", "0.01", "0.05", "0.1", "0.15", "0.2", "0.25", "0.3"]
PUNISHMENTS = ["0.7", "1.3", "2.1", "3.7", "11.9"]
RISK = Decimal("1.1")


class Tie(NamedTuple):
    """The parameters of one lab that is exactly indifferent, as the floats nearest to decimals."""

    high_prob: float
    base_prob: float
    false_negative_rate: float
    backcheck_prob: float
    penalty_amount: float
    reputation_sensitivity: float
    risk_profile: float
    gross_value: float
    cost: float
    capability_value: float
    racing_factor: float

    @property
    def game(self) -> dt.Game:
        """Two labs like this one and a single permit: the loser gains its rent and the racing value."""
        return dt.Game(
            n_agents=2,
            audit=dt.Audit(
                high_prob=self.high_prob,
                base_prob=self.base_prob,
                false_positive_rate=0.05,
                false_negative_rate=self.false_negative_rate,
                backcheck_prob=self.backcheck_prob,
                penalty_amount=self.penalty_amount,
            ),
            market=dt.CapMarket(token_cap=1),
            lab=dt.LabPopulation(
                gross_value_min=self.gross_value,
                gross_value_max=self.gross_value,
                risk_profile_min=self.risk_profile,
                risk_profile_max=self.risk_profile,
                cost=self.cost,
                capability_value=self.capability_value,
                racing_factor=self.racing_factor,
                reputation_sensitivity=self.reputation_sensitivity,
            ),
        )


def decimal_ties(shift: str = "0") -> Iterator[Tie]:
    """Every tie of the grid; with a `shift`, the gain exceeds the expected punishment by that share of it."""
    for fnr, pi_1, pi_0, p_b, P in product(
        map(Decimal, FALSE_NEGATIVE_RATES),
        map(Decimal, HIGH_PROBS),
        map(Decimal, BASE_PROBS),
        map(Decimal, BACKCHECK_PROBS),
        map(Decimal, PUNISHMENTS),
    ):
        p_s = (1 - fnr) * pi_1 + fnr * pi_0
        gain = (p_s + (1 - p_s) * p_b) * RISK * P * (1 + Decimal(shift))
        racing, cost = round(gain / 4, 3), round(P / 3, 2)
        yield Tie(
            *map(float, (pi_1, pi_0, fnr, p_b, P * Decimal("0.6"), P * Decimal("0.4"), RISK)),
            gross_value=float(gain - racing + cost),
            cost=float(cost),
            capability_value=float(racing * Decimal("2.5")),
            racing_factor=0.4,
        )
