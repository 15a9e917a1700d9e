"""ORDER_CHANGE: orders that the seller or his warehouse fulfils himself (MFN)."""

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType, Line, Reference
from e2a.sources.amazon.message import Message, Reader, word
from e2a.sources.amazon.orders import NAMESPACE
from e2a.sources.reading import Identifier, Loose, unknown
from e2a.sources.senders import happened

_PLACED = frozenset({"UNSHIPPED"})
_CANCELLED = frozenset({"CANCELED", "CANCELLED"})
_OTHER = frozenset({
    "PENDING", "PENDINGAVAILABILITY", "PARTIALLYSHIPPED", "SHIPPED", "INVOICEUNCONFIRMED",
    "UNFULFILLABLE", "UPCOMING",
})  # fmt: skip
"""Shipping is told by the warehouse; a pending order may not be worked yet."""


class _Item(Loose):
    order_item_id: Identifier
    seller_sku: Identifier | None = None
    quantity: int = 0


class _Summary(Loose):
    order_status: str
    purchase_date: str | None = None
    latest_ship_date: str | None = None
    latest_delivery_date: str | None = None
    fulfillment_type: str | None = None
    order_items: tuple[_Item, ...] = ()


class _Trigger(Loose):
    time_of_order_change: str | None = None
    change_reason: str | None = None


class _Change(Loose):
    amazon_order_id: Identifier
    order_change_type: str = ""
    order_change_trigger: _Trigger = _Trigger()
    summary: _Summary


def _changed(message: Message) -> Events | NothingToDo:
    found = _Change.model_validate(message.body)
    status = word(found.summary.order_status)
    if word(found.order_change_type) == "BUYERREQUESTEDCHANGE":
        return Events((_asked(message, found),))
    if found.summary.fulfillment_type == "AFN":
        return NothingToDo("Amazon fulfils the order; FULFILLMENT_ORDER_STATUS tells of it")
    if status in _PLACED:
        return Events((_placed(message, found),))
    if status in _CANCELLED:
        return Events((_cancelled(message, found),))
    if status not in _OTHER:
        raise unknown(
            "Amazon order status", found.summary.order_status, (*_PLACED, *_CANCELLED, *_OTHER)
        )
    return NothingToDo(f"an order that is {found.summary.order_status[:64]} asks for no new work")


def _reference(found: _Change) -> Reference:
    return Reference(namespace=NAMESPACE, value=found.amazon_order_id)


def _placed(message: Message, found: _Change) -> CanonicalEvent:
    """The order as first told; every later message of it says so again."""
    placed = happened(message.delivery, found.summary.purchase_date, "Summary.PurchaseDate")
    summary = found.summary
    dates = {"ship_by": summary.latest_ship_date, "promised_at": summary.latest_delivery_date}
    moments = {name: happened(message.delivery, text, name) for name, text in dates.items() if text}
    return CanonicalEvent(
        source_event_id=f"amazon:order:{found.amazon_order_id}:created",
        event_type=EventType.ORDER_CREATED,
        occurred_at=placed.instant,
        time_flags=placed.flags,
        order=_reference(found),
        lines=tuple(
            Line(line=item.order_item_id, sku=item.seller_sku, quantity=item.quantity)
            for item in summary.order_items
            if item.quantity > 0
        ),
        fragment={"order": found.amazon_order_id, "purchase_date": summary.purchase_date},
        **{name: moment.instant for name, moment in moments.items()},
    )


def _cancelled(message: Message, found: _Change) -> CanonicalEvent:
    at = found.order_change_trigger.time_of_order_change
    return message.event(EventType.ORDER_CANCELLED, at, order=_reference(found))


def _asked(message: Message, found: _Change) -> CanonicalEvent:
    """A buyer's wish is no cancellation yet: the warehouse has to answer it."""
    at = found.order_change_trigger.time_of_order_change
    return message.event(
        EventType.EXCEPTION_REPORTED, at, order=_reference(found), reason="buyer_requested_change"
    )


READERS: dict[str, Reader] = {"ORDER_CHANGE": _changed}
