"""What senders hear, and what lies in the inbox afterwards."""

import json
from datetime import UTC, datetime

import pytest

from e2a.domain.deliveries import Delivery, Source
from e2a.sources import archive
from e2a.sources.delivery_ids import delivery_id
from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import Landed, land
from tests.gateway import signing
from tests.gateway.serving import bearer, wait_for

EVENT = {
    "event_type": "pick_completed", "order_id": "100", "occurred_at": "2026-05-04T10:15:00Z"
}  # fmt: skip


def event(id: str, **more: object) -> bytes:
    return json.dumps({"event_id": id, **EVENT, **more}).encode()


@pytest.fixture(scope="module")
def wms(gateway):
    return bearer(gateway.key("wms"))


@pytest.fixture(scope="module")
def shop(gateway):
    gateway.key("shopify", account=signing.SHOP, secret=signing.SECRET)
    return gateway


def answer(response):
    return response.status_code, response.json().get("status")


def test_a_message_is_stored_byte_for_byte_before_it_is_acknowledged(gateway, wms):
    body = event("whole") + b"  \r\n"
    assert answer(gateway.post("wms", body, wms)) == (202, "stored")
    assert gateway.stored("wms-whole") == [body]
    found = gateway.rows(
        "select tenant_id, source, headers from landing.inbox where delivery_id = 'wms-whole'"
    )
    ((tenant, source, headers),) = found
    assert (tenant, source) == ("demo-3pl", "wms")
    assert set(headers) == {"e2a-correlation-id"}


def test_the_same_message_again_is_a_duplicate_and_adds_nothing(gateway, wms):
    gateway.post("wms", event("again"), wms)
    assert answer(gateway.post("wms", event("again"), wms)) == (200, "duplicate")
    assert len(gateway.stored("wms-again")) == 1


def test_another_body_under_a_known_id_is_kept_apart_and_the_first_stands(gateway, wms):
    gateway.post("wms", event("c9"), wms)
    other = event("c9", order_id="200")
    assert answer(gateway.post("wms", other, wms)) == (202, "conflict")
    assert answer(gateway.post("wms", other, wms)) == (200, "duplicate")
    assert gateway.stored("wms-c9") == [event("c9")]
    marked = gateway.rows("select body from landing.inbox where delivery_id ~ '^wms-c9#'")
    assert [bytes(row[0]) for row in marked] == [other]


def test_what_was_pushed_and_what_is_landed_in_bulk_are_one_delivery(gateway, wms):
    """Also where the bodies differ: both roads mark the id alike."""
    gateway.post("wms", event("both"), wms)
    gateway.post("wms", event("both", site="NJ1"), wms)
    twice = [
        Delivery("demo-3pl", Source.WMS, "wms-both", instant(), body)
        for body in (event("both"), event("both", site="NJ1"))
    ]
    with gateway.warehouse.connect(Role.APP) as app:
        assert land(app, twice) == Landed(duplicates=2, conflicts=1)


def instant():
    return datetime.now(UTC)


@pytest.mark.parametrize(
    ("sender", "headers", "document", "expected"),
    [
        (
            "shopify", {"x-shopify-topic": "orders/Create", "x-shopify-webhook-id": "w"}, None,
            "orders/create:w",
        ),
        (
            "shopify", {"shopify-topic": "orders/create", "shopify-webhook-id": "w"}, None,
            "orders/create:w",
        ),
        ("easypost", {}, {"id": "evt_1"}, "easypost:evt_1"),
        ("aftership", {}, {"event_id": "u"}, "aftership:u"),
        ("shippo", {}, {"data": {"tracking_status": {"object_id": "o"}}}, "shippo:o"),
        ("shipbob", {"webhook-id": "m"}, None, "shipbob:m"),
        ("shiphero", {"x-shiphero-message-id": "m"}, {}, "shiphero:m"),
        ("amazon", {}, {"NotificationMetadata": {"NotificationId": "n"}}, "amazon:n"),
        ("epcis", {}, {"epcisBody": {"eventList": [{"eventID": "urn:1"}]}}, "epcis:urn:1"),
        ("wms", {}, {"event_id": "e"}, "wms-e"),
        ("wms", {"idempotency-key": "mine"}, {"event_id": "e"}, "mine"),
        ("carrier", {}, {"event_id": "e"}, "carrier-e"),
    ],
)  # fmt: skip
def test_each_sender_is_known_by_its_own_id(sender, headers, document, expected):
    assert delivery_id(sender, headers, b"{}", document) == expected


@pytest.mark.parametrize(
    "document", [None, [], 7, {"event_id": 1.5}, {"event_id": ""}, {"event_id": {}}]
)
def test_without_an_id_the_bytes_are_the_name(document):
    first, second = (delivery_id("wms", {}, body, document) for body in (b"a", b"b"))
    assert first.startswith("wms-body:")
    assert first != second


def test_an_endless_id_is_named_by_its_hash():
    ids = {delivery_id("wms", {}, b"{}", {"event_id": "x" * 5000 + end}) for end in "ab"}
    assert len(ids) == 2
    assert max(map(len, ids)) < 100


def test_an_event_line_is_the_delivery_that_a_file_of_it_would_be(tmp_path):
    file = tmp_path / "events.jsonl"
    file.write_bytes(event("line") + b"\n")
    (landed,) = archive.event_file(file, "demo-3pl", instant())
    assert delivery_id("file", {}, event("line") + b"\n") == landed.delivery_id


@pytest.mark.parametrize("x", ["x-", ""])
def test_shopify_is_verified_and_its_headers_kept_but_for_the_signature(shop, x):
    body = b'{"id": 1}'
    headers = signing.shopify(body, f"kept{x}", x=x)
    assert answer(shop.post("shopify", body, headers)) == (202, "stored")
    ((kept,),) = shop.rows(
        "select headers from landing.inbox where delivery_id = %s", f"orders/create:kept{x}"
    )
    assert {name for name in kept if name != "e2a-correlation-id"} == {
        f"{x}shopify-{word}" for word in ("topic", "shop-domain", "webhook-id", "triggered-at")
    }


def test_two_topics_with_one_identical_body_are_two_deliveries(shop):
    body = b'{"id": 2}'
    for topic in ("orders/create", "orders/paid"):
        headers = signing.shopify(body, "one-id", topic=topic)
        assert shop.post("shopify", body, headers).status_code == 202


def aftership(body: bytes) -> dict[str, str]:
    return signing.in_base64("aftership-hmac-sha256", body)


def sendcloud(body: bytes) -> dict[str, str]:
    return {"sendcloud-signature": signing.mac(signing.SECRET.encode(), body).hex()}


def shipbob(body: bytes) -> dict[str, str]:
    return signing.standard(body, "b9")


SIGNED = {
    "easypost": (b'{"object": "Event", "id": "evt_9"}', signing.easypost, "carrier", None),
    "aftership": (b'{"event_id": "a9"}', aftership, "carrier", None),
    "shippo": (
        b'{"data": {"tracking_status": {"object_id": "s9"}}}', signing.shippo, "carrier", "shippo"
    ),
    "shipbob": (b'{"id": 9}', shipbob, "wms", "shipbob"),
    "sendcloud": (b'{"parcel": 9}', sendcloud, "carrier", "sendcloud"),
}  # fmt: skip


@pytest.mark.parametrize("sender", SIGNED)
def test_a_signed_message_takes_its_road_with_the_word_for_its_format(gateway, sender):
    body, sign, road, dialect = SIGNED[sender]
    gateway.key(sender, secret=signing.WHSEC if sender == "shipbob" else signing.SECRET)
    assert answer(gateway.post(sender, body, sign(body))) == (202, "stored")
    assert answer(gateway.post(sender, body, sign(body))) == (200, "duplicate")
    ((source, headers),) = gateway.rows(
        "select source, headers from landing.inbox where delivery_id ~ %s", f"^{sender}:"
    )
    assert (source, headers.get("e2a-dialect")) == (road, dialect)


def test_what_only_the_credential_knows_of_its_sender_stands_in_the_kept_headers(gateway):
    made = gateway.key("epcis", time_zone="America/New_York", order_namespace="shopify")
    lying = bearer(made) | {"e2a-time-zone": "UTC", "e2a-dialect": "amazon"}
    assert gateway.post("epcis", b'{"eventID": "urn:zone"}', lying).status_code == 202
    ((headers,),) = gateway.rows(
        "select headers from landing.inbox where delivery_id = 'epcis:urn:zone'"
    )
    del headers["e2a-correlation-id"]
    assert headers == {
        "e2a-dialect": "epcis", "e2a-time-zone": "America/New_York",
        "e2a-order-namespace": "shopify",
    }  # fmt: skip


def test_shiphero_hears_its_own_word_of_success_each_time(gateway):
    body = b'{"webhook_type": "Tote Complete"}'
    gateway.key("shiphero", secret=signing.SECRET)
    headers = signing.in_base64("x-shiphero-hmac-sha256", body) | {"x-shiphero-message-id": "m1"}
    for _ in range(2):
        response = gateway.post("shiphero", body, headers)
        assert (response.status_code, response.json()) == (
            200,
            {"code": "200", "Status": "Success"},
        )
    assert len(gateway.stored("shiphero:m1")) == 1


@pytest.mark.parametrize("scheme", ["bearer", "basic", "x-api-key"])
def test_an_api_key_may_come_in_three_ways(gateway, scheme):
    made = gateway.key("epcis")
    headers = {"bearer": bearer(made), "x-api-key": {"x-api-key": made.key}}.get(scheme, {})
    response = gateway.client.post(
        "/ingest/epcis", content=event(scheme), headers=headers,
        auth=("anything", made.key) if scheme == "basic" else None,
    )  # fmt: skip
    assert response.status_code == 202


def test_shippo_may_show_its_key_in_the_url_and_nobody_else(gateway):
    shippo, wms = gateway.key("shippo", kind="api_key"), gateway.key("wms")
    assert gateway.post("shippo", b'{"a": 1}', {}, f"?token={shippo.key}").status_code == 202
    assert gateway.post("wms", event("url"), {}, f"?token={wms.key}").status_code == 401
    log = gateway.log.read_text()
    assert shippo.key not in log


def test_what_is_signed_but_unintelligible_is_stored_for_a_person(gateway, wms):
    for body in (
        b"{not json",
        b"\xff\xfe\x00",
        b'"\\ud800"',
        b"[" * 100_000,
        b'{"event_id": "a\\u0000b"}',
    ):
        assert gateway.post("wms", body, wms).status_code == 202


def test_a_correlation_id_comes_back_is_stored_and_logged(gateway, wms):
    given = "trace-4711/a"
    response = gateway.post("wms", event("traced"), wms | {"x-correlation-id": given})
    assert response.headers["x-correlation-id"] == given
    ((headers,),) = gateway.rows(
        "select headers from landing.inbox where delivery_id = 'wms-traced'"
    )
    assert headers == {"x-correlation-id": given, "e2a-correlation-id": given}
    wait_for(lambda: given in gateway.log.read_text())
    line = next(json.loads(t) for t in gateway.log.read_text().splitlines() if given in t)
    assert (line["source"], line["status"], line["answer"]) == ("wms", 202, "stored")


@pytest.mark.parametrize(
    "given", ["x" * 129, "a b", "<script>", "naïve".encode().decode("latin-1")]
)
def test_a_correlation_id_that_cannot_be_kept_is_replaced_and_the_message_stored(
    gateway, wms, given
):
    response = gateway.client.post(
        "/ingest/wms", content=event(f"odd{len(given)}{given[:1]}"),
        headers=[
            (b"x-correlation-id", given.encode("latin-1")),
            (b"authorization", wms["authorization"].encode()),
        ],
    )  # fmt: skip
    assert response.status_code == 202
    fresh = response.headers["x-correlation-id"]
    assert fresh not in ("", given)
    found = gateway.rows("select headers from landing.inbox order by seq desc limit 1")
    assert found == [({"e2a-correlation-id": fresh},)]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/ingest/nobody", {}, 404),
        ("POST", "/ingest/", {}, 404),
        ("POST", "/ingest/admin", {}, 404),
        ("GET", "/ingest/wms", {}, 405),
        ("PUT", "/ingest/wms", {}, 405),
        ("POST", "/ingest/wms", {}, 401),
        ("POST", "/ingest/wms", {"content-type": "text/html"}, 415),
        ("POST", "/ingest/wms", {"content-encoding": "gzip"}, 415),
        ("POST", "/ingest/wms", {"connection": "upgrade", "upgrade": "h2c"}, 400),
        ("GET", "/nowhere", {}, 404),
    ],
)
def test_a_refusal_has_its_status_and_a_sentence(gateway, method, path, headers, status):
    response = gateway.client.request(method, path, content=b"{}", headers=headers)
    assert response.status_code == status
    assert set(response.json()) == {"error", "detail"}
    assert response.headers["x-correlation-id"]


def test_a_key_opens_its_own_path_only(gateway, wms):
    assert gateway.post("carrier", event("x"), wms).status_code == 401
    assert gateway.post("batch", event("x"), wms).status_code == 401


class TestBatch:
    @pytest.fixture(scope="class")
    def key(self, gateway):
        return bearer(gateway.key("batch"))

    def send(self, gateway, key, *lines):
        response = gateway.post(
            "batch", b"\n".join(lines), key | {"content-type": "application/x-ndjson"}
        )
        return response.status_code, [json.loads(line) for line in response.text.splitlines()]

    def test_each_line_has_an_answer_and_is_a_delivery_of_its_own(self, gateway, key):
        lines = (event("b1"), b"", event("b2"), event("b1"), event("b1", order_id="7"), b"{broken")
        status, told = self.send(gateway, key, *lines)
        assert (status, [(one["line"], one["status"]) for one in told]) == (
            200, [(1, "stored"), (3, "stored"), (4, "duplicate"), (5, "conflict"), (6, "stored")],
        )  # fmt: skip
        assert gateway.stored("wms-b2") == [event("b2")]

    def test_a_line_and_the_same_event_posted_alone_are_one_delivery(self, gateway, key, wms):
        self.send(gateway, key, event("b3"))
        assert answer(gateway.post("wms", event("b3"), wms)) == (200, "duplicate")

    def test_more_than_a_transaction_holds_is_stored_in_order(self, gateway, key):
        lines = [event(f"many-{n}") for n in range(1200)]
        status, told = self.send(gateway, key, *lines)
        assert (status, {one["status"] for one in told}) == (200, {"stored"})
        found = gateway.rows(
            "select body from landing.inbox where delivery_id ~ '^wms-many-' order by seq"
        )
        assert [bytes(row[0]) for row in found] == lines

    @pytest.mark.parametrize(
        ("lines", "status"),
        [
            ([b" ", b""], 400),
            ([b"1"] * 10_001, 413),
            ([b"1", *[b""] * 10_000, b"1"], 413),
            ([b'"' + b"x" * 2**20 + b'"'], 413),
        ],
    )
    def test_what_is_no_batch_is_refused_whole(self, gateway, key, lines, status):
        before = gateway.inbox()
        assert self.send(gateway, key, *lines)[0] == status
        assert gateway.inbox() == before
