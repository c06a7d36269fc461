"""Where many labs end up that share few audits, and expect of a turn what they saw in the last one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deterrence._behaviours import AuditCapacity
from deterrence._claim import Claim, known, unknown
from deterrence._game import Game, Uniform
from deterrence._outsiders import Outsiders
from deterrence.games import LimitEquilibrium, congestion_limit, congestion_response

_SOURCE = "Schrag and Scotchmer (1997), Kleiman and Kilmer (2009); docs/theory.md, 7.3"
_SAME, _TURNS = 1e-12, 10_000


def capacity(labs: Outsiders) -> Iterator[Claim]:
    """Audits that can run out."""
    crowd = _Crowd.of(labs)
    if crowd is None:
        yield unknown("No theory is known of limited audits unless thresholds are one, or uniform.")
        return
    points = crowd.equilibria if crowd.by_lot else ()
    x = crowd.rests(points, crowd.limits.expected)
    least, most = (crowd.rests(points, expected) for expected in (1.0, 0.0))
    if x is None or least is None or most is None:
        yield unknown("What labs expect changes so little from turn to turn that no end was found.")
        return
    mu = crowd.mu
    words = "Many labs come to rest here, from what they expect of the first turn."
    yield known("violation_rate", x / mu, words, _SOURCE)
    yield known("share_carried_out", crowd.share(x), "Of the audits called for, there.", _SOURCE)
    yield known("detection", crowd.detection(x), "Share of violations that are found, there.", _SOURCE)
    words = "Least and largest stable equilibrium: where labs go that expect all audits, and none."
    yield known("stable_rates", x / mu, words, _SOURCE, band=(least / mu, most / mu))
    for point in points:
        if not point.stable:
            words = "Violators per lab of which more feed on themselves, and fewer die out."
            yield known("tipping_share", point.x, words, _SOURCE)


@dataclass(frozen=True)
class _Crowd:
    """A large market: labs without a permit, compliant running labs and audits, all per lab."""

    game: Game
    limits: AuditCapacity
    t_0: float
    t_1: float
    mu: float
    gamma: float
    mu_c: float
    p_s: float
    p_f: float

    @classmethod
    def of(cls, labs: Outsiders) -> _Crowd | None:
        """The market of a game; None if the thresholds of its labs are neither one nor uniform."""
        limits, thresholds = labs.asked.audit.capacity, _thresholds(labs)
        assert limits is not None
        if thresholds is None:
            return None
        N, e = labs.game.n_agents, labs.enforcement
        mu = labs.number / N
        return cls(labs.game, limits, *thresholds, mu, 1 - mu, limits.audits / N, e.p_s, e.p_f)

    @property
    def by_lot(self) -> bool:
        """Whether all audits that are called for are as likely to be carried out."""
        return self.limits.priority == "lot" or 0 in (self.game.audit.high_prob, self.game.audit.base_prob)

    @property
    def equilibria(self) -> tuple[LimitEquilibrium, ...]:
        """All fixed points of the best reply, by lot."""
        return congestion_limit(
            t_0=self.t_0, t_1=self.t_1, mu=self.mu, mu_c=self.mu_c, gamma=self.gamma,
            p_s=self.p_s, p_f=self.p_f, p_b=self.game.audit.backcheck_prob,
        ).equilibria  # fmt: skip

    def rests(self, points: tuple[LimitEquilibrium, ...], expected: float) -> float | None:
        """Fixed point that is reached: the best reply never falls with x, so that x moves one way to it.

        None if it is not among those that are known, and is not reached in many turns.
        """
        x = self.reply((expected, expected))
        if points:
            if self.reply(self.carried_out(x)) >= x:
                return min(point.x for point in points if point.x >= x - _SAME)
            return max(point.x for point in points if point.x <= x + _SAME)
        for _ in range(_TURNS):
            before, x = x, self.reply(self.carried_out(x))
            if abs(x - before) <= _SAME:
                return x
        return None

    def reply(self, carried_out: tuple[float, float]) -> float:
        """Violators if labs expect these shares of audits to be carried out."""
        p = self.found(carried_out)
        return float(congestion_response(p_eff=p, t_0=self.t_0, t_1=self.t_1, mu=self.mu))

    def share(self, x: float) -> float:
        """Share of the audits called for that are carried out, with x violators."""
        return _served(self.mu_c, self.p_s * x + self.p_f * self.gamma)

    def carried_out(self, x: float) -> tuple[float, float]:
        """The same share of the suspicious, and of the clean."""
        if self.by_lot:
            return self.share(x), self.share(x)
        audit = self.game.audit
        alpha, beta = audit.false_positive_rate, audit.beta
        suspicious = audit.high_prob * (beta * x + alpha * self.gamma)
        clean = audit.base_prob * ((1 - beta) * x + (1 - alpha) * self.gamma)
        return _served(self.mu_c, suspicious), _served(max(self.mu_c - suspicious, 0.0), clean)

    def detection(self, x: float) -> float:
        """Detection probability of one of x violators."""
        return self.found(self.carried_out(x))

    def found(self, carried_out: tuple[float, float]) -> float:
        """Detection probability of a violator if these shares of audits are carried out."""
        audit, (suspicious, clean) = self.game.audit, carried_out
        audited = audit.beta * audit.high_prob * suspicious + (1 - audit.beta) * audit.base_prob * clean
        return 1 - (1 - audited) * (1 - audit.backcheck_prob)


def _thresholds(labs: Outsiders) -> tuple[float, float] | None:
    """Bounds between which the detection probabilities that deter are uniform; None if they are not."""
    if labs.alike is not None:
        return labs.threshold, labs.threshold
    lab, e = labs.game.lab, labs.enforcement
    uniform = isinstance(lab.gross_value, Uniform) and lab.gain_rule != "price" and e.risk is None
    if not uniform or e.least_risk * e.P == 0:
        return None
    least, most = labs.gains
    return least / (e.least_risk * e.P), most / (e.least_risk * e.P)


def _served(supply: float, called: float) -> float:
    return min(1.0, supply / called) if called > 0 else 1.0
