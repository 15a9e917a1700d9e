"""Which carrier format a body has; add a line here with a new module."""

from typing import Any

from e2a.domain.deliveries import Delivery, Events, NothingToDo, RefusedDeliveryError
from e2a.sources.carrier import aftership, easypost
from e2a.sources.reading import decode
from e2a.sources.typed.batch import is_typed, translate_all
from e2a.sources.typed.translate import Lane

_LANE = Lane(namespace="wms")


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The scans of a message; typed events name orders by the warehouse's number."""
    document = decode(delivery)
    body: dict[str, Any] = document if isinstance(document, dict) else {}
    if body.get("object") in ("Event", "Tracker"):
        return easypost.parse(body)
    if (tracking := aftership.tracking_in(body)) is not None:
        return aftership.parse(tracking)
    if is_typed(document):
        return translate_all(document, _LANE, delivery)
    raise RefusedDeliveryError(
        "unknown_type",
        "The body is no EasyPost event (`object`), AfterShip message (`msg`) or typed event "
        "(`event_type`); send one of these, see docs/sources.md.",
    )
