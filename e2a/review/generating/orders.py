"""The events that start a promise's clock at an instant, and the one that ends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from e2a.domain.policies import Promise, SlaPolicyText
from e2a.review.generating.moments import text
from e2a.review.given import Document

REACHED_BY = {
    "picked": "pick_completed", "packed": "pack_completed", "shipped": "shipped",
    "delivered": "delivered", "arrived": "receipt_arrived", "stocked": "receipt_completed",
}  # fmt: skip
"""The event that states a milestone; an order is `received` by being created."""

AHEAD = timedelta(days=3)
"""From the beginning of an order to the deadline that it carries, where a promise goes by one."""

BEFORE = timedelta(minutes=5)
"""Between the milestones of an order before its clock starts."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a promise is tried: a policy, one of the sites that it selects, and its zone."""

    entry: SlaPolicyText
    site: str
    zone: ZoneInfo

    def begun(self, promise: Promise, name: str, at: datetime) -> Iterator[Document]:
        """The events by which a clock of the promise starts at an instant."""
        when = text(at, self.zone)
        if promise.start in ("arrived", "stocked"):
            yield {"at": when, "type": "receipt_arrived", "receipt": name, "site": self.site}
            return
        if promise.start == "received":
            yield self._created(promise, name, at)
            return
        yield self._created(promise, name, at - 2 * BEFORE)
        paid = when if promise.start == "released" else text(at - BEFORE, self.zone)
        yield from ({"at": paid, "type": type, "order": name} for type in self.entry.released_by)
        if promise.start != "released":
            yield {"at": when, "type": REACHED_BY[promise.start], "order": name}

    def ended(self, promise: Promise, name: str, at: datetime) -> Document:
        """The event by which the clock ends."""
        subject = "receipt" if promise.end in ("arrived", "stocked") else "order"
        event = {"at": text(at, self.zone), "type": REACHED_BY[promise.end], subject: name}
        return {**event, "source": "wms"} if "wms" in self.entry.trusts else event

    def _created(self, promise: Promise, name: str, at: datetime) -> Document:
        event: Document = {
            "at": text(at, self.zone), "type": "order_created", "order": name, "site": self.site,
            "lines": {"A": 1},
        }  # fmt: skip
        for key in ("service_level", "channel"):
            if getattr(self.entry, key) is not None:
                event[key] = getattr(self.entry, key)
        if promise.deadline_field:
            event[promise.deadline_field] = text(at + AHEAD, self.zone)
        if promise.carrier_calendar:
            event["destination"] = {"zone": self.zone.key}
        return event
