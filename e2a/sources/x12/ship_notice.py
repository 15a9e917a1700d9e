"""856, an advance ship notice that the warehouse sends: which orders left in which cartons.

A notice that is received announces goods and states no fact: it is not landed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType, Line, Reference
from e2a.domain.x12 import Segment
from e2a.sources.reading import events_or_nothing, missing
from e2a.sources.senders import merchants_order
from e2a.sources.times import Moment
from e2a.sources.x12.message import Message, line, parcel, quantity, reference_number

_CANCELLED = "01"
_SHIPPED = "011"
_TRACKING = ("2I", "CN", "BM")
_CARTON, _SSCC = "CP", "GM"
_SKU = ("SK", "VN", "VP", "UP", "EN", "UK", "IN", "BP")
"""Qualifiers of the article in LIN, the seller's own first."""


@dataclass(slots=True)
class _Level:
    """One HL: a shipment (S), an order (O), a carton (P, T) or an item (I) within its parent."""

    code: str
    parent: str
    segments: list[Segment] = field(default_factory=list)

    def first(self, id: str) -> Segment | None:
        return next((segment for segment in self.segments if segment.id == id), None)


_Levels = Mapping[str, _Level]


def read(message: Message) -> Events | NothingToDo:
    """One event an order and carton; a notice with purpose 01 voids what it states."""
    head = message.need("BSN")
    if not head.get(2):
        raise missing("BSN02", ", the number of the notice")
    found = tuple(_shipped(message, head, _levels(message.transaction.segments)))
    if head.get(1) == _CANCELLED:
        found = (_void(message, head, found),) if found else ()
    return events_or_nothing(found, "the notice names no order")


def _levels(segments: tuple[Segment, ...]) -> dict[str, _Level]:
    """The levels by number; what stands before the first belongs to the head."""
    levels: dict[str, _Level] = {}
    current: _Level | None = None
    for segment in segments:
        if segment.id == "HL":
            current = levels[segment.get(1)] = _Level(segment.get(3), segment.get(2))
        elif current is not None:
            current.segments.append(segment)
    return levels


def _shipped(message: Message, head: Segment, levels: _Levels) -> Iterator[CanonicalEvent]:
    whole = [
        segment for level in levels.values() if level.code == "S" for segment in level.segments
    ]
    number, moment = reference_number(whole, "REF", *_TRACKING), _when(message, head)
    for (order, carton), lines in _by_carton(levels).items():
        yield message.event(
            EventType.SHIPPED,
            moment,
            head.get(2), order, carton,
            order=merchants_order(message.delivery, order),
            shipment=_reference(levels.get(carton), number, head.get(2)),
            lines=lines,
            attributes=_attributes(message, head),
        )  # fmt: skip


def _by_carton(levels: _Levels) -> dict[tuple[str, str], tuple[Line, ...]]:
    """Lines by order number and carton; cartons stand around their items or below them."""
    found: dict[tuple[str, str], list[Line]] = {}
    for id, level in levels.items():
        if level.code == "O" and (order := _order(level)):
            found.setdefault((order, ""), [])
        if level.code == "I" and (item := _line(level)):
            order, carton = _around(levels, id)
            found.setdefault((order, carton), []).append(item)
    filled = {order for (order, _), lines in found.items() if lines}
    return {
        key: tuple(lines)
        for key, lines in found.items()
        if key[0] and (lines or key[0] not in filled)
    }


def _around(levels: _Levels, id: str) -> tuple[str, str]:
    """The order and the carton of an item."""
    below = (key for key, level in levels.items() if level.parent == id and level.code in "PT")
    order, carton, seen = "", next(below, ""), set[str]()
    while id in levels and id not in seen:
        seen.add(id)
        level = levels[id]
        order = order or (_order(level) if level.code == "O" else "")
        carton = carton or (id if level.code in ("P", "T") else "")
        id = level.parent
    return order, carton


def _order(level: _Level) -> str:
    stated = level.first("PRF")
    return stated.get(1) if stated else ""


def _line(level: _Level) -> Line | None:
    article, shipped = level.first("LIN"), level.first("SN1")
    if shipped is None:
        return None
    ids = article.elements[1:] if article else ()
    named = dict(zip(ids[::2], ids[1::2], strict=False))
    sku = next((named[key].strip() for key in _SKU if named.get(key)), "")
    units = quantity(shipped.get(2), f"SN102 of segment {shipped.number}")
    return line((article.get(1) if article else "") or shipped.get(1), sku, units)


def _reference(carton: _Level | None, number: str, notice: str) -> Reference | None:
    """The carton by its tracking number, else by its SSCC; else the shipment's number."""
    marks = [one for one in carton.segments if one.id == "MAN"] if carton else []
    named = {one.get(1): one.get(2) for one in marks}
    if named.get(_CARTON) or not named.get(_SSCC):
        return parcel(named.get(_CARTON) or number, notice)
    digits = named[_SSCC]
    return Reference(namespace="sscc", value=digits[2:] if len(digits) > len("0" * 18) else digits)


def _when(message: Message, head: Segment) -> Moment:
    told = next((one for one in message.transaction.every("DTM") if one.get(1) == _SHIPPED), None)
    if told is None:
        return message.when(head.get(3), head.get(4), "", "BSN03")
    return message.when(told.get(2), told.get(3), told.get(4), "DTM02")


def _attributes(message: Message, head: Segment) -> dict[str, object]:
    carrier = message.transaction.first("TD5")
    known = {"notice": head.get(2), "carrier": carrier.get(3) if carrier else ""}
    return {name: value for name, value in known.items() if value}


def _void(message: Message, head: Segment, found: tuple[CanonicalEvent, ...]) -> CanonicalEvent:
    corrects = tuple(event.source_event_id for event in found)
    moment = message.when(head.get(3), head.get(4), "", "BSN03")
    return message.event(EventType.EVENT_VOIDED, moment, head.get(2), "void", corrects=corrects)
