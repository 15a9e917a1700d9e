"""`e2a scenario`: rules as YAML, run through the real engine."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from glob import glob
from pathlib import Path
from typing import Annotated, Any

import typer

from e2a.cli.console import JsonOption, err, many, out, print_json, say
from e2a.cli.policy_files import read_text, shown
from e2a.domain.errors import BadInputError
from e2a.domain.scenarios import Problem, Written, parse
from e2a.domain.scenarios.schema import json_schema
from e2a.scenarios import Result, run
from e2a.warehouse.policies import policies_folder
from e2a.warehouse.prepare import prepare
from e2a.warehouse.reference.folder import SCENARIOS
from e2a.warehouse.scratch import scratch

app = typer.Typer(
    help="Scenarios: what a warehouse promises, what happened, what must be answered.",
    no_args_is_help=True,
)
SUFFIXES = (".yaml", ".yml")


@app.command("run")
def run_scenarios(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files, folders, patterns; default: the library.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Put scenarios through the real engine and show every answer that differs.

    Exit code 1: an answer differs; 2: a file is not a scenario. The language: docs/scenarios.md.

    Example: e2a scenario run policies/scenarios/sla/P06.yaml
    """
    scenarios = read_scenarios(files(paths or [str(policies_folder() / SCENARIOS)]))
    with scratch(prepare(say), say) as place:
        results = run(place.connection, scenarios, say)
    if json:
        print_json([report(result) for result in results])
    else:
        _show(results)
    if not all(result.passed for result in results):
        raise typer.Exit(1)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of the scenario language, for editors and generators.

    Example: e2a scenario schema > scenario.schema.json
    """
    print_json(json_schema())


def files(paths: Iterable[str]) -> list[Path]:
    """The files that paths mean: files, all YAML files of folders, patterns; each once.

    Raises:
        BadInputError: a path means nothing.
    """
    found: dict[Path, None] = {}
    for path in paths:
        matches = [path] if Path(path).exists() else sorted(glob(path, recursive=True))  # noqa: PTH207
        meant = [file for match in matches for file in _in(Path(match))]
        if not meant:
            raise BadInputError(
                f"There is no scenario at {path}", "Name a YAML file, a folder of them or a pattern"
            )
        found |= dict.fromkeys(meant)
    return list(found)


def _in(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return sorted(file for file in place.rglob("*") if file.suffix in SUFFIXES)


def read_scenarios(paths: Sequence[Path]) -> list[Written]:
    """Every scenario of the files.

    Raises:
        typer.Exit: something is wrong; all problems are printed, the exit code is 2.
    """
    scenarios: list[Written] = []
    problems: list[Problem] = []
    for path in paths:
        written, found = parse(shown(path), read_text(path))
        scenarios += written
        problems += found
    problems += _met_twice(scenarios)
    for problem in problems:
        err.print(str(problem), markup=False)
    if problems:
        raise typer.Exit(2)
    return scenarios


def _met_twice(scenarios: Iterable[Written]) -> Iterable[Problem]:
    first: dict[str, Written] = {}
    for written in scenarios:
        name = written.scenario.scenario
        other = first.setdefault(name, written)
        if other is not written:
            place = f"{other.file}:{other.line('scenario')}"
            words = f"scenario `{name}` is in {place} too; ids are unique in a run"
            yield Problem(written.file, written.line("scenario"), 1, words)


def report(result: Result) -> dict[str, Any]:
    """A result for machines."""
    scenario = result.written.scenario
    return {
        "scenario": scenario.scenario,
        "title": scenario.title,
        "covers": list(scenario.covers),
        "file": result.written.file,
        "passed": result.passed,
        "questions": len(scenario.questions),
        "wrong": [asdict(wrong) for wrong in result.wrong],
    }


def _show(results: Sequence[Result]) -> None:
    for result in results:
        if not result.passed:
            _show_wrong(result)
    failed = sum(not result.passed for result in results)
    questions = sum(len(result.written.scenario.questions) for result in results)
    verdict = (
        f"[red]{failed:,} not as expected[/red]" if failed else "[green]all as expected[/green]"
    )
    out.print(f"{many(len(results), 'scenario')}, {many(questions, 'question')}: {verdict}")


def _show_wrong(result: Result) -> None:
    scenario = result.written.scenario
    out.print(f"\n[bold red]{scenario.scenario}[/bold red] {scenario.title}", markup=True)
    for wrong in result.wrong:
        out.print(f"  {result.written.file}:{wrong.line}  {wrong.asked}", markup=False)
        width = max(len(difference.field) for difference in wrong.differences)
        for difference in wrong.differences:
            out.print(
                f"    {difference.field:<{width}}  expected  {difference.expected}", markup=False
            )
            out.print(f"    {'':<{width}}  actual    {difference.actual}", markup=False)
        if wrong.hint:
            out.print(f"    {wrong.hint}", markup=False)
