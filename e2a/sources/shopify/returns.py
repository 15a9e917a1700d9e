"""Topics `refunds/*` and `returns/*`: units that came back, or need not be sent any more."""

from collections.abc import Iterator

from pydantic import model_validator

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import CanonicalEvent, EventType
from e2a.sources.reading import Digits, Loose, events_or_nothing
from e2a.sources.shopify.lines import LineItem, lines_named
from e2a.sources.shopify.message import Identified, Message, Reader, order_reference, parts

_RESTOCKED = frozenset({"return", "cancel", "legacy_restock"})


class _RefundLine(Loose):
    quantity: int
    restock_type: str | None = None
    line_item: LineItem

    @model_validator(mode="before")
    @classmethod
    def _line_by_id(cls, data: object) -> object:
        """The nested line item has the exact gid; the bare `line_item_id` stands in for it."""
        if not isinstance(data, dict):
            return data
        nested = data.get("line_item") or {"id": data.get("line_item_id")}
        if not isinstance(nested, dict):
            return data
        return {**data, "line_item": {**nested, "quantity": data.get("quantity")}}


class _Refund(Identified):
    order_id: Digits
    created_at: str | None = None
    processed_at: str | None = None
    refund_line_items: tuple[_RefundLine, ...] = ()


class _ReturnedOrder(Identified):
    pass


class _Return(Loose):
    order_id: Digits | None = None
    order: _ReturnedOrder | None = None


def _refund(message: Message) -> Events | NothingToDo:
    refund = _Refund.model_validate(message.body)
    return events_or_nothing(
        _refund_events(message, refund), "the refund moves money; it restocks no unit"
    )


def _refund_events(message: Message, refund: _Refund) -> Iterator[CanonicalEvent]:
    """Restocking is work; units restocked as `cancel` also leave what is to be shipped."""
    restocked = [line for line in refund.refund_line_items if line.restock_type in _RESTOCKED]
    cancelled = [line for line in restocked if line.restock_type == "cancel"]
    for event_type, found in (
        (EventType.ORDER_CANCELLED, cancelled),
        (EventType.RESTOCKED, restocked),
    ):
        if lines := lines_named(line.line_item for line in found):
            yield message.event(
                event_type,
                message.when(refund.created_at, refund.processed_at),
                source_event_id=f"refunds/create:{refund.id}:{event_type.value}",
                order=order_reference(refund.order_id),
                lines=lines,
                attributes={"refund_id": refund.id},
                fragment=parts(message.body, "id", "order_id", "created_at", "refund_line_items"),
            )


def _returned(message: Message) -> Events | NothingToDo:
    """Processing is when Shopify learns that the goods are there; its quantities are not stated."""
    body = _Return.model_validate(message.body)
    order_id = body.order.id if body.order else body.order_id
    if order_id is None:
        return NothingToDo("the processed return names no order")
    event = message.event(
        EventType.RETURN_RECEIVED,
        message.when(),
        order=order_reference(order_id),
        fragment=message.body,
    )
    return Events((event,))


READERS: dict[str, Reader] = {"refunds/create": _refund, "returns/process": _returned}
