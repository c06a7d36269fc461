"""Strategic bidding."""

from __future__ import annotations
