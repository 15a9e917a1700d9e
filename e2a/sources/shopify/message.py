"""One webhook: its topic, ids and times, and how an event of it is built.

What a topic means belongs to the module of its family.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import model_validator

from e2a.domain.deliveries import Delivery, Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType, Reference, TimeFlag
from e2a.sources.reading import Digits, Loose, header
from e2a.sources.times import Moment, read_time


class Identified(Loose):
    """A Shopify object. Its gid names it; the numeric `id` may have been rounded by JavaScript."""

    id: Digits

    @model_validator(mode="before")
    @classmethod
    def _gid_first(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the body holds
        gid = data.get("admin_graphql_api_id") if isinstance(data, dict) else None
        return {**data, "id": gid} if gid else data


@dataclass(frozen=True, slots=True)
class Message:
    """A delivery with its topic and decoded body."""

    topic: str
    body: dict[str, Any]
    delivery: Delivery

    def identity(self, *parts: str) -> str:
        """(topic, webhook id): six topics can send one identical body."""
        sent = header(self.delivery, "x-shopify-webhook-id", "shopify-webhook-id")
        return ":".join((self.topic, sent or self.delivery.delivery_id, *parts))

    def when(self, *stated: str | None) -> Moment:
        """The first time stated; else when the webhook was triggered; else receipt, flagged."""
        triggered = header(self.delivery, "x-shopify-triggered-at", "shopify-triggered-at")
        for text in (*stated, triggered):
            if text:
                return read_time(text, "the event's time")
        return Moment(self.delivery.received_at, frozenset({TimeFlag.ASSUMED_TIME}))

    def triggered_or(self, *stated: str | None) -> Moment:
        """When the webhook was triggered, for facts whose body tells only older times."""
        triggered = header(self.delivery, "x-shopify-triggered-at", "shopify-triggered-at")
        return self.when(triggered, *stated)

    def event(
        self,
        event_type: EventType,
        moment: Moment,
        *,
        source_event_id: str | None = None,
        fragment: dict[str, Any],
        **fields: Any,  # noqa: ANN401 - checked by CanonicalEvent
    ) -> CanonicalEvent:
        """A canonical event of this message; its fragment is never empty."""
        return CanonicalEvent(
            source_event_id=source_event_id or self.identity(),
            event_type=event_type,
            occurred_at=moment.instant,
            time_flags=moment.flags,
            correlation_id=header(self.delivery, "x-shopify-event-id", "shopify-event-id"),
            fragment={"topic": self.topic, **fragment},
            **fields,
        )


Reader = Callable[[Message], Events | NothingToDo]


def order_reference(order_digits: str) -> Reference:
    """A Shopify order's name."""
    return Reference(namespace="shopify", value=order_digits)


def parts(body: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The named parts of a body that say something: a fragment."""
    return {key: body[key] for key in keys if body.get(key) is not None}
