"""A third action: splitting a run, so that part of it stays out of sight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from deterrence._checks import Number, ParameterError, Problem, check_nonnegative, check_unit
from deterrence._compliance import covers
from deterrence._numeric import operations
from deterrence.games._answer import Answer, together


@dataclass(frozen=True)
class SplitChoice(Answer):
    """What a lab does that can comply, evade or split its run.

    Attributes
    ----------
    b, a, d, F, chi, varsigma : float or array
        The question: as for `split_choice`.
    choice : str or array of str
        "comply", "split" or "evade".
    split, evade : float or array, money
        Expected payoff of splitting and of evading; that of complying is 0.
    """

    b: Any
    a: Any
    d: Any
    F: Any
    chi: Any
    varsigma: Any
    choice: Any
    split: Any
    evade: Any

    def _in_words(self) -> str:
        return f"{self.choice}: complying pays 0, splitting {self.split:.6g}, evading {self.evade:.6g}"


def split_choice(*, b: Number, a: Number, d: Number, F: Number, chi: Number, varsigma: Number) -> SplitChoice:
    r"""Choose between complying, splitting the run and evading, by expected payoff.

    Complying pays 0, evading :math:`b - adF`, splitting :math:`b - \chi - ad\varsigma F`. A tie complies;
    between the other two it evades.

    Parameters
    ----------
    b : float or array, money, >= 0
        Benefit of the run.
    a, d : float or array, in [0, 1]
        Probability of an audit, and that it detects.
    F : float or array, money, >= 0
        Fine.
    chi : float or array, money, >= 0
        Cost of splitting.
    varsigma : float or array, in [0, 1]
        Coordination of the inspectors: share of the detection probability that is left after a split.

    Returns
    -------
    SplitChoice

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> split_choice(b=0.5, a=1.0, d=0.75, F=1.0, chi=0.125, varsigma=0.25).choice
    'split'
    """
    a, d, varsigma = check_unit(a=a, d=d, varsigma=varsigma)
    b, F, chi = check_nonnegative(b=b, F=F, chi=chi)
    op, *question = together(b, a, d, F, chi, varsigma)
    b, a, d, F, chi, varsigma = question
    whole = a * d * F
    parts = chi + varsigma * whole
    bolder = op.where(covers(parts, whole), "evade", "split")
    choice = op.where(covers(op.minimum(whole, parts), b), "comply", bolder)
    return SplitChoice(*question, choice=choice, split=b - parts, evade=b - whole)


@dataclass(frozen=True)
class SplitVolumes(Answer):
    """Shares of the unit cube of all six parameters in which each action is best, exactly.

    Attributes
    ----------
    comply, split, evade : Fraction
        They sum to 1; ties have no volume.
    comply_without_split : Fraction
        Share that complies where runs cannot be split.
    """

    comply: Fraction
    split: Fraction
    evade: Fraction
    comply_without_split: Fraction

    def _in_words(self) -> str:
        shares = f"comply {self.comply}, split {self.split}, evade {self.evade}"
        return f"{shares}; without splitting {self.comply_without_split} comply"


def split_volumes() -> SplitVolumes:
    """How often each action is best, if the six parameters are independent and uniform on [0, 1].

    Returns
    -------
    SplitVolumes

    Examples
    --------
    >>> volumes = split_volumes()
    >>> print(volumes)
    comply 77/648, split 65/1296, evade 359/432; without splitting 1/8 comply
    """
    return SplitVolumes(Fraction(77, 648), Fraction(65, 1296), Fraction(359, 432), Fraction(1, 8))


def split_marginal(**known: Number) -> Number:
    r"""Share that complies at a known value of one parameter, the other five uniform on [0, 1].

    Parameters
    ----------
    **known : float or array, in [0, 1]
        One of b, a, d, F, chi, varsigma, as for `split_choice`.

    Returns
    -------
    float or array, in [0, 1]

    Raises
    ------
    ParameterError
        If it is not one known parameter, or its value is out of range or not a number.

    Examples
    --------
    >>> split_marginal(varsigma=1.0), split_marginal(chi=0.0), split_marginal(b=0.0)
    (0.125, 0.0625, 1.0)
    """
    if len(known) != 1 or not known.keys() <= _MARGINALS.keys():
        names = ", ".join(known)
        raise ParameterError(Problem("known", names, "is not one parameter", " or ".join(_MARGINALS)))
    ((name, value),) = known.items()
    return _MARGINALS[name](*check_unit(**{name: value}))


@dataclass(frozen=True)
class SplitSwings(Answer):
    """Change of the share that complies as one parameter moves from `low` to `high`.

    Attributes
    ----------
    low, high : float or array, in [0, 1]
        The question.
    b, a, d, F, chi, varsigma : float or array
        Change for each parameter.
    """

    low: Any
    high: Any
    b: Any
    a: Any
    d: Any
    F: Any
    chi: Any
    varsigma: Any

    def _in_words(self) -> str:
        swings = ", ".join(f"{name} {getattr(self, name):+.6g}" for name in _MARGINALS)
        return f"change of the share that complies, from {self.low:.6g} to {self.high:.6g} of each:\n{swings}"


def split_swings(*, low: Number = 0.2, high: Number = 0.8) -> SplitSwings:
    """How much each parameter moves the share that complies, the other five uniform on [0, 1].

    Parameters
    ----------
    low, high : float or array, in [0, 1]
        Values between which the parameter moves.

    Returns
    -------
    SplitSwings

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    Examples
    --------
    >>> swings = split_swings()
    >>> round(swings.b, 6), round(swings.F, 6), round(swings.varsigma, 6), round(swings.chi, 6)
    (-0.204212, 0.138889, 0.011111, 0.009078)
    """
    _, low, high = together(*check_unit(low=low, high=high))
    return SplitSwings(low, high, **{name: of(high) - of(low) for name, of in _MARGINALS.items()})


def _at_factor(value: Any) -> Any:
    return value * (1 / 4 - value / 54)


def _at_coordination(varsigma: Any) -> Any:
    missing = 1 - varsigma
    return 1 / 8 - missing * missing / 54


def _at_benefit(b: Any) -> Any:
    s = _exponent(b)
    # The gamma law of order 3 at s, less b^2 s^3 / 12, with as few roundings as possible.
    near = (b * s) * (s * s) * (_series(s, _TERMS[3:]) - b / 12)
    far = 1 - b * (_series(s, _TERMS[:3]) + b * s * s * s / 12)
    share = operations(s).where(s < 2.5, near, far)
    return share if isinstance(s, np.ndarray) else float(share)


def _at_cost(chi: Any) -> Any:
    s = _exponent(chi)
    return 1 / 8 - (_gamma(5, 2 * s, chi * chi) / 16 - chi * _gamma(5, s, chi))


def _exponent(value: Any) -> Any:
    """Return -ln of a value: for a product of k uniform numbers, of the gamma law of order k."""
    s = -np.log(np.maximum(value, np.finfo(np.float64).tiny))
    return s if isinstance(value, np.ndarray) else float(s)


_TERMS = np.array([1 / math.factorial(k) for k in range(40)])


def _series(s: Any, terms: Any) -> Any:
    return np.polynomial.polynomial.polyval(s, terms)


def _gamma(order: int, s: Any, tail: Any) -> Any:
    """Distribution function of the gamma law at s, with `tail` = exp(-s), accurate also where it is tiny."""
    below = _series(s, _TERMS[:order])
    above = _series(s, np.concatenate([np.zeros(order), _TERMS[order:]]))
    probability = operations(s).where(s < 4, tail * above, 1 - tail * below)
    return probability if isinstance(s, np.ndarray) else float(probability)


_MARGINALS = {
    "b": _at_benefit,
    **dict.fromkeys(("a", "d", "F"), _at_factor),
    "chi": _at_cost,
    "varsigma": _at_coordination,
}
