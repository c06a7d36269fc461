"""What a Governor does with what it sees."""

from __future__ import annotations

import numpy as np

from deterrence import ParameterError, Problem
from simulation._arguments import check_parameter
from simulation._behaviour import Turn
from simulation._turn import count


class Static:
    """A Governor that keeps to the game's policy."""

    def __init__(self, like: np.ndarray) -> None:
        del like

    def policy(self, turn: Turn) -> tuple[float, float]:
        """Audit probabilities of the game."""
        audit = turn.rules.game.audit
        return audit.high_prob, audit.base_prob

    def learn(self, turn: Turn) -> None:
        """Learn nothing."""


class _Adaptive:
    """A Governor that moves the audit probability after a suspicious signal, from the game's on."""

    def __init__(self, like: np.ndarray) -> None:
        self.replications = len(like)
        self.pi_1: np.ndarray | None = None

    def policy(self, turn: Turn) -> tuple[np.ndarray, float]:
        """Audit probability as it is now, and the game's after a clean signal."""
        audit = turn.rules.game.audit
        if self.pi_1 is None:
            self.pi_1 = np.full((self.replications, 1), audit.high_prob)
        return self.pi_1, audit.base_prob

    def learn(self, turn: Turn) -> None:
        """Move."""
        self.pi_1 = np.clip(turn.policy[0] + self.move(turn), 0.0, 1.0)

    def move(self, turn: Turn) -> np.ndarray:
        """By how much, of shape (replications, 1)."""
        raise NotImplementedError


class Gradient(_Adaptive):
    """A Governor that climbs expected sanctions less the disruption of audits.

    In turn n it moves by scale / (1 + n) times P s - (v* - c) pi_1, where s is the share of violators that
    looked suspicious, the unbiased estimate of the gradient of P beta pi_1 - (v* - c) pi_1^2 / 2. Where
    nobody violates, or no permit is for sale, it has nothing to learn from, and stays.

    Parameters
    ----------
    like : array of shape (replications, labs)
    scale : float, > 0, per money

    References
    ----------
    .. [1] Robbins and Monro (1951), A stochastic approximation method, Ann. Math. Stat. 22:400-407.
    """

    def __init__(self, like: np.ndarray, *, scale: float = 1.0) -> None:
        super().__init__(like)
        check_parameter("scale", scale, above=0)
        self.scale = scale

    def move(self, turn: Turn) -> np.ndarray:
        """By how much, of shape (replications, 1)."""
        violations = turn.violates.sum(axis=1, keepdims=True)
        seen = (turn.signal & turn.violates).sum(axis=1, keepdims=True) / np.maximum(violations, 1)
        slope = turn.rules.punishment * seen - turn.price * turn.policy[0]
        learns = (violations > 0) & ~np.isnan(turn.price)
        return np.where(learns, self.scale / (1 + turn.step) * slope, 0.0)


class Lowering(_Adaptive):
    """A Governor that lowers the audit probability until violations appear, and then raises it.

    Parameters
    ----------
    like : array of shape (replications, labs)
    down, up : float, > 0
        Steps after a turn without, and with, a violation that it knows of.
    sees : {"violations", "catches"}
        Whether it learns of every violation, or of those only that it catches.
    """

    def __init__(self, like: np.ndarray, *, down: float, up: float, sees: str = "violations") -> None:
        super().__init__(like)
        check_parameter("down", down, above=0)
        check_parameter("up", up, above=0)
        if sees not in ("violations", "catches"):
            raise ParameterError(Problem("sees", sees, "is nothing to see", "'violations' or 'catches'"))
        self.down, self.up, self.sees = down, up, sees

    def move(self, turn: Turn) -> np.ndarray:
        """By how much, of shape (replications, 1)."""
        known = turn.violates if self.sees == "violations" else turn.caught
        return np.where(known.any(axis=1, keepdims=True), self.up, -self.down)


class Tracking(_Adaptive):
    """A Governor that steers the share of labs that need a permit and have none that violate to a target.

    In turn n it moves by scale / (1 + n) times that share less the target.

    Parameters
    ----------
    like : array of shape (replications, labs)
    target : float, in [0, 1]
    scale : float, > 0
    """

    def __init__(self, like: np.ndarray, *, target: float, scale: float = 1.0) -> None:
        super().__init__(like)
        check_parameter("target", target, least=0, most=1)
        check_parameter("scale", scale, above=0)
        self.target, self.scale = target, scale

    def move(self, turn: Turn) -> np.ndarray:
        """By how much, of shape (replications, 1)."""
        share, known = violating_share(turn)
        return np.where(known, self.scale / (1 + turn.step) * (share - self.target), 0.0)


class Responding:
    """A Governor that audits every signal alike, with a logit probability of what it expects of an audit.

    An audit costs the audit's cost and brings ``recovery`` if it finds a violation. The Governor expects the
    share of labs without a permit that violate which it has seen on average; before it has seen any, a half.

    Parameters
    ----------
    like : array of shape (replications, labs)
    precision : float, >= 0, per money
        0 is a coin; the larger, the nearer to a best response.
    recovery : float, >= 0, money

    References
    ----------
    .. [1] Fudenberg and Kreps (1993), Learning mixed equilibria, Games Econ. Behav. 5:320-367.
    """

    def __init__(self, like: np.ndarray, *, precision: float, recovery: float) -> None:
        check_parameter("precision", precision, least=0)
        check_parameter("recovery", recovery, least=0)
        self.precision, self.recovery = precision, recovery
        self.shares, self.turns = np.zeros((2, len(like), 1))

    def policy(self, turn: Turn) -> tuple[np.ndarray, np.ndarray]:
        """The same probability after either signal."""
        expected = np.where(self.turns > 0, self.shares / np.maximum(self.turns, 1), 0.5)
        audits = logistic(self.precision * (expected * self.recovery - turn.rules.game.audit.cost))
        return audits, audits

    def learn(self, turn: Turn) -> None:
        """See which share violated."""
        share, known = violating_share(turn)
        self.shares += share
        self.turns += known


class Replicating:
    """A Governor that audits every signal alike, the more the better audits paid in the last turn.

    The log-odds of an audit, at first those of the game's ``high_prob``, move by ``rate`` times what an audit
    of a lab without a permit brought on average: ``recovery`` times the share that violated, less the cost.

    Parameters
    ----------
    like : array of shape (replications, labs)
    rate : float, > 0, per money
    recovery : float, >= 0, money

    References
    ----------
    .. [1] Hofbauer and Sigmund (1998), Evolutionary Games and Population Dynamics.
    """

    def __init__(self, like: np.ndarray, *, rate: float, recovery: float) -> None:
        check_parameter("rate", rate, above=0)
        check_parameter("recovery", recovery, least=0)
        self.rate, self.recovery = rate, recovery
        self.replications = len(like)
        self.log_odds: np.ndarray | None = None

    def policy(self, turn: Turn) -> tuple[np.ndarray, np.ndarray]:
        """The same probability after either signal."""
        if self.log_odds is None:
            first = turn.rules.game.audit.high_prob
            with np.errstate(divide="ignore"):
                self.log_odds = np.full((self.replications, 1), np.log(first) - np.log1p(-first))
        audits = logistic(self.log_odds)
        return audits, audits

    def learn(self, turn: Turn) -> None:
        """Move by what audits brought, if there was anybody to audit."""
        share, known = violating_share(turn)
        brought = share * self.recovery - turn.rules.game.audit.cost
        self.log_odds = self.log_odds + np.where(known, self.rate * brought, 0.0)


def violating_share(turn: Turn) -> tuple[np.ndarray, np.ndarray]:
    """Share of the labs without a permit that violate, 0 of none, and whether there are any.

    Both of shape (replications, 1). A lab that needs no permit is not among them.
    """
    without = count(turn.needs_permit & ~turn.has_permit)[:, None]
    return count(turn.violates)[:, None] / np.maximum(without, 1), without > 0


def logistic(log_odds: np.ndarray) -> np.ndarray:
    """Probability with these log-odds."""
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds < 0, small, 1.0) / (1 + small)
