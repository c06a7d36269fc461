"""Punishment."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Derivative, Eq, Gt, Le, Lt, Min, evaluate

from deterrence import _punishment as numeric
from deterrence.formulas._formula import Formula
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import K, L, R, W, lam, phi


def _collected_penalty() -> Iterator[Step]:
    money = collected_penalty.named
    yield Step("Below the cap all is collected.", Eq(money, K + phi), (Gt(L, K + phi),))
    yield Step("There more collateral adds to what is lost.", Eq(Derivative(money, K), 1), (Gt(L, K + phi),))
    yield Step(
        "Once the cap binds, more collateral adds nothing.", Eq(Derivative(money, K), 0), (Lt(L, K + phi),)
    )


def _posted_penalty() -> Iterator[Step]:
    money = posted_penalty.named
    yield Step(
        "Collateral adds one for one where the cap is slack.", Eq(Derivative(money, K), 1), (Gt(L, phi),)
    )
    yield Step("It does so where the cap binds, too.", Eq(Derivative(money, K), 1), (Lt(L, phi),))
    yield Step(
        "Where the cap binds it exceeds the capped form by the collateral.",
        Eq(money - collected_penalty.named, K),
        (Lt(L, phi),),
    )
    yield Step(
        "In between it is never smaller.",
        Eq(money - collected_penalty.named, (1 - lam) * K),
        (Eq(L, phi + lam * K),),
    )


def _recoverable_penalty() -> Iterator[Step]:
    money = recoverable_penalty.named
    yield Step(
        "Where the fine can be recovered in full, collateral adds one for one.",
        Eq(Derivative(money, K), 1),
        (Lt(phi, lam * (W - K)), Gt(W, K)),
    )
    yield Step(
        "Where it cannot, collateral adds the part of the wealth that recovery would miss.",
        Eq(Derivative(money, K), 1 - lam),
        (Gt(phi, lam * (W - K)), Gt(W, K)),
    )
    yield Step(
        "With full recovery the wealth is the liability cap, and binds",
        Eq(money, Min(K + phi, W)),
        (Eq(lam, 1), Gt(phi, W - K), Gt(W, K)),
    )
    yield Step("or not.", Eq(money, Min(K + phi, W)), (Eq(lam, 1), Lt(phi, W - K), Gt(W, K)))


def _punishment() -> Iterator[Step]:
    loss = punishment.named
    yield Step("Reputation lies outside the cap, slack", Eq(Derivative(loss, R), 1), (Gt(L, K + phi),))
    yield Step("or binding.", Eq(loss, L + R), (Lt(L, K + phi),))
    yield Step(
        "A larger fine deters more until the cap binds,",
        Eq(Derivative(loss, phi), 1),
        (Gt(L, K + phi),),
    )
    yield Step("and no more from there on.", Eq(Derivative(loss, phi), 0), (Lt(L, K + phi),))


with evaluate(False):  # printed as written
    collected_penalty = Formula(
        name="collected_penalty",
        statement="The money that a catch moves from the lab to the Governor.",
        left=r"\varphi",
        expr=Min(K + phi, L),
        function=numeric.collected_penalty,
        arguments={"fine": phi, "collateral": K, "liability_cap": L},
        assumptions=("The liability cap covers fine and collateral together.",),
        source=("shavell",),
        derive=_collected_penalty,
    )
    posted_penalty = Formula(
        name="posted_penalty",
        statement="The money lost on a catch if the collateral was posted in advance.",
        left=r"\varphi^{\mathrm{posted}}",
        expr=K + Min(phi, L),
        function=numeric.posted_penalty,
        arguments={"fine": phi, "collateral": K, "liability_cap": L},
        assumptions=("The liability cap covers only what is recovered after the catch.",),
        source=("shavell",),
        derive=_posted_penalty,
    )
    recoverable_penalty = Formula(
        name="recoverable_penalty",
        statement="The money lost on a catch if only part of the remaining wealth can be recovered.",
        left=r"\varphi^{\mathrm{recoverable}}",
        expr=K + Min(phi, lam * (W - K)),
        function=numeric.recoverable_penalty,
        arguments={"fine": phi, "collateral": K, "wealth": W, "recovery": lam},
        valid=(Le(K, W),),
        assumptions=("The collateral is paid out of the wealth.",),
        source=("shavell",),
        derive=_recoverable_penalty,
    )
    punishment = Formula(
        name="punishment",
        statement=(
            "What a caught lab loses, before its risk multiplier. The two other forms of limited liability "
            "replace the first term; the lab perceives $B = rP$, and never pays it."
        ),
        left="P",
        expr=Min(K + phi, L) + R,
        function=numeric.punishment,
        arguments={"fine": phi, "collateral": K, "liability_cap": L, "reputation": R},
        assumptions=("Loss of reputation is no transfer of money and lies outside the liability cap.",),
        source=("becker", "shavell"),
        derive=_punishment,
    )
