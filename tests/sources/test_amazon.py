"""Amazon's notifications: one envelope in two spellings, and a vocabulary for each type."""

import json

import pytest

from e2a.domain.deliveries import RefusedDeliveryError, Source
from e2a.sources.registry import parse
from tests.sources.samples import deliver, events, needs_data, nothing, one, read

SCHEMAS = "wms/amazon_spapi/schemas/notifications"


def sent(body, **headers):
    return deliver(Source.WMS, body, e2a_dialect="amazon", **headers)


def notification(kind, name, payload, notification_id="n-1"):
    return {
        "NotificationType": kind,
        "EventTime": "2026-05-01T10:00:00.284Z",
        "Payload": {name: payload},
        "NotificationMetadata": {
            "PublishTime": "2026-05-01T09:59:00Z",
            "NotificationId": notification_id,
        },
    }


def order_status(status, event_type="Order", **fields):
    payload = {
        "SellerId": "A3", "EventType": event_type, "SellerFulfillmentOrderId": "SFO-1",
        "StatusUpdatedDateTime": "2026-05-01T09:00:00Z", "FulfillmentOrderStatus": status, **fields,
    }  # fmt: skip
    name = "FulfillmentOrderStatusNotification"
    return notification("FULFILLMENT_ORDER_STATUS", name, payload)


def shipment(status, *numbers):
    packages = [{"CarrierCode": "UPS", "TrackingNumber": number} for number in numbers]
    return {
        "FulfillmentShipmentStatus": status, "AmazonShipmentId": "AS-1",
        "FulfillmentShipmentPackages": packages,
    }  # fmt: skip


def change(status, kind="OrderStatusChange", **summary):
    payload = {
        "AmazonOrderId": "903-1", "OrderChangeType": kind,
        "OrderChangeTrigger": {"TimeOfOrderChange": "2026-05-02T09:00:00Z"},
        "Summary": {
            "OrderStatus": status, "FulfillmentType": "MFN", "PurchaseDate": "2026-05-01T08:00:00Z",
            "LatestShipDate": "2026-05-04T08:00:00Z", "LatestDeliveryDate": "2026-05-09T08:00:00Z",
            "OrderItems": [{"OrderItemId": "I1", "SellerSKU": "TEE", "Quantity": 2}], **summary,
        },
    }  # fmt: skip
    return notification("ORDER_CHANGE", "OrderChangeNotification", payload)


@pytest.mark.parametrize(
    ("status", "expected", "reason"),
    [
        ("New", "order_created", None),
        ("PLANNING", "order_released", None),
        ("Processing", "pick_started", None),
        ("Cancelled", "order_cancelled", None),
        ("CompletePartialled", "exception_reported", "completepartialled"),
        ("COMPLETE_PARTIALLED", "exception_reported", "complete_partialled"),
        ("Unfulfillable", "exception_reported", "unfulfillable"),
        ("Invalid", "exception_reported", "invalid"),
    ],
)
def test_the_orders_status_becomes_what_amazon_means_by_it(status, expected, reason):
    event = one(sent(order_status(status), e2a_order_namespace="shopify"))
    assert (event.event_type.value, event.reason) == (expected, reason)
    assert str(event.order) == "shopify:SFO-1"
    assert event.occurred_at.hour == 9


@pytest.mark.parametrize("status", ["Received", "Complete"])
def test_a_status_that_asks_for_no_work_is_nothing(status):
    assert status in nothing(sent(order_status(status)))


def test_each_package_of_a_shipment_is_a_parcel_of_the_order():
    body = order_status("Processing", "Shipment")
    inner = body["Payload"]["FulfillmentOrderStatusNotification"]
    inner["FulfillmentShipment"] = shipment("SHIPPED", "1Z1", "1Z2", "1Z1")
    found = events(sent(body))
    assert [(event.event_type.value, str(event.shipment)) for event in found] == [
        ("shipped", "tracking:1Z1"),
        ("shipped", "tracking:1Z2"),
    ]
    assert len({event.source_event_id for event in found}) == 2


def test_what_comes_back_is_a_return_of_so_many_units():
    item = {"ReceivedDateTime": "2026-05-09T08:00:00Z", "ReturnedQuantity": 12, "SellerSKU": "S"}
    event = one(sent(order_status("Complete", "Return", FulfillmentReturnItem=item)))
    assert (event.event_type.value, event.units, event.occurred_at.day) == (
        "return_received",
        12,
        9,
    )


def test_an_event_type_that_says_nothing_leaves_every_part_to_speak():
    item = {"ReturnedQuantity": 1, "SellerSKU": "S"}
    parts = {"FulfillmentShipment": shipment("SHIPPED", "1Z"), "FulfillmentReturnItem": item}
    whole = events(sent(order_status("Processing", "TYPE3945", **parts)))
    assert [event.event_type.value for event in whole] == [
        "pick_started", "shipped", "return_received",
    ]  # fmt: skip
    assert one(sent(order_status("Processing", "Order", **parts))).event_type == "pick_started"


def test_a_seller_order_is_created_once_however_often_it_changes():
    first, again = one(sent(change("Unshipped"))), one(sent(change("Unshipped")))
    assert first.event_type == "order_created"
    assert (first.source_event_id, first.fragment) == (again.source_event_id, again.fragment)
    assert (str(first.order), first.units) == ("amazon:903-1", 2)
    assert (first.ship_by.day, first.promised_at.day) == (4, 9)


def test_a_seller_order_is_cancelled_asked_about_or_told_by_others():
    assert one(sent(change("Canceled"))).event_type == "order_cancelled"
    asked = one(sent(change("Unshipped", "BuyerRequestedChange")))
    assert (asked.event_type, asked.reason) == ("exception_reported", "buyer_requested_change")
    assert nothing(sent(change("Shipped")))
    assert "Amazon" in nothing(sent(change("Unshipped", FulfillmentType="AFN")))


def test_queues_wrap_a_notification_and_it_stays_the_same():
    bare = order_status("New")
    sns = {"Type": "Notification", "Message": json.dumps(bare)}
    bridge = {"detail-type": "FULFILLMENT_ORDER_STATUS", "detail": bare}
    assert one(sent(sns)) == one(sent(bridge)) == one(sent(bare))


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (order_status("Processed"), "PROCESSING"),
        (notification("ORDER_CHANG", "X", {}), "ORDER_CHANGE"),
        ({"Payload": {}}, "NotificationType"),
        ({"Message": "{"}, "Message"),
        (notification("ORDER_CHANGE", "X", "text"), "Payload"),
        (change("Sent"), "order status"),
    ],
)
def test_what_is_not_known_is_refused_by_name(body, match):
    with pytest.raises(RefusedDeliveryError, match=match):
        parse(sent(body))


def milestones(*told):
    history = [
        {"status": {"code": code}, "occurredAt": f"2026-05-0{day}T10:00:00Z"}
        for day, code in enumerate(told, start=1)
    ]
    detail = {"identifier": {"aftn": "A1"}, "milestoneHistory": history}
    return {
        "notificationType": "SHIPMENT_TRACKING_MILESTONE_CHANGED",
        "notificationMetadata": {"notificationId": "n"},
        "payload": {"shipmentTrackingMilestoneChangedNotification": {"trackingDetail": detail}},
    }


def test_while_the_customer_has_to_act_the_parcel_is_held_until_its_next_milestone():
    found = events(sent(milestones("SHIPPED", "CUSTOMER_ACTION", "DELIVERED")))
    assert [event.event_type.value for event in found] == [
        "carrier_scan", "carrier_scan", "delivered", "hold_placed", "hold_released",
    ]  # fmt: skip
    placed, released = found[3:]
    assert placed.hold_id == released.hold_id
    assert (placed.reason, placed.occurred_at.day, released.occurred_at.day) == (
        "customer_action", 2, 3,
    )  # fmt: skip
    waiting = events(sent(milestones("SHIPPED", "CUSTOMER_ACTION")))
    assert [event.source_event_id for event in waiting[2:]] == [placed.source_event_id]


@needs_data
def test_trap_9_an_event_keeps_its_own_time_whenever_it_was_published():
    body = read(f"{SCHEMAS}/FBAOutboundShipmentStatusNotification.json")["examples"][0]
    assert "left" in nothing(sent(body))
    inner = body["Payload"]["FBAOutboundShipmentStatusNotification"]
    inner["ShipmentStatus"] = "Shipped"
    event = one(sent(body))
    assert event.occurred_at.isoformat() == "2020-01-11T00:09:53.109000+00:00"
    assert str(event.order) == "amazon:113-2646096-4474645"


@needs_data
def test_trap_9_a_milestone_ten_months_after_its_message_keeps_its_time_for_the_store_to_judge():
    body = read(f"{SCHEMAS}/ShipmentTrackingMilestoneChangedNotification.json")["examples"][0]
    found = events(sent(body))
    said = [event.status.value if event.status else event.event_type.value for event in found]
    assert said == ["delivered", "out_for_delivery", "picked_up"]
    assert found[0].occurred_at.isoformat() == "2026-06-14T01:26:56+00:00"
    assert {str(event.shipment) for event in found} == {"tracking:AFTN987654321"}
    assert found[0].attributes["place"] == {"city": "Austin", "state": "Texas", "country": "US"}
