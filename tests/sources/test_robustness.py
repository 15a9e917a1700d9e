"""Whatever arrives, a parser answers or refuses; it never breaks and never mangles."""

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from e2a.domain.deliveries import Delivery, Events, NothingToDo, RefusedDeliveryError, Source
from e2a.domain.dialects import DIALECT_HEADER
from e2a.domain.events import EventType
from e2a.sources.registry import FORMATS, parse
from e2a.sources.shopify.topics import READERS
from e2a.sources.typed.shape import TypedEvent
from tests.sources.samples import RECEIVED, deliver, one, typed, webhook

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["2026-01-01T00:00:00Z", "9999-12-31T23:59:59", "gid://shopify/Order/1", "\0"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
FIELDS = sorted(set(TypedEvent.model_fields) - {"event_id", "event_type", "occurred_at"})
TYPED = st.fixed_dictionaries(
    {
        "event_id": st.just("e") | JSON,
        "event_type": st.sampled_from([known.value for known in EventType]),
        "occurred_at": st.sampled_from(
            ["2026-01-01T00:00:00Z", "0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "x"]
        ),
    },
    optional={
        name: JSON for name in FIELDS if name not in ("event_id", "event_type", "occurred_at")
    },
)
SHOPIFY_KEYS = (
    "id", "admin_graphql_api_id", "order_id", "status", "fulfillment_order", "fulfillment_hold",
    "line_items", "order_edit", "refund_line_items", "merge_intents", "fulfillment_id", "order",
)  # fmt: skip
SHOPIFY = st.dictionaries(st.sampled_from(SHOPIFY_KEYS), JSON | st.lists(st.just({"id": 1})))
TRACKERS = st.fixed_dictionaries(
    {"object": st.just("Event"), "description": JSON, "result": JSON}
) | st.fixed_dictionaries({"msg": st.dictionaries(st.sampled_from(["checkpoints", "id"]), JSON)})

FORMAT_KEYS = {
    "shipengine": ("resource_type", "data", "tracking_number", "events", "status_code"),
    "shippo": ("event", "data", "tracking_number", "tracking_history", "tracking_status"),
    "shipbob": (
        "id", "shipments", "order_id", "products", "tracking", "status", "status_details",
        "carrier_tracking_number", "history", "original_shipment_id", "inventory",
        "inventory_quantities", "transaction_id", "amount", "items", "reference_id",
    ),
    "shiphero": (
        "webhook_type", "fulfillment", "totes", "items", "order_id", "order_number", "packages",
        "purchase_order", "line_items", "ready_to_ship", "allocated_at", "status", "return_id",
    ),
    "amazon": (
        "NotificationType", "Payload", "NotificationMetadata", "EventTime", "Message", "detail",
    ),
    "epcis": (
        "type", "epcisBody", "eventList", "eventTime", "bizStep", "epcList", "action", "@context",
        "bizTransactionList", "errorDeclaration", "eventTimeZoneOffset", "quantityList", "eventID",
    ),
    "sendcloud": ("action", "parcel", "status", "id", "timestamp", "tracking_number", "carrier"),
    "x12": ("ISA",),
}  # fmt: skip
WORDS = st.sampled_from([
    "API_TRACK", "track_updated", "parcel_status_changed", "Shipment Update", "Tote Complete",
    "PO Update", "ObjectEvent",
    "FULFILLMENT_ORDER_STATUS", "ORDER_CHANGE", "shipping", "urn:epc:id:sscc:4012345.0000000333",
    "2026-01-01T00:00:00Z", "+01:00", "{}", "urn:epc:id:sgtin:x..", "https://a/01/1?",
])  # fmt: skip
TOPICS = st.sampled_from([
    "order.shipped", "order.shipment.on_hold", "return.completed", "billing.charge.created",
    "order.shipment.tracking.updated", "",
])  # fmt: skip

quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def judged(delivery):
    """Any other exception than a refusal fails the test by itself."""
    with contextlib.suppress(RefusedDeliveryError):
        assert isinstance(parse(delivery), Events | NothingToDo)


def bytes_of(value):
    return json.dumps(value).encode()


@pytest.mark.parametrize("source", list(Source))
@quick
@given(body=st.binary(max_size=60) | JSON.map(bytes_of))
def test_any_bytes_and_any_json_are_judged(source, body):
    judged(Delivery("acme", source, "d", RECEIVED, body))


@pytest.mark.parametrize("source", list(Source))
@quick
@given(body=TYPED.map(bytes_of))
def test_any_typed_event_is_judged(source, body):
    judged(Delivery("acme", source, "d", RECEIVED, body))


@quick
@given(topic=st.sampled_from(sorted(READERS)) | st.text(max_size=30), body=SHOPIFY.map(bytes_of))
def test_any_body_under_any_topic_is_judged(topic, body):
    judged(Delivery("acme", Source.SHOPIFY, "d", RECEIVED, body, {"x-shopify-topic": topic}))


@quick
@given(body=TRACKERS.map(bytes_of))
def test_any_tracking_message_is_judged(body):
    judged(Delivery("acme", Source.CARRIER, "d", RECEIVED, body))


def shaped_by(keys):
    """Bodies with the keys of a format, nested in each other, holding anything."""
    values = JSON | WORDS
    inner = st.dictionaries(st.sampled_from(keys), values | st.lists(values, max_size=2))
    outer = st.dictionaries(st.sampled_from(keys), inner | st.lists(inner, max_size=2) | values)
    return st.dictionaries(st.sampled_from(keys), outer | st.lists(outer, max_size=2) | values)


@pytest.mark.parametrize("dialect", sorted(FORMATS))
@quick
@given(source=st.sampled_from(Source), data=st.data())
def test_any_body_of_any_format_is_judged_on_any_road(dialect, source, data):
    body = data.draw(shaped_by(FORMAT_KEYS[dialect]).map(bytes_of) | st.binary(max_size=60))
    headers = {DIALECT_HEADER: dialect, "x-webhook-topic": data.draw(TOPICS)}
    judged(Delivery("acme", source, "d", RECEIVED, body, headers))


@pytest.mark.parametrize("dialect", sorted(FORMATS))
@pytest.mark.parametrize("body", [b"[" * 200 + b"]" * 200, b'{"a":' * 250 + b"1" + b"}" * 250])
def test_deep_nesting_breaks_no_format(dialect, body):
    judged(Delivery("acme", Source.WMS, "d", RECEIVED, body, {DIALECT_HEADER: dialect}))


def test_an_epcis_extension_that_nests_too_deep_is_refused():
    nested = {"x:a": 1}
    for _ in range(240):
        nested = {"x:a": nested}
    event = {
        "type": "ObjectEvent", "eventTime": "2026-05-01T10:00:00Z", "bizStep": "shipping",
        "epcList": ["urn:epc:id:sscc:4012345.0000000333"], **nested,
    }  # fmt: skip
    with pytest.raises(RefusedDeliveryError, match="deep"):
        parse(deliver(Source.WMS, event, e2a_dialect="epcis"))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"a": NaN}', b'"\\ud800"', b"[" * 600 + b"]" * 600],
    ids=["empty", "cut", "not utf-8", "nan", "lone surrogate", "too deep to be stored"],
)
@pytest.mark.parametrize("source", list(Source))
def test_what_is_not_usable_json_is_malformed(source, body):
    with pytest.raises(RefusedDeliveryError) as refusal:
        parse(deliver(source, body, x_shopify_topic="orders/create"))
    assert refusal.value.reason == "malformed_json"


def test_nul_characters_are_dropped_because_postgres_cannot_hold_them():
    event = one(deliver(Source.WMS, typed("pick_completed", order_id="10\x0001", note="a\0b")))
    assert event.order.value == "1001"
    assert event.fragment["note"] == "ab"


def test_a_number_too_large_for_64_bits_is_no_id():
    body = {"id": 2**64, "created_at": "2026-01-01T00:00:00Z"}
    with pytest.raises(RefusedDeliveryError, match="id"):
        parse(webhook("orders/create", json.dumps(body).encode()))


def test_a_refusal_repeats_no_value_which_could_be_personal():
    with pytest.raises(RefusedDeliveryError) as refusal:
        parse(deliver(Source.WMS, typed("pick_completed", lines="Jane Doe, Main Street 1")))
    assert "Jane" not in str(refusal.value)


def test_a_parser_asks_no_clock_and_answers_the_same_again():
    delivery = deliver(Source.WMS, typed("pick_completed"))
    assert parse(delivery) == parse(delivery)
