"""What it would take: the answer of `require`, in words and in LaTeX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deterrence._game import Game
from deterrence._instruments import INSTRUMENTS


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """The least change of one instrument that reaches a target compliance; ``print`` it to read it.

    Attributes
    ----------
    game : Game
        The game that was asked about.
    by : str
        The instrument that may change.
    target : float, in [0, 1]
        The compliance to be reached; 1 is full deterrence.
    current : float, int or None
        What the instrument is now; None where the game has no such instrument.
    value : float, int or None
        What it must be: the value nearest to the current one that reaches the target, or None.
    reason : str
        Why there is none; empty where there is one.
    compliance : float, in [0, 1]
        Expected compliance rate at the answer; where there is none, the most that can be reached.
    compliance_now : float, in [0, 1]
        Expected compliance rate as things are.
    """

    game: Game
    by: str
    target: float
    current: Any
    value: Any
    reason: str
    compliance: float
    compliance_now: float

    @property
    def change(self) -> Any:
        """What must be added to the current value; None where nothing will do."""
        return None if self.value is None else self.value - self.current

    @property
    def side(self) -> str:
        """``"at least"``, or ``"at most"`` where the instrument must fall."""
        falls = INSTRUMENTS[self.by].best(self.game) < self.current if self.current is not None else False
        return "at most" if falls else "at least"

    @property
    def game_at(self) -> Game | None:
        """The game with the instrument set to the answer; None where there is none.

        A game sets no limit to its audits, so that the answer for the audit capacity leaves it as it is.
        """
        return None if self.value is None else INSTRUMENTS[self.by].at(self.game, self.value)

    def __str__(self) -> str:
        if self.value is None:
            return self._denial(f"no {INSTRUMENTS[self.by].words}")
        if self._is_met:
            return f"{self.by} = {self.value:.6g} reaches {_goal(self.target)} as it is"
        now = "unlimited" if self.by == "audit_capacity" else f"{self.current:.6g}"
        return f"{self.by} {self.side} {self.value:.6g} (now {now}) {self._gain()}"

    def latex(self) -> str:
        """The answer as a sentence, in LaTeX.

        Returns
        -------
        str
            One sentence of plain text and inline formulas.
        """
        tool = INSTRUMENTS[self.by]
        if self.value is None:
            sentence = self._denial(f"No {tool.words} ${tool.latex}$")
        else:
            answer = f"${tool.latex} = {_number(self.value)}$"
            now = "unlimited" if self.by == "audit_capacity" else f"${_number(self.current)}$"
            sentence = f"{tool.article} {tool.words} of {self.side} {answer} (now {now}) {self._gain()}"
            if self._is_met:
                sentence = f"The {tool.words} {answer} reaches {_goal(self.target)} as it is"
        return sentence.replace("%", r"\%") + "."

    @property
    def _is_met(self) -> bool:
        """Whether nothing needs to change; an unlimited number of audits always could."""
        return self.change == 0 and self.by != "audit_capacity"

    def _denial(self, nothing: str) -> str:
        if self.current is None:
            return f"{nothing} is at hand: {self.reason}"
        return f"{nothing} reaches {_goal(self.target)}: {self.reason}"

    def _gain(self) -> str:
        if self.by == "audit_capacity":
            return f"keeps {_goal(self.target)}"
        now = percent(self.compliance_now)
        instead = f"an expected compliance of {now}" if self.target == 1 else now
        return f"reaches {_goal(self.target)} instead of {instead}"

    def _repr_latex_(self) -> str:
        return self.latex()


def _goal(target: float) -> str:
    return "full deterrence" if target == 1 else f"an expected compliance of {percent(target)}"


def percent(share: float) -> str:
    return f"{100 * share:.6g}%"


def _number(x: float) -> str:
    """Six digits of a number, in LaTeX."""
    mantissa, _, exponent = f"{x:.6g}".partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa
