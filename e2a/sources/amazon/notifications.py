"""The envelope of a notification, as SQS, SNS or EventBridge hand it over."""

import re
from typing import Any

import orjson

from e2a.domain.deliveries import Delivery, Events, NothingToDo, RefusedDeliveryError
from e2a.sources.amazon import orders, seller_orders, tracking
from e2a.sources.amazon.message import Message, Reader
from e2a.sources.reading import Identifier, Loose, as_object, decode, missing, unknown

READERS: dict[str, Reader] = {**orders.READERS, **seller_orders.READERS, **tracking.READERS}
NOTHING = frozenset({
    "ACCOUNT_STATUS_CHANGED", "ANY_OFFER_CHANGED", "B2B_ANY_OFFER_CHANGED",
    "BRANDED_ITEM_CONTENT_CHANGE", "DATA_KIOSK_QUERY_PROCESSING_FINISHED",
    "DETAIL_PAGE_TRAFFIC_EVENT", "EXTERNAL_FULFILLMENT_SHIPMENT_STATUS_CHANGE",
    "FBA_INVENTORY_AVAILABILITY_CHANGES", "FEE_PROMOTION", "FEED_PROCESSING_FINISHED",
    "ITEM_INVENTORY_EVENT_CHANGE", "ITEM_PRODUCT_TYPE_CHANGE", "ITEM_SALES_EVENT_CHANGE",
    "LISTINGS_ITEM_ISSUES_CHANGE", "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
    "LISTINGS_ITEM_STATUS_CHANGE", "MFN_ORDER_STATUS_CHANGE", "ORDER_STATUS_CHANGE",
    "PRICING_HEALTH", "PRODUCT_TYPE_DEFINITIONS_CHANGE", "REPORT_PROCESSING_FINISHED",
    "TRANSACTION_UPDATE",
})  # fmt: skip
"""Types that are real and state no fact about the fulfilment of an order."""


_WORDS = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class _Metadata(Loose):
    notification_id: Identifier


class _Notification(Loose):
    notification_type: str
    event_time: str | None = None
    notification_metadata: _Metadata
    payload: dict[str, Any]


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The facts of a notification.

    Raises:
        RefusedDeliveryError: it is none, or its type or a status is not known.
    """
    body = _snake(_opened(as_object(decode(delivery), "The body")))
    kind = str(body.get("notification_type") or "").upper()
    if kind in NOTHING:
        return NothingToDo(f"{kind} states no fact about an order's fulfilment")
    if not kind:
        raise missing("NotificationType", ", such as FULFILLMENT_ORDER_STATUS")
    if kind not in READERS:
        raise unknown("The Amazon notification type", kind, (*READERS, *NOTHING))
    found = _Notification.model_validate(body)
    content = _content(found.payload, kind)
    message = Message(
        kind, found.notification_metadata.notification_id, found.event_time, content, delivery
    )
    return READERS[kind](message)


def _opened(body: dict[str, Any]) -> dict[str, Any]:
    """What SNS wraps as text, and EventBridge as `detail`."""
    if isinstance(body.get("detail"), dict):
        return dict(body["detail"])
    if not isinstance(body.get("Message"), str):
        return body
    try:
        return as_object(orjson.loads(body["Message"]), "Field `Message`")
    except orjson.JSONDecodeError:
        raise RefusedDeliveryError(
            "malformed_json", "Field `Message` is not JSON; send the notification as Amazon did."
        ) from None


def _content(payload: dict[str, Any], kind: str) -> dict[str, Any]:
    """A payload holds one object, named like its type."""
    inner = [value for value in payload.values() if isinstance(value, dict)]
    if len(inner) != 1:
        raise missing("Payload", f", with one object of {kind}")
    return dict(inner[0])


def _snake(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Keys in one spelling: older types write `SellerSKU`, newer ones `sellerSku`."""
    if isinstance(value, dict):
        return {_WORDS.sub("_", key).lower(): _snake(item) for key, item in value.items()}
    return [_snake(item) for item in value] if isinstance(value, list) else value
