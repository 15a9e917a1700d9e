"""Puts the commands together and turns errors into one sentence and a non-zero exit."""

import sys

import psycopg
import typer

from e2a.cli import (
    adjustments,
    ai,
    alerts,
    database,
    dlq,
    doctor,
    exceptions,
    gateway,
    invoices,
    journey,
    keys,
    landing,
    narrate,
    narratives,
    people,
    policy,
    pull,
    radar,
    reports,
    retention,
    scenario,
    simulate,
    status,
    truth,
    up,
)
from e2a.cli.console import err
from e2a.domain.errors import E2AError

app = typer.Typer(
    name="e2a",
    help="Exceptions -> Explanations -> Actions: SLA radar and invoice guard for 3PL warehouses.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(database.app, name="db")
app.add_typer(landing.app, name="land")
app.add_typer(dlq.app, name="dlq")
app.add_typer(pull.app, name="pull")
app.add_typer(policy.app, name="policy")
app.add_typer(exceptions.app, name="exceptions")
app.add_typer(invoices.app, name="invoices")
app.add_typer(adjustments.app, name="adjustments")
app.add_typer(scenario.app, name="scenario")
app.add_typer(keys.app, name="keys")
app.add_typer(alerts.app, name="alerts")
app.add_typer(ai.app, name="ai")
app.add_typer(narratives.app, name="narratives")
app.command("gateway")(gateway.gateway)
app.command("radar")(radar.radar)
app.command("narrate")(narrate.narrate)
app.command("demo")(journey.demo)
app.command("run")(journey.run)
app.command("up")(up.up)
app.command("restart")(up.restart)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("truth")(truth.truth)
app.command("summary")(reports.summary)
app.command("simulate")(simulate.simulate)
app.command("forget")(people.forget)
app.command("archive")(retention.archive)


def main() -> None:
    """The console script."""
    try:
        app()
    except E2AError as error:
        err.print(f"[red]e2a:[/red] {error}", markup=True)
        sys.exit(2)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        err.print(
            f"[red]e2a:[/red] The database went away ({reason}). Nothing half-done was kept: "
            "start it with `e2a db start` and run the command again."
        )
        sys.exit(2)
    except KeyboardInterrupt:
        err.print("[red]e2a:[/red] Stopped. Run the command again to go on where it stopped.")
        sys.exit(130)


if __name__ == "__main__":
    main()
