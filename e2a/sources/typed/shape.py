"""The fields of the typed event. Add one here when the rules need it, and to docs/sources.md."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, NonNegativeFloat, NonNegativeInt, StringConstraints

from e2a.domain.events import Code
from e2a.sources.reading import CodeText, Identifier, Loose

Amount = Annotated[Decimal, Field(max_digits=26, decimal_places=12)]
Quantity = Annotated[Decimal, Field(max_digits=26, decimal_places=6)]
Count = NonNegativeInt | NonNegativeFloat


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


Namespace = Annotated[
    str, BeforeValidator(_lower), StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")
]
Names = Annotated[tuple[Identifier, ...], BeforeValidator(_as_list)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_as_list)]


class ExternalOrder(Loose):
    """The same order's id in another system, such as the shop."""

    system: Namespace
    id: Identifier


class Destination(Loose):
    """Where the goods go: country, and the IANA zone for day promises of the carrier."""

    country: str | None = None
    zone: Code | None = None


class LineShape(Loose):
    """Units of one order line."""

    line: Identifier
    sku: Identifier | None = None
    quantity: Annotated[int, Field(gt=0, le=1_000_000)]


class ChargeShape(Loose):
    """Money that passes through; write the amount as a string to keep every digit."""

    code: CodeText
    amount: Amount
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class TypedEvent(Loose):
    """One event as a WMS, a carrier integration or a file row states it."""

    event_id: Identifier
    event_type: str
    occurred_at: str
    time_zone: str | None = None
    time_assumed: bool = False
    recorded_at: str | None = None

    order_id: Identifier | None = None
    order_namespace: Namespace | None = None
    external_order: ExternalOrder | None = None
    receipt_id: Identifier | None = None
    count_id: Identifier | None = None
    tracking_number: Identifier | None = None
    shipment_id: Identifier | None = None
    shipments: Names = ()
    correlation_id: Identifier | None = None

    site: CodeText | None = None
    service_level: CodeText | None = None
    channel: CodeText | None = None
    destination: Destination = Destination()
    lines: tuple[LineShape, ...] = ()
    promised_at: str | None = None
    ship_by: str | None = None

    hold_id: Identifier | None = None
    reason: CodeText | None = None
    exception_reason: CodeText | None = None
    status: str | None = None
    code: CodeText | None = None
    quantity: Quantity | None = None
    charge: ChargeShape | None = None
    corrects: Names = ()
    party: CodeText | None = None
    flags: Codes = ()

    station: Identifier | None = None
    worker_id: Identifier | None = None
    zone: Identifier | None = None
    items_count: NonNegativeInt | None = None
    carrier_name: Identifier | None = None
    carrier: Identifier | None = None
    service: Identifier | None = None
    location: Identifier | dict[str, Any] | None = None
    unit: CodeText | None = None
    pallets: Count | None = None
    cartons: Count | None = None
    package: Identifier | None = None
    condition: CodeText | None = None
    seller: CodeText | None = None
    measures: dict[str, Count] | None = None
    approver: Identifier | None = None
    promise: Identifier | None = None

    payload: dict[str, Any] = Field(default_factory=dict)
    data: dict[str, Any] = Field(default_factory=dict)
