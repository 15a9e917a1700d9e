"""Orders of demo-3pl for the tests of exceptions: picked within 120 minutes, packed within 180."""

from datetime import UTC, datetime, timedelta

from e2a.domain.deliveries import Source
from e2a.sources.registry import PARSER_VERSION, parse
from e2a.warehouse.drain import Reader
from e2a.warehouse.scope import refresh
from tests.warehouse.lane import TENANT, deliver, event, read, rows

PAID = datetime(2026, 4, 14, 12, tzinfo=UTC)
DUE = PAID + timedelta(minutes=120)
LATER = DUE + timedelta(hours=1)
WMS = Reader(Source.WMS, parse, PARSER_VERSION)


def after(minutes):
    """An instant so many minutes after payment."""
    return PAID + timedelta(minutes=minutes)


def put(connection, *events, at=LATER, tenant=TENANT):
    """Events through the store and the models."""
    read(connection, deliver(*events, at=at, tenant=tenant))
    refresh(connection)


def paid(n=1, **more):
    order, lines = f"wms:{n}", [{"line": "1", "quantity": 1}]
    return [
        event(f"created/{n}", "order_created", order, occurred_at=PAID, lines=lines, **more),
        event(f"paid/{n}", "order_paid", order, occurred_at=PAID),
    ]


def done(type, minutes, n=1, id=None):
    """`picked`, `packed` and so on, so many minutes after payment."""
    kind = {"picked": "pick_completed", "packed": "pack_completed"}.get(type, type)
    return event(id or f"{type}/{n}", kind, f"wms:{n}", occurred_at=after(minutes))


def reported(reason, minutes, id="r", n=1):
    return event(id, "exception_reported", f"wms:{n}", reason=reason, occurred_at=after(minutes))


def voided(id, minutes, n=1):
    return event(
        f"void/{id}", "event_voided", f"wms:{n}", corrects=[id], occurred_at=after(minutes)
    )


def episodes(connection, columns="promise, status, closed_because"):
    return rows(
        connection, f"select {columns} from sla.exceptions order by tenant_id, order_id, promise"
    )


def the_one(connection):
    """The only exception, as (tenant, identifier)."""
    ((tenant, id),) = episodes(connection, "tenant_id, exception_id")
    return tenant, id


def history(connection):
    """(to, actor) of every move, in order."""
    return rows(
        connection,
        "select to_status, actor from sla.exception_moves order by tenant_id, exception_id, move",
    )
