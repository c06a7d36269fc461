"""JSON text to plain objects, strictly: what JSON leaves loose is kept for refusal, not guessed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from deterrence import ParameterError, Problem

MOST_BYTES = 10_000_000
MOST_VALUES = 100_000
MOST_LEVELS = 32
_MOST_DIGITS = 300
_TOO_DEEP = Problem("nesting", f"more than {MOST_LEVELS} levels", "is too deep", f"at most {MOST_LEVELS}")


class Object(dict[str, Any]):
    """A JSON object that remembers which keys stood in it more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        counts = Counter(key for key, _ in pairs) if len(self) < len(pairs) else {}
        self.repeated = [key for key, count in counts.items() if count > 1]


def parse(data: bytes) -> Any:
    """Read JSON in UTF-8.

    NaN, Infinity and numbers such as 1e400 become floats that are not finite, so that whoever checks
    the values refuses them where they stand. Repeated keys are left to the reader for the same reason.

    Raises
    ------
    ParameterError
        If `data` is too large, not UTF-8, not JSON, holds too many values or nests too deeply.
    """
    if len(data) > MOST_BYTES:
        raise _refusal("size", "more than 10 MB", "is too large", "at most 10 MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = error.object[error.start : error.start + 1]
        raise _refusal(f"byte {error.start + 1}", byte, "is not UTF-8", "UTF-8 text") from None
    # Every value but the first stands after one of these.
    values = sum(text.count(mark) for mark in ",[{")
    if values > MOST_VALUES:
        raise _refusal("values", values, "are too many", f"at most {MOST_VALUES}")
    try:
        tree = json.loads(text, object_pairs_hook=Object, parse_int=_integer)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise _refusal(place, error.doc[error.pos :][:20], f"is not JSON ({error.msg})", "JSON") from None
    except RecursionError:
        raise ParameterError(_TOO_DEEP) from None
    if _levels(tree) > MOST_LEVELS:
        raise ParameterError(_TOO_DEEP)
    return tree


def _refusal(field: str, value: Any, reason: str, allowed: str) -> ParameterError:
    return ParameterError(Problem(field, value, reason, allowed))


def _integer(digits: str) -> int | float:
    """An integer; a float, most likely infinite, where converting so many digits could take seconds."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def _levels(tree: Any) -> int:
    """How deeply arrays and objects nest, counted level by level."""
    count, level = 0, [tree]
    while level := [node for node in level if isinstance(node, dict | list)]:
        count += 1
        level = [child for node in level for child in (node.values() if isinstance(node, dict) else node)]
    return count
