"""What the carrier sends: EasyPost's tracker events, each repeating the parcel's whole history."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from e2a.simulator.lives import Life, Parcel
from e2a.simulator.post import Letter, identifier

MESSAGES = {
    "in_transit": "Arrived at facility",
    "out_for_delivery": "Out for delivery",
    "delivered": "Delivered",
    "damaged": "The package is damaged",
    "unable_to_deliver": "No one was available to receive the package",
}


def letters(life: Life) -> Iterator[Letter]:
    """Every scan of every parcel as a message that repeats the ones before it."""
    for parcel in life.parcels:
        for count in range(1, len(parcel.scans) + 1):
            yield _message(life, parcel, count)


def _message(life: Life, parcel: Parcel, count: int) -> Letter:
    status, _, at = parcel.scans[count - 1]
    event = identifier(parcel.tracking, count).replace("-", "")
    body = {
        "id": f"evt_{event}",
        "object": "Event",
        "mode": "production",
        "description": "tracker.updated",
        "created_at": _text(at),
        "user_id": f"user_{life.merchant.number}",
        "previous_attributes": {"status": "unknown"},
        "result": {
            "id": f"trk_{identifier(parcel.tracking).replace('-', '')}",
            "object": "Tracker",
            "mode": "production",
            "tracking_code": parcel.tracking,
            "status": status,
            "carrier": "UPS",
            "created_at": _text(parcel.shipped),
            "updated_at": _text(at),
            "tracking_details": [_detail(*scan) for scan in parcel.scans[:count]],
        },
    }
    return Letter(life.merchant.tenant, "carrier", f"easypost:evt_{event}", at, {}, body)


def _detail(status: str, detail: str, at: datetime) -> dict[str, Any]:
    return {
        "object": "TrackingDetail",
        "message": MESSAGES.get(detail) or MESSAGES[status],
        "description": "",
        "status": status,
        "status_detail": detail,
        "datetime": _text(at),
        "source": "UPS",
        "carrier_code": "",
        "tracking_location": {"object": "TrackingLocation", "city": None, "country": None},
    }


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
