"""Which parts of a payload are personal, and blanking them.

Keys, times, quantities, countries and tracking numbers stay: verdicts and invoices need them and
they name nobody. Everything that names or finds a person becomes null.
"""

import re
from collections.abc import Iterator
from typing import Any

import orjson

CONTAINERS = re.compile(
    r"^(customer|buyer|consignee|recipient|client_details|note_attributes"
    r"|(shipping|billing|default|origin|to|from|return|customer)_?address|address(es)?|destination"
    r"|signature.*)$"
)
"""Objects in which every leaf is personal, but for the ones that `KEPT` names."""

KEYS = re.compile(
    r"^(e?mail|contact_email|phone.*|mobile|first_?name|last_?name|full_?name|customer_?name"
    r"|address_?[12]|street.*|zip|postal_?code|city|note|notes|delivery_notes|signed_by"
    r"|browser_ip|ip_address|latitude|longitude|company|vat.*|tax_id|birth.*)$"
)
KEPT = re.compile(r"^(country|country_code|zone|promised_at|deliver_by)$")


def redact(body: bytes) -> bytes | None:
    """The body with personal fields blanked, the same for the same body; None if it is not JSON."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return orjson.dumps(_blank(value, personal=False))


NOTES = re.compile(r"^(note|notes|delivery_notes|comment|comments|message)$")
"""Free text about an order: not known to be personal, and never known not to be."""


def personal_values(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON is anything
    """What blanking would take out of a payload, but for free text: names, places, numbers."""
    yield from _personal(value, personal=False)


def _personal(value: Any, *, personal: bool) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, dict):
        yield from _whole_name(value)
        for key, item in value.items():
            name = key.lower()
            if not (KEPT.match(name) or NOTES.match(name)):
                is_one = personal or bool(CONTAINERS.match(name) or KEYS.match(name))
                yield from _personal(item, personal=is_one)
    elif isinstance(value, list):
        for item in value:
            yield from _personal(item, personal=personal)
    elif personal and isinstance(value, str) and value.strip():
        yield value


def _whole_name(value: dict[str, Any]) -> Iterator[str]:
    """First and last name as they are read: apart, each may be anybody's."""
    first, last = (value.get(name) for name in ("first_name", "last_name"))
    if isinstance(first, str) and isinstance(last, str) and first.strip() and last.strip():
        yield f"{first.strip()} {last.strip()}"


def notes_in(payload: dict[str, Any]) -> Iterator[str]:
    """The free text that stands at the top of a payload."""
    for key, item in payload.items():
        if NOTES.match(key.lower()) and isinstance(item, str) and item.strip():
            yield item


def _blank(value: Any, *, personal: bool) -> Any:  # noqa: ANN401 - JSON is anything
    if isinstance(value, dict):
        if set(value) == {"name", "value"}:  # note attributes: kept if the name is one of ours
            kept = KEPT.match(str(value["name"])) is not None
            return value if kept or not personal else {**value, "value": None}
        return {key: _field(key, item, personal) for key, item in value.items()}
    if isinstance(value, list):
        return [_blank(item, personal=personal) for item in value]
    return None if personal else value


def _field(key: str, value: Any, personal: bool) -> Any:  # noqa: ANN401
    name = key.lower()
    if KEPT.match(name):
        return value
    return _blank(value, personal=personal or bool(CONTAINERS.match(name) or KEYS.match(name)))
