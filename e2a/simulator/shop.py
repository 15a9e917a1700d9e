"""What Shopify sends: webhooks with its topics, headers and bodies, people by Faker."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from faker import Faker

from e2a.simulator.lives import Article, Life
from e2a.simulator.post import Letter, identifier

PEOPLE = 200
"""Faker is slow: so many people are invented per locale and shared by the orders."""


def letters(life: Life) -> Iterator[Letter]:
    """Everything that the shop says about one order."""
    yield _webhook(life, "orders/create", life.created, _order(life, "pending"))
    if "payment_failed" in life.planted:
        failed = life.created + timedelta(seconds=20)
        yield _webhook(life, "order_transactions/create", failed, _transaction(life, failed))
    yield _webhook(life, "orders/paid", life.paid, _order(life, "paid"))
    if life.cancelled is not None:
        body = _order(life, "refunded") | {
            "cancelled_at": _local(life, life.cancelled),
            "cancel_reason": "customer",
        }
        yield _webhook(life, "orders/cancelled", life.cancelled, body)


def _webhook(life: Life, topic: str, at: datetime, body: dict[str, Any]) -> Letter:
    merchant = life.merchant
    webhook = identifier(merchant.tenant, topic, life.shop_id)
    headers = {
        "x-shopify-topic": topic,
        "x-shopify-shop-domain": f"{merchant.tenant}.myshopify.com",
        "x-shopify-webhook-id": webhook,
        "x-shopify-event-id": identifier(merchant.tenant, life.shop_id, at),
        "x-shopify-triggered-at": at.isoformat().replace("+00:00", "Z"),
    }
    return Letter(merchant.tenant, "shopify", f"{topic}:{webhook}", at, headers, body)


def _order(life: Life, status: str) -> dict[str, Any]:
    person = people(life.merchant.locale)[life.number % PEOPLE]
    total = sum(a.cents * a.quantity for a in life.articles)
    return {
        "id": int(life.shop_id),
        "admin_graphql_api_id": f"gid://shopify/Order/{life.shop_id}",
        "name": f"#{1000 + life.number}",
        "created_at": _local(life, life.created),
        "updated_at": _local(life, life.created),
        "processed_at": _local(life, life.created),
        "cancelled_at": None,
        "currency": life.merchant.currency,
        "financial_status": status,
        "fulfillment_status": None,
        "source_name": "web",
        "total_price": _money(total),
        "email": person["email"],
        "phone": person["phone"],
        "customer": person["customer"],
        "shipping_address": person["address"] | {"country_code": life.merchant.country},
        "note_attributes": [
            {"name": "promised_at", "value": life.promised.isoformat().replace("+00:00", "Z")}
        ],
        "shipping_lines": [{"code": "standard", "title": "Standard", "price": "4.90"}],
        "line_items": [_item(article) for article in life.articles],
    }


def _item(article: Article) -> dict[str, Any]:
    return {
        "id": int(article.line),
        "admin_graphql_api_id": f"gid://shopify/LineItem/{article.line}",
        "sku": article.sku,
        "title": article.title,
        "quantity": article.quantity,
        "current_quantity": article.quantity,
        "fulfillable_quantity": article.quantity,
        "requires_shipping": True,
        "price": _money(article.cents),
    }


def _transaction(life: Life, at: datetime) -> dict[str, Any]:
    number = int(life.shop_id) + 3
    return {
        "id": number,
        "admin_graphql_api_id": f"gid://shopify/OrderTransaction/{number}",
        "order_id": int(life.shop_id),
        "kind": "sale",
        "status": "failure",
        "message": "card declined",
        "created_at": _local(life, at),
        "processed_at": _local(life, at),
        "amount": _money(sum(a.cents * a.quantity for a in life.articles)),
        "currency": life.merchant.currency,
    }


@cache
def people(locale: str) -> list[dict[str, Any]]:
    """The invented customers of a locale, the same every time."""
    faker = Faker(locale)
    faker.seed_instance(locale)
    return [_person(faker, place) for place in range(PEOPLE)]


def _person(faker: Faker, place: int) -> dict[str, Any]:
    first, last = faker.first_name(), faker.last_name()
    email = f"{first}.{last}.{place}@example.com".lower().replace(" ", "")
    phone = faker.phone_number()
    return {
        "email": email,
        "phone": phone,
        "customer": {"id": 7000 + place, "email": email, "first_name": first, "last_name": last},
        "address": {
            "first_name": first,
            "last_name": last,
            "address1": faker.street_address(),
            "city": faker.city(),
            "zip": faker.postcode(),
            "phone": phone,
        },
    }


def _local(life: Life, moment: datetime) -> str:
    return moment.astimezone(life.merchant.zone).isoformat()


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
