"""From the plain objects of a file to scenarios, or to everything that is wrong with them.

What a parameter may be is said by the nouns of `deterrence`. Found here is what only a file can get
wrong: keys that are unknown or repeated, and objects that do not say what they describe.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import typing
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from deterrence import ParameterError, Problem, Scenario, find_problems
from deterrence._checks import listed

MOST_PROBLEMS = 100
_FEW = 12  # keys that are all listed, even where one of them is surely meant
_BAD = object()


def read(tree: Any) -> dict[str, Scenario]:
    """Scenarios by name, from one scenario or from a map of names to scenarios.

    Raises
    ------
    ParameterError
        With everything that is wrong, up to `MOST_PROBLEMS` problems.
    """
    if not isinstance(tree, dict) or not tree:
        allowed = "a scenario, or an object with a name and a scenario for each"
        raise ParameterError(Problem("file", tree, "holds no scenario", allowed))
    reading = _Reading()
    if tree.keys() & _types(Scenario).keys():
        found = {"": reading.noun(Scenario, tree, "")}
    else:
        found = reading.nouns(Scenario, tree, "", key="name")
    if reading.problems:
        raise ParameterError(*reading.problems)
    return {scenario.name: scenario for scenario in found.values()}


class _Reading:
    """One pass over a file, which collects problems instead of stopping at the first.

    A path is the dotted name of what is read, with a dot at its end unless it is empty.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def noun(self, noun: type, raw: Any, path: str) -> Any:
        """The noun that `raw` describes, or `_BAD` where it has problems."""
        if not isinstance(raw, dict):
            self._add(path[:-1], raw, "is not an object", f"an object with {', '.join(_required(noun))}")
            return _BAD
        before = len(self.problems)
        raw = self._spelled(raw, _types(noun), path)
        parts = {name: self._part(_types(noun)[name], value, f"{path}{name}.") for name, value in raw.items()}
        failed = {name for name, part in parts.items() if part is _BAD}
        for problem in find_problems(noun, {**parts, **{name: raw[name] for name in failed}}):
            if problem.field not in failed:
                self._add(path + problem.field, *problem[1:])
        return noun(**parts) if len(self.problems) == before else _BAD

    def nouns(self, noun: type, raw: Mapping[str, Any], path: str, key: str = "") -> dict[str, Any]:
        """A noun for each name in `raw`; the name is also its field `key`, if there is one."""
        self._check_repeated(raw, path)
        for name, value in raw.items():
            if key and isinstance(value, dict) and value.setdefault(key, name) != name:
                self._add(f"{path}{name}.{key}", value[key], "is another", f"the {key} it stands under")
        return {name: self.noun(noun, value, f"{path}{name}.") for name, value in raw.items()}

    def _part(self, hint: Any, raw: Any, path: str) -> Any:
        """The value of one field: nouns are made, all else is left as it is."""
        nouns = [part for part in (hint, *typing.get_args(hint)) if _is_noun(part)]
        kinds = {noun.kind: noun for noun in nouns if hasattr(noun, "kind")}
        if not isinstance(raw, dict):
            if not kinds or (raw is None and type(None) in typing.get_args(hint)):
                return raw
            self._add(path[:-1], raw, "is not an object", f"an object with kind {_quoted(kinds)}")
            return _BAD
        if typing.get_origin(hint) is dict:
            made = self.nouns(typing.get_args(hint)[1], raw, path)
            return _BAD if _BAD in made.values() else made
        if kinds:
            return self._of_kind(kinds, raw, path)
        if len(nouns) > 1:
            return self._one_of(nouns, raw, path)
        return self.noun(nouns[0], raw, path) if nouns else raw

    def _of_kind(self, kinds: Mapping[str, type], raw: dict[str, Any], path: str) -> Any:
        """The noun that `raw` describes, told by its ``kind``; the nearest one, if no noun has that kind."""
        known = raw if "kind" in raw else self._spelled(raw, _names(kinds.values()), path)
        kind = known.get("kind")
        near = _nearest(kind, kinds) if isinstance(kind, str) else None
        if "kind" not in known:
            self._add(path + "kind", None, "is missing", _quoted(kinds))
        elif near is None or near != kind:
            self._add(path + "kind", kind, f"is not one of the choices{_guess(near)}", _quoted(kinds))
        if near is None:
            return _BAD
        known["kind"] = near
        return self.noun(kinds[near], known, path)

    def _one_of(self, nouns: Sequence[type], raw: Mapping[str, Any], path: str) -> Any:
        """The noun that `raw` describes, told by the fields that it requires."""
        known = self._spelled(raw, _names(nouns), path)
        fits = [noun for noun in nouns if known.keys() & _required(noun)]
        if len(fits) == 1:
            return self.noun(fits[0], known, path)
        allowed = " or ".join(", ".join(_required(noun)) for noun in nouns)
        self._add(path[:-1], raw, "has both" if fits else "has neither", f"either {allowed}")
        return _BAD

    def _spelled(self, raw: Mapping[str, Any], names: Collection[str], path: str) -> dict[str, Any]:
        """`raw` with known keys only; a key that is nearly one of `names` is read as if it were."""
        self._check_repeated(raw, path)
        spelled = {name: value for name, value in raw.items() if name in names}
        for name in [name for name in raw if name not in spelled]:
            near = _nearest(name, names)
            many = near and len(names) > _FEW
            allowed = f"{near} or {len(names) - 1} other keys" if many else ", ".join(names)
            self._add(path + name, raw[name], f"is unknown{_guess(near)}", allowed)
            if near:
                spelled.setdefault(near, raw[name])
        return spelled

    def _check_repeated(self, raw: Mapping[str, Any], path: str) -> None:
        for name in getattr(raw, "repeated", ()):
            self._add(path + name, raw[name], "stands there more than once", "each key once")

    def _add(self, field: str, value: Any, reason: str, allowed: str) -> None:
        if len(self.problems) == MOST_PROBLEMS:
            last = Problem("problems", f"more than {MOST_PROBLEMS}", "the rest is not shown", "none")
            raise ParameterError(*self.problems, last)
        self.problems.append(Problem(field, value, reason, allowed))


def _is_noun(hint: Any) -> bool:
    return isinstance(hint, type) and dataclasses.is_dataclass(hint)


def _nearest(name: str, names: Collection[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name[:60], names, n=1)), None)


def _guess(near: str | None) -> str:
    return f', did you mean "{near}"?' if near else ""


def _quoted(words: Iterable[str]) -> str:
    return listed(*(f'"{word}"' for word in words))


def _names(nouns: Iterable[type]) -> list[str]:
    """The fields of all of the nouns, each once."""
    return list(dict.fromkeys(name for noun in nouns for name in _types(noun)))


@functools.cache
def _types(noun: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(noun, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(noun)}


def _required(noun: type) -> list[str]:
    """The fields that a noun made of nothing lacks."""
    return [problem.field for problem in find_problems(noun, {})]
