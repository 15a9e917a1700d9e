"""SLA policy versions: one row a stage and site, with the calendars that they count by."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from e2a.domain.policies import Policies, Promise, SlaPolicyText, instant_of
from e2a.warehouse.reference.calendars import (
    Horizon,
    Key,
    calendar_version,
    load_calendar,
    load_carrier_days,
    load_days,
)
from e2a.warehouse.reference.versions import version

Row = dict[str, Any]

CARRIER_ZONE = "UTC"
"""A carrier's calendar counts dates, whose end is that of the destination (C6)."""

SLOT = (
    "tenant_id", "policy", "stage", "site", "selects_site", "service_level", "channel",
    "precedence", "valid_from",
)  # fmt: skip
"""What an edit of an entry leaves as it was: the later loaded version takes its place (C18)."""


def load_calendars(
    connection: psycopg.Connection[Any], policies: Policies, horizon: Horizon
) -> int:
    """Every calendar that a site works or a promise counts by, with the days they need."""
    tenant, calendars = policies.tenant.tenant, policies.tenant.calendars
    added = sum(
        load_calendar(connection, tenant, name, calendars[name], zone, horizon)
        for name, zone in dict.fromkeys(_used(policies))
    )
    for entry in policies.sla:
        for promise in entry.promises():
            _load_days(connection, policies, entry, promise)
    return added


def _used(policies: Policies) -> Iterator[tuple[str, str]]:
    """The calendars by name and zone."""
    sites = policies.tenant.sites
    yield from ((site.calendar, site.zone) for site in sites.values())
    for entry in policies.sla:
        for site in policies.sites_of(entry):
            yield policies.calendar_of(entry, site), sites[site].zone
        for promise in entry.promises():
            if promise.carrier_calendar is not None:
                yield promise.carrier_calendar, CARRIER_ZONE


def _load_days(
    connection: psycopg.Connection[Any], policies: Policies, entry: SlaPolicyText, promise: Promise
) -> None:
    tenant = policies.tenant.tenant
    if promise.cut_off is not None:
        for site in policies.sites_of(entry):
            load_days(connection, Key(tenant, _calendar(policies, entry, site)), promise.cut_off)
    carrier = _carrier_calendar(policies, promise)
    if carrier is not None:
        load_carrier_days(connection, Key(tenant, carrier))


def load_promises(
    connection: psycopg.Connection[Any], policies: Policies, entry: SlaPolicyText, known: str
) -> int:
    """Add the rows of an entry that are not in force already; how many those are."""
    return sum(
        _load_row(connection, {"loaded_at": known, **_row(policies, entry, site, promise)})
        for site in policies.sites_of(entry)
        for promise in entry.promises()
    )


def _row(policies: Policies, entry: SlaPolicyText, site: str, promise: Promise) -> Row:
    zone = policies.tenant.sites[site].zone
    return {
        "tenant_id": policies.tenant.tenant,
        "policy_version": policy_version(policies, entry, site),
        "policy": entry.policy,
        "stage": promise.stage,
        "valid_from": instant_of(entry.valid_from, zone),
        "site": site,
        "zone": zone,
        "selects_site": entry.site is not None,
        "service_level": entry.service_level,
        "channel": entry.channel,
        "precedence": entry.precedence,
        "calendar_version": _calendar(policies, entry, site),
        **_said(entry),
        "start_milestone": promise.start,
        "end_milestone": promise.end,
        "target_kind": promise.target_kind,
        "target_seconds": promise.target_seconds,
        "target_days": promise.target_days,
        "cut_off": promise.cut_off,
        "deadline_field": promise.deadline_field,
        "carrier_calendar_version": _carrier_calendar(policies, promise),
        "owner": promise.owner,
        "is_watch": promise.is_watch,
    }


def _said(entry: SlaPolicyText) -> Row:
    """What holds for every stage of an entry."""
    holds = entry.all_holds
    return {
        "released_by": list(entry.released_by),
        "trusts": list(entry.trusts),
        "counts_manifested": entry.counts_manifested,
        "at_risk_levels": list(entry.at_risk),
        "pause_reasons": [reason for reason, hold in holds.items() if hold.pauses],
        "hold_parties": Jsonb({reason: hold.party for reason, hold in holds.items()}),
        "owners": Jsonb(entry.owners),
        "excusals": list(entry.excusals),
    }


def policy_version(policies: Policies, entry: SlaPolicyText, site: str) -> str:
    """The version's name: the entry, and the calendars that it counts by at the site."""
    carriers = {_carrier_calendar(policies, promise) or "" for promise in entry.promises()}
    return version(entry, _calendar(policies, entry, site), *sorted(carriers))


def _calendar(policies: Policies, entry: SlaPolicyText, site: str) -> str:
    text = policies.tenant.calendars[policies.calendar_of(entry, site)]
    return calendar_version(text, policies.tenant.sites[site].zone)


def _carrier_calendar(policies: Policies, promise: Promise) -> str | None:
    if promise.carrier_calendar is None:
        return None
    return calendar_version(policies.tenant.calendars[promise.carrier_calendar], CARRIER_ZONE)


def _load_row(connection: psycopg.Connection[Any], row: Row) -> int:
    names = _names_in_slot(connection, row)
    said = row["policy_version"]
    if names and _text(names[-1]) == said:
        return 0
    times = sum(_text(name) == said for name in names)
    columns = {**row, "policy_version": f"{said}.{times + 1}" if times else said}
    return connection.execute(
        sql.SQL(
            "insert into reference.sla_policies ({}) values ({}) on conflict do nothing"
        ).format(
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(map(sql.Placeholder, columns)),
        ),
        columns,
    ).rowcount


def _names_in_slot(connection: psycopg.Connection[Any], row: Row) -> list[str]:
    """The versions of one entry's promise at one site, the one in force last."""
    same = sql.SQL(" and ").join(
        sql.SQL("{} is not distinct from {}").format(sql.Identifier(c), sql.Placeholder(c))
        for c in SLOT
    )
    query = sql.SQL(
        "select policy_version from reference.sla_policies where {} "
        "order by loaded_at, length(policy_version), policy_version"
    )
    return [name for (name,) in connection.execute(query.format(same), row).fetchall()]


def _text(name: str) -> str:
    """A text that was taken back and written again has versions h, h.2, h.3, ..."""
    return name.partition(".")[0]
