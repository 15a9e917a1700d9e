"""Which billing months a pass is asked for: one, or those of the last hours or days."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from e2a.billing.invoices.drafting import Scope
from e2a.domain.errors import BadInputError, UnknownTenantError


def tenant_scopes(
    connection: psycopg.Connection[Any],
    now: datetime,
    *,
    tenant: str | None = None,
    period: date | None = None,
    lookback: timedelta | None = None,
    back: timedelta | None = None,
    zone: str | None = None,
) -> list[Scope]:
    """A scope for each tenant, so that each is a transaction of its own.

    Args:
        connection: as `e2a_app`.
        now: the end of the look-back.
        tenant: only this one.
        period: only this month.
        lookback: months that the last so many hours touch, and those of work recorded in them.
        back: months that the last so many days touch.
        zone: only tenants that are billed in this zone.

    Without period, lookback and back it is every open month.

    Raises:
        UnknownTenantError: nobody knows the tenant.
        BadInputError: the month has not begun where anybody who is asked for is billed.
    """
    zones: dict[str, str] = dict(
        connection.execute(
            "select tenant_id, billing_zone from reference.tenants order by tenant_id"
        ).fetchall()
    )
    if tenant is not None and tenant not in zones:
        raise UnknownTenantError(tenant, zones)
    asked = [
        (name, of) for name, of in zones.items() if tenant in (None, name) and zone in (None, of)
    ]
    if period is not None:
        begun = [(name, of) for name, of in asked if _has_begun(period, now, of)]
        if asked and not begun:
            raise BadInputError(f"{period:%Y-%m} has not begun", "Ask for a month that has begun")
        return [Scope(name, (period,)) for name, _ in begun]
    return [Scope(name, _months(connection, name, of, now, lookback, back)) for name, of in asked]


def _months(
    connection: psycopg.Connection[Any],
    tenant: str,
    zone: str,
    now: datetime,
    lookback: timedelta | None,
    back: timedelta | None,
) -> tuple[date, ...] | None:
    if lookback is not None:
        since = now - lookback
        touched = {*months_touched(since, now, zone), *_recorded(connection, tenant, since)}
        return tuple(sorted(touched))
    return None if back is None else tuple(months_touched(now - back, now, zone))


def months_touched(since: datetime, until: datetime, zone: str) -> list[date]:
    """First days of the months that [since, until] touches, in a billing zone (B1)."""
    last = until.astimezone(ZoneInfo(zone)).date().replace(day=1)
    month = since.astimezone(ZoneInfo(zone)).date().replace(day=1)
    found = []
    while month <= last:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return found


def month(text: str) -> date:
    """A billing month as it is written, such as 2026-03.

    Raises:
        BadInputError: it is none.
    """
    try:
        found = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        raise BadInputError(f"{text!r} is no billing month", "Write it as 2026-03") from None
    return found


def _has_begun(period: date, now: datetime, zone: str) -> bool:
    return period <= now.astimezone(ZoneInfo(zone)).date()


def _recorded(connection: psycopg.Connection[Any], tenant: str, since: datetime) -> Iterable[date]:
    rows = connection.execute(
        "select distinct billing_period from billing.billable_operations "
        "where tenant_id = %s and recorded_at >= %s and billing_period is not null",
        (tenant, since),
    ).fetchall()
    return [period for (period,) in rows]
