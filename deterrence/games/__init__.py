"""The games between labs and Governor, each with its complete set of equilibria.

Examples
--------
>>> from deterrence import games
"""

from deterrence.games._capacity import (
    capacity_audit_rate,
    capacity_audits,
    capacity_detection,
    capacity_false_audit_rate,
)

__all__ = [
    "capacity_audit_rate",
    "capacity_audits",
    "capacity_detection",
    "capacity_false_audit_rate",
]
