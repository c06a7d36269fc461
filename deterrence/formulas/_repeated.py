"""Repeated enforcement."""

from __future__ import annotations
