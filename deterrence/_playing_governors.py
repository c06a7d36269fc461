"""Where Governors end up that audit every signal alike, and labs under them: the inspection game, played."""

from __future__ import annotations

from collections.abc import Iterator

from scipy.special import expit

from deterrence._behaviours import ImitatingLabs, LogitGovernor, ReplicatorGovernor
from deterrence._claim import Claim, known, unknown
from deterrence._meeting import lowest, meeting
from deterrence._outsiders import Outsiders
from deterrence.games import inspection, replicator

_QUANTAL = "McKelvey and Palfrey (1995); docs/theory.md, 4.4"
_REPLICATOR = "Hofbauer and Sigmund (1998); docs/theory.md, 4.5"


def logit(labs: Outsiders) -> Iterator[Claim]:
    """A Governor that errs, and labs that know its audits: the quantal response equilibrium.

    What the Governor expects is an average of shares that fall with it, and so tends to where it meets them.
    """
    governor = labs.asked.audit.governor
    assert isinstance(governor, LogitGovernor)

    def audits(q: float) -> float:
        return float(expit(governor.precision * (q * governor.recovery - labs.game.audit.cost)))

    q = lowest(lambda q: labs.violating(labs.detection(audits(q), audits(q))) <= q)
    many = "" if labs.alike is not None else " of many labs"
    words = f"Expected and actual share of violators{many} meet at the logit equilibrium."
    yield known("violation_rate", q, words, _QUANTAL)
    yield known("audit_rate", audits(q), "The Governor's answer to that share.", _QUANTAL)


def learning(labs: Outsiders) -> Iterator[Claim]:
    """A Governor whose log-odds follow what audits bring, and labs that know them."""
    governor, k = labs.asked.audit.governor, labs.game.audit.cost
    assert isinstance(governor, ReplicatorGovernor)
    M = governor.recovery
    if not (0 < k < M and 0 < labs.game.audit.high_prob < 1):
        yield unknown("No theory is known unless an audit pays if, and only if, enough labs violate.")
        return
    low, high, rate = meeting(lambda a: labs.violating(labs.detection(a, a)), k / M)
    words = "Small steps lead to where audits just pay, or to an end of [0, 1]."
    yield known("audit_rate", (low + high) / 2, words, _REPLICATOR, band=(low, high))
    words = "As long as log-odds stay bounded audits just pay on average over time."
    yield known("violation_rate", rate, words, _REPLICATOR)


def imitated(labs: Outsiders) -> Iterator[Claim]:
    """The same with labs, all alike, that imitate each other: replicator dynamics."""
    governor, behaviour, audit = labs.asked.audit.governor, labs.asked.lab.behaviour, labs.game.audit
    assert isinstance(governor, ReplicatorGovernor)
    assert isinstance(behaviour, ImitatingLabs)
    if labs.alike is None:
        yield unknown("No theory is known of imitation between labs that differ.")
        return
    start = behaviour.violating, audit.high_prob
    if not all(0 < x < 1 for x in start):
        yield unknown("No theory is known from a start where one side has nothing to go by.")
        return
    g, B = labs.alike[0], labs.alike[1] * labs.P
    # A backcheck finds what no audit does: the gain less its fine, against the fine that an audit adds.
    game = {"g": g - audit.backcheck_prob * B, "D": (1 - audit.backcheck_prob) * B}
    k, M = audit.cost, governor.recovery
    (first, *others) = inspection(**game, k=k, M=M).subsets
    if others or len({*first.q}) + len({*first.a}) > 2:
        yield unknown("No theory is known where the inspection game has many equilibria.")
        return
    # Each side's rate measures its payoffs in moves per turn.
    paced = {letter: value * behaviour.rate for letter, value in game.items()}
    motion = replicator(**paced, k=k * governor.rate, M=M * governor.rate)
    average = "Time averages of" if motion.cycles else "The limit of"
    words = f"{average} many labs and small rates: the Nash equilibrium."
    yield known("violation_rate", first.q[0], words, _REPLICATOR)
    yield known("audit_rate", first.a[0], words, _REPLICATOR)
    period = motion.period(*start)
    if period is not None:
        yield known("period", period, "Turns of one round, for many labs and small rates.", _REPLICATOR)
