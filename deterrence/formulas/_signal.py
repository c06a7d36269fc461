"""Signal game."""

from __future__ import annotations
