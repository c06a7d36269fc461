"""The engine against the plainest simulation of the same game: one Python object per lab."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import operator
from collections.abc import Iterable

import numpy as np
import pytest
from exact import N as POINTS

import simulation._draws
from deterrence import CapMarket, Game, complies
from simulation import COLUMNS, QUANTITIES, PermitMarket, run
from simulation._draws import Draws, Purpose

GAMES = POINTS // 10


@dataclasses.dataclass
class PlainLab:
    gross_value: float
    risk_profile: float
    bid: float = 0.0
    has_permit: bool = False
    compliant: bool = True
    runs: bool = False
    signal: bool = False
    audited: bool = False
    backchecked: bool = False
    caught: bool = False
    wealth: float = 0.0
    times_caught: int = 0


def one_by_one(money: Iterable[float]) -> float:
    """Sum from first to last, as ``sum`` does before Python 3.12."""
    return functools.reduce(operator.add, money, 0.0)


class PlainMarket:
    """One replication, lab by lab, in the order of the specification: trade, comply, enforce."""

    def __init__(self, game: Game, seed: int, replication: int) -> None:
        self.game, self.draws = game, Draws(seed, game.n_agents, range(replication, replication + 1))
        values = self.draws.types(Purpose.VALUE, game.lab.gross_value)[0].tolist()
        risks = self.draws.types(Purpose.RISK, game.lab.risk_profile)[0].tolist()
        self.labs = [PlainLab(v, r) for v, r in zip(values, risks, strict=True)]
        self.steps = self.checks = self.catches = 0
        audit, cap = game.audit, game.audit.liability_cap
        cap = math.inf if cap is None else cap
        if audit.liability_rule == "posted":
            self.penalty = audit.collateral + min(audit.penalty_amount, cap)
        else:
            self.penalty = min(audit.collateral + audit.penalty_amount, cap)
        self.laws = {compliant: self.law(compliant) for compliant in (True, False)}
        self.p_eff = min(1.0, math.fsum(p for p, _, check in self.laws[False] if check != "none"))

    def law(self, compliant: bool) -> list[tuple[float, bool, str]]:
        """Probability, signal and check of each way in which a run can end; checks come first."""
        audit = self.game.audit
        q, again = audit.false_positive_rate if compliant else audit.beta, audit.backcheck_prob
        cells = []
        for check in ("audit", "backcheck", "none"):
            for signal, seen, pi in ((True, q, audit.high_prob), (False, 1 - q, audit.base_prob)):
                share = {"audit": pi, "backcheck": (1 - pi) * again, "none": (1 - pi) * (1 - again)}
                cells.append((seen * share[check], signal, check))
        return [cell for cell in cells if cell[0] > 0]

    def trade(self) -> float:
        market, cost, labs = self.game.market, self.game.lab.cost, self.labs
        for lab in labs:
            lab.bid = max(0.0, lab.gross_value - cost)
        if isinstance(market, CapMarket):
            ranked = sorted(labs, key=lambda lab: -lab.bid)  # stable: the first of equals stays first
            for rank, lab in enumerate(ranked):
                lab.has_permit = rank < market.token_cap and lab.bid > 0
            if market.token_cap == 0:
                return math.nan
            return 0.0 if market.token_cap >= len(labs) else ranked[market.token_cap - 1].bid
        price = market.fixed_price
        for lab in labs:
            affords = lab.gross_value >= cost and complies(p_eff=1.0, B=lab.bid, g=price)
            lab.has_permit = lab.gross_value >= price if market.purchase_rule == "gross" else affords
        return price

    def comply(self, lab: PlainLab, price: float) -> None:
        one = self.game.lab
        rent, offered = lab.gross_value - one.cost, math.inf if math.isnan(price) else price
        gain = {"min": min(offered, rent), "price": offered, "value": rent}[one.gain_rule]
        B = lab.risk_profile * (self.penalty + one.reputation_sensitivity)
        lab.compliant = lab.has_permit or bool(complies(p_eff=self.p_eff, B=B, g=gain + one.racing_value))
        lab.runs = lab.has_permit or not lab.compliant

    def enforce(self, lab: PlainLab, u: float) -> None:
        lab.signal = lab.audited = lab.backchecked = lab.caught = False
        if not lab.runs:
            return
        law = self.laws[lab.compliant]
        ends = itertools.accumulate(probability for probability, _, _ in law)
        # Whatever they sum to, the last has the rest.
        _, signal, check = next((way for way, end in zip(law, ends, strict=True) if u < end), law[-1])
        lab.signal, lab.audited, lab.backchecked = signal, check == "audit", check == "backcheck"
        lab.caught = not lab.compliant and check != "none"

    def turn(self) -> dict[str, float]:
        labs, one, audit = self.labs, self.game.lab, self.game.audit
        price = self.trade()
        u = self.draws.uniforms(Purpose.ENFORCEMENT, range(self.steps, self.steps + 1))[0, 0].tolist()
        self.steps += 1
        for lab, luck in zip(labs, u, strict=True):
            self.comply(lab, price)
            self.enforce(lab, luck)
            earned = lab.gross_value - one.cost if lab.runs else 0.0
            income = earned - price if lab.has_permit else earned + one.racing_value * (not lab.compliant)
            lab.times_caught += lab.caught
            lab.wealth = self.steps * income - self.penalty * lab.times_caught
        permits, violations = sum(lab.has_permit for lab in labs), sum(not lab.compliant for lab in labs)
        without, audits = len(labs) - permits, sum(lab.audited for lab in labs)
        checks, catches = audits + sum(lab.backchecked for lab in labs), sum(lab.caught for lab in labs)
        self.checks, self.catches = self.checks + checks, self.catches + catches
        revenue = price * permits if permits else 0.0
        sold_and_fined = self.steps * revenue + self.penalty * self.catches
        self.account = sold_and_fined - audit.cost * self.checks
        permitted = one_by_one(lab.gross_value - one.cost for lab in labs if lab.has_permit)
        rents = permitted + one_by_one(lab.gross_value - one.cost for lab in labs if not lab.compliant)
        together = rents + one.racing_value * violations - revenue
        self.total_wealth = self.steps * together - self.penalty * self.catches
        return {
            "price": price,
            "permits": permits,
            "violations": violations,
            "deterred": without - violations,
            "compliance_rate": (len(labs) - violations) / len(labs),
            "unpermitted_compliance_rate": (without - violations) / without if without else math.nan,
            "audits": audits,
            "false_audits": sum(lab.audited and lab.compliant for lab in labs),
            "checks": checks,
            "catches": catches,
            "penalties": self.penalty * catches,
            "revenue": revenue,
            "welfare": rents + (one.racing_value - audit.harm) * violations - audit.cost * checks,
        }


class History:
    """All that a plain market went through."""

    def __init__(self, game: Game, seed: int, replication: int, steps: int) -> None:
        market = PlainMarket(game, seed, replication)
        self.turns, self.labs, self.accounts, self.wealth = [], [], [], []
        for _ in range(steps):
            self.turns.append(market.turn())
            self.labs.append({name: [getattr(lab, name) for lab in market.labs] for name in COLUMNS})
            self.accounts.append(market.account)
            self.wealth.append(market.total_wealth)

    def quantity(self, name: str) -> np.ndarray:
        return np.array([turn[name] for turn in self.turns], dtype=float)

    def column(self, name: str) -> np.ndarray:
        return np.array([labs[name] for labs in self.labs])


def assert_bits(got: np.ndarray, expected: np.ndarray, *where: object) -> None:
    """The same type, shape and bytes."""
    np.testing.assert_array_equal(got, expected, err_msg=str(where), strict=True)
    assert got.tobytes() == expected.tobytes(), where


def company(rng: np.random.Generator, labs: int) -> range:
    """Replications fewer than labs or more, and some with large numbers: the engine lays them out apart."""
    size = int(rng.integers(1, 4)) + (labs if rng.random() < 0.5 else 0)
    start = int(rng.choice([0, 1, 2**40 - size]))
    return range(start, start + size)


@pytest.fixture
def coarse(monkeypatch):
    """Values and risks are multiples of 1/4, so that many bids are equal."""
    quantile = simulation._draws.quantile
    monkeypatch.setattr(simulation._draws, "quantile", lambda law, u: np.round(4 * quantile(law, u)) / 4)


def compare(game: Game, seed: int) -> list[History]:
    """Whole runs lab by lab, and a market stepped, against some of their replications played plainly."""
    rng = np.random.default_rng([6, seed])
    replications = company(rng, game.n_agents)
    steps = int(rng.choice([1, 2, 3, 12, 55], p=[0.1, 0.3, 0.3, 0.25, 0.05]))
    rows = rng.choice(len(replications), size=min(2, len(replications)), replace=False).tolist()
    plain = [History(game, seed, replications[row], steps) for row in rows]
    record = run(game, replications=replications, steps=steps, rng=seed, detail="lab")
    for row, history in zip(rows, plain, strict=True):
        for name in QUANTITIES:
            assert_bits(getattr(record, name)[row], history.quantity(name), seed, row, name)
        for name in COLUMNS:
            assert_bits(getattr(record.labs, name)[row], history.column(name), seed, row, name)
        assert record.wealth[row] == history.wealth[-1]
        assert record.account[row] == history.accounts[-1]
    market = PermitMarket(game, rng=seed, replications=replications)
    for step in range(min(steps, 12)):
        market.step()
        for row, history in zip(rows, plain, strict=True):
            for name, expected in history.turns[step].items():
                got = np.atleast_1d(getattr(market, name))[row]
                assert np.array_equal(got, expected, equal_nan=True), (seed, row, step, name)
            for name, expected in history.labs[step].items():
                assert getattr(market.columns, name)[row].tolist() == expected, (seed, row, step, name)
            assert np.atleast_1d(market.governor.account)[row] == history.accounts[step]
    return plain


def test_the_engine_equals_the_reference_bit_for_bit_on_random_games(games):
    for seed, game in enumerate(games(GAMES, seed=5)):
        compare(game, seed)


def test_it_does_where_many_bids_are_equal(games, coarse):
    split = 0  # first turns in which some of equal bids win and some lose
    for seed, game in enumerate(games(GAMES // 4, seed=6)):
        first = compare(game, seed)[0].labs[0]
        bids = [set(np.array(first["bid"])[np.array(first["has_permit"]) == wins]) for wins in (True, False)]
        split += not bids[0].isdisjoint(bids[1])
    assert split > 0, "nothing held for lack of cases"


@pytest.mark.parametrize("labs", [255, 256, 300])
@pytest.mark.parametrize("replications", [2, 400])
def test_it_does_where_counts_outgrow_a_byte(labs, replications, baseline):
    """All labs run, and all are audited and caught."""
    audit = dataclasses.replace(baseline.audit, base_prob=1.0, high_prob=1.0, penalty_amount=0.0)
    game = dataclasses.replace(baseline, n_agents=labs, audit=audit, market=CapMarket(token_cap=0))
    record = run(game, replications=replications, steps=3, rng=1, detail="lab")
    row = replications - 1
    history = History(game, 1, row, 3)
    for name in QUANTITIES:
        assert_bits(getattr(record, name)[row], history.quantity(name), name)
    for name in COLUMNS:
        assert_bits(getattr(record.labs, name)[row], history.column(name), name)
    assert (record.catches == labs).all()


@pytest.mark.parametrize("labs", [65_535, 65_536, 140_000])
@pytest.mark.parametrize("cap", [0, 140_000])
def test_labs_are_counted_beyond_two_bytes(labs, cap, baseline):
    """All labs run, and all are audited; the most are more than are drawn at once."""
    audit = dataclasses.replace(baseline.audit, base_prob=1.0, high_prob=1.0, penalty_amount=0.0)
    lab = dataclasses.replace(baseline.lab, gross_value_min=1.0, gross_value_max=1.0)
    game = dataclasses.replace(baseline, n_agents=labs, audit=audit, lab=lab, market=CapMarket(token_cap=cap))
    record = run(game, replications=1, steps=2, rng=1)
    expected = {"permits": bool(cap), "violations": not cap, "false_audits": bool(cap), "catches": not cap}
    for name, all_labs in ({"audits": True, "checks": True} | expected).items():
        assert getattr(record, name).tolist() == [[labs * all_labs] * 2], name


@pytest.mark.parametrize("replications", [1, 2])
def test_it_does_where_a_lab_is_caught_more_often_than_a_byte_counts(replications, baseline):
    audit = dataclasses.replace(baseline.audit, base_prob=1.0, high_prob=1.0, penalty_amount=0.25)
    lab = dataclasses.replace(baseline.lab, risk_profile_min=0.0, risk_profile_max=0.0)
    game = dataclasses.replace(baseline, n_agents=3, audit=audit, lab=lab, market=CapMarket(token_cap=1))
    record = run(game, replications=replications, steps=700, rng=1, detail="run")
    history = History(game, 1, 0, 700)
    assert record.wealth[0] == history.wealth[-1]
    assert record.account[0] == history.accounts[-1]
    assert record.catches[0] == 2


@pytest.mark.parametrize("pieces", [[70_000], [1, 30_000, 39_999]], ids=str)
@pytest.mark.parametrize("replications", [1, 5])
def test_each_lab_pays_however_often_it_is_caught(pieces, replications, baseline):
    """More catches than two bytes count; everybody runs and is caught in every turn."""
    audit = dataclasses.replace(baseline.audit, base_prob=1.0, high_prob=1.0, penalty_amount=0.25)
    lab = dataclasses.replace(baseline.lab, risk_profile_min=0.0, risk_profile_max=0.0)
    game = dataclasses.replace(baseline, n_agents=3, audit=audit, lab=lab, market=CapMarket(token_cap=0))
    market = PermitMarket(game, rng=1, replications=replications)
    for steps in pieces:
        market.run(steps)
    expected = 70_000 * market.columns.gross_value - 0.25 * 70_000
    np.testing.assert_array_equal(market.columns.wealth, expected)
