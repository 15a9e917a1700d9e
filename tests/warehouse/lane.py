"""A tiny lane for store tests: deliveries whose body is a JSON list of canonical events."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import orjson
import psycopg

from e2a.domain.deliveries import (
    Delivery,
    Events,
    NothingToDo,
    Parser,
    RefusedDeliveryError,
    Source,
)
from e2a.domain.events import CanonicalEvent
from e2a.warehouse.drain import Drained, Reader, drain, reread
from e2a.warehouse.inbox import Landed, land

TENANT = "demo-3pl"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
RESOLVED = datetime(2026, 5, 6, 8, tzinfo=UTC)
"""When rows that were held back are read again."""
_ids = count(1)

KEPT_TABLES = (
    "landing.order_events", "landing.outcomes", "landing.quarantine", "landing.dead_letters",
    "orders.aliases", "orders.identifiers", "orders.shipments",
)  # fmt: skip


def at(minutes: float) -> datetime:
    """An instant so many minutes after NOW."""
    return NOW + timedelta(minutes=minutes)


def name(text: str) -> dict[str, str]:
    namespace, value = text.split(":")
    return {"namespace": namespace, "value": value}


def event(id: str, type: str = "pick_completed", order: str | None = "wms:1", **more: Any) -> dict:
    """An event as JSON; its fragment repeats what makes its payload differ from another's."""
    aliases = [name(alias) for alias in more.pop("aliases", ())]
    shipment = more.pop("shipment", None)
    fields = {
        "source_event_id": id,
        "event_type": type,
        "occurred_at": more.pop("occurred_at", NOW - timedelta(hours=1)),
        "order": order and name(order),
        "shipment": shipment and name(shipment),
        "aliases": aliases,
        **more,
    }
    said = orjson.loads(orjson.dumps({k: v for k, v in fields.items() if k != "recorded_at"}))
    return {"fragment": said, **fields}


def deliver(
    *events: dict, id: str | None = None, at: datetime = NOW, source: Source = Source.WMS,
    tenant: str = TENANT, body: bytes | None = None,
) -> Delivery:  # fmt: skip
    raw = orjson.dumps(events) if body is None else body
    return Delivery(tenant, source, id or f"d{next(_ids)}", at, raw)


def parse(delivery: Delivery) -> Events | NothingToDo:
    try:
        found = orjson.loads(delivery.body)
    except orjson.JSONDecodeError:
        raise RefusedDeliveryError("malformed_json", "the body is not JSON") from None
    if not found:
        return NothingToDo("empty")
    return Events(tuple(CanonicalEvent.model_validate(e) for e in found))


def read(
    connection: psycopg.Connection[Any], *deliveries: Delivery, parse: Parser = parse,
    version: str = "v1",
) -> tuple[Landed, Drained]:  # fmt: skip
    """Land and drain."""
    landed = land(connection, deliveries)
    source = deliveries[0].source if deliveries else Source.WMS
    return landed, drain(connection, Reader(source, parse, version))


def again(
    connection: psycopg.Connection[Any], parse: Parser = parse, version: str = "v1",
    source: Source = Source.WMS,
) -> Drained:  # fmt: skip
    """Read everything that lies in the inbox once more."""
    days = NOW.date() - timedelta(days=400), NOW.date() + timedelta(days=400)
    return reread(connection, Reader(source, parse, version), *days, resolved_at=RESOLVED)


def rows(connection: psycopg.Connection[Any], query: str, *given: Any) -> list[tuple]:
    found = connection.execute(query, given).fetchall()  # type: ignore[call-overload]
    connection.rollback()
    return found


def tables(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Everything that a lane keeps, whole."""
    return {
        table: [r[0] for r in rows(connection, f"select t::text from {table} as t order by 1")]
        for table in KEPT_TABLES
    }


def outcomes(connection: psycopg.Connection[Any]) -> list[tuple[str, str | None]]:
    """(outcome, reason) by inbox row."""
    return rows(connection, "select outcome, reason from landing.outcomes order by inbox_seq")


def stored(connection: psycopg.Connection[Any]) -> list[tuple]:
    """(source event id, quantity as a number, recorded_at) of the canonical events."""
    return rows(
        connection,
        "select source_event_id, quantity::int, recorded_at from landing.order_events order by 1",
    )


def orders(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Name -> order."""
    return dict(rows(connection, "select name, order_id from orders.identifiers"))


def touched(connection: psycopg.Connection[Any]) -> set[str]:
    return {r[0] for r in rows(connection, "select order_id from ops.touched_orders")}


def forget_touches(connection: psycopg.Connection[Any]) -> None:
    connection.execute("delete from ops.touched_orders")
    connection.commit()
