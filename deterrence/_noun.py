"""A group of parameters, checked when it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from deterrence._checks import Problem, check_fields, iter_numbers

_STRICT: dict[str, Any] = {"extra": "forbid", "strict": True, "allow_inf_nan": False}


@dataclass(frozen=True, kw_only=True)
class Noun:
    """A frozen group of parameters, checked against its annotations when it is made."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    def __post_init__(self) -> None:
        check_fields(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        # In Python a class has its kind; a file must say which one it means.
        schema = handler(source)
        for field in schema["schema"]["fields"]:
            if field["name"] == "kind":
                field["schema"] = field["schema"]["schema"]
        return schema

    @staticmethod
    def rules(values: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield the rules between fields that `values` breaks; fields that are no numbers break none."""
        yield from ()


def bounds_in_order(values: Mapping[str, Any], low: str, high: str, *, strictly: bool) -> Iterator[Problem]:
    """Yield the problem of two bounds that are in the wrong order."""
    pair = list(iter_numbers(values, low, high))
    if len(pair) == 2 and (pair[0] > pair[1] or (strictly and pair[0] == pair[1])):
        sign = "<" if strictly else "<="
        yield Problem(low, values[low], f"is above {high}" if pair[0] > pair[1] else f"equals {high}",
                      f"{low} {sign} {high}")  # fmt: skip
