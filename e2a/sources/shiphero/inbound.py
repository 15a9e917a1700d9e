"""What comes in: returns and purchase orders."""

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType, Reference
from e2a.sources.reading import Identifier, Loose, code, missing
from e2a.sources.senders import happened
from e2a.sources.shiphero.message import NAMESPACE, Item, Message, Picked, Reader, lines

_RETURNED = frozenset({"complete", "completed", "warehouse_complete", "received"})
_CLOSED = frozenset({"closed", "complete", "completed", "received"})


def _returned(message: Message) -> Events | NothingToDo:
    status = str(message.body.get("status") or "").lower()
    if status not in _RETURNED:
        return NothingToDo(f"a return is {status[:64] or 'announced'}; no goods are here yet")
    found = Picked.model_validate(
        {"items": message.body.get("line_items") or message.body.get("items"), **message.body}
    )
    received = [
        item.model_copy(update={"quantity": item.quantity_received})
        if item.quantity_received is not None
        else item
        for item in found.items
    ]
    name = code(message.body.get("return_id"))
    event = message.event(
        EventType.RETURN_RECEIVED, None, "", about=found, lines=lines(received),
        identity=f"return:{name}" if name else None,
    )  # fmt: skip
    return Events((event,))


class _Purchase(Loose):
    po_number: Identifier | None = None
    po_id: Identifier | None = None
    status: str = ""
    line_items: tuple[Item, ...] = ()


def _purchased(message: Message) -> Events | NothingToDo:
    """A closed purchase order is a completed receipt of what was counted."""
    given = message.body.get("purchase_order")
    found = _Purchase.model_validate(given if isinstance(given, dict) else message.body)
    name = found.po_number or found.po_id
    if name is None:
        raise missing("purchase_order.po_number")
    if found.status.lower() not in _CLOSED:
        return NothingToDo(f"a purchase order is {found.status[:64] or 'open'}; closed is complete")
    counted = [
        item.model_copy(update={"quantity": item.quantity_received or 0})
        for item in found.line_items
    ]
    moment = happened(message.delivery, None, "")
    event = CanonicalEvent(
        source_event_id=f"{NAMESPACE}:purchase_order:{found.po_id or name}:completed",
        event_type=EventType.RECEIPT_COMPLETED,
        occurred_at=moment.instant,
        time_flags=moment.flags,
        order=Reference(namespace="receipt", value=name),
        lines=lines(counted),
        fragment={"purchase_order": name, "lines": [item.model_dump() for item in counted]},
    )
    return Events((event,))


READERS: dict[str, Reader] = {"return update": _returned, "po update": _purchased}
