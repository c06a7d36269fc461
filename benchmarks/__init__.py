"""Ratios of running times, each inside one run."""
