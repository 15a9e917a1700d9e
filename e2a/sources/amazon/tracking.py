"""SHIPMENT_TRACKING_MILESTONE_CHANGED: a parcel's milestones, repeated in every message."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import Field

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType, Reference, ScanStatus
from e2a.sources.amazon.message import Message, Reader, word
from e2a.sources.carrier.scans import DELIVERED, Parcel, Scan, events_of, turned_back
from e2a.sources.reading import Identifier, Loose, events_or_nothing, missing, unknown
from e2a.sources.times import read_time

_CODES: dict[str, str] = {
    "SHIPPED": ScanStatus.PICKED_UP,
    "INTRANSIT": ScanStatus.IN_TRANSIT,
    "DELAYED": ScanStatus.IN_TRANSIT,
    "OUTFORDELIVERY": ScanStatus.OUT_FOR_DELIVERY,
    "DELIVERYATTEMPTED": ScanStatus.ATTEMPT_FAILED,
    "AVAILABLEFORPICKUP": ScanStatus.AVAILABLE_FOR_PICKUP,
    "DELIVERED": DELIVERED,
    "UNDELIVERABLE": ScanStatus.EXCEPTION,
    "CUSTOMERACTION": ScanStatus.EXCEPTION,
    "LOST": ScanStatus.EXCEPTION,
    "RETURNING": ScanStatus.RETURNING,
    "RETURNED": ScanStatus.RETURNED,
}
_WAITING = "CUSTOMERACTION"
_SKIPPED = frozenset({"ORDERPREPARING", "ORDERPLACED", "CARRIERASSIGNED", "UNKNOWN"})


class _Address(Loose):
    city: str | None = None
    region: str | None = None
    country_code: str | None = None


class _Location(Loose):
    address: _Address = _Address()


class _Status(Loose):
    code: str
    sub_code: str | None = None


class _Milestone(Loose):
    status: _Status
    occurred_at: str | None = None
    location: _Location = _Location()


class _Identifier(Loose):
    aftn: Identifier | None = None
    tracking_number: Identifier | None = None
    carrier_code: str | None = None


class _Detail(Loose):
    identifier: _Identifier
    latest_milestone: _Milestone | None = None
    milestone_history: list[_Milestone] = Field(default_factory=list)


def _milestones(message: Message) -> Events | NothingToDo:
    given: Any = message.body.get("tracking_detail")
    if given is None:
        raise missing("tracking_detail", ", the parcel that the notification is about")
    detail = _Detail.model_validate(given)
    number = detail.identifier.tracking_number or detail.identifier.aftn
    if number is None:
        raise missing("tracking_detail.identifier.aftn", " (or tracking_number)")
    latest = [detail.latest_milestone] if detail.latest_milestone else []
    known = [_scan(milestone) for milestone in (*detail.milestone_history, *latest)]
    parcel = Parcel(detail.identifier.aftn or number, number, detail.identifier.carrier_code)
    scans = turned_back([scan for scan in known if scan is not None])
    found = (*events_of(parcel, scans), *_holds(parcel, scans))
    return events_or_nothing(found, "the parcel has no physical scan yet")


def _holds(parcel: Parcel, scans: list[Scan]) -> Iterator[CanonicalEvent]:
    """While the customer has to act the parcel waits for him, until its next milestone."""
    moments = sorted({scan.moment.instant for scan in scans})
    for scan in scans:
        if scan.words["code"] is None or word(scan.words["code"]) != _WAITING:
            continue
        began = scan.moment.instant
        ends = [moment for moment in moments if moment > began][:1]
        yield _hold(EventType.HOLD_PLACED, parcel, began, began)
        for ended in ends:
            yield _hold(EventType.HOLD_RELEASED, parcel, began, ended)


def _hold(event_type: EventType, parcel: Parcel, began: datetime, at: datetime) -> CanonicalEvent:
    hold = f"{parcel.tracker}:{began.isoformat()}"
    return CanonicalEvent(
        source_event_id=f"amazon:{hold}:{event_type.value}:{at.isoformat()}",
        event_type=event_type,
        occurred_at=at,
        shipment=Reference(namespace="tracking", value=parcel.tracking_number),
        hold_id=hold,
        reason="customer_action",
        correlation_id=parcel.tracker,
        fragment={"hold": hold, "at": at.isoformat()},
    )


def _scan(milestone: _Milestone) -> Scan | None:
    code, detail = milestone.status.code, milestone.status.sub_code
    if word(code) in _SKIPPED:
        return None
    if word(code) not in _CODES:
        raise unknown("Amazon milestone", code, (*_CODES, *_SKIPPED))
    if not milestone.occurred_at:
        raise missing("milestone_history.occurred_at")
    status, address = _CODES[word(code)], milestone.location.address
    return Scan(
        moment=read_time(milestone.occurred_at, "milestone_history.occurred_at"),
        status=status,
        words={"code": code, "sub_code": detail},
        code=detail or code,
        reason=(detail or code) if status == ScanStatus.EXCEPTION else None,
        place={"city": address.city, "state": address.region, "country": address.country_code},
    )


READERS: dict[str, Reader] = {"SHIPMENT_TRACKING_MILESTONE_CHANGED": _milestones}
