"""Where a gain or a cost stands between 0 and what an audit moves, and what that means for the players."""

from __future__ import annotations

from typing import Any

import numpy as np

BELOW, AT_ZERO, BOTH_ZERO, INSIDE, AT_TOP, ABOVE = range(6)
"""x < 0, x = 0 < top, x = 0 = top, 0 < x < top, x = top > 0, x > top."""

LAB = {
    BELOW: "defecting never pays",
    AT_ZERO: "defecting never pays, and costs nothing where there is no audit",
    BOTH_ZERO: "the lab is always indifferent",
    INSIDE: "defecting pays unless audited",
    AT_TOP: "defecting pays, but for nothing where it is audited",
    ABOVE: "defecting always pays",
}
"""What the place of the gain g between 0 and D means."""

GOVERNOR = {
    BELOW: "auditing always pays",
    AT_ZERO: "auditing pays, but for nothing where the lab complies",
    BOTH_ZERO: "the Governor is always indifferent",
    INSIDE: "auditing pays if the lab defects",
    AT_TOP: "auditing never pays, and costs nothing where the lab defects",
    ABOVE: "auditing never pays",
}
"""What the place of the audit cost k between 0 and M means."""


def place(x: Any, top: Any) -> Any:
    """The place of `x` between 0 and `top` >= 0, as one of the integers above."""
    reached = np.greater_equal(x, 0).astype(np.uint8) + 2 * np.greater(x, 0).astype(np.uint8)
    return reached + np.greater_equal(x, top) + np.greater(x, top)
