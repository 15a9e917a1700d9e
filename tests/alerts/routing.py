"""Routes that tests write, and the outbox that they read."""

from datetime import datetime

import orjson

from e2a.domain.policies.alerts import AlertsText
from e2a.warehouse.reference.versions import definition, version
from tests.warehouse.lane import TENANT, rows

HOOK = {
    "kind": "webhook", "url": "http://127.0.0.1:1/none", "secret_env": "E2A_ALERTS_SECRET",
}  # fmt: skip


def alerts(*routes, destinations=None, **more):
    """`alerts.yaml` with these routes; without any, everything goes to `hook`."""
    said = {"destinations": destinations or {"hook": HOOK}, "routes": routes or [{"to": ["hook"]}]}
    return AlertsText.model_validate(said | more)


def announce(connection, text, tenant=TENANT):
    """Make these a tenant's routes."""
    said = orjson.dumps(definition(text)).decode()
    connection.execute(
        "insert into reference.alert_policies values (%s, %s, %s, %s, now()) "
        "on conflict (tenant_id) do update set policy_version = excluded.policy_version, "
        "definition = excluded.definition, warns = excluded.warns",
        (tenant, version(text), said, text.warns),
    )
    connection.commit()


def outbox(connection, columns="kind, state"):
    return rows(
        connection,
        f"select {columns} from ops.outbox order by created_at, order_id, kind, destination",
    )


def told(connection, state="delivered", **more):
    """As if the deliverer had sent everything that waits."""
    columns = "".join(f", {name} = %s" for name in more)
    connection.execute(
        f"update ops.outbox set state = %s{columns} where state = 'waiting'",
        (state, *more.values()),
    )
    connection.commit()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)
