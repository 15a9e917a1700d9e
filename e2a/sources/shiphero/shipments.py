"""Shipment Update: one parcel or more has left."""

from collections.abc import Iterable

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType, Reference
from e2a.sources.reading import Identifier, Loose, missing
from e2a.sources.shiphero.message import NAMESPACE, Item, Message, Order, Reader, lines


class _Label(Loose):
    tracking_number: Identifier | None = None


class _Package(Loose):
    name: str | None = None
    tracking_number: Identifier | None = None
    shipping_label: _Label = _Label()

    @property
    def number(self) -> str | None:
        """Its tracking number, wherever it stands."""
        return self.tracking_number or self.shipping_label.tracking_number


class _Fulfillment(Order):
    shipment_id: Identifier
    tracking_number: Identifier | None = None
    shipping_carrier: str | None = None
    shipping_method: str | None = None
    warehouse: str | None = None
    created_at: str | None = None
    line_items: tuple[Item, ...] = ()
    packages: tuple[_Package, ...] = ()


def _shipped(message: Message) -> Events | NothingToDo:
    """One parcel an event; its lines are those that name its package."""
    if not isinstance(message.body.get("fulfillment"), dict):
        raise missing("fulfillment", ", the shipment that the update is about")
    body = {"packages": message.body.get("packages"), **message.body["fulfillment"]}
    found = _Fulfillment.model_validate(body)
    numbered = {package.number: package for package in found.packages if package.number}
    if len(numbered) < len(found.packages) or len(numbered) < 2:
        number = found.tracking_number or next(iter(numbered), None)
        return Events((_parcel(message, found, number, found.line_items),))
    parcels = [
        _parcel(message, found, number, [i for i in found.line_items if i.package == package.name])
        for number, package in numbered.items()
    ]
    return Events(tuple(parcels))


def _parcel(
    message: Message, found: _Fulfillment, number: str | None, items: Iterable[Item]
) -> CanonicalEvent:
    known = {
        "shipment_id": found.shipment_id,
        "carrier": found.shipping_carrier,
        "service": found.shipping_method,
        "warehouse": found.warehouse,
    }
    shipment = Reference(
        namespace="tracking" if number else NAMESPACE, value=number or found.shipment_id
    )
    return message.event(
        EventType.SHIPPED, found.created_at, "fulfillment.created_at", number or "shipment",
        about=found,
        shipment=shipment,
        lines=lines(items),
        attributes={name: value for name, value in known.items() if value},
        correlation_id=found.shipment_id,
    )  # fmt: skip


READERS: dict[str, Reader] = {"shipment update": _shipped}
