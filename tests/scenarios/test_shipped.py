"""The shipped scenarios of the basic model mean what their descriptions say."""

import math
import operator
import re
from decimal import Decimal
from pathlib import Path

import pytest

import deterrence as dt
import scenarios

CONFIG = Path(scenarios.__file__).with_name("config.json")
NAMES = tuple(scenarios.load_all(CONFIG))


def _punishment(scenario: dt.Scenario) -> float:
    audit, cap = scenario.audit, scenario.audit.liability_cap
    return dt.punishment(
        fine=audit.penalty_amount,
        collateral=audit.collateral,
        liability_cap=math.inf if cap is None else cap,
        reputation=scenario.lab.reputation_sensitivity,
    )


def _ratio(scenario: dt.Scenario) -> float:
    """Deterrence ratio at the expected price."""
    price, cost = dt.predict(scenario).price.mean, scenario.lab.cost
    return dt.deterrence_ratio(P=_punishment(scenario), beta=scenario.audit.beta, v_star=price + cost, c=cost)


def _detection(scenario: dt.Scenario) -> float:
    audit = scenario.audit
    return dt.effective_detection(
        pi_1=audit.high_prob, pi_0=audit.base_prob, beta=audit.beta, p_b=audit.backcheck_prob
    )


def test_the_specified_regimes_are_there():
    assert set(NAMES) == {
        "baseline", "weak_penalty", "carbon_tax", "targeted_audit", "backcheck_and_racing", "lawless",
        "knife_edge", "frontier_2025", "statute_1m", "so2_allowances",
    }  # fmt: skip
    games = [scenarios.load(name) for name in NAMES]
    assert {type(game.market) for game in games} == {dt.CapMarket, dt.FixedPriceMarket}
    assert {type(game.lab.gross_value) for game in games} == {dt.Uniform, dt.LogNormal, dt.TruncatedNormal}
    assert {game.steps for game in games} == {1}  # without memory a game is one-shot
    assert len({game.seed for game in games}) == len(games)


def test_reading_them_warns_of_nothing():
    # Warnings are errors in this suite, and the shipped files are read afresh here.
    files = [
        scenarios.load_all(CONFIG.with_name(f"{name}.json")) for name in ("config", "regimes", "learning")
    ]
    assert sum(map(len, files)) == len(scenarios.names())


@pytest.mark.parametrize("name", NAMES)
def test_a_description_asks_states_x_and_names_its_unit(name):
    text = scenarios.load(name).description
    assert "?" in text
    assert "Money in " in text
    [stated] = re.findall(r"\(x is (?:about )?([\d.]+)\)", text)
    decimals = len(stated.partition(".")[2])
    assert abs(_ratio(scenarios.load(name)) - float(stated)) <= 0.5 * 10**-decimals


@pytest.mark.parametrize("name", NAMES)
def test_some_audit_probability_deters_the_marginal_lab_iff_the_description_says_so(name):
    scenario = scenarios.load(name)
    audit = scenario.audit
    price = dt.predict(scenario).price.mean
    deterrent = dt.threshold(
        "pi_1", g=price + scenario.lab.racing_value, B=_punishment(scenario),
        beta=audit.beta, pi_0=audit.base_prob, p_b=audit.backcheck_prob,
    )  # fmt: skip
    assert deterrent.exists == (name not in {"weak_penalty", "statute_1m"})
    assert (_ratio(scenario) < 1 - 1e-9) == (name in {"weak_penalty", "statute_1m"})


# Share of the labs without a permit that comply, from the words of the description.
COMPLIANCE = {
    "baseline": (0.88, 0.93),  # about nine in ten
    "weak_penalty": (0.2, 0.4),  # only labs with little to gain
    "carbon_tax": (0.5, 0.8),  # not the bolder ones
    "targeted_audit": (0.97, 0.9999),  # violations are rare
    "backcheck_and_racing": (0.8, 0.95),
    "lawless": (0, 0),
    "knife_edge": (1, 1),
    "frontier_2025": (0.93, 0.9999),  # nearly all
    "statute_1m": (0.05, 0.25),  # those whose run earns less than a million
    "so2_allowances": (1, 1),
}


@pytest.mark.parametrize("name", NAMES)
def test_compliance_without_a_permit_is_what_the_description_says(name):
    low, high = COMPLIANCE[name]
    share = dt.predict(scenarios.load(name)).unpermitted_compliance_rate.mean
    assert low - 1e-12 <= share <= high + 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_a_violation_does_more_harm_than_good(name):
    scenario = scenarios.load(name)
    prediction = dt.predict(scenario)
    assert scenario.audit.harm > prediction.price.mean + scenario.lab.racing_value


def test_weak_penalty_is_the_baseline_with_half_the_punishment():
    weak, base = scenarios.load("weak_penalty"), scenarios.load("baseline")
    assert _punishment(base) == 2 * _punishment(weak)
    assert weak.audit.high_prob == 1
    assert (weak.n_agents, weak.market) == (base.n_agents, base.market)
    assert weak.lab.gross_value == base.lab.gross_value
    assert weak.lab.risk_profile == base.lab.risk_profile


def test_targeted_audits_fall_on_a_tenth_of_permitted_runs():
    audit = scenarios.load("targeted_audit").audit
    rate = dt.false_audit_rate(pi_1=audit.high_prob, pi_0=audit.base_prob, alpha=audit.false_positive_rate)
    assert rate == pytest.approx(0.108)


def test_lawless_detects_nothing_and_leaves_a_quarter_compliant():
    scenario = scenarios.load("lawless")
    assert _detection(scenario) == 0
    assert scenario.lab.gross_value_min > scenario.lab.cost  # every lab gains from a run
    assert dt.predict(scenario).compliance_rate.mean == 0.25


def test_so2_deters_even_the_boldest_source():
    scenario = scenarios.load("so2_allowances")
    risk, values = scenario.lab.risk_profile, scenario.lab.gross_value
    assert isinstance(risk, dt.Uniform)
    assert isinstance(values, dt.TruncatedNormal)
    assert _detection(scenario) * _punishment(scenario) * risk.min > 2 * values.max
    assert _punishment(scenario) / dt.predict(scenario).price.mean == pytest.approx(12, abs=0.5)


def test_frontier_collateral_adds_nothing_under_the_cap():
    audit = scenarios.load("frontier_2025").audit
    assert audit.collateral > 0
    assert audit.penalty_amount == audit.liability_cap == pytest.approx(max(15, 0.03 * 5000) * 1.05)
    assert audit.collateral == pytest.approx(15 * 1.05)


def test_knife_edge_ties_in_decimals_and_not_in_binary():
    scenario = scenarios.load("knife_edge")
    audit, lab = scenario.audit, scenario.lab
    lost = _expected_loss(*map(Decimal, map(str, _knife_numbers(scenario))))
    gained = Decimal(str(lab.gross_value_min)) - Decimal(str(lab.cost))
    assert lost == gained == Decimal("1.2")
    # The same in doubles, as plainly as it can be written.
    beta = 1 - audit.false_negative_rate
    p_s = beta * audit.high_prob + (1 - beta) * audit.base_prob
    p_eff = p_s + (1 - p_s) * audit.backcheck_prob
    gain = min(dt.predict(scenario).price.mean, lab.gross_value_min - lab.cost) + lab.racing_value
    assert p_eff * audit.penalty_amount < gain
    assert _expected_loss(*_knife_numbers(scenario)) < gain
    assert dt.complies(p_eff=p_eff, B=audit.penalty_amount, g=gain)
    assert scenario.lab.gross_value == dt.Uniform(min=1.6, max=1.6)


def _knife_numbers(scenario: dt.Scenario) -> tuple[float, ...]:
    audit = scenario.audit
    policy = (audit.high_prob, audit.base_prob, audit.false_negative_rate, audit.backcheck_prob)
    return *policy, audit.penalty_amount


def _expected_loss(pi_1, pi_0, miss, p_b, fine):
    """The expected loss of a violator, in any kind of number, with the miss rate as it is given."""
    p_s = (1 - miss) * pi_1 + miss * pi_0
    return (1 - (1 - p_s) * (1 - p_b)) * fine


SOURCED = [(name, key) for name in NAMES for key in scenarios.load(name).provenance]


@pytest.mark.parametrize(("name", "parameter"), SOURCED)
def test_a_source_is_given_for_the_value_in_use(name, parameter):
    scenario = scenarios.load(name)
    entry = scenario.provenance[parameter]
    assert operator.attrgetter(parameter)(scenario) == entry.value
    assert re.search(r"\d{4}|SB 53|TRAC", entry.source)
    assert entry.unit


def test_the_scenarios_of_the_real_world_have_sources():
    assert {name for name, _ in SOURCED} == {
        "targeted_audit",
        "frontier_2025",
        "statute_1m",
        "so2_allowances",
    }
