"""Topics `orders/*` and `order_transactions/*`: received, paid, edited, cancelled."""

from typing import Any

from e2a.domain.deliveries import Events, NothingToDo, RefusedDeliveryError
from e2a.domain.events import CanonicalEvent, EventType
from e2a.sources.reading import Digits, Loose, code, country
from e2a.sources.shopify.lines import LineItem, lines_left, spoken
from e2a.sources.shopify.message import Identified, Message, Reader, order_reference, parts
from e2a.sources.times import Moment, read_aware

_PROMISES = ("promised_at", "deliver_by")
_FRAGMENT = (
    "id", "admin_graphql_api_id", "name", "created_at", "processed_at", "cancelled_at",
    "cancel_reason", "source_name", "note_attributes", "shipping_address", "email",
)  # fmt: skip


class _Address(Loose):
    country_code: str | None = None


class _ShippingLine(Loose):
    code: str | None = None


class _Note(Loose):
    name: str = ""
    value: Any = None


class _Order(Identified):
    created_at: str | None = None
    processed_at: str | None = None
    updated_at: str | None = None
    cancelled_at: str | None = None
    cancel_reason: str | None = None
    source_name: str | None = None
    line_items: tuple[LineItem, ...] = ()
    shipping_address: _Address | None = None
    shipping_lines: tuple[_ShippingLine, ...] = ()
    note_attributes: tuple[_Note, ...] = ()

    @property
    def is_digital(self) -> bool:
        return bool(self.line_items) and not any(item.is_physical for item in self.line_items)


class _Delta(Identified):
    delta: int


class _Deltas(Loose):
    additions: tuple[_Delta, ...] = ()
    removals: tuple[_Delta, ...] = ()


class _Edit(Loose):
    order_id: Digits
    committed_at: str | None = None
    created_at: str | None = None
    line_items: _Deltas = _Deltas()


class _Edited(Loose):
    order_edit: _Edit


class _Transaction(Loose):
    order_id: Digits
    status: str
    created_at: str | None = None
    processed_at: str | None = None


def _created(message: Message) -> Events | NothingToDo:
    order = _Order.model_validate(message.body)
    return _of(
        message,
        order,
        EventType.ORDER_CREATED,
        message.when(order.created_at, order.processed_at),
        lines=lines_left(order.line_items),
        channel=code(order.source_name),
        service_level=code(order.shipping_lines[0].code) if order.shipping_lines else None,
        destination_country=country(
            order.shipping_address.country_code if order.shipping_address else None
        ),
        promised_at=_promise(order),
    )


def _paid(message: Message) -> Events | NothingToDo:
    """An order placed on Monday may be paid on Friday: the body tells only Monday."""
    order = _Order.model_validate(message.body)
    moment = message.triggered_or(order.processed_at, order.updated_at, order.created_at)
    return _of(message, order, EventType.ORDER_PAID, moment)


def _cancelled(message: Message) -> Events | NothingToDo:
    order = _Order.model_validate(message.body)
    moment = message.when(order.cancelled_at)
    reason = code(order.cancel_reason)
    return _of(message, order, EventType.ORDER_CANCELLED, moment, reason=reason)


def _of(
    message: Message,
    order: _Order,
    event_type: EventType,
    moment: Moment,
    **fields: Any,  # noqa: ANN401 - checked by CanonicalEvent
) -> Events | NothingToDo:
    if order.is_digital:
        return NothingToDo("no line of this order needs shipping")
    reference = order_reference(order.id)
    lines = spoken(message.body.get("line_items") or ())
    fragment = {**parts(message.body, *_FRAGMENT), "line_items": lines}
    return Events(
        (message.event(event_type, moment, order=reference, fragment=fragment, **fields),)
    )


def _promise(order: _Order) -> Any:  # noqa: ANN401 - an instant or None
    """A promise only if a note attribute states an instant; a date or a wish is none."""
    for note in order.note_attributes:
        if note.name in _PROMISES and isinstance(note.value, str):
            try:
                return read_aware(note.value, note.name)
            except RefusedDeliveryError:
                return None
    return None


def _edited(message: Message) -> Events | NothingToDo:
    edit = _Edited.model_validate(message.body).order_edit
    deltas = {
        name: [{"line": one.id, "delta": one.delta} for one in found if one.delta]
        for name, found in (
            ("additions", edit.line_items.additions),
            ("removals", edit.line_items.removals),
        )
    }
    if not any(deltas.values()):
        return NothingToDo("the edit changes no quantity")
    event = message.event(
        EventType.ORDER_EDITED,
        message.when(edit.committed_at, edit.created_at),
        order=order_reference(edit.order_id),
        attributes=deltas,
        fragment=parts(message.body, "order_edit"),
    )
    return Events((event,))


def _transaction(message: Message) -> Events | NothingToDo:
    payment = _Transaction.model_validate(message.body)
    if payment.status not in ("failure", "error"):
        return NothingToDo("only a failed payment is a fact here; orders/paid carries success")
    return Events((_payment_failed(message, payment),))


def _payment_failed(message: Message, payment: _Transaction) -> CanonicalEvent:
    return message.event(
        EventType.EXCEPTION_REPORTED,
        message.when(payment.processed_at, payment.created_at),
        order=order_reference(payment.order_id),
        reason="payment_failed",
        fragment=parts(message.body, "id", "order_id", "status", "kind", "error_code"),
    )


READERS: dict[str, Reader] = {
    "orders/create": _created,
    "orders/paid": _paid,
    "orders/cancelled": _cancelled,
    "orders/edited": _edited,
    "order_transactions/create": _transaction,
}
