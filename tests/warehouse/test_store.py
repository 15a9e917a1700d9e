"""Canonical rows: duplicates, conflicts, readings, times (C9, C19, C20)."""

from datetime import timedelta
from itertools import permutations

import pytest

from e2a.domain.deliveries import Events, Source
from tests.warehouse.lane import (
    NOW,
    again,
    at,
    deliver,
    event,
    outcomes,
    parse,
    read,
    rows,
    stored,
    tables,
    touched,
)


def test_a_fact_that_comes_twice_is_counted_once(app):
    read(app, deliver(event("a")), deliver(event("a")))
    assert stored(app) == [("a", None, NOW)]
    assert outcomes(app) == [("canonical", None), ("nothing_to_do", "duplicate")]


def test_a_fact_that_comes_again_in_a_later_drain_is_counted_once(app):
    read(app, deliver(event("a")))
    before = stored(app)
    _, drained = read(app, deliver(event("a"), at=at(60)))
    assert drained.events == 0
    assert stored(app) == before


def test_a_fact_repeated_within_one_delivery_is_counted_once(app):
    read(app, deliver(event("a"), event("a")))
    assert stored(app) == [("a", None, NOW)]
    assert outcomes(app) == [("canonical", None)]


@pytest.mark.parametrize("one_drain", [True, False])
def test_of_two_payloads_the_first_recorded_stays_and_the_other_is_quarantined(app, one_drain):
    first, second = deliver(event("a", quantity="2")), deliver(event("a", quantity="3"), at=at(1))
    if one_drain:
        read(app, first, second)
    else:
        read(app, first)
        read(app, second)
    assert stored(app) == [("a", 2, NOW)]
    assert outcomes(app) == [("canonical", None), ("quarantined", "conflict")]
    held = rows(
        app, "select reason, source_event_id, payload ->> 'quantity' from landing.quarantine"
    )
    assert held == [("conflict", "a", "3")]


@pytest.mark.parametrize("one_drain", [True, False])
def test_a_payload_that_arrives_later_but_was_recorded_earlier_displaces_the_other(app, one_drain):
    late, early = deliver(event("a", quantity="3"), at=at(1)), deliver(event("a", quantity="2"))
    if one_drain:
        read(app, late, early)
    else:
        read(app, late)
        read(app, early)
    assert stored(app) == [("a", 2, NOW)]
    held = rows(app, "select reason, payload ->> 'quantity' from landing.quarantine")
    assert held == [("conflict", "3")]


def test_of_equal_instants_the_lower_place_in_the_inbox_is_first(app):
    read(app, deliver(event("a", quantity="3")))
    read(app, deliver(event("a", quantity="2")))
    assert stored(app) == [("a", 3, NOW)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_which_payload_stands_does_not_depend_on_the_order_of_arrival(app, order):
    deliveries = [deliver(event("a", quantity=str(n + 1)), at=at(n)) for n in range(3)]
    for n in order:
        read(app, deliveries[n])
    assert stored(app) == [("a", 1, NOW)]
    held = rows(app, "select payload ->> 'quantity' from landing.quarantine order by 1")
    assert held == [("2",), ("3",)]


def test_the_same_id_from_two_sources_is_two_facts(app):
    read(app, deliver(event("a", quantity="2")))
    read(app, deliver(event("a", quantity="3"), source=Source.FILE))
    assert {row[:2] for row in stored(app)} == {("a", 2), ("a", 3)}


def _mixed():
    return [
        deliver(event("a", aliases=["shopify:9"], shipment="track:1"), event("b", quantity="1")),
        deliver(event("b", quantity="2"), at=at(1)),
        deliver(event("c", occurred_at=at(120)), event("d")),
        deliver(body=b"not json"),
        deliver(),
        deliver(event("a", aliases=["shopify:9"], shipment="track:1"), at=at(2)),
    ]


def test_reading_again_with_the_same_parser_changes_nothing(app):
    read(app, *_mixed())
    before = tables(app)
    assert again(app).events == 0
    assert again(app).events == 0
    assert tables(app) == before


def test_every_row_has_exactly_one_outcome(app):
    read(app, *_mixed())
    counted = rows(
        app,
        "select i.seq, count(o) from landing.inbox as i left join landing.outcomes as o "
        "on o.tenant_id = i.tenant_id and o.inbox_seq = i.seq group by i.seq",
    )
    assert [n for _, n in counted] == [1] * 6
    assert outcomes(app) == [
        ("canonical", None),
        ("quarantined", "conflict"),
        ("quarantined", "implausible_time"),
        ("quarantined", "malformed_json"),
        ("nothing_to_do", "empty"),
        ("nothing_to_do", "duplicate"),
    ]


def _reading(change):
    def parse_anew(delivery):
        return Events(tuple(change(e) for e in parse(delivery).events))

    return parse_anew


def test_a_newer_reading_replaces_the_older_one_and_keeps_when_it_became_known(app):
    read(app, deliver(event("a", quantity="2"), at=at(7)))
    renamed = _reading(lambda e: e.model_copy(update={"site": "CPH1"}))
    assert again(app, renamed, "v2").events == 1
    found = rows(
        app, "select site, parser_version, quantity::int, recorded_at from landing.order_events"
    )
    assert found == [("CPH1", "v2", 2, at(7))]
    assert len(touched(app)) == 1


def test_a_fact_that_a_newer_reading_no_longer_sees_is_gone_and_its_order_is_touched(app):
    read(app, deliver(event("a"), event("b", order="wms:2")))
    app.execute("delete from ops.touched_orders")
    app.commit()

    def only_a(delivery):
        return Events(tuple(e for e in parse(delivery).events if e.source_event_id == "a"))

    again(app, only_a, "v2")
    assert [row[0] for row in stored(app)] == ["a"]
    assert "wms:2" in touched(app)


def test_a_newer_reading_that_changes_the_identity_replaces_the_event(app):
    read(app, deliver(event("a", quantity="2")))
    again(app, _reading(lambda e: e.model_copy(update={"source_event_id": "new/a"})), "v2")
    assert stored(app) == [("new/a", 2, NOW)]


@pytest.mark.parametrize(("minutes", "accepted"), [(15, True), (15 + 1e-6, False), (-60, True)])
def test_a_fact_may_lie_fifteen_minutes_after_its_record_and_not_more(app, minutes, accepted):
    read(app, deliver(event("a", occurred_at=NOW + timedelta(minutes=minutes))))
    outcome = ("canonical", None) if accepted else ("quarantined", "implausible_time")
    assert outcomes(app) == [outcome]
    assert len(stored(app)) == accepted


@pytest.mark.parametrize(
    ("instant", "accepted"),
    [("1990-01-01T00:00:00Z", True), ("1989-12-31T23:59:59.999999Z", False)],
)
def test_a_fact_before_1990_is_implausible(app, instant, accepted):
    read(app, deliver(event("a", occurred_at=instant)))
    assert len(stored(app)) == accepted
    assert len(rows(app, "select from landing.quarantine")) == (not accepted)


def test_one_implausible_fact_does_not_take_its_neighbours_along(app):
    read(app, deliver(event("a"), event("b", occurred_at=at(16)), event("c")))
    assert [row[0] for row in stored(app)] == ["a", "c"]
    held = rows(app, "select ordinal, source_event_id, reason from landing.quarantine")
    assert held == [(1, "b", "implausible_time")]


def test_a_file_may_state_an_earlier_record_but_no_later_one(app):
    earlier, later = NOW - timedelta(days=9), NOW + timedelta(microseconds=1)
    old = NOW - timedelta(days=10)
    read(
        app,
        deliver(event("a", occurred_at=old, recorded_at=earlier), source=Source.FILE),
        deliver(event("b", occurred_at=old, recorded_at=NOW), source=Source.FILE),
        deliver(event("c", occurred_at=old, recorded_at=later), source=Source.FILE),
    )
    assert stored(app) == [("a", None, earlier), ("b", None, NOW)]
    assert outcomes(app)[2] == ("quarantined", "recorded_in_future")


def test_the_plausibility_of_a_file_is_judged_by_what_it_states_as_its_record(app):
    stated = NOW - timedelta(days=2)
    read(
        app,
        deliver(
            event("a", occurred_at=NOW - timedelta(days=1), recorded_at=stated), source=Source.FILE
        ),
    )
    assert outcomes(app) == [("quarantined", "implausible_time")]


def test_no_other_lane_states_when_it_became_known(app):
    read(app, deliver(event("a", recorded_at=NOW - timedelta(days=9))))
    assert stored(app) == [("a", None, NOW)]


def test_a_parsers_own_fault_keeps_the_row_and_spares_its_neighbours(app):
    def faulty(delivery):
        if b"poison" in delivery.body:
            raise ZeroDivisionError("oops")
        return parse(delivery)

    read(app, deliver(event("a")), deliver(event("poison")), deliver(event("c")), parse=faulty)
    assert [row[0] for row in stored(app)] == ["a", "c"]
    letters = "select error_class, error, attempts from landing.dead_letters"
    assert rows(app, letters) == [("ZeroDivisionError", "ZeroDivisionError: oops", 1)]
    again(app, faulty)
    assert rows(app, letters) == [("ZeroDivisionError", "ZeroDivisionError: oops", 2)]
    again(app, parse, "v2")
    assert rows(app, letters) == []
    assert [row[0] for row in stored(app)] == ["a", "c", "poison"]
    assert outcomes(app) == [("canonical", None)] * 3


def test_a_refusal_that_a_newer_parser_understands_leaves_quarantine(app):
    read(app, deliver(body=b"not json"))
    assert len(rows(app, "select from landing.quarantine")) == 1

    def kinder(delivery):
        return parse(deliver(event("a")))

    again(app, kinder, "v2")
    assert rows(app, "select from landing.quarantine") == []
    assert outcomes(app) == [("canonical", None)]
    assert stored(app)[0][0] == "a"


def test_amounts_are_kept_exactly(app):
    charge = {"code": "freight", "amount": "10.123456789012", "currency": "EUR"}
    read(app, deliver(event("a", "charge_recorded", charge=charge)))
    found = rows(app, "select charge_amount::text, charge_currency from landing.order_events")
    assert found == [("10.123456789012", "EUR")]


def test_a_nul_in_a_fragment_is_no_fault(app):
    read(app, deliver(event("a", fragment={"note": "a\x00b"})))
    assert outcomes(app) == [("canonical", None)]


def test_when_a_fact_became_known_never_changes_whatever_a_newer_parser_states(app):
    stated = NOW - timedelta(days=1)
    old = NOW - timedelta(days=2)
    read(app, deliver(event("a", occurred_at=old, recorded_at=stated), source=Source.FILE))
    other = _reading(lambda e: e.model_copy(update={"recorded_at": NOW, "site": "CPH1"}))
    again(app, other, "v2", Source.FILE)
    assert stored(app) == [("a", None, stated)]
    assert rows(app, "select site from landing.order_events") == [("CPH1",)]
