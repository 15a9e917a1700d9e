"""ShipEngine and ShipStation: tracking webhooks, or the tracking that the API answers."""

from typing import Any

from e2a.domain.deliveries import Delivery, Events, NothingToDo
from e2a.domain.events import ScanStatus
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

_TRACKS = frozenset({"API_TRACK", "TRACK_EVENT_V2"})
"""ShipEngine's word for a tracking message, and ShipStation's."""

_CODES: dict[str, str] = {
    "AC": ScanStatus.PICKED_UP,
    "IT": ScanStatus.IN_TRANSIT,
    "AT": ScanStatus.ATTEMPT_FAILED,
    "SP": ScanStatus.AVAILABLE_FOR_PICKUP,
    "EX": ScanStatus.EXCEPTION,
    "DE": DELIVERED,
}
_DETAILS: dict[str, str] = {
    "OUT_FOR_DELIVERY": ScanStatus.OUT_FOR_DELIVERY,
    "ATTEMPTED_DELIVERY": ScanStatus.ATTEMPT_FAILED,
    "ATTEMPTED_DELIVERY_FINAL": ScanStatus.ATTEMPT_FAILED,
    "CUSTOMER_CARDED": ScanStatus.ATTEMPT_FAILED,
    "RETURN_TO_SENDER": ScanStatus.RETURNING,
    "UNDELIVERABLE_RETURNED_TO_SENDER": ScanStatus.RETURNED,
}
"""Details that say more than the code, which is IT for a parcel on the van, too."""

_SKIPPED = frozenset({"NY", "UN"})
_NO_SCAN = frozenset({
    "SHIPMENT_CREATED", "AWAITING_PICKUP_DROP_OFF", "ELEC_ADVICE_RECD_BY_CARRIER",
    "NOT_YET_RECEIVED_BY_CARRIER", "CANCELLED",
})  # fmt: skip
"""Details that say: nobody has scanned the parcel, whatever the code."""


class _Event(Loose):
    occurred_at: str | None = None
    carrier_occurred_at: str | None = None
    event_code: Identifier | None = None
    carrier_status_code: Identifier | None = None
    status_code: str = "UN"
    status_detail_code: str | None = None
    city_locality: str | None = None
    state_province: str | None = None
    country_code: str | None = None


class _Tracking(Loose):
    tracking_number: Identifier
    carrier_code: str | None = None
    events: list[_Event] | None = None


def parse(delivery: Delivery) -> Events | NothingToDo:
    """One event a scan.

    Raises:
        RefusedDeliveryError: a tracking message without its tracking, or an unknown status.
    """
    body = as_object(decode(delivery), "The body")
    kind = str(body.get("resource_type") or "API_TRACK")
    if kind not in _TRACKS:
        return NothingToDo(f"ShipEngine {kind[:64]} states no scan")
    if "resource_type" in body and body.get("data") is None:
        raise missing("data", ", the tracking that the message is about")
    return _scans(as_object(body.get("data") or body, "Field `data`"))


def _scans(given: dict[str, Any]) -> Events | NothingToDo:
    tracking = _Tracking.model_validate(given)
    parcel = Parcel(tracking.tracking_number, tracking.tracking_number, tracking.carrier_code)
    known = [_scan(event) for event in tracking.events or []]
    scans = turned_back([scan for scan in known if scan is not None])
    return events_or_nothing(events_of(parcel, scans), "the tracking lists no physical scan yet")


def _scan(event: _Event) -> Scan | None:
    detail = event.status_detail_code or ""
    if event.status_code in _SKIPPED or detail in _NO_SCAN:
        return None
    if event.status_code not in _CODES:
        raise unknown("ShipEngine status", event.status_code, (*_CODES, *_SKIPPED))
    status = _DETAILS.get(detail, _CODES[event.status_code])
    code = event.event_code or event.carrier_status_code or event.status_code
    return Scan(
        moment=_moment(event),
        status=status,
        words={"event_code": code},
        code=code,
        reason=(detail or event.status_code) if status == ScanStatus.EXCEPTION else None,
        place={
            "city": event.city_locality,
            "state": event.state_province,
            "country": event.country_code,
        },
    )


def _moment(event: _Event) -> Moment:
    """`carrier_occurred_at` is the clock on the wall there, even where it ends with Z."""
    if event.occurred_at:
        return read_time(event.occurred_at, "events.occurred_at")
    if not event.carrier_occurred_at:
        raise missing("events.occurred_at")
    return read_time(event.carrier_occurred_at.rstrip("Zz"), "events.carrier_occurred_at")
