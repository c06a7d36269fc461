"""How labs decide and what a Governor does with what it sees, as parameters of a game.

In a file labs and Governors are told by their ``kind``. What they converge to is in ``deterrence.games``;
`long_run` says it for a game.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from deterrence._checks import Interval, Money, Probability, Problem
from deterrence._noun import Noun, bounds_in_order

Pseudocount = Annotated[float, Interval(gt=0, le=1e9)]
Rate = Annotated[float, Interval(gt=0, le=1e9)]
Move = Annotated[float, Interval(gt=0, le=1)]


@dataclass(frozen=True, kw_only=True)
class RationalLabs(Noun):
    """Labs that know the policy, and comply iff the expected punishment is at least the gain."""

    kind: Literal["rational"] = "rational"


@dataclass(frozen=True, kw_only=True)
class BayesianLabs(Noun):
    """Labs that learn how likely a violator is caught from what happens to them.

    A lab starts with ``caught`` and ``missed`` violations in mind, and acts on the mean of its beta
    distribution. It ``pools`` its ``"violations"`` alone, or all its ``"runs"``, permitted ones included,
    and takes how often it was checked for how often a violator is.
    """

    kind: Literal["bayesian"] = "bayesian"
    caught: Pseudocount = 1.0
    missed: Pseudocount = 1.0
    pools: Literal["violations", "runs"] = "violations"


@dataclass(frozen=True, kw_only=True)
class LogitLabs(Noun):
    """Labs that know the policy and err: they violate with the logit probability of what they expect of it.

    ``precision``, per money, is 0 for a coin; the larger, the nearer to rational labs.
    """

    kind: Literal["logit"] = "logit"
    precision: Annotated[float, Interval(ge=0, le=1e9)]


@dataclass(frozen=True, kw_only=True)
class ImitatingLabs(Noun):
    """Labs that look at another one, and do as it does if it fared better.

    A lab without a permit compares itself in each turn with another such lab, and switches with a
    probability of ``rate``, per money, times how much better the other fared. A share ``violating`` of the
    labs violates in the first turn.
    """

    kind: Literal["imitating"] = "imitating"
    rate: Rate
    violating: Probability = 0.5


RATIONAL = RationalLabs()
LabBehaviour = RationalLabs | BayesianLabs | LogitLabs | ImitatingLabs


@dataclass(frozen=True, kw_only=True)
class StaticGovernor(Noun):
    """A Governor that keeps to the game's policy."""

    kind: Literal["static"] = "static"


@dataclass(frozen=True, kw_only=True)
class GradientGovernor(Noun):
    """A Governor that climbs expected sanctions less the disruption of audits.

    Its n-th step is ``scale`` / n, per money, times the slope that it sees.
    """

    kind: Literal["gradient"] = "gradient"
    scale: Rate = 1.0


@dataclass(frozen=True, kw_only=True)
class LoweringGovernor(Noun):
    """A Governor that lowers the audit probability until violations appear, and then raises it.

    It goes ``down`` after a turn without, and ``up`` after a turn with a violation that it ``sees``: every
    one of the ``"violations"``, or the ``"catches"`` alone.
    """

    kind: Literal["lowering"] = "lowering"
    down: Move
    up: Move
    sees: Literal["violations", "catches"] = "violations"


@dataclass(frozen=True, kw_only=True)
class TrackingGovernor(Noun):
    """A Governor that steers the share of labs without a permit that violate to a ``target``.

    Its n-th step is ``scale`` / n times that share less the target.
    """

    kind: Literal["tracking"] = "tracking"
    target: Probability
    scale: Rate = 1.0


@dataclass(frozen=True, kw_only=True)
class TargetingGovernor(Noun):
    """A Governor that keeps labs which it caught in a target group, and looks at them more closely.

    Labs start in the first group, under the game's own audit and fine, and get into the target group when
    they are caught. There suspicious and clean signals are audited with ``high_prob`` and ``base_prob``, and
    the fine is ``penalty_amount``. A lab there that does not violate is inspected with the probability with
    which a violation would be found, and returns to the first group with probability ``return_prob`` if it
    was. Labs without a permit look ahead, with discount factor ``discount``.
    """

    kind: Literal["targeting"] = "targeting"
    high_prob: Probability
    base_prob: Probability
    penalty_amount: Money
    return_prob: Probability
    discount: Annotated[float, Interval(ge=0, le=0.999)] = 0.9


@dataclass(frozen=True, kw_only=True)
class LogitGovernor(Noun):
    """A Governor that audits every signal alike, with a logit probability of what it expects of an audit.

    An audit costs the audit's ``cost`` and brings ``recovery`` if it finds a violation. The Governor expects
    the share of violators among the labs without a permit that it has seen on average.
    """

    kind: Literal["logit"] = "logit"
    precision: Annotated[float, Interval(ge=0, le=1e9)]
    recovery: Money


@dataclass(frozen=True, kw_only=True)
class ReplicatorGovernor(Noun):
    """A Governor that audits every signal alike, the more the better audits paid in the last turn.

    Its log-odds of an audit move by ``rate`` times what an audit brought on average: ``recovery`` for a
    violation that it found, less the audit's ``cost``.
    """

    kind: Literal["replicator"] = "replicator"
    rate: Rate
    recovery: Money


STATIC = StaticGovernor()
GovernorBehaviour = (
    StaticGovernor
    | GradientGovernor
    | LoweringGovernor
    | TrackingGovernor
    | TargetingGovernor
    | LogitGovernor
    | ReplicatorGovernor
)


@dataclass(frozen=True, kw_only=True)
class AuditCapacity(Noun):
    """A limit to the audits that can be carried out in one turn.

    If more signals call for one, ``audits`` of them are drawn by ``"lot"``, all alike, or by ``"signal"``,
    the suspicious ones first. Labs expect the share of called-for audits that was carried out in the last
    turn, by ``"signal"`` that of the suspicious and that of the clean, and all where none was called for; in
    the first they expect ``expected``.
    """

    audits: Annotated[int, Interval(ge=0, le=10**9)]
    priority: Literal["lot", "signal"] = "lot"
    expected: Probability = 1.0


@dataclass(frozen=True, kw_only=True)
class AuditEscalation(Noun):
    """Audits that grow with the catches of a lab, and fade.

    A lab's suspicious signals are audited with ``high_prob`` times its coefficient, at most 1. A coefficient
    is 1 plus an excess, to which each catch adds ``increment``, and which then, in every turn, loses the
    share ``decay``.
    """

    increment: Annotated[float, Interval(ge=0, le=1e6)]
    decay: Annotated[float, Interval(gt=0, le=1)]


@dataclass(frozen=True, kw_only=True)
class RacingGap(Noun):
    """Racing value that follows a lab's capability.

    Every run, permitted or not, adds its value to the lab's capability. Racing value is multiplied by
    1 + ``sensitivity`` times the gap to the mean capability over ``scale``, and never below 0.
    """

    sensitivity: Annotated[float, Interval(ge=-1e6, le=1e6)]
    scale: Annotated[float, Interval(gt=0, le=1e15)]


@dataclass(frozen=True, kw_only=True)
class Splitting(Noun):
    """A third action: an unpermitted run cut into parts that look like several small ones.

    It costs between ``cost_min`` and ``cost_max``, and when it is looked at it is found out with a
    probability between ``coordination_min`` and ``coordination_max``, both uniform over labs.
    """

    cost_min: Money
    cost_max: Money
    coordination_min: Probability
    coordination_max: Probability

    @staticmethod
    def rules(values: Mapping[str, Any]) -> Iterator[Problem]:
        """The bounds must be in order."""
        yield from bounds_in_order(values, "cost_min", "cost_max", strictly=False)
        yield from bounds_in_order(values, "coordination_min", "coordination_max", strictly=False)
