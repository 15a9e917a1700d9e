"""`e2a status`: the installation at a glance."""

import time
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from e2a.cli.console import JsonOption, now, out, print_json
from e2a.operations.status import Status, look, problems
from e2a.warehouse.connection import locate

WATCH_SECONDS = 2.0


def status(
    json: JsonOption = False,
    watch: Annotated[bool, typer.Option("--watch", help="Again every two seconds.")] = False,
) -> None:
    """Show each part, lag, breaches, the last proof, what is held back, messages, storage.

    Exit code 0: healthy; 1: something is not well (`e2a doctor` explains); 2: no installation.

    Example: e2a status --watch
    """
    warehouse = locate()
    if watch and not json:
        with Live(console=out, auto_refresh=False) as live:
            while True:
                live.update(_page(look(warehouse, now())), refresh=True)
                time.sleep(WATCH_SECONDS)
    found = look(warehouse, now())
    unwell = problems(found)
    if json:
        print_json({"healthy": not unwell, "problems": unwell, **asdict(found)})
    else:
        out.print(_page(found))
    raise typer.Exit(1 if unwell else 0)


def _page(found: Status) -> RenderableType:
    unwell = problems(found)
    lines: list[RenderableType] = [_parts(found)]
    if found.database is None:
        lines.append(_facts(found))
    lines += [f"[red]not well[/red]  {escape(problem)}" for problem in unwell]
    return Group(*lines, "[green]healthy[/green]" if not unwell else "Why: e2a doctor")


def _parts(found: Status) -> RenderableType:
    if not found.parts:
        return "Nothing runs here. Start it: make up"
    table = Table("part", "state", "since", "restarts", "heartbeat", box=None, pad_edge=False)
    for part in found.parts:
        colour = "green" if part.state == "runs" else "red"
        table.add_row(
            part.name, f"[{colour}]{part.state}[/{colour}]", _clock(part.since),
            str(part.restarts or ""), _ago(found.at, part.heartbeat),
        )  # fmt: skip
    return table


def _facts(found: Status) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, words in _said(found).items():
        table.add_row(name, escape(words))
    return table


def _said(found: Status) -> dict[str, str]:
    unread = sum(lane["readable"] + lane["held_up"] for lane in found.lanes)
    oldest = max((lane["lag_seconds"] for lane in found.lanes), default=0.0)
    hot, held, alerts, storage = found.hot, found.held, found.alerts, found.storage
    said = {
        "lag": f"{unread:,} rows unread, the oldest for {oldest:.1f} s",
        "hot lane": f"{hot.get('holder') or 'nobody'}, {_ago(found.at, hot.get('beat_at'))}; "
        f"deadlines judged until {_clock(hot.get('judged_until'))}",
        "breaches": f"{found.breaches['open']:,} open ({_counts(found.breaches['by_stage'])}), "
        f"{found.breaches['untaken']:,} taken by nobody",
        "proof": found.truth["words"] if found.truth else "none yet",
        "held back": f"{held['dead_letters']:,} dead letters ({held['failed']:,} FAILED), "
        f"{held['quarantined']:,} quarantined, {held['waiting']:,} waiting"
        + (f" for {', '.join(held['waiting_tenants'])}" if held["waiting_tenants"] else ""),
        "messages": f"{alerts['waiting']:,} waiting, {alerts['dead']:,} dead, "
        f"{len(alerts['open_breakers'])} destinations left alone"
        + (f"; not set up: {', '.join(alerts['not_set_up'])}" if alerts["not_set_up"] else ""),
    }
    if found.ai:
        said["models"] = f"{found.ai['spent']:.4f} USD today, {found.ai['left_cost']:.4f} USD left"
    return said | {
        "storage": f"warehouse {_size(storage['warehouse_bytes'])}, Dagster "
        f"{_size(storage['dagster_bytes'])}, {_size(storage['free_bytes'])} of disk free"
    }


def _counts(by_stage: dict[str, int]) -> str:
    return ", ".join(f"{stage} {count:,}" for stage, count in by_stage.items()) or "none"


def _clock(moment: datetime | None) -> str:
    return f"{moment:%m-%d %H:%M:%S}Z" if moment else ""


def _ago(at: datetime, moment: datetime | None) -> str:
    return f"{max(0.0, (at - moment).total_seconds()):.0f} s ago" if moment else ""


def _size(count: int | None) -> str:
    if count is None:
        return "not there"
    return f"{count / 2**30:,.1f} GiB" if count >= 2**30 else f"{count / 2**20:,.0f} MiB"
