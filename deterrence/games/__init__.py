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
from deterrence.games._congestion import CongestionEquilibria, CongestionEquilibrium, congestion
from deterrence.games._congestion_limit import (
    CongestionLimit,
    LimitEquilibrium,
    congestion_limit,
    congestion_response,
)
from deterrence.games._congestion_regimes import (
    CongestionRegimes,
    compliance_capacity,
    congested_detection,
    congestion_regimes,
    defection_capacity,
    tipping_share,
)

__all__ = [
    "CongestionEquilibria",
    "CongestionEquilibrium",
    "CongestionLimit",
    "CongestionRegimes",
    "LimitEquilibrium",
    "capacity_audit_rate",
    "capacity_audits",
    "capacity_detection",
    "capacity_false_audit_rate",
    "compliance_capacity",
    "congested_detection",
    "congestion",
    "congestion_limit",
    "congestion_regimes",
    "congestion_response",
    "defection_capacity",
    "tipping_share",
]
