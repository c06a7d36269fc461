"""Who gains and who pays in one turn: welfare taken apart, and the transfers that cancel in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from deterrence._enforcement import CLASSES, UNITS, Enforcement
from deterrence._game import Game, check_game
from deterrence._groups import Deeds
from deterrence._laws import Array
from deterrence._market_states import States, limit_states, market_states
from deterrence._prediction import mixture, moments


@dataclass(frozen=True, kw_only=True)
class Welfare:
    """Expected welfare of one turn and its parts; ``print`` it to read it.

    `total` is the sum of what a turn is worth to the labs, to the Governor and to others, who bear the
    harm. Payments from labs to the Governor cancel in it.

    A loss of reputation deters, but is no part of welfare or of the labs' surplus: like prices and fines it
    is not counted as a loss to all, and unlike them nobody receives it. It is given as `reputation_loss`.

    Attributes
    ----------
    game : Game
        The game that was asked about.
    n_labs : int
        Labs that the sums are of: all of them, or 1 where they are per lab.
    permit_rents, violator_rents, exempt_rents : float, money
        Rents v - c of permit holders, of violators and of labs that need no permit.
    split_costs : float, money
        What violators pay for splitting their runs.
    racing : float, money
        Racing value of the violators.
    harm : float, money
        Harm of the violations to others.
    audit_cost, backcheck_cost : float, money
        What the Governor's checks cost.
    revenue : float, money
        What labs pay for permits.
    fines, collateral : float, money
        What caught labs pay, and lose of their deposits: the deposit first, up to the liability cap.
    reputation_loss : float, money
        What caught labs lose in reputation; in none of the sums.
    """

    game: Game
    n_labs: int
    permit_rents: float
    violator_rents: float
    exempt_rents: float
    split_costs: float
    racing: float
    harm: float
    audit_cost: float
    backcheck_cost: float
    revenue: float
    fines: float
    collateral: float
    reputation_loss: float

    @property
    def lab_surplus(self) -> float:
        """Rents and racing value, less what labs pay for permits and when caught."""
        return self._gained - self.revenue - self.fines - self.collateral

    @property
    def governor_budget(self) -> float:
        """What the Governor receives, less what its checks cost."""
        received = self.revenue + self.fines + self.collateral
        return received - self.audit_cost - self.backcheck_cost

    @property
    def total(self) -> float:
        """Expected welfare, the mean of ``predict(game).welfare``."""
        return self._gained - self.harm - self.audit_cost - self.backcheck_cost

    @property
    def _gained(self) -> float:
        rents = self.permit_rents + self.violator_rents + self.exempt_rents
        return rents - self.split_costs + self.racing

    @property
    def per_lab(self) -> Welfare:
        """The same per lab."""
        values = {name: getattr(self, name) / self.n_labs for name in _PARTS}
        return replace(self, n_labs=1, **values)

    def rows(self) -> Iterator[tuple[str, float, float, float]]:
        """Yield each part, and what it is to the labs, to the Governor and to others."""
        yield "rents of permit holders", self.permit_rents, 0.0, 0.0
        yield "rents of violators", self.violator_rents, 0.0, 0.0
        if self.exempt_rents:
            yield "rents of exempt labs", self.exempt_rents, 0.0, 0.0
        if self.split_costs:
            yield "splitting runs", -self.split_costs, 0.0, 0.0
        yield "racing value", self.racing, 0.0, 0.0
        yield "harm", 0.0, 0.0, -self.harm
        yield "audits", 0.0, -self.audit_cost, 0.0
        yield "backchecks", 0.0, -self.backcheck_cost, 0.0
        yield "permits", -self.revenue, self.revenue, 0.0
        yield "fines", -self.fines, self.fines, 0.0
        yield "collateral", -self.collateral, self.collateral, 0.0

    def __str__(self) -> str:
        table = [*self.rows(), ("sum", self.lab_surplus, self.governor_budget, -self.harm)]
        lines = ["".join([f"{'':<24}", *(f"{head:>13}" for head in ("labs", "Governor", "others", "sum"))])]
        for label, *parts in table:
            total = self.total if label == "sum" else sum(parts)
            cells = [f"{value:>13.6g}" if value else f"{'':>13}" for value in (*parts, total)]
            lines.append(f"{label:<24}{''.join(cells)}".rstrip())
        return "\n".join(lines)


_PARTS = tuple(field.name for field in fields(Welfare) if field.name not in ("game", "n_labs"))


def welfare(game: Game) -> Welfare:
    """Take the expected welfare of one turn apart, exactly for the number of labs.

    Parameters
    ----------
    game : Game
        A game with truthful bids that `predict` takes.

    Returns
    -------
    Welfare

    Examples
    --------
    >>> from deterrence import Audit, FixedPriceMarket, LabPopulation
    >>> game = Game(
    ...     n_agents=100,
    ...     audit=Audit(high_prob=0.5, base_prob=0.0, false_positive_rate=0.0, false_negative_rate=0.0,
    ...                 penalty_amount=0.75, collateral=0.25, cost=0.125, harm=1.0),
    ...     market=FixedPriceMarket(fixed_price=0.75),
    ...     lab=LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
    ... )
    >>> print(welfare(game))
                                     labs     Governor       others          sum
    rents of permit holders        21.875                                 21.875
    rents of violators             15.625                                 15.625
    racing value
    harm                                                        -25          -25
    audits                                     -1.5625                   -1.5625
    backchecks
    permits                        -18.75        18.75
    fines                          -9.375        9.375
    collateral                     -3.125        3.125
    sum                              6.25      29.6875          -25      10.9375
    """
    check_game(game)
    return _welfare(game, market_states, game.n_agents)


def limit_welfare(game: Game) -> Welfare:
    """Take welfare apart in the large-N limit, per lab.

    Parameters
    ----------
    game : Game
        A game with truthful bids that `limit` takes.

    Returns
    -------
    Welfare
        What ``welfare(game).per_lab`` tends to as N grows with Q / N fixed.

    Examples
    --------
    >>> from deterrence import Audit, CapMarket, LabPopulation
    >>> game = Game(
    ...     n_agents=100,
    ...     audit=Audit(high_prob=0.5, base_prob=0.0, false_positive_rate=0.1,
    ...                 false_negative_rate=0.0, penalty_amount=1.0),
    ...     market=CapMarket(token_cap=25),
    ...     lab=LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
    ... )
    >>> round(limit_welfare(game).permit_rents, 9), round(limit_welfare(game).revenue, 9)
    (0.21875, 0.1875)
    """
    return _welfare(game, limit_states, 1, UNITS)


@np.errstate(under="ignore", over="ignore")  # to 0, and to infinite coordinates that are clipped
def _welfare(game: Game, states: Any, n_labs: int, *covered: str) -> Welfare:
    e, audit, lab = Enforcement.of(game, *CLASSES, *covered), game.audit, game.lab
    s: States = states(game, e)
    m = moments(game, e, s, n_labs)
    n_V, catches = m.violations.mean, m.catches.mean
    deposit = audit.collateral
    if audit.liability_rule == "capped" and audit.liability_cap is not None:
        deposit = min(deposit, audit.liability_cap)

    def over_groups(part: Callable[[Deeds], Array]) -> float:
        return mixture(s.weight, np.asarray(sum(n * part(deeds) for n, deeds in s.groups))).mean

    return Welfare(
        game=game,
        n_labs=n_labs,
        permit_rents=mixture(s.weight, s.rent).mean,
        violator_rents=over_groups(lambda x: x.rent),
        exempt_rents=over_groups(lambda x: x.exempt_rent),
        split_costs=over_groups(lambda x: x.split_cost),
        racing=lab.racing_value * n_V,
        harm=audit.harm * n_V,
        audit_cost=audit.cost * m.audits.mean,
        backcheck_cost=audit.cost * (m.checks.mean - m.audits.mean),
        revenue=m.revenue.mean,
        fines=m.penalties.mean - deposit * catches,
        collateral=deposit * catches,
        reputation_loss=lab.reputation_sensitivity * catches,
    )
