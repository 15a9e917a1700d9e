"""One event of a scenario: how it is written, and the canonical event that it means.

Which keys a type takes stands in `event_types`; what a local time means is for `facts`.
"""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic.json_schema import JsonSchemaValue

from e2a.domain.deliveries import Source
from e2a.domain.events import CanonicalEvent, Charge, EventType, Line, Name, Reference, ScanStatus
from e2a.domain.policies import PolicyModel
from e2a.domain.policies.base import Zone
from e2a.domain.scenarios.event_types import EVERYWHERE, KEYS, OF_THE_CARRIER
from e2a.domain.scenarios.times import Moment, When


def _text(value: object) -> object:
    """Ids look like numbers: 100234 means "100234"."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _lines(value: object) -> object:
    if isinstance(value, dict):
        return [{"line": line, "sku": line, "quantity": units} for line, units in value.items()]
    return value


def _list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


_ID: JsonSchemaValue = {"type": ["string", "integer"]}
Id = Annotated[Name, BeforeValidator(_text), WithJsonSchema(_ID)]
Ids = Annotated[
    tuple[Id, ...],
    BeforeValidator(_list),
    WithJsonSchema({"anyOf": [_ID, {"type": "array", "items": _ID}]}),
]


class LineText(PolicyModel):
    """Units of one order line."""

    line: Id
    sku: Id | None = None
    quantity: Annotated[int, Field(gt=0, le=1_000_000)]


Lines = Annotated[
    tuple[LineText, ...],
    BeforeValidator(_lines),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"line": {}, "sku": {}, "quantity": {"type": "integer"}},
                        "required": ["line", "quantity"],
                        "additionalProperties": False,
                    },
                },
            ],
            "description": "{article: units}, or a list of line, sku, quantity",
        }
    ),
]


class DestinationText(PolicyModel):
    """Where the goods go; the zone is the one in which a carrier's day ends (C6)."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    zone: Zone | None = None


class ChargeText(PolicyModel):
    """Money that passes through."""

    code: Id
    amount: Decimal
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class EventText(PolicyModel):
    """What happened, to what, when, and since when it is known."""

    type: EventType
    at: When | None = None
    occurred_at: When | None = None
    recorded_at: When | None = None
    id: Id | None = None
    source: Source | None = None
    tenant: Id | None = None
    repeat: Annotated[int, Field(ge=1, le=10_000)] = 1
    order: Id | None = None
    shipment: Id | None = None
    receipt: Id | None = None
    site: Id | None = None
    aliases: Ids = ()
    flags: Ids = ()
    note: str | None = None
    lines: Lines = ()
    service_level: Id | None = None
    channel: Id | None = None
    destination: DestinationText = DestinationText()
    promised_at: When | None = None
    ship_by: When | None = None
    hold: Id | None = None
    reason: Id | None = None
    party: Id | None = None
    status: ScanStatus | None = None
    code: Id | None = None
    quantity: Decimal | None = None
    unit: Id | None = None
    charge: ChargeText | None = None
    shipments: Ids = ()
    corrects: Ids = ()
    promise: Annotated[str, Field(pattern=r"^[a-z_]+(#[1-9]\d{0,5})?$")] | None = None
    approver: Id | None = None
    station: Id | None = None
    worker: Id | None = None
    package: Id | None = None
    measures: dict[str, Decimal] | None = None
    carrier: Id | None = None
    service: Id | None = None
    place: Id | None = None
    condition: Id | None = None
    pallets: int | None = None
    cartons: int | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.at is None) == (self.occurred_at is None):
            raise ValueError("say once when it happened: `at` (or, the same, `occurred_at`)")
        keys = KEYS[self.type]
        for name in keys.needs:
            if getattr(self, name) in (None, ()):
                raise ValueError(f"{self.type} needs `{name}`")
        if keys.about and not any(getattr(self, name) for name in keys.about):
            raise ValueError(f"{self.type} needs " + " or ".join(f"`{n}`" for n in keys.about))
        for name in sorted(self.model_fields_set - {*EVERYWHERE, *keys.takes, *keys.needs}):
            raise ValueError(
                f"{self.type} takes no `{name}`; it takes {', '.join(keys.takes) or 'nothing else'}"
            )
        return self

    def copy_of(self, number: int) -> "EventText":
        """One of the repeated events: `{n}` in its names is the number, from 1."""
        named = {
            name: value.replace("{n}", str(number))
            for name in NUMBERED
            if isinstance(value := getattr(self, name), str)
        }
        return self.model_copy(update=named)

    @property
    def when(self) -> Moment:
        """When it happened, under either name."""
        moment = self.at or self.occurred_at
        assert moment is not None
        return moment

    @property
    def usual_source(self) -> Source:
        """From whom such an event comes, if nothing is said."""
        return self.source or (Source.CARRIER if self.type in OF_THE_CARRIER else Source.WMS)

    def reference(self) -> Reference | None:
        """The order, receipt or stock count that the event is about."""
        if self.type is EventType.STOCK_COUNTED:
            return Reference(namespace="stock", value=f"{self.site}:{self.unit}:{self.when.stated}")
        if self.receipt:
            return named("receipt", self.receipt)
        return named("order", self.order) if self.order else None

    def canonical(self, id: str, times: dict[str, Any]) -> CanonicalEvent:
        """The event in the words of the rules.

        Args:
            id: its identity within the source.
            times: `occurred_at`, `promised_at` and `ship_by` as instants.
        """
        return CanonicalEvent(
            source_event_id=id,
            event_type=self.type,
            order=self.reference(),
            shipment=Reference(namespace="tracking", value=self.shipment)
            if self.shipment
            else None,
            aliases=tuple(named("order", alias) for alias in self.aliases),
            site=self.site,
            service_level=self.service_level,
            channel=self.channel,
            destination_country=self.destination.country,
            destination_zone=self.destination.zone,
            lines=tuple(Line(**dict(line)) for line in self.lines),
            hold_id=self.hold,
            corrects=self.corrects,
            charge=Charge(**dict(self.charge)) if self.charge else None,
            code=self.code,
            status=self.status,
            reason=self.reason,
            party=self.party,
            quantity=self._quantity(),
            flags=frozenset(self.flags),
            attributes=self._attributes(),
            **times,
        )

    def _quantity(self) -> Decimal | None:
        once = self.type is EventType.VAS_PERFORMED and self.quantity is None
        return Decimal(1) if once else self.quantity

    def _attributes(self) -> dict[str, Any]:
        """What no canonical field carries, under the names that the sources use."""
        said = self.model_dump(mode="json", include=set(_ATTRIBUTES), exclude_unset=True)
        return {_ATTRIBUTES[name]: value for name, value in said.items()}


NUMBERED = ("order", "shipment", "receipt", "hold", "package")
"""Names that a repeated event tells apart."""

_ATTRIBUTES = {
    "station": "station", "worker": "worker_id", "package": "package", "measures": "measures",
    "carrier": "carrier", "service": "service", "place": "location", "condition": "condition",
    "unit": "unit", "receipt": "receipt_id", "pallets": "pallets", "cartons": "cartons",
    "approver": "approver", "promise": "promise", "shipments": "shipments",
}  # fmt: skip


def named(key: str, name: str) -> Reference:
    """What an `order` or a `receipt` of that name is called.

    `O-1` is the warehouse's name of an order, `shopify:5001` its name in another system.
    """
    if key == "receipt":
        return Reference(namespace="receipt", value=name)
    namespace, colon, value = name.partition(":")
    if colon and namespace.isidentifier() and namespace.islower():
        return Reference(namespace=namespace, value=value)
    return Reference(namespace="wms", value=name)
