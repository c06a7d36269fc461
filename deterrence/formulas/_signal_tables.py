"""The tables of equilibria of the signal game."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Eq, FiniteSet, Ge, Gt, Interval, Le, Lt, evaluate

from deterrence.formulas._proposition import Case
from deterrence.formulas._symbols import D, M, Math, alpha, beta, g, q_0, q_1, t
from deterrence.formulas._symbols import k_audit as k

with evaluate(False):  # printed as written
    _SUSPECT_PENALTY = beta * D


def _rows(when: tuple[Math, ...], *sets: tuple[Math, Math, Math, Math]) -> Iterator[Case]:
    yield from (Case(when, then) for then in sets)


_ZERO, _ONE, _UNIT = FiniteSet(0), FiniteSet(1), Interval(0, 1)
_NO_AUDIT = (_ZERO, _ZERO, _ZERO)
_SUSPICION = (_ONE, _ZERO, FiniteSet(beta))
_EVERY = (_ONE, _ONE, _ONE)


def _main_rows() -> Iterator[Case]:
    """Audits are worth their cost against violators, 0 < k < M."""
    errs, never = Gt(alpha, 0), Eq(alpha, 0)
    fails, finds = Lt(beta, 1), Eq(beta, 1)
    below, inside = Lt(g, 0), (Gt(g, 0), Lt(g, _SUSPECT_PENALTY))
    unused = (_ZERO, _UNIT, _ZERO, Interval(0, beta))
    first = (FiniteSet(q_1), _UNIT, _ZERO)
    second = (FiniteSet(q_0), _ONE, _UNIT)
    yield from _rows((below, errs), (_ZERO, *_NO_AUDIT))
    yield from _rows((below, never), unused)
    yield from _rows((Eq(g, 0), Gt(D, 0), errs), (Interval(0, q_1), *_NO_AUDIT))
    yield from _rows((Eq(g, 0), Gt(D, 0), never), unused)
    yield from _rows((*inside, errs), (*first, FiniteSet(t)))
    yield from _rows((*inside, never), (_ZERO, _UNIT, _ZERO, Interval(t, beta)))
    yield from _rows((Eq(g, _SUSPECT_PENALTY), Gt(D, 0), fails), (Interval(q_1, q_0), *_SUSPICION))
    yield from _rows((Gt(g, _SUSPECT_PENALTY), Lt(g, D)), (*second, FiniteSet(t)))
    yield from _rows((Eq(g, D), Gt(D, 0), fails), (Interval(q_0, 1), *_EVERY))
    yield from _rows((Eq(g, D), Gt(D, 0), finds), (Interval(q_1, 1), *_SUSPICION), (_ONE, _ONE, _UNIT, _ONE))
    yield from _rows((Gt(g, D), fails), (_ONE, *_EVERY))
    yield from _rows((Gt(g, D), finds), (_ONE, _ONE, _UNIT, _ONE))
    yield from _rows(
        (Eq(g, 0), Eq(D, 0)),
        (Interval(0, q_1), *_NO_AUDIT),
        (*first, Interval(0, beta)),
        (Interval(q_1, q_0), *_SUSPICION),
        (*second, Interval(beta, 1)),
        (Interval(q_0, 1), *_EVERY),
    )


def _corner_rows() -> Iterator[Case]:
    """Audits that always pay, never pay, or are free: rows of which several may hold."""
    yield from _anyway()
    yield from _in_addition()


def _anyway() -> Iterator[Case]:
    """Whatever the signal."""
    within, nothing = (Ge(g, 0), Le(g, D), Gt(D, 0)), (Eq(g, 0), Eq(D, 0))
    free, even, idle = (Eq(k, 0), Gt(M, 0)), (Eq(k, M), Gt(M, 0)), (Eq(k, 0), Eq(M, 0))
    any_plan = (_UNIT, _UNIT, _UNIT)
    yield from _rows((Lt(k, 0), Lt(g, D)), (_ZERO, *_EVERY))
    yield from _rows((Lt(k, 0), Eq(g, D)), (_UNIT, *_EVERY))
    yield from _rows((Lt(k, M), Gt(g, D)), (_ONE, *_EVERY))
    yield from _rows((Gt(k, 0), Lt(g, 0)), (_ZERO, *_NO_AUDIT))
    yield from _rows((Gt(k, M), Eq(g, 0)), (_UNIT, *_NO_AUDIT))
    yield from _rows((Gt(k, M), Gt(g, 0)), (_ONE, *_NO_AUDIT))
    yield from _rows((Eq(k, 0), Lt(g, 0)), (_ZERO, *any_plan))
    yield from _rows((*free, Ge(g, 0), Lt(g, D)), (_ZERO, _UNIT, _UNIT, Interval(t, 1)))
    yield from _rows((*free, Eq(g, D), Gt(D, 0)), (_UNIT, *_EVERY))
    yield from _rows((*free, *nothing), (_UNIT, *_EVERY), (_ZERO, *any_plan))
    yield from _rows((*even, Eq(g, 0), Gt(D, 0)), (_UNIT, *_NO_AUDIT))
    yield from _rows((*even, Gt(g, 0), Le(g, D)), (_ONE, _UNIT, _UNIT, Interval(0, t)))
    yield from _rows((*even, *nothing), (_UNIT, *_NO_AUDIT), (_ONE, *any_plan))
    yield from _rows((Eq(k, M), Gt(g, D)), (_ONE, *any_plan))
    yield from _rows(
        (*idle, *within),
        (_ZERO, _UNIT, _UNIT, Interval(t, 1)),
        (_UNIT, _UNIT, _UNIT, FiniteSet(t)),
        (_ONE, _UNIT, _UNIT, Interval(0, t)),
    )
    yield from _rows((*idle, *nothing), (_UNIT, *any_plan))


def _in_addition() -> Iterator[Case]:
    """Plans that answer a signal which compliant labs, or violators, never send."""
    never, finds = Eq(alpha, 0), Eq(beta, 1)
    nothing, costly, even = (Eq(g, 0), Eq(D, 0)), (Ge(k, M), Gt(k, 0)), (Eq(k, M), Gt(M, 0))
    alone, within = ((Ge(g, 0), Le(g, top), Gt(D, 0)) for top in (_SUSPECT_PENALTY, D))
    yield from _rows((never, Lt(k, 0), Lt(g, 0)), (_ZERO, _UNIT, _ONE, _UNIT))
    yield from _rows((never, Lt(k, 0), *within), (_ZERO, _UNIT, _ONE, Interval(t, 1)))
    yield from _rows((never, Lt(k, 0), *nothing), (_ZERO, _UNIT, _ONE, _UNIT))
    yield from _rows((never, *costly, Lt(g, 0)), (_ZERO, _UNIT, _ZERO, Interval(0, beta)))
    yield from _rows((never, *costly, *alone), (_ZERO, _UNIT, _ZERO, Interval(t, beta)))
    yield from _rows((never, *costly, *nothing), (_ZERO, _UNIT, _ZERO, Interval(0, beta)))
    yield from _rows((never, *even, *alone), (_UNIT, _UNIT, _ZERO, FiniteSet(t)))
    yield from _rows((never, *even, *nothing), (_UNIT, _UNIT, _ZERO, Interval(0, beta)))
    yield from _rows((finds, Le(k, 0), Lt(k, M), Ge(g, D)), (_ONE, _ONE, _UNIT, _ONE))
    yield from _rows((finds, *costly, Ge(g, 0)), (_ONE, _ZERO, _UNIT, _ZERO))
    yield from _rows((finds, Eq(k, 0), Gt(M, 0), Eq(g, D)), (_UNIT, _ONE, _UNIT, _ONE))


MAIN, CORNER = tuple(_main_rows()), tuple(_corner_rows())
