"""A message on its way, what came of it, and how patient the deliverer is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from e2a.domain.alerts import Kind


class Part(NamedTuple):
    """One row of the outbox."""

    kind: Kind
    payload: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message, of one or several rows, that is about to be sent.

    Attributes:
        key: idempotency key, the same at every repeat.
        is_probe: it tries out a destination whose breaker is open.
        replaces: where the message stands that this one takes back, if its road can change it.
    """

    tenant_id: str
    destination: str
    key: UUID
    parts: tuple[Part, ...]
    is_probe: bool = False
    replaces: dict[str, Any] | None = None

    @property
    def told(self) -> list[tuple[Kind, dict[str, Any]]]:
        """Kind and payload of each part."""
        return [(part.kind, part.payload) for part in self.parts]


Verdict = Literal["accepted", "refused", "failed", "busy"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a destination said.

    Attributes:
        verdict: accepted; refused: this message will never be; failed: the destination cannot now;
            busy: it asks to wait.
        said: in its words, without secrets.
        is_uncertain: it may have the message all the same.
        wait_seconds: how long it asks to wait.
        place: where the message stands, for roads that can change it.
    """

    verdict: Verdict
    said: str
    is_uncertain: bool = False
    wait_seconds: float | None = None
    place: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """When to try again, and when not any more; in seconds where not said otherwise.

    Attributes:
        attempts: answers that were no acknowledgement, after which a message is dead.
        trips: failures in a row that open a breaker.
    """

    attempts: int = 12
    first_wait: float = 1.0
    longest_wait: float = 600.0
    trips: int = 5
    first_cool: float = 30.0
    longest_cool: float = 600.0
    probe: float = 60.0
    longest_asked: float = 3600.0
    timeout: float = 10.0
    look: float = 1.0
