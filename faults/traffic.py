"""Typed warehouse events of invented orders, by seed; each states what it needs and no more."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random

import orjson

from faults.ledger import Entry

TENANTS = ("demo-3pl", "nordic-beauty")
LIFE = (
    "order_created", "order_released", "pick_started", "pick_completed", "pack_completed",
    "shipped", "delivered",
)  # fmt: skip
SITES = {"demo-3pl": "NJ1", "nordic-beauty": "CPH1"}


def events(random: Random, now: datetime, word: str = "f") -> Iterator[Entry]:
    """For ever: the events of one order after another, out of order within a few orders.

    Args:
        random: the same one gives the same events for the same `now`.
        now: what happened happened in the days before it.
        word: what ids begin with.
    """
    for first in count(1, 50):
        names = [f"{word}{number}" for number in range(first, first + 50)]
        several = [one for name in names for one in _order(random, now, name)]
        random.shuffle(several)
        yield from several


def _order(random: Random, now: datetime, name: str) -> list[Entry]:
    tenant = random.choice(TENANTS)
    at = now - timedelta(hours=random.uniform(24, 96))
    found = []
    for kind in LIFE[: random.randint(2, len(LIFE))]:
        at += timedelta(minutes=random.uniform(1, 120))
        found.append(event(tenant, f"{name}-{kind}", kind, name, at, random))
    return found


def event(tenant: str, event_id: str, kind: str, order: str, at: datetime, random: Random) -> Entry:
    """One event, as the ledger keeps it."""
    said = {
        "event_id": event_id, "event_type": kind, "order_id": order,
        "external_order": {"system": "shopify", "id": f"9{order}"},
        "occurred_at": at.isoformat(timespec="milliseconds"), "site": SITES[tenant],
        "lines": [{"line": "1", "sku": f"SKU-{random.randrange(500)}", "quantity": 2}],
        "station": f"P{random.randrange(40)}", "worker_id": f"w-{random.randrange(90)}",
    }  # fmt: skip
    return Entry(tenant, event_id, orjson.dumps(said))
