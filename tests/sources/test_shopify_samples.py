"""Shopify's own sample bodies, under their own topics."""

import contextlib

import pytest

from e2a.domain.deliveries import Events, NothingToDo, RefusedDeliveryError, Source
from e2a.domain.events import EventType, TimeFlag
from e2a.sources.registry import parse
from tests.sources.samples import (
    DATA,
    RECEIVED,
    deliver,
    events,
    needs_data,
    nothing,
    one,
    read,
    shopify_sample,
    webhook,
)

pytestmark = needs_data
SAMPLES = DATA / "shopify" / "docs_samples_2026-04"
TOPICS = sorted(
    path.relative_to(SAMPLES).with_suffix("").as_posix() for path in SAMPLES.glob("*/*.json")
)
EXEMPLARS = sorted((DATA / "shopify" / "exemplars").glob("*/*/*.json"))

OUTCOMES = {
    "orders/create": EventType.ORDER_CREATED,
    "orders/paid": EventType.ORDER_PAID,
    "orders/cancelled": EventType.ORDER_CANCELLED,
    "orders/edited": EventType.ORDER_EDITED,
    "orders/updated": None,
    "orders/fulfilled": None,
    "orders/partially_fulfilled": None,
    "orders/delete": None,
    "fulfillments/create": None,
    "fulfillment_events/create": EventType.CARRIER_SCAN,
    "fulfillment_events/delete": EventType.EVENT_VOIDED,
    "fulfillment_orders/placed_on_hold": EventType.HOLD_PLACED,
    "fulfillment_orders/hold_released": EventType.HOLD_RELEASED,
    "fulfillment_holds/added": EventType.HOLD_PLACED,
    "fulfillment_holds/released": EventType.HOLD_RELEASED,
    "fulfillment_orders/split": EventType.SHIPMENT_SPLIT,
    "fulfillment_orders/moved": EventType.SHIPMENT_MOVED,
    "fulfillment_orders/merged": EventType.SHIPMENT_MERGED,
    "fulfillment_orders/cancelled": EventType.SHIPMENT_MOVED,
    "fulfillment_orders/fulfillment_request_submitted": None,
    "fulfillment_orders/fulfillment_request_rejected": EventType.EXCEPTION_REPORTED,
    "fulfillment_orders/order_routing_complete": None,
    "order_transactions/create": None,
    "refunds/create": None,
    "returns/process": None,
    "returns/close": None,
    "inventory_levels/connect": None,
}


@pytest.mark.parametrize("topic", TOPICS)
def test_every_sample_ends_in_events_or_in_nothing_with_a_reason(topic):
    parsed = parse(webhook(topic, shopify_sample(topic)))
    assert parsed.events if isinstance(parsed, Events) else parsed.reason


@pytest.mark.parametrize(("topic", "expected"), OUTCOMES.items())
def test_a_topic_becomes_what_the_vocabulary_says(topic, expected):
    parsed = parse(webhook(topic, shopify_sample(topic)))
    found = parsed.events[0].event_type if isinstance(parsed, Events) else None
    assert found == expected


@pytest.mark.parametrize("path", EXEMPLARS, ids=lambda path: "/".join(path.parts[-3:]))
def test_live_null_patterns_never_break_the_parser(path):
    topic = f"{path.parent.name}/create"
    body = read(path)
    with contextlib.suppress(RefusedDeliveryError):
        assert isinstance(parse(webhook(topic, body)), Events | NothingToDo)


def test_trap_1_an_order_is_named_by_its_gid_since_its_id_was_rounded():
    created = one(webhook("orders/create", shopify_sample("orders/create")))
    assert str(created.order) == "shopify:820982911946154508"
    assert created.lines[0].line == "487817672276298554"


def test_trap_2_one_body_under_six_topics_is_six_different_messages():
    body = shopify_sample("orders/create")
    topics = ("orders/create", "orders/paid", "orders/cancelled")
    found = [one(webhook(topic, body)) for topic in topics]
    assert [event.event_type.value for event in found] == [
        "order_created",
        "order_paid",
        "order_cancelled",
    ]
    assert len({event.source_event_id for event in found}) == 3
    for topic in ("orders/updated", "orders/fulfilled", "orders/partially_fulfilled"):
        assert nothing(webhook(topic, body))


def test_trap_3_a_hold_without_time_takes_the_trigger_or_is_flagged_as_assumed():
    body = shopify_sample("fulfillment_holds/added")
    triggered = one(
        webhook("fulfillment_holds/added", body, x_shopify_triggered_at="2026-05-04T11:59:58Z")
    )
    assert triggered.occurred_at.isoformat() == "2026-05-04T11:59:58+00:00"
    assert not triggered.time_flags
    bare = one(webhook("fulfillment_holds/added", body))
    assert bare.occurred_at == RECEIVED
    assert bare.time_flags == {TimeFlag.ASSUMED_TIME}
    assert str(bare.order) == "shopify_fo:1"


def test_trap_3_a_bare_id_and_an_empty_body_are_understood():
    assert nothing(webhook("orders/delete", {"id": 820982911946154500}))
    assert nothing(webhook("returns/process", {}))


def test_trap_4_a_merge_calls_one_fulfilment_order_by_number_and_by_gid():
    topic = "fulfillment_orders/merged"
    merged = one(webhook(topic, shopify_sample(topic)))
    assert str(merged.order) == "shopify_fo:1"
    assert [str(alias) for alias in merged.aliases] == ["shopify_fo:2"]


def test_trap_4_an_edit_keeps_its_deltas_because_it_states_no_totals():
    edited = one(webhook("orders/edited", shopify_sample("orders/edited")))
    assert edited.lines == ()
    assert edited.attributes["additions"] == [{"line": "78643924236718240", "delta": 1}]
    assert edited.attributes["removals"] == [{"line": "487817672276298560", "delta": 1}]


def test_trap_5_each_time_is_read_with_its_own_offset():
    body = {**shopify_sample("orders/create"), "created_at": "2026-05-04T08:00:00-00:00"}
    body["cancelled_at"] = "2026-05-04T08:00:00-04:00"
    created = one(webhook("orders/create", body))
    cancelled = one(webhook("orders/cancelled", body))
    assert (cancelled.occurred_at - created.occurred_at).total_seconds() == 4 * 3600


def test_stacked_holds_become_the_one_created_now_and_all_of_them_when_none_is_named():
    topic = "fulfillment_orders/placed_on_hold"
    body = shopify_sample(topic)
    (created,) = events(webhook(topic, body))
    assert (created.hold_id, created.reason) == ("1", "other")
    assert [str(alias) for alias in created.aliases] == ["shopify_fo:2"]
    body.pop("created_fulfillment_hold")
    assert [event.hold_id for event in events(webhook(topic, body))] == ["1", "2"]


def test_a_release_that_names_no_hold_says_that_it_ends_all_of_them():
    topic = "fulfillment_orders/hold_released"
    released = one(webhook(topic, shopify_sample(topic)))
    assert released.hold_id is None
    assert released.attributes == {"all_holds": True}


def test_a_deleted_parcel_event_voids_the_event_that_it_made():
    made = one(webhook("fulfillment_events/create", shopify_sample("fulfillment_events/create")))
    topic = "fulfillment_events/delete"
    voided = one(webhook(topic, shopify_sample(topic), webhook_id="wh-2"))
    assert voided.corrects == (made.source_event_id,)


def test_a_sample_sent_to_the_wrong_source_is_refused_and_not_guessed():
    with pytest.raises(RefusedDeliveryError, match="event_id"):
        parse(deliver(Source.WMS, shopify_sample("orders/create")))
