"""Comparative statics."""

from __future__ import annotations
