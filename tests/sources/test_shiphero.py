"""ShipHero: the body's `webhook_type` decides, and most types state no time."""

import pytest

from e2a.domain.deliveries import RefusedDeliveryError, Source
from e2a.domain.events import TimeFlag
from e2a.sources.registry import parse
from tests.sources.samples import RECEIVED, deliver, events, nothing, one

SHIPMENT = {
    "test": "0",
    "webhook_type": "Shipment Update",
    "fulfillment": {
        "shipment_id": 315, "partner_order_id": "5600", "order_number": "#1001", "order_id": 42,
        "tracking_number": "156", "created_at": "2026-05-02T10:00:00", "shipping_carrier": "UPS",
        "line_items": [
            {"id": "L1", "quantity": 2, "sku": "TEE", "package": "Package #1"},
            {"id": "L2", "quantity": 1, "sku": "MUG", "package": "Package #2"},
        ],
        "shipping_address": {"name": "John Doe"},
    },
}  # fmt: skip
TOTES = {
    "webhook_type": "Tote Complete",
    "totes": [
        {
            "tote_uuid": "T1",
            "orders": [
                {"order_number": "ONE", "items": [{"quantity": 2, "sku": "A"}]},
                {"order_number": "TWO", "items": [{"quantity": 1, "sku": "A"}, {"sku": "A"}]},
            ],
        }
    ],
}


def sent(body, message_id="m-1", **headers):
    return deliver(
        Source.WMS, body, e2a_dialect="shiphero", x_shiphero_message_id=message_id, **headers
    )


def test_a_shipment_update_ships_the_order_under_all_its_names():
    event = one(sent(SHIPMENT, e2a_order_namespace="shopify"))
    assert event.event_type == "shipped"
    assert str(event.order) == "shiphero:42"
    assert [str(alias) for alias in event.aliases] == ["shopify:5600", "order:#1001"]
    assert str(event.shipment) == "tracking:156"
    assert [(line.line, line.quantity) for line in event.lines] == [("L1", 2), ("L2", 1)]
    assert event.time_flags == {TimeFlag.ASSUMED_ZONE}
    assert "John" not in str(event)


def test_two_packages_are_two_parcels_each_with_its_lines():
    packages = [
        {"name": "Package #1", "tracking_number": "156"},
        {"name": "Package #2", "shipping_label": {"tracking_number": "157"}},
    ]
    for body in (
        {**SHIPMENT, "packages": packages},
        {**SHIPMENT, "fulfillment": {**SHIPMENT["fulfillment"], "packages": packages}},
    ):
        found = events(sent(body))
        assert [(str(e.shipment), e.lines[0].sku) for e in found] == [
            ("tracking:156", "TEE"),
            ("tracking:157", "MUG"),
        ]
        assert len({event.source_event_id for event in found}) == 2


def test_a_complete_tote_picks_each_order_in_it_and_states_no_time():
    found = events(sent(TOTES))
    assert [(str(e.order), e.units) for e in found] == [("order:ONE", 2), ("order:TWO", 2)]
    assert {event.occurred_at for event in found} == {RECEIVED}
    assert found[0].time_flags == {TimeFlag.ASSUMED_TIME}


def test_a_message_that_is_sent_again_is_the_same_and_another_is_another():
    ids = [[event.source_event_id for event in events(sent(TOTES, name))] for name in "aab"]
    assert ids[0] == ids[1] != ids[2]


def test_an_order_is_packed_out_with_one_row_a_unit():
    items = [{"order_id": 7, "line_item_id": 5, "sku": "A"}] * 2
    event = one(sent({"webhook_type": "Order Packed Out", "order_id": 7, "items": items}))
    assert (event.event_type.value, str(event.order), event.units) == (
        "pack_completed", "shiphero:7", 2,
    )  # fmt: skip
    bare = {"test": "0", "webhook_type": "Order Packed Out", "order_id": 5678}
    assert one(sent(bare)).lines == ()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"webhook_type": "Order Canceled", "order_id": 7}, "order_cancelled"),
        (
            {"webhook_type": "Order Allocated", "order_id": 7, "ready_to_ship": 1},
            "order_released",
        ),
        (
            {"webhook_type": "Return Update", "order_id": 7, "status": "warehouse_complete"},
            "return_received",
        ),
        (
            {"webhook_type": "PO Update", "purchase_order": {"po_id": 1, "status": "closed"}},
            "receipt_completed",
        ),
    ],
)
def test_other_types_become_what_they_say(body, expected):
    assert one(sent(body)).event_type == expected


@pytest.mark.parametrize(
    "body",
    [
        {"webhook_type": "Order Allocated", "order_id": 7, "ready_to_ship": 0},
        {"webhook_type": "Inventory Update", "inventory": []},
        {"webhook_type": "INVENTORY_UPDATE", "inventory": []},
        {"webhook_type": "Return Update", "order_id": 7, "status": "pending"},
        {"webhook_type": "PO Update", "purchase_order": {"po_id": 1, "status": "pending"}},
        {"tote_id": "1", "reason": "manual", "items": []},
        {**SHIPMENT, "test": "1"},
        {"webhook_type": "Tote Complete", "totes": []},
    ],
)
def test_what_states_no_fact_is_nothing_to_do(body):
    assert nothing(sent(body))


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ({"webhook_type": "Shipmnt Update"}, "shipment update"),
        ({"order_id": 7}, "webhook_type"),
        ({"webhook_type": "Tote Complete", "totes": 1}, "totes"),
        ({"webhook_type": "Shipment Update"}, "fulfillment"),
        ({"webhook_type": "Order Packed Out"}, "order_id"),
        ({"webhook_type": "Order Packed Out", "order_id": 5.5e17}, "order_id"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(body, match):
    with pytest.raises(RefusedDeliveryError, match=match):
        parse(sent(body))


def test_a_return_that_is_updated_again_is_still_one_return():
    body = {"webhook_type": "Return Update", "return_id": 9, "order_id": 7, "status": "complete"}
    first, again = one(sent(body, "a")), one(sent(body, "b"))
    assert (first.source_event_id, first.fragment) == (again.source_event_id, again.fragment)
