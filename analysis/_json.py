"""Results as strict JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from analysis._compare import Comparison
from analysis._intervals import summarise
from analysis._long_run import LongRunComparison
from analysis._validation import Validation
from deterrence import Equilibrium, LongRun


def dumps(value: Any) -> str:
    """Write plain objects as strict JSON, indented, with a final newline."""
    return json.dumps(value, indent=2, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Turn results into plain objects: NaN becomes null, infinities the text "inf" and "-inf"."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {key: plain(item) for key, item in value._asdict().items()}  # pyright: ignore[reportAttributeAccessIssue]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def solution(answer: Equilibrium | LongRun) -> dict[str, Any]:
    """The answer for a game, with the game once."""
    whole = plain(answer)
    for part in ("enforcement", "prediction", "limit"):
        whole.get(part, {}).pop("game", None)
    return whole


def comparison(c: Comparison, equilibrium: Equilibrium | None) -> dict[str, Any]:
    """A comparison, with the game it is about and what the two audit rules do in it.

    Where labs differ in more than value and risk there is no one marginal lab, and no rule for it.
    """
    return {
        "game": plain(c.game),
        "replications": c.replications,
        "seed": c.seed,
        "family_wise_error": c.error,
        "verdict": c.verdict,
        "x": None if equilibrium is None else plain(equilibrium.x),
        "audit_rules": [] if equilibrium is None else plain(equilibrium.rules),
        "quantities": plain(c.rows),
        "compliance_split": {
            name: {"predicted": predicted, "observed": observed} for name, predicted, observed in c.split()
        },
    }


def validated(result: Validation) -> list[dict[str, Any]]:
    """All comparisons, those of the long run last."""
    return [*(comparison(*pair) for pair in result.pairs), *map(claims, result.late)]


def claims(c: LongRunComparison) -> dict[str, Any]:
    """A comparison of the long run, with the game it is about."""
    return {
        "game": plain(c.game),
        "replications": c.replications,
        "steps": c.steps,
        "seed": c.seed,
        "family_wise_error": c.error,
        "verdict": c.verdict,
        "claims": plain(c.rows),
    }


def simulated(record: Any) -> dict[str, Any]:
    """What a simulation came to."""
    return {
        "game": plain(record.game),
        "replications": len(record.replications),
        "steps": record.steps,
        "seed": record.seed,
        "quantities": plain(summarise(record)),
    }
