"""`e2a alerts`: messages about breaches, sent, seen and sent again."""

import os
import signal
from threading import Event
from types import FrameType
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from e2a.alerts import listing
from e2a.cli.console import JsonOption, TenantOption, connected, now, out, print_json, say
from e2a.warehouse.connection import locate

app = typer.Typer(
    help="Messages about breaches: Slack, webhooks, e-mail. docs/alerts.md", no_args_is_help=True
)

IdArgument = Annotated[str, typer.Argument(help="A beginning of a message's id.")]


@app.command()
def deliver() -> None:
    """Send what is due, until SIGINT or SIGTERM. Several may run; one that dies is made good.

    Secrets of destinations are read from the environment.

    Example: e2a alerts deliver
    """
    from e2a.alerts.residing import Outside, reside  # HTTP is slow to import

    stopped = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    warehouse = locate()
    say("alerts     delivering; Ctrl-C stops it")
    reside(warehouse, Outside(os.environ, now, say, stopped))
    say("alerts     stopped")


@app.command("list")
def list_(
    tenant: TenantOption = None,
    state: Annotated[
        str | None, typer.Option(help="Only those: waiting, sending, delivered, retracted, dead.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    json: JsonOption = False,
) -> None:
    """List messages, the newest first.

    Example: e2a alerts list --state dead
    """
    with connected() as (_, connection):
        found = listing.messages(connection, tenant, state, limit)
    if json:
        print_json(found)
        return
    columns = ("id", "tenant", "order", "promise", "kind", "to", "state", "after", "said")
    _table(columns, [
        (row["message_id"][:listing.SHORT], row["tenant_id"], row["order_id"], row["promise"],
         row["kind"], row["destination"], row["state"], f"{row['announce_after']:%m-%d %H:%M:%S}",
         (row["said"] or "")[:40])
        for row in found
    ])  # fmt: skip


@app.command()
def show(message_id: IdArgument, json: JsonOption = False) -> None:
    """Show one message: what it says, what was answered, and when.

    Example: e2a alerts show 3f2a91c0
    """
    with connected() as (_, connection):
        found = listing.message(connection, message_id)
    _whole(found, json)


@app.command()
def resend(message_id: IdArgument, json: JsonOption = False) -> None:
    """Send a message again that was given up, or that somebody wants once more.

    A dead one keeps its idempotency key; a delivered one goes as a new message.

    Example: e2a alerts resend 3f2a91c0
    """
    with connected() as (_, connection):
        found = listing.resend(connection, message_id)
    _whole(found, json)


@app.command()
def destinations(tenant: TenantOption = None, json: JsonOption = False) -> None:
    """List destinations: breaker, what waits, what is dead, which variables are not set here.

    Example: e2a alerts destinations
    """
    with connected() as (_, connection):
        found = listing.destinations(connection, os.environ, tenant)
    if json:
        print_json(found)
        return
    columns = ("tenant", "destination", "road", "breaker", "waiting", "dead", "failed", "not set")
    _table(columns, [
        (row["tenant_id"], row["destination"], row["road"], row["breaker"], row["waiting"],
         row["dead"], row["last_failure"] or "", ", ".join(row["missing"]))
        for row in found
    ])  # fmt: skip


def _table(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        out.print("None.")
        return
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*[escape(str(value)) for value in row])
    out.print(table)


def _whole(row: dict[str, Any], json: bool) -> None:
    if json:
        print_json(row)
        return
    for key, value in row.items():
        if value is not None:
            out.print(f"{key:<16} {value}", markup=False)
