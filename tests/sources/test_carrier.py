"""Tracking messages: each repeats the whole history, and each scan is one fact."""

import copy

import pytest

from e2a.domain.deliveries import RefusedDeliveryError, Source
from e2a.domain.events import EventType, ScanStatus, TimeFlag
from e2a.sources.registry import parse
from tests.sources.samples import RECEIVED, deliver, events, needs_data, nothing, one, read, typed

EASYPOST = "carrier/easypost_examples"
AFTERSHIP = "carrier/aftership_java_fixtures/tracking"


def tracker(*scans, **fields):
    details = [
        {"datetime": f"2026-05-0{day}T10:00:00Z", "status": status, "status_detail": detail}
        for day, (status, detail) in enumerate(scans, start=1)
    ]
    result = {"id": "trk_1", "object": "Tracker", "tracking_code": "EZ1", "carrier": "UPS"}
    result |= {"tracking_details": details, **fields}
    return {"object": "Event", "id": "evt_1", "description": "tracker.updated", "result": result}


def from_carrier(body):
    return deliver(Source.CARRIER, body)


def said(event):
    return event.status.value if event.status else event.event_type.value


def test_the_first_movement_is_the_pick_up_and_a_label_is_no_scan():
    body = tracker(("pre_transit", None), ("in_transit", None), ("in_transit", None))
    assert [said(event) for event in events(from_carrier(body))] == ["picked_up", "in_transit"]


@pytest.mark.parametrize(
    ("status", "detail", "expected", "reason"),
    [
        ("failure", "unable_to_deliver", "attempt_failed", "unable_to_deliver"),
        ("failure", "delivery_attempted", "attempt_failed", "delivery_attempted"),
        ("failure", "damaged", "exception", "damaged"),
        ("failure", None, "exception", "failure"),
        ("error", None, "exception", "error"),
        ("return_to_sender", None, "returning", None),
        ("out_for_delivery", None, "out_for_delivery", None),
        ("available_for_pickup", None, "available_for_pickup", None),
        ("delivered", None, "delivered", None),
    ],
)
def test_easypost_speaks_its_own_vocabulary(status, detail, expected, reason):
    event = one(from_carrier(tracker((status, detail))))
    assert (said(event), event.reason) == (expected, reason)
    assert str(event.shipment) == "tracking:EZ1"
    assert event.order is None


def test_a_parcel_on_its_way_back_is_returned_and_never_delivered():
    body = tracker(("return_to_sender", None), ("delivered", None))
    assert [said(event) for event in events(from_carrier(body))] == ["returning", "returned"]


def test_a_tracker_without_a_physical_scan_is_nothing_to_do():
    assert "scan" in nothing(from_carrier(tracker(("pre_transit", None), ("unknown", None))))
    assert "scan" in nothing(from_carrier(tracker(tracking_details=None)))
    assert "batch" in nothing(
        from_carrier(
            {"object": "Event", "description": "batch.created", "result": {"object": "Batch"}}
        )
    )


def test_an_unknown_status_is_refused_with_the_nearest_known_one():
    with pytest.raises(RefusedDeliveryError, match="`delivered`") as refusal:
        parse(from_carrier(tracker(("deliverd", None))))
    assert refusal.value.reason == "unknown_type"


def test_trap_7_a_longer_history_repeats_the_scans_with_equal_ids_and_fragments():
    first = events(from_carrier(tracker(("in_transit", None), ("in_transit", None))))
    longer = tracker(("in_transit", None), ("in_transit", None), ("delivered", None))
    longer["id"], longer["created_at"] = "evt_2", "2026-05-09T00:00:00Z"
    again = events(from_carrier(longer))
    assert [(e.source_event_id, e.fragment) for e in first] == [
        (e.source_event_id, e.fragment) for e in again[:2]
    ]
    assert len({event.source_event_id for event in again}) == 3


def test_one_scan_listed_twice_in_a_message_is_one_event():
    body = tracker(("delivered", None))
    details = body["result"]["tracking_details"]
    details.append(copy.deepcopy(details[0]))
    assert one(from_carrier(body)).event_type is EventType.DELIVERED


@needs_data
def test_easyposts_own_event_becomes_its_six_scans():
    found = events(from_carrier(read(f"{EASYPOST}/fixtures/event-body.json")))
    assert [said(event) for event in found] == ["picked_up"] + ["in_transit"] * 5
    assert found[0].attributes["place"] == {"city": "ORLANDO", "state": "FL", "country": "US"}
    assert found[0].code == "PU"


@needs_data
def test_trap_6_scans_keep_their_own_times_however_they_relate_to_the_message():
    found = events(
        from_carrier(read(f"{EASYPOST}/guides/tracking-guide/json/tracking-webhook.json"))
    )
    days = {said(event): event.occurred_at.day for event in found}
    assert (days["delivered"], days["out_for_delivery"]) == (19, 24)


@needs_data
def test_easypost_events_without_a_tracker_are_nothing_to_do_or_ask_for_it():
    guide = f"{EASYPOST}/guides/webhooks-guide/event"
    assert "batch" in nothing(from_carrier(read(f"{guide}/post_json_example.json")))
    with pytest.raises(RefusedDeliveryError, match="result"):
        parse(from_carrier(read(f"{guide}/event_example.json")))


@needs_data
def test_trap_8_one_scan_written_with_an_offset_and_naive_is_one_fact():
    listed = read(f"{AFTERSHIP}/GetTrackingsResult.json")["data"]["trackings"][0]
    offset = events(from_carrier({"event": "tracking_update", "msg": listed}))
    naive = events(from_carrier(read(f"{AFTERSHIP}/UpdateTrackingResult.json")))
    assert [(e.source_event_id, e.fragment) for e in offset] == [
        (e.source_event_id, e.fragment) for e in naive
    ]
    assert {TimeFlag.ASSUMED_ZONE} == set.union(*(set(event.time_flags) for event in naive))
    assert not any(event.time_flags for event in offset)


@needs_data
def test_trap_8_a_tag_that_regresses_after_delivery_adds_no_fact():
    before = events(from_carrier(read(f"{AFTERSHIP}/GetTrackingResult.json")))
    after = events(from_carrier(read(f"{AFTERSHIP}/MarkAsCompletedResult.json")))
    ids = {event.source_event_id for event in before}
    assert ids == {event.source_event_id for event in after}
    assert before[0].status is ScanStatus.PICKED_UP


@pytest.mark.parametrize(
    ("tag", "subtag", "expected"),
    [
        ("InTransit", "InTransit_003", "in_transit"),
        ("AttemptFail", "AttemptFail_001", "attempt_failed"),
        ("AvailableForPickup", None, "available_for_pickup"),
        ("Exception", "Exception_010", "returning"),
        ("Exception", "Exception_011", "returned"),
        ("Exception", "Exception_004", "exception"),
        ("Expired", "Expired_001", "exception"),
        ("Delivered", "Delivered_001", "delivered"),
    ],
)
def test_aftership_speaks_by_tag_and_subtag(tag, subtag, expected):
    checkpoint = {"checkpoint_time": "2026-05-01T10:00:00Z", "tag": tag, "subtag": subtag}
    msg = {"id": "t1", "tracking_number": "T1", "slug": "dhl", "checkpoints": [checkpoint]}
    assert said(one(from_carrier({"msg": msg}))) == expected


def test_a_typed_scan_may_name_the_warehouses_order():
    event = one(from_carrier(typed("in_transit", tracking_number="1Z", carrier_name="UPS")))
    assert (str(event.order), str(event.shipment)) == ("wms:1001", "tracking:1Z")
    assert event.attributes == {"carrier": "UPS"}


def test_a_scan_from_the_future_is_left_to_the_store_to_judge():
    body = tracker(("delivered", None))
    body["result"]["tracking_details"][0]["datetime"] = "2027-01-01T00:00:00Z"
    assert one(from_carrier(body)).occurred_at > RECEIVED


def test_a_body_of_no_known_format_says_which_formats_there_are():
    with pytest.raises(RefusedDeliveryError, match="EasyPost") as refusal:
        parse(from_carrier({"hello": 1}))
    assert refusal.value.reason == "unknown_type"


@needs_data
def test_a_page_of_the_api_is_all_of_its_trackings():
    page = events(from_carrier(read(f"{AFTERSHIP}/GetTrackingsResult.json")))
    alone = events(from_carrier(read(f"{AFTERSHIP}/UpdateTrackingResult.json")))
    assert {event.source_event_id for event in alone} <= {event.source_event_id for event in page}
    first, second = tracker(("delivered", None)), tracker(("in_transit", None), id="trk_2")
    found = events(from_carrier({"trackers": [first["result"], second["result"]]}))
    assert found == (*events(from_carrier(first)), *events(from_carrier(second)))
    assert found == events(from_carrier({"events": [first, second]}))


@needs_data
def test_the_last_checkpoint_alone_is_its_scan():
    last = read("carrier/aftership_java_fixtures/checkpoint/GetLastCheckpointResult.json")
    assert said(one(from_carrier(last))) == "delivered"
