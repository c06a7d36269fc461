"""The games between labs and Governor, each with its complete set of equilibria.

Examples
--------
>>> from deterrence import games
>>> games.commitment(g=1.0, D=2.0, k=1.0, M=2.0, H=4.0).branch
'deter'
"""

from deterrence.games._commitment import Commitment, commitment
from deterrence.games._quantal import QuantalExpansion, QuantalResponse, quantal, quantal_expansion
from deterrence.games._replicator import (
    Orbit,
    Replicator,
    RestPoint,
    replicator,
    replicator_constant,
    replicator_frequency,
    replicator_period,
)

__all__ = [
    "Commitment",
    "Orbit",
    "QuantalExpansion",
    "QuantalResponse",
    "Replicator",
    "RestPoint",
    "commitment",
    "quantal",
    "quantal_expansion",
    "replicator",
    "replicator_constant",
    "replicator_frequency",
    "replicator_period",
]
