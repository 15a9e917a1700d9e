"""One webhook of ShipHero: the orders and units that it names, and how an event of it is built.

Order Packed Out, Tote Complete and Order Canceled state no time: receipt stands in, flagged.
`order_number` is the merchant's number; `partner_order_id` is the order's id in the shop, in the
namespace that the credential states.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import AliasChoices, Field

from e2a.domain.deliveries import Delivery, Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType, Line, Reference
from e2a.sources.reading import Identifier, Loose, header, missing
from e2a.sources.senders import happened, merchants_order

NAMESPACE = "shiphero"


class Item(Loose):
    """Units of a line; a message that does not count them lists one a unit."""

    id: Identifier | None = Field(
        None, validation_alias=AliasChoices("partner_line_item_id", "id", "line_item_id")
    )
    sku: Identifier | None = None
    quantity: int = 1
    quantity_received: int | None = None
    package: str | None = None


class Order(Loose):
    """The names that a message gives the order that it is about."""

    order_id: Identifier | None = None
    partner_order_id: Identifier | None = None
    order_number: Identifier | None = None


class Picked(Order):
    """An order with units of it."""

    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A delivery, its body, and how an event of it is built.

    Attributes:
        kind: its `webhook_type`, in small letters.
    """

    kind: str
    body: dict[str, Any]
    delivery: Delivery

    def event(
        self, event_type: EventType, at: str | None, field: str, *parts: str, about: Order,
        identity: str | None = None,
        **fields: Any,  # noqa: ANN401 - checked by CanonicalEvent
    ) -> CanonicalEvent:  # fmt: skip
        """An event of an order, known by `identity`, else by the message's id and `parts`."""
        moment = happened(self.delivery, at, field)
        sent = header(self.delivery, "x-shiphero-message-id") or self.delivery.delivery_id
        return CanonicalEvent(
            source_event_id=":".join((NAMESPACE, identity or sent, *parts)),
            event_type=event_type,
            occurred_at=moment.instant,
            time_flags=moment.flags,
            **names(self.delivery, about),
            fragment={"webhook_type": self.kind, "part": list(parts), **about.model_dump()},
            **fields,
        )


Reader = Callable[[Message], Events | NothingToDo]


def names(delivery: Delivery, order: Order) -> dict[str, Any]:
    """Every name that the message gives the order; ShipHero's own first."""
    found = [
        Reference(namespace=NAMESPACE, value=order.order_id) if order.order_id else None,
        merchants_order(delivery, order.partner_order_id) if order.partner_order_id else None,
        Reference(namespace="order", value=order.order_number) if order.order_number else None,
    ]
    known = tuple(dict.fromkeys(name for name in found if name))
    if not known:
        raise missing("order_id", " (or partner_order_id, order_number)")
    return {"order": known[0], "aliases": known[1:]}


def lines(items: Iterable[Item]) -> tuple[Line, ...]:
    """Units by line; an item without a line is named by its SKU, one listed twice is two units."""
    units: Counter[tuple[str, str | None]] = Counter()
    for item in items:
        if name := item.id or item.sku:
            units[name, item.sku] += item.quantity
    return tuple(
        Line(line=name, sku=sku, quantity=count)
        for (name, sku), count in units.items()
        if count > 0
    )
