"""Shopify messages beyond the samples: one behaviour a test."""

import pytest

from e2a.domain.deliveries import RefusedDeliveryError, Source
from e2a.domain.events import EventType, ScanStatus, TimeFlag
from e2a.sources.registry import parse
from tests.sources.samples import deliver, events, nothing, one, typed, webhook


def order(**fields):
    lines = [
        {"id": 11, "sku": "A", "quantity": 3, "current_quantity": 2},
        {"id": 12, "sku": "B", "quantity": 1, "current_quantity": 0},
        {"id": 13, "sku": "C", "quantity": 4},
        {"id": 14, "sku": "GIFT", "quantity": 1, "requires_shipping": False},
    ]
    base = {
        "id": 5001,
        "created_at": "2026-05-01T10:00:00-04:00",
        "processed_at": "2026-05-01T10:00:05-04:00",
        "line_items": lines,
    }
    return {**base, **fields}


def fulfillment(**fields):
    base = {
        "id": 77,
        "order_id": 5001,
        "status": "success",
        "created_at": "2026-05-02T10:00:00Z",
        "updated_at": "2026-05-02T11:00:00Z",
        "tracking_number": "1Z9",
        "tracking_company": "UPS",
        "line_items": [{"id": 11, "sku": "A", "quantity": 2}],
    }
    return {**base, **fields}


def parcel_event(status):
    return {
        "id": 9,
        "order_id": 5001,
        "fulfillment_id": 77,
        "status": status,
        "happened_at": "2026-05-03T10:00:00Z",
    }


def test_an_order_has_the_units_that_are_still_wanted_and_need_shipping():
    created = one(webhook("orders/create", order()))
    assert [(line.line, line.quantity) for line in created.lines] == [("11", 2), ("13", 4)]


def test_an_order_without_anything_to_ship_is_no_work():
    gift = [{"id": 1, "quantity": 1, "requires_shipping": False}]
    assert "shipping" in nothing(webhook("orders/create", order(line_items=gift)))


def test_an_order_states_where_it_goes_how_and_by_which_channel():
    created = one(
        webhook(
            "orders/create",
            order(
                source_name="web",
                shipping_lines=[{"code": "EXPRESS"}],
                shipping_address={"country_code": "ca", "name": "Jane Doe"},
            ),
        )
    )
    assert (created.channel, created.service_level) == ("web", "EXPRESS")
    assert created.destination_country == "CA"
    assert "Jane" not in created.model_dump_json(exclude={"fragment"})


@pytest.mark.parametrize(
    ("value", "promised"),
    [("2026-05-04T18:00:00+02:00", True), ("2026-05-04T18:00:00", False), ("soon", False)],
)
def test_only_an_instant_in_a_note_is_a_promise(value, promised):
    notes = [{"name": "gift", "value": "yes"}, {"name": "deliver_by", "value": value}]
    created = one(webhook("orders/create", order(note_attributes=notes)))
    assert (created.promised_at is not None) == promised


def test_a_payment_counts_when_it_happened_and_not_when_the_order_was_placed():
    header = {"x_shopify_triggered_at": "2026-05-03T09:00:00Z"}
    paid = one(webhook("orders/paid", order(), **header))
    assert paid.occurred_at.isoformat() == "2026-05-03T09:00:00+00:00"
    assert one(webhook("orders/paid", order())).occurred_at.second == 5


def test_an_id_that_went_through_a_float_is_refused_but_a_gid_beside_it_saves_it():
    with pytest.raises(RefusedDeliveryError, match="digits") as refusal:
        parse(webhook("orders/create", order(id=8.209829119461545e17)))
    assert refusal.value.reason == "invalid_field"
    gid = {"id": 8.2e17, "admin_graphql_api_id": "gid://shopify/Order/820982911946154508"}
    assert one(webhook("orders/create", order(**gid))).order.value == "820982911946154508"


def test_a_time_without_offset_is_utc_and_flagged():
    created = one(webhook("orders/create", order(created_at="2026-05-01T10:00:00")))
    assert created.time_flags == {TimeFlag.ASSUMED_ZONE}


def test_a_changed_quantity_changes_the_fragment_and_a_resent_message_does_not():
    first = one(webhook("orders/create", order()))
    again = one(webhook("orders/create", order(), x_shopify_event_id="other"))
    changed = one(webhook("orders/create", order(line_items=[{"id": 11, "quantity": 9}])))
    assert first.fragment == again.fragment != changed.fragment


def test_a_fulfilment_ships_its_own_units_under_its_tracking_number():
    shipped = one(webhook("fulfillments/create", fulfillment()))
    assert shipped.event_type is EventType.SHIPPED
    assert str(shipped.shipment) == "tracking:1Z9"
    assert shipped.units == 2
    assert shipped.attributes == {"fulfillment_id": "77", "carrier": "UPS"}


def test_a_fulfilment_that_becomes_successful_later_shipped_at_the_update():
    shipped = one(webhook("fulfillments/update", fulfillment()))
    assert shipped.occurred_at.hour == 11


def test_a_fulfilment_without_tracking_number_is_named_by_its_id():
    shipped = one(webhook("fulfillments/create", fulfillment(tracking_number="")))
    assert str(shipped.shipment) == "shopify_fulfillment:77"


@pytest.mark.parametrize("status", ["cancelled", "error", "failure"])
def test_a_fulfilment_that_fell_through_is_reported_rather_than_shipped(status):
    report = one(webhook("fulfillments/update", fulfillment(status=status)))
    assert report.event_type is EventType.EXCEPTION_REPORTED
    assert report.reason == f"fulfillment_{status}"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("in_transit", ScanStatus.IN_TRANSIT),
        ("carrier_picked_up", ScanStatus.PICKED_UP),
        ("attempted_delivery", ScanStatus.ATTEMPT_FAILED),
        ("ready_for_pickup", ScanStatus.AVAILABLE_FOR_PICKUP),
        ("failure", ScanStatus.EXCEPTION),
    ],
)
def test_parcel_events_follow_shopifys_own_vocabulary(status, expected):
    assert one(webhook("fulfillment_events/create", parcel_event(status))).status is expected


@pytest.mark.parametrize("status", ["delivered", "picked_up"])
def test_picked_up_at_shopify_is_the_customer_and_means_delivered(status):
    event = one(webhook("fulfillment_events/create", parcel_event(status)))
    assert event.event_type is EventType.DELIVERED


@pytest.mark.parametrize("status", ["label_printed", "label_purchased", "confirmed"])
def test_a_label_is_no_scan(status):
    assert status in nothing(webhook("fulfillment_events/create", parcel_event(status)))


def refund(*kinds):
    lines = [
        {"line_item_id": 11 + n, "quantity": 1 + n, "restock_type": kind}
        for n, kind in enumerate(kinds)
    ]
    created = "2026-05-03T10:00:00Z"
    return {"id": 31, "order_id": 5001, "created_at": created, "refund_line_items": lines}


def test_a_refund_restocks_what_came_back_and_cancels_what_is_not_to_be_sent():
    cancelled, restocked = events(webhook("refunds/create", refund("return", "cancel")))
    assert (cancelled.event_type, cancelled.units) == (EventType.ORDER_CANCELLED, 2)
    assert (restocked.event_type, restocked.units) == (EventType.RESTOCKED, 3)


def test_a_refund_of_money_alone_is_nothing_to_do():
    assert nothing(webhook("refunds/create", refund("no_restock")))


def test_one_refund_under_two_webhook_ids_is_one_fact():
    first = one(webhook("refunds/create", refund("return")))
    again = one(webhook("refunds/create", refund("return"), webhook_id="wh-2"))
    assert (first.source_event_id, first.fragment) == (again.source_event_id, again.fragment)


@pytest.mark.parametrize(
    ("status", "reason"), [("failure", "payment_failed"), ("error", "payment_failed")]
)
def test_a_failed_payment_is_an_exception(status, reason):
    body = {"id": 1, "order_id": 5001, "status": status, "created_at": "2026-05-01T10:00:00Z"}
    assert one(webhook("order_transactions/create", body)).reason == reason


def test_routing_that_names_the_order_releases_it_and_links_both_names():
    body = {"order_id": 5001, "fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/8"}}
    released = one(webhook("fulfillment_orders/order_routing_complete", body))
    assert released.event_type is EventType.ORDER_RELEASED
    assert [str(alias) for alias in released.aliases] == ["shopify:5001"]


def test_an_unknown_topic_names_the_nearest_known_one():
    with pytest.raises(RefusedDeliveryError, match="orders/create") as refusal:
        parse(webhook("orders/creat", {}))
    assert refusal.value.reason == "unknown_type"


def test_a_real_topic_of_another_family_is_nothing_to_do():
    assert "products" in nothing(webhook("products/update", {"id": 1}))


def test_a_webhook_without_topic_is_refused_unless_it_is_a_typed_event():
    with pytest.raises(RefusedDeliveryError, match="x-shopify-topic"):
        parse(deliver(Source.SHOPIFY, order()))
    paid = one(deliver(Source.SHOPIFY, typed("order_paid")))
    assert str(paid.order) == "shopify:1001"


def test_a_hold_without_reason_is_refused_with_the_field_that_is_missing():
    body = {
        "fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/1"},
        "fulfillment_hold": {"id": "gid://shopify/FulfillmentHold/1", "reason": None},
    }
    with pytest.raises(RefusedDeliveryError, match=r"fulfillment_hold\.reason") as refusal:
        parse(webhook("fulfillment_holds/added", body))
    assert refusal.value.reason == "missing_field"
