"""The signal game: cut-offs, odds, values and the tables of equilibria."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, FiniteSet, Ge, Gt, Interval, Le, Lt, Max, Piecewise, evaluate

from deterrence.formulas._formula import Formula
from deterrence.formulas._inspection import PAYOFFS, auditing
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import D, H, M, Math, alpha, beta, g, none, p_s, pi_0, pi_1, q, q_0, q_1, t
from deterrence.formulas._symbols import k_audit as k
from deterrence.games import signal, signal_cutoffs, signal_values

_CUTOFF = {"k": k, "M": M, "alpha": alpha, "beta": beta}
_GAME = {"g": g, "D": D, **_CUTOFF, "H": H}
_SUSPICIOUS = (alpha, beta, q_1)
_CLEAN = (1 - alpha, 1 - beta, q_0)
_BETWEEN = (Lt(k, M),)  # and above 0, since a condition keeps the sign of its bound


def _cut(compliant: Math, violator: Math) -> Math:
    """The cut-off of a signal that the two kinds of lab send with these probabilities."""
    return compliant * k / (compliant * k + violator * (M - k))


def _gain(compliant: Math, violator: Math) -> Math:
    return q * violator * (M - k) - (1 - q) * compliant * k


def _named(case: tuple[Math, Math, Math]) -> tuple[Named, Named]:
    """Gain from auditing on a signal, and the cut-off, as letters."""
    compliant, violator, letter = case
    number = str(letter)[-1]
    gain = Named(_gain(compliant, violator), f"gain_{number}", rf"\Delta_{number}")
    return gain, Named(_cut(compliant, violator), str(letter), str(letter))


def _odds(chance: Math) -> Math:
    return chance / (1 - chance)


with evaluate(False):  # printed as written
    _MEANINGS = {q_1: _cut(alpha, beta), q_0: _cut(1 - alpha, 1 - beta)}
    _SUSPECT_PENALTY = beta * D


def _cutoff_steps(case: tuple[Math, Math, Math], sign: str) -> Iterator[Step]:
    compliant, violator, _ = case
    gain, star = _named(case)
    sent = q * violator + (1 - q) * compliant
    posterior = Named(q * violator / sent, "posterior", r"\Pr(V \mid s)")
    yield Step(
        "Before the signal is drawn, auditing on it returns $M$ with the probability that a violator sends "
        "it, and costs $k$ with the probability that anyone does.",
        Eq(gain, q * violator * M - sent * k),
    )
    yield Step(
        "It pays if the posterior of the signal exceeds $k/M$.",
        Eq(gain, sent * (posterior * M - k)),
    )
    yield Step(
        "At the cut-off the Governor is indifferent,", Eq(gain, 0), (Eq(q, _cut(compliant, violator)),)
    )
    yield Step("and its gain rises with defection.", Gt(Derivative(gain, q), 0), _BETWEEN)
    yield Step(
        "Odds. The odds of defection at the cut-off are those of the inspection game times the likelihood "
        "ratio of the signal.",
        Eq(_odds(star), k / (M - k) * (compliant / violator)),
    )
    yield Step(
        f"If the signal tells, $\\beta > \\alpha$, it lies {sign} that of the inspection game.",
        (Lt if sign == "below" else Gt)(star, k / M),
        (Gt(beta, alpha), *_BETWEEN),
    )
    yield Step("Statics. Costlier audits raise it,", Gt(Derivative(star, k), 0), _BETWEEN)
    yield Step("a larger return lowers it,", Lt(Derivative(star, M), 0), _BETWEEN)
    up, down = (Gt, Lt) if sign == "below" else (Lt, Gt)
    words = ("raise", "lowers") if sign == "below" else ("lower", "raises")
    yield Step(f"more false alarms {words[0]} it,", up(Derivative(star, alpha), 0), _BETWEEN)
    yield Step(
        f"a signal that finds more violators {words[1]} it.", down(Derivative(star, beta), 0), _BETWEEN
    )
    yield Step("Fine and gain do not move it.", Eq(Derivative(star, D), 0))


def _suspicious() -> Iterator[Step]:
    return _cutoff_steps(_SUSPICIOUS, "below")


def _clean() -> Iterator[Step]:
    return _cutoff_steps(_CLEAN, "above")


def _odds_steps() -> Iterator[Step]:
    star = Named(k / M, "q_star", "q^*")
    for case, ratio, gap in ((_SUSPICIOUS, alpha / beta, Lt), (_CLEAN, (1 - alpha) / (1 - beta), Gt)):
        _, cut = _named(case)
        yield Step("The odds at the cut-off are", Eq(_odds(cut), ratio * _odds(star)))
        words = "less" if gap is Lt else "more"
        yield Step(f"which is {words} than without the signal.", gap(ratio, 1), (Gt(beta, alpha),))


def _lab_value() -> Iterator[Step]:
    gain = Named(g - p_s * D, "gain_from_defecting", r"\Delta_L")
    yield Step("A violator is audited with probability $p_s$, so that defecting gains", Eq(gain, g - p_s * D))
    yield Step("which is nothing at $p_s = g/D$", Eq(gain, 0), (Eq(p_s, g / D),))
    yield Step("and less where audits are likelier.", Lt(gain, 0), (Gt(p_s, g / D), Lt(g, D)))


def _governor_value() -> Iterator[Step]:
    (first, _), (second, _) = _named(_SUSPICIOUS), _named(_CLEAN)
    payoff = Named(
        q * ((beta * pi_1 + (1 - beta) * pi_0) * (M - k) - H)
        - (1 - q) * (alpha * pi_1 + (1 - alpha) * pi_0) * k,
        "payoff",
        "U_G",
    )
    yield Step(
        r"The plan $(\pi_1, \pi_0)$ earns the Governor its gains from each signal, less the harm,",
        Eq(payoff, pi_1 * first + pi_0 * second - q * H),
    )
    yield Step("so that the best plan settles each signal by itself,", Eq(Derivative(payoff, pi_1), first))
    yield Step("by the sign of its gain.", Eq(Derivative(payoff, pi_0), second))
    yield Step("Auditing on both is auditing without a signal.", Eq(first + second, auditing()))


with evaluate(False):
    signal_cutoff_suspicious = Formula(
        name="signal_cutoff_suspicious",
        statement="The probability of defection from which on the Governor audits after a suspicious signal.",
        left="q_1",
        expr=Piecewise((none, Eq(alpha + beta, 0)), (0, Le(k, 0)), (1, Ge(k, M)), (_cut(alpha, beta), True)),
        function=signal_cutoffs,
        arguments=_CUTOFF,
        result="q_1",
        assumptions=(PAYOFFS,),
        source=("avenhaus", "bayes"),
        derive=_suspicious,
    )
    signal_cutoff_clean = Formula(
        name="signal_cutoff_clean",
        statement="The probability of defection from which on the Governor audits after a clean signal.",
        left="q_0",
        expr=Piecewise(
            (none, Eq(alpha + beta, 2)), (0, Le(k, 0)), (1, Ge(k, M)), (_cut(1 - alpha, 1 - beta), True)
        ),
        function=signal_cutoffs,
        arguments=_CUTOFF,
        result="q_0",
        assumptions=(PAYOFFS,),
        source=("avenhaus", "bayes"),
        derive=_clean,
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
        derive=_odds_steps,
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
        derive=_lab_value,
    )
    signal_governor_value = Formula(
        name="signal_governor_value",
        statement="What the Governor's best reply earns in the signal game: its payoff in every equilibrium.",
        left="V_G",
        expr=Max(0, _gain(alpha, beta)) + Max(0, _gain(1 - alpha, 1 - beta)) - q * H,
        function=signal_values,
        arguments={"q": q, "p_s": p_s, **_GAME},
        result="governor",
        assumptions=(PAYOFFS,),
        derive=_governor_value,
    )


def _equilibria() -> Iterator[Step]:
    (first, one), (second, two) = _named(_SUSPICIOUS), _named(_CLEAN)
    tells = (Gt(beta, alpha), *_BETWEEN)
    lab = Named(g - (beta * pi_1 + (1 - beta) * pi_0) * D, "gain_from_defecting", r"\Delta_L")
    none_, some, all_ = (Eq(pi_1, 0), Eq(pi_0, 0)), (Eq(pi_1, 1), Eq(pi_0, 0)), (Eq(pi_1, 1), Eq(pi_0, 1))
    yield Step(
        r"Best replies. The Governor audits after a suspicious signal as $q$ is above or below $q_1$, after "
        r"a clean one as it is above or below $q_0$, since its gains there rise with $q$.",
        Gt(Derivative(second, q), 0),
        _BETWEEN,
    )
    yield Step("A suspicious signal is audited first:", Lt(one, two), tells)
    yield Step("Below $q_1$ there are no audits, and the lab gains", Eq(lab, g), none_)
    yield Step("between the cut-offs only suspicion is audited, and it gains", Eq(lab, g - beta * D), some)
    yield Step("and above $q_0$ everything, and it gains", Eq(lab, g - D), all_)
    yield Step(
        r"The signal deters alone, $0 < g < \beta D$. Below $q_1$ the lab would defect, and above it would "
        "comply,",
        Lt(lab, 0),
        (*some, Lt(g, beta * D)),
    )
    yield Step("so that $q = q_1$, and the lab is indifferent.", Eq(lab, 0),
               (Eq(pi_1, g / (beta * D)), Eq(pi_0, 0)))  # fmt: skip
    yield Step(
        r"It does not, $\beta D < g < D$. Below $q_0$ the lab would defect,",
        Gt(lab, 0),
        (*some, Gt(g, beta * D)),
    )
    yield Step("above it would comply,", Lt(lab, 0), (*all_, Lt(g, D)))
    yield Step("so that $q = q_0$, and the lab is indifferent.", Eq(lab, 0),
               (Eq(pi_1, 1), Eq(pi_0, (g / D - beta) / (1 - beta))))  # fmt: skip
    yield Step("Ties. With $g = 0$ the lab is indifferent where there are no audits,", Eq(lab, 0),
               (Eq(g, 0), *none_))  # fmt: skip
    yield Step(r"with $g = \beta D$ where only suspicion is audited,", Eq(lab, 0),
               (Eq(g, beta * D), *some))  # fmt: skip
    yield Step("and with $g = D$ where everything is.", Eq(lab, 0), (Eq(g, D), *all_))
    yield Step(r"Edges. Without false alarms $q_1 = 0$: suspicion proves defection,", Eq(one, 0),
               (Eq(alpha, 0),))  # fmt: skip
    yield Step(r"and at $q = 0$ any $\pi_1$ is a best reply, since nothing is audited.", Eq(first, 0),
               (Eq(alpha, 0), Eq(q, 0)))  # fmt: skip
    yield Step(r"With $\beta = 1$ a clean signal proves compliance, $q_0 = 1$,", Eq(two, 1), (Eq(beta, 1),))
    yield Step(r"and at $q = 1$ any $\pi_0$ is a best reply.", Eq(second, 0), (Eq(beta, 1), Eq(q, 1)))
    value = Named(first - q * H, "V_G", "V_G")
    yield Step("Values. The lab gets nothing up to $g = D$. The Governor loses the harm at $q_1$,",
               Eq(value, -q * H), (Eq(q, _cut(alpha, beta)),))  # fmt: skip
    yield Step("and gets at $q_0$, as without a signal,", Eq(value, q * (M - H) - k),
               (Eq(q, _cut(1 - alpha, 1 - beta)),))  # fmt: skip


def _corner() -> Iterator[Step]:
    (first, _), (second, _) = _named(_SUSPICIOUS), _named(_CLEAN)
    text = "Where audits pay for themselves, $k < 0$, every signal is audited:"
    for gain in (first, second):
        yield Step(text, Gt(gain, 0), (Gt(-k, 0),))
        text = "and"
    text = "Where they cost more than they return, $k > M$, none is:"
    for gain in (first, second):
        yield Step(text, Lt(gain, 0), (Gt(k, M),))
        text = "and"
    text = "Free audits, $k = 0$, pay as soon as the lab may defect:"
    for gain in (first, second):
        yield Step(text, Gt(gain, 0), (Eq(k, 0), Gt(q, 0)))
        text = "and"
    text = "Audits that just return their cost, $k = M$, do not pay unless the lab is sure to defect:"
    for gain in (first, second):
        yield Step(text, Lt(gain, 0), (Eq(k, M), Lt(q, 1)))
        text = "and"
    yield Step("With $k = M = 0$ every plan is a best reply.", Eq(first, 0), (Eq(k, 0), Eq(M, 0)))
    yield Step(
        "A suspicious signal that compliant labs never send may be answered in any way where all comply:",
        Eq(first, 0),
        (Eq(alpha, 0), Eq(q, 0)),
    )
    yield Step("audits that are never carried out deter, whatever they would cost. If they just return it,",
               Eq(first, 0), (Eq(alpha, 0), Eq(k, M)))  # fmt: skip
    yield Step("a clean signal that violators never send is answered in any way where all defect,",
               Eq(second, 0), (Eq(beta, 1), Eq(q, 1)))  # fmt: skip
    yield Step("and, if audits are free, always.", Eq(second, 0), (Eq(beta, 1), Eq(k, 0)))


def _blind() -> Iterator[Step]:
    (first, _), (second, _) = _named(_SUSPICIOUS), _named(_CLEAN)
    text = "Both gains from auditing are a share of that in the inspection game:"
    for gain, share in ((first, beta), (second, 1 - beta)):
        yield Step(text, Eq(gain, share * auditing()), (Eq(alpha, beta),))
        text = "and"
    yield Step(
        "So the Governor replies to $q$ as it does there, and the lab to $p_s$ as there to $a$.",
        Eq(g - p_s * D, 0),
        (Eq(p_s, g / D),),
    )


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


_MAIN, _CORNER = tuple(_main_rows()), tuple(_corner_rows())
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
        cases=_MAIN,
        where={**_MEANINGS, t: g / D},
        function=signal,
        arguments=_GAME,
        assumptions=(PAYOFFS, _EXCHANGE),
        source=("avenhaus",),
        derive=_equilibria,
    )
    signal_equilibria_corner = Proposition(
        name="signal_equilibria_corner",
        statement="All equilibria of the signal game where audits pay for themselves, are free, or cost at "
        rf"least what they return, $k \le 0$ or $k \ge M$. {_ANY}",
        columns=_COLUMNS,
        cases=_CORNER,
        where={t: g / D},
        function=signal,
        arguments=_GAME,
        assumptions=(PAYOFFS, _EXCHANGE),
        derive=_corner,
    )
    signal_equilibria_blind = Proposition(
        name="signal_equilibria_blind",
        statement=r"If the signal says nothing, $\alpha = \beta$, the equilibria of the signal game are "
        "those of the inspection game with $p_s$ in the place of $a$: every $q$ and every plan for which "
        "$q$ and $p_s$ are an equilibrium there.",
        function=signal,
        arguments=_GAME,
        assumptions=(PAYOFFS,),
        derive=_blind,
    )
