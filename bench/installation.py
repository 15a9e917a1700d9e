"""An installation of a bench's own: a cluster, a simulated week, the journey over it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from e2a.billing.imports import e2a_csv
from e2a.cli.runner import run_journey
from e2a.simulator import Plan, simulate
from e2a.sources import archive
from e2a.warehouse import cluster, inbox
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.policies import load_policies
from e2a.warehouse.prepare import prepare


@contextmanager
def installed(home: Path) -> Iterator[Warehouse]:
    """A prepared warehouse under E2A_HOME (already set to `home`), stopped at the end."""
    warehouse = prepare(_quiet)
    try:
        with warehouse.connect(Role.APP) as connection:
            load_policies(connection, datetime.now(UTC))
        yield warehouse
    finally:
        cluster.stop(home)


def journey_over(warehouse: Warehouse, folder: Path, *, orders: int, days: int, seed: int) -> Path:
    """Simulate into a folder, land it and run the journey as of the simulation's instant."""
    plan = Plan(orders, days, seed, ("demo-3pl", "nordic-beauty"))
    truth = simulate(plan, folder)
    with warehouse.connect(Role.APP) as connection:
        inbox.land(connection, archive.deliveries(folder / "deliveries.jsonl", plan.as_of))
        files = sorted((folder / "billed").iterdir())
        inbox.land(connection, [e2a_csv.delivery(file, plan.as_of) for file in files])
    run_journey(warehouse, _quiet, as_of=truth.as_of)
    return folder


def _quiet(line: str) -> None:
    print(line, file=sys.stderr)
