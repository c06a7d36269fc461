"""The games between labs and Governor, each with its complete set of equilibria.

Examples
--------
>>> from deterrence import games
>>> games.bimatrix([[0, 0], [0.1, -1]], [[0, -1], [-3, -1]]).extreme
(Profile(row=(Fraction(2, 3), Fraction(1, 3)), column=(Fraction(10, 11), Fraction(1, 11))),)
"""

from deterrence.games._bimatrix import Bimatrix, Equilibria, bimatrix
from deterrence.games._equilibria import Profile, Subset
from deterrence.games._nashpy import NashpyCheck, NashpyProfile, NashpyRun

__all__ = [
    "Bimatrix",
    "Equilibria",
    "NashpyCheck",
    "NashpyProfile",
    "NashpyRun",
    "Profile",
    "Subset",
    "bimatrix",
]
