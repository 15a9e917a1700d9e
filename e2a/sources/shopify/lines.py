"""Line items as Shopify writes them in orders, fulfillments and refunds."""

from collections.abc import Iterable
from typing import Any

from e2a.domain.events import Line
from e2a.sources.reading import Identifier
from e2a.sources.shopify.message import Identified

_SPOKEN = (
    "id", "admin_graphql_api_id", "sku", "quantity", "current_quantity", "requires_shipping",
)  # fmt: skip


class LineItem(Identified):
    """One line item; lines that need no shipping are no work of a warehouse."""

    sku: Identifier | None = None
    quantity: int
    current_quantity: int | None = None
    requires_shipping: bool | None = None

    @property
    def is_physical(self) -> bool:
        """Whether somebody has to pick it; Shopify says `false` of gift cards and services."""
        return self.requires_shipping is not False

    def line(self, quantity: int) -> Line:
        """The canonical line with this many units of it."""
        return Line(line=self.id, sku=self.sku or None, quantity=quantity)


def spoken(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Line items as given, less what says nothing about the work: prices, taxes, titles."""
    return [{key: item[key] for key in _SPOKEN if item.get(key) is not None} for item in items]


def lines_left(items: Iterable[LineItem]) -> tuple[Line, ...]:
    """Units still wanted: `current_quantity` follows edits and removals, zero is no line."""
    wanted = (
        (item, item.quantity if item.current_quantity is None else item.current_quantity)
        for item in items
        if item.is_physical
    )
    return tuple(item.line(quantity) for item, quantity in wanted if quantity)


def lines_named(items: Iterable[LineItem]) -> tuple[Line, ...]:
    """Units that this message names, such as those in one fulfillment."""
    return tuple(item.line(item.quantity) for item in items if item.is_physical and item.quantity)
