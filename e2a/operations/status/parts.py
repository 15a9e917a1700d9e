"""Which parts run, since when, and when they last said that they live."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from e2a.domain.errors import DatabaseUnavailableError
from e2a.operations.up.child import takes_connections
from e2a.operations.up.register import Entry, read
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.heartbeats import beats

ALIVE = timedelta(seconds=60)
"""A part that `up` did not start is taken to run if it has said so within this time."""


@dataclass(frozen=True, slots=True)
class PartState:
    """One part.

    Attributes:
        state: runs; silent: its process is there but does not answer; stopped; unknown.
        since: when its process was started, if `up` started it.
        heartbeat: when it last said that it lives, or answered just now.
    """

    name: str
    state: str
    since: datetime | None = None
    restarts: int = 0
    heartbeat: datetime | None = None
    pid: int | None = None
    last_end: str | None = None


def part_states(
    home: Path, said: Mapping[str, datetime], now: datetime
) -> tuple[bool, tuple[PartState, ...]]:
    """Whether `up` runs, and the parts: those of `up`, else those that have a heartbeat.

    Args:
        home: of the installation.
        said: heartbeats by part.
        now: the instant it is.
    """
    entries = read(home)
    if entries is None:
        return False, tuple(
            PartState(name, "runs" if now - at < ALIVE else "stopped", heartbeat=at)
            for name, at in sorted(said.items())
        )
    return True, tuple(_of_up(entry, said.get(entry.name), now) for entry in entries)


def _of_up(entry: Entry, beat: datetime | None, now: datetime) -> PartState:
    state = "runs" if entry.runs else "stopped"
    if state == "runs" and entry.port is not None:
        if takes_connections(entry.port, entry.ready):
            beat = now
        else:
            state = "silent"
    return PartState(
        entry.name, state, entry.since, entry.restarts, beat, entry.pid, entry.last_end
    )


def heartbeats(connection: psycopg.Connection[Any], warehouse: Warehouse) -> dict[str, datetime]:
    """When each part last said that it lives, by the database's clock."""
    found = beats(connection)
    row = connection.execute(
        "select holder, beat_at from ops.lanes where tenant_id = '*' and lane = 'hot'"
    ).fetchone()
    if row and row[0] == "radar" and row[1]:
        found["radar"] = row[1]
    daemon = dagster_daemon(warehouse)
    return found | ({"daemon": daemon} if daemon else {})


def dagster_daemon(warehouse: Warehouse) -> datetime | None:
    """When the quietest of Dagster's daemons last said that it lives; None: never."""
    try:
        with warehouse.connect(Role.DAGSTER, autocommit=True) as dagster:
            row = dagster.execute("select min(timestamp) from daemon_heartbeats").fetchone()
    except (DatabaseUnavailableError, psycopg.errors.UndefinedTable):
        return None
    return row[0].replace(tzinfo=UTC) if row and row[0] else None
