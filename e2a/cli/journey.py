"""`e2a demo`, `e2a run`: the journey with one command."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from e2a.billing.imports import e2a_csv
from e2a.cli import demo_state
from e2a.cli.console import AsOfOption, connected, instant, now, out, say
from e2a.cli.demo_ai import DemoModel, asked_of, narrate_rest, show_words
from e2a.cli.reports import show
from e2a.cli.runner import run_journey
from e2a.simulator import Plan, simulate
from e2a.sources import archive
from e2a.warehouse import inbox
from e2a.warehouse.connection import Role, Warehouse, home
from e2a.warehouse.policies import load_policies
from e2a.warehouse.prepare import prepare
from e2a.warehouse.summary import summarise

DEMO = Plan(orders=1200, days=7, seed=7, tenants=("demo-3pl", "nordic-beauty"))


def demo(
    ai: Annotated[
        DemoModel, typer.Option(envvar="E2A_DEMO_AI", help="Who explains beside the rules.")
    ] = DemoModel.ENVIRONMENT,
) -> None:
    """Show the whole journey on an invented week; run again, it has nothing to do.

    Example: e2a demo --ai scripted
    """
    warehouse = prepare(say)
    with asked_of(ai):
        as_of = _journey_of_the_week(warehouse)
    with warehouse.connect(Role.APP) as connection:
        for tenant in DEMO.tenants:
            show(summarise(connection, tenant, as_of))
    show_words(warehouse)
    out.print(_LOOK_FURTHER.format(as_of=as_of.isoformat().replace("+00:00", "Z")))


def _journey_of_the_week(warehouse: Warehouse) -> datetime:
    """Land the week and run over it, unless that is done; the instant that it ends at."""
    week = home() / "demo"
    truth = demo_state.week(DEMO, week, lambda: simulate(DEMO, week / "making", _simulated))
    landed = _land_week(warehouse, week, truth.as_of)
    if landed.rows == 0 and demo_state.is_done(warehouse, week):
        say("nothing to do: the week has landed and the journey has run over it")
        narrate_rest(warehouse, truth.as_of)
    else:
        demo_state.begin(week)
        run_journey(warehouse, say, as_of=truth.as_of)
        demo_state.finish(week)
    return truth.as_of


def _land_week(warehouse: Warehouse, week: Path, as_of: datetime) -> inbox.Landed:
    with warehouse.connect(Role.APP) as connection:
        load_policies(connection, now())
        landed = inbox.land(
            connection, archive.deliveries(week / "deliveries.jsonl", now()), _landing
        )
        invoices = [e2a_csv.delivery(file, as_of) for file in sorted((week / "billed").iterdir())]
        return landed + inbox.land(connection, invoices)


def _simulated(done: int, total: int) -> None:
    say(f"simulating {done:,} of {total:,} orders")


def _landing(rows: int) -> None:
    say(f"landing    {rows:,} deliveries")


def run(
    job: Annotated[
        str, typer.Argument(help="journey, sla_journey or billing_journey.")
    ] = "journey",
    as_of: AsOfOption = None,
) -> None:
    """Run the journey over what is new, through Dagster.

    Example: e2a run
    """
    with connected() as (warehouse, connection):
        load_policies(connection, now())
    run_id = run_journey(warehouse, say, job=job, as_of=instant(as_of))
    out.print(f"Run {run_id[:8]} succeeded. Look: e2a summary")


_LOOK_FURTHER = """
[bold]Look further[/bold]
  make up                                     the lineage in Dagster's UI, http://127.0.0.1:3000
  .venv/bin/e2a summary --json --as-of {as_of}
  .venv/bin/e2a db url --role reader          for a BI tool: sla.breaches, sla.open_clocks,
                                              sla.on_time_daily, billing.expected_invoice_lines
  .venv/bin/e2a --help
"""
