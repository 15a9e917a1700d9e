"""Starts Dagster as a process and retells its progress: the product itself imports no Dagster."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime

from e2a.domain.errors import E2AError
from e2a.warehouse.connection import PROJECT, Role, Warehouse
from e2a.warehouse.drain import pending

Say = Callable[[str], None]


class RunFailedError(E2AError):
    """A Dagster run did not succeed; what it had not committed is as before."""


def run_journey(
    warehouse: Warehouse, say: Say, *, job: str = "journey", as_of: datetime | None = None
) -> str:
    """Run a job over what is new, as a real run on the installation's instance.

    Returns:
        The run's id.

    Raises:
        RunFailedError: with the first error of the run.
    """
    first, last = _days(warehouse)
    command = [sys.executable, "-m", "e2a_assets.run", job, "--first", first, "--last", last]
    if as_of:
        command += ["--as-of", as_of.isoformat()]
    with (warehouse.home / "run.log").open("w+") as log:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=os.environ | warehouse.environment(),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        run_id, status, errors = _retell(process, say)
        log.seek(0)
        last_words = log.read().strip().splitlines()
    if not status and last_words:
        errors.append(f"Dagster did not start: {last_words[-1]}")
    if status != "success":
        raise RunFailedError(
            errors[0] if errors else f"Run {run_id or job} failed",
            f"See run {run_id[:8] if run_id else job} in the UI (`make up`); run again to retry",
        )
    return run_id


def _days(warehouse: Warehouse) -> tuple[str, str]:
    """The days of receipt that a run is labelled with: of what is pending, else today."""
    with warehouse.connect(Role.APP) as connection:
        arrived = pending(connection)
    today: date = datetime.now(UTC).date()
    first = min((source.first_day for source in arrived), default=today)
    last = max((source.last_day for source in arrived), default=today)
    return first.isoformat(), last.isoformat()


def _retell(process: subprocess.Popen[str], say: Say) -> tuple[str, str, list[str]]:
    run_id, status, errors = "", "", []
    assert process.stdout is not None
    for line in process.stdout:
        kind, _, rest = line.rstrip("\n").partition("\t")
        if kind == "asset":
            name, _, rows = rest.partition("\t")
            say(f"asset      {name}" + (f"  {int(rows):,} rows" if rows else ""))
        elif kind == "run":
            run_id, _, status = rest.partition("\t")
        elif kind == "error":
            errors.append(rest)
    process.wait()
    return run_id, status, errors
