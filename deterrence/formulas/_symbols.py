"""The letters of the model as SymPy symbols, each with its LaTeX, meaning, unit and domain."""
# ruff: noqa: N816  (letters of the model keep their case)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from sympy import Interval, Naturals, Naturals0, Reals, S, Set, Symbol, oo

Math: TypeAlias = Any
"""A SymPy object. SymPy's own annotations do not say what its operators return."""


@dataclass(frozen=True)
class Variable:
    """One letter of the model.

    Attributes
    ----------
    symbol : sympy.Symbol
        Named as the keyword under which the functions of `deterrence` take it.
    latex, meaning, unit : str
        How it is written, what it says, and in what it is measured.
    domain : sympy.Set
        Values it may take.
    topic : str
        What it belongs to; two topics may write two things with the same letter.
    """

    symbol: Symbol
    latex: str
    meaning: str
    unit: str
    domain: Set
    topic: str


class _Kind(NamedTuple):
    unit: str
    domain: Math
    assumptions: dict[str, bool]


_PROBABILITY = _Kind("probability", Interval(0, 1), {"nonnegative": True})
_SHARE = _Kind("share", Interval(0, 1), {"nonnegative": True})
_MONEY = _Kind("money", Interval(0, oo), {"nonnegative": True})
_BALANCE = _Kind("money", Reals, {"real": True})
_RATIO = _Kind("ratio", Interval(0, oo), {"nonnegative": True})
_RATE = _Kind("probability", Reals, {"real": True})
_LABS = _Kind("labs", Naturals, {"integer": True, "positive": True})
_COUNT = _Kind("labs", Naturals0, {"integer": True, "nonnegative": True})
_MEAN = _Kind("labs", Interval(0, oo), {"nonnegative": True})
_CATCHES = _Kind("catches", Naturals0, {"integer": True, "nonnegative": True})
_UNIT_MONEY = _Kind("money", Interval(0, 1), {"nonnegative": True})
_CHECKS = _Kind("checks", Interval(0, oo), {"nonnegative": True})
_AUDITS = _Kind("audits", Naturals0, {"integer": True, "nonnegative": True})
_WEIGHT = _Kind("observations", Interval(0, oo), {"nonnegative": True})

glossary: dict[Symbol, Variable] = {}
"""Every letter, in the order of the table of symbols."""


class _Topic:
    """Makes the letters of one topic."""

    def __init__(self, title: str) -> None:
        self._title = title

    def __call__(self, name: str, latex: str, kind: _Kind, meaning: str) -> Math:
        symbol = Symbol(name, **kind.assumptions)
        if symbol in glossary:
            raise ValueError(f"{name} is taken")
        glossary[symbol] = Variable(symbol, latex, meaning, kind.unit, kind.domain, self._title)
        return symbol


_letter = _Topic("Enforcement")
pi_1 = _letter("pi_1", r"\pi_1", _PROBABILITY, "audit probability after a suspicious signal")
pi_0 = _letter("pi_0", r"\pi_0", _PROBABILITY, "audit probability after a clean signal")
alpha = _letter("alpha", r"\alpha", _PROBABILITY, "probability that a compliant lab's signal is suspicious")
beta = _letter("beta", r"\beta", _PROBABILITY, "probability that a violator's signal is suspicious")
p_b = _letter("p_b", "p_b", _PROBABILITY, "probability that an unaudited running lab is backchecked")
p_w = _letter("p_w", "p_w", _PROBABILITY, "probability that a violation no check found is reported")
p_m = _letter("p_m", "p_m", _PROBABILITY, "probability that metering shows a violation otherwise unseen")
p_s = _letter("p_s", "p_s", _PROBABILITY, "audit probability of a violator")
p_f = _letter("p_f", "p_f", _PROBABILITY, "audit probability of a compliant running lab")
p_eff = _letter("p_eff", r"p_{\mathrm{eff}}", _PROBABILITY, "probability that a violator is detected")
q_f = _letter("q_f", "q_f", _PROBABILITY, "probability that a compliant running lab is checked")
w = _letter("w", "w", _SHARE, "share of violators among the running labs")

_letter = _Topic("Punishment")
phi = _letter("phi", r"\phi", _MONEY, "fine")
K = _letter("K", "K", _MONEY, "collateral")
L = _letter("L", "L", _MONEY, "liability cap; infinite if there is none")
R = _letter("R", "R", _MONEY, "loss of reputation when caught")
W = _letter("W", "W", _MONEY, "wealth of a lab")
lam = _letter("lam", r"\lambda", _SHARE, "fraction of the remaining wealth that can be recovered")
P = _letter("P", "P", _MONEY, "punishment of a caught violator")
r = _letter("r", "r", _RATIO, "risk multiplier on the perceived punishment")
B = _letter("B", "B", _MONEY, "perceived punishment, $rP$")

_letter = _Topic("Compliance")
v = _letter("v", "v", _MONEY, "value of a training run")
c = _letter("c", "c", _MONEY, "cost of a training run")
p = _letter("p", "p", _MONEY, "permit price")
V = _letter("V", "V", _MONEY, "racing value of an unpermitted run")
g = _letter("g", "g", _BALANCE, "gain from running without a permit")
p_s_star = _letter("p_s_star", "p_s^*", _RATE, "audit probability that deters")

_letter = _Topic("Audit rules")
v_star = _letter("v_star", "v^*", _MONEY, "value of the marginal permit holder")
x = _letter("x", "x", _RATIO, r"deterrence ratio, $P\beta/(v^*-c)$")
pi = _letter("pi", r"\pi", _PROBABILITY, "an audit probability")
t = _letter("t", "t", _RATE, "audit rate that violators must face")

_letter = _Topic("Inspection games")
q = _letter("q", "q", _PROBABILITY, "probability that the lab defects")
audit = _letter("audit", "a", _PROBABILITY, "probability that the Governor audits")
M = _letter("M", "M", _MONEY, "what auditing a violator returns to the Governor")
k_audit = _letter("k_audit", "k", _BALANCE, "cost of an audit, net; negative if audits pay for themselves")
rho = _letter("rho", r"\rho", _PROBABILITY, "audit cost over its return, $k/M$")
precision = _letter("precision", r"\lambda", _RATIO, "precision of logit choice, per unit of money")

_letter = _Topic("Signal game")
q_1 = _letter("q_1", "q_1", _PROBABILITY, "defection at which an audit after a suspicious signal pays")
q_0 = _letter("q_0", "q_0", _PROBABILITY, "defection at which an audit after a clean signal pays")

_letter = _Topic("Commitment")
t_borne = _letter("t_borne", r"\bar t", _PROBABILITY, "largest audit rate that a violator bears")
t_tilde = _letter("t_tilde", r"\tilde t", _PROBABILITY, "audit rate that deters, if less than 1, else 0")
C_star = _letter("C_star", "C^*", _PROBABILITY, "audits per compliant lab of the cheapest deterrent")

_letter = _Topic("Market")
N = _letter("N", "N", _LABS, "labs")
Q = _letter("Q", "Q", _COUNT, "permits for sale")
kappa = _letter("kappa", r"\kappa", _SHARE, "permits per lab, $Q/N$")
a = _letter("a", "a", _MONEY, "least value of a run")
b = _letter("b", "b", _MONEY, "largest value of a run")
F = _letter("F", "F", _PROBABILITY, "distribution function of the values, at $y+c$")
u = _letter("u", "u", _PROBABILITY, "quantile of a lab's value")
D = _letter(
    "D", "D", _MONEY, r"expected punishment, $p_{\mathrm{eff}}P$; in games, the loss of an audited violator"
)
r0 = _letter("r0", "r_0", _RATIO, "least risk multiplier")
r1 = _letter("r1", "r_1", _RATIO, "largest risk multiplier")
u_hat = _letter("u_hat", r"\hat u", _PROBABILITY, r"quantile of the cut-off value $\hat v$")
j = _letter("j", "j", _COUNT, "number of violators")
y = _letter("y", "y", _BALANCE, "a value")
v_L = _letter("v_L", "v_L", _BALANCE, "cut-off value at the least risk multiplier")
v_H = _letter("v_H", "v_H", _BALANCE, "cut-off value at the largest risk multiplier")
v_p = _letter("v_p", "v_p", _MONEY, "value from which a lab buys at a fixed price")
v_bar = _letter("v_bar", r"\bar v", _MONEY, "$v_p$, moved into $[a,b]$")
sold = _letter("sold", "n", _COUNT, r"permits sold, $\min(Q,N)$")

_letter = _Topic("Aggregates")
n_P = _letter("n_P", "E[n_P]", _MEAN, "expected permit holders")
n_V = _letter("n_V", "E[n_V]", _MEAN, "expected violators")
penalty = _letter("penalty", r"\varphi", _MONEY, "money that a catch moves")
rents = _letter("rents", "S", _BALANCE, "expected rents of permit holders and violators")
checks = _letter("checks", "X", _CHECKS, "expected audits and backchecks")
H = _letter("H", "H", _MONEY, "harm of a violation")
k = _letter("k", "k", _MONEY, "cost of an audit or backcheck")

_letter = _Topic("Strategic bids and welfare")
rent = _letter("rent", "s", _BALANCE, "rent of a run, $v-c$")
ceiling = _letter("ceiling", "e", _BALANCE, r"most that a lab pays rather than cheat, $p_{\mathrm{eff}}rP-V$")
shared_ceiling = _letter(
    "shared_ceiling", "e", _MONEY, "the same, where all labs share it and would pay something"
)
rank = _letter("rank", "m", _COUNT, "rank of the price among the bids from below, $N-Q+1$")
bid = _letter("bid", "y", _BALANCE, "a bid")
v_marginal = _letter(
    "v_marginal", r"\tilde v", _BALANCE, "value or cut-off value that goes with the marginal bid"
)
v_end = _letter(
    "v_end", r"\check v", _BALANCE, r"$\tilde v$, or the cost if that is more, moved into $[v_L, v_H]$"
)
revenue = _letter("revenue", "T", _MONEY, "expected payments for permits")
penalties = _letter("penalties", "Z", _MONEY, "expected payments of labs that are caught")
h_loser = _letter(
    "h_loser", "h", _PROBABILITY, "probability that a lab without a permit violates, given the price"
)
h_mean = _letter("h_mean", "E[h]", _PROBABILITY, "mean probability that a lab without a permit violates")
h_corr = _letter(
    "h_corr", r"\rho", _PROBABILITY, "correlation of the violations of two labs without a permit"
)
unbought = _letter("unbought", "F(v_p)", _SHARE, "share of labs that do not buy at a fixed price")

_letter = _Topic("Audit capacity")
violators = _letter("violators", "n", _LABS, "violators")
compliers = _letter("compliers", "C", _COUNT, "compliant running labs")
capacity = _letter("capacity", "M", _AUDITS, "audits that can be carried out")
unpermitted = _letter("unpermitted", "m", _LABS, "labs without a permit")
p_s_n = _letter("p_s_n", "p_s(n)", _PROBABILITY, "audit probability of one of $n$ violators")
deterrent = _letter("deterrent", "t", _RATE, "detection probability from which a lab complies, $g/B$")
p_eff_1 = _letter(
    "p_eff_1", r"p_{\mathrm{eff}}(1)", _PROBABILITY, "detection probability of the only violator"
)
p_eff_m = _letter(
    "p_eff_m",
    r"p_{\mathrm{eff}}(m)",
    _PROBABILITY,
    "detection probability if all labs without a permit violate",
)
violator_share = _letter("violator_share", "x", _SHARE, "violators per lab")
capacity_share = _letter("capacity_share", r"\mu_c", _RATIO, "audits that can be carried out, per lab")
running_share = _letter("running_share", r"\gamma", _SHARE, "compliant running labs, per lab")
unpermitted_share = _letter("unpermitted_share", r"\mu", _SHARE, "labs without a permit, per lab")
t_least = _letter("t_least", "t_0", _RATE, "least detection probability from which a lab complies")
t_most = _letter("t_most", "t_1", _RATE, "largest detection probability from which a lab complies")
t_prime = _letter("t_prime", "t'", _RATE, "audit probability that deters, backchecks being what they are")
mu_lo = _letter("mu_lo", r"\mu_{lo}", _RATIO, "capacity from which full compliance is an equilibrium")
mu_hi = _letter("mu_hi", r"\mu_{hi}", _RATIO, "capacity below which mass defection is an equilibrium")

_letter = _Topic("Repeated enforcement")
p_1 = _letter("p_1", "p_1", _PROBABILITY, "probability of an inspection in group 1")
F_1 = _letter("F_1", "F_1", _MONEY, "fine in group 1")
p_2 = _letter("p_2", "p_2", _PROBABILITY, "probability of an inspection in group 2, of labs caught before")
F_2 = _letter("F_2", "F_2", _MONEY, "fine in group 2")
release = _letter("release", "u", _PROBABILITY, "probability that an inspected complier leaves group 2")
delta = _letter("delta", r"\delta", _SHARE, "discount factor")
n_star = _letter("n_star", "n^*", _CATCHES, "catches until a lab is deterred for good")
R_0 = _letter("R_0", "R_0", _MONEY, "loss of reputation at the first catch")
f = _letter("f", "f", _RATIO, "growth of the loss of reputation with each catch")
e = _letter("e", "e", _RATIO, "what a catch adds to the audit coefficient")
decay = _letter("decay", "d", _SHARE, "share of the excess coefficient lost in each step")
c_0 = _letter("c_0", "c_0", _RATIO, "audit coefficient without any catch")
theta_0 = _letter("theta_0", r"\theta_0", _PROBABILITY, "catch probability at coefficient 0")
theta_1 = _letter("theta_1", r"\theta_1", _RATIO, "catch probability per unit of the coefficient")
q_bar = _letter("q_bar", r"\bar q", _PROBABILITY, "ceiling of the catch probability")
q_least = _letter("q_least", "q_0", _RATIO, r"catch probability without excess, $\theta_0 + \theta_1 c_0$")
q_mean = _letter("q_mean", "q", _PROBABILITY, "mean catch probability")
q_most = _letter("q_most", "q_S", _PROBABILITY, "catch probability at the largest excess")
x_max = _letter("x_max", "S", _RATIO, "supremum of the excess coefficient")
n_row = _letter("n_row", "n", _CATCHES, "catches in a row from no excess to compliance")
x_bar = _letter("x_bar", r"\bar x", _RATIO, "excess coefficient from which a lab complies")
x_0 = _letter("x_0", "x_0", _RATIO, "excess coefficient")

_letter = _Topic("Splitting a run")
benefit = _letter("benefit", "b", _UNIT_MONEY, "benefit of the run")
detection = _letter("detection", "d", _PROBABILITY, "probability that an audit detects")
sanction = _letter("sanction", "F", _UNIT_MONEY, "fine")
split_cost = _letter("split_cost", r"\chi", _UNIT_MONEY, "cost of splitting the run")
coordination = _letter(
    "coordination", r"\varsigma", _SHARE, "share of the detection that is left after a split"
)

_letter = _Topic("Learning")
a_0 = _letter("a_0", "a_0", _WEIGHT, "prior weight of detection")
b_0 = _letter("b_0", "b_0", _WEIGHT, "prior weight of no detection")
t_stop = _letter("t_stop", "t", _RATE, "detection probability that deters, $g/B$")
shortfall = _letter("shortfall", "h", _BALANCE._replace(unit="catches"), "what the prior falls short of")
lundberg = _letter("lundberg", r"\theta", _RATIO, "Lundberg's exponent")
step = _letter("step", r"\eta", _RATIO, "length of a step, per unit of money")
up = _letter("up", r"\Delta_+", _PROBABILITY, "step up after a defection or catch")
down = _letter("down", r"\Delta_-", _PROBABILITY, "step down after none")
pi_lc = _letter("pi_lc", r"\pi_1^{\mathrm{lc}}", _PROBABILITY, "least-cost deterrent")
pi_c = _letter("pi_c", r"\pi_c", _RATIO, "audit probability below which enforcement collapses")
eps = _letter("eps", r"\epsilon", _SHARE, "defection rate that is aimed at")

none = S.NaN
"""What a formula says where no such value exists."""
