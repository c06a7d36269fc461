"""One shape for everything that a result carries."""

from __future__ import annotations

from typing import Any

import numpy as np

from deterrence._numeric import operations


def together(*values: Any) -> tuple[Any, ...]:
    """Operations for these values, and the values: floats, or arrays of one shape."""
    if any(isinstance(value, np.ndarray) for value in values):
        values = tuple(np.broadcast_arrays(*values))
    return operations(*values), *values


def plain(value: Any) -> Any:
    """An array or text as it is; a number as a plain Python one, and None in the place of NaN."""
    if isinstance(value, np.ndarray | str):
        return value
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return float(value) if value == value else None
