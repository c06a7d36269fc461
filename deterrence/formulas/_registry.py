"""All formulas in the order of the model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from deterrence.formulas import (
    _aggregates,
    _audit,
    _audit_thresholds,
    _compliance,
    _detection,
    _market,
    _punishment,
    _threshold,
    _violations,
)
from deterrence.formulas._formula import Formula

_MODULES: dict[str, ModuleType] = {
    "Detection": _detection,
    "Punishment": _punishment,
    "Gain and compliance": _compliance,
    "Compliance thresholds": _threshold,
    "Audit thresholds": _audit_thresholds,
    "Audit rules": _audit,
    "Price and permits": _market,
    "Violations": _violations,
    "Aggregates": _aggregates,
}

_first_seen: dict[str, tuple[str, Formula]] = {}
for _title, _module in _MODULES.items():
    for _value in vars(_module).values():
        if isinstance(_value, Formula):  # a later module may have imported it from an earlier one
            _first_seen.setdefault(_value.name, (_title, _value))

registry: Mapping[str, Formula] = MappingProxyType({name: item[1] for name, item in _first_seen.items()})
"""Every formula by its name."""

sections: Mapping[str, tuple[Formula, ...]] = MappingProxyType(
    {title: tuple(f for where, f in _first_seen.values() if where == title) for title in _MODULES}
)
"""The formulas of each section of the model."""
