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

from deterrence.games._bimatrix import Bimatrix, Equilibria, bimatrix
from deterrence.games._commitment import Commitment, commitment
from deterrence.games._equilibria import Profile, Subset
from deterrence.games._inspection import (
    InspectionEquilibria,
    InspectionSubset,
    inspection,
    inspection_cutoffs,
    inspection_values,
)
from deterrence.games._motion import replicator_constant, replicator_frequency, replicator_period
from deterrence.games._nashpy import NashpyCheck, NashpyProfile, NashpyRun
from deterrence.games._quantal import QuantalExpansion, QuantalResponse, quantal, quantal_expansion
from deterrence.games._replicator import Orbit, Replicator, RestPoint, replicator
from deterrence.games._signal import (
    SignalEquilibria,
    SignalSubset,
    signal,
    signal_cutoffs,
    signal_values,
)

__all__ = [
    "Bimatrix",
    "Commitment",
    "Equilibria",
    "InspectionEquilibria",
    "InspectionSubset",
    "NashpyCheck",
    "NashpyProfile",
    "NashpyRun",
    "Orbit",
    "Profile",
    "QuantalExpansion",
    "QuantalResponse",
    "Replicator",
    "RestPoint",
    "SignalEquilibria",
    "SignalSubset",
    "Subset",
    "bimatrix",
    "commitment",
    "inspection",
    "inspection_cutoffs",
    "inspection_values",
    "quantal",
    "quantal_expansion",
    "replicator",
    "replicator_constant",
    "replicator_frequency",
    "replicator_period",
    "signal",
    "signal_cutoffs",
    "signal_values",
]
