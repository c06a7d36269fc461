"""When does a rational AI lab comply with a compute-permit regime?

Thresholds, audit rules and exact predictions. The model in thirty lines is the docstring of
``deterrence._game``; the same results as mathematics are in ``deterrence.formulas``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from deterrence._aggregates import (
    compliance_rate,
    expected_audits,
    expected_catches,
    expected_checks,
    expected_penalties,
    expected_revenue,
    expected_welfare,
    governor_budget,
    lab_surplus,
)
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
    complies,
    gain_min,
    gain_price,
    gain_value,
    margin,
)
from deterrence._detection import (
    audit_rate,
    check_rate,
    effective_detection,
    false_audit_rate,
    posterior,
    unaudited_detection,
)
from deterrence._given_price import (
    conditional_violator_pmf,
    price_rule_mean,
    price_rule_violation,
    violator_variance,
)
from deterrence._market import (
    clearing_price_cdf,
    clearing_price_mean,
    clearing_price_variance,
    fixed_price_permits,
    limit_price,
    permit_rent,
    unpermitted_probability,
)
from deterrence._punishment import (
    collected_penalty,
    posted_penalty,
    punishment,
    recoverable_penalty,
)
from deterrence._threshold import Threshold, threshold
from deterrence._violations import (
    cut_off_value,
    defection_probability,
    violator_mean,
    violator_pmf,
)
from deterrence._violator_share import (
    cumulative_defection,
    fixed_price_violation,
    limit_violator_share,
)

if TYPE_CHECKING:
    from deterrence._audit_rules import AuditRule
    from deterrence._behaviours import (
        AuditCapacity,
        AuditEscalation,
        BayesianLabs,
        GradientGovernor,
        ImitatingLabs,
        LogitGovernor,
        LogitLabs,
        LoweringGovernor,
        RacingGap,
        RationalLabs,
        ReplicatorGovernor,
        Splitting,
        StaticGovernor,
        TargetingGovernor,
        TrackingGovernor,
    )
    from deterrence._capacity_prediction import capacity_compliance
    from deterrence._claim import Claim
    from deterrence._distribution import ViolationsDistribution, price_cdf, violations_distribution
    from deterrence._enforcement import Enforcement
    from deterrence._equilibrium import Equilibrium, solve
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
        extensions,
    )
    from deterrence._long_run import LONG_RUN_QUANTITIES, LongRun, long_run
    from deterrence._prediction import QUANTITIES, Limit, Moment, Prediction, limit, predict
    from deterrence._require import require
    from deterrence._requirement import Requirement
    from deterrence._statics import Statics, statics
    from deterrence._strategic import (
        strategic_bid,
        strategic_bid_sf,
        strategic_limit_price,
        strategic_limit_violator_share,
        strategic_price_mean,
    )
    from deterrence._strategic_prediction import (
        StrategicLimit,
        StrategicPrediction,
        limit_strategic,
        predict_strategic,
    )
    from deterrence._welfare import Welfare, limit_welfare, welfare

__all__ = [
    "LONG_RUN_QUANTITIES",
    "QUANTITIES",
    "Audit",
    "AuditCapacity",
    "AuditEscalation",
    "AuditPolicy",
    "AuditRule",
    "BayesianLabs",
    "CapMarket",
    "Claim",
    "Enforcement",
    "Equilibrium",
    "FixedPriceMarket",
    "Game",
    "GradientGovernor",
    "ImitatingLabs",
    "LabPopulation",
    "Limit",
    "LogNormal",
    "LogitGovernor",
    "LogitLabs",
    "LongRun",
    "LoweringGovernor",
    "Moment",
    "ParameterError",
    "ParameterWarning",
    "Prediction",
    "Problem",
    "Provenance",
    "RacingGap",
    "RationalLabs",
    "ReplicatorGovernor",
    "Requirement",
    "Scenario",
    "Splitting",
    "StaticGovernor",
    "Statics",
    "StrategicLimit",
    "StrategicPrediction",
    "TargetingGovernor",
    "Threshold",
    "TrackingGovernor",
    "TruncatedNormal",
    "Uniform",
    "ViolationsDistribution",
    "Welfare",
    "audit_rate",
    "capacity_compliance",
    "check_rate",
    "clearing_price_cdf",
    "clearing_price_mean",
    "clearing_price_variance",
    "collected_penalty",
    "compliance_rate",
    "complies",
    "conditional_violator_pmf",
    "cumulative_defection",
    "cut_off_value",
    "defection_probability",
    "deterred_share",
    "deterrence_ratio",
    "effective_detection",
    "expected_audits",
    "expected_catches",
    "expected_checks",
    "expected_penalties",
    "expected_revenue",
    "expected_welfare",
    "extensions",
    "false_audit_rate",
    "find_problems",
    "fixed_price_permits",
    "fixed_price_violation",
    "gain_min",
    "gain_price",
    "gain_value",
    "governor_budget",
    "lab_surplus",
    "least_cost_pi_1",
    "least_cost_policy",
    "limit",
    "limit_price",
    "limit_strategic",
    "limit_violator_share",
    "limit_welfare",
    "long_run",
    "margin",
    "optimal_pi_1",
    "permit_rent",
    "posted_penalty",
    "posterior",
    "predict",
    "predict_strategic",
    "price_cdf",
    "price_rule_mean",
    "price_rule_violation",
    "punishment",
    "recoverable_penalty",
    "require",
    "sanction_objective",
    "solve",
    "statics",
    "strategic_bid",
    "strategic_bid_sf",
    "strategic_limit_price",
    "strategic_limit_violator_share",
    "strategic_price_mean",
    "threshold",
    "unaudited_detection",
    "unpermitted_probability",
    "violations_distribution",
    "violator_mean",
    "violator_pmf",
    "violator_variance",
    "welfare",
]

# Games and what solves them are loaded when first asked for: most of the cost of importing this package.
_ON_DEMAND = {
    "_behaviours": (
        "AuditCapacity",
        "AuditEscalation",
        "BayesianLabs",
        "GradientGovernor",
        "ImitatingLabs",
        "LogitGovernor",
        "LogitLabs",
        "LoweringGovernor",
        "RacingGap",
        "RationalLabs",
        "ReplicatorGovernor",
        "Splitting",
        "StaticGovernor",
        "TargetingGovernor",
        "TrackingGovernor",
    ),
    "_audit_rules": ("AuditRule",),
    "_capacity_prediction": ("capacity_compliance",),
    "_claim": ("Claim",),
    "_distribution": ("ViolationsDistribution", "price_cdf", "violations_distribution"),
    "_enforcement": ("Enforcement",),
    "_equilibrium": ("Equilibrium", "solve"),
    "_game": (
        "Audit",
        "CapMarket",
        "FixedPriceMarket",
        "Game",
        "LabPopulation",
        "LogNormal",
        "Provenance",
        "Scenario",
        "TruncatedNormal",
        "Uniform",
        "extensions",
    ),
    "_long_run": ("LONG_RUN_QUANTITIES", "LongRun", "long_run"),
    "_prediction": ("QUANTITIES", "Limit", "Moment", "Prediction", "limit", "predict"),
    "_require": ("require",),
    "_requirement": ("Requirement",),
    "_statics": ("Statics", "statics"),
    "_strategic": (
        "strategic_bid",
        "strategic_bid_sf",
        "strategic_limit_price",
        "strategic_limit_violator_share",
        "strategic_price_mean",
    ),
    "_strategic_prediction": (
        "StrategicLimit",
        "StrategicPrediction",
        "limit_strategic",
        "predict_strategic",
    ),
    "_welfare": ("Welfare", "limit_welfare", "welfare"),
}


_ROOMS = ("formulas", "games")


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"deterrence.{name}")
    for module, names in _ON_DEMAND.items():
        if name in names:
            value = getattr(import_module(f"deterrence.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'deterrence' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_ROOMS})
