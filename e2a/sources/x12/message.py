"""One transaction, its times and names, and how an event of it is built."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from e2a.domain.deliveries import Delivery, Events, NothingToDo, RefusedDeliveryError
from e2a.domain.events import CanonicalEvent, EventType, Line, Reference
from e2a.domain.x12 import Segment, Transaction
from e2a.sources.reading import missing
from e2a.sources.senders import happened
from e2a.sources.times import Moment, read_time

_ZONES = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver",
    "PT": "America/Los_Angeles", "AT": "America/Halifax", "HT": "Pacific/Honolulu",
    "UT": "UTC", "GM": "UTC",
}  # fmt: skip
_OFFSETS = {
    "ES": "-05:00", "ED": "-04:00", "CS": "-06:00", "CD": "-05:00", "MS": "-07:00", "MD": "-06:00",
    "PS": "-08:00", "PD": "-07:00",
}  # fmt: skip
"""Time codes of the standard; LT is the clock on the wall there, and says no zone."""

_DATE = re.compile(r"(\d{4}|\d\d)(\d\d)(\d\d)", re.ASCII)
_CLOCK = re.compile(r"(\d\d)(\d\d)(\d\d)?(\d*)", re.ASCII)
_PRIVATE = frozenset({"ST", "SE", "N1", "N2", "N3", "N4", "PER", "G61"})
"""Envelope, and segments that may name people and places; they stay in the raw body."""


@dataclass(frozen=True, slots=True)
class Message:
    """A transaction of a delivery."""

    transaction: Transaction
    delivery: Delivery

    def need(self, id: str) -> Segment:
        """The first segment of that id.

        Raises:
            RefusedDeliveryError: there is none.
        """
        found = self.transaction.first(id)
        if found is None:
            raise missing(id, f"; a {self.transaction.kind} needs one")
        return found

    def when(self, date: str, time: str, code: str, field: str) -> Moment:
        """A date, its time of day if there is one, and its time code, as an instant.

        Raises:
            RefusedDeliveryError: the date or the time is none.
        """
        if not date:
            return happened(self.delivery, None, field)
        day = _matched(_DATE, date, field)
        text = f"{day[1].rjust(4, '?').replace('??', '20')}-{day[2]}-{day[3]}"
        if not time:
            return happened(self.delivery, text, field)
        clock = _matched(_CLOCK, time, field)
        stated = f"{text}T{clock[1]}:{clock[2]}:{clock[3] or '00'}{_OFFSETS.get(code, '')}"
        if code in _ZONES:
            return read_time(stated, field, _ZONES[code])
        return happened(self.delivery, stated, field)

    def event(
        self, event_type: EventType, moment: Moment, *identity: str,
        **fields: Any,  # noqa: ANN401 - checked by CanonicalEvent
    ) -> CanonicalEvent:  # fmt: skip
        """An event known by what it is about; its fragment is the transaction, less who and where.

        Control numbers are no part of it: the same transaction in another interchange is the same.
        """
        said = [
            [segment.id, *segment.elements]
            for segment in self.transaction.segments
            if segment.id not in _PRIVATE
        ]
        return CanonicalEvent(
            source_event_id=":".join(("x12", self.transaction.kind, *identity)),
            event_type=event_type,
            occurred_at=moment.instant,
            time_flags=moment.flags,
            fragment={"segments": said, "part": list(identity)},
            **fields,
        )


Reader = Callable[[Message], Events | NothingToDo]


def _matched(pattern: re.Pattern[str], text: str, field: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise RefusedDeliveryError(
            "invalid_field",
            f"Element {field} is no date or time; write CCYYMMDD and HHMM there.",
        )
    return found


def quantity(text: str, field: str) -> int:
    """A whole number of units; 0 if there is none.

    Raises:
        RefusedDeliveryError: it is no whole number.
    """
    try:
        value = float(text or 0)
    except ValueError:
        value = -1.0
    if not (value.is_integer() and 0 <= value <= 1_000_000):
        raise RefusedDeliveryError(
            "invalid_field", f"Element {field} is no whole number of units; correct it."
        )
    return int(value)


def line(name: str, sku: str, units: int) -> Line | None:
    """Units of a line, if there are any and it has a name."""
    known = name or sku
    return Line(line=known, sku=sku or None, quantity=units) if known and units else None


def reference_number(segments: Iterable[Segment], id: str, *qualifiers: str) -> str:
    """What the best of these qualifiers names in N9, REF or L11 segments; '' if none does."""
    found = {segment.get(1): segment.get(2) for segment in segments if segment.id == id}
    return next((found[key] for key in qualifiers if found.get(key)), "")


def parcel(tracking: str, otherwise: str) -> Reference | None:
    """The parcel by tracking or PRO number, else by the sender's number of the shipment."""
    if tracking:
        return Reference(namespace="tracking", value=tracking)
    return Reference(namespace="x12", value=otherwise) if otherwise else None
