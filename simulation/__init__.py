"""The game of ``deterrence``, played by Mesa agents.

Labs trade permits, comply or not, and are audited, turn by turn. `PermitMarket` is one market, or an
ensemble of them, as a Mesa model to look into; `run` plays many replications and returns a `Record`.

Theory and simulation share the parameters and a lab's decision rule, ``deterrence.complies``, and
nothing else: no threshold and no prediction enters here, so that their agreement is evidence.
"""

from simulation._behaviour import GovernorBehaviour, LabBehaviour, Turn
from simulation._collector import ColumnCollector
from simulation._columns import COLUMNS, Columns
from simulation._governors import Gradient, Lowering, Replicating, Responding, Static, Tracking
from simulation._lab_behaviours import Bayesian, EachLab, Imitating, Logit, Rational
from simulation._labs import Lab
from simulation._model import Governor, PermitMarket
from simulation._quantities import ESCROW, QUANTITIES, Quantities
from simulation._record import Record, run
from simulation._targeting import FarSighted, Targeting

__all__ = [
    "COLUMNS",
    "ESCROW",
    "QUANTITIES",
    "Bayesian",
    "ColumnCollector",
    "Columns",
    "EachLab",
    "FarSighted",
    "Governor",
    "GovernorBehaviour",
    "Gradient",
    "Imitating",
    "Lab",
    "LabBehaviour",
    "Logit",
    "Lowering",
    "PermitMarket",
    "Quantities",
    "Rational",
    "Record",
    "Replicating",
    "Responding",
    "Static",
    "Targeting",
    "Tracking",
    "Turn",
    "run",
]
