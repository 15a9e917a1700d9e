"""Dead letters: tried again at 5, 10 and 20 minutes, then by a person; a replay loses nothing."""

from datetime import timedelta

import pytest

from e2a.domain.deliveries import RefusedDeliveryError, Source
from e2a.domain.errors import BadInputError
from e2a.warehouse.drain import Reader
from e2a.warehouse.held import dead_letters
from e2a.warehouse.held.dead_letters import Choice, Due, HeldId, Kind
from tests.warehouse.lane import (
    RESOLVED,
    again,
    at,
    deliver,
    event,
    outcomes,
    parse,
    read,
    rows,
    stored,
)


def faulty(*ids):
    """A parser with a defect for these deliveries, or for all."""

    def broken(delivery):
        if not ids or delivery.delivery_id in ids:
            raise ZeroDivisionError("division by zero")
        return parse(delivery)

    return broken


READERS = [Reader(Source.WMS, parse, "v2")]
BROKEN = [Reader(Source.WMS, faulty(), "v1")]


def listed(app, **choice):
    found = dead_letters.list_(app, Choice(**choice))
    app.rollback()
    return found


def replay(app, choice=None, readers=READERS, **more):
    return dead_letters.replay(app, readers, choice or Choice(), RESOLVED, **more)


def next_attempt(app):
    return rows(app, "select next_attempt_at from landing.dead_letters")[0][0]


def test_a_failing_row_is_listed_with_its_cause_and_its_next_attempt(app):
    read(app, deliver(event("a"), id="d1"), deliver(event("b"), id="d2"), parse=faulty("d1"))
    (held,) = listed(app)
    assert (held.delivery_id, held.status, held.reason) == ("d1", "retrying", "ZeroDivisionError")
    assert held.attempts == 1
    assert [row[0] for row in stored(app)] == ["b"]


def test_attempts_come_after_5_10_and_20_minutes_and_then_it_has_failed(app):
    read(app, deliver(event("a")), parse=faulty())
    failed_at = rows(app, "select failed_at from landing.dead_letters")[0][0]
    waited, now = [], failed_at
    while (due := next_attempt(app)) is not None:
        waited.append((due - now) / timedelta(minutes=1))
        assert dead_letters.retry_due(app, BROKEN, due - timedelta(seconds=1)).rows == 0
        assert dead_letters.retry_due(app, BROKEN, due).rows == 1
        now = due
    assert waited == [5, 10, 20]
    (held,) = listed(app)
    assert (held.status, held.attempts, held.next_attempt_at) == ("failed", 4, None)
    assert dead_letters.retry_due(app, READERS, now + timedelta(days=9)).rows == 0


def test_an_attempt_that_succeeds_ends_it(app):
    read(app, deliver(event("a")), parse=faulty())
    done = dead_letters.retry_due(app, READERS, next_attempt(app))
    assert (done.rows, done.settled, done.events) == (1, 1, 1)
    assert listed(app) == []
    assert outcomes(app) == [("canonical", None)]


def test_what_is_due_is_counted_without_writing(app):
    read(app, deliver(event("a")), parse=faulty())
    due = next_attempt(app)
    assert dead_letters.due(app, due - timedelta(seconds=1)) == Due(0, 0)
    assert dead_letters.due(app, due) == Due(1, 0)


def test_a_replay_ends_in_the_same_latest_state_and_is_known_from_the_replay_on(app):
    deliveries = [
        deliver(event("a", order="wms:1", aliases=["shopify:9"]), id="d1"),
        deliver(event("b", order="wms:1"), id="d2", at=at(1)),
    ]
    read(app, *deliveries, parse=faulty("d1"))
    done = replay(app)
    assert (done.rows, done.settled) == (1, 1)
    assert stored(app) == [("a", None, RESOLVED), ("b", None, at(1))]
    assert rows(app, "select distinct order_id from orders.identifiers") == [("shopify:9",)]
    assert replay(app).rows == 0


def test_a_replay_by_reason_or_by_id_leaves_the_others(app):
    def refusing(delivery):
        if delivery.delivery_id == "d3":
            raise KeyError("line")
        return faulty("d1", "d2")(delivery)

    read(app, *(deliver(event(f"e{n}"), id=f"d{n}") for n in (1, 2, 3)), parse=refusing)
    assert replay(app, Choice(reason="KeyError")).settled == 1
    first = listed(app)[0]
    assert replay(app, Choice(kind=None, ids=(first.id,))).settled == 1
    assert [held.delivery_id for held in listed(app)] == ["d2"]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_batches_of_any_size_replay_every_row_once(app, size):
    read(app, *(deliver(event(f"e{n}")) for n in range(5)), parse=faulty())
    seen = []
    done = replay(app, batch_size=size, progress=seen.append)
    assert (done.rows, done.settled, seen[-1]) == (5, 5, 5)
    assert len(seen) == -(-5 // size)


def test_a_replay_that_fails_again_counts_the_attempt_and_keeps_the_schedule(app):
    read(app, deliver(event("a")), parse=faulty())
    before = next_attempt(app)
    assert replay(app, readers=BROKEN).settled == 0
    assert next_attempt(app) == before
    assert listed(app)[0].attempts == 2


def test_quarantined_rows_are_replayed_after_a_fix(app):
    def strict(delivery):
        raise RefusedDeliveryError("unknown_type", "the type is not known")

    read(app, deliver(event("a")), parse=strict)
    quarantined = Choice(Kind.QUARANTINED)
    assert [held.status for held in dead_letters.list_(app, quarantined)] == ["quarantined"]
    app.rollback()
    assert replay(app, quarantined).settled == 1
    assert stored(app) == [("a", None, RESOLVED)]
    assert rows(app, "select count(*) from landing.quarantine") == [(0,)]


def test_what_stood_of_a_row_keeps_its_instant_when_its_rest_is_replayed(app):
    read(app, deliver(event("a"), event("b", occurred_at=at(99))))
    replay(app, Choice(Kind.QUARANTINED))
    assert stored(app) == [("a", None, at(0))]


def test_one_row_is_shown_with_its_body_and_its_problems(app):
    read(app, deliver(event("b", occurred_at=at(99)), id="d1"))
    seen = dead_letters.show(app, listed(app, kind=Kind.QUARANTINED)[0].id)
    assert b'"source_event_id":"b"' in seen.body
    assert [(p["source_event_id"], p["reason"]) for p in seen.problems] == [
        ("b", "implausible_time")
    ]


def test_a_row_that_is_not_held_back_cannot_be_shown(app):
    read(app, deliver(event("a")))
    with pytest.raises(BadInputError, match="No row demo-3pl/1 is held back"):
        dead_letters.show(app, HeldId("demo-3pl", 1))


@pytest.mark.parametrize("text", ["", "7", "acme/", "/7", "acme/x", "acme/٧", "acme/" + "9" * 30])
def test_what_is_no_id_is_said(text):
    with pytest.raises(BadInputError, match="is no id of a held row"):
        HeldId.parse(text)


def test_a_choice_of_nothing_is_not_a_choice_of_everything():
    with pytest.raises(BadInputError, match="Which held rows"):
        Choice(kind=None)


def test_rows_of_forgotten_orders_are_left_alone(app):
    read(app, deliver(event("a")), parse=faulty())
    app.execute("update landing.inbox set redacted_at = now()")
    app.commit()
    done = replay(app)
    assert (done.rows, done.forgotten) == (0, 1)


def test_a_discard_is_on_record_and_the_raw_body_stays(app):
    read(app, deliver(event("a"), id="d1"), parse=faulty())
    held = listed(app)[0]
    count = dead_letters.discard(app, Choice(), reason="test traffic", by="ana", now=RESOLVED)
    assert count == 1
    assert listed(app) == []
    assert outcomes(app) == [("nothing_to_do", "discarded")]
    seen = dead_letters.show(app, held.id)
    assert b'"source_event_id":"a"' in seen.body
    assert seen.held.status == "discarded"
    (told,) = seen.discards
    assert (told["discarded_by"], told["reason"], told["discarded_at"], told["held_for"]) == (
        "ana", "test traffic", RESOLVED, "ZeroDivisionError",
    )  # fmt: skip
    app.rollback()
    assert dead_letters.discard(app, Choice(), reason="again", by="ana", now=RESOLVED) == 0


@pytest.mark.parametrize(("reason", "by"), [("", "ana"), ("  ", "ana"), ("noise", "")])
def test_a_discard_without_reason_or_name_is_refused(app, reason, by):
    with pytest.raises(BadInputError, match="A discard needs"):
        dead_letters.discard(app, Choice(), reason=reason, by=by, now=RESOLVED)


def test_a_discarded_row_stays_so_when_its_day_is_read_again(app):
    read(app, deliver(event("a")), parse=faulty())
    dead_letters.discard(app, Choice(), reason="noise", by="ana", now=RESOLVED)
    again(app, version="v2")
    assert stored(app) == []
    assert outcomes(app) == [("nothing_to_do", "discarded")]


def test_a_discarded_row_can_be_taken_back_by_its_id(app):
    read(app, deliver(event("a")), parse=faulty())
    held = listed(app)[0]
    dead_letters.discard(app, Choice(), reason="noise", by="ana", now=RESOLVED)
    assert replay(app).rows == 0
    assert replay(app, Choice(kind=None, ids=(held.id,))).rows == 1
    assert stored(app) == [("a", None, RESOLVED)]


def test_what_stands_of_a_row_stands_when_its_rest_is_discarded(app):
    read(app, deliver(event("a"), event("b", occurred_at=at(99))))
    quarantined = Choice(Kind.QUARANTINED)
    assert dead_letters.discard(app, quarantined, reason="x", by="ana", now=RESOLVED) == 1
    assert outcomes(app) == [("canonical", "rest_discarded")]
    assert [row[0] for row in stored(app)] == ["a"]


def test_a_cleanup_takes_old_failures_only(app):
    read(app, deliver(event("old")), deliver(event("new"), at=at(3 * 24 * 60)), parse=faulty())
    assert dead_letters.cleanup(app, timedelta(days=1), by="ana", now=at(4 * 24 * 60 - 1)) == 0
    app.execute("update landing.dead_letters set next_attempt_at = null")
    app.commit()
    assert dead_letters.cleanup(app, timedelta(days=1), by="ana", now=at(4 * 24 * 60 - 1)) == 1
    assert len(listed(app)) == 1


def test_lists_come_in_pages(app):
    read(app, *(deliver(event(f"e{n}"), id=f"d{n}") for n in range(3)), parse=faulty())
    first = dead_letters.list_(app, Choice(), limit=2)
    rest = dead_letters.list_(app, Choice(), limit=2, after=first[-1].seq)
    assert [held.delivery_id for held in [*first, *rest]] == ["d0", "d1", "d2"]
    assert dead_letters.count(app, Choice()) == {"ZeroDivisionError": 3}
