"""The topic decides what a webhook means; without one, the shape of what the API answered."""

from typing import Any

from e2a.domain.deliveries import Delivery, Events, NothingToDo, RefusedDeliveryError
from e2a.sources.reading import as_object, decode, header, together, unknown
from e2a.sources.shipbob import inbound, money, shipments, tracking
from e2a.sources.shipbob.message import Message, Reader

_READERS: dict[str, Reader] = {
    **shipments.READERS,
    **tracking.READERS,
    **inbound.READERS,
    **money.READERS,
}
_LEGACY = {
    "order_shipped": "order.shipped",
    "shipment_delivered": "order.shipment.delivered",
    "shipment_exception": "order.shipment.exception",
    "shipment_onhold": "order.shipment.on_hold",
    "shipment_cancelled": "order.shipment.cancelled",
}
_PLANS = (
    "order.shipment.address.",
    "order.shipment.line_item.",
    "order.shipment.shipping_service.",
)
"""Families of topics that change a shipment before it is worked."""

_SHAPES: tuple[tuple[frozenset[str], Reader], ...] = (
    (frozenset({"id", "shipments"}), shipments.snapshot),
    (frozenset({"id", "order_id", "products"}), shipments.snapshot),
    (frozenset({"status", "carrier_tracking_number"}), tracking.track),
    (frozenset({"id", "original_shipment_id"}), inbound.returned),
    (frozenset({"id", "inventory_quantities"}), inbound.received),
    (frozenset({"transaction_id", "amount"}), money.charged),
)
"""Keys by which the API's answers are told apart."""


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The facts of a webhook, or of one or more objects of the API.

    Raises:
        RefusedDeliveryError: the topic or the shape is not known, or a field cannot be used.
    """
    document = decode(delivery)
    said = (header(delivery, "x-webhook-topic", "shipbob-topic") or "").lower()
    topic = _LEGACY.get(said, said)
    if topic.startswith(_PLANS):
        return NothingToDo(f"{topic[:64]} changes a plan; the shipment tells what was done")
    if topic and topic not in _READERS:
        raise unknown("The ShipBob topic", topic, (*_READERS, *_LEGACY))
    found = [_read(topic, item, delivery) for item in _objects(document)]
    return together(found, "the list is empty")


def _objects(document: object) -> list[Any]:
    """One object, or those of a list or a page."""
    page = document.get("items") if isinstance(document, dict) else document
    return page if isinstance(page, list) else [document]


def _read(topic: str, item: object, delivery: Delivery) -> Events | NothingToDo:
    message = Message(topic, as_object(item, "What ShipBob sent"), delivery)
    if topic:
        return _READERS[topic](message)
    return _by_shape(message.body)(message)


def _by_shape(body: dict[str, Any]) -> Reader:
    for keys, reader in _SHAPES:
        if keys <= body.keys():
            return reader
    raise RefusedDeliveryError(
        "unknown_type",
        "The body is no ShipBob order, shipment, tracking, return, receiving order or transaction; "
        "send one of these, or header `x-webhook-topic`.",
    )
