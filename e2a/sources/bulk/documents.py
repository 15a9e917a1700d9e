"""X12 interchanges and EPCIS documents, a delivery a transaction or an event.

So a transaction that is refused leaves its neighbours alone, and each is known by its content.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from e2a.domain.deliveries import Delivery, RefusedDeliveryError
from e2a.domain.dialects import DIALECT_HEADER, EPCIS, X12
from e2a.domain.errors import BadInputError
from e2a.domain.x12 import Interchange, Transaction, cut, interchange
from e2a.sources.bulk.batch import Bulk, Target
from e2a.sources.epcis.documents import events_in, levels
from e2a.sources.x12.interchanges import READERS

_KEPT = ("@context", ":ignoreFields")
"""Ends of the keys of a document that say how its events are read."""


def _spoken(to: Target, dialect: str) -> Target:
    return replace(to, headers={**to.headers, DIALECT_HEADER: dialect})


def _bytes(file: Path) -> bytes:
    if not file.is_file():
        raise BadInputError(f"There is no file {file}", "Check the path")
    return file.read_bytes()


def read_x12(file: Path, to: Target) -> Bulk:
    """The transactions of an interchange.

    Raises:
        BadInputError: it is no X12, is cut off, or holds nothing that tells of work.
    """
    given = interchange(_bytes(file), str(file))
    found = cut(given, str(file))
    if not any(transaction.kind in READERS for transaction in found):
        kinds = ", ".join(sorted({transaction.kind for transaction in found})) or "no transaction"
        raise BadInputError(
            f"{file} holds {kinds} and no {', '.join(READERS)}",
            "Freight invoices: e2a invoices import --format x12-210",
        )
    return Bulk(len(found), _transactions(given, found, _spoken(to, X12)))


def _transactions(given: Interchange, found: list[Transaction], to: Target) -> Iterator[Delivery]:
    for transaction in found:
        yield to.delivery(X12, given.alone(transaction))


def read_epcis(file: Path, to: Target) -> Bulk:
    """The events of a document, each with the context that it is read in.

    Raises:
        BadInputError: it is no JSON, or no EPCIS document.
    """
    body = _bytes(file)
    try:
        document = orjson.loads(body)
        found = events_in(document)
    except orjson.JSONDecodeError as error:
        raise BadInputError(
            f"{file}:{error.lineno}: {error.msg}", "Give EPCIS 2.0 in JSON; XML is not read"
        ) from None
    except RefusedDeliveryError as error:
        raise BadInputError(f"{file}: {error.detail.rstrip('.')}", "See docs/sources.md") from None
    shared: dict[str, Any] = {
        key: value
        for level in levels(document)
        for key, value in level.items()
        if key.endswith(_KEPT)
    }
    return Bulk(len(found), _events(file.name, shared, found, _spoken(to, EPCIS)))


def _events(name: str, shared: dict[str, Any], found: list[Any], to: Target) -> Iterator[Delivery]:
    for place, event in enumerate(found):
        document = {**shared, "type": "EPCISDocument", "epcisBody": {"eventList": [event]}}
        try:
            yield to.delivery(EPCIS, orjson.dumps(document))
        except orjson.JSONEncodeError:
            yield to.bad_row(f"{name}: eventList.{place}", "nests too deep", [])
