"""From the attacker's side: what is not a sender's own, fresh, whole message does not get in."""

import asyncio
import gzip
import json
import socket
import time
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest

from e2a.domain.deliveries import Delivery, Source
from e2a.gateway import protocol
from e2a.gateway.admission import body as bodies
from e2a.gateway.commit.link import connect
from e2a.gateway.commit.writers import Writers
from e2a.gateway.replies import RefusedRequestError
from e2a.warehouse.connection import Role
from tests.gateway import signing
from tests.gateway.serving import bearer, thread, wait_for

BODY = b'{"id": 820982911946154508, "note": "caf\xc3\xa9"}'
OTHER_SHOP = "other.myshopify.com"


@pytest.fixture(scope="module")
def shop(gateway):
    """A gateway that knows two shops of two tenants, each with a secret of its own."""
    gateway.key("shopify", account=signing.SHOP, secret=signing.SECRET)
    gateway.key("shopify", "nordic-beauty", account=OTHER_SHOP, secret="another-secret")
    headers = signing.shopify(BODY, "knows-both", secret="another-secret", shop=OTHER_SHOP)
    wait_for(lambda: gateway.post("shopify", BODY, headers).is_success)
    return gateway


@pytest.fixture(scope="module")
def wms(gateway):
    return bearer(gateway.key("wms"))


@pytest.fixture
def unchanged(gateway):
    """Nothing may have come in when the test is over."""
    before = gateway.inbox()
    yield
    assert gateway.inbox() == before


def raw(gateway, request, *, then=b"") -> bytes:
    """What a socket hears until the gateway closes it."""
    with closing(socket.create_connection(("127.0.0.1", gateway.port), timeout=20)) as end:
        heard = b""
        try:
            end.sendall(request + then)
            while part := end.recv(65536):
                heard += part
        except (ConnectionResetError, BrokenPipeError):
            pass
        return heard


def _line_of(gateway, correlation_id):
    """The log line of a request, empty until it is written."""
    lines = gateway.log.read_text().splitlines()
    return next((line for line in lines if f'"{correlation_id}"' in line), "")


def post(path, headers, body, *, close=True):
    lines = [f"POST {path} HTTP/1.1", "host: gateway", *headers]
    if close:
        lines.append("connection: close")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace(b"508", b"500"), BODY[:-1], BODY + b"\n", BODY.replace(b": ", b":"),
        json.dumps(json.loads(BODY)).encode(),
        BODY.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + BODY, BODY.decode().encode("latin-1"), b"",
    ],
    ids=["forged", "cut", "newline", "spaces", "escaped", "utf-16", "bom", "latin-1", "empty"],
)  # fmt: skip
@pytest.mark.usefixtures("unchanged")
def test_a_body_that_is_not_byte_for_byte_what_was_signed_is_401(shop, body):
    response = shop.post("shopify", body, signing.shopify(BODY, "forged"))
    assert response.status_code == 401


@pytest.mark.usefixtures("unchanged")
def test_the_secret_of_one_shop_does_not_open_another(shop):
    for secret, claimed in ((signing.SECRET, OTHER_SHOP), ("another-secret", signing.SHOP)):
        headers = signing.shopify(BODY, "crossed", secret=secret, shop=claimed)
        assert shop.post("shopify", BODY, headers).status_code == 401
    for claimed in ("", "third.myshopify.com"):
        headers = signing.shopify(BODY, "crossed", shop=claimed)
        assert shop.post("shopify", BODY, headers).status_code == 401
    headers = signing.shopify(BODY, "crossed")
    del headers["x-shopify-shop-domain"]
    assert shop.post("shopify", BODY, headers).status_code == 401


@pytest.mark.usefixtures("unchanged")
def test_the_tenant_of_a_header_or_a_body_is_not_believed_over_the_key(gateway, wms):
    tempting = wms | {"x-tenant-id": "nordic-beauty", "x-e2a-tenant": "nordic-beauty"}
    body = b'{"event_id": "whose", "tenant": "nordic-beauty", "tenant_id": "nordic-beauty"}'
    assert gateway.post("wms", body, tempting).status_code == 202
    found = gateway.rows(
        "delete from landing.inbox where delivery_id = 'wms-whose' returning tenant_id"
    )
    assert found == [("demo-3pl",)]


@pytest.mark.parametrize("account", ["user_2", 2, "USER_1 "])
def test_an_account_in_the_body_must_be_the_credentials(gateway, account):
    gateway.key("easypost", account="user_1", secret="easy-secret")
    body = json.dumps({"object": "Event", "id": f"evt_{account}", "user_id": account}).encode()
    status = gateway.post("easypost", body, signing.easypost(body, "easy-secret")).status_code
    assert status == (202 if str(account).strip().lower() == "user_1" else 401)


@pytest.mark.usefixtures("unchanged")
def test_amazons_seller_must_be_the_credentials(gateway):
    key = bearer(gateway.key("amazon", account="A3SELLER"))
    for place in (
        {"Payload": {"OrderChangeNotification": {"SellerId": "A9OTHER"}}},
        {"SellerId": "x"},
    ):
        assert gateway.post("amazon", json.dumps(place), key).status_code == 401


@pytest.mark.parametrize("age", [-400, 400])
@pytest.mark.usefixtures("unchanged")
def test_a_replayed_or_predated_message_is_401_after_five_minutes(gateway, age):
    made = gateway.key("wms", kind="hmac", secret=signing.WHSEC)
    headers = signing.standard(b'{"event_id": "old"}', "m", at=time.time() + age)
    assert (
        gateway.post("wms", b'{"event_id": "old"}', headers, f"/{made.key_id}").status_code == 401
    )


def test_a_replay_within_five_minutes_is_a_duplicate(gateway):
    made = gateway.key("wms", kind="hmac", secret=signing.WHSEC)
    headers = signing.standard(b'{"event_id": "twice"}', "m")
    for expected in (202, 200):
        response = gateway.post("wms", b'{"event_id": "twice"}', headers, f"/{made.key_id}")
        assert response.status_code == expected


@pytest.mark.usefixtures("unchanged")
def test_a_key_that_was_revoked_or_outlived_or_misspelt_opens_nothing(gateway):
    made = gateway.key("wms")
    with gateway.warehouse.connect(Role.APP) as app:
        app.execute(
            "update ops.credentials set revoked_at = now() where key_id = %s", (made.key_id,)
        )
    ended = gateway.key("wms")
    with gateway.warehouse.connect(Role.APP) as app:
        app.execute(
            "update ops.credentials set not_after = now() where key_id = %s", (ended.key_id,)
        )
    fine = gateway.key("wms")
    # Keys are read every other second, and when somebody brings one that is not known.
    gateway.post("wms", b"{}", {"authorization": "Bearer e2a_wms-000000000000.x"})
    keys = [made.key, ended.key, fine.key[:-1], fine.key + "x", fine.key.upper(), fine.key_id]
    keys += ["e2a_", "e2a_.", f"e2a_{fine.key_id}.", f"{fine.key_id}.{fine.key}", "e2a_%00.%00"]
    for key in keys:
        response = gateway.post("wms", b"{}", {"authorization": f"Bearer {key}"})
        assert response.status_code == 401, key


@pytest.mark.parametrize(
    "name",
    [
        "x-shopify-hmac-sha256", "x-shopify-shop-domain", "x-shopify-topic", "x-shopify-webhook-id",
        "content-type", "x-correlation-id",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("unchanged")
def test_a_second_copy_of_a_header_that_we_read_is_401(shop, name):
    headers = {"content-type": "application/json", "x-correlation-id": "c"} | signing.shopify(
        BODY, "two"
    )
    for copies in ([headers[name], headers[name]], ["x", headers[name]], [headers[name], "x"]):
        pairs = [(k, v) for k, v in headers.items() if k != name] + [(name, c) for c in copies]
        assert shop.client.post("/ingest/shopify", content=BODY, headers=pairs).status_code == 401


@pytest.mark.usefixtures("unchanged")
def test_two_spellings_of_a_header_that_differ_are_401(shop):
    new = {"shopify-topic": "orders/cancelled", "shopify-shop-domain": OTHER_SHOP}
    for name, value in new.items():
        headers = signing.shopify(BODY, "two-spellings") | {name: value}
        assert shop.post("shopify", BODY, headers).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        ["content-length: 2", "transfer-encoding: chunked"],
        ["content-length: 2", "content-length: 40"],
        ["content-length: 2, 40"],
        ["content-length: +2"],
        ["content-length: -2"],
        ["content-length: 0x2"],
        ["content-length : 2"],
        ["transfer-encoding: xchunked", "content-length: 2"],
        ["transfer-encoding: chunked", "transfer-encoding: identity"],
        ["x-a: b\x00c", "content-length: 2"],
        ["x-a: b\r c", " folded: 1", "content-length: 2"],
    ],
)
@pytest.mark.usefixtures("unchanged")
def test_no_request_is_smuggled_behind_another(gateway, wms, headers):
    """Whatever the framing says twice or oddly: nothing behind it is taken for a request."""
    key = f"authorization: {wms['authorization']}"
    hidden = post("/ingest/wms", [key, "content-length: 23"], b'{"event_id":"smuggled"}')
    heard = raw(gateway, post("/ingest/wms", [*headers], b"0\r\n\r\n", close=False) + hidden)
    first = heard.split(b" ")[1] if heard else b"closed"
    assert first in (b"400", b"401", b"closed"), heard
    assert gateway.stored("wms-smuggled") == []


@pytest.mark.usefixtures("unchanged")
def test_a_zip_bomb_is_not_unpacked(gateway, wms):
    bomb = gzip.compress(b"0" * 50 * 2**20)
    for encoding in ("gzip", "deflate", "br", "GZIP", "identity, gzip"):
        response = gateway.post("wms", bomb, wms | {"content-encoding": encoding})
        assert response.status_code == 415


@pytest.mark.usefixtures("unchanged")
def test_a_hundred_megabytes_are_refused_by_their_word_and_by_their_weight(gateway, wms):
    key = f"authorization: {wms['authorization']}"
    stated = post("/ingest/wms", [key, f"content-length: {100 * 2**20}"], b"")
    assert b" 413 " in raw(gateway, stated)
    chunk = b"100000\r\n" + b"x" * 2**20 + b"\r\n"
    unstated = post(
        "/ingest/wms", [key, "transfer-encoding: chunked", "x-correlation-id: fat"], chunk
    )
    raw(gateway, unstated, then=chunk * 99)
    wait_for(lambda: '"status":413,"answer":"too_large"' in _line_of(gateway, "fat"))


@pytest.mark.usefixtures("unchanged")
def test_who_sends_too_much_hears_so_instead_of_a_reset_that_he_would_answer_for_ever(gateway, wms):
    size = 10 * 2**20
    lines = [f"authorization: {wms['authorization']}", f"content-length: {size}"]
    assert b" 413 " in raw(gateway, post("/ingest/wms", lines, b" " * size))


def test_a_body_without_a_credential_is_not_even_read(gateway):
    heard = raw(gateway, post("/ingest/wms", [f"content-length: {4 * 2**20}"], b""))
    assert b" 401 " in heard


def test_an_endless_head_is_cut(gateway):
    heard = raw(gateway, b"POST /ingest/wms HTTP/1.1\r\n", then=b"x-a: " + b"a" * 10**6)
    assert heard == b"" or b" 431 " in heard


def test_a_slow_drip_of_head_or_body_holds_no_connection(shared, monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(bodies, "SECONDS", 0.2)
    with thread(shared) as slow:
        key = f"authorization: {bearer(slow.key('wms'))['authorization']}"
        assert raw(slow, b"POST /ingest/wms HTTP/1.1\r\nhost: g") == b""
        assert b" 408 " in raw(slow, post("/ingest/wms", [key, "content-length: 9"], b"{"))


def test_the_memory_for_bodies_is_bounded_and_given_back(shared, monkeypatch):
    monkeypatch.setattr(bodies.Memory.__init__, "__defaults__", (1000,))
    with thread(shared) as small:
        key = bearer(small.key("wms"))
        refused = small.post("wms", b'"' + b"x" * 2000 + b'"', key)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        for n in range(20):
            assert small.post("wms", f'{{"event_id": "{n}", "a": "{"x" * 100}"}}', key).is_success


SQL = ["'; drop table landing.inbox; --", "$1", "%s", "\\", "{a,b}", '","', "null", "\u0000"]


@pytest.mark.parametrize("text", SQL)
def test_sql_in_any_field_is_text(shop, wms, text):
    body = json.dumps({"event_id": text, "order_id": text, text: text}).encode()
    assert shop.post("wms", body, wms).is_success
    if text.isprintable():
        headers = {"idempotency-key": f"k{text}", "x-correlation-id": text}
        assert shop.post("wms", body, wms | headers).is_success
        assert shop.stored(f"k{text}") == [body]
        signed = signing.shopify(BODY, f"id{text}", topic=f"orders/{text}")
        assert shop.post("shopify", BODY, signed).status_code == 202
        assert shop.post(text, body, wms).status_code == 404
        assert shop.post("wms", body, wms, f"/{text}?{text}").is_success
    assert shop.inbox() > 0


def test_a_message_that_no_text_column_can_hold_does_not_take_its_neighbours_along(shared):
    """Should one slip through, the group is stored without it."""

    async def run():
        writers = Writers(lambda: connect(shared))
        writers.start()
        while not writers.connected:
            await asyncio.sleep(0.01)
        names = ["n0", "n1", "n2\0", "n3", "n4", "n5"]
        rows = [Delivery("demo-3pl", Source.WMS, n, datetime.now(UTC), b"{}") for n in names]
        storing = (writers.store([row], "key") for row in rows)
        told = await asyncio.gather(*storing, return_exceptions=True)
        await writers.stop()
        return told

    told = asyncio.run(run())
    refused = told.pop(2)
    assert told == [["stored"]] * 5
    assert isinstance(refused, RefusedRequestError)
    assert refused.status == 400


class TestTheRole:
    """Whoever breaks into the gateway finds a role that can do what the gateway does."""

    def test_it_sees_no_table_but_the_credentials_in_force(self, shared):
        with shared.connect(Role.OWNER) as owner:
            found = owner.execute(
                "select c.oid::regclass::text, p from pg_class as c, "
                "unnest(array['select', 'insert', 'update', 'delete', 'truncate']) as p "
                "where relkind in ('r', 'p', 'v', 'm') and relnamespace::regnamespace::text "
                "not in ('pg_catalog', 'information_schema') "
                "and has_table_privilege('e2a_gateway', c.oid, p)"
            ).fetchall()
        assert found == [("gateway.credentials", "select")]

    def test_it_may_call_nothing_but_what_its_schema_offers(self, shared):
        with shared.connect(Role.OWNER) as owner:
            found = owner.execute(
                "select distinct n.nspname, p.proname from pg_proc as p "
                "inner join pg_namespace as n on n.oid = p.pronamespace "
                "where n.nspname not in ('pg_catalog', 'information_schema') "
                "and has_schema_privilege('e2a_gateway', n.oid, 'usage') "
                "and has_function_privilege('e2a_gateway', p.oid, 'execute') order by 2"
            ).fetchall()
        assert {schema for schema, _ in found} == {"gateway"}
        assert [name for _, name in found] == [
            "ensure_days", "lanes", "model_metrics", "receive",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "statement",
        [
            "select * from landing.inbox", "select * from landing.order_events",
            "select * from billing.invoices", "select * from ops.credentials",
            "insert into landing.inbox default values", "delete from gateway.credentials",
            "update gateway.credentials set tenant_id = 'x'", "create table gateway.t (i int)",
            "create temp table t (i int)", "select landing.ensure_day('2026-01-01')",
            "set role e2a_owner",
        ],
    )  # fmt: skip
    def test_it_is_refused_everywhere_else(self, shared, statement):
        with (
            shared.connect(Role.GATEWAY) as gateway,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            gateway.execute(statement)

    def test_a_secret_is_in_no_table_in_clear(self, gateway):
        made = gateway.key("aftership", secret="in-the-clear")
        key = gateway.key("wms")
        found = gateway.rows("select * from ops.credentials")
        text = str([[bytes(v) if isinstance(v, bytes) else v for v in row] for row in found])
        assert made.key_id in text
        assert "in-the-clear" not in text
        assert key.key.partition(".")[2] not in text


def test_nothing_secret_or_personal_is_logged(shop, wms):
    person = b'{"event_id": "p", "email": "ann@example.com"}'
    shop.post("wms", person, wms | {"x-correlation-id": "last-line"})
    shop.post("shopify", BODY, signing.shopify(BODY, "quiet"))
    wait_for(lambda: "last-line" in shop.log.read_text())
    log = shop.log.read_text()
    for word in ("ann@example.com", wms["authorization"].split(" ")[1], signing.SECRET, "hmac"):
        assert word not in log
