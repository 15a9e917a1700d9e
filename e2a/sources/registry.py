"""The one entry: a delivery goes to the parser of its format, else to that of its road.

Add a format here when `e2a.domain.dialects` gains one, a road when
`e2a.domain.deliveries.Source` does. Nothing here knows what a format says.
"""

from pydantic import ValidationError

from e2a.domain.deliveries import Delivery, Events, NothingToDo, Parser, Source
from e2a.domain.dialects import (
    AMAZON,
    DIALECT_HEADER,
    EPCIS,
    SENDCLOUD,
    SHIPBOB,
    SHIPENGINE,
    SHIPHERO,
    SHIPPO,
    X12,
)
from e2a.sources import files, wms
from e2a.sources.amazon import notifications as amazon
from e2a.sources.carrier import messages as carrier
from e2a.sources.carrier import sendcloud, shipengine, shippo
from e2a.sources.epcis import documents as epcis
from e2a.sources.reading import header, refusal_of
from e2a.sources.shipbob import topics as shipbob
from e2a.sources.shiphero import types as shiphero
from e2a.sources.shopify import topics as shopify
from e2a.sources.x12 import interchanges as x12

PARSER_VERSION = "1"
"""Stored with every event; raise it when the same bytes would become other events."""

_PARSERS: dict[Source, Parser] = {
    Source.SHOPIFY: shopify.parse,
    Source.WMS: wms.parse,
    Source.CARRIER: carrier.parse,
    Source.FILE: files.parse,
}
FORMATS: dict[str, Parser] = {
    SHIPENGINE: shipengine.parse,
    SHIPPO: shippo.parse,
    SENDCLOUD: sendcloud.parse,
    SHIPBOB: shipbob.parse,
    SHIPHERO: shiphero.parse,
    AMAZON: amazon.parse,
    EPCIS: epcis.parse,
    X12: x12.parse,
}
"""A header names these, whichever road the delivery came by."""


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The facts that a delivery states.

    Raises:
        RefusedDeliveryError: it cannot be understood; the detail names the field and the fix.
    """
    dialect = header(delivery, DIALECT_HEADER) or ""
    parser = FORMATS.get(dialect) or _PARSERS[delivery.source]
    try:
        return parser(delivery)
    except ValidationError as error:
        raise refusal_of(error) from None
