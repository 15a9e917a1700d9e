"""Types of the typed event: names old and new, what each needs, and clear refusals."""

from decimal import Decimal

import pytest

from e2a.domain.deliveries import NothingToDo, RefusedDeliveryError, Source
from e2a.domain.events import EventType
from e2a.sources.registry import parse
from tests.sources.samples import deliver, one, typed

SHOPIFY, WMS, CARRIER = Source.SHOPIFY, Source.WMS, Source.CARRIER
NOTHING = "nothing to do"

ANCESTOR = [
    (SHOPIFY, "order_paid", "order_paid"),
    (SHOPIFY, "order_fulfilled", "shipped"),
    (SHOPIFY, "fulfillment_update", NOTHING),
    (SHOPIFY, "order_cancelled", "order_cancelled"),
    (WMS, "pick_started", "pick_started"),
    (WMS, "pick_completed", "pick_completed"),
    (WMS, "pack_started", "pack_started"),
    (WMS, "pack_completed", "pack_completed"),
    (WMS, "ship_label_printed", "label_purchased"),
    (WMS, "label_created", "label_purchased"),
    (WMS, "manifested", "manifested"),
    (WMS, "exception_reported", "exception_reported"),
    (CARRIER, "pickup_scheduled", NOTHING),
    (CARRIER, "picked_up", "picked_up"),
    (CARRIER, "shipment_dispatched", "shipped"),
    (CARRIER, "in_transit", "in_transit"),
    (CARRIER, "out_for_delivery", "out_for_delivery"),
    (CARRIER, "delivered", "delivered"),
    (CARRIER, "delivery_failed", "attempt_failed"),
    (CARRIER, "returned", "returned"),
]
RAW = {
    "order_created": "order_created",
    "order_paid": "order_paid",
    "pick_completed": "pick_completed",
    "pack_completed": "pack_completed",
    "ship_label_printed": "label_purchased",
    "order_fulfilled": "shipped",
    "fulfillment_created": "shipped",
    "package_shipped": "shipped",
    "delivered": "delivered",
}


def kind(delivery):
    parsed = parse(delivery)
    if isinstance(parsed, NothingToDo):
        return NOTHING
    (event,) = parsed.events
    return event.status.value if event.status else event.event_type.value


@pytest.mark.parametrize(("source", "name", "expected"), ANCESTOR)
def test_every_typed_event_of_the_ancestor_has_a_road_in(source, name, expected):
    body = typed(name, source=source.value, exception_reason="STOCK_MISMATCH", payload={})
    assert kind(deliver(source, body)) == expected


@pytest.mark.parametrize(("name", "expected"), RAW.items())
def test_the_ancestors_raw_events_come_in_without_a_topic(name, expected):
    assert kind(deliver(SHOPIFY, typed(name, data={"order": {"id": 1}}))) == expected


def test_a_raw_order_brings_its_lines():
    data = {"order": {"line_items": [{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}]}}
    created = one(deliver(SHOPIFY, typed("order_created", data=data)))
    assert [(line.sku, line.quantity) for line in created.lines] == [("A", 2), ("B", 1)]


@pytest.mark.parametrize(
    ("name", "fields", "event_type", "code"),
    [
        ("kitting_completed", {}, EventType.VAS_PERFORMED, "kitting"),
        ("vas_performed", {"code": "photo", "quantity": "3"}, EventType.VAS_PERFORMED, "photo"),
        ("return_processed", {}, EventType.RETURN_RECEIVED, None),
    ],
)
def test_operations_that_the_ancestor_billed_but_nobody_could_send(name, fields, event_type, code):
    event = one(deliver(WMS, typed(name, **fields)))
    assert (event.event_type, event.code) == (event_type, code)
    if event_type is EventType.VAS_PERFORMED:
        assert event.quantity == Decimal(fields.get("quantity", 1))


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ({"flags": ["Rush"]}, "rush"),
        ({"rush": True}, "rush"),
        ({"payload": {"priority": "rush"}}, "rush"),
        ({"payload": {"oversized": True}}, "oversized"),
        ({"payload": {"size_category": "oversized"}}, "oversized"),
        ({"hazmat": "true"}, "hazmat"),
        ({"data": {"hazardous": 1}}, "hazmat"),
        ({"handling": "fragile"}, "fragile"),
    ],
)
def test_flags_are_seen_at_the_top_and_one_level_deeper(said, flag):
    assert one(deliver(WMS, typed("pick_completed", **said))).flags == {flag}
    assert not one(deliver(WMS, typed("pick_completed", rush=False))).flags


@pytest.mark.parametrize(
    ("name", "fields", "lacking"),
    [
        ("hold_placed", {"reason": "address"}, "hold_id"),
        ("hold_placed", {"hold_id": "h"}, "reason"),
        ("hold_released", {}, "hold_id"),
        ("order_edited", {}, "lines"),
        ("reship_requested", {}, "reason"),
        ("carrier_scan", {}, "status"),
        ("stock_counted", {"site": "x", "unit": "pallet"}, "quantity"),
        ("vas_performed", {}, "code"),
        ("charge_recorded", {}, "charge"),
        ("exception_reported", {}, "reason"),
        ("sla_excused", {"promise": "ship", "reason": "storm"}, "approver"),
        ("event_voided", {}, "corrects"),
        ("receipt_arrived", {}, "receipt_id"),
        ("pick_completed", {"order_id": None}, "order_id"),
        ("pick_completed", {"event_id": ""}, "event_id"),
        ("pick_completed", {"occurred_at": None}, "occurred_at"),
        ("pick_completed", {"lines": [{"line": "1"}]}, r"lines\.0\.quantity"),
    ],
)
def test_what_a_type_needs_is_asked_for_by_name(name, fields, lacking):
    with pytest.raises(RefusedDeliveryError, match=lacking) as refusal:
        parse(deliver(WMS, typed(name, **fields)))
    assert refusal.value.reason == "missing_field"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"order_id": 1.5}, "order_id"),
        ({"order_id": True}, "order_id"),
        ({"occurred_at": "2026-05-04"}, "occurred_at"),
        ({"occurred_at": 1714800000}, "occurred_at"),
        ({"occurred_at": "2026-05-04T10:00:00", "time_zone": "Europe/Berln"}, "Europe/Berlin"),
        ({"lines": [{"line": "1", "quantity": 0}]}, r"lines\.0\.quantity"),
        ({"charge": {"code": "fuel", "amount": "1", "currency": "usd"}}, r"charge\.currency"),
        ({"external_order": {"system": "my shop", "id": "1"}}, r"external_order\.system"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_with_the_fix(fields, named):
    with pytest.raises(RefusedDeliveryError, match=named) as refusal:
        parse(deliver(WMS, typed("pick_completed", **fields)))
    assert refusal.value.reason == "invalid_field"


def test_an_unknown_type_names_the_nearest_known_one():
    with pytest.raises(RefusedDeliveryError, match="`pick_completed`") as refusal:
        parse(deliver(WMS, typed("pick_complete")))
    assert refusal.value.reason == "unknown_type"


def test_a_year_beyond_the_calendar_is_an_implausible_time():
    with pytest.raises(RefusedDeliveryError) as refusal:
        parse(deliver(WMS, typed("pick_completed", occurred_at="0001-01-01T00:00:00+14:00")))
    assert refusal.value.reason == "implausible_time"
