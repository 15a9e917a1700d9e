"""Days are archived and dropped while deliveries land and are read: none is lost or doubled."""

import threading
from datetime import timedelta

from e2a.domain.deliveries import Source
from e2a.warehouse import parquet, retention
from e2a.warehouse.connection import Role
from e2a.warehouse.drain import Reader, drain
from e2a.warehouse.inbox import land
from tests.warehouse.lane import NOW, deliver, event, parse, rows

OLD, NEW = NOW - timedelta(days=10), NOW
SENT = 60


def test_nothing_is_lost_when_old_days_go_while_others_fill(app, warehouse, tmp_path):
    reader, sent, errors = Reader(Source.WMS, parse, "v1"), threading.Event(), []

    def send():
        """Old and new days by turns, as a backfill beside live traffic would."""
        try:
            with warehouse.connect(Role.APP) as connection:
                for n in range(SENT):
                    day = (OLD + timedelta(days=n % 3)) if n % 2 else NEW
                    fact = event(f"e{n}", occurred_at=OLD)
                    land(connection, [deliver(fact, id=f"d{n}", at=day)])
        except Exception as error:  # told by the test's own thread
            errors.append(error)
        finally:
            sent.set()

    sender = threading.Thread(target=send)
    sender.start()
    dropped = 0
    last = False
    while not last:
        last = sent.is_set()
        drain(app, reader)
        done = retention.retire(app, tmp_path, NEW.date(), NOW)
        dropped += sum(one.kept_because is None for one in done)
    sender.join()
    assert errors == []
    assert dropped >= 3
    archived = [row[2] for file in tmp_path.rglob("*.parquet") for row in parquet.read(file)]
    kept = [row[0] for row in rows(app, "select delivery_id from landing.inbox")]
    assert sorted(archived + kept) == sorted(f"d{n}" for n in range(SENT))
    assert rows(app, "select count(*) from landing.order_events") == [(SENT,)]
    assert rows(app, "select count(*) from landing.outcomes") == [(SENT,)]
