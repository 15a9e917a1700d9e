"""What makes two deliveries of a sender the same one, whether pushed, pulled or landed in bulk.

Add a rule here with a new sender. The inbox dedupes by (tenant, road, this id); a fact's own
identity, which also holds between formats, is its parser's business.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

LONGEST = 300
"""Characters of an id; a longer one is named by its hash, so that it fits the index."""

_Headers = Mapping[str, str]
_Rule = Callable[[_Headers, Any], str | None]


def delivery_id(
    sender: str,
    headers: _Headers,
    body: bytes,
    document: Any = None,  # noqa: ANN401 - any JSON value
) -> str:
    """The id under which a message of this sender is known; its bytes are its name of last resort.

    Our own formats may state it in header `idempotency-key`.

    Args:
        sender: the path word, such as `shopify` or `easypost`.
        headers: lower-cased names.
        body: exactly what arrived.
        document: the body as JSON, None if it is none; Shopify and ShipBob need none.
    """
    if sender in _OWN and (key := headers.get("idempotency-key", "").strip()):
        return _short(key)
    if sender == "file":
        return f"event:{hashlib.sha256(body.strip()).hexdigest()[:32]}"
    prefix = _PREFIXES.get(sender, f"{sender}:")
    said = _RULES[sender](headers, document) if sender in _RULES else None
    name = (said or "").replace("\0", "").strip()
    if not name:
        return f"{prefix}body:{hashlib.sha256(body).hexdigest()}"
    return prefix + _short(name)


def _short(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    return f"long:{hashlib.sha256(name.encode()).hexdigest()}"


def reads_body(sender: str) -> bool:
    """Whether the id depends on what the body says."""
    return sender not in ("shopify", "shipbob", "sendcloud", "shipengine", "file")


def first(headers: _Headers, *names: str) -> str | None:
    """The first of these headers that says something."""
    for name in names:
        if found := headers.get(name):
            return found
    return None


def at(document: Any, *path: str) -> str | None:  # noqa: ANN401 - any JSON value
    """A text or whole number at a path of keys; None where there is none."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    is_name = isinstance(document, str | int) and not isinstance(document, bool)
    return str(document) if is_name else None


def _shopify(headers: _Headers, document: object) -> str | None:
    webhook = first(headers, "x-shopify-webhook-id", "shopify-webhook-id")
    topic = first(headers, "x-shopify-topic", "shopify-topic") or ""
    return webhook and f"{topic.lower()}:{webhook}"


def _typed(headers: _Headers, document: object) -> str | None:
    return at(document, "event_id")


def _amazon(headers: _Headers, document: Any) -> str | None:  # noqa: ANN401 - any JSON value
    inner = document.get("detail", document) if isinstance(document, dict) else None
    for envelope in ("NotificationMetadata", "notificationMetadata"):
        for name in ("NotificationId", "notificationId"):
            if found := at(inner, envelope, name):
                return found
    return None


def _epcis(headers: _Headers, document: Any) -> str | None:  # noqa: ANN401 - any JSON value
    body = document.get("epcisBody") if isinstance(document, dict) else None
    events = body.get("eventList") if isinstance(body, dict) else [document]
    one = events[0] if isinstance(events, list) and len(events) == 1 else None
    return at(one, "eventID")


_RULES: dict[str, _Rule] = {
    "shopify": _shopify,
    "easypost": lambda headers, document: at(document, "id"),
    "aftership": lambda headers, document: at(document, "event_id"),
    "shippo": lambda headers, document: at(document, "data", "tracking_status", "object_id"),
    "shipbob": lambda headers, document: headers.get("webhook-id"),
    "shiphero": lambda headers, document: headers.get("x-shiphero-message-id"),
    "amazon": _amazon,
    "epcis": _epcis,
    "wms": _typed,
    "carrier": _typed,
}
_OWN = ("wms", "carrier", "file")
_PREFIXES = {"shopify": "", "wms": "wms-", "carrier": "carrier-"}
"""Of senders whose ids were given before there was a gateway, or are unmistakable."""
