"""FULFILLMENT_ORDER_STATUS and FBA_OUTBOUND_SHIPMENT_STATUS: what Amazon's warehouses did."""

from collections.abc import Iterator

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType, Line, Reference
from e2a.sources.amazon.message import Message, Reader, word
from e2a.sources.reading import Identifier, Loose, events_or_nothing, unknown
from e2a.sources.senders import merchants_order

NAMESPACE = "amazon"

_ORDERS: dict[str, EventType | None] = {
    "NEW": EventType.ORDER_CREATED,
    "RECEIVED": None,
    "PLANNING": EventType.ORDER_RELEASED,
    "PROCESSING": EventType.PICK_STARTED,
    "CANCELLED": EventType.ORDER_CANCELLED,
    "COMPLETE": None,
    "COMPLETEPARTIALLED": EventType.EXCEPTION_REPORTED,
    "UNFULFILLABLE": EventType.EXCEPTION_REPORTED,
    "INVALID": EventType.EXCEPTION_REPORTED,
}
"""RECEIVED is a check, planning releases; each parcel of a COMPLETE order has told that it left."""

_SHIPMENTS: dict[str, EventType | None] = {
    "CREATED": None,
    "PENDING": None,
    "SHIPPED": EventType.SHIPPED,
    "DELIVERED": EventType.DELIVERED,
    "CANCELLED": EventType.EXCEPTION_REPORTED,
    "CANCELLEDBYFULFILLER": EventType.EXCEPTION_REPORTED,
    "CANCELLEDBYSELLER": EventType.EXCEPTION_REPORTED,
}


class _Package(Loose):
    carrier_code: Identifier | None = None
    tracking_number: Identifier | None = None


class _Shipment(Loose):
    fulfillment_shipment_status: str
    amazon_shipment_id: Identifier | None = None
    fulfillment_shipment_packages: tuple[_Package, ...] = ()


class _Returned(Loose):
    received_date_time: str | None = None
    returned_quantity: int = 0
    seller_sku: Identifier


class _OrderStatus(Loose):
    event_type: str = ""
    status_updated_date_time: str | None = None
    seller_fulfillment_order_id: Identifier
    fulfillment_order_status: str
    fulfillment_shipment: _Shipment | None = None
    fulfillment_return_item: _Returned | None = None

    def says(self, part: str) -> bool:
        """Whether the message is about that part: its event type says it, if it is a known one."""
        known = self.event_type.lower() in ("order", "shipment", "return")
        return not known or self.event_type.lower() == part


def _order_status(message: Message) -> Events | NothingToDo:
    """The order's status, its shipment's and what came back, as far as the event type says it."""
    found = _OrderStatus.model_validate(message.body)
    whose = merchants_order(message.delivery, found.seller_fulfillment_order_id)
    events: list[CanonicalEvent] = []
    if found.says("order"):
        events += _of_order(message, found, whose)
    if found.fulfillment_shipment and found.says("shipment"):
        events += _of_shipment(message, found, found.fulfillment_shipment, whose)
    if found.fulfillment_return_item and found.says("return"):
        events.append(_of_return(message, found.fulfillment_return_item, whose))
    return events_or_nothing(
        events,
        f"a fulfillment order that is {found.fulfillment_order_status[:64]} asks for no work",
    )


def _of_order(message: Message, found: _OrderStatus, whose: Reference) -> Iterator[CanonicalEvent]:
    status = word(found.fulfillment_order_status)
    if status not in _ORDERS:
        raise unknown("Amazon fulfillment order status", status, _ORDERS)
    if event_type := _ORDERS[status]:
        problem = event_type is EventType.EXCEPTION_REPORTED
        reason = found.fulfillment_order_status.lower() if problem else None
        yield message.event(
            event_type, found.status_updated_date_time, "order", order=whose, reason=reason
        )


def _of_shipment(
    message: Message, found: _OrderStatus, shipment: _Shipment, whose: Reference
) -> Iterator[CanonicalEvent]:
    """One event a package; the shipment itself where no package has a number yet."""
    event_type = _shipment_type(shipment.fulfillment_shipment_status)
    if event_type is None:
        return
    packages = {
        package.tracking_number: package for package in shipment.fulfillment_shipment_packages
    }
    numbers = [number for number in packages if number] or [""]
    for number in numbers:
        yield message.event(
            event_type, found.status_updated_date_time, "shipment", number,
            order=whose,
            shipment=_parcel(number, shipment.amazon_shipment_id),
            reason=shipment.fulfillment_shipment_status.lower()
            if event_type is EventType.EXCEPTION_REPORTED
            else None,
            attributes={"carrier": packages[number].carrier_code} if number else {},
            correlation_id=shipment.amazon_shipment_id,
        )  # fmt: skip


def _shipment_type(status: str) -> EventType | None:
    if word(status) not in _SHIPMENTS:
        raise unknown("Amazon shipment status", word(status), _SHIPMENTS)
    return _SHIPMENTS[word(status)]


def _parcel(number: str, shipment_id: str | None) -> Reference | None:
    if number:
        return Reference(namespace="tracking", value=number)
    return Reference(namespace=NAMESPACE, value=shipment_id) if shipment_id else None


def _of_return(message: Message, item: _Returned, whose: Reference) -> CanonicalEvent:
    units = item.returned_quantity
    line = Line(line=item.seller_sku, sku=item.seller_sku, quantity=units) if units > 0 else None
    return message.event(
        EventType.RETURN_RECEIVED, item.received_date_time, "return",
        order=whose, lines=(line,) if line else (),
    )  # fmt: skip


class _Outbound(Loose):
    amazon_order_id: Identifier
    amazon_shipment_id: Identifier
    shipment_status: str


def _outbound(message: Message) -> Events | NothingToDo:
    found = _Outbound.model_validate(message.body)
    event_type = _shipment_type(found.shipment_status)
    if event_type is None:
        return NothingToDo(f"a shipment that is {found.shipment_status[:64]} has not left yet")
    problem = event_type is EventType.EXCEPTION_REPORTED
    event = message.event(
        event_type,
        None,
        order=Reference(namespace=NAMESPACE, value=found.amazon_order_id),
        shipment=Reference(namespace=NAMESPACE, value=found.amazon_shipment_id),
        reason=f"shipment_{found.shipment_status.lower()}" if problem else None,
        correlation_id=found.amazon_shipment_id,
    )
    return Events((event,))


READERS: dict[str, Reader] = {
    "FULFILLMENT_ORDER_STATUS": _order_status,
    "FBA_OUTBOUND_SHIPMENT_STATUS": _outbound,
}
