"""Exact moments of one turn at 50 digits, written from the model's formulas and from nothing else.

Rents s = v - c take the place of values. Labs are independent at a fixed price or where a cap is slack; where
a cap binds, the labs around the rent x of the last permit holder are independent given x. The partial moments
of the rent have closed forms, so one integral over x is all that is left. Means, variances and covariances of
permits, violations and the rents of the labs that run then give every quantity.
"""

from __future__ import annotations

from itertools import pairwise

from mpmath import mp, mpf
from panels import REACH, gauss, panels
from rents import UniformRents, distribution

from deterrence import CapMarket, Game

TIE = mpf(10) ** -12  # a shortfall of this share of the gain still complies


class Setting:
    """Letters of a game (sections 0 and 1), and who defects at which gain."""

    def __init__(self, game: Game):
        self.game, a, lab = game, game.audit, game.lab
        beta, alpha, p_b = 1 - mpf(a.false_negative_rate), mpf(a.false_positive_rate), mpf(a.backcheck_prob)
        pi_1, pi_0 = mpf(a.high_prob), mpf(a.base_prob)
        self.p_s, self.p_f = beta * pi_1 + (1 - beta) * pi_0, alpha * pi_1 + (1 - alpha) * pi_0
        self.q_s, self.q_f = 1 - (1 - self.p_s) * (1 - p_b), 1 - (1 - self.p_f) * (1 - p_b)
        unseen = (1 - mpf(a.whistleblower_prob)) * (1 - mpf(a.monitoring_prob))
        self.p_eff = 1 - (1 - self.q_s) * unseen
        cap = mp.inf if a.liability_cap is None else mpf(a.liability_cap)
        fine, deposit = mpf(a.penalty_amount), mpf(a.collateral)
        self.money = min(deposit + fine, cap) if a.liability_rule == "capped" else deposit + min(fine, cap)
        self.D = self.p_eff * (self.money + mpf(lab.reputation_sensitivity))
        self.V, self.k = mpf(lab.racing_factor) * mpf(lab.capability_value), mpf(a.cost)
        self.extra = self.V - mpf(a.harm) - self.k * self.q_s  # what a violation adds beside its rent
        self.risk = distribution(lab.risk_profile, 0)
        if isinstance(self.risk, UniformRents):
            multipliers = [self.risk.low, self.risk.high]
        elif hasattr(self.risk, "mass"):
            low, high = max(self.risk.low, mpf(-9)), min(self.risk.high, mpf(9))
            n = int(mp.ceil((high - low) * max(mpf(1) / 2, self.risk.tilt / 2)))  # factors of e at most
            multipliers = [mpf(0), *(self.risk.rent(low + (high - low) * i / n) for i in range(n + 1))]
        else:  # one multiplier for all: r D is compared with g by the tie rule
            multipliers = [self.risk / (1 - TIE)]
        self.marks = [r * self.D - self.V for r in multipliers]  # rents between which delta is smooth
        self.known = None

    def delta(self, g):
        """Probability that a lab with gain g defects."""
        if not hasattr(self.risk, "mass") or self.D == 0:
            return mpf(g - self.V > self.marks[-1])
        return self.risk.mass(self.risk.low, self.risk.coordinate(g / self.D)) if g > 0 else mpf(0)

    def defecting(self, law, upto):
        """Integrals of delta s^j, j = 0..2, over the labs with rents below coordinate `upto`."""
        if hasattr(self.risk, "mass") and not isinstance(self.risk, UniformRents):
            return self._defecting_numerically(law, upto)
        s_L, s_H = self.marks[0], self.marks[-1]
        t_L, t_H = law.coordinate(s_L), law.coordinate(s_H)
        total = law.moments(t_H, upto)[:3] if upto > t_H else [mpf(0)] * 3
        if upto > t_L and s_H > s_L:
            part = law.moments(t_L, min(upto, t_H))
            ramp = [(part[j + 1] - s_L * part[j]) / (s_H - s_L) for j in range(3)]
            total = [a + b for a, b in zip(total, ramp, strict=True)]
        return total

    def _defecting_numerically(self, law, upto):
        if self.known is None:  # integrals up to each of a set of edges
            low, high = max(law.low, mpf(-12)), min(law.high, 12 + mpf(law.tilt)) if law.tilt else law.high
            steps = [low + (high - low) * i / 12 for i in range(13)]
            edges = sorted({*steps, *(t for t in map(law.coordinate, self.marks) if low < t < high)})
            self.known = [(edges[0], [mpf(0)] * 3)]
            for a, b in pairwise(edges):
                self.known.append((b, self._plus_integral(law, a, b, self.known[-1][1])))
        start, total = [entry for entry in self.known if entry[0] <= upto][-1]
        return self._plus_integral(law, start, upto, total)

    def _plus_integral(self, law, a, b, total):
        for node, share in gauss():
            t = a + (b - a) * node
            s = law.rent(t)
            rate = (b - a) * share * mp.exp(law.log_density(t)) * self.delta(s + self.V)
            total = [total[0] + rate, total[1] + rate * s, total[2] + rate * s * s]
        return total

    def loser(self, law, upto, price):
        """Of a lab below coordinate `upto`: chance to violate, mean of its welfare, and of its square."""
        below = law.moments(law.low, upto)
        if self.game.lab.gain_rule == "price":
            h = self.delta(price + self.V)
            viol = [h * m for m in below[:3]]
        else:
            viol = self.defecting(law, upto)
        h, m1, m2 = (m / below[0] if below[0] else mpf(0) for m in viol)
        return h, m1 + self.extra * h, m2 + 2 * self.extra * m1 + self.extra**2 * h

    def holder(self, law, above):
        """Of a lab above a coordinate: mean of its welfare, and of its square."""
        s0, s1, s2 = law.moments(above, law.high)[:3]
        k1, k2 = (s1 / s0, s2 / s0) if s0 else (mpf(0), mpf(0))
        fee = self.k * self.q_f
        return k1 - fee, k2 - 2 * fee * k1 + fee**2


class Moments:
    """Raw moments of price P, permits n, violators m and welfare of the runners W, summed over states."""

    def __init__(self):
        names = ("1", "P", "PP", "n", "nn", "m", "mm", "nm", "W", "WW", "Pn", "PnPn")
        self.sums = dict.fromkeys(names, mpf(0))
        self.some = [mpf(0)] * 3  # weight, share and squared share of losers that comply, where there are any

    def add(self, weight, price, n, losers, h, W, var_W):
        P = mpf(0) if mp.isnan(price) else price
        m, Pn = losers * h, P * n
        row = [1, P, P * P, n, n * n, m, m * (1 - h) + m * m, n * m, W, var_W + W * W, Pn, Pn * Pn]
        for name, value in zip(self.sums, row, strict=True):
            self.sums[name] += weight * value
        if losers:
            share = [1, 1 - h, h * (1 - h) / losers + (1 - h) ** 2]
            self.some = [a + weight * b for a, b in zip(self.some, share, strict=True)]

    def pair(self, a, b=None):
        """Mean and variance of one, or covariance of two."""
        if b:
            return self.sums[a + b] - self.sums[a] * self.sums[b]
        return self.sums[a], self.sums[a + a] - self.sums[a] ** 2


@mp.workdps(50)
def exact(game: Game) -> dict[str, tuple]:
    """Mean and standard deviation of every quantity of a turn."""
    e, M, market, N = Setting(game), Moments(), game.market, game.n_agents
    law = distribution(game.lab.gross_value, game.lab.cost)
    if not hasattr(law, "mass"):
        _add_known(M, e, law, N)
    elif not isinstance(market, CapMarket):
        cut = mpf(market.fixed_price) - (game.lab.cost if market.purchase_rule == "gross" else 0)
        _add_slack(M, e, law, law.coordinate(cut), mpf(market.fixed_price), N)
    elif market.token_cap == 0:
        _add_slack(M, e, law, law.high, mp.nan, N)
    elif market.token_cap >= N:
        _add_slack(M, e, law, law.coordinate(mpf(0)), mpf(0), N)
    else:
        _add_slack(M, e, law, law.coordinate(mpf(0)), mpf(0), market.token_cap - 1)
        _add_binding(M, e, law, market.token_cap)
    return _report(e, M, N)


def _add_known(M, e, s, N):
    """All labs have the rent s; ties in bids go to the first."""
    market = e.game.market
    if isinstance(market, CapMarket):
        permits = min(market.token_cap, N) if s > 0 else 0
        price = mp.nan if market.token_cap == 0 else mpf(0) if market.token_cap >= N else max(mpf(0), s)
    else:
        price = mpf(market.fixed_price)
        cut = price - (e.game.lab.cost if market.purchase_rule == "gross" else 0)
        permits = N if s >= cut else 0
    asked = mp.inf if mp.isnan(price) else price
    h = e.delta((asked if e.game.lab.gain_rule == "price" else s) + e.V)
    w, losers = s + e.extra, N - permits
    mean = permits * (s - e.k * e.q_f) + losers * h * w
    M.add(mpf(1), price, permits, losers, h, mean, losers * h * (1 - h) * w * w)


def _add_slack(M, e, law, cut, price, most):
    """At most `most` labs lie above the cut-off, and those hold permits."""
    N = e.game.n_agents
    above, below = law.mass(cut, law.high), law.mass(law.low, cut)
    h, w1, w2 = e.loser(law, cut, mp.inf if mp.isnan(price) else price)
    u1, u2 = e.holder(law, cut)
    for y, weight in _binomial(N, above, below, most):
        mean, var = y * u1 + (N - y) * w1, y * (u2 - u1 * u1) + (N - y) * (w2 - w1 * w1)
        M.add(weight, price, y, N - y, h, mean, var)


def _binomial(N, p, q, most):
    """Numbers of successes up to `most` and their probabilities, from the likeliest down to 1e-19 of it."""
    if not p or not q:
        if not p or most == N:
            yield (N if p else 0), mpf(1)
        return
    peak = min(most, int(mp.floor((N + 1) * p)))
    log = mp.loggamma(N + 1) - mp.loggamma(peak + 1) - mp.loggamma(N - peak + 1)
    first = mp.exp(log + peak * mp.log(p) + (N - peak) * mp.log(q))
    if first < mp.exp(-700):
        return
    yield peak, first
    for step in (1, -1):
        y, weight = peak, first
        while weight > first * mp.exp(-REACH) and 0 <= y + step <= most:
            weight *= (N - y) * p / ((y + 1) * q) if step == 1 else y * q / ((N - y + 1) * p)
            y += step
            yield y, weight


def _add_binding(M, e, law, Q):
    """The Q-th largest rent is x > 0, and the price."""
    N = e.game.n_agents
    log_C = mp.loggamma(N + 1) - mp.loggamma(N - Q + 1) - mp.loggamma(Q)
    start = law.coordinate(mpf(0))

    def log_weight(t):
        below, above = law.mass(law.low, t), law.mass(t, law.high)
        tops = (Q - 1) * mp.log(above) if Q > 1 and above else 0 if Q == 1 else -mp.inf
        return log_C + law.log_density(t) + tops + ((N - Q) * mp.log(below) if below else -mp.inf)

    for a, b in panels(log_weight, law, [start, *map(law.coordinate, e.marks)]):
        if a < start:
            continue
        for node, share in gauss():
            t = a + (b - a) * node
            weight = (b - a) * share * mp.exp(log_weight(t))
            x = law.rent(t)
            h, w1, w2 = e.loser(law, t, x)
            u1, u2 = e.holder(law, t)
            mean = x - e.k * e.q_f + (Q - 1) * u1 + (N - Q) * w1
            var = (Q - 1) * (u2 - u1 * u1) + (N - Q) * (w2 - w1 * w1)
            M.add(weight, x, Q, N - Q, h, mean, var)


def _report(e, M, N):
    """Quantities from the raw moments; section 5.4 and the variances of binomial draws."""
    total = M.sums["1"]
    assert abs(total - 1) < mpf(10) ** -13, "the states do not add up to everything"
    M.sums = {name: value / total for name, value in M.sums.items()}
    n, v_n = M.pair("n")
    m, v_m = M.pair("m")
    c_nm = M.pair("n", "m")

    def draws(holder, violator):
        """Mean and variance of a number of labs that something independent happens to."""
        alone = holder * (1 - holder) * n + violator * (1 - violator) * m
        return (
            holder * n + violator * m,
            alone + holder**2 * v_n + violator**2 * v_m + 2 * holder * violator * c_nm,
        )

    W, v_W = M.pair("W")
    weight, share, square = M.some
    unpermitted = (share / weight, square / weight - (share / weight) ** 2) if weight else (mp.nan, mp.nan)
    catches = draws(0, e.p_eff)
    cap = e.game.market.token_cap if isinstance(e.game.market, CapMarket) else N
    moments = {
        "price": M.pair("P") if cap else (mp.nan, mp.nan),
        "permits": (n, v_n),
        "violations": (m, v_m),
        "deterred": (N - n - m, v_n + v_m + 2 * c_nm),
        "compliance_rate": (1 - m / N, v_m / N**2),
        "unpermitted_compliance_rate": unpermitted,
        "audits": draws(e.p_f, e.p_s),
        "false_audits": draws(e.p_f, 0),
        "checks": draws(e.q_f, e.q_s),
        "catches": catches,
        "penalties": (e.money * catches[0], e.money**2 * catches[1]),
        "revenue": M.pair("Pn"),
        "welfare": (W, v_W + e.k**2 * (e.q_f * (1 - e.q_f) * n + e.q_s * (1 - e.q_s) * m)),
    }
    return {
        name: (mean, mp.sqrt(max(var, 0)) if not mp.isnan(var) else var)
        for name, (mean, var) in moments.items()
    }
