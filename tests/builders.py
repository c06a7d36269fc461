"""Hypothesis strategies, one for each noun.

Money stays below 100 and is often a plain decimal, so that ties and boundaries come up, and rounding
stays far below what is tested.
"""

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
        penalty_amount=money(),
        collateral=st.just(0.0) | money(),
        liability_cap=st.none() | money(),
        liability_rule=st.sampled_from(["capped", "posted"]),
        cost=money(),
        harm=money(),
    )


def _audit(**fields: Any) -> dt.Audit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        return dt.Audit(**fields)


def cap_markets(most: int = 50) -> st.SearchStrategy[dt.CapMarket]:
    return st.builds(dt.CapMarket, token_cap=st.integers(0, most))


def fixed_price_markets() -> st.SearchStrategy[dt.FixedPriceMarket]:
    rules = st.sampled_from(["gross", "net"])
    return st.builds(dt.FixedPriceMarket, fixed_price=money(), purchase_rule=rules)


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
    """Values and risk between bounds, equal ones too, or from a distribution."""
    fields = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "cost": money(),
                "capability_value": money(),
                "racing_factor": st.floats(0, 10, allow_subnormal=False),
                "reputation_sensitivity": money(),
                "gain_rule": st.sampled_from(["min", "price", "value"]),
            },
        )
    )
    kinds = [["bounds", "same", "distribution"], ["none", "bounds", "same", "distribution"]]
    for name, kind in zip(["gross_value", "risk_profile"], kinds, strict=True):
        chosen = draw(st.sampled_from(kind))
        if chosen == "distribution":
            fields[f"{name}_distribution"] = draw(truncated_normals() | lognormals())
        elif chosen != "none":
            pair = sorted([draw(money()), draw(money())])
            fields[f"{name}_min"] = pair[0]
            fields[f"{name}_max"] = pair[0] if chosen == "same" else pair[1]
    return dt.LabPopulation(**fields)


def games(max_agents: int = 40) -> st.SearchStrategy[dt.Game]:
    """Games of up to `max_agents` labs; a cap can be 0, bind, or exceed the number of labs."""
    return st.builds(
        dt.Game,
        n_agents=st.integers(1, max_agents),
        audit=audits(),
        market=markets(max_agents + 2),
        lab=lab_populations(),
    )


def scenarios(max_agents: int = 40) -> st.SearchStrategy[dt.Scenario]:
    return st.builds(
        _scenario,
        games(max_agents),
        name=st.from_regex(r"\w[\w-]{0,63}", fullmatch=True),
        description=_texts(),
        steps=st.integers(1, 10**6),
        seed=st.none() | st.integers(0, 2**128 - 1),
        provenance=st.dictionaries(
            st.sampled_from(["n_agents", "audit.penalty_amount", "lab.gross_value_distribution.sigma"]),
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
    return dt.Scenario(n_agents=game.n_agents, audit=game.audit, market=game.market, lab=game.lab, **fields)


def _texts() -> st.SearchStrategy[str]:
    """Any text but control characters, line separators, direction marks and half surrogate pairs."""
    plain = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])
    return st.text(plain | st.sampled_from("\n\t"), max_size=40)
