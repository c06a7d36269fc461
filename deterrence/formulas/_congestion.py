"""Audit capacity."""

from __future__ import annotations
