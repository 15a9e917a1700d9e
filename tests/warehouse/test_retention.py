"""Raw deliveries are archived, read back and only then dropped; never what somebody still needs."""

from datetime import date, timedelta

import psycopg
import pytest
from psycopg import sql

from e2a.domain.deliveries import Source
from e2a.domain.errors import BadInputError, ConfigurationError
from e2a.sources import archive as archives
from e2a.warehouse import parquet, retention
from e2a.warehouse.connection import Role
from e2a.warehouse.drain import Reader, drain
from e2a.warehouse.forget import forget
from e2a.warehouse.held import dead_letters
from e2a.warehouse.held.dead_letters import Choice
from e2a.warehouse.inbox import land, land_chunk
from tests.warehouse.lane import NOW, RESOLVED, again, deliver, event, parse, read, rows, stored

DAY = NOW.date()
NEXT = DAY + timedelta(days=1)
READER = Reader(Source.WMS, parse, "v1")


@pytest.fixture(autouse=True)
def _in_tmp_path(monkeypatch):
    monkeypatch.delenv("E2A_ARCHIVE", raising=False)
    monkeypatch.delenv("E2A_RETENTION_DAYS", raising=False)


@pytest.fixture
def retire(app, tmp_path):
    """Retires the day on which the tests' deliveries arrive."""

    def run(**more):
        return retention.retire(app, tmp_path / "archive", NEXT, RESOLVED, **more)

    return run


def raw(app):
    return rows(app, "select delivery_id, body, headers from landing.inbox order by seq")


def test_a_read_and_settled_day_is_archived_and_dropped_and_its_facts_stay(app, retire):
    read(app, deliver(event("a"), id="d1"), deliver(event("b"), id="d2"))
    before = stored(app)
    (done,) = retire()
    assert (done.day, done.kept_because, done.archived_rows) == (DAY, None, 2)
    assert raw(app) == []
    assert stored(app) == before
    assert retire() == []


def test_days_from_the_date_on_stay(app, tmp_path):
    read(app, deliver(event("a")))
    assert retention.retire(app, tmp_path, DAY, RESOLVED) == []
    assert len(raw(app)) == 1


def test_a_day_that_a_lane_has_not_read_is_kept(app, retire):
    read(app, deliver(event("a")))
    land(app, [deliver(event("b"), source=Source.CARRIER)])
    assert retire()[0].kept_because == "unread by lane carrier"
    assert len(raw(app)) == 2


def test_a_day_with_rows_that_are_held_back_is_kept_until_they_are_settled(app, retire):
    read(app, deliver(event("a"), id="d1"), deliver(event("b")))
    for outcome in ("dead_letter", "waiting", "quarantined"):
        app.execute("update landing.outcomes set outcome = %s where inbox_seq = 1", (outcome,))
        app.commit()
        assert retire()[0].kept_because == f"1 rows are {outcome}"
    discarded = Choice(kind=None, ids=(dead_letters.HeldId("demo-3pl", 1),))
    dead_letters.discard(app, discarded, reason="noise", by="ana", now=RESOLVED)
    assert retire()[0].kept_because is None


def test_the_database_itself_refuses_a_day_that_is_not_archived(app):
    read(app, deliver(event("a")))
    with pytest.raises(
        psycopg.errors.ObjectNotInPrerequisiteState, match="not archived for tenant demo-3pl"
    ):
        app.execute("select landing.drop_day(%s, %s)", (DAY, NOW))


def test_a_row_that_came_after_the_archive_is_archived_too(app, retire, tmp_path):
    read(app, deliver(event("a"), id="d1"))
    assert retire(drop=False)[0].archived_rows == 1
    read(app, deliver(event("b"), id="d2"))
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        app.execute("select landing.drop_day(%s, %s)", (DAY, NOW))
    app.rollback()
    assert retire()[0].archived_rows == 2
    (file,) = tmp_path.rglob("*.parquet")
    assert [row[2] for row in parquet.read(file)] == ["d1", "d2"]


def test_a_day_that_fills_again_after_the_drop_has_a_second_part(app, retire, tmp_path):
    read(app, deliver(event("a"), id="d1"))
    retire()
    read(app, deliver(event("b"), id="d2"))
    retire()
    names = sorted(file.name for file in tmp_path.rglob("*.parquet"))
    assert names == [f"{DAY}.2.parquet", f"{DAY}.parquet"]
    assert raw(app) == []


def test_a_day_that_somebody_writes_to_is_left_to_the_next_run(app, retire, warehouse):
    read(app, deliver(event("a")))
    retire(drop=False)
    with warehouse.connect(Role.APP) as slow, slow.transaction():
        land_chunk(slow, [deliver(event("slow"))])
        assert retire()[0].kept_because
    assert len(raw(app)) == 2


def test_what_came_back_from_the_disk_is_compared(app, retire, monkeypatch):
    read(app, deliver(event("a")))
    real = parquet.content
    monkeypatch.setattr(
        parquet, "content", lambda file: parquet.Content(real(file).rows, b"another")
    )
    with pytest.raises(OSError, match="came back"):
        retire()
    assert len(raw(app)) == 1
    assert rows(app, "select count(*) from landing.archives") == [(0,)]


def test_every_tenant_has_its_own_file_whatever_its_name_is(app, retire, tmp_path):
    odd = "../odd tenant"
    read(app, deliver(event("a")))
    with app.transaction():
        land_chunk(app, [deliver(event("b"), tenant=odd)])
    drain(app, READER)
    dead_letters.discard(
        app, Choice(dead_letters.Kind.WAITING), reason="nobody", by="ana", now=RESOLVED
    )
    retire()
    folders = {file.parent.name for file in tmp_path.rglob("*.parquet")}
    assert folders == {"tenant=demo-3pl", "tenant=..%2Fodd%20tenant"}
    assert {file.parents[1] for file in tmp_path.rglob("*.parquet")} == {tmp_path / "archive"}


def test_an_archive_landed_elsewhere_gives_the_same_facts(app, retire, template, tmp_path):
    odd = bytes(range(256))
    read(
        app, deliver(event("a"), id="d1"), deliver(event("b"), id="d2"),
        deliver(body=odd, id="odd"),
    )  # fmt: skip
    dead_letters.discard(
        app, Choice(dead_letters.Kind.QUARANTINED), reason="noise", by="ana", now=RESOLVED
    )
    kept, facts = raw(app), stored(app)
    retire()
    (file,) = tmp_path.rglob("*.parquet")
    landed = land(app, archives.deliveries(file, RESOLVED))
    assert (landed.rows, landed.duplicates) == (0, 3), "the same deliveries are known here"
    app.execute("delete from landing.deliveries")
    app.execute("delete from landing.order_events")
    app.execute("delete from landing.outcomes")
    app.commit()
    assert land(app, archives.deliveries(file, RESOLVED)).rows == 3
    drain(app, READER)
    assert (raw(app), stored(app)) == (kept, facts)


@pytest.mark.parametrize("content", [b"", b"PAR1 not really", b"{}"])
def test_a_file_that_is_no_archive_is_said(tmp_path, content):
    file = tmp_path / "x.parquet"
    file.write_bytes(content)
    with pytest.raises(BadInputError, match="is no archive of the inbox that can be read"):
        list(archives.deliveries(file, RESOLVED))


def test_a_missing_archive_is_said(tmp_path):
    with pytest.raises(BadInputError, match="is no archive"):
        list(archives.deliveries(tmp_path / "none.parquet", RESOLVED))


def test_a_forgotten_order_is_blanked_in_archives_too_and_its_facts_after_the_drop(
    app, retire, tmp_path
):
    personal = {"email": "ana@example.com"}
    mine = event("a", order="wms:1")
    read(app, deliver({**mine, "fragment": {**mine["fragment"], **personal}}, id="d1"))
    read(app, deliver(event("b", order="wms:2"), id="d2"))
    retire()
    done = forget(app, "demo-3pl", "wms:1", tmp_path)
    assert (done.inbox_rows, done.events, done.archive_lines) == (0, 1, 1)
    (file,) = tmp_path.rglob("*.parquet")
    bodies = {row[2]: row[5] for row in parquet.read(file)}
    assert b"ana@example.com" not in bodies["d1"]
    assert b'"b"' in bodies["d2"]
    noted = rows(app, "select content_hash, inbox_rows from landing.archives")
    assert noted == [(parquet.content(file).digest, 2)]
    assert forget(app, "demo-3pl", "wms:1", tmp_path).archive_lines == 0
    assert land(app, archives.deliveries(file, RESOLVED)).duplicates == 2


def test_days_are_made_ahead(app):
    retention.make_ahead(app, DAY, 3)
    retention.make_ahead(app, DAY, 3)
    assert retention.days(app) == [DAY + timedelta(days=n) for n in range(4)]


def insert_without_partition(app, name="stray"):
    """As a gateway would whose partition is missing at midnight."""
    app.execute(
        "insert into landing.inbox (tenant_id, source, delivery_id, received_at, body) "
        "values ('demo-3pl', 'wms', %s, %s, '[]')",
        (name, NOW),
    )
    app.commit()


def test_a_row_without_a_partition_is_caught_and_told(app):
    insert_without_partition(app)
    assert retention.caught(app, "wms") == {str(DAY): 1}
    assert retention.caught(app, "carrier") == {}


def test_a_day_made_late_takes_over_what_was_caught_and_keeps_its_positions(app):
    insert_without_partition(app)
    position = rows(app, "select xid::text, seq from landing.inbox")
    read(app, deliver(event("a"), id="d1"))
    assert retention.caught(app, "wms") == {}
    assert rows(app, "select xid::text, seq from landing.inbox where delivery_id = 'stray'") == (
        position
    )
    assert again(app).rows == 2
    insert_without_partition(app, "another")
    assert len(rows(app, "select seq from landing.inbox")) == 3


def test_partitions_have_the_indexes_of_the_inbox(app, warehouse):
    retention.make_ahead(app, DAY, 0)
    found = rows(
        app,
        sql.SQL("select count(*) from pg_inherits where inhparent = any(array["
                "'landing.inbox_position', 'landing.inbox_seq', 'landing.inbox_pkey']::regclass[]) "
                "and inhrelid in (select indexrelid from pg_index where indrelid = {}::regclass)")
        .format(f"landing.inbox_{DAY:%Y%m%d}").as_string(app),
    )  # fmt: skip
    assert found == [(3,)]


@pytest.mark.parametrize("text", ["0", "-1", "soon", "1.5", "٣"])
def test_a_retention_that_is_no_number_of_days_is_said(monkeypatch, text):
    monkeypatch.setenv("E2A_RETENTION_DAYS", text)
    with pytest.raises(ConfigurationError, match="is no number of days"):
        retention.kept_days()


def test_four_hundred_days_are_kept_unless_said_otherwise(monkeypatch):
    assert retention.kept_days() == 400
    monkeypatch.setenv("E2A_RETENTION_DAYS", "90")
    assert retention.kept_days() == 90
    assert date(2026, 5, 4) == DAY
