"""Policies into the `reference` schema as immutable versions.

A version is named by the hash of what it says: loading the same text again writes nothing, an
edit adds rows beside the old ones (C11, C18). Only tenants and sites, which are names and zones
rather than promises, are updated in place.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from e2a.domain.calendars import expand
from e2a.domain.errors import ConfigurationError
from e2a.domain.localtime import to_instant
from e2a.domain.policies import Policies, PolicyModel, RateCardText, SlaPolicyText
from e2a.domain.policy_text import FILES, parse

HORIZON = (date(2015, 1, 1), date(2035, 12, 31))
"""Local dates over which calendars are expanded: from before the oldest data to after deadlines."""

ALWAYS_KNOWN = "-infinity"


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many new versions a load added."""

    tenants: int
    policies: int
    calendars: int
    rate_cards: int


def read_folder(folder: Path) -> list[Policies]:
    """Every tenant folder under `policies/`.

    Raises:
        ConfigurationError: a file is missing or says something that cannot be.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            f"There is no policies folder at {folder}", "Create it or set E2A_POLICIES"
        )
    return [_read_tenant(path) for path in sorted(folder.iterdir()) if path.is_dir()]


def _read_tenant(path: Path) -> Policies:
    texts = {}
    for stem in FILES:
        file = path / f"{stem}.yaml"
        if not file.is_file():
            raise ConfigurationError(
                f"{path.name}/{stem}.yaml is missing", "Every tenant folder needs all three files"
            )
        texts[stem] = file.read_text()
    policies = parse(path.name, texts)
    if policies.tenant.tenant != path.name:
        raise ConfigurationError(
            f"{path.name}/tenant.yaml says tenant: {policies.tenant.tenant}",
            "Give the folder and the tenant one name",
        )
    return policies


def load(
    connection: psycopg.Connection[Any], tenants: Sequence[Policies], loaded_at: datetime
) -> Loaded:
    """Add what is new, in one transaction.

    Args:
        connection: as `e2a_app`; committed by the caller.
        tenants: all tenants of the installation.
        loaded_at: when these versions became known (C18); a tenant's first load counts as always.
    """
    counts = [0, 0, 0, 0]
    for policies in tenants:
        counts[0] += _load_tenant(connection, policies)
        known = _first_or(connection, "sla_policies", policies.tenant.tenant, loaded_at)
        for entry in policies.sla:
            counts[2] += _load_calendars(connection, policies)
            counts[1] += _load_sla(connection, policies, entry, known)
        for card in policies.rates:
            counts[3] += _load_card(connection, policies, card)
    return Loaded(*counts)


def _version(*parts: PolicyModel | str) -> str:
    text = "\n".join(
        part if isinstance(part, str) else part.model_dump_json(by_alias=True) for part in parts
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _first_or(
    connection: psycopg.Connection[Any], table: str, tenant: str, loaded_at: datetime
) -> str:
    query = psycopg.sql.SQL("select exists (select from reference.{} where tenant_id = %s)")
    row = connection.execute(query.format(psycopg.sql.Identifier(table)), (tenant,)).fetchone()
    return loaded_at.isoformat() if row and row[0] else ALWAYS_KNOWN


def _load_tenant(connection: psycopg.Connection[Any], policies: Policies) -> int:
    tenant, currency = policies.tenant, policies.rates[-1].currency
    added = connection.execute(
        "insert into reference.tenants values (%s, %s, %s, %s) on conflict (tenant_id) do update "
        "set name = excluded.name, billing_zone = excluded.billing_zone, "
        "currency = excluded.currency "
        "where (tenants.name, tenants.billing_zone, tenants.currency) "
        "is distinct from (excluded.name, excluded.billing_zone, excluded.currency)",
        (tenant.tenant, tenant.name, tenant.billing_zone, currency),
    ).rowcount
    for name, site in tenant.sites.items():
        connection.execute(
            "insert into reference.sites values (%s, %s, %s) "
            "on conflict (tenant_id, site) do update set zone = excluded.zone "
            "where sites.zone <> excluded.zone",
            (tenant.tenant, name, site.zone),
        )
    return added


def _calendar_version(policies: Policies, site: str) -> str:
    text = policies.tenant.sites[site]
    return _version(policies.tenant.calendars[text.calendar], text.zone)


def _load_calendars(connection: psycopg.Connection[Any], policies: Policies) -> int:
    return sum(_load_calendar(connection, policies, site) for site in policies.tenant.sites)


def _load_calendar(connection: psycopg.Connection[Any], policies: Policies, site: str) -> int:
    text, tenant = policies.tenant.sites[site], policies.tenant.tenant
    version = _calendar_version(policies, site)
    intervals = expand(policies.tenant.calendars[text.calendar].calendar(text.zone), *HORIZON)
    if not intervals:
        raise ConfigurationError(
            f"{tenant}/tenant.yaml: calendar {text.calendar} never opens",
            "Give it at least one window",
        )
    added = connection.execute(
        "insert into reference.calendars values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
        (tenant, version, text.calendar, text.zone, intervals[0].starts_at, intervals[-1].ends_at),
    ).rowcount
    if added:
        with connection.cursor().copy("copy reference.business_intervals from stdin") as copy:
            for i in intervals:
                copy.write_row((tenant, version, i.starts_at, i.ends_at, i.cum0, i.cum1))
    return added


def _load_sla(
    connection: psycopg.Connection[Any], policies: Policies, entry: SlaPolicyText, known: str
) -> int:
    tenant = policies.tenant
    site = entry.site or next(iter(tenant.sites))
    if site not in tenant.sites:
        raise ConfigurationError(
            f"{tenant.tenant}/sla.yaml: site {site} is not in tenant.yaml",
            f"Name one of {', '.join(tenant.sites)}",
        )
    calendar, version = _calendar_version(policies, site), _version(entry)
    valid_from = _instant(entry.valid_from, tenant.sites[site].zone)
    added = 0
    for stage, text in entry.stages.items():
        seconds = None if text.within_minutes is None else round(text.within_minutes * 60)
        added += connection.execute(
            "insert into reference.sla_policies values "
            "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "on conflict do nothing",
            (
                tenant.tenant, _version(version, calendar), stage, valid_from, known,
                entry.site, entry.service_level, entry.channel,
                text.start, text.end, list(entry.released_by), seconds, text.by,
                calendar, entry.at_risk, list(entry.pauses), text.owner,
            ),
        ).rowcount  # fmt: skip
    return added


def _load_card(connection: psycopg.Connection[Any], policies: Policies, card: RateCardText) -> int:
    tenant, version = policies.tenant, _version(card)
    added = connection.execute(
        "insert into reference.rate_cards values "
        "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
        (
            tenant.tenant, version, _instant(card.valid_from, tenant.billing_zone),
            card.currency, card.exponent, card.rounding, tenant.billing_zone, list(card.sources),
            card.limits.per_finding, card.limits.total, card.limits.total_percent,
        ),
    ).rowcount  # fmt: skip
    for code, charge in card.charges.items() if added else ():
        connection.execute(
            "insert into reference.charges values (%s, %s, %s, %s, %s, %s, %s, %s)",
            (
                tenant.tenant, version, code, charge.operation, charge.model, charge.code,
                charge.price, charge.markup_percent,
            ),
        )  # fmt: skip
    return added


def _instant(valid_from: datetime | date, zone: str) -> datetime:
    if not isinstance(valid_from, datetime):
        valid_from = datetime.combine(valid_from, time())
    return valid_from if valid_from.tzinfo else to_instant(valid_from, ZoneInfo(zone))
