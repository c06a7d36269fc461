"""Where a game with learning or memory ends up, as far as theory knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from deterrence import _adapting_governors as adapting
from deterrence import _learning_labs as learning
from deterrence import _memory as memory
from deterrence import _playing_governors as playing
from deterrence._claim import Claim, unknown
from deterrence._game import Game, check_game, extensions
from deterrence._limited_audits import capacity
from deterrence._outsiders import Outsiders

LONG_RUN_QUANTITIES = (
    "violation_rate", "stopping", "pi_1", "pi_1_spread", "pi_1_gap", "audit_rate", "period",
    "inspection_rate", "share_carried_out", "detection", "stable_rates", "tipping_share",
    "catches_to_deter", "steps_to_deter", "coefficient_mean", "coefficient_sd", "racing_mean", "racing_turns",
)  # fmt: skip
"""Names of the quantities that claims are about."""


@dataclass(frozen=True, kw_only=True)
class LongRun:
    """What theory knows of the long run of a game; ``print`` it to read it.

    Attributes
    ----------
    game : Game
        The game that was asked about.
    claims : tuple of Claim
        Empty for a game without learning and memory.
    """

    game: Game
    claims: tuple[Claim, ...]

    def __str__(self) -> str:
        if not self.claims:
            return "Every turn is like the first: no lab and no Governor learns or remembers."
        return "\n".join(map(str, self.claims))


def long_run(game: Game) -> LongRun:
    """Say where a game with learning or memory ends up.

    ===================  =============================================================================
    quantity             what it is measured by
    ===================  =============================================================================
    violation_rate       violations per lab without a permit, over markets and late turns together
    stopping             share of labs without a permit that violate no more after some turn
    pi_1                 audit probability after a suspicious signal, in late turns
    pi_1_spread          limit of the square root of the number of turns times the standard deviation
                         of pi_1 over markets
    pi_1_gap             limit of the number of turns times the distance of pi_1 from its limit
    audit_rate           probability of an audit of any signal, on average over late turns
    period               turns of one round of violations and audits
    inspection_rate      violations found, and inspections in the target group, per lab without a
                         permit and turn
    share_carried_out    audits carried out per audit called for, in late turns
    detection            violations found per violation, in late turns
    stable_rates         `violation_rate`, with the least and the largest that other expectations in
                         the first turn would lead to
    tipping_share        violators per lab, permit holders included, from which more feed on themselves
    catches_to_deter     catches of a lab without a permit before it complies for good, on average
    steps_to_deter       turns until then, in all of which it violates, on average
    coefficient_mean     coefficient at the start of a turn, of labs that violate in every turn
    coefficient_sd       standard deviation of the same
    racing_mean          racing value in a turn, on average over all labs, money
    racing_turns         turns in which no racing value has fallen to 0 yet
    ===================  =============================================================================

    All theories speak of labs without a permit. They are alike if they share one risk multiplier, and one
    gain: their values are a single known one, or the gain rule is ``"price"`` at a fixed price. Where labs
    differ the claims are means over them, if these are simple.

    Parameters
    ----------
    game : Game
        Any game.

    Returns
    -------
    LongRun
        A game without learning and memory has no claims: every turn is like the first, and `predict` says
        what that is like. Where nothing is known, a claim of sort ``"unknown"`` says so.

    Raises
    ------
    ParameterError
        If it is no game.

    Notes
    -----
    With the letters of `deterrence.games`, p_eff and P are those of the game's own policy, and g and r a
    lab's gain and multiplier, so that t = g / (r P).

    - Bayesian labs: `games.stopping`; with new values in each turn at the largest of them, or, if labs pool
      all runs, at the fixed point of the estimate, as `games.pooled_estimate`.
    - `LogitLabs`, `LogitGovernor`: as `games.quantal`, each side with its own precision, D = (1 - p_b) r P,
      g less p_b r P for g, k = ``audit.cost`` and M = ``recovery``.
    - `ImitatingLabs`, `ReplicatorGovernor`: `games.replicator`, with the same letters. What audits bring is
      M times the share of violators among labs without a permit, less k. The first audits are
      ``high_prob``. Labs that know the audits meet the share k / M.
    - `GradientGovernor`: `games.gradient`, where the price is v* - c.
    - `LoweringGovernor`, `TrackingGovernor`: `games.lowering`, `games.censored_lowering`, `games.tracking`,
      for what ``threshold("pi_1", ...)`` says that labs require. Many violators are caught more often than
      one.
    - `TargetingGovernor`: `games.targeting`; the first group is the game's own policy, the second the
      Governor's. A lab that complies in the first does not run, and is not inspected.
    - `AuditCapacity`: `games.congestion_limit`; by ``"signal"``, if clean ones call for audits, where best
      replies to the audits of the turn before lead.
    - ``reputation_escalation``: `games.escalation`. `AuditEscalation`: `games.decaying_escalation` with
      c_0 = 1, as the coefficient multiplies ``high_prob`` only.
    - `RacingGap`: gaps to a mean sum to 0, so that racing values keep their mean until one falls to 0.

    Examples
    --------
    >>> from deterrence import Audit, BayesianLabs, FixedPriceMarket, LabPopulation
    >>> game = Game(
    ...     n_agents=100,
    ...     audit=Audit(high_prob=0.25, base_prob=0.25, false_positive_rate=0.1,
    ...                 false_negative_rate=0.0, penalty_amount=1.0),
    ...     market=FixedPriceMarket(fixed_price=1.0),
    ...     lab=LabPopulation(gross_value_min=0.5, gross_value_max=0.5,
    ...                       behaviour=BayesianLabs(caught=1.0, missed=2.0)),
    ... )
    >>> [(claim.quantity, round(claim.value, 6)) for claim in long_run(game).claims]
    [('stopping', 0.333333), ('violation_rate', 0.666667)]
    """
    check_game(game)
    found = extensions(game)
    if not found.keys() & _LASTING:
        return LongRun(game=game, claims=())
    return LongRun(game=game, claims=tuple(_claims(game, sorted(found))))


def _claims(game: Game, found: list[str]) -> Iterator[Claim]:
    beside = [name for name in found if name not in _LASTING | {_REDRAWN}]
    names = [name for name in found if name in _MEMORIES | {_REDRAWN}]
    theory = _THEORIES.get((game.lab.behaviour.kind, game.audit.governor.kind, *names))
    if beside or theory is None:
        yield unknown(f"No theory is known of the long run with {', '.join(found)} together.")
        return
    labs = Outsiders.of(game)
    if labs.number == 0:
        yield unknown("Every lab holds a permit, and there is nobody to speak of.")
    elif labs.boundless:
        yield unknown('No permit is for sale, and by the rule "price" gains have no bound.')
    else:
        yield from theory(labs)


_REDRAWN = "lab.redraw_values"
_MEMORIES = {"audit.capacity", "audit.escalation", "lab.reputation_escalation", "lab.racing_gap"}
_LASTING = _MEMORIES | {"audit.governor", "lab.behaviour"}

_THEORIES: dict[tuple[str, ...], Callable[[Outsiders], Iterator[Claim]]] = {
    ("bayesian", "static"): learning.bayesian,
    ("bayesian", "static", _REDRAWN): learning.redrawn_bayesian,
    ("logit", "static"): learning.logit,
    ("logit", "static", _REDRAWN): learning.logit,
    ("imitating", "static"): learning.imitating,
    ("rational", "gradient"): adapting.gradient,
    ("logit", "gradient"): adapting.gradient,
    ("rational", "lowering"): adapting.lowering,
    ("rational", "tracking"): adapting.tracking,
    ("logit", "tracking"): adapting.tracking,
    ("rational", "targeting"): adapting.targeting,
    ("rational", "logit"): playing.logit,
    ("logit", "logit"): playing.logit,
    ("rational", "replicator"): playing.learning,
    ("logit", "replicator"): playing.learning,
    ("imitating", "replicator"): playing.imitated,
    ("rational", "static", "audit.capacity"): capacity,
    ("rational", "static", "lab.reputation_escalation"): memory.reputation,
    ("rational", "static", "audit.escalation"): memory.audit_escalation,
    ("rational", "static", "lab.racing_gap"): memory.racing,
}
"""What is known: behaviour of labs, of the Governor, and what else there is."""
