"""From the behaviours that a game names to what makes them."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

from deterrence import Game, RationalLabs, TargetingGovernor, extensions
from simulation._governors import Gradient, Lowering, Replicating, Responding, Static, Tracking
from simulation._lab_behaviours import Bayesian, Imitating, Logit, Rational
from simulation._lasting import Lasting
from simulation._play import Play
from simulation._rules import Rules
from simulation._targeting import FarSighted, Targeting
from simulation._unfolding import Maker, Unfolding

LABS = {"rational": Rational, "bayesian": Bayesian, "logit": Logit, "imitating": Imitating}
GOVERNORS = {
    "static": Static,
    "gradient": Gradient,
    "lowering": Lowering,
    "tracking": Tracking,
    "targeting": Targeting,
    "logit": Responding,
    "replicator": Replicating,
}


def play_of(
    rules: Rules, seed: int, replications: range, behaviours: tuple[Maker | None, Maker | None]
) -> Play:
    """A game to play, with the labs and the Governor that it names or that stand in their place."""
    game, (labs, governor) = rules.game, behaviours
    if labs is None and governor is None and not extensions(game):
        return Lasting(rules, seed, replications)
    if labs is None:
        labs = _far_sighted(game) if governor is None else None
        labs = labs or _made(LABS, game.lab.behaviour)
    return Unfolding(rules, seed, replications, (labs, governor or _made(GOVERNORS, game.audit.governor)))


def _far_sighted(game: Game) -> Maker | None:
    """What makes rational labs that look ahead, if the game's Governor gives them something to look to."""
    governor = game.audit.governor
    if isinstance(governor, TargetingGovernor) and isinstance(game.lab.behaviour, RationalLabs):
        return partial(FarSighted, governor=governor)
    return None


def _made(classes: dict[str, Any], noun: Any) -> Maker:
    parameters = {field.name: getattr(noun, field.name) for field in dataclasses.fields(noun)}
    parameters.pop("discount", None)  # of labs, under whatever Governor
    return partial(classes[parameters.pop("kind")], **parameters)
