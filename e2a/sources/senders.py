"""What messages of foreign warehouses share: whose order number it is, and when it happened.

Add a helper here when two senders need it. What a message means belongs to the sender's own module.
"""

import re

from e2a.domain.deliveries import Delivery
from e2a.domain.dialects import ORDER_NAMESPACE_HEADER, TIME_ZONE_HEADER
from e2a.domain.events import Reference, TimeFlag
from e2a.sources.reading import header
from e2a.sources.times import Moment, read_time

_NAMESPACE = re.compile("[a-z][a-z0-9_]{0,31}", re.ASCII)
_DEFAULT = "order"
_DAY = len("2026-05-04")


def merchants_order(delivery: Delivery, name: str) -> Reference:
    """The merchant's own name of an order, in the namespace that the sender's credential states.

    Without one it is `order`, as in files. A Shopify gid is its digits.
    """
    stated = (header(delivery, ORDER_NAMESPACE_HEADER) or "").lower()
    namespace = stated if _NAMESPACE.fullmatch(stated) else _DEFAULT
    if name.startswith("gid://shopify/Order/"):
        return Reference(namespace="shopify", value=name.rpartition("/")[2])
    return Reference(namespace=namespace, value=name)


def happened(delivery: Delivery, text: str | None, field: str) -> Moment:
    """When it happened: as stated; a bare date is its first instant, nothing is receipt; flagged.

    A time without offset is local to the zone that the sender is known to use, else UTC.

    Raises:
        RefusedDeliveryError: what is stated is no time.
    """
    if not text:
        return Moment(delivery.received_at, frozenset({TimeFlag.ASSUMED_TIME}))
    zone = header(delivery, TIME_ZONE_HEADER)
    if len(text.strip()) > _DAY:
        return read_time(text, field, zone)
    day = read_time(f"{text.strip()}T00:00:00", field, zone)
    return Moment(day.instant, day.flags | {TimeFlag.ASSUMED_TIME})
