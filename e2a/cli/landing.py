"""`e2a land`: archives and invoices.

Files of events are landed by `landing_files`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from e2a.billing.imports import e2a_csv
from e2a.cli import landing_files
from e2a.cli.console import connected, now, out, say
from e2a.cli.landing_files import RunOption
from e2a.cli.runner import run_journey
from e2a.domain.deliveries import Delivery
from e2a.domain.errors import BadInputError
from e2a.sources import archive, olist, olist_payments
from e2a.warehouse import inbox
from e2a.warehouse.policies import load_policies

app = typer.Typer(help="Land files: nothing is lost, nothing counts twice.", no_args_is_help=True)

app.command("events")(landing_files.land_events)
app.command("x12")(landing_files.land_x12)
app.command("epcis")(landing_files.land_epcis)


@app.command("olist")
def land_olist(
    folder: Annotated[Path, typer.Argument(help="The folder with Olist's CSV files.")],
    tenant: Annotated[str, typer.Option(help="The tenant that these orders belong to.")] = "olist",
    run: RunOption = True,
) -> None:
    """Land real Olist orders as file events, and run the journey over them.

    Example: e2a land olist ../shared/data/datasets/olist --tenant olist
    """
    _land(lambda at: olist.deliveries(folder, tenant, at), run)


@app.command("olist-payments")
def land_olist_payments(
    folder: Annotated[Path, typer.Argument(help="The folder with Olist's CSV files.")],
    tenant: Annotated[str, typer.Option(help="The tenant that pays.")] = "olist-payments",
    run: RunOption = True,
) -> None:
    """Land what Olist's buyers owe and what they paid, for the guard to hold against each other.

    Example: e2a land olist-payments ../shared/data/datasets/olist
    """
    _land(lambda at: olist_payments.deliveries(folder, tenant, at), run)


@app.command("archive")
def land_archive(
    file: Annotated[Path, typer.Argument(help="JSON lines: tenant, source, delivery_id, ...")],
    run: RunOption = True,
) -> None:
    """Land archived deliveries as they were received (one JSON object a line).

    Example: e2a land archive .e2a/demo/week/deliveries.jsonl
    """
    _land(lambda at: archive.deliveries(file, at), run)


@app.command("billed")
def land_billed(
    file: Annotated[Path, typer.Argument(help="CSV of an invoice as it was billed.")],
    run: RunOption = True,
) -> None:
    """Land an invoice as a billing system issued it, for the guard to check.

    Example: e2a land billed .e2a/demo/week/billed/demo-3pl-2026-03.csv
    """
    _land(lambda at: iter([e2a_csv.delivery(_existing(file), at)]), run)


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise BadInputError(f"There is no file {file}", "Check the path")
    return file


def _land(read: Callable[[datetime], Iterable[Delivery]], run: bool) -> None:
    with connected() as (warehouse, connection):
        load_policies(connection, now())
        landed = inbox.land(connection, read(now()), lambda rows: say(f"landing    {rows:,} rows"))
    out.print(
        f"Landed {landed.rows:,} deliveries; {landed.duplicates:,} were here already"
        + (f"; {landed.conflicts:,} contradict an earlier one." if landed.conflicts else ".")
    )
    if run:
        run_journey(warehouse, say)
        out.print("The journey has run. Look: e2a summary")
