"""A small shop for pull tests: its orders by API and by webhook, and one pull of them."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from e2a.domain.deliveries import Delivery, Source
from e2a.pull.run import pull
from e2a.pull.targets import target
from e2a.sources.readers import READERS
from e2a.warehouse.drain import drain
from e2a.warehouse.inbox import land
from tests.pull.scripted import Answer, serving
from tests.warehouse.lane import rows

TENANT = "demo-3pl"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
PLACED = "2026-05-04T01:00:00Z"
TOKENS = {"E2A_SHOPIFY_TOKEN_DEMO_3PL": "shpat-secret", "E2A_EASYPOST_TOKEN_DEMO_3PL": "ez-secret"}


def order(number: int, **more: Any) -> dict[str, Any]:
    line = {"id": number * 10, "sku": "A", "quantity": 2, "current_quantity": 2}
    return {
        "id": number,
        "admin_graphql_api_id": f"gid://shopify/Order/{number}",
        "created_at": PLACED,
        "updated_at": PLACED,
        "financial_status": "pending",
        "cancelled_at": None,
        "line_items": [line],
        "fulfillments": [],
        "refunds": [],
        **more,
    }


def fulfillment(number: int, of: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "order_id": of, "status": "success", "created_at": "2026-05-04T03:00:00Z",
        "updated_at": "2026-05-04T03:00:00Z", "tracking_number": f"T{number}",
        "line_items": [{"id": of * 10, "sku": "A", "quantity": 2}], **more,
    }  # fmt: skip


def refund(number: int, of: int) -> dict[str, Any]:
    line = {"line_item_id": of * 10, "quantity": 1, "restock_type": "cancel",
            "line_item": {"id": of * 10, "sku": "A", "quantity": 2}}  # fmt: skip
    return {
        "id": number, "order_id": of, "created_at": "2026-05-04T04:00:00Z",
        "refund_line_items": [line],
    }  # fmt: skip


def webhook(topic: str, body: dict[str, Any], id: str, **headers: str) -> Delivery:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery(
        TENANT, Source.SHOPIFY, f"{topic}:{id}", NOW - timedelta(hours=1), orjson.dumps(body),
        {"x-shopify-topic": topic, "x-shopify-webhook-id": id, **named},
    )  # fmt: skip


def arrive(app, *deliveries: Delivery) -> None:
    land(app, deliveries)
    read_all(app)


def read_all(app) -> None:
    for reader in READERS:
        drain(app, reader)


def pulled(app, server, name="shopify", now=NOW, **more):
    """One pull from a scripted server; sleeps are noted instead of slept."""
    slept, said = [], []
    wanted = target(name, TENANT, TOKENS, server.url)
    with wanted.client() as client:
        api = wanted.api(client, slept.append, said.append, lambda: now)
        done = pull(app, api, wanted.feed, TENANT, now, **more)
    read_all(app)
    return done, slept, said


@contextmanager
def shop(*pages, **more):
    """A shop whose pages of orders are linked, with transactions of every order."""
    transactions = more.get("transactions", [])

    def answer(request):
        if request.path.endswith("/transactions.json"):
            return Answer({"transactions": transactions})
        number = int(request.params.get("page_info", "p0")[1:])
        link = f'<https://x/admin/api/orders.json?limit=250&page_info=p{number + 1}>; rel="next"'
        headers = {"link": link} if number + 1 < len(pages) else {}
        return Answer({"orders": list(pages[number])}, headers=headers)

    with serving(answer) as server:
        yield server


def facts(app, source="shopify"):
    """(type, order or parcel, quantity of units) of what stands."""
    return rows(
        app,
        "select event_type, coalesce(order_name, shipment_name), units::int, occurred_at "
        "from landing.order_events where source = %s order by occurred_at, 1, 2",
        source,
    )


def identities(app):
    return [row[0] for row in rows(app, "select source_event_id from landing.order_events")]
