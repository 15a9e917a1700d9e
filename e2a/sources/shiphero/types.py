"""The `webhook_type` decides what a body means."""

from typing import Any

from e2a.domain.deliveries import Delivery, Events, NothingToDo
from e2a.sources.reading import as_object, decode, missing, unknown
from e2a.sources.shiphero import inbound, shipments, work
from e2a.sources.shiphero.message import Message, Reader

READERS: dict[str, Reader] = {**shipments.READERS, **work.READERS, **inbound.READERS}
_TEST = frozenset({"1", "true"})
_STOCK = "stock moves; a count for storage is stock_counted in the typed shape"
NOTHING: dict[str, str] = {
    "order deallocated": "stock is given back; a cancellation has a message of its own",
    "tote cleared": "a tote is emptied; picking and packing have messages of their own",
    "package added": "a parcel is put into a container; Shipment Update tells that it is shipped",
    "inventory update": _STOCK,
    "inventory change": _STOCK,
    "product update": "master data is no fact about an order",
    "automation rules": "a rule ran; what it did has a message of its own",
    "capture payment": "the shop tells whether an order is paid",
    "print barcode": "a barcode is no work on an order",
    "generate label": "a request for a label; Shipment Update tells what was shipped",
    "shipment asn": "a notice of what Shipment Update tells",
}
"""Types that are real and state no fact for us."""


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The facts of a webhook.

    Raises:
        RefusedDeliveryError: its type is not known, or it names no order.
    """
    body = as_object(decode(delivery), "The body")
    kind = _kind(body)
    if str(body.get("test", "")).lower() in _TEST:
        return NothingToDo("ShipHero sent it as a test")
    if kind in NOTHING:
        return NothingToDo(NOTHING[kind])
    if kind not in READERS:
        raise unknown("The ShipHero webhook type", kind, (*READERS, *NOTHING))
    return READERS[kind](Message(kind, body, delivery))


def _kind(body: dict[str, Any]) -> str:
    inner = body.get("fulfillment")
    said = body.get("webhook_type") or (
        inner.get("webhook_type") if isinstance(inner, dict) else ""
    )
    if not said and {"tote_id", "reason", "items"} <= body.keys():
        return "tote cleared"
    if not said:
        raise missing("webhook_type", ", such as Shipment Update")
    return " ".join(str(said).lower().replace("_", " ").split())
