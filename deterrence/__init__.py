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
from deterrence._checks import ParameterError, ParameterWarning, Problem, find_problems
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
from deterrence._distribution import ViolationsDistribution, price_cdf, violations_distribution
from deterrence._enforcement import Enforcement
from deterrence._equilibrium import AuditRule, Equilibrium, solve
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
from deterrence._prediction import QUANTITIES, Limit, Moment, Prediction, limit, predict
from deterrence._punishment import (
    collected_penalty,
    posted_penalty,
    punishment,
    recoverable_penalty,
)

__all__ = [
    "QUANTITIES",
    "Audit",
    "AuditPolicy",
    "AuditRule",
    "CapMarket",
    "Enforcement",
    "Equilibrium",
    "FixedPriceMarket",
    "Game",
    "LabPopulation",
    "Limit",
    "LogNormal",
    "Moment",
    "ParameterError",
    "ParameterWarning",
    "Prediction",
    "Problem",
    "Provenance",
    "Scenario",
    "Threshold",
    "TruncatedNormal",
    "Uniform",
    "ViolationsDistribution",
    "audit_rate",
    "check_rate",
    "collected_penalty",
    "complies",
    "deterred_share",
    "deterrence_ratio",
    "effective_detection",
    "false_audit_rate",
    "find_problems",
    "gain_min",
    "gain_price",
    "gain_value",
    "least_cost_pi_1",
    "least_cost_policy",
    "limit",
    "margin",
    "optimal_pi_1",
    "posted_penalty",
    "posterior",
    "predict",
    "price_cdf",
    "punishment",
    "recoverable_penalty",
    "sanction_objective",
    "solve",
    "threshold",
    "violations_distribution",
]
