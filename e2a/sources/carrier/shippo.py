"""Shippo: `track_updated` webhooks, or the track that its API answers."""

import re
from typing import Any

from pydantic import Field

from e2a.domain.deliveries import Delivery, Events, NothingToDo
from e2a.domain.events import ScanStatus, TimeFlag
from e2a.sources.carrier.scans import DELIVERED, Parcel, Scan, events_of, turned_back
from e2a.sources.reading import (
    Identifier,
    Loose,
    as_object,
    decode,
    events_or_nothing,
    missing,
    unknown,
)
from e2a.sources.times import Moment, read_time

_MOCK = "shippo"
_STATUSES: dict[str, str] = {
    "TRANSIT": ScanStatus.IN_TRANSIT,
    "DELIVERED": DELIVERED,
    "FAILURE": ScanStatus.EXCEPTION,
    "RETURNED": ScanStatus.RETURNING,
}
_SKIPPED = frozenset({"PRE_TRANSIT", "UNKNOWN"})
_SUBSTATUSES: dict[str, str] = {
    "package_accepted": ScanStatus.PICKED_UP,
    "out_for_delivery": ScanStatus.OUT_FOR_DELIVERY,
    "pickup_available": ScanStatus.AVAILABLE_FOR_PICKUP,
    "delivery_attempted": ScanStatus.ATTEMPT_FAILED,
    "notice_left": ScanStatus.ATTEMPT_FAILED,
    "location_inaccessible": ScanStatus.ATTEMPT_FAILED,
    "address_issue": ScanStatus.EXCEPTION,
    "package_damaged": ScanStatus.EXCEPTION,
}
"""Codes that say more of TRANSIT and FAILURE than the status does."""

_TEXTS: dict[str, tuple[tuple[str, str], ...]] = {
    "TRANSIT": (
        ("out for delivery", ScanStatus.OUT_FOR_DELIVERY),
        ("(available|ready) for pick-? ?up", ScanStatus.AVAILABLE_FOR_PICKUP),
        ("(delivery attempted|attempted delivery|notice left)", ScanStatus.ATTEMPT_FAILED),
        ("(accepted|picked up|possession)", ScanStatus.PICKED_UP),
    ),
    "FAILURE": (("(attempt|attempted)", ScanStatus.ATTEMPT_FAILED),),
    "RETURNED": (("(been returned|returned to|delivered)", ScanStatus.RETURNED),),
}
"""What only the text tells: a parcel on the van is TRANSIT as well."""


class _Location(Loose):
    city: str | None = None
    state: str | None = None
    country: str | None = None


class _Substatus(Loose):
    code: str | None = None


class _Status(Loose):
    object_created: str | None = None
    status: str
    status_details: str = ""
    status_date: str | None = None
    substatus: _Substatus | str | None = None
    location: _Location | None = None

    @property
    def detail(self) -> str:
        """The substatus' code, however it is wrapped."""
        found = self.substatus
        return (found.code if isinstance(found, _Substatus) else found) or ""


class _Track(Loose):
    carrier: str | None = None
    tracking_number: Identifier
    transaction: Identifier | None = None
    tracking_status: _Status | None = None
    tracking_history: list[_Status] = Field(default_factory=list)


def parse(delivery: Delivery) -> Events | NothingToDo:
    """One event a scan, of the history and of the latest status beside it.

    Raises:
        RefusedDeliveryError: an update without its track, or an unknown status.
    """
    body = as_object(decode(delivery), "The body")
    event = str(body.get("event") or "track_updated")
    if event != "track_updated":
        return NothingToDo(f"Shippo {event[:64]} states no scan")
    if "event" in body and body.get("data") is None:
        raise missing("data", ", the track that the update is about")
    return _scans(as_object(body.get("data") or body, "Field `data`"))


def _scans(given: dict[str, Any]) -> Events | NothingToDo:
    track = _Track.model_validate(given)
    if track.carrier == _MOCK:
        return NothingToDo("Shippo's mock carrier moves no parcel")
    parcel = Parcel(
        f"{track.carrier}:{track.tracking_number}", track.tracking_number, track.carrier,
        track.transaction,
    )  # fmt: skip
    latest = [track.tracking_status] if track.tracking_status else []
    known = [_scan(status) for status in (*track.tracking_history, *latest)]
    scans = turned_back([scan for scan in known if scan is not None])
    return events_or_nothing(events_of(parcel, scans), "the track lists no physical scan yet")


def _scan(said: _Status) -> Scan | None:
    if said.status in _SKIPPED:
        return None
    if said.status not in _STATUSES:
        raise unknown("Shippo status", said.status, (*_STATUSES, *_SKIPPED))
    status = _meaning(said)
    return Scan(
        moment=_moment(said),
        status=status,
        words={"status": said.status, "details": said.status_details},
        code=said.detail or said.status,
        reason=(said.detail or said.status) if status == ScanStatus.EXCEPTION else None,
        place=said.location.model_dump() if said.location else None,
    )


def _meaning(said: _Status) -> str:
    if said.status in ("TRANSIT", "FAILURE") and said.detail in _SUBSTATUSES:
        return _SUBSTATUSES[said.detail]
    texts = () if said.detail and said.status != "RETURNED" else _TEXTS.get(said.status, ())
    words = said.status_details.lower()
    told = (status for pattern, status in texts if re.search(rf"\b{pattern}\b", words))
    return next(told, _STATUSES[said.status])


def _moment(said: _Status) -> Moment:
    """When it happened; a scan that does not say it is taken as of its arrival, flagged."""
    if said.status_date:
        return read_time(said.status_date, "tracking_history.status_date")
    if not said.object_created:
        raise missing("tracking_history.status_date")
    arrived = read_time(said.object_created, "tracking_history.object_created")
    return Moment(arrived.instant, arrived.flags | {TimeFlag.ASSUMED_TIME})
