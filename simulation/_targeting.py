"""A Governor that keeps labs which it caught in a target group, and labs that look ahead to it."""

from __future__ import annotations

from typing import Any

import numpy as np

from deterrence import ParameterError, Problem, TargetingGovernor, complies
from simulation._arguments import check_parameter
from simulation._behaviour import Turn
from simulation._draws import Purpose
from simulation._lab_behaviours import LARGEST_GAIN
from simulation._rules import cuts_of, detection, penalty_of


class Targeting:
    """A Governor that keeps labs which it caught in a target group, and looks at them more closely.

    Labs start in the first group, under the game's own policy. A lab that is caught is in the target group
    from the next turn on. One that is audited, backchecked or, if it does not run, inspected there, and
    does not violate, returns with a probability.

    Parameters
    ----------
    like : array of shape (replications, labs)
    high_prob, base_prob : float, in [0, 1]
        Audit probabilities in the target group, after a suspicious and after a clean signal.
    penalty_amount : float, >= 0, money
        Fine there.
    return_prob : float, in [0, 1]

    References
    ----------
    .. [1] Harrington (1988), Enforcement leverage when penalties are restricted, J. Public Econ. 37:29-53.
    """

    def __init__(
        self,
        like: np.ndarray,
        *,
        high_prob: float,
        base_prob: float,
        penalty_amount: float,
        return_prob: float,
    ) -> None:
        check_parameter("high_prob", high_prob, least=0, most=1)
        check_parameter("base_prob", base_prob, least=0, most=1)
        check_parameter("penalty_amount", penalty_amount, least=0)
        check_parameter("return_prob", return_prob, least=0, most=1)
        self.high_prob, self.base_prob = high_prob, base_prob
        self.penalty_amount, self.return_prob = penalty_amount, return_prob
        self.target = np.zeros_like(like, dtype=bool)

    def policy(self, turn: Turn) -> tuple[np.ndarray, np.ndarray]:
        """Audit probabilities of each lab's group; its fine, and who is watched, are put into the turn."""
        audit, target = turn.rules.game.audit, self.target
        turn.watched, turn.fine = target, np.where(target, self.penalty_amount, turn.fine)
        return (
            np.where(target, self.high_prob, audit.high_prob),
            np.where(target, self.base_prob, audit.base_prob),
        )

    def learn(self, turn: Turn) -> None:
        """Let some go, and take in who was caught."""
        cleared = turn.checked & ~turn.violates
        released = cleared & (turn.luck(Purpose.GOVERNOR) < self.return_prob)
        self.target = (self.target & ~released) | turn.caught


class FarSighted:
    """Labs that know how a Governor with a target group acts, and look ahead.

    A lab does what is best for ever, discounted, where it can be in one of two states: in the first group,
    under the game's own policy, and in the target group. It finds that out by policy iteration, once, and
    anew when something that it reckons with has changed. It reckons as if its gain, its risk, what it loses
    beside the fine, how it would split a run and how far audits reach were always to be as they are now,
    and as if it never held a permit. With a discount factor of 0 it is as rational labs are.

    Parameters
    ----------
    like : array of shape (replications, labs)
    governor : TargetingGovernor
        What the Governor does, and the labs' discount factor.

    References
    ----------
    .. [1] Howard (1960), Dynamic Programming and Markov Processes.
    """

    def __init__(self, like: np.ndarray, *, governor: TargetingGovernor) -> None:
        del like
        if not isinstance(governor, TargetingGovernor):
            raise ParameterError(Problem("governor", governor, "has no target group", "a TargetingGovernor"))
        self.governor = governor
        self._first_fine: Any = None
        self._seen: tuple[Any, ...] = ()
        self._plan: tuple[np.ndarray, np.ndarray] | None = None

    def complies(self, turn: Turn) -> np.ndarray:
        """Which labs would not run without a permit."""
        if self._plan is None:
            self._first_fine = turn.fine  # all labs start in the first group
        seen = turn.gain, turn.reputation, turn.carried_out
        if self._plan is None or any(now is not then for now, then in zip(seen, self._seen, strict=True)):
            self._seen, self._plan = seen, self._planned(turn)
        first, target = self._plan
        return first if turn.watched is None else np.where(turn.watched, target, first)

    def learn(self, turn: Turn) -> None:
        """Learn nothing: they know."""

    def _planned(self, turn: Turn) -> tuple[np.ndarray, np.ndarray]:
        """Whether a lab complies in the first group, and in the target group."""
        audit, governor = turn.rules.game.audit, self.governor
        found_1, found_2 = (_detection(turn, by.high_prob, by.base_prob) for by in (audit, governor))
        loss_1, loss_2 = (
            turn.risk_profile * (penalty_of(audit, fine) + turn.reputation)
            for fine in (self._first_fine, governor.penalty_amount)
        )
        evident = 1.0 if turn.splits is None else np.where(turn.splits, turn.coordination, 1.0)
        gain = np.minimum(turn.gain, LARGEST_GAIN)
        back, worse, plan = governor.return_prob, 0.0, None
        for _ in range(4):  # there are four policies, and each in turn is better than the one before
            plan = (
                complies(p_eff=found_1, B=np.maximum(evident * (loss_1 + worse), 0.0), g=gain),
                complies(p_eff=found_2, B=np.maximum(evident * loss_2 + back * worse, 0.0), g=gain),
            )
            earned_1 = np.where(plan[0], 0.0, gain - found_1 * evident * loss_1)
            earned_2 = np.where(plan[1], 0.0, gain - found_2 * evident * loss_2)
            moves = np.where(plan[0], 0.0, found_1 * evident) + np.where(plan[1], found_2 * back, 0.0)
            # By how much it is worse, from now on, to be in the target group.
            worse = governor.discount * (earned_1 - earned_2) / (1 - governor.discount * (1 - moves))
        assert plan is not None
        return plan


def _detection(turn: Turn, high_prob: float, base_prob: float) -> Any:
    """Probability that a violator is caught under a policy, as labs expect it."""
    suspicious, clean = turn.carried_out or (1.0, 1.0)
    cuts = cuts_of(turn.rules.game.audit, high_prob * suspicious, base_prob * clean, turn.beta)
    return detection(cuts)
