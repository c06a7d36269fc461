"""Replicator dynamics."""

from __future__ import annotations
