"""Compare the theory with the simulation, and report it: tables, figures, LaTeX, command line."""

from analysis._compare import Comparison, Row, compare
from analysis._figures import violations_figure
from analysis._intervals import Estimate, estimate, summarise
from analysis._latex import comparison_table

__all__ = [
    "Comparison",
    "Estimate",
    "Row",
    "compare",
    "comparison_table",
    "estimate",
    "summarise",
    "violations_figure",
]
