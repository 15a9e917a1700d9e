"""Reading rows again: what stands is a function of the rows and the parser, not of the history."""

import pytest

from e2a.domain.deliveries import Events
from tests.warehouse.lane import NOW, again, at, deliver, event, outcomes, parse, read, rows, stored
from tests.warehouse.lane import tables as kept


def _displaced(app):
    read(app, deliver(event("a", quantity="3"), at=at(1)))
    read(app, deliver(event("a", quantity="2")))


def test_a_displaced_row_is_quarantined_like_one_that_came_second(app):
    _displaced(app)
    assert outcomes(app) == [("quarantined", "conflict"), ("canonical", None)]


def test_reading_again_after_a_displacement_changes_nothing(app):
    _displaced(app)
    before = kept(app)
    again(app)
    assert kept(app) == before


def test_a_displaced_fact_does_not_hide_another_refusal_of_its_row(app):
    read(app, deliver(event("b", occurred_at=at(99)), event("a", quantity="3"), at=at(1)))
    read(app, deliver(event("a", quantity="2")))
    held = rows(app, "select source_event_id, reason from landing.quarantine order by 1")
    assert held == [("a", "conflict"), ("b", "implausible_time")]


def test_a_repetition_of_what_stands_is_a_duplicate_beside_a_conflict_too(app):
    read(app, deliver(event("a", quantity="1")))
    read(
        app,
        deliver(event("a", quantity="2"), at=at(1)),
        deliver(event("a", quantity="1"), at=at(2)),
    )
    assert outcomes(app) == [
        ("canonical", None), ("quarantined", "conflict"), ("nothing_to_do", "duplicate")
    ]  # fmt: skip


def _dead_then_read(app):
    """A row that was dead at first is resolved when its repetition already stands."""

    def faulty(delivery):
        if delivery.delivery_id == "first":
            raise ZeroDivisionError
        return parse(delivery)

    read(
        app, deliver(event("a"), id="first"), deliver(event("a"), id="second", at=at(1)),
        parse=faulty,
    )  # fmt: skip
    again(app, version="v2")


def test_what_stands_belongs_to_a_row_whose_outcome_is_canonical(app):
    _dead_then_read(app)
    counted = rows(
        app,
        "select e.source_event_id, o.outcome, o.events from landing.order_events as e "
        "inner join landing.outcomes as o using (tenant_id, inbox_seq)",
    )
    assert counted == [("a", "canonical", 1)]


def test_a_newer_reading_replaces_what_stands_though_an_older_row_repeats_it(app):
    _dead_then_read(app)
    assert rows(app, "select parser_version from landing.order_events") == [("v2",)]


def test_a_row_that_was_held_back_became_known_when_it_was_resolved(app):
    def faulty(delivery):
        raise ZeroDivisionError

    read(app, deliver(event("a")), parse=faulty)
    again(app, version="v2")
    known = stored(app)[0][2]
    assert known > NOW
    again(app, version="v3")
    assert stored(app)[0][2] == known


def test_an_identity_that_passes_to_another_row_takes_that_rows_words(app):
    read(
        app, deliver(event("a", quantity="2"), id="d1"), deliver(event("a", quantity="3"), at=at(1))
    )

    def renamed(delivery):
        events = parse(delivery).events
        if delivery.delivery_id == "d1":
            events = tuple(e.model_copy(update={"source_event_id": "z"}) for e in events)
        return Events(events)

    again(app, renamed, "v2")
    assert [row[:2] for row in stored(app)] == [("a", 3), ("z", 2)]
    assert outcomes(app) == [("canonical", None)] * 2


@pytest.mark.parametrize("chunk", [1, 2, 100])
def test_chunks_of_any_size_give_the_same_tables(app, monkeypatch, chunk):
    monkeypatch.setattr("e2a.warehouse.drain.CHUNK", chunk)
    deliveries = [
        deliver(event("a", quantity=str(n % 3 + 1), order=f"wms:{n}"), id=f"d{n}", at=at(n))
        for n in range(7)
    ]
    read(app, *deliveries)
    assert [row[:2] for row in stored(app)] == [("a", 1)]
    assert [reason for _, reason in outcomes(app)] == [
        None, "conflict", "conflict", "conflict", "conflict", "conflict", "conflict"
    ]  # fmt: skip
