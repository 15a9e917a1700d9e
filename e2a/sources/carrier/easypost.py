"""EasyPost: `tracker.*` events, or a bare Tracker from its API."""

from dataclasses import replace
from typing import Any

from pydantic import Field

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import ScanStatus
from e2a.sources.carrier.scans import DELIVERED, Parcel, Scan, events_of, turned_back
from e2a.sources.reading import Identifier, Loose, events_or_nothing, missing, unknown
from e2a.sources.times import read_time

_STATUSES: dict[str, str] = {
    "in_transit": ScanStatus.IN_TRANSIT,
    "out_for_delivery": ScanStatus.OUT_FOR_DELIVERY,
    "available_for_pickup": ScanStatus.AVAILABLE_FOR_PICKUP,
    "return_to_sender": ScanStatus.RETURNING,
    "failure": ScanStatus.EXCEPTION,
    "error": ScanStatus.EXCEPTION,
    "delivered": DELIVERED,
}
_SKIPPED = frozenset({"pre_transit", "unknown", "cancelled"})
_ATTEMPTS = frozenset(
    {"unable_to_deliver", "delivery_attempted", "attempted_delivery", "recipient_unavailable"}
)
"""Details of a `failure` that say: the carrier stood at the door."""


class _Location(Loose):
    city: str | None = None
    state: str | None = None
    country: str | None = None


class _Detail(Loose):
    at: str = Field(alias="datetime")
    status: str
    status_detail: str | None = None
    carrier_code: str | None = None
    message: str | None = None
    tracking_location: _Location | None = None


class _Tracker(Loose):
    id: Identifier | None = None
    tracking_code: Identifier
    carrier: str | None = None
    tracking_details: list[_Detail] | None = None


def parse(body: dict[str, Any]) -> Events | NothingToDo:
    """One event per scan of the tracker's history.

    Raises:
        RefusedDeliveryError: a tracker event without its tracker, or an unknown status.
    """
    found = _tracker_in(body)
    if isinstance(found, NothingToDo):
        return found
    tracker = _Tracker.model_validate(found)
    parcel = Parcel(tracker.id or tracker.tracking_code, tracker.tracking_code, tracker.carrier)
    known = [_scan(detail) for detail in tracker.tracking_details or []]
    scans = _in_context([scan for scan in known if scan is not None])
    return events_or_nothing(
        events_of(parcel, scans), "the tracker's history holds no physical scan yet"
    )


def _tracker_in(body: dict[str, Any]) -> dict[str, Any] | NothingToDo:
    if body["object"] == "Tracker":
        return body
    description = str(body.get("description") or "")
    result = body.get("result")
    if isinstance(result, dict) and result.get("object", "Tracker") == "Tracker":
        return result
    if description.startswith("tracker."):
        raise missing("result", ", the Tracker that the event is about")
    if not description:
        raise missing("description", ", such as tracker.updated")
    return NothingToDo(f"EasyPost {description[:64]} states no scan")


def _scan(detail: _Detail) -> Scan | None:
    if detail.status in _SKIPPED:
        return None
    if detail.status not in _STATUSES:
        raise unknown("EasyPost status", detail.status, (*_STATUSES, *_SKIPPED))
    failed = detail.status in ("failure", "error")
    attempted = failed and detail.status_detail in _ATTEMPTS
    return Scan(
        moment=read_time(detail.at, "tracking_details.datetime"),
        status=ScanStatus.ATTEMPT_FAILED if attempted else _STATUSES[detail.status],
        words=detail.model_dump(exclude={"at", "tracking_location"}),
        code=detail.carrier_code or detail.status_detail,
        reason=(detail.status_detail or detail.status) if failed else None,
        place=detail.tracking_location.model_dump() if detail.tracking_location else None,
    )


def _in_context(scans: list[Scan]) -> list[Scan]:
    """Adds what only the history tells: the pick-up is the first movement."""
    moving = [scan for scan in scans if scan.status == ScanStatus.IN_TRANSIT]
    first = min(moving, key=lambda scan: scan.moment.instant, default=None)
    placed = [
        replace(scan, status=ScanStatus.PICKED_UP) if scan is first else scan for scan in scans
    ]
    return turned_back(placed)
