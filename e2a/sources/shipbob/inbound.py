"""What comes in: returns (`return.*`) and warehouse receiving orders."""

from collections.abc import Iterator

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType, Line, Reference, TimeFlag
from e2a.sources.reading import Identifier, Loose, events_or_nothing
from e2a.sources.shipbob.message import Message, Reader
from e2a.sources.shipbob.shapes import NAMESPACE, names_of
from e2a.sources.times import Moment

_RESTOCK = "restock"
_RECEIPTS = {
    "Arrived": EventType.RECEIPT_ARRIVED,
    "Completed": EventType.RECEIPT_COMPLETED,
}


class _Action(Loose):
    action: str = ""
    quantity_processed: int = 0


class _Returned(Loose):
    id: Identifier | None = None
    sku: Identifier | None = None
    quantity: int = 0
    action_taken: tuple[_Action, ...] = ()

    def line(self, units: int) -> Line | None:
        """So many units of it."""
        name = self.id or self.sku
        return Line(line=name, sku=self.sku, quantity=units) if name and units > 0 else None

    @property
    def restocked(self) -> int:
        """Units that went back on the shelf."""
        taken = (step for step in self.action_taken if step.action.lower() == _RESTOCK)
        return sum(step.quantity_processed for step in taken)


class _Return(Loose):
    id: Identifier
    store_order_id: Identifier | None = None
    original_shipment_id: Identifier | None = None
    arrived_date: str | None = None
    completed_date: str | None = None
    inventory: tuple[_Returned, ...] = ()


def returned(message: Message) -> Events | NothingToDo:
    """Received when the goods arrived; what was put back on the shelf, when it was done."""
    return events_or_nothing(_of_return(message), "the return is announced; no goods are here yet")


def _of_return(message: Message) -> Iterator[CanonicalEvent]:
    found = _Return.model_validate(message.body)
    shipment = found.original_shipment_id
    about = {
        **names_of(message.delivery, None, found.store_order_id),
        "shipment": Reference(namespace=NAMESPACE, value=shipment) if shipment else None,
        "attributes": {"return_id": found.id},
    }
    if about["order"] is None and shipment is None:
        about["order"] = Reference(namespace=NAMESPACE, value=f"return:{found.id}")
    for event_type, at, field, units in (
        (EventType.RETURN_RECEIVED, found.arrived_date, "arrived_date", _all_units),
        (EventType.RESTOCKED, found.completed_date, "completed_date", _restocked_units),
    ):
        lines = units(found.inventory)
        if at and (lines or event_type is EventType.RETURN_RECEIVED):
            yield message.event(
                event_type, message.when(at, field), "return", found.id, event_type.value,
                lines=lines, **about,
            )  # fmt: skip


def _all_units(items: tuple[_Returned, ...]) -> tuple[Line, ...]:
    return tuple(line for item in items if (line := item.line(item.quantity)))


def _restocked_units(items: tuple[_Returned, ...]) -> tuple[Line, ...]:
    return tuple(line for item in items if (line := item.line(item.restocked)))


class _Step(Loose):
    status: str
    timestamp: str


class _Counted(Loose):
    inventory_id: Identifier | None = None
    sku: Identifier | None = None
    received_quantity: int = 0


class _Receipt(Loose):
    id: Identifier
    status: str
    last_updated_date: str | None = None
    purchase_order_number: Identifier | None = None
    package_type: str | None = None
    inventory_quantities: tuple[_Counted, ...] = ()
    status_history: tuple[_Step, ...] = ()


def received(message: Message) -> Events | NothingToDo:
    """Arrived and completed, by the history of statuses, else by the status that holds now."""
    receipt = _Receipt.model_validate(message.body)
    steps = receipt.status_history or (
        _Step(status=receipt.status, timestamp=receipt.last_updated_date or ""),
    )
    found = [_of_receipt(message, receipt, step) for step in steps if step.status in _RECEIPTS]
    return events_or_nothing(found, f"a receiving order is {receipt.status[:64]}; no goods yet")


def _of_receipt(message: Message, receipt: _Receipt, step: _Step) -> CanonicalEvent:
    counted = (
        Line(
            line=item.inventory_id or item.sku or "", sku=item.sku, quantity=item.received_quantity
        )
        for item in receipt.inventory_quantities
        if item.received_quantity > 0
    )
    event_type = _RECEIPTS[step.status]
    known = {"purchase_order": receipt.purchase_order_number, "package": receipt.package_type}
    return message.event(
        event_type,
        _when(message, receipt, step),
        "receipt", receipt.id, event_type.value,
        order=Reference(namespace="receipt", value=receipt.id),
        lines=tuple(counted) if event_type is EventType.RECEIPT_COMPLETED else (),
        attributes={name: value for name, value in known.items() if value},
    )  # fmt: skip


def _when(message: Message, receipt: _Receipt, step: _Step) -> Moment:
    """Without a history the last update stands in for the time of its status, flagged."""
    moment = message.when(step.timestamp, "status_history.timestamp")
    if receipt.status_history:
        return moment
    return Moment(moment.instant, moment.flags | {TimeFlag.ASSUMED_TIME})


READERS: dict[str, Reader] = {
    "return.created": returned,
    "return.updated": returned,
    "return.completed": returned,
}
