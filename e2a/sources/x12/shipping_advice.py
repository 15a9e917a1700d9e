"""945, the warehouse shipping advice: what of an order has left, in which parcels."""

from collections.abc import Iterator, Sequence

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType, Line
from e2a.domain.x12 import Segment
from e2a.sources.reading import missing
from e2a.sources.senders import merchants_order
from e2a.sources.times import Moment
from e2a.sources.x12.message import Message, line, parcel, quantity, reference_number

_SHIPPED = "11"
_TRACKING = ("2I", "CN", "BM")
"""Qualifiers of a tracking number, a carrier's number (PRO) and a bill of lading."""

_CARTON, _SSCC = "CP", "GM"
_UNITS = frozenset({"", "EA", "UN", "PC", "PK", "ST"})


def read(message: Message) -> Events | NothingToDo:
    """One event a parcel: the parcels that its marks name, else the one of its references."""
    head = message.need("W06")
    if not head.get(2):
        raise missing("W0602", ", the depositor's order number")
    return Events(tuple(_shipped(message, head)))


def _shipped(message: Message, head: Segment) -> Iterator[CanonicalEvent]:
    segments = message.transaction.segments
    number = reference_number(segments, "N9", *_TRACKING)
    for tracking, lines in _parcels(segments).items():
        shipment = parcel(tracking or number, head.get(4))
        yield message.event(
            EventType.SHIPPED,
            _when(message, head),
            head.get(2), head.get(4), tracking,
            order=merchants_order(message.delivery, head.get(2)),
            shipment=shipment,
            lines=lines,
            attributes=_attributes(message, head),
        )  # fmt: skip


def _when(message: Message, head: Segment) -> Moment:
    """The ship date of G62, which may tell the time, else that of W06."""
    dates = (one for one in message.transaction.every("G62") if one.get(1) == _SHIPPED)
    told = next(dates, None)
    if told is None:
        return message.when(head.get(3), "", "", "W0603")
    return message.when(told.get(2), told.get(4), told.get(5), "G6202")


def _parcels(segments: Sequence[Segment]) -> dict[str, tuple[Line, ...]]:
    """Lines by tracking number; '' holds what bears no mark."""
    found: dict[str, list[Line]] = {}
    mark = ""
    for segment in segments:
        if segment.id == "LX":
            mark = ""
        elif segment.id == "MAN" and segment.get(1) == _CARTON:
            mark = segment.get(2)
            found.setdefault(mark, [])
        elif segment.id == "W12" and (item := _line(segment)):
            found.setdefault(mark, []).append(item)
    return {tracking: tuple(lines) for tracking, lines in found.items()} or {"": ()}


def _line(item: Segment) -> Line | None:
    sku = item.get(8) or item.get(6)
    return line(sku, sku, quantity(item.get(3), f"W1203 of segment {item.number}"))


def _attributes(message: Message, head: Segment) -> dict[str, object]:
    carrier = message.transaction.first("W27")
    items = list(message.transaction.every("W12"))
    short = {
        item.get(8) or item.get(6): quantity(item.get(4), f"W1204 of segment {item.number}")
        for item in items
        if item.get(4)
    }
    known = {
        "shipment_id": head.get(4),
        "purchase_order": head.get(6),
        "carrier": carrier.get(2) if carrier else "",
        "short": {sku: units for sku, units in short.items() if units},
        "units": sorted({item.get(5) for item in items} - _UNITS),
    }
    return {name: value for name, value in known.items() if value}
