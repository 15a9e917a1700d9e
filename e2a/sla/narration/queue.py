"""Breaches that want a model's words: claimed under a lease, struck off with the answer.

The rules fill it (`e2a.sla.narratives`) in the transaction that explains a breach. Who claims a
row has it for `LEASE`; nobody else asks about it meanwhile, and if he dies somebody else does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row

LEASE = timedelta(minutes=10)
"""Longer than an asking with all its tries can take."""
MOST_TRIES = 8
"""Failures that may pass are tried so often; then the rules' words stand."""

Key = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which breaches are to be asked about; None is any.

    Args:
        tenant: only this one's.
        first, last: UTC days of the breach, both included.
        noted_within: only what the rules explained so recently: a resident narrator leaves a
            backlog to the night, so that it does not use up the day's budget.
    """

    tenant: str | None = None
    first: date | None = None
    last: date | None = None
    noted_within: timedelta | None = None


ANY = Wanted()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A breach that is ours to ask about.

    Attributes:
        facts_hash: what the rules' words tell; None if they are gone or withdrawn.
        has_words: a model's words about these facts were accepted before.
        ai: what its tenant allows; `off` also for an order of which nothing may be sent.
        version: the number of this asking.
    """

    tenant_id: str
    order_id: str
    stage: str
    instance: int
    noted_at: datetime
    breached_at: datetime
    severity: str
    tries: int
    is_again: bool
    facts_hash: bytes | None
    has_words: bool
    ai: str
    locale: str
    version: int

    @property
    def key(self) -> Key:
        """Tenant, order, stage and instance."""
        return self.tenant_id, self.order_id, self.stage, self.instance


def claim(connection: psycopg.Connection[Any], wanted: Wanted, most: int) -> list[Claimed]:
    """Take what is due, the worst and then the newest first; within a transaction."""
    given = {
        "tenant": wanted.tenant, "first": wanted.first, "last": wanted.last,
        "within": wanted.noted_within, "most": most, "lease": LEASE,
    }  # fmt: skip
    with connection.cursor(row_factory=class_row(Claimed)) as cursor:
        return cursor.execute(_CLAIM, given).fetchall()


def strike_off(connection: psycopg.Connection[Any], done: Sequence[Claimed]) -> None:
    """Take rows out of the queue, unless their facts have changed since they were claimed."""
    _each(connection, _STRIKE_OFF, [(*one.key, one.noted_at) for one in done])


def postpone(
    connection: psycopg.Connection[Any], later: Sequence[tuple[Claimed, str, timedelta]]
) -> None:
    """Leave rows for later, each with the reason and the pause."""
    _each(
        connection, _POSTPONE,
        [(pause, reason, *one.key, one.noted_at) for one, reason, pause in later],
    )  # fmt: skip


def give_back(connection: psycopg.Connection[Any], unasked: Sequence[Claimed]) -> None:
    """End leases on rows that were not asked about, as if they had not been claimed."""
    _each(connection, _GIVE_BACK, [(*one.key, one.noted_at) for one in unasked])


def waiting(connection: psycopg.Connection[Any], wanted: Wanted) -> int:
    """How many are in the queue, due or not."""
    given = {
        "tenant": wanted.tenant, "first": wanted.first, "last": wanted.last,
        "within": wanted.noted_within,
    }  # fmt: skip
    row = connection.execute(_WAITING, given).fetchone()
    return int(row[0]) if row else 0


def next_try(tries: int) -> timedelta:
    """The pause after a failure that may pass: a minute, twice as long each time, a day at most."""
    return min(timedelta(minutes=2 ** min(tries - 1, 11)), timedelta(days=1))


def _each(connection: psycopg.Connection[Any], query: Any, rows: Sequence[Any]) -> None:  # noqa: ANN401
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(query, rows)


_WANTED = """
    (%(tenant)s::text is null or u.tenant_id = %(tenant)s)
    and (%(first)s::date is null or u.breached_at >= %(first)s::date::timestamp at time zone 'UTC')
    and (
        %(last)s::date is null
        or u.breached_at < (%(last)s::date + 1)::timestamp at time zone 'UTC'
    )
    and (%(within)s::interval is null or u.noted_at > now() - %(within)s::interval)
"""

_CLAIM = f"""
with due as (
    select u.tenant_id, u.order_id, u.stage, u.instance
    from sla.unnarrated as u
    where u.not_before <= now() and {_WANTED}
    order by
        array_position(array['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], u.severity), u.noted_at desc,
        u.tenant_id, u.order_id, u.stage, u.instance
    limit %(most)s for update skip locked
),
claimed as (
    update sla.unnarrated as u set not_before = now() + %(lease)s, tries = u.tries + 1
    from due as d
    where
        u.tenant_id = d.tenant_id and u.order_id = d.order_id and u.stage = d.stage
        and u.instance = d.instance
    returning u.*
)
select
    c.tenant_id, c.order_id, c.stage, c.instance, c.noted_at, c.breached_at, c.severity, c.tries,
    c.is_again, n.facts_hash,
    exists (
        select from sla.model_narratives as m
        where
            m.tenant_id = c.tenant_id and m.order_id = c.order_id and m.stage = c.stage
            and m.instance = c.instance and m.facts_hash = n.facts_hash and m.source = 'model'
    ) as has_words,
    case
        when exists (
            select from sla.no_ai as x
            left join orders.identifiers as i
                on i.tenant_id = x.tenant_id and i.name = x.order_name
            where
                x.tenant_id = c.tenant_id and coalesce(i.order_id, x.order_name) = c.order_id
                and x.lifted_at is null
        ) then 'off'
        else coalesce(p.ai, 'on')
    end as ai,
    coalesce(p.locale, 'en') as locale,
    coalesce((
        select max(m.version) from sla.model_narratives as m
        where
            m.tenant_id = c.tenant_id and m.order_id = c.order_id and m.stage = c.stage
            and m.instance = c.instance
    ), 0) + 1 as version
from claimed as c
left join sla.narratives as n
    on
        n.tenant_id = c.tenant_id and n.order_id = c.order_id and n.stage = c.stage
        and n.instance = c.instance and not n.withdrawn
left join reference.ai_policies as p on p.tenant_id = c.tenant_id
"""

_MINE = """
where
    tenant_id = %s and order_id = %s and stage = %s and instance = %s and noted_at = %s
"""

_STRIKE_OFF = f"delete from sla.unnarrated {_MINE}"

_POSTPONE = f"""
update sla.unnarrated set not_before = now() + %s::interval, last_reason = %s {_MINE}
"""

_GIVE_BACK = f"update sla.unnarrated set not_before = '-infinity', tries = tries - 1 {_MINE}"

_WAITING = f"select count(*) from sla.unnarrated as u where {_WANTED}"
