"""How often people take a note as it is, edit it or reject it: by kind of message and writer."""

from typing import Any

import psycopg
from psycopg.rows import dict_row


def acceptance(
    connection: psycopg.Connection[Any], tenant: str | None = None
) -> list[dict[str, Any]]:
    """Of notes whose facts somebody decided about: what he decided last, by label and source.

    Returns:
        Rows with counts, shares of the decided, and the mean edit distance of the edited; what
        nobody has decided is `drafts`.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_ACCEPTANCE, {"tenant": tenant}).fetchall()
    return [row | _shares(row) for row in rows]


def _shares(row: dict[str, Any]) -> dict[str, float | None]:
    decided = row["as_is"] + row["edited"] + row["rejected"]
    return {
        f"{word}_share": round(row[word] / decided, 4) if decided else None
        for word in ("as_is", "edited", "rejected")
    }


_ACCEPTANCE = """
with decided as (
    select distinct on (tenant_id, order_id, stage, instance, facts_hash)
        tenant_id, label, source, decided, distance
    from sla.narrative_decisions
    where %(tenant)s::text is null or tenant_id = %(tenant)s
    order by tenant_id, order_id, stage, instance, facts_hash, decision desc
),
drafts as (
    select label, source from sla.explanations
    where
        client_note_status = 'draft' and not withdrawn
        and (%(tenant)s::text is null or tenant_id = %(tenant)s)
),
counted as (
    select label, source, decided, distance from decided
    union all
    select label, source, 'draft', null from drafts
)
select
    label, source,
    count(*) filter (where decided = 'approved') as as_is,
    count(*) filter (where decided = 'edited') as edited,
    count(*) filter (where decided = 'rejected') as rejected,
    count(*) filter (where decided = 'draft') as drafts,
    round(avg(distance) filter (where decided = 'edited'), 4)::float as edit_distance
from counted group by label, source order by label, source
"""
