"""Deciding that a held row is not needed: on record, and the raw body stays.

A discarded row has nothing to do (what stands of it stands); reading its day again leaves it so.
Replaying it by its id takes the decision back; the record of it stays.
"""

from datetime import datetime, timedelta
from typing import Any

import psycopg

from e2a.domain.errors import BadInputError
from e2a.warehouse.held.listing import chosen, given
from e2a.warehouse.held.rows import Choice, Kind


def discard(
    connection: psycopg.Connection[Any], choice: Choice, *, reason: str, by: str, now: datetime
) -> int:
    """Settle the chosen rows by a person's decision, all in one transaction.

    Args:
        connection: as `e2a_app`, outside a transaction.
        choice: which held rows.
        reason: why they are not needed.
        by: who decides.
        now: when.

    Returns:
        How many rows; those that were discarded before do not count.

    Raises:
        BadInputError: no reason or no name is given.
    """
    for what, text in (("reason", reason), ("by", by)):
        if not text.strip() or "\0" in text:
            raise BadInputError(f"A discard needs --{what}", "Say it: the decision is on record")
    decided = {"because": reason.strip(), "by": by.strip(), "now": now}
    with connection.transaction():
        return connection.execute(
            _DISCARD.format(chosen=chosen(choice)), given(choice) | decided
        ).rowcount


def cleanup(
    connection: psycopg.Connection[Any], older_than: timedelta, *, by: str, now: datetime
) -> int:
    """Discard the dead letters that FAILED and were received longer ago than that.

    Returns:
        How many rows.
    """
    reason = f"cleanup: failed, and received more than {older_than} ago"
    return discard(connection, abandoned(older_than, now), reason=reason, by=by, now=now)


def abandoned(older_than: timedelta, now: datetime) -> Choice:
    """What a cleanup would discard."""
    return Choice(Kind.DEAD_LETTER, failed_only=True, received_before=now - older_than)


_DISCARD = """
with chosen as (
    select o.tenant_id, o.inbox_seq, o.outcome, o.reason from {chosen}
    and o.outcome in ('dead_letter', 'quarantined', 'waiting')
),
noted as (
    insert into landing.discards
    (tenant_id, inbox_seq, discarded_at, discarded_by, reason, outcome, held_for)
    select tenant_id, inbox_seq, %(now)s, %(by)s, %(because)s, outcome, reason from chosen
),
unquarantined as (
    delete from landing.quarantine as q using chosen as c
    where q.tenant_id = c.tenant_id and q.inbox_seq = c.inbox_seq
),
buried as (
    delete from landing.dead_letters as d using chosen as c
    where d.tenant_id = c.tenant_id and d.inbox_seq = c.inbox_seq
)
update landing.outcomes as o
set
    outcome = case when o.events > 0 then 'canonical' else 'nothing_to_do' end,
    reason = case when o.events > 0 then 'rest_discarded' else 'discarded' end,
    detail = null
from chosen as c
where o.tenant_id = c.tenant_id and o.inbox_seq = c.inbox_seq
"""
