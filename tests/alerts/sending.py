"""Messages that tests put into the outbox, past their `announce_after`."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson

from e2a.alerts.messages import insert
from tests.alerts.routing import TENANT
from tests.warehouse.lane import rows

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
ENVIRONMENT = {"E2A_ALERTS_SECRET": SECRET, "E2A_ALERTS_TOKEN": "xoxb-very-secret"}
DUE = datetime(2026, 4, 14, 14, tzinfo=UTC)


def hook(server, **more):
    return {"kind": "webhook", "url": server.url, "secret_env": "E2A_ALERTS_SECRET", **more}


def put(connection, destination, *numbers, kind="opened", digest=False, wait=0.0, because=None):
    """One message a number, about the breach of that number."""
    when = datetime.now(UTC) + timedelta(seconds=wait - 1)
    insert(connection, [
        {
            "tenant_id": TENANT, "subject": str(UUID(int=n)), "exception_id": UUID(int=n),
            "order_id": f"wms:{n}", "promise": "pick#1", "kind": kind, "version": 1,
            "destination": destination, "announce_after": when, "digest": digest,
            "payload": orjson.dumps({
                "tenant_id": TENANT, "order_id": f"wms:{n}", "promise": "pick#1", "stage": "pick",
                "site": "MEM1", "severity": "MEDIUM", "breached_at": DUE, "closed_because": because,
                "due_at": DUE,
            }).decode(),
        }
        for n in numbers
    ])  # fmt: skip
    connection.execute("notify e2a_outbox")
    connection.commit()


def states(connection):
    """State of each message, by order and kind."""
    found = rows(connection, "select order_id, kind, state from ops.outbox")
    return {(order, kind): state for order, kind, state in found}


def settled(connection, *wanted):
    """Whether every message is in one of these states."""
    found = rows(connection, "select distinct state from ops.outbox")
    return {state for (state,) in found} <= set(wanted or ("delivered",))
