"""Quantal response."""

from __future__ import annotations
