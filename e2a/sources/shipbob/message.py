"""One delivery of ShipBob: its topic, and how an event of it is built."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from e2a.domain.deliveries import Delivery, Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType
from e2a.sources.reading import header
from e2a.sources.senders import happened
from e2a.sources.times import Moment


@dataclass(frozen=True, slots=True)
class Message:
    """One object of a delivery; `topic` is "" for what the API answers."""

    topic: str
    body: dict[str, Any]
    delivery: Delivery

    def sent_as(self) -> str:
        """The id that a message keeps when it is sent again."""
        return header(self.delivery, "webhook-id") or self.delivery.delivery_id

    def when(self, text: str | None, field: str) -> Moment:
        """The time stated, else that of receipt, flagged."""
        return happened(self.delivery, text, field)

    def event(
        self,
        event_type: EventType,
        moment: Moment,
        *identity: str,
        **fields: Any,  # noqa: ANN401 - checked by CanonicalEvent
    ) -> CanonicalEvent:
        """An event known by `identity`; its fragment is that and its time, if that was stated."""
        stated = None if moment.flags else moment.instant.isoformat()
        return CanonicalEvent(
            source_event_id=":".join(("shipbob", *identity)),
            event_type=event_type,
            occurred_at=moment.instant,
            time_flags=moment.flags,
            **{"fragment": {"fact": list(identity), "at": stated}, **fields},
        )


Reader = Callable[[Message], Events | NothingToDo]
