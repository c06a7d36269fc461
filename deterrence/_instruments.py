"""The instruments of a Governor: what they are now, what they could be, and why they may not help."""

from __future__ import annotations

import functools
import math
import struct
import typing
import warnings
from dataclasses import dataclass, replace
from typing import Any

from deterrence._capacity_prediction import MOST_LABS, capacity_compliance, capacity_deters_fully
from deterrence._checks import ParameterWarning, field_types
from deterrence._condition import required
from deterrence._enforcement import Enforcement
from deterrence._game import Audit, CapMarket, Game
from deterrence._prediction import predict
from deterrence._worst_case import deters_fully


@dataclass(frozen=True)
class Instrument:
    """One quantity that a Governor can set.

    Its values are numbered in order, one integer for each value that there is: a search over the numbers
    ends at the very last value that will do.
    """

    name: str
    words: str
    article: str
    latex: str

    def now(self, game: Game) -> Any:
        """Its value in the game."""
        raise NotImplementedError

    def start(self, game: Game) -> Any:
        """The value from which the search for the least change starts."""
        return self.now(game)

    def best(self, game: Game) -> Any:
        """The value that deters most."""
        raise NotImplementedError

    def at(self, game: Game, value: Any) -> Game:
        """The game with the instrument set to a value."""
        raise NotImplementedError

    def number(self, value: Any) -> int:
        """The number of a value."""
        return int(value)

    def value(self, number: int) -> Any:
        """The value with a number."""
        return number

    def compliance(self, game: Game, value: Any) -> float:
        """Expected compliance rate with the instrument set to a value."""
        return predict(self.at(game, value)).compliance_rate.mean

    def deters_fully(self, game: Game, value: Any) -> bool:
        """Whether no market holds a violator with the instrument set to a value."""
        return deters_fully(self.at(game, value))

    def threshold(self, game: Game, gain: float) -> float | None:
        """The value at which the lab that fears punishment least just complies, if that has a formula."""
        return None

    def idle(self, game: Game) -> str:
        """Why it does nothing in the game, if it does nothing."""
        return ""


@dataclass(frozen=True)
class AuditInstrument(Instrument):
    """A parameter of the audit policy: one of the doubles within its bounds."""

    field: str

    def now(self, game: Game) -> float:
        return abs(getattr(game.audit, self.field))  # -0.0 is a 0 that has no number

    def best(self, game: Game) -> float:
        return self.most

    @functools.cached_property
    def most(self) -> float:
        """The upper bound of the parameter."""
        return float(typing.get_args(field_types(Audit)[self.field])[1].le)

    def at(self, game: Game, value: float) -> Game:
        with warnings.catch_warnings():  # the answer may be unusual; the question was not
            warnings.simplefilter("ignore", ParameterWarning)
            return replace(game, audit=replace(game.audit, **{self.field: value}))

    def number(self, value: float) -> int:
        return struct.unpack("<q", struct.pack("<d", value))[0]

    def value(self, number: int) -> float:
        return struct.unpack("<d", struct.pack("<q", number))[0]

    def threshold(self, game: Game, gain: float) -> float | None:
        value = required(self.name, Enforcement.of(game), gain).value
        return value if value is None or value <= self.most else None


class MoneyInstrument(AuditInstrument):
    """Fine or deposit."""

    def idle(self, game: Game) -> str:
        if Enforcement.of(game).p_eff == 0:
            return "a violator is never detected"
        most = Enforcement.of(self.at(game, self.most)).P
        if game.audit.liability_cap is not None and most <= Enforcement.of(game).P:
            return "a caught lab can be made to pay no more than its liability cap, and already is"
        return _fearless(game)


class RateInstrument(AuditInstrument):
    """Audit or backcheck probability."""

    def idle(self, game: Game) -> str:
        audit, e = game.audit, Enforcement.of(game)
        if e.P == 0:
            return "a caught lab loses nothing"
        if e.p_eff == 1:
            return "a violator is detected for certain already"
        if self.field == "high_prob" and audit.beta == 0:
            return "a violator never looks suspicious"
        if self.field == "base_prob" and audit.beta == 1:
            return "a violator always looks suspicious"
        if self.field == "false_negative_rate" and audit.high_prob == audit.base_prob:
            return "suspicious and clean signals are audited alike"
        return _fearless(game)


class SignalInstrument(RateInstrument):
    """The true-positive rate: a multiple of 2^-53, so that its complement, which the game holds, is exact."""

    def now(self, game: Game) -> float:
        return game.audit.beta

    def best(self, game: Game) -> float:
        # Where clean signals are audited more, a better signal moves violators to the lower rate.
        return 0.0 if game.audit.high_prob < game.audit.base_prob else 1.0

    def at(self, game: Game, value: float) -> Game:
        return super().at(game, 1.0 - value)

    def number(self, value: float) -> int:
        return int(value * 2.0**53)

    def value(self, number: int) -> float:
        return number * 2.0**-53

    def threshold(self, game: Game, gain: float) -> float | None:
        value = super().threshold(game, gain)
        rounded = math.floor if self.best(game) == 0 else math.ceil
        return None if value is None else self.value(rounded(value * 2.0**53))


class CapInstrument(Instrument):
    """The number of permits for sale."""

    def now(self, game: Game) -> int | None:
        return game.market.token_cap if isinstance(game.market, CapMarket) else None

    def best(self, game: Game) -> int:
        return max(game.n_agents, self.now(game) or 0)

    def at(self, game: Game, value: int) -> Game:
        return replace(game, market=CapMarket(token_cap=value))

    def idle(self, game: Game) -> str:
        if not isinstance(game.market, CapMarket):
            return "permits are sold without limit at a fixed price"
        if game.market.token_cap >= game.n_agents:
            return "there is a permit for every lab already"
        return ""


class CapacityInstrument(Instrument):
    """The number of audits that can be carried out in one turn: in a game as many as there are labs."""

    def now(self, game: Game) -> int | None:
        return game.n_agents if game.n_agents <= MOST_LABS else None

    def start(self, game: Game) -> int:
        return 0

    def best(self, game: Game) -> int:
        return game.n_agents

    def at(self, game: Game, value: int) -> Game:
        return game

    def compliance(self, game: Game, value: int) -> float:
        return capacity_compliance(game, capacity=value)

    def deters_fully(self, game: Game, value: int) -> bool:
        return capacity_deters_fully(game, value)

    def idle(self, game: Game) -> str:
        return f"it is worked out for at most {MOST_LABS} labs" if game.n_agents > MOST_LABS else ""


def _fearless(game: Game) -> str:
    risk = game.lab.risk_profile
    return "no lab fears punishment" if getattr(risk, "max", math.inf) == 0 else ""


INSTRUMENTS: dict[str, Instrument] = {
    tool.name: tool
    for tool in (
        MoneyInstrument("fine", "fine", "A", r"\phi", "penalty_amount"),
        RateInstrument("pi_1", "audit probability after a suspicious signal", "An", r"\pi_1", "high_prob"),
        RateInstrument("pi_0", "audit probability after a clean signal", "An", r"\pi_0", "base_prob"),
        SignalInstrument("beta", "true-positive rate of the signal", "A", r"\beta", "false_negative_rate"),
        RateInstrument("p_b", "backcheck probability", "A", "p_b", "backcheck_prob"),
        MoneyInstrument("collateral", "deposit", "A", "K", "collateral"),
        CapInstrument("token_cap", "permit cap", "A", "Q"),
        CapacityInstrument("audit_capacity", "audit capacity", "An", "M"),
    )
}
