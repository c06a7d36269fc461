"""How labs decide and learn, and how a Governor does.

A behaviour is a small object with array methods. It is made once for each block of replications, by a class
or a function that is called with ``like``, an array of shape (replications, labs) to make others after, as in
``np.zeros_like(like)``; then, turn by turn,

- a Governor's ``policy(turn)`` says with which probabilities suspicious and clean signals are audited,
- the labs' ``complies(turn)`` says which of them would comply without a permit,
- ``learn(turn)`` of both sees what came of it.

A `Turn` has everything there is to see. Answers of labs may have any shape that broadcasts to (replications,
labs), policies any that broadcasts to (replications, 1). A behaviour must not look across replications, which
are markets of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np

from deterrence import ParameterError, Problem, complies
from simulation._arguments import check_parameter
from simulation._draws import Draws, Purpose
from simulation._rules import Rules, suspicious


class Turn:
    """A turn as behaviours see it: arrays of shape (replications, labs), (replications, 1) or plain numbers.

    Attributes
    ----------
    rules : Rules
        What the game fixes for every turn.
    step : int
        Turns played before.
    gross_value, risk_profile, rent : array
        Type of each lab, and its value less the cost of a run.
    high_prob, base_prob, p_eff : float or array
        Probability that a suspicious signal, a clean one is audited; that a violator is caught.
    price : array of shape (replications, 1), money
    gain, punishment : array, money
        From running without a permit, and what a lab fears to lose if it is caught.
    has_permit, violates : array of bool
    audited, checked, caught : array of bool
        Audited; audited or backchecked; found to violate.
    """

    rules: Rules
    step: int
    gross_value: np.ndarray
    risk_profile: np.ndarray
    rent: np.ndarray
    high_prob: Any
    base_prob: Any
    cuts: np.ndarray
    p_eff: Any
    price: np.ndarray
    gain: np.ndarray
    punishment: np.ndarray
    has_permit: np.ndarray
    violates: np.ndarray
    u: np.ndarray
    audited: np.ndarray
    checked: np.ndarray
    caught: np.ndarray

    def __init__(self, rules: Rules, draws: Draws, step: int) -> None:
        self.rules, self.step, self._draws = rules, step, draws

    def luck(self, purpose: Purpose = Purpose.LABS) -> np.ndarray:
        """Uniform draws in [0, 1), one for each lab, the same whenever asked for in this turn."""
        return self._draws.of_step(purpose, self.step)

    @property
    def signal(self) -> np.ndarray:
        """Which labs that ran looked suspicious."""
        return (self.has_permit | self.violates) & suspicious(self.u, self.cuts, ~self.violates)


_OF_EACH_LAB = (
    "gross_value", "risk_profile", "rent", "high_prob", "base_prob", "p_eff", "price", "gain", "punishment",
    "has_permit", "violates", "audited", "checked", "caught",
)  # fmt: skip


class LabBehaviour(Protocol):
    """How labs without a permit decide, and what they learn."""

    def complies(self, turn: Turn) -> Any:
        """Which labs would not run without a permit."""
        ...

    def learn(self, turn: Turn) -> None:
        """Look at a turn that is over."""
        ...


class GovernorBehaviour(Protocol):
    """With which probabilities the Governor audits, and what it learns."""

    def policy(self, turn: Turn) -> tuple[Any, Any]:
        """Audit probabilities after a suspicious and after a clean signal."""
        ...

    def learn(self, turn: Turn) -> None:
        """Look at a turn that is over."""
        ...


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
        odds = np.exp(np.clip(self.precision * (turn.p_eff * turn.punishment - turn.gain), -700, 700))
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
        self.pi_1 = np.clip(turn.high_prob + self.move(turn), 0.0, 1.0)

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
        slope = turn.rules.punishment * seen - turn.price * turn.high_prob
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
    """A Governor that steers the share of labs without a permit that violate to a target.

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
        without = (~turn.has_permit).sum(axis=1, keepdims=True)
        share = turn.violates.sum(axis=1, keepdims=True) / np.maximum(without, 1)
        return np.where(without > 0, self.scale / (1 + turn.step) * (share - self.target), 0.0)
