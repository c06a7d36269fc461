"""Where the players of the inspection game turn, and what their best replies earn."""

from __future__ import annotations

from typing import Any, NamedTuple

from deterrence._checks import Number, check_finite, check_nonnegative, check_unit
from deterrence.games._answer import together
from deterrence.games._sets import Values


class InspectionCutoffs(NamedTuple):
    """Where the players of the inspection game turn.

    Attributes
    ----------
    q : float or array, in [0, 1]
        The Governor gains by an audit only if defection is likelier than this.
    a : float or array, in [0, 1]
        The lab gains by defecting only if an audit is less likely than this.
    """

    q: Any
    a: Any


def inspection_cutoffs(*, g: Number, D: Number, k: Number, M: Number) -> InspectionCutoffs:
    r"""Cut-offs of the inspection game, :math:`q^* = k/M` and :math:`a^* = g/D`, moved into [0, 1].

    Where 0 < g < D and 0 < k < M they are its unique equilibrium.

    Parameters
    ----------
    g, k : float or array, money
        Gain from defecting, and cost of an audit; negative if audits pay for themselves.
    D, M : float or array, money, >= 0
        Loss of an audited violator, and what its audit returns to the Governor.

    Returns
    -------
    InspectionCutoffs
        0 where k, or g, is at most 0; 1 where it is positive and M, or D, is 0.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> inspection_cutoffs(g=0.5, D=2.0, k=0.75, M=1.0)
    InspectionCutoffs(q=0.75, a=0.25)
    """
    g, k = check_finite(g=g, k=k)
    D, M = check_nonnegative(D=D, M=M)
    op, g, D, k, M = together(g, D, k, M)
    return InspectionCutoffs(op.share(k, M), op.share(g, D))


def inspection_values(
    *, q: Number, a: Number, g: Number, D: Number, k: Number, M: Number, H: Number = 0.0
) -> Values:
    r"""What the players' best replies earn: :math:`\max(0, g - aD)` and :math:`\max(0, qM - k) - qH`.

    In every equilibrium (q, a) these are the payoffs.

    Parameters
    ----------
    q, a : float or array, in [0, 1]
        Probability that the lab defects, and that the Governor audits.
    g, D, k, M, H : float or array, money
        As for `inspection`.

    Returns
    -------
    Values
        At the cut-offs, as floats, the rewards of defecting and of auditing are exactly 0.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> inspection_values(q=0.75, a=0.25, g=0.5, D=2.0, k=0.75, M=1.0, H=4.0)
    Values(lab=0.0, governor=-3.0)
    """
    q, a = check_unit(q=q, a=a)
    g, k = check_finite(g=g, k=k)
    D, M, H = check_nonnegative(D=D, M=M, H=H)
    op, q, a, g, D, k, M, H = together(q, a, g, D, k, M, H)
    lab = D * op.maximum(0.0, op.share(g, D) - a) + op.maximum(0.0, g - D)
    audits = M * op.maximum(0.0, q - op.share(k, M)) + op.maximum(0.0, -k)
    return Values(lab, audits - q * H)
