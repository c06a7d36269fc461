"""Bounds that are declared once, in a type, and the one error for values outside them."""

from __future__ import annotations

import dataclasses
import functools
import math
import numbers
import re
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

import numpy as np


class Interval(NamedTuple):
    """Bounds of a number, declared in its type."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None

    def admits(self, value: Any) -> bool:
        """Whether a number lies within the bounds."""
        return (
            (self.ge is None or value >= self.ge)
            and (self.gt is None or value > self.gt)
            and (self.le is None or value <= self.le)
        )

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        # Lets pydantic read the same declaration, for the JSON Schema, without being imported here.
        bounds = {name: bound for name, bound in self._asdict().items() if bound is not None}
        return {**handler(source), **bounds}


Probability: TypeAlias = Annotated[float, Interval(ge=0, le=1)]
Money: TypeAlias = Annotated[float, Interval(ge=0, le=1e15)]
PositiveMoney: TypeAlias = Annotated[float, Interval(gt=0, le=1e15)]
Multiplier: TypeAlias = Annotated[float, Interval(ge=0, le=1e6)]
Number: TypeAlias = "float | np.ndarray[Any, np.dtype[np.float64]]"
"""What the functions of the theory take and return: a float, or an array of them.

They take other real numbers and nested lists as well, and convert them to these.
"""


class Problem(NamedTuple):
    """One value that cannot be accepted: where it stands, what it is, why, and what may stand there."""

    field: str
    value: Any
    reason: str
    allowed: str

    def __str__(self) -> str:
        field = _inert(self.field, 120)
        return f"{field} = {_shown(self.value)}: {self.reason} (allowed: {self.allowed})"


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
    problems = find_problems(type(instance), vars(instance))
    if problems:
        raise ParameterError(*problems)
    for name, value in _given(type(instance), vars(instance)).items():
        object.__setattr__(instance, name, _plain(value, field_types(type(instance))[name]))


def find_problems(noun: type, values: Mapping[str, Any]) -> list[Problem]:
    """Everything that is wrong with `values` as parameters of a noun, found without making one.

    The nouns use it when they are made; a reader of files uses it to report all problems at once.

    Parameters
    ----------
    noun : type
        `Game`, `Audit` or another group of parameters.
    values : mapping
        Parameters by name.

    Returns
    -------
    list of Problem
        Every value missing or out of bounds, and then every broken rule between values.

    Examples
    --------
    >>> import deterrence as dt
    >>> [str(problem) for problem in dt.find_problems(dt.CapMarket, {"token_cap": -1})]
    ['token_cap = -1: is out of range (allowed: integer in [0, 1000000000])']
    """
    problems: list[Problem] = []
    given = _given(noun, values)
    for name, hint in field_types(noun).items():
        if name in given:
            problem = _field_problem(name, given[name], hint)
            problems.extend([problem] if problem else [])
        elif name not in values and name in required_fields(noun):
            problems.append(Problem(name, None, "is missing", allowed(hint)))
    rules = getattr(noun, "rules", None)
    return problems if rules is None else [*problems, *rules(values)]


class Range(NamedTuple):
    """What the functions of the theory ask of a number."""

    low: float
    high: float
    allowed: str


_LARGEST = float(np.finfo(np.float64).max)
UNIT = Range(0.0, 1.0, "a number in [0, 1]")
NONNEGATIVE = Range(0.0, _LARGEST, "a finite number >= 0")
NONNEGATIVE_OR_INF = Range(0.0, math.inf, "a number >= 0, or inf")
FINITE = Range(-_LARGEST, _LARGEST, "a finite number")
NUMBER = Range(-math.inf, math.inf, "a number, or an infinity")


def check_unit(**values: Any) -> list[Any]:
    """Require every named number or array to lie in [0, 1]; return them as floats and float64 arrays."""
    return [check_range(name, value, UNIT) for name, value in values.items()]


def check_nonnegative(**values: Any) -> list[Any]:
    """Require every named number or array to be finite and at least 0; return as `check_unit` does."""
    return [check_range(name, value, NONNEGATIVE) for name, value in values.items()]


def check_nonnegative_or_inf(**values: Any) -> list[Any]:
    """Require every named number or array to be at least 0; return as `check_unit` does."""
    return [check_range(name, value, NONNEGATIVE_OR_INF) for name, value in values.items()]


def check_finite(**values: Any) -> list[Any]:
    """Require every named number or array to be finite; return as `check_unit` does."""
    return [check_range(name, value, FINITE) for name, value in values.items()]


def check_number(**values: Any) -> list[Any]:
    """Require every named number or array to be no NaN; return as `check_unit` does."""
    return [check_range(name, value, NUMBER) for name, value in values.items()]


def check_range(name: str, value: Any, within: Range) -> Any:
    """`value` as a float, or a float64 array where it has a dimension, if all of it lies in the range."""
    if type(value) is float and within[0] <= value <= within[1]:
        return value
    low, high, _ = within
    array = _array(value)
    if array.dtype.kind not in "fiu":
        raise ParameterError(Problem(name, value, "is not a number", within.allowed))
    array = array.astype(np.float64, copy=False)
    if array.size == 0 or (array.min() >= low and array.max() <= high):  # false where there is a NaN
        return array if array.ndim else float(array)
    bad = array[~((array >= low) & (array <= high))].flat[0].item()
    raise ParameterError(Problem(name, bad, "is out of range", within.allowed))


def check_one(**values: Any) -> None:
    """Require every named value to be no array: where a question is about one game at a time."""
    for name, value in values.items():
        if isinstance(value, list | tuple) or np.ndim(value):
            raise ParameterError(Problem(name, value, "is an array", "one number"))


def check_counts(minimum: int, **values: Any) -> None:
    """Require every named value to be an integer, or an array of integers, of at least `minimum`."""
    for name, value in values.items():
        array = _array(value)
        good = array.dtype.kind in "iu" and bool(np.all(array >= minimum))
        if not good:
            raise ParameterError(Problem(name, value, "is not such a count", f"integers >= {minimum}"))


def _array(value: Any) -> Any:
    """`value` as an array; nested lists of unequal lengths, which are none, as one of objects."""
    try:
        return np.asarray(value)
    except ValueError:
        return np.asarray(None)


@functools.cache
def field_types(cls: type) -> Mapping[str, Any]:
    """Names of the fields of a dataclass, with their types."""
    hints = typing.get_type_hints(cls, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _given(noun: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not the very defaults, which need no check."""
    defaults = _defaults(noun)
    names = field_types(noun)
    return {n: v for n, v in values.items() if n in names and (n not in defaults or v is not defaults[n])}


@functools.cache
def _defaults(cls: Any) -> Mapping[str, Any]:
    """Values that fields of a dataclass have by default."""
    return {f.name: f.default for f in dataclasses.fields(cls) if f.default is not dataclasses.MISSING}


@functools.cache
def required_fields(cls: Any) -> tuple[str, ...]:
    """Names of the fields of a dataclass that have no default."""
    absent = dataclasses.MISSING
    fields = dataclasses.fields(cls)
    return tuple(f.name for f in fields if f.default is absent and f.default_factory is absent)


@functools.cache
def options(hint: Any) -> tuple[Any, ...]:
    """The members of a union, or the hint itself."""
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if is_union else (hint,)


def _field_problem(name: str, value: Any, hint: Any) -> Problem | None:
    reasons = {option: _mismatch(value, option) for option in options(hint)}
    if None in reasons.values():
        return None
    reasons.pop(type(None), None)
    # Where only null stands beside one type, what that type lacks says more than "none of these".
    reason = next(iter(reasons.values())) if len(reasons) == 1 else "is none of these"
    return Problem(name, value, str(reason), allowed(hint))


def _mismatch(value: Any, hint: Any) -> str | None:
    """Why `value` is not of the type `hint`, or None where it is."""
    origin = typing.get_origin(hint)
    if origin is Annotated:
        base, interval = typing.get_args(hint)[:2]
        mismatch = _mismatch(value, base)
        if mismatch is None and not interval.admits(float(value) if base is float else value):
            mismatch = "is out of range"
        return mismatch
    if origin is Literal:
        good = isinstance(value, str) and value in typing.get_args(hint)
        return None if good else "is not one of the choices"
    if hint is float:
        return _float_mismatch(value)
    if hint is int:
        good = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        return None if good else "is not an integer"
    if hint is type(None):
        return None if value is None else "is not null"
    if hint is bool:
        return None if isinstance(value, bool) else "is not true or false"
    good = isinstance(value, origin or hint)
    if good and origin is dict:
        key_type, item_type = typing.get_args(hint)
        good = not any(_mismatch(k, key_type) or _mismatch(item, item_type) for k, item in value.items())
    if good and hint is str and re.search(_UNPRINTABLE, value):
        return "holds control characters"
    return None if good else f"is not {_article(_name(hint))}"


def _float_mismatch(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return "is not a number"
    if _is_finite(value):
        return None
    return "is out of range" if isinstance(value, int) else "is not finite"


# A terminal obeys some of these, and UTF-8 has no bytes for half a surrogate pair.
_UNPRINTABLE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer or a fraction beyond the range of floats
        return False


def allowed(hint: Any) -> str:
    """Say in words what a type hint admits, e.g. ``number in [0, 1]``."""
    origin = typing.get_origin(hint)
    if len(options(hint)) > 1:
        return _allowed_by_one(options(hint))
    if origin is Annotated:
        base, interval = typing.get_args(hint)[:2]
        low = f"[{interval.ge:g}" if interval.ge is not None else f"({interval.gt}"
        high = f"{interval.le:g}" if isinstance(interval.le, float) else interval.le
        return f"{allowed(base)} in {low}, {high}]"
    if origin is Literal:
        return listed(*(f'"{choice}"' for choice in typing.get_args(hint)))
    parts = required_fields(hint) if dataclasses.is_dataclass(hint) else ()
    return _name(hint) + (f" with {listed(*parts, last='and')}" if parts else "")


def _allowed_by_one(hints: tuple[Any, ...]) -> str:
    """What a union admits: nouns that have a kind by their names alone, since they can be many."""
    words = [_name(hint) if hasattr(hint, "kind") else allowed(hint) for hint in hints]
    if any(" and " in word for word in words):
        return f"{', '.join(words[:-1])}, or {words[-1]}"
    return listed(*words)


def listed(*words: str, last: str = "or") -> str:
    """Words in a row, e.g. ``a, b or c``."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _name(hint: Any) -> str:
    if typing.get_origin(hint) is dict:
        return f"dict of {_name(typing.get_args(hint)[1])}"
    names = {float: "number", int: "integer", str: "text", bool: "true or false", type(None): "null"}
    return names.get(hint) or hint.__name__


def _plain(value: Any, hint: Any) -> Any:
    """NumPy numbers, Fractions and integers in the place of a float become plain Python numbers."""
    if isinstance(value, bool | str) or not isinstance(value, numbers.Real):
        return value
    bases = [typing.get_args(o)[0] if typing.get_origin(o) is Annotated else o for o in options(hint)]
    return int(value) if int in bases else float(value)  # pyright: ignore[reportArgumentType]


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0].lower() in "aeiou" else f"a {noun}"


def _shown(value: Any) -> str:
    if isinstance(value, int) and value.bit_length() > 10_000:
        return "an integer of thousands of digits"
    return _inert(f'"{value}"' if isinstance(value, str) else repr(value), 60)


def _inert(text: str, most: int) -> str:
    """One line of at most `most` characters, none of which a terminal obeys."""
    shown = [c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text[: most + 1]]
    line = "".join(shown)
    return line if len(line) <= most else line[: most - 3] + "..."


def iter_numbers(values: Mapping[str, Any], *names: str) -> Iterator[float]:
    """Yield the named values that are finite numbers; rules between fields look at no others."""
    for name in names:
        value = values.get(name)
        if isinstance(value, numbers.Real) and not isinstance(value, bool) and _is_finite(value):
            yield float(value)
