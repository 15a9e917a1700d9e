"""Asking again on purpose: after a change of prompt, of a switch, or of somebody's mind.

Nothing is asked again by itself while the facts stand; here a person says which words are to be
written anew. Until they are, the present ones stay.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import psycopg


@dataclass(frozen=True, slots=True)
class Again:
    """Which explanations; None is any.

    Args:
        other_than: only those that this prompt (its hash) has not written.
        rules_too: also those of which the rules' words stand, whatever the reason was.
        first, last: UTC days of the breach, both included.
    """

    tenant: str | None = None
    other_than: str | None = None
    rules_too: bool = False
    first: date | None = None
    last: date | None = None


def again(connection: psycopg.Connection[Any], which: Again) -> int:
    """Queue explanations to be asked about again; returns how many.

    Args:
        connection: as `e2a_app`, outside a transaction.
        which: what is wanted.
    """
    with connection.transaction():
        return connection.execute(_AGAIN, asdict(which)).rowcount


# What has never been asked about is in the queue already.
_AGAIN = """
insert into sla.unnarrated as u (
    tenant_id, order_id, stage, instance, facts_hash, severity, breached_at, noted_at, is_again
)
select
    n.tenant_id, n.order_id, n.stage, n.instance, n.facts_hash,
    l.severity, l.breached_at, now(), true
from sla.narratives as n
inner join lateral (
    select m.source, m.prompt_sha, m.severity, m.breached_at from sla.model_narratives as m
    where
        m.tenant_id = n.tenant_id and m.order_id = n.order_id and m.stage = n.stage
        and m.instance = n.instance and m.facts_hash = n.facts_hash
    order by m.source = 'model' desc, m.version desc limit 1
) as l on true
where
    not n.withdrawn
    and (%(tenant)s::text is null or n.tenant_id = %(tenant)s)
    and (l.source = 'model' or %(rules_too)s)
    and (%(other_than)s::text is null or l.prompt_sha is distinct from %(other_than)s)
    and (%(first)s::date is null or l.breached_at >= %(first)s::date::timestamp at time zone 'UTC')
    and (
        %(last)s::date is null
        or l.breached_at < (%(last)s::date + 1)::timestamp at time zone 'UTC'
    )
on conflict (tenant_id, order_id, stage, instance) do update set
    is_again = true, tries = 0, not_before = '-infinity', noted_at = excluded.noted_at
"""
