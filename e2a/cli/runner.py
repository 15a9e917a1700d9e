"""Starts Dagster as a process and retells its progress: the product itself imports no Dagster."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

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
    command = [sys.executable, "-m", "e2a_assets.run", job, "--day", _day(warehouse)]
    if as_of:
        command += ["--as-of", as_of.isoformat()]
    reading, writing = os.pipe()
    with (warehouse.home / "run.log").open("w+") as log, os.fdopen(reading) as reports:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=os.environ | warehouse.environment() | {"E2A_REPORT_FD": str(writing)},
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[writing],
        )
        os.close(writing)
        run_id, status, errors = _retell(reports, say)
        process.wait()
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


def _day(warehouse: Warehouse) -> str:
    """The day that labels a run: the latest on which anything pending was received, else today."""
    with warehouse.connect(Role.APP) as connection:
        arrived = pending(connection)
    today = datetime.now(UTC).date()
    return max((source.last_day for source in arrived), default=today).isoformat()


def _retell(reports: Iterable[str], say: Say) -> tuple[str, str, list[str]]:
    run_id, status, errors = "", "", []
    for line in reports:
        kind, *words = line.rstrip("\n").split("\t")
        if kind == "asset":
            name, rows = words
            say(f"asset      {name}" + (f"  {int(rows):,} rows" if rows else ""))
        elif kind == "error":
            errors.append(words[0])
        elif kind == "run":
            run_id, status = words
    return run_id, status, errors
