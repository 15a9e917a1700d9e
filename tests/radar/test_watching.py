"""The loop of the hot lane, over a real connection that listens, with the real parsers."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import orjson
import psycopg
import pytest

from e2a.domain.deliveries import Delivery, Source
from e2a.radar import watch
from e2a.radar.residing import reside
from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import land
from tests.sla.orders import episodes
from tests.warehouse.lane import TENANT, rows

PATIENCE = 30


@contextmanager
def watching(built) -> Iterator[tuple[Event, list]]:
    """A watch in a thread of its own; the event is set after each step."""
    stopped, stepped, steps = Event(), Event(), []

    def told(step):
        steps.append(step)
        stepped.set()

    def run():
        with suppress(psycopg.OperationalError):  # of a watcher that a test cuts off
            watch(built, "radar", lambda: not stopped.is_set(), told)

    thread = Thread(target=run)
    thread.start()
    try:
        yield stepped, steps
    finally:
        stopped.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def paid(order: str, minutes_ago: int) -> Delivery:
    """An order that was paid so long ago; demo-3pl picks within two hours."""
    now = datetime.now(UTC)
    events = [
        {"event_id": f"{order}/{type}", "event_type": type, "order_id": order,
         "occurred_at": (now - timedelta(minutes=minutes_ago)).isoformat()}
        for type in ("order_created", "order_paid")
    ]  # fmt: skip
    return Delivery(TENANT, Source.WMS, order, now, orjson.dumps({"events": events}))


def notify(connection):
    connection.execute("notify e2a_inbox")
    connection.commit()


def test_what_lands_is_a_breach_that_somebody_can_read_a_step_later(modelled, built):
    with watching(built) as (stepped, steps):
        land(modelled, [paid("late", 121)])
        notify(modelled)
        assert stepped.wait(PATIENCE)
    assert rows(modelled, "select order_id, stage from sla.breaches") == [("wms:late", "pick")]
    assert [row[0] for row in episodes(modelled)] == ["pick#1"]
    assert [(step.read.rows, step.orders) for step in steps] == [(1, 1)]


def test_without_a_notice_a_look_comes_all_the_same(modelled, built):
    with watching(built) as (stepped, _):
        land(modelled, [paid("late", 121)])
        assert stepped.wait(PATIENCE)
    assert len(episodes(modelled)) == 1


def test_who_comes_second_does_not_watch_and_the_first_says_that_it_lives(modelled, built):
    with watching(built) as (stepped, _):
        land(modelled, [paid("one", 1)])
        assert stepped.wait(PATIENCE)
        assert watch(built, "sensor", lambda: True) is None
        ((holder, alive),) = rows(
            modelled, "select holder, beat_at > now() - interval '1 minute' from ops.lanes"
        )
        modelled.rollback()
    assert (holder, alive) == ("radar", True)


def test_when_the_watcher_dies_another_goes_on(modelled, built):
    with watching(built), built.connect(Role.ADMIN, autocommit=True) as admin:
        wait_for(modelled, "select from ops.lanes where beat_at is not null")
        ((pid,),) = rows(modelled, "select holder_pid from ops.lanes")
        admin.execute("select pg_terminate_backend(%s, 5000)", (pid,))
    with watching(built) as (stepped, _):
        land(modelled, [paid("late", 121)])
        assert stepped.wait(PATIENCE)
    assert len(episodes(modelled)) == 1


def test_who_only_stands_in_gives_way_to_a_radar_that_comes_back(modelled, built):
    """Without it the radar would have to meet the moment between two stays of the sensor."""
    stayed = []
    standing_in = Thread(target=lambda: stayed.append(watch(built, "sensor", lambda: True)))
    standing_in.start()
    wait_for(modelled, "select from ops.lanes where holder = 'sensor' and beat_at is not null")
    stopped = Event()
    radar = Thread(target=reside, args=(built, stopped, lambda line: None))
    radar.start()
    standing_in.join(PATIENCE)
    assert stayed == [0]
    wait_for(modelled, "select from ops.lanes where holder = 'radar'")
    stopped.set()
    radar.join(PATIENCE)
    assert not radar.is_alive()


def wait_for(connection, query):
    """Await a row that the query finds."""
    pause = Event()
    for _ in range(PATIENCE * 20):
        if rows(connection, query):
            connection.rollback()
            return
        connection.rollback()
        pause.wait(0.05)
    pytest.fail(f"nothing came of {query}")
