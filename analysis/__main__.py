"""The command line: ``deterrence`` and its commands."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

import scenarios as scenario_files
from deterrence import ParameterError, ParameterWarning, Problem, Scenario

app = typer.Typer(
    name="deterrence",
    help="When do rational AI labs comply with a compute-permit regime? Theory against simulation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Which = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME|FILE]...", help="Shipped scenarios, or .json files; default: every shipped one."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print strict JSON instead of text.")]
Seed = Annotated[int | None, typer.Option(help="Seed; default: the scenario's, or a new one.", min=0)]
Replications = Annotated[int, typer.Option(help="Independent markets to simulate.", min=100)]


@app.command()
def validate(
    which: Which = None,
    replications: Replications = 20_000,
    seed: Seed = None,
    error: Annotated[
        float, typer.Option(help="Probability that anything is said to differ by chance alone.")
    ] = 0.001,
    out: Annotated[
        Path | None, typer.Option(help="Folder for JSON, LaTeX table, formula sheet and figure.")
    ] = None,
    json: Json = False,
) -> None:
    """Compare what theory says of games with the simulation; exit 1 if they differ.

    Games of one turn are compared with their exact predictions. Games with learning or memory are played
    for their steps, in a two-hundredth of the markets, and compared with what theory claims of the long run.
    """
    from analysis._json import dumps, validated
    from analysis._text import validation_views
    from analysis._validation import validation

    chosen = _load(which)
    with _progress(replications * len(chosen), "markets") as advance:
        result = validation(chosen, replications=replications, rng=seed, error=error, progress=advance)
    if json:
        sys.stdout.write(dumps(validated(result)))
    else:
        console = _console()
        for view in validation_views(result):
            console.print(view)
        verdict = "agrees" if result.agrees else "differs"
        about = f"theory against simulation in {result.number} scenarios"
        console.print(Text(f"{about}, family-wise error {error:g}: {verdict}", style="bold"))
    for name, why in result.unpredicted.items():
        _say(f"{name}: not compared, since no exact prediction is known: {why}")
    if out is not None:
        from analysis._report import write_report

        for path in write_report(result, out):
            _say(f"wrote {path}")
    if not result.agrees:
        raise typer.Exit(1)


@app.command()
def solve(which: Which = None, json: Json = False) -> None:
    """Solve games: price, who complies and why, both audit rules and which deters, what it takes.

    Of games with learning or memory, say what theory knows of the long run.
    """
    from analysis._json import dumps, solution
    from deterrence import LongRun, long_run
    from deterrence import solve as solve_game

    def answer(game: Scenario) -> Any:
        late = long_run(game)
        return late if late.claims else solve_game(game)

    answers = _answers(which, answer)
    if json:
        sys.stdout.write(dumps([solution(answer) for answer in answers.values()]))
    else:
        late = {name: f"{name}, in the long run\n" for name in answers if isinstance(answers[name], LongRun)}
        print("\n\n".join(f"{late.get(name, '')}{answer}" for name, answer in answers.items()))


@app.command()
def require(
    which: Which = None,
    by: Annotated[str, typer.Option(help="Instrument to change: fine, pi_1, token_cap, ...")] = "fine",
    compliance: Annotated[
        float, typer.Option(help="Expected share of labs that must not violate; 1: no market with violators.")
    ] = 0.95,
    latex: Annotated[bool, typer.Option("--latex", help="Print each answer as a LaTeX sentence.")] = False,
    json: Json = False,
) -> None:
    """Say the least change of one instrument that reaches a compliance rate, or why none does."""
    from analysis._json import dumps, plain
    from deterrence import require as least_change

    answers = _answers(which, lambda game: least_change(game, compliance=compliance, by=by))
    if json:
        sys.stdout.write(dumps(plain(list(answers.values()))))
    elif latex:
        print("\n".join(answer.latex() for answer in answers.values()))
    else:
        print("\n".join(f"{name}: {answer}" for name, answer in answers.items()))


@app.command()
def simulate(
    which: Which = None,
    replications: Replications = 1000,
    steps: Annotated[int | None, typer.Option(help="Turns; default: the scenario's.", min=1)] = None,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """Play games and report the mean of each quantity over replications, averaged over steps."""
    from analysis._json import dumps, simulated
    from analysis._text import simulation_view
    from simulation import run

    chosen = _load(which)
    records = []
    with _progress(replications * len(chosen), "markets") as advance:
        for scenario in chosen.values():
            records.append(run(scenario, replications=replications, steps=steps, rng=seed, progress=advance))
    if json:
        sys.stdout.write(dumps([simulated(record) for record in records]))
    else:
        for record in records:
            _console().print(simulation_view(record))


@app.command()
def formulas(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Default: a list of all.")
    ] = None,
    latex: Annotated[bool, typer.Option("--latex", help="Print the LaTeX of each formula.")] = False,
    sheet: Annotated[Path | None, typer.Option(help="Write all results as a LaTeX document.")] = None,
    json: Json = False,
) -> None:
    """Print formulas with their derivations, their LaTeX, or write the whole sheet."""
    from analysis._json import dumps
    from deterrence import formulas as theory
    from deterrence.formulas._printing import plain_text
    from scenarios._files import replace_file

    unknown = [name for name in names or () if name not in theory.registry]
    if unknown:
        for name in unknown:
            _say(str(Problem("formula", name, "is unknown", "see: deterrence formulas")))
        raise typer.Exit(2)
    chosen = [theory.registry[name] for name in names or theory.registry]
    if sheet is not None:
        replace_file(sheet, theory.sheet().encode())
        _say(f"wrote {sheet}")
    elif json:
        about = (
            {"name": f.name, "statement": f.statement, "latex": f.latex(), "twin": f.twin} for f in chosen
        )
        sys.stdout.write(dumps(list(about)))
    elif latex:
        print("\n".join(f.latex() for f in chosen))
    elif names:
        print("\n\n".join(f.derivation() for f in chosen))
    else:
        for title, section in theory.sections.items():
            about = (plain_text(f.statement).partition(". ")[0].rstrip(".") for f in section)
            lines = (f"  {f.name:<30} {text}" for f, text in zip(section, about, strict=True))
            print(title, *lines, sep="\n")


@app.command()
def scenarios(
    which: Which = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of scenario files.")
    ] = False,
    json: Json = False,
) -> None:
    """List scenarios, or check scenario files."""
    from analysis._json import dumps, plain
    from analysis._text import scenario_list

    if schema:
        sys.stdout.write(dumps(scenario_files.schema()))
        return
    chosen = _load(which)
    if json:
        sys.stdout.write(dumps(plain(chosen)))
    else:
        _console().print(scenario_list(chosen))


def main() -> None:
    """Run the command line: status 0 fine, 1 theory rejected or run failed, 2 usage or configuration."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", ParameterWarning)
        warnings.showwarning = lambda message, *_args, **_kwargs: _say(f"warning: {message}")
        try:
            app()
        except ParameterError as error:
            _say(str(error))
            sys.exit(2)
        except OSError as error:
            _say(f"{error.filename or 'output'}: {error.strerror or error}")
            sys.exit(1)


def _load(which: list[str] | None) -> dict[str, Scenario]:
    """Load the scenarios meant; all problems of all files are said together."""
    chosen: dict[str, Scenario] = {}
    problems: list[str] = []
    for item in which or scenario_files.names():
        try:
            if item.endswith(".json"):
                chosen.update(scenario_files.load_all(item))
            else:
                chosen[item] = scenario_files.load(item)
        except ParameterError as error:
            problems.append(str(error))
    if problems:
        _say("\n".join(problems))
        raise typer.Exit(2)
    return chosen


def _answers(which: list[str] | None, ask: Callable[[Scenario], Any]) -> dict[str, Any]:
    """Answers for the scenarios meant; if none is named, those without an answer are passed over."""
    answers: dict[str, Any] = {}
    refused: dict[str, ParameterError] = {}
    for name, game in _load(which).items():
        try:
            answers[name] = ask(game)
        except ParameterError as error:
            if which:
                raise
            refused[name] = error
    if not answers:
        raise next(iter(refused.values()))
    for name, error in refused.items():
        fields = ", ".join(problem.field for problem in error.problems)
        _say(f"{name}: passed over, since this theory does not cover its {fields}")
    return answers


def _console() -> Console:
    return Console(highlight=False, emoji=False)


def _say(message: str) -> None:
    print(message, file=sys.stderr)


@contextmanager
def _progress(total: int, unit: str) -> Iterator[Any]:
    """Show a bar on a terminal's standard error; elsewhere stay silent."""
    console = Console(stderr=True)
    columns = (
        TextColumn("simulating"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.advance(task, done)


if __name__ == "__main__":
    main()
