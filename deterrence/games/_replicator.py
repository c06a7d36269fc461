"""The inspection game among populations that learn: replicator dynamics."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np

from deterrence._checks import (
    Interval,
    Money,
    Number,
    ParameterError,
    Problem,
    check_fields,
    check_finite,
    check_unit,
)
from deterrence.games._cycle import Cycle, Well, cycle
from deterrence.games._motion import replicator_constant, replicator_frequency, replicator_period

_Balance = Annotated[float, Interval(ge=-1e15, le=1e15)]


class RestPoint(NamedTuple):
    """A point at which nothing moves.

    Attributes
    ----------
    q, a : float, in [0, 1]
        Probability that a lab violates, and that the Governor audits.
    eigenvalues : tuple of two complex numbers, per unit of time
        Of the Jacobian there; those of the corners are real and belong to q and to a.
    stability : str
        ``"stable"``, ``"unstable"``, ``"saddle"``, ``"centre"``, or ``"not isolated"`` where an eigenvalue is
        0, because the point lies on a line of rest points.
    """

    q: float
    a: float
    eigenvalues: tuple[complex, complex]
    stability: str

    def __str__(self) -> str:
        return f"q = {self.q:.6g}, a = {self.a:.6g}: {self.stability}"


class Orbit(NamedTuple):
    """Points of a solution, each an array of the shape of the times.

    Attributes
    ----------
    q, a : array, in [0, 1]
        Probability that a lab violates, and that the Governor audits.
    log_odds_q, log_odds_a : array
        ln(q / (1-q)) and ln(a / (1-a)), also where q or a rounds to 0 or 1.
    """

    q: Any
    a: Any
    log_odds_q: Any
    log_odds_a: Any


@dataclass(frozen=True, kw_only=True)
class Replicator:
    """Replicator dynamics of one inspection game, made by `replicator`.

    Attributes
    ----------
    g, D, k, M : float, money
        The game.
    """

    g: _Balance
    D: Money
    k: _Balance
    M: Money

    def __post_init__(self) -> None:
        check_fields(self)

    def __str__(self) -> str:
        kind = "circles around the centre" if self.cycles else "no closed orbits"
        return "\n".join([f"replicator dynamics: {kind}", *(f"  {point}" for point in self.rest_points)])

    @property
    def cycles(self) -> bool:
        """Whether the regime is mixed, 0 < g < D and 0 < k < M, where all inner orbits are closed."""
        return 0 < self.g < self.D and 0 < self.k < self.M

    @property
    def rest_points(self) -> tuple[RestPoint, ...]:
        """The corners (q, a) = (0, 0), (1, 0), (0, 1), (1, 1) and, in the mixed regime, the centre."""
        corners = tuple(self._corner(q, a) for a in (0, 1) for q in (0, 1))
        if self.frequency is None:
            return corners
        turns = complex(0.0, self.frequency), complex(0.0, -self.frequency)
        return (*corners, RestPoint(self.k / self.M, self.g / self.D, turns, "centre"))

    def _corner(self, q: int, a: int) -> RestPoint:
        along = (1 - 2 * q) * (self.g - a * self.D), (1 - 2 * a) * (q * self.M - self.k)
        signs = {math.copysign(1.0, rate) for rate in along}
        stability = "saddle" if len(signs) == 2 else "stable" if signs == {-1.0} else "unstable"
        stability = "not isolated" if 0 in along else stability
        return RestPoint(float(q), float(a), (complex(along[0]), complex(along[1])), stability)

    @property
    def rest_lines(self) -> tuple[tuple[tuple[float, float], tuple[float, float]], ...]:
        """Segments of rest points, each by its two ends (q, a); if nothing moves, only the four edges."""
        g, D, k, M = self.g, self.D, self.k, self.M
        lines = [
            (g == 0, (0.0, 0.0), (1.0, 0.0)),
            (g == D, (0.0, 1.0), (1.0, 1.0)),
            (k == 0, (0.0, 0.0), (0.0, 1.0)),
            (k == M, (1.0, 0.0), (1.0, 1.0)),
        ]
        if g == D == 0 and 0 < k < M:
            lines.append((True, (k / M, 0.0), (k / M, 1.0)))
        if k == M == 0 and 0 < g < D:
            lines.append((True, (0.0, g / D), (1.0, g / D)))
        return tuple((start, end) for rests, start, end in lines if rests)

    @property
    def frequency(self) -> float | None:
        """Angular frequency of small orbits, `replicator_frequency`; None outside the mixed regime."""
        found: Any = replicator_frequency(g=self.g, D=self.D, k=self.k, M=self.M)
        return found

    @property
    def small_period(self) -> float | None:
        """Period of small orbits, `replicator_period`; None outside the mixed regime."""
        found: Any = replicator_period(g=self.g, D=self.D, k=self.k, M=self.M)
        return found

    def constant(self, q: Number, a: Number) -> Any:
        """Constant of motion at one or many points, `replicator_constant`."""
        return replicator_constant(q=q, a=a, g=self.g, D=self.D, k=self.k, M=self.M)

    def period(self, q: float, a: float) -> float | None:
        """Period of the orbit through a point.

        Parameters
        ----------
        q, a : float, in (0, 1)
            Probability that a lab violates, and that the Governor audits.

        Returns
        -------
        float or None
            To about 13 digits; None outside the mixed regime, where no orbit is closed.

        Raises
        ------
        ParameterError
            If `q` or `a` is no number inside (0, 1).
        ArithmeticError
            If the orbit is too eccentric: if stakes differ by a factor of more than about a million.

        Examples
        --------
        >>> round(replicator(g=1.0, D=2.0, k=1.0, M=2.0).period(0.5, 0.9), 9)
        15.962422221
        """
        orbit = self._cycle(*_inside(q, a))
        return None if orbit is None else orbit.period

    def time_average(self, q: float, a: float) -> tuple[float, float] | None:
        """Averages of q and a over the period of the orbit through a point: the Nash equilibrium.

        They are computed, by the same quadrature as `period`, with the same parameters and errors.

        Returns
        -------
        tuple of two floats, or None
            None outside the mixed regime.
        """
        orbit = self._cycle(*_inside(q, a))
        return None if orbit is None else (orbit.q, orbit.a)

    def orbit(self, q: float, a: float, times: Any) -> Orbit:
        """Follow the dynamics from a point.

        They are integrated in log-odds, where no probability leaves [0, 1]. A closed orbit is integrated
        over one period only, so that the constant of motion does not drift however long the time.

        Parameters
        ----------
        q, a : float, in (0, 1)
            The point at time 0.
        times : array
            Times to report, in any order; negative ones go back.

        Returns
        -------
        Orbit

        Raises
        ------
        ParameterError
            If an argument is out of range or not a number.
        ArithmeticError
            As for `period`.

        Examples
        --------
        >>> game = replicator(g=1.0, D=2.0, k=1.0, M=2.0)
        >>> path = game.orbit(0.5, 0.75, [0.0, game.period(0.5, 0.75)])
        >>> path.a.round(9).tolist()
        [0.75, 0.75]
        """
        from scipy.special import expit

        x, y = _inside(q, a)
        (times,) = check_finite(times=np.asarray(times))
        times = np.asarray(times, dtype=float)
        closed = self._cycle(x, y)
        when = times if closed is None else np.mod(times, closed.period)
        odds = np.empty((2, *times.shape))
        for some in (when >= 0, when < 0):
            at, place = np.unique(when[some], return_inverse=True)
            odds[:, some] = self._integrated(x, y, at)[:, place.reshape(-1)]
        return Orbit(expit(odds[0]), expit(odds[1]), odds[0], odds[1])

    def _integrated(self, x: float, y: float, times: Any) -> Any:
        """Log-odds at times of one sign, in order, by an explicit Runge-Kutta method of order 8."""
        from scipy.integrate import solve_ivp
        from scipy.special import expit

        def speed(_: float, odds: Any) -> Any:
            first, second = expit(odds)
            return [self.g - self.D * second, self.M * first - self.k]

        if times.size == 0 or not times.any():
            return np.tile([[x], [y]], times.size)
        backwards = times[0] < 0
        steps = times[::-1] if backwards else times
        span = (0.0, float(steps[-1]))
        done = solve_ivp(speed, span, (x, y), "DOP853", t_eval=steps, rtol=2.5e-14, atol=1e-14)
        return done.y[:, ::-1] if backwards else done.y

    def _cycle(self, x: float, y: float) -> Cycle | None:
        if not self.cycles:
            return None
        lab = Well(self.k / self.M, (self.M - self.k) / self.M, self.M)
        governor = Well(self.g / self.D, (self.D - self.g) / self.D, self.D)
        return cycle(lab, governor, x, y)


def _inside(q: Any, a: Any) -> tuple[float, float]:
    """Log-odds of two probabilities that are neither 0 nor 1."""
    q, a = check_unit(q=q, a=a)
    for name, value in (("q", q), ("a", a)):
        if not isinstance(value, float) or not 0 < value < 1:
            raise ParameterError(Problem(name, value, "is not inside (0, 1)", "a number in (0, 1)"))
    return math.log(q) - math.log1p(-q), math.log(a) - math.log1p(-a)


def replicator(*, g: float, D: float, k: float, M: float) -> Replicator:
    r"""Replicator dynamics of the inspection game (Hofbauer and Sigmund 1998 [1]_).

    .. math:: \dot q = q (1-q) (g - aD), \qquad \dot a = a (1-a) (qM - k).

    In the mixed regime, 0 < g < D and 0 < k < M, play never settles: it circles around the Nash equilibrium
    (k/M, g/D), which is its average over every period.

    Parameters
    ----------
    g, k : float, money
        Gain from a violation, and cost of an audit; negative if audits pay for themselves.
    D, M : float, money, >= 0
        Loss of an audited violator, and what auditing it returns to the Governor.

    Returns
    -------
    Replicator
        Rest points with their stability, orbits, and of closed orbits the period and averages.

    Raises
    ------
    ParameterError
        If an argument is out of range or not a number.

    References
    ----------
    .. [1] Hofbauer and Sigmund (1998), Evolutionary Games and Population Dynamics.

    Examples
    --------
    >>> game = replicator(g=0.5, D=2.0, k=1.0, M=4.0)
    >>> game.rest_points[-1].stability, game.rest_points[-1].q, game.rest_points[-1].a
    ('centre', 0.25, 0.25)
    >>> print(game)
    replicator dynamics: circles around the centre
      q = 0, a = 0: saddle
      q = 1, a = 0: saddle
      q = 0, a = 1: saddle
      q = 1, a = 1: saddle
      q = 0.25, a = 0.25: centre
    """
    return Replicator(g=g, D=D, k=k, M=M)
