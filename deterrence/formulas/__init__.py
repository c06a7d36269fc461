"""The results of the theory as mathematics: one `Formula` each.

A formula is a SymPy expression with its symbols, assumptions, derivation, source and LaTeX; called, it is
the function of `deterrence` of the same meaning. ``registry`` holds them by name and ``sheet()`` sets them
all in one LaTeX document.

Examples
--------
>>> from deterrence import formulas
>>> formulas.optimal_pi_1(P=0.5, beta=0.5, v_star=1.0, c=0.5)
0.5
>>> all(step.verify() for step in formulas.effective_detection.steps)
True
"""

from deterrence.formulas._aggregates import (
    compliance_rate,
    expected_audits,
    expected_catches,
    expected_checks,
    expected_penalties,
    expected_revenue,
    expected_welfare,
)
from deterrence.formulas._audit import (
    deterred_share,
    deterrence_ratio,
    least_cost_pi_1,
    least_cost_policy_cost,
    least_cost_policy_pi_0,
    least_cost_policy_pi_1,
    optimal_pi_1,
    sanction_objective,
)
from deterrence.formulas._audit_thresholds import (
    threshold_beta,
    threshold_p_b,
    threshold_p_eff,
    threshold_p_s,
    threshold_pi_0,
    threshold_pi_1,
)
from deterrence.formulas._compliance import (
    gain_min,
    gain_price,
    gain_value,
    margin,
)
from deterrence.formulas._detection import (
    audit_rate,
    check_rate,
    effective_detection,
    false_audit_rate,
    posterior_audited,
    posterior_checked,
    posterior_clean,
    posterior_not_caught,
    posterior_suspicious,
)
from deterrence.formulas._formula import Formula
from deterrence.formulas._market import (
    clearing_price_cdf,
    clearing_price_mean,
    clearing_price_variance,
    fixed_price_permits,
    limit_price,
    permit_rent,
    unpermitted_probability,
)
from deterrence.formulas._proposition import Case, Proposition
from deterrence.formulas._punishment import (
    collected_penalty,
    posted_penalty,
    punishment,
    recoverable_penalty,
)
from deterrence.formulas._registry import derive, registry, sections
from deterrence.formulas._repeated import (
    catches_in_a_row,
    deterrence_cycles,
    deterrence_excess,
    escalation_catches,
    escalation_inert,
    escalation_mean,
    escalation_variance,
    escalation_violation_rate,
    excess_ceiling,
    excess_mean,
    excess_mean_floor,
    excess_variance,
    relapse_steps,
    targeting_cost_1,
    targeting_cost_2,
    targeting_g_H,
    targeting_g_H_limit,
    targeting_g_L,
    targeting_inspection_rate,
    targeting_policy,
    targeting_violation_rate,
)
from deterrence.formulas._result import Result
from deterrence.formulas._sheet import sheet
from deterrence.formulas._sources import sources
from deterrence.formulas._splitting import (
    best_action,
    evade_payoff,
    split_marginal_audit,
    split_marginal_benefit,
    split_marginal_coordination,
    split_marginal_cost,
    split_marginal_detection,
    split_marginal_fine,
    split_payoff,
    split_shares,
)
from deterrence.formulas._step import Step
from deterrence.formulas._symbols import Variable, glossary
from deterrence.formulas._threshold import (
    threshold_B,
    threshold_fine,
    threshold_g,
    threshold_P,
    threshold_p,
    threshold_p_price,
    threshold_r,
    threshold_V,
    threshold_v,
)
from deterrence.formulas._violations import (
    cumulative_defection,
    cut_off_value,
    defection_probability,
    fixed_price_violation,
    limit_violator_share,
    violator_mean,
    violator_pmf,
)

__all__ = [
    "Case",
    "Formula",
    "Proposition",
    "Result",
    "Step",
    "Variable",
    "audit_rate",
    "best_action",
    "catches_in_a_row",
    "check_rate",
    "clearing_price_cdf",
    "clearing_price_mean",
    "clearing_price_variance",
    "collected_penalty",
    "compliance_rate",
    "cumulative_defection",
    "cut_off_value",
    "defection_probability",
    "derive",
    "deterred_share",
    "deterrence_cycles",
    "deterrence_excess",
    "deterrence_ratio",
    "effective_detection",
    "escalation_catches",
    "escalation_inert",
    "escalation_mean",
    "escalation_variance",
    "escalation_violation_rate",
    "evade_payoff",
    "excess_ceiling",
    "excess_mean",
    "excess_mean_floor",
    "excess_variance",
    "expected_audits",
    "expected_catches",
    "expected_checks",
    "expected_penalties",
    "expected_revenue",
    "expected_welfare",
    "false_audit_rate",
    "fixed_price_permits",
    "fixed_price_violation",
    "gain_min",
    "gain_price",
    "gain_value",
    "glossary",
    "least_cost_pi_1",
    "least_cost_policy_cost",
    "least_cost_policy_pi_0",
    "least_cost_policy_pi_1",
    "limit_price",
    "limit_violator_share",
    "margin",
    "optimal_pi_1",
    "permit_rent",
    "posted_penalty",
    "posterior_audited",
    "posterior_checked",
    "posterior_clean",
    "posterior_not_caught",
    "posterior_suspicious",
    "punishment",
    "recoverable_penalty",
    "registry",
    "relapse_steps",
    "sanction_objective",
    "sections",
    "sheet",
    "sources",
    "split_marginal_audit",
    "split_marginal_benefit",
    "split_marginal_coordination",
    "split_marginal_cost",
    "split_marginal_detection",
    "split_marginal_fine",
    "split_payoff",
    "split_shares",
    "targeting_cost_1",
    "targeting_cost_2",
    "targeting_g_H",
    "targeting_g_H_limit",
    "targeting_g_L",
    "targeting_inspection_rate",
    "targeting_policy",
    "targeting_violation_rate",
    "threshold_B",
    "threshold_P",
    "threshold_V",
    "threshold_beta",
    "threshold_fine",
    "threshold_g",
    "threshold_p",
    "threshold_p_b",
    "threshold_p_eff",
    "threshold_p_price",
    "threshold_p_s",
    "threshold_pi_0",
    "threshold_pi_1",
    "threshold_r",
    "threshold_v",
    "unpermitted_probability",
    "violator_mean",
    "violator_pmf",
]
