"""A game in which every turn may depend on those before: labs and a Governor that learn, and memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deterrence import ParameterError, Problem, complies
from simulation._behaviour import Turn
from simulation._columns import LabTurn
from simulation._enforcement import CATCHES, CHECKS
from simulation._governors import Static
from simulation._inspection import inspect
from simulation._memory import memories_of
from simulation._play import Play
from simulation._quantities import Turns
from simulation._rules import Rules, cuts_of, detection, penalty_of
from simulation._sale import sell
from simulation._traits import traits_of, types_of
from simulation._turn import TOTALS, Totals, add_up, count

Maker = Callable[[np.ndarray], Any]
"""What makes a behaviour, given an array of shape (replications, labs) to make others after."""


class Unfolding(Play):
    """A game played turn by turn.

    What does not change from turn to turn is worked out once, until a lab changes.
    """

    def __init__(self, rules: Rules, seed: int, replications: range, makers: tuple[Maker, Maker]) -> None:
        super().__init__(rules, seed, replications)
        like = self.types["gross_value"]
        self._labs, self._governor = (maker(like) for maker in makers)
        self._memories = memories_of(rules.game, like)
        self._wealth, self._account = self._zeros(float), np.zeros(len(replications))
        self._kept: dict[str, dict[str, Any]] = {}
        lab = rules.game.lab
        self._expects_the_same = type(self._governor) is Static and not self._memories
        self._sells_the_same = not (
            lab.redraw_values
            or lab.racing_gap
            or getattr(rules.game.market, "supply", None) is not None
            or (lab.bid_rule == "strategic" and not self._expects_the_same)
        )

    def _play(self, steps: range, keep_labs: bool) -> Turns:
        steps = steps[:1] if keep_labs else steps
        # Of all turns what one thing came to lies together, and there the replications.
        sums = np.empty((1 + len(TOTALS), len(steps), len(self._account)))
        counts = np.empty((4, *sums.shape[1:]), dtype=np.min_scalar_type(len(self.present)))
        for turn, step in enumerate(steps):
            totals, counts[:, turn], sums[0, turn] = self._turn(step)
            for row, name in zip(sums[1:, turn], TOTALS, strict=True):
                row[:] = getattr(totals, name)[:, 0]
        penalties, *sums = sums.swapaxes(1, 2)
        totals = Totals(**dict(zip(TOTALS, sums, strict=True)))
        return Turns(self.rules, totals, counts.swapaxes(1, 2), penalties)

    def _turn(self, step: int) -> tuple[Totals, np.ndarray, np.ndarray]:
        """What one turn came to: totals, counts, and penalties paid."""
        turn, game = Turn(self.rules, self._draws, step), self.rules.game
        if game.lab.redraw_values and step:
            self.types |= self._laid_out(types_of(game, self._draws, step))
            value = self.types["gross_value"]
            self._kept.get("traits", {}).update(gross_value=value, rent=value - self.rules.cost)
        self._stage("traits", turn, True, self._traits)
        turn.racing, turn.reputation = self.rules.racing, game.lab.reputation_sensitivity
        turn.carried_out = turn.watched = None
        turn.policy = turn.high_prob, turn.base_prob = self._governor.policy(turn)
        if not (self._expects_the_same and "expectations" in self._kept):
            for name in ("high_prob", "base_prob"):
                _check_probability(name, getattr(turn, name), turn.gross_value.shape)
        for memory in self._memories:
            memory.recall(turn)
        self._stage("expectations", turn, self._expects_the_same, _expect)
        self._stage("sale", turn, self._sells_the_same, sell)
        _decide(turn, self._labs.complies)
        counts = inspect(turn)
        stolen = turn.violates * turn.rent
        if turn.splits is not None:
            stolen -= turn.splits * turn.split_cost
        totals, penalties = _totals(turn, stolen), _fines(turn, counts)
        wealth = self._wealth + turn.permitted_income
        wealth += stolen
        if np.any(turn.racing):
            wealth += turn.violates * turn.racing
        wealth -= turn.caught * turn.penalty
        paid = totals.revenue[:, 0] + penalties - game.audit.cost * counts[CHECKS]
        account = self._account + paid
        for learner in (self._labs, self._governor, *self._memories):
            learner.learn(turn)
        self.policy = turn.policy
        self.labs = LabTurn(turn, dict(self.types), wealth)
        self._next_step, self._wealth, self._account = step + 1, wealth, account
        return totals, counts, penalties

    def _stage(self, name: str, turn: Turn, lasts: bool, work_out: Callable[[Turn], dict[str, Any]]) -> None:
        """Put attributes into a turn: those of the last turn, if they are the same in this one."""
        made = self._kept.get(name) if lasts else None
        if made is None:
            made = self._kept[name] = work_out(turn)
        vars(turn).update(made)

    def _traits(self, turn: Turn) -> dict[str, Any]:
        return traits_of(turn.rules, self.types, self.present)

    def wealth(self) -> np.ndarray:
        """What each lab has earned less what it has paid, of shape (replications, labs)."""
        return self._wealth

    def total_wealth(self) -> np.ndarray:
        """What all labs together have, of shape (replications,)."""
        return add_up(self._wealth)[:, 0]

    def account(self) -> np.ndarray:
        """What the Governor has, of shape (replications,)."""
        return self._account

    def _close(self) -> None:
        self._kept = {}

    def _own_wealth(self) -> np.ndarray:
        self._wealth = self._wealth.copy(order="K")  # the last turn keeps its own
        return self._wealth


def _expect(turn: Turn) -> dict[str, Any]:
    """What labs expect of enforcement: attributes of a turn."""
    audit = turn.rules.game.audit
    cuts = believed = cuts_of(audit, turn.high_prob, turn.base_prob, turn.beta)
    if turn.carried_out is not None:
        suspicious, clean = turn.carried_out
        believed = cuts_of(audit, turn.high_prob * suspicious, turn.base_prob * clean, turn.beta)
    penalty = penalty_of(audit, turn.fine)
    punishment = turn.risk_profile * (penalty + turn.reputation)
    return {
        "cuts": cuts,
        "p_eff": detection(believed),
        "penalty": penalty,
        "punishment": punishment,
        "mean_policy": (_mean(turn.high_prob, turn), _mean(turn.base_prob, turn)),
    }


def _decide(turn: Turn, complies_by: Callable[[Turn], Any]) -> None:
    """Let labs without a permit decide: first how they would violate, then whether."""
    turn.splits = None
    if turn.rules.game.lab.splitting is not None:
        loss = turn.p_eff * turn.punishment
        better = ~complies(p_eff=1.0, B=turn.split_cost, g=(1 - turn.coordination) * loss)
        turn.gain = np.where(better, turn.gain - turn.split_cost, turn.gain)
        turn.punishment = np.where(better, turn.coordination * turn.punishment, turn.punishment)
        turn.splits = better
    complying = complies_by(turn)
    _check_bools("complies", complying, turn.has_permit.shape)
    turn.violates = ~(turn.has_permit | complying)
    turn.violates &= turn.needs_permit
    if turn.splits is not None:
        turn.splits = turn.splits & turn.violates


def _totals(turn: Turn, stolen: np.ndarray) -> Totals:
    violations = count(turn.violates).astype(float)[:, None]
    return Totals(
        labs=turn.labs,
        exempt=turn.exempt_labs,
        price=turn.price,
        permits=turn.permits,
        violations=violations,
        rents=turn.permitted_rents + add_up(stolen),
        racing=turn.racing * violations if np.ndim(turn.racing) == 0 else add_up(turn.violates * turn.racing),
        revenue=turn.revenue,
        high_prob=turn.mean_policy[0],
        base_prob=turn.mean_policy[1],
    )


def _mean(policy: Any, turn: Turn) -> np.ndarray:
    """Mean over the labs, of shape (replications, 1)."""
    policy = np.asarray(policy)
    if policy.ndim and policy.shape[-1] > 1:
        return add_up(policy * turn.present) / np.maximum(turn.labs, 1)
    return np.broadcast_to(policy, turn.labs.shape)


def _fines(turn: Turn, counts: np.ndarray) -> np.ndarray:
    """Paid by caught labs, of shape (replications,)."""
    if np.ndim(turn.penalty) == 0:
        return turn.penalty * counts[CATCHES]
    return add_up(turn.caught * turn.penalty)[:, 0]


def _check_bools(field: str, value: Any, shape: tuple[int, ...]) -> None:
    if isinstance(value, np.ndarray) and value.dtype == bool and value.shape == shape:
        return
    if np.asarray(value).dtype != bool or not _fits(value, shape):
        raise ParameterError(Problem(field, value, "is no answer", f"bool, to broadcast to {shape}"))


def _check_probability(field: str, value: Any, shape: tuple[int, ...]) -> None:
    values = np.asarray(value)
    if values.dtype.kind not in "fiu" or not _fits(value, shape) or not ((values >= 0) & (values <= 1)).all():
        raise ParameterError(Problem(field, value, "is no policy", f"in [0, 1], to broadcast to {shape}"))


def _fits(value: Any, shape: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(np.shape(value), shape) == shape
    except ValueError:
        return False
