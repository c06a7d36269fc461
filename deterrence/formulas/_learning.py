"""Labs that learn, and Governors that adapt."""

from deterrence.formulas._beliefs import (
    expected_violations,
    pooled_estimate,
    stopping_even_odds,
    stopping_probability,
)
from deterrence.formulas._governors import (
    censored_lowering,
    collapse_threshold,
    gradient_limit,
    least_step_ratio,
    lowering_share,
    quantile_tracking,
)

__all__ = [
    "censored_lowering",
    "collapse_threshold",
    "expected_violations",
    "gradient_limit",
    "least_step_ratio",
    "lowering_share",
    "pooled_estimate",
    "quantile_tracking",
    "stopping_even_odds",
    "stopping_probability",
]
