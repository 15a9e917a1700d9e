"""The canonical event: the one shape into which every source is translated.

Add a field here when a rule of `sla` or `billing` needs a fact that no field carries, and a type
when the closed list of the rules (domain 4.1) gains one. How a payload becomes an event belongs to
`e2a.sources`; how it is stored belongs to `e2a.warehouse`.
"""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=256, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True)]


class EventType(StrEnum):
    """The closed list of canonical event types (domain 4.1)."""

    ORDER_CREATED = "order_created"
    ORDER_PAID = "order_paid"
    ORDER_RELEASED = "order_released"
    ORDER_EDITED = "order_edited"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_REOPENED = "order_reopened"
    RESHIP_REQUESTED = "reship_requested"
    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    PICK_STARTED = "pick_started"
    PICK_COMPLETED = "pick_completed"
    PACK_STARTED = "pack_started"
    PACK_COMPLETED = "pack_completed"
    LABEL_PURCHASED = "label_purchased"
    LABEL_VOIDED = "label_voided"
    MANIFESTED = "manifested"
    SHIPPED = "shipped"
    CARRIER_SCAN = "carrier_scan"
    DELIVERED = "delivered"
    SHIPMENT_SPLIT = "shipment_split"
    SHIPMENT_MERGED = "shipment_merged"
    SHIPMENT_MOVED = "shipment_moved"
    RETURN_RECEIVED = "return_received"
    RESTOCKED = "restocked"
    RECEIPT_ARRIVED = "receipt_arrived"
    RECEIPT_COMPLETED = "receipt_completed"
    STOCK_COUNTED = "stock_counted"
    VAS_PERFORMED = "vas_performed"
    CHARGE_RECORDED = "charge_recorded"
    EXCEPTION_REPORTED = "exception_reported"
    SLA_EXCUSED = "sla_excused"
    EVENT_VOIDED = "event_voided"


class ScanStatus(StrEnum):
    """Statuses of a `carrier_scan`; `delivered` is an event type of its own."""

    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    EXCEPTION = "exception"
    RETURNING = "returning"
    RETURNED = "returned"


class TimeFlag(StrEnum):
    """What had to be assumed about `occurred_at`; an event without flags stated it exactly."""

    AMBIGUOUS_LOCAL = "ambiguous_local"  # naive, in a DST fold: first occurrence taken (C2)
    LOCAL_GAP = "local_gap"  # naive, in a DST gap: the end of the gap taken (C2)
    ASSUMED_ZONE = "assumed_zone"  # naive, no zone stated by the source: UTC taken
    ASSUMED_TIME = "assumed_time"  # the source gives no time at all; the parser says which it took


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reference(_Strict):
    """A name of an order or shipment: what it is called, and by whom.

    Two events speak of one order when they use the same (namespace, value), or when an event
    states that two references mean the same one (`CanonicalEvent.aliases`).
    """

    namespace: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    value: Name

    def __str__(self) -> str:
        return f"{self.namespace}:{self.value}"


class Line(_Strict):
    """One order line: its id in the source, the article, and how many units (> 0)."""

    line: Name
    sku: Name | None = None
    quantity: Annotated[int, Field(gt=0, le=1_000_000)]


class Charge(_Strict):
    """A pass-through or carrier charge in the currency that the source states (B9)."""

    code: Code
    amount: Annotated[Decimal, Field(max_digits=26, decimal_places=12)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class CanonicalEvent(_Strict):
    """One fact about an order, shipment, receipt or stock count, in the words of the rules.

    Identity is (tenant, source, source_event_id) (C9); tenant and source come from the inbox row,
    as does `recorded_at`, unless the file lane states an earlier one (C19).

    Attributes:
        source_event_id: identity within the source; equal ids with unequal payloads conflict.
        order: the order (or receipt, or stock count) that the event is about, if it names one.
        shipment: the parcel, by tracking number or the source's shipment id, if it names one.
        aliases: further names of the same order, stated by this event.
        lines: units by order line; empty means "all of it" for work, "unknown" for an order.
        promised_at: last instant at which delivery is on time (C5: inclusive).
        ship_by: last instant at which the hand-over to the carrier is on time (C5: inclusive).
        occurred_at: when it happened, an aware instant.
        recorded_at: only the file lane may set it, and never later than receipt.
        fragment: the source's own words about this fact, without delivery metadata; its canonical
            JSON is the payload hash by which duplicates are told from conflicts. Personal data
            stays out of every other field.
    """

    source_event_id: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    event_type: EventType
    occurred_at: AwareDatetime
    order: Reference | None = None
    shipment: Reference | None = None
    aliases: tuple[Reference, ...] = ()
    site: Code | None = None
    service_level: Code | None = None
    channel: Code | None = None
    destination_country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    destination_zone: Code | None = None
    lines: tuple[Line, ...] = ()
    promised_at: AwareDatetime | None = None
    ship_by: AwareDatetime | None = None
    hold_id: Name | None = None
    corrects: tuple[str, ...] = ()
    charge: Charge | None = None
    code: Code | None = None
    status: ScanStatus | None = None
    reason: Code | None = None
    party: Code | None = None
    quantity: Annotated[Decimal, Field(max_digits=26, decimal_places=6)] | None = None
    flags: frozenset[Code] = frozenset()
    attributes: dict[str, Any] = Field(default_factory=dict)
    time_flags: frozenset[TimeFlag] = frozenset()
    recorded_at: AwareDatetime | None = None
    correlation_id: Name | None = None
    fragment: dict[str, Any] = Field(default_factory=dict)

    @property
    def units(self) -> int | None:
        """Units over all lines, or None where the event names no quantities."""
        return sum(line.quantity for line in self.lines) if self.lines else None


EARLIEST_PLAUSIBLE = datetime(1990, 1, 1, tzinfo=UTC)
"""Events before this instant are implausible (C20)."""
