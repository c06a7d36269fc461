"""The permit regime of the plainest simulation: what labs are, who gets a permit, who is looked at."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from deterrence import Audit, CapMarket, Game, Uniform, complies
from simulation._draws import Draws, Purpose


def draw_types(game: Game, draws: Draws) -> Iterable[dict[str, float]]:
    """What each lab is."""
    lab, split, known = game.lab, game.lab.splitting, Uniform(min=0.0, max=0.0)
    laws = {
        "gross_value": (Purpose.VALUE, lab.gross_value),
        "risk_profile": (Purpose.RISK, lab.risk_profile),
        "flops": (Purpose.FLOPS, lab.flops),
        "turnover": (Purpose.TURNOVER, lab.turnover),
        "split_cost": (Purpose.SPLIT_COST, known),
        "coordination": (Purpose.COORDINATION, known),
    }
    if split:
        laws["split_cost"] = Purpose.SPLIT_COST, Uniform(min=split.cost_min, max=split.cost_max)
        law = Uniform(min=split.coordination_min, max=split.coordination_max)
        laws["coordination"] = Purpose.COORDINATION, law
    columns = [draws.types(purpose, law)[0].tolist() for purpose, law in laws.values()]
    for row in zip(*columns, strict=True):
        yield dict(zip(laws, row, strict=True))


def power(x: float, exponent: float) -> float:
    """Of an array, as NumPy has powers of its own."""
    return (np.array([x]) ** exponent).item()


def describe(lab: Any, game: Game) -> None:
    """Who needs a permit, and how many; how a violation looks, and what it costs."""
    audit, excess = game.audit, lab.flops - game.flop_threshold
    regulated = (
        game.flop_threshold > 0 or audit.signal_scale > 0 or audit.excess_penalty > 0 or by_the_unit(game)
    )
    lab.exempt = bool(regulated and excess <= 0)
    lab.units = math.ceil(lab.flops / game.market.flops_per_permit) if by_the_unit(game) else 1
    excess, alpha = max(excess, 0.0), audit.false_positive_rate
    lab.beta, lab.fine = audit.beta, audit.penalty_amount
    if audit.signal_scale:
        strength = power(min(excess / audit.signal_scale, 1.0), audit.signal_exponent)
        lab.beta = (1 - strength) * alpha + strength * audit.beta
    if audit.excess_penalty:
        lab.fine += audit.excess_penalty * power(excess, audit.excess_exponent)
    if audit.turnover_share:
        lab.fine = max(lab.fine, audit.turnover_share * lab.turnover)
    lab.penalty = penalty_of(audit, lab.fine)


def by_the_unit(game: Game) -> bool:
    return isinstance(game.market, CapMarket) and game.market.flops_per_permit is not None


def penalty_of(audit: Audit, fine: float) -> float:
    """min(K + phi, L), or K + min(phi, L) where the deposit is posted outside the cap."""
    cap = math.inf if audit.liability_cap is None else audit.liability_cap
    if audit.liability_rule == "posted":
        return audit.collateral + min(fine, cap)
    return min(audit.collateral + fine, cap)


def ways(audit: Audit, looks: float, pi_1: float, pi_0: float, violates: bool) -> list[tuple]:
    """Probability, signal and discovery of each way in which a run can end; checks come first."""
    again = audit.backcheck_prob
    told, seen = (audit.whistleblower_prob, audit.monitoring_prob) if violates else (0.0, 0.0)
    cells = []
    for found in ("audit", "backcheck", "report", "meter", "none"):
        for signal, chance, pi in ((True, looks, pi_1), (False, 1 - looks, pi_0)):
            share = {
                "audit": pi,
                "backcheck": (1 - pi) * again,
                "report": (1 - pi) * (1 - again) * told,
                "meter": (1 - pi) * (1 - again) * (1 - told) * seen,
                "none": (1 - pi) * (1 - again) * (1 - told) * (1 - seen),
            }
            cells.append((chance * share[found], signal, found))
    return [cell for cell in cells if cell[0] > 0]


def way_of(cells: list[tuple], u: float) -> tuple[bool, str]:
    """The way that a draw falls on; whatever they sum to, the last has the rest."""
    ends = itertools.accumulate(probability for probability, _, _ in cells)
    _, signal, found = next((way for way, end in zip(cells, ends, strict=True) if u < end), cells[-1])
    return signal, found


def detection(cells: list[tuple]) -> float:
    """Probability of all ways in which a violation is found."""
    if cells[-1][2] != "none":
        return 1.0
    finds = [probability for probability, _, found in cells if found != "none"]
    return min(1.0, [0.0, *itertools.accumulate(finds)][-1])


def sell(game: Game, labs: list, luck: Callable[[Purpose], list[float]]) -> float:
    """Give permits to those who get one; the price of one."""
    market, needing = game.market, [lab for lab in labs if not lab.exempt]
    for lab in labs:
        lab.has_permit = False
    if not isinstance(market, CapMarket):
        buyers = [lab for lab in needing if would_buy(market, lab)]
        if market.supply is not None and len(buyers) > market.supply:
            drawn = dict(zip(map(id, labs), luck(Purpose.SALE), strict=True))
            buyers = sorted(buyers, key=lambda lab: drawn[id(lab)])[: market.supply]
        for lab in buyers:
            lab.has_permit = True
        return market.fixed_price
    # One bid for every permit that a lab needs; of equals the first stay first.
    bids = [lab for lab in sorted(needing, key=lambda lab: -lab.bid) for _ in range(lab.units)]
    winning = bids[: market.token_cap]
    for lab in needing:
        lab.has_permit = lab.bid > 0 and sum(lab is other for other in winning) == lab.units
    if market.token_cap == 0:
        return math.nan
    return 0.0 if market.token_cap >= len(bids) else bids[market.token_cap - 1].bid


def would_buy(market: Any, lab: Any) -> bool:
    if market.purchase_rule == "gross":
        return lab.gross_value >= market.fixed_price
    return lab.worth >= 0 and bool(complies(p_eff=1.0, B=lab.bid, g=market.fixed_price))


def ration(audit: Audit, labs: list, luck: Callable[[Purpose], list[float]]) -> list:
    """Of the labs to be audited, those for whom there are no auditors."""
    called = [(lab, u) for lab, u in zip(labs, luck(Purpose.CAPACITY), strict=True) if lab.audited]
    if audit.capacity.priority == "signal":
        called.sort(key=lambda pair: (not pair[0].signal, pair[1]))
    else:
        called.sort(key=lambda pair: pair[1])
    return [lab for lab, _ in called[audit.capacity.audits :]]


def look_later(audit: Audit, lab: Any, u: float) -> None:
    """What becomes of a lab that should have been audited and was not."""
    again, told, seen = audit.backcheck_prob, audit.whistleblower_prob, audit.monitoring_prob
    lab.audited, lab.backchecked = False, u < again
    lab.caught = not lab.compliant and u < again + (1 - again) * (told + (1 - told) * seen)
