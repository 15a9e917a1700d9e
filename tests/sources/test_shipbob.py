"""ShipBob: the topic decides; a dated fact is the same in webhook and API."""

import copy
from decimal import Decimal

import pytest

from e2a.domain.deliveries import RefusedDeliveryError, Source
from e2a.domain.events import TimeFlag
from e2a.sources.registry import parse
from tests.sources.samples import RECEIVED, deliver, events, needs_data, nothing, one, read

PARCEL = {
    "id": 501, "order_id": 77, "reference_id": "SO-1", "status": "Completed",
    "created_date": "2026-05-01T08:00:00Z", "actual_fulfillment_date": "2026-05-02T10:00:00Z",
    "delivery_date": None, "last_update_at": "2026-05-02T10:05:00Z",
    "estimated_fulfillment_date": "2026-05-03T00:00:00Z",
    "estimated_fulfillment_date_status": "FulfilledOnTime",
    "location": {"id": 8, "name": "Cicero (IL)"},
    "products": [
        {"id": 9, "sku": "TEE", "inventory_items": [{"quantity": 2}, {"quantity": 1}]},
        {"id": 10, "reference_id": "MUG", "inventory_items": [{"quantity": 0}]},
    ],
    "tracking": {"carrier": "USPS", "tracking_number": "9400"},
    "recipient": {"name": "John Doe", "email": "john@example.com"},
}  # fmt: skip
ORDER = {
    "id": 77, "reference_id": "SO-1", "created_date": "2026-05-01T07:00:00Z",
    "products": [{"id": 9, "sku": "TEE", "quantity": 3}], "shipments": [PARCEL],
}  # fmt: skip


def sent(body, topic=None, webhook_id="wh-1", **headers):
    named = {"x_webhook_topic": topic} if topic else {}
    return deliver(
        Source.WMS, body, e2a_dialect="shipbob", webhook_id=webhook_id, **named, **headers
    )


def shipped(delivery):
    """The shipped parcels; each also ends its hold."""
    found = [event for event in events(delivery) if event.event_type == "shipped"]
    return found[0] if len(found) == 1 else found


def kinds(delivery):
    return [event.event_type.value for event in events(delivery)]


@pytest.mark.parametrize("topic", ["order.shipped", "order_shipped"])
@pytest.mark.parametrize("body", [PARCEL, ORDER], ids=["shipment", "order"])
def test_a_shipped_order_is_named_by_shipbob_and_by_the_merchant(topic, body):
    event = shipped(sent(body, topic))
    assert event.occurred_at.isoformat() == "2026-05-02T10:00:00+00:00"
    assert str(event.order) == "shipbob:77"
    assert [str(alias) for alias in event.aliases] == ["order:SO-1"]
    assert str(event.shipment) == "tracking:9400"
    assert [(line.line, line.sku, line.quantity) for line in event.lines] == [("9", "TEE", 3)]
    assert event.attributes["fulfillment_verdict"] == "FulfilledOnTime"
    assert "John" not in str(event)


def test_the_credential_says_in_which_shop_the_merchants_numbers_are_names():
    body = {**PARCEL, "reference_id": "820982911946154508"}
    event = shipped(sent(body, "order.shipped", e2a_order_namespace="shopify"))
    assert str(event.aliases[0]) == "shopify:820982911946154508"
    gid = {**PARCEL, "reference_id": "gid://shopify/Order/5"}
    assert str(shipped(sent(gid, "order.shipped")).aliases[0]) == "shopify:5"


def test_webhook_and_api_state_one_fact_between_them():
    webhook = shipped(sent(PARCEL, "order.shipped"))
    api = events(sent([ORDER]))
    assert [event.event_type.value for event in api] == [
        "order_created", "shipped", "hold_released",
    ]  # fmt: skip
    assert (webhook.source_event_id, webhook.fragment) == (api[1].source_event_id, api[1].fragment)
    assert api[0].ship_by.isoformat() == "2026-05-03T00:00:00+00:00"


@pytest.mark.parametrize(
    ("topic", "expected", "reason"),
    [
        ("order.shipment.exception", "exception_reported", "Out of stock"),
        ("order.shipment.on_hold", "hold_placed", "Out of stock"),
        ("shipment_onhold", "hold_placed", "Out of stock"),
        ("order.shipment.cancelled", "order_cancelled", None),
        ("order.shipment.delivered", "delivered", None),
    ],
)
def test_a_topic_becomes_what_the_vocabulary_says(topic, expected, reason):
    body = {**PARCEL, "status_details": [{"id": 104, "name": "Out of stock"}]}
    event = one(sent(body, topic))
    assert (event.event_type.value, event.reason) == (expected, reason)
    if expected == "hold_placed":
        assert event.hold_id == "501"
    if expected == "delivered":
        assert (event.occurred_at, event.time_flags) == (RECEIVED, {TimeFlag.ASSUMED_TIME})


def test_an_order_that_ships_in_parts_ships_only_the_parcel_that_left():
    later = {**PARCEL, "id": 502, "actual_fulfillment_date": None, "tracking": None}
    body = {**ORDER, "shipments": [PARCEL, later]}
    assert shipped(sent(body, "order.shipped")).source_event_id == "shipbob:shipment:501:shipped"
    assert "when" in nothing(sent({**body, "shipments": [later, later]}, "order.shipped"))


def test_a_cancelled_shipment_is_cancelled_once_however_often_it_is_updated():
    body = {**PARCEL, "status": "Cancelled", "actual_fulfillment_date": None}
    first = one(sent(body, "order.shipment.cancelled"))
    later = one(sent([{**body, "last_update_at": "2026-05-09T00:00:00Z"}]))
    assert (first.source_event_id, first.fragment) == (later.source_event_id, later.fragment)


def test_a_parcel_that_leaves_ends_its_hold():
    held = one(sent(PARCEL, "order.shipment.on_hold"))
    assert kinds(sent(PARCEL, "order.shipped")) == ["shipped", "hold_released"]
    released = events(sent(PARCEL, "order.shipped"))[1]
    assert (released.hold_id, released.occurred_at.hour) == (held.hold_id, 10)


def test_a_hold_that_is_sent_again_is_the_same_hold_and_another_hold_is_another():
    first, again = (one(sent(PARCEL, "order.shipment.on_hold")) for _ in range(2))
    other = one(sent(PARCEL, "order.shipment.on_hold", webhook_id="wh-2"))
    assert first.source_event_id == again.source_event_id != other.source_event_id


def test_tracking_becomes_scans_that_a_longer_history_repeats():
    step = {"timestamp": "2026-05-03T08:00:00Z", "status": "InTransit", "substatus": "Departed"}
    body = {
        "carrier": "UPS", "carrier_tracking_number": "1Z", "status": "InTransit",
        "substatus": "OutForDelivery", "last_updated": "2026-05-04T08:00:00Z", "history": [step],
    }  # fmt: skip
    found = events(sent([body]))
    assert [event.status.value for event in found] == ["in_transit", "out_for_delivery"]
    latest = {
        "timestamp": body["last_updated"],
        "status": "InTransit",
        "substatus": "OutForDelivery",
    }
    repeated = events(sent({**body, "history": [step, latest]}, "order.shipment.tracking.updated"))
    assert [e.source_event_id for e in found] == [e.source_event_id for e in repeated]


def test_a_label_is_no_scan():
    body = {"event_time": "2026-05-03T08:00:00Z", "order_id": 1, "status": "LabelCreated"}
    body["tracking"] = {"carrier": "USPS", "tracking_id": "92"}
    assert "scan" in nothing(sent(body, "order.shipment.tracking_received"))


def test_a_return_is_received_when_it_arrives_and_restocked_when_it_was():
    taken = [{"action": "Restock", "quantity_processed": 1}, {"action": "Dispose"}]
    body = {
        "id": 3, "original_shipment_id": 501, "store_order_id": "SO-1", "status": "Completed",
        "arrived_date": "2026-05-03T08:00:00Z", "completed_date": "2026-05-03T18:00:00Z",
        "inventory": [{"id": 9, "sku": "TEE", "quantity": 2, "action_taken": taken}],
    }  # fmt: skip
    received, restocked = events(sent(body, "return.completed"))
    assert (received.units, restocked.units) == (2, 1)
    assert (str(received.order), str(received.shipment)) == ("order:SO-1", "shipbob:501")
    assert "no goods" in nothing(sent({**body, "arrived_date": None, "completed_date": None}))


def test_a_refund_is_negative_whichever_sign_it_bears():
    body = {
        "transaction_id": "t", "transaction_type": "Refund", "transaction_fee": "Shipping",
        "amount": "1.50", "currency_code": "usd", "charge_date": "2026-05-01",
        "reference_id": "501", "reference_type": "Shipment",
    }  # fmt: skip
    for amount in ("1.50", "-1.50"):
        event = one(sent({**body, "amount": amount}, "billing.refund.created"))
        assert (event.charge.amount, event.charge.currency) == (Decimal("-1.50"), "USD")
    assert event.time_flags >= {TimeFlag.ASSUMED_TIME}


@needs_data
def test_trap_11_tax_keeps_the_digits_that_shipbob_rounded_it_to():
    event = one(sent(read("wms/shipbob_openapi/examples/2026-01_transactions-query.post.200.json")))
    assert (event.charge.amount, event.charge.code) == (Decimal("0.09"), "Shipping")
    (tax,) = event.attributes["taxes"]
    assert (tax["rate"], tax["amount"]) == ("10", "0.01")
    assert str(event.shipment) == "shipbob:12345"


@needs_data
def test_a_receiving_order_is_complete_by_its_status_where_no_history_says_when():
    event = one(sent(read("wms/shipbob_openapi/test/files/wro_1.json")))
    assert (event.event_type.value, event.units) == ("receipt_completed", 300)
    assert str(event.order) == "receipt:443001"
    assert event.time_flags == {TimeFlag.ASSUMED_TIME}


def test_what_changes_a_plan_is_nothing_and_what_is_not_known_is_refused():
    assert "plan" in nothing(sent(PARCEL, "order.shipment.address.updated"))
    with pytest.raises(RefusedDeliveryError, match=r"`order\.shipped`") as refusal:
        parse(sent(PARCEL, "order.shiped"))
    assert refusal.value.reason == "unknown_type"
    with pytest.raises(RefusedDeliveryError, match="x-webhook-topic"):
        parse(sent({"name": "a product"}))
    assert "empty" in nothing(sent([]))


def test_a_shipment_id_that_lost_digits_is_refused():
    body = copy.deepcopy(PARCEL)
    body["id"] = 5.0e17
    with pytest.raises(RefusedDeliveryError, match="`id`"):
        parse(sent(body, "order.shipped"))
