"""Labs that learn from their own record."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Derivative,
    Eq,
    Ge,
    Gt,
    Interval,
    Le,
    Lt,
    Piecewise,
    Rational,
    S,
    Symbol,
    ceiling,
    evaluate,
    exp,
    log,
    oo,
)

from deterrence.formulas._formula import Formula
from deterrence.formulas._printing import Named
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import (
    Math,
    a_0,
    b_0,
    lundberg,
    p_eff,
    q_f,
    shortfall,
    t_stop,
    w,
)
from deterrence.games import _learning

_INSIDE = (Lt(t_stop, 1),)
_LEARNS = "The lab is myopic, and learns from its own violations alone, from a Beta prior."


def _growth() -> Named:
    """Mean factor by which a violation multiplies e to the power theta times the excess."""
    caught = p_eff * exp(lundberg * (1 - t_stop))
    return Named(caught + (1 - p_eff) * exp(-lundberg * t_stop), "m(theta)", r"m(\theta)")


def _root() -> Math:
    """The condition that the exponent is Lundberg's, solved for the detection probability."""
    return Eq(p_eff, (exp(lundberg * t_stop) - 1) / (exp(lundberg) - 1))


def _stopping_probability() -> Iterator[Step]:
    n, k, o = Symbol("n", integer=True), Symbol("k", integer=True), Symbol("o", nonnegative=True)
    tilted = Named(p_eff * exp(lundberg * (1 - t_stop)), "p'", "p'")
    yield Step(
        "After $n$ violations with $k$ catches the lab stops if and only if the excess $S = k - tn$ is at "
        "least $h$.",
        Eq(a_0 + k - t_stop * (a_0 + b_0 + n), (k - t_stop * n) - shortfall),
        (Eq(shortfall, t_stop * (a_0 + b_0) - a_0),),
    )
    yield Step(
        "The excess is a random walk. Its mean step decides whether it must reach $h$: by the strong law it "
        "does for $p_{\\mathrm{eff}} > t$, and at $p_{\\mathrm{eff}} = t$ by oscillation.",
        Eq(p_eff * (1 - t_stop) + (1 - p_eff) * (-t_stop), p_eff - t_stop),
    )
    yield Step(
        r"If $p_{\mathrm{eff}} < t$ consider the mean $m(\theta)$ of $e^{\theta X}$ over one step $X$. It "
        "falls at 0,",
        Eq(Derivative(_growth(), lundberg), p_eff - t_stop),
        (Eq(lundberg, 0),),
    )
    yield Step("and is convex,", Gt(Derivative(_growth(), (lundberg, 2)), 0), _INSIDE)
    yield Step(
        "so that it is 1 again at just one $\\theta > 0$, Lundberg's exponent, which belongs to this "
        "detection probability.",
        Eq(_growth(), 1),
        (_root(),),
    )
    yield Step(
        r"Let catches have the probability $p' = p_{\mathrm{eff}} e^{\theta(1-t)}$ instead, and misses",
        Eq(1 - tilted, (1 - p_eff) * exp(-lundberg * t_stop)),
        (_root(),),
    )
    yield Step(
        r"Then the mean step is the slope of $m$ at $\theta$, which is positive: the walk reaches $h$.",
        Eq(Derivative(_growth(), lundberg), tilted - t_stop),
        (_root(),),
    )
    yield Step(
        "A path with $k$ catches in $n$ violations was less likely by a factor that depends on its end "
        "alone.",
        Eq((p_eff / tilted) ** k * exp(lundberg * t_stop) ** (n - k), exp(-lundberg * (k - t_stop * n))),
    )
    yield Step(
        r"Hence the probability is the mean of $e^{-\theta S}$ at the stop under $p'$. The last catch adds "
        "$1 - t$ to an excess below $h$, so that $S = h + o$ with $0 \\le o < 1 - t$,",
        Eq(exp(-lundberg * (shortfall + o)), exp(-lundberg * shortfall) * exp(-lundberg * o)),
    )
    yield Step(
        "and the bounds follow at $o = 0$ and $o = 1 - t$, for the mean falls in $o$.",
        Le(Derivative(exp(-lundberg * o), o), 0),
    )


def _even_odds() -> Iterator[Step]:
    m = Symbol("m", integer=True, positive=True)
    even = (Eq(lundberg, 2 * log((1 - p_eff) / p_eff)), Eq(t_stop, Rational(1, 2)))
    yield Step(
        "At $t = 1/2$ Lundberg's exponent is known.",
        Eq(_growth(), 1),
        even,
    )
    yield Step(
        "The prior falls short by half the difference of its weights.",
        Eq(2 * (t_stop * (a_0 + b_0) - a_0), b_0 - a_0),
        (Eq(t_stop, Rational(1, 2)),),
    )
    yield Step(
        "The excess moves by halves, and stops at the first of them that is at least $h$, without "
        "overshoot: at $m/2$ with $m = \\lceil 2h \\rceil$. So Lundberg's inequality is an equation.",
        Eq(exp(-lundberg * m / 2), (p_eff / (1 - p_eff)) ** m),
        (even[0],),
    )


def _expected_violations() -> Iterator[Step]:
    n, S_n = Symbol("n", integer=True), Symbol("S", real=True)
    drift = p_eff - t_stop
    yield Step(
        "The excess $S$ less its mean after $n$ violations is a martingale.",
        Eq(
            p_eff * (S_n + 1 - t_stop) + (1 - p_eff) * (S_n - t_stop) - drift * (n + 1),
            S_n - drift * n,
        ),
    )
    yield Step(
        r"At the stop $S = h + o$ with an overshoot $0 \le o < 1 - t$, so that by Wald's identity the "
        r"expected number of violations is $(h + E[o])/(p_{\mathrm{eff}} - t)$, within bounds this far "
        "apart.",
        Eq((shortfall + 1 - t_stop) / drift - shortfall / drift, (1 - t_stop) / drift),
    )
    yield Step(
        "Better enforcement is learnt sooner.",
        Lt(Derivative(shortfall / (p_eff - t_stop), p_eff), 0),
        (Gt(shortfall, 0), Lt(t_stop, p_eff)),
    )


def _pooled_estimate() -> Iterator[Step]:
    estimate = pooled_estimate.named
    yield Step("It misses detection by", Eq(estimate - p_eff, -(1 - w) * (p_eff - q_f)))
    yield Step(
        "which is too little where violators are checked more,", Lt(estimate, p_eff), (Lt(q_f, p_eff),)
    )
    yield Step("and the less of its runs are permitted, the better.", Gt(Derivative(estimate, w), 0),
               (Lt(q_f, p_eff),))  # fmt: skip
    yield Step("A lab that violates only learns the truth.", Eq(estimate, p_eff), (Eq(w, 1),))


with evaluate(False):  # printed as written
    _h = {shortfall: t_stop * (a_0 + b_0) - a_0}
    _bounds = Interval(exp(-lundberg * (shortfall + 1 - t_stop)), exp(-lundberg * shortfall))
    stopping_probability = Proposition(
        name="stopping_probability",
        statement=(
            "A lab believes that the probability of detection is Beta distributed with weights $a_0$ and "
            "$b_0$, learns from its own violations alone, and violates as long as its estimate is below "
            r"$t = g/B$. It ever stops with the probability in the table, where $\theta > 0$ solves "
            r"$p_{\mathrm{eff}} e^{\theta(1-t)} + (1-p_{\mathrm{eff}}) e^{-\theta t} = 1$. Stopping is for "
            r"good. Where $p_{\mathrm{eff}} < t$ it is an error, and limited learning raises compliance."
        ),
        columns=(r"\Pr(stops)",),
        cases=(
            Case((Le(shortfall, 0),), (S.One,)),
            Case((Gt(shortfall, 0), Ge(t_stop, 1)), (S.Zero,)),
            Case((Gt(shortfall, 0), Lt(t_stop, 1), Ge(p_eff, t_stop)), (S.One,)),
            Case((Gt(shortfall, 0), Lt(t_stop, 1), Eq(p_eff, 0)), (S.Zero,)),
            Case((Gt(shortfall, 0), Lt(t_stop, 1), Lt(p_eff, t_stop), Gt(p_eff, 0)), (_bounds,)),
        ),
        where=_h,
        function=_learning.stopping,
        arguments={"p_eff": p_eff, "t": t_stop, "a_0": a_0, "b_0": b_0},
        result="probability",
        assumptions=(
            "The lab is myopic. A lab that complies does not run and learns nothing.",
            "Gain and punishment are constant. A tie complies.",
        ),
        source=("rothschild", "fudenberg", "asmussen"),
        derive=_stopping_probability,
    )
    stopping_even_odds = Formula(
        name="stopping_even_odds",
        statement="The probability that a Bayesian lab stops for good, if detection of one in two deters it.",
        left=r"\Pr(\text{ever stops})",
        expr=Piecewise(
            (1, Le(b_0, a_0)),
            (1, Ge(p_eff, Rational(1, 2))),
            ((p_eff / (1 - p_eff)) ** ceiling(b_0 - a_0), True),
        ),
        function=_learning.stopping,
        arguments={"p_eff": p_eff, "t": Rational(1, 2), "a_0": a_0, "b_0": b_0},
        result="probability",
        assumptions=(_LEARNS, "The detection probability that deters is $t = 1/2$."),
        source=("asmussen",),
        derive=_even_odds,
    )
    expected_violations = Proposition(
        name="expected_violations",
        statement=(
            "The expected number of violations until a Bayesian lab stops lies between the bounds in the "
            "table."
        ),
        columns=("E[violations]",),
        cases=(
            Case((Le(shortfall, 0),), (S.Zero,)),
            Case(
                (Gt(shortfall, 0), Lt(t_stop, 1), Gt(p_eff, t_stop)),
                (Interval(shortfall / (p_eff - t_stop), (shortfall + 1 - t_stop) / (p_eff - t_stop)),),
            ),
            Case((Gt(shortfall, 0), Le(p_eff, t_stop)), (oo,)),
        ),
        where=_h,
        function=_learning.stopping,
        arguments={"p_eff": p_eff, "t": t_stop, "a_0": a_0, "b_0": b_0},
        result="violations",
        assumptions=(_LEARNS,),
        source=("asmussen",),
        derive=_expected_violations,
    )
    pooled_estimate = Formula(
        name="pooled_estimate",
        statement=(
            "The long-run estimate of a lab that takes the share of its runs that were checked, permitted "
            "ones included, for the probability that a violation is detected. Where it is below $t = g/B$ "
            r"and $p_{\mathrm{eff}}$ is not, the error confirms itself."
        ),
        left=r"\hat p",
        expr=w * p_eff + (1 - w) * q_f,
        function=_learning.pooled_estimate,
        arguments={"w": w, "q_f": q_f, "p_eff": p_eff, "t": t_stop},
        result="limit",
        assumptions=("A share $w$ of its runs are violations.",),
        source=("fudenberg",),
        derive=_pooled_estimate,
    )
