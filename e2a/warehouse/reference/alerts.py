"""Routes of alerts as they are now; they judge nothing, so no versions of them are kept."""

from datetime import datetime
from typing import Any

import orjson
import psycopg

from e2a.domain.policies import Policies
from e2a.warehouse.reference.versions import definition, version


def load_alerts(
    connection: psycopg.Connection[Any], policies: Policies, loaded_at: datetime
) -> None:
    """Make the stored routes of a tenant what its folder says; without a file there are none."""
    tenant, alerts = policies.tenant.tenant, policies.alerts
    if alerts is None:
        connection.execute("delete from reference.alert_policies where tenant_id = %s", (tenant,))
        return
    said = orjson.dumps(definition(alerts)).decode()
    connection.execute(_LOAD, (tenant, version(alerts), said, alerts.warns, loaded_at))


_LOAD = """
insert into reference.alert_policies as p
(tenant_id, policy_version, definition, warns, loaded_at) values (%s, %s, %s, %s, %s)
on conflict (tenant_id) do update set
    policy_version = excluded.policy_version, definition = excluded.definition,
    warns = excluded.warns, loaded_at = excluded.loaded_at
where p.policy_version <> excluded.policy_version
"""
