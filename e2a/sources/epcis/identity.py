"""The id of an event: its own, else the hash of its content that CBV 2.0 defines."""

import hashlib
from collections.abc import Mapping
from typing import Any

from e2a.domain.deliveries import RefusedDeliveryError
from e2a.sources.epcis.canonical import prehash
from e2a.sources.epcis.shapes import Context


def content_hash(event: Mapping[str, Any], context: Context) -> str:
    """The event's hash as a `ni:` URI, the same for every spelling of the same event.

    Raises:
        RefusedDeliveryError: a time in it cannot be read, or it nests too deep.
    """
    try:
        text = prehash(event, context.prefixes, context.skip)
    except RecursionError:
        raise RefusedDeliveryError(
            "invalid_field", "An extension of the event nests too deep; send it flatter."
        ) from None
    except (ValueError, OverflowError) as error:
        raise RefusedDeliveryError(
            "invalid_field",
            f"A time of the event cannot be read ({error}); write 2026-03-07T22:00:00-05:00.",
        ) from None
    return f"ni:///sha-256;{hashlib.sha256(text.encode()).hexdigest()}?ver=CBV2.0"
