"""What turns come to for the market as a whole."""

from __future__ import annotations

import numpy as np

from simulation._enforcement import AUDITS, CATCHES, CHECKS, FALSE_AUDITS
from simulation._rules import Rules
from simulation._turn import TOTALS, Totals


class Quantities:
    """What turns came to, each quantity an array of floats with one row per replication.

    Attributes
    ----------
    price : money
        Permit price; NaN where no permits are for sale (a cap of 0).
    permits, violations, deterred : labs
        Labs with a permit; labs that run without one they need; labs that need one, have none, and comply.
    compliance_rate : in [0, 1]
        Share of all labs that do not violate.
    unpermitted_compliance_rate : in [0, 1]
        Share of the labs that need a permit and have none that comply; NaN if there is no such lab.
    audits, false_audits, checks : counts
        Audits after a signal, those of compliant labs, and audits plus backchecks.
    catches : count
        Violations found by an audit or a backcheck.
    penalties, revenue : money
        Paid by caught labs, and for permits, to the Governor.
    welfare : money
        Rents of all runs, plus racing value less harm of the violations, less the cost of checks.
    collateral_posted, collateral_seized, collateral_refunded : money
        Deposits of the labs that need a permit, made when the turn starts; what of them pays penalties of
        caught labs; what is given back when the turn is over. Not among `QUANTITIES`.
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
    collateral_posted: np.ndarray
    collateral_seized: np.ndarray
    collateral_refunded: np.ndarray


ESCROW = ("collateral_posted", "collateral_seized", "collateral_refunded")
"""Names of what becomes of the labs' deposits in a turn."""
QUANTITIES = tuple(name for name in Quantities.__annotations__ if name not in ESCROW)
"""Names of the quantities of a turn, in order."""


class Policy:
    """With which probabilities the Governor audited, arrays as of `Quantities`.

    Attributes
    ----------
    high_prob, base_prob : in [0, 1]
        After a suspicious and after a clean signal; means over the labs, where it does not treat all alike.
    """

    high_prob: np.ndarray
    base_prob: np.ndarray


POLICY = tuple(Policy.__annotations__)
"""Names of the parts of a policy."""


class Turns:
    """Some turns with the same decisions: what was counted in them, and all that follows from it.

    Every one of `QUANTITIES`, `POLICY` and `ESCROW` is an attribute, of shape (replications, steps), or
    (replications, 1) where it is the same in all.

    Parameters
    ----------
    rules : Rules
    totals : Totals
    counts : array of shape (4, replications, steps)
        As from `enforce`, or means of them.
    penalties : array of shape (replications, steps), money, optional
        What caught labs paid. By default the same was decided in all of the turns, so that the totals are
        there once, and all labs pay the same.
    """

    def __init__(
        self, rules: Rules, totals: Totals, counts: np.ndarray, penalties: np.ndarray | None = None
    ) -> None:
        self.rules, self.totals, self.counts, self._penalties = rules, totals, counts, penalties

    @property
    def alike(self) -> bool:
        """Whether the same was decided in all of them."""
        return self._penalties is None

    @classmethod
    def unknown(cls, rules: Rules, replications: int) -> Turns:
        """One turn of which nothing is known."""
        nothing = np.full((replications, 1), np.nan)
        return cls(rules, Totals(**dict.fromkeys(TOTALS, nothing)), np.full((4, replications, 1), np.nan))

    @classmethod
    def joined(cls, pieces: list[Turns], axis: int) -> Turns:
        """Turns of more replications (axis 0), or later turns (axis 1)."""
        first = pieces[0]
        counts = np.concatenate([piece.counts for piece in pieces], axis=1 + axis)
        if axis == 1 and first.alike:
            return cls(first.rules, first.totals, counts)
        totals = {
            k: np.concatenate([getattr(piece.totals, k) for piece in pieces], axis=axis) for k in TOTALS
        }
        penalties = None if first.alike else np.concatenate([piece.penalties for piece in pieces], axis=axis)
        return cls(first.rules, Totals(**totals), counts, penalties)

    def mean(self, steps: int) -> Turns:
        """The mean turn."""
        if self.alike:
            return Turns(self.rules, self.totals, self.counts / steps)
        totals = Totals(**{k: v / steps for k, v in vars(self.totals).items()})
        return Turns(self.rules, totals, self.counts / steps, self.penalties / steps)

    def added_to(self, earlier: Turns | None) -> Turns:
        """One turn with the sums of these and of earlier ones, themselves one turn with sums.

        Added from the first to the last, since the last digits of money depend on the order.
        """
        counts = self.counts.sum(axis=2, keepdims=True, dtype=np.int64)
        if earlier is not None:
            counts += earlier.counts
        if self.alike:
            return Turns(self.rules, self.totals, counts)
        pieces = [self] if earlier is None else [earlier, self]
        totals = {k: _running([getattr(piece.totals, k) for piece in pieces]) for k in TOTALS}
        return Turns(self.rules, Totals(**totals), counts, _running([piece.penalties for piece in pieces]))

    def part(self, steps: slice) -> Turns:
        """Some of the turns."""
        if self.alike:
            return Turns(self.rules, self.totals, self.counts[..., steps])
        totals = Totals(**{k: v[:, steps] for k, v in vars(self.totals).items()})
        return Turns(self.rules, totals, self.counts[..., steps], self.penalties[:, steps])

    @property
    def steps(self) -> int:
        """Number of turns."""
        return self.counts.shape[2]

    @property
    def price(self) -> np.ndarray:
        return self.totals.price

    @property
    def permits(self) -> np.ndarray:
        return self.totals.permits

    @property
    def violations(self) -> np.ndarray:
        return self.totals.violations

    @property
    def deterred(self) -> np.ndarray:
        return self._without_permit - self.violations

    @property
    def _without_permit(self) -> np.ndarray:
        """Labs that need a permit and have none."""
        return self._labs - self.totals.exempt - self.permits

    @property
    def _labs(self) -> np.ndarray:
        return self.totals.labs

    @property
    def compliance_rate(self) -> np.ndarray:
        return _share(self._labs - self.violations, self._labs)

    @property
    def unpermitted_compliance_rate(self) -> np.ndarray:
        return _share(self.deterred, self._without_permit)

    @property
    def audits(self) -> np.ndarray:
        return self.counts[AUDITS].astype(float)

    @property
    def false_audits(self) -> np.ndarray:
        return self.counts[FALSE_AUDITS].astype(float)

    @property
    def checks(self) -> np.ndarray:
        return self.counts[CHECKS].astype(float)

    @property
    def catches(self) -> np.ndarray:
        return self.counts[CATCHES].astype(float)

    @property
    def penalties(self) -> np.ndarray:
        return self.rules.penalty * self.counts[CATCHES] if self._penalties is None else self._penalties

    @property
    def revenue(self) -> np.ndarray:
        return self.totals.revenue

    @property
    def high_prob(self) -> np.ndarray:
        return self.totals.high_prob

    @property
    def base_prob(self) -> np.ndarray:
        return self.totals.base_prob

    @property
    def welfare(self) -> np.ndarray:
        audit = self.rules.game.audit
        created = self.totals.rents + self.totals.racing - audit.harm * self.violations
        return created - audit.cost * self.counts[CHECKS]

    @property
    def collateral_posted(self) -> np.ndarray:
        return self.rules.game.audit.collateral * (self._labs - self.totals.exempt)

    @property
    def collateral_seized(self) -> np.ndarray:
        # Whatever the fine, a lab pays its deposit first: all of it, or the liability cap if that is less.
        return min(self.rules.game.audit.collateral, self.rules.penalty) * self.counts[CATCHES]

    @property
    def collateral_refunded(self) -> np.ndarray:
        return self.collateral_posted - self.collateral_seized


def _running(pieces: list[np.ndarray]) -> np.ndarray:
    """Sum over the steps, one after another, of shape (replications, 1)."""
    return np.cumsum(np.concatenate(pieces, axis=1), axis=1)[:, -1:]


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
