"""What formulas and propositions share: a statement, what it rests on, why it holds, and its function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import sympy
from sympy import evaluate

from deterrence.formulas._printing import plain, plain_text, spelled_out
from deterrence.formulas._sources import sources
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import Math, Variable, glossary


@dataclass(frozen=True, eq=False, kw_only=True)
class Result:
    r"""One result of the theory: a `Formula` or a `Proposition`.

    Attributes
    ----------
    name : str
        Name in the registry.
    statement : str
        What it says, in a sentence, with formulas between dollars.
    where : mapping of sympy.Symbol to sympy.Expr
        Letters that stand for longer expressions.
    function : callable
        The public function of `deterrence` that computes it.
    arguments : mapping of str to sympy.Expr
        What `function` is given, by keyword; if empty, each symbol under its own name. A function of
        whole games is given the game alone.
    result : str
        Attribute of what `function` returns that holds the answer; empty if it returns the answer.
    valid : tuple of sympy.Relational
        Relations between its symbols that it needs.
    assumptions : tuple of str
        What else it rests on.
    source : tuple of str
        Keys of the bibliography; empty if it is derived here.
    derive : callable
        Makes the steps of its derivation.
    """

    name: str
    statement: str
    where: Mapping[Any, Math] = field(default_factory=dict)
    function: Callable[..., Any]
    arguments: Mapping[str, Math] = field(default_factory=dict)
    result: str = ""
    valid: tuple[Math, ...] = ()
    assumptions: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    derive: Callable[[], Iterable[Step]]

    def meant(self, expr: Math) -> Math:
        """An expression in the symbols that the function takes, without the letters of `where`."""
        expr = spelled_out(expr)
        for letter, meaning in self.where.items():
            expr = expr.xreplace({letter: meaning})
        return expr

    @cached_property
    def symbols(self) -> tuple[Variable, ...]:
        """The letters it depends on, in the order of the glossary."""
        free = self._free().union(*(e.free_symbols for e in self.arguments.values()))
        return tuple(variable for symbol, variable in glossary.items() if symbol in free)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Its derivation."""
        with evaluate(False):  # claims are shown as they are written, and evaluated by `verify`
            return tuple(self.derive())

    def numeric(self, *game: Any, **values: Any) -> Any:
        """Compute the answer for a game, or for values of its symbols, floats or arrays.

        Parameters
        ----------
        *game : Game
            Where the function takes a game, as `predict` does.
        **values : float or array
            By the names of `symbols`; those for which the function has a default may be left out.

        Returns
        -------
        float, None, array or object
            What the function of `deterrence` returns: None, in arrays NaN, for a threshold that does not
            exist.

        Raises
        ------
        ParameterError
            If a value is out of range.
        TypeError
            If a needed value is missing or an unknown one is given.
        """
        given = values
        if self.arguments:
            unknown = values.keys() - {variable.symbol.name for variable in self.symbols}
            if unknown:
                raise TypeError(f"{self.name} does not depend on {', '.join(sorted(unknown))}")
            given = {key: take(values) for key, take in self._takers.items() if take.fits(values)}
        result = self.function(*game, **given)
        return getattr(result, self.result) if self.result else result

    def __call__(self, *game: Any, **values: Any) -> Any:
        """Compute the answer; the same as `numeric`."""
        return self.numeric(*game, **values)

    @cached_property
    def _takers(self) -> dict[str, _Argument]:
        return {key: _Argument(expr) for key, expr in self.arguments.items()}

    @property
    def twin(self) -> str:
        """How the function of `deterrence` is called, as text."""
        function, first = self.function, ()
        if isinstance(function, partial):
            function, first = function.func, tuple(map(repr, function.args))
        named = self.arguments or {v.symbol.name: v.symbol for v in self.symbols}
        room = "games." if function.__module__.startswith("deterrence.games") else ""
        given = [*first, *(f"{key}={plain(e)}" for key, e in named.items())]
        given = given or inspect.signature(function).parameters  # no letters, but perhaps a game
        call = f"{room}{function.__name__}({', '.join(given)})"
        return f"{call}.{self.result}" if self.result else call

    def latex(self) -> str:
        """LaTeX of the result, to stand in a displayed equation; needs amsmath."""
        raise NotImplementedError

    def derivation(self) -> str:
        """Return the derivation as readable text, one numbered step after the other."""
        where = [f"  with {plain(letter)} = {plain(e)}" for letter, e in self.where.items()]
        head = [*self._plain(), *where, plain_text(self.statement)]
        head += [f"Valid for {', '.join(map(plain, self.valid))}."] if self.valid else []
        head += [f"Assumes: {plain_text(assumption)}" for assumption in self.assumptions]
        number = 0
        for step in self.steps:
            number += step.opens
            head.append(f"{number:2}. {step}" if step.opens else f"    {step}")
        return "\n".join([*head, self._cited])

    @property
    def _cited(self) -> str:
        return "Source: " + (" ".join(sources[key] for key in self.source) or "derived here.")

    def derivation_latex(self) -> str:
        """Return the derivation as a LaTeX list; needs amsmath."""
        items = [rf"\item {step.latex()}" if step.opens else step.latex() for step in self.steps]
        return "\n".join([r"\begin{enumerate}", *items, r"\end{enumerate}"])

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"

    def _free(self) -> set[Any]:
        """Symbols of what it says."""
        raise NotImplementedError

    def _plain(self) -> list[str]:
        """What it says, as lines of text."""
        raise NotImplementedError


class _Argument:
    """One argument of a numeric function as a function of the values of symbols."""

    def __init__(self, expr: Math) -> None:
        self._symbols = sorted(expr.free_symbols, key=str)
        self._names = [symbol.name for symbol in self._symbols]
        self._compute = None if expr.is_Symbol else sympy.lambdify(self._symbols, expr, modules="math")

    def fits(self, values: Mapping[str, Any]) -> bool:
        return all(name in values for name in self._names)

    def __call__(self, values: Mapping[str, Any]) -> Any:
        taken = [values[name] for name in self._names]
        return taken[0] if self._compute is None else self._compute(*taken)
