"""Watermarks: every row is read once, none is skipped, and a failure moves nothing."""

import pytest

from e2a.domain.deliveries import Source
from e2a.warehouse import ahead
from e2a.warehouse import drain as module
from e2a.warehouse.connection import Role
from e2a.warehouse.drain import Reader, drain, pending
from e2a.warehouse.inbox import land, land_chunk
from tests.warehouse.lane import NOW, again, at, deliver, event, parse, read, rows, stored, tables

READER = Reader(Source.WMS, parse, "v1")


def _drained(app):
    """(inbox rows, events) that a drain read."""
    found = drain(app, READER)
    return found.rows, found.events


def _watermark(app, lane="wms"):
    return rows(app, "select xid::text, seq from ops.watermarks where lane = %s", lane)[0]


def test_a_drain_reads_what_lies_beyond_the_watermark_and_nothing_twice(app):
    land(app, [deliver(event("a")), deliver(event("b"))])
    assert _drained(app) == (2, 2)
    assert _drained(app) == (0, 0)
    land(app, [deliver(event("c"))])
    assert _drained(app) == (1, 1)


def test_each_lane_has_a_watermark_of_its_own(app):
    land(app, [deliver(event("a"), source=Source.FILE), deliver(event("b"))])
    drain(app, READER)
    assert [row[0] for row in stored(app)] == ["b"]
    assert _watermark(app, "file") == ("0", 0)


def test_each_chunk_is_one_batch_with_its_range_and_its_days(app, monkeypatch):
    monkeypatch.setattr(ahead, "CHUNK", 2)
    land(app, [deliver(event(str(n)), at=at(n * 24 * 60)) for n in range(3)])
    seen = []
    drain(app, READER, lambda *counts: seen.append(counts))
    assert seen == [(2, 2), (3, 3)]
    batches = rows(
        app,
        "select inbox_rows, events, (last_day - first_day), lo_seq, hi_seq from ops.batches "
        "order by id",
    )
    assert [b[:3] for b in batches] == [(2, 2, 1), (1, 1, 0)]
    assert batches[0][4] == batches[1][3]


def test_a_transaction_that_fails_moves_no_watermark_and_stores_nothing(app, monkeypatch):
    land(app, [deliver(event("a"))])
    before, all_before = _watermark(app), tables(app)

    def broken(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(module, "store", broken)
    with pytest.raises(OSError, match="disk"):
        drain(app, READER)
    assert (_watermark(app), tables(app)) == (before, all_before)
    monkeypatch.undo()
    assert _drained(app) == (1, 1)


def test_a_failure_in_a_later_chunk_keeps_the_earlier_ones(app, monkeypatch):
    monkeypatch.setattr(ahead, "CHUNK", 1)
    land(app, [deliver(event("a")), deliver(event("b"))])
    real, calls = module.store, []

    def once(*given):
        calls.append(1)
        if len(calls) == 2:
            raise OSError
        return real(*given)

    monkeypatch.setattr(module, "store", once)
    with pytest.raises(OSError):  # noqa: PT011
        drain(app, READER)
    assert [row[0] for row in stored(app)] == ["a"]
    monkeypatch.setattr(module, "store", real)
    assert _drained(app) == (1, 1)
    assert [row[0] for row in stored(app)] == ["a", "b"]


def test_rows_of_a_transaction_that_commits_late_are_not_skipped(app, warehouse):
    """A watermark of sequence numbers alone lost rows whose transaction committed after others."""
    land(app, [deliver(event("z"))])  # makes the day's partition, which else would be waited for
    drain(app, READER)
    with warehouse.connect(Role.APP) as slow:
        with slow.transaction():
            land_chunk(slow, [deliver(event("slow"))])
            land(app, [deliver(event("fast"))])
            drain(app, READER)
        drain(app, READER)
    assert [row[0] for row in stored(app)] == ["fast", "slow", "z"]
    assert len(rows(app, "select from landing.outcomes")) == 3


def test_nothing_is_read_past_a_running_transaction_so_that_order_is_kept(app, warehouse):
    land(app, [deliver(event("z"))])
    drain(app, READER)
    with warehouse.connect(Role.APP) as slow, slow.transaction():
        land_chunk(slow, [deliver(event("slow"))])
        land(app, [deliver(event("fast"))])
        assert _drained(app) == (0, 0)
        assert pending(app) == []


def test_pending_tells_rows_and_utc_days_by_source(app):
    land(app, [
        deliver(event("a")), deliver(event("b"), at=at(3 * 24 * 60)),
        deliver(event("c"), source=Source.CARRIER),
    ])  # fmt: skip
    told = {p.source: (p.rows, (p.last_day - p.first_day).days, p.first_day) for p in pending(app)}
    app.rollback()
    assert told == {"carrier": (1, 0, NOW.date()), "wms": (2, 3, NOW.date())}
    drain(app, READER)
    assert [p.source for p in pending(app)] == ["carrier"]


def test_pending_changes_when_more_arrives_the_same_day(app):
    land(app, [deliver(event("a"))])
    first = pending(app)[0].high
    app.rollback()
    land(app, [deliver(event("b"))])
    assert pending(app)[0].high > first


def test_two_readers_of_one_lane_take_turns(app, warehouse):
    land(app, [deliver(event("a"))])
    with warehouse.connect(Role.APP) as other, other.transaction():
        module.claim(other, "*", "wms")
        app.execute("set lock_timeout = '50ms'")
        app.commit()
        with pytest.raises(Exception, match="lock timeout"):
            drain(app, READER)
    assert _drained(app) == (1, 1)


def test_what_was_read_ahead_is_dropped_if_another_reader_was_there(app, warehouse, monkeypatch):
    """Between two chunks the lane is free: whoever takes it reads on from the watermark."""
    monkeypatch.setattr(ahead, "CHUNK", 1)
    land(app, [deliver(event(name)) for name in "abc"])

    def meanwhile(rows, _):
        if rows == 1:
            with warehouse.connect(Role.APP) as other:
                assert drain(other, READER).rows == 2

    assert drain(app, READER, meanwhile).rows == 1
    assert [row[0] for row in stored(app)] == ["a", "b", "c"]
    assert len(rows(app, "select from ops.batches")) == 3


def test_large_bodies_make_smaller_chunks(app, monkeypatch):
    monkeypatch.setattr(ahead, "CHUNK_BYTES", 1)
    land(app, [deliver(event(name)) for name in "abc"])
    seen = []
    drain(app, READER, lambda rows, _: seen.append(rows))
    assert seen == [1, 2, 3]


def test_reading_days_again_does_not_read_beyond_the_watermark(app):
    read(app, deliver(event("a")))
    land(app, [deliver(event("b"))])
    assert again(app).rows == 1
    assert [row[0] for row in stored(app)] == ["a"]


def test_reading_days_again_reads_those_utc_days_only(app):
    read(app, *(deliver(event(str(n)), at=at(n * 24 * 60)) for n in range(3)))
    day = NOW.date()
    assert module.reread(app, READER, day, day, NOW).rows == 1


def test_reading_again_in_chunks_reads_every_row_once(app, monkeypatch):
    read(app, *(deliver(event(str(n)), at=at(-n)) for n in range(5)))
    monkeypatch.setattr(module, "CHUNK", 2)
    assert again(app).rows == 5
