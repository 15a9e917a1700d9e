"""The one entry: a delivery goes to the parser of its source.

Add a source here when `e2a.domain.deliveries.Source` gains one. Nothing here knows a format.
"""

from pydantic import ValidationError

from e2a.domain.deliveries import Delivery, Events, NothingToDo, Parser, Source
from e2a.sources import files, wms
from e2a.sources.carrier import messages as carrier
from e2a.sources.reading import refusal_of
from e2a.sources.shopify import topics as shopify

PARSER_VERSION = "1"
"""Stored with every event; raise it when the same bytes would become other events."""

_PARSERS: dict[Source, Parser] = {
    Source.SHOPIFY: shopify.parse,
    Source.WMS: wms.parse,
    Source.CARRIER: carrier.parse,
    Source.FILE: files.parse,
}


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The facts that a delivery states.

    Raises:
        RefusedDeliveryError: it cannot be understood; the detail names the field and the fix.
    """
    try:
        return _PARSERS[delivery.source](delivery)
    except ValidationError as error:
        raise refusal_of(error) from None
