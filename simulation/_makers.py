"""From the behaviours that a game names to what makes them."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

from deterrence import extensions
from simulation._governors import Gradient, Lowering, Static, Tracking
from simulation._lab_behaviours import Bayesian, Logit, Rational
from simulation._lasting import Lasting
from simulation._play import Play
from simulation._rules import Rules
from simulation._unfolding import Maker, Unfolding

LABS = {"rational": Rational, "bayesian": Bayesian, "logit": Logit}
GOVERNORS = {"static": Static, "gradient": Gradient, "lowering": Lowering, "tracking": Tracking}


def play_of(
    rules: Rules, seed: int, replications: range, behaviours: tuple[Maker | None, Maker | None]
) -> Play:
    """A game to play, with the labs and the Governor that it names or that stand in their place."""
    game, (labs, governor) = rules.game, behaviours
    if labs is None and governor is None and not extensions(game):
        return Lasting(rules, seed, replications)
    makers = labs or _made(LABS, game.lab.behaviour), governor or _made(GOVERNORS, game.audit.governor)
    return Unfolding(rules, seed, replications, makers)


def _made(classes: dict[str, Any], noun: Any) -> Maker:
    parameters = {field.name: getattr(noun, field.name) for field in dataclasses.fields(noun)}
    return partial(classes[parameters.pop("kind")], **parameters)
