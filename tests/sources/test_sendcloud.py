"""Sendcloud's parcels: one status a message, by number, at the carrier's time."""

import pytest

from e2a.domain.deliveries import RefusedDeliveryError, Source
from e2a.domain.events import TimeFlag
from e2a.sources.registry import parse
from tests.sources.samples import deliver, nothing, one

AT = 1_777_629_600_000


def sent(status, **fields):
    parcel = {
        "id": 7, "tracking_number": "3S1", "carrier": {"code": "postnl"},
        "status": {"id": status, "message": "words"}, "name": "John Doe",
    }  # fmt: skip
    body = {"action": "parcel_status_changed", "timestamp": AT + 9_000, "parcel": parcel}
    body |= {"carrier_status_change_timestamp": AT, **fields}
    return deliver(Source.CARRIER, body, e2a_dialect="sendcloud")


def said(event):
    return event.status.value if event.status else event.event_type.value


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (22, "picked_up"), (3, "in_transit"), (91, "in_transit"), (92, "out_for_delivery"),
        (8, "attempt_failed"), (12, "available_for_pickup"), (11, "delivered"), (93, "delivered"),
        (80, "exception"), (62991, "exception"), (62992, "returned"),
    ],
)  # fmt: skip
def test_a_status_becomes_a_scan_at_the_carriers_time(status, expected):
    event = one(sent(status))
    assert said(event) == expected
    assert event.occurred_at.isoformat() == "2026-05-01T10:00:00+00:00"
    assert str(event.shipment) == "tracking:3S1"
    assert "John" not in str(event)


def test_a_message_that_is_sent_again_later_is_the_same_scan():
    first, again = one(sent(11)), one(sent(11, timestamp=AT + 60_000))
    assert (first.source_event_id, first.fragment) == (again.source_event_id, again.fragment)


def test_without_the_carriers_time_that_of_the_message_stands_in_flagged():
    event = one(sent(11, carrier_status_change_timestamp=None))
    assert event.time_flags == {TimeFlag.ASSUMED_TIME}
    assert event.occurred_at.second == 9


def test_labels_are_no_scans_and_other_actions_no_statuses():
    assert "words" in nothing(sent(1000))
    assert "integration_connected" in nothing(sent(11, action="integration_connected"))


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"parcel": None}, "parcel"),
        ({"timestamp": None, "carrier_status_change_timestamp": None}, "timestamp"),
        ({"carrier_status_change_timestamp": 10**18}, "calendar"),
        ({"parcel": {"status": {"id": 4711}, "tracking_number": "1"}}, "4711"),
        ({"action": None}, "parcel_status_changed"),
    ],
)
def test_what_is_missing_or_not_known_is_named(fields, match):
    with pytest.raises(RefusedDeliveryError, match=match):
        parse(sent(11, **fields))
