"""`e2a doctor`: what is wrong and what mends it."""

import os
from dataclasses import asdict

import typer
from rich.markup import escape

from e2a.cli.console import JsonOption, now, out, print_json
from e2a.domain.errors import DatabaseUnavailableError
from e2a.operations.doctor import Ground, Looked, examine
from e2a.operations.up.register import read
from e2a.warehouse.connection import Warehouse, home, locate


def doctor(json: JsonOption = False) -> None:
    """Look at everything that can be wrong, one thing after the other, and say what mends it.

    Changes nothing. Exit code 0: nothing is wrong; 1: something is.

    Example: e2a doctor --json
    """
    entries = read(home())
    ground = Ground(
        home(), now(), now, os.environ, _warehouse(), None if entries is None else tuple(entries)
    )
    looked: list[Looked] = []
    for one in examine(ground):
        looked.append(one)
        if not json:
            _say(one)
    findings = [finding for one in looked for finding in one.findings]
    if json:
        checks = {one.check: not one.findings for one in looked}
        print_json({"checks": checks, "findings": [asdict(finding) for finding in findings]})
    raise typer.Exit(1 if findings else 0)


def _warehouse() -> Warehouse | None:
    try:
        return locate()
    except DatabaseUnavailableError:
        return None


def _say(one: Looked) -> None:
    if not one.findings:
        out.print(f"[green]ok[/green]   {one.holds}")
    for finding in one.findings:
        out.print(f"[red]no[/red]   {escape(finding.says)}. [dim]{finding.id}[/dim]")
        out.print(f"     [bold]{escape(finding.mend)}[/bold]")
