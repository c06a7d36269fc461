"""Derivations of two-group targeting: thresholds, costs, and why the policy is optimal."""
# ruff: noqa: N816  (letters of the model keep their case)

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Ge, Gt, Le, Limit, evaluate, oo

from deterrence.formulas._printing import Named
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import F_1, F_2, Math, delta, g, p_1, p_2, release

with evaluate(False):  # printed as written
    _STRICTER, _BETWEEN = (Gt(p_2 * F_2, p_1 * F_1),), (Gt(g, p_1 * F_1),)
    g_L = Named(p_1 * F_1, "g_L", "g_L")
    largest_gain = p_2 * F_2 + delta * p_2 * release * (p_2 * F_2 - p_1 * F_1) / (1 - delta * (1 - p_1))
    g_H = Named(largest_gain, "g_H", "g_H")
    more_in_2 = (g - p_1 * F_1) / (1 - delta * (1 - p_1 - p_2 * release))
    Delta = Named(more_in_2, "Delta", r"\Delta")
    mixed_1 = (p_1 * F_1 + delta * p_1 * Delta) / (1 - delta)
    worst_2 = p_2 * F_2 / (1 - delta)
    WORST_2 = Named(worst_2, "W_2", "W_2")
    worst_1 = (p_1 * F_1 + delta * p_1 * WORST_2) / (1 - delta * (1 - p_1))
    time_in_1 = p_2 * release / (p_1 + p_2 * release)
    inspections = p_1 * p_2 * (1 + release) / (p_1 + p_2 * release)

ALWAYS = Named(g / (1 - delta), "E", "E")
MIXED_1, MIXED_2 = Named(mixed_1, "E_1", "E_1"), Named(mixed_1 + more_in_2, "E_2", "E_2")
WORST_1 = Named(worst_1, "W_1", "W_1")
_SHARE_1 = Named(time_in_1, "mu_1", r"\mu_1")
_SHARE_2 = Named(p_1 / (p_1 + p_2 * release), "mu_2", r"\mu_2")


def _after(group: int, violates: bool, in_1: Math, in_2: Math) -> Math:
    """Cost of one action now, with the costs from the two groups in the next period."""
    if group == 1:
        moves = p_1 * in_2 + (1 - p_1) * in_1
        return p_1 * F_1 + delta * moves if violates else g + delta * in_1
    back = p_2 * release
    return p_2 * F_2 + delta * in_2 if violates else g + delta * (back * in_1 + (1 - back) * in_2)


def _bellman_mixed() -> Iterator[Step]:
    yield Step(
        "A lab that violates in group 1 and complies in group 2 bears the cost $E_1$ from a start in group 1",
        Eq(MIXED_1, _after(1, True, MIXED_1, MIXED_2)),
    )
    yield Step(
        r"and $E_2 = E_1 + \Delta$, with $\Delta = (g - p_1 F_1)/(1 - \delta (1 - p_1 - p_2 u))$, from a "
        "start in group 2.",
        Eq(MIXED_2, _after(2, False, MIXED_1, MIXED_2)),
    )


def _bellman_worst() -> Iterator[Step]:
    yield Step(
        r"A lab that violates in both groups is never released. It bears $W_2 = p_2 F_2/(1-\delta)$ from a "
        "start in group 2",
        Eq(WORST_2, _after(2, True, WORST_1, WORST_2)),
    )
    yield Step("and $W_1$ from a start in group 1.", Eq(WORST_1, _after(1, True, WORST_1, WORST_2)))


def policy() -> Iterator[Step]:
    """No single deviation pays."""
    yield Step(
        "By the one-shot deviation principle a policy is optimal if no single deviation from it pays. A lab "
        "that always complies bears $E = g/(1-\\delta)$; violating once in group 1 saves it",
        Eq(ALWAYS - _after(1, True, ALWAYS, ALWAYS), g - p_1 * F_1),
    )
    yield Step("and in group 2", Eq(ALWAYS - _after(2, True, ALWAYS, ALWAYS), g - p_2 * F_2))
    yield Step(r"which is less: neither pays if $g \le g_L$.", Le(g - p_2 * F_2, g - p_1 * F_1), _STRICTER)
    yield from _bellman_mixed()
    yield Step(
        "Complying once in group 1 does not pay above $g_L$:",
        Ge(_after(1, False, MIXED_1, MIXED_2) - MIXED_1, 0),
        _BETWEEN,
    )
    yield Step(
        "Violating once in group 2 costs more than complying, by",
        Eq(
            _after(2, True, MIXED_1, MIXED_2) - MIXED_2,
            (g_H - g) * (1 - delta * (1 - p_1)) / (1 - delta * (1 - p_1 - p_2 * release)),
        ),
    )
    yield Step("so it pays exactly above $g_H$: at $g_H$ the lab is indifferent.",
               Eq(p_2 * F_2 + delta * p_2 * release * Delta, g), (Eq(g, g_H),))  # fmt: skip
    yield from _bellman_worst()
    yield Step(
        "Complying once in group 2 costs more than violating there, by",
        Eq(_after(2, False, WORST_1, WORST_2) - WORST_2, g - g_H),
    )
    yield Step(
        "so violating in both groups is optimal above $g_H$. Complying once in group 1 does not pay either:",
        Ge(_after(1, False, WORST_1, WORST_2) - WORST_1, 0),
        (Gt(g, g_H), *_STRICTER),
    )
    yield Step("The rows do not overlap.", Ge(g_H - p_1 * F_1, 0), _STRICTER)


def threshold_in_1() -> Iterator[Step]:
    """Where a single violation in group 1 pays."""
    yield Step(
        "A lab that complies for ever bears the cost $E = g/(1-\\delta)$. If it violates once in group 1 it "
        "saves the gain less the expected fine.",
        Eq(ALWAYS - _after(1, True, ALWAYS, ALWAYS), g - p_1 * F_1),
    )
    yield Step("At the threshold it is indifferent.", Eq(g - p_1 * F_1, 0), (Eq(g, p_1 * F_1),))


def threshold_in_2() -> Iterator[Step]:
    """Where a single violation in group 2 pays, and how far release takes it."""
    yield Step(
        r"Complying in group 2 earns the chance of a release, worth $\delta p_2 u \Delta$, where $\Delta = "
        r"(g - p_1 F_1)/(1 - \delta (1 - p_1 - p_2 u))$ is what a start in group 2 costs more than one in "
        "group 1. At the threshold",
        Eq(p_2 * F_2 + delta * p_2 * release * Delta, g),
        (Eq(g, g_H),),
    )
    yield Step(
        "Leverage. Release deters gains above any expected fine, part of the time:",
        Ge(g_H - p_2 * F_2, 0),
        _STRICTER,
    )
    yield Step("the more so, the likelier the release", Ge(Derivative(g_H, release), 0), _STRICTER)
    yield Step("and the more patient the lab.", Ge(Derivative(g_H, delta), 0), _STRICTER)
    yield Step("A stricter group 1 leaves less to gain by a release.", Le(Derivative(g_H, F_1), 0))
    yield Step("Without release there is no leverage,", Eq(g_H, p_2 * F_2), (Eq(release, 0),))
    yield Step("nor without patience.", Eq(g_H, p_2 * F_2), (Eq(delta, 0),))


def patience() -> Iterator[Step]:
    """What the threshold tends to."""
    limit = p_2 * F_2 + p_2 * release * (p_2 * F_2 - p_1 * F_1) / p_1
    yield Step("If labs are caught in group 1,", Eq(Limit(g_H, delta, 1, "-"), limit))
    yield Step(
        "If they are never caught there, a release is for good, and its value grows like",
        Eq((g_H - p_2 * F_2) * (1 - delta), delta * p_2 * release * p_2 * F_2),
        (Eq(p_1, 0),),
    )
    yield Step("which leaves no bound.", Eq(Limit(1 / (1 - delta), delta, 1, "-"), oo))


def cost_in_1() -> Iterator[Step]:
    """The Bellman equations of the three policies."""
    yield Step("A lab that always complies forgoes the gain in every period.",
               Eq(ALWAYS, g + delta * ALWAYS))  # fmt: skip
    yield from _bellman_mixed()
    yield from _bellman_worst()
    yield Step("At $g_L$ the cost does not jump,", Eq(MIXED_1, g / (1 - delta)), (Eq(g, p_1 * F_1),))
    yield Step("nor at $g_H$.", Eq(MIXED_1, WORST_1), (Eq(g, g_H),))


def cost_in_2() -> Iterator[Step]:
    """The Bellman equation of group 2 under the middle policy, and what joins it to the others."""
    yield Step(
        "A lab that complies in group 2 alone forgoes the gain and hopes for a release.",
        Eq(MIXED_2, _after(2, False, MIXED_1, MIXED_2)),
    )
    yield Step("At $g_L$ the cost does not jump,", Eq(MIXED_2, g / (1 - delta)), (Eq(g, p_1 * F_1),))
    yield Step("nor at $g_H$, from where on the lab violates for ever.", Eq(MIXED_2, WORST_2), (Eq(g, g_H),))


def _long_run() -> Iterator[Step]:
    yield Step(
        r"In the middle case a lab is in group 1 for a share $\mu_1$ and in group 2 for a share $\mu_2$ of "
        "the periods. As many leave group 1, caught, as return, released:",
        Eq(_SHARE_1 * p_1, _SHARE_2 * (p_2 * release)),
    )
    yield Step("and the shares sum to 1.", Eq(_SHARE_1 + _SHARE_2, 1))


def violations() -> Iterator[Step]:
    """The balance of the groups, and what it says on violations."""
    yield from _long_run()
    yield Step(
        "The lab violates in group 1: more inspections there make it violate less,",
        Le(Derivative(_SHARE_1, p_1), 0),
    )
    yield Step("and a likelier release more.", Ge(Derivative(_SHARE_1, release), 0))


def inspected() -> Iterator[Step]:
    """The balance of the groups, and what it says on inspections."""
    yield from _long_run()
    yield Step(
        "It is inspected at the rate of its group.",
        Eq(_SHARE_1 * p_1 + _SHARE_2 * p_2, inspections),
    )
