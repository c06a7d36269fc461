"""Scenarios by name or from a file, and back into a file."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import json
import os
import stat
import uuid
from importlib import resources
from pathlib import Path
from typing import Any

from deterrence import ParameterError, Problem, Scenario
from scenarios._json import MOST_BYTES, parse
from scenarios._reading import read

_SHIPPED = ("config.json", "regimes.json", "learning.json")


class ScenarioError(ParameterError):
    """A file, or a name, that gives no scenario, or a scenario that cannot be saved.

    Its message has one line for each problem, ``FILE: FIELD = VALUE: reason (allowed: RANGE)``.

    Attributes
    ----------
    source : str
        The file; ``"scenarios"`` where a name is none of those that come with the package.
    problems : tuple of Problem
        Every problem found, each with ``field``, ``value``, ``reason`` and ``allowed``.
    """

    def __init__(self, source: str, *problems: Problem) -> None:
        super().__init__(*problems)
        self.source = source

    def __str__(self) -> str:
        source = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in self.source)
        return "\n".join(f"{source}: {problem}" for problem in self.problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.source, *self.problems)


def names() -> tuple[str, ...]:
    """Names of the scenarios that come with the package.

    Examples
    --------
    >>> "baseline" in names()
    True
    """
    return tuple(_shipped())


def load(name_or_path: str | Path) -> Scenario:
    """Load one scenario.

    Parameters
    ----------
    name_or_path : str or Path
        The name of a shipped scenario; or a file, as a `Path` or as a text that ends in ``.json``.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        If there is no such scenario, or if the file does not hold exactly one, with everything that is
        wrong with it.

    Examples
    --------
    >>> load("baseline").n_agents
    20
    """
    if _is_name(name_or_path):
        return _shipped_one(str(name_or_path))
    found = load_all(name_or_path)
    if len(found) > 1:
        problem = Problem("scenarios", len(found), "are more than load can return", "1, or use load_all")
        raise ScenarioError(str(name_or_path), problem)
    return next(iter(found.values()))


def load_all(path: str | Path) -> dict[str, Scenario]:
    """Load every scenario of a file, by name.

    Parameters
    ----------
    path : str or Path
        A file that holds one scenario or maps names to scenarios, as a `Path` or as a text that ends
        in ``.json``.

    Returns
    -------
    dict of str to Scenario

    Raises
    ------
    ScenarioError
        With everything that is wrong with the file.

    Examples
    --------
    >>> from importlib.resources import files
    >>> "baseline" in load_all(f"{files('scenarios')}/config.json")
    True
    """
    try:
        return read(parse(_bytes_of(_path(path))))
    except ParameterError as error:
        raise ScenarioError(str(path), *error.problems) from None


def save(scenario: Scenario, path: str | Path) -> None:
    """Write a scenario to a file that `load` reads back as the same scenario.

    The file appears under its name only when it is complete; an old one of that name stays until then.

    Parameters
    ----------
    scenario : Scenario
        What to write.
    path : str or Path
        The file, as a `Path` or as a text that ends in ``.json``.

    Raises
    ------
    ScenarioError
        If the file cannot be written; then an old one is as it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(load("baseline"), f"{folder}/mine.json")
    ...     load(f"{folder}/mine.json") == load("baseline")
    True
    """
    fields = dataclasses.asdict(scenario)
    first = {name: fields.pop(name) for name in ("name", "description", "n_agents", "steps", "seed")}
    text = json.dumps(_without_none(first | fields), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        replace_file(_path(path), text.encode())
    except ParameterError as error:
        raise ScenarioError(str(path), *error.problems) from None
    except (OSError, ValueError) as error:
        raise ScenarioError(str(path), _failure(path, "cannot be written", error)) from None


def _bytes_of(path: Path) -> bytes:
    try:
        if stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for a writer
            with path.open("rb") as file:
                return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ParameterError(_failure(path, "cannot be read", error)) from None
    raise ParameterError(Problem("file", str(path), "is a folder or a device", "a file"))


def replace_file(path: Path, data: bytes) -> None:
    """Write under a temporary name in the same folder, sync, rename."""
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _failure(path: str | Path, what: str, error: Exception) -> Problem:
    cause = error.strerror if isinstance(error, OSError) else error
    return Problem("file", str(path), f"{what} ({cause})", "a file, in a folder that there is")


def _without_none(value: Any) -> Any:
    """Every None is a default, so that it need not be written."""
    if not isinstance(value, dict):
        return value
    return {key: _without_none(item) for key, item in value.items() if item is not None}


def _is_name(name_or_path: str | Path) -> bool:
    return isinstance(name_or_path, str) and not name_or_path.endswith(".json")


def _path(path: str | Path) -> Path:
    """The path, unless it is a name: names never become paths."""
    if _is_name(path):
        raise ParameterError(Problem("file", path, "is a name", "a Path, or a text that ends in .json"))
    return Path(path)


def _shipped_one(name: str) -> Scenario:
    if name in names():
        return _shipped()[name]
    near = difflib.get_close_matches(name[:60], names(), n=1)
    reason = f'is unknown, did you mean "{near[0]}"?' if near else "is unknown"
    raise ScenarioError("scenarios", Problem("name", name, reason, ", ".join(names())))


@functools.cache
def _shipped() -> dict[str, Scenario]:
    folder = resources.files("scenarios")
    found: dict[str, Scenario] = {}
    for file in _SHIPPED:
        found |= read(parse(folder.joinpath(file).read_bytes()))
    return found
