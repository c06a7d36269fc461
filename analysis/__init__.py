"""Compare the theory with the simulation, and report it: tables, figures, LaTeX, command line."""

from analysis._compare import Comparison, Row, compare
from analysis._figures import violations_figure
from analysis._intervals import Estimate, estimate, summarise
from analysis._latex import comparison_table
from analysis._long_run import ClaimSeen, LongRunComparison, compare_long_run

__all__ = [
    "ClaimSeen",
    "Comparison",
    "Estimate",
    "LongRunComparison",
    "Row",
    "compare",
    "compare_long_run",
    "comparison_table",
    "estimate",
    "summarise",
    "violations_figure",
]
