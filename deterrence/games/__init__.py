"""The games between labs and Governor, each with its complete set of equilibria.

Examples
--------
>>> from deterrence import games
>>> print(games.inspection(g=1.0, D=2.0, k=0.0, M=1.0))
defecting pays unless audited; auditing pays, but for nothing where the lab complies
  q = 0, a in [0.5, 1]
>>> games.bimatrix([[0, 0], [0.1, -1]], [[0, -1], [-3, -1]]).extreme
(Profile(row=(Fraction(2, 3), Fraction(1, 3)), column=(Fraction(10, 11), Fraction(1, 11))),)
>>> games.commitment(g=1.0, D=2.0, k=1.0, M=2.0, H=4.0).branch
'deter'
"""

from deterrence.games._adaptive import (
    CensoredLowering,
    Lowering,
    censored_lowering,
    lowering,
)
from deterrence.games._approximation import (
    Gradient,
    Tracking,
    gradient,
    tracking,
)
from deterrence.games._bimatrix import (
    Bimatrix,
    Equilibria,
    bimatrix,
)
from deterrence.games._capacity import (
    capacity_audit_rate,
    capacity_audits,
    capacity_detection,
    capacity_false_audit_rate,
)
from deterrence.games._commitment import (
    Commitment,
    commitment,
)
from deterrence.games._congestion import (
    CongestionEquilibria,
    CongestionEquilibrium,
    congestion,
)
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
from deterrence.games._decay import (
    DecayingEscalation,
    consecutive_catches,
    decaying_escalation,
    relapse_time,
)
from deterrence.games._equilibria import (
    Profile,
    Subset,
)
from deterrence.games._escalation import (
    Escalation,
    escalation,
)
from deterrence.games._inspection import (
    InspectionEquilibria,
    InspectionSubset,
    inspection,
)
from deterrence.games._inspection_values import (
    InspectionCutoffs,
    inspection_cutoffs,
    inspection_values,
)
from deterrence.games._learning import (
    PooledEstimate,
    Stopping,
    pooled_estimate,
    stopping,
    stopping_times,
)
from deterrence.games._motion import (
    replicator_constant,
    replicator_frequency,
    replicator_period,
)
from deterrence.games._nashpy import (
    NashpyCheck,
    NashpyProfile,
    NashpyRun,
)
from deterrence.games._quantal import (
    QuantalExpansion,
    QuantalResponse,
    quantal,
    quantal_expansion,
)
from deterrence.games._replicator import (
    Orbit,
    Replicator,
    RestPoint,
    replicator,
)
from deterrence.games._sets import Values
from deterrence.games._signal import (
    SignalEquilibria,
    SignalSubset,
    signal,
)
from deterrence.games._signal_values import (
    SignalCutoffs,
    signal_cutoffs,
    signal_values,
)
from deterrence.games._splitting import (
    SplitChoice,
    SplitSwings,
    SplitVolumes,
    split_choice,
    split_marginal,
    split_swings,
    split_volumes,
)
from deterrence.games._targeting import (
    Targeting,
    targeting,
)

__all__ = [
    "Bimatrix",
    "CensoredLowering",
    "Commitment",
    "CongestionEquilibria",
    "CongestionEquilibrium",
    "CongestionLimit",
    "CongestionRegimes",
    "DecayingEscalation",
    "Equilibria",
    "Escalation",
    "Gradient",
    "InspectionCutoffs",
    "InspectionEquilibria",
    "InspectionSubset",
    "LimitEquilibrium",
    "Lowering",
    "NashpyCheck",
    "NashpyProfile",
    "NashpyRun",
    "Orbit",
    "PooledEstimate",
    "Profile",
    "QuantalExpansion",
    "QuantalResponse",
    "Replicator",
    "RestPoint",
    "SignalCutoffs",
    "SignalEquilibria",
    "SignalSubset",
    "SplitChoice",
    "SplitSwings",
    "SplitVolumes",
    "Stopping",
    "Subset",
    "Targeting",
    "Tracking",
    "Values",
    "bimatrix",
    "capacity_audit_rate",
    "capacity_audits",
    "capacity_detection",
    "capacity_false_audit_rate",
    "censored_lowering",
    "commitment",
    "compliance_capacity",
    "congested_detection",
    "congestion",
    "congestion_limit",
    "congestion_regimes",
    "congestion_response",
    "consecutive_catches",
    "decaying_escalation",
    "defection_capacity",
    "escalation",
    "gradient",
    "inspection",
    "inspection_cutoffs",
    "inspection_values",
    "lowering",
    "pooled_estimate",
    "quantal",
    "quantal_expansion",
    "relapse_time",
    "replicator",
    "replicator_constant",
    "replicator_frequency",
    "replicator_period",
    "signal",
    "signal_cutoffs",
    "signal_values",
    "split_choice",
    "split_marginal",
    "split_swings",
    "split_volumes",
    "stopping",
    "stopping_times",
    "targeting",
    "tipping_share",
    "tracking",
]
