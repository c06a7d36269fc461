"""Theory against simulation: for each quantity, what is predicted, what is observed, and a verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np

import simulation
from analysis._intervals import bounds_of, estimate
from deterrence import CapMarket, Game, Moment, ParameterError, Prediction, Problem, predict

Verdict = Literal["agrees", "exact", "differs"]

# The counts of events whose rarity decides whether the mean of a quantity is nearly normal.
_VIOLATING = ("violations", "deterred", "unsold")
_EVENTS: Mapping[str, tuple[str, ...]] = {
    "price": (),
    "permits": ("permits", "unpermitted", "unsold"),
    "revenue": ("permits", "unpermitted", "unsold"),
    "violations": _VIOLATING,
    "deterred": _VIOLATING,
    "compliance_rate": _VIOLATING,
    "unpermitted_compliance_rate": ("unpermitted", *_VIOLATING),
    "audits": ("audits", "unaudited", *_VIOLATING),
    "false_audits": ("false_audits", "falsely_unaudited"),
    "checks": ("checks", "unchecked", *_VIOLATING),
    "catches": ("catches", "escapes", *_VIOLATING),
    "penalties": ("catches", "escapes", *_VIOLATING),
    "welfare": (*_VIOLATING, "checks", "unchecked"),
}
_CONDITIONAL = ("unpermitted_compliance_rate",)  # does not exist where every lab holds a permit
_ROUNDING = 1e-12
"""Relative standard deviation below which a prediction is a certainty."""
_MANY = 100
"""Events, over all replications, from which a mean is taken to be normal."""


@dataclass(frozen=True)
class Row:
    """One quantity, predicted and observed.

    Attributes
    ----------
    quantity : str
        Its name, as in `deterrence.Prediction`.
    predicted, predicted_sd : float
        Exact mean and standard deviation over markets.
    observed, low, high : float
        Simulated mean and its 95 % interval.
    n : int
        Replications in which the quantity exists.
    z : float
        (observed - predicted) in units of the exact standard error; NaN for a point mass.
    rare : bool
        Whether too few events are expected for the normal distribution to judge the difference.
    verdict : str
        ``"agrees"``; ``"exact"`` where the prediction is a certainty and every replication equals it;
        ``"differs"`` where the difference is too large for chance.
    """

    quantity: str
    predicted: float
    predicted_sd: float
    observed: float
    low: float
    high: float
    n: int
    z: float
    rare: bool
    verdict: Verdict


@dataclass(frozen=True)
class Comparison:
    """Theory against simulation for one game.

    Attributes
    ----------
    game : deterrence.Game
        The game that was played and predicted.
    replications, seed : int
        The simulation: ``simulation.run(game, replications=replications, steps=1, rng=seed)``.
    error : float
        Probability, at most, that any row is said to differ by chance alone.
    rows : tuple of Row
        One for each quantity of a turn.
    prediction : deterrence.Prediction
        The theory's side.
    violations : array of int, shape (replications,)
        Number of violators in each replication.
    """

    game: Game
    replications: int
    seed: int
    error: float
    rows: tuple[Row, ...]
    prediction: Prediction
    violations: Any

    @property
    def agrees(self) -> bool:
        """Whether no quantity differs."""
        return all(row.verdict != "differs" for row in self.rows)

    @property
    def verdict(self) -> str:
        """``"agrees"`` or ``"differs"``."""
        return "agrees" if self.agrees else "differs"

    def __getitem__(self, quantity: str) -> Row:
        """Row of a quantity."""
        return next(row for row in self.rows if row.quantity == quantity)

    def split(self) -> Iterator[tuple[str, float, float]]:
        """Split the compliance rate into labs that hold a permit, that are deterred, and that need none.

        Yields
        ------
        (name, predicted, observed)
            ``"permits / N"``, which is mechanical, ``"deterred / N"`` and, where some labs are below a
            threshold of compute, ``"exempt / N"``, as shares of all labs.
        """
        predicted, observed = self["compliance_rate"].predicted, self["compliance_rate"].observed
        for name in ("permits", "deterred"):
            row, N = self[name], self.game.n_agents
            predicted, observed = predicted - row.predicted / N, observed - row.observed / N
            yield f"{name} / N", row.predicted / N, row.observed / N
        if self.game.flop_threshold > 0:
            yield "exempt / N", max(0.0, round(predicted, 12)), max(0.0, round(observed, 12))


def compare(
    game: Game,
    *,
    replications: int = 20_000,
    rng: Any = None,
    error: float = 0.001,
    progress: Callable[[int], object] | None = None,
) -> Comparison:
    """Predict one turn of a game, simulate it in independent replications, and compare.

    A game without memory is one-shot: replications, not steps, are the sample, and one step is played.
    A difference is judged by its size in exact standard errors. Where fewer than about 100 events are
    expected in all replications together, the normal distribution is not trusted and Chebyshev's
    inequality, which needs no distribution, takes its place.

    Parameters
    ----------
    game : deterrence.Game or deterrence.Scenario
        What is predicted and played.
    replications : int, optional
        Independent markets, at least 100.
    rng : None, int or numpy.random.Generator, optional
        Seed of the simulation; by default the scenario's, or a new one, which the result keeps.
    error : float, optional
        Family-wise error: probability, at most, that any quantity is said to differ by chance.
    progress : callable, optional
        Called with the number of replications finished since the last call.

    Returns
    -------
    Comparison

    Raises
    ------
    deterrence.ParameterError
        If an argument is out of range.

    Examples
    --------
    >>> from deterrence import Audit, CapMarket, Game, LabPopulation
    >>> game = Game(
    ...     n_agents=20,
    ...     audit=Audit(high_prob=0.6, base_prob=0.1, false_positive_rate=0.05,
    ...                 false_negative_rate=0.2, penalty_amount=1.0),
    ...     market=CapMarket(token_cap=10),
    ...     lab=LabPopulation(gross_value_min=0.5, gross_value_max=1.5),
    ... )
    >>> comparison = compare(game, replications=2000, rng=1)
    >>> comparison.verdict
    'agrees'
    >>> comparison["permits"].verdict     # a certainty, met in every replication
    'exact'
    """
    check_arguments(replications, error)
    prediction = predict(game)
    record = simulation.run(game, replications=replications, steps=1, rng=rng, progress=progress)
    tested = sum(moment.sd > _ROUNDING * abs(moment.mean) for _, moment in prediction.items())
    level = error / max(1, tested)
    bounds = bounds_of(game)
    events = _expected_events(prediction, replications)
    rows = tuple(
        _row(
            name,
            moment,
            getattr(record, name)[:, 0],
            bounds.get(name),
            level,
            rare=any(0 < events[source] < _MANY for source in _EVENTS[name]),
        )
        for name, moment in prediction.items()
    )
    violations = record.violations[:, 0].astype(int)
    return Comparison(game, replications, record.seed, error, rows, prediction, violations)


def check_arguments(replications: Any, error: Any) -> None:
    """Require at least 100 replications and an error probability in (0, 1)."""
    if not isinstance(replications, int) or isinstance(replications, bool) or replications < 100:
        raise ParameterError(Problem("replications", replications, "is too few to compare", "integer >= 100"))
    if not (isinstance(error, int | float) and 0 < error < 1):
        raise ParameterError(Problem("error", error, "is no probability", "number in (0, 1)"))


def _expected_events(prediction: Prediction, replications: int) -> dict[str, float]:
    """Expected number, over all replications, of each event and of its opposite."""
    mean = {name: moment.mean for name, moment in prediction.items()}
    running = mean["permits"] + mean["violations"]
    game = prediction.game
    for_sale = game.market.token_cap if isinstance(game.market, CapMarket) else game.n_agents
    mean["unsold"] = min(for_sale, game.n_agents) - mean["permits"]
    mean["unpermitted"] = game.n_agents - mean["permits"]
    mean["unaudited"] = running - mean["audits"]
    mean["unchecked"] = running - mean["checks"]
    mean["falsely_unaudited"] = mean["permits"] - mean["false_audits"]
    mean["escapes"] = mean["violations"] - mean["catches"]
    rounding = _ROUNDING * game.n_agents
    return {name: replications * value if value > rounding else 0.0 for name, value in mean.items()}


def _row(
    name: str,
    predicted: Moment,
    sample: Any,
    bounds: tuple[float, float] | None,
    level: float,
    *,
    rare: bool,
) -> Row:
    seen, exists = estimate(sample, bounds), ~np.isnan(sample)
    z = math.nan
    verdict: Verdict = "differs"
    if name not in _CONDITIONAL and not np.all(exists != math.isnan(predicted.mean)):
        pass  # what exists in one market exists in all
    elif not predicted.sd > _ROUNDING * abs(predicted.mean):
        verdict = "exact" if _certain(predicted.mean, sample[exists]) else "differs"
    elif not seen.n:
        verdict = "agrees" if rare else "differs"
    else:
        z = (seen.mean - predicted.mean) / (predicted.sd / math.sqrt(seen.n))
        probability = min(1.0, z**-2) if rare and z else 2 * NormalDist().cdf(-abs(z))
        verdict = "agrees" if probability >= level else "differs"
    return Row(name, predicted.mean, predicted.sd, seen.mean, seen.low, seen.high, seen.n, z, rare, verdict)


def _certain(value: float, sample: Any) -> bool:
    """Whether every replication equals a certain value, up to rounding; NaN is equal to no replication."""
    return bool(np.all(np.abs(sample - value) <= 1e-9 * abs(value)))
