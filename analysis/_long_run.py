"""Where games with learning and memory end up: what theory claims, and what is seen in late turns."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np

import simulation
from analysis._compare import check_arguments
from analysis._intervals import estimate
from deterrence import Claim, Game, LongRun, ParameterError, Problem, long_run

LEEWAY = 0.01
"""How far off a limit a finite game may still be, in units of probability or, above 1, as a share."""

Verdict = Literal["agrees", "differs", "not measured", "unknown"]


@dataclass(frozen=True)
class ClaimSeen:
    """One claim of theory, and what is seen of it.

    Attributes
    ----------
    claim : deterrence.Claim
    observed, low, high : float
        Mean over replications and its 95 % interval; NaN where the quantity is not measured.
    verdict : str
        ``"agrees"``; ``"differs"`` where what is seen is farther from what is claimed than chance and, for
        a limit or a bound, a finite game allow; ``"not measured"``; ``"unknown"`` where theory claims
        nothing.
    """

    claim: Claim
    observed: float
    low: float
    high: float
    verdict: Verdict


@dataclass(frozen=True)
class LongRunComparison:
    """Claims about the long run of one game against late turns of a simulation.

    Attributes
    ----------
    game : deterrence.Game
    replications, steps, seed : int
        The simulation; the second half of the steps counts as late.
    error : float
        Probability, at most, that any claim is said to differ by chance alone.
    rows : tuple of ClaimSeen
        One for each claim.
    long_run : deterrence.LongRun
        The theory's side.
    """

    game: Game
    replications: int
    steps: int
    seed: int
    error: float
    rows: tuple[ClaimSeen, ...]
    long_run: LongRun

    @property
    def agrees(self) -> bool:
        """Whether no claim differs."""
        return all(row.verdict != "differs" for row in self.rows)

    @property
    def verdict(self) -> str:
        """``"agrees"``, ``"differs"``, or ``"not measured"`` where no claim is."""
        if all(row.verdict in ("not measured", "unknown") for row in self.rows):
            return "not measured"
        return "agrees" if self.agrees else "differs"


def compare_long_run(
    game: Game,
    *,
    replications: int = 100,
    steps: int | None = None,
    rng: Any = None,
    error: float = 0.001,
    progress: Callable[[int], object] | None = None,
) -> LongRunComparison:
    """Play a game with learning or memory for long, and compare its late turns with `deterrence.long_run`.

    Parameters
    ----------
    game : deterrence.Game or deterrence.Scenario
        What is played.
    replications : int, optional
        Independent markets, at least 100.
    steps : int, optional
        Turns, at least 2; by default the scenario's. The second half counts as late.
    rng : None, int or numpy.random.Generator, optional
        Seed of the simulation; by default the scenario's, or a new one, which the result keeps.
    error : float, optional
        Probability, at most, that any claim is said to differ by chance. Limits and bounds are given a
        leeway of 0.01 besides, as a finite game has not reached them.
    progress : callable, optional
        Called with the number of replications finished since the last call.

    Returns
    -------
    LongRunComparison

    Raises
    ------
    deterrence.ParameterError
        If an argument is out of range, or the game has neither learning nor memory.

    Examples
    --------
    >>> from deterrence import Audit, BayesianLabs, FixedPriceMarket, LabPopulation
    >>> game = Game(
    ...     n_agents=50,
    ...     audit=Audit(high_prob=0.25, base_prob=0.25, false_positive_rate=0.1,
    ...                 false_negative_rate=0.0, penalty_amount=1.0),
    ...     market=FixedPriceMarket(fixed_price=1.0),
    ...     lab=LabPopulation(gross_value_min=0.5, gross_value_max=0.5,
    ...                       behaviour=BayesianLabs(caught=1.0, missed=2.0)),
    ... )
    >>> comparison = compare_long_run(game, steps=200, rng=1)
    >>> [(row.claim.quantity, row.verdict) for row in comparison.rows]
    [('stopping', 'agrees'), ('violation_rate', 'agrees')]
    """
    check_arguments(replications, error)
    theory = long_run(game)
    if not theory.claims:
        problem = Problem("game", "every turn is like the first", "has no long run", "learning or memory")
        raise ParameterError(problem)
    record = simulation.run(game, replications=replications, steps=steps, rng=rng, progress=progress)
    if record.steps < 2:
        raise ParameterError(Problem("steps", record.steps, "is too few for a long run", "integer >= 2"))
    level = error / max(1, sum(claim.sort != "unknown" for claim in theory.claims))
    rows = tuple(_row(claim, record, level) for claim in theory.claims)
    return LongRunComparison(game, replications, record.steps, record.seed, error, rows, theory)


def _row(claim: Claim, record: simulation.Record, level: float) -> ClaimSeen:
    measure = _MEASURES.get(claim.quantity)
    sample = None if measure is None else measure(record, slice(record.steps // 2, None))
    if claim.low is None or claim.high is None:
        return ClaimSeen(claim, math.nan, math.nan, math.nan, "unknown")
    if sample is None:
        return ClaimSeen(claim, math.nan, math.nan, math.nan, "not measured")
    seen = estimate(sample)
    spread = float(np.nanstd(sample, ddof=1)) / math.sqrt(max(seen.n, 1))
    slack = NormalDist().inv_cdf(1 - level / 2) * spread + 1e-9
    if claim.sort != "exact":
        slack += LEEWAY * max(1.0, abs(seen.mean))
    agrees = claim.low - slack <= seen.mean <= claim.high + slack
    return ClaimSeen(claim, *seen[:3], "agrees" if agrees else "differs")


def _violation_rate(record: simulation.Record, late: slice) -> Any:
    """Violations per lab without a permit."""
    return _ratio(record.violations[:, late], record.violations[:, late] + record.deterred[:, late])


def _stopping(record: simulation.Record, late: slice) -> Any:
    """Share of labs without a permit that do not violate in the last turn, and so never again."""
    del late
    if record.game.lab.redraw_values:  # perhaps they drew too little, and go on another time
        return None
    return 1 - _violation_rate(record, slice(-1, None))


def _policy(record: simulation.Record, late: slice) -> Any:
    return record.high_prob[:, late].mean(axis=1)


def _inspection_rate(record: simulation.Record, late: slice) -> Any:
    """Checks per lab without a permit; permit holders are checked too, so that there must be none."""
    if record.permits.any():
        return None
    return _ratio(record.checks[:, late], record.violations[:, late] + record.deterred[:, late])


def _detection(record: simulation.Record, late: slice) -> Any:
    return _ratio(record.catches[:, late], record.violations[:, late])


def _catches(record: simulation.Record, late: slice) -> Any:
    """Catches, over the whole game, per lab without a permit."""
    del late
    return _per_lab(record, record.catches)


def _violations(record: simulation.Record, late: slice) -> Any:
    del late
    return _per_lab(record, record.violations)


def _per_lab(record: simulation.Record, counts: Any) -> Any:
    return counts.sum(axis=1) / (record.violations[:, 0] + record.deterred[:, 0])


def _ratio(part: Any, whole: Any) -> Any:
    """Of sums over turns; NaN where there is nothing to share."""
    whole = whole.sum(axis=1)
    return np.where(whole > 0, part.sum(axis=1) / np.maximum(whole, 1), math.nan)


_MEASURES: dict[str, Callable[[simulation.Record, slice], Any]] = {
    "violation_rate": _violation_rate,
    "stable_rates": _violation_rate,
    "stopping": _stopping,
    "pi_1": _policy,
    "audit_rate": _policy,
    "inspection_rate": _inspection_rate,
    "detection": _detection,
    "catches_to_deter": _catches,
    "steps_to_deter": _violations,
}
"""What is seen of each quantity in a record, one value for each replication."""
