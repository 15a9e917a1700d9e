"""Bytes to JSON, identifiers to text, and every misfit to one clear refusal.

Add a helper here when two sources need it. What a field means belongs to the source's own module.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from e2a.domain.deliveries import Delivery, Events, NothingToDo, RefusedDeliveryError
from e2a.domain.events import CanonicalEvent, Code, Name

_BOM = b"\xef\xbb\xbf"
_SURELY_WRITABLE = 200
"""So few objects and arrays cannot be nested too deep to be written."""
_GID = re.compile(r"(?:gid://shopify/\w+/)?(\d{1,32})(?:\?.*)?", re.ASCII)


class Loose(BaseModel):
    """Base of payload shapes: unknown fields are ignored, since the raw body is kept."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the body holds
        """A field that is null or "" says as much as one that is not there."""
        if not isinstance(data, dict) or not (None in data.values() or "" in data.values()):
            return data
        return {key: value for key, value in data.items() if value is not None and value != ""}


def decode(delivery: Delivery) -> Any:  # noqa: ANN401 - any JSON value
    """The body as JSON, without NUL characters, which Postgres cannot hold.

    Raises:
        RefusedDeliveryError: `malformed_json`; also for nesting too deep to be written again.
    """
    body = delivery.body.removeprefix(_BOM)
    try:
        document = orjson.loads(body)
        if body.count(b"{") + body.count(b"[") > _SURELY_WRITABLE:
            orjson.dumps(document)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
        raise RefusedDeliveryError(
            "malformed_json", f"The body is not usable JSON ({error}); send one JSON document."
        ) from None
    return _without_nul(document) if b"\\u0000" in body else document


def _without_nul(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {key.replace("\0", ""): _without_nul(item) for key, item in value.items()}
    return value


def as_object(value: object, what: str) -> dict[str, Any]:
    """The value itself, if it is a JSON object."""
    if isinstance(value, dict):
        return value
    raise RefusedDeliveryError("invalid_field", f"{what} is not a JSON object; send an object.")


def header(delivery: Delivery, *names: str) -> str | None:
    """The first of these headers that is present and not empty."""
    if not delivery.headers:
        return None
    for name in names:
        if text := delivery.headers.get(name, "").replace("\0", "").strip():
            return text
    return None


def _text(value: object) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | float):
        raise ValueError("an identifier must be a string or an integer; numbers here lose digits")
    return str(value) if isinstance(value, int) else value


def digits(value: object) -> str:
    """The digits of a Shopify id, be it `1`, `"1"` or `gid://shopify/Order/1`.

    Raises:
        ValueError: not an id; a floating-point number has already lost digits and is none.
    """
    match = _GID.fullmatch(str(_text(value)))
    if match is None:
        raise ValueError(
            "expected the digits of a Shopify id or a gid such as gid://shopify/Order/1"
        )
    return match[1]


Identifier = Annotated[Name, BeforeValidator(_text)]
CodeText = Annotated[Code, BeforeValidator(_text)]
Digits = Annotated[str, BeforeValidator(digits)]


def code(value: object) -> str | None:
    """A third party's word as a Code: at most 64 characters, None where it says nothing."""
    text = str(value).strip()[:64].strip() if isinstance(value, str | int) else ""
    return text or None


def country(value: str | None) -> str | None:
    """A two-letter country, None where the source states none or writes it otherwise."""
    if not value:
        return None
    text = value.strip().upper()
    return text if re.fullmatch("[A-Z]{2}", text) else None


def refusal_of(error: ValidationError, where: str = "") -> RefusedDeliveryError:
    """The first of a model's complaints as one sentence; values are not repeated (privacy)."""
    first, *others = error.errors(include_url=False, include_input=False, include_context=False)
    path = where + ".".join(str(part) for part in first["loc"])
    more = f" ({len(others)} more problems follow)" if others else ""
    if first["type"] == "missing":
        return missing(path, more)
    problem = first["msg"].removeprefix("Value error, ")
    return RefusedDeliveryError(
        "invalid_field", f"Field `{path}` cannot be used: {problem}; correct it and resend{more}."
    )


def missing(path: str, more: str = "") -> RefusedDeliveryError:
    """The refusal for a field that has to be there."""
    return RefusedDeliveryError("missing_field", f"Field `{path}` is missing; send it{more}.")


def unknown(what: str, name: str, known: Iterable[str]) -> RefusedDeliveryError:
    """The refusal for a word outside a closed list, with the nearest known word."""
    near = get_close_matches(name[:80], list(known), 1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`?" if near else "docs/sources.md lists the known ones."
    return RefusedDeliveryError("unknown_type", f"{what} `{name[:80]}` is not known; {hint}")


def events_or_nothing(
    events: Iterable[CanonicalEvent], reason_if_none: str
) -> Events | NothingToDo:
    """The events, or why there are none."""
    found = tuple(events)
    return Events(found) if found else NothingToDo(reason_if_none)


def together(found: Iterable[Events | NothingToDo], reason_if_none: str) -> Events | NothingToDo:
    """What the parts of a body state, each fact once; else why none of them states any."""
    parts = tuple(found)
    events = [event for part in parts if isinstance(part, Events) for event in part.events]
    if events:
        return Events(tuple({event.source_event_id: event for event in events}.values()))
    reasons = {part.reason: None for part in parts if isinstance(part, NothingToDo)}
    return NothingToDo("; ".join(reasons) or reason_if_none)
