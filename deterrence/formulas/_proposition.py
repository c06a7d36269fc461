"""A proposition: a statement that is proved, with a table of cases where it has cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sympy

from deterrence.formulas._printing import latex, plain, plain_text
from deterrence.formulas._result import Result
from deterrence.formulas._symbols import Math


@dataclass(frozen=True, eq=False)
class Case:
    """One row of a table of cases.

    Attributes
    ----------
    when : tuple of sympy.Relational
        Conditions under which the row holds, all of them. Rows with the same conditions belong together:
        what they describe is their union.
    then : tuple of sympy.Expr or sympy.Set
        What holds then, one entry for each column of the table.
    """

    when: tuple[Math, ...]
    then: tuple[Math, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Proposition(Result):
    r"""One statement of the theory that is no single formula, with what every `Result` has.

    Call it to get the answer; ``proposition(...)`` is the function of `deterrence` that stands behind it.

    Attributes
    ----------
    columns : tuple of str
        LaTeX of the heads of the table, without the conditions; empty if there is no table.
    cases : tuple of Case
        The rows of the table.

    Examples
    --------
    >>> from deterrence import Audit, FixedPriceMarket, Game, LabPopulation, formulas
    >>> game = Game(
    ...     n_agents=100,
    ...     audit=Audit(high_prob=0.5, base_prob=0.0, false_positive_rate=0.1,
    ...                 false_negative_rate=0.0, penalty_amount=1.0),
    ...     market=FixedPriceMarket(fixed_price=0.75),
    ...     lab=LabPopulation(gross_value_min=0.0, gross_value_max=1.0),
    ... )
    >>> formulas.expected_violators.twin
    'predict(game).violations'
    >>> round(formulas.expected_violators(game).mean, 9)
    25.0
    """

    columns: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()

    def case(self, **values: float) -> list[Case]:
        """Rows of the table that hold at values of the symbols.

        Parameters
        ----------
        **values : float
            By the names of `symbols`.

        Returns
        -------
        list of Case
            One row, or the rows whose union it is; empty where the table says nothing.
        """
        at = {v.symbol: sympy.Rational(values[v.symbol.name]) for v in self.symbols}
        return [row for row in self.cases if all(self.meant(e).xreplace(at) == sympy.true for e in row.when)]

    def latex(self) -> str:
        """LaTeX of the table, an array to stand in a displayed equation; of the letters, if there is none."""
        if not self.cases:
            pairs = [f"{latex(letter)} &= {latex(meaning)}" for letter, meaning in self.where.items()]
            return r"\begin{aligned} " + r" \\ ".join(pairs) + r" \end{aligned}" if pairs else ""
        lines = [rf"\text{{if}} & {' & '.join(self.columns)} \\ \hline"]
        for condition, cells in self._rows():
            row = f"{condition} & {' & '.join(cells)} "
            lines.append(row + (r"\\[1ex]" if r"\frac" in row else r"\\"))
        text = "\n".join(lines)
        return rf"\begin{{array}}{{l{'c' * len(self.columns)}}} {text} \end{{array}}"

    def _repr_latex_(self) -> str:
        return super()._repr_latex_() if self.cases else self.statement

    def _rows(self) -> Iterator[tuple[str, list[str]]]:
        for condition, rows in groupby(self.cases, key=lambda row: r",\ ".join(map(latex, row.when))):
            for number, row in enumerate(rows):
                yield r"\text{and}" if number else condition, [latex(cell) for cell in row.then]

    def _free(self) -> set[Any]:
        parts = [part for row in self.cases for part in (*row.when, *row.then)]
        return set[Any]().union(*(self.meant(part).free_symbols for part in parts))

    def _plain(self) -> list[str]:
        lines = [self.name]
        for row in self.cases:
            said = "; ".join(
                f"{plain_text(f'${head}$')}: {plain(cell)}"
                for head, cell in zip(self.columns, row.then, strict=True)
            )
            lines.append(f"  if {', '.join(map(plain, row.when)) or 'always'}: {said}")
        return lines
