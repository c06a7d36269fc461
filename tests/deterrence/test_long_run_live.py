"""Every parameter of every behaviour and of every memory changes some claim about the long run."""

from __future__ import annotations

import pytest
from learning_rows import ROWS, parameters
from long_runs import claims


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_parameter_changes_a_claim(row):
    before, after = (claims(game)[row.quantity] for game in row.games)
    assert before.sort != "unknown"
    assert (before.value, before.low, before.high) != (after.value, after.low, after.high)


def test_no_parameter_without_a_row():
    assert {(type(row.noun).__name__, row.name) for row in ROWS} == parameters()
