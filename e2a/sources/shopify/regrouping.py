"""Work that changes its fulfilment order: split, moved, merged, replaced.

All fulfilment orders in such a message belong to one order, so the event states them as names of
it. Its line ids are those of fulfilment order lines, which are no order lines: they are attributes.
"""

from collections.abc import Iterator
from typing import Any

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import EventType
from e2a.sources.reading import Digits, Loose, missing
from e2a.sources.shopify.fulfillment_orders import FulfillmentOrder, reference_to
from e2a.sources.shopify.message import Message, Reader, order_reference

_TYPES: dict[str, EventType] = {
    "fulfillment_orders/split": EventType.SHIPMENT_SPLIT,
    "fulfillment_orders/moved": EventType.SHIPMENT_MOVED,
    "fulfillment_orders/merged": EventType.SHIPMENT_MERGED,
    "fulfillment_orders/cancelled": EventType.SHIPMENT_MOVED,
    "fulfillment_orders/fulfillment_request_submitted": EventType.SHIPMENT_SPLIT,
}


class _Units(Loose):
    id: Digits
    quantity: int


class _Intent(Loose):
    fulfillment_order_id: Digits
    fulfillment_order_line_items: tuple[_Units, ...] = ()


class _Merges(Loose):
    fulfillment_order: FulfillmentOrder | None = None


class _Regrouping(Loose):
    fulfillment_order: FulfillmentOrder | None = None
    fulfillment_order_merges: _Merges = _Merges()
    original_fulfillment_order: FulfillmentOrder | None = None
    moved_fulfillment_order: FulfillmentOrder | None = None
    submitted_fulfillment_order: FulfillmentOrder | None = None
    remaining_fulfillment_order: FulfillmentOrder | None = None
    replacement_fulfillment_order: FulfillmentOrder | None = None
    merge_intents: tuple[_Intent, ...] = ()
    split_line_items: tuple[_Units, ...] = ()
    fulfillment_order_line_items_requested: tuple[_Units, ...] = ()

    def orders(self) -> Iterator[FulfillmentOrder]:
        """The fulfilment orders named as such, the one that the message is about first."""
        found = (
            self.fulfillment_order,
            self.fulfillment_order_merges.fulfillment_order,
            self.original_fulfillment_order,
            self.moved_fulfillment_order,
            self.submitted_fulfillment_order,
            self.remaining_fulfillment_order,
            self.replacement_fulfillment_order,
        )
        return (order for order in found if order is not None)

    def units(self) -> list[dict[str, Any]]:
        merged = (
            unit for intent in self.merge_intents for unit in intent.fulfillment_order_line_items
        )
        moved = (*self.split_line_items, *self.fulfillment_order_line_items_requested, *merged)
        return [{"fulfillment_order_line": unit.id, "quantity": unit.quantity} for unit in moved]


def _regrouped(message: Message) -> Events | NothingToDo:
    body = _Regrouping.model_validate(message.body)
    orders = list(body.orders())
    if not orders:
        raise missing("fulfillment_order", ", the gid of the fulfilment order")
    named = [order.id for order in orders] + [i.fulfillment_order_id for i in body.merge_intents]
    first, *others = dict.fromkeys(named)
    if not others:
        return NothingToDo("only one fulfilment order is named: no work moved")
    shop_orders = {order.order_id: None for order in orders if order.order_id}
    event = message.event(
        _TYPES[message.topic],
        message.when(),
        order=reference_to(first),
        aliases=(*map(reference_to, others), *map(order_reference, shop_orders)),
        attributes={"fulfillment_orders": [first, *others], "units": body.units()},
        fragment=message.body,
    )
    return Events((event,))


READERS: dict[str, Reader] = dict.fromkeys(_TYPES, _regrouped)
