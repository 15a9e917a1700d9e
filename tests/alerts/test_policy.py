"""`alerts.yaml` as it is read and loaded; what cannot be is refused with one sentence."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from e2a.domain.errors import ConfigurationError
from e2a.domain.policy_text import parse
from e2a.warehouse.connection import PROJECT, Role
from e2a.warehouse.reference import load
from tests.warehouse.lane import rows

FOLDER = PROJECT / "policies" / "demo-3pl"
BASE = {stem: (FOLDER / f"{stem}.yaml").read_text() for stem in ("tenant", "sla", "rates")}
DOCS = Path(PROJECT / "docs" / "alerts.md").read_text()
EXAMPLE = re.findall(r"```yaml\n(# alerts.yaml\n.*?)```", DOCS, re.DOTALL)[0]
ROUTES = (
    "destinations: {ops: {kind: slack_webhook, url_env: E2A_ALERTS_URL}}\nroutes: [{to: [ops]}]\n"
)


def read(text):
    return parse("demo-3pl", BASE | {"alerts": text})


def test_the_example_of_the_documentation_is_valid():
    found = read(EXAMPLE).alerts
    assert {road.kind for road in found.destinations.values()} == {
        "slack_webhook", "slack_chat", "webhook", "smtp",
    }  # fmt: skip
    assert found.warns


def test_every_key_is_documented():
    from e2a.domain.policies.alerts import AlertsText

    schema = AlertsText.model_json_schema(by_alias=True)
    models = [schema, *schema["$defs"].values()]
    keys = {key for model in models for key in model.get("properties", {})}
    assert [key for key in sorted(keys) if f"`{key}`" not in DOCS] == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ROUTES + "rotes: []\n", "alerts.yaml, rotes: unknown key. Did you mean `routes`?"),
        (ROUTES.replace("to: [ops]", "to: [opps]"), "routes.0: opps is not in `destinations`"),
        (ROUTES.replace("to: [ops]", "to: [ops], sites: [MEM2]"), "Did you mean MEM1?"),
        (ROUTES.replace("E2A_ALERTS_URL", "E2A_OWNER_PASSWORD"), "name it E2A_ALERTS_SOMETHING"),
        (ROUTES.replace("to: [ops]", "to: [ops], digest_minutes: 7"), "must divide a day"),
        (ROUTES.replace("to: [ops]", "to: [ops], quiet: {from: '7:00', to: '7:00'}"), "the same"),
        (ROUTES.replace("to: [ops]", "to: [ops], escalations_only: true"), "escalate_after"),
        (
            "destinations: {h: {kind: webhook, url: 'http://example.com', secret_env: "
            "E2A_ALERTS_S}}\nroutes: [{to: [h]}]\n",
            "https://",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(text, problem):
    with pytest.raises(ConfigurationError, match=re.escape(problem)) as caught:
        read(text)
    assert "demo-3pl/alerts.yaml" in str(caught.value)


def test_a_load_makes_the_routes_what_the_file_says_and_none_without_it(warehouse):
    now = datetime(2026, 5, 1, tzinfo=UTC)
    with warehouse.connect(Role.APP) as connection:
        found = []
        for text in (ROUTES, ROUTES.replace("to: [ops]", "to: [ops], at_risk: true"), None):
            policies = read(text) if text else parse("demo-3pl", BASE)
            load(connection, [policies], now)
            connection.commit()
            found.append(rows(connection, "select warns from reference.alert_policies"))
    assert found == [[(False,)], [(True,)], []]
