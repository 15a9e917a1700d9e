"""Forgetting a person: the words go, what verdicts and invoices need stays."""

import orjson
import pytest

from e2a.domain.errors import BadInputError
from e2a.warehouse.forget import Forgotten, forget
from e2a.warehouse.inbox import Landed, land
from tests.warehouse.lane import (
    TENANT,
    again,
    at,
    deliver,
    event,
    name,
    outcomes,
    read,
    rows,
    tables,
)

ANN = {"email": "ann@example.com", "customer": {"first_name": "Ann"}}


def personal(id: str, order: str | None = "wms:1", **more) -> dict:
    made = event(id, order=order, **more)
    return {**made, "fragment": {**made["fragment"], **ANN}}


def bodies(app) -> bytes:
    return b"".join(bytes(r[0]) for r in rows(app, "select body from landing.inbox"))


def facts(app):
    """The canonical events without their fragments."""
    return rows(
        app,
        "select (to_jsonb(e) - 'fragment')::text from landing.order_events as e "
        "order by tenant_id, source, source_event_id",
    )


def fragments(app) -> str:
    return str(rows(app, "select fragment, (select payload from landing.quarantine limit 1) "
                         "from landing.order_events"))  # fmt: skip


def test_the_person_is_gone_and_the_facts_are_equal(app, tmp_path):
    read(app, deliver(personal("a")), deliver(personal("b", order="wms:2")))
    before, hashes = facts(app), rows(app, "select body_hash from landing.deliveries order by 1")
    assert forget(app, TENANT, "wms:1", tmp_path) == Forgotten(1, 1, 0)
    assert facts(app) == before
    assert rows(app, "select body_hash from landing.deliveries order by 1") == hashes
    assert bodies(app).count(b"ann@example.com") == 1
    assert fragments(app).count("Ann") == 1


def test_forgetting_twice_blanks_nothing_the_second_time(app, tmp_path):
    read(app, deliver(personal("a")))
    forget(app, TENANT, "wms:1", tmp_path)
    before = tables(app), bodies(app)
    assert forget(app, TENANT, "wms:1", tmp_path) == Forgotten(0, 0, 0)
    assert (tables(app), bodies(app)) == before


def test_the_same_deliveries_and_their_blanked_copies_are_still_recognised(app, tmp_path):
    original = deliver(personal("a"), id="d")
    read(app, original)
    forget(app, TENANT, "wms:1", tmp_path)
    before = tables(app), bodies(app)
    blanked = deliver(body=bodies(app), id="d")
    assert read(app, original)[0] == Landed(duplicates=1)
    assert read(app, blanked)[0] == Landed(duplicates=1)
    assert (tables(app), bodies(app)) == before


def test_the_same_fact_in_a_new_delivery_is_still_a_duplicate(app, tmp_path):
    read(app, deliver(personal("a")))
    forget(app, TENANT, "wms:1", tmp_path)
    read(app, deliver(personal("a"), at=at(1)))
    assert outcomes(app) == [("canonical", None), ("nothing_to_do", "duplicate")]


def test_reading_days_again_leaves_what_was_forgotten_as_it_is(app, tmp_path):
    read(app, deliver(personal("a")), deliver(personal("b", order="wms:2")))
    forget(app, TENANT, "wms:1", tmp_path)
    before = tables(app)
    assert again(app).rows == 1
    assert tables(app) == before


def test_every_name_and_every_parcel_of_the_order_is_followed(app, tmp_path):
    read(
        app,
        deliver(personal("a", order="wms:1", aliases=["shopify:9"])),
        deliver(personal("b", order="shopify:9", shipment="track:7")),
        deliver(personal("c", order=None, shipment="track:7", type="delivered")),
    )
    assert forget(app, TENANT, "9", tmp_path).inbox_rows == 3
    assert b"Ann" not in bodies(app)
    assert "Ann" not in fragments(app)


def test_a_repetition_and_a_contradiction_of_a_fact_are_blanked_with_it(app, tmp_path):
    read(app, deliver(personal("a", quantity="1")))
    read(app, deliver(personal("a", quantity="2"), at=at(1)))
    read(app, deliver(personal("a", quantity="3"), at=at(-1)))
    forget(app, TENANT, "wms:1", tmp_path)
    assert b"Ann" not in bodies(app)
    assert "Ann" not in fragments(app)


def test_a_repeated_delivery_under_another_id_is_blanked_too(app, tmp_path):
    """Sources send a message again under a new id: a duplicate holds the same person."""
    read(app, deliver(personal("a")), deliver(personal("a"), at=at(1)))
    forget(app, TENANT, "wms:1", tmp_path)
    assert b"Ann" not in bodies(app)


def test_a_refused_fact_about_the_order_is_blanked_too(app, tmp_path):
    read(app, deliver(personal("a")), deliver(personal("b", occurred_at=at(99))))
    forget(app, TENANT, "wms:1", tmp_path)
    assert b"Ann" not in bodies(app)


def test_archives_are_blanked_where_they_hold_the_order_and_kept_elsewhere(app, tmp_path):
    mine, other = deliver(personal("a"), id="d1"), deliver(personal("b", order="wms:2"), id="d2")
    read(app, mine, other)
    archive = tmp_path / "week" / "deliveries.jsonl"
    archive.parent.mkdir()
    lines = [
        orjson.dumps(
            {
                "tenant": TENANT,
                "source": "wms",
                "delivery_id": d.delivery_id,
                "body": d.body.decode(),
            }
        )
        for d in (mine, other)
    ]
    archive.write_bytes(b"\n".join(lines) + b"\n")
    assert forget(app, TENANT, "wms:1", tmp_path).archive_lines == 1
    blanked, kept = archive.read_bytes().splitlines()
    assert b"ann@example.com" not in blanked
    assert kept == lines[1]
    assert [path.name for path in archive.parent.iterdir()] == ["deliveries.jsonl"]
    body = orjson.loads(blanked)["body"].encode()
    assert land(app, [deliver(body=body, id="d1")]) == Landed(duplicates=1)
    assert forget(app, TENANT, "wms:1", tmp_path) == Forgotten(0, 0, 0)


def test_a_person_of_another_tenant_is_not_touched(app, tmp_path):
    read(app, deliver(personal("a")), deliver(personal("a"), tenant="olist"))
    forget(app, TENANT, "wms:1", tmp_path)
    assert bodies(app).count(b"ann@example.com") == 1


def test_an_unknown_order_is_a_sentence(app, tmp_path):
    with pytest.raises(BadInputError, match=r"has no order 'shopify:404'.*Give its id"):
        forget(app, TENANT, "shopify:404", tmp_path)


def test_a_name_that_means_two_orders_is_answered_with_both(app, tmp_path):
    read(app, deliver(personal("a", order="wms:1")), deliver(personal("b", order="ref:1")))
    with pytest.raises(BadInputError, match=r"means several orders.*ref:1, wms:1"):
        forget(app, TENANT, "1", tmp_path)
    assert name("wms:1")["value"] == "1"
