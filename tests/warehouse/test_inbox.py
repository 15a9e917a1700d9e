"""Landing: exactly what arrived, each delivery once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import pytest

from e2a.domain.deliveries import Source
from e2a.domain.errors import UnknownTenantError
from e2a.warehouse import inbox
from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import Landed, land, land_chunk
from tests.warehouse.lane import deliver, event, rows


def _ids(app):
    return [r[0] for r in rows(app, "select delivery_id from landing.inbox order by seq")]


def test_landing_the_same_deliveries_twice_stores_them_once(app):
    deliveries = [deliver(event("a")), deliver(event("b"))]
    assert land(app, deliveries) == Landed(rows=2)
    before = rows(app, "select * from landing.inbox order by seq")
    assert land(app, deliveries) == Landed(duplicates=2)
    assert rows(app, "select * from landing.inbox order by seq") == before


def test_a_delivery_repeated_within_one_landing_is_stored_once(app):
    one = deliver(event("a"), id="d")
    assert land(app, [one, one]) == Landed(rows=1, duplicates=1)


def test_two_bodies_of_one_id_that_land_at_the_same_time_are_both_kept(app, warehouse):
    """ON CONFLICT does not see what the other writer is about to commit."""
    land(app, [deliver(event("z"))])  # makes the day's partition
    with warehouse.connect(Role.APP) as other, ThreadPoolExecutor(1) as beside:
        with app.transaction():
            land_chunk(app, [deliver(event("a"), id="d")])
            second = beside.submit(land, other, [deliver(event("b"), id="d")])
            wait_for_lock(warehouse, other.info.backend_pid)
        assert second.result(30) == Landed(rows=1, conflicts=1)
    assert len(_ids(app)) == 3


def wait_for_lock(warehouse, pid):
    """Await that a backend waits for somebody's lock."""
    waits = "select from pg_stat_activity where pid = %s and wait_event_type = 'Lock'"
    with warehouse.connect(Role.ADMIN, autocommit=True) as admin:
        for _ in range(600):
            if admin.execute(waits, (pid,)).fetchall():
                return
            Event().wait(0.05)
    pytest.fail("nobody waits")


def test_a_known_id_with_another_body_is_kept_under_a_marked_id(app):
    land(app, [deliver(event("a"), id="d")])
    other = deliver(event("b"), id="d")
    assert land(app, [other]) == Landed(rows=1, conflicts=1)
    first, marked = _ids(app)
    assert first == "d"
    assert marked.startswith("d#")
    assert land(app, [other]) == Landed(duplicates=1, conflicts=1)


def test_two_bodies_of_one_id_in_one_landing_are_both_kept(app):
    landed = land(app, [deliver(event("a"), id="d"), deliver(event("b"), id="d")])
    assert landed == Landed(rows=2, conflicts=1)
    assert _ids(app)[0] == "d"


def test_one_id_from_two_sources_or_two_tenants_is_two_deliveries(app):
    body = event("a")
    landed = land(app, [
        deliver(body, id="d"),
        deliver(body, id="d", source=Source.FILE),
        deliver(body, id="d", tenant="olist"),
    ])  # fmt: skip
    assert landed == Landed(rows=3)


def test_the_body_is_kept_byte_for_byte(app):
    body = b'{"a": 1}\x00\xff  \r\n'
    land(app, [deliver(body=body)])
    assert bytes(rows(app, "select body from landing.inbox")[0][0]) == body


def test_rows_lie_in_the_partition_of_their_utc_day(app):
    early = datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=UTC)
    late = datetime(2026, 3, 2, tzinfo=UTC)
    land(app, [deliver(event("a"), at=early), deliver(event("b"), at=late)])
    places = rows(app, "select tableoid::regclass::text from landing.inbox order by received_at")
    assert places == [("landing.inbox_20260301",), ("landing.inbox_20260302",)]


def test_an_unknown_tenant_is_a_sentence_that_names_the_nearest_and_lands_nothing(app):
    deliveries = [deliver(event("a")), deliver(event("b"), tenant="demo-3p")]
    with pytest.raises(
        UnknownTenantError, match=r"'demo-3p' is not known.*Did you mean demo-3pl\?"
    ):
        land(app, deliveries)
    assert _ids(app) == []


def test_a_tenant_like_no_other_is_answered_with_all_of_them(app):
    with pytest.raises(UnknownTenantError, match=r"Known are: demo-3pl, nordic-beauty, olist"):
        land(app, [deliver(event("a"), tenant="zzz")])


def test_chunks_are_committed_one_by_one_and_counted(app, monkeypatch):
    monkeypatch.setattr(inbox, "CHUNK", 2)
    seen = []
    assert land(app, [deliver(event(str(n))) for n in range(5)], seen.append) == Landed(rows=5)
    assert seen == [2, 4, 5]


def test_the_order_of_receipt_is_the_order_of_seq(app):
    land(app, [deliver(event(str(n)), id=f"d{n}") for n in (3, 1, 2)])
    assert _ids(app) == ["d3", "d1", "d2"]
