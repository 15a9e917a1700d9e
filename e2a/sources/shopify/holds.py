"""Holds of fulfilment orders. They stack: each has its own id, and a release names the one."""

from typing import Any

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType
from e2a.sources.reading import CodeText, Digits, Loose, missing
from e2a.sources.shopify.fulfillment_orders import (
    FulfillmentOrder,
    event_about,
    names_in,
    reference_to,
)
from e2a.sources.shopify.message import Message, Reader


class _Hold(Loose):
    id: Digits
    reason: CodeText


class _HeldOrder(FulfillmentOrder):
    fulfillment_holds: tuple[_Hold, ...] = ()


class _HeldLine(Loose):
    id: Digits
    quantity: int


class _PlacedOnHold(Loose):
    fulfillment_order: _HeldOrder
    remaining_fulfillment_order: FulfillmentOrder | None = None
    held_fulfillment_order_line_items: tuple[_HeldLine, ...] = ()
    created_fulfillment_hold: _Hold | None = None


class _OneHold(Loose):
    fulfillment_hold: _Hold


def _placed(message: Message) -> Events | NothingToDo:
    body = _PlacedOnHold.model_validate(message.body)
    created = body.created_fulfillment_hold
    holds = (created,) if created else body.fulfillment_order.fulfillment_holds
    if not holds:
        raise missing("created_fulfillment_hold", " (or fulfillment_order.fulfillment_holds)")
    _, aliases = names_in(message)
    rest = body.remaining_fulfillment_order
    if rest is not None and rest.id != body.fulfillment_order.id:
        aliases = (*aliases, reference_to(rest.id))
    held = [
        {"fulfillment_order_line": line.id, "quantity": line.quantity}
        for line in body.held_fulfillment_order_line_items
    ]
    return Events(
        tuple(
            _of(message, EventType.HOLD_PLACED, hold, aliases=aliases, attributes={"held": held})
            for hold in holds
        )
    )


def _added(message: Message) -> Events | NothingToDo:
    hold = _OneHold.model_validate(message.body).fulfillment_hold
    return Events((_of(message, EventType.HOLD_PLACED, hold),))


def _released(message: Message) -> Events | NothingToDo:
    hold = _OneHold.model_validate(message.body).fulfillment_hold
    return Events((_of(message, EventType.HOLD_RELEASED, hold),))


def _of(
    message: Message,
    event_type: EventType,
    hold: _Hold,
    **fields: Any,  # noqa: ANN401 - checked by CanonicalEvent
) -> CanonicalEvent:
    return event_about(
        message,
        event_type,
        source_event_id=message.identity(hold.id),
        hold_id=hold.id,
        reason=hold.reason.lower(),
        **fields,
    )


def _all_released(message: Message) -> Events | NothingToDo:
    """This topic names no hold: the fulfilment order left the state on hold, so all have ended."""
    event = event_about(message, EventType.HOLD_RELEASED, attributes={"all_holds": True})
    return Events((event,))


READERS: dict[str, Reader] = {
    "fulfillment_orders/placed_on_hold": _placed,
    "fulfillment_orders/hold_released": _all_released,
    "fulfillment_holds/added": _added,
    "fulfillment_holds/released": _released,
}
