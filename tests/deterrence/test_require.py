"""`require` on hundreds of random games: its answer reaches the target, and just short of it does not."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest
from exact import N as POINTS
from games import random_game

import deterrence as dt

GAMES = POINTS // 20
"""500 games for each instrument, unless more points are asked for."""

FIELDS = {
    "fine": "penalty_amount",
    "collateral": "collateral",
    "pi_1": "high_prob",
    "pi_0": "base_prob",
    "beta": "false_negative_rate",
    "p_b": "backcheck_prob",
}
TOLERANCE = 1e-12


def put(game, by, value):
    """The game with an instrument set to a value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        if by == "token_cap":
            return replace(game, market=dt.CapMarket(token_cap=value))
        if by == "beta":
            value = 1.0 - value
        return replace(game, audit=replace(game.audit, **{FIELDS[by]: value}))


def current(game, by):
    if by == "token_cap":
        return getattr(game.market, "token_cap", None)
    if by == "audit_capacity":
        return game.n_agents
    return game.audit.beta if by == "beta" else getattr(game.audit, FIELDS[by])


def best(game, by):
    if by in ("token_cap", "audit_capacity"):
        return max(game.n_agents, current(game, by))
    if by in ("fine", "collateral"):
        return 1e15
    return float(by != "beta" or game.audit.high_prob >= game.audit.base_prob)


def rate(game, by, value):
    """Predicted compliance with an instrument set to a value."""
    if by == "audit_capacity":
        return dt.capacity_compliance(game, capacity=value)
    return dt.predict(put(game, by, value)).compliance_rate.mean


# Full deterrence, from the markets in which labs sit at the ends of their values.


def extreme_markets(game):
    """Permits held and largest gain of a lab without one, in every market of labs of extreme values."""
    N, lab, market, c = game.n_agents, game.lab, game.market, game.lab.cost
    values, V = lab.gross_value, lab.racing_factor * lab.capability_value
    low, high = getattr(values, "min", 0.0), getattr(values, "max", math.inf)
    cut = c
    if isinstance(market, dt.FixedPriceMarket):
        cut = market.fixed_price + (c if market.purchase_rule == "net" else 0.0)
    # A lab at the cut-off may hold a permit, or be just below it: each value comes with a hint for which.
    kinds = [(v, up) for v in {low, high, min(max(cut, low), high)} for up in (True, False)]
    for dealt in combinations_with_replacement(range(len(kinds)), N):
        labs = sorted((kinds[k] for k in dealt), reverse=True)
        if low == high:
            buys = [low - c > 0 if isinstance(market, dt.CapMarket) else low >= cut for _ in labs]
        else:
            buys = [v > cut or (v == cut and (up or v == low) and v < high) for v, up in labs]
        holders = sum(buys)
        price = getattr(market, "fixed_price", 0.0)
        if isinstance(market, dt.CapMarket):
            holders = min(holders, market.token_cap)
            if market.token_cap < N:
                price = max(0.0, labs[market.token_cap - 1][0] - c) if market.token_cap else math.inf
        if holders < N:
            s = labs[holders][0] - c
            yield holders, V + {"min": min(price, s), "price": price, "value": s}[lab.gain_rule]


def deters_fully(game, capacity=None):
    """Whether no extreme market holds a violator; with a capacity, not even if all tried at once."""
    e = dt.Enforcement.of(game)
    least = getattr(game.lab.risk_profile, "min", 0.0)
    for holders, gain in set(extreme_markets(game)):
        p_eff = e.p_eff
        if capacity is not None:
            n = game.n_agents - holders
            p_eff = dt.games.capacity_detection(
                n=n, C=holders, capacity=capacity, p_s=e.p_s, p_f=e.p_f, p_b=game.audit.backcheck_prob
            )
        if not dt.complies(p_eff=p_eff, B=least * e.P, g=gain):
            return False
    return True


def reaches(game, by, value, target):
    if target == 1:
        if by == "audit_capacity":
            return deters_fully(game, value)
        return deters_fully(put(game, by, value))
    return rate(game, by, value) >= target - TOLERANCE


# Questions: games of every kind, and targets between what is and what could be.


def costly(game):
    return isinstance(game.market, dt.CapMarket) and game.lab.gross_value_distribution is not None


def draw_question(rng, by):
    game = random_game(rng, most_labs=6)
    while costly(game) and rng.random() < 0.7:
        game = random_game(rng, most_labs=6)
    if rng.random() < 0.25:  # clean signals are audited more
        game = put(put(game, "pi_1", game.audit.base_prob), "pi_0", game.audit.high_prob)
    if by in ("pi_1", "pi_0", "p_b", "beta") and rng.random() < 0.6:  # a fine at which detection decides
        game = put(game, "fine", game.audit.penalty_amount + 3 * rng.random())
        game = put(game, by, current(game, by) * rng.choice([0.0, 0.3]))
    if by == "audit_capacity":
        game = put(put(game, "fine", 2 + 4 * rng.random()), "p_b", 0.0)
    kind, n = (
        rng.choice(["usual", "full", "between", "best", "plateau"], p=[0.2, 0.2, 0.35, 0.1, 0.15]),
        game.n_agents,
    )
    if kind in ("usual", "full") or current(game, by) is None:
        return game, 1.0 if kind == "full" else 0.95
    if kind == "plateau":
        return game, int(n * rng.random()) / n
    low, high = (
        rate(game, by, value)
        for value in (0 if by == "audit_capacity" else current(game, by), best(game, by))
    )
    return game, low + (high - low) * (rng.random() if kind == "between" else 1.0)


def just_short(answer):
    """The value next to the answer, on the way back to where things are."""
    x = answer.value
    if isinstance(x, int):
        return x - 1
    back = 0.0 if answer.side == "at least" else 1.0
    if answer.by == "beta":  # 1 - beta is what a game holds
        return x + math.copysign(2.0**-53, back - x)
    return math.nextafter(x, back)


def before_the_tie(answer):
    """A value at which the expected punishment falls short of the answer's by five times what is a tie."""
    x, now = answer.value, answer.current
    at, was = (dt.Enforcement.of(game).D for game in (answer.game_at, answer.game))
    return x - 5e-12 * at * (x - now) / (at - was)


def check_value(answer):
    game, by, target = answer.game, answer.by, answer.target
    assert answer.compliance == rate(game, by, answer.value)
    assert answer.compliance >= target - TOLERANCE
    assert target < 1 or reaches(game, by, answer.value, target)
    assert answer.reason == ""
    assert answer.change == answer.value - answer.current
    if answer.value == (0 if by == "audit_capacity" else answer.current):
        return "met"
    if not reaches(game, by, just_short(answer), target):
        return "found"
    # Labs turn together here, within what counts as a tie.
    assert not isinstance(answer.value, int)
    assert target == 1 or game.lab.risk_profile.min == game.lab.risk_profile.max
    assert not reaches(game, by, before_the_tie(answer), target)
    return "tie"


def check_reason(answer):
    game, by, target = answer.game, answer.by, answer.target
    assert answer.reason
    assert answer.change is None
    assert answer.game_at is None
    if answer.current is None:
        assert isinstance(game.market, dt.FixedPriceMarket)
        return "no such instrument"
    if by in ("token_cap", "audit_capacity"):
        grid = range(game.n_agents + 3)
    elif by in ("fine", "collateral"):
        grid = [0.0, *np.logspace(-1, 15, 5).tolist()]
    else:
        grid = np.linspace(0, 1, 6).tolist()
    assert not any(reaches(game, by, value, target) for value in grid)
    assert answer.compliance == pytest.approx(rate(game, by, best(game, by)), abs=1e-12)
    return "none"


@pytest.mark.parametrize("by", [*FIELDS, "token_cap", "audit_capacity"])
def test_500_games(by):
    rng, kinds = np.random.default_rng([70, len(by), ord(by[-1])]), Counter()
    for _ in range(GAMES):
        game, target = draw_question(rng, by)
        with np.errstate(all="raise"):
            answer = dt.require(game, compliance=target, by=by)
        assert (answer.game, answer.by, answer.target) == (game, by, target)
        assert answer.current == current(game, by)
        kinds[check_reason(answer) if answer.value is None else check_value(answer)] += 1
    assert kinds["found"] > GAMES / 10
    assert kinds["none"] + kinds["no such instrument"] > GAMES / 25
    assert kinds["met"] > GAMES / 5
    if by in FIELDS:
        assert kinds["tie"] > GAMES / 100


# Known answers.


def make(market=None, *, n_agents=20, lab=None, **audit):
    given = {"high_prob": 0.5, "base_prob": 0.0, "false_positive_rate": 0.0, "false_negative_rate": 0.0,
             "penalty_amount": 1.0}  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        return dt.Game(
            n_agents=n_agents,
            audit=dt.Audit(**given | audit),
            market=market or dt.FixedPriceMarket(fixed_price=0.75),
            lab=lab or dt.LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
        )


ALIKE = dt.LabPopulation(gross_value_min=1.0, gross_value_max=1.0)


def test_one_permit_for_two_labs():
    """The loser is worth more than u with probability (1 - u)^2, so u = 1 - 0.1^(1/2) leaves 5 %."""
    game = make(dt.CapMarket(token_cap=1), n_agents=2)
    u = 1 - math.sqrt(0.1)
    for by, value in (("fine", 2 * u), ("collateral", 2 * u - 1), ("pi_1", u), ("p_b", 2 * u - 1)):
        assert dt.require(game, by=by).value == pytest.approx(value, abs=2e-11)
    bad = make(dt.CapMarket(token_cap=1), n_agents=2, high_prob=0.25, base_prob=1.0, false_negative_rate=0.1)
    answer = dt.require(bad, by="beta")
    assert answer.side == "at most"
    assert answer.value == pytest.approx((1 - u) / 0.75, abs=2e-11)
    assert answer.change == pytest.approx((1 - u) / 0.75 - 0.9, abs=2e-11)


@pytest.mark.parametrize(
    ("by", "value"), [("fine", 2.0), ("collateral", 1.0), ("pi_1", 1.0), ("pi_0", 0.5), ("p_b", 1.0)]
)
def test_labs_that_are_all_alike_turn_at_the_threshold(by, value):
    """They gain 1, so p_eff P = 1 deters them all; an exact tie, also where a target below 1 is asked for."""
    game = make(dt.CapMarket(token_cap=5), false_negative_rate=0.5 if by == "pi_0" else 0.0, lab=ALIKE)
    if by == "pi_0":
        game = put(put(game, "pi_1", 1.0), "fine", 4 / 3)
    for target in (0.3, 0.95, 1.0):
        answer = dt.require(game, compliance=target, by=by)
        assert answer.value == value
        assert (answer.compliance_now, answer.compliance) == (0.25, 1.0)
    assert dt.require(game, compliance=0.25, by=by).change == 0


def test_minus_zero_is_zero():
    answer = dt.require(make(penalty_amount=-0.0))
    assert answer.value == dt.require(make(penalty_amount=0.0)).value
    assert math.copysign(1.0, answer.current) == 1


def test_permits_for_19_of_20_labs_that_are_all_alike():
    game = make(dt.CapMarket(token_cap=5), lab=ALIKE)
    assert dt.require(game, by="token_cap").value == 19
    assert dt.require(game, compliance=1, by="token_cap").value == 20


def test_two_audits_for_two_labs_without_a_permit():
    game = make(dt.CapMarket(token_cap=1), n_agents=3, high_prob=1.0, penalty_amount=1.5, lab=ALIKE)
    assert [dt.require(game, compliance=c, by="audit_capacity").value for c in (0.3, 0.4, 1.0)] == [0, 2, 2]


def test_full_deterrence_is_more_than_a_predicted_rate_of_1():
    """With 200 labs and 150 permits nobody is likely to violate, but it takes a fine of 2 to exclude it."""
    game = make(dt.CapMarket(token_cap=150), n_agents=200, penalty_amount=1.9)
    assert dt.predict(game).compliance_rate.mean == 1
    assert dt.require(game, compliance=1 - 1e-9).change == 0
    answer = dt.require(game, compliance=1)
    assert answer.value == 2.0
    assert answer.compliance == answer.compliance_now == 1


def test_a_million_labs():
    game = make(dt.CapMarket(token_cap=250_000), n_agents=10**6)
    answer = dt.require(game)
    assert answer.value == pytest.approx(1.4, abs=1e-3)  # 1.4 in the limit: labs with 0.7 < v < 0.75 violate
    assert dt.predict(answer.game_at).compliance_rate.mean == pytest.approx(0.95, abs=2e-12)
    short = put(game, "fine", math.nextafter(answer.value, 0.0))
    assert dt.predict(short).compliance_rate.mean < 0.95 - TOLERANCE


# Reasons.

RICH = dt.LabPopulation(gross_value_distribution=dt.LogNormal(median=1.0, sigma=1.0))
TIMID = dt.LabPopulation(
    gross_value_min=0.0, gross_value_max=1.0, risk_profile_distribution=dt.LogNormal(median=1.0, sigma=1.0)
)
HUGE = dt.LabPopulation(gross_value_min=1.0, gross_value_max=1e10, capability_value=1e10)
FEARLESS = dt.LabPopulation(
    gross_value_min=0.0, gross_value_max=1.0, risk_profile_min=0.0, risk_profile_max=0.0
)


@pytest.mark.parametrize(
    ("by", "target", "game", "reason"),
    [
        ("fine", 0.95, make(high_prob=0.0), "a violator is never detected"),
        ("collateral", 0.95, make(high_prob=0.0), "a violator is never detected"),
        ("fine", 0.95, make(liability_cap=0.5), "a caught lab can be made to pay no more"),
        ("collateral", 0.95, make(liability_cap=0.5), "a caught lab can be made to pay no more"),
        ("fine", 0.95, make(liability_cap=1.25), "at its best value it leaves an expected comp"),
        ("fine", 0.95, make(lab=FEARLESS), "no lab fears punishment"),
        ("p_b", 0.95, make(lab=FEARLESS), "no lab fears punishment"),
        ("pi_1", 0.95, make(penalty_amount=0.0), "a caught lab loses nothing"),
        ("pi_1", 0.95, make(false_negative_rate=1.0), "a violator never looks suspicious"),
        ("pi_0", 0.95, make(), "a violator always looks suspicious"),
        ("beta", 0.95, make(base_prob=0.5), "suspicious and clean signals are audited alike"),
        ("pi_1", 0.95, make(backcheck_prob=1.0, penalty_amount=0.5), "a violator is detected for certain"),
        ("pi_1", 0.95, make(penalty_amount=0.5), "at its best value it leaves an expected compliance of 75%"),
        ("token_cap", 0.95, make(), "permits are sold without limit at a fixed price"),
        (
            "token_cap", 0.95,
            make(dt.CapMarket(token_cap=25), lab=replace(ALIKE, cost=2.0, capability_value=2.0)),
            "there is a permit for every lab already",
        ),
        ("fine", 1.0, make(dt.CapMarket(token_cap=5), lab=RICH), "gains are unbounded, so that in some"),
        (
            "fine", 1.0, make(dt.CapMarket(token_cap=0), lab=replace(ALIKE, gain_rule="price")),
            "gains are unbounded, so that in some markets no punishment deters",
        ),
        (
            "fine", 1.0, make(dt.FixedPriceMarket(fixed_price=1e10), lab=HUGE, high_prob=1e-6),
            "even at its best value some markets hold a violator",
        ),
        ("fine", 1.0, make(lab=TIMID), "some labs fear punishment as little as one likes"),
        ("pi_1", 1.0, make(penalty_amount=0.5), "even at its best value some markets hold a violator"),
        ("audit_capacity", 0.95, make(), "at its best value it leaves an expected compliance of 75%"),
        ("audit_capacity", 0.95, make(n_agents=201), "it is worked out for at most 200 labs"),
    ],
)  # fmt: skip
def test_why_there_is_no_answer(by, target, game, reason):
    answer = dt.require(game, compliance=target, by=by)
    assert (answer.value, answer.change, answer.game_at) == (None, None, None)
    assert answer.side == "at least"
    assert answer.reason.startswith(reason)
    assert str(answer).startswith("no ")
    assert str(answer).endswith(f": {answer.reason}")
    assert answer.latex().startswith("No ")
    assert answer.latex().endswith(answer.reason.replace("%", r"\%") + ".")
    assert math.isfinite(answer.compliance)


def test_what_is_unbounded_above_is_deterred_below():
    """A market whose values are unbounded is deterred to any rate below 1, and fully at a fixed price."""
    assert 0 < dt.require(make(dt.CapMarket(token_cap=5), lab=RICH), compliance=0.999999).value < 1e6
    assert dt.require(make(lab=RICH), compliance=1).value == 1.5


# The answer.


def test_answers_in_words_and_in_latex():
    game = make(penalty_amount=0.5)
    answer = dt.require(game)
    assert str(answer) == "fine at least 1.4 (now 0.5) reaches an expected compliance of 95% instead of 50%"
    assert answer.latex() == (
        r"A fine of at least $\phi = 1.4$ (now $0.5$) reaches an expected compliance of 95\% instead of 50\%."
    )
    assert answer._repr_latex_() == answer.latex()
    assert dt.require(make(penalty_amount=1e-9), compliance=1).latex() == (
        r"A fine of at least $\phi = 1.5$ (now $1 \times 10^{-9}$) reaches full deterrence "
        r"instead of an expected compliance of 25\%."
    )
    met = dt.require(game, compliance=0.5)
    assert str(met) == "fine = 0.5 reaches an expected compliance of 50% as it is"
    assert met.latex() == r"The fine $\phi = 0.5$ reaches an expected compliance of 50\% as it is."
    limit = dt.require(make(dt.CapMarket(token_cap=5), penalty_amount=4.0), by="audit_capacity")
    assert str(limit) == "audit_capacity at least 2 (now unlimited) keeps an expected compliance of 95%"
    assert limit.latex() == (
        r"An audit capacity of at least $M = 2$ (now unlimited) keeps an expected compliance of 95\%."
    )
    falls = dt.require(
        make(high_prob=0.1, base_prob=1.0, penalty_amount=1.4, false_negative_rate=0.25), by="beta"
    )
    assert str(falls).startswith("beta at most 0.555556 (now 0.75) reaches")


def test_an_answer_carries_its_question():
    game = make()
    scenario = dt.Scenario(**vars(game), name="trial", description="")
    answer = dt.require(scenario, by="pi_1", compliance=np.float64(0.9))
    assert (answer.game, answer.by, answer.target) == (scenario, "pi_1", 0.9)
    assert type(answer.target) is float
    assert answer.game_at == replace(scenario, audit=replace(scenario.audit, high_prob=answer.value))
    assert (answer.compliance_now, answer.compliance) == (
        dt.predict(game).compliance_rate.mean, dt.predict(answer.game_at).compliance_rate.mean
    )  # fmt: skip
    with pytest.raises(AttributeError):
        answer.value = 0.5
    assert dt.require(game, by="audit_capacity", compliance=0.5).game_at is game


def test_unusual_answers_raise_no_warning():
    """More audits of clean than of suspicious signals are the answer here, not a slip in the question."""
    answer = dt.require(make(high_prob=0.5, base_prob=0.1, false_negative_rate=1.0), by="pi_0")
    assert answer.value == pytest.approx(0.7, abs=2e-11)
    assert answer.game_at.audit.base_prob == answer.value


def test_what_require_refuses():
    game = make()
    for bad in (-0.1, 1.5, math.nan, True, None, "0.9", [0.9], np.array([0.5, 0.9])):
        with pytest.raises(dt.ParameterError, match=r"^compliance = .*\(allowed: (a|one) number.*\)$"):
            dt.require(game, compliance=bad)
    for bad in ("alpha", "P", "", None, ["fine"], 1):
        with pytest.raises(dt.ParameterError, match=r"^by = .*: is no instrument \(allowed: fine or pi_1 or"):
            dt.require(game, by=bad)
