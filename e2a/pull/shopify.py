"""Shopify's Admin API: orders with what happened to them, as the webhooks that should have come.

An order lists its payment, cancellation, fulfilments and refunds; each becomes the body of its
topic. Webhook ids cannot be asked for, so a fact is recognised by what it says: topic and order,
fulfilment or refund. What is here already is not landed again, and nothing is landed while its
webhook may still come.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
import psycopg

from e2a.domain.deliveries import Delivery, Source
from e2a.pull.feed import Asked, Candidate, Page
from e2a.pull.http import Api, document, objects
from e2a.sources.reading import digits

VERSION = "2026-04"
"""Of the Admin API; webhooks are read in the same shape."""
_SIZE = "250"
_PAID = frozenset({"paid", "partially_refunded", "refunded"})
_UNDONE = frozenset({"cancelled", "error", "failure"})
_NEXT = re.compile(r'<[^>]*[?&]page_info=([^&>]+)[^>]*>\s*;\s*rel="?next"?')
_LEAKS_PER_SECOND = 2.0
"""How fast Shopify's bucket of calls empties."""


class Shopify:
    """A shop's orders, oldest change first."""

    name = "shopify"
    source = Source.SHOPIFY
    settles_after = timedelta(hours=4, minutes=30)
    """Shopify tries a webhook eight times within four hours."""
    look_back = timedelta(days=7)
    resumes = True

    def page(self, api: Api, asked: Asked, page: str | None) -> Page:
        """Orders that changed since then."""
        first = {
            "status": "any", "order": "updated_at asc", "limit": _SIZE,
            "updated_at_min": asked.since.isoformat(),
        }  # fmt: skip
        params = {"limit": _SIZE, "page_info": page} if page else first
        answer = api.get(f"/admin/api/{VERSION}/orders.json", params)
        _spare(api, answer)
        orders = objects(document(answer, "Shopify"), "orders", "Shopify")
        candidates = [one for order in orders for one in _of_order(order, asked)]
        following = _NEXT.search(answer.headers.get("link", ""))
        return Page(candidates, len(orders), following[1] if following else None)

    def known(
        self, connection: psycopg.Connection[Any], asked: Asked, candidates: list[Candidate]
    ) -> set[str]:
        """Facts by topic and object, however their webhooks were called."""
        names = sorted({fact.split(" ")[0] for one in candidates for fact in one.facts})
        found = connection.execute(_KNOWN, {"tenant": asked.tenant_id, "names": names}).fetchall()
        return {row[0] for row in found}

    def complete(self, api: Api, candidate: Candidate) -> Candidate | None:
        """When an order was paid is told by its transactions only."""
        order = digits(orjson.loads(candidate.delivery.body)["id"])
        answer = api.get(f"/admin/api/{VERSION}/orders/{order}/transactions.json")
        _spare(api, answer)
        found = objects(document(answer, "Shopify"), "transactions", "Shopify")
        paid = [
            when
            for one in found
            if one.get("status") == "success" and one.get("kind") in ("sale", "capture")
            and (when := _instant(one.get("processed_at") or one.get("created_at")))
        ]  # fmt: skip
        if not paid:
            return None
        last = max(paid)
        return candidate.with_headers(last, **{"x-shopify-triggered-at": last.isoformat()})


def _spare(api: Api, answer: httpx.Response) -> None:
    """Let the bucket of calls empty to a half before it overflows."""
    used, slash, size = answer.headers.get("x-shopify-shop-api-call-limit", "").partition("/")
    if slash and used.isdigit() and size.isdigit() and int(used) >= 0.8 * int(size):
        api.pause((int(used) - int(size) / 2) / _LEAKS_PER_SECOND)


def _of_order(order: dict[str, Any], asked: Asked) -> Iterator[Candidate]:
    try:
        name = digits(order.get("admin_graphql_api_id") or order.get("id"))
    except ValueError:
        return
    about = _About(name, asked)
    yield about("orders/create", name, "", _as_placed(order), order.get("created_at"))
    if order.get("financial_status") in _PAID:
        yield about("orders/paid", name, "", order, None)
    if order.get("cancelled_at"):
        yield about("orders/cancelled", name, "", order, order["cancelled_at"])
    for number, one in _numbered(order, "fulfillments"):
        if one.get("status") == "success":
            yield about("fulfillments/create", number, number, one, one.get("created_at"))
        elif one.get("status") in _UNDONE:
            yield about("fulfillments/update", number, number, one, one.get("updated_at"))
    for number, one in _numbered(order, "refunds"):
        yield about("refunds/create", number, number, one, one.get("created_at"))


def _as_placed(order: dict[str, Any]) -> dict[str, Any]:
    """The order before its refunds: what they took away they state themselves."""
    if not (order.get("refunds") or order.get("cancelled_at")):
        return order
    lines = [
        {key: value for key, value in line.items() if key != "current_quantity"}
        for line in _listed(order, "line_items")
    ]
    return {**order, "line_items": lines}


def _listed(order: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = order.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _numbered(order: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in _listed(order, key):
        with suppress(ValueError):
            yield digits(one.get("admin_graphql_api_id") or one.get("id")), one


class _About:
    """Builds the candidates of one order."""

    def __init__(self, order: str, asked: Asked) -> None:
        self._order, self._asked = order, asked

    def __call__(
        self, topic: str, name: str, number: str, body: dict[str, Any], when: object
    ) -> Candidate:
        webhook = f"pull-{name}"
        headers = {"x-shopify-topic": topic, "x-shopify-webhook-id": webhook}
        delivery = Delivery(
            self._asked.tenant_id, Source.SHOPIFY, f"{topic}:{webhook}", self._asked.now,
            orjson.dumps(body), headers,
        )  # fmt: skip
        fact = f"shopify:{self._order} {topic} {number}".rstrip()
        return Candidate(delivery, frozenset({fact}), _instant(when))


def _instant(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


_KNOWN = """
select
    e.order_name || ' '
    || case
        when e.source_event_id like 'fulfillments/%%'
            then case e.event_type
                when 'shipped' then 'fulfillments/create' else 'fulfillments/update'
            end || ' ' || coalesce(e.attributes ->> 'fulfillment_id', '')
        when e.source_event_id like 'refunds/create:%%'
            then 'refunds/create ' || split_part(e.source_event_id, ':', 2)
        else split_part(e.source_event_id, ':', 1)
    end
from landing.order_events as e
where
    e.tenant_id = %(tenant)s and e.source = 'shopify' and e.order_name = any(%(names)s)
"""
