"""The server: reachable, ours, with its roles, migrated, on time, and Dagster's own database."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, LiteralString

from e2a.domain.errors import DatabaseUnavailableError
from e2a.operations.doctor.finding import Finding, Ground
from e2a.operations.status.parts import dagster_daemon
from e2a.warehouse.bootstrap import LOGINS
from e2a.warehouse.connection import Role
from e2a.warehouse.migrate import newest
from e2a.warehouse.watermark import StaleWatermarkError, guard

SKEW = timedelta(seconds=2)
"""How far the clocks of machine and database may disagree: deadlines are the database's."""
DAGSTER_MOST = 5 * 2**30
"""Bytes of Dagster's database beyond which its pruning does not work."""
DAEMON_SILENT = timedelta(minutes=5)


def roles(ground: Ground) -> Iterator[Finding]:
    """Each role can log in, and the owner may see who writes."""
    for role in LOGINS:
        try:
            ground.place.connect(role).close()
        except DatabaseUnavailableError as error:
            yield Finding(f"roles.{role.value}", f"{role.value}: {error.problem}", "e2a db start")
    if not _value(ground, "select pg_has_role('e2a_owner', 'pg_read_all_stats', 'member')"):
        yield Finding(
            "roles.stats", "e2a_owner may not see who writes: every long transaction of any "
            "database of the server holds rows up", "as administrator: grant pg_read_all_stats "
            "to e2a_owner",
        )  # fmt: skip


def migrations(ground: Ground) -> Iterator[Finding]:
    """The schema is the checkout's."""
    with ground.place.connect(Role.OWNER) as owner:
        there = owner.execute("select to_regclass('ops.schema_version') is not null").fetchone()
        at = "nothing" if not (there and there[0]) else str(
            (owner.execute("select version_num from ops.schema_version").fetchone() or ["?"])[0]
        )  # fmt: skip
    if at != newest():
        yield Finding(
            "migrations.behind", f"The database is at migration {at}, the checkout at {newest()}",
            "e2a db start",
        )  # fmt: skip


def restored(ground: Ground) -> Iterator[Finding]:
    """The server is the one whose transaction ids the watermarks mean."""
    try:
        guard(ground.connection)
    except StaleWatermarkError as error:
        yield Finding("restored.elsewhere", error.problem, "e2a db rebase")


def clock(ground: Ground) -> Iterator[Finding]:
    """Machine and database agree on the time."""
    before = ground.clock()
    there = _value(ground, "select clock_timestamp()")
    after = ground.clock()
    off = max(before - there, there - after, timedelta(0))
    if off > SKEW:
        yield Finding(
            "clock.skew", "The clocks of machine and database disagree by "
            f"{off.total_seconds():.1f} s: signed messages may be refused, deadlines pass early or "
            "late",
            "set the clock of one of them, such as by `chronyc makestep`",
        )  # fmt: skip


def dagster(ground: Ground) -> Iterator[Finding]:
    """Dagster's own database answers, is of a sane size, and its daemon speaks."""
    try:
        with ground.place.connect(Role.DAGSTER, autocommit=True) as own:
            row = own.execute("select pg_database_size(current_database())").fetchone()
    except DatabaseUnavailableError as error:
        yield Finding("dagster.database", f"Dagster's database: {error.problem}", "e2a db start")
        return
    if row and row[0] > DAGSTER_MOST:
        yield Finding(
            "dagster.size", f"Dagster's database has {row[0] / 2**30:.1f} GiB: old ticks and runs "
            "are not pruned", "see retention in dagster.yaml, then: e2a restart daemon",
        )  # fmt: skip
    beat, daemon = dagster_daemon(ground.place), ground.part("daemon")
    is_old = daemon and daemon.since and ground.now - daemon.since > DAEMON_SILENT
    if is_old and (beat is None or ground.now - beat > DAEMON_SILENT):
        yield Finding(
            "dagster.daemon", "Dagster's daemon is there but has said nothing for "
            f"{_since(ground.now, beat)}: no sensor, no schedule runs", "e2a restart daemon",
        )  # fmt: skip


def _since(now: datetime, beat: datetime | None) -> str:
    return f"{(now - beat).total_seconds():.0f} s" if beat else "ever"


def _value(ground: Ground, query: LiteralString) -> Any:  # noqa: ANN401 - whatever was asked for
    row = ground.connection.execute(query).fetchone()
    assert row is not None
    return row[0]
