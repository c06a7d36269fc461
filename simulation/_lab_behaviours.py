"""How labs decide and learn: the behaviours that a scenario can name, and a user's own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from deterrence import ParameterError, Problem, complies
from simulation._arguments import check_parameter
from simulation._behaviour import Turn
from simulation._draws import Purpose

_OF_EACH_LAB = (
    "gross_value", "risk_profile", "rent", "high_prob", "base_prob", "p_eff", "price", "gain", "punishment",
    "has_permit", "violates", "audited", "checked", "caught",
)  # fmt: skip

LARGEST_GAIN = 1e200
"""Money: an infinite gain is like one that no loss makes up for."""


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
    """Labs that learn how likely a violator is caught from what happens to them.

    A lab's belief is a beta distribution, and it acts on the mean: it violates iff that times the
    punishment falls short of the gain. A lab that complies without a permit does not run, and learns nothing.

    Parameters
    ----------
    like : array of shape (replications, labs)
    caught, missed : float, > 0
        Violations that were caught, and that were not, which a lab has in mind before the first turn.
    pools : {"violations", "runs"}
        Whether a lab counts its violations and catches alone, or all its runs that need a permit, with one or
        without, and those of them that were audited, backchecked or caught.
    """

    def __init__(
        self, like: np.ndarray, *, caught: float = 1.0, missed: float = 1.0, pools: str = "violations"
    ) -> None:
        check_parameter("caught", caught, above=0)
        check_parameter("missed", missed, above=0)
        if pools not in ("violations", "runs"):
            raise ParameterError(Problem("pools", pools, "is nothing to count", "'violations' or 'runs'"))
        self.pools = pools
        self.caught, self.counted = np.full_like(like, caught), np.full_like(like, caught + missed)

    def complies(self, turn: Turn) -> np.ndarray:
        """Which labs would not run without a permit."""
        return complies(p_eff=self.caught / self.counted, B=turn.punishment, g=turn.gain)

    def learn(self, turn: Turn) -> None:
        """Count."""
        if self.pools == "violations":
            self.counted += turn.violates
            self.caught += turn.caught
        else:
            self.counted += turn.runs
            self.caught += turn.runs & (turn.checked | turn.caught)


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
        gain = np.minimum(turn.gain, LARGEST_GAIN)  # it is infinite where no permit is for sale
        odds = np.exp(np.clip(self.precision * (turn.p_eff * turn.punishment - gain), -700, 700))
        return turn.luck() * (1 + odds) < odds

    def learn(self, turn: Turn) -> None:
        """Learn nothing: they know, and err."""


class Imitating:
    """Labs that look at another one, and do as it does if it fared better.

    In each turn every lab without a permit meets another such lab, all alike, and switches to what that one
    does with a probability of ``rate`` times how much better it fared, at most 1: by its gain less, if it
    was caught, its punishment, and 0 if it complied. On average, and in large markets, that is the replicator
    dynamics.

    Parameters
    ----------
    like : array of shape (replications, labs)
    rate : float, > 0, per money
    violating : float, in [0, 1]
        Share of labs that violate in the first turn, by luck.

    References
    ----------
    .. [1] Schlag (1998), Why imitate, and if so, how? J. Econ. Theory 78:130-156.
    """

    def __init__(self, like: np.ndarray, *, rate: float, violating: float = 0.5) -> None:
        check_parameter("rate", rate, above=0)
        check_parameter("violating", violating, least=0, most=1)
        del like
        self.rate, self.share = rate, violating
        self.violating: np.ndarray | None = None

    def complies(self, turn: Turn) -> np.ndarray:
        """Which labs would not run without a permit."""
        if self.violating is None:
            # Not the luck that decides who switches; whom a lab meets does not depend on what that one does.
            self.violating = turn.luck(Purpose.PEER) < self.share
        return ~self.violating

    def learn(self, turn: Turn) -> None:
        """Look at another lab, and perhaps switch."""
        assert self.violating is not None, "a turn was played"
        without = turn.needs_permit & ~turn.has_permit
        places = np.flatnonzero(without)
        loss = turn.caught * (turn.risk_profile * (turn.penalty + turn.reputation))
        fared = np.where(turn.violates, np.minimum(turn.gain, LARGEST_GAIN) - loss, 0.0).ravel()[places]
        violates = self.violating.ravel()[places]
        met = others(np.count_nonzero(without, axis=1), turn.luck(Purpose.PEER).ravel()[places])
        switches = turn.luck().ravel()[places] < self.rate * (fared[met] - fared)
        np.put(self.violating, places, np.where(switches, violates[met], violates))


def others(sizes: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """For each member of some groups the place of another of its group, all alike; its own if it is alone.

    Parameters
    ----------
    sizes : array of int, shape (groups,)
        Members of the groups, which lie together, one group after the other.
    luck : array, in [0, 1)
        One for each member.
    """
    start, left = (np.repeat(values, sizes) for values in (np.cumsum(sizes) - sizes, sizes - 1))
    met = (luck * left).astype(np.intp)
    met += (met >= np.arange(luck.size) - start) & (left > 0)
    return start + met


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
