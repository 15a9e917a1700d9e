"""An excusal and the two events by which the rules know of it.

Both are written in the canonical dialect of the lane `wms` and to the same bytes whenever they are
written again, so that landing one twice is landing it once. Notes stay out: events carry no free
text.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from e2a.domain.deliveries import Delivery, Source
from e2a.domain.exceptions import Promise


@dataclass(frozen=True, slots=True)
class Excusal:
    """A row of `sla.excusals`."""

    tenant_id: str
    excusal_id: UUID
    order_id: str
    promise: str
    reason: str
    author: str
    approver: str
    note: str | None
    excused_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None

    @property
    def event_id(self) -> str:
        """The event `sla_excused`, and the delivery that carries it."""
        return f"excusal:{self.excusal_id}"

    @property
    def void_id(self) -> str:
        """The event that declares it void."""
        return f"{self.event_id}:withdrawn"

    def excused(self, source: Source) -> Delivery:
        """The delivery of `sla_excused`."""
        said: dict[str, object] = {
            "event_type": "sla_excused",
            "promise": Promise.parse(self.promise).in_events,
            "reason": self.reason,
            "approver": self.approver,
        }
        return self._delivery(source, self.event_id, self.excused_at, said)

    def voided(self, source: Source) -> Delivery:
        """The delivery of `event_voided`; the excusal must be withdrawn."""
        assert self.withdrawn_at is not None
        said: dict[str, object] = {"event_type": "event_voided", "corrects": [self.event_id]}
        return self._delivery(source, self.void_id, self.withdrawn_at, said)

    def _delivery(
        self, source: Source, event_id: str, at: datetime, said: dict[str, object]
    ) -> Delivery:
        system, _, name = self.order_id.partition(":")
        order = {"system": system, "id": name}
        told = {"event_id": event_id, "occurred_at": at.isoformat(), "external_order": order}
        return Delivery(self.tenant_id, source, event_id, at, orjson.dumps(told | said))
