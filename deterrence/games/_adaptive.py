"""Governors that lower the audit probability until they see, or catch, a violator."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from deterrence._audit import least_cost_pi_1
from deterrence._checks import Number, check_nonnegative, check_unit
from deterrence._compliance import covers
from deterrence.games._answer import Answer, plain, together
from deterrence.games._sets import written


@dataclass(frozen=True)
class Lowering(Answer):
    r"""Where a Governor ends up that lowers audits until defection appears.

    Attributes
    ----------
    P, beta, v_star, c, up, down : float or array
        The question, as given to `lowering`.
    limit : float or array, in [0, 1]
        Where it converges if the steps shrink to 0 and their sum diverges:
        `deterrence.least_cost_pi_1`.
    low, high : float or array, in [0, 1]
        Band that it enters, if both steps are positive, and does not leave,
        :math:`[\pi^{\mathrm{lc}} - \Delta_-, \pi^{\mathrm{lc}} + \Delta_+)`, cut to [0, 1].
    share : float, None or array, in [0, 1]
        Long-run share of steps with defection; None, in arrays NaN, where clipping, or the start, decides
        it.
    verdict : str or array of str
        ``"hovers"`` inside the band; ``"clipped"`` where the band sticks out of [0, 1]; ``"rises to 1"``
        where nothing deters (x < 1); ``"falls to 0"`` where nothing needs to be deterred (v_star <= c);
        ``"stays"`` where the step that it would take is 0.
    """

    P: Any
    beta: Any
    v_star: Any
    c: Any
    up: Any
    down: Any
    limit: Any
    low: Any
    high: Any
    share: Any
    verdict: Any

    def _in_words(self) -> str:
        band = f"{self.verdict}: {written('pi_1', (self.low, self.high))}"
        return band if self.share is None else f"{band}, with defection in {self.share:.6g} of all steps"


def lowering(
    *, P: Number, beta: Number, v_star: Number, c: Number = 0.0, up: Number, down: Number
) -> Lowering:
    r"""Limit of a Governor that lowers the audit probability until defection appears.

    Labs are identical, and every defection is seen: a step with defection raises :math:`\pi_1` by
    :math:`\Delta_+`, a step without lowers it by :math:`\Delta_-`, clipped to [0, 1]. Inside its band the
    Governor must rise as much as it falls, so that a share
    :math:`\Delta_- / (\Delta_- + \Delta_+)` of all steps see defection.

    Parameters
    ----------
    P : float or array, money, >= 0
        Punishment of a caught violator.
    beta : float or array, in [0, 1]
        Probability that a violator's signal is suspicious.
    v_star, c : float or array, money, >= 0
        Value of the marginal permit holder, and cost of a run.
    up, down : float or array, in [0, 1]
        Steps :math:`\Delta_+` after defection, :math:`\Delta_-` after none.

    Returns
    -------
    Lowering

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    See Also
    --------
    censored_lowering : the same where only catches are seen.

    Examples
    --------
    >>> governor = lowering(P=2.0, beta=0.5, v_star=0.5, up=0.25, down=0.125)
    >>> governor.low, governor.high, governor.verdict
    (0.375, 0.75, 'hovers')
    >>> print(governor)
    hovers: pi_1 in [0.375, 0.75], with defection in 0.333333 of all steps
    """
    limit = least_cost_pi_1(P=P, beta=beta, v_star=v_star, c=c)
    P, v_star, c = check_nonnegative(P=P, v_star=v_star, c=c)
    beta, up, down = check_unit(beta=beta, up=up, down=down)
    op, *question, limit = together(P, beta, v_star, c, up, down, limit)
    P, beta, v_star, c, up, down = question
    idle, deterred = v_star <= c, covers(P * beta, v_star - c)
    moves = op.where(idle, down, op.where(deterred, up + down, up)) > 0
    inside = (down <= limit) & (limit + up <= 1) & (up + down > 0)

    def answer(falls: Any, rises: Any, hovers: Any, clipped: Any) -> Any:
        return op.where(idle, falls, op.where(deterred, op.where(inside, hovers, clipped), rises))

    low, high = op.maximum(limit - down, 0.0), op.minimum(limit + up, 1.0)
    share = answer(0.0, 1.0, op.ratio(down, up + down), math.nan)
    verdict = answer("falls to 0", "rises to 1", "hovers", "clipped")
    return Lowering(
        *question,
        limit=limit,
        low=op.where(moves, answer(0.0, 1.0, low, low), 0.0),
        high=op.where(moves, answer(0.0, 1.0, high, high), 1.0),
        share=plain(share),
        verdict=op.where(moves, verdict, "stays"),
    )


@dataclass(frozen=True)
class CensoredLowering(Answer):
    r"""Where a Governor ends up that lowers audits until it catches a violator.

    Attributes
    ----------
    P, beta, v_star, c, up, down : float or array
        The question, as given to `censored_lowering`.
    limit : float, None or array, in [0, 1]
        Where small steps lead: to `deterrence.least_cost_pi_1` if the Governor hovers, else to 0; None,
        in arrays NaN, if it stays where it is.
    pi_c : float or array, >= 0, may be infinite
        Probability below which audits are cut faster than catches restore them,
        :math:`\pi_c = \Delta_- / (\beta(\Delta_- + \Delta_+))`.
    least_ratio : float or array, >= 0, may be infinite
        What :math:`\Delta_+ / \Delta_-` must exceed lest enforcement collapse,
        :math:`(1 - \beta\pi)/(\beta\pi)` at the least-cost deterrent.
    verdict : str or array of str
        ``"hovers"`` near the least-cost deterrent, and near 1 where nothing deters; ``"collapses"`` to 0,
        with everyone defecting unseen; ``"falls to 0"`` where nothing needs to be deterred; ``"stays"``
        where nothing is caught and `down` is 0.
    """

    P: Any
    beta: Any
    v_star: Any
    c: Any
    up: Any
    down: Any
    limit: Any
    pi_c: Any
    least_ratio: Any
    verdict: Any

    def _in_words(self) -> str:
        where = "" if self.limit is None else f": small steps lead to pi_1 = {self.limit:.6g}"
        if self.verdict == "falls to 0":
            return f"{self.verdict}{where}"
        return f"{self.verdict}{where}; audits collapse unless up / down exceeds {self.least_ratio:.6g}"


def censored_lowering(
    *, P: Number, beta: Number, v_star: Number, c: Number = 0.0, up: Number, down: Number
) -> CensoredLowering:
    r"""Limit of a Governor that lowers the audit probability until it catches a violator.

    The rule of `lowering`, but a defection is seen only if it is caught, with probability
    :math:`\beta\pi_1` in each step. Below the least-cost deterrent the mean step is
    :math:`\beta\pi_1(\Delta_+ + \Delta_-) - \Delta_-`, negative below :math:`\pi_c`. If
    :math:`\pi_c` is at least the least-cost deterrent, audits collapse to 0, where nothing is ever
    caught. If it is below, they hover near the deterrent, though only for long: 0 is absorbing, and a
    run of undetected defections leads there. A floor under :math:`\pi_1`, or some audits at random,
    remove the trap.

    Parameters
    ----------
    P : float or array, money, >= 0
        Punishment of a caught violator.
    beta : float or array, in [0, 1]
        Probability that a violator's signal is suspicious.
    v_star, c : float or array, money, >= 0
        Value of the marginal permit holder, and cost of a run.
    up, down : float or array, in [0, 1]
        Steps :math:`\Delta_+` after a catch, :math:`\Delta_-` after none.

    Returns
    -------
    CensoredLowering

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> governor = censored_lowering(P=2.0, beta=0.5, v_star=0.5, up=0.25, down=0.125)
    >>> governor.least_ratio, governor.verdict
    (3.0, 'collapses')
    >>> print(censored_lowering(P=2.0, beta=0.5, v_star=0.5, up=0.25, down=0.0625))
    hovers: small steps lead to pi_1 = 0.5; audits collapse unless up / down exceeds 3
    """
    deterrent = least_cost_pi_1(P=P, beta=beta, v_star=v_star, c=c)
    P, v_star, c = check_nonnegative(P=P, v_star=v_star, c=c)
    beta, up, down = check_unit(beta=beta, up=up, down=down)
    op, *question, deterrent = together(P, beta, v_star, c, up, down, deterrent)
    P, beta, v_star, c, up, down = question
    idle, caught = v_star <= c, beta * deterrent
    pi_c = op.ratio(down, beta * (up + down))
    hovers, moves = caught * up > (1 - caught) * down, (down > 0) | (caught * up > 0)
    limit = op.where(moves, op.where(hovers, deterrent, 0.0), math.nan)
    falls = op.where(idle, "falls to 0", "collapses")
    return CensoredLowering(
        *question,
        limit=plain(limit),
        pi_c=pi_c,
        least_ratio=op.where(idle, 0.0, op.ratio(1 - caught, caught)),
        verdict=op.where(moves, op.where(hovers, "hovers", falls), "stays"),
    )
