"""Named games: scenarios that come with the package, and strict reading and safe writing of others.

A scenario file holds one scenario, or maps names to scenarios as ``scenarios/config.json`` does. Every
value is checked against the nouns of `deterrence`, and everything that is wrong is said at once.
"""

from scenarios._files import ScenarioError, load, load_all, names, save
from scenarios._schema import schema

__all__ = [
    "ScenarioError",
    "load",
    "load_all",
    "names",
    "save",
    "schema",
]
