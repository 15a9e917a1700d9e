"""One look at the whole installation."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from e2a.domain.errors import DatabaseUnavailableError
from e2a.operations.status import facts
from e2a.operations.status.facts import Facts
from e2a.operations.status.parts import PartState, heartbeats, part_states
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.watermark import health


@dataclass(frozen=True, slots=True)
class Status:
    """What was found; without a database only what the machine says.

    Attributes:
        is_up: whether an `e2a up` runs here.
        database: why it does not answer; None: it does.
        lanes: what each lane of the inbox still has to read.
        held_up: the transaction that keeps rows from being read, if one has for too long.
        hot: the hot lane.
        ai: what models have cost today; None: nobody was asked.
    """

    at: datetime
    is_up: bool
    parts: tuple[PartState, ...]
    storage: Facts
    database: str | None = None
    lanes: tuple[Facts, ...] = ()
    held_up: Facts | None = None
    hot: Facts = field(default_factory=dict)
    breaches: Facts = field(default_factory=dict)
    truth: Facts | None = None
    held: Facts = field(default_factory=dict)
    alerts: Facts = field(default_factory=dict)
    ai: Facts | None = None


def look(warehouse: Warehouse, now: datetime) -> Status:
    """Everything, as of now."""
    disk = {"free_bytes": shutil.disk_usage(_existing(warehouse.home)).free}
    try:
        return _whole(warehouse, now, disk)
    except DatabaseUnavailableError as error:
        is_up, parts = part_states(warehouse.home, {}, now)
        return Status(now, is_up, parts, disk, database=str(error))


def _whole(warehouse: Warehouse, now: datetime, disk: Facts) -> Status:
    with warehouse.connect(Role.APP, autocommit=True) as connection:
        said = heartbeats(connection, warehouse)
        is_up, parts = part_states(warehouse.home, said, now)
        inbox = health(connection, now)
        return Status(
            now, is_up, parts, disk | facts.sizes(connection, warehouse),
            lanes=tuple(
                {
                    "lane": lane.lane, "readable": lane.readable, "held_up": lane.held_up,
                    "oldest_received_at": lane.oldest_received_at,
                    "lag_seconds": _seconds(now, lane.oldest_received_at),
                }
                for lane in inbox.lanes
            ),
            held_up={
                "seconds": inbox.held_up_for.total_seconds(), "pid": inbox.oldest_writer.pid,
                "application": inbox.oldest_writer.application,
                "database": inbox.oldest_writer.database,
            } if inbox.is_alarm and inbox.oldest_writer else None,
            hot=facts.lane(connection),
            breaches=facts.breaches(connection),
            truth=facts.truth(connection),
            held=facts.held(connection),
            alerts=facts.alerts(connection),
            ai=facts.ai(connection),
        )  # fmt: skip


def _seconds(now: datetime, since: datetime | None) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _existing(home: Path) -> Path:
    return home if home.is_dir() else home.parent
