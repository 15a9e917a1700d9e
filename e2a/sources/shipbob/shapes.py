"""Orders and shipments as ShipBob writes them, and the names that they bear."""

from e2a.domain.deliveries import Delivery
from e2a.domain.events import Line, Reference
from e2a.sources.reading import Identifier, Loose
from e2a.sources.senders import merchants_order

NAMESPACE = "shipbob"


class _Inventory(Loose):
    quantity: int = 0


class _Product(Loose):
    id: Identifier | None = None
    external_line_id: Identifier | None = None
    sku: Identifier | None = None
    reference_id: Identifier | None = None
    quantity: int | None = None
    inventory_items: tuple[_Inventory, ...] = ()

    @property
    def line(self) -> Line | None:
        """The units of it; a shipment counts them by lot."""
        units = self.quantity
        if units is None:
            units = sum(item.quantity for item in self.inventory_items)
        sku = self.sku or self.reference_id
        name = self.external_line_id or self.id or sku
        return Line(line=name, sku=sku, quantity=units) if name and units > 0 else None


class StatusDetail(Loose):
    """Why a shipment is where it is, in ShipBob's words."""

    name: str | None = None


class _Tracking(Loose):
    carrier: str | None = None
    carrier_service: str | None = None
    tracking_number: Identifier | None = None


class _Place(Loose):
    name: str | None = None


class Shipment(Loose):
    """One parcel of an order; `reference_id` is the merchant's name of the order."""

    id: Identifier
    order_id: Identifier | None = None
    reference_id: Identifier | None = None
    status: str = ""
    actual_fulfillment_date: str | None = None
    delivery_date: str | None = None
    last_update_at: str | None = None
    estimated_fulfillment_date: str | None = None
    estimated_fulfillment_date_status: str | None = None
    status_details: tuple[StatusDetail, ...] = ()
    products: tuple[_Product, ...] = ()
    tracking: _Tracking = _Tracking()
    location: _Place = _Place()

    @property
    def reference(self) -> Reference:
        """The parcel by tracking number, else by ShipBob's id."""
        number = self.tracking.tracking_number
        return Reference(namespace="tracking" if number else NAMESPACE, value=number or self.id)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The units in it."""
        return lines_of(self.products)

    @property
    def attributes(self) -> dict[str, object]:
        """What no canonical field carries; ShipBob's own verdict is a cross-check of ours."""
        known = {
            "shipment_id": self.id,
            "carrier": self.tracking.carrier,
            "service": self.tracking.carrier_service,
            "location": self.location.name,
            "estimated_fulfillment_date": self.estimated_fulfillment_date,
            "fulfillment_verdict": self.estimated_fulfillment_date_status,
        }
        return {name: value for name, value in known.items() if value}


class Order(Loose):
    """An order with its shipments."""

    id: Identifier
    reference_id: Identifier | None = None
    created_date: str | None = None
    products: tuple[_Product, ...] = ()
    shipments: tuple[Shipment, ...] = ()

    @property
    def parcels(self) -> tuple[Shipment, ...]:
        """Its shipments, each knowing whose it is."""
        whose = {"order_id": self.id, "reference_id": self.reference_id}
        return tuple(parcel.model_copy(update=whose) for parcel in self.shipments)


def lines_of(products: tuple[_Product, ...]) -> tuple[Line, ...]:
    """Their units, by line."""
    return tuple(line for product in products if (line := product.line))


def names_of(
    delivery: Delivery, order_id: str | None, reference_id: str | None
) -> dict[str, object]:
    """ShipBob's name of an order, and the merchant's as another name of it."""
    merchants = (merchants_order(delivery, reference_id),) if reference_id else ()
    if order_id is None:
        return {"order": merchants[0] if merchants else None}
    return {"order": Reference(namespace=NAMESPACE, value=order_id), "aliases": merchants}
