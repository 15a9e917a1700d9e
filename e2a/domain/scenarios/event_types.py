"""Which keys each event type takes and needs: domain 4.1 in the words of the scenario language.

Every type takes the keys of EVERYWHERE; a key that its type does not take is an error, because
nothing would read it.
"""

from dataclasses import dataclass

from e2a.domain.events import EventType

EVERYWHERE = (
    "at", "occurred_at", "recorded_at", "type", "id", "source", "tenant", "order", "shipment",
    "site", "aliases", "flags", "repeat", "note",
)  # fmt: skip

ORDER_FACTS = ("service_level", "channel", "destination", "promised_at", "ship_by")


@dataclass(frozen=True, slots=True)
class Keys:
    """What a type takes beside EVERYWHERE; `needs` are among them, or are `order`, `shipment`.

    `about` names keys of which one must be there.
    """

    takes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    about: tuple[str, ...] = ("order", "shipment")


_ORDER = ("order",)
_WORK = ("lines", "station", "worker")
_RECEIPT = ("receipt", "lines", "pallets", "cartons", *ORDER_FACTS)

KEYS: dict[EventType, Keys] = {
    EventType.ORDER_CREATED: Keys(("lines", *ORDER_FACTS), about=_ORDER),
    EventType.ORDER_PAID: Keys((), about=_ORDER),
    EventType.ORDER_RELEASED: Keys(ORDER_FACTS, about=_ORDER),
    EventType.ORDER_EDITED: Keys(("lines", *ORDER_FACTS), ("lines",), _ORDER),
    EventType.ORDER_CANCELLED: Keys(("lines", "reason"), about=_ORDER),
    EventType.ORDER_REOPENED: Keys(("lines", "reason"), ("reason",), _ORDER),
    EventType.RESHIP_REQUESTED: Keys(("lines", "reason"), ("reason",), _ORDER),
    EventType.HOLD_PLACED: Keys(("hold", "reason"), ("hold", "reason"), _ORDER),
    EventType.HOLD_RELEASED: Keys(("hold", "reason"), about=_ORDER),
    EventType.PICK_STARTED: Keys(_WORK),
    EventType.PICK_COMPLETED: Keys(_WORK),
    EventType.PACK_STARTED: Keys((*_WORK, "package", "measures")),
    EventType.PACK_COMPLETED: Keys((*_WORK, "package", "measures")),
    EventType.LABEL_PURCHASED: Keys(("carrier", "service", "charge"), ("shipment",)),
    EventType.LABEL_VOIDED: Keys(("carrier", "service", "charge"), ("shipment",)),
    EventType.MANIFESTED: Keys(("lines", "carrier", "service")),
    EventType.SHIPPED: Keys(("lines", "carrier", "service")),
    EventType.CARRIER_SCAN: Keys(("status", "code", "place", "lines"), ("status",)),
    EventType.DELIVERED: Keys(("code", "place", "lines")),
    EventType.SHIPMENT_SPLIT: Keys(("shipments", "lines"), ("shipments", "lines")),
    EventType.SHIPMENT_MERGED: Keys(("shipments", "lines"), ("shipments",)),
    EventType.SHIPMENT_MOVED: Keys(("shipments", "lines"), ("shipments",)),
    EventType.RETURN_RECEIVED: Keys(("lines", "condition", "reason")),
    EventType.RESTOCKED: Keys(("lines", "condition")),
    EventType.RECEIPT_ARRIVED: Keys(_RECEIPT, ("receipt",), ()),
    EventType.RECEIPT_COMPLETED: Keys(_RECEIPT, ("receipt",), ()),
    EventType.STOCK_COUNTED: Keys(("unit", "quantity"), ("site", "unit", "quantity"), ()),
    EventType.VAS_PERFORMED: Keys(("code", "quantity", "lines"), ("code",)),
    EventType.CHARGE_RECORDED: Keys(("charge",), ("charge",)),
    EventType.EXCEPTION_REPORTED: Keys(("reason", "party"), ("reason",)),
    EventType.SLA_EXCUSED: Keys(
        ("promise", "reason", "approver"), ("promise", "reason", "approver"), _ORDER
    ),
    EventType.EVENT_VOIDED: Keys(("corrects", "reason"), ("corrects",), ()),
}

OF_THE_CARRIER = frozenset({EventType.CARRIER_SCAN, EventType.DELIVERED})
"""Types that come from the carrier unless a scenario says otherwise; all others from the WMS."""
