"""What need not be said any more, and what must be taken back because it was said.

A message that certainly has not arrived is never sent. One that has arrived, is on its way or may
have arrived has a follow-up, `cleared`, that says so: one for each opening and destination.
"""

from collections.abc import Sequence
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import psycopg


class Told(NamedTuple):
    """A destination that heard, or may have heard, of an opening of an episode that is over."""

    tenant_id: str
    exception_id: UUID
    version: int
    destination: str


def retract(
    connection: psycopg.Connection[Any], episodes: Sequence[tuple[str, UUID]]
) -> tuple[list[Told], int]:
    """Stop the messages of episodes that are over, and the escalations of those that are taken.

    Args:
        connection: in the transaction in which they moved.
        episodes: (tenant, exception) of those whose status is not OPEN.

    Returns:
        Who must be told that it is over, and how many messages were stopped.
    """
    if not episodes:
        return [], 0
    wanted = [list(column) for column in zip(*episodes, strict=True)]
    connection.execute(_LOCK, wanted)
    stopped = connection.execute(_STOP, wanted).rowcount
    found = connection.execute(_TOLD, wanted).fetchall()
    return [Told(*row) for row in found], stopped


OVER: LiteralString = """
is_over = true,
state = case when o.state = 'sending' then o.state else 'retracted' end,
settled_at = case when o.state <> 'sending' then now() end
"""
"""What a message becomes that need not be sent: one on its way is not tried again."""

_WANTED: LiteralString = """
unnest(%s::text[], %s::uuid[]) as w (tenant_id, exception_id)
inner join sla.exceptions as e on e.tenant_id = w.tenant_id and e.exception_id = w.exception_id
"""

_ABOUT: LiteralString = "o.tenant_id = e.tenant_id and o.subject = e.exception_id::text"

# Against a deliverer that is just taking them or noting an answer: what it leaves is seen.
_LOCK = f"""
select from {_WANTED}
inner join ops.outbox as o on {_ABOUT}
order by o.tenant_id, o.message_id
for update of o
"""

_STOP = f"""
update ops.outbox as o set {OVER}
from {_WANTED}
where
    {_ABOUT} and o.state in ('waiting', 'sending', 'dead') and not o.is_over
    and (o.kind = 'escalated' or (o.kind = 'opened' and e.status = 'CLOSED'))
"""

_TOLD = f"""
select distinct o.tenant_id, o.exception_id, o.version, o.destination
from {_WANTED}
inner join ops.outbox as o on {_ABOUT}
where
    e.status = 'CLOSED' and o.kind in ('opened', 'escalated')
    and (o.state in ('sending', 'delivered') or o.is_uncertain)
"""
