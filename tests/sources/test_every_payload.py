"""Every real payload of the shared samples: events, nothing with a reason, or refused with one.

`pytest tests/sources/test_every_payload.py -s` lists the counts. A count that changes is either a
parser that learned something or one that forgot: look which before changing it here.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from e2a.domain.deliveries import Delivery, NothingToDo, RefusedDeliveryError, Source
from e2a.sources.registry import parse
from tests.sources.samples import DATA, deliver, needs_data, webhook

pytestmark = needs_data
WORDS = {
    "events", "nothing", "malformed_json", "malformed_x12", "missing_field", "invalid_field",
    "unknown_type", "implausible_time",
}  # fmt: skip
Named = Iterator[tuple[str, Delivery]]


def files(folder: str, pattern: str) -> Iterator[Path]:
    yield from sorted((DATA / folder).rglob(pattern))


def as_sent(source: Source, folder: str, pattern: str, **headers: str) -> Callable[[], Named]:
    """Each file as the body of a delivery."""
    return lambda: (
        (path.name, deliver(source, path.read_bytes(), **headers))
        for path in files(folder, pattern)
    )


def shopify_samples() -> Named:
    root = DATA / "shopify" / "docs_samples_2026-04"
    for path in files("shopify/docs_samples_2026-04", "*.json"):
        topic = path.relative_to(root).with_suffix("").as_posix()
        yield topic, webhook(topic, orjson.loads(path.read_bytes())["response"])


def shopify_exemplars() -> Named:
    for path in files("shopify/exemplars", "*.json"):
        topic = f"{path.parent.name}/create"
        yield topic, webhook(topic, path.read_bytes())


TOPICS = {
    "order": "orders/create", "orders": "orders/create", "fulfillment": "fulfillments/create",
    "fulfillment_event": "fulfillment_events/create", "refund": "refunds/create",
    "transaction": "order_transactions/create", "transactions": "order_transactions/create",
}  # fmt: skip
"""Under which topic Shopify would send what its API answers."""


def shopify_fixtures() -> Named:
    for path in files("shopify/python_api_fixtures", "*.json"):
        answer = orjson.loads(path.read_bytes())
        named = answer if isinstance(answer, dict) else {path.stem: answer}
        for name in sorted(TOPICS.keys() & named.keys()):
            value = named[name]
            for item in value if isinstance(value, list) else [value]:
                yield path.name, webhook(TOPICS[name], item)


def amazon_examples() -> Named:
    for path in files("wms/amazon_spapi/schemas", "*.json"):
        for example in orjson.loads(path.read_bytes()).get("examples", []):
            yield path.name, deliver(Source.WMS, example, e2a_dialect="amazon")


SETS: dict[str, tuple[Callable[[], Named], tuple[int, int, int]]] = {
    "shopify samples": (shopify_samples, (16, 50, 0)),
    "shopify exemplars": (shopify_exemplars, (0, 5, 15)),
    "shopify fixtures": (shopify_fixtures, (2, 5, 1)),
    "easypost": (as_sent(Source.CARRIER, "carrier/easypost_examples", "*.json"), (3, 6, 20)),
    "aftership": (as_sent(Source.CARRIER, "carrier/aftership_java_fixtures", "*.json"), (5, 3, 3)),
    "shipengine": (
        as_sent(Source.CARRIER, "carrier/shipengine_mocks", "*.json", e2a_dialect="shipengine"),
        (0, 2, 0),
    ),
    "shipbob": (
        as_sent(Source.WMS, "wms/shipbob_openapi/examples", "*.json", e2a_dialect="shipbob"),
        (14, 7, 160),
    ),
    "shipbob receiving": (
        as_sent(Source.WMS, "wms/shipbob_openapi/test", "*.json", e2a_dialect="shipbob"),
        (1, 1, 3),
    ),
    "amazon": (amazon_examples, (2, 20, 1)),
    "epcis": (
        as_sent(Source.WMS, "wms/epcis_hash_vectors/examples", "*.jsonld", e2a_dialect="epcis"),
        (12, 10, 0),
    ),
    "epcis xml": (
        as_sent(Source.WMS, "wms/epcis_hash_vectors/examples", "*.xml", e2a_dialect="epcis"),
        (0, 0, 17),
    ),
    "x12": (
        as_sent(Source.FILE, "rates_invoices/edi_net_samples", "*.[eE][dD][iI]", e2a_dialect="x12"),
        (2, 17, 0),
    ),
}
"""Name: (its payloads, (events, nothing to do, refused))."""


def outcome(delivery: Delivery) -> tuple[str, str, str]:
    """How it ends, in which word, and what a person is told."""
    try:
        parsed = parse(delivery)
    except RefusedDeliveryError as refusal:
        return "refused", refusal.reason, refusal.detail
    if isinstance(parsed, NothingToDo):
        return "nothing", "nothing", parsed.reason
    return "events", "events", ", ".join(event.event_type.value for event in parsed.events)


@pytest.mark.parametrize("name", SETS)
def test_every_payload_ends_as_a_person_would_say(name):
    payloads, expected = SETS[name]
    counts: Counter[str] = Counter()
    for path, delivery in payloads():
        kind, word, told = outcome(delivery)
        assert told
        assert word in WORDS
        counts[kind] += 1
        print(f"{name:<18} {kind:<8} {word:<15} {told[:120]:<120} {path}")
    found = (counts["events"], counts["nothing"], counts["refused"])
    print(f"{name:<18} {found[0]} events, {found[1]} nothing to do, {found[2]} refused")
    assert found == expected
