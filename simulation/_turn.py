"""One turn on columns: trade, comply, enforce.

The specification's turn, for all labs of all replications at once. Nothing here predicts: a lab knows the
price, its own type and its chance of being caught, and decides by ``deterrence.complies``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from deterrence import CapMarket, FixedPriceMarket, Game, complies
from simulation._draws import Draws, Purpose
from simulation._labs import Columns
from simulation._rules import CHECK, SUSPICIOUS, Rules, rules_of

DRAWS_AHEAD = 2**20
"""Doubles that may be drawn at once for turns to come (8 MiB)."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Quantities:
    """What a turn came to, each quantity an array of floats with one row per replication.

    Attributes
    ----------
    price : money
        Permit price; NaN where no permits are for sale (a cap of 0).
    permits, violations, deterred : labs
        Labs with a permit; labs that run without; labs without a permit that comply.
    compliance_rate : in [0, 1]
        Share of all labs that do not violate.
    unpermitted_compliance_rate : in [0, 1]
        Share of the labs without a permit that comply; NaN if every lab has one.
    audits, false_audits, checks : counts
        Audits after a signal, those of compliant labs, and audits plus backchecks.
    catches : count
        Violations found by an audit or a backcheck.
    penalties, revenue : money
        Paid by caught labs, and for permits, to the Governor.
    welfare : money
        Rents of all runs, plus racing value less harm of the violations, less the cost of checks.
    """

    price: np.ndarray
    permits: np.ndarray
    violations: np.ndarray
    deterred: np.ndarray
    compliance_rate: np.ndarray
    unpermitted_compliance_rate: np.ndarray
    audits: np.ndarray
    false_audits: np.ndarray
    checks: np.ndarray
    catches: np.ndarray
    penalties: np.ndarray
    revenue: np.ndarray
    welfare: np.ndarray


QUANTITIES = tuple(field.name for field in fields(Quantities))
"""Names of the quantities of a turn, in order."""


# What each outcome means, and that no run has none of it.
_NO_RUN = len(CHECK)
_SIGNAL = np.array([*SUSPICIOUS, False])
_AUDITED = np.array([*(check == "audit" for check in CHECK), False])
_BACKCHECKED = np.array([*(check == "backcheck" for check in CHECK), False])


def trade(labs: Columns, rules: Rules) -> np.ndarray:
    """Bid, find the price (returned, one per replication), hand out permits and pay for them."""
    market = rules.game.market
    rent = labs.gross_value - rules.cost
    np.maximum(rent, 0.0, out=labs.bid)
    if isinstance(market, CapMarket):
        price, labs.has_permit[:] = _clear(labs.bid, market.token_cap)
    else:
        price = np.full(len(rent), market.fixed_price)
        labs.has_permit[:] = _buys(labs, rent, market)
    np.subtract(labs.wealth, price[:, None], out=labs.wealth, where=labs.has_permit)
    return price


def _clear(bid: np.ndarray, cap: int) -> tuple[np.ndarray, np.ndarray]:
    """Price and winners of a sale to the `cap` highest positive bids; among equals the first labs win."""
    replications, labs = bid.shape
    if cap == 0:
        return np.full(replications, np.nan), np.zeros(bid.shape, dtype=bool)
    if cap >= labs:
        return np.zeros(replications), bid > 0
    price = np.partition(bid, labs - cap, axis=1)[:, labs - cap]
    wins = (bid >= price[:, None]) & (bid > 0)
    tied = np.flatnonzero(np.count_nonzero(wins, axis=1) > cap)
    if tied.size:
        last = price[tied, None]
        above, level = bid[tied] > last, bid[tied] == last
        left = cap - np.count_nonzero(above, axis=1, keepdims=True)
        wins[tied] = above | (level & (np.cumsum(level, axis=1) <= left))
    return price, wins


def _buys(labs: Columns, rent: np.ndarray, market: FixedPriceMarket) -> np.ndarray:
    if market.purchase_rule == "gross":
        return labs.gross_value >= market.fixed_price
    # A rent is a difference, so it has the tolerance of the compliance rule: a certain bid against a gain.
    return (rent >= 0) & complies(p_eff=1.0, B=labs.bid, g=market.fixed_price)


def comply(labs: Columns, rules: Rules, price: np.ndarray) -> None:
    """Let labs without a permit decide, and everyone who runs earn."""
    rent = labs.gross_value - rules.cost
    gain = _gain(rules, np.where(np.isnan(price), np.inf, price)[:, None], rent)
    deterred = complies(p_eff=rules.p_eff, B=labs.risk_profile * rules.punishment, g=gain)
    np.logical_or(labs.has_permit, deterred, out=labs.compliant)
    np.logical_or(labs.has_permit, ~labs.compliant, out=labs.runs)
    np.add(labs.wealth, rent, out=labs.wealth, where=labs.has_permit)
    np.add(labs.wealth, rent + rules.racing, out=labs.wealth, where=~labs.compliant)


def _gain(rules: Rules, price: np.ndarray, rent: np.ndarray) -> np.ndarray:
    match rules.game.lab.gain_rule:
        case "min":
            return np.minimum(price, rent) + rules.racing
        case "price":
            return price + rules.racing
        case "value":
            return rent + rules.racing


def enforce(labs: Columns, rules: Rules, u: np.ndarray) -> None:
    """Signal, audit, backcheck and fine the labs that run, by one uniform draw each."""
    violates = ~labs.compliant
    outcome = np.zeros(u.shape, dtype=np.int8)
    for compliant_end, violator_end in rules.cuts.T:
        outcome += u >= np.where(violates, violator_end, compliant_end)
    outcome[~labs.runs] = _NO_RUN
    np.take(_SIGNAL, outcome, out=labs.signal)
    np.take(_AUDITED, outcome, out=labs.audited)
    np.take(_BACKCHECKED, outcome, out=labs.backchecked)
    np.logical_and(violates, labs.audited | labs.backchecked, out=labs.caught)
    np.subtract(labs.wealth, rules.penalty, out=labs.wealth, where=labs.caught)


def measure(labs: Columns, rules: Rules, price: np.ndarray) -> Quantities:
    """Add up a turn."""
    n = labs.bid.shape[1]
    permits, violations = _count(labs.has_permit), _count(~labs.compliant)
    without = n - permits
    deterred = without - violations
    audits, catches = _count(labs.audited), _count(labs.caught)
    checks = audits + _count(labs.backchecked)
    rents = np.where(labs.runs, labs.gross_value - rules.cost, 0.0).sum(axis=1)
    audit = rules.game.audit
    return Quantities(
        price=price,
        permits=permits,
        violations=violations,
        deterred=deterred,
        compliance_rate=(n - violations) / n,
        unpermitted_compliance_rate=np.divide(
            deterred, without, out=np.full(len(price), np.nan), where=without > 0
        ),
        audits=audits,
        false_audits=_count(labs.audited & labs.compliant),
        checks=checks,
        catches=catches,
        penalties=rules.penalty * catches,
        revenue=np.where(permits > 0, price, 0.0) * permits,
        welfare=rents + (rules.racing - audit.harm) * violations - audit.cost * checks,
    )


def _count(labs: np.ndarray) -> np.ndarray:
    return np.count_nonzero(labs, axis=1).astype(float)


class Play:
    """A game under way in some replications: its labs, the Governor's account, and the next step.

    Parameters
    ----------
    game : Game
    seed : int
    replications : range
    """

    def __init__(self, game: Game, seed: int, replications: range) -> None:
        self.rules = rules_of(game)
        self.draws = Draws(seed, game.n_agents, replications)
        self.columns = Columns.drawn(game, self.draws)
        self.account = np.zeros(len(replications))
        self.next_step = 0

    def turns(self, steps: int) -> Iterator[Quantities]:
        """Play `steps` turns, and yield what each came to as it ends."""
        ahead = max(1, DRAWS_AHEAD // self.columns.bid.size)
        end = self.next_step + steps
        while self.next_step < end:
            chunk = range(self.next_step, min(end, self.next_step + ahead))
            draws = self.draws.uniforms(Purpose.ENFORCEMENT, chunk)
            for step in range(len(chunk)):
                yield self._turn(draws[:, step])

    def _turn(self, u: np.ndarray) -> Quantities:
        price = trade(self.columns, self.rules)
        comply(self.columns, self.rules, price)
        enforce(self.columns, self.rules, u)
        self.next_step += 1
        turn = measure(self.columns, self.rules, price)
        self.account += turn.revenue + turn.penalties - self.rules.game.audit.cost * turn.checks
        return turn
