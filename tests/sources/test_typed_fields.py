"""Fields of the typed event: times, names, money, privacy, identity, batches and the file road."""

from decimal import Decimal

import pytest

from e2a.domain.deliveries import Events, RefusedDeliveryError, Source
from e2a.domain.events import EventType, ScanStatus, TimeFlag
from e2a.sources.registry import parse
from tests.sources.samples import deliver, events, nothing, one, typed

WMS, CARRIER = Source.WMS, Source.CARRIER


@pytest.mark.parametrize(
    ("local", "zone", "utc", "flags"),
    [
        ("2026-05-04T10:00:00", "Europe/Berlin", "2026-05-04T08:00:00+00:00", set()),
        ("2026-05-04T10:00:00", None, "2026-05-04T10:00:00+00:00", {TimeFlag.ASSUMED_ZONE}),
        (
            "2026-03-29T02:30:00",
            "Europe/Berlin",
            "2026-03-29T01:00:00+00:00",
            {TimeFlag.LOCAL_GAP},
        ),
        (
            "2025-10-26T02:30:00",
            "Europe/Berlin",
            "2025-10-26T00:30:00+00:00",
            {TimeFlag.AMBIGUOUS_LOCAL},
        ),
    ],
)
def test_c2_a_naive_time_is_local_to_its_zone_and_says_what_was_assumed(local, zone, utc, flags):
    event = one(deliver(WMS, typed("pick_completed", occurred_at=local, time_zone=zone)))
    assert event.occurred_at.isoformat() == utc
    assert event.time_flags == flags


def test_c2_a_naive_promise_in_a_fold_holds_until_its_last_occurrence():
    fields = {"promised_at": "2025-10-26T02:30:00", "time_zone": "Europe/Berlin"}
    created = one(deliver(WMS, typed("order_created", **fields)))
    assert created.promised_at.isoformat() == "2025-10-26T01:30:00+00:00"


def test_names_are_scoped_by_who_gave_them():
    shop = {"system": "Shopify", "id": "gid://shopify/Order/5001"}
    event = one(deliver(WMS, typed("pick_completed", external_order=shop, tracking_number=42)))
    assert str(event.order) == "wms:1001"
    assert [str(alias) for alias in event.aliases] == ["shopify:5001"]
    assert str(event.shipment) == "tracking:42"
    alone = one(deliver(WMS, typed("pick_completed", external_order=shop, order_id=None)))
    assert (str(alone.order), alone.aliases) == ("shopify:5001", ())


def test_a_receipt_and_a_stock_count_are_references_of_their_own():
    arrived = one(deliver(WMS, typed("receipt_arrived", receipt_id="R7", order_id=None)))
    assert str(arrived.order) == "receipt:R7"
    count = {"site": "BER", "unit": "pallet", "quantity": "310", "order_id": None}
    counted = one(deliver(WMS, typed("stock_counted", **count)))
    assert str(counted.order) == "stock:BER:pallet:2026-05-04"


def test_money_keeps_every_digit():
    charge = {"code": "fuel", "amount": "0.1234567890", "currency": "USD"}
    event = one(deliver(WMS, typed("charge_recorded", charge=charge)))
    assert event.charge.amount == Decimal("0.1234567890")


def test_workers_and_stations_are_attributes_and_free_text_stays_in_the_fragment():
    fields = {"station": "P1", "worker_id": "w-7", "delivery_notes": "ring at Jane Doe's"}
    event = one(deliver(WMS, typed("pick_completed", **fields)))
    assert event.attributes == {"station": "P1", "worker_id": "w-7"}
    assert "Jane" not in event.model_dump_json(exclude={"fragment"})
    assert "Jane" in event.model_dump_json(include={"fragment"})


def test_c9_a_resent_event_has_the_same_fragment_and_a_changed_quantity_another():
    def fragment(quantity, **fields):
        lines = [{"line": "1", "quantity": quantity}]
        return one(deliver(WMS, typed("pick_completed", lines=lines, **fields))).fragment

    resent = fragment(2, correlation_id="other", idempotency_key="k", recorded_at="x")
    assert fragment(2) == resent != fragment(3)


@pytest.mark.parametrize("wrap", [list, lambda rows: {"events": rows}])
def test_a_batch_is_an_array_or_an_object_with_events(wrap):
    rows = [typed("pick_started"), typed("pick_completed", event_id="e-2")]
    assert len(events(deliver(WMS, wrap(rows)))) == 2


def test_a_batch_is_taken_whole_or_refused_with_the_place_of_the_fault():
    rows = [typed("pick_started"), typed("pick_completed", order_id=None)]
    with pytest.raises(RefusedDeliveryError, match=r"events\.1"):
        parse(deliver(WMS, rows))


def test_plans_beside_facts_are_left_out_and_alone_are_nothing_to_do():
    plan = typed("pickup_scheduled")
    assert len(events(deliver(CARRIER, [plan, typed("picked_up")]))) == 1
    assert "plan" in nothing(deliver(CARRIER, [plan]))
    assert nothing(deliver(WMS, []))


def test_a_scan_status_is_a_status_or_a_type_and_a_label_is_neither():
    scan = one(deliver(CARRIER, typed("carrier_scan", status="out_for_delivery")))
    assert scan.status is ScanStatus.OUT_FOR_DELIVERY
    done = one(deliver(CARRIER, typed("carrier_scan", status="delivered")))
    assert done.event_type is EventType.DELIVERED
    assert nothing(deliver(CARRIER, typed("carrier_scan", status="label_created")))
    with pytest.raises(RefusedDeliveryError, match="in_transit"):
        parse(deliver(CARRIER, typed("carrier_scan", status="in_transt")))


def test_every_canonical_type_can_be_sent_under_its_own_name():
    everything = {
        "lines": [{"line": "1", "sku": "A", "quantity": 2}],
        "shipments": ["p1", "p2"],
        "charge": {"code": "fuel", "amount": 1.5, "currency": "EUR"},
        "measures": {"weight_g": 1200, "length_mm": 300.5},
        "destination": {"country": "de", "zone": "Europe/Berlin"},
        **{"hold_id": "h", "reason": "address", "status": "in_transit", "code": "photo"},
        **{"site": "BER", "unit": "pallet", "quantity": 3, "receipt_id": "R1", "pallets": 2},
        **{"promise": "ship", "approver": "ops", "corrects": "e-0", "tracking_number": "1Z"},
    }
    for event_type in EventType:
        parsed = parse(deliver(WMS, typed(event_type.value, **everything)))
        assert isinstance(parsed, Events)
        assert parsed.events[0].event_type is event_type


def test_only_a_file_may_state_when_it_was_recorded_and_whose_number_it_is():
    said = {"recorded_at": "2026-05-04T10:00:00Z", "order_namespace": "legacy"}
    row = typed("pick_completed", **said)
    from_file = one(deliver(Source.FILE, row))
    assert from_file.recorded_at.isoformat() == "2026-05-04T10:00:00+00:00"
    assert str(from_file.order) == "legacy:1001"
    from_wms = one(deliver(WMS, row))
    assert (from_wms.recorded_at, str(from_wms.order)) == (None, "wms:1001")
    with pytest.raises(RefusedDeliveryError, match="recorded_at"):
        parse(deliver(Source.FILE, {**row, "recorded_at": "2026-05-04T10:00:00"}))


def test_a_billed_invoice_is_kept_for_the_guard_and_another_dialect_is_refused():
    assert nothing(deliver(Source.FILE, b"id;x", e2a_dialect="billed-invoice")) == "billed_invoice"
    with pytest.raises(RefusedDeliveryError, match="billed-invoice"):
        parse(deliver(Source.FILE, b"{}", e2a_dialect="billed-invoices"))
