"""From the plain objects of a file to scenarios, or to everything that is wrong with them.

The nouns of `deterrence` say what is allowed; what is only possible in a file is found here: keys that
are missing, unknown or repeated, and parts of which it is not clear what they describe.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import typing
from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Any

from deterrence import ParameterError, Problem, Scenario, find_problems
from scenarios._json import Object

MOST_PROBLEMS = 100
_BAD = object()


def read(tree: Any) -> dict[str, Scenario]:
    """Scenarios by name, from one scenario or from a map of names to scenarios.

    Raises
    ------
    ParameterError
        With everything that is wrong, up to `MOST_PROBLEMS` problems.
    """
    reading = _Reading()
    if not isinstance(tree, dict) or not tree:
        allowed = "a scenario, or an object with a name and a scenario for each"
        raise ParameterError(Problem("file", tree, "holds no scenario", allowed))
    if tree.keys() & _types(Scenario).keys():
        found = [reading.noun(Scenario, tree, "")]
    else:
        reading.check_repeated(tree, "")
        found = [reading.noun(Scenario, raw, f"{_plain(name)}.", name=name) for name, raw in tree.items()]
    if reading.problems:
        raise ParameterError(*reading.problems)
    return {scenario.name: scenario for scenario in found}


class _Reading:
    """One pass over a file, which collects problems instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def noun(self, noun: type, raw: Any, path: str, **given: Any) -> Any:
        """The noun that `raw` describes, or `_BAD`; what is wrong is added to `problems`.

        `given` are fields that are known from elsewhere and do not stand in `raw`.
        """
        if not isinstance(raw, dict):
            self._add(path[:-1], raw, "is not an object", _listed(_types(noun).keys() - given.keys(), noun))
            return _BAD
        before = len(self.problems)
        self.check_repeated(raw, path)
        hints = {name: hint for name, hint in _types(noun).items() if name not in given}
        self._check_keys(noun, raw, path, hints)
        values, failed = dict(given), set[str]()
        for name in hints.keys() & raw.keys():
            value = self._part(hints[name], raw[name], f"{path}{name}.")
            values[name] = raw[name] if value is _BAD else value
            failed |= {name} if value is _BAD else set()
        for problem in find_problems(noun, values):
            if problem.field not in failed:
                self._add(path + problem.field, *problem[1:])
        return noun(**values) if len(self.problems) == before else _BAD
