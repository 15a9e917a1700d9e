"""What a parser is given and what it may answer.

Add an outcome here only if every inbox row could end in it: coverage counts these words. The
parsers themselves live in `e2a.sources`, their storage in `e2a.warehouse`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from e2a.domain.events import CanonicalEvent


class Source(StrEnum):
    """The roads by which events arrive; each is one landing asset."""

    SHOPIFY = "shopify"
    WMS = "wms"
    CARRIER = "carrier"
    FILE = "file"


class Outcome(StrEnum):
    """How an inbox row ended: every row has exactly one (design section 3, coverage)."""

    CANONICAL = "canonical"
    NOTHING_TO_DO = "nothing_to_do"
    WAITING = "waiting"
    QUARANTINED = "quarantined"
    DEAD_LETTER = "dead_letter"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One inbox row: exactly what arrived, with the credential's tenant and the receipt instant.

    Attributes:
        headers: lower-cased names; transport credentials are not among them.
        body: the raw bytes as received.
        received_at: when it reached us (aware, UTC).
    """

    tenant_id: str
    source: Source
    delivery_id: str
    received_at: datetime
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Events:
    """The delivery speaks of these facts, in the order in which the source lists them."""

    events: tuple[CanonicalEvent, ...]


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """The delivery was understood and carries no fact that a rule needs."""

    reason: str


class RefusedDeliveryError(ValueError):
    """The delivery cannot be understood; the row is quarantined with this reason, body kept.

    Attributes:
        reason: stable snake_case word for counting, such as `malformed_json`.
        detail: a sentence that names the field and the fix.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


Parser = Callable[[Delivery], Events | NothingToDo]
"""A pure function; raises RefusedDeliveryError for what it cannot understand."""
