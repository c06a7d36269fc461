"""Draws with an address: (seed, replication, purpose, step, lab).

Every random number of a simulation has a fixed place in a stream, so that it does not matter when, in
what order or in how many pieces it is read. A seed and a purpose give one stream of NumPy's
``PCG64DXSM``, seeded with ``SeedSequence(entropy=seed, spawn_key=(purpose,))``. Replication r starts r
jumps into it, and lab i in step t of a game with N labs reads position t N + i from there. One double
of ``Generator.random`` takes exactly one position.

Replications cannot overlap. A jump is the odd integer next to (golden ratio - 1) 2^128, the jump of
NumPy's own ``PCG64DXSM.jumped`` in a period of 2^128. Of all steps around a circle that one keeps its
multiples farthest apart: n jumps and 0 jumps are never closer than 0.38 / n of the circle, for up to
2^40 replications therefore more than 2^86 positions, while the longest game, 10^7 labs for 10^6 steps,
reads fewer than 2^44. (A jump by a power of two would repeat the low bits of the state.)

Between purposes and between seeds the streams have different increments, chosen by the hash in
``SeedSequence``; nothing is drawn from, or left in, any global generator.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.random import PCG64DXSM, Generator, SeedSequence

from deterrence import LogNormal, TruncatedNormal, Uniform

PERIOD = 2**128
JUMP = 0x9E3779B97F4A7C15F39CC0605CEDC835


class Purpose(IntEnum):
    """What a stream is for; its number is part of the address, so it never changes."""

    VALUE = 0
    RISK = 1
    ENFORCEMENT = 2


class Draws:
    """Uniform draws in [0, 1) of some consecutive replications.

    Parameters
    ----------
    seed : int
        In 0 .. 2**128 - 1.
    n_labs : int
        Labs of the game.
    replications : range
        Numbers of the replications, one after another.

    Examples
    --------
    >>> both = Draws(7, 3, range(2)).uniforms(Purpose.VALUE)
    >>> alone = Draws(7, 3, range(1, 2)).uniforms(Purpose.VALUE)
    >>> bool((both[1] == alone[0]).all())
    True
    """

    def __init__(self, seed: int, n_labs: int, replications: range) -> None:
        self.seed, self.n_labs, self.replications = seed, n_labs, replications

    def uniforms(self, purpose: Purpose, steps: range = range(1)) -> np.ndarray:
        """Draws of shape (replications, steps, labs) for some consecutive steps."""
        bits = PCG64DXSM(SeedSequence(entropy=self.seed, spawn_key=(purpose,)))
        bits.advance((self.replications.start * JUMP + steps.start * self.n_labs) % PERIOD)
        to_next = (JUMP - len(steps) * self.n_labs) % PERIOD
        generator = Generator(bits)
        draws = np.empty((len(self.replications), len(steps), self.n_labs))
        for one_replication in draws:
            generator.random(out=one_replication)
            bits.advance(to_next)
        return draws

    def types(self, purpose: Purpose, distribution: Uniform | TruncatedNormal | LogNormal) -> np.ndarray:
        """One value for each lab, of shape (replications, labs), by inverting the distribution."""
        if isinstance(distribution, Uniform) and distribution.min == distribution.max:
            return np.full((len(self.replications), self.n_labs), distribution.min)
        return quantile(distribution, self.uniforms(purpose)[:, 0])


def quantile(distribution: Uniform | TruncatedNormal | LogNormal, u: np.ndarray) -> np.ndarray:
    """Value below which a share `u` of the distribution lies."""
    if isinstance(distribution, Uniform):
        return distribution.min + (distribution.max - distribution.min) * u
    from scipy.special import ndtr, ndtri  # slow to load, and most games are uniform

    if isinstance(distribution, LogNormal):
        return distribution.median * np.exp(distribution.sigma * ndtri(u))
    mean, sd = distribution.mean, distribution.sd
    low, high = (distribution.min - mean) / sd, (distribution.max - mean) / sd
    if low > 0:  # from the tail that keeps its digits
        deviate = -ndtri(ndtr(-low) - u * (ndtr(-low) - ndtr(-high)))
    else:
        deviate = ndtri(ndtr(low) + u * (ndtr(high) - ndtr(low)))
    return np.clip(mean + sd * deviate, distribution.min, distribution.max)
