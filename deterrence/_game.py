"""The model, and its nouns.

A Governor sells a limited number of permits for large AI training runs. N labs draw a value v
(``gross_value``) for one run, which costs c, and a multiplier r (``risk_profile``) on punishment.

*Trade.* Each lab bids its rent, max(0, v - c). Under cap-and-trade the Q highest positive bids get a
permit and pay the Q-th highest bid, p = v* - c; a cap of N or more does not bind and the price is 0.
At a fixed price p every lab with v >= p buys.

*Comply.* A lab with a permit runs and complies. A lab without one gains g from running all the same:
the permit cost it saves, min(p, v - c), plus the racing value V. It expects to be detected with
probability p_eff and then to lose B = r P, where P is fine and collateral, up to what it can be made
to pay, plus reputation. **It complies, and does not run, iff p_eff B >= g**; a tie complies.

*Enforce.* Every running lab sends a signal: suspicious with probability beta if it violates, alpha if
it complies. A suspicious signal is audited with probability pi_1, a clean one with pi_0; a running lab
that was not audited is backchecked with probability p_b. An audit or backcheck of a violator finds the
violation and costs the lab min(K + phi, L). So a violator is audited with probability
p_s = beta pi_1 + (1 - beta) pi_0 and detected with p_eff = p_s + (1 - p_s) p_b.

=====================  ==========  ==============================================================
attribute, JSON key    letter      meaning
=====================  ==========  ==============================================================
n_agents               N           labs
high_prob              pi_1        audit probability after a suspicious signal
base_prob              pi_0        audit probability after a clean signal
false_positive_rate    alpha       probability that a compliant running lab looks suspicious
false_negative_rate    1 - beta    probability that a violator looks clean
backcheck_prob         p_b         probability that an unaudited running lab is backchecked
penalty_amount         phi         fine
collateral             K           deposit lost when caught
liability_cap          L           most that a lab can be made to pay
reputation_sensitivity R           loss of reputation when caught; not a money transfer
cost (audit)           k           Governor's cost of one audit or backcheck
harm                   H           harm of one violation to others
token_cap              Q           permits for sale
fixed_price            p           price at which permits are sold without limit
gross_value            v           value of a training run
cost (lab)             c           cost of a training run
risk_profile           r           multiplier on the perceived punishment
capability_value       V_b         value of getting ahead by an unpermitted run
racing_factor          c_r         racing value V = c_r V_b
=====================  ==========  ==============================================================

*Beyond.* Whatever else a game can have is off unless it is given: compute that permits, signals and fines
go by; reports and metering that find what no audit found; audits that run out, grow with the catches of a
lab, or look closer at labs that were caught; bids capped by what a lab expects to lose; values, reputation
and racing that change over the turns; a run split into small ones; labs and a Governor that learn, err,
imitate or adapt. The nouns say what each means, and ``deterrence.games`` has the theory of most of them.

=========================  ===============  ==========================================================
attribute, JSON key        letter           meaning
=========================  ===============  ==========================================================
flops                                       compute of a run, in any one unit
flop_threshold                              compute up to which a run needs no permit
flops_per_permit                            compute that one permit is for
supply                                      permits for sale at the fixed price
signal_scale                                excess compute from which a violator's signal is beta
signal_exponent                             power of the excess by which it grows up to there
excess_penalty                              fine for excess compute, per unit to a power
excess_exponent                             that power
turnover                                    turnover of a lab
turnover_share                              share of turnover that the fine is at least
whistleblower_prob         p_w              probability that a violation not found is reported
monitoring_prob            p_m              probability that metering finds one not reported
capacity.audits            M                audits that can be carried out in a turn
capacity.expected                           share of audits carried out that labs expect at first
escalation.increment       e                what a catch adds to a lab's audit coefficient
escalation.decay           d                share of the excess coefficient lost in each turn
reputation_escalation      f                growth of the loss of reputation with each catch
racing_gap.sensitivity                      growth of racing value with the capability gap
racing_gap.scale                            unit of that gap
splitting.cost             chi              cost of splitting a run
splitting.coordination     varsigma         share of detection that is left after a split
behaviour.caught, missed   a_0, b_0         prior weights of a catch and of none
behaviour.precision        lambda           precision of logit choice, of labs
behaviour.rate                              probability of a switch, per money that it brings
behaviour.violating                         share of imitating labs that violate at first
governor.scale             eta              length of the first step of a Governor
governor.down, up          Delta-, Delta+   steps of a Governor that lowers and raises pi_1
governor.target            epsilon          share of violators that a Governor steers to
governor.high_prob         pi_1             audit probability after a suspicious signal, target group
governor.base_prob         pi_0             audit probability after a clean signal, target group
governor.penalty_amount    F_2              fine in the target group
governor.return_prob       u                probability that an inspected lab leaves that group
governor.discount          delta            discount factor of labs that look ahead
governor.precision         lambda           precision of logit choice, of a Governor
governor.rate                               movement of log-odds, per money that audits brought
governor.recovery          M                what auditing a violator returns to the Governor
=========================  ===============  ==========================================================
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Annotated, Any, Literal

from deterrence._behaviours import (
    RATIONAL,
    STATIC,
    AuditCapacity,
    AuditEscalation,
    GovernorBehaviour,
    LabBehaviour,
    RacingGap,
    Splitting,
)
from deterrence._checks import (
    Interval,
    Money,
    Multiplier,
    ParameterError,
    ParameterWarning,
    PositiveMoney,
    Probability,
    Problem,
    field_types,
    iter_numbers,
    options,
)
from deterrence._noun import Noun, bounds_in_order

Flops = Annotated[float, Interval(ge=0, le=1e15)]
PositiveFlops = Annotated[float, Interval(gt=0, le=1e15)]
Exponent = Annotated[float, Interval(gt=0, le=5)]  # so that no power of compute overflows


@dataclass(frozen=True, kw_only=True)
class Audit(Noun):
    """How the Governor looks and what it does to a violator it finds.

    A violator's signal is suspicious with beta if its compute exceeds the threshold by ``signal_scale`` or
    more, and with less power ``signal_exponent`` of the ratio below that, down to that of a compliant lab.
    The fine is ``penalty_amount`` plus ``excess_penalty`` times power ``excess_exponent`` of the excess, or
    ``turnover_share`` of the lab's turnover if that is more. What no audit and no backcheck has found is
    reported by a whistleblower with ``whistleblower_prob``, and else seen by metering with
    ``monitoring_prob``. Every lab that needs a permit posts ``collateral`` when a turn starts; a lab that is
    caught pays with it first, and what is left of all deposits is refunded. ``capacity`` limits the audits of
    a turn, ``escalation`` makes them grow with the catches of a lab, and ``governor`` says what becomes of
    the policy in the course of a game.

    Examples
    --------
    >>> audit = Audit(high_prob=0.6, base_prob=0.1, false_positive_rate=0.05,
    ...               false_negative_rate=0.2, penalty_amount=2.0)
    >>> audit.beta
    0.8
    """

    high_prob: Probability
    base_prob: Probability
    false_positive_rate: Probability
    false_negative_rate: Probability
    backcheck_prob: Probability = 0.0
    whistleblower_prob: Probability = 0.0
    monitoring_prob: Probability = 0.0
    signal_scale: Flops = 0.0
    signal_exponent: Exponent = 1.0
    penalty_amount: Money
    excess_penalty: Money = 0.0
    excess_exponent: Exponent = 1.0
    turnover_share: Probability = 0.0
    collateral: Money = 0.0
    liability_cap: Money | None = None
    liability_rule: Literal["capped", "posted"] = "capped"
    cost: Money = 0.0
    harm: Money = 0.0
    capacity: AuditCapacity | None = None
    escalation: AuditEscalation | None = None
    governor: GovernorBehaviour = STATIC

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.high_prob < self.base_prob:
            _warn("high_prob is below base_prob: clean signals are audited more than suspicious ones")
        if self.false_positive_rate + self.false_negative_rate > 1:
            _warn("beta is below alpha: violators look cleaner than compliant labs")

    @property
    def beta(self) -> float:
        """True-positive rate, 1 - ``false_negative_rate``."""
        return 1.0 - self.false_negative_rate


def _warn(message: str) -> None:
    warnings.warn(message, ParameterWarning, stacklevel=4)


@dataclass(frozen=True, kw_only=True)
class CapMarket(Noun):
    """Cap-and-trade: ``token_cap`` permits at the price of the ``token_cap``-th highest bid.

    A lab needs one permit or, with ``flops_per_permit``, one for every so much compute, all or none; then a
    bid is for each of them, and a lab gets them if all of its bids are among the highest. The price is 0 if
    there are as many permits as are needed.
    """

    token_cap: Annotated[int, Interval(ge=0, le=10**9)]
    flops_per_permit: PositiveFlops | None = None


@dataclass(frozen=True, kw_only=True)
class FixedPriceMarket(Noun):
    """Permits at ``fixed_price``, without limit or until ``supply`` runs out.

    ``purchase_rule`` says who buys: ``"gross"`` is the specification's v >= price, ``"net"`` is
    v - c >= price. If more labs would buy than there is supply for, the lot decides, all alike.
    """

    fixed_price: Money
    purchase_rule: Literal["gross", "net"] = "gross"
    supply: Annotated[int, Interval(ge=0, le=10**9)] | None = None


@dataclass(frozen=True, kw_only=True)
class Uniform(Noun):
    """Uniform distribution on [min, max]; min = max is a single known value."""

    kind: Literal["uniform"] = "uniform"
    min: Money
    max: Money

    @staticmethod
    def rules(values: Mapping[str, Any]) -> Iterator[Problem]:
        """The bounds must be in order."""
        yield from bounds_in_order(values, "min", "max", strictly=False)


@dataclass(frozen=True, kw_only=True)
class TruncatedNormal(Noun):
    """Normal distribution with `mean` and `sd` before it is cut to [min, max].

    The mean must lie within 6 sd of [min, max], and the bounds at least 1e-9 sd apart.
    """

    kind: Literal["truncated_normal"] = "truncated_normal"
    mean: Money
    sd: PositiveMoney
    min: Money
    max: Money

    @staticmethod
    def rules(values: Mapping[str, Any]) -> Iterator[Problem]:
        """The bounds must be in order, and within reach of the mean."""
        yield from bounds_in_order(values, "min", "max", strictly=True)
        numbers = list(iter_numbers(values, "mean", "sd", "min", "max"))
        if len(numbers) == 4 and numbers[1] > 0 and numbers[2] < numbers[3]:
            mean, sd, low, high = numbers
            far = (mean - 6 * sd > high) or (mean + 6 * sd < low) or high - low < 1e-9 * sd
            if far:
                yield Problem(
                    "mean", mean, "leaves no probability between min and max",
                    "a mean within 6 sd of [min, max], and max - min >= 1e-9 sd",
                )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LogNormal(Noun):
    """Lognormal distribution: the logarithm is normal around log(median) with deviation `sigma`."""

    kind: Literal["lognormal"] = "lognormal"
    median: PositiveMoney
    sigma: Annotated[float, Interval(gt=0, le=5)]


Distribution = Uniform | TruncatedNormal | LogNormal


@dataclass(frozen=True, kw_only=True)
class LabPopulation(Noun):
    """What the labs are drawn from.

    ``gross_value`` and ``risk_profile`` are uniform between their ``_min`` and ``_max``, or drawn from
    the ``_distribution`` given in their place; so are the compute of a run, ``flops``, in any one unit, such
    as 1e24 operations, and ``turnover``. With ``redraw_values`` the values are drawn anew in every turn. Bids
    are ``"truthful"`` or, by ``bid_rule``, ``"strategic"``: capped by what a lab expects to lose if it
    cheats, without splitting, which then gains what a run is worth, whatever the ``gain_rule``. A loss of
    reputation grows by the share ``reputation_escalation`` with every catch.
    """

    gross_value_min: Money | None = None
    gross_value_max: Money | None = None
    gross_value_distribution: TruncatedNormal | LogNormal | None = None
    risk_profile_min: Multiplier | None = None
    risk_profile_max: Multiplier | None = None
    risk_profile_distribution: TruncatedNormal | LogNormal | None = None
    cost: Money = 0.0
    capability_value: Money = 0.0
    racing_factor: Multiplier = 1.0
    reputation_sensitivity: Money = 0.0
    gain_rule: Literal["min", "price", "value"] = "min"
    bid_rule: Literal["truthful", "strategic"] = "truthful"
    redraw_values: bool = False
    flops_min: Flops | None = None
    flops_max: Flops | None = None
    flops_distribution: TruncatedNormal | LogNormal | None = None
    turnover_min: Money | None = None
    turnover_max: Money | None = None
    turnover_distribution: TruncatedNormal | LogNormal | None = None
    reputation_escalation: Multiplier = 0.0
    racing_gap: RacingGap | None = None
    splitting: Splitting | None = None
    behaviour: LabBehaviour = RATIONAL

    @staticmethod
    def rules(values: Mapping[str, Any]) -> Iterator[Problem]:
        """Each of value, risk, compute and turnover has one complete description, with bounds in order."""
        for name in ("gross_value", "risk_profile", "flops", "turnover"):
            low, high, other = f"{name}_min", f"{name}_max", f"{name}_distribution"
            given = [key for key in (low, high) if values.get(key) is not None]
            if values.get(other) is not None:
                for key in given:
                    yield Problem(key, values[key], f"stands beside {other}", "one of the two")
            elif len(given) == 1 or (name == "gross_value" and not given):
                missing = high if low in given else low
                yield Problem(missing, None, "is missing", f"{low} and {high}, or {other}")
            yield from bounds_in_order(values, low, high, strictly=False)

    @property
    def gross_value(self) -> Distribution:
        """Distribution of v."""
        return _either(self.gross_value_distribution, self.gross_value_min, self.gross_value_max, 1.0)

    @property
    def risk_profile(self) -> Distribution:
        """Distribution of r; 1 for every lab unless given."""
        return _either(self.risk_profile_distribution, self.risk_profile_min, self.risk_profile_max, 1.0)

    @property
    def flops(self) -> Distribution:
        """Distribution of the compute of a run; 1 for every lab unless given."""
        return _either(self.flops_distribution, self.flops_min, self.flops_max, 1.0)

    @property
    def turnover(self) -> Distribution:
        """Distribution of turnover; 0 for every lab unless given."""
        return _either(self.turnover_distribution, self.turnover_min, self.turnover_max, 0.0)

    @property
    def racing_value(self) -> float:
        """V = ``racing_factor`` times ``capability_value``."""
        return self.racing_factor * self.capability_value


@functools.lru_cache(maxsize=1024)
def _either(
    other: Distribution | None, low: float | None, high: float | None, default: float
) -> Distribution:
    if other is not None:
        return other
    return Uniform(min=default if low is None else low, max=default if high is None else high)


@dataclass(frozen=True, kw_only=True)
class Game(Noun):
    """One compute-permit market with its enforcement: what `solve` answers and `simulation` plays.

    Labs with compute of at most ``flop_threshold`` are exempt: they run without a permit, are no violators,
    and are not looked at.

    Examples
    --------
    >>> game = Game(
    ...     n_agents=20,
    ...     audit=Audit(high_prob=0.6, base_prob=0.1, false_positive_rate=0.05,
    ...                 false_negative_rate=0.2, penalty_amount=2.0),
    ...     market=CapMarket(token_cap=10),
    ...     lab=LabPopulation(gross_value_min=0.5, gross_value_max=1.5),
    ... )
    >>> game.market.token_cap
    10
    """

    n_agents: Annotated[int, Interval(ge=1, le=10**7)]
    flop_threshold: Flops = 0.0
    audit: Audit
    market: CapMarket | FixedPriceMarket
    lab: LabPopulation

    @staticmethod
    def rules(values: Mapping[str, Any]) -> Iterator[Problem]:
        """Strategic bids need a market that takes bids."""
        market, lab = values.get("market"), values.get("lab")
        if isinstance(market, FixedPriceMarket) and getattr(lab, "bid_rule", None) == "strategic":
            yield Problem(
                "lab.bid_rule", "strategic", "is of no use at a fixed price, which takes no bids",
                '"truthful", or a market with token_cap',
            )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Provenance(Noun):
    """Where the value of a parameter comes from."""

    value: float
    unit: str
    source: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Scenario(Game):
    """A game with a name, a meaning, a length, a seed and the sources of its figures.

    ``steps`` turns are played with the same labs. A ``seed`` of None is drawn, and recorded, at run time.
    ``provenance`` maps a parameter, such as ``"audit.penalty_amount"``, to its source. A ``name`` has at
    most 64 letters, digits, hyphens and underscores.
    """

    name: str
    description: str
    steps: Annotated[int, Interval(ge=1, le=10**6)] = 1
    seed: Annotated[int, Interval(ge=0, le=2**128 - 1)] | None = None
    provenance: dict[str, Provenance] = field(default_factory=dict)

    @staticmethod
    def rules(values: Mapping[str, Any]) -> Iterator[Problem]:
        """Those of a game; the name is a plain word, and sources are given for parameters that there are."""
        yield from Game.rules(values)
        name, sources = values.get("name"), values.get("provenance")
        if isinstance(name, str) and not re.fullmatch(r"\w[\w-]{0,63}", name):
            yield Problem("name", name, "is no name", "1 to 64 letters, digits, hyphens and underscores")
        for key in sources if isinstance(sources, Mapping) else ():
            if key not in _parameters(Game):
                yield Problem(f"provenance.{key}", key, "is no parameter", "such as audit.penalty_amount")


@functools.cache
def _parameters(noun: type, prefix: str = "") -> frozenset[str]:
    """Dotted names of all parameters of a noun."""
    names: set[str] = set()
    for name, hint in field_types(noun).items():
        parts = [part for part in options(hint) if is_dataclass(part)]
        nested = (_parameters(part, f"{prefix}{name}.") for part in parts)
        names.update(*nested, () if parts else (prefix + name,))
    return frozenset(names)


_EXTENSIONS = {
    "": ("flop_threshold",),
    "audit": (
        "whistleblower_prob", "monitoring_prob", "signal_scale", "excess_penalty", "turnover_share",
        "capacity", "escalation", "governor",
    ),
    "market": ("flops_per_permit", "supply"),
    "lab": (
        "bid_rule", "redraw_values", "reputation_escalation", "racing_gap", "splitting", "behaviour",
    ),
}  # fmt: skip


def extensions(game: Game) -> dict[str, Any]:
    """What a game has beyond the model of this module's docstring: dotted names, and values.

    Parameters that have no effect without these, such as the laws of compute and turnover, are not among
    them.
    """
    found = {}
    for section, names in _EXTENSIONS.items():
        noun = getattr(game, section) if section else game
        defaults = {f.name: f.default for f in fields(noun)}
        for name in names:
            if name in defaults and getattr(noun, name) != defaults[name]:
                found[f"{section}.{name}".lstrip(".")] = getattr(noun, name)
    return found


def check_game(game: Any) -> None:
    """Require a game.

    Raises
    ------
    ParameterError
        If it is something else.
    """
    if not isinstance(game, Game):
        raise ParameterError(Problem("game", game, "is no game", "a Game or a Scenario"))
