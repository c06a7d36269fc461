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
from simulation._turn import SLAB, Decisions, count

IN_CACHE = 2**17
"""Doubles drawn at once (1 MiB), not fewer than a slab."""

AUDITS, FALSE_AUDITS, CHECKS, CATCHES = range(4)


def enforce(rules: Rules, decisions: Decisions, draws: Draws, steps: range, caught: np.ndarray) -> np.ndarray:
    """Enforce in some steps, with the same decisions in all, and count.

    Parameters
    ----------
    rules : Rules
    decisions : Decisions
    draws : Draws
    steps : range
    caught : array of int, shape (replications, labs)
        How often each lab was caught; added to.

    Returns
    -------
    array of int, shape (4, replications, steps)
        Audits, audits of compliant labs, audits and backchecks, violations found.
    """
    replications, n_labs = decisions.violates.shape
    counts = np.zeros((4, len(steps), replications), dtype=np.min_scalar_type(n_labs)).swapaxes(1, 2)
    _memory.at_least(IN_CACHE)
    for rows, piece, labs in _blocks(steps, replications, n_labs):
        tally = counts[:, rows, piece.start - steps.start : piece.stop - steps.start]
        u = draws.uniforms(Purpose.ENFORCEMENT, piece, rows, labs, out=_memory.drawn)
        audited, checked = (_lying(mask, u.shape) for mask in _memory.masks)
        if audited.strides[2] > 1:
            turned = _lying(_memory.turned, u.shape)
            turned[:] = u
            u = turned
        permit, violates = decisions.has_permit[rows, None, labs], decisions.violates[rows, None, labs]
        audit_end, check_end = (
            permit * compliant_end + violates * violator_end
            for compliant_end, violator_end in rules.cuts[:, [AUDIT_CUT, CHECK_CUT]].T
        )  # 0 for labs that do not run, which no draw is below
        np.less(u, audit_end, out=audited)
        np.less(u, check_end, out=checked)
        tally[AUDITS] += count(audited)
        tally[CHECKS] += count(checked)
        audited &= permit
        checked &= violates
        tally[FALSE_AUDITS] += count(audited)
        tally[CATCHES] += count(checked)
        times = np.add.reduce(checked.view(np.uint8), axis=1, dtype=np.min_scalar_type(len(piece)))
        caught[rows, labs] += times
    return counts


def _blocks(steps: range, replications: int, labs: int) -> Iterator[tuple[slice, range, slice]]:
    """Rows, steps and labs to draw together.

    Many replications of a chunk, or many steps of one replication, or many labs of one step.
    """
    all_labs = slice(0, labs)
    for piece in [piece for _, piece in pieces(steps)] if replications > 1 else [steps]:
        rows = IN_CACHE // (labs * len(piece))
        if rows > 1:
            for row in range(0, replications, rows):
                yield slice(row, min(row + rows, replications)), piece, all_labs
            continue
        length = max(1, IN_CACHE // labs)
        for row in range(replications):
            for start in range(piece.start, piece.stop, length):
                some = range(start, min(start + length, piece.stop))
                slab = labs if labs <= IN_CACHE else SLAB
                for lab in range(0, labs, slab):
                    yield slice(row, row + 1), some, slice(lab, min(lab + slab, labs))


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
