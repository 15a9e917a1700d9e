"""A question as SQL over the marts: one function a kind, each returning what the engine answers.

Nothing is judged here. Running time between two instants, which no mart has a column for, is read
from the windows of the clock's own calendar, by the look-up of `running_time.sql` in dbt's macros.
"""

from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from e2a.domain.scenarios.questions import ClockFilter, InboxFilter, Scorecard

Connection = psycopg.Connection[Any]
Answer = dict[str, Any]

_CLOCK = (
    "tenant_id = %(tenant)s and order_id = %(order)s and stage = %(stage)s and instance = %(n)s"
)


def order_id(connection: Connection, tenant: str, name: str) -> str | None:
    """The order that a name means."""
    row = connection.execute(
        "select order_id from orders.identifiers where tenant_id = %s and name = %s",
        (tenant, name),
    ).fetchone()
    return row[0] if row else None


def clock(connection: Connection, of: Answer) -> Answer | None:
    """Everything about one clock at the instant asked about; None if it is not there."""
    return connection.cursor(row_factory=dict_row).execute(_ABOUT_CLOCK, of).fetchone()


def segments(connection: Connection, of: Answer, as_of: datetime | None) -> list[Answer]:
    """Who held the order, up to the instant if one is given."""
    given = {**of, "as_of": as_of}
    return connection.cursor(row_factory=dict_row).execute(_SEGMENTS, given).fetchall()


def versions(connection: Connection, of: Answer) -> list[Answer]:
    """All that was ever known of a clock, oldest first."""
    return connection.cursor(row_factory=dict_row).execute(_VERSIONS, of).fetchall()


def count(connection: Connection, tenant: str, which: ClockFilter, order: str | None) -> int:
    """How many clocks there are."""
    given = {
        **which.model_dump(),
        "tenant": tenant,
        "states": list(which.state) if which.state else None,
        "order": order,
    }
    row = connection.execute(_COUNT, given).fetchone()
    assert row is not None
    return int(row[0])


def on_time(connection: Connection, tenant: str, stage: str, which: Scorecard) -> Answer:
    """Met, breached and excused clocks of a scorecard, and the unrounded percentage (C15)."""
    view, column = ("daily", "due_date") if which.day else ("monthly", "due_month")
    period = (
        date.fromisoformat(which.day or f"{which.month}-01") if which.day or which.month else None
    )
    row = connection.execute(
        "select coalesce(sum(met), 0)::bigint, coalesce(sum(breached), 0)::bigint, "
        "coalesce(sum(breached_excused), 0)::bigint, "
        "100 * sum(on_time_ratio * (met + breached)) / nullif(sum(met + breached), 0) "
        f"from sla.on_time_{view} "
        "where tenant_id = %(tenant)s and stage = %(stage)s "
        "and (%(site)s::text is null or site = %(site)s) "
        f"and (%(period)s::date is null or {column} = %(period)s)",
        {"tenant": tenant, "stage": stage, "site": which.site, "period": period},
    ).fetchone()
    assert row is not None
    met, breached, excused, percent = row
    return {"met": met, "breached": breached, "excused": excused, "percent": percent}


def inbox(connection: Connection, tenant: str, which: InboxFilter) -> Answer:
    """What became of what arrived."""
    given = {"tenant": tenant, "source": which.source}
    found = connection.cursor(row_factory=dict_row).execute(_INBOX, given).fetchone()
    assert found is not None
    return found


def _position(at: str) -> str:
    """Running microseconds of the calendar before an instant."""
    return f"""(
        select w.cum0 + greatest(0, (extract(epoch from {at} - w.starts_at) * 1000000)::bigint)
        from reference.business_intervals as w
        where w.tenant_id = %(tenant)s and w.calendar_version = p.calendar_version
        and w.ends_at > {at} order by w.ends_at limit 1
    )"""


def _running(start: str, end: str) -> str:
    """Running seconds from one instant to another."""
    return f"(({_position(end)} - {_position(start)}) / 1000000.0)"


_ABOUT_CLOCK = f"""
with asked as (
    select
        s.*,
        v.held,
        least(s.as_of, s.completed_at, s.cancelled_at) as until,
        least(s.as_of, s.completed_at) as judged_at
    from (select * from sla.clock_states where {_CLOCK}) as s
    inner join sla.verdicts as v using (tenant_id, order_id, stage, instance, known_from)
),
holds as (
    select greatest(lower(h.held), a.started_at) as placed, least(upper(h.held), a.until) as over
    from asked as a cross join lateral unnest(a.held) as h (held)
    where lower(h.held) < a.until and (a.due_at is null or lower(h.held) < a.due_at)
),
figures as (
    select
        a.*,
        p.policy,
        coalesce((
            select sum({_running("holds.placed", "holds.over")}) from holds
        ), 0) as held_seconds,
        {_running("a.started_at", "a.until")} as since_start,
        {_running("a.judged_at", "a.due_at")} as remaining_business_seconds
    from asked as a
    inner join reference.sla_policies as p
        on p.tenant_id = a.tenant_id and p.policy_version = a.policy_version
        and p.stage = a.stage and p.site = a.site
)
select
    f.state, f.started_at, f.due_at, f.at_risk_at,
    case when f.completed_at <= f.as_of then f.completed_at end as completed_at,
    case when f.cancelled_at <= f.as_of then f.cancelled_at end as cancelled_at,
    b.breached_at,
    greatest(0, f.since_start - f.held_seconds) as elapsed_seconds,
    f.held_seconds,
    coalesce(o.remaining_seconds, extract(epoch from f.due_at - f.judged_at)) as remaining_seconds,
    f.remaining_business_seconds,
    coalesce(b.late_seconds, 0) as late_seconds,
    case when b.order_id is null then 0 else -f.remaining_business_seconds end
        as late_business_seconds,
    f.owner, f.party, f.policy, f.version,
    f.inferred and f.completed_at <= f.as_of as inferred,
    coalesce(b.is_provisional, false) as provisional, f.excused,
    c.units, c.units_on_time, 100.0 * c.units_on_time / nullif(c.units, 0) as units_on_time_percent,
    c.shipments, c.shipments_on_time,
    100.0 * c.shipments_on_time / nullif(c.shipments, 0) as shipments_on_time_percent
from figures as f
left join sla.clocks as c using (tenant_id, order_id, stage, instance)
left join sla.breaches as b using (tenant_id, order_id, stage, instance)
left join sla.open_clocks as o using (tenant_id, order_id, stage, instance)
"""

_SEGMENTS = f"""
select
    s.starts_at as start,
    case when s.ends_at <= coalesce(%(as_of)s::timestamptz, 'infinity') then s.ends_at end as end,
    s.open_stage as stage, s.hold_reason as hold, s.party, s.is_paused as paused,
    case
        when s.ends_at <= coalesce(%(as_of)s::timestamptz, 'infinity') then s.running_seconds
        when s.is_paused then 0
        else {_running("s.starts_at", "%(as_of)s::timestamptz")}
    end as seconds
from sla.clock_segments as s
inner join sla.clocks as p using (tenant_id, order_id, stage, instance)
where s.{_CLOCK.replace(" and ", " and s.")}
and s.starts_at < coalesce(%(as_of)s::timestamptz, 'infinity')
order by s.starts_at
"""

_VERSIONS = f"""
select
    v.version, v.known_from, v.known_until, p.policy, v.started_at, v.due_at, v.at_risk_at,
    v.completed_at, v.cancelled_at, v.inferred, v.excused
from sla.verdicts as v
left join reference.sla_policies as p
    on p.tenant_id = v.tenant_id and p.policy_version = v.policy_version
    and p.stage = v.stage and p.site = v.site
where v.{_CLOCK.replace(" and ", " and v.")}
order by v.known_from
"""

_COUNT = """
select count(*) from sla.clock_states
where
    tenant_id = %(tenant)s
    and (%(stage)s::text is null or stage = %(stage)s)
    and (%(states)s::text[] is null or state = any(%(states)s))
    and (%(order)s::text is null or order_id = %(order)s)
    and (%(site)s::text is null or site = %(site)s)
    and (%(service_level)s::text is null or service_level = %(service_level)s)
    and (%(channel)s::text is null or channel = %(channel)s)
    and (%(owner)s::text is null or owner = %(owner)s)
    and (%(excused)s::boolean is null or excused = %(excused)s)
    and (%(inferred)s::boolean is null or inferred = %(inferred)s)
"""

_INBOX = """
select
    count(*) as arrived,
    coalesce(sum(events), 0)::bigint as counted,
    count(*) filter (where outcome = 'nothing_to_do' and reason = 'duplicate') as duplicates,
    count(*) filter (where outcome = 'quarantined' and reason = 'conflict') as conflicts,
    count(*) filter (where outcome = 'quarantined' and reason = 'implausible_time')
        as implausible_times
from landing.outcomes
where tenant_id = %(tenant)s and (%(source)s::text is null or source = %(source)s)
"""
