"""Topics `fulfillments/*` and `fulfillment_events/*`: shipped, and the parcel's scans."""

from typing import Any

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import EventType, Reference, ScanStatus
from e2a.sources.reading import Digits, Identifier, code, unknown
from e2a.sources.shopify.lines import LineItem, lines_named, spoken
from e2a.sources.shopify.message import Identified, Message, Reader, order_reference, parts

_DELIVERED = "delivered"
_SCANS: dict[str, str] = {
    "carrier_picked_up": ScanStatus.PICKED_UP,
    "in_transit": ScanStatus.IN_TRANSIT,
    "delayed": ScanStatus.IN_TRANSIT,
    "out_for_delivery": ScanStatus.OUT_FOR_DELIVERY,
    "attempted_delivery": ScanStatus.ATTEMPT_FAILED,
    "ready_for_pickup": ScanStatus.AVAILABLE_FOR_PICKUP,
    "failure": ScanStatus.EXCEPTION,
    "picked_up": _DELIVERED,
    "delivered": _DELIVERED,
}
"""Shopify's `picked_up` is the customer at the counter, therefore delivered."""

_NO_SCAN = frozenset({"label_printed", "label_purchased", "confirmed"})
_NOT_YET = frozenset({"pending", "open"})
_FAILED = frozenset({"cancelled", "error", "failure"})
_FRAGMENT = (
    "id", "admin_graphql_api_id", "order_id", "status", "created_at", "updated_at", "service",
    "tracking_company", "tracking_number", "tracking_numbers", "location_id",
)  # fmt: skip


class _Fulfillment(Identified):
    order_id: Digits
    status: str
    created_at: str | None = None
    updated_at: str | None = None
    tracking_company: str | None = None
    tracking_number: Identifier | None = None
    tracking_numbers: tuple[Identifier, ...] = ()
    service: str | None = None
    location_id: Digits | None = None
    line_items: tuple[LineItem, ...] = ()

    @property
    def shipment(self) -> Reference:
        numbers = (self.tracking_number, *self.tracking_numbers)
        number = next((number for number in numbers if number), None)
        if number is None:
            return Reference(namespace="shopify_fulfillment", value=self.id)
        return Reference(namespace="tracking", value=number)

    @property
    def attributes(self) -> dict[str, Any]:
        known = {
            "fulfillment_id": self.id,
            "carrier": self.tracking_company,
            "service": self.service,
            "location_id": self.location_id,
            "tracking_numbers": list(self.tracking_numbers) if self.tracking_numbers[1:] else None,
        }
        return {name: value for name, value in known.items() if value}


class _ParcelEvent(Identified):
    order_id: Digits
    fulfillment_id: Digits
    status: str
    happened_at: str | None = None
    created_at: str | None = None


def _fulfillment(message: Message) -> Events | NothingToDo:
    fulfillment = _Fulfillment.model_validate(message.body)
    lines = lines_named(fulfillment.line_items)
    if fulfillment.status in _NOT_YET:
        return NothingToDo("the fulfillment is still pending; success will be an event")
    if fulfillment.line_items and not lines:
        return NothingToDo("no line of this fulfillment needs shipping")
    failed = fulfillment.status in _FAILED
    if not failed and fulfillment.status != "success":
        raise unknown("Fulfillment status", fulfillment.status, ("success", *_FAILED, *_NOT_YET))
    created = message.topic == "fulfillments/create"
    event = message.event(
        EventType.EXCEPTION_REPORTED if failed else EventType.SHIPPED,
        message.when(*_times(fulfillment, first_created=created)),
        order=order_reference(fulfillment.order_id),
        shipment=fulfillment.shipment,
        lines=lines,
        reason=f"fulfillment_{fulfillment.status}" if failed else None,
        attributes=fulfillment.attributes,
        fragment=_fragment(message.body),
    )
    return Events((event,))


def _fragment(body: dict[str, Any]) -> dict[str, Any]:
    return {**parts(body, *_FRAGMENT), "line_items": spoken(body.get("line_items") or ())}


def _times(fulfillment: _Fulfillment, *, first_created: bool) -> list[str | None]:
    """An update that reports success was shipped by then, maybe not when it was created."""
    times = [fulfillment.created_at, fulfillment.updated_at]
    return times if first_created else times[::-1]


def _parcel_event(message: Message) -> Events | NothingToDo:
    scan = _ParcelEvent.model_validate(message.body)
    if scan.status in _NO_SCAN:
        return NothingToDo(f"a parcel status {scan.status} is no scan of the parcel")
    if scan.status not in _SCANS:
        raise unknown("Fulfillment event status", scan.status, (*_SCANS, *_NO_SCAN))
    status = _SCANS[scan.status]
    delivered = status == _DELIVERED
    event = message.event(
        EventType.DELIVERED if delivered else EventType.CARRIER_SCAN,
        message.when(scan.happened_at, scan.created_at),
        source_event_id=_scan_identity(scan),
        order=order_reference(scan.order_id),
        shipment=Reference(namespace="shopify_fulfillment", value=scan.fulfillment_id),
        status=None if delivered else ScanStatus(status),
        code=code(scan.status),
        reason=code(scan.status) if status == ScanStatus.EXCEPTION else None,
        attributes={"fulfillment_id": scan.fulfillment_id},
        fragment=parts(message.body, "id", "order_id", "fulfillment_id", "status", "happened_at"),
    )
    return Events((event,))


def _scan_identity(scan: _ParcelEvent) -> str:
    """By the event's own id rather than the webhook's, so that its deletion can name it."""
    return f"fulfillment_events/create:{scan.id}"


def _parcel_event_deleted(message: Message) -> Events | NothingToDo:
    scan = _ParcelEvent.model_validate(message.body)
    if scan.status in _NO_SCAN:
        return NothingToDo("the deleted parcel status was no scan")
    event = message.event(
        EventType.EVENT_VOIDED,
        message.triggered_or(),
        source_event_id=f"fulfillment_events/delete:{scan.id}",
        order=order_reference(scan.order_id),
        corrects=(_scan_identity(scan),),
        fragment=parts(message.body, "id", "order_id", "fulfillment_id", "status"),
    )
    return Events((event,))


READERS: dict[str, Reader] = {
    "fulfillments/create": _fulfillment,
    "fulfillments/update": _fulfillment,
    "fulfillment_events/create": _parcel_event,
    "fulfillment_events/delete": _parcel_event_deleted,
}
