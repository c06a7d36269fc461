"""What is remembered of past turns, whoever decides: catches, capability, and how far audits reach.

A memory puts what it holds into a turn that begins, by ``recall``, and looks at one that is over, by
``learn``.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from deterrence import AuditCapacity, AuditEscalation, Game, RacingGap
from simulation._behaviour import Turn
from simulation._turn import add_up, count

MOST_GROWN = 1e100
"""How far a loss of reputation can grow: far from where numbers end, however long a game is."""


class Memory(Protocol):
    """Something that lasts from turn to turn."""

    def recall(self, turn: Turn) -> None:
        """Put what is remembered into a turn that begins."""
        ...

    def learn(self, turn: Turn) -> None:
        """Look at a turn that is over."""
        ...


def memories_of(game: Game, like: np.ndarray) -> list[Memory]:
    """The memories of a game, with arrays made after `like`, of shape (replications, labs)."""
    audit, lab = game.audit, game.lab
    made: list[Any] = []
    if audit.escalation is not None:
        made.append(Coefficients(like, audit.escalation))
    if audit.capacity is not None:
        made.append(Reach(like, audit.capacity))
    if lab.reputation_escalation:
        made.append(Reputation(like, lab.reputation_escalation))
    if lab.racing_gap is not None:
        made.append(Capability(like, lab.racing_gap))
    return made


class Coefficients:
    """Audit coefficients that grow with each catch, and fade."""

    def __init__(self, like: np.ndarray, escalation: AuditEscalation) -> None:
        self.excess, self.escalation = np.zeros_like(like), escalation

    def recall(self, turn: Turn) -> None:
        """Audit suspicious signals of labs that were caught more."""
        turn.high_prob = np.minimum((1 + self.excess) * turn.high_prob, 1.0)

    def learn(self, turn: Turn) -> None:
        """Add what was caught, then fade."""
        self.excess = (1 - self.escalation.decay) * (self.excess + self.escalation.increment * turn.caught)


class Reach:
    """How large a share of the audits that are called for can be carried out."""

    def __init__(self, like: np.ndarray, capacity: AuditCapacity) -> None:
        first = np.full((len(like), 1), capacity.expected)
        self.capacity, self.carried_out = capacity, (first, first)

    def recall(self, turn: Turn) -> None:
        """Let labs expect what they saw last."""
        turn.carried_out = self.carried_out

    def learn(self, turn: Turn) -> None:
        """See which share of the suspicious, and of the clean, was audited; all of none."""
        if self.capacity.priority == "lot":
            share = _share(turn.audited, turn.called_for)
            self.carried_out = share, share
        else:
            signal = turn.signal
            self.carried_out = (
                _share(turn.audited & signal, turn.called_for & signal),
                _share(turn.audited & ~signal, turn.called_for & ~signal),
            )


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    of = count(whole)[:, None]
    return np.where(of > 0, count(part)[:, None] / np.maximum(of, 1), 1.0)


class Reputation:
    """Losses of reputation that grow by a share with every catch."""

    def __init__(self, like: np.ndarray, growth: float) -> None:
        self.factor, self.growth = np.ones_like(like), growth

    def recall(self, turn: Turn) -> None:
        """Let labs fear what they would lose now."""
        turn.reputation = turn.reputation * self.factor

    def learn(self, turn: Turn) -> None:
        """Grow where a lab was caught."""
        grown = np.minimum(self.factor * (1 + self.growth), MOST_GROWN)
        self.factor = np.where(turn.caught, grown, self.factor)


class Capability:
    """What a lab can do by all its runs, and the racing value of being ahead."""

    def __init__(self, like: np.ndarray, gap: RacingGap) -> None:
        self.capability, self.gap = np.zeros_like(like), gap

    def recall(self, turn: Turn) -> None:
        """Race the more, the farther a lab is from the mean of all."""
        labs = np.maximum(count(turn.present), 1)[:, None]
        ahead = self.capability - add_up(self.capability * turn.present) / labs
        turn.racing = turn.racing * np.maximum(1 + self.gap.sensitivity * ahead / self.gap.scale, 0.0)

    def learn(self, turn: Turn) -> None:
        """Add the value of every run."""
        self.capability = self.capability + turn.gross_value * (turn.runs | turn.exempt)
