"""`solve`: who complies in a game, why, which audit rule deters, and what it would take."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from deterrence._audit import AuditPolicy, least_cost_policy
from deterrence._audit_rules import AuditRule, audit_rules
from deterrence._compliance import complies
from deterrence._condition import in_force, required
from deterrence._distribution import ViolationsDistribution, violations_distribution
from deterrence._enforcement import Enforcement
from deterrence._game import CapMarket, Game, Scenario
from deterrence._market_states import purchase_rent
from deterrence._prediction import Limit, Prediction, limit, predict
from deterrence._sides import supply
from deterrence._threshold import Threshold


@dataclass(frozen=True)
class Equilibrium:
    """The answer for one game; ``print`` it to read it.

    Attributes
    ----------
    game : Game
        The game that was solved.
    enforcement : Enforcement
        Rates and penalties that follow from its audit policy.
    prediction : Prediction
        Exact expectation and standard deviation of every quantity of a turn.
    limit : Limit
        The large-N limit, per lab.
    v_star : float or None, money
        Gross value of the marginal permit holder, at the expected clearing price or at the fixed price;
        None where there are no permits.
    marginal_gain : float, money
        Largest gain of a lab without a permit at that price; infinite if values are unbounded and there
        are no permits.
    x : float or None
        Deterrence ratio P beta / (v* - c).
    rules : tuple of AuditRule
        ``optimal_pi_1`` and ``least_cost_pi_1``; empty where there are no permits.
    requires : mapping of str to Threshold
        For each instrument, the value at which the marginal lab with the least risk multiplier complies,
        everything else as in the game.
    policy : AuditPolicy
        The cheapest pair of audit probabilities that does.
    """

    game: Game
    enforcement: Enforcement
    prediction: Prediction
    limit: Limit
    v_star: float | None
    marginal_gain: float
    x: float | None
    rules: tuple[AuditRule, ...]
    requires: Mapping[str, Threshold]
    policy: AuditPolicy

    @property
    def price(self) -> float:
        """Expected permit price; NaN where there are no permits."""
        return self.prediction.price.mean

    @property
    def deterred(self) -> bool:
        """Whether the marginal lab with the least risk multiplier complies, and so every other does."""
        e = self.enforcement
        return bool(complies(p_eff=e.p_eff, B=e.least_risk * e.P, g=self.marginal_gain))

    @cached_property
    def violations(self) -> ViolationsDistribution:
        """Distribution of the number of violators."""
        return violations_distribution(self.game)

    def __str__(self) -> str:
        rows = list(self._rows())
        width = max(len(label) for label, _ in rows)
        return "\n".join(f"{label:<{width}}  {text}".rstrip() for label, text in rows)

    def _repr_html_(self) -> str:
        import html

        cells = "".join(
            f"<tr><th style='text-align:left'>{html.escape(label)}</th><td>{html.escape(text)}</td></tr>"
            for label, text in self._rows()
        )
        return f"<table>{cells}</table>"

    def _rows(self) -> Iterator[tuple[str, str]]:
        game, e, p = self.game, self.enforcement, self.prediction
        yield "game", _describe(game)
        if self.v_star is None:
            yield "price", "none: there are no permits"
        else:
            spread = f", sd {p.price.sd:.4g}, large-N limit {self.limit.price:.6g}" if p.price.sd else ""
            yield "price", f"{p.price.mean:.6g}{spread}"
            yield "marginal lab", f"v* = {self.v_star:.6g}, rent v* - c = {self.v_star - game.lab.cost:.6g}"
        yield (
            "detection",
            f"of a violator: audited with p_s = {e.p_s:.4g}, found with p_eff = {e.p_eff:.4g}",
        )
        yield "punishment", f"P = {e.P:.6g}, of which {e.penalty:.6g} in money; expected {e.D:.6g} at r = 1"
        yield from self._compliance_rows()
        yield from self._rule_rows()
        yield "what it takes", f"for the marginal lab to comply (gain {self.marginal_gain:.6g}, "
        yield "", f"risk multiplier {e.least_risk:.4g}), all else as in the game:"
        now = in_force(e)
        for name, answer in self.requires.items():
            yield "", f"  {answer!s}{'' if answer.value is None else f'  (now {now[name]:.6g})'}"

    def _compliance_rows(self) -> Iterator[tuple[str, str]]:
        p, N = self.prediction, self.game.n_agents
        yield (
            "who complies",
            (
                f"of {N} labs, {p.permits.mean:.4g} hold permits, {p.deterred.mean:.4g} are deterred, "
                f"{p.violations.mean:.4g} violate"
            ),
        )
        rate = f"compliance {p.compliance_rate.mean:.2%}"
        if not math.isnan(p.unpermitted_compliance_rate.mean):
            rate += f"; of labs without a permit {p.unpermitted_compliance_rate.mean:.2%}"
        yield "", rate
        yield (
            "why",
            "a lab without a permit complies iff p_eff r P >= g; "
            + ("even the marginal lab does" if self.deterred else "the marginal lab does not"),
        )

    def _rule_rows(self) -> Iterator[tuple[str, str]]:
        if self.x is None:
            return
        yield (
            "ratio",
            f"x = P beta / (v* - c) = {self.x:.6g}; with pi_0 = p_b = V = 0 and r = 1, "
            + ("some pi_1 deters" if self.x >= 1 else "no pi_1 deters"),
        )
        yield "audit rules", f"{'':<32}{'pi_1':>9}  {'deters so':<9}  deters in this game"
        for rule, form in zip(self.rules, ("min(1, x)", "min(1, 1/x)"), strict=True):
            alone, here = ("yes" if deters else "no" for deters in (rule.deters, rule.deters_in_game))
            yield "", f"{rule.name:<16} = {form:<13}{rule.pi_1:>9.6g}  {alone:<9}  {here}"


_INSTRUMENTS = ("pi_1", "pi_0", "beta", "p_b", "p_eff", "fine", "P", "r")


def solve(game: Game) -> Equilibrium:
    """Solve a game: exact expected outcomes, thresholds, both audit rules, and which of them deters.

    Parameters
    ----------
    game : Game
        A game or a scenario that `predict` takes, with truthful bids, in which labs differ in value and risk
        alone.

    Returns
    -------
    Equilibrium

    Examples
    --------
    >>> from deterrence import Audit, CapMarket, LabPopulation
    >>> game = Game(
    ...     n_agents=20,
    ...     audit=Audit(high_prob=0.6, base_prob=0.1, false_positive_rate=0.05,
    ...                 false_negative_rate=0.2, penalty_amount=2.0),
    ...     market=CapMarket(token_cap=10),
    ...     lab=LabPopulation(gross_value_min=0.5, gross_value_max=1.5),
    ... )
    >>> equilibrium = solve(game)
    >>> round(equilibrium.x, 6), [rule.deters for rule in equilibrium.rules]
    (1.562791, [True, True])
    >>> print(equilibrium.requires["pi_1"])
    pi_1 at least 0.614881
    """
    e = Enforcement.of(game)
    prediction = predict(game)
    v_star = _marginal_value(game, prediction)
    gain = _marginal_gain(game, prediction.price.mean)
    x, rules = audit_rules(e, v_star, gain)
    requires = {name: required(name, e, gain) for name in _INSTRUMENTS}
    rate = required("p_s", e, gain)
    policy = least_cost_policy(
        t=2.0 if rate.value is None else rate.value,
        alpha=game.audit.false_positive_rate,
        beta=game.audit.beta,
    )
    return Equilibrium(game, e, prediction, limit(game), v_star, gain, x, rules, requires, policy)


def _marginal_value(game: Game, prediction: Prediction) -> float | None:
    market = game.market
    if not isinstance(market, CapMarket):
        return market.fixed_price + (game.lab.cost if market.purchase_rule == "net" else 0.0)
    return None if market.token_cap == 0 else prediction.price.mean + game.lab.cost


def _marginal_gain(game: Game, price: float) -> float:
    """Largest gain of a lab without a permit, by the game's gain rule; the price is NaN without permits."""
    lab = game.lab
    asked = math.inf if math.isnan(price) else price
    if lab.gain_rule == "price":
        return asked + lab.racing_value
    if isinstance(game.market, CapMarket):
        rent = asked
    elif supply(game) < game.n_agents:  # the lot may leave out the lab with the largest rent
        rent = asked if lab.gain_rule == "min" else math.inf
    else:
        rent = purchase_rent(game)
    return min(rent, getattr(lab.gross_value, "max", math.inf) - lab.cost) + lab.racing_value


def _describe(game: Game) -> str:
    market = game.market
    kind = (
        f"cap-and-trade with {market.token_cap} permits"
        if isinstance(market, CapMarket)
        else f"permits at the fixed price {market.fixed_price:.6g}"
    )
    name = f"{game.name}: " if isinstance(game, Scenario) else ""
    return f"{name}{game.n_agents} labs, {kind}"
