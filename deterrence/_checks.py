"""Bounds that are declared once, in a type, and the one error for values outside them."""

from __future__ import annotations

import dataclasses
import functools
import math
import numbers
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

import numpy as np
from annotated_types import Interval

Probability: TypeAlias = Annotated[float, Interval(ge=0, le=1)]
Money: TypeAlias = Annotated[float, Interval(ge=0, le=1e15)]
PositiveMoney: TypeAlias = Annotated[float, Interval(gt=0, le=1e15)]
Multiplier: TypeAlias = Annotated[float, Interval(ge=0, le=1e6)]
Number: TypeAlias = "float | np.ndarray[Any, np.dtype[np.float64]]"
"""What the functions of the theory take and return: a float, or an array of them."""


class Problem(NamedTuple):
    """One value that cannot be accepted: where it stands, what it is, why, and what may stand there."""

    field: str
    value: Any
    reason: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.field} = {_shown(self.value)}: {self.reason} (allowed: {self.allowed})"


class ParameterError(ValueError):
    """Input that the model does not accept.

    Attributes
    ----------
    problems : tuple of Problem
        Every problem found, each with ``field``, ``value``, ``reason`` and ``allowed``.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class ParameterWarning(UserWarning):
    """Input that is accepted, though it is rarely what was meant."""


def check_fields(instance: Any) -> None:
    """Check a dataclass instance against its annotations; store numbers as plain Python numbers.

    Raises
    ------
    ParameterError
        With every field out of bounds, and then every rule between fields that is broken.
    """
    problems: list[Problem] = []
    for name, hint in _hints(type(instance)).items():
        value = getattr(instance, name)
        problem = _field_problem(name, value, hint)
        if problem is None:
            object.__setattr__(instance, name, _plain(value, hint))
        else:
            problems.append(problem)
    rules = getattr(type(instance), "rules", None)
    if rules is not None:
        problems.extend(rules(vars(instance)))
    if problems:
        raise ParameterError(*problems)


def check_unit(**values: Any) -> None:
    """Require every named number or array to lie in [0, 1]."""
    for name, value in values.items():
        if type(value) is float and 0.0 <= value <= 1.0:
            continue
        _check_numbers(name, value, 0.0, 1.0, "a number in [0, 1]")


def check_nonnegative(**values: Any) -> None:
    """Require every named number or array to be finite and at least 0."""
    for name, value in values.items():
        if type(value) is float and 0.0 <= value < math.inf:
            continue
        _check_numbers(name, value, 0.0, _LARGEST, "a finite number >= 0")


def check_finite(**values: Any) -> None:
    """Require every named number or array to be finite."""
    for name, value in values.items():
        if type(value) is float and -math.inf < value < math.inf:
            continue
        _check_numbers(name, value, -_LARGEST, _LARGEST, "a finite number")


_LARGEST = float(np.finfo(np.float64).max)


def check_counts(minimum: int, **values: Any) -> None:
    """Require every named value to be an integer, or an array of integers, of at least `minimum`."""
    for name, value in values.items():
        array = np.asarray(value)
        good = array.dtype.kind in "iu" and bool(np.all(array >= minimum))
        if not good:
            raise ParameterError(Problem(name, value, "is not such a count", f"integers >= {minimum}"))


def _check_numbers(name: str, value: Any, low: float, high: float, allowed: str) -> None:
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise ParameterError(Problem(name, value, "is not a number", allowed))
    bad = ~((array >= low) & (array <= high))
    if np.any(bad):
        raise ParameterError(Problem(name, array[bad].flat[0].item(), "is out of range", allowed))


@functools.cache
def _hints(cls: type) -> Mapping[str, Any]:
    hints = typing.get_type_hints(cls, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _options(hint: Any) -> tuple[Any, ...]:
    """Return the members of a union, or the hint itself."""
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if is_union else (hint,)


def _field_problem(name: str, value: Any, hint: Any) -> Problem | None:
    reasons = [_mismatch(value, option) for option in _options(hint)]
    if None in reasons:
        return None
    reason = next((r for r in reasons if r == "is out of range"), reasons[0])
    if len(reasons) > 1 and reason != "is out of range":
        reason = "is none of these"
    return Problem(name, value, str(reason), allowed(hint))


def _mismatch(value: Any, hint: Any) -> str | None:
    """Why `value` is not of the type `hint`, or None where it is."""
    origin = typing.get_origin(hint)
    if origin is Annotated:
        base, interval = typing.get_args(hint)[:2]
        return _mismatch(value, base) or (None if _inside(value, interval) else "is out of range")
    if origin is Literal:
        return None if value in typing.get_args(hint) else "is not one of the choices"
    if hint is float:
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            return "is not a number"
        return None if math.isfinite(value) else "is not finite"
    if hint is int:
        good = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        return None if good else "is not an integer"
    if hint is type(None):
        return None if value is None else "is not null"
    base = origin or hint
    return None if isinstance(value, base) else f"is not {_article(allowed(hint))}"


def _inside(value: Any, interval: Interval) -> bool:
    return (
        (interval.ge is None or value >= interval.ge)  # pyright: ignore[reportOperatorIssue]
        and (interval.gt is None or value > interval.gt)  # pyright: ignore[reportOperatorIssue]
        and (interval.le is None or value <= interval.le)  # pyright: ignore[reportOperatorIssue]
    )


def allowed(hint: Any) -> str:
    """Say in words what a type hint admits, e.g. ``number in [0, 1]``."""
    origin = typing.get_origin(hint)
    if len(_options(hint)) > 1:
        return " or ".join(allowed(option) for option in _options(hint))
    if origin is Annotated:
        base, interval = typing.get_args(hint)[:2]
        low = f"[{interval.ge}" if interval.ge is not None else f"({interval.gt}"
        return f"{allowed(base)} in {low}, {interval.le}]"
    if origin is Literal:
        return " or ".join(f'"{choice}"' for choice in typing.get_args(hint))
    names = {float: "number", int: "integer", str: "text", type(None): "null"}
    return names.get(hint, getattr(origin or hint, "__name__", str(hint)))


def _plain(value: Any, hint: Any) -> Any:
    """NumPy numbers, Fractions and integers in the place of a float become plain Python numbers."""
    if isinstance(value, bool | str) or not isinstance(value, numbers.Real):
        return value
    bases = [typing.get_args(o)[0] if typing.get_origin(o) is Annotated else o for o in _options(hint)]
    return int(value) if int in bases else float(value)  # pyright: ignore[reportArgumentType]


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0].lower() in "aeiou" else f"a {noun}"


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    text = text.encode("unicode_escape").decode("ascii")
    return text if len(text) <= 60 else text[:57] + "..."


def iter_numbers(values: Mapping[str, Any], *names: str) -> Iterator[float]:
    """Yield the named values that are finite numbers; rules between fields look at no others."""
    for name in names:
        value = values.get(name)
        if isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value):
            yield float(value)
