"""Enforcement over many turns at once: who is audited and who is caught, counted.

Checks come first in the unit interval, audits before backchecks, so that two comparisons of a draw say
all that has to be counted: whether it lies below the end of the audits, and below the end of all checks.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np

from simulation._draws import Draws, Purpose, pieces
from simulation._rules import AUDIT_CUT, CHECK_CUT, Rules
from simulation._turn import Decisions, count

IN_CACHE = 2**17
"""Doubles drawn at once (1 MiB)."""

AUDITS, FALSE_AUDITS, CHECKS, CATCHES = range(4)


class Enforcement:
    """What the Governor does to labs whose decisions stand.

    Parameters
    ----------
    rules : Rules
    decisions : Decisions
    """

    def __init__(self, rules: Rules, decisions: Decisions) -> None:
        self.decisions = decisions
        self._audit_end, self._check_end = (
            decisions.has_permit * compliant_end + decisions.violates * violator_end
            for compliant_end, violator_end in rules.cuts[:, [AUDIT_CUT, CHECK_CUT]].T
        )  # 0 for labs that do not run, which no draw is below

    def play(self, draws: Draws, steps: range, caught: np.ndarray, last: np.ndarray) -> np.ndarray:
        """Enforce in some steps, and count.

        Parameters
        ----------
        draws : Draws
        steps : range
        caught : array of int, shape (replications, labs)
            How often each lab was caught; added to.
        last : array of shape (replications, k, labs)
            Where to put the draws of the last k steps.

        Returns
        -------
        array of int, shape (4, replications, steps)
            Audits, audits of compliant labs, audits and backchecks, violations found.
        """
        has_permit, violates = self.decisions.has_permit[:, None], self.decisions.violates[:, None]
        audit_end, check_end = self._audit_end[:, None], self._check_end[:, None]
        replications, _, labs = violates.shape
        counts = np.empty((4, replications, len(steps)), dtype=np.min_scalar_type(labs))
        block = _Block(min(max(IN_CACHE, labs), replications * len(steps) * labs), replications > labs)
        for rows, piece in _blocks(steps, replications, labs):
            tally = counts[:, rows, piece.start - steps.start : piece.stop - steps.start]
            u = block.laid_out(draws.uniforms(Purpose.ENFORCEMENT, piece, rows, out=block.drawn))
            audited, checked = block.masks(u.shape)
            if (ahead := piece.stop - steps.stop + last.shape[1]) > 0:
                kept = last[rows, max(0, ahead - len(piece)) : ahead]
                kept[:] = u[:, len(piece) - kept.shape[1] :]
            np.less(u, audit_end[rows], out=audited)
            np.less(u, check_end[rows], out=checked)
            tally[AUDITS], tally[CHECKS] = count(audited), count(checked)
            audited &= has_permit[rows]
            checked &= violates[rows]
            tally[FALSE_AUDITS], tally[CATCHES] = count(audited), count(checked)
            caught[rows] += np.add.reduce(
                checked.view(np.uint8), axis=1, dtype=np.min_scalar_type(len(piece))
            )
        return counts


def _blocks(steps: range, replications: int, labs: int) -> Iterator[tuple[slice, range]]:
    """Rows and steps to draw together: many replications of a chunk, or many steps of one."""
    for piece in pieces(steps) if replications > 1 else [steps]:
        rows = max(1, IN_CACHE // (labs * len(piece)))
        length = len(piece) if rows > 1 else max(1, IN_CACHE // labs)
        for first in range(0, replications, rows):
            for start in range(piece.start, piece.stop, length):
                yield (
                    slice(first, min(first + rows, replications)),
                    range(start, min(start + length, piece.stop)),
                )


_here = threading.local()


class _Memory:
    def __init__(self, size: int) -> None:
        self.drawn, self.turned, self.masks = np.empty(size), np.empty(size), np.empty((2, size), dtype=bool)


class _Block:
    """Memory for one block after another.

    What is done to an array is done along its closest elements, and fast only if these are many; so the
    larger number, of replications or of labs, lies closest together.
    """

    def __init__(self, size: int, more_replications: bool) -> None:
        if size > IN_CACHE:
            memory = _Memory(size)
        elif (memory := getattr(_here, "memory", None)) is None or memory.drawn.size < IN_CACHE:
            memory = _here.memory = _Memory(IN_CACHE)
        self.drawn, self._turned, self._masks = memory.drawn, memory.turned, memory.masks
        self._turn = more_replications

    def laid_out(self, u: np.ndarray) -> np.ndarray:
        """The same draws, of shape (replications, steps, labs)."""
        if not self._turn:
            return u
        turned = self._shaped(self._turned, u.shape)
        turned[:] = u
        return turned

    def masks(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Two arrays of bool that lie like the draws."""
        return self._shaped(self._masks[0], shape), self._shaped(self._masks[1], shape)

    def _shaped(self, flat: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        replications, steps, labs = shape
        flat = flat[: replications * steps * labs]
        if self._turn:
            return flat.reshape(steps, labs, replications).transpose(2, 0, 1)
        return flat.reshape(shape)
