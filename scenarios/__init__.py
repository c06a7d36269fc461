"""Named games: scenarios that come with the package, and strict reading and safe writing of others.

A scenario file holds one scenario, or maps names to scenarios as those of the package do: ``config.json``
has games of the basic model, ``regimes.json`` the rest of the permit regime, and ``learning.json`` labs and
Governors that learn or remember. Every value is checked against the nouns of `deterrence`, and everything
that is wrong is said at once.
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
