"""How labs decide and learn, and how a Governor does.

A behaviour is a small object with array methods. It is made once for each block of replications, by a class
or a function that is called with ``like``, an array of shape (replications, labs) to make others after, as in
``np.zeros_like(like)``; then, turn by turn,

- a Governor's ``policy(turn)`` says with which probabilities suspicious and clean signals are audited,
- the labs' ``complies(turn)`` says which of them would comply without a permit,
- ``learn(turn)`` of both sees what came of it.

A `Turn` has everything there is to see. Answers may have any shape that broadcasts to (replications, labs). A
behaviour must not look across replications, which are markets of their own.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

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
    present, needs_permit, exempt : array of bool
        Which labs have not left; those of them that need a permit, and that need none.
    units : float or array
        Permits that a lab needs.
    policy : tuple
        What the Governor answered: audit probabilities after a suspicious and after a clean signal.
    high_prob, base_prob, p_eff : float or array
        Probability that a suspicious signal, a clean one calls for an audit, which may have grown with the
        catches of a lab; that a violator is caught, as labs expect it.
    fine, penalty, reputation, racing : float or array, money
        Fine of a violator; what it pays with its deposit, and what it loses beside that, if it is caught;
        racing value of a violation.
    watched : array of bool or None
        Labs that are inspected also if they do not run, with the probability with which a violation of
        theirs would be found; None if there are none.
    worth, price, cost : array, money
        What all permits that it needs are worth to a lab; price of one, of shape (replications, 1); what
        all together cost it.
    gain, punishment : array, money
        From running without, and what a lab fears to lose if it is caught.
    has_permit, violates : array of bool
    audited, checked, caught : array of bool
        Audited; audited or backchecked; found to violate.
    """

    rules: Rules
    step: int
    gross_value: np.ndarray
    risk_profile: np.ndarray
    rent: np.ndarray
    present: np.ndarray
    needs_permit: np.ndarray
    all_need_one: bool
    exempt: Any
    units: Any
    beta: Any
    split_cost: np.ndarray
    coordination: np.ndarray
    policy: tuple[Any, Any]
    high_prob: Any
    base_prob: Any
    cuts: np.ndarray
    p_eff: Any
    mean_policy: tuple[np.ndarray, np.ndarray]
    fine: Any
    penalty: Any
    reputation: Any
    racing: Any
    carried_out: tuple[Any, Any] | None
    watched: np.ndarray | None
    worth: np.ndarray
    price: np.ndarray
    cost: np.ndarray
    gain: np.ndarray
    punishment: np.ndarray
    labs: np.ndarray
    exempt_labs: np.ndarray
    permits: np.ndarray
    revenue: np.ndarray
    permitted_rents: np.ndarray
    permitted_income: np.ndarray
    has_permit: np.ndarray
    violates: np.ndarray
    splits: np.ndarray | None
    u: np.ndarray
    called_for: np.ndarray
    audited: np.ndarray
    checked: np.ndarray
    caught: np.ndarray

    def __init__(self, rules: Rules, draws: Draws, step: int) -> None:
        self.rules, self.step, self._draws = rules, step, draws

    def luck(self, purpose: Purpose = Purpose.LABS) -> np.ndarray:
        """Uniform draws in [0, 1), one for each lab, the same whenever asked for in this turn."""
        return self._draws.of_step(purpose, self.step)

    @property
    def bid(self) -> np.ndarray:
        """What labs bid for each permit."""
        return np.maximum(self.worth / self.units, 0.0)

    @property
    def runs(self) -> np.ndarray:
        """Which labs that need a permit run, with or without."""
        return self.has_permit | self.violates

    @property
    def signal(self) -> np.ndarray:
        """Which labs that ran looked suspicious."""
        return self.runs & suspicious(self.u, self.cuts, ~self.violates)


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
        """Audit probabilities after a suspicious and after a clean signal.

        It may also set the ``fine`` of the turn, and which labs are ``watched``, before labs form their
        expectations.
        """
        ...

    def learn(self, turn: Turn) -> None:
        """Look at a turn that is over."""
        ...
