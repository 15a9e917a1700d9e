"""Where the shared samples are, and deliveries made of them. The samples stay where they are."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from e2a.domain.deliveries import Delivery, Events, NothingToDo, Source
from e2a.domain.events import CanonicalEvent
from e2a.sources.registry import parse

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
RECEIVED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no shared samples in {DATA}")


def read(path):
    return orjson.loads((DATA / path).read_bytes())


def deliver(source, body, **headers):
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery("acme", source, "delivery-1", RECEIVED, raw, named)


def webhook(topic, body, webhook_id="wh-1", **headers):
    return deliver(
        Source.SHOPIFY, body, x_shopify_topic=topic, x_shopify_webhook_id=webhook_id, **headers
    )


def events(delivery) -> tuple[CanonicalEvent, ...]:
    parsed = parse(delivery)
    assert isinstance(parsed, Events), parsed
    return parsed.events


def one(delivery) -> CanonicalEvent:
    (event,) = events(delivery)
    return event


def nothing(delivery) -> str:
    parsed = parse(delivery)
    assert isinstance(parsed, NothingToDo), parsed
    return parsed.reason


def shopify_sample(topic):
    return read(f"shopify/docs_samples_2026-04/{topic}.json")["response"]


def typed(event_type, **fields):
    base = {
        "event_id": "e-1",
        "event_type": event_type,
        "order_id": "1001",
        "occurred_at": "2026-05-04T10:00:00Z",
    }
    return {**base, **fields}
