"""`e2a db`: the warehouse's server, roles and schema."""

from dataclasses import asdict
from typing import Annotated

import typer

from e2a.cli.console import JsonOption, connected, err, now, out, print_json, say
from e2a.warehouse import cluster
from e2a.warehouse.connection import Role, home, locate
from e2a.warehouse.prepare import prepare, uses_embedded
from e2a.warehouse.watermark import health, rebase

app = typer.Typer(help="Start, stop and inspect the warehouse's database.", no_args_is_help=True)


@app.command()
def start() -> None:
    """Start the embedded PostgreSQL (or use E2A_DATABASE_URL), and bring its schema up to date.

    Example: e2a db start
    """
    warehouse = prepare(say)
    out.print(f"PostgreSQL answers at {warehouse.host}:{warehouse.port}, database e2a.")


@app.command()
def stop() -> None:
    """Stop the embedded PostgreSQL.

    Example: e2a db stop
    """
    if not uses_embedded():
        err.print("E2A_DATABASE_URL names a server of yours: it is left alone.")
        return
    out.print("Stopped." if cluster.stop(home()) else "It was not running.")


@app.command()
def status(json: JsonOption = False) -> None:
    """Say whether the database answers.

    Example: e2a db status --json
    """
    warehouse = locate()
    with warehouse.connect(Role.APP) as connection:
        row = connection.execute("show server_version").fetchone()
    version = row[0] if row else "?"
    if json:
        print_json({"host": warehouse.host, "port": warehouse.port, "version": version})
    else:
        out.print(f"PostgreSQL {version} answers at {warehouse.host}:{warehouse.port}.")


@app.command()
def url(
    role: Annotated[str, typer.Option(help="reader, app or owner.")] = "reader",
) -> None:
    """Print a connection URL, password included: paste it into a BI tool.

    Example: e2a db url --role reader
    """
    warehouse = locate()
    roles = {"reader": Role.READER, "app": Role.APP, "owner": Role.OWNER}
    if role not in roles:
        raise typer.BadParameter(f"{role} is none of {', '.join(roles)}", param_hint="--role")
    out.print(warehouse.url(roles[role], "postgresql"))


@app.command()
def watermark(json: JsonOption = False) -> None:
    """Say what each lane still has to read, and who holds rows up; exits with 1 on an alarm.

    Example: e2a db watermark
    """
    with connected() as (_, connection):
        found = health(connection, now())
    if json:
        print_json({**asdict(found), "held_up_for": found.held_up_for.total_seconds()})
    else:
        for lane in found.lanes:
            out.print(f"{lane.lane:<8} {lane.readable:,} to read, {lane.held_up:,} held up")
    if found.is_alarm and found.oldest_writer:
        writer, seconds = found.oldest_writer, found.held_up_for.total_seconds()
        err.print(
            f"Held up for {seconds:.1f} s by session {writer.pid} ({writer.application}) of "
            f"database {writer.database}: end it, or `select pg_terminate_backend({writer.pid})`.",
            markup=False,
        )
        raise typer.Exit(1)


@app.command("rebase")
def rebase_() -> None:
    """After a restore into another server: give the inbox positions that mean something here.

    Stop the gateway and the daemon first: nobody lands or reads meanwhile. Harmless otherwise.

    Example: e2a db rebase
    """
    with connected(Role.OWNER) as (_, connection):
        unread = rebase(connection)
    out.print(f"Re-based: {unread:,} rows are still to be read. Then: e2a run")
