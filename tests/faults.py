"""Faults planted in the simulation, to see that they are found."""

from dataclasses import replace

import simulation._model
import simulation._record
import simulation._rules as rules
import simulation._turn as turn


def plant_undrawn_backchecks(monkeypatch):
    """Labs believe in backchecks that nobody makes."""
    honest = rules.rules_of

    def rules_of(game):
        without = replace(game, audit=replace(game.audit, backcheck_prob=0.0))
        return replace(honest(game), cuts=honest(without).cuts)

    for user in (simulation._model, simulation._record):
        monkeypatch.setattr(user, "rules_of", rules_of)


def plant_strict_comparison(monkeypatch):
    """A lab complies only if the expected penalty exceeds its gain: ties violate."""

    def complies(*, p_eff, B, g):
        return p_eff * B > g * (1 + 1e-12)

    monkeypatch.setattr(turn, "complies", complies)
