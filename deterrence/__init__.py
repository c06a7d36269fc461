"""When does a rational AI lab comply with a compute-permit regime?

Thresholds, audit rules and exact predictions. The model in thirty lines is the docstring of
``deterrence._game``; the same results as mathematics are in ``deterrence.formulas``.
"""

from deterrence._audit import (
    AuditPolicy,
    deterred_share,
    deterrence_ratio,
    least_cost_pi_1,
    least_cost_policy,
    optimal_pi_1,
    sanction_objective,
)
from deterrence._checks import ParameterError, ParameterWarning, Problem
from deterrence._compliance import (
    Threshold,
    complies,
    gain_min,
    gain_price,
    gain_value,
    margin,
    threshold,
)
from deterrence._detection import (
    audit_rate,
    check_rate,
    effective_detection,
    false_audit_rate,
    posterior,
)
from deterrence._game import (
    Audit,
    CapMarket,
    FixedPriceMarket,
    Game,
    LabPopulation,
    LogNormal,
    Provenance,
    Scenario,
    TruncatedNormal,
    Uniform,
)
from deterrence._punishment import (
    collected_penalty,
    posted_penalty,
    punishment,
    recoverable_penalty,
)

__all__ = [
    "Audit",
    "AuditPolicy",
    "CapMarket",
    "FixedPriceMarket",
    "Game",
    "LabPopulation",
    "LogNormal",
    "ParameterError",
    "ParameterWarning",
    "Problem",
    "Provenance",
    "Scenario",
    "Threshold",
    "TruncatedNormal",
    "Uniform",
    "audit_rate",
    "check_rate",
    "collected_penalty",
    "complies",
    "deterred_share",
    "deterrence_ratio",
    "effective_detection",
    "false_audit_rate",
    "gain_min",
    "gain_price",
    "gain_value",
    "least_cost_pi_1",
    "least_cost_policy",
    "margin",
    "optimal_pi_1",
    "posted_penalty",
    "posterior",
    "punishment",
    "recoverable_penalty",
    "sanction_objective",
    "threshold",
]
