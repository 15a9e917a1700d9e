"""What bounds the reading: old writers are waited for or looked past; another server is refused."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from e2a.domain.deliveries import Source
from e2a.warehouse import watermark
from e2a.warehouse.connection import Role
from e2a.warehouse.drain import Reader, drain, pending
from e2a.warehouse.inbox import land, land_chunk
from tests.warehouse.lane import again, deliver, event, parse, read, rows, stored

READER = Reader(Source.WMS, parse, "v1")


def drained(app):
    return drain(app, READER).rows


@pytest.fixture
def elsewhere(warehouse):
    """A transaction that writes in another database of the server."""
    with warehouse.connect(Role.ADMIN) as writer:
        writer.execute("select pg_current_xact_id()")
        yield writer


def test_a_writer_of_another_database_holds_nothing_up(app, elsewhere):
    land(app, [deliver(event("a"))])
    held = rows(
        app,
        "select count(*) from landing.inbox where xid >= pg_snapshot_xmin(pg_current_snapshot())",
    )
    assert held == [(1,)], "the fault has not fired: the other writer is not older"
    assert [lane.rows for lane in pending(app)] == [1]
    app.rollback()
    assert drained(app) == 1
    assert elsewhere.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS


def test_a_writer_of_our_database_is_waited_for_beside_one_of_another(app, warehouse, elsewhere):
    read(app, deliver(event("z")))
    with warehouse.connect(Role.APP) as slow:
        with slow.transaction():
            land_chunk(slow, [deliver(event("slow"))])
            land(app, [deliver(event("fast"))])
            assert drained(app) == 0
        assert drained(app) == 2
    assert [row[0] for row in stored(app)] == ["fast", "slow", "z"]


@pytest.mark.usefixtures("elsewhere")
def test_a_writer_that_comes_between_two_questions_of_one_transaction_is_seen(app, warehouse):
    """Postgres keeps the list of sessions for a transaction unless it is asked to look again."""
    quick = warehouse.connect(Role.APP, autocommit=True)
    with quick, warehouse.connect(Role.APP) as late, app.transaction():
        quick.execute("select pg_current_xact_id()")  # ends after the one elsewhere began
        first = int(watermark.readable_below(app))
        late.execute("select pg_current_xact_id()")
        row = late.execute("select pg_current_xact_id()::text").fetchone()
        quick.execute("select pg_current_xact_id()")  # ends after the late one began
        second = int(watermark.readable_below(app))
        assert first <= second <= int(row[0])


def test_in_a_transaction_of_one_snapshot_nothing_is_looked_past(app, elsewhere):
    land(app, [deliver(event("a"))])
    app.execute("set transaction isolation level repeatable read")
    xmin = app.execute("select pg_snapshot_xmin(pg_current_snapshot())::text").fetchone()
    assert watermark.readable_below(app) == xmin[0]


def test_a_writer_of_another_database_is_no_alarm_and_hides_none_of_ours(app, warehouse, elsewhere):
    later = datetime.now(UTC) + timedelta(seconds=5)
    with warehouse.connect(Role.APP) as slow, slow.transaction():
        slow.execute("select pg_current_xact_id()")
        land(app, [deliver(event("a"))])
        held = watermark.health(app, later)
        app.rollback()
        assert held.oldest_writer.database == warehouse.database
        assert held.is_alarm
    land(app, [deliver(event("b"))])
    alone = watermark.health(app, later)
    assert not alone.is_alarm
    assert alone.oldest_writer.pid == elsewhere.info.backend_pid


def test_an_old_writer_is_an_alarm_only_when_it_holds_rows_up(app, warehouse):
    read(app, deliver(event("z")))
    with warehouse.connect(Role.APP) as slow, slow.transaction():
        slow.execute("select pg_current_xact_id()")
        later = datetime.now(UTC) + timedelta(seconds=5)
        quiet = watermark.health(app, later)
        app.rollback()
        assert (quiet.is_alarm, quiet.held_up_for) == (False, timedelta(0))
        assert quiet.oldest_writer.database == warehouse.database
        land(app, [deliver(event("a"))])
        held = watermark.health(app, later)
        app.rollback()
        assert held.is_alarm
        assert held.held_up_for > watermark.HELD_UP_TOO_LONG
        (lane,) = (lane for lane in held.lanes if lane.held_up)
        assert (lane.lane, lane.readable, lane.held_up) == ("wms", 0, 1)
    after = watermark.health(app, later)
    assert not after.is_alarm
    assert sum(lane.readable for lane in after.lanes) == 1


AHEAD = 10**12
"""How far the transaction ids of the old server were ahead of this one's."""


@pytest.fixture
def restored(app, warehouse):
    """A database as a dump brings it into a new server: one row read, one not; foreign ids."""
    read(app, deliver(event("read"), id="read"))
    land(app, [deliver(event("unread"), id="unread")])
    with warehouse.connect(Role.OWNER) as owner:
        owner.execute(
            "update landing.inbox set xid = (xid::text::bigint + %s)::text::xid8", (AHEAD,)
        )
        owner.execute(
            "update ops.watermarks set xid = (xid::text::bigint + %s)::text::xid8", (AHEAD,)
        )
        owner.execute("update ops.cluster set system_identifier = system_identifier - 1")
    return warehouse


def test_nothing_is_read_by_transaction_ids_of_another_server(app, restored):
    with pytest.raises(watermark.StaleWatermarkError, match="e2a db rebase"):
        drain(app, READER)
    with pytest.raises(watermark.StaleWatermarkError):
        again(app)


@pytest.mark.usefixtures("restored")
def test_without_the_guard_rows_would_have_been_lost(app, monkeypatch):
    monkeypatch.setattr("e2a.warehouse.drain.guard", lambda connection: None)
    land(app, [deliver(event("new"), id="new")])
    drain(app, READER)
    assert [row[0] for row in stored(app)] == ["read"]


def test_after_a_rebase_every_row_is_read_once(app, restored):
    land(app, [deliver(event("new"), id="new")])
    with restored.connect(Role.OWNER) as owner:
        assert watermark.rebase(owner) == 2
    assert drained(app) == 2
    assert drained(app) == 0
    land(app, [deliver(event("newer"), id="newer")])
    assert drained(app) == 1
    assert [row[0] for row in stored(app)] == ["new", "newer", "read", "unread"]
    assert again(app).rows == 4
    assert rows(app, "select count(*) from landing.outcomes") == [(4,)]


def test_a_rebase_where_nothing_is_stale_changes_no_reading(app, warehouse):
    read(app, deliver(event("a")))
    with warehouse.connect(Role.OWNER) as owner:
        assert watermark.rebase(owner) == 0
    assert drained(app) == 0


def test_the_application_cannot_rebase(app):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        watermark.rebase(app)
