"""Rows received before midnight belong to their day, however late they are read."""

from datetime import UTC, datetime, timedelta

from e2a.radar import watch
from e2a.radar.reporting import report
from e2a.warehouse.inbox import land
from sensors.hot_lane import materializations
from tests.warehouse.lane import deliver, event

MIDNIGHT = datetime(2026, 5, 5, tzinfo=UTC)
A_BLINK = timedelta(microseconds=1)


def shown(built, connection, *received):
    """The days of receipt that a tick shows, after it has read what was received then."""
    last = report(connection, 0).last_step
    land(connection, [
        deliver(event(f"{at.isoformat()}", occurred_at=MIDNIGHT - timedelta(hours=1)), at=at)
        for at in received
    ])  # fmt: skip
    looks = iter((True, False))
    watch(built, "sensor", lambda: next(looks, False))
    return [told.partition for told in materializations(report(connection, last), [])]


def test_rows_received_before_midnight_and_read_after_it_belong_to_their_day(built, modelled):
    assert shown(built, modelled, MIDNIGHT - A_BLINK) == ["2026-05-04"]
    assert shown(built, modelled, MIDNIGHT) == ["2026-05-05"]


def test_a_batch_over_midnight_is_shown_on_both_days(built, modelled):
    assert shown(built, modelled, MIDNIGHT - A_BLINK, MIDNIGHT) == ["2026-05-04", "2026-05-05"]
