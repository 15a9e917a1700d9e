"""Topics `order.*`: what becomes of shipments; without a topic all that their dates tell."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType
from e2a.sources.reading import code, events_or_nothing, missing
from e2a.sources.shipbob.message import Message, Reader
from e2a.sources.shipbob.shapes import Order, Shipment, lines_of, names_of

Facts = Callable[[Message, Shipment], tuple[CanonicalEvent, ...]]
"""What a topic says of one shipment."""


def _parcels(message: Message) -> tuple[Shipment, ...]:
    """The shipments that a body is about: those of an order, or itself."""
    if "shipments" in message.body:
        return Order.model_validate(message.body).parcels
    return (Shipment.model_validate(message.body),)


def _of(
    message: Message, parcel: Shipment, event_type: EventType, at: str | None, field: str,
    *identity: str,
    **fields: Any,  # noqa: ANN401 - checked by CanonicalEvent
) -> CanonicalEvent:  # fmt: skip
    return message.event(
        event_type,
        message.when(at, f"shipments.{field}"),
        "shipment", parcel.id, *(identity or (event_type.value,)),
        **names_of(message.delivery, parcel.order_id, parcel.reference_id),
        **{
            "shipment": parcel.reference,
            "lines": parcel.lines,
            "attributes": parcel.attributes,
            "correlation_id": parcel.id,
            **fields,
        },
    )  # fmt: skip


def _shipped(message: Message, parcel: Shipment) -> tuple[CanonicalEvent, ...]:
    """ShipBob tells no end of a hold: a parcel that has left is not held any more."""
    at, field = parcel.actual_fulfillment_date, "actual_fulfillment_date"
    return (
        _of(message, parcel, EventType.SHIPPED, at, field),
        _of(message, parcel, EventType.HOLD_RELEASED, at, field, hold_id=parcel.id, lines=()),
    )


def _delivered(message: Message, parcel: Shipment) -> tuple[CanonicalEvent, ...]:
    return (_of(message, parcel, EventType.DELIVERED, parcel.delivery_date, "delivery_date"),)


def _excepted(message: Message, parcel: Shipment) -> tuple[CanonicalEvent, ...]:
    """A problem before the parcel left the building, such as missing stock."""
    event = _of(
        message, parcel, EventType.EXCEPTION_REPORTED, parcel.last_update_at, "last_update_at",
        "exception", message.sent_as(), reason=_why(parcel, "exception"),
    )  # fmt: skip
    return (event,)


def _held(message: Message, parcel: Shipment) -> tuple[CanonicalEvent, ...]:
    event = _of(
        message, parcel, EventType.HOLD_PLACED, parcel.last_update_at, "last_update_at",
        "on_hold", message.sent_as(), reason=_why(parcel, "on_hold"), hold_id=parcel.id,
    )  # fmt: skip
    return (event,)


def _cancelled(message: Message, parcel: Shipment) -> tuple[CanonicalEvent, ...]:
    """Its time is that of the last update, which later updates move; the fact stays the same."""
    event = _of(
        message, parcel, EventType.ORDER_CANCELLED, parcel.last_update_at, "last_update_at",
        fragment={"fact": ["shipment", parcel.id, "order_cancelled"]},
    )  # fmt: skip
    return (event,)


def _why(parcel: Shipment, otherwise: str) -> str:
    named = (code(detail.name) for detail in parcel.status_details)
    return next((name for name in named if name), otherwise)


def _each(read: Facts) -> Reader:
    """A reader of what a topic says of every shipment in the body."""

    def reader(message: Message) -> Events | NothingToDo:
        found = [event for parcel in _parcels(message) for event in read(message, parcel)]
        return events_or_nothing(found, "the order lists no shipment yet")

    return reader


def _each_dated(read: Facts, date: Callable[[Shipment], str | None]) -> Reader:
    """The same for a topic about a date; an order may list shipments whose date is yet to come."""

    def reader(message: Message) -> Events | NothingToDo:
        parcels = _parcels(message)
        about = [parcel for parcel in parcels if date(parcel) or len(parcels) == 1]
        found = [event for parcel in about for event in read(message, parcel)]
        return events_or_nothing(found, "no shipment of the order says when")

    return reader


def snapshot(message: Message) -> Events | NothingToDo:
    """All that the dates of an order or a shipment tell, whatever its status is now."""
    facts = [*_created(message), *_dated(message, _parcels(message))]
    return events_or_nothing(facts, "nothing has happened to these shipments yet")


def _created(message: Message) -> Iterator[CanonicalEvent]:
    if "shipments" not in message.body:
        return
    order = Order.model_validate(message.body)
    if not order.created_date:
        raise missing("created_date")
    due = [parcel.estimated_fulfillment_date for parcel in order.shipments]
    moments = [message.when(text, "estimated_fulfillment_date") for text in due if text]
    yield message.event(
        EventType.ORDER_CREATED,
        message.when(order.created_date, "created_date"),
        "order", order.id, "created",
        **names_of(message.delivery, order.id, order.reference_id),
        lines=lines_of(order.products),
        ship_by=max((moment.instant for moment in moments), default=None),
    )  # fmt: skip


def _dated(message: Message, parcels: Iterable[Shipment]) -> Iterator[CanonicalEvent]:
    for parcel in parcels:
        if parcel.actual_fulfillment_date:
            yield from _shipped(message, parcel)
        if parcel.delivery_date:
            yield from _delivered(message, parcel)
        if parcel.status == "Cancelled":
            yield from _cancelled(message, parcel)


READERS: dict[str, Reader] = {
    "order.shipped": _each_dated(_shipped, lambda parcel: parcel.actual_fulfillment_date),
    "order.delivered": _each_dated(_delivered, lambda parcel: parcel.delivery_date),
    "order.shipment.delivered": _each_dated(_delivered, lambda parcel: parcel.delivery_date),
    "order.shipment.exception": _each(_excepted),
    "order.shipment.on_hold": _each(_held),
    "order.shipment.cancelled": _each(_cancelled),
}
