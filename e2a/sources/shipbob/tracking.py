"""A parcel's tracking as ShipBob repeats it: `order.shipment.tracking.*`, and its API."""

from typing import Any

from pydantic import AliasChoices, Field

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import ScanStatus
from e2a.sources.carrier.scans import DELIVERED, Parcel, Scan, events_of, turned_back
from e2a.sources.reading import Identifier, Loose, code, events_or_nothing, missing, unknown
from e2a.sources.shipbob.message import Message, Reader
from e2a.sources.times import read_time

_STATUSES: dict[str, str] = {
    "intransit": ScanStatus.IN_TRANSIT,
    "outfordelivery": ScanStatus.OUT_FOR_DELIVERY,
    "availableforpickup": ScanStatus.AVAILABLE_FOR_PICKUP,
    "deliveryattempted": ScanStatus.ATTEMPT_FAILED,
    "attemptfail": ScanStatus.ATTEMPT_FAILED,
    "deliveryattemptfailed": ScanStatus.ATTEMPT_FAILED,
    "exception": ScanStatus.EXCEPTION,
    "deliveryexception": ScanStatus.EXCEPTION,
    "returntosender": ScanStatus.RETURNING,
    "returned": ScanStatus.RETURNED,
    "delivered": DELIVERED,
}
_SKIPPED = frozenset({"none", "unknown", "pending", "labelcreated", "inforeceived", "processing"})
_PICKED_UP = frozenset({"pickedup", "accepted", "carrieraccepted"})
"""Substatuses of the first movement; other substatuses that are a status of their own win, too."""


class _Step(Loose):
    at: str | None = Field(None, validation_alias=AliasChoices("timestamp", "event_time"))
    status: str
    substatus: str = ""


class _Inner(Loose):
    carrier: str | None = None
    tracking_id: Identifier | None = None
    tracking_number: Identifier | None = None


class _Tracked(Loose):
    carrier: str | None = None
    number: Identifier | None = Field(
        None,
        validation_alias=AliasChoices("carrier_tracking_number", "tracking_id", "tracking_number"),
    )
    shipment_id: Identifier | None = None
    status: str | None = None
    substatus: str = ""
    last_updated: str | None = Field(
        None, validation_alias=AliasChoices("last_updated", "event_time")
    )
    history: list[_Step] = Field(default_factory=list)
    tracking: _Inner = _Inner()


def track(message: Message) -> Events | NothingToDo:
    """One event a scan, of the history and of the latest status beside it."""
    tracked = _Tracked.model_validate(message.body)
    number = tracked.number or tracked.tracking.tracking_number or tracked.tracking.tracking_id
    if number is None:
        raise missing("carrier_tracking_number")
    carrier = tracked.carrier or tracked.tracking.carrier
    parcel = Parcel(f"{carrier}:{number}", number, carrier, tracked.shipment_id)
    known = [_scan(step) for step in _steps(tracked)]
    scans = turned_back([scan for scan in known if scan is not None])
    return events_or_nothing(events_of(parcel, scans), "the parcel has no physical scan yet")


def _steps(tracked: _Tracked) -> list[_Step]:
    """The history; the latest status is a step of its own where it says when it was."""
    if not (tracked.status and tracked.last_updated):
        return tracked.history
    latest: dict[str, Any] = {"timestamp": tracked.last_updated, "status": tracked.status}
    return [*tracked.history, _Step(**latest, substatus=tracked.substatus)]


def _scan(step: _Step) -> Scan | None:
    status, detail = step.status.lower(), step.substatus.lower()
    if status in _SKIPPED:
        return None
    if status not in _STATUSES:
        raise unknown("ShipBob tracking status", step.status, (*_STATUSES, *_SKIPPED))
    if not step.at:
        raise missing("history.timestamp")
    meaning = ScanStatus.PICKED_UP if detail in _PICKED_UP else _STATUSES.get(detail)
    said = meaning or _STATUSES[status]
    return Scan(
        moment=read_time(step.at, "history.timestamp"),
        status=said,
        words={"status": step.status, "substatus": step.substatus},
        code=step.substatus or step.status,
        reason=code(step.substatus or step.status) if said == ScanStatus.EXCEPTION else None,
    )


READERS: dict[str, Reader] = {
    "order.shipment.tracking.updated": track,
    "order.shipment.tracking_received": track,
}
