"""Confidence intervals for the mean of independent replications."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from deterrence import QUANTITIES, Enforcement, Game, TargetingGovernor, extensions

Z95 = 1.959963984540054
"""Two-sided 95 % point of the standard normal distribution."""


class Estimate(NamedTuple):
    """A simulated mean with its 95 % interval and the number of replications behind it."""

    mean: float
    low: float
    high: float
    n: int


def estimate(sample: Any, bounds: tuple[float, float] | None = None) -> Estimate:
    """Estimate a mean from independent replications, with a 95 % interval.

    Where the quantity lies between known `bounds` the interval is Wilson's [1]_ for the share of that
    range, with the number of Bernoulli draws that would vary as much as the sample does: it stays within
    the bounds and keeps its coverage for rare events. Otherwise it is the normal interval. Replications
    in which the quantity does not exist (NaN) are left out.

    Parameters
    ----------
    sample : array, shape (n,)
        One value for each replication.
    bounds : (float, float), optional
        Smallest and largest possible value.

    Returns
    -------
    Estimate
        All NaN if the quantity exists in no replication.

    References
    ----------
    .. [1] Wilson (1927), Probable inference, the law of succession, and statistical inference,
       J. Am. Stat. Assoc. 22:209-212.

    Examples
    --------
    >>> import numpy as np
    >>> interval = estimate(np.array([0.0] * 96 + [1.0] * 4), bounds=(0.0, 1.0))
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.016, 0.098)
    """
    sample = np.asarray(sample, dtype=float)
    sample = sample[~np.isnan(sample)]
    n = len(sample)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0)
    mean = float(sample.mean())
    if np.all(sample == sample[0]):
        mean, variance = float(sample[0]), 0.0
    else:
        # For single draws of a share, the variance without correction makes the interval Wilson's own.
        variance = float(sample.var(ddof=1 if bounds is None else 0)) / n
    if bounds is None or bounds[0] == bounds[1]:
        half = Z95 * math.sqrt(variance)
        return Estimate(mean, mean - half, mean + half, n)
    low, high = _wilson((mean - bounds[0]) / (bounds[1] - bounds[0]), variance, bounds, n)
    return Estimate(mean, min(low, mean), max(high, mean), n)


def summarise(record: Any) -> dict[str, Estimate]:
    """Estimate the mean of each quantity of a `simulation.Record`, averaged over its steps.

    Parameters
    ----------
    record : simulation.Record
        What was simulated.

    Returns
    -------
    dict of str to Estimate
        In the order of `deterrence.QUANTITIES`.

    Examples
    --------
    >>> import scenarios, simulation
    >>> record = simulation.run(scenarios.load("baseline"), replications=200, rng=7)
    >>> summarise(record)["permits"].mean
    10.0
    """
    bounds = bounds_of(record.game)
    return {name: estimate(_over_steps(getattr(record, name)), bounds.get(name)) for name in QUANTITIES}


def _over_steps(values: Any) -> Any:
    """Mean of each replication over the steps in which the quantity exists."""
    exists = ~np.isnan(values)
    count = exists.sum(axis=1)
    total = np.where(exists, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), math.nan)


def bounds_of(game: Game) -> dict[str, tuple[float, float]]:
    """Ends of the quantities that have known ones; price, revenue and welfare have none, nor own fines."""
    N = float(game.n_agents)
    counts: tuple[str, ...] = (
        "permits",
        "violations",
        "deterred",
        "audits",
        "false_audits",
        "checks",
        "catches",
    )
    bounds: dict[str, tuple[float, float]] = dict.fromkeys(counts, (0.0, N))
    audit = game.audit
    if not (audit.excess_penalty or audit.turnover_share or isinstance(audit.governor, TargetingGovernor)):
        bounds["penalties"] = (0.0, N * Enforcement.of(game, *extensions(game)).penalty)
    bounds["compliance_rate"] = bounds["unpermitted_compliance_rate"] = (0.0, 1.0)
    return bounds


def _wilson(share: float, variance: float, bounds: tuple[float, float], n: int) -> tuple[float, float]:
    width = bounds[1] - bounds[0]
    scatter = share * (1 - share)
    if variance == 0 and scatter > 0:  # the same in every replication, and not by lack of events
        return bounds[0] + width * share, bounds[0] + width * share
    draws = scatter * width**2 / variance if variance > 0 else n
    centre = (share + Z95**2 / (2 * draws)) / (1 + Z95**2 / draws)
    half = Z95 * math.sqrt(scatter / draws + (Z95 / (2 * draws)) ** 2) / (1 + Z95**2 / draws)
    return bounds[0] + width * (centre - half), bounds[0] + width * (centre + half)
