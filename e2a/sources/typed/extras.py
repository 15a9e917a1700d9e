"""What is gathered from a typed event rather than read: lines, flags, attributes, fragment."""

from collections.abc import Mapping
from typing import Any

from e2a.domain.events import Line
from e2a.sources.reading import Identifier, Loose
from e2a.sources.typed.shape import LineShape, TypedEvent

_ATTRIBUTES = (
    "station", "worker_id", "zone", "items_count", "carrier", "carrier_name", "service", "location",
    "unit", "receipt_id", "pallets", "cartons", "package", "condition", "measures", "approver",
    "promise", "shipments", "seller",
)  # fmt: skip

_DELIVERY_METADATA = frozenset(
    {"correlation_id", "idempotency_key", "source", "tenant", "tenant_id", "recorded_at", "sent_at"}
)
"""How an event travelled, not what happened: never part of the payload hash."""

_FLAG_WORDS = frozenset(
    {"rush", "priority", "oversized", "size_category", "hazmat", "hazardous", "fragile", "handling"}
)
_TRUE = frozenset({"true", "1", "yes", "y"})


class _ShopLine(Loose):
    """An order line as the ancestor's raw events nest it under `data.order.line_items`."""

    id: Identifier | None = None
    sku: Identifier | None = None
    quantity: int = 1


def lines_of(row: TypedEvent) -> tuple[Line, ...]:
    """The lines stated, else those of the shop order that a raw event carries."""
    stated = row.lines or _shop_lines(row)
    return tuple(Line(line=one.line, sku=one.sku, quantity=one.quantity) for one in stated)


def _shop_lines(row: TypedEvent) -> list[LineShape]:
    order = row.data.get("order") or row.payload.get("order")
    items = order.get("line_items") if isinstance(order, dict) else None
    found = [_ShopLine.model_validate(item) for item in items] if isinstance(items, list) else []
    return [
        LineShape(line=one.id or one.sku or str(position), sku=one.sku, quantity=one.quantity)
        for position, one in enumerate(found, start=1)
        if one.quantity
    ]


def flags_of(row: TypedEvent, given: Mapping[str, Any]) -> frozenset[str]:
    """Flags listed, and the ancestor's words for them at the top or in `payload` or `data`."""
    found = {flag.lower() for flag in row.flags}
    for level in (given, row.payload, row.data):
        found |= _flags_at(level)
    return frozenset(found)


def _flags_at(level: Mapping[str, Any]) -> set[str]:
    if _FLAG_WORDS.isdisjoint(level):
        return set()
    said = {
        "rush": _is(level, "rush") or level.get("priority") == "rush",
        "oversized": _is(level, "oversized") or level.get("size_category") == "oversized",
        "hazmat": _is(level, "hazmat") or _is(level, "hazardous"),
        "fragile": _is(level, "fragile") or level.get("handling") == "fragile",
    }
    return {flag for flag, stated in said.items() if stated}


def _is(level: Mapping[str, Any], key: str) -> bool:
    return key in level and str(level[key]).lower() in _TRUE


def attributes_of(row: TypedEvent) -> dict[str, Any]:
    """What no canonical field carries; never free text that may name a person."""
    stated = row.model_fields_set
    found = {name: getattr(row, name) for name in _ATTRIBUTES if name in stated}
    if "carrier_name" in found:
        found["carrier"] = found.pop("carrier_name")
    return found


def fragment_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The event as given, without delivery metadata and empty fields."""
    return {
        key: value
        for key, value in given.items()
        if key not in _DELIVERY_METADATA and value is not None
    }
