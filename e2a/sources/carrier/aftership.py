"""AfterShip: tracking updates, whose `msg` (or the API's `data.tracking`) lists checkpoints."""

from typing import Any

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import ScanStatus
from e2a.sources.carrier.scans import DELIVERED, Parcel, Scan, events_of
from e2a.sources.reading import Identifier, Loose, events_or_nothing, unknown
from e2a.sources.times import read_time

_TAGS: dict[str, str] = {
    "InTransit": ScanStatus.IN_TRANSIT,
    "OutForDelivery": ScanStatus.OUT_FOR_DELIVERY,
    "AttemptFail": ScanStatus.ATTEMPT_FAILED,
    "AvailableForPickup": ScanStatus.AVAILABLE_FOR_PICKUP,
    "Delivered": DELIVERED,
    "Exception": ScanStatus.EXCEPTION,
    "Expired": ScanStatus.EXCEPTION,
}
_SUBTAGS: dict[str, str] = {
    "InTransit_002": ScanStatus.PICKED_UP,
    "Exception_010": ScanStatus.RETURNING,
    "Exception_011": ScanStatus.RETURNED,
}
_SKIPPED = frozenset({"InfoReceived", "Pending"})


class _Checkpoint(Loose):
    checkpoint_time: str
    tag: str
    subtag: str | None = None
    message: str | None = None
    city: str | None = None
    state: str | None = None
    country_iso3: str | None = None


class _Tracking(Loose):
    id: Identifier | None = None
    tracking_number: Identifier
    slug: str | None = None
    checkpoints: list[_Checkpoint] | None = None


def tracking_in(body: dict[str, Any]) -> dict[str, Any] | None:
    """The tracking of a webhook or an API answer, if the body is AfterShip's."""
    given = body.get("data")
    data: dict[str, Any] = given if isinstance(given, dict) else {}
    if isinstance(data.get("checkpoint"), dict):
        return {**data, "checkpoints": [data["checkpoint"]]}
    found = body.get("msg") or data.get("tracking")
    return found if isinstance(found, dict) else None


def parse(given: dict[str, Any]) -> Events | NothingToDo:
    """One event per checkpoint; the tracking's own tag may regress and decides nothing."""
    tracking = _Tracking.model_validate(given)
    tracker = tracking.id or f"{tracking.slug}:{tracking.tracking_number}"
    parcel = Parcel(tracker, tracking.tracking_number, tracking.slug)
    scans = [_scan(checkpoint) for checkpoint in tracking.checkpoints or []]
    return events_or_nothing(
        events_of(parcel, [scan for scan in scans if scan is not None]),
        "the tracking lists no physical scan yet",
    )


def _scan(checkpoint: _Checkpoint) -> Scan | None:
    if checkpoint.tag in _SKIPPED:
        return None
    if checkpoint.tag not in _TAGS:
        raise unknown("AfterShip tag", checkpoint.tag, (*_TAGS, *_SKIPPED))
    status = _SUBTAGS.get(checkpoint.subtag or "", _TAGS[checkpoint.tag])
    return Scan(
        moment=read_time(checkpoint.checkpoint_time, "checkpoints.checkpoint_time"),
        status=status,
        words=checkpoint.model_dump(include={"tag", "subtag", "message"}),
        code=checkpoint.subtag or checkpoint.tag,
        reason=(checkpoint.subtag or checkpoint.tag) if status == ScanStatus.EXCEPTION else None,
        place={
            "city": checkpoint.city,
            "state": checkpoint.state,
            "country": checkpoint.country_iso3,
        },
    )
