"""Whole bodies of the typed shape: one event, an array, or {"events": [...]}."""

from typing import Any

from pydantic import ValidationError

from e2a.domain.deliveries import Delivery, Events, NothingToDo, RefusedDeliveryError
from e2a.domain.events import CanonicalEvent
from e2a.sources.reading import as_object, header, refusal_of
from e2a.sources.typed.translate import Lane, translate


def is_typed(document: object) -> bool:
    """Whether a body has the typed shape rather than a third party's."""
    keys = document if isinstance(document, dict) else {}
    return isinstance(document, list) or "event_type" in keys or "events" in keys


def translate_all(document: object, lane: Lane, delivery: Delivery) -> Events | NothingToDo:
    """Every event of a body, all or none: one row that is refused refuses its delivery."""
    correlation = header(delivery, "x-correlation-id")
    found = [
        _one(as_object(row, where or "The body"), where, lane, correlation)
        for where, row in _rows(document)
    ]
    events = tuple(event for event in found if isinstance(event, CanonicalEvent))
    if events:
        return Events(events)
    reasons = {nothing.reason: None for nothing in found if isinstance(nothing, NothingToDo)}
    return NothingToDo("; ".join(reasons) or "the body lists no event")


def _rows(document: object) -> list[tuple[str, Any]]:
    if isinstance(document, dict) and "events" not in document:
        return [("", document)]
    rows = document["events"] if isinstance(document, dict) else document
    if not isinstance(rows, list):
        raise RefusedDeliveryError(
            "invalid_field", "The body is no event, array or {events: [...]}; send one of these."
        )
    return [(f"events.{position}.", row) for position, row in enumerate(rows)]


def _one(
    row: dict[str, Any], where: str, lane: Lane, correlation: str | None
) -> CanonicalEvent | NothingToDo:
    given = row if row.get("correlation_id") else {**row, "correlation_id": correlation}
    try:
        return translate(given, lane)
    except ValidationError as error:
        raise refusal_of(error, where) from None
    except RefusedDeliveryError as error:
        raise RefusedDeliveryError(error.reason, _placed(error.detail, where)) from None


def _placed(detail: str, where: str) -> str:
    return f"In `{where.rstrip('.')}`: {detail}" if where else detail
