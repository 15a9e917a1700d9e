"""Fulfillment orders as messages carry them: only a gid, with other ids here and there."""

from typing import Any

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType, Reference
from e2a.sources.reading import Digits, Loose
from e2a.sources.shopify.message import Message, Reader, order_reference


class FulfillmentOrder(Loose):
    """A unit of fulfilment work; its order id is rarely there."""

    id: Digits
    order_id: Digits | None = None


class _About(Loose):
    fulfillment_order: FulfillmentOrder
    order_id: Digits | None = None


def reference_to(fulfillment_order: str) -> Reference:
    """A fulfilment order's name."""
    return Reference(namespace="shopify_fo", value=fulfillment_order)


def names_in(message: Message) -> tuple[Reference, tuple[Reference, ...]]:
    """The fulfilment order that a message is about, and the order it says it belongs to."""
    about = _About.model_validate(message.body)
    order_id = about.order_id or about.fulfillment_order.order_id
    aliases = (order_reference(order_id),) if order_id else ()
    return reference_to(about.fulfillment_order.id), aliases


def event_about(
    message: Message,
    event_type: EventType,
    **fields: Any,  # noqa: ANN401 - checked by CanonicalEvent
) -> CanonicalEvent:
    """An event of a message's fulfilment order; these bodies state no time of their own."""
    reference, aliases = names_in(message)
    known = {"order": reference, "aliases": aliases, "fragment": message.body}
    return message.event(event_type, message.when(), **{**known, **fields})


def _ready(message: Message) -> Events | NothingToDo:
    _, aliases = names_in(message)
    if not aliases:
        return NothingToDo("routing names no order; orders/paid or the WMS releases it")
    return Events((event_about(message, EventType.ORDER_RELEASED),))


def _problem(message: Message) -> Events | NothingToDo:
    reason = message.topic.removeprefix("fulfillment_orders/")
    return Events((event_about(message, EventType.EXCEPTION_REPORTED, reason=reason),))


READERS: dict[str, Reader] = {
    "fulfillment_orders/order_routing_complete": _ready,
    "fulfillment_orders/scheduled_fulfillment_order_ready": _ready,
    "fulfillment_orders/fulfillment_request_rejected": _problem,
    "fulfillment_orders/fulfillment_service_failed_to_complete": _problem,
}
