"""What a typed event is about: the order, receipt or stock count, the parcel, and other names."""

from e2a.domain.events import EventType, Reference
from e2a.sources.typed.shape import TypedEvent

_RECEIPTS = frozenset({EventType.RECEIPT_ARRIVED, EventType.RECEIPT_COMPLETED})


def order_of(row: TypedEvent, event_type: EventType, namespace: str) -> Reference | None:
    """The order's name; a receipt or a stock count is a reference of its own."""
    if event_type is EventType.STOCK_COUNTED:
        count = row.count_id or row.occurred_at.strip()[: len("YYYY-MM-DD")]
        return Reference(namespace="stock", value=f"{row.site}:{row.unit}:{count}")
    if row.receipt_id and (event_type in _RECEIPTS or row.order_id is None):
        return Reference(namespace="receipt", value=row.receipt_id)
    if row.order_id:
        return _named(namespace, row.order_id)
    external = row.external_order
    return _named(external.system, external.id) if external else None


def aliases_of(row: TypedEvent, order: Reference | None) -> tuple[Reference, ...]:
    """The same order's name in another system, if the event states it beside its own."""
    external = row.external_order
    if external is None or row.order_id is None or order is None or order.namespace == "receipt":
        return ()
    other = _named(external.system, external.id)
    return () if other == order else (other,)


def shipment_of(row: TypedEvent, namespace: str) -> Reference | None:
    """The parcel by tracking number, else by the source's own shipment id."""
    if row.tracking_number:
        return Reference(namespace="tracking", value=row.tracking_number)
    return Reference(namespace=namespace, value=row.shipment_id) if row.shipment_id else None


def _named(namespace: str, name: str) -> Reference:
    """A Shopify order is called by its digits, however it is written."""
    is_gid = namespace == "shopify" and name.startswith("gid://")
    return Reference(namespace=namespace, value=name.rpartition("/")[2] if is_gid else name)
