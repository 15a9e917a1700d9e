"""`e2a land` and `e2a simulate`: archives and invoices, and an invented week of them.

Files of events are landed by `landing_files`.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
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
from e2a.simulator import Plan
from e2a.simulator import simulate as invent
from e2a.sources import archive, olist, olist_payments
from e2a.warehouse import inbox
from e2a.warehouse.connection import PROJECT
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


def _simulated(done: int, total: int) -> None:
    say(f"simulating {done:,} of {total:,} orders")


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


def simulate(
    out_folder: Annotated[Path, typer.Option("--out", help="Where to write.")] = PROJECT
    / ".e2a"
    / "simulated",
    orders: Annotated[int, typer.Option(min=1, help="How many orders.")] = 1200,
    days: Annotated[int, typer.Option(min=1, max=90, help="Over how many days.")] = 7,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 7,
    tenants: Annotated[str, typer.Option(help="Comma-separated.")] = "demo-3pl,nordic-beauty",
    start: Annotated[str, typer.Option(help="First day, YYYY-MM-DD.")] = "2026-03-02",
) -> None:
    """Invent a week of warehouse life, with its planted exceptions written beside it.

    Example: e2a simulate --orders 1200 --days 7 --seed 7 --out week
    """
    try:
        plan = Plan(orders, days, seed, tuple(tenants.split(",")), date.fromisoformat(start))
        invent(plan, out_folder, _simulated)
    except ValueError as error:
        raise BadInputError(str(error), "See `e2a simulate --help`") from None
    out.print(f"Wrote {out_folder}: deliveries.jsonl, billed/, truth.json")
