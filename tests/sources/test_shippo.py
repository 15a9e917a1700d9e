"""Shippo's track: five statuses, and codes or only a text that say more."""

import pytest

from e2a.domain.deliveries import RefusedDeliveryError, Source
from e2a.domain.events import TimeFlag
from e2a.sources.registry import parse
from tests.sources.samples import deliver, events, nothing, one


def scan(status, details="", day=1, **fields):
    return {
        "object_created": "2026-05-09T00:00:00Z", "object_id": f"id-{day}", "status": status,
        "status_details": details, "status_date": f"2026-05-0{day}T10:00:00Z",
        "location": {"city": "Austin", "state": "TX", "zip": "78701", "country": "US"}, **fields,
    }  # fmt: skip


def message(*history, **fields):
    data = {"carrier": "usps", "tracking_number": "92", "tracking_history": list(history)}
    return {"event": "track_updated", "test": False, "data": {**data, **fields}}


def sent(body):
    return deliver(Source.CARRIER, body, e2a_dialect="shippo")


def said(event):
    return event.status.value if event.status else event.event_type.value


@pytest.mark.parametrize(
    ("status", "details", "substatus", "expected"),
    [
        ("TRANSIT", "Departed facility", None, "in_transit"),
        ("TRANSIT", "Your parcel is Out for Delivery today", None, "out_for_delivery"),
        ("TRANSIT", "Accepted at USPS origin facility", None, "picked_up"),
        ("TRANSIT", "Available for pickup", None, "available_for_pickup"),
        ("TRANSIT", "", {"code": "out_for_delivery", "text": "x"}, "out_for_delivery"),
        ("TRANSIT", "", "pickup_available", "available_for_pickup"),
        ("TRANSIT", "", {"code": "package_damaged"}, "exception"),
        ("FAILURE", "Delivery attempt failed", None, "attempt_failed"),
        ("FAILURE", "Lost", {"code": "package_lost"}, "exception"),
        ("RETURNED", "On its way back", None, "returning"),
        ("RETURNED", "Package has been returned to sender", None, "returned"),
        ("DELIVERED", "In/At Mailbox", None, "delivered"),
    ],
)
def test_shippo_speaks_by_status_code_and_text(status, details, substatus, expected):
    assert said(one(sent(message(scan(status, details, substatus=substatus))))) == expected


def test_before_the_carrier_has_it_there_is_no_scan():
    body = message(scan("UNKNOWN"), scan("PRE_TRANSIT", "Label created"))
    assert "scan" in nothing(sent(body))


def test_the_latest_status_repeats_its_scan_and_each_scan_is_known_by_what_it_says():
    latest = scan("DELIVERED", "In mailbox", 2, object_id="other")
    first = message(scan("TRANSIT", "Departed"), tracking_status=latest)
    again = message(scan("TRANSIT", "Departed"), latest, tracking_status=latest, transaction="t1")
    found, more = events(sent(first)), events(sent(again))
    assert [event.source_event_id for event in found] == [e.source_event_id for e in more]
    assert [event.fragment for event in found] == [event.fragment for event in more]
    assert {event.correlation_id for event in more} == {"t1"}


def test_a_scan_without_its_time_is_taken_as_of_its_arrival_and_flagged():
    event = one(sent(message(scan("DELIVERED", status_date=None))))
    assert (event.occurred_at.day, event.time_flags) == (9, {TimeFlag.ASSUMED_TIME})


def test_the_mock_carrier_moves_no_parcel():
    assert "mock" in nothing(sent(message(scan("DELIVERED"), carrier="shippo")))


def test_old_traffic_is_the_bare_track():
    assert said(one(sent(message(scan("DELIVERED"))["data"]))) == "delivered"


def test_other_events_are_nothing_to_do_and_a_track_that_is_missing_is_asked_for():
    assert "batch" in nothing(sent({"event": "batch_created", "data": {}}))
    with pytest.raises(RefusedDeliveryError, match="`data`"):
        parse(sent({"event": "track_updated", "test": True}))
    with pytest.raises(RefusedDeliveryError, match="Shippo status"):
        parse(sent(message(scan("in_transit"))))
