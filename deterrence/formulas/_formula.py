"""A formula: mathematics, number and claim in one object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from deterrence.formulas._printing import Named, latex, plain
from deterrence.formulas._result import Result
from deterrence.formulas._symbols import Math


@dataclass(frozen=True, eq=False, kw_only=True)
class Formula(Result):
    r"""One formula of the theory, with what every `Result` has.

    Call it to get its number; ``formula(...)`` is the function of `deterrence` that stands behind it.

    Attributes
    ----------
    left : str
        LaTeX of its left side.
    expr : sympy.Expr
        Its right side.

    Examples
    --------
    >>> from deterrence import formulas
    >>> formulas.least_cost_pi_1(P=2.0, beta=0.5, v_star=1.0, c=0.25)
    0.75
    >>> print(formulas.audit_rate.latex())
    p_s = \beta \pi_1 + \left(1 - \beta\right) \pi_0
    """

    left: str
    expr: Math

    @cached_property
    def expanded(self) -> Math:
        """The right side in the symbols that the function takes, without the letters of `where`."""
        return self.meant(self.expr)

    @property
    def named(self) -> Named:
        """The right side, written as the left side: what the steps of derivations are about."""
        return Named(self.expr, self.name, self.left)

    def latex(self) -> str:
        """LaTeX of the formula, to stand in a displayed equation; needs amsmath."""
        if not self.where:
            return f"{self.left} = {latex(self.expr)}"
        lines = [f"{self.left} &= {latex(self.expr)}"]
        lines += [f"{latex(letter)} &= {latex(meaning)}" for letter, meaning in self.where.items()]
        return r"\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}"

    def _free(self) -> set[Any]:
        return set(self.expanded.free_symbols)

    def _plain(self) -> list[str]:
        return [f"{self.name} = {plain(self.expr)}"]
