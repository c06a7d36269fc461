"""What the answers of this package have in common: one shape, plain numbers, and words for a single one."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from deterrence._numeric import operations


class Answer:
    """A frozen dataclass of floats, or of arrays of the shape of its first field."""

    def __str__(self) -> str:
        field, *_ = dataclasses.fields(self)  # pyright: ignore[reportArgumentType]
        shape = np.shape(getattr(self, field.name))
        return f"{type(self).__name__} of arrays of shape {shape}" if shape else self._in_words()

    def _in_words(self) -> str:
        """A single answer in a line or two."""
        raise NotImplementedError


def together(*values: Any) -> tuple[Any, ...]:
    """Operations for these values, and the values: floats, or arrays of one shape."""
    if any(isinstance(value, np.ndarray) for value in values):
        values = tuple(np.broadcast_arrays(*values))
    return operations(*values), *values


def plain(value: Any) -> Any:
    """An array or text as it is; a number as a plain Python one, and None in the place of NaN."""
    if value is None or isinstance(value, np.ndarray | str):
        return value
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return float(value) if value == value else None


def spelled(count: float, noun: str) -> str:
    """``1 catch``, ``2.5 catches``, ``infinitely many catches``."""
    plural = f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    number = "infinitely many" if math.isinf(count) else f"{count:.6g}"
    return f"{number} {noun if count == 1 else plural}"
