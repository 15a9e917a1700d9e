"""The routes of tenants as they are loaded now."""

from collections.abc import Iterable
from typing import Any

import psycopg

from e2a.domain.policies.alerts import AlertsText

Routes = dict[str, AlertsText]
"""By tenant; one that has no routes is not in it."""


def routes(connection: psycopg.Connection[Any], tenants: Iterable[str]) -> Routes:
    """The routes of some tenants."""
    found = connection.execute(
        "select tenant_id, definition from reference.alert_policies where tenant_id = any(%s)",
        (sorted(set(tenants)),),
    )
    return {tenant: AlertsText.model_validate(said) for tenant, said in found}
