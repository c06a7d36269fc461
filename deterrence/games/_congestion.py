"""The congestion game: labs that share the attention of a Governor with limited audit capacity.

Every defector makes it less likely that another is audited, so that defection feeds on itself: a game of
strategic complements, with up to one equilibrium more than it has tipping points.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence._checks import ParameterError, Problem, check_number, check_one
from deterrence._compliance import covers
from deterrence.games._answer import spelled
from deterrence.games._capacity import capacity_detection

MOST_EXPORTED = 10
"""Most labs of a game that is written out profile by profile."""


@dataclass(frozen=True, eq=False)
class CongestionEquilibrium:
    """One pure equilibrium of a congestion game: the labs with the largest thresholds defect.

    Attributes
    ----------
    defectors : int
        How many labs defect.
    labs : array of int
        Which do, by their place in the thresholds given.
    detection : float, in [0, 1]
        Probability that a defector is detected; if there is none, that the first would be.
    stable : bool
        Whether, after any one lab deviates, best replies of single labs lead back, in whatever order the
        labs reconsider. Otherwise one deviation can carry the labs to another equilibrium.
    basin : tuple of int
        Least and largest number of defectors, those with the largest thresholds, from which best replies
        lead to it in whatever order.
    """

    defectors: int
    labs: Any
    detection: float
    stable: bool
    basin: tuple[int, int]

    def __str__(self) -> str:
        who = "1 lab defects" if self.defectors == 1 else f"{self.defectors or 'no'} labs defect"
        kind = "stable" if self.stable else "upset by one deviation"
        low, high = self.basin
        return f"{who} (detection {self.detection:.4g}), {kind}, reached from {low} to {high} defectors"


@dataclass(frozen=True, eq=False)
class CongestionEquilibria:
    """All pure equilibria of a congestion game; ``print`` it to read it.

    Attributes
    ----------
    thresholds : array, shape (m,)
        Detection probability from which each lab complies.
    C, capacity : int
        Compliant running labs, and audits that can be carried out.
    p_s, p_f, p_b : float, in [0, 1]
        Probability that a violator and that a compliant running lab is triggered, and of a backcheck.
    detection : array, shape (m,)
        Detection probability of a defector among 1, 2, ..., m.
    equilibria : tuple of CongestionEquilibrium
        By number of defectors.
    tipping_points : tuple of int
        One between each two neighbouring equilibria: with that many defectors (those with the largest
        thresholds) the last would rather comply, with one more none would. For identical labs, the
        largest number of defectors at which a defector would rather comply.
    """

    thresholds: Any
    C: int
    capacity: int
    p_s: float
    p_f: float
    p_b: float
    detection: Any
    equilibria: tuple[CongestionEquilibrium, ...]
    tipping_points: tuple[int, ...]

    @property
    def smallest(self) -> CongestionEquilibrium:
        """The equilibrium with the fewest defectors; best replies lead there from full compliance."""
        return self.equilibria[0]

    @property
    def largest(self) -> CongestionEquilibrium:
        """The equilibrium with the most defectors; best replies lead there from mass defection."""
        return self.equilibria[-1]

    def __str__(self) -> str:
        lines = [
            f"{spelled(self.thresholds.size, 'lab')} without permit, "
            f"{spelled(self.C, 'compliant running lab')}, {spelled(self.capacity, 'audit')}",
            f"detection of a defector: {self.detection[0]:.4g} alone, {self.detection[-1]:.4g} if all defect",
        ]
        lines += [f"equilibrium: {equilibrium}" for equilibrium in self.equilibria]
        if self.tipping_points:
            lines.append(f"tipping at {', '.join(map(str, self.tipping_points))} defectors")
        return "\n".join(lines)

    def nfg(self, title: str = "") -> str:
        """Write the game in gambit's strategic form, for up to 10 labs.

        A lab that complies gets 0. A lab that defects gets its threshold less the detection probability,
        which is its net gain in units of its punishment; with an infinite threshold, 1. What counts as a
        tie here is a payoff of exactly 0, to which other tools may answer either way.

        Parameters
        ----------
        title : str
            Title of the game.

        Returns
        -------
        str

        Raises
        ------
        ParameterError
            If there are more labs, since it has an outcome for each of the 2^m profiles.
        """
        m = self.thresholds.size
        if m > MOST_EXPORTED:
            allowed = f"at most {MOST_EXPORTED}, for 2^m outcomes"
            raise ParameterError(Problem("labs", m, "are too many to write out", allowed))
        payoffs = (f"{payoff!r}" for profile in self._profiles() for payoff in profile)
        players = " ".join(f'"Lab {i + 1}"' for i in range(m))
        actions = " ".join(['{ "comply" "defect" }'] * m)
        quoted = title.replace("\\", "\\\\").replace('"', '\\"')
        return f'NFG 1 R "{quoted}" {{ {players} }}\n\n{{ {actions} }}\n""\n\n{" ".join(payoffs)}\n'

    def _profiles(self) -> Iterator[list[float]]:
        """Payoffs in every profile, the first lab's action changing fastest."""
        t = self.thresholds
        for actions in itertools.product((0, 1), repeat=t.size):
            n = sum(actions)
            p = self.detection[n - 1] if n else 0.0
            net = np.where(np.isinf(t), 1.0, t - p)
            net = np.where(covers(p, t), np.minimum(net, 0.0), net)
            yield [float(x) if acts else 0.0 for x, acts in zip(net, actions[::-1], strict=True)]


def congestion(
    *, thresholds: Any, C: int, capacity: int, p_s: float, p_f: float, p_b: float = 0.0
) -> CongestionEquilibria:
    r"""Find all pure equilibria of labs without permit under limited audit capacity.

    Lab i violates iff its threshold :math:`t_i = g_i / B_i` exceeds the detection probability
    :math:`p_{\mathrm{eff}}(n)` that it faces as one of n defectors (`capacity_detection`); a tie
    complies, as in `complies`. With the thresholds in falling order, n defectors are an equilibrium iff

    .. math:: (n = 0 \text{ or } t_{(n)} > p_{\mathrm{eff}}(n)) \text{ and }
              (n = m \text{ or } t_{(n+1)} \le p_{\mathrm{eff}}(n+1)),

    and the defectors are then those with the n largest thresholds: in no equilibrium does one of two
    labs with the same threshold defect and the other comply.

    Parameters
    ----------
    thresholds : array of float, shape (m,), m >= 1
        Gain over perceived punishment of each lab; infinite for a lab that gains and fears nothing.
    C : int, >= 0
        Compliant running labs, the permit holders.
    capacity : int, >= 0
        Audits that can be carried out.
    p_s, p_f : float, in [0, 1]
        Probability that a violator, and that a compliant running lab, is triggered.
    p_b : float, in [0, 1], optional
        Probability that a running lab that was not audited is backchecked.

    Returns
    -------
    CongestionEquilibria

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number, or there are more than 100,000 labs.

    References
    ----------
    .. [1] Milgrom and Roberts (1990), Rationalizability, learning, and equilibrium in games with
       strategic complementarities, Econometrica 58:1255-1277.
    .. [2] Schrag and Scotchmer (1997), The self-reinforcing nature of crime, Int. Rev. Law Econ. 17.

    Examples
    --------
    >>> game = congestion(thresholds=[0.3] * 10, C=0, capacity=2, p_s=0.8, p_f=0.0)
    >>> print(game)
    10 labs without permit, 0 compliant running labs, 2 audits
    detection of a defector: 0.8 alone, 0.2 if all defect
    equilibrium: no labs defect (detection 0.8), stable, reached from 0 to 5 defectors
    equilibrium: 10 labs defect (detection 0.2), stable, reached from 7 to 10 defectors
    tipping at 6 defectors
    """
    thresholds = _labs(thresholds)
    check_one(C=C, capacity=capacity, p_s=p_s, p_f=p_f, p_b=p_b)
    m = thresholds.size
    detection: Any = capacity_detection(
        n=np.arange(1, m + 1), C=C, capacity=capacity, p_s=p_s, p_f=p_f, p_b=p_b
    )
    order = np.argsort(-thresholds, kind="stable")
    falling = thresholds[order]
    # defects[n]: the n-th lab defects as one of n. Past the ends, full compliance has no one to leave it
    # and mass defection no one to join it.
    defects = np.concatenate([[True], ~covers(detection, falling), [False]])
    steps = np.flatnonzero(defects[:-1] != defects[1:])  # alternately an equilibrium and a tipping point
    counts, tips = steps[::2].tolist(), steps[1::2].tolist()
    lows, highs = [-1, *tips], [*tips, m + 1]
    equilibria = tuple(
        CongestionEquilibrium(
            defectors=n,
            labs=np.sort(order[:n]),
            detection=float(detection[max(n, 1) - 1]),
            stable=not (_falls(detection, falling, low, n) or _rises(detection, falling, n, high)),
            basin=(low + 1, high - 1),
        )
        for n, low, high in zip(counts, lows, highs, strict=True)
    )
    return CongestionEquilibria(
        thresholds, int(C), int(capacity), float(p_s), float(p_f), float(p_b), detection, equilibria,
        tuple(tips),
    )  # fmt: skip


def _rises(detection: Any, falling: Any, n: int, tip: int) -> bool:
    """Whether one defector more than n can carry the labs past the tipping point above.

    It can if, with that one beside them, each lab up to the tipping point follows those before it.
    """
    return tip < falling.size and not covers(detection[n + 1 : tip + 1], falling[n:tip]).any()


def _falls(detection: Any, falling: Any, tip: int, n: int) -> bool:
    """Whether one defector fewer than n can carry the labs past the tipping point below."""
    return tip > 0 and bool(covers(detection[tip - 1 : n - 1], falling[tip:n]).all())


def _labs(thresholds: Any) -> Any:
    (checked,) = check_number(thresholds=thresholds)
    if np.ndim(checked) != 1 or not np.size(checked):
        raise ParameterError(
            Problem("thresholds", thresholds, "is no row of labs", "an array of shape (m,), m >= 1")
        )
    checked = checked.copy()
    checked.flags.writeable = False
    return checked
