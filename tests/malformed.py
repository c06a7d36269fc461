"""Scenario files with something wrong, and the lines that say so."""

from __future__ import annotations

from pathlib import Path

VALID = """{
  "mine": {
    "description": "words",
    "n_agents": 20,
    "steps": 1,
    "seed": 7,
    "audit": {
      "high_prob": 0.6,
      "base_prob": 0.1,
      "false_positive_rate": 0.1,
      "false_negative_rate": 0.2,
      "penalty_amount": 2.0
    },
    "market": {"token_cap": 10},
    "lab": {"gross_value_min": 0.5, "gross_value_max": 1.5}
  }
}
"""

ONE = "(allowed: a scenario, or an object with a name and a scenario for each)"
WHOLE_FILES = {
    "empty": (b"", 'line 1 column 1 = "": is not JSON (Expecting value) (allowed: JSON)'),
    "blank": (b" \n", 'line 2 column 1 = "": is not JSON (Expecting value) (allowed: JSON)'),
    "no scenarios": (b"{}", f"file = {{}}: holds no scenario {ONE}"),
    "list": (b"[{}]", f"file = [{{}}]: holds no scenario {ONE}"),
    "number": (b"3", f"file = 3: holds no scenario {ONE}"),
    "null": (b"null", f"file = None: holds no scenario {ONE}"),
    "NaN": (b"NaN", f"file = nan: holds no scenario {ONE}"),
    "two documents": (b"{} {}", 'line 1 column 4 = "{}": is not JSON (Extra data) (allowed: JSON)'),
    "cut short": (b'{"mine": ', 'line 1 column 10 = "": is not JSON (Expecting value) (allowed: JSON)'),
    "comment": (b"// no", 'line 1 column 1 = "// no": is not JSON (Expecting value) (allowed: JSON)'),
    "open text": (
        b'{"a',
        'line 1 column 2 = ""a": is not JSON (Unterminated string starting at) (allowed: JSON)',
    ),
    "not UTF-8": (b'{"mine": "\xe9"}', r"byte 11 = b'\xe9': is not UTF-8 (allowed: UTF-8 text)"),
    "UTF-16": ('{"mine"'.encode("utf-16"), r"byte 1 = b'\xff': is not UTF-8 (allowed: UTF-8 text)"),
    "33 levels": (
        b'{"a":' * 33 + b"1" + b"}" * 33,
        'nesting = "more than 32 levels": is too deep (allowed: at most 32)',
    ),
    "99,999 levels": (
        b"[" * 99_999 + b"]" * 99_999,
        'nesting = "more than 32 levels": is too deep (allowed: at most 32)',
    ),
    "too many values": (
        b"[" + b"0," * 100_000 + b"0]",
        "values = 100001: are too many (allowed: at most 100000)",
    ),
    "too large": (b" " * 10_000_001, 'size = "more than 10 MB": is too large (allowed: at most 10 MB)'),
    "400 digits": (
        VALID.replace("2.0", "1" + "0" * 399).encode(),
        "mine.audit.penalty_amount = inf: is not finite (allowed: number in [0, 1e+15])",
    ),
}


def edited_files() -> dict[str, tuple[bytes, list[str]]]:
    """The cases of malformed.txt: what is changed in VALID, and what is said of it."""
    cases = {}
    for block in Path(__file__).with_name("malformed.txt").read_text("utf-8").strip().split("\n\n"):
        title, *rest = block.splitlines()
        text = VALID
        for old, new in (line.split(" -> ") for line in rest if " -> " in line):
            assert text.count(old) == 1, f"{title}: {old} must stand once"
            text = text.replace(old, new)
        cases[title.removeprefix("# ")] = text.encode(), [line for line in rest if " -> " not in line]
    return cases


EDITED_FILES = edited_files()
