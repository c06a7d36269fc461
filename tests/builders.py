"""Hypothesis strategies, one for each noun.

Money stays below 100 and is often a plain decimal, so that ties and boundaries come up, and rounding
stays far below what is tested.
"""

import dataclasses
import warnings
from typing import Any

from hypothesis import strategies as st

import deterrence as dt


def probabilities() -> st.SearchStrategy[float]:
    return st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0]) | st.floats(0, 1, allow_subnormal=False)


def money(least: float = 0.0, most: float = 100.0) -> st.SearchStrategy[float]:
    cents = st.integers(round(100 * least), round(100 * most)).map(lambda n: n / 100)
    return cents | st.floats(least, most, allow_subnormal=False)


def audits() -> st.SearchStrategy[dt.Audit]:
    """Every kind of audit, including those that warn because signals are used the wrong way round."""
    return st.builds(
        _audit,
        high_prob=probabilities(),
        base_prob=probabilities(),
        false_positive_rate=probabilities(),
        false_negative_rate=probabilities(),
        backcheck_prob=st.just(0.0) | probabilities(),
        whistleblower_prob=st.just(0.0) | probabilities(),
        monitoring_prob=st.just(0.0) | probabilities(),
        signal_scale=st.just(0.0) | flops(),
        signal_exponent=_exponents(),
        excess_penalty=st.just(0.0) | money(),
        excess_exponent=_exponents(),
        turnover_share=st.just(0.0) | probabilities(),
        penalty_amount=money(),
        collateral=st.just(0.0) | money(),
        liability_cap=st.none() | money(),
        liability_rule=st.sampled_from(["capped", "posted"]),
        cost=money(),
        harm=money(),
        capacity=st.none() | capacities(),
        escalation=st.none() | escalations(),
        governor=governors(),
    )


def flops(least: float = 0.0) -> st.SearchStrategy[float]:
    return st.sampled_from([1.0, 1e9, 1e15]) | st.floats(least, 1e15, allow_subnormal=False)


def _exponents() -> st.SearchStrategy[float]:
    return st.just(1.0) | st.floats(0.01, 5)


def _rates() -> st.SearchStrategy[float]:
    return st.sampled_from([1.0, 1e9]) | st.floats(0.01, 100)


def _moves() -> st.SearchStrategy[float]:
    return st.sampled_from([0.1, 0.5, 1.0]) | st.floats(0.001, 1)


def capacities() -> st.SearchStrategy[dt.AuditCapacity]:
    return st.builds(
        dt.AuditCapacity,
        audits=st.integers(0, 50),
        priority=st.sampled_from(["lot", "signal"]),
        expected=probabilities(),
    )


def escalations() -> st.SearchStrategy[dt.AuditEscalation]:
    return st.builds(dt.AuditEscalation, increment=money(), decay=_moves())


def governors() -> st.SearchStrategy[Any]:
    """Every kind of Governor."""
    return st.one_of(
        st.builds(dt.StaticGovernor),
        st.builds(dt.GradientGovernor, scale=_rates()),
        st.builds(
            dt.LoweringGovernor, down=_moves(), up=_moves(), sees=st.sampled_from(["violations", "catches"])
        ),
        st.builds(dt.TrackingGovernor, target=probabilities(), scale=_rates()),
        st.builds(
            dt.TargetingGovernor,
            high_prob=probabilities(),
            base_prob=probabilities(),
            penalty_amount=money(),
            return_prob=probabilities(),
            discount=st.floats(0, 0.999),
        ),
        st.builds(dt.LogitGovernor, precision=money(), recovery=money()),
        st.builds(dt.ReplicatorGovernor, rate=_rates(), recovery=money()),
    )


def behaviours() -> st.SearchStrategy[Any]:
    """Every kind of labs."""
    return st.one_of(
        st.builds(dt.RationalLabs),
        st.builds(
            dt.BayesianLabs, caught=_rates(), missed=_rates(), pools=st.sampled_from(["violations", "runs"])
        ),
        st.builds(dt.LogitLabs, precision=money()),
        st.builds(dt.ImitatingLabs, rate=_rates(), violating=probabilities()),
    )


def racing_gaps() -> st.SearchStrategy[dt.RacingGap]:
    return st.builds(dt.RacingGap, sensitivity=st.floats(-10, 10), scale=money(0.01))


@st.composite
def splittings(draw: st.DrawFn) -> dt.Splitting:
    cost, coordination = draw(_pairs(money())), draw(_pairs(probabilities()))
    return dt.Splitting(
        cost_min=cost[0], cost_max=cost[1], coordination_min=coordination[0], coordination_max=coordination[1]
    )


def _pairs(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[list[float]]:
    """Two numbers in order."""
    return st.lists(numbers, min_size=2, max_size=2).map(sorted)


def _audit(**fields: Any) -> dt.Audit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        return dt.Audit(**fields)


def cap_markets(most: int = 50) -> st.SearchStrategy[dt.CapMarket]:
    need = st.none() | flops(1e-3)
    return st.builds(dt.CapMarket, token_cap=st.integers(0, most), flops_per_permit=need)


def fixed_price_markets() -> st.SearchStrategy[dt.FixedPriceMarket]:
    rules = st.sampled_from(["gross", "net"])
    supply = st.none() | st.integers(0, 50)
    return st.builds(dt.FixedPriceMarket, fixed_price=money(), purchase_rule=rules, supply=supply)


def markets(most: int = 50) -> st.SearchStrategy[dt.CapMarket | dt.FixedPriceMarket]:
    """Both markets; a cap is at most `most`."""
    return cap_markets(most) | fixed_price_markets()


@st.composite
def truncated_normals(draw: st.DrawFn) -> dt.TruncatedNormal:
    low, high = sorted(draw(st.lists(st.integers(0, 10_000), min_size=2, max_size=2, unique=True)))
    mean = draw(st.floats(low / 100, high / 100))
    return dt.TruncatedNormal(mean=mean, sd=draw(money(0.01)), min=low / 100, max=high / 100)


def lognormals() -> st.SearchStrategy[dt.LogNormal]:
    return st.builds(dt.LogNormal, median=money(0.01), sigma=st.floats(0.01, 2))


@st.composite
def lab_populations(draw: st.DrawFn) -> dt.LabPopulation:
    """What labs differ in between bounds, equal ones too, or from a distribution; and how they decide."""
    fields = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "cost": money(),
                "capability_value": money(),
                "racing_factor": st.floats(0, 10, allow_subnormal=False),
                "reputation_sensitivity": money(),
                "gain_rule": st.sampled_from(["min", "price", "value"]),
                "bid_rule": st.sampled_from(["truthful", "strategic"]),
                "redraw_values": st.booleans(),
                "reputation_escalation": st.floats(0, 10, allow_subnormal=False),
                "racing_gap": racing_gaps(),
                "splitting": splittings(),
                "behaviour": behaviours(),
            },
        )
    )
    for name in ("gross_value", "risk_profile", "flops", "turnover"):
        kinds = ["bounds", "same", "distribution", "none"]
        chosen = draw(st.sampled_from(kinds[:3] if name == "gross_value" else kinds))
        if chosen == "distribution":
            fields[f"{name}_distribution"] = draw(truncated_normals() | lognormals())
        elif chosen != "none":
            pair = draw(_pairs(money()))
            fields[f"{name}_min"] = pair[0]
            fields[f"{name}_max"] = pair[0] if chosen == "same" else pair[1]
    return dt.LabPopulation(**fields)


def games(max_agents: int = 40) -> st.SearchStrategy[dt.Game]:
    """Games of up to `max_agents` labs; a cap can be 0, bind, or exceed the number of labs.

    They have everything that a game may have beyond the basic model.
    """
    return st.builds(
        _game,
        n_agents=st.integers(1, max_agents),
        audit=audits(),
        market=markets(max_agents + 2),
        lab=lab_populations(),
        flop_threshold=st.just(0.0) | flops(),
    )


def _game(**fields: Any) -> dt.Game:
    """Where a fixed price takes no bids, these are truthful."""
    if isinstance(fields["market"], dt.FixedPriceMarket):
        fields["lab"] = dataclasses.replace(fields["lab"], bid_rule="truthful")
    return dt.Game(**fields)


def scenarios(max_agents: int = 40) -> st.SearchStrategy[dt.Scenario]:
    return st.builds(
        _scenario,
        games(max_agents),
        name=st.from_regex(r"\w[\w-]{0,63}", fullmatch=True),
        description=_texts(),
        steps=st.integers(1, 10**6),
        seed=st.none() | st.integers(0, 2**128 - 1),
        provenance=st.dictionaries(
            st.sampled_from(
                [
                    "n_agents",
                    "audit.penalty_amount",
                    "audit.governor.discount",
                    "lab.gross_value_distribution.sigma",
                    "lab.splitting.cost_min",
                ]
            ),
            st.builds(
                dt.Provenance,
                value=st.floats(allow_nan=False, allow_infinity=False),
                unit=_texts(),
                source=_texts(),
                note=_texts(),
            ),
        ),
    )


def _scenario(game: dt.Game, **fields: Any) -> dt.Scenario:
    return dt.Scenario(**vars(game), **fields)


def _texts() -> st.SearchStrategy[str]:
    """Any text but control characters, line separators, direction marks and half surrogate pairs."""
    plain = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])
    return st.text(plain | st.sampled_from("\n\t"), max_size=40)
