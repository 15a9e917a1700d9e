"""214, a motor carrier's status messages: each AT7 is a scan of the load that B10 names."""

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import ScanStatus
from e2a.domain.x12 import Segment
from e2a.sources.carrier.scans import DELIVERED, Parcel, Scan, events_of, turned_back
from e2a.sources.reading import events_or_nothing, missing
from e2a.sources.x12.message import Message

_CODES: dict[str, str] = {
    "AF": ScanStatus.PICKED_UP,
    "X4": ScanStatus.IN_TRANSIT,
    "X6": ScanStatus.IN_TRANSIT,
    "P1": ScanStatus.IN_TRANSIT,
    "R1": ScanStatus.IN_TRANSIT,
    "X1": ScanStatus.OUT_FOR_DELIVERY,
    "AH": ScanStatus.ATTEMPT_FAILED,
    "SD": ScanStatus.EXCEPTION,
    "A7": ScanStatus.EXCEPTION,
    "A9": ScanStatus.EXCEPTION,
    "A3": ScanStatus.RETURNING,
    "D1": DELIVERED,
}
"""What moves the load. X1 is at the door, not delivered; X3 and CP are at the pick-up, before it
departs; appointments, estimates and whatever else the list of codes holds move nothing."""


def read(message: Message) -> Events | NothingToDo:
    """One event a scan; the load is named by the carrier's number, else by the shipper's."""
    head = message.need("B10")
    number = head.get(1) or head.get(2)
    if not number:
        raise missing("B1001", ", the carrier's number of the load (or B1002)")
    load = Parcel(f"{head.get(3)}:{number}", number, head.get(3) or None, head.get(2) or None)
    scans: list[Scan] = []
    place: dict[str, str | None] = {}
    for segment in reversed(message.transaction.segments):
        if segment.id == "MS1":
            place = {"city": segment.get(1), "state": segment.get(2), "country": segment.get(3)}
        elif segment.id == "AT7" and (scan := _scan(message, segment, place)):
            scans.insert(0, scan)
        elif segment.id == "LX":
            place = {}
    return events_or_nothing(events_of(load, turned_back(scans)), "no status here moves the load")


def _scan(message: Message, segment: Segment, place: dict[str, str | None]) -> Scan | None:
    """AT7: status, reason, appointment, its reason, date, time, time code; its MS1 follows it."""
    code, reason = segment.get(1), segment.get(2)
    if code not in _CODES:
        return None
    where = f"AT705 of segment {segment.number}"
    status = _CODES[code]
    return Scan(
        moment=message.when(segment.get(5), segment.get(6), segment.get(7), where),
        status=status,
        words={"code": code, "reason": reason},
        code=code,
        reason=f"{code}_{reason}".rstrip("_") if status == ScanStatus.EXCEPTION else None,
        place=place,
    )
