"""What a Governor does with what it sees."""

from __future__ import annotations

import numpy as np

from deterrence import ParameterError, Problem
from simulation._arguments import check_parameter
from simulation._behaviour import Turn


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
        without = (turn.needs_permit & ~turn.has_permit).sum(axis=1, keepdims=True)
        share = turn.violates.sum(axis=1, keepdims=True) / np.maximum(without, 1)
        return np.where(without > 0, self.scale / (1 + turn.step) * (share - self.target), 0.0)
