"""Files and constructors accept the same values, and so does pydantic, which reads the types by itself."""

import copy
import dataclasses
import json
import math
import random
import warnings
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import deterrence as dt
import scenarios

ADAPTER = TypeAdapter(dt.Scenario)
CONFIG = Path(scenarios.__file__).with_name("config.json")
VALUES = [
    0, 1, 2, -1, 7, 0.0, -0.0, 1.0, 0.5, 1.5, 6.0, 1e-300, 5e-324, 1e15, 1e16, 1.0000000000000002, 10**7,
    10**7 + 1, 10**9 + 1, 10**15, 10**16, 10**40, 1e40, 1e41, 2**63, 2**64, 2**128 - 1, 2**128,
    math.nan, math.inf, -math.inf, True, False, None, "", "0.5", "1", "min", "gross", "posted", "none",
    "bayesian", "gradient", "a b", "a/b", "..", "x" * 64, "x" * 65,
    "\x1b[31m", "\n", "é", "\u202e", "NaN", [], [1], {}, {"min": 1},
]  # fmt: skip
AUDIT = {
    "high_prob": 0.9, "base_prob": 0.0, "false_positive_rate": 0.0, "false_negative_rate": 0.0,
    "penalty_amount": 2.0,
}  # fmt: skip
BOUNDS = {"gross_value_min": 0.5, "gross_value_max": 1.5, "risk_profile_min": 1.0, "risk_profile_max": 1.0}
TRUNCATED = {"mean": 1.0, "sd": 1.0, "min": 0.5, "max": 1.5}
LOGNORMAL = {"median": 1.0, "sigma": 1.0}
SECTIONS: dict[str, tuple[type, dict[str, Any]]] = {
    "audit": (dt.Audit, AUDIT),
    "market": (dt.CapMarket, {"token_cap": 10}),
    "price market": (dt.FixedPriceMarket, {"fixed_price": 1.0}),
    "lab": (dt.LabPopulation, BOUNDS),
    "truncated normal": (dt.TruncatedNormal, TRUNCATED),
    "lognormal": (dt.LogNormal, LOGNORMAL),
    "provenance": (dt.Provenance, {"value": 1.0, "unit": "USD", "source": "law"}),
    "scenario": (dt.Scenario, {"name": "mine", "description": "", "n_agents": 10}),
    "capacity": (dt.AuditCapacity, {"audits": 2}),
    "escalation": (dt.AuditEscalation, {"increment": 1.0, "decay": 0.5}),
    "racing gap": (dt.RacingGap, {"sensitivity": 0.5, "scale": 2.0}),
    "splitting": (
        dt.Splitting,
        {"cost_min": 0.5, "cost_max": 1.0, "coordination_min": 0.25, "coordination_max": 0.5},
    ),
    "rational labs": (dt.RationalLabs, {}),
    "Bayesian labs": (dt.BayesianLabs, {}),
    "logit labs": (dt.LogitLabs, {"precision": 2.0}),
    "imitating labs": (dt.ImitatingLabs, {"rate": 0.5}),
    "static Governor": (dt.StaticGovernor, {}),
    "gradient Governor": (dt.GradientGovernor, {}),
    "lowering Governor": (dt.LoweringGovernor, {"down": 0.1, "up": 0.5}),
    "tracking Governor": (dt.TrackingGovernor, {"target": 0.1}),
    "targeting Governor": (
        dt.TargetingGovernor,
        {"high_prob": 0.9, "base_prob": 0.5, "penalty_amount": 4.0, "return_prob": 0.5},
    ),
    "logit Governor": (dt.LogitGovernor, {"precision": 2.0, "recovery": 3.0}),
    "replicator Governor": (dt.ReplicatorGovernor, {"rate": 0.5, "recovery": 3.0}),
}
# A wrong kind makes a file mean another noun; the cases of malformed.txt have that.
FIELDS = [
    (section, field.name)
    for section, (noun, _) in SECTIONS.items()
    for field in dataclasses.fields(noun)
    if field.name != "kind"
]
NOUNS_INSIDE = {"audit", "market", "lab", "capacity", "escalation", "racing_gap", "splitting", "provenance"}
TOLD_BY_KIND = {"behaviour", "governor", *(field for _, field in FIELDS if field.endswith("_distribution"))}


def _tree(section: str, changed: dict[str, Any]) -> dict[str, Any]:
    """A scenario as a file has it, with `changed` in one section."""
    tree: dict[str, Any] = {"name": "mine", "description": "", "n_agents": 10}
    tree |= {"audit": dict(AUDIT), "market": {"token_cap": 10}, "lab": dict(BOUNDS)}
    noun = SECTIONS[section][0]
    described = {"kind": noun.kind, **changed} if hasattr(noun, "kind") else changed
    match section.split():
        case ["scenario"]:
            tree |= changed
        case ["audit" | "market" | "lab"]:
            tree[section] = changed
        case ["price", "market"]:
            tree["market"] = changed
        case ["truncated", "normal"] | ["lognormal"]:
            tree["lab"] = {"gross_value_distribution": described}
        case ["provenance"]:
            tree["provenance"] = {"audit.cost": changed}
        case ["capacity" | "escalation"]:
            tree["audit"][section] = changed
        case ["splitting"] | ["racing", "gap"]:
            tree["lab"][section.replace(" ", "_")] = changed
        case [_, "labs"]:
            tree["lab"]["behaviour"] = described
        case [_, "Governor"]:
            tree["audit"]["governor"] = described
    return tree


def _constructed(section: str, changed: dict[str, Any]) -> list[tuple[str, ...]]:
    """What the constructor of a noun says of its fields."""
    noun, _ = SECTIONS[section]
    parts: dict[str, Any] = {}
    if section == "scenario":
        market, lab = dt.CapMarket(token_cap=10), dt.LabPopulation(**BOUNDS)
        parts = {"audit": dt.Audit(**AUDIT), "market": market, "lab": lab}
    try:
        noun(**{**parts, **changed})
    except dt.ParameterError as error:
        return [(problem.field, *str(problem).split(": ", 1)[1:]) for problem in error.problems]
    return []


def _read(tree: Any, path: Path) -> list[dt.Problem]:
    path.write_text(json.dumps(tree))
    try:
        scenarios.load_all(path)
    except scenarios.ScenarioError as error:
        return list(error.problems)
    return []


def _pydantic_accepts(tree: Any) -> bool:
    try:
        ADAPTER.validate_json(json.dumps(tree))
    except ValidationError:
        return False
    return True


@pytest.mark.filterwarnings("ignore::deterrence.ParameterWarning")
@pytest.mark.parametrize(("section", "field"), FIELDS)
def test_files_and_constructors_accept_and_refuse_the_same_values(section, field, tmp_path):
    for value in VALUES:
        changed = {**SECTIONS[section][1], field: value}
        tree = _tree(section, changed)
        said = _constructed(section, changed)
        if isinstance(value, dict) and field in NOUNS_INSIDE | TOLD_BY_KIND:
            continue  # an object describes a noun, which has its own cases, and a dict is none
        found = _read(tree, tmp_path / "case.json")
        lines = [(p.field.split(".")[-1], *str(p).split(": ", 1)[1:]) for p in found]
        if field in TOLD_BY_KIND:  # files name the kinds, and constructors the classes
            lines, said = ([about[0] for about in pair] for pair in (lines, said))
        assert lines == said, value
        assert _pydantic_accepts(tree) == (not said), value


def test_the_table_covers_every_noun():
    nouns = {part for part in (getattr(dt, name) for name in dt.__all__) if hasattr(part, "rules")}
    assert {noun for noun, _ in SECTIONS.values()} == nouns - {dt.Game, dt.Uniform}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_noun_is_read_from_a_file_as_it_is_made(section, tmp_path):
    noun, given = SECTIONS[section]
    path = tmp_path / "case.json"
    path.write_text(json.dumps(_tree(section, given)))
    scenario = scenarios.load(path)
    parts = [scenario, *_parts(scenario)]
    assert noun is dt.Scenario or noun(**given) in parts
    assert ADAPTER.validate_json(path.read_bytes()) == scenario


def _parts(noun: Any) -> list[Any]:
    """All nouns inside a noun."""
    values = [*vars(noun).values(), *getattr(noun, "provenance", {}).values()]
    inside = [value for value in values if dataclasses.is_dataclass(value)]
    return [*inside, *(part for value in inside for part in _parts(value))]


@pytest.mark.parametrize("kinds", ["behaviour", "governor", "flops_distribution"])
def test_a_kind_is_needed_and_no_other_key_tells(kinds, tmp_path):
    """For pydantic, and so for the schema, as well."""
    holder = "audit" if kinds == "governor" else "lab"
    for _, given in SECTIONS.values():
        for described in (given, {"kind": None, **given}, {"kind": "none", **given}):
            tree = _tree("audit", dict(AUDIT))
            tree[holder][kinds] = described
            found = _read(tree, tmp_path / "case.json")
            assert f"{holder}.{kinds}.kind" in {problem.field for problem in found}
            assert not _pydantic_accepts(tree)


def test_strategic_bids_at_a_fixed_price_are_refused_like_everywhere(tmp_path):
    tree = _tree("price market", {"fixed_price": 1.0})
    assert _read(tree, tmp_path / "case.json") == []
    tree["lab"]["bid_rule"] = "strategic"
    assert [problem.field for problem in _read(tree, tmp_path / "case.json")] == ["lab.bid_rule"]
    assert not _pydantic_accepts(tree)


HUGE = [10**400, -(10**400), 10**6000]


@pytest.mark.parametrize("value", HUGE, ids=["1e400", "-1e400", "1e6000"])
def test_integers_beyond_floats_are_refused_like_other_values(value):
    with pytest.raises(dt.ParameterError, match="out of range"):
        dt.Audit(**AUDIT | {"penalty_amount": value})
    with pytest.raises(dt.ParameterError, match="out of range"):
        dt.CapMarket(token_cap=value)


# Fuzzing

TREES = [*json.loads(CONFIG.read_text("utf-8")).items()]
TREES += [("mine", _tree(section, dict(given))) for section, (_, given) in SECTIONS.items()]


def _broken_bytes(data: bytes, rng: random.Random) -> bytes:
    """A few random edits: bytes replaced, pieces removed, doubled, or put elsewhere."""
    for _ in range(rng.choice([1, 1, 2, 5])):
        start = rng.randrange(len(data))
        stop = min(len(data), start + rng.choice([1, 1, 2, 10, 200]))
        piece = data[start:stop]
        match rng.randrange(5):
            case 0:
                piece = bytes(rng.randrange(256) for _ in piece)
            case 1:
                piece = b""
            case 2:
                piece = piece * 2
            case 3:
                piece = bytes(rng.choices(b'0123456789eE+-.,:{}[]" \\untrfalse', k=len(piece)))
            case _:
                other = rng.randrange(len(data))
                piece = data[other : other + len(piece)]
        data = data[:start] + piece + data[stop:]
    return data


def _objects(tree: Any) -> list[dict[str, Any]]:
    """All objects in a tree."""
    inside = [child for item in tree.values() if isinstance(item, dict) for child in _objects(item)]
    return [tree, *inside]


def _broken_tree(tree: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """One random edit: a value replaced or scaled, or a key removed, renamed or added."""
    parent = rng.choice(_objects(tree))
    key = rng.choice([*parent, "extra"])
    match rng.randrange(5):
        case 0 | 1:
            parent[key] = rng.choice([*VALUES, dict(parent)])
        case 2:
            parent.pop(key, None)
        case 3 if isinstance(parent.get(key), float):
            parent[key] *= rng.choice([-1, 2, 1000, 0.5])
        case _:
            parent[rng.choice([key[:-1], key.upper(), key + "s", "name"])] = parent.pop(key, 0)
    return tree


def test_no_broken_bytes_bring_anything_but_the_one_error(tmp_path):
    rng, path = random.Random(1), tmp_path / "case.json"
    named = {f"mine{i}": {**tree, "name": f"mine{i}"} for i, (_, tree) in enumerate(TREES)}
    data = CONFIG.read_bytes(), json.dumps(named).encode()
    messages = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        for _ in range(1000):
            path.write_bytes(_broken_bytes(rng.choice(data), rng))
            try:
                scenarios.load_all(path)
            except scenarios.ScenarioError as error:
                messages.append(str(error))
    assert 300 < len(messages) < 1000
    assert all(line.isprintable() for message in messages for line in message.split("\n"))


def test_no_broken_tree_brings_anything_but_the_one_error(tmp_path):
    rng, path = random.Random(2), tmp_path / "case.json"
    accepted = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dt.ParameterWarning)
        for _ in range(1000):
            name, tree = copy.deepcopy(rng.choice(TREES))
            tree = _broken_tree({"name": name, **tree}, rng)
            problems = _read(tree, path)
            assert _pydantic_accepts(tree) == (not problems), (tree, problems)
            accepted += not problems
    assert 50 < accepted < 500
