"""One scan of a parcel to one event, the same whichever message repeats it.

Every message repeats the parcel's whole history, so a scan's identity and fragment hold the scan
alone: its instant rather than the text (one file says 10:33-04:00, another 14:33), and no place.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import orjson

from e2a.domain.events import CanonicalEvent, EventType, Reference, ScanStatus
from e2a.sources.reading import code as as_code
from e2a.sources.times import Moment

DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a message says about the parcel rather than the scan.

    Attributes:
        tracker: the parcel's name at whoever tracks it: part of each scan's identity.
        label: what the parcel's label was bought with, if the message says it.
    """

    tracker: str
    tracking_number: str
    carrier: str | None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan, understood.

    Attributes:
        status: a ScanStatus, or `DELIVERED`.
        words: the source's words that tell this scan from others.
        place: city, state and country; nothing finer, which could name a recipient.
    """

    moment: Moment
    status: str
    words: dict[str, str | None]
    code: str | None = None
    reason: str | None = None
    place: dict[str, str | None] | None = None


def turned_back(scans: list[Scan]) -> list[Scan]:
    """The scans; a parcel that is delivered on its way back is not delivered but returned."""
    turned = [scan.moment.instant for scan in scans if scan.status == ScanStatus.RETURNING]
    return [
        replace(scan, status=ScanStatus.RETURNED)
        if scan.status == DELIVERED and turned and min(turned) <= scan.moment.instant
        else scan
        for scan in scans
    ]


def events_of(parcel: Parcel, scans: Iterable[Scan]) -> tuple[CanonicalEvent, ...]:
    """One event per scan, each identity once."""
    events = (_event(parcel, scan) for scan in scans)
    return tuple({event.source_event_id: event for event in events}.values())


def _event(parcel: Parcel, scan: Scan) -> CanonicalEvent:
    fragment = {"tracker": parcel.tracker, "at": scan.moment.instant.isoformat(), **scan.words}
    delivered = scan.status == DELIVERED
    return CanonicalEvent(
        source_event_id=f"scan:{hashlib.sha256(orjson.dumps(fragment)).hexdigest()}",
        event_type=EventType.DELIVERED if delivered else EventType.CARRIER_SCAN,
        status=None if delivered else ScanStatus(scan.status),
        shipment=Reference(namespace="tracking", value=parcel.tracking_number),
        occurred_at=scan.moment.instant,
        time_flags=scan.moment.flags,
        code=as_code(scan.code),
        reason=as_code(scan.reason),
        attributes=_attributes(parcel, scan),
        correlation_id=parcel.label or parcel.tracker,
        fragment=fragment,
    )


def _attributes(parcel: Parcel, scan: Scan) -> dict[str, object]:
    place = {name: value for name, value in (scan.place or {}).items() if value}
    found = {"carrier": parcel.carrier, "place": place}
    return {name: value for name, value in found.items() if value}
