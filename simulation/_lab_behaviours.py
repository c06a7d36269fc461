"""How labs decide and learn: the behaviours that a scenario can name, and a user's own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from deterrence import complies
from simulation._arguments import check_parameter
from simulation._behaviour import Turn

_OF_EACH_LAB = (
    "gross_value", "risk_profile", "rent", "high_prob", "base_prob", "p_eff", "price", "gain", "punishment",
    "has_permit", "violates", "audited", "checked", "caught",
)  # fmt: skip


class Rational:
    """Labs that know the policy, and comply iff the expected punishment is at least the gain."""

    def __init__(self, like: np.ndarray) -> None:
        del like

    def complies(self, turn: Turn) -> np.ndarray:
        """Which labs would not run without a permit."""
        return complies(p_eff=turn.p_eff, B=turn.punishment, g=turn.gain)

    def learn(self, turn: Turn) -> None:
        """Learn nothing: they know."""


class Bayesian:
    """Labs that learn how likely a violator is caught from their own violations.

    A lab's belief is a beta distribution, and it acts on the mean: it violates iff that times the
    punishment falls short of the gain. A lab that complies does not run, and learns nothing.

    Parameters
    ----------
    like : array of shape (replications, labs)
    caught, missed : float, > 0
        Violations that were caught, and that were not, which a lab has in mind before the first turn.
    """

    def __init__(self, like: np.ndarray, *, caught: float = 1.0, missed: float = 1.0) -> None:
        check_parameter("caught", caught, above=0)
        check_parameter("missed", missed, above=0)
        self.caught, self.violations = np.full_like(like, caught), np.full_like(like, caught + missed)

    def complies(self, turn: Turn) -> np.ndarray:
        """Which labs would not run without a permit."""
        return complies(p_eff=self.caught / self.violations, B=turn.punishment, g=turn.gain)

    def learn(self, turn: Turn) -> None:
        """Count violations and catches."""
        self.violations += turn.violates
        self.caught += turn.caught


class Logit:
    """Labs that violate with the logit probability of what they expect of it.

    Parameters
    ----------
    like : array of shape (replications, labs)
    precision : float, >= 0, per money
        0 is a coin; the larger, the nearer to rational labs.
    """

    def __init__(self, like: np.ndarray, *, precision: float) -> None:
        check_parameter("precision", precision, least=0)
        self.precision = precision

    def complies(self, turn: Turn) -> np.ndarray:
        """Which labs would not run without a permit."""
        gain = np.minimum(turn.gain, 1e200)  # it is infinite where no permit is for sale
        odds = np.exp(np.clip(self.precision * (turn.p_eff * turn.punishment - gain), -700, 700))
        return turn.luck() * (1 + odds) < odds

    def learn(self, turn: Turn) -> None:
        """Learn nothing: they know, and err."""


class EachLab:
    """Labs that a Python function speaks for, one by one: slow, and as free as can be.

    Parameters
    ----------
    like : array of shape (replications, labs)
    complies : callable
        Given one lab in one turn, a plain object with the attributes of a `Turn` as they are for that lab
        (``gain``, ``punishment``, ``p_eff``, ``price``, ...), and ``memory``, a dict of its own, whether
        it would comply without a permit.
    learn : callable, optional
        Given the same object when the turn is over, with ``violates``, ``audited``, ``caught``, ...
    """

    def __init__(
        self,
        like: np.ndarray,
        *,
        complies: Callable[[Any], bool],
        learn: Callable[[Any], object] | None = None,
    ) -> None:
        self._complies, self._learn = complies, learn
        self._memory = [[{} for _ in row] for row in like]

    def complies(self, turn: Turn) -> np.ndarray:
        """Which labs would not run without a permit."""
        return np.array([[bool(self._complies(lab)) for lab in row] for row in self._labs(turn)])

    def learn(self, turn: Turn) -> None:
        """Let every lab look at a turn that is over."""
        if self._learn is not None:
            for row in self._labs(turn):
                for lab in row:
                    self._learn(lab)

    def _labs(self, turn: Turn) -> Iterator[list[SimpleNamespace]]:
        """Every lab's part of the turn, market by market."""
        shape = turn.gross_value.shape
        seen = {k: np.broadcast_to(v, shape) for k, v in vars(turn).items() if k in _OF_EACH_LAB}
        for replication, memories in enumerate(self._memory):
            row = {name: values[replication].tolist() for name, values in seen.items()}
            yield [
                SimpleNamespace(memory=memory, step=turn.step, **{k: v[lab] for k, v in row.items()})
                for lab, memory in enumerate(memories)
            ]
