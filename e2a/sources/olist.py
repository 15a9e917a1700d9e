"""The Olist order archive (CSV files) as deliveries of the file lane, one per order.

Reads files, and is therefore no parser: it writes the row shape that `files` parses, so that real
history takes the same road as everything else. Columns: data README section 5.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from e2a.domain.deliveries import Delivery, Source
from e2a.domain.errors import BadInputError
from e2a.domain.localtime import Fold, to_instant

ZONE = ZoneInfo("America/Sao_Paulo")
SITE = "olist-sp"
NAMESPACE = "olist"
SEVERAL = "several"

ORDERS, ITEMS = "olist_orders_dataset.csv", "olist_order_items_dataset.csv"
PURCHASED, _PROMISED = "order_purchase_timestamp", "order_estimated_delivery_date"
_DELIVERED = "order_delivered_customer_date"
_MILESTONES = {
    "order_released": "order_approved_at",
    "shipped": "order_delivered_carrier_date",
    "delivered": _DELIVERED,
}
_OF_ORDERS = ("order_id", "order_status", PURCHASED, _PROMISED, *_MILESTONES.values())
_OF_ITEMS = ("order_id", "product_id", "seller_id", "shipping_limit_date")
_NEVER_SENT = frozenset({"canceled", "unavailable"})

Row = Mapping[str, str]


class SourceFileError(BadInputError):
    """A file of the archive cannot be read; the sentence names file, column and fix."""


@dataclass(slots=True)
class _Items:
    """The items of one order: one row is one unit."""

    units: Counter[str] = field(default_factory=Counter)
    limits: list[str] = field(default_factory=list)
    sellers: set[str] = field(default_factory=set)

    @property
    def seller(self) -> str:
        """Who sells the order; orders of several sellers are nobody's alone."""
        return next(iter(self.sellers)) if len(self.sellers) == 1 else SEVERAL


def deliveries(folder: Path, tenant_id: str, received_at: datetime) -> Iterator[Delivery]:
    """One delivery per order, in the order of the file.

    Raises:
        SourceFileError: a file, column or value is missing or unreadable.
    """
    items: defaultdict[str, _Items] = defaultdict(_Items)
    for row in read(folder / ITEMS, *_OF_ITEMS):
        items[row["order_id"]].units[row["product_id"]] += 1
        items[row["order_id"]].limits.append(row["shipping_limit_date"])
        items[row["order_id"]].sellers.add(row["seller_id"])
    for row in read(folder / ORDERS, *_OF_ORDERS):
        order_id = row["order_id"]
        body = orjson.dumps({"events": list(_events(row, items.get(order_id, _Items())))})
        yield Delivery(tenant_id, Source.FILE, f"{NAMESPACE}:{order_id}", received_at, body)


def read(path: Path, *columns: str) -> Iterator[Row]:
    """The rows of one of Olist's files.

    Raises:
        SourceFileError: it cannot be read, or lacks one of the columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restval="")
            lacking = [name for name in columns if name not in (reader.fieldnames or ())]
            if lacking:
                raise SourceFileError(
                    f"{path} has no column {', '.join(lacking)}", "Use Olist's file as published"
                )
            yield from reader
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceFileError(
            f"{path} cannot be read ({error})", "Name the folder of Olist's CSV files in UTF-8"
        ) from None


def _events(order: Row, items: _Items) -> Iterator[dict[str, object]]:
    yield {**fact(order, "order_created", PURCHASED), **_promises(order, items)}
    for event_type, column in _MILESTONES.items():
        if order[column]:
            yield fact(order, event_type, column)
    if order["order_status"] in _NEVER_SENT and not order[_DELIVERED]:
        cancelled = fact(order, "order_cancelled", PURCHASED)
        yield {**cancelled, "reason": order["order_status"], "time_assumed": True}


def fact(order: Row, event_type: str, column: str) -> dict[str, object]:
    """A milestone at its naive local time; history is replayed as if known at once."""
    return {
        "event_id": f"{order['order_id']}:{event_type}",
        "event_type": event_type,
        "order_id": order["order_id"],
        "order_namespace": NAMESPACE,
        "occurred_at": order[column],
        "time_zone": ZONE.key,
        "recorded_at": to_instant(local(order[column], column), ZONE).isoformat(),
        "site": SITE,
    }


def _promises(order: Row, items: _Items) -> dict[str, object]:
    """The delivery promise holds until its day ends; the last line's limit is the order's."""
    day = local(order[_PROMISED], _PROMISED).replace(hour=0, minute=0, second=0)
    promises: dict[str, object] = {
        "promised_at": to_instant(day + timedelta(days=1), ZONE, Fold.LAST).isoformat(),
        "lines": [
            {"line": product, "sku": product, "quantity": units}
            for product, units in items.units.items()
        ],
    }
    if items.limits:
        promises["seller"] = items.seller
        limit = local(max(items.limits), "shipping_limit_date")
        promises["ship_by"] = to_instant(limit, ZONE, Fold.LAST).isoformat()
    return promises


def local(text: str, column: str) -> datetime:
    """A time of the archive as it is written, without a zone.

    Raises:
        SourceFileError: it is none.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise SourceFileError(
            f"Column {column} holds {text!r}, which is no time",
            "Write it as 2017-07-09 21:57:05",
        ) from None
