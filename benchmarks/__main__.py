"""Time the library against baselines in one run, and print the ratio asked for and the ratio reached.

Contestants take turns; CPU time, medians over rounds. Absolute times depend on the machine, ratios hardly.

``--short`` is for continuous integration: fewer rounds, and status 1 if a ratio misses twice what is asked,
and does so again with all rounds. It leaves out what cannot be held to that: G16, which is about twice what
is asked, and so now on one side of the gate and now on the other; G15, a few milliseconds of files being
read, which depend on what else the machine does; and G13, most of whose time goes to Nashpy.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version

from benchmarks.timing import Row

ROUNDS, FEW_ROUNDS = 7, 3
NOT_SHORT = ("G13", "G15", "G16")


def measures() -> dict[str, Callable[[int], list[Row]]]:
    """What measures the rows of each name, given a number of rounds."""
    # Imported here, since the peak of memory in a process starts from that of the one that started it.
    from benchmarks import engine, memory, theory

    return {
        "G1": engine.many_turns,
        "G2": engine.large_markets,
        "G3": engine.single_turns,
        "G5": engine.lab_columns,
        "G6": engine.ensemble,
        "G7": engine.one_replication,
        "G9": engine.nothing_lasts,
        "learn": engine.learners,
        "G12": theory.least_cost,
        "G13": theory.two_by_two,
        "G14": theory.scalar,
        "G15": theory.importing,
        "G16": theory.latex,
        "G17": memory.million_labs,
        "G18": memory.dropped_models,
        "G20": memory.totals,
    }


def table(rows: Iterator[Row]) -> Iterator[Row]:
    """Print the rows as they come, and pass them on."""
    print(f"{'':<6}{'workload':<42}{'against':<32}{'ask':>10}{'reached':>12}")
    for row in rows:
        ask = f"{row.direction} {row.ask:,}"
        print(f"{row.name:<6}{row.workload:<42}{row.baseline:<32}{ask:>10}{row.ratio:>12,.2f}", flush=True)
        yield row


def as_json(rows: list[Row]) -> str:
    """The rows, and what they were measured with."""
    versions = {"python": platform.python_version(), **{name: version(name) for name in ("numpy", "mesa")}}
    machine = {"system": platform.platform(), "machine": platform.machine(), "processors": os.cpu_count()}
    whole = {"versions": versions, "machine": machine, "rows": [row._asdict() for row in rows]}
    return json.dumps(whole, indent=2, allow_nan=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that are asked for; status 1 if the short form finds a row far too slow."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Time the library.")
    parser.add_argument("--json", action="store_true", help="strict JSON in place of the table")
    parser.add_argument("--short", action="store_true", help="fewer rounds and rows; fail if one is far off")
    parser.add_argument("--only", metavar="G1,G6", help="only the rows with these names")
    parser.add_argument("--large", action="store_true", help="two large workloads, with time and memory")
    chosen = parser.parse_args(arguments)
    if chosen.large:
        from benchmarks import large

        large.report()
        return 0
    measured = measures()
    names = chosen.only.split(",") if chosen.only else list(measured)
    if unknown := [name for name in names if name not in measured]:
        parser.error(f"no rows named {', '.join(unknown)}; there are {', '.join(measured)}")
    if chosen.short:
        names = [name for name in names if name not in NOT_SHORT]
    rows = (row for name in names for row in measured[name](FEW_ROUNDS if chosen.short else ROUNDS))
    kept = list(rows if chosen.json else table(rows))
    if chosen.json:
        print(as_json(kept))
    missed = [row for row in kept if row.misses(leeway=2)] if chosen.short else []
    if missed:  # once more and longer: for a moment the machine may have done something else
        names = dict.fromkeys(row.name for row in missed)
        again = [row for name in names for row in measured[name](ROUNDS)]
        missed = [row for row in again if row.misses(leeway=2)]
    for row in missed:
        print(f"{row.name}: {row.workload}: {row.ratio:,.2f}, not half of what is asked", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
