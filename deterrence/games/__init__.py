"""The games between labs and Governor, each with its complete set of equilibria.

Examples
--------
>>> from deterrence import games
>>> games.pooled_estimate(w=0.5, p_f=0.25, p_eff=0.75, t=0.5).limit
0.5
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
from deterrence.games._learning import (
    PooledEstimate,
    Stopping,
    pooled_estimate,
    stopping,
    stopping_times,
)

__all__ = [
    "CensoredLowering",
    "Gradient",
    "Lowering",
    "PooledEstimate",
    "Stopping",
    "Tracking",
    "censored_lowering",
    "gradient",
    "lowering",
    "pooled_estimate",
    "stopping",
    "stopping_times",
    "tracking",
]
