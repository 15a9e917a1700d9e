"""What an `event_type` means and needs: the canonical list, and names that predecessors used.

Add a name here when a source calls a canonical type something else.
"""

from dataclasses import dataclass

from e2a.domain.events import EventType, ScanStatus


@dataclass(frozen=True, slots=True)
class Meaning:
    """The canonical type that a name stands for, with what the name already says."""

    event_type: EventType
    status: ScanStatus | None = None
    code: str | None = None


SCANS: dict[str, Meaning] = {
    **{known.value: Meaning(EventType.CARRIER_SCAN, status=known) for known in ScanStatus},
    "delivered": Meaning(EventType.DELIVERED),
}
"""Statuses of a parcel; `delivered` is an event type of its own."""

MEANINGS: dict[str, Meaning] = {
    **{known.value: Meaning(known) for known in EventType},
    **SCANS,
    "ship_label_printed": Meaning(EventType.LABEL_PURCHASED),
    "label_created": Meaning(EventType.LABEL_PURCHASED),
    "kitting_completed": Meaning(EventType.VAS_PERFORMED, code="kitting"),
    "return_processed": Meaning(EventType.RETURN_RECEIVED),
    "order_fulfilled": Meaning(EventType.SHIPPED),
    "fulfillment_created": Meaning(EventType.SHIPPED),
    "package_shipped": Meaning(EventType.SHIPPED),
    "shipment_dispatched": Meaning(EventType.SHIPPED),
    "delivery_failed": Meaning(EventType.CARRIER_SCAN, status=ScanStatus.ATTEMPT_FAILED),
}

NOTHING: dict[str, str] = {
    "pickup_scheduled": "a scheduled pickup is a plan; the pickup itself is picked_up",
    "fulfillment_update": "fulfillment_update without a parcel status states no fact",
}
"""Names that are understood and state no fact that a rule needs."""

NO_SCAN = frozenset({"label_created", "pre_transit", "cancelled", "unknown"})
"""Statuses of a carrier_scan that are nothing to do (domain 4.1)."""

NEEDS: dict[EventType, tuple[str, ...]] = {
    EventType.ORDER_EDITED: ("lines",),
    EventType.ORDER_REOPENED: ("reason",),
    EventType.RESHIP_REQUESTED: ("reason",),
    EventType.HOLD_PLACED: ("hold_id", "reason"),
    EventType.HOLD_RELEASED: ("hold_id",),
    EventType.CARRIER_SCAN: ("status",),
    EventType.SHIPMENT_SPLIT: ("shipments", "lines"),
    EventType.SHIPMENT_MERGED: ("shipments",),
    EventType.SHIPMENT_MOVED: ("shipments",),
    EventType.RECEIPT_ARRIVED: ("receipt_id",),
    EventType.RECEIPT_COMPLETED: ("receipt_id",),
    EventType.STOCK_COUNTED: ("site", "unit", "quantity"),
    EventType.VAS_PERFORMED: ("code",),
    EventType.CHARGE_RECORDED: ("charge",),
    EventType.EXCEPTION_REPORTED: ("reason",),
    EventType.SLA_EXCUSED: ("promise", "reason", "approver"),
    EventType.EVENT_VOIDED: ("corrects",),
}
"""Fields without which a rule could not use the event (domain 4.1, third column)."""

WITHOUT_ORDER = frozenset({EventType.STOCK_COUNTED, EventType.EVENT_VOIDED})
"""Types that need not name an order, parcel or receipt."""
