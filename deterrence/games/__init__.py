"""The games between labs and Governor, each with its complete set of equilibria.

Examples
--------
>>> from deterrence import games
"""

from deterrence.games._decay import (
    DecayingEscalation,
    consecutive_catches,
    decaying_escalation,
    relapse_time,
)
from deterrence.games._escalation import Escalation, escalation
from deterrence.games._splitting import (
    SplitChoice,
    SplitSwings,
    SplitVolumes,
    split_choice,
    split_marginal,
    split_swings,
    split_volumes,
)
from deterrence.games._targeting import Targeting, targeting

__all__ = [
    "DecayingEscalation",
    "Escalation",
    "SplitChoice",
    "SplitSwings",
    "SplitVolumes",
    "Targeting",
    "consecutive_catches",
    "decaying_escalation",
    "escalation",
    "relapse_time",
    "split_choice",
    "split_marginal",
    "split_swings",
    "split_volumes",
    "targeting",
]
