"""Sendcloud: `parcel_status_changed` webhooks, each with the parcel's one current status."""

from typing import Any

from e2a.domain.deliveries import Delivery, Events, NothingToDo
from e2a.domain.events import ScanStatus, TimeFlag
from e2a.sources.carrier.scans import DELIVERED, Parcel, Scan, events_of
from e2a.sources.reading import (
    Identifier,
    Loose,
    as_object,
    code,
    decode,
    events_or_nothing,
    missing,
    unknown,
)
from e2a.sources.times import Moment, from_epoch

_STATUSES: dict[int, str] = {
    3: ScanStatus.IN_TRANSIT,
    4: ScanStatus.IN_TRANSIT,
    5: ScanStatus.IN_TRANSIT,
    6: ScanStatus.IN_TRANSIT,
    7: ScanStatus.IN_TRANSIT,
    8: ScanStatus.ATTEMPT_FAILED,
    11: DELIVERED,
    12: ScanStatus.AVAILABLE_FOR_PICKUP,
    15: ScanStatus.EXCEPTION,
    22: ScanStatus.PICKED_UP,
    80: ScanStatus.EXCEPTION,
    91: ScanStatus.IN_TRANSIT,
    92: ScanStatus.OUT_FOR_DELIVERY,
    93: DELIVERED,
    62989: ScanStatus.IN_TRANSIT,
    62990: ScanStatus.IN_TRANSIT,
    62991: ScanStatus.EXCEPTION,
    62992: ScanStatus.RETURNED,
    62996: ScanStatus.EXCEPTION,
    62997: ScanStatus.EXCEPTION,
}
_SKIPPED = frozenset({
    0, 1, 13, 999, 1000, 1001, 1002, 1337, 1998, 1999, 2000, 2001, 62993, 62994, 62995,
})  # fmt: skip
"""Labels, announcements, cancellations, changed plans, and what Sendcloud does not know either."""


class _Status(Loose):
    id: int
    message: str | None = None


class _Carrier(Loose):
    code: str | None = None


class _Parcel(Loose):
    id: Identifier | None = None
    tracking_number: Identifier | None = None
    status: _Status
    carrier: _Carrier = _Carrier()


class _Message(Loose):
    action: str
    timestamp: int | None = None
    carrier_status_change_timestamp: int | None = None
    parcel: _Parcel | None = None


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The scan that a message is about.

    Raises:
        RefusedDeliveryError: it names no parcel or no time, or its status is not known.
    """
    given: dict[str, Any] = as_object(decode(delivery), "The body")
    if not given.get("action"):
        raise missing("action", ", such as parcel_status_changed")
    if given["action"] != "parcel_status_changed":
        return NothingToDo(f"Sendcloud {str(given['action'])[:64]} states no scan")
    message = _Message.model_validate(given)
    if message.parcel is None:
        raise missing("parcel", ", whose status changed")
    return _scans(message, message.parcel)


def _scans(message: _Message, parcel: _Parcel) -> Events | NothingToDo:
    number = parcel.tracking_number or parcel.id
    if number is None:
        raise missing("parcel.tracking_number")
    scan = _scan(message, parcel.status)
    about = Parcel(parcel.id or number, number, parcel.carrier.code)
    return events_or_nothing(
        events_of(about, [scan] if scan else []),
        f"a parcel that is {code(parcel.status.message) or parcel.status.id} was not scanned",
    )


def _scan(message: _Message, said: _Status) -> Scan | None:
    if said.id in _SKIPPED:
        return None
    if said.id not in _STATUSES:
        known = (str(id) for id in (*_STATUSES, *_SKIPPED))
        raise unknown("Sendcloud status", str(said.id), known)
    status = _STATUSES[said.id]
    return Scan(
        moment=_moment(message),
        status=status,
        words={"status": str(said.id)},
        code=str(said.id),
        reason=(said.message or str(said.id)) if status == ScanStatus.EXCEPTION else None,
    )


def _moment(message: _Message) -> Moment:
    """The carrier's time, else when Sendcloud sent it, flagged."""
    if message.carrier_status_change_timestamp:
        return from_epoch(
            message.carrier_status_change_timestamp, "carrier_status_change_timestamp"
        )
    if not message.timestamp:
        raise missing("timestamp")
    sent = from_epoch(message.timestamp, "timestamp")
    return Moment(sent.instant, sent.flags | {TimeFlag.ASSUMED_TIME})
