"""Expected compliance where audits are limited: a game of crowds among the labs without a permit.

The more labs violate, the less likely each is to be audited, so that several numbers of violators can be
equilibria. Given the market, the detection probabilities t = g / (r P) that just deter each lab without a
permit are independent draws, and the largest equilibrium is the largest n for which n of them exceed
p_eff(n): a step-up rule, whose law follows by sweeping n downwards.
"""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from typing import Any

import numpy as np

from deterrence._binomial import binomial
from deterrence._checks import ParameterError, Problem, check_counts, check_one
from deterrence._compliance import covers
from deterrence._enforcement import PLAIN, Enforcement, check_covered, unaudited
from deterrence._game import Game, check_game
from deterrence._laws import Array, Law, gauss_rule, law
from deterrence._market_states import Slack, regimes
from deterrence._numeric import weigh
from deterrence._prediction import predict
from deterrence._step_up import NEGLIGIBLE, step_up_mean
from deterrence._worst_case import worst_cases

MOST_LABS = 200
"""Most labs for which compliance under limited audits is worked out."""


@np.errstate(under="ignore", over="ignore")  # to 0, and to infinite coordinates that are clipped
def capacity_compliance(game: Game, *, capacity: int) -> float:
    """Expected compliance rate where at most so many signal-triggered audits are carried out in one turn.

    If more are triggered, those that are carried out are drawn from them, all alike. Backchecks are not
    limited. A lab without a permit violates iff it gains more than it expects to lose beside the others that
    violate. Of the equilibria among these labs the one with the most violators is predicted [1]_: what the
    Governor can rely on. Its law, given the market, is that of the rejections of a step-up test [2]_.

    Parameters
    ----------
    game : Game
        A game that `solve` takes, without a limited supply, of at most 200 labs.
    capacity : int, >= 0
        Audits that can be carried out; with one for each lab there is no limit.

    Returns
    -------
    float, in [0, 1]
        Share of all labs that do not violate, exact for the number of labs, to about 1e-12.

    Raises
    ------
    ParameterError
        If the capacity is no such count, or smaller than the number of labs and these are too many.

    References
    ----------
    .. [1] Milgrom and Roberts (1990), Rationalizability, learning, and equilibrium in games with strategic
       complementarities, Econometrica 58:1255-1277.
    .. [2] Finner and Roters (2002), Multiple hypotheses testing and expected number of type I errors,
       Ann. Statist. 30:220-238.

    Examples
    --------
    >>> from deterrence import Audit, FixedPriceMarket, LabPopulation
    >>> game = Game(
    ...     n_agents=2,
    ...     audit=Audit(high_prob=1.0, base_prob=0.0, false_positive_rate=0.0,
    ...                 false_negative_rate=0.0, penalty_amount=1.0),
    ...     market=FixedPriceMarket(fixed_price=1.0),
    ...     lab=LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
    ... )
    >>> round(capacity_compliance(game, capacity=1), 9)   # both violate if both values exceed 1/2
    0.75
    """
    check_game(game)
    check_covered(game, *PLAIN)
    check_one(capacity=capacity)
    check_counts(0, capacity=capacity)
    N = game.n_agents
    if capacity >= N:
        return predict(game).compliance_rate.mean
    if N > MOST_LABS:
        raise ParameterError(Problem("n_agents", N, "is too many labs", f"at most {MOST_LABS}"))
    market = _Market(game, int(capacity))
    return 1.0 - market.violators() / N


def capacity_deters_fully(game: Game, capacity: int) -> bool:
    """Whether no market holds a violator: not even if all labs without a permit tried at once."""
    market, B = _Market(game, int(capacity)), Enforcement.of(game).least_risk
    return all(
        covers(market.detection(C)[-1] * (B * market.e.P), case.gain)
        for case in worst_cases(game)
        for C in case.permits
    )


class _Market:
    """A game with limited audits."""

    def __init__(self, game: Game, capacity: int) -> None:
        self.game, self.capacity, self.e = game, capacity, Enforcement.of(game)
        self.V = game.lab.racing_value

    def detection(self, C: int) -> Array:
        """Detection probability of a violator among n = 1, 2, ... beside C permit holders."""
        from deterrence.games import capacity_detection

        p_eff = capacity_detection(
            n=np.arange(1, self.game.n_agents - C + 1), C=C, capacity=self.capacity,
            p_s=self.e.p_s, p_f=self.e.p_f, p_b=unaudited(self.game),
        )  # fmt: skip
        return np.asarray(p_eff)

    def facing(self, p_eff: Any) -> Enforcement:
        """The enforcement with another detection probability."""
        return replace(self.e, p_eff=float(p_eff))

    def violators(self) -> float:
        """Expected number of violators."""
        values = law(self.game.lab.gross_value, self.game.lab.cost)
        if values is None:
            return self._all_alike()
        runs_out, slack = regimes(self.game, values)
        total = self._after_clearing(values) if runs_out else 0.0
        return total + (self._below(values, slack) if slack is not None else 0.0)

    def _all_alike(self) -> float:
        """Every lab has the same value."""
        cases = worst_cases(self.game)
        if not cases:
            return 0.0
        gain, (C,) = cases[0]
        h = [float(self.facing(p).defection(gain)) for p in self.detection(C)]
        return float(step_up_mean(np.array([self.game.n_agents - C]), np.array([h]))[0])

    def _below(self, values: Law, slack: Slack) -> float:
        """Permits do not run out: the labs below a cut-off hold none, and their number is binomial."""
        N, cut = self.game.n_agents, np.array([float(slack.cut)])
        above, below = float(values.sf(cut)[0]), float(values.cdf(cut)[0])
        permits = np.arange(min(slack.most, N - 1) + 1)
        weight = binomial(permits, N, above, below)
        permits, weight = permits[weight > NEGLIGIBLE], weight[weight > NEGLIGIBLE]
        if not len(permits):
            return 0.0
        share = functools.cache(lambda p: self._share_below(self.facing(p), values, cut, slack.price))
        h = np.ones((len(permits), N - permits[0]))
        for row, C in zip(h, permits, strict=True):
            row[: N - C] = [share(p) for p in self.detection(int(C))]
        return float(weigh(step_up_mean(N - permits, h), weight))

    def _share_below(self, e: Enforcement, values: Law, cut: Array, price: float) -> float:
        """Share of the labs below a cut-off that violate if detection is as in `e`."""
        if self.game.lab.gain_rule == "price":
            return float(e.defection((math.inf if math.isnan(price) else price) + self.V))
        edges = _edges(values, values.coordinate(e.bends() - self.V), cut)
        t, weight = _nodes(edges[edges <= cut])
        weight = weight * values.density(t)
        return float((weight * e.defection(values.value(t) + self.V)).sum() / weight.sum())

    def _after_clearing(self, values: Law) -> float:
        """Permits run out: the labs below the value of the last permit holder hold none."""
        N, Q = self.game.n_agents, getattr(self.game.market, "token_cap", 0)
        faced = [self.facing(p) for p in self.detection(Q)]
        bends = [values.coordinate(e.bends() - self.V) for e in faced]
        start = values.coordinate(0.0)
        edges = _edges(values, *bends, _typical(values, N, Q), np.array([start]))
        t, width = _nodes(edges)
        density = values.density(t)
        last = N * binomial(Q - 1, N - 1, values.sf(t), values.cdf(t)) * density * width
        some = (last > NEGLIGIBLE) & (t >= start)
        h = np.empty((int(some.sum()), N - Q))
        below = _running(edges, density)
        for n, e in enumerate(faced):
            if self.game.lab.gain_rule == "price":
                h[:, n] = e.defection(values.value(t[some]) + self.V)
            else:
                violate = _running(edges, density * e.defection(values.value(t) + self.V))
                h[:, n] = (violate / np.where(below > 0, below, 1.0))[some]
        return float(weigh(step_up_mean(np.full(len(h), N - Q), h), last[some]))


def _typical(values: Law, N: int, Q: int) -> Array:
    """Coordinates that part the likely values of the last permit holder from the less and less likely."""
    from scipy.special import betaincinv

    tails = np.append(10.0 ** -np.cumsum(np.arange(1.0, 7.0)), 0.5)
    low = values.quantile(betaincinv(N - Q + 1, Q, tails))
    high = values.upper_quantile(betaincinv(Q, N - Q + 1, tails))
    return np.concatenate([low, high])


def _edges(values: Law, *groups: Array) -> Array:
    """Coordinates between which everything is smooth."""
    edges = np.unique(np.concatenate([values.edges(), *groups]))
    return edges[(edges >= values.low) & (edges <= values.high)]


def _nodes(edges: Array) -> tuple[Array, Array]:
    """Nodes and weights of a quadrature over all panels, one row each."""
    nodes, weights = gauss_rule()
    width = np.diff(edges)[:, None]
    return edges[:-1, None] + width * nodes, width * weights


def _running(edges: Array, f: Array) -> Array:
    """Integrals from the first edge to each node of a function that is known at the nodes."""
    _, weights = gauss_rule()
    width = np.diff(edges)[:, None]
    whole = np.cumsum(weigh(f, weights)[:, None] * width, axis=0)
    return np.pad(whole, ((1, 0), (0, 0)))[:-1] + width * np.einsum("ij,kj->ik", f, _rising())


@functools.cache
def _rising() -> Array:
    """Weights of the integrals from 0 to each Gauss node, exact for polynomials through the nodes."""
    nodes, weights = gauss_rule()
    legendre = np.polynomial.legendre.legvander(2 * nodes - 1, len(nodes))
    degree = np.arange(1, len(nodes))
    integral = np.empty((len(nodes), len(nodes)))
    integral[:, 0] = nodes
    integral[:, 1:] = (legendre[:, 2:] - legendre[:, :-2]) / (2 * (2 * degree + 1))
    return np.einsum("ik,k,jk,j->ij", integral, 2.0 * np.arange(len(nodes)) + 1, legendre[:, :-1], weights)
