"""Work on orders: allocated, picked into totes, packed out of them; and cancelled."""

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import EventType
from e2a.sources.reading import Identifier, Loose, code, events_or_nothing
from e2a.sources.shiphero.message import Message, Order, Picked, Reader, lines


class _Tote(Loose):
    tote_uuid: Identifier | None = None
    tote_name: Identifier | None = None
    orders: tuple[Picked, ...] = ()


class _Totes(Loose):
    totes: tuple[_Tote, ...] = ()


def _picked(message: Message) -> Events | NothingToDo:
    """A tote holds the units of one or more orders."""
    totes = _Totes.model_validate(message.body).totes
    found = [
        message.event(
            EventType.PICK_COMPLETED, None, "", tote.tote_uuid or tote.tote_name or "tote",
            str(position),
            about=order,
            lines=lines(order.items),
            correlation_id=tote.tote_uuid,
        )
        for tote in totes
        for position, order in enumerate(tote.orders)
    ]  # fmt: skip
    return events_or_nothing(found, "the totes hold no order")


def _packed(message: Message) -> Events | NothingToDo:
    found = Picked.model_validate(message.body)
    event = message.event(
        EventType.PACK_COMPLETED, None, "", about=found, lines=lines(found.items),
        correlation_id=code(message.body.get("tote_uuid")),
    )  # fmt: skip
    return Events((event,))


def _cancelled(message: Message) -> Events | NothingToDo:
    about = Order.model_validate(message.body)
    return Events((message.event(EventType.ORDER_CANCELLED, None, "", about=about),))


def _allocated(message: Message) -> Events | NothingToDo:
    """Workable once its stock is set aside and nothing else keeps it."""
    if str(message.body.get("ready_to_ship", "")).lower() not in ("1", "true"):
        return NothingToDo("stock is set aside; the order is not ready to ship yet")
    at = message.body.get("allocated_at")
    about = Order.model_validate(message.body)
    stated = at if isinstance(at, str) else None
    return Events((message.event(EventType.ORDER_RELEASED, stated, "allocated_at", about=about),))


READERS: dict[str, Reader] = {
    "tote complete": _picked,
    "order packed out": _packed,
    "order canceled": _cancelled,
    "order allocated": _allocated,
}
