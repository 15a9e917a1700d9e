"""The admin API: its own keys, its own role, and a GET that writes nothing."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import psycopg
import pytest

from e2a.domain.deliveries import Delivery, Source
from e2a.gateway.admin.access import Office
from e2a.gateway.credentials.model import EVERYBODY
from e2a.sla import exceptions
from e2a.sources.readers import READERS
from e2a.warehouse.connection import Role
from e2a.warehouse.drain import drain
from e2a.warehouse.inbox import land
from tests.domain.lint.seeds import FILES
from tests.gateway.serving import bearer, thread
from tests.sla import orders

GOOD = (
    b'{"event_id":"g","event_type":"pick_completed","order_id":"1",'
    b'"occurred_at":"2026-05-04T10:15:00Z"}'
)


@pytest.fixture(scope="module")
def everybody(gateway):
    return bearer(gateway.key("admin", EVERYBODY))


@pytest.fixture(scope="module")
def demo(gateway):
    return bearer(gateway.key("admin"))


@pytest.fixture(scope="module")
def held(gateway):
    """Two quarantined rows, one each of two tenants; their ids."""
    now = datetime.now(UTC)
    with gateway.warehouse.connect(Role.APP) as app:
        land(app, [
            Delivery("demo-3pl", Source.WMS, "bad-1", now, b"{broken"),
            Delivery("nordic-beauty", Source.WMS, "bad-2", now, b"{broken"),
        ])  # fmt: skip
        for reader in READERS:
            drain(app, reader)
        rows = app.execute("select tenant_id, seq from landing.inbox order by seq").fetchall()
    return [f"{tenant}/{seq}" for tenant, seq in rows]


def get(gateway, path, key, **query):
    response = gateway.client.get(path, headers=key, params=query)
    return response.status_code, response.json()


def post(gateway, path, key, **document):
    response = gateway.client.post(path, headers=key, json=document)
    return response.status_code, response.json()


PATHS = [
    ("GET", "/admin/dead-letters"), ("GET", "/admin/quarantine/demo-3pl/1"),
    ("POST", "/admin/quarantine/discard"), ("GET", "/admin/exceptions/abcd"),
    ("POST", "/admin/policy/lint"), ("POST", "/admin/cache/clear"),
    ("POST", "/admin/ai/lint-policy"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_nobody_gets_in_without_an_admin_key(gateway, everybody, method, path):
    doubled = [*everybody.items(), *everybody.items()]
    for headers in ({}, bearer(gateway.key("wms")), {"authorization": "Bearer x"}, doubled):
        assert gateway.client.request(method, path, headers=headers).status_code == 401


def test_what_is_held_is_listed_and_shown(gateway, everybody, held):
    status, told = get(gateway, "/admin/quarantine", everybody)
    assert (status, [row["id"] for row in told["rows"]]) == (200, held)
    assert told["reasons"] == {"malformed_json": 2}
    status, row = get(gateway, f"/admin/quarantine/{held[0]}", everybody)
    assert (status, row["body"], row["status"]) == (200, "{broken", "quarantined")
    assert get(gateway, "/admin/dead-letters", everybody)[1]["count"] == 0


def test_a_key_of_one_tenant_sees_that_tenant_only(gateway, demo, held):
    assert [r["id"] for r in get(gateway, "/admin/quarantine", demo)[1]["rows"]] == held[:1]
    assert get(gateway, "/admin/quarantine", demo, tenant="nordic-beauty")[0] == 404
    assert get(gateway, f"/admin/quarantine/{held[1]}", demo)[0] == 404
    chosen = {"ids": [held[1]], "because": "not mine"}
    assert post(gateway, "/admin/quarantine/discard", demo, **chosen)[0] == 404
    everything = {"all": True, "because": "mine", "dry_run": True}
    assert post(gateway, "/admin/quarantine/discard", demo, **everything)[1]["rows"] == 1


def test_a_replay_tries_again_and_says_what_came_of_it(gateway, everybody, held):
    told = post(gateway, "/admin/quarantine/replay", everybody, ids=held, dry_run=True)[1]
    assert told == {"rows": 2, "reasons": {"malformed_json": 2}, "dry_run": True}
    told = post(gateway, "/admin/quarantine/replay", everybody, ids=held)
    assert told == (200, {"rows": 2, "settled": 0, "events": 0, "forgotten": 0})
    with gateway.warehouse.connect(Role.OWNER) as owner:
        owner.execute("update landing.inbox set body = %s where delivery_id = 'bad-1'", (GOOD,))
    told = post(gateway, "/admin/quarantine/replay", everybody, ids=held[:1])[1]
    assert (told["settled"], told["events"]) == (1, 1)
    assert gateway.rows("select count(*) from landing.order_events") == [(1,)]


def test_a_discard_is_on_record_with_its_reason_and_its_author(gateway, everybody, held):
    assert post(gateway, "/admin/quarantine/discard", everybody, ids=held[1:])[0] == 400
    told = post(gateway, "/admin/quarantine/discard", everybody, ids=held[1:], because="a test")
    assert told == (200, {"rows": 1})
    ((reason, by),) = gateway.rows("select reason, discarded_by from landing.discards")
    assert (reason, by.partition("-")[0]) == ("a test", "admin")


@pytest.mark.parametrize(
    "document",
    [
        {}, {"ids": ["x/1"], "all": True}, {"ids": ["nonsense"]}, {"all": "perhaps"}, {"more": 1},
        {"reason": "a\u0000b"}, {"ids": ["a/99999999999999999999"]}, {"tenant": ""},
    ],
)  # fmt: skip
def test_a_choice_that_says_nothing_or_too_much_is_400(gateway, everybody, document):
    for word in ("replay", "discard"):
        status, told = post(gateway, f"/admin/dead-letters/{word}", everybody, **document)
        assert (status, set(told)) == (400, {"error", "detail"})


def test_a_question_that_is_none_is_400_or_404(gateway, everybody):
    for query in (
        {"limit": "0"},
        {"limit": "x"},
        {"source": "fax"},
        {"colour": "red"},
        {"after": "-1"},
    ):
        assert get(gateway, "/admin/quarantine", everybody, **query)[0] == 400
    assert get(gateway, "/admin/quarantine/demo-3pl/999999", everybody)[0] == 404
    assert get(gateway, "/admin/quarantine/demo-3pl/x", everybody)[0] == 400
    for text in ("abcd", "'; --", "%25", "00000000-0000-0000-0000-000000000000"):
        assert get(gateway, f"/admin/exceptions/{text}", everybody)[0] == 404


def test_the_lint_finds_what_the_command_finds(gateway, demo):
    clean = {"tenant": "acme", "files": FILES}
    assert post(gateway, "/admin/policy/lint", demo, **clean) == (200, {"findings": []})
    wrong = {**FILES, "sla": FILES["sla"].replace("within_minutes: 60", "within_minutes: 2h")}
    status, told = post(gateway, "/admin/policy/lint", demo, tenant="acme", files=wrong)
    (finding,) = told["findings"]
    assert (status, finding["rule"], finding["severity"]) == (200, "L03", "error")
    assert post(gateway, "/admin/policy/lint", demo, tenant="../x", files=wrong)[0] == 400
    assert post(gateway, "/admin/policy/lint", demo, tenant="acme", files={"x": ""})[0] == 400


def test_clearing_the_cache_makes_a_revocation_hold_at_once(gateway, everybody):
    made = gateway.key("wms")
    assert gateway.post("wms", GOOD, bearer(made)).is_success
    with gateway.warehouse.connect(Role.APP) as app:
        app.execute(
            "update ops.credentials set revoked_at = now() where key_id = %s", (made.key_id,)
        )
    assert post(gateway, "/admin/cache/clear?cache_type=credentials", everybody)[0] == 200
    assert gateway.post("wms", GOOD, bearer(made)).status_code == 401


def test_kept_answers_of_models_are_cleared_for_the_tenant_of_the_key(gateway, demo, everybody):
    with gateway.warehouse.connect(Role.OWNER) as owner:
        owner.execute(
            "insert into ops.ai_answers (tenant_id, key, state, holder, lease_until, purpose) "
            "select t, s, s, gen_random_uuid(), now(), 'breach_narrative' "
            "from unnest(array['demo-3pl', 'nordic-beauty']) as t, "
            "unnest(array['accepted', 'pending']) as s"
        )
    clear = "/admin/cache/clear?cache_type=ai"
    assert post(gateway, clear, demo) == (200, {"cleared": ["ai"], "answers": 1})
    assert post(gateway, clear, demo)[1]["answers"] == 0
    assert post(gateway, "/admin/cache/clear", everybody)[1] == {
        "cleared": ["ai", "credentials"], "answers": 1,
    }  # fmt: skip
    status, told = post(gateway, "/admin/cache/clear?cache_type=x", demo)
    assert (status, "ai or credentials" in str(told)) == (400, True)


def test_a_question_that_tried_to_write_would_be_stopped_by_its_transaction(shared):
    office = Office(SimpleNamespace(warehouse=shared, clock=lambda: datetime.now(UTC)))

    def write(connection, now):
        connection.execute("update landing.outcomes set reason = 'changed'")

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        asyncio.run(office.work(write))
    asyncio.run(office.work(write, writes=True))


@pytest.mark.parametrize(
    "statement",
    [
        "select * from ops.credentials", "select * from billing.adjustments for update",
        "update billing.invoices set status = 'final'", "delete from landing.inbox",
        "update landing.inbox set body = ''", "insert into reference.tenants default values",
        "update sla.exceptions set status = 'CLOSED'", "update ops.watermarks set seq = 0",
        "create table landing.mine (i integer)", "delete from landing.discards",
    ],
)  # fmt: skip
def test_the_operators_role_is_refused_what_the_api_does_not_offer(shared, statement):
    with (
        shared.connect(Role.OPERATOR) as operator,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        operator.execute(statement)


def test_an_exception_is_shown_with_its_facts_and_looking_writes_nothing(built, modelled):
    """Over the real models; the answer is what the command shows, and no row changes."""
    orders.put(modelled, *orders.paid())
    exceptions.sync(modelled, orders.LATER)
    modelled.commit()
    tenant, id = orders.the_one(modelled)
    kept = "select (select count(*) from sla.exception_moves), e.* from sla.exceptions as e"
    before = orders.rows(modelled, kept)
    expected = exceptions.shown(modelled, (tenant, id))
    modelled.commit()
    with thread(built) as gateway:
        key = bearer(gateway.key("admin"))
        status, told = get(gateway, f"/admin/exceptions/{id}", key)
        assert (
            get(gateway, f"/admin/exceptions/{id}", bearer(gateway.key("admin", "olist")))[0] == 404
        )
    assert status == 200
    assert told["exception"]["exception_id"] == str(id)
    assert told["facts"]["state"] == expected["facts"]["state"] == "breached"
    assert orders.rows(modelled, kept) == before
