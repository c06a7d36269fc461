"""A Governor that announces its audits and keeps its word, and what that is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from deterrence._audit import least_cost_policy
from deterrence._checks import Number, check_finite, check_nonnegative, check_unit
from deterrence._compliance import covers
from deterrence._numeric import operations
from deterrence.games._answer import Answer, together
from deterrence.games._extremes import Game, nash_values, signals


@dataclass(frozen=True)
class Commitment(Answer):
    """The strong Stackelberg solution, and the Nash equilibria it is compared with.

    Attributes
    ----------
    g, D, k, M, H, alpha, beta : float or array
        The game, as for `commitment`.
    branch : str or array of str
        ``"deter"``; ``"tolerate"``: the lab could be deterred and is not; ``"not needed"``: it complies
        without audits; ``"cannot deter"``: it violates under any audits.
    pi_1, pi_0 : float or array, in [0, 1]
        Announced audit probability after a suspicious and after a clean signal.
    audit_rate : float or array, in [0, 1]
        Audit probability of a violator, beta pi_1 + (1 - beta) pi_0.
    complies : bool or array of bool
        Whether the lab complies.
    value, lab_value : float or array, money
        Value of the game to the Governor and to the lab.
    strict_cost : float or array, money, >= 0
        Where the lab is indifferent, the choice that is best for the Governor rests on that tie. To make
        it strict, an audit rate that is off by eps costs the Governor eps times this; 0 where it is strict
        already, infinite where no audits make it strict.
    nash_value, worst_nash_value : float or array, money
        The Governor's largest and smallest value in a Nash equilibrium.
    lab_nash_value, lab_worst_nash_value : float or array, money
        The lab's largest and smallest value in a Nash equilibrium.
    """

    g: Any
    D: Any
    k: Any
    M: Any
    H: Any
    alpha: Any
    beta: Any
    branch: Any
    pi_1: Any
    pi_0: Any
    audit_rate: Any
    complies: Any
    value: Any
    lab_value: Any
    strict_cost: Any
    nash_value: Any
    worst_nash_value: Any
    lab_nash_value: Any
    lab_worst_nash_value: Any

    @property
    def advantage(self) -> Any:
        """What commitment is worth to the Governor, beyond the best Nash equilibrium; never negative."""
        gap = self.value - self.nash_value
        return operations(gap).maximum(gap, 0.0)

    @property
    def lab_advantage(self) -> Any:
        """What the Governor's commitment is worth to the lab, beyond its best Nash equilibrium."""
        return self.lab_value - self.lab_nash_value

    def _in_words(self) -> str:
        does = "complies" if self.complies else "violates"
        return (
            f"{self.branch}: pi_1 = {self.pi_1:.6g}, pi_0 = {self.pi_0:.6g}, and the lab {does}\n"
            f"Governor: {self.value:.6g}, which is {self.advantage:.6g} above its best Nash equilibrium"
        )


def commitment(
    *, g: Number, D: Number, k: Number, M: Number, H: Number, alpha: Number = 1.0, beta: Number = 1.0
) -> Commitment:
    r"""Solve the inspection game in which the Governor announces its audits first.

    The Governor commits to audit probabilities, the lab sees them and complies or violates, and a lab that
    is indifferent does what the Governor prefers (strong Stackelberg equilibrium). The Governor deters at
    least cost or tolerates, auditing just as much as a violator bears:

    .. math:: V_S = \max\{-k\, C^*(t),\; -H + t \max(0, M-k)\}, \qquad t = g/D \in (0, 1],\ k \ge 0,

    with the :math:`C^*` of `least_cost_policy`. Without a signal, which is the default, as with any
    alpha = beta, this is the game of `inspection`, :math:`C^*(t) = t`.

    Parameters
    ----------
    g : float or array, money
        Gain from a violation; 0 or less if there is none.
    D : float or array, money, >= 0
        Loss of an audited violator.
    k : float or array, money
        Cost of an audit; negative if audits pay for themselves, so that everyone who complies is audited.
    M : float or array, money, >= 0
        What auditing a violator returns to the Governor.
    H : float or array, money, >= 0
        Harm of a violation.
    alpha, beta : float or array, in [0, 1]
        Probability of a suspicious signal from a compliant lab and from a violator.

    Returns
    -------
    Commitment
        Where deterring and tolerating are worth the same, it deters.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Notes
    -----
    The set of Nash equilibria can be a continuum, exactly at a threshold, or have parts. The Governor's
    value is linear, or at D = g = 0 convex with kinks, in the probability of a violation along it, so that
    its extremes are found at the ends and kinks. Commitment is never worth less than the best of them.

    References
    ----------
    .. [1] Maschler (1966), A price leadership method for solving the inspector's non-constant-sum game,
       Naval Res. Logist. Q. 13:11-33.
    .. [2] von Stengel and Zamir (2010), Leadership games with convex strategy sets,
       Games Econ. Behav. 69:446-457.

    Examples
    --------
    >>> solution = commitment(g=1.0, D=2.0, k=1.0, M=2.0, H=4.0)
    >>> solution.branch, solution.audit_rate, solution.value, solution.nash_value, solution.advantage
    ('deter', 0.5, -0.5, -2.0, 1.5)
    >>> print(solution)
    deter: pi_1 = 0.5, pi_0 = 0.5, and the lab complies
    Governor: -0.5, which is 1.5 above its best Nash equilibrium
    """
    g, k = check_finite(g=g, k=k)
    D, M, H = check_nonnegative(D=D, M=M, H=H)
    alpha, beta = check_unit(alpha=alpha, beta=beta)
    op, *letters = together(g, D, k, M, H, alpha, beta)
    game = Game(*letters)
    g, D, k, M = game[:4]
    deterrable = covers(D, g)
    least = op.share(g, D)  # the rate that deters
    most = op.where(g < D, least, 1.0)  # the rate that a violator bears
    cheapest = least_cost_policy(t=least, alpha=game.alpha, beta=game.beta)
    deterring = op.where(k < 0, -k, 0.0 - k * cheapest.cost)
    tolerating = op.maximum(M - k, 0.0) * most - game.H
    complies = deterrable & ((g < 0) | (deterring >= tolerating))
    rate = op.where(complies, op.where(k < 0, 1.0, least), op.where(k < M, most, 0.0))
    everyone = complies & (k < 0)
    needed = op.where(g > 0, "deter", "not needed")
    refused = op.where(deterrable, "tolerate", "cannot deter")
    gains = op.where(k < M, op.maximum(g - D, 0.0), g)
    values = nash_values(game)
    return Commitment(
        *game,
        branch=op.where(complies, needed, refused),
        pi_1=op.where(everyone, 1.0, op.where(rate == least, cheapest.pi_1, rate)),
        pi_0=op.where(everyone, 1.0, op.where(rate == least, cheapest.pi_0, rate)),
        audit_rate=rate,
        complies=complies,
        value=op.where(complies, deterring, tolerating),
        lab_value=op.where(complies, 0.0, gains),
        strict_cost=_strict_cost(game, complies, deterrable, least),
        **values,
    )


def _strict_cost(game: Game, complies: Any, deterrable: Any, least: Any) -> Any:
    """Cost, per unit of the audit rate, of moving away from the lab's indifference."""
    op, (g, D, k, M) = operations(game.g), game[:4]
    first, second = signals(game, op)
    by_first = op.ratio(first.compliant, first.violator)
    by_second = op.ratio(second.compliant, second.violator)
    bill = op.where(least < first.violator, by_first, by_second)  # audits of compliant labs
    more = op.where(g < D, op.maximum(k, 0.0) * op.where(g < D, bill, 0.0), math.inf)
    less = op.where(g > 0, op.maximum(M - k, 0.0), math.inf)
    return op.where(complies, op.where(g < 0, 0.0, more), op.where(deterrable, less, 0.0))
