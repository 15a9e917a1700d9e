"""Health, metrics, the OpenAPI document: true, closed, and no input of any shape is a 5xx."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from e2a.gateway.credentials.model import EVERYBODY
from e2a.gateway.openapi.document import document
from e2a.gateway.replies import REFUSALS
from e2a.gateway.senders import SENDERS
from e2a.warehouse.connection import Role
from tests.gateway.serving import bearer, thread

EXAMPLES = 6
"""Requests that schemathesis invents for each operation."""


def test_the_process_is_alive_and_ready_and_says_how_far_readers_are(gateway):
    assert gateway.client.get("/healthz").json() == {"status": "alive"}
    ready = gateway.client.get("/readyz").json()
    assert all(ready[name] for name in ("ready", "database", "credentials", "disk", "accepting"))
    assert set(ready["lag_seconds"]) == {"shopify", "wms", "carrier", "file"}


def test_lag_is_the_age_of_the_oldest_unread_delivery(gateway):
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    with gateway.warehouse.connect(Role.OWNER) as owner:
        owner.execute(
            "insert into landing.inbox (tenant_id, source, delivery_id, received_at, body) "
            "values ('demo-3pl', 'file', 'old', %s, '')", (an_hour_ago,),
        )  # fmt: skip
    lag = gateway.client.get("/readyz").json()["lag_seconds"]
    assert 3600 <= lag["file"] < 3700
    page = gateway.client.get("/metrics").text
    assert float(re.search(r'e2a_inbox_lag_seconds\{lane="file"\} (\S+)', page)[1]) >= 3600


def test_tomorrows_partition_is_there_today(gateway):
    names = {row[0] for row in gateway.rows("select relname from pg_class")}
    for ahead in range(3):
        day = datetime.now(UTC) + timedelta(days=ahead)
        assert f"inbox_{day:%Y%m%d}" in names


def test_no_caller_makes_a_series_of_metrics(gateway):
    for word in ("x", "a" * 200, "wms%22", "../wms"):
        gateway.post(word, b"{}", {"x-correlation-id": word[:9]})
    page = gateway.client.get("/metrics").text
    labels = re.findall(r'(source|answer|lane)="([^"]*)"', page)
    allowed = {*SENDERS, "other", *REFUSALS.values(), "stored", "duplicate", "conflict", "partial"}
    assert {value for _, value in labels} <= allowed | {"shopify", "wms", "carrier", "file"}
    assert 'answer="not_found",source="other"' in page


def test_model_calls_are_counted_on_the_page_and_a_ledger_that_is_shut_leaves_it_standing(shared):
    with shared.connect(Role.OWNER) as owner:
        owner.execute(
            "insert into ops.ai_counts values ('demo-3pl', (now() at time zone 'utc')::date, "
            "'breach_narrative', 'fallback', 'tone', 7)"
        )
    shut = "execute on function gateway.model_metrics(float8[], float8[])"
    with thread(shared) as gateway:
        page = gateway.client.get("/metrics").text
        assert 'ai_fallback_total{purpose="breach_narrative",reason="tone"} 7.0' in page
        assert "ai_ledger_up 1.0" in page
    with shared.connect(Role.OWNER) as owner:
        owner.execute(f"revoke {shut} from e2a_gateway")
    try:
        with thread(shared) as gateway:
            page = gateway.client.get("/metrics").text
            assert "ai_ledger_up 0.0" in page
            assert "e2a_gateway_queue_rows" in page
    finally:
        with shared.connect(Role.OWNER) as owner:
            owner.execute(f"grant {shut} to e2a_gateway")


def test_the_document_names_every_sender_and_the_page_needs_no_other_host(gateway):
    paths = gateway.client.get("/openapi.json").json()["paths"]
    assert {f"/ingest/{word}" for word in SENDERS} <= set(paths)
    page = gateway.client.get("/docs").text
    assert "/admin/dead-letters/replay" in page
    assert re.findall(r"(?:https?:)?//[\w.]+|<script|<link|url\(", page) == []


API = schemathesis.openapi.from_dict(document())
API.config.phases.coverage.enabled = False


@schemathesis.serializer("application/x-ndjson")
def _one_line(context: object, value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.fixture(scope="module")
def keys(gateway):
    """A key for each path that takes one; the others are met without."""
    made = {word: gateway.key(word) for word, s in SENDERS.items() if s.kinds[0] == "api_key"}
    return {**made, "admin": gateway.key("admin", EVERYBODY)}


@API.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_no_request_of_any_shape_is_answered_with_a_5xx(case, gateway, keys):
    _, area, word = (*case.path.split("/"), "")[:3]
    key = keys.get("admin" if area == "admin" else word)
    headers = {**(bearer(key) if key else {}), "x-correlation-id": "schemathesis"}
    response = case.call(base_url=gateway.url, headers=headers)
    case.validate_response(response, checks=(not_a_server_error,))
    if response.status_code >= 400:
        assert set(json.loads(response.text)) == {"error", "detail"}
