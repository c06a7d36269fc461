"""All results in the order of the model."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType, ModuleType
from typing import Literal

from deterrence._checks import ParameterError, Problem
from deterrence.formulas import (
    _aggregates,
    _audit,
    _audit_thresholds,
    _commitment,
    _compliance,
    _congestion,
    _decay,
    _detection,
    _escalation,
    _given_price,
    _inspection,
    _learning,
    _market,
    _punishment,
    _quantal,
    _replicator,
    _signal,
    _splitting,
    _statics,
    _strategic,
    _strategic_limit,
    _strategic_market,
    _targeting,
    _threshold,
    _violations,
    _violator_share,
    _welfare,
)
from deterrence.formulas._result import Result

_MODULES: dict[str, ModuleType] = {
    "Detection": _detection,
    "Punishment": _punishment,
    "Gain and compliance": _compliance,
    "Compliance thresholds": _threshold,
    "Audit thresholds": _audit_thresholds,
    "Comparative statics": _statics,
    "Audit rules": _audit,
    "Inspection game": _inspection,
    "Signal game": _signal,
    "Commitment": _commitment,
    "Quantal response": _quantal,
    "Replicator dynamics": _replicator,
    "Price and permits": _market,
    "Violations": _violations,
    "Violations given the price": _given_price,
    "Shares of violators": _violator_share,
    "Aggregates": _aggregates,
    "Welfare": _welfare,
    "Strategic bidding": _strategic,
    "Markets of strategic bids": _strategic_market,
    "Large markets of strategic bids": _strategic_limit,
    "Audit capacity": _congestion,
    "Two-group targeting": _targeting,
    "Escalating sanctions": _escalation,
    "Escalation that decays": _decay,
    "Splitting a run": _splitting,
    "Learning": _learning,
}

_first_seen: dict[str, tuple[str, Result]] = {}
for _title, _module in _MODULES.items():
    for _value in vars(_module).values():
        if isinstance(_value, Result):  # a later module may have imported it from an earlier one
            _first_seen.setdefault(_value.name, (_title, _value))

registry: Mapping[str, Result] = MappingProxyType({name: item[1] for name, item in _first_seen.items()})
"""Every formula and proposition by its name."""

sections: Mapping[str, tuple[Result, ...]] = MappingProxyType(
    {title: tuple(f for where, f in _first_seen.values() if where == title) for title in _MODULES}
)
"""The results of each section of the model."""


def derive(name: str, *, form: Literal["text", "latex"] = "text") -> str:
    """Derive a result step by step; each step is one that ``Step.verify`` confirms.

    Parameters
    ----------
    name : str
        Name of the result in the `registry`.
    form : "text" or "latex"
        Text for a terminal, or a LaTeX list (amsmath).

    Returns
    -------
    str

    Raises
    ------
    ParameterError
        If there is no result of that name.

    Examples
    --------
    >>> from deterrence import formulas
    >>> print(formulas.derive("audit_rate").splitlines()[0])
    audit_rate = beta*pi_1 + (1 - beta)*pi_0
    """
    if name not in registry:
        near = get_close_matches(name, registry, n=1)
        hint = f", did you mean {near[0]}?" if near else ""
        raise ParameterError(Problem("name", name, f"is no result{hint}", "a name in formulas.registry"))
    if form not in ("text", "latex"):
        raise ParameterError(Problem("form", form, "is not one of the choices", '"text" or "latex"'))
    result = registry[name]
    return result.derivation() if form == "text" else result.derivation_latex()
