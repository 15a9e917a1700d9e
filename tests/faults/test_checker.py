"""The checker finds what it must: the planted bug, and every kind of tampering."""

import asyncio

import pytest

from e2a.warehouse.connection import Role
from faults import checker, naive, oracle
from faults.begin import world
from faults.rows.kills import enough


def test_a_reader_by_a_plain_sequence_is_caught(place):
    bug = naive.planted(place, 5, 1_500)
    assert bug.found.lost > 0
    assert bug.found.wrong == []


@pytest.fixture(scope="module")
def lived(place):
    """A row in which nothing was broken."""
    with place.fresh("quiet_life") as warehouse:
        quiet = world(place, warehouse, 3, events=100, crashes=0, most=20)
        asyncio.run(quiet.live(enough))
        yield quiet


TAMPERING = {
    "acknowledged events are not in the inbox":
        "delete from landing.inbox where seq = (select min(seq) from landing.inbox)",
    "stored bodies are not the bytes":
        "update landing.inbox set body = body || ' ' "
        "where seq = (select min(seq) from landing.inbox)",
    "in the inbox more than once":
        "insert into landing.inbox (tenant_id, source, delivery_id, received_at, body) "
        "select tenant_id, source, delivery_id, received_at, body from landing.inbox limit 1",
    "inbox rows have no outcome":
        "delete from landing.outcomes "
        "where inbox_seq = (select min(inbox_seq) from landing.outcomes)",
    "events have no canonical row":
        "delete from landing.wms_events where source_event_id in "
        "(select source_event_id from landing.wms_events limit 1)",
    "say something else than their bodies":
        "update landing.wms_events set occurred_at = occurred_at + interval '1 second'",
}  # fmt: skip


@pytest.mark.parametrize("sentence", TAMPERING)
def test_what_was_tampered_with_is_found(lived, sentence):
    assert checker.check(lived.warehouse, lived.ledger).wrong == []
    with lived.warehouse.connect(Role.OWNER) as owner:
        tables = ("inbox", "outcomes", "wms_events")
        for table in tables:
            owner.execute(f"create table faults_{table} as table landing.{table}")
        owner.execute(TAMPERING[sentence])
        owner.commit()
        try:
            wrong = checker.check(lived.warehouse, lived.ledger).wrong
        finally:
            for table in tables:
                owner.execute(f"delete from landing.{table}")
                columns = "overriding system value " if table == "inbox" else ""
                owner.execute(f"insert into landing.{table} {columns}table faults_{table}")
                owner.execute(f"drop table faults_{table}")
            owner.commit()
    assert any(sentence in one for one in wrong), wrong


def test_a_state_that_the_raw_rows_do_not_give_is_found(lived):
    assert oracle.differences(lived.site, lived.warehouse) == []
    with lived.warehouse.connect(Role.OWNER) as owner:
        owner.execute("update orders.identifiers set order_id = 'wms:another' where name ~ '^wms'")
    wrong = oracle.differences(lived.site, lived.warehouse)
    assert [one.partition(":")[0] for one in wrong] == ["orders.identifiers"]
