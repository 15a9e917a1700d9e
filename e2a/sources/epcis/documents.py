"""The envelope: a capture document, a query's answer, one event, or a list of events."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from e2a.domain.deliveries import Delivery, Events, NothingToDo, RefusedDeliveryError
from e2a.sources.epcis.facts import facts
from e2a.sources.epcis.shapes import Context
from e2a.sources.reading import as_object, decode, missing, refusal_of, together

_OFFSET = re.compile(r"(Z|[+-]\d\d:\d\d)$", re.ASCII)


def parse(delivery: Delivery) -> Events | NothingToDo:
    """Every event of a document, all or none: one that is refused refuses its document.

    Raises:
        RefusedDeliveryError: it is no EPCIS document in JSON; or names the event and the field.
    """
    if delivery.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise RefusedDeliveryError(
            "malformed_json", "The body is XML; send EPCIS 2.0 in JSON, as EPCIS 1.2 is not read."
        )
    document = decode(delivery)
    context = context_of(document, delivery)
    found = [_one(item, place, context) for place, item in enumerate(events_in(document))]
    return together(found, "the document lists no event")


def context_of(document: object, delivery: Delivery) -> Context:
    """Namespaces, and the fields that the document says to leave out of an event's identity."""
    found = list(levels(document))
    prefixes: dict[str, str] = {}
    for level in found:
        stated = level.get("@context")
        for entry in stated if isinstance(stated, list) else [stated]:
            if isinstance(entry, dict):
                prefixes |= {k: v for k, v in entry.items() if isinstance(v, str)}
    skip = [
        name
        for level in found
        for key, value in level.items()
        if key.endswith(":ignoreFields") and isinstance(value, list)
        for name in value
        if isinstance(name, str)
    ]
    return Context(prefixes, tuple(skip), delivery)


def levels(document: object) -> Iterator[dict[str, Any]]:
    """The document and what it wraps its events in."""
    level = document
    for inner in ("epcisBody", "queryResults", "resultsBody"):
        if isinstance(level, dict):
            yield level
            level = level.get(inner)
    if isinstance(level, dict):
        yield level


def events_in(document: object) -> list[Any]:
    """The events of a document, as they stand there.

    Raises:
        RefusedDeliveryError: it is no EPCIS document.
    """
    if isinstance(document, list):
        return document
    *_, last = [*levels(document), {}][:-1] or [{}]
    if str(last.get("type", "")).endswith("Event"):
        return [last]
    listed = last.get("eventList", last.get("event"))
    if listed is None:
        raise missing("epcisBody.eventList", ", the events of the document")
    return listed if isinstance(listed, list) else [listed]


def _one(item: object, place: int, context: Context) -> Events | NothingToDo:
    where = f"eventList.{place}"
    try:
        return facts(_zoned(as_object(item, f"`{where}`")), context)
    except ValidationError as error:
        raise refusal_of(error, f"{where}.") from None
    except RefusedDeliveryError as error:
        raise RefusedDeliveryError(error.reason, f"In `{where}`: {error.detail}") from None


def _zoned(event: dict[str, Any]) -> dict[str, Any]:
    """A time without an offset is on the clock that `eventTimeZoneOffset` tells."""
    at, offset = event.get("eventTime"), event.get("eventTimeZoneOffset")
    if not isinstance(at, str) or not isinstance(offset, str):
        return event
    naive = not _OFFSET.search(at) and _OFFSET.fullmatch(offset)
    return {**event, "eventTime": at + offset} if naive else event
