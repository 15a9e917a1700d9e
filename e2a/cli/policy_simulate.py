"""`e2a policy simulate`: what a changed policy would have flipped, with nothing touched."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from e2a.cli.console import AsOfOption, JsonOption, connected, instant, now, out, print_json, say
from e2a.cli.policy_files import changed_policies
from e2a.sla.replay import ChargeChange, Comparison, OnTime, Simulation
from e2a.sla.replay import simulate as replay
from e2a.warehouse.scratch import scratch

NAMES = ("before", "after")
"""The two tenants of the scratch database; nobody else is in it."""


def simulate(
    tenant: Annotated[str, typer.Option(help="Whose history.")],
    with_: Annotated[
        Path,
        typer.Option(
            "--with", help="The changed sla.yaml, rates.yaml or tenant.yaml, or a folder."
        ),
    ],
    days: Annotated[int, typer.Option(min=1, help="How many days back.")] = 30,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Replay the last days under a changed policy and report what would flip.

    New versions count over all of these days, whatever their valid_from. The live database is only
    read; what it takes to flip history is `e2a policy restate`.

    Example: e2a policy simulate --tenant demo-3pl --with new.yaml --days 30
    """
    present, changed = changed_policies(tenant, with_)
    until = instant(as_of) or now()
    with connected() as (warehouse, live), scratch(warehouse, say) as place:
        done = replay(
            live, place.connection, present, changed, until - timedelta(days=days), until, NAMES,
            lambda done, total: say(f"replaying  {done:,} of {total:,} orders"),
        )  # fmt: skip
    if json:
        print_json(report(done))
    else:
        _show(done)


def report(done: Simulation) -> dict[str, Any]:
    """A simulation for machines; ratios are exact decimals as text."""
    stages = {
        stage: {
            "flips": change.flips,
            "due_moved": change.due_moved,
            "on_time_before": _counts(change.was),
            "on_time_after": _counts(change.now),
        }
        for stage, change in done.comparison.stages.items()
    }
    return {
        "tenant": done.tenant,
        "since": done.since,
        "as_of": done.as_of,
        "orders": done.orders,
        "flips": done.comparison.flips,
        "stages": stages,
        "examples": done.comparison.examples,
        "charges": [asdict(change) for change in done.charges],
    }


def _counts(on_time: OnTime) -> dict[str, Any]:
    ratio = None if on_time.ratio is None else str(on_time.ratio)
    return {**asdict(on_time), "ratio": ratio}


def _show(done: Simulation) -> None:
    out.print(
        f"\n[bold]{done.tenant}[/bold]  {done.orders:,} orders with events from "
        f"{done.since:%Y-%m-%d %H:%M} to {done.as_of:%Y-%m-%d %H:%M} UTC"
    )
    out.print(_stages(done.comparison))
    if done.comparison.examples:
        out.print(_examples(done.comparison))
    if done.charges:
        out.print(_charges(done.charges))
    out.print("Nothing was touched.")


def _charges(changes: list[ChargeChange]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("month", "charge", "before", "after", "difference"):
        table.add_column(column)
    for change in changes:
        amounts = (change.was, change.now, change.now - change.was)
        words = (f"{amount.normalize():,f} {change.currency}" for amount in amounts)
        table.add_row(f"{change.billing_period:%Y-%m}", change.charge_code, *words)
    return table


def _stages(comparison: Comparison) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("clock", "on time before", "after", "due moved", "would flip"):
        table.add_column(column)
    for stage, change in comparison.stages.items():
        flips = ", ".join(f"{count:,} {way}" for way, count in change.flips.items())
        table.add_row(
            stage, _percent(change.was), _percent(change.now), f"{change.due_moved:,}",
            flips or "nothing",
        )  # fmt: skip
    return table


def _percent(on_time: OnTime) -> str:
    return "-" if on_time.ratio is None else f"{on_time.ratio * 100:.2f} %"


def _examples(comparison: Comparison) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("order", overflow="fold")
    for column in ("clock", "before", "after", "due before", "due after"):
        table.add_column(column)
    for row in comparison.examples:
        clock = row["stage"] if row["instance"] == 1 else f"{row['stage']}#{row['instance']}"
        due = [f"{at:%m-%d %H:%M}" if at else "-" for at in (row["due_was"], row["due_now"])]
        table.add_row(row["order_id"], clock, row["state_was"], row["state_now"], *due)
    return table
