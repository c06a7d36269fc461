"""The signal game: cut-offs, odds, values and the tables of equilibria."""

from __future__ import annotations

from sympy import Eq, Ge, Le, Max, Piecewise, evaluate

from deterrence.formulas._formula import Formula
from deterrence.formulas._inspection import PAYOFFS
from deterrence.formulas._proposition import Proposition
from deterrence.formulas._signal_proofs import (
    blind,
    clean,
    corner,
    cutoff,
    equilibria,
    gain_from,
    governor_value,
    lab_value,
    odds_at_cutoffs,
    suspicious,
)
from deterrence.formulas._signal_tables import CORNER, MAIN
from deterrence.formulas._symbols import D, H, M, alpha, beta, g, none, p_s, q, q_0, q_1, t
from deterrence.formulas._symbols import k_audit as k
from deterrence.games import signal, signal_cutoffs, signal_values

_CUTOFF = {"k": k, "M": M, "alpha": alpha, "beta": beta}
_GAME = {"g": g, "D": D, **_CUTOFF, "H": H}
with evaluate(False):  # printed as written
    _MEANINGS = {q_1: cutoff(alpha, beta), q_0: cutoff(1 - alpha, 1 - beta)}

    signal_cutoff_suspicious = Formula(
        name="signal_cutoff_suspicious",
        statement="The probability of defection from which on the Governor audits after a suspicious signal.",
        left="q_1",
        expr=Piecewise(
            (none, Eq(alpha + beta, 0)), (0, Le(k, 0)), (1, Ge(k, M)), (cutoff(alpha, beta), True)
        ),
        function=signal_cutoffs,
        arguments=_CUTOFF,
        result="q_1",
        assumptions=(PAYOFFS,),
        source=("avenhaus", "bayes"),
        derive=suspicious,
    )
    signal_cutoff_clean = Formula(
        name="signal_cutoff_clean",
        statement="The probability of defection from which on the Governor audits after a clean signal.",
        left="q_0",
        expr=Piecewise(
            (none, Eq(alpha + beta, 2)), (0, Le(k, 0)), (1, Ge(k, M)), (cutoff(1 - alpha, 1 - beta), True)
        ),
        function=signal_cutoffs,
        arguments=_CUTOFF,
        result="q_0",
        assumptions=(PAYOFFS,),
        source=("avenhaus", "bayes"),
        derive=clean,
    )
    signal_odds = Proposition(
        name="signal_odds",
        statement=r"Against the inspection game the signal multiplies the odds of defection, by "
        r"$\alpha/\beta$ where it deters alone and by $(1-\alpha)/(1-\beta)$ where it does not. A signal too "
        "weak to deter alone raises defection.",
        where=_MEANINGS,
        function=signal_cutoffs,
        arguments=_CUTOFF,
        assumptions=(PAYOFFS, r"The signal tells, $\alpha < \beta$, and $0 < k < M$."),
        derive=odds_at_cutoffs,
    )
    signal_lab_value = Formula(
        name="signal_lab_value",
        statement="What the lab's best reply earns in the signal game: its payoff in every equilibrium.",
        left="V_L",
        expr=Max(0, g - p_s * D),
        function=signal_values,
        arguments={"q": q, "p_s": p_s, **_GAME},
        result="lab",
        assumptions=(PAYOFFS,),
        derive=lab_value,
    )
    signal_governor_value = Formula(
        name="signal_governor_value",
        statement="What the Governor's best reply earns in the signal game: its payoff in every equilibrium.",
        left="V_G",
        expr=Max(0, gain_from(alpha, beta)) + Max(0, gain_from(1 - alpha, 1 - beta)) - q * H,
        function=signal_values,
        arguments={"q": q, "p_s": p_s, **_GAME},
        result="governor",
        assumptions=(PAYOFFS,),
        derive=governor_value,
    )


_COLUMNS = ("q", r"\pi_1", r"\pi_0", "p_s")
_EXCHANGE = (
    r"The signal tells, $\alpha < \beta$; if $\beta < \alpha$, exchange its names: $\alpha$ for $1-\alpha$, "
    r"$\beta$ for $1-\beta$, $\pi_1$ for $\pi_0$."
)
_ANY = (
    r"With $t = g/D$, a row holds every $q$ in its set with every plan $(\pi_1, \pi_0)$ in its sets for "
    r"which $p_s = \beta\pi_1 + (1-\beta)\pi_0$ is in the last. The equilibria are the union of all rows "
    "whose condition holds."
)

with evaluate(False):
    signal_equilibria = Proposition(
        name="signal_equilibria",
        statement=r"All equilibria of the signal game where audits are worth their cost, $0 < k < M$, with "
        r"the cut-offs $q_1 = \alpha k / (\alpha k + \beta(M-k))$ and "
        rf"$q_0 = (1-\alpha) k / ((1-\alpha) k + (1-\beta)(M-k))$. {_ANY}",
        columns=_COLUMNS,
        cases=MAIN,
        where={**_MEANINGS, t: g / D},
        function=signal,
        arguments=_GAME,
        assumptions=(PAYOFFS, _EXCHANGE),
        source=("avenhaus",),
        derive=equilibria,
    )
    signal_equilibria_corner = Proposition(
        name="signal_equilibria_corner",
        statement="All equilibria of the signal game where audits pay for themselves, are free, or cost at "
        rf"least what they return, $k \le 0$ or $k \ge M$. {_ANY}",
        columns=_COLUMNS,
        cases=CORNER,
        where={t: g / D},
        function=signal,
        arguments=_GAME,
        assumptions=(PAYOFFS, _EXCHANGE),
        derive=corner,
    )
    signal_equilibria_blind = Proposition(
        name="signal_equilibria_blind",
        statement=r"If the signal says nothing, $\alpha = \beta$, the equilibria of the signal game are "
        "those of the inspection game with $p_s$ in the place of $a$: every $q$ and every plan for which "
        "$q$ and $p_s$ are an equilibrium there.",
        function=signal,
        arguments=_GAME,
        assumptions=(PAYOFFS,),
        derive=blind,
    )
