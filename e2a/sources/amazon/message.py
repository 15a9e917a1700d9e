"""One notification: its type, id and times, and how an event of it is built."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from e2a.domain.deliveries import Delivery, Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType
from e2a.sources.senders import happened


@dataclass(frozen=True, slots=True)
class Message:
    """A notification whose keys are written as `seller_sku`.

    Attributes:
        kind: its type, such as `FULFILLMENT_ORDER_STATUS`.
        id: the id that it keeps when it is sent again.
        event_time: when Amazon says that it happened; its publication may lie before.
        body: what the payload says of its type.
    """

    kind: str
    id: str
    event_time: str | None
    body: dict[str, Any]
    delivery: Delivery

    def event(
        self,
        event_type: EventType,
        at: str | None,
        *parts: str,
        **fields: Any,  # noqa: ANN401 - checked by CanonicalEvent
    ) -> CanonicalEvent:
        """An event known by the notification's id and `parts`, at the time stated."""
        moment = happened(self.delivery, at or self.event_time, "the notification's time")
        return CanonicalEvent(
            source_event_id=":".join(("amazon", self.id, *parts)),
            event_type=event_type,
            occurred_at=moment.instant,
            time_flags=moment.flags,
            fragment={"type": self.kind, "part": list(parts), **self.body},
            **fields,
        )


Reader = Callable[[Message], Events | NothingToDo]


def word(status: str) -> str:
    """A status however it is written: `CompletePartialled` and `COMPLETE_PARTIALLED` are one."""
    return "".join(letter for letter in status.upper() if letter.isalnum())
