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

IN_CACHE = 2**16
"""Doubles drawn at once (512 KiB)."""

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
        memory = _memory if labs <= IN_CACHE else _Memory()
        memory.at_least(max(IN_CACHE, labs))
        for rows, piece in _blocks(steps, replications, labs):
            tally = counts[:, rows, piece.start - steps.start : piece.stop - steps.start]
            u = draws.uniforms(Purpose.ENFORCEMENT, piece, rows, out=memory.drawn)
            audited, checked = (_lying(mask, u.shape) for mask in memory.masks)
            if audited.strides[2] > 1:
                turned = _lying(memory.turned, u.shape)
                turned[:] = u
                u = turned
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


class _Memory(threading.local):
    """Arrays for one block after another, since new memory costs as much as the work done in it."""

    def __init__(self) -> None:
        self.size = 0

    def at_least(self, size: int) -> None:
        """Make room for blocks of this many draws."""
        if self.size < size:
            self.drawn, self.turned = np.empty(size), np.empty(size)
            self.masks = np.empty((2, size), dtype=bool)
            self.size = size


_memory = _Memory()


def _lying(flat: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Array of shape (replications, steps, labs) in some memory, with the longest axis closest together.

    What is done to an array is done along its closest elements, and fast only if these are many.
    """
    replications, steps, labs = shape
    flat = flat[: replications * steps * labs]
    if replications > labs:
        return flat.reshape(steps, labs, replications).transpose(2, 0, 1)
    if steps > labs:
        return flat.reshape(labs, replications, steps).transpose(1, 2, 0)
    return flat.reshape(shape)
