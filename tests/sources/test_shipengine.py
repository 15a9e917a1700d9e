"""ShipEngine's tracking: one letter pair a scan, and details that say more."""

import pytest

from e2a.domain.deliveries import RefusedDeliveryError, Source
from e2a.domain.events import TimeFlag
from e2a.sources.registry import parse
from tests.sources.samples import deliver, events, needs_data, nothing, one, read

MOCKS = "carrier/shipengine_mocks"


def message(*scans, **fields):
    given = [
        {"occurred_at": f"2026-05-0{day}T10:00:00Z", "event_code": f"C{day}", **scan}
        for day, scan in enumerate(scans, start=1)
    ]
    data = {"tracking_number": "1Z", "carrier_code": "ups", "events": given, **fields}
    return {"resource_url": "https://x", "resource_type": "API_TRACK", "data": data}


def sent(body):
    return deliver(Source.CARRIER, body, e2a_dialect="shipengine")


def said(event):
    return event.status.value if event.status else event.event_type.value


@pytest.mark.parametrize(
    ("code", "detail", "expected"),
    [
        ("AC", "PICKED_UP", "picked_up"),
        ("IT", None, "in_transit"),
        ("IT", "OUT_FOR_DELIVERY", "out_for_delivery"),
        ("AT", None, "attempt_failed"),
        ("EX", "CUSTOMER_CARDED", "attempt_failed"),
        ("SP", None, "available_for_pickup"),
        ("EX", "PARCEL_LOST", "exception"),
        ("EX", "RETURN_TO_SENDER", "returning"),
        ("EX", "UNDELIVERABLE_RETURNED_TO_SENDER", "returned"),
        ("DE", "DELIVERED_TO_NEIGHBOUR", "delivered"),
    ],
)
def test_shipengine_speaks_by_code_and_detail(code, detail, expected):
    event = one(sent(message({"status_code": code, "status_detail_code": detail})))
    assert said(event) == expected
    assert str(event.shipment) == "tracking:1Z"


@pytest.mark.parametrize(
    "scan",
    [
        {"status_code": "NY"},
        {"status_code": "UN"},
        {"status_code": ""},
        {},
        {"status_code": "AC", "status_detail_code": "ELEC_ADVICE_RECD_BY_CARRIER"},
    ],
)
def test_what_nobody_has_scanned_is_no_scan(scan):
    assert "scan" in nothing(sent(message(scan)))


def test_a_code_of_another_carrier_is_refused_rather_than_guessed():
    with pytest.raises(RefusedDeliveryError, match="ShipEngine status `DL`") as refusal:
        parse(sent(message({"status_code": "DL"})))
    assert refusal.value.reason == "unknown_type"


def test_a_longer_history_in_other_words_repeats_the_same_scans():
    short = events(sent(message({"status_code": "AC"}, {"status_code": "IT"})))
    longer = message(
        {"status_code": "AC", "description": "Accepted"},
        {"status_code": "IT", "occurred_at": "2026-05-02T06:00:00-04:00"},
        {"status_code": "DE"},
    )
    again = events(sent(longer))
    assert [(e.source_event_id, e.fragment) for e in short] == [
        (e.source_event_id, e.fragment) for e in again[:2]
    ]
    assert len({event.source_event_id for event in again}) == 3


def test_a_delivery_after_the_turn_is_a_return():
    back = {"status_code": "EX", "status_detail_code": "RETURN_TO_SENDER"}
    found = events(sent(message(back, {"status_code": "DE"})))
    assert [said(event) for event in found] == ["returning", "returned"]


def test_a_clock_on_the_wall_stands_in_and_is_flagged():
    scan = {"status_code": "IT", "occurred_at": None}
    event = one(sent(message({**scan, "carrier_occurred_at": "2026-05-01T10:00:00Z"})))
    assert event.time_flags == {TimeFlag.ASSUMED_ZONE}
    with pytest.raises(RefusedDeliveryError, match="occurred_at"):
        parse(sent(message(scan)))


def test_shipstation_calls_the_same_message_otherwise():
    body = {**message({"status_code": "IT"}), "resource_type": "TRACK_EVENT_V2"}
    assert said(one(sent(body))) == "in_transit"


def test_other_resources_are_nothing_to_do_and_a_track_without_data_is_refused():
    assert "API_BATCH" in nothing(sent({"resource_type": "API_BATCH", "data": {}}))
    with pytest.raises(RefusedDeliveryError, match="`data`"):
        parse(sent({"resource_type": "API_TRACK"}))


@needs_data
def test_a_mock_of_shipengine_lists_a_label_and_no_scan():
    body = read(f"{MOCKS}/TrackUsingLabelId200Response.json")
    assert "scan" in nothing(sent(body))
    body["events"][0]["status_code"] = "AC"
    assert said(one(sent(body))) == "picked_up"
