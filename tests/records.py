"""Records of simulations to the byte."""

import hashlib

from simulation import COLUMNS, ESCROW, QUANTITIES

ARRAYS = (*QUANTITIES, *ESCROW, "wealth", "account")


def arrays(record):
    """All arrays of a record by their names, those of labs among them if it has them."""
    found = {name: getattr(record, name) for name in ARRAYS}
    if record.labs is not None:
        found |= {f"labs.{name}": getattr(record.labs, name) for name in COLUMNS}
    return found


def digest(record):
    """Hash of all arrays of a record."""
    return hashlib.sha256(b"".join(values.tobytes() for values in arrays(record).values())).hexdigest()


def assert_same(a, b, rows=slice(None)):
    """`b` has the bytes of the given rows of `a`."""
    theirs = arrays(b)
    for name, values in arrays(a).items():
        assert values[rows].tobytes() == theirs[name].tobytes(), name
