"""Which carrier format a body has; add a line here with a new module."""

from typing import Any

from e2a.domain.deliveries import Delivery, Events, NothingToDo, RefusedDeliveryError
from e2a.sources.carrier import aftership, easypost
from e2a.sources.reading import decode, together
from e2a.sources.typed.batch import is_typed, translate_all
from e2a.sources.typed.translate import Lane

_LANE = Lane(namespace="wms")
_EASYPOST = ("Event", "Tracker")
"""What EasyPost calls its objects that may hold scans."""


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The scans of a message, or of a page; typed events name orders by the warehouse's number."""
    document = decode(delivery)
    body: dict[str, Any] = document if isinstance(document, dict) else {}
    if (page := _page(body)) is not None:
        return together([_of_aggregator(one) for one in page], "the page is empty")
    if _is_aggregators(body):
        return _of_aggregator(body)
    if is_typed(document):
        return translate_all(document, _LANE, delivery)
    raise _nobodys()


def _page(body: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The trackers, events or trackings that an API lists."""
    data = body.get("data")
    listed = body.get("trackers") or body.get("events")
    if isinstance(data, dict) and "trackings" in data:
        listed = [{"msg": tracking} for tracking in data["trackings"] or []]
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        return None
    return listed if all(_is_aggregators(one) for one in listed) else None


def _is_aggregators(body: dict[str, Any]) -> bool:
    return body.get("object") in _EASYPOST or aftership.tracking_in(body) is not None


def _of_aggregator(body: dict[str, Any]) -> Events | NothingToDo:
    if body.get("object") in _EASYPOST:
        return easypost.parse(body)
    tracking = aftership.tracking_in(body)
    if tracking is None:
        raise _nobodys()
    return aftership.parse(tracking)


def _nobodys() -> RefusedDeliveryError:
    return RefusedDeliveryError(
        "unknown_type",
        "The body is no EasyPost event (`object`), AfterShip message (`msg`) or typed event "
        "(`event_type`); send one of these, see docs/sources.md.",
    )
