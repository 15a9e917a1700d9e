"""A model looks at a policy over the admin API: whose budget, and nothing without a key."""

import json

import pytest

from e2a.analyst.scripted.replies import Reply, completion
from e2a.analyst.scripted.server import serving
from e2a.gateway.credentials.model import EVERYBODY
from tests.domain.lint.seeds import FILES
from tests.gateway.serving import bearer, thread

PATH = "/admin/ai/lint-policy"
FINDING = {
    "pointer": "/sla/0/stages/pick/within_minutes", "value": "120", "category": "surprising",
    "severity": "error", "problem": "Too short", "failure": "F",
}  # fmt: skip
ANSWER = {
    "summary": "",
    "findings": [FINDING, FINDING | {"value": "121"}],
    "tests": [{"title": "t", "because": "b", "scenario": "events: []"}],
    "mismatches": [],
}


@pytest.fixture(scope="module")
def provider():
    with serving(lambda seen: Reply(completion(json.dumps(ANSWER)))) as running:
        yield running


@pytest.fixture
def gateway(shared, provider, monkeypatch):
    """A gateway whose environment names the scripted provider."""
    monkeypatch.setenv("AI_API_KEY", "k")
    monkeypatch.setenv("AI_PROVIDER_BASE_URL", provider.url)
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    with thread(shared) as running:
        yield running


def post(gateway, key, **document):
    response = gateway.client.post(PATH, headers=key, json=document)
    return response.status_code, response.json()


def test_what_can_be_shown_is_answered_and_proposed_tests_are_read_but_not_run(gateway):
    status, told = post(gateway, bearer(gateway.key("admin", "acme")), tenant="acme", files=FILES)
    assert (status, told["findings"]) == (200, [])
    review = told["review"]
    assert [(f["rule"], f["severity"]) for f in review["findings"]] == [("A01", "warning")]
    assert review["dropped"] == {"not_a_scenario": 1, "value_does_not_stand_there": 1}
    assert [test["became"] for test in review["tests"]] == ["refused"]
    assert (review["written_by"], review["reason"]) == ("model", None)


def test_a_key_of_one_tenant_spends_of_no_other_tenants_budget(gateway, provider):
    before = provider.calls
    key = bearer(gateway.key("admin", "demo-3pl"))
    assert post(gateway, key, tenant="acme", files=FILES)[0] == 404
    assert provider.calls == before


def test_without_a_key_the_rules_look_and_it_says_so(gateway, monkeypatch, provider):
    monkeypatch.delenv("AI_API_KEY")
    before = provider.calls
    wrong = {**FILES, "sla": FILES["sla"].replace("within_minutes: 60", "within_minutes: 2h")}
    key = bearer(gateway.key("admin", EVERYBODY))
    status, told = post(gateway, key, tenant="acme", files=wrong)
    assert (status, [f["rule"] for f in told["findings"]]) == (200, ["L03"])
    assert (told["review"]["written_by"], told["review"]["reason"]) == ("rules", "no_key")
    assert provider.calls == before


def test_bodies_are_bounded_and_strict(gateway):
    key = bearer(gateway.key("admin", EVERYBODY))
    assert post(gateway, key, tenant="acme", files=FILES, prose="a" * 20_001)[0] == 400
    assert post(gateway, key, tenant="../x", files=FILES)[0] == 400
    assert post(gateway, key, tenant="acme", files={"sla": "a" * 2**20})[0] == 413
    assert post(gateway, key, tenant="acme", files=FILES, severity="error")[0] == 400
