"""The games between labs and Governor, each with its complete set of equilibria.

Examples
--------
>>> from deterrence import games
>>> print(games.inspection(g=1.0, D=2.0, k=0.0, M=1.0))
defecting pays unless audited; auditing pays, but for nothing where the lab complies
  q = 0, a in [0.5, 1]
>>> games.bimatrix([[0, 0], [0.1, -1]], [[0, -1], [-3, -1]]).extreme
(Profile(row=(Fraction(2, 3), Fraction(1, 3)), column=(Fraction(10, 11), Fraction(1, 11))),)
"""

from deterrence.games._bimatrix import Bimatrix, Equilibria, bimatrix
from deterrence.games._equilibria import Profile, Subset
from deterrence.games._inspection import InspectionEquilibria, InspectionSubset, inspection
from deterrence.games._inspection_values import inspection_cutoffs, inspection_values
from deterrence.games._nashpy import NashpyCheck, NashpyProfile, NashpyRun
from deterrence.games._signal import SignalEquilibria, SignalSubset, signal
from deterrence.games._signal_values import signal_cutoffs, signal_values

__all__ = [
    "Bimatrix",
    "Equilibria",
    "InspectionEquilibria",
    "InspectionSubset",
    "NashpyCheck",
    "NashpyProfile",
    "NashpyRun",
    "Profile",
    "SignalEquilibria",
    "SignalSubset",
    "Subset",
    "bimatrix",
    "inspection",
    "inspection_cutoffs",
    "inspection_values",
    "signal",
    "signal_cutoffs",
    "signal_values",
]
