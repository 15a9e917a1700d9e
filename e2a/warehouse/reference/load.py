"""One transaction's load of all tenants: tenants, sites, calendars, promises and rate cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from e2a.domain.policies import Policies
from e2a.warehouse.reference.ai import load_ai
from e2a.warehouse.reference.alerts import load_alerts
from e2a.warehouse.reference.calendars import HORIZON, Horizon
from e2a.warehouse.reference.cards import load_card, load_fx
from e2a.warehouse.reference.promises import load_calendars, load_promises
from e2a.warehouse.reference.touching import touch_months

ALWAYS_KNOWN = "-infinity"


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many new versions a load added."""

    tenants: int
    policies: int
    calendars: int
    rate_cards: int


def load(
    connection: psycopg.Connection[Any],
    tenants: Sequence[Policies],
    loaded_at: datetime,
    horizon: Horizon = HORIZON,
) -> Loaded:
    """Add what is new, in one transaction.

    Args:
        connection: as `e2a_app`; committed by the caller.
        tenants: all tenants of the installation, or those of a scenario.
        loaded_at: when these versions became known (C18); a tenant's first load counts as always.
        horizon: local dates over which a new calendar is expanded.
    """
    counts = [0, 0, 0, 0]
    for policies in tenants:
        known = _first_or(connection, policies.tenant.tenant, loaded_at)
        changed = _load_tenant(connection, policies)
        counts[0] += changed
        if changed:
            touch_months(connection, policies.tenant.tenant)
        counts[2] += load_calendars(connection, policies, horizon)
        for entry in policies.sla:
            counts[1] += load_promises(connection, policies, entry, known)
        for card in policies.rates:
            counts[3] += load_card(connection, policies.tenant, card)
        load_fx(connection, policies.tenant, policies.fx)
        load_alerts(connection, policies, loaded_at)
        load_ai(connection, policies)
    return Loaded(*counts)


def _first_or(connection: psycopg.Connection[Any], tenant: str, loaded_at: datetime) -> str:
    row = connection.execute(
        "select exists (select from reference.sla_policies where tenant_id = %s)", (tenant,)
    ).fetchone()
    return loaded_at.isoformat() if row and row[0] else ALWAYS_KNOWN


def _load_tenant(connection: psycopg.Connection[Any], policies: Policies) -> int:
    tenant = policies.tenant
    added = connection.execute(
        _TENANT,
        (
            tenant.tenant, tenant.name, tenant.billing_zone, policies.currency,
            tenant.active_from, tenant.active_until,
        ),
    ).rowcount  # fmt: skip
    for ordinal, (name, site) in enumerate(tenant.sites.items()):
        connection.execute(
            "insert into reference.sites (tenant_id, site, zone, ordinal) values (%s, %s, %s, %s) "
            "on conflict (tenant_id, site) do update "
            "set zone = excluded.zone, ordinal = excluded.ordinal "
            "where (sites.zone, sites.ordinal) is distinct from (excluded.zone, excluded.ordinal)",
            (tenant.tenant, name, site.zone, ordinal),
        )
    return added


_TENANT = """
insert into reference.tenants as t
(tenant_id, name, billing_zone, currency, active_from, active_until)
values (%s, %s, %s, %s, %s, %s)
on conflict (tenant_id) do update set
    name = excluded.name, billing_zone = excluded.billing_zone, currency = excluded.currency,
    active_from = excluded.active_from, active_until = excluded.active_until
where (t.name, t.billing_zone, t.currency, t.active_from, t.active_until) is distinct from
(
    excluded.name, excluded.billing_zone, excluded.currency, excluded.active_from,
    excluded.active_until
)
"""
